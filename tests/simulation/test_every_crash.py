"""Every schedule of small worlds: the smoke run, as `python -m simulation` makes it.

What must hold after every run is in `checkers.py`; that the checkers can fail is shown in `test_mutants.py`.
"""

from datetime import timedelta

import pytest
from simulation.choices import Explorer
from simulation.happenings import AT, BETWEEN
from simulation.reproducing import reproduction
from simulation.scenarios import MOVING, NIGHTLY, SMOKE
from simulation.schedule import Scenario, Turn, schedule_text
from simulation.world import Fault

SCHEDULES: dict[str, int] = {}


SCHEDULES_BY_DAY_MAX = 1_600
LONG_RUNS = (
    "text in batches, the list is ended",
    "text in batches, the list changes",
    "git, news, two runners and faults",
    "news, 40007 before 45065",
    "news, drafts that outlive their send",
    "git, interrupted",
    "news and faults",
    "news, edited",
    "news, window",
    "text, preview required",
    "text, refusals",
    "text, renamed",
    "text, two runners after a crash",
    "text, a person settles",
    "text, edited",
    "text, 45028 before 45065",
    "text, too fast and a crash",
    "text, kill switch",
    "text, stop",
    "git, two faults",
    "git, edited in a run",
    "news, folder deleted",
    "news, window missed",
    "news in batches, an edit is taken back",
    "text in batches, a person settles twice",
    "news, the console writes what was left open",
    "text in batches, called not sent, then a rest",
    "text in batches, too fast",
    "text, 45065 of nobody knows whom",
    "text, a day later",
    "text, torn at every byte",
    "sound, deleted material",
    "text in batches, refusals",
    "text, two faults",
    "text, interrupted",
    "text in batches, two faults",
    "git, two runners with two campaigns",
    "git, two runners after a crash",
)
"""Scenarios that take long, each beside one of its kind that runs by day."""


def _marked(scenario: Scenario) -> object:
    is_long = scenario.schedules_min > SCHEDULES_BY_DAY_MAX or scenario.name in LONG_RUNS
    marks = [pytest.mark.night] if is_long else []
    return pytest.param(scenario, marks=marks, id=scenario.name)


@pytest.mark.parametrize("scenario", [_marked(scenario) for scenario in SMOKE])
def test_nothing_is_sent_twice_lost_or_sent_otherwise(scenario: Scenario) -> None:
    found = Explorer(scenario, stop_early=True).explore()
    if found.violations:
        pytest.fail(reproduction(scenario, found.violations[0]), pytrace=False)
    assert found.schedules >= scenario.schedules_min, found.schedules


def test_the_smoke_run_has_its_twenty_thousand_schedules() -> None:
    assert 20_000 <= sum(scenario.schedules_min for scenario in SMOKE)


def test_every_scenario_has_a_name_of_its_own() -> None:
    names = [scenario.name for scenario in (*SMOKE, *MOVING, *NIGHTLY)]
    assert len(set(names)) == len(names)


def test_everything_that_may_happen_happens_in_some_scenario() -> None:
    scenarios = (*SMOKE, *MOVING)
    before = {name for scenario in scenarios for names in scenario.before for name in names}
    meanwhile = {
        name.partition(AT)[0]
        for each in scenarios
        for names in each.during
        for name in names
        if AT in name
    }
    assert BETWEEN.keys() == before | meanwhile


def test_a_house_that_trusts_no_memory_is_safe_in_a_world_that_forgets_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`in_doubt: stop` needs nobody's memory of a clientmsgid: it never repeats."""
    monkeypatch.setattr("simulation.world.MEMORY", timedelta(0))
    (stop,) = [scenario for scenario in SMOKE if scenario.name == "text, stop"]
    assert [] == Explorer(stop).explore().violations


def test_a_house_that_trusts_a_memory_is_not_safe_in_that_world(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The price of `in_doubt: resubmit`, as docs/concepts/exactly-once.md says it."""
    monkeypatch.setattr("simulation.world.MEMORY", timedelta(0))
    (text,) = [scenario for scenario in SMOKE if scenario.name == "text, two faults"]
    found = Explorer(text, stop_early=True).explore()
    assert "was sent 2 times" in found.violations[0].what


def test_a_violation_is_told_in_few_lines_that_play_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The schedule found first has runs and faults that do not matter; the one that is told has none."""
    monkeypatch.setattr("simulation.world.MEMORY", timedelta(0))
    (text,) = [scenario for scenario in SMOKE if scenario.name == "text, two faults"]
    found = Explorer(text, stop_early=True).explore()
    told = reproduction(text, found.violations[0]).splitlines()
    assert "  1. at once, a run, call 3: answer lost" in told
    least = (Turn(faults=((3, Fault.ANSWER_LOST),)),)
    assert (
        f"PYTHONPATH=tests python -m simulation replay '{schedule_text(text, least)}'" == told[-1]
    )


def test_a_schedule_is_read_as_it_was_written() -> None:
    turn = Turn(
        timedelta(minutes=1), "a person settles", "rival 4", ((2, Fault.ANSWER_LOST),), 7, "half"
    )
    assert turn == Turn.read(turn.document())
