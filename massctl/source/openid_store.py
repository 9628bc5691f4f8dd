"""Openids in their order, each once, in a file that nobody else can open: memory stays flat however many there are.

The file is SQLite's private one: without a name from the moment it is made, and gone with the process, however that
ends. Equal openids are found share by share, for SQLite's own sorting maps its files into memory, and that grows.
"""

import hashlib
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final
from zlib import crc32

from massctl.model.campaign import OpenidList, batch_sizes
from massctl.model.ids import Sha256

CACHE_KIB: Final = 2048
"""What SQLite may keep in memory of the file."""
_ROWS: Final = 2000
"""Rows that are in memory at once while all of them are walked through."""
_SHARES: Final = 128
"""Equal openids are in the same share; one share at a time is in memory, of a million some eight thousand."""


class OpenidStore:
    """Holds one list; first `add`, then `seal`, then `batch`. For one thread."""

    def __init__(self) -> None:
        # One thread uses it, and whichever collects the garbage closes it.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._db.execute("PRAGMA temp_store = FILE")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("CREATE TABLE given (n INTEGER PRIMARY KEY, openid TEXT NOT NULL)")
        shares = "share INTEGER, n INTEGER, line INTEGER, openid TEXT, PRIMARY KEY (share, n)"
        self._db.execute(f"CREATE TABLE shared ({shares}) WITHOUT ROWID")
        self._db.execute("CREATE TABLE again (n INTEGER PRIMARY KEY)")
        self._given = 0
        self._starts: list[int] = []
        weakref.finalize(self, self._db.close)

    def add(self, openids: Sequence[tuple[int, str]]) -> None:
        """Take openids, each with its line, in their order; the same one may come again."""
        numbered = [(self._given + at, line, openid) for at, (line, openid) in enumerate(openids, 1)]
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO given VALUES (?, ?)", ((n, openid) for n, _, openid in numbered))
        # Once by their order, and once by their share: each is then read from beginning to end.
        shares = ((crc32(openid.encode()) % _SHARES, n, line, openid) for n, line, openid in numbered)
        self._db.executemany("INSERT INTO shared VALUES (?, ?, ?, ?)", shares)
        self._db.execute("COMMIT")
        self._given += len(numbered)

    def seal(self, batch_max: int) -> tuple[OpenidList | None, int, int | None]:
        """Drop what stands there twice, and name the rest.

        Gives what names the list (None where nothing is in it), how many were dropped, and the line of the first.
        """
        dropped, first = self._drop_repetitions()
        count = self._given - dropped
        if count == 0:
            return None, dropped, first
        places = [*_places(batch_sizes(count, batch_max)), count]
        self._starts, walked, named = [], 0, hashlib.sha256()
        batches = [hashlib.sha256() for _ in places[1:]]
        for rows in self._walk():
            lines = [f"{openid}\n" for _, openid in rows]
            named.update("".join(lines).encode())
            for number, (start, end) in enumerate(pairwise(places)):
                if piece := lines[max(0, start - walked) : max(0, end - walked)]:
                    batches[number].update("".join(piece).encode())
            begun = [place for place in places[len(self._starts) : -1] if place < walked + len(rows)]
            self._starts += [rows[place - walked][0] for place in begun]
            walked += len(rows)
        cut = tuple(Sha256(each.hexdigest()) for each in batches)
        return OpenidList(Sha256(named.hexdigest()), count, batch_max, cut), dropped, first

    def batch(self, number: int) -> tuple[str, ...]:
        """Give the openids of a batch, from 1, in their order."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else self._given + 1
        query = f"SELECT openid FROM given WHERE n >= ? AND n < ? AND {_ONCE} ORDER BY n"  # noqa: S608 - our own text
        return tuple(openid for (openid,) in self._db.execute(query, (start, end)))

    def _drop_repetitions(self) -> tuple[int, int | None]:
        """Note all but the first of equal openids; gives their number and the line of the first of them."""
        found, first = 0, None
        query = "SELECT n, line, openid FROM shared WHERE share = ? ORDER BY n"
        for share in range(_SHARES):
            seen: set[str] = set()
            again: list[tuple[int]] = []
            for n, line, openid in self._db.execute(query, (share,)):
                if openid in seen:
                    again.append((n,))
                    first = line if first is None else min(first, line)
                seen.add(openid)
            self._db.executemany("INSERT INTO again VALUES (?)", again)
            found += len(again)
        self._db.execute("DROP TABLE shared")
        return found, first

    def _walk(self) -> Iterator[list[tuple[int, str]]]:
        query = f"SELECT n, openid FROM given WHERE {_ONCE} ORDER BY n"  # noqa: S608 - our own text
        cursor = self._db.execute(query)
        while rows := cursor.fetchmany(_ROWS):
            yield rows


_ONCE: Final = "n NOT IN (SELECT n FROM again)"


def _places(sizes: Sequence[int]) -> Iterator[int]:
    """Give at which place, from 0, each batch begins."""
    at = 0
    for size in sizes:
        yield at
        at += size
