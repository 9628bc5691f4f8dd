"""A list of openids of which a part went out: what of it stays as it is, and how the others get the message. Pure.

Nobody gets it twice, because the openids of the batches that may have gone out stand where they stood, and a list is
sent to each of its openids once.
"""

from typing import Final

from massctl.model.lifecycle import is_concluded
from massctl.model.names import CampaignName
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign, message_digest_to
from massctl.model.state import Attempt, Record, State
from massctl.plan.step import Guard, Refusal

NOT_AN_OPENID: Final = frozenset({40003, 40031})
"""An openid of the batch is none of the account's. Source: WeChat docs, "message/mass/send", read 2026-10."""


def frozen(campaign: RenderedCampaign, record: Record) -> Refusal | None:
    """Refuse to go on with another message, or with other openids where some may have it, than the first batch had."""
    first = next((attempt for attempt in record.attempts if attempt.may_have_sent), None)
    if first is None or first.event.batches is None or is_concluded(record):
        return None
    # A list may have been corrected since, and sent in part as it was then: all that was sent has to be the same.
    if all(each.event.message_digest == campaign.message_digest for each in _asked(record)):
        return None
    return _changed(campaign, record, first)


def _changed(campaign: RenderedCampaign, record: Record, first: Attempt) -> Refusal | None:
    """Judge a change since the first batch: a list may be corrected behind those who have the message."""
    if campaign.openid_list is None:
        return _other_list(record)
    if first.event.message_digest != message_digest_to(campaign, first.event.audience):
        return _other_message(record)
    if not _keeps_its_people(campaign, record):
        return _other_list(record)
    if campaign.openid_list.batches <= len(record.sent_batches):
        return Refusal(
            Guard.AUDIENCE_CHANGED,
            Phrase("everybody whom the list names now has the message already"),
            Phrase("write those who are to get it behind them; where nobody is left, there is nothing more to do"),
        )
    return None


def refused_batch(record: Record) -> Attempt | None:
    """Give the attempt at which a list that was begun stands still, because WeChat refused its batch for good."""
    last = record.attempts[-1] if record.attempts else None
    if last is None or last.rejection is None or last.rejection.retryable or last.rejection.token_dead:
        return None
    waits = record.is_partly_sent and not record.open_attempts and not is_concluded(record)
    return last if waits and last.event.batch not in record.sent_batches else None


def standstill(record: Record) -> Phrase | None:
    """Say which batch WeChat refused for good, and who has the message; None where none was."""
    last = refused_batch(record)
    if last is None or last.rejection is None:
        return None
    return Phrase(
        "WeChat refused batch {batch} of {batches} for good, with errcode {errcode}: nobody of it has the message, and "
        "the first {count:,} openids of the list have it",
        batch=last.event.batch,
        batches=record.batches,
        errcode=last.rejection.errcode,
        count=_reached(record),
    )


def way_on(record: Record) -> Phrase | None:
    """Say how those get the message whom a list did not reach, each once; None where nothing stands still."""
    last = refused_batch(record)
    if last is None or last.rejection is None:
        return None
    if last.rejection.errcode in NOT_AN_OPENID:
        return Phrase(
            "leave the first {count:,} openids as they are, and correct the list behind them, or put a new export of "
            "this account there: whoever stands in it twice is sent to once; then: massctl apply {name}",
            count=_reached(record),
            name=record.campaign,
        )
    return Phrase(
        "the message stays as the first {count:,} have it: for another one make a campaign of its own, with a list of "
        "the openids behind them; a raised `edition` would go to everybody again",
        count=_reached(record),
    )


def partly_sent(name: CampaignName, edition: int, state: State) -> Refusal | None:
    """Refuse an edition above one that reached a part of its list: those who have the message would get it again.

    Where all that went out failed or was withdrawn, nobody has it.
    """
    below = [each for each in state.editions(name) if each.edition < edition and each.may_be_out]
    if not below or not below[-1].is_partly_sent:
        return None
    before = below[-1]
    undone = {job.batch for job in before.jobs if job.status == "failed" or job.is_gone}
    if not before.sent_batches - undone:
        return None
    count = _reached(before)
    own = Phrase("make a campaign of its own with a list of the openids behind the first {count:,}", count=count)
    go_on = Phrase(
        "put `edition` back to {before}, leave those openids as they are, and run apply again: it goes on behind them; "
        "or {own}",
        before=before.edition,
        own=own,
    )
    return Refusal(
        Guard.PARTLY_SENT,
        Phrase(
            "edition {before} went out to the first {count:,} openids of its list and to no other; edition {edition} "
            "would go to them once more",
            before=before.edition,
            count=count,
            edition=edition,
        ),
        own if is_concluded(before) else go_on,
    )


def _asked(record: Record) -> list[Attempt]:
    """Give the attempts at the batches that went out, or may have: all but those that WeChat alone refused.

    Also those of which a person says that they were not sent: only WeChat's own refusal is clear.
    """
    sent = record.sent_batches
    return [each for each in record.attempts if each.rejection is None or each.event.batch in sent]


def _keeps_its_people(campaign: RenderedCampaign, record: Record) -> bool:
    """Say whether it is proven that each batch that may have gone out has the same openids in this list."""
    cut = campaign.openid_list.batch_sha256s if campaign.openid_list is not None else ()
    for batch in {each.event.batch for each in _asked(record)} | record.sent_batches:
        tried = [each for each in record.attempts if each.event.batch == batch]
        named = {each.event.recipients_sha256 for each in tried if each.rejection is None} or {
            each.event.recipients_sha256 for each in tried
        }
        if batch > len(cut) or named != {"sha256:" + cut[batch - 1]}:
            return False
    return True


def _reached(record: Record) -> int:
    """Count the openids of the batches that went out."""
    return sum(size for batch, size in _sizes(record).items() if batch in record.sent_batches)


def _sizes(record: Record) -> dict[int, int]:
    """Give how many openids each batch had that went out, or may have.

    What WeChat refused says it only of a batch that a person sent by hand.
    """
    refused_first = sorted(_asked(record), key=lambda each: each.rejection is None)
    return {each.event.batch: each.event.recipients or 0 for each in refused_first}


def _sent(record: Record) -> Phrase:
    return Phrase("{sent} of {all} batches went out", sent=len(record.sent_batches), all=record.batches)


def _other_list(record: Record) -> Refusal:
    say = "the openids who have the message, or may have it, are not the first of the list any more; {sent}"
    return Refusal(
        Guard.AUDIENCE_CHANGED,
        Phrase(say, sent=_sent(record)),
        Phrase(
            "put the first {count:,} openids back as they were (git log shows them), then run apply again: it goes on "
            "behind them; there the list may be corrected, and whoever stands in it twice is sent to once",
            count=_begun(record),
        ),
    )


def _begun(record: Record) -> int:
    """Count the openids of the batches that went out, or may have."""
    return sum(_sizes(record).values())


def _other_message(record: Record) -> Refusal:
    return Refusal(
        Guard.EDITED_AFTER_SEND,
        Phrase("the message was edited after its first batch was sent; {sent}", sent=_sent(record)),
        way_on(record)
        or Phrase("undo the edit, then run apply again: it goes on with the next batch, and everybody gets the same"),
    )
