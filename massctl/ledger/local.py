"""The local backend: one append-only file of JSON lines, for one machine.

Readers need no lock: a file that only grows is whole up to its last newline. A writer holds a lock on the file itself
for the moment of writing, since two checkouts may share it by a link. It writes only if the file still ends where its
reader left it, and never shortens what another wrote. A crash in mid-write leaves a torn last line. Its effect never
began, because the flush had not returned, and the next append drops it. A last line that is whole but for its newline
is kept. Anything else that does not verify is refused. The file is made with its first entry in it, so an empty file is
damage.
"""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from massctl.errors import LedgerError, LedgerStaleError
from massctl.ledger.chain import follow_file
from massctl.ledger.codec import begins_entry, chain_digest, decode, encode
from massctl.ledger.newest import note_newest, require_newest, require_unseen, seen_mark
from massctl.model.entries import GENESIS, Created, Entry, NewEntry
from massctl.model.phrase import Phrase, system_reason

APPEND_LOCK_SECONDS: Final = 10
"""How long an append waits for another's; one takes milliseconds, so this is a stuck disk."""
_LOCK_PAUSE_SECONDS: Final = 0.01
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK})
"""What a file system says that gives a file no second name."""


class LocalLedger:
    """Implements `massctl.apply.ports.Ledger` on a file; `locks` is a folder for its lock file."""

    def __init__(self, path: Path, locks: Path) -> None:
        self._path = path
        self._locks = locks
        self._serial = 0
        self._lineage: str | None = None
        self._prev = GENESIS
        self._whole_bytes = 0
        self._last_bytes = 0
        """Of the last line, without its newline."""
        self._newline_lost = False
        self._is_there = False
        self._name_is_flushed = False
        """Whoever made the file may have died before its name was durable."""

    def read(self, since: int) -> Sequence[Entry]:
        """Read and verify the whole chain, and give the entries after `since`."""
        mark = seen_mark(self._locks)
        data = self._bytes()
        found = follow_file(data)
        self._lineage, self._is_there = lineage_of(found.entries), data is not None
        if self._is_there and not found.entries:
            require_unseen(mark)
        require_newest(mark, self._lineage, len(found.entries), found.digests)
        self._serial, self._prev = len(found.entries), found.prev
        self._whole_bytes, self._newline_lost = found.whole_bytes, found.newline_lost
        self._last_bytes = found.last_bytes
        return found.entries[since:]

    def append(self, expected_serial: int, entries: Sequence[NewEntry], *, durable: bool) -> Sequence[Entry]:
        """Write entries at the end if nobody else has; see the port for the promise."""
        if expected_serial != self._serial:
            raise stale(expected_serial)
        lines, written = self._encoded(entries)
        try:
            self._locks.mkdir(parents=True, exist_ok=True)
            self._append(lines, durable)
            self._lineage = self._lineage or lineage_of(written)
            if durable:
                note_newest(self._locks, self._lineage or "", self._serial, self._prev)
        except OSError as error:
            raise self._cannot(Phrase("write"), error) from None
        return written

    def _bytes(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._cannot(Phrase("read"), error) from None

    def _encoded(self, entries: Sequence[NewEntry]) -> tuple[list[bytes], list[Entry]]:
        """Write entries as the lines that follow, and read them as every reader will."""
        lines: list[bytes] = []
        written: list[Entry] = []
        serial, prev = self._serial, self._prev
        for entry in entries:
            serial += 1
            lines.append(encode(entry, serial, prev))
            written.append(decode(lines[-1], serial, prev))
            prev = chain_digest(lines[-1])
        return lines, written

    def _append(self, lines: list[bytes], durable: bool) -> None:
        """Write lines at the end of what was read."""
        text = b"".join([b"\n" if self._newline_lost else b"", *(line + b"\n" for line in lines)])
        if self._serial == 0 and not self._is_there:
            self._begin(text)
        else:
            descriptor = self._locked()
            try:
                self._check_end(descriptor)
                if durable:
                    self._flush_name()
                self._write(descriptor, text, durable)
            finally:
                os.close(descriptor)
        self._is_there = True
        self._serial += len(lines)
        self._prev = chain_digest(lines[-1]) if lines else self._prev
        self._last_bytes = len(lines[-1]) if lines else self._last_bytes
        self._whole_bytes += len(text)
        self._newline_lost = False

    def _begin(self, text: bytes) -> None:
        """Make the file with its first lines in it: it is there whole and flushed, or not at all."""
        target = self._path.resolve()
        beside = target.parent / f".{target.name}.{os.getpid()}"
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            _write_all(descriptor, text)
            os.fsync(descriptor)
            _link(beside, target)
        except FileExistsError:
            raise stale(self._serial) from None
        finally:
            os.close(descriptor)
            with contextlib.suppress(OSError):  # A link that stays beside the file does no harm.
                os.unlink(beside)
        self._flush_name()

    def _locked(self) -> int:
        """Open the file and hold its lock until it is closed; one that was replaced meanwhile is opened again."""
        until = time.monotonic() + APPEND_LOCK_SECONDS
        while True:
            descriptor = os.open(self._path, os.O_RDWR)
            try:
                self._lock(descriptor, until)
                here, there = os.fstat(descriptor), os.stat(self._path)
                if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _lock(self, descriptor: int, until: float) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise self._cannot(Phrase("lock"), None) from None
                time.sleep(_LOCK_PAUSE_SECONDS)
            else:
                return

    def _check_end(self, descriptor: int) -> None:
        """Make sure that the file ends with the line that was read last, and nothing but a torn one behind it."""
        size = os.fstat(descriptor).st_size
        last = self._whole_bytes - self._last_bytes - (0 if self._newline_lost or not self._serial else 1)
        tail = _read(descriptor, last, size - last) if size >= self._whole_bytes else b""
        line, behind = tail[: self._last_bytes], tail[self._whole_bytes - last :]
        torn = not behind or begins_entry(behind, self._serial + 1, self._prev)
        if size < self._whole_bytes or not torn or (self._serial and chain_digest(line) != self._prev):
            raise stale(self._serial)

    def _write(self, descriptor: int, text: bytes, durable: bool) -> None:
        """Write and flush all of `text`, or leave the file as it was; cuts a torn line off first."""
        os.ftruncate(descriptor, self._whole_bytes)
        os.lseek(descriptor, self._whole_bytes, os.SEEK_SET)
        try:
            _write_all(descriptor, text)
            if durable:
                os.fsync(descriptor)
        except OSError:
            written = os.fstat(descriptor).st_size - self._whole_bytes
            if text.startswith(_read(descriptor, self._whole_bytes, written)):
                os.ftruncate(descriptor, self._whole_bytes)  # What is cut off is ours, and nobody else's.
            raise

    def _flush_name(self) -> None:
        """Make the file's name durable too, once."""
        if self._name_is_flushed:
            return
        folder = os.open(self._path.resolve().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._name_is_flushed = True

    def _cannot(self, verb: Phrase, error: OSError | None) -> LedgerError:
        why = system_reason(error) if error else Phrase("another process holds it")
        return LedgerError(
            Phrase("cannot {verb} the ledger", verb=verb),
            Phrase("{file}: {why}. Nothing that depends on it was done.", file=self._path.name, why=why),
            Phrase("Make the file writable and the disk not full, then run the same command again."),
        )


def _read(descriptor: int, start: int, count: int) -> bytes:
    os.lseek(descriptor, start, os.SEEK_SET)
    pieces: list[bytes] = []
    while count > 0 and (piece := os.read(descriptor, count)):
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _write_all(descriptor: int, text: bytes) -> None:
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _link(beside: Path, target: Path) -> None:
    """Give a file its name, which must be free; where the disk knows no second name, the first one is taken away."""
    try:
        os.link(beside, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():
            raise FileExistsError from None
        beside.replace(target)


def lineage_of(entries: Sequence[Entry]) -> str | None:
    """Give the lineage that a ledger's first entry says; None where there is none yet."""
    first = entries[0].event if entries else None
    return first.lineage if isinstance(first, Created) else None


def stale(expected_serial: int) -> LedgerStaleError:
    """Say that somebody appended since serial `expected_serial` was the last."""
    return LedgerStaleError(
        Phrase("another runner wrote to the ledger"),
        Phrase("Serial {serial} was expected to be the last. This entry was not written.", serial=expected_serial),
        Phrase("Run the same command again; it reads the ledger anew."),
    )
