"""`audience show` proves a lock where it has the key; `validate` says what locks alone show."""

import json
from typing import Any

import pytest
from audience_samples import EAST, PEOPLE
from audience_sends import LetterWorld, letter_world
from cli_runner import Shell

STAFF = tuple(f"oSTAFF{number:05}" for number in range(9))
LOCK = "audiences/east.lock.json"


@pytest.fixture
def world(shell: Shell) -> LetterWorld:
    made = letter_world(shell)
    made.audience("staff", EAST, STAFF)
    return made


def edit(world: LetterWorld, **changes: Any) -> None:
    """Write the lock as massctl would, with other words in it."""
    said = json.loads(world.shell.tree.read(LOCK)) | changes
    text = json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True)
    world.shell.tree.write(LOCK, text + "\n")


def names_staff(world: LetterWorld) -> dict[str, Any]:
    staff = json.loads(world.shell.tree.read("audiences/staff.lock.json"))
    return {key: staff[key] for key in ("snapshot", "count")}


def proven(world: LetterWorld) -> tuple[int, object]:
    said = world.shell("audience", "show", "east", "--format", "json")
    (found,) = said.document["audiences"]
    return said.status, found["is_proven"]


def test_a_lock_that_is_what_a_freeze_wrote_is_proven(world: LetterWorld) -> None:
    assert (0, True) == proven(world)
    assert "the snapshot is what the lock says" in world.shell("audience", "show", "east").out


def test_a_lock_that_names_the_people_of_another_audience_is_told(world: LetterWorld) -> None:
    edit(world, **names_staff(world))
    assert (1, False) == proven(world)
    said = world.shell("audience", "show", "east")
    assert (1, True) == (said.status, f"{LOCK}" in said.out)
    assert ("MC622" in said.out, "frozen for another audience" in said.out) == (True, True)


def test_a_lock_that_tells_another_number_of_people_is_told(world: LetterWorld) -> None:
    edit(world, count=len(PEOPLE) - 1)
    assert (1, False) == proven(world)
    said = world.shell("audience", "show", "east")
    words = f"says {len(PEOPLE) - 1} people; its snapshot has {len(PEOPLE)}"
    assert words in said.out


def test_a_lock_of_somebody_who_was_erased_since_is_proven(world: LetterWorld) -> None:
    world.forget(PEOPLE[2])
    assert (0, True) == proven(world)


def test_without_the_key_nobody_looks_and_the_reason_is_said(world: LetterWorld) -> None:
    edit(world, **names_staff(world))
    world.shell.env(MASSCTL_SNAPSHOT_KEY="")
    assert (0, None) == proven(world)
    assert "not here: " in world.shell("audience", "show", "east").out


@pytest.mark.parametrize(
    ("staff", "severity", "words"),
    [
        (("snapshot", "count"), "info", "the locks of east and staff name the same people"),
        (("snapshot",), "error", "the locks of east and staff tell two numbers of the same people"),
    ],
)
def test_validate_tells_of_two_locks_with_one_snapshot_without_a_key(
    world: LetterWorld, staff: tuple[str, ...], severity: str, words: str
) -> None:
    edit(world, **{key: names_staff(world)[key] for key in staff})
    world.shell.env(MASSCTL_SNAPSHOT_KEY="")
    said = world.shell("validate", "--format", "json")
    (found,) = [each for each in said.document["diagnostics"] if each["code"] == "MC622"]
    assert (severity, words) == (found["severity"], found["message"])
    assert (severity == "error") == (said.status == 1)
    assert "massctl audience show staff" in found["hint"]
