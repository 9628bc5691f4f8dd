"""The ledger as one run sees it."""

import pytest
from building import APPID, LINEAGE, NOW, attempted, sha, text
from simulation.crashing import Boundaries, CrashingFounding
from simulation.world import SimClock, SimLedger

from massctl.apply.journal import LedgerSession
from massctl.errors import LedgerStaleError, LedgerUnreachableError
from massctl.model.entries import Created, Expired, ImageUploaded
from massctl.model.state import State

WORDS = text("words")
IMAGE = ImageUploaded(appid=APPID, sha256=sha("hero"), url="https://mmbiz.qpic.cn/1/0")
EXPIRED = Expired(not_after=NOW)


def open_book(ledger: SimLedger, boundaries: Boundaries | None = None, *, read: bool = False) -> LedgerSession:
    """Open a book on an empty state, or on what is `read`; with a founding where boundaries are given."""
    state = State()
    state.absorb_all(ledger.read(0) if read else [])
    return LedgerSession(ledger, SimClock(NOW), state, CrashingFounding(boundaries) if boundaries else None)


class Named:
    """Begins a ledger of this lineage."""

    def __init__(self, lineage: str) -> None:
        self.lineage = lineage

    def created(self) -> Created:
        return Created(lineage=self.lineage, realm="loopback")

    def declare(self, lineage: str) -> None:
        assert lineage == self.lineage


def test_the_first_entry_of_all_founds_the_ledger_and_is_declared_before_anything_else() -> None:
    ledger, boundaries = SimLedger(), Boundaries()
    book = open_book(ledger, boundaries)
    book.note(IMAGE)
    assert ["created", "image_uploaded"] == [entry.event.type for entry in ledger.entries]
    assert ["before declare", "after declare"] == boundaries.passed
    assert (LINEAGE, 1) == (book.state.lineage, ledger.flushed)


def test_the_ledger_is_begun_no_later_than_its_first_entry() -> None:
    """A clock that goes on while the first entry is made."""
    ledger, clock = SimLedger(), SimClock(NOW)

    class Slow(CrashingFounding):
        def created(self) -> Created:
            clock.sleep(7)
            return super().created()

    LedgerSession(ledger, clock, State(), Slow(Boundaries())).note(IMAGE)
    assert [NOW, NOW] == [entry.at for entry in ledger.entries]


def test_a_ledger_may_be_begun_and_nothing_else() -> None:
    ledger, boundaries = SimLedger(), Boundaries()
    state = open_book(ledger, boundaries).begin()
    assert ["created"] == [entry.event.type for entry in ledger.entries]
    assert (LINEAGE, 1, 1) == (state.lineage, state.serial, ledger.flushed)


def test_a_note_is_durable_only_with_the_next_record() -> None:
    ledger = SimLedger()
    book = open_book(ledger)
    book.note(IMAGE)
    assert 0 == ledger.flushed
    book.record(Expired(not_after=NOW), WORDS)
    assert 2 == ledger.flushed


def test_what_is_written_is_in_the_state_at_once() -> None:
    book = open_book(SimLedger())
    entry = book.record(Expired(not_after=NOW), WORDS)
    assert (1, NOW, "words", 1) == (entry.serial, entry.at, entry.campaign, entry.edition)
    assert [NOW] == book.state.record(WORDS.name, 1).expired_at


def test_several_entries_are_one_append_and_none_is_none() -> None:
    ledger = SimLedger()
    book = open_book(ledger)
    book.record_all([], WORDS)
    assert [] == ledger.entries
    book.record_all([Expired(not_after=NOW), Expired(not_after=NOW)], WORDS)
    assert (2, 2) == (len(ledger.entries), ledger.flushed)


def test_a_campaign_may_be_known_by_its_name_only() -> None:
    book = open_book(SimLedger())
    entry = book.record_for(Expired(not_after=NOW), "words", 3)
    assert ("words", 3) == (entry.campaign, entry.edition)


def test_what_was_observed_is_written_behind_another_runners_entries() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.record(EXPIRED, WORDS)
    assert [2, 3] == [mine.note(IMAGE).serial, mine.record(EXPIRED, WORDS).serial]
    assert ["expired", "image_uploaded", "expired"] == [entry.event.type for entry in ledger.entries]


def test_a_run_sees_what_it_decided_by_and_what_it_found_out_until_it_ends() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.record(EXPIRED, WORDS)
    mine.note(IMAGE)
    assert (1, 1, {}) == (mine.state.serial, len(mine.state.images), mine.state.records)


def test_what_would_begin_something_is_not_written_behind_another_runners_entries() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.note(IMAGE)
    with pytest.raises(LedgerStaleError):
        mine.record(attempted(WORDS)[0], WORDS)
    assert (["image_uploaded"], 0) == ([entry.event.type for entry in ledger.entries], mine.state.serial)


def test_once_others_wrote_a_run_begins_nothing_more_and_tells_what_it_finds_out() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.note(IMAGE)
    mine.note(IMAGE)
    with pytest.raises(LedgerStaleError, match="another runner"):
        mine.record(attempted(WORDS)[0], WORDS)
    assert 3 == mine.record(EXPIRED, WORDS).serial


def test_an_interruption_of_a_run_that_was_overtaken_is_an_interruption() -> None:
    class Interrupted(SimLedger):
        def append(self, expected_serial, entries, *, durable):
            written = super().append(expected_serial, entries, durable=durable)
            if len(self.entries) > 1:
                raise KeyboardInterrupt
            return written

    ledger = Interrupted()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.note(IMAGE)
    with pytest.raises(KeyboardInterrupt):
        mine.note(IMAGE)
    assert 0 == mine.state.serial


def test_a_ledger_that_became_another_one_gets_nothing() -> None:
    ledger = SimLedger()
    first = LedgerSession(ledger, SimClock(NOW), State(), Named("01JDXW0000000000000000000A"))
    first.begin()
    ledger.entries.clear()
    LedgerSession(ledger, SimClock(NOW), State(), Named("01JDXW0000000000000000000B")).begin()
    open_book(ledger, read=True).note(IMAGE)
    with pytest.raises(LedgerStaleError):
        first.note(IMAGE)
    assert 2 == len(ledger.entries)


def test_somebody_who_always_comes_first_is_waited_for_no_longer_than_that() -> None:
    class Overtaken(SimLedger):
        def append(self, expected_serial, entries, *, durable):
            raise LedgerStaleError("another runner wrote to the ledger")

    with pytest.raises(LedgerStaleError, match="another runner"):
        open_book(Overtaken()).note(IMAGE)


def test_an_interruption_while_the_ledger_cannot_be_read_is_an_interruption() -> None:
    class Broken(SimLedger):
        def append(self, expected_serial, entries, *, durable):
            raise KeyboardInterrupt

        def read(self, since):
            raise LedgerUnreachableError("the ledger's branch cannot be read")

    with pytest.raises(KeyboardInterrupt):
        open_book(Broken()).note(IMAGE)


def test_what_was_noted_is_made_durable_once() -> None:
    ledger = SimLedger()
    book = open_book(ledger)
    book.flush()
    book.note(IMAGE)
    assert 0 == ledger.flushed
    book.flush()
    assert 1 == ledger.flushed
