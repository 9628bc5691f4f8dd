"""Cells of a matrix whose audiences share people: refused by the plan and the send, person by person."""

import pytest
from audience_samples import EAST, PEOPLE
from audience_sends import LetterWorld, letter_world
from cli_runner import Shell

pytestmark = pytest.mark.slow
CELLS = """\
version: 1
title: 会员来信
account: main
matrix:
  - {name: east, audience: {of: east}, vars: {city: 上海}}
  - {name: west, audience: {of: west}, vars: {city: 成都}}
text: {content: "今晚八点，{{ city }}"}
"""
WEST = EAST.replace("华东会员", "西部会员")
OTHERS = tuple(f"oWEST{number:05}" for number in range(4))


@pytest.fixture
def world(shell: Shell) -> LetterWorld:
    made = letter_world(shell)
    shell.tree.write("campaigns/letter/campaign.yaml", CELLS)
    return made


def refused(said) -> dict[str, list[tuple[str, str]]]:
    return {
        each["name"]: [(one["guard"], one["message"]) for one in each["refusals"]]
        for each in said.document["campaigns"]
    }


def test_cells_that_share_people_are_refused_with_how_many_and_which(world: LetterWorld) -> None:
    world.audience("west", WEST, (*OTHERS, *PEOPLE[:2]))
    said = world.shell("plan", "letter", "--sandbox", "--format", "json")
    found = refused(said)
    assert {"letter@east", "letter@west"} == set(found)
    ((guard, message),) = found["letter@east"]
    assert ("cells_overlap", True) == (guard, "2 in letter@west" in message)
    assert (5, []) == (world.apply().status, world.jobs)


def test_cells_that_share_nobody_go_out(world: LetterWorld) -> None:
    world.audience("west", WEST, OTHERS)
    assert 0 == world.apply().status
    assert sorted((*PEOPLE, *OTHERS)) == sorted(world.reached)


def test_the_way_out_is_to_exclude_the_other_audience(world: LetterWorld) -> None:
    # As a freeze with `exclude: [east]` writes it.
    world.audience("west", WEST + "exclude: [east]\n", (*OTHERS, *PEOPLE[:2]))
    assert 5 == world.apply().status
    world.freeze("west", OTHERS)
    assert 0 == world.apply().status


def test_without_a_key_a_plan_says_that_nobody_knows(world: LetterWorld) -> None:
    world.audience("west", WEST, (*OTHERS, *PEOPLE[:2]))
    world.shell.env(MASSCTL_SNAPSHOT_KEY="")
    said = world.shell("plan", "letter", "--sandbox", "--format", "json")
    assert {"letter@east": [], "letter@west": []} == refused(said)
    assert "letter@east" in said.document["people"]["unknown"]
