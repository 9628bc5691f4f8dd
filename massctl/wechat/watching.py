"""What may be told of one exchange with WeChat: where to, how it was answered, how long it took.

Nothing that travelled is in it: no query, no body, no token. `rid` and `reason` are clean words of ours or WeChat's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from massctl.model.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, when it begins and again when it ended."""

    method: str
    path: str
    """Without its query, which carries the token."""
    milliseconds: int | None = None
    """None while the request is under way."""
    errcode: int | None = None
    """0 for success; None where no answer came that could be read."""
    rid: str | None = None
    reason: Phrase | None = None
    """Why there is no answer."""
    server_date: datetime | None = None
    """The `Date` of the answer, in UTC; None where it has none."""


Watch = Callable[[Exchange], None]
"""Is told of every exchange, from many threads."""
