"""Previews counted by account and Beijing day, and what a repetition can and cannot take back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from building import APPID, NOW, OTHER_APPID, as_new, at, recorded, reviewers, saved, text
from hypothesis import given
from hypothesis import strategies as st

from massctl.ledger.codec import decode, encode
from massctl.model.entries import GENESIS, NewEntry, Previewed
from massctl.model.message import RenderedCampaign
from massctl.model.state import State, Status, status_of

WORDS = text(recipients=reviewers("li", "wang"))
OUTCOMES = ("begun", "sent", "failed", "unknown")


def word(
    outcome: str, to: str = "li", appid: str | None = APPID, errcode: int | None = None
) -> Previewed:
    fields = {"digest": WORDS.digest, "recipient": f"towxname:{to}", "outcome": outcome}
    return Previewed(**fields, appid=appid, errcode=errcode)


def after(*words: Previewed, campaign: RenderedCampaign = WORDS) -> State:
    return recorded(*((each, campaign) for each in words))


@pytest.mark.parametrize(
    ("words", "used"),
    [
        ([word("begun")], 1),
        ([word("begun"), word("sent")], 1),
        ([word("begun"), word("unknown")], 1),
        ([word("begun"), word("failed", errcode=43004)], 1),
        ([word("begun"), word("failed")], 0),
        ([word("begun"), word("sent"), word("begun"), word("sent")], 2),
        ([word("begun"), word("begun", "wang"), word("failed", "wang")], 1),
        ([word("begun"), word("sent"), word("begun"), word("failed")], 1),
        ([word("failed")], 0),
    ],
)
def test_what_was_asked_for_counts_unless_it_never_left(words: list[Previewed], used: int) -> None:
    assert used == after(*words).preview_days.used(APPID, NOW)


def test_the_day_is_that_of_beijing() -> None:
    late, early = (
        datetime(2026, 12, 1, 15, 59, tzinfo=UTC),
        datetime(2026, 12, 1, 16, 0, tzinfo=UTC),
    )
    state = recorded(at(late, word("begun"), WORDS), at(early, word("begun", "wang"), WORDS))
    assert [1, 1] == [state.preview_days.used(APPID, moment) for moment in (late, early)]


def test_one_that_never_left_is_given_back_to_the_day_it_was_begun_on() -> None:
    late, early = (
        datetime(2026, 12, 1, 15, 59, tzinfo=UTC),
        datetime(2026, 12, 1, 16, 0, tzinfo=UTC),
    )
    state = recorded(at(late, word("begun"), WORDS), at(early, word("failed"), WORDS))
    assert [0, 0] == [state.preview_days.used(APPID, moment) for moment in (late, early)]


def test_each_account_has_its_own_days() -> None:
    assert 0 == after(word("begun")).preview_days.used(OTHER_APPID, NOW)


def test_an_old_ledger_tells_the_account_by_its_draft_or_not_at_all() -> None:
    old = word("begun", appid=None), WORDS
    assert [0, 1] == [
        recorded(*each, old).preview_days.used(APPID, NOW) for each in ((), (saved(WORDS),))
    ]


def test_an_entry_without_an_appid_is_read_and_written_as_before() -> None:
    line = encode(as_new((word("sent", appid=None), WORDS)), 1, GENESIS)
    assert b"appid" not in line
    event: Any = decode(line, 1, GENESIS).event
    assert event.appid is None


def test_a_preview_that_was_seen_stays_seen() -> None:
    state = after(word("begun"), word("sent"), word("begun"), word("failed", errcode=45009))
    record = state.record(WORDS.name, WORDS.edition)
    assert "sent" == record.previews[WORDS.digest, "towxname:li"].outcome
    assert ({WORDS.digest: 3}, Status.PREVIEWED) == (record.shown, status_of(record))


def test_a_repetition_that_arrives_is_the_newest_that_was_shown() -> None:
    state = after(word("begun"), word("sent"), word("begun"), word("sent"))
    assert {WORDS.digest: 5} == state.record(WORDS.name, 1).shown


@given(
    st.lists(
        st.tuples(
            st.sampled_from(OUTCOMES),
            st.sampled_from(["li", "wang"]),
            st.sampled_from([None, 43004]),
        )
    )
)
def test_the_count_is_never_negative_nor_more_than_was_begun(
    happened: list[tuple[str, str, int | None]],
) -> None:
    words = [
        NewEntry(at=NOW, event=word(o, to, errcode=e), campaign=WORDS.name, edition=1)
        for o, to, e in happened
    ]
    used = recorded(*words).preview_days.used(APPID, NOW)
    assert 0 <= used <= sum(outcome == "begun" for outcome, _, _ in happened)
