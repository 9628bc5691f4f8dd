"""Hold the world's state as tables of JSON records that remember what changed.

A record is never altered in place: `put` a new one. That is what lets the store write only changed
keys and put back the old ones when a request fails inside.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
"""One JSON object; treated as immutable once it is in a table."""

COLLECTIONS = (
    "accounts",
    "assumed",
    "callback",
    "calls",
    "clock",
    "counters",
    "deliveries",
    "drafts",
    "faults",
    "jobs",
    "materials",
    "memory",
    "notifications",
    "pictures",
    "previews",
    "quota",
    "settings",
    "tags",
    "tokens",
    "uploads",
    "violations",
)
"""Names of all tables; the store keeps rows of exactly these."""


class Table:
    """Map keys to records, in order of first insertion, and remember the keys that changed."""

    def __init__(self) -> None:
        self._rows: dict[str, Record] = {}
        self._before: dict[str, Record | None] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def get(self, key: str) -> Record | None:
        """Return the record under `key`, or None."""
        return self._rows.get(key)

    def records(self) -> list[Record]:
        """Return all records, oldest key first."""
        return list(self._rows.values())

    def items(self) -> Iterator[tuple[str, Record]]:
        """Walk over a copy of the keys and records, oldest key first."""
        return iter(list(self._rows.items()))

    def put(self, key: str, record: Record) -> None:
        """Set the record under `key`."""
        self._before.setdefault(key, self._rows.get(key))
        self._rows[key] = record

    def delete(self, key: str) -> None:
        """Remove the record under `key` if there is one."""
        if key in self._rows:
            self._before.setdefault(key, self._rows[key])
            del self._rows[key]

    def clear(self) -> None:
        """Remove every record."""
        for key in list(self._rows):
            self.delete(key)

    def changed(self) -> dict[str, Record | None]:
        """Return what changed since `settle`: key to new record, None for a removed one."""
        return {key: self._rows.get(key) for key in self._before}

    def settle(self) -> None:
        """Take the present records as the durable ones."""
        self._before.clear()

    def roll_back(self) -> None:
        """Put back the records as they were at the last `settle`."""
        for key, record in self._before.items():
            self.load(key, record)
        self._before.clear()

    def load(self, key: str, record: Record | None) -> None:
        """Take over a durable record (None: removed) without counting it as a change."""
        if record is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = record


class State:
    """Hold all tables, and the bytes of uploaded pictures by the hex of their SHA-256."""

    def __init__(self, read_blob: Callable[[str], bytes | None] = lambda _sha: None) -> None:
        self._tables = {name: Table() for name in COLLECTIONS}
        self._read_blob = read_blob
        self.new_blobs: dict[str, bytes] = {}
        """Bytes that the store has yet to write."""

    def table(self, name: str) -> Table:
        """Return one table; `name` is one of COLLECTIONS."""
        return self._tables[name]

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Walk over all tables by name."""
        return iter(self._tables.items())

    def blob(self, sha256: str) -> bytes | None:
        """Return uploaded bytes, or None where there are none of that digest."""
        pending = self.new_blobs.get(sha256)
        return pending if pending is not None else self._read_blob(sha256)

    def put_blob(self, sha256: str, data: bytes) -> None:
        """Keep uploaded bytes under their digest."""
        self.new_blobs[sha256] = data

    def settle(self) -> None:
        """Take the present state as the durable one."""
        for table in self._tables.values():
            table.settle()

    def roll_back(self) -> None:
        """Put everything back as it was at the last `settle`."""
        self.new_blobs.clear()
        for table in self._tables.values():
            table.roll_back()
