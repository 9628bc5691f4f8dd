"""The S3 backend: the same lines in the same chain, an object an append, each created only if there is none.

Each object holds one append. Its name is the serial of its first line. Two writers cannot create the same object, so
one wins. Each object has a word that only its writer knows, which tells equal lines of two runners apart.

A segment copies many objects into one, so that a new machine makes few requests. Every machine makes the same segment.
A segment is checked against the chain. If it is wrong, its objects are read.

A last object closes an old ledger and names the folder of the next one. It takes the next serial, so no append can
follow.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from massctl.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerUntrustedError,
)
from massctl.ledger import LEDGER_FILE
from massctl.ledger.backend import Backend
from massctl.ledger.chained_ledger import Absorb, ChainedLedger, Lines, stale
from massctl.ledger.codec import BEGIN, End, chain_digest
from massctl.ledger.local_file import aside_name
from massctl.ledger.s3_archive import S3Archive, S3Statistics
from massctl.ledger.signature import UNSIGNED, LedgerKeys, trailer_line, trailer_of
from massctl.model.entries import GENESIS
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase

if TYPE_CHECKING:
    from pathlib import Path

    from massctl.ledger.archive import Contents
    from massctl.ledger.s3_bucket import Bucket
from massctl.ledger.s3_url import open_bucket
from massctl.ledger.snapshot_objects import SnapshotBucket
from massctl.ledger.statistics import StatisticsFiles

SMALL, LARGE = 100, 10_000
"""So many lines, or a few more, are in a segment of each size."""
_FIRST_FOLDER = "massctl.state.0001"
_ENTRIES = "entries"
_GAP = b"an entry is missing here\n"
_NAME = re.compile(r"[0-9]{12}", re.ASCII)
_SEGMENT = re.compile(r"([0-9]{12})-([0-9]{12})", re.ASCII)


class _Object(Frozen):
    """One object of a ledger, as it was read or written."""

    first: int
    """The serial of its first line."""
    lines: Sequence[bytes]
    next_folder: str | None = None
    """Where the next ledger is, for the object that closes this one."""


class _Segment(Frozen):
    """A segment, by the serials in its name."""

    first: int
    last: int

    @property
    def name(self) -> str:
        """How it is called in its folder."""
        return f"{self.first:012}-{self.last:012}"


class S3LedgerStore:
    """Implements `massctl.ledger.chained_ledger.Store` on a bucket."""

    takes_durable_only: Final = True

    def __init__(self, bucket: "Bucket", tell: Callable[[Phrase], None] = lambda _: None) -> None:
        self.bucket: Final = bucket
        self.where: Final = bucket.where
        self._tell = tell
        self._begin(_FIRST_FOLDER)
        self._on_the_way: list[tuple[str, bytes]] = []
        """Objects that were sent to the store and have no known answer, by their keys."""

    def _begin(self, folder: str) -> None:
        """Know nothing of the ledger in a folder but that it has no line yet."""
        self._folder = folder
        self._end = BEGIN
        """Where it ended when it was read or written last; nobody signs for it here."""
        self.highest = 0
        """The highest serial that the name of an object there tells of."""
        self._small: list[_Segment] = []
        """The small segments behind the last large one."""
        self._loose: list[_Object] = []
        """The objects behind the last segment."""
        self._newest = 0
        """The first serial of the newest object that was read or written by itself; 0 where there is none."""

    def read(self, since: End | None) -> Lines:
        """See `Store`."""
        if since is not None and (since.serial, since.digest) == (
            self._end.serial,
            self._end.digest,
        ):
            behind = self._objects()
            if behind is not None:
                self._take(behind)
                return Lines([self._shown(behind)], since, self._arrived())
        pieces = self._whole()
        return Lines(pieces, arrived=self._arrived())

    def append(self, after: End, lines: Sequence[bytes], *, durable: bool) -> None:
        """See `Store`; what is created is durable."""
        if not lines:
            return
        if (after.serial, after.digest) != (self._end.serial, self._end.digest):
            raise stale(after.serial)
        self.require_fit()
        first = after.serial + 1
        self._create(first, _body(lines))
        self._take([_Object(first, lines)])
        with suppress(LedgerError):  # Whoever appends next makes the segment.
            self._seal()

    def data(self) -> bytes | None:
        """See `Store`: what is in the bucket now, as one file."""
        pieces = self._whole()
        return None if pieces is None else b"".join(pieces)

    def replace(self, data: bytes | None, now: datetime, expected: bytes | None) -> str | None:
        """See `Store`. The old ledger stays in its folder, and is copied into one object under its new name."""
        if self.data() != expected:
            raise stale(expected.count(b"\n") if expected else 0)
        if expected is None and not data:
            return None
        self.require_fit()
        aside = None
        if expected is not None:
            there = self.bucket.top()[1]
            aside = aside_name(LEDGER_FILE, now, there.__contains__)
            if not self.bucket.create(aside, expected):
                raise stale(self._end.serial)
        number = int(self._folder.rpartition(".")[2].partition("-")[0]) + 1
        folder = f"massctl.state.{number:04}-{secrets.token_hex(8)}"
        self._lay_out(folder, _lines_of(data or b""))
        # Until here nobody knows of the folder; from here on nobody appends to the old one.
        self._create(self._end.serial + 1, _body([], folder))
        self._begin(folder)
        return aside

    def require_fit(self) -> None:
        """Have the store probed before this process first writes; raise LedgerUnreachableError if it is not fit."""
        # It needs obstore, which a command that reads a file does not load.
        from massctl.ledger.s3_probe import require_one_winner

        require_one_winner(self.bucket)

    def first_key(self) -> str:
        """Return the key of the first object of the ledger."""
        return _key(self._folder, 1)

    def later(self, serial: int) -> Iterator[tuple[int, bytes]]:
        """Return the last line of each object behind a serial, with its own; those before a gap among them."""
        names = self.bucket.names(f"{self._folder}/{_ENTRIES}", f"{serial:012}")
        keys = [_key(self._folder, int(name)) for name in names if _NAME.fullmatch(name)]
        for key, body in zip(keys, self.bucket.read_all(keys), strict=True):
            found = _parsed(key, body or b"")
            if found.lines:
                yield found.first + len(found.lines) - 1, found.lines[-1]

    def _create(self, first: int, body: bytes) -> None:
        """Create the object of a serial, or raise: LedgerStaleError if somebody else created it."""
        made = _key(self._folder, first), body
        self._on_the_way.append(made)
        if not self.bucket.create(*made):
            self._on_the_way.remove(made)
            raise stale(first - 1)
        self._on_the_way.clear()  # None that was created for this serial can arrive any more.

    def _arrived(self) -> frozenset[bytes]:
        """Return the lines of this process that are in what was just read, though nobody knew of them."""
        arrived: set[bytes] = set()
        for key, body in list(self._on_the_way):
            is_here = key.startswith(f"{self._folder}/")
            if is_here and key > _key(self._folder, self._end.serial):
                continue
            if is_here and self.bucket.read(key) == body:
                arrived.update(_parsed(key, body).lines)
            self._on_the_way.remove((key, body))
        return frozenset(arrived)

    def _whole(self) -> Iterator[bytes] | None:
        """Read from the beginning: what is in segments when it is asked for, and the rest now."""
        self._begin(_FIRST_FOLDER)
        while True:
            large = self._segments(LARGE, 1)
            small = self._segments(SMALL, large[-1].last + 1 if large else 1)
            spans = [(LARGE, each) for each in large] + [(SMALL, each) for each in small]
            last = spans[-1][1].last if spans else 0
            self._end = End(last, GENESIS)
            loose = self._objects()
            if loose is not None:
                break
        self._small = small
        self._take(loose)
        return self._pieces(spans, loose) if self.highest else None

    def _segments(self, size: int, first: int) -> list[_Segment]:
        """List the segments of a size that follow one another from a serial on."""
        spans: list[_Segment] = []
        for name in self.bucket.names(f"{self._folder}/{size}", f"{first:012}"):
            found = _SEGMENT.fullmatch(name)
            if found is None:
                continue
            span = _Segment(int(found[1]), int(found[2]))
            self.highest = max(self.highest, span.last)
            if span.first == first:
                spans.append(span)
                first = span.last + 1
        return spans

    def _objects(self) -> list[_Object] | None:
        """Read the objects behind the end that follow one another.

        None if all has to be read again: the newest one is gone, or the ledger goes on in the next folder.
        """
        after = self._newest - 1 if self._newest else self._end.serial
        names = self.bucket.names(f"{self._folder}/{_ENTRIES}", f"{after:012}")
        if self._newest and f"{self._newest:012}" not in names[:1]:
            return None
        keys = [_key(self._folder, int(name)) for name in names if _NAME.fullmatch(name)]
        keys = keys[1:] if self._newest else keys
        objects: list[_Object] = []
        due = self._end.serial + 1
        for key, body in zip(keys, self.bucket.read_all(keys), strict=True):
            found = _parsed(key, body or b"")
            self.highest = max(self.highest, found.first)
            if found.first != due:
                continue
            if found.next_folder is not None:
                self._begin(found.next_folder)
                return None
            objects.append(found)
            due += len(found.lines)
        return objects

    def _take(self, objects: Sequence[_Object]) -> None:
        """Go on behind objects that were read or written."""
        for each in objects:
            self._end = self._end.after(each.lines)
            self._loose.append(each)
            self._newest = each.first
        self.highest = max(self.highest, self._end.serial)

    def _shown(self, objects: Sequence[_Object]) -> bytes:
        """Return the lines of objects, and one that no reader takes where a later object tells that one is missing."""
        return _joined(objects) + (_GAP if self.highest > self._end.serial else b"")

    def _pieces(
        self, spans: Sequence[tuple[int, _Segment]], loose: Sequence[_Object]
    ) -> Iterator[bytes]:
        digest = GENESIS
        keys = [f"{self._folder}/{size}/{span.name}" for size, span in spans]
        for key, (_, span), data in zip(keys, spans, self.bucket.read_all(keys), strict=True):
            lines = _lines_of(data or b"")
            if not _is_sound(span, lines, digest):
                self._tell(
                    Phrase(
                        "the segment {key} in {place} differs from its entries, which are read instead: "
                        "delete that segment",
                        key=key,
                        place=self.where,
                    )
                )
                lines = self._lines_in(span)
            yield _ended(lines)
            digest = chain_digest(lines[-1]) if lines else digest
        if not loose:
            self._end = End(self._end.serial, digest)
        yield self._shown(loose)

    def _lines_in(self, span: _Segment) -> list[bytes]:
        """Read the objects that a segment was made of."""
        names = self.bucket.names(f"{self._folder}/{_ENTRIES}", f"{span.first - 1:012}")
        numbers = [int(name) for name in names if _NAME.fullmatch(name)]
        keys = [_key(self._folder, first) for first in numbers if first <= span.last]
        found = zip(keys, self.bucket.read_all(keys), strict=True)
        return [line for key, body in found for line in _parsed(key, body or b"").lines]

    def _seal(self) -> None:
        """Make the segments that are full. Everybody makes the same ones, as objects do not change."""
        while full := _full(self._loose):
            span = _Segment(full[0].first, full[-1].first + len(full[-1].lines) - 1)
            self.bucket.create(f"{self._folder}/{SMALL}/{span.name}", _joined(full))
            self._small.append(span)
            self._loose = self._loose[len(full) :]
        if self._small and self._small[-1].last - self._small[0].first + 1 >= LARGE:
            span = _Segment(self._small[0].first, self._small[-1].last)
            keys = [f"{self._folder}/{SMALL}/{each.name}" for each in self._small]
            data = b"".join(each or b"" for each in self.bucket.read_all(keys))
            if _is_sound(span, _lines_of(data), None):
                self.bucket.create(f"{self._folder}/{LARGE}/{span.name}", data)
                self._small = []

    def _lay_out(self, folder: str, lines: Sequence[bytes]) -> None:
        """Write lines into a folder that nobody knows of: objects and segments as large as they can be."""
        start = 0
        while start < len(lines):
            left = len(lines) - start
            size = next((size for size in (LARGE, SMALL) if left >= size), None)
            piece = lines[start : start + (size or left)]
            self.bucket.create(_key(folder, start + 1), _body(piece))
            if size is not None:
                span = _Segment(start + 1, start + size)
                self.bucket.create(f"{folder}/{size}/{span.name}", _ended(piece))
            start += len(piece)


_OLDER_VERSION = Phrase(
    "restore the older version of what was changed or deleted in the bucket: docs/guides/ledger-in-s3.md; without one: "
    "{command}   shows what can be kept",
    command=Command("state repair"),
)


class S3Ledger(ChainedLedger):
    """The ledger in a bucket; `locks` is a folder for what this machine notes of it."""

    def __init__(self, store: S3LedgerStore, locks: "Path", keys: LedgerKeys = UNSIGNED) -> None:
        self.store: Final = store
        super().__init__(store, locks, keys)

    def _read(self, since: int, absorb: Absorb, *, deep: bool) -> None:
        """See `ChainedLedger.read`; the way out of damage is that of a bucket."""
        try:
            super()._read(since, absorb, deep=deep)
        except LedgerCorruptError as error:
            raise LedgerCorruptError(error.summary, error.detail, _OLDER_VERSION) from None

    def require_floor(self, end: End) -> None:
        """Raise LedgerUntrustedError where `end` comes before an entry in the bucket that is signed."""
        if not self.keys.public or end.serial >= self.store.highest:
            return
        for serial, line in self.store.later(end.serial):
            trailer = trailer_of(trailer_line(line, serial) or "")
            if trailer is not None and self.keys.is_signed(end.signing, trailer):
                self.forget()
                raise LedgerUntrustedError(
                    Phrase("the ledger in {place} was cut", place=self.where),
                    Phrase(
                        "It ends with entry {serial}, but entry {highest} is there and signed. Nothing was sent and "
                        "nothing was changed.",
                        serial=end.serial,
                        highest=serial,
                    ),
                    _OLDER_VERSION,
                )


class S3Backend(Backend):
    """The ledger in a bucket of an S3-compatible store, which every machine reads and writes."""

    append_max = timedelta(minutes=6)
    """Four creations, each with a reading that looks it up, and the repetitions of obstore."""

    @property
    def where(self) -> str:
        """See `Backend.where`."""
        return (self.site.state.url or "s3://").rstrip("/")

    @cached_property
    def ledger(self) -> S3Ledger:
        """See `Backend.ledger`."""
        return self._open()

    def _open(self) -> S3Ledger:
        return S3Ledger(S3LedgerStore(self._bucket, self.site.tell), self.site.locks, self.keys)

    @cached_property
    def _bucket(self) -> "Bucket":
        state = self.site.state
        bucket = open_bucket(state.url or "", state.endpoint, self.site.environment)
        from massctl.ledger.s3_probe import require_promise

        require_promise(bucket.endpoint)
        return bucket

    def prepare(self) -> None:
        """See `Backend.prepare`: a store that may let two writers win is refused before anything names a ledger."""
        self.ledger.store.require_fit()

    def archive(self) -> "Contents":
        """See `Backend.archive`: objects beside the ledger."""
        return S3Archive(self._bucket)

    def statistics(self) -> "StatisticsFiles":
        """See `Backend.statistics`: objects beside the ledger."""
        return S3Statistics(self._bucket)

    def snapshots(self) -> SnapshotBucket:
        """See `Backend.snapshots`: objects beside the ledger."""
        return SnapshotBucket(self._bucket)

    def write_check(self) -> Phrase | None:
        """See `Backend.write_check`: what the store tells of the first object, which is never to be deleted."""
        store = self.ledger.store
        if not store.highest:
            return None
        found = store.bucket.protection_of(store.first_key())
        if found is None:
            return Phrase(
                "{place} can be read; it does not tell of versions and lifecycle rules: look at the bucket's settings",
                place=self.where,
            )
        if found.expires:
            raise LedgerError(
                Phrase(
                    "a lifecycle rule of the bucket will delete entries of {place}",
                    place=self.where,
                ),
                Phrase("Without them nobody knows what was sent."),
                Phrase(
                    "take the rule away, or have it leave out what is below {place}",
                    place=self.where,
                ),
            )
        versions = Phrase("the bucket keeps versions")
        if not found.is_versioned:
            versions = Phrase("the bucket keeps no versions, so that what somebody deletes is gone")
        return Phrase(
            "{place} can be read, and tells of no lifecycle rule that deletes it; {versions}",
            place=self.where,
            versions=versions,
        )


def _key(folder: str, serial: int) -> str:
    return f"{folder}/{_ENTRIES}/{serial:012}"


def _body(lines: Sequence[bytes], next_folder: str | None = None) -> bytes:
    """Return the bytes of an object: a line with a word of its writer's own, then the ledger's lines."""
    head = {"nonce": secrets.token_hex(16)}
    if next_folder is not None:
        head["next"] = next_folder
    return json.dumps(head).encode() + b"\n" + _ended(lines)


def _parsed(key: str, body: bytes) -> _Object:
    """Read an object. One that massctl did not write is a line that no reader takes."""
    folder, _, name = key.partition(f"/{_ENTRIES}/")
    head, _, rest = body.partition(b"\n")
    lines, following = _lines_of(rest), ""
    try:
        following = json.loads(head).get("next", "")
        is_ours = bool(following > folder if following else lines)
    except (ValueError, AttributeError, TypeError, RecursionError):
        is_ours = False
    if not is_ours:
        return _Object(int(name), [body.replace(b"\n", b" ") or b" "])
    return _Object(int(name), lines, following or None)


def _lines_of(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def _ended(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _joined(objects: Sequence[_Object]) -> bytes:
    return _ended(line for each in objects for line in each.lines)


def _full(objects: Sequence[_Object]) -> Sequence[_Object]:
    """Return the first objects that fill a small segment; none where there are too few."""
    lines = 0
    for number, each in enumerate(objects, 1):
        lines += len(each.lines)
        if lines >= SMALL:
            return objects[:number]
    return ()


def _is_sound(span: _Segment, lines: Sequence[bytes], digest: str | None) -> bool:
    """Whether lines are those of a segment: as many as its name says, each following the one before."""
    if len(lines) != span.last - span.first + 1:
        return False
    for line in lines:
        if digest is not None and f'"prev":"{digest}"'.encode() not in line:
            return False
        digest = chain_digest(line)
    return True
