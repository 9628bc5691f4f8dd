"""What there is to tell, by its name, and how far the telling of it to a channel has come.

A telling is begun before the post, then told, or failed and tried again.

Of two runs that begin it together the first on record has the claim, and the other posts nothing. A run that dies
behind its post may tell once more. No fact is tried without end.
"""

from datetime import datetime, timedelta
from typing import Literal

from massctl.model.entries import Entry, TellingProgress, Told
from massctl.model.frozen import Frozen

Happening = Literal[
    "accepted",
    "ended",
    "failed",
    "withdrawn",
    "settled",
    "in_doubt",
    "awaiting_admin",
    "expired",
    "refused",
    "draft_left",
    "upcoming",
    "drift",
    "report",
]
"""What is told: WeChat accepted a send; it delivered it; it failed; somebody withdrew it; a person said whether it was
sent; its outcome is unknown; the administrator is asked; its window closed before it; a guard refuses it in its window;
its folder is gone and its draft stays, because it was changed; its window opens soon; what it depends on is not as
recorded; what it reached by day 1, 3, 7 or 30."""
NoticeEvent = Happening | Literal["details"]
"""What a notice is about. `details`: an event says how many have it, or why not, behind an end that was told already;
whoever hears of `ended` or `failed` is told."""
FactKind = NoticeEvent | Literal["contradicted", "nobody"]
"""What somebody has to hear of. `contradicted`: two ends were told; `nobody`: a send ended, and nobody got it."""


class Fact(Frozen):
    """Names what somebody has to hear of, within its campaign and edition."""

    kind: FactKind
    parts: tuple[str, ...] = ()
    """What tells it from others of its kind: a serial, a day, a subject."""

    @classmethod
    def of(cls, kind: FactKind, *parts: object) -> "Fact":
        """Make it of its parts."""
        return cls(kind, tuple(map(str, parts)))

    @classmethod
    def named(cls, name: str) -> "Fact":
        """Read a name back."""
        kind, *parts = name.split(" ")
        return cls(kind, tuple(map(_plain, parts)))  # type: ignore[arg-type]  # A newer massctl may know more kinds.

    def __str__(self) -> str:
        """Return its name, as the ledger has it: words between blanks."""
        return " ".join([self.kind, *map(_escaped, self.parts)])

    @property
    def happening(self) -> NoticeEvent:
        """Return what happened, in the words of `notify`."""
        match self.kind:
            case "contradicted" | "nobody":
                return "failed"
            case kind:
                return kind


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace(" ", "%20")


def _plain(part: str) -> str:
    return part.replace("%20", " ").replace("%25", "%")


FactAtChannel = tuple[Fact, str]
"""(fact, channel)."""
PAUSE = timedelta(minutes=4)
"""After a first failure; then twice as long each time. A run every five minutes finds it over. Our own bound."""
TRIES_MAX = 8
"""The last try follows eight hours after the first. Our own bound."""
AGAIN_AFTER = timedelta(hours=24)
"""What no entry records, such as a refusal, is told again where it is still so a day later."""


class Telling(Frozen):
    """How far the telling of one fact to one channel has come."""

    progress: TellingProgress
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
        if self.progress == "told":
            return again and now >= self.at + AGAIN_AFTER
        return self.tries < TRIES_MAX and not self.at <= now < self.free_at

    @property
    def is_given_up(self) -> bool:
        """Whether it was tried as often as anything is."""
        return self.progress != "told" and self.tries >= TRIES_MAX


def telling_after(known: Telling | None, event: Told, entry: Entry) -> Telling | None:
    """Return how far a telling has come after an entry; None if that is as far as before it was begun."""
    if event.progress == "untold":
        return None
    if event.progress != "begun":
        tries, claim = (known.tries, known.claim) if known is not None else (1, entry.serial)
        return Telling(event.progress, entry.at, tries, claim)
    if known is None:
        return Telling("begun", entry.at, 1, entry.serial)
    if not known.is_due(entry.at, again=True):
        return known  # Another run was first, and this one finds so before it posts.
    tries = 1 if known.progress == "told" else known.tries + 1
    return Telling("begun", entry.at, tries, entry.serial)
