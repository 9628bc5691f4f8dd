"""The session of one run with the ledger: what it writes, and the state that this leads to."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from massctl.apply.ports import Clock, Ledger
from massctl.errors import LedgerError, LedgerStaleError
from massctl.model.entries import Created, Entry, Event, NewEntry, Told, is_observed
from massctl.model.frozen import Frozen
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import Record, State


class Statement(Frozen):
    """What a person says about a send, why, and who it is."""

    reason: str
    by: str
    msg_id: int | None = None
    url: str | None = None
    batch: int | None = None
    """Which batch of a list of openids; None if only one can be meant."""
    looked_at: datetime | None = None
    """When the person looked, where what they say is carried out later; None if that is now."""


OVERTAKEN_MAX = 20
"""So often others may come first while one entry is written; each time they have got something done."""


About = RenderedCampaign | Record
"""The edition that an entry is about: as its folder declares it, or as it is recorded."""
Release = Callable[[], AbstractContextManager[None]]
"""Lets another thread run while something is waited for."""


class LedgerBootstrap(Protocol):
    """Begins a ledger before its first entry is written."""

    def created(self) -> Created:
        """Make the first entry: a new lineage, and the realm."""
        ...

    def declare(self, lineage: str) -> None:
        """Write the lineage into massctl.yaml before the ledger begins."""
        ...


class _Request(Struct, kw_only=True):
    """What one caller wants of the ledger."""

    found: Sequence[Entry] | None = None
    """What was written or read; None while nothing was."""
    error: BaseException | None = None


class _Append(_Request):
    """To append entries; without any, to make durable what was noted."""

    entries: list[NewEntry]
    durable: bool

    @property
    def is_observed(self) -> bool:
        """Whether it only tells what happened, so that it may be written behind what others wrote."""
        return all(is_observed(entry.event) for entry in self.entries)


class _Read(_Request):
    """To read the entries behind a serial."""

    since: int


class LedgerSession:
    """Writes entries and keeps the state they lead to. For one thread at a time.

    Where several threads take turns, an append or a reading gives the turn away. Whoever wants something of the ledger
    meanwhile waits, and all who wait are served together: their entries are one append, and one reading is for all.
    """

    def __init__(
        self, ledger: Ledger, clock: Clock, state: State, bootstrap: LedgerBootstrap | None = None
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._bootstrap = bootstrap
        self._overtaken = False
        """Others wrote since the state was read that this run decides by."""
        self._ahead = 0
        """By how many entries the ledger has more than that state, since then."""
        self._noted = False
        """Something was noted since the last durable entry."""
        self._requests: list[_Request] = []
        self._idle = threading.Event()
        """No requests are being handled."""
        self._idle.set()
        self._release: Release = nullcontext
        self.state = state

    def begin(self) -> State:
        """Begin the ledger, which must be empty, and write nothing else into it; return its state."""
        self._begin(self._clock.now())
        return self.state

    def note(self, event: Event, about: About | None = None) -> Entry:
        """Write what may be lost in a crash of the machine, because finding it out again costs only a call."""
        return self._write([(event, about)], durable=False)[-1]

    def flush(self) -> None:
        """Make durable what was only noted."""
        if self._noted:
            self._wait_for(_Append([], durable=True))

    def record(self, event: Event, about: About | None = None) -> Entry:
        """Write an entry that every later runner is sure to read; durable, with all before it, on return."""
        return self._write([(event, about)], durable=True)[-1]

    def record_each(self, events: Sequence[tuple[Event, About | None]]) -> Sequence[Entry]:
        """Write several entries as one durable append, each about its campaign; return them in the same order."""
        return self._write(events, durable=True) if events else []

    def entries_after(self, serial: int) -> Sequence[Entry]:
        """Read what others wrote after an entry of this run; the state that it decides by does not change."""
        return self._wait_for(_Read(serial))

    @contextmanager
    def shared(self, release: Release) -> Iterator[None]:
        """Let threads that take turns share it meanwhile; `release` lets another one run as long as it lasts."""
        self._release = release
        try:
            yield
        finally:
            self._release = nullcontext

    def _write(
        self, events: Sequence[tuple[Event, About | None]], *, durable: bool
    ) -> Sequence[Entry]:
        now = self._clock.now()
        new = [
            NewEntry(at=now, event=event, campaign=key[0], edition=key[1])
            for event, key in map(_keyed, events)
        ]
        return self._wait_for(_Append(new, durable))

    def _begin(self, at: datetime) -> None:
        """Begin the ledger where there is none, no later than what is written into it first."""
        if self.state.serial == 0 and self._bootstrap is not None:
            created = self._bootstrap.created()
            self._bootstrap.declare(created.lineage)
            first = _Append([NewEntry(at=at, event=created)], durable=True)
            self._append([first])
            if first.error is not None:
                raise first.error

    def _wait_for(self, request: _Request) -> Sequence[Entry]:
        self._requests.append(request)
        while request.found is None and request.error is None:
            if self._idle.is_set():
                self._handle_all()
            else:
                with self._release():
                    self._idle.wait()
        if request.error is not None:
            raise request.error
        return request.found or []

    def _handle_all(self) -> None:
        """Do what everybody wants by now; what fails, fails for all of them alike."""
        requests, self._requests = self._requests, []
        self._idle.clear()
        try:
            appends = [each for each in requests if isinstance(each, _Append)]
            if appends and appends[0].entries:
                self._begin(appends[0].entries[0].at)
            self._append(appends)
            self._read([each for each in requests if isinstance(each, _Read)])
        except BaseException as error:
            for each in requests:
                if each.found is None and each.error is None:
                    each.error = error
        finally:
            self._idle.set()

    def _read(self, requests: Sequence[_Read]) -> None:
        if not requests:
            return
        first = min(each.since for each in requests)
        with self._release():
            found = self._ledger.read(first)
        for each in requests:
            each.found = found[each.since - first :]

    def _append(self, requests: Sequence[_Append]) -> None:
        for _ in range(OVERTAKEN_MAX):
            if self._overtaken:
                for each in requests:
                    if not each.is_observed:
                        each.error = _overtaken(self.state.serial + self._ahead)
                requests = [each for each in requests if each.error is None]
            if not requests:
                return
            durable = any(each.durable for each in requests)
            entries = [entry for each in requests for entry in each.entries]
            try:
                with self._release():
                    written = self._ledger.append(
                        self.state.serial + self._ahead, entries, durable=durable
                    )
            except LedgerStaleError:
                self._fall_behind()
                continue
            except KeyboardInterrupt:
                # It may have come after the entry was written, and an attempt must not be open without us knowing.
                with contextlib.suppress(
                    LedgerError
                ):  # Whoever tells how the run ended reads it once more.
                    self._reread()
                raise
            self.state.absorb_all(_renumbered(written, self._ahead))
            self._noted = not durable
            start = 0
            for each in requests:
                each.found = written[start : start + len(each.entries)]
                start += len(each.entries)
            return
        raise _overtaken(self.state.serial + self._ahead)

    def _fall_behind(self) -> None:
        """Find out where the ledger ends now; raises where it is another ledger by now."""
        with self._release():
            entries = self._ledger.read(0)
        begun = entries[0].event if entries else None
        lineage = begun.lineage if isinstance(begun, Created) else None
        if self.state.lineage not in (None, lineage):
            raise _overtaken(len(entries))
        new = entries[self.state.serial :]
        if not self._overtaken and all(isinstance(each.event, Told) for each in new):
            self.state.absorb_all(
                new
            )  # It says only what people were told, and nobody decides by it.
            return
        self._overtaken, self._ahead = True, len(entries) - self.state.serial

    def _reread(self) -> None:
        """Take what was written meanwhile into the state, unless it is not the state of this ledger any more."""
        if not self._overtaken:
            self.state.absorb_all(self._ledger.read(self.state.serial))


def _keyed(
    written: tuple[Event, About | None],
) -> tuple[Event, tuple[str, int] | tuple[None, None]]:
    event, about = written
    if about is None:
        return event, (None, None)
    return event, (
        about.name if isinstance(about, RenderedCampaign) else about.campaign,
        about.edition,
    )


def _renumbered(entries: Sequence[Entry], ahead: int) -> Sequence[Entry]:
    """Number entries as if nobody else had written."""
    return [replace(entry, serial=entry.serial - ahead) for entry in entries] if ahead else entries


def _overtaken(serial: int) -> LedgerStaleError:
    return LedgerStaleError(
        Phrase("another runner wrote to the ledger"),
        Phrase("It now ends with entry {serial}. This run began nothing more.", serial=serial),
        Phrase("Run the same command again; it reads the ledger again."),
    )
