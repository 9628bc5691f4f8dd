"""Offsets of a text as lines and columns, counted in code points."""

import re
from bisect import bisect_right
from typing import Final, NamedTuple

_BREAK: Final = re.compile(r"\r\n|\n|\r")


class Span(NamedTuple):
    """From a line and column up to, but not including, another; all count from 1, in code points."""

    line: int
    column: int
    end_line: int
    end_column: int


class Lines:
    """The lines of a text."""

    def __init__(self, text: str) -> None:
        self.text: Final = text
        breaks = [match.span() for match in _BREAK.finditer(text)]
        self._starts: Final = [0, *(end for _, end in breaks)]
        self._ends: Final = [*(start for start, _ in breaks), len(text)]

    def __len__(self) -> int:
        return len(self._starts)

    def bounds(self, line: int) -> tuple[int, int]:
        """Give the offsets of the first character of `line` (from 1) and of the end of its text."""
        return self._starts[line - 1], self._ends[line - 1]

    def written(self, line: int) -> str:
        """Give `line` (from 1) as written, without its line break."""
        start, end = self.bounds(line)
        return self.text[start:end]

    def at(self, offset: int) -> tuple[int, int]:
        """Give line and column of a character; past a line's text means just behind its last character."""
        line = bisect_right(self._starts, max(0, offset))
        start, end = self.bounds(line)
        return line, max(0, min(offset, end) - start) + 1

    def span(self, start: int, end: int) -> Span:
        """Give the place of the characters from `start` up to `end`."""
        return Span(*self.at(start), *self.at(max(start, end)))
