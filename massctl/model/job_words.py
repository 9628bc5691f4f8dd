"""What was said of a mass job, one word after the other: which takes back which, and what is kept of both."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from massctl.model.ledger import JobStatus

FINALITY: Final = {"sending": 0, "awaiting_admin": 0, "unknown": 0, "sent": 1, "failed": 1, "deleted": 2}
"""What was said of a job -> how final it is: a poll that is overtaken by an event takes nothing back."""


def with_known_counts(said: "JobStatus", before: "JobStatus | None") -> "JobStatus":
    """Keep numbers and addresses that were said before and are not said again: mass/get knows none of them."""
    known = before.model_dump(exclude_none=True) if before else {}
    return said.model_copy(update={**known, **said.model_dump(exclude_none=True)})
