"""A campaign's status: derived from its record, never stored. Which status may follow which is the table."""

from enum import StrEnum
from typing import Final

from massctl.model.hold import is_held
from massctl.model.state import Job, Record


class Status(StrEnum):
    """Where a campaign's edition stands, in the words of the public interface."""

    NEW = "new"
    STAGED = "staged"
    PREVIEWED = "previewed"
    SENDING = "sending"
    AWAITING_ADMIN = "awaiting_admin"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    WITHDRAWN = "withdrawn"


_BEFORE: Final = frozenset({Status.NEW, Status.STAGED, Status.PREVIEWED})
_UNDER_WAY: Final = frozenset({Status.SENDING, Status.AWAITING_ADMIN, Status.SENT, Status.FAILED})

_OPEN: Final = frozenset({Status.IN_DOUBT, Status.AWAITING_ADMIN})
"""What an open attempt may be: unknown, or known to wait for the administrator."""
_FROM_BEFORE: Final = _BEFORE | {Status.IN_DOUBT, Status.SENDING, Status.SENT}
"""SENDING and SENT without an attempt: a person says that it was sent in the console, or before this ledger."""

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    Status.NEW: _FROM_BEFORE,
    Status.STAGED: _FROM_BEFORE,
    Status.PREVIEWED: _FROM_BEFORE,
    Status.IN_DOUBT: _BEFORE | _UNDER_WAY | _OPEN,
    # Between two of its batches it is SENDING; the attempt at the next one is a doubt until its verdict.
    Status.SENDING: _UNDER_WAY | {Status.WITHDRAWN, Status.IN_DOUBT},
    # It awaits the administrator as an open attempt, or as a job of which an event or a poll said so.
    Status.AWAITING_ADMIN: _BEFORE | _UNDER_WAY | _OPEN | {Status.WITHDRAWN},
    # The first word on a job may be corrected by a later one: events outrank a poll.
    Status.SENT: frozenset({Status.SENT, Status.FAILED, Status.WITHDRAWN}),
    Status.FAILED: frozenset({Status.FAILED, Status.SENT, Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset({Status.WITHDRAWN}),
}
"""Status -> what one more entry may make of it. An attempt without a verdict is IN_DOUBT at once."""

FINAL: Final = frozenset({Status.SENDING, Status.AWAITING_ADMIN, Status.SENT, Status.FAILED, Status.WITHDRAWN})
"""From here only a raised edition sends again, unless batches are left or an attempt is open; see `is_concluded`."""
_STOPPED: Final = frozenset({Status.FAILED, Status.WITHDRAWN})
"""What became of a batch so that none is begun after it."""


def status_of(record: Record) -> Status:
    """Derive the status. An open attempt outranks everything else that is recorded."""
    if record.open_attempts:
        return Status.AWAITING_ADMIN if is_held(record) else Status.IN_DOUBT
    if record.jobs:
        status = _status_of_jobs(record.jobs)
        return Status.SENDING if record.is_partly_sent and status not in _STOPPED else status
    if record.imported is not None or record.sent_batches:
        return Status.SENDING if record.is_partly_sent else Status.SENT
    draft = record.draft()
    shown = {digest for (digest, _), preview in record.previews.items() if preview.outcome == "sent"}
    if draft is not None:
        return Status.PREVIEWED if draft.event.digest in shown else Status.STAGED
    if record.staged is not None:
        return Status.PREVIEWED if record.staged.digest in shown else Status.STAGED
    # A text stands for itself; a message whose draft is gone has nothing left to show.
    return Status.PREVIEWED if shown and not record.drafts and not record.proposals else Status.NEW


def is_concluded(record: Record) -> bool:
    """Say whether an edition went out, all of it, and nothing about its send is open: it is not rendered any more.

    Also where a batch failed or was withdrawn: none is begun after it.
    """
    status = status_of(record)
    return status in FINAL and not record.open_attempts and (status in _STOPPED or not record.is_partly_sent)


def _status_of_jobs(jobs: list[Job]) -> Status:
    """Derive the status of an accepted campaign: the word that most needs a person comes first."""
    words = {job.status for job in jobs}
    if all(job.is_gone for job in jobs):
        return Status.WITHDRAWN
    if "failed" in words:
        return Status.FAILED
    if "awaiting_admin" in words:
        return Status.AWAITING_ADMIN
    if words & {"sending", "unknown"}:
        return Status.SENDING
    return Status.SENT
