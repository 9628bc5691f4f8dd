"""The ledger as one run sees it."""

import pytest
from building import APPID, LINEAGE, NOW, sha, text
from simulation.crashing import Boundaries, CrashingFounding
from simulation.world import SimClock, SimLedger

from massctl.apply.book import Book
from massctl.errors import LedgerStaleError
from massctl.model.ledger import Expired, ImageUploaded
from massctl.model.state import State

WORDS = text("words")
IMAGE = ImageUploaded(appid=APPID, sha256=sha("hero"), url="https://mmbiz.qpic.cn/1/0")


def open_book(ledger: SimLedger, boundaries: Boundaries | None = None) -> Book:
    """Open a book on an empty state; with a founding where boundaries are given."""
    return Book(ledger, SimClock(NOW), State(), CrashingFounding(boundaries) if boundaries else None)


def test_the_first_entry_of_all_founds_the_ledger_and_is_declared_before_anything_else() -> None:
    ledger, boundaries = SimLedger(), Boundaries()
    book = open_book(ledger, boundaries)
    book.note(IMAGE)
    assert ["created", "image_uploaded"] == [entry.event.type for entry in ledger.entries]
    assert ["before declare", "after declare"] == boundaries.passed
    assert (LINEAGE, 1) == (book.state.lineage, ledger.flushed)


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


def test_an_entry_of_another_runner_stops_this_one() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.note(IMAGE)
    with pytest.raises(LedgerStaleError):
        mine.note(IMAGE)
