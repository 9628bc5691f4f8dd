"""Two texts, character by character or word by word: what was kept, removed and added.

`difflib` finds the runs. What it costs grows with how often the same token stands in both texts, so that is counted
before it is spent: texts that would cost more than the budget are compared by their beginnings and ends alone.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from massctl.plan.changes import Mark, Piece

WORK_MAX: Final = 200_000
"""Ours: pairs of equal tokens that one article may cost; a long one, rewritten, takes a tenth of it."""
_TOKEN: Final = re.compile(
    r"[0-9A-Za-z\u00c0-\u024f]+(?:[.,:][0-9]+)*"  # a word of letters, a number, a time
    r"|\s+"
    # One character, with the accents and joined parts that are shown as one with it.
    r"|.(?:[\u0300-\u036f\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d.)*",
    re.DOTALL,
)
_CRUMB_CHARACTERS: Final = 2
"""So little between two changes is read with them: one change is easier to hear than three."""
_KEPT_SHARE_MIN: Final = 0.3
"""With less in common, a text is told as a new one in place of the old."""


@dataclass(slots=True)
class Budget:
    """What may still be spent on one article; `is_capped` once something was too dear."""

    left: int = WORK_MAX
    is_capped: bool = False

    def afford(self, one: Sequence[Hashable], other: Sequence[Hashable]) -> bool:
        """Pay for comparing two sequences, or say that it is too dear."""
        theirs = Counter(other)
        cost = len(one) + len(other) + sum(count * theirs[each] for each, count in Counter(one).items())
        if cost > self.left:
            self.is_capped = True
            return False
        self.left -= cost
        return True


def word_changes(old: str, new: str, budget: Budget) -> tuple[Piece, ...]:
    """Compare two texts; kept and removed pieces make `old`, kept and added ones make `new`."""
    ours, theirs = _TOKEN.findall(old), _TOKEN.findall(new)
    start, end = common_ends(ours, theirs)
    before, after = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    runs = list(_runs(before, after, budget))
    runs = [("".join(ours[:start]), "", ""), *_without_crumbs(runs), ("".join(ours[len(ours) - end :]), "", "")]
    kept = sum(len(run[0]) for run in runs)
    if kept < _KEPT_SHARE_MIN * max(len(old), len(new)):
        runs = [("", old, new)]
    marked = [
        Piece(mark, text) for run in runs for mark, text in zip((Mark.KEPT, Mark.REMOVED, Mark.ADDED), run, strict=True)
    ]
    return tuple(piece for piece in marked if piece.text)


def common_ends(one: Sequence[object], other: Sequence[object]) -> tuple[int, int]:
    """Count what two sequences have in common at their beginnings and, beyond that, at their ends."""
    shorter = min(len(one), len(other))
    start = next((index for index in range(shorter) if one[index] != other[index]), shorter)
    room = shorter - start
    end = next((index for index in range(room) if one[-1 - index] != other[-1 - index]), room)
    return start, end


_Run = tuple[str, str, str]
"""What was kept, then removed, then added."""


def _runs(before: list[str], after: list[str], budget: Budget) -> Iterator[_Run]:
    """Give kept texts and changes, each in a run of its own."""
    if not before or not after or not budget.afford(before, after):
        yield "", "".join(before), "".join(after)
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, low, high, other_low, other_high in matcher.get_opcodes():
        removed, added = "".join(before[low:high]), "".join(after[other_low:other_high])
        yield (removed, "", "") if tag == "equal" else ("", removed, added)


def _without_crumbs(runs: list[_Run]) -> list[_Run]:
    """Join changes with the few characters between them; the first and the last run are changes."""
    joined: list[_Run] = []
    for kept, removed, added in runs:
        is_crumb = bool(kept) and len(kept) <= _CRUMB_CHARACTERS
        if joined and not joined[-1][0] and (is_crumb or not kept):
            _, gone, come = joined[-1]
            joined[-1] = ("", gone + kept + removed, come + kept + added)
        else:
            joined.append((kept, removed, added))
    return joined
