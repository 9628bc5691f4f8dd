"""The ledger of random stories: one file on a disk that tears, loses what was not flushed, and is put back older.

It works as the local backend does, with its codec, its chain and its note of how far this machine has written, and
a disk in memory instead of a file.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from massctl.errors import LedgerStaleError
from massctl.ledger.chained_ledger import lineage_of
from massctl.ledger.codec import chain_digest, decode, encode, follow
from massctl.ledger.high_water_mark import FILE, Mark, note_newest, older_copy, seen_mark, set_back
from massctl.model.entries import GENESIS, Entry, NewEntry


@dataclass(slots=True)
class Disk:
    """The lines of the file, what they say, and how many of them would survive a loss of power."""

    lines: list[bytes] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """What the next line's `prev` says, line by line."""
    flushed: int = 0
    torn: bytes = b""
    """Behind the last whole line."""
    newer: "Disk | None" = None
    """The file in whose place an older copy was put, until somebody brings it back."""

    @property
    def prev(self) -> str:
        """Name the last line."""
        return self.names[-1] if self.names else GENESIS

    def write(self, new: Sequence[NewEntry]) -> list[Entry]:
        """Write entries at the end; a torn line is cut off first."""
        self.torn = b""
        first = len(self.entries)
        for entry in new:
            serial, prev = len(self.entries) + 1, self.prev
            line = encode(entry, serial, prev)
            self.lines.append(line)
            self.entries.append(decode(line, serial, prev))
            self.names.append(chain_digest(line))
        return self.entries[first:]

    def tear(self, new: Sequence[NewEntry], whole: int, *, newline_only: bool) -> None:
        """Die in the middle of a write: some entries are whole, and of the next one a part, or all but its newline."""
        self.write(new[:whole])
        line = encode(new[whole], len(self.entries) + 1, self.prev)
        if newline_only:
            self.write([new[whole]])
        self.torn = b"" if newline_only else line[: len(line) // 2]
        assert len(self.entries) == len(follow(self.bytes(newline_lost=newline_only))[0])

    def lose_power(self, kept: int) -> None:
        """Lose what was not flushed, but for the first `kept` of its lines."""
        self.cut(min(self.flushed + kept, len(self.lines)))

    def cut(self, length: int) -> None:
        """End the file after so many lines."""
        del self.lines[length:], self.entries[length:], self.names[length:]
        self.torn, self.flushed = b"", length

    def put_older(self, back: int) -> None:
        """Put a copy from `back` entries ago in the file's place; the file itself is kept elsewhere."""
        self.newer = Disk(list(self.lines), list(self.entries), list(self.names), self.flushed)
        self.cut(max(1, len(self.lines) - back))

    def bring_newer_back(self) -> None:
        """Undo `put_older`."""
        if self.newer is not None:
            found, self.newer = self.newer, None
            self.lines, self.entries, self.names, self.flushed = (
                found.lines,
                found.entries,
                found.names,
                found.flushed,
            )
            self.torn = b""

    def open(self, _: object, locks: "Folder") -> "DiskLedger":
        """Open the ledger as a new process does."""
        return DiskLedger(self, locks)

    def bytes(self, *, newline_lost: bool = False) -> bytes:
        """Give the file as it is."""
        whole = b"".join(line + b"\n" for line in self.lines)
        return (whole[:-1] if newline_lost else whole) + self.torn

    def verifies(self) -> bool:
        """Read the whole file as a new process does, and compare."""
        return follow(self.bytes())[0] == self.entries


class Folder:
    """The folder of one machine's locks, in memory: as much of a path as the note of how far it has written needs."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.earlier: dict[str, str] = {}
        """What stood there before the last writing: what a loss of power may leave."""

    def __truediv__(self, name: str) -> Path:
        return cast("Path", _File(self, name))

    def mkdir(self, **_: Any) -> None:
        """It is always there."""

    @property
    def noted(self) -> int:
        """How far this machine knows that it has written."""
        return int(json.loads(self.files[FILE])["serial"]) if FILE in self.files else 0

    def forget(self) -> None:
        """Be the folder of a fresh machine."""
        self.files, self.earlier = {}, {}

    def lose_power(self) -> None:
        """Lose the last writing."""
        self.files = dict(self.earlier)


class _File:
    def __init__(self, folder: Folder, name: str) -> None:
        self._folder = folder
        self._name = name

    def write_text(self, data: str, **_: Any) -> None:
        self._folder.files[self._name] = data

    def read_text(self, **_: Any) -> str:
        if self._name not in self._folder.files:
            raise FileNotFoundError(self._name)
        return self._folder.files[self._name]

    def replace(self, other: "_File") -> None:
        self._folder.earlier = {k: v for k, v in self._folder.files.items() if k != self._name}
        self._folder.files[other._name] = self._folder.files.pop(self._name)


class DiskLedger:
    """One process's view of the disk: implements `massctl.apply.ports.Ledger`."""

    def __init__(self, disk: Disk, locks: Folder) -> None:
        self._disk = disk
        self._locks = cast("Path", locks)
        self._serial = 0
        self._prev = GENESIS

    def read(self, since: int) -> Sequence[Entry]:
        """Read as `LocalLedger` does."""
        disk = self._disk
        mark = seen_mark(self._locks)
        digest = (
            disk.names[mark.serial - 1]
            if mark is not None and 0 < mark.serial <= len(disk.names)
            else None
        )
        why = set_back(mark, lineage_of(disk.entries), len(disk.entries), digest)
        if why is not None:
            raise older_copy(why)
        self._serial, self._prev = len(disk.entries), disk.prev
        return disk.entries[since:]

    def check(self, expected_serial: int) -> None:
        """Compare, before the swap."""
        if expected_serial != self._serial or (len(self._disk.entries), self._disk.prev) != (
            self._serial,
            self._prev,
        ):
            raise LedgerStaleError("another runner wrote to the ledger")

    def tear(self, expected_serial: int, entries: Sequence[NewEntry], number: int) -> None:
        """Die in the middle of an append; what is left of it is another in every run."""
        self.check(expected_serial)
        self._disk.tear(entries, (len(entries) - 1) * (number % 2), newline_only=number % 3 == 0)

    def append(
        self, expected_serial: int, entries: Sequence[NewEntry], *, durable: bool
    ) -> Sequence[Entry]:
        """Compare and swap as `LocalLedger` does."""
        self.check(expected_serial)
        written = self._disk.write(entries)
        self._serial, self._prev = len(self._disk.entries), self._disk.prev
        if durable:
            self._disk.flushed = self._serial
            lineage = lineage_of(self._disk.entries) or ""
            note_newest(self._locks, Mark(lineage, self._serial, self._prev, inherited_until=0))
        return written
