"""`massctl audience overlap`: what the lists of a month have in common, and the word unknown where nobody knows."""

from typing import Any

import pytest
from audience_samples import EAST, LETTER, PEOPLE, lock
from audience_sends import LetterWorld, letter_world
from cli_runner import Shell
from repositories import window

OPEN = "2026-12-01T13:00:00+08:00", "2026-12-01T14:00:00+08:00"
EAST_TOO = (*PEOPLE[:3], "oWEST00001", "oWEST00002")


@pytest.fixture
def world(shell: Shell) -> LetterWorld:
    """A letter to the audience east, and an audience west with three of its people."""
    made = letter_world(shell)
    made.audience("west", EAST, EAST_TOO)
    return made


def pairs(document: dict[str, Any]) -> dict[tuple[str, str], int | None]:
    return {(each["one"], each["other"]): each["people"] for each in document["pairs"]}


def test_audiences_are_compared_person_by_person_and_few_make_a_matrix(world: LetterWorld) -> None:
    found = world.shell("audience", "overlap", "--format", "json").document
    assert {("east", "west"): 3} == pairs(found)
    assert (2, 9, 3) == tuple(found["people"][key] for key in ("lists", "people", "twice"))
    said = world.shell("audience", "overlap")
    rows = [line.split() for line in said.out.splitlines()]
    assert ["1", "east", "audience", "7", "3"] in rows
    assert ["2", "west", "audience", "5", "3"] in rows
    assert "9 people in 2 lists: 3 of them are in more than one" in said.out
    assert "oEAST" not in said.out


def test_a_send_stands_for_the_audience_that_it_went_to(world: LetterWorld) -> None:
    assert 0 == world.apply().status
    sandbox = ("audience", "overlap", "--sandbox", "--format", "json")
    found = world.shell(*sandbox).document
    assert {("letter", "west"): 3} == pairs(found)
    sent, audience = found["lists"]
    assert ("has", "east") == (sent["kind"], sent["audience"])
    assert ("west", None) == (audience["name"], audience.get("kind"))
    later = world.shell(*sandbox, "--month", "2031-01").document
    assert {("east", "west"): 3} == pairs(later)


def test_only_the_pairs_of_a_name_are_shown(world: LetterWorld) -> None:
    world.audience("south", EAST, ("oSOUTH0001", "oSOUTH0002", "oWEST00001"))
    every = world.shell("audience", "overlap", "--format", "json").document
    assert {("east", "west"): 3, ("south", "west"): 1, ("east", "south"): 0} == pairs(every)
    own = world.shell("audience", "overlap", "east", "--format", "json").document
    assert {("east", "west"): 3, ("east", "south"): 0} == pairs(own)
    unknown = world.shell("audience", "overlap", "nobody")
    assert (2, True) == (unknown.status, "nobody" in unknown.err)


def test_many_lists_are_told_as_pairs_with_people_in_common(world: LetterWorld) -> None:
    for number in range(9):
        world.audience(f"region-{number}", EAST, (f"oA{number:08}", f"oB{number:08}"))
    said = world.shell("audience", "overlap")
    assert ["  3 people are in east and in west"] == [
        line for line in said.out.splitlines() if "and in" in line
    ]


def test_without_the_key_every_pair_is_unknown_and_why_is_said_once(world: LetterWorld) -> None:
    world.shell.monkeypatch.delenv("MASSCTL_SNAPSHOT_KEY")
    said = world.shell("audience", "overlap")
    assert (0, 1) == (said.status, said.out.count("overlaps are not known here"))
    assert {("east", "west"): None} == pairs(
        world.shell("audience", "overlap", "--format", "json").document
    )


def test_between_accounts_it_is_unknown_and_never_none(world: LetterWorld) -> None:
    other = "  other: {appid: wx00000000000000ff, kind: service, secret_env: OTHER_SECRET}\n"
    settings = world.shell.tree.read("massctl.yaml")
    settings = settings.replace("accounts:\n", "accounts:\n" + other, 1)
    world.shell.tree.write("massctl.yaml", settings)
    there = EAST.replace("main", "other")
    world.audience("west", there, EAST_TOO)
    lock(world.shell.tree, "west", people=EAST_TOO, appid="wx00000000000000ff")
    found = world.shell("audience", "overlap", "--format", "json").document
    assert {("west", "east"): None} == pairs(found)
    said = world.shell("audience", "overlap")
    assert (True, True) == ("unknown" in said.out, "people of different accounts" in said.out)


def test_cells_whose_audiences_share_people_are_told_of_each_other(world: LetterWorld) -> None:
    two = "matrix:\n  - {name: e, audience: {of: east}}\n  - {name: w, audience: {of: west}}\n"
    whole = LETTER.replace("audience: {of: east}\n", "") + two
    when = window("2026-12-05T20:00:00+08:00", "2026-12-05T21:00:00+08:00")
    world.shell.tree.write("campaigns/letter/campaign.yaml", whole + when)
    plan = " ".join(world.shell("plan", "--sandbox").out.split())
    assert "3 of them also get letter@w on 5 December" in plan
    assert "3 of them also get letter@e on 5 December" in plan


def test_a_send_to_come_is_compared_without_being_rendered(world: LetterWorld) -> None:
    coming = LETTER.replace("今晚八点", '"{{ nobody_knows }}"') + window(*OPEN)
    world.shell.tree.write("campaigns/letter/campaign.yaml", coming)
    found = world.shell("audience", "overlap", "--format", "json").document
    assert {("letter", "west"): 3} == pairs(found)
    assert ["planned", None] == [each.get("kind") for each in found["lists"]]
