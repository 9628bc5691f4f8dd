"""What came over the wire, or why there is nothing that could be used."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from massctl.model.phrase import Phrase

_LOOK_AT_THE_LINE: Final = Phrase(
    "Check the network, the account's api_base and its proxy if it has one, then run the same command again."
)


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came over the wire."""

    status: int
    content: bytes = field(repr=False)
    server_date: datetime | None = None
    """Its `Date`, in UTC, to compare clocks with; None where there is none, or none that can be read."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """There is no usable answer: the call may have had its effect, unless its request never left."""

    reason: Phrase
    """A clause, without address and token: `no answer within 30 s`."""
    hint: Phrase = _LOOK_AT_THE_LINE
    left: bool = True
    """False: nothing of the request was written, so it had no effect."""
