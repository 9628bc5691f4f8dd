"""The local backend: one append-only file of JSON lines, for one machine.

Readers need no lock: a file that only grows is whole up to its last newline. A writer holds a lock on the file itself
for the moment of writing, since two checkouts may share it by a link. It writes only if the file still ends where its
reader left it, and never shortens what another wrote. A crash in mid-write leaves a torn last line. Its effect never
began, because the flush had not returned, and the next append drops it. A last line that is whole but for its newline
is kept. Anything else that does not verify is refused. The file is made with its first entry in it, so an empty file is
damage. A file whose place is taken by another is put aside under a new name, whole, and never destroyed.
"""

import contextlib
import errno
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from massctl import system
from massctl.errors import LedgerError
from massctl.ledger import LEDGER_FILE, NEW_LINEAGE
from massctl.ledger.backend import Backend
from massctl.ledger.chained_ledger import ChainedLedger, Lines, stale
from massctl.ledger.codec import End, begins_entry, chain_digest
from massctl.ledger.signature import UNSIGNED, LedgerKeys
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, system_reason
from massctl.system import flush

APPEND_LOCK_SECONDS = 10
"""How long an append waits for another's; one takes milliseconds, so this is a stuck disk."""
_LOCK_PAUSE_SECONDS = 0.01
_PIECE_BYTES = 1024 * 1024
"""Of a ledger that is read, at once."""
_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK})
"""What a file system says that gives a file no second name."""


class _Place(Frozen):
    """Where a line stands in the file."""

    start: int
    stop: int
    """Behind its newline, or behind its last byte where it lost that."""
    is_ended: bool = True


class LocalFile:
    """Implements `massctl.ledger.chained_ledger.Store` on a file."""

    takes_durable_only: Final = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.where: Final = path.name
        self._is_there = False
        self._places: dict[str, _Place] = {}
        """Where the last lines stand that were read or written, by the digests that name them."""
        self._name_is_flushed = False
        """Whoever made the file may have died before its name was durable."""

    def read(self, since: End | None) -> Lines:
        """See `Store`. Where the last line is not whole, nobody is in the midst of writing it."""
        try:
            if since is not None and (behind := self._whole_behind(since)) is not None:
                return Lines([behind], since)
            self._require_file()
            self._is_there = True
        except FileNotFoundError:
            self._is_there = False
        except OSError as error:
            raise self._cannot(Phrase("read"), system_reason(error)) from None
        return Lines(self._pieces() if self._is_there else None)

    def _whole_behind(self, since: End) -> bytes | None:
        behind = self._read_behind(since)
        if not behind or behind.endswith(b"\n"):
            return behind
        with self._locked(system.READ_FLAGS):
            return self._read_behind(since)

    def _pieces(self) -> Iterator[bytes]:
        """Read the file piece by piece, as far as it reaches when the first one is asked for."""
        try:
            descriptor = os.open(self._path, system.READ_FLAGS)
            try:
                size = os.fstat(descriptor).st_size
                if _read(descriptor, max(size - 1, 0), 1) in (b"", b"\n"):
                    yield from self._pieces_of(descriptor, size)
                    return
            finally:
                os.close(descriptor)
            with self._locked(system.READ_FLAGS) as descriptor:
                size = os.fstat(descriptor).st_size
                torn = _torn_end(descriptor, size)
                # Whole lines stay as they are; whoever verifies them may end in between, and writes the next.
                system.release_lock(descriptor)
                if whole := size - len(torn):
                    yield from self._pieces_of(descriptor, whole)
                else:
                    self._places = {}
                if torn or not whole:
                    self._note_places(whole, torn)
                    yield torn
        except OSError as error:
            raise self._cannot(Phrase("read"), system_reason(error)) from None

    def _pieces_of(self, descriptor: int, size: int) -> Iterator[bytes]:
        """Cut an open file behind newlines, and note where its last lines stand."""
        self._places = {}
        start, rest = 0, b""
        while left := size - start - len(rest):
            data = _read(descriptor, start + len(rest), min(_PIECE_BYTES, left))
            if not data:
                break
            rest += data
            stop = rest.rfind(b"\n") + 1
            if stop:
                self._note_places(start, rest[:stop])
                yield rest[:stop]
                start, rest = start + stop, rest[stop:]
        if rest or not start:
            self._note_places(start, rest)
            yield rest

    def data(self) -> bytes | None:
        """See `Store`."""
        try:
            self._require_file()
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._cannot(Phrase("read"), system_reason(error)) from None

    def _require_file(self) -> None:
        """Refuse a pipe, which would block its reader, and whatever else is not a file."""
        if not stat.S_ISREG(os.stat(self._path).st_mode):
            raise _no_file(self.where)

    def append(self, after: End, lines: Sequence[bytes], *, durable: bool) -> None:
        """See `Store`."""
        text = b"".join(line + b"\n" for line in lines)
        try:
            if after.serial == 0 and not self._is_there:
                self._begin(text)
                self._note_places(0, text)
            else:
                with self._locked() as descriptor:
                    place = self._require_end(descriptor, after)
                    if durable:
                        self._flush_name()
                    self._write(descriptor, place, text, durable)
        except OSError as error:
            raise self._cannot(Phrase("write"), system_reason(error)) from None
        self._is_there = True

    def replace(self, data: bytes | None, now: datetime, expected: bytes | None) -> str | None:
        """See `Store`. The lock of an append is held meanwhile, and what a link leads to is what is replaced."""
        try:
            if expected is None and self.data() is not None:
                raise stale(0)
            if expected is None:
                self._begin(data or b"")
                return None
            with self._locked() as descriptor:
                self._require_one_folder(os.fstat(descriptor))
                if _read(descriptor, 0, os.fstat(descriptor).st_size) != expected:
                    raise stale(expected.count(b"\n"))
                return self._exchange(data, now)
        except FileNotFoundError:
            raise stale(0) from None
        except OSError as error:
            raise self._cannot(Phrase("replace"), system_reason(error)) from None

    def _exchange(self, data: bytes | None, now: datetime) -> str:
        target = self._path.resolve()
        aside = target.with_name(
            aside_name(target.name, now, lambda name: target.with_name(name).exists())
        )
        # A link does not replace what may have come there since; the file has two names for a moment, never none.
        os.link(target, aside)
        if data is None:
            os.unlink(target)
        else:
            with self._prepared(data) as beside:
                os.replace(beside, target)
        self._is_there, self._name_is_flushed = data is not None, False
        self._flush_name()
        return aside.name

    def _read_behind(self, end: End) -> bytes | None:
        """Read what follows a verified end; None if the file does not continue from it, or lost its newline."""
        place = self._place(end)
        if not place.is_ended:
            return None
        try:
            descriptor = os.open(self._path, system.READ_FLAGS)
        except OSError:
            return None
        try:
            behind = _behind(descriptor, place, end)
        finally:
            os.close(descriptor)
        self._note_places(place.stop, behind or b"")
        return behind

    def _place(self, end: End) -> _Place:
        """Return where a line was met; the beginning, where no line stands, for one that was not."""
        return self._places.get(end.digest, _Place(0, 0))

    def _note_places(self, start: int, data: bytes) -> None:
        """Note where the last lines of `data` stand, which begins at byte `start`: the next append follows one."""
        stop = data.rfind(b"\n") + 1
        if stop:
            first = data.rfind(b"\n", 0, stop - 1) + 1
            self._places = {
                chain_digest(data[first : stop - 1]): _Place(start + first, start + stop)
            }
        if tail := data[stop:]:
            self._places[chain_digest(tail)] = _Place(
                start + stop, start + len(data), is_ended=False
            )

    def _begin(self, text: bytes) -> None:
        """Make the file with its first lines in it: it is there whole and flushed, or not at all."""
        if not text:
            return
        with self._prepared(text) as beside:
            try:
                _link(beside, self._path.resolve())
            except FileExistsError:
                raise stale(0) from None
        self._flush_name()

    @contextmanager
    def _prepared(self, text: bytes) -> Iterator[Path]:
        """Write and flush a file beside the ledger's, under a name that git ignores; it is gone at the end."""
        target = self._path.resolve()
        beside = target.parent / f"{target.name.removesuffix('.jsonl')}.{os.getpid()}.new.jsonl"
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            _write_all(descriptor, text)
            os.fsync(descriptor)
            yield beside
        finally:
            os.close(descriptor)
            with contextlib.suppress(OSError):  # It has the ledger's name by now, or does no harm.
                os.unlink(beside)

    @contextmanager
    def _locked(self, access: int = os.O_RDWR) -> Iterator[int]:
        """Open the file and hold its lock until the end; open it again if it was replaced meanwhile."""
        until = time.monotonic() + APPEND_LOCK_SECONDS
        while True:
            descriptor = os.open(self._path, access)
            try:
                self._lock(descriptor, until)
                here, there = os.fstat(descriptor), os.stat(self._path)
                if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
                    yield descriptor
                    return
            finally:
                os.close(descriptor)

    def _lock(self, descriptor: int, until: float) -> None:
        while True:
            try:
                system.hold_lock(descriptor, waits=False)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise self._cannot(Phrase("lock"), Phrase("another process holds it")) from None
                time.sleep(_LOCK_PAUSE_SECONDS)
            else:
                return

    def _require_end(self, descriptor: int, after: End) -> _Place:
        """Make sure that the file ends with the line that was read last, and nothing but a torn one behind it."""
        place = self._place(after)
        behind = _behind(descriptor, place, after)
        if behind is None or (behind and not begins_entry(behind, after.serial + 1, after.digest)):
            raise stale(after.serial)
        return place

    def _write(self, descriptor: int, place: _Place, lines: bytes, durable: bool) -> None:
        """Write and flush all of `lines`, or leave the file as it was; cuts a torn line off first."""
        text = lines if place.is_ended else b"\n" + lines
        os.ftruncate(descriptor, place.stop)
        os.lseek(descriptor, place.stop, os.SEEK_SET)
        try:
            _write_all(descriptor, text)
            if durable:
                os.fsync(descriptor)
        except OSError:
            written = os.fstat(descriptor).st_size - place.stop
            if text.startswith(_read(descriptor, place.stop, written)):
                os.ftruncate(descriptor, place.stop)  # What is cut off is ours, and nobody else's.
            raise
        behind = place.stop + len(text) - len(lines)
        ended = _Place(place.start, behind)
        self._places = {digest: ended for digest, each in self._places.items() if each == place}
        self._note_places(behind, lines)

    def _flush_name(self) -> None:
        """Make the file's name durable too, once."""
        if self._name_is_flushed:
            return
        flush(self._path.resolve().parent)
        self._name_is_flushed = True

    def _require_one_folder(self, found: os.stat_result) -> None:
        """Refuse to replace a file that another folder has by a hard link: there it would go on as it was."""
        names = self._path.resolve().parent.iterdir()
        here = sum(each.lstat().st_ino == found.st_ino for each in names)
        if found.st_nlink > here:
            raise self._cannot(
                Phrase("replace"), Phrase("another folder has it too, by a hard link")
            )

    def _cannot(self, verb: Phrase, why: str) -> LedgerError:
        return LedgerError(
            Phrase("cannot {verb} the ledger", verb=verb),
            Phrase("{file}: {why}. Nothing that depends on it was done.", file=self.where, why=why),
            Phrase(
                "Make the file writable and free some disk space, then run the same command again."
            ),
        )


class LocalLedger(ChainedLedger):
    """The ledger in a file; `locks` is a folder for what this machine notes of it."""

    def __init__(self, path: Path, locks: Path, keys: LedgerKeys = UNSIGNED) -> None:
        super().__init__(LocalFile(path), locks, keys)


class LocalBackend(Backend):
    """The ledger as a file beside massctl.yaml, for one machine."""

    is_shared = False
    append_max = timedelta(seconds=APPEND_LOCK_SECONDS)
    poll_seconds = (1.0, 1.0)
    where = LEDGER_FILE

    def _open(self) -> LocalLedger:
        return LocalLedger(self.path, self.site.locks, self.keys)

    @property
    def path(self) -> Path:
        """The file."""
        return self.site.folder / LEDGER_FILE

    def version(self) -> object:
        """See `Backend.version`."""
        with contextlib.suppress(OSError):
            found = self.path.stat()
            return found.st_mtime_ns, found.st_size
        return None

    def missing_hint(self) -> Phrase:
        """See `Backend.missing_hint`."""
        return Phrase(
            "git pull   first, because the ledger may have been moved; otherwise copy massctl.state.jsonl"
            " from the machine that sent last, because without it nobody knows what was sent; if it is "
            "lost for good: {command}",
            command=NEW_LINEAGE,
        )


def aside_name(ledger: str, now: datetime, taken: Callable[[str], bool]) -> str:
    """Name a ledger that is put aside after the moment, in UTC, with a number behind it where that is taken.

    `massctl.state.jsonl` becomes `massctl.state.20261201T120000Z.jsonl`.
    """
    stem, suffix = ledger.removesuffix(".jsonl"), ".jsonl"
    stem = f"{stem}.{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    number, name = 1, f"{stem}{suffix}"
    while taken(name):
        number += 1
        name = f"{stem}-{number}{suffix}"
    return name


def _behind(descriptor: int, place: _Place, end: End) -> bytes | None:
    """Read what follows `end` in an open file; None if that line does not stand at its place."""
    size = os.fstat(descriptor).st_size
    if size < place.stop:
        return None
    found = _read(descriptor, place.start, size - place.start)
    line, behind = found[: place.stop - place.start], found[place.stop - place.start :]
    line = line[:-1] if place.is_ended else line
    return behind if not end.serial or chain_digest(line) == end.digest else None


def _torn_end(descriptor: int, size: int) -> bytes:
    """Read what stands behind the last newline of an open file."""
    torn = b""
    while left := size - len(torn):
        length = min(_PIECE_BYTES, left)
        data = _read(descriptor, left - length, length)
        stop = data.rfind(b"\n") + 1
        torn = data[stop:] + torn
        if stop or not data:
            break
    return torn


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
    """Rename a file to a name that must be free; on disks without hard links, move it."""
    try:
        os.link(beside, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():
            raise FileExistsError from None
        beside.replace(target)


def _no_file(name: str) -> LedgerError:
    return LedgerError(
        Phrase("cannot {verb} the ledger", verb=Phrase("read")),
        Phrase(
            "{file} is not a file: it is a folder, a pipe or a device. Nothing was done.", file=name
        ),
        Phrase("find out whose it is, and rename it; then restore the ledger"),
    )
