"""Schedules drawn from worlds that are too wide to go through: a few in each run of the tests, thousands by night."""

from typing import Any

import pytest
from simulation.choices import Violation
from simulation.reproducing import reproduction
from simulation.schedule import Scenario, Turn
from simulation.wide import WIDE, first_wrong, wrongs

DRAWN = 30
SEED = 12
"""The same schedules whenever the tests run: the night draws others."""


@pytest.mark.night
@pytest.mark.parametrize("scenario", WIDE, ids=lambda each: each.name)
def test_nothing_is_wrong_with_what_is_drawn(scenario: Scenario) -> None:
    schedule = first_wrong(scenario, DRAWN, SEED)
    if schedule is not None:
        wrong = Violation(wrongs(scenario, schedule)[0], schedule)
        pytest.fail(reproduction(scenario, wrong), pytrace=False)


@pytest.mark.parametrize(
    ("name", "turns"),
    [
        # A runner was told yes and stood still; another one asked after it, was told 45066, and wrote first.
        (
            "wide, text",
            [
                {"crash": 14},
                {"during": "neighbour 14", "faults": {"2": "it takes 40 s to get there"}},
                {"files": 2},
            ],
        ),
        # The edition before it is in doubt in another account.
        (
            "wide, text",
            [{"faults": {"3": "-1, though accepted"}, "crash": 20, "files": 4}, {"files": 2}],
        ),
        # Who asks again for a job is told yes again, and there is no fifth of its month.
        ("wide, two texts in git", [{"during": "rival 10"}, {"during": "rival 10", "files": 2}]),
        # A person sends the next edition by hand, to people who have this one.
        (
            "wide, text to a list",
            [
                {"during": "Ctrl-C 23", "faults": {"1": "45011"}, "files": 3},
                {"crash": 25},
                {"before": "a person sends what was refused"},
            ],
        ),
        # What a person sends by hand of news has no draft in WeChat's books.
        (
            "wide, news to a list",
            [
                {"gap_minutes": 1500, "faults": {"12": "40007"}},
                {"before": "a person sends what was refused"},
            ],
        ),
        # The draft is changed between the last look at it and its request.
        (
            "wide, news to a list",
            [
                {"files": 1},
                {
                    "gap_minutes": 180,
                    "during": "the console changes the draft at boundary 34",
                    "files": 1,
                },
            ],
        ),
        # A process dies between a refusal and its flush, and the next one only notes something behind it.
        (
            "wide, news to a tag",
            [{"gap_minutes": 1500, "during": "the tag is gone at boundary 45", "crash": 55}],
        ),
    ],
)
def test_what_only_looks_wrong_is_not_told(name: str, turns: list[dict[str, Any]]) -> None:
    scenario = next(each for each in WIDE if each.name == name)
    assert [] == wrongs(
        scenario, tuple(Turn.read({"gap_minutes": 1, "files": 0, **turn}) for turn in turns)
    )


def test_a_seed_draws_the_same_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    """A violation is reported by its schedule, and a test of the same seed must not become another test tomorrow."""
    drawn: list[list[tuple[Turn, ...]]] = [[], []]
    for times in drawn:
        monkeypatch.setattr(
            "simulation.wide.wrongs", lambda _, schedule, times=times: times.append(schedule)
        )
        assert first_wrong(WIDE[0], 20, SEED) is None
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 15
