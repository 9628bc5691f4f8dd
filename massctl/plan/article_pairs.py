"""Which article of a message is which article of another: by content, by title, then by what they share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from massctl.plan.readable import Block


@dataclass(frozen=True, slots=True)
class Traits:
    """What an article is recognised by."""

    title: str
    content: str
    """The digest of its body."""
    blocks: frozenset[Block]
    """Its paragraphs and pictures."""


def paired(before: Sequence[Traits], after: Sequence[Traits]) -> dict[int, int]:
    """Give, by the place of an article now, its place before; one that is new is left out."""
    pairs: dict[int, int] = {}
    for is_same in _TESTS:
        for new, old in product(range(len(after)), range(len(before))):
            if new not in pairs and old not in pairs.values() and is_same(before[old], after[new]):
                pairs[new] = old
    if len(before) == len(after) == 1:
        pairs[0] = 0  # However much was rewritten, it is what stands in its place.
    return pairs


_TESTS: tuple[Callable[[Traits, Traits], bool], ...] = (
    lambda old, new: (old.title, old.content) == (new.title, new.content),
    lambda old, new: old.content == new.content,
    lambda old, new: old.title == new.title,
    lambda old, new: bool(old.blocks & new.blocks),
)
"""The surest first."""


def moved(pairs: dict[int, int]) -> frozenset[int]:
    """Give the places now of the articles that changed their order: as few as can explain it."""
    best: dict[int, list[int]] = {}
    for new in sorted(pairs):
        # The longest run of articles that are still in their old order and end with this one.
        runs = [run for run in best.values() if pairs[run[-1]] < pairs[new]]
        best[new] = [*max(runs, key=len, default=[]), new]
    kept = max(best.values(), key=len, default=[])
    return frozenset(pairs) - frozenset(kept)
