"""What a person says of a send, to be recorded with their name."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Testimony:
    """What the person says, why, and who it is."""

    reason: str
    by: str
    msg_id: int | None = None
    url: str | None = None
    batch: int | None = None
    """Which batch of a list of openids; None where only one can be meant."""
    looked_at: datetime | None = None
    """When the person looked, where what they say is carried out later; None where that is now."""
