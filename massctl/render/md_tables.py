"""Cells that Markdown drops, and lines that were meant as a table and are none.

A row has as many cells as the header, and what is more is lost without a word.

Source: GitHub Flavored Markdown 0.29, 4.10 "Tables (extension)": "The excess is ignored", and a bar ends a cell also
inside of code.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it.token import Token

from massctl.model.diagnostics import Lines, Severity
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault

_BAR: Final = re.compile(r"(?<!\\)\|")
_DASHES: Final = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_ROW: Final = re.compile(r"\|(?:[^|\n]+\|){2,}[ \t]*")
_SHOWN_MAX: Final = 40
"""Characters of the lost cells that a message says."""


def lost_cells(lines: Lines, tokens: Sequence[Token]) -> Iterator[tuple[Fault, int, int]]:
    """Give a warning for each row with more cells than the header, with its line (from 1) and its column (from 0)."""
    columns = 0
    for token in tokens:
        if token.type == "table_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and columns and token.map:
            number = token.map[0] + 1
            line = lines.written(number)
            start = _start_of_rest(line, columns)
            rest = line[start:].strip().removesuffix("|").strip()
            if rest.strip("| "):
                yield _lost(rest), number, start


def lost_tables(lines: Lines, tokens: Sequence[Token]) -> Iterator[tuple[Fault, int, int]]:
    """Give a warning for each paragraph that its writer meant as a table, placed as `lost_cells` places its own."""
    for token in tokens:
        if token.type == "paragraph_open" and token.map and token.map[1] - token.map[0] > 1:
            written = [lines.written(number + 1).lstrip(" \t>") for number in range(*token.map)]
            dashes = next((n for n, line in enumerate(written) if n and "|" in line and _DASHES.fullmatch(line)), None)
            if dashes is not None:
                fault, number = _unlike(written[dashes - 1], written[dashes]), token.map[0] + 1 + dashes
            elif all(map(_ROW.fullmatch, written)):
                fault, number = _without_dashes(written[0]), token.map[0] + 1
            else:
                continue
            yield fault, number, lines.written(number).index(fault.needle)


def _unlike(header: str, dashes: str) -> Fault:
    above, below = len(_cells(header)), len(_cells(dashes))
    say = Phrase(
        "these lines are not a table: the header has {header} cells, the line of dashes {dashes}",
        header=above,
        dashes=below,
    )
    hint = Phrase("give both the same number; write a bar in the text as `\\|`, also in code")
    return Fault("MC314", say, hint, severity=Severity.WARNING, needle=dashes)


def _without_dashes(row: str) -> Fault:
    say = Phrase("these lines are not a table: the line of dashes below the header is missing")
    hint = Phrase("write `{text}` below the first line", text="|---" * len(_cells(row)) + "|")
    return Fault("MC314", say, hint, severity=Severity.WARNING, needle=row)


def _cells(row: str) -> list[str]:
    return _BAR.split(row.strip().removeprefix("|").removesuffix("|"))


def _start_of_rest(line: str, columns: int) -> int:
    """Give where the first cell begins that the header has no column for; the line's length if there is none.

    Before the row stand the marks and blanks of the quotations and lists that it is in.
    """
    start = len(line) - len(line.lstrip(" \t>"))
    begins = [start + 1 if line.startswith("|", start) else start]
    begins += [bar.end() for bar in _BAR.finditer(line, begins[0])]
    if len(begins) <= columns:
        return len(line)
    start = begins[columns]
    return start + len(line[start:]) - len(line[start:].lstrip())


def _lost(rest: str) -> Fault:
    cells = " | ".join(each.strip() for each in _BAR.split(rest))
    shown = cells if len(cells) <= _SHOWN_MAX else cells[:_SHOWN_MAX] + "…"
    say = Phrase("this row has more cells than the table's header, and these are lost: `{text}`", text=shown)
    hint = Phrase("write a bar in the text as `\\|`, also in code; or add a cell to the header")
    return Fault("MC343", say, hint, severity=Severity.WARNING, needle=rest)
