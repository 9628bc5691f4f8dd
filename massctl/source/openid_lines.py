"""Where certain openids stand in the lists of the working tree, and the lists without them."""

import csv
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from massctl.model.frozen import Frozen
from massctl.model.ids import CAMPAIGNS
from massctl.source.openids import LIST_BYTES_MAX

_ENDINGS = frozenset({".csv", ".txt"})
_WORD: Final = re.compile(rb"(?<![\w-])o[\w-]{5,63}(?![\w-])", re.ASCII)
"""What may be an openid."""


class OpenidLines(Frozen):
    """The lines of one list that hold some of the openids."""

    path: str
    """From the repository's root."""
    lines: tuple[int, ...]
    """From 1."""


def openid_lines(root: Path, openids: Collection[str]) -> Iterator[OpenidLines]:
    """Find every text and table below campaigns/ that holds one of these openids."""
    meant = {each.encode() for each in openids}
    for path in sorted((root / CAMPAIGNS).rglob("*")):
        if path.suffix.casefold() not in _ENDINGS or path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size > LIST_BYTES_MAX:
            continue  # No list is as large.
        found = [
            number
            for number, line in enumerate(path.read_bytes().splitlines(), 1)
            if not meant.isdisjoint(_WORD.findall(line))
        ]
        if found:
            yield OpenidLines(path.relative_to(root).as_posix(), tuple(found))


def without_lines(path: Path, lines: Collection[int]) -> bytes:
    """Return a list without these lines; every other byte stays. A row of a table goes with all its lines."""
    kept = path.read_bytes().splitlines(keepends=True)
    gone = set(lines)
    if path.suffix.casefold() == ".csv":
        gone |= _rows_of(kept, gone)
    return b"".join(line for number, line in enumerate(kept, 1) if number not in gone)


def _rows_of(lines: list[bytes], gone: set[int]) -> set[int]:
    reader = csv.reader(line.decode("utf-8", "replace") for line in lines)
    found, before = set[int](), 0
    for _ in reader:
        row = set(range(before + 1, reader.line_num + 1))
        before = reader.line_num
        if row & gone:
            found |= row
    return found
