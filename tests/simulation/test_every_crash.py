"""Every schedule of three runs of apply, with a crash at each boundary and a fault of each call, in small worlds.

Together some 110,000 schedules, in 59,000 runs of apply: situations that are equal are gone on from once.
What must hold after every run is in `checkers.py`; that the checkers can fail is shown in `test_mutants.py`.
"""

from datetime import timedelta
from typing import Any

import pytest
from building import HOUR, NOW, article, house, reviewers
from simulation.choices import Budget, Explored, Explorer
from simulation.scenario import LONG, begin, whole_news, whole_text

from massctl.model.message import RenderedNews
from massctl.model.rendered import Window

SOON = Window(NOW + HOUR, NOW + 5 * HOUR)
"""Opens after the first run, and closes before one that comes 30 hours later."""
ENDS = {"sent", "sending", "rejected_before", "in_doubt", "expired", "waiting", "preview_missing"}
"""How a schedule may end: sent, or with a word why not. `sending` is sent, and its state was not read."""
ONE_OF_EACH = Budget(crashes=1, faults=1)


def check(found: Explored, at_least: int) -> None:
    """Make sure that nothing was wrong, that every schedule came to an end, and that they were many."""
    assert [] == found.violations[:3]
    assert set() == {end for end in found.ends if not ENDS & set(end.split(", "))}
    assert found.schedules >= at_least, found.schedules


def test_news_is_sent_at_most_once_whatever_crashes_and_fails() -> None:
    """A cover, two pictures, two reviewers; runs 1 minute, 3 hours or 30 hours apart."""
    found = Explorer(whole_news(LONG), 3, ONE_OF_EACH).explore(begin())
    check(found, at_least=20_000)


def test_news_is_sent_in_its_window_or_not_at_all() -> None:
    """The first run stages before the window; the second finds it open or over."""
    found = Explorer(whole_news(SOON), 3, ONE_OF_EACH).explore(begin())
    check(found, at_least=2_000)
    assert any("expired" in end for end in found.ends)
    assert any("sent" in end for end in found.ends)


def test_nothing_leaves_under_the_kill_switch() -> None:
    """Sending is disabled in the second of three runs, also where the first left an attempt open."""
    rules = [house(), house(no_send=True), house()]
    found = Explorer(whole_text(LONG), 3, ONE_OF_EACH, rules=rules).explore(begin())
    check(found, at_least=1_500)


def test_nothing_is_sent_that_nobody_could_look_at() -> None:
    """A preview whose outcome got lost is none, so the campaign then waits for a person."""
    words = whole_text(LONG, recipients=reviewers("editor_li"))
    found = Explorer(words, 3, ONE_OF_EACH, rules=[house(require_preview=True)] * 3).explore(begin())
    check(found, at_least=1_500)
    assert any("preview_missing" in end for end in found.ends)


def test_a_text_has_no_draft_to_protect_it_and_is_sent_at_most_once() -> None:
    found = Explorer(whole_text(LONG), 3, Budget(crashes=1, faults=2)).explore(begin())
    check(found, at_least=20_000)


def test_two_crashes_are_no_worse_than_one() -> None:
    found = Explorer(whole_text(LONG), 3, Budget(crashes=2, faults=1)).explore(begin())
    check(found, at_least=5_000)


def test_an_edit_after_the_first_run_sends_one_version_at_most() -> None:
    found = Explorer(whole_text(LONG), 3, ONE_OF_EACH, edited_to=whole_text(LONG, content="今晚九点")).explore(begin())
    check(found, at_least=1_500)


def test_an_edited_news_leaves_one_draft_whatever_crashes_and_fails() -> None:
    """The first run stages the old version before the window, the second replaces its draft."""
    edited = whole_news(SOON, recipients=(), message=RenderedNews((article("春季大促，改"),)))
    found = Explorer(whole_news(SOON, recipients=()), 2, ONE_OF_EACH, edited_to=edited).explore(begin())
    check(found, at_least=1_500)


@pytest.mark.parametrize(
    "world",
    [
        pytest.param({"drafts_are_consumed": False}, id="drafts outlive their send"),
        pytest.param({"draft_before_memory": True}, id="40007 before 45065"),
    ],
)
def test_news_in_a_world_that_the_documentation_leaves_open(world: dict[str, Any]) -> None:
    """Two runs, since a repetition is the only place where these worlds differ."""
    found = Explorer(whole_news(LONG), 2, ONE_OF_EACH).explore(begin(**world))
    check(found, at_least=4_000)


@pytest.mark.parametrize("world", [{"draft_before_memory": True}, {"allowance": 1}], ids=["40007 first", "45028 first"])
def test_text_in_a_world_that_the_documentation_leaves_open(world: dict[str, Any]) -> None:
    found = Explorer(whole_text(LONG), 3, ONE_OF_EACH).explore(begin(**world))
    check(found, at_least=2_000)


def test_a_house_that_trusts_no_memory_is_safe_in_a_world_that_forgets_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """`in_doubt: stop` needs nobody's memory of a clientmsgid: it never repeats."""
    monkeypatch.setattr("simulation.world.MEMORY", timedelta(0))
    rules = [house(in_doubt="stop")] * 3
    found = Explorer(whole_text(LONG), 3, ONE_OF_EACH, rules=rules).explore(begin())
    check(found, at_least=1_500)
