"""Two bodies, paragraph by paragraph and picture by picture: what came, what went, and what is in its place."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from massctl.plan.changes import Mark, PictureChanged, PictureSeen, Piece, WordsChanged
from massctl.plan.readable import Block, Words
from massctl.plan.word_changes import Budget, common_ends, word_changes

BLOCKS_MAX: Final = 600
"""Ours: of paragraphs and pictures that are matched in order; an article that WeChat takes has far fewer."""
_NEARBY: Final = 8
"""How far on a changed paragraph is looked for."""
_ALIKE_MIN: Final = 0.5
"""The share of characters that makes two paragraphs an old and a new one."""

BlockChange = WordsChanged | PictureChanged


def block_changes(old: Sequence[Block], new: Sequence[Block], budget: Budget) -> list[BlockChange]:
    """Compare what a reader meets, in order."""
    start, end = common_ends(old, new)
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    if not before or not after:
        return [*map(_gone, before), *map(_come, after)]
    if max(len(before), len(after)) > BLOCKS_MAX or not budget.afford(before, after):
        budget.is_capped = True
        return list(_uncommon(before, after))
    found: list[BlockChange] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, low, high, other_low, other_high in matcher.get_opcodes():
        if tag != "equal":
            found += _replaced(before[low:high], after[other_low:other_high], budget)
    return found


def _uncommon(before: Sequence[Block], after: Sequence[Block]) -> Iterator[BlockChange]:
    """Give what only one side has, whatever its order."""
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    for counted, change in ((gone, _gone), (come, _come)):
        for block, times in counted.items():
            yield from [change(block)] * times


def _replaced(before: Sequence[Block], after: Sequence[Block], budget: Budget) -> Iterator[BlockChange]:
    """Tell a stretch that was rewritten: each old paragraph with the new one that is most like it, the rest alone."""
    position = 0
    lone = len(before) == len(after) == 1
    for block in before:
        nearby = range(position, min(position + _NEARBY, len(after)))
        likeness = {
            index: 1.0 if lone and _is_like(block, after[index]) else _alike(block, after[index]) for index in nearby
        }
        best = max(likeness, key=lambda index: likeness[index], default=None)
        if best is None or likeness[best] < _ALIKE_MIN:
            yield _gone(block)
            continue
        yield from map(_come, after[position:best])
        yield _in_place(block, after[best], budget)
        position = best + 1
    yield from map(_come, after[position:])


def _is_like(one: Block, other: Block) -> bool:
    return isinstance(one, Words) == isinstance(other, Words)


def _alike(one: Block, other: Block) -> float:
    """Give the share of characters that two paragraphs have in common; pictures in a rewritten stretch are alike."""
    if not isinstance(one, Words) or not isinstance(other, Words):
        return float(_is_like(one, other))
    common = (Counter(one.text) & Counter(other.text)).total()
    return 2 * common / (len(one.text) + len(other.text))


def _in_place(old: Block, new: Block, budget: Budget) -> BlockChange:
    if isinstance(old, Words) and isinstance(new, Words):
        return WordsChanged(word_changes(old.text, new.text, budget))
    return _picture(old, new)


def _gone(block: Block) -> BlockChange:
    return WordsChanged((Piece(Mark.REMOVED, block.text),)) if isinstance(block, Words) else _picture(block, None)


def _come(block: Block) -> BlockChange:
    return WordsChanged((Piece(Mark.ADDED, block.text),)) if isinstance(block, Words) else _picture(None, block)


def _picture(old: Block | None, new: Block | None) -> PictureChanged:
    return PictureChanged(old if isinstance(old, PictureSeen) else None, new if isinstance(new, PictureSeen) else None)
