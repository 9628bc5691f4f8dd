"""The same stories over each backend: by night all of them over doubles, by day a few over what people run."""

import pytest
from copies import replace
from simulation.choices import Explorer
from simulation.happenings import RIVAL
from simulation.reproducing import reproduction
from simulation.scenarios import OLDER, OVER_EACH, TEXT
from simulation.schedule import Budget, Played, Scenario, Turn, first, play
from simulation.world import Fault

SET_BACK = Scenario("text, set back", ((TEXT,),), 3, Budget(0, 0), before=OLDER)


@pytest.mark.night
@pytest.mark.parametrize("scenario", OVER_EACH, ids=lambda each: each.name)
def test_every_story_holds_over_each_backend(scenario: Scenario) -> None:
    found = Explorer(scenario, stop_early=True).explore()
    if found.violations:
        pytest.fail(reproduction(scenario, found.violations[0]), pytrace=False)


def alone(backend: str) -> Played:
    """Make the first run over a double, without trouble: the real one has the same boundaries and calls."""
    scenario = replace(SET_BACK, backend=backend)
    return play(scenario, first(scenario), 0, Turn(), moments=False)


def stories(backend: str) -> list[tuple[Turn, ...]]:
    """Tell of a crash before and after each append, of a rival at each, of lost answers, and of an older ledger."""
    run = alone(backend)
    at = [number for number, name in enumerate(run.boundaries, 1) if name.endswith(" push")]
    calls = [number for number, name in enumerate(run.calls) if name == "push"]
    assert (len(at), len(calls)) == (6, 3)
    return [
        *((Turn(crash=number),) for number in at),
        *((Turn(during=f"{RIVAL}{number}"),) for number in at[::2]),
        *((Turn(faults=((call, Fault.ANSWER_LOST),)),) for call in calls),
        (Turn(), Turn(), Turn(before="an older ledger is put back")),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["postgres", "s3"])
def test_telling_stories_hold_over_real_ones(backend: str) -> None:
    for story in stories(backend):
        scenario = replace(SET_BACK, backend=f"a real {backend}")
        assert [] == Explorer(scenario).follow(story).violations, story
