"""An accepted mass job, and the fold of what became of it: polls, events, withdrawals."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from massctl.model.job_entries import JobStatus, Withdrawn

DAY_USED_UP: Final = 45009
"""The calls of the day are used up, or its previews. Source: WeChat docs, "API limits of a new account" and
"message/mass/preview", read 2026-10."""


@dataclass(slots=True)
class Job:
    """An accepted mass job (群发任务)."""

    batch: int
    client_msg_id: str | None
    """None for a job that somebody sent in the console."""
    accepted_at: datetime
    msg_id: int | None
    msg_data_id: int | None
    status: str = "sending"
    counts: "JobStatus | None" = None
    withdrawn: set[int] = field(default_factory=set)
    """Articles from 1; 0 stands for all."""
    withdrawing: set[int] = field(default_factory=set)
    """Articles, or 0, whose withdrawal was asked for, and nobody knows whether it took place."""
    asked_at: list[datetime] = field(default_factory=list)
    """When a withdrawal was asked for, request by request; each counts for the account's ten of that day."""
    none_left_at: datetime | None = None
    """When WeChat refused one last because the account's of the day were used up."""

    @property
    def reached_nobody(self) -> bool:
        """Whether it ended as sent, and WeChat delivered it to no follower."""
        return self.status == "sent" and self.counts is not None and self.counts.sent_count == 0

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is left to be read: withdrawn as a whole, by massctl or by somebody else."""
        return self.status == "deleted" or 0 in self.withdrawn


_FINALITY: Final = {"sending": 0, "awaiting_admin": 0, "unknown": 0, "sent": 1, "failed": 1, "deleted": 2}
"""What was said of a job -> how final it is: a poll that is overtaken by an event takes nothing back."""


def absorb_job_entry(jobs: list[Job], event: "JobStatus | Withdrawn", at: datetime) -> bool:
    """Fold what became of a job, recorded at `at`, into those of a record; False where none of them is meant."""
    found = [job for job in jobs if job.msg_id == event.msg_id]
    for job in found:
        if event.type == "withdrawn":
            _into_withdrawals(job, event, at)
        elif _rank(event.status, event.source) >= _rank(job.status, job.counts.source if job.counts else None):
            job.status, job.counts = event.status, _with_known_counts(event, job.counts)
        elif event.source is not None:
            # What is deleted stays deleted; how many had got it is worth knowing all the same.
            job.counts = _with_known_counts(event, job.counts)
    return bool(found)


def _rank(status: str, source: str | None) -> tuple[int, bool]:
    """Order what is said of a job: the more final first, and among equals an event before a poll."""
    return _FINALITY[status], source is not None


def _into_withdrawals(job: Job, event: "Withdrawn", at: datetime) -> None:
    if event.outcome == "begun":
        job.asked_at.append(at)
    elif event.outcome == "refused" and event.errcode is None and job.asked_at:
        job.asked_at.pop()  # No token could be had, so the request never left.
    elif event.outcome == "refused" and event.errcode == DAY_USED_UP:
        job.none_left_at = at
    if event.outcome in ("begun", "unknown"):
        job.withdrawing.add(event.article)
        return
    job.withdrawing.discard(event.article)
    if event.outcome is None:
        job.withdrawn.add(event.article)


def _with_known_counts(said: "JobStatus", before: "JobStatus | None") -> "JobStatus":
    """Keep numbers and addresses that were said before and are not said again: mass/get knows none of them.

    A reason is that of a failure, and ends with it; what the originality check found stays.
    """
    known = {} if before is None else {name: getattr(before, name) for name in type(before).model_fields}
    kept = {name: value for name, value in known.items() if value is not None and getattr(said, name) is None}
    if said.status == "sent":
        kept.pop("reason", None)
    return said.model_copy(update=kept)
