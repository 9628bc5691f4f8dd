"""What `plan --refresh` found, as its JSON has it."""

from massctl.model.strict import Strict
from massctl.plan.drift import DriftKind


class PlannedDrift(Strict):
    """One thing that is other than the ledger says."""

    campaign: str
    """The campaign it belongs to."""
    edition: int
    """Its edition."""
    kind: DriftKind
    """What is other than recorded."""
    subject: str
    """The draft's media_id, the audience, or the job's msg_id."""
    before: str | int | None
    """As recorded; null where nothing is."""
    now: str | int | None
    """As WeChat says; null where it is gone."""
    message: str
    """The same, for people."""


class UnreadAccount(Strict):
    """What could not be read of an account."""

    account: str
    """The account's name."""
    message: str
    """Why, for people."""
    hint: str
    """What to do, for people."""


class PlannedRemote(Strict):
    """What WeChat has now against the ledger."""

    drift: list[PlannedDrift]
    """Everything that is other than recorded."""
    errors: list[UnreadAccount]
    """What could not be read; the other accounts were."""
