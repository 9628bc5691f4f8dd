"""Schedules drawn from worlds that are too wide to go through: a few in each run of the tests, thousands by night."""

import pytest
from simulation.checkers import MINUTE
from simulation.choices import Violation
from simulation.happenings import NEIGHBOUR, RIVAL
from simulation.reproducing import reproduction
from simulation.schedule import Scenario, Turn
from simulation.wide import WIDE, first_wrong, wrongs
from simulation.world import Fault

DRAWN = 30
SEED = 12
"""The same schedules whenever the tests run: the night draws others."""


@pytest.mark.parametrize("scenario", WIDE, ids=lambda each: each.name)
def test_nothing_is_wrong_with_what_is_drawn(scenario: Scenario) -> None:
    schedule = first_wrong(scenario, DRAWN, SEED)
    if schedule is not None:
        wrong = Violation(wrongs(scenario, schedule)[0], schedule)
        pytest.fail(reproduction(scenario, wrong), pytrace=False)


def test_an_acceptance_that_is_written_down_behind_a_later_doubt_is_known() -> None:
    """A runner was told yes and stood still; another one asked, was told 45066, and wrote first."""
    stood_still = Turn(MINUTE, during=f"{NEIGHBOUR}14", faults=((2, Fault.SLOW),), files=0)
    schedule = Turn(MINUTE, crash=14, files=0), stood_still, Turn(MINUTE, files=2)
    assert [] == wrongs(WIDE[0], schedule)


def test_a_job_that_is_asked_for_again_is_one_of_its_month() -> None:
    rivals = Turn(MINUTE, during=f"{RIVAL}10", files=0), Turn(MINUTE, during=f"{RIVAL}10", files=2)
    assert [] == wrongs(WIDE[1], rivals)


def test_a_seed_draws_the_same_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    """A violation is reported by its schedule, and a test of the same seed must not become another test tomorrow."""
    drawn: list[list[tuple[Turn, ...]]] = [[], []]
    for times in drawn:
        monkeypatch.setattr("simulation.wide.wrongs", lambda _, schedule, times=times: times.append(schedule))
        assert first_wrong(WIDE[0], 20, SEED) is None
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 15
