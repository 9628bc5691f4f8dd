"""The end of a mass job, as an event tells it: bound to the job of that id, and to nothing else.

Sends from the website and of other programs end with the same event, and one may come before the answer to our send
was recorded. So an event of an unknown job is never bound: where a send is open it is offered as a probable match.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from massctl.apply.book import Book
from massctl.errors import UsageError
from massctl.model.finish import JobFinish
from massctl.model.names import AppId
from massctl.model.phrase import Phrase
from massctl.model.state import Job, Record, State

CLOCKS_APART: Final = timedelta(minutes=10)
"""An event that was made longer than this before an attempt is of another send. Our own bound."""


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
    """No job on record has its id; `candidates` are the open sends that it may belong to."""

    candidates: Sequence[Record]


def record_finish(finish: JobFinish, appid: AppId | None, book: Book) -> Recorded | Foreign:
    """Record the end of a job; with `appid` only jobs of that account are looked at.

    Raises UsageError, and records nothing, where jobs of two accounts have the id.
    """
    state = book.state
    ours = [r for r in state.records.values() if r.appid is not None and appid in (None, r.appid)]
    ours = [record for record in ours if _addressed_to(record.appid, finish, state)]
    found = [(record, job) for record in ours for job in record.jobs if job.msg_id == finish.msg_id]
    if not found:
        return Foreign([record for record in ours if _may_be(record, finish)])
    if len({record.appid for record, _ in found}) > 1:
        raise UsageError(
            Phrase("two accounts have a job {msg_id}", msg_id=finish.msg_id),
            Phrase("The event does not say by itself which of them it is about. Nothing was recorded."),
            Phrase("name the account: massctl record-event FILE --account NAME"),
        )
    record, job = found[0]
    if _is_known(finish, job):
        return Recorded(record, again=True)
    before = _contradicted(finish, job)
    book.record_for(finish.entry(), record.campaign, record.edition)
    return Recorded(record, again=False, contradicts=before)


def _addressed_to(appid: AppId | None, finish: JobFinish, state: State) -> bool:
    """Say whether an event may be an account's: not, where earlier ones came under another original id."""
    known = {
        job.counts.original_id
        for record in state.records.values()
        if record.appid == appid
        for job in record.jobs
        if job.counts is not None and job.counts.original_id is not None
    }
    return finish.original_id is None or not known or finish.original_id in known


def _may_be(record: Record, finish: JobFinish) -> bool:
    """Say whether an event may be the end of an edition's open send."""
    opened = record.open_attempts
    return bool(opened) and (finish.created_at is None or finish.created_at >= opened[0].at - CLOCKS_APART)


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
