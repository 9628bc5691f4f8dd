"""The end of a mass job, as an event tells it: bound to the job of that id, and to nothing else.

Sends from the website and of other programs end with the same event, and one may come before the answer to our send
was recorded. So an event of an unknown job is never bound: where a send is open, or a person said shortly before that
it was not sent, it is offered as a probable match.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from massctl.apply.book import Book
from massctl.errors import UsageError
from massctl.model.finish import JobFinish
from massctl.model.lifecycle import is_concluded
from massctl.model.names import AppId
from massctl.model.phrase import Phrase
from massctl.model.state import Job, Record, State

CLOCKS_APART: Final = timedelta(minutes=10)
"""An event that was made longer than this before an attempt is of another send. Our own bound."""


DENIED_FOR: Final = timedelta(days=1)
"""An event so long after an attempt that was settled as not sent may still be of it. Our own bound."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """It is in the ledger."""

    record: Record
    again: bool
    """It said nothing that was not known."""
    contradicts: Literal["sent", "failed"] | None = None
    """How the job had ended until then, by what was on record, where that was the other way."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """No job on record has its id; `candidates` are the sends that it may belong to: open, or settled as not sent."""

    candidates: Sequence[Record]


def record_finish(finish: JobFinish, appid: AppId | None, book: Book) -> Recorded | Foreign:
    """Record the end of a job; with `appid` it is that account's, whatever name the event was addressed to.

    Raises UsageError, and records nothing, where the event does not say by itself whose job it is about.
    """
    state = book.state
    mine = [r for r in state.records.values() if r.appid is not None and _may_be_of(r.appid, appid, finish, state)]
    found = [(record, job) for record in mine for job in record.jobs if job.msg_id == finish.msg_id]
    if not found:
        _check_elsewhere(finish, state)
        return Foreign([record for record in mine if _may_be(record, finish)])
    if len({record.appid for record, _ in found}) > 1:
        raise UsageError(
            Phrase("two accounts have a job {msg_id}", msg_id=finish.msg_id),
            Phrase("The event does not say by itself which of them it is about. Nothing was recorded."),
            _name_the_account(),
        )
    record, job = found[0]
    if appid is None:
        _check_name(record, finish, state)
    if _is_known(finish, job):
        return Recorded(record, again=True)
    before = _contradicted(finish, job)
    book.record_for(finish.entry(), record.campaign, record.edition)
    return Recorded(record, again=False, contradicts=before)


def _may_be_of(appid: AppId, named: AppId | None, finish: JobFinish, state: State) -> bool:
    """Say whether an event may be an account's: the named one's, else not where its original id is another's."""
    if named is not None:
        return appid == named
    knowing = {each for each in _accounts(state) if finish.original_id in _original_ids(each, state)}
    return not knowing or appid in knowing


def _check_name(record: Record, finish: JobFinish, state: State) -> None:
    """Raise UsageError where earlier events of the job's account were addressed to another original id."""
    known = _original_ids(record.appid, state)
    if finish.original_id is None or not known or finish.original_id in known:
        return
    say = "job {msg_id} is the send of {name}, but the event names another account"
    raise UsageError(
        Phrase(say, msg_id=finish.msg_id, name=record.campaign),
        Phrase(
            "It was addressed to {told} (ToUserName, 原始 ID), and earlier events of this account to {known}. "
            "Nothing was recorded.",
            told=finish.original_id,
            known=", ".join(sorted(known)),
        ),
        Phrase(
            "compare it with the account's 原始 ID in the console under 设置与开发; if the event is its own: "
            "massctl record-event FILE --account NAME"
        ),
    )


def _check_elsewhere(finish: JobFinish, state: State) -> None:
    """Raise UsageError where a job of this id is on record after all, of another account than the event's."""
    for record in state.records.values():
        if any(job.msg_id == finish.msg_id for job in record.jobs):
            say = "job {msg_id} is the send of {name}, of another account"
            raise UsageError(
                Phrase(say, msg_id=finish.msg_id, name=record.campaign),
                Phrase(
                    "Its account is {appid}, and the event is of another one. Nothing was recorded.", appid=record.appid
                ),
                _name_the_account(),
            )


def _name_the_account() -> Phrase:
    return Phrase("name the account: massctl record-event FILE --account NAME")


def _accounts(state: State) -> set[AppId]:
    return {record.appid for record in state.records.values() if record.appid is not None}


def _original_ids(appid: AppId | None, state: State) -> set[str]:
    """Give the original ids (原始 ID) to which an account's events on record were addressed."""
    return {
        job.counts.original_id
        for record in state.records.values()
        if record.appid == appid
        for job in record.jobs
        if job.counts is not None and job.counts.original_id is not None
    }


def _may_be(record: Record, finish: JobFinish) -> bool:
    """Say whether an event may be the end of an edition's open send, or of one that a person said was not sent."""
    opened, made = record.open_attempts, finish.created_at
    if opened:
        return made is None or made >= opened[0].at - CLOCKS_APART
    if made is None or is_concluded(record):
        return False
    denied = [each.at for each in record.attempts if each.settled is not None and each.settled.outcome == "not_sent"]
    return any(at - CLOCKS_APART <= made <= at + DENIED_FOR for at in denied)


def _contradicted(finish: JobFinish, job: Job) -> Literal["sent", "failed"] | None:
    """Give the end that a job had on record, where an event tells the other one."""
    if job.status == "sent" and finish.status == "failed":
        return "sent"
    return "failed" if job.status == "failed" and finish.status == "sent" else None


def _is_known(finish: JobFinish, job: Job) -> bool:
    """Say whether a job's record holds everything already that an event tells; WeChat sends up to three copies."""
    known = job.counts
    if known is None or job.status not in (finish.status, "deleted"):
        return False
    told = finish.entry().model_dump(exclude_none=True, exclude={"type", "status"})
    recorded = known.model_dump(exclude_none=True)
    return all(recorded.get(name) == value for name, value in told.items())
