"""The ledger as one run sees it: every entry it writes is in its state at once."""

from collections.abc import Sequence
from typing import Protocol

from massctl.apply.ports import Clock, Ledger
from massctl.model.ledger import Created, Entry, Event, NewEntry
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import State


class Founding(Protocol):
    """Begins a ledger when the first entry of all is due."""

    def created(self) -> Created:
        """Give the first entry: a new lineage, and the realm."""
        ...

    def declare(self, lineage: str) -> None:
        """Write the lineage into massctl.yaml, after the ledger exists and before anything else is written."""
        ...


class Book:
    """Writes entries and keeps the state they lead to. For one thread: results of calls come to it in turn."""

    def __init__(self, ledger: Ledger, clock: Clock, state: State, founding: Founding | None = None) -> None:
        self._ledger = ledger
        self._clock = clock
        self._founding = founding
        self.state = state

    def begin(self) -> State:
        """Begin the ledger, which must be empty, and write nothing else into it; gives its state."""
        self._begin()
        return self.state

    def note(self, event: Event, campaign: RenderedCampaign | None = None) -> Entry:
        """Write what may be lost in a crash of the machine, because finding it out again costs only a call."""
        return self._append([event], campaign, durable=False)[-1]

    def record(self, event: Event, campaign: RenderedCampaign | None = None) -> Entry:
        """Write an entry that every later runner is sure to read; durable, with all before it, on return."""
        return self._append([event], campaign, durable=True)[-1]

    def record_all(self, events: Sequence[Event], campaign: RenderedCampaign) -> None:
        """Write several entries about a campaign as one durable append; none of them where `events` is empty."""
        if events:
            self._append(events, campaign, durable=True)

    def record_each(self, events: Sequence[tuple[Event, RenderedCampaign]]) -> Sequence[Entry]:
        """Write an entry about each of several campaigns as one durable append; gives them in the same order."""
        now = self._clock.now()
        new = [NewEntry(at=now, event=event, campaign=c.name, edition=c.edition) for event, c in events]
        return self._write(new, durable=True) if new else []

    def record_for(self, event: Event, campaign: str, edition: int) -> Entry:
        """Write a durable entry about a campaign that is known by name only."""
        new = NewEntry(at=self._clock.now(), event=event, campaign=campaign, edition=edition)
        return self._write([new], durable=True)[-1]

    def _append(self, events: Sequence[Event], campaign: RenderedCampaign | None, *, durable: bool) -> Sequence[Entry]:
        now = self._clock.now()
        name, edition = (campaign.name, campaign.edition) if campaign else (None, None)
        return self._write(
            [NewEntry(at=now, event=event, campaign=name, edition=edition) for event in events], durable=durable
        )

    def _write(self, entries: list[NewEntry], *, durable: bool) -> Sequence[Entry]:
        self._begin()
        return self._absorb(entries, durable=durable)

    def _begin(self) -> None:
        if self.state.serial == 0 and self._founding is not None:
            created = self._founding.created()
            self._absorb([NewEntry(at=self._clock.now(), event=created)], durable=True)
            self._founding.declare(created.lineage)

    def _absorb(self, entries: list[NewEntry], *, durable: bool) -> Sequence[Entry]:
        try:
            written = self._ledger.append(self.state.serial, entries, durable=durable)
        except KeyboardInterrupt:
            # It may have come after the entry was written, and an attempt must not be open without us knowing.
            self.state.absorb_all(self._ledger.read(self.state.serial))
            raise
        self.state.absorb_all(written)
        return written
