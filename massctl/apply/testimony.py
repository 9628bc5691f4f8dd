"""What a person says of a send, to be recorded with their name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Testimony:
    """What the person says, why, and who it is."""

    reason: str
    by: str
    msg_id: int | None = None
    url: str | None = None
    batch: int | None = None
    """Which batch of a list of openids; None where only one can be meant."""
