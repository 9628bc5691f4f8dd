"""Delete drafts of ours that nobody needs any more, so that nobody sends one by hand.

A draft was replaced, given up, or found where there is one already; or its campaign left it behind when its folder went
or its window closed.

Each is read right before, and only what still is ours is deleted. That it is to be deleted is on record before the
request: else the next run would take a draft that we removed for one that somebody sent in the console. Whatever
cannot be deleted now stays on record, and the next run tries again; it can harm nobody meanwhile.
"""

from datetime import timedelta
from typing import Final

from massctl.apply.outcome import LeftDraft
from massctl.apply.readback import is_as_saved, kept_sha256
from massctl.apply.recovery import look_once_more, looked_after
from massctl.apply.run import Run
from massctl.errors import ConfigurationError, WeChatError
from massctl.model.drafts import Draft, newest
from massctl.model.ledger import DraftDeleted, DraftVerified
from massctl.model.lifecycle import is_concluded
from massctl.model.names import MediaId
from massctl.model.phrase import Phrase
from massctl.model.state import Record
from massctl.plan.window import WindowState, window_state

CHANGED: Final = "changed in the console, left there"
"""What becomes of a draft that is not ours any more."""
DELETE_IT: Final = Phrase(
    "somebody could send it by hand: delete it in the console under 草稿箱, or keep its text first"
)
SUPERSEDED: Final = "superseded"
"""Why a draft is deleted that another one replaces, or that its campaign's send left over."""
FOLDER_GONE: Final = "the campaign's folder is gone"
"""Why a draft is deleted that no run can send: in the ledger's words, as is the next."""
WINDOW_CLOSED: Final = "the campaign's window has closed"
PROPOSAL_AGE_MAX: Final = timedelta(days=1)
"""A draft that only a preview showed stays for so long: WeChat does not say that what is on the phone outlives it, and
whoever does a hand-off should not find two drafts of a campaign for longer. Our bound."""


def delete_superseded(run: Run) -> None:
    """Delete drafts of ours that a newer, proven one replaces, if nobody changed them since."""
    for outcome, campaign in run.going():
        for record, draft in run.superseded(campaign) if run.has_work(outcome) else []:
            _delete(run, record, draft)


def tidy_up(run: Run) -> None:
    """Look once more for what came late, and delete what earlier tries left behind; without either it makes no call.

    Also of campaigns that went out since, are faulty now, or whose folders are gone.
    """
    look_once_more(run)
    for record in looked_after(run):
        never_sent = _why_never_sent(run, record)
        for draft in record.drafts:
            if draft.doomed or _outlived_its_send(record, draft) or _was_replaced(run, record, draft):
                _delete(run, record, draft)
            elif draft.alive and never_sent is not None:
                _delete_unsendable(run, record, draft, never_sent)
        for draft in record.proposals:
            if draft.doomed or (draft.alive and _has_been_seen(run, record, draft)):
                _delete(run, record, draft)


def _has_been_seen(run: Run, record: Record, proposal: Draft) -> bool:
    """Say whether a draft that only a preview showed is done with: staged since, shown anew, sent, or a day old."""
    staged = record.draft()
    if is_concluded(record) or (staged is not None and staged.event.digest == proposal.event.digest):
        return True
    if proposal is not newest(each for each in record.proposals if each.event.digest == proposal.event.digest):
        return True
    return run.world.clock.now() - proposal.saved_at >= PROPOSAL_AGE_MAX


def _outlived_its_send(record: Record, draft: Draft) -> bool:
    """Say whether a message went out, and this is a draft of it that was not sent by us."""
    attempted = {attempt.event.media_id for attempt in record.attempts}
    return draft.alive and is_concluded(record) and draft.event.media_id not in attempted


def _was_replaced(run: Run, record: Record, draft: Draft) -> bool:
    """Say whether a draft that takes its place was proven whole, and nothing of it went out or may have.

    That is a newer one, or one of the declared edition; of a higher edition where none is known to be declared.
    """
    if not draft.alive or record.open_attempts or is_concluded(record) or draft.event.batch in record.sent_batches:
        return False
    later = record.drafts[record.drafts.index(draft) + 1 :]
    newer = [(record, each) for each in later if each.event.batch == draft.event.batch]
    declared = run.declared_edition(record.campaign)
    for other in run.book.state.editions(record.campaign):
        heir = other.edition > record.edition if declared is None else other.edition == declared != record.edition
        newer += [(other, each) for each in other.drafts if heir]
    return any(each.alive and _is_proven(run, holder, each) for holder, each in newer)


def _why_never_sent(run: Run, record: Record) -> str | None:
    """Say why no run will send a campaign's drafts; None where one may, or where one may have been sent.

    A window may be moved: then the next run saves a new draft.
    """
    if is_concluded(record) or any(each.open_attempts for each in run.book.state.editions(record.campaign)):
        return None
    if run.world.folders is not None and record.campaign not in run.world.folders:
        return FOLDER_GONE
    now = run.world.clock.now()
    campaigns = [outcome.planned.rendered for outcome in run.outcomes]
    closed = any(
        each is not None
        and (each.name, each.edition) == (record.campaign, record.edition)
        and window_state(each.window, now) is WindowState.EXPIRED
        for each in campaigns
    )
    return WINDOW_CLOSED if closed else None


def _delete_unsendable(run: Run, record: Record, draft: Draft, why: str) -> None:
    """Delete a draft that no run will send; where a person changed it, leave it and say so.

    A draft that is gone proves nothing: somebody may have sent it. That is judged before the campaign is sent again.
    """
    if draft.event.appid not in run.accounts:
        return
    try:
        fate = _fate(run, record, draft, why)
    except (WeChatError, ConfigurationError) as error:
        say = Phrase("{name}: its draft could not be deleted: {why}", name=record.campaign, why=error.summary)
        run.world.progress.say(say)
        return
    if fate == CHANGED:
        _tell_left(run, record, draft, folder_gone=why == FOLDER_GONE)
    elif fate is not None:
        _note(run, record, draft, fate)
        told = {
            FOLDER_GONE: Phrase("{name}: its draft was deleted, for its folder is gone", name=record.campaign),
            WINDOW_CLOSED: Phrase("{name}: its draft was deleted, for its window has closed", name=record.campaign),
        }
        run.world.progress.say(told[why])


def _tell_left(run: Run, record: Record, draft: Draft, *, folder_gone: bool) -> None:
    """Tell of a draft that stays. Where only its window closed, it stays the campaign's, and may be adopted."""
    if folder_gone:
        _note(run, record, draft, CHANGED)
    run.drafts_left.append(LeftDraft(record.campaign, record.edition, folder_gone))
    say = "{name}: its draft was changed in the console and stays there; {how}"
    run.world.progress.say(Phrase(say, name=record.campaign, how=DELETE_IT))


def _is_proven(run: Run, record: Record, draft: Draft) -> bool:
    """Say whether a draft was read back; one that a dead run left unread is read now, for its folder may be gone."""
    if draft.kept_sha256 is None and draft.event.appid in run.accounts:
        try:
            read = run.read(draft)
        except (WeChatError, ConfigurationError):
            return False  # Nothing is deleted for its sake, and the next run asks again.
        if read is not None and is_as_saved(draft, read):
            verified = DraftVerified(media_id=draft.event.media_id, kept_sha256=kept_sha256(read))
            run.book.record_for(verified, record.campaign, record.edition)
    return draft.kept_sha256 is not None


def _delete(run: Run, record: Record, draft: Draft) -> None:
    """Delete a draft, unless somebody changed it in the console, and record what became of it."""
    if draft.event.appid not in run.accounts:
        return
    try:
        fate = _fate(run, record, draft)
    except (WeChatError, ConfigurationError) as error:
        run.world.progress.say(Phrase("an old draft could not be deleted: {why}", why=error.summary))
        return
    if fate is not None:
        _note(run, record, draft, fate)
    if fate == CHANGED:
        say = "the old draft of {name} was changed in the console, so it stays there"
        run.world.progress.say(Phrase(say, name=record.campaign))


def _fate(run: Run, record: Record, draft: Draft, why: str = SUPERSEDED) -> str | None:
    """Delete a draft if it still is ours, and say what became of it in the ledger's words.

    None where a draft of a campaign that did not go out is gone without us: that is for the next run to judge.
    """
    read = run.read(draft)
    if read is None:
        staged = draft.alive and not draft.event.for_preview
        return None if staged and not is_concluded(record) else "gone already"
    if not is_as_saved(draft, read) or (draft.adopted and why in (FOLDER_GONE, WINDOW_CLOSED)):
        return CHANGED
    why = draft.doomed or why
    if draft.alive:
        _note(run, record, draft, why, pending=True)
    run.wechat_of(draft).delete_draft(MediaId(draft.event.media_id))
    return why


def _note(run: Run, record: Record, draft: Draft, why: str, *, pending: bool | None = None) -> None:
    event = DraftDeleted(appid=draft.event.appid, media_id=draft.event.media_id, reason=why, pending=pending)
    run.book.record_for(event, record.campaign, record.edition)
