"""How far the telling of a fact to a channel has come: begun before the post, then told, or failed and tried again.

Of two runs that begin it together the first on record has the claim, and the other posts nothing. A run that dies
behind its post may tell once more. No fact is tried without end.
"""

from datetime import datetime, timedelta
from typing import Literal

from massctl.model.entries import Entry, Told
from massctl.model.frozen import Frozen

FactAtChannel = tuple[str, str]
"""(fact, channel)."""
PAUSE = timedelta(minutes=4)
"""After a first failure; then twice as long each time. A run every five minutes finds it over. Our own bound."""
TRIES_MAX = 8
"""The last try follows eight hours after the first. Our own bound."""
AGAIN_AFTER = timedelta(hours=24)
"""What no entry records, such as a refusal, is told again where it is still so a day later."""


class Telling(Frozen):
    """How far the telling of one fact to one channel has come."""

    outcome: Literal["begun", "told", "failed"]
    at: datetime
    tries: int
    """Posts that were begun since the channel was told last."""
    claim: int
    """Serial of the `begun` whose run alone tells it, until `free_at`."""

    @property
    def free_at(self) -> datetime:
        """From when another run may tell what was begun and has no end, or what failed."""
        doublings: int = 2 ** (self.tries - 1)
        return self.at + PAUSE * doublings

    def is_due(self, now: datetime, *, again: bool) -> bool:
        """Return whether it is to be told now; `again`: also where it was told, and that is a day ago."""
        if self.outcome == "told":
            return again and now >= self.at + AGAIN_AFTER
        return self.tries < TRIES_MAX and not self.at <= now < self.free_at

    @property
    def is_given_up(self) -> bool:
        """Whether it was tried as often as anything is."""
        return self.outcome != "told" and self.tries >= TRIES_MAX


def telling_after(known: Telling | None, event: Told, entry: Entry) -> Telling:
    """Return how far a telling has come after an entry."""
    if event.outcome != "begun":
        tries, claim = (known.tries, known.claim) if known is not None else (1, entry.serial)
        return Telling(event.outcome, entry.at, tries, claim)
    if known is None:
        return Telling("begun", entry.at, 1, entry.serial)
    if not known.is_due(entry.at, again=True):
        return known  # Another run was first, and this one finds so before it posts.
    tries = 1 if known.outcome == "told" else known.tries + 1
    return Telling("begun", entry.at, tries, entry.serial)
