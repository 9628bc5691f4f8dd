"""The ledger over any place that keeps its lines: read since a serial, append if it still is ours.

A backend is a `Store`: it gives lines and takes lines, and compares. Everything else is here, once: the chain, the
serials, what waits to be written, the lost race, and the mark of how far this machine has seen the ledger.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from massctl.errors import (
    LedgerForeignError,
    LedgerMissingError,
    LedgerOlderError,
    LedgerStaleError,
)
from massctl.ledger.codec import BEGIN, End, chain_digest, decode, empty_file, encode, follow
from massctl.ledger.high_water_mark import (
    Mark,
    note_newest,
    note_writing,
    older_copy,
    require_torn_here,
    seen_mark,
    set_back,
)
from massctl.ledger.signature import UNSIGNED, LedgerKeys, Signing
from massctl.model.entries import Created, Entry, NewEntry, is_observed
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase

KEPT_BACK_MAX = timedelta(seconds=20)
"""So long entries may wait for a push that something waits for: what they tell would be found out again, at a cost."""


Absorb = Callable[[Entry], None]
"""Absorbs one entry after the other."""


class Lines(Frozen):
    """What a store holds behind some end."""

    pieces: Iterable[bytes] | None
    """The lines in order, in one piece or more; each but the last ends with a newline. None: there is no ledger."""
    after: End = BEGIN
    """What the pieces follow: the end that was asked for, or the beginning where the store does not go on from it."""
    arrived: frozenset[bytes] = frozenset()
    """Lines of an earlier append of this process whose outcome was unknown, and which are there."""


class Store(Protocol):
    """Keeps the lines of one ledger where every runner reads them. A file, a branch; a table could be one."""

    @property
    def where(self) -> str:
        """What the place is called, for people."""
        ...

    @property
    def takes_durable_only(self) -> bool:
        """Whether every append is durable when it returns, and costs a way to a server. Then appends are gathered."""
        ...

    def read(self, since: End | None) -> Lines:
        """Return the lines behind `since`, or all of them; raises a LedgerError if they cannot be read."""
        ...

    def append(self, after: End, lines: Sequence[bytes], *, durable: bool) -> None:
        """Write lines if the ledger still ends with `after`, as it was read or written last.

        It returns where they are written, raises LedgerStaleError if somebody else's were first, and another
        LedgerError if they are not written or nobody knows. In the last case a later `read` tells if they arrived.
        """
        ...

    def data(self) -> bytes | None:
        """Return the ledger's bytes as they are now, whatever they are; None without one."""
        ...

    def replace(self, data: bytes | None, now: datetime, expected: bytes | None) -> str | None:
        """Put the whole ledger aside, if there is one, and write `data` instead, if any; return its new name.

        Raises LedgerStaleError if it is not `expected` any more, and else as `append` does.
        """
        ...


class _Waiting(Frozen):
    """An entry that is not in the store yet."""

    new: NewEntry
    line: bytes
    entry: Entry
    signing: Signing
    """Who signs what comes next."""


class ChainedLedger:
    """Implements `massctl.apply.ports.Ledger`; `locks` is where this machine notes how far it has seen the ledger."""

    def __init__(self, store: Store, locks: Path, keys: LedgerKeys = UNSIGNED) -> None:
        self._store = store
        self._locks = locks
        self.keys: Final = keys
        """Those that massctl.yaml names, and the one that this run signs with."""
        self._end = BEGIN
        """Where the store's lines end, as they were read or written last."""
        self._lineage: str | None = None
        self._behind: list[Entry] = []
        """The entries that were read or written since the ledger was read whole."""
        self._whole_serial = 0
        """Where it ended then."""
        self._waiting: list[_Waiting] = []
        self._is_marked = False
        """This run noted, durably, that it is writing."""
        self._inherited_until = 0
        """Where the ledger ended when this process first read it, if this machine had never seen it."""

    @property
    def where(self) -> str:
        """Where it is kept, for people."""
        return self._store.where

    @property
    def head(self) -> tuple[int, str]:
        """Return the serial of the newest line, as it was read or written last, and what names it."""
        return self._end.serial, self._end.digest

    @property
    def signing(self) -> Signing:
        """Return who signs it, as it was read or written last."""
        return self._end.signing

    @property
    def inherited_until(self) -> int:
        """Return how far others had written it when this machine first saw it; 0 if it began here."""
        mark = seen_mark(self._locks)
        known = mark is not None and mark.lineage == self._lineage
        return mark.inherited_until if mark is not None and known else self._inherited_until

    def read(self, since: int, *, deep: bool = False) -> Sequence[Entry]:
        """Read and verify, and give the entries after `since`; those that wait come last.

        Lines that this process has verified already are not read again, where the store still goes on from them. With
        `deep` all of them are, and the form and fields of each one are checked.
        """
        entries: list[Entry] = []
        self._read(since, entries.append, deep=deep)
        return entries

    def fold(self, absorb: Absorb) -> None:
        """Read and verify as `read` does, and give each entry to `absorb` alone, so that none is kept here.

        What was absorbed before an error is worth nothing: its lines may be another's, or not all.
        """
        self._read(0, absorb, deep=False)

    def _read(self, since: int, absorb: Absorb, *, deep: bool) -> None:
        mark = seen_mark(self._locks)
        goes_on = not deep and self._lineage is not None and since >= self._whole_serial
        found = self._store.read(self._end if goes_on else None)
        self._verify(found, mark, since, absorb, deep=deep)
        self.require_floor(self._end)

    def append(
        self, expected_serial: int, entries: Sequence[NewEntry], *, durable: bool
    ) -> Sequence[Entry]:
        """Append entries unless somebody appended after they were read; see the port for the promise."""
        serial = self._end.serial + len(self._waiting)
        if expected_serial != serial:
            raise stale(expected_serial)
        if serial == 0 and entries and not isinstance(entries[0].event, Created):
            raise _not_begun(self.where)
        before = self._waiting
        written = self._chained(entries)
        self._waiting = [*before, *written]
        try:
            if durable or not self._may_wait():
                self._publish(durable=durable)
        except BaseException:
            # What waited before goes on waiting; these were not written, as far as anybody knows.
            self._waiting = before
            raise
        return [each.entry for each in written]

    def last_read(self) -> Sequence[Entry] | None:
        """Return the entries as this machine fetched them last, only to be shown; None if it keeps no copy."""
        return None

    def as_found(self) -> bytes | None:
        """Return the ledger's bytes as they are now, whatever they are; None without one."""
        return self._store.data()

    def replace(self, data: bytes | None, now: datetime, expected: bytes | None) -> str | None:
        """See `Store.replace`; what follows has to read the ledger again."""
        self.forget()
        return self._store.replace(data, now, expected)

    def take_over(self, data: bytes, now: datetime) -> None:
        """Hold the lines of another place, or an earlier part of them already; a ledger that has all of them stays.

        Raises LedgerForeignError if another ledger is here, and else as `Store.replace` does.
        """
        there = self.as_found()
        if (there or b"").startswith(data):
            return
        self.require_room(data, there)
        self.replace(data, now, there)

    def require_room(self, data: bytes, there: bytes | None = None) -> None:
        """Raise LedgerForeignError if the place holds what is neither a part of these lines nor goes on from them."""
        there = (self.as_found() if there is None else there) or b""
        if not data.startswith(there) and not there.startswith(data):
            raise LedgerForeignError(
                Phrase("{branch} holds another ledger", branch=self.where),
                Phrase("Nothing was changed, there or here."),
                Phrase(
                    "find out whose it is; then rename it, or name another place: {command}",
                    command=Command("state migrate", "--help"),
                ),
            )

    def forget(self) -> None:
        """Know nothing of the ledger any more, because another one took its place."""
        self._inherited_until = 0
        self._end, self._lineage, self._behind, self._whole_serial, self._waiting = (
            BEGIN,
            None,
            [],
            0,
            [],
        )

    def require_seen(self, entries: Sequence[Entry], end: End) -> None:
        """Raise LedgerOlderError for a whole ledger that lacks what this machine saw, or LedgerUntrustedError."""
        self.require_floor(end)
        mark = seen_mark(self._locks)
        seen = mark.serial if mark is not None else 0
        digest = digest_at(seen, entries, end) if 0 < seen <= end.serial else None
        self._require_newest(mark, lineage_of(entries), end, digest)

    def require_floor(self, end: End) -> None:
        """Raise LedgerUntrustedError for a signed ledger that ends before an entry which its place proves to be signed.

        A place that proves nothing says nothing: then only this machine's mark notices a ledger that was set back.
        """

    def older(self, why: Phrase) -> LedgerOlderError:
        """Make the error of a ledger that ends before what was seen of it, or that went another way since."""
        return older_copy(why)

    def _require_newest(
        self, mark: Mark | None, lineage: str | None, end: End, digest: str | None
    ) -> None:
        """Compare with what this machine saw; `digest` names the line at the mark, where that was read."""
        if (why := set_back(mark, lineage, end.serial, digest)) is not None:
            raise self.older(why)

    def _may_wait(self) -> bool:
        waited = [each.new.at for each in self._waiting]
        return self._store.takes_durable_only and (
            not waited or waited[-1] - waited[0] < KEPT_BACK_MAX
        )

    def _verify(
        self, lines: Lines, mark: Mark | None, since: int, absorb: Absorb, *, deep: bool = False
    ) -> None:
        """Verify what a store gave, go on from there, and give the entries after `since`."""
        goes_on = lines.after.serial > 0
        behind: list[Entry] = []
        end, piece, lineage = lines.after, b"", self._lineage if goes_on else None
        seen, digest = mark.serial if mark is not None else 0, None
        for piece in lines.pieces or ():
            if not piece and not end.serial:
                raise empty_file()
            before = end.serial
            found, end = follow(piece, end, deep=deep, keys=self.keys)
            lineage = lineage if before else lineage_of(found)
            if before < seen <= end.serial:
                digest = digest_at(seen, found, end)
            if goes_on:
                behind += found
            else:
                _give(found, since, absorb)
        self.keys.require_trusted(end.signing, end.serial)
        self._require_newest(mark, lineage, end, digest)
        tail = piece.rpartition(b"\n")[2]
        if tail and chain_digest(tail) != end.digest:
            # Whoever tore it may have begun since `mark`.
            require_torn_here(seen_mark(self._locks), lineage)
        self._lineage = lineage
        if mark is None or mark.lineage != lineage:
            self._inherited_until = self._inherited_until or end.serial
        self._rebase(end, lines.arrived)
        if self._store.takes_durable_only:
            self._note()
        if goes_on:
            self._behind += behind
        else:
            self._behind, self._whole_serial = [], end.serial
        _give([*self._behind, *(each.entry for each in self._waiting)], since, absorb)

    def _rebase(self, end: End, arrived: frozenset[bytes]) -> None:
        """Put what waits behind what others wrote: what happened is as true there, what was decided is not."""
        moved, self._end = end.digest != self._end.digest, end
        left = [each.new for each in self._waiting if each.line not in arrived]
        self._waiting = []
        self._waiting = self._chained([new for new in left if not moved or is_observed(new.event)])

    def _chained(self, entries: Sequence[NewEntry]) -> list[_Waiting]:
        """Put entries behind all that is there or waits, and read them as every reader will."""
        serial = self._end.serial + len(self._waiting)
        digest = chain_digest(self._waiting[-1].line) if self._waiting else self._end.digest
        signing = self._waiting[-1].signing if self._waiting else self._end.signing
        chained: list[_Waiting] = []
        for new in entries:
            serial += 1
            line = encode(new, serial, digest)
            if (signature := self.keys.signature(line, new.event, serial, signing)) is not None:
                line = encode(new, serial, digest, signature)
            entry = decode(line, serial, digest)
            signing = self.keys.after_unverified(line, entry, signing)
            chained.append(_Waiting(new, line, entry, signing))
            digest = chain_digest(line)
        return chained

    def _publish(self, *, durable: bool) -> None:
        lines = [each.line for each in self._waiting]
        if lines and not self._store.takes_durable_only:
            self._note_writing()
        self._store.append(self._end, lines, durable=durable)
        self._lineage = self._lineage or lineage_of([each.entry for each in self._waiting])
        self._end = self._end.after(lines, self._waiting[-1].signing if self._waiting else None)
        self._behind += [each.entry for each in self._waiting]
        self._waiting = []
        if durable:
            self._note()

    def _note_writing(self) -> None:
        """Remember on this machine that a crash may tear what is written from here on."""
        mark = seen_mark(self._locks)
        known = mark if mark is not None and mark.lineage == self._lineage else None
        if self._lineage is None:
            return  # The first entry is whole with its file, or not there.
        if known is not None and known.writing:
            if not self._is_marked:  # Whoever wrote that may have died before it was durable.
                note_writing(self._locks, known)
                self._is_marked = True
            return
        if known is None or known.serial != self._end.serial:
            # Another machine wrote it, or another checkout: the mark must never run ahead of what is flushed.
            self._store.append(self._end, [], durable=True)
        note_writing(self._locks, self._mark(self._lineage))
        self._is_marked = True

    def _note(self) -> None:
        """Remember on this machine how far the ledger reaches, so that a shorter one is noticed."""
        self._is_marked = False
        if self._lineage is not None:
            note_newest(self._locks, self._mark(self._lineage))

    def _mark(self, lineage: str) -> Mark:
        return Mark(lineage, self._end.serial, self._end.digest, self.inherited_until)


def _give(entries: Sequence[Entry], since: int, absorb: Absorb) -> None:
    for entry in entries:
        if entry.serial > since:
            absorb(entry)


def digest_at(serial: int, entries: Sequence[Entry], end: End) -> str:
    """Name line `serial`, which is among `entries` or the last one before them; `end` is the end of the last."""
    return end.digest if serial == end.serial else entries[serial - end.serial].prev


def lineage_of(entries: Sequence[Entry]) -> str | None:
    """Return the lineage in a ledger's first entry; None without entries."""
    first = entries[0].event if entries else None
    return first.lineage if isinstance(first, Created) else None


def stale(expected_serial: int) -> LedgerStaleError:
    """Make the error of an append after which serial `expected_serial` is no longer the last."""
    return LedgerStaleError(
        Phrase("another runner wrote to the ledger"),
        Phrase(
            "Serial {serial} was expected to be the last one. This entry was not written.",
            serial=expected_serial,
        ),
        Phrase("Run the same command again; it reads the ledger again."),
    )


def _not_begun(where: str) -> LedgerMissingError:
    return LedgerMissingError(
        Phrase("there is no ledger on {branch} yet", branch=where),
        Phrase("Nothing was done."),
        Phrase("{command}   begins it", command=Command("state init")),
    )
