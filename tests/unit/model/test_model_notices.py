"""How far the telling of a fact to a channel has come: who has the claim, and when it is tried again."""

from datetime import timedelta

import pytest
from building import NOW, recorded, text
from hypothesis import example, given
from hypothesis import strategies as st

from massctl.model.entries import Entry, Told
from massctl.model.ids import CampaignName
from massctl.model.notices import AGAIN_AFTER, PAUSE, TRIES_MAX, Fact, Telling

WORDS = text("words")
MINUTE = timedelta(minutes=1)


@given(st.lists(st.text(), max_size=4))
@example(["星标组 二", "100% %20", ""])
def test_a_fact_is_named_by_its_parts_and_read_back(parts: list[str]) -> None:
    fact = Fact.of("drift", *parts)
    assert fact == Fact.named(str(fact))


def test_a_fact_without_parts_is_named_by_one_word() -> None:
    assert ("ended", "report 7") == (str(Fact("ended")), str(Fact.of("report", 7)))


def telling(*said: tuple[str, timedelta]) -> Telling:
    """Fold what was said of one fact, each so long after noon."""
    state = recorded()
    for progress, after in said:
        event = Told(fact="ended", channel="HOOK", progress=progress)  # type: ignore[arg-type]
        (entry,) = entries_of(state.serial, event, after)
        state.absorb(entry)
    return state.told[WORDS.name, 1][Fact("ended"), "HOOK"]


def entries_of(serial: int, event: Told, after: timedelta) -> list[Entry]:
    return [Entry(serial + 1, "sha256:-", NOW + after, event, WORDS.name, 1)]


@pytest.mark.parametrize(
    ("said", "progress", "claim", "tries"),
    [
        ([("begun", 0)], "begun", 2, 1),
        ([("begun", 0), ("begun", 1)], "begun", 2, 1),
        ([("begun", 0), ("begun", 4)], "begun", 3, 2),
        ([("begun", 0), ("begun", -1)], "begun", 3, 2),
        ([("begun", 0), ("begun", 4), ("begun", 8)], "begun", 3, 2),
        ([("begun", 0), ("begun", 4), ("begun", 12)], "begun", 4, 3),
        ([("begun", 0), ("told", 1)], "told", 2, 1),
        ([("begun", 0), ("told", 1), ("begun", 2)], "told", 2, 1),
        ([("begun", 0), ("told", 1), ("begun", 24 * 60 + 1)], "begun", 4, 1),
        ([("begun", 0), ("failed", 1), ("begun", 2)], "failed", 2, 1),
        ([("begun", 0), ("failed", 1), ("begun", 6)], "begun", 4, 2),
        ([("told", 0)], "told", 2, 1),
        ([("begun", 0), ("untold", 1), ("begun", 2)], "begun", 4, 1),
        ([("told", 0), ("untold", 1), ("told", 2)], "told", 4, 1),
    ],
)
def test_the_first_of_two_that_begin_has_the_claim_until_its_time_is_over(
    said: list[tuple[str, int]], progress: str, claim: int, tries: int
) -> None:
    found = telling(*((word, after * MINUTE) for word, after in said))
    assert (progress, claim, tries) == (found.progress, found.claim, found.tries)


def test_what_fails_is_tried_again_less_and_less_often_and_not_for_ever() -> None:
    at, tries = NOW, []
    found = telling(("begun", timedelta(0)), ("failed", timedelta(0)))
    while found.is_due(found.free_at, again=False):
        assert not found.is_due(found.free_at - MINUTE, again=False)
        tries.append(found.free_at - at)
        found = Telling("failed", found.free_at, found.tries + 1, 2)
    assert [PAUSE * (2**n - 1) for n in range(1, TRIES_MAX)] == tries
    assert found.is_given_up


@pytest.mark.parametrize(
    ("after", "again", "expected"),
    [(AGAIN_AFTER, False, False), (AGAIN_AFTER - MINUTE, True, False), (AGAIN_AFTER, True, True)],
)
def test_what_was_told_is_told_again_only_where_every_run_meets_it(
    after: timedelta, again: bool, expected: bool
) -> None:
    found = Telling("told", NOW, 1, 2)
    assert (expected, False) == (found.is_due(NOW + after, again=again), found.is_given_up)


def test_a_channel_that_was_told_counts_under_the_name_that_the_campaign_has_now() -> None:
    state = recorded()
    state.renamed = {WORDS.name: CampaignName("news")}
    event = Told(fact="ended", channel="HOOK", progress="told")
    state.absorb(entries_of(state.serial, event, timedelta(0))[0])
    assert {(CampaignName("news"), 1)} == {*state.told}
    assert (2, 1) == (state.serial, state.plan_serial)
