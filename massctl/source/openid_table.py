"""A table with a column of openids: its rows one by one, and what hides a row from whoever reads it."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from massctl.model.phrase import Phrase

COLUMN: Final = "openid"
_SEPARATORS: Final = re.compile(r"[;\t|]")
"""What spreadsheets write in place of commas, by the language of their user."""
_HIDDEN: Final = re.compile(r"(?<!\w)o[\w-]{27}(?![\w-])", re.ASCII)
"""An openid behind the first line of a cell: it was meant to be in a row of its own."""


class TableFault(Exception):  # noqa: N818 - it becomes a diagnostic and leaves this room never
    """The table cannot be read from `line` on."""

    def __init__(self, code: str, line: int, message: Phrase, hint: Phrase) -> None:
        super().__init__(message)
        self.code, self.line, self.message, self.hint = code, line, message, hint


@dataclass(frozen=True, slots=True)
class Row:
    """One row."""

    number: int
    """The line on which it ends, from 1."""
    line: str
    """That line."""
    openid: str
    """Without blanks around it; may be empty."""
    is_blank: bool
    """Whether no cell holds anything."""


def rows(lines: Iterator[tuple[int, str]]) -> Iterator[Row]:
    """Give the rows under the heading, from numbered lines; raises TableFault."""
    feed = _Feed(lines)
    cells = _cells(feed)
    header = next((row for row in cells if any(cell.strip() for cell in row)), [])
    at = _column(header, feed.number or 1)
    for row in cells:
        openid = row[at].strip() if at < len(row) else ""
        yield Row(feed.number, feed.line, openid, not any(each.strip() for each in row))


def _cells(feed: "_Feed") -> Iterator[list[str]]:
    reader = csv.reader(feed, strict=True)
    while True:
        began = feed.number + 1
        try:
            row = next(reader, None)
        except csv.Error:
            raise _unquoted(began, Phrase("a quotation mark is missing here, or is one too many")) from None
        if row is None:
            return
        if feed.number > began and any(_HIDDEN.search(cell.partition("\n")[2]) for cell in row):
            raise _unquoted(
                began, Phrase("a cell that begins here goes over several lines, and openids are among them")
            )
        yield row


def _column(header: list[str], line: int) -> int:
    names = [cell.strip().casefold() for cell in header]
    if names.count(COLUMN) == 1:
        return names.index(COLUMN)
    if COLUMN in names:
        say = Phrase("the table has more than one column {name}", name=COLUMN)
        raise TableFault("MC604", line, say, Phrase("give the others another heading"))
    say = Phrase("the table has no column {name}", name=COLUMN)
    hint = Phrase("write {name} above the column, in the first row", name=COLUMN)
    if any(COLUMN in (part.strip() for part in _SEPARATORS.split(name)) for name in names):
        hint = Phrase("separate the columns with commas: save the table as “CSV UTF-8 (comma delimited)”")
    raise TableFault("MC604", line, say, hint)


def _unquoted(line: int, message: Phrase) -> TableFault:
    return TableFault("MC607", line, message, Phrase('in a cell with a `"` of its own, write it twice: `""`'))


class _Feed:
    """Lines for the csv module, which asks for text alone; remembers the newest."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self.number = 0
        self.line = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number, self.line = next(self._lines)
        return self.line + "\n"
