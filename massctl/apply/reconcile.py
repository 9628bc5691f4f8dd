"""A person settles what massctl cannot know: whether an open attempt was sent, or what became of a draft."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from massctl.apply.book import Book
from massctl.apply.ports import DraftArticle, JobReport, WeChat
from massctl.apply.readback import is_as_saved
from massctl.apply.testimony import Testimony
from massctl.errors import PermanentError, RefusedError, UsageError, WeChatError
from massctl.model.drafts import Draft
from massctl.model.ledger import DraftDeleted, JobStatus, SendSettled
from massctl.model.lifecycle import is_concluded
from massctl.model.moment import moment
from massctl.model.names import CampaignName, MediaId, MsgId
from massctl.model.phrase import Phrase
from massctl.model.state import Record, State
from massctl.plan.choices import in_question, unsent_below


def settle_sent(
    record: Record, testimony: Testimony, wechat: WeChat | None, book: Book, audience: dict[str, Any] | None = None
) -> JobReport | None:
    """Record that it went out. A job id is checked against other campaigns, and with WeChat where it is known.

    `audience` is the declared one, where it is known, of a send that no attempt tells of.
    """
    if not (record.attempts and not is_concluded(record)):
        _check_unsettled(record)
    _require_seen([record], testimony)
    report = None
    if testimony.msg_id is not None:
        check_foreign(testimony.msg_id, record, book.state)
        with _nothing_recorded(known_by_id=True):
            report = wechat.job_report(MsgId(testimony.msg_id)) if wechat is not None else None
    _settle(record, "sent", testimony, book, audience if is_by_hand(record) else None)
    if report is not None:
        learnt = JobStatus.model_validate({"msg_id": report.msg_id, "status": report.status})
        book.record_for(learnt, record.campaign, record.edition)
    return report


def settle_not_sent(
    record: Record, testimony: Testimony, wechat: Callable[[Draft], WeChat | None] | None, book: Book
) -> None:
    """Record that it did not go out; drafts that are no longer as they were saved are forgotten, so that a new one is.

    Also those of lower editions that were never sent: an edition that takes their place waits for this word. `wechat`
    gives the account that a draft lies in, or None where it is out of reach: that draft stays as it is recorded.
    """
    unsent = unsent_below(record, book.state)
    if not any(each.draft() for each in unsent):
        _check_unsettled(record)
    _require_seen([*unsent, record], testimony)
    forgotten = False
    questioned = [(each, draft) for each in [*unsent, record] for draft in each.drafts if draft.alive]
    if wechat is not None:
        with _nothing_recorded():
            holders = [(each, draft, wechat(draft)) for each, draft in questioned]
            reads = [
                (each, draft, holder.get_draft(MediaId(draft.event.media_id)))
                for each, draft, holder in holders
                if holder is not None
            ]
        for each, draft, read in reads:
            forgotten |= _forget(each, draft, read, book)
    if record.open_attempts:
        _settle(record, "not_sent", testimony, book)
    elif not forgotten:
        raise nothing_to_settle(record)


def _require_seen(records: Sequence[Record], testimony: Testimony) -> None:
    """Raise UsageError where what is in question now began after the person looked: they spoke of another send."""
    seen = testimony.looked_at
    tries = [attempt.at for record in records for attempt in record.open_attempts]
    saved = [draft.saved_at for record in records for draft in record.drafts if draft.alive]
    later = [at for at in [*tries, *saved] if seen is not None and at > seen]
    if seen is None or not later:
        return
    raise UsageError(
        Phrase(
            "what is in question about {name} began at {began}, and you looked at {seen}",
            name=records[-1].campaign,
            began=moment(max(later)),
            seen=moment(seen),
        ),
        Phrase("Nothing was recorded: what you saw was about something earlier."),
        Phrase("look again in the console under 群发记录, then say it anew"),
    )


def require_verdict(record: Record, wait: timedelta, now: datetime) -> None:
    """Raise RefusedError while the answer to an attempt may still come: it has no verdict, and is younger than `wait`.

    The run that made it, perhaps on another machine, knows more than the console shows in that moment.
    """
    without = [attempt.at for attempt in record.open_attempts if attempt.doubt is None]
    left = max(without) + wait - now if without else timedelta(0)
    if left <= timedelta(0):
        return
    raise RefusedError(
        Phrase("the send of {name} was asked for a moment ago, and WeChat may still answer", name=record.campaign),
        Phrase("Nothing was recorded: the run that asked records the answer itself, if it is still at work."),
        Phrase("run the same command again in {seconds} s", seconds=ceil(left.total_seconds())),
    )


def require_repetition(state: State, names: Sequence[str]) -> None:
    """Raise UsageError unless each campaign has an open attempt: it repeats, and never sends first."""
    for name in names:
        record = in_question(state, name)
        if record is None or not record.open_attempts:
            raise nothing_to_settle(record or state.record(CampaignName(name), 1))


@contextmanager
def _nothing_recorded(*, known_by_id: bool = False) -> Iterator[None]:
    """Add to what WeChat, or the way to it, said that the person's word was not recorded either.

    With `known_by_id` a job was asked for: an id that WeChat does not know is a typing mistake.
    """
    try:
        yield
    except WeChatError as error:
        said = Phrase("{summary}; nothing was recorded", summary=error.summary)
        hint = _look_up() if known_by_id and isinstance(error, PermanentError) else error.hint
        raise type(error)(said, error.detail, hint, errcode=error.errcode, rid=error.rid) from None


def _look_up() -> Phrase:
    return Phrase("look the right id up in the console, or leave it out")


def batch_in_question(record: Record, named: int | None) -> int:
    """Give the batch that a person speaks about: the named one, else the open one, else one that was refused.

    Raises UsageError for a batch that is not in question. One of several is to be named where more than one is open,
    and where none of it was ever asked for: who speaks of a send may mean the batch before it.
    """
    asked = batches_in_question(record)
    attempted = record.batches == 1 or any(attempt.event.batch == asked[0] for attempt in record.attempts)
    if named is None and len(asked) == 1 and attempted:
        return asked[0]
    if named in asked:
        return asked[asked.index(named)]
    raise UsageError(
        Phrase("say which batch of {name} you mean: {batches}", name=record.campaign, batches=_numbers(asked)),
        Phrase("Nothing was recorded."),
        Phrase("name it with --batch"),
    )


def batches_in_question(record: Record) -> list[int]:
    """Give the batches that a person may speak about: those that are open, else the next to be sent."""
    opened = sorted({attempt.event.batch for attempt in record.open_attempts})
    left = [batch for batch in range(1, record.batches + 1) if batch not in record.sent_batches]
    return opened or left[:1] or [1]


def _numbers(batches: Sequence[int]) -> str:
    return ", ".join(str(batch) for batch in batches)


def _forget(record: Record, draft: Draft, read: Sequence[DraftArticle] | None, book: Book) -> bool:
    """Record that a draft is gone, or no longer ours; False where it is as it was saved."""
    if read is not None and is_as_saved(draft, read):
        return False
    why = "gone" if read is None else "changed in the console, left there"
    gone = DraftDeleted(appid=draft.event.appid, media_id=draft.event.media_id, reason=why)
    book.record_for(gone, record.campaign, record.edition)
    return True


def is_by_hand(record: Record) -> bool:
    """Say whether no attempt may have sent it, so that whoever knows of a send knows of one in the console."""
    return not any(attempt.may_have_sent for attempt in record.attempts)


def _settle(
    record: Record, outcome: str, testimony: Testimony, book: Book, audience: dict[str, Any] | None = None
) -> None:
    settled = SendSettled.model_validate(
        {
            "batch": batch_in_question(record, testimony.batch),
            "outcome": outcome,
            "reason": testimony.reason,
            "by": testimony.by,
            "msg_id": testimony.msg_id,
            "url": testimony.url,
            "audience": audience,
        }
    )
    book.record_for(settled, record.campaign, record.edition)


def _check_unsettled(record: Record) -> None:
    if record.open_attempts or (not is_concluded(record) and record.drafts):
        return
    raise nothing_to_settle(record)


def nothing_to_settle(record: Record) -> UsageError:
    """Say that nothing about a campaign is in question."""
    return UsageError(
        Phrase("there is nothing to settle about {name}", name=record.campaign),
        Phrase("No attempt of edition {edition} is open, and it has no draft in question.", edition=record.edition),
        Phrase("massctl state show   says how it stands"),
    )


def check_foreign(msg_id: int, record: Record, state: State) -> None:
    """Raise UsageError where a job is on record as the send of another campaign, or of another edition."""
    for other in state.records.values():
        if other is not record and any(job.msg_id == msg_id for job in other.jobs):
            raise UsageError(
                Phrase(
                    "job {msg_id} is the send of {other}, edition {edition}",
                    msg_id=msg_id,
                    other=other.campaign,
                    edition=other.edition,
                ),
                Phrase("Nothing was recorded."),
                _look_up(),
            )
