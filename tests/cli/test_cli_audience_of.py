"""`audience: {of: NAME}`: a campaign that goes to a named audience, from its files to the plan and the lock."""

import json

import pytest
from audience_samples import EAST, LETTER, PEOPLE, lock, snapshot_of
from cli_runner import Shell
from repositories import window
from syrupy.assertion import SnapshotAssertion

from massctl.view.cells import cells


@pytest.fixture
def letter(shell: Shell) -> Shell:
    """A campaign to seven people, of whom nobody stands in the repository."""
    shell.tree.settings(language="en")
    shell.tree.write("campaigns/letter/campaign.yaml", LETTER)
    shell.tree.write("audiences/east.yaml", EAST)
    lock(shell.tree)
    return shell


def test_a_plan_names_the_audience_and_counts_its_people(letter: Shell) -> None:
    said = letter("plan", "letter", "--sandbox")
    assert "the audience east · 7 people in 1 job" in said.out
    assert 0 == letter("validate").status


def test_a_lock_fixes_the_snapshot_so_that_another_freeze_makes_it_stale(letter: Shell) -> None:
    assert 0 == letter("lock").status
    document = json.loads(letter.tree.read("campaigns/letter/campaign.lock.json"))
    assert {"of": "east", "sha256": snapshot_of(PEOPLE), "count": 7} == document["audience"]
    lock(letter.tree, people=PEOPLE[1:])
    said = letter("lock", "--check")
    assert (5, True) == (said.status, "audience" in said.out)


def test_one_fault_of_an_audience_is_told_once_and_stops_its_campaign(letter: Shell) -> None:
    letter.tree.write("audiences/east.yaml", EAST + "exclude: [staff]\n")
    for names in ((), ("letter",)):
        said = letter("validate", *names, "--format", "json")
        found = [(each["code"], each["file"]) for each in said.document["diagnostics"]]
        assert (
            ("MC616", "audiences/east.yaml"),
            ("MC617", "campaigns/letter/campaign.yaml"),
        ) == tuple(each for each in found if each[0] != "MC624")


def test_cells_go_to_audiences_of_their_own(letter: Shell) -> None:
    letter.tree.write("audiences/west.yaml", EAST)
    lock(letter.tree, "west", people=("oWEST00001", "oWEST00002"))
    cells = "matrix:\n  - {name: e, audience: {of: east}}\n  - {name: w, audience: {of: west}}\n"
    letter.tree.write(
        "campaigns/letter/campaign.yaml", LETTER.replace("audience: {of: east}\n", "") + cells
    )
    document = letter("plan", "--sandbox", "--format", "json").document
    counts = {each["name"]: each["audience_count"] for each in document["campaigns"]}
    assert {"letter@e": 7, "letter@w": 2} == counts
    lock(letter.tree, "west")
    assert "MC038" in [
        each["code"] for each in letter("validate", "--format", "json").document["diagnostics"]
    ]


def test_a_subscription_account_cannot_send_to_an_audience(letter: Shell) -> None:
    written = letter.tree.read("massctl.yaml").replace("kind: service", "kind: subscription")
    letter.tree.write("massctl.yaml", written)
    said = letter("validate", "--format", "json")
    assert ["MC609"] == [each["code"] for each in said.document["diagnostics"]]


@pytest.fixture
def listed(letter: Shell) -> Shell:
    """An audience that a campaign goes to, and one that was never frozen."""
    letter.tree.write("audiences/staff.yaml", EAST.replace("华东会员", "同事"))
    change = {"since": snapshot_of(()), "since_at": "2026-10-12T09:00:00+08:00"}
    lock(letter.tree, change={**change, "added": 120, "removed": 3}, count=4977)
    when = window("2026-12-05T20:00:00+08:00", "2026-12-05T21:00:00+08:00")
    letter.tree.write("campaigns/letter/campaign.yaml", LETTER + when)
    return letter


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("words", ["list", "show east"])
def test_audiences_fit_the_window(
    listed: Shell, snapshot: SnapshotAssertion, words: str, columns: int, language: str
) -> None:
    listed.tree.settings(language=language)
    listed.env(NO_COLOR="1")
    said = listed("audience", *words.split(), columns=columns)
    assert snapshot == said.out
    assert max(map(cells, said.out.splitlines())) <= columns


def test_audiences_are_listed_with_their_people_and_their_next_campaign(listed: Shell) -> None:
    document = listed("audience", "list", "--format", "json").document
    east, staff = document["audiences"]
    assert ("frozen", 4977, 120, "never_frozen", None) == (
        east["state"],
        east["count"],
        east["added"],
        staff["state"],
        staff["count"],
    )
    assert ["letter"] == [each["campaign"] for each in east["used_by"]]


def test_overlaps_are_counted_person_by_person(letter: Shell) -> None:
    rows = "".join(f"{each}\n" for each in [*PEOPLE[:3], f"oTEST{'9' * 23}"])
    when = window("2026-12-05T20:00:00+08:00", "2026-12-05T21:00:00+08:00")
    for name in ("first", "second"):
        letter.tree.write(f"campaigns/{name}/lists/members.csv", f"openid\n{rows}")
        text = LETTER.replace("of: east", "openids: lists/members.csv") + when
        letter.tree.write(f"campaigns/{name}/campaign.yaml", text)
    said = letter("audience", "overlap", "first", "--month", "2026-12", "--format", "json")
    counted = {each["other"]: each["people"] for each in said.document["pairs"]}
    assert (0, {"second": 4, "east": None}) == (said.status, counted)
    lines = letter("audience", "overlap", "first", "--month", "2026-12").out
    assert "overlaps are not known here" in lines


def test_an_audience_is_shown_with_what_is_wrong_with_it(letter: Shell) -> None:
    shown = letter("audience", "show", "east")
    assert (0, True) == (shown.status, "the file /data/east.csv" in shown.out)
    letter.tree.write("audiences/east.yaml", EAST + "exclude: [staff]\n")
    faulty = letter("audience", "show", "east")
    assert (1, True) == (faulty.status, "there is no audience staff" in faulty.out)
    unknown = letter("audience", "show", "esat")
    assert (2, True) == (unknown.status, "did you mean east?" in unknown.err)


def test_a_lock_and_a_plan_say_that_many_people_changed(letter: Shell) -> None:
    change = {"since": "sha256:" + "a" * 64, "since_at": "2026-11-01T09:00:00+08:00"}
    lock(letter.tree, change={**change, "added": 6, "removed": 0})
    locked = letter("lock", "letter")
    assert "MC633" in locked.out
    said = letter("plan", "letter", "--sandbox", "--format", "json")
    assert "MC633" in [each["code"] for each in said.document["campaigns"][0]["diagnostics"]]
