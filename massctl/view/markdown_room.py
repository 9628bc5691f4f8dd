"""How the room of a comment is dealt out: what matters most first, and to nobody so much that others have nothing.

Sizes are UTF-16 code units, which are never fewer than code points and a third of UTF-8 bytes at least: a text of
65,000 is within a comment's 262,144 bytes and within the 65,536 code points of a pull request's body.
Source: measured on GitHub's API, https://github.com/dead-claudia/github-limits/pull/13, read 2026-11.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

_SHARE: Final = 8
"""In the first round a block gets at most one part in so many of what is left; the second gives the rest away."""
_MORE_CHARACTERS_MAX: Final = 32
"""Room that each block keeps for saying how many of its rows are not there."""
_PASSED_OVER_MAX: Final = 20
"""When so many did not fit, those behind them are not even looked at."""


@dataclass(slots=True)
class Block:
    """Lines that stand together or not at all, and between them rows of which the last may be left out."""

    opening: list[str]
    rows: list[str]
    closing: list[str]
    shown: int = field(default=0, init=False)
    """How many of the rows have their place."""

    @property
    def missing(self) -> int:
        """How many rows are left out."""
        return len(self.rows) - self.shown

    def lines(self, more: Callable[[int], str]) -> list[str]:
        """Give what has its place; `more` says how many rows are not there."""
        rest = [more(self.missing)] if self.missing else []
        return [*self.opening, *self.rows[: self.shown], *rest, *self.closing]


def size(text: str) -> int:
    """Count a text as UTF-16 does."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def lines_size(lines: Iterable[str]) -> int:
    """Count lines with their line ends."""
    return sum(size(line) + 1 for line in lines)


def beginning(lines: Sequence[str], room: int) -> int:
    """Say how many of the first lines fit."""
    for number, line in enumerate(lines):
        room -= size(line) + 1
        if room < 0:
            return number
    return len(lines)


def deal(blocks: Iterable[Block], room: int) -> tuple[list[Block], int]:
    """Give the blocks, most important first, that have their place, each with its first rows; and what room is left.

    A block whose opening does not fit is passed over: a shorter one behind it may.
    """
    placed: list[Block] = []
    passed_over = 0
    for block in blocks:
        frame = lines_size([*block.opening, *block.closing]) + _MORE_CHARACTERS_MAX
        if frame <= room:
            block.shown = beginning(block.rows, max(0, room // _SHARE - frame))
            room -= frame + lines_size(block.rows[: block.shown])
            placed.append(block)
        elif (passed_over := passed_over + 1) == _PASSED_OVER_MAX:
            break
    return placed, room


def grow(blocks: Iterable[Block], room: int) -> int:
    """Give blocks that have their place more rows, most important first, as long as there is room; what is left."""
    for block in blocks:
        more = beginning(block.rows[block.shown :], room)
        room -= lines_size(block.rows[block.shown : block.shown + more])
        block.shown += more
    return room
