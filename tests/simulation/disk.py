"""A disk under the real LocalLedger: what was not flushed may be lost, or torn at any byte, when the machine dies.

It stands in for what `massctl.ledger` asks of the operating system, and for the lock of an append. A write is short at
first, as the system allows, so that a process can die between its two halves. A file that was created has no durable
name before its folder was flushed. Of the files beside the ledger a crash keeps what was flushed with its name, and
perhaps what was not.
"""

import errno
import fcntl
import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from copies import replace
from simulation.crashing import Boundaries

LEDGER: Final = "/repository/massctl.state.jsonl"
LOCKS: Final = "/repository/.massctl/locks"
ELSEWHERE: Final = "/elsewhere/.massctl/locks"
"""Of another checkout, whose ledger is a link to this one."""
FOLDER, CLOSED, PREPARED, BESIDE = -1, -2, -3, -4
"""In the place of a place in the ledger."""
LOSSES: Final = ("all", "half", "newline")
"""What becomes of bytes that were not flushed: none, half, or all but the last are there."""


FIRST_NAMES: Final = {"spring-words": "words", "spring-sale": "sale"}
"""What campaigns of the scenarios that are renamed were called at first: it stays one campaign."""


@lru_cache(maxsize=4096)
def entries_of(content: bytes | None) -> list[dict[str, Any]]:
    """Read the lines of a ledger: a torn last one is none, and one that cannot be read is of the type `unreadable`."""
    *lines, last = (content or b"").split(b"\n")
    entries = [_entry_of(line) for line in lines]
    behind = _entry_of(last)
    return entries if behind["type"] == "unreadable" else [*entries, behind]


def _in_common(one: bytes, other: bytes) -> int:
    """Count the bytes with which both begin."""
    if one.startswith(other):
        return len(other)
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _entry_of(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
        if not isinstance(entry, dict) or "type" not in entry:
            return {"type": "unreadable"}
        return {**entry, "campaign": FIRST_NAMES.get(entry["campaign"], entry["campaign"])}
    except ValueError:
        return {"type": "unreadable"}


@dataclass(slots=True)
class SimDisk:
    """One disk: a ledger, what lies beside it, and what of it would survive."""

    content: bytes | None = None
    """The ledger as every process reads it; None: there is no such file."""
    flushed: bytes = b""
    """The ledger as it was when it was flushed last."""
    name_flushed: bool = False
    """The folder was flushed since the ledger was created."""
    beside: dict[str, str] = field(default_factory=dict)
    """The small files beside the ledger, by path."""
    beside_flushed: dict[str, str] = field(default_factory=dict)
    """Those of them that would survive."""
    promised: bytes = b""
    """All that was ever flushed in a file whose name was: every later ledger begins with it."""
    damaged_after: int | None = None
    """The run after which somebody changed the file; what it says since is nobody's word."""
    careless: bool = False
    """A verdict about a send was written by somebody who closed the file without flushing it."""
    full: bool = False
    """Nothing can be written or flushed."""
    backup: bytes | None = None
    """The ledger as it was after the first run."""
    boundaries: Boundaries = field(default_factory=Boundaries)
    prepared: bytes = b""
    """The first lines of a ledger that is about to begin, in a file that has not its name yet."""
    prepared_flushed: bytes = b""
    """What of it would survive."""
    holder: int | None = None
    """The descriptor through which a living process holds the ledger's lock."""
    _open: dict[int, int] = field(default_factory=dict)
    """Descriptor -> place in the ledger; the folder has none, and neither has what is prepared."""
    _begun: dict[int, int] = field(default_factory=dict)
    """Descriptor -> where its process began to write."""
    _paths: dict[int, str] = field(default_factory=dict)
    """Descriptor -> the small file beside the ledger, or the folder of such files."""
    _texts_flushed: set[str] = field(default_factory=set)
    """What was flushed in such a file, whatever it is called by now."""
    _short: bool = False
    """The next write takes only half."""

    def copy(self) -> "SimDisk":
        """Go on from here in another world, where no process lives."""
        fresh: dict[str, Any] = {
            "boundaries": Boundaries(),
            "holder": None,
            "_open": {},
            "_begun": {},
            "_paths": {},
            "_texts_flushed": set(),
            "_short": False,
            "full": False,
        }
        return replace(
            self, beside=dict(self.beside), beside_flushed=dict(self.beside_flushed), **fresh
        )

    def key(self) -> tuple[Any, ...]:
        """Name everything that a later run could tell apart."""
        return (
            self.content,
            self.flushed,
            self.name_flushed,
            self.promised,
            self.backup,
            self.damaged_after,
            self.careless,
            tuple(sorted(self.beside.items())),
            tuple(sorted(self.beside_flushed.items())),
        )

    def losses(self, *, every_byte: bool = False) -> list[str]:
        """Name what a crash of the machine can leave of the ledger; empty where it cannot differ."""
        if self.content is None or (self.content == self.flushed and self.name_flushed):
            return []
        if not self.name_flushed:
            return ["name", *(self._lengths(every_byte) if self.content != self.flushed else [])]
        return self._lengths(every_byte)

    def lose(self, loss: str) -> None:
        """The machine dies, and what follows is one of LOSSES.

        Beside those, `name` takes the whole file, `zeros` leaves room for what was not flushed, a number so many bytes.
        """
        content = self.content or b""
        kept = _in_common(content, self.flushed)
        new = content[kept:]
        match loss:
            case "name":
                self.content, self.flushed = None, b""
            case "all":
                self.content = self.flushed
            case "half":
                self.content = content[: kept + len(new) // 2]
            case "newline":
                self.content = content[:-1]
            case "zeros":
                self.content = content[:kept] + bytes(len(new))
            case _:
                self.content = content[: int(loss)]
        self.beside = dict(self.beside if loss == "all" else self.beside_flushed)
        self.beside_flushed = dict(self.beside)
        self.flushed, self.name_flushed = self.content or b"", self.content is not None

    def _lengths(self, every_byte: bool) -> list[str]:
        content = self.content or b""
        kept = _in_common(content, self.flushed)
        if not every_byte:
            return list(LOSSES) if len(content) > kept else ["all"]
        return [*LOSSES, "zeros", *map(str, range(kept, len(content) + 1))]

    def is_of_another_machine(self) -> None:
        """Forget what lies beside the ledger: nobody wrote it here."""
        self.beside.clear()
        self.beside_flushed.clear()

    # What os offers.

    def open(self, path: "SimPath", flags: int, _mode: int = 0o777) -> int:
        """Open the ledger or its folder."""
        descriptor = 100 + len(self._open)
        self._open[descriptor] = 0
        if str(path) == LEDGER and self.content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if flags & os.O_CREAT:
            self._open[descriptor], self.prepared, self.prepared_flushed = PREPARED, b"", b""
        elif str(path).startswith((LOCKS, ELSEWHERE)):
            self._open[descriptor], self._paths[descriptor] = BESIDE, str(path)
        elif str(path) != LEDGER:
            self._open[descriptor] = FOLDER
        return descriptor

    def link(self, _: "SimPath", __: "SimPath") -> None:
        """Give what is prepared the ledger's name, which is not flushed yet."""
        if self.content is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        self.content, self.flushed, self.name_flushed = self.prepared, self.prepared_flushed, False
        self.boundaries.reach("after creating the ledger")

    def unlink(self, _: "SimPath") -> None:
        """Take away the other name of what was prepared."""

    def close(self, descriptor: int) -> None:
        """Close a descriptor."""
        content = self.content or b""
        if (
            self._open[descriptor] >= 0 and sys.exc_info()[0] is None
        ):  # Whoever is interrupted flushes nothing.
            # What a process that died left is read, and nothing rests on it that its loss could make untrue.
            unflushed = max(
                _in_common(content, self.flushed), self._begun.get(descriptor, len(content))
            )
            self.careless |= b'"type":"send_' in content[unflushed:]
        self._open[descriptor] = CLOSED
        self.holder = None if self.holder == descriptor else self.holder

    def fstat(self, _: int) -> SimpleNamespace:
        """Say how long the ledger is, and that it is the one file of this disk."""
        return SimpleNamespace(
            st_size=len(self.content or b""), st_dev=1, st_ino=1, st_mode=stat.S_IFREG
        )

    def stat(self, _: "SimPath") -> SimpleNamespace:
        """Say the same of the file that has the ledger's name."""
        if self.content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return self.fstat(0)

    def lseek(self, descriptor: int, place: int, how: int) -> int:
        """Go to a place in the ledger."""
        begin = {
            os.SEEK_SET: 0,
            os.SEEK_CUR: self._open[descriptor],
            os.SEEK_END: len(self.content or b""),
        }
        self._open[descriptor] = begin[how] + place
        return self._open[descriptor]

    def read(self, descriptor: int, count: int) -> bytes:
        """Read on in the ledger."""
        place = self._open[descriptor]
        found = (self.content or b"")[place : place + max(count, 0)]
        self._open[descriptor] += len(found)
        return found

    def ftruncate(self, descriptor: int, length: int) -> None:
        """Cut the ledger, or fill it up with zeros."""
        self.boundaries.reach("before an append")
        self._begun.setdefault(descriptor, length)
        self.content = (self.content or b"")[:length].ljust(length, b"\0")
        self._short = True

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Write into the ledger: half of it where this is the first write since it was cut."""
        self._check_room()
        if self._open[descriptor] == PREPARED:
            self.prepared += bytes(data)
            self.boundaries.reach("after a write")
            return len(data)
        count = max(1, len(data) // 2) if self._short else len(data)
        self._short = False
        place, content = self._open[descriptor], self.content or b""
        self.content = (
            content[:place].ljust(place, b"\0") + bytes(data[:count]) + content[place + count :]
        )
        self._open[descriptor] += count
        self.boundaries.reach("after a write")
        return count

    def fsync(self, descriptor: int) -> None:
        """Flush the ledger, or the name it has in its folder."""
        self._check_room()
        if self._open[descriptor] == PREPARED:
            self.prepared_flushed = self.prepared
            self.boundaries.reach("after flushing what is prepared")
            return
        if self._open[descriptor] == BESIDE:
            self._flush_beside(self._paths[descriptor])
            return
        if self._open[descriptor] == FOLDER:
            self.name_flushed = self.content is not None
            self._promise()
            self.boundaries.reach("after flushing the folder")
            return
        self.flushed = self.content or b""
        self._promise()
        self.boundaries.reach("after flushing the ledger")

    def _flush_beside(self, path: str) -> None:
        """Flush a small file, or the names of those in a folder: what is in them survives if it was flushed too."""
        if path in self.beside:
            self._texts_flushed.add(self.beside[path])
            return
        inside = {name: text for name, text in self.beside.items() if name.startswith(f"{path}/")}
        self.beside_flushed |= {
            name: text for name, text in inside.items() if text in self._texts_flushed
        }
        self.boundaries.reach("after flushing the mark")

    def _check_room(self) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _promise(self) -> None:
        if self.name_flushed and self.flushed.startswith(self.promised):
            self.promised = self.flushed[: self.flushed.rfind(b"\n") + 1]


@dataclass(frozen=True, slots=True)
class SimPath:
    """A path on a simulated disk: what `massctl.ledger` uses of pathlib."""

    disk: SimDisk = field(compare=False)
    path: str

    def __str__(self) -> str:
        return self.path

    def __truediv__(self, name: str) -> "SimPath":
        return SimPath(self.disk, f"{self.path}/{name}")

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> "SimPath":
        return SimPath(self.disk, self.path.rpartition("/")[0])

    def resolve(self) -> "SimPath":
        return self

    def read_bytes(self) -> bytes:
        if self.disk.content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return self.disk.content

    def mkdir(self, *, parents: bool = False, exist_ok: bool = False) -> None:
        """Folders are always there."""

    def read_text(self, encoding: str = "utf-8") -> str:
        try:
            return self.disk.beside[self.path]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from None

    def write_text(self, text: str, encoding: str = "utf-8") -> int:
        self.disk.beside[self.path] = text
        return len(text)

    def replace(self, target: "SimPath") -> "SimPath":
        self.disk.beside[target.path] = self.disk.beside.pop(self.path)
        self.disk.boundaries.reach(f"after renaming to {target.name}")
        return target


class _Os:
    """The operating system, as far as a ledger on a simulated disk asks it."""

    def __init__(self) -> None:
        self.disk: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Any, flags: int, mode: int = 0o777) -> int:
        if not isinstance(path, SimPath):
            return os.open(path, flags, mode)
        self.disk = path.disk
        return path.disk.open(path, flags, mode)


def _on_the_disk(name: str) -> Any:
    def call(system: _Os, *arguments: Any) -> Any:
        if isinstance(arguments[0], SimPath):
            system.disk = arguments[0].disk
        return getattr(system.disk, name)(*arguments)

    return call


for _name in (
    "close",
    "fstat",
    "lseek",
    "read",
    "ftruncate",
    "write",
    "fsync",
    "link",
    "unlink",
    "stat",
):
    setattr(_Os, _name, _on_the_disk(_name))


class _Fcntl:
    """The lock of an append: whoever comes while another process holds it waits in vain."""

    LOCK_EX, LOCK_NB, LOCK_UN = fcntl.LOCK_EX, fcntl.LOCK_NB, fcntl.LOCK_UN

    def __init__(self, system: _Os) -> None:
        self._system = system

    def flock(self, descriptor: int, operation: int) -> None:
        disk = self._system.disk
        if operation == self.LOCK_UN:
            if disk.holder == descriptor:
                disk.holder = None
            return
        if disk.holder is not None:
            raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK))
        disk.holder = descriptor


@contextmanager
def on_simulated_disks() -> Iterator[None]:
    """Let `massctl.ledger.local_file` work on simulated disks, untouched; a lock that is held is not waited for."""
    system = _Os()
    with (
        patch("massctl.ledger.local_file.os", system),
        patch("massctl.system.posix.os", system),
        patch("massctl.system.posix.fcntl", _Fcntl(system)),
        patch("massctl.ledger.local_file.APPEND_LOCK_SECONDS", 0),
    ):
        yield
