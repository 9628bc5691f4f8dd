"""audiences/: each fault of an audience once, at its place; and the people whom a campaign names by `of`."""

from pathlib import Path

import pytest
from audience_samples import EAST, PEOPLE, audiences, lock, snapshot_of
from gits import git
from repositories import APPID, Tree

from massctl.model.audience import AudienceFile, AudienceLock, definition_digest
from massctl.model.diagnostics import Diagnostic, Severity

OTHER = "  second:\n    appid: wxfedcba9876543210\n    secret_env: SECOND\n    kind: service\n"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    found = Tree(tmp_path)
    found.text("notice")
    return found


def told(found: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(each.code, str(each.place)) for each in found]


def test_a_frozen_audience_is_a_list_and_has_no_fault(tree: Tree) -> None:
    tree.write("audiences/east.yaml", EAST)
    lock(tree)
    known = audiences(tree)
    found = known.listed("east", APPID)
    assert ([], (), snapshot_of(PEOPLE)[7:], 7) == (
        known.diagnostics(),
        found.faults,
        found.openid_list.sha256 if found.openid_list else None,
        found.openid_list.count if found.openid_list else None,
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (EAST + "sauce: 1\n", [("MC011", "audiences/east.yaml:5:1")]),
        (EAST.replace("{file: /data/east.csv}", "{}"), [("MC012", "audiences/east.yaml:4:1")]),
        (
            EAST.replace("east.csv}", "east.csv, union: [a, b]}"),
            [("MC014", "audiences/east.yaml:4:32")],
        ),
        (EAST + "exclude: [staff]\n", [("MC616", "audiences/east.yaml:5:11")]),
        (EAST.replace("main", "mian"), [("MC019", "audiences/east.yaml:3:10")]),
        (EAST + "expect: {min: 9, max: 3}\n", [("MC014", "audiences/east.yaml:5:15")]),
        (
            EAST.replace("{file: /data/east.csv}", "{query: {sql: east.sql}}"),
            [("MC621", "audiences/east.yaml:4:23")],
        ),
        (
            EAST.replace("{file: /data/east.csv}", "{query: {sql: ../massctl.yaml}}"),
            [("MC621", "audiences/east.yaml:4:23")],
        ),
    ],
)
def test_each_fault_of_a_file_is_told_once_at_its_place(
    tree: Tree, written: str, expected: list[tuple[str, str]]
) -> None:
    tree.write("audiences/east.yaml", written)
    found = [each for each in audiences(tree).diagnostics() if each.severity is Severity.ERROR]
    assert expected == told(found)


def test_a_name_that_is_nearly_right_is_suggested(tree: Tree) -> None:
    tree.write("audiences/east.yaml", EAST)
    (fault,) = audiences(tree).listed("esat", APPID).faults
    assert ("MC616", "did you mean east?") == (fault.code, fault.hint)


def test_audiences_that_need_each_other_are_told_at_both(tree: Tree) -> None:
    union = "source: {union: [west, north]}"
    tree.write("audiences/east.yaml", EAST.replace("source: {file: /data/east.csv}", union))
    tree.write("audiences/west.yaml", EAST + "exclude: [east]\n")
    tree.write("audiences/north.yaml", EAST)
    found = [each for each in audiences(tree).diagnostics() if each.code == "MC618"]
    assert [
        "these audiences need each other: east → west → east",
        "these audiences need each other: west → east → west",
    ] == [each.message for each in found]


def test_an_audience_of_another_account_is_refused(tree: Tree) -> None:
    tree.settings(account=OTHER)
    tree.write("audiences/east.yaml", EAST)
    tree.write("audiences/west.yaml", EAST.replace("main", "second") + "exclude: [east]\n")
    lock(tree)
    known = audiences(tree)
    found = [each for each in known.diagnostics() if each.severity is Severity.ERROR]
    assert [("MC619", "audiences/west.yaml:5:11")] == told(found)
    assert ["MC619"] == [each.code for each in known.listed("east", "wxfedcba9876543210").faults]


def test_a_lock_that_was_not_frozen_here_is_refused(tree: Tree) -> None:
    tree.write("audiences/east.yaml", EAST)
    lock(tree, audience="west")
    assert [("MC622", "audiences/east.lock.json")] == [
        each for each in told(audiences(tree).diagnostics()) if each[0] != "MC623"
    ]
    lock(tree)
    tree.write("audiences/east.lock.json", tree.read("audiences/east.lock.json").replace("  ", " "))
    assert "MC622" in [each.code for each in audiences(tree).diagnostics()]
    lock(tree, appid="wx00000000000000ea")
    assert [("MC619", "audiences/east.yaml:3:1")] == told(audiences(tree).diagnostics())


def test_an_audience_that_was_never_frozen_stops_the_campaign_that_names_it(tree: Tree) -> None:
    tree.write("audiences/east.yaml", EAST)
    known = audiences(tree)
    (about,) = known.diagnostics()
    (fault,) = known.listed("east", APPID).faults
    assert ("MC623", Severity.INFO, "MC623", Severity.ERROR) == (
        about.code,
        about.severity,
        fault.code,
        fault.severity,
    )
    assert "audience freeze east" in str(fault.hint)


@pytest.mark.parametrize("path", ["audiences/east.yaml", "audiences/east.sql"])
def test_what_was_changed_since_it_was_frozen_stops_the_campaign(tree: Tree, path: str) -> None:
    query = EAST.replace("{file: /data/east.csv}", "{query: {sql: east.sql}}")
    tree.write("audiences/east.yaml", query)
    tree.write("audiences/east.sql", "SELECT openid FROM members\n")
    lock(tree, sql="SELECT openid FROM members\n")
    assert () == audiences(tree).listed("east", APPID).faults
    changed = {"audiences/east.yaml": query + "exclude: [staff]\n", "audiences/east.sql": "SELECT"}
    tree.write("audiences/staff.yaml", EAST)
    tree.write(path, changed[path])
    assert ["MC624"] == [each.code for each in audiences(tree).listed("east", APPID).faults]


def test_a_part_that_was_frozen_again_is_told_with_what_freezes_the_whole(tree: Tree) -> None:
    cold = lock_written(tree, "cold", EAST, ())
    inner = lock_written(tree, "inner", EAST + "exclude: [cold]\n", (cold,))
    whole = EAST.replace("{file: /data/east.csv}", "{union: [inner, other]}")
    other = lock_written(tree, "other", EAST, ())
    lock_written(tree, "whole", whole, (inner, other))
    assert () == audiences(tree).listed("whole", APPID).notes
    lock(tree, "cold", people=("oOTHER00001", "oOTHER00002"))
    known = audiences(tree)
    renewed = [each for each in known.diagnostics() if each.code == "MC630"]
    assert ["audiences/whole.yaml:4:1"] == [str(each.place) for each in renewed]
    (note,) = known.listed("whole", APPID).notes
    assert "cold was frozen again" in str(note.message)
    assert "massctl audience freeze inner whole" in str(note.hint)


def lock_written(tree: Tree, name: str, text: str, parts: tuple[AudienceLock, ...]) -> AudienceLock:
    tree.write(f"audiences/{name}.yaml", text)
    said = [{"audience": each.audience, "snapshot": each.snapshot} for each in parts]
    return lock(tree, name, parts=said)


def test_a_title_may_be_changed_without_a_freeze(tree: Tree) -> None:
    tree.write("audiences/east.yaml", EAST)
    lock(tree)
    tree.write("audiences/east.yaml", EAST.replace("华东会员", "华东老会员") + "keep_for: 90d\n")
    assert () == audiences(tree).listed("east", APPID).faults


def test_a_query_with_other_line_ends_is_the_same_definition() -> None:
    file = AudienceFile.model_validate(
        {
            "version": 1,
            "title": "x",
            "account": "main",
            "source": {"query": {"sql": "east.sql"}},
        }
    )
    assert definition_digest(file, "SELECT 1\n") == definition_digest(file, "SELECT 1\r\n")


def test_a_lock_outside_of_the_bounds_is_told_at_the_bound(tree: Tree) -> None:
    tree.write("audiences/east.yaml", EAST + "expect: {max: 5000}\n")
    lock(tree, count=5001)
    assert [("MC625", "audiences/east.yaml:5:15")] == told(audiences(tree).diagnostics())


def test_what_is_no_audience_is_told(tree: Tree) -> None:
    tree.write("audiences/east.yml", EAST)
    tree.write("audiences/gone.lock.json", "{}")
    tree.write("audiences/README.md", "x")
    assert [
        ("MC627", "audiences/east.yml"),
        ("MC627", "audiences/gone.lock.json"),
    ] == told(audiences(tree).diagnostics())


def test_a_list_inside_git_is_refused_and_one_that_git_ignores_is_not(tree: Tree) -> None:

    git(tree.root, "init", "-q")
    tree.write("audiences/east.yaml", EAST.replace("/data/east.csv", "lists/east.csv"))
    tree.write("lists/east.csv", "openid\n")
    assert "MC620" in [each.code for each in audiences(tree).diagnostics()]
    tree.write(".gitignore", "lists/\n")
    assert "MC620" not in [each.code for each in audiences(tree).diagnostics()]


def test_a_campaign_notes_every_file_that_says_who_gets_it(tree: Tree) -> None:
    tree.write(
        "audiences/east.yaml", EAST.replace("{file: /data/east.csv}", "{query: {sql: e.sql}}")
    )
    tree.write("audiences/e.sql", "SELECT openid FROM members\n")
    lock(tree, sql="SELECT openid FROM members\n")
    known = audiences(tree)
    repository = known._repository
    known.diagnostics()
    with repository.judging() as read:
        known.listed("east", APPID)
    assert ["audiences/e.sql", "audiences/east.lock.json", "audiences/east.yaml"] == sorted(read)
    assert repository.changed_since(read) is None
    tree.write("audiences/e.sql", "SELECT")
    assert "audiences/e.sql" == repository.changed_since(read)


def test_a_campaign_notes_the_locks_of_what_its_audience_is_made_of(tree: Tree) -> None:
    cold = lock_written(tree, "cold", EAST, ())
    lock_written(tree, "whole", EAST + "exclude: [cold]\n", (cold,))
    known = audiences(tree)
    known.diagnostics()
    with known._repository.judging() as read:
        known.listed("whole", APPID)
    assert {"audiences/cold.yaml", "audiences/cold.lock.json"} <= {*read}
    lock(tree, "cold", people=("oOTHER00001", "oOTHER00002"))
    assert "audiences/cold.lock.json" == known._repository.changed_since(read)


@pytest.mark.parametrize(("removed", "told"), [(3, []), (4, ["MC633"])])
def test_an_audience_of_which_many_changed_is_a_warning_of_its_campaigns(
    tree: Tree, removed: int, told: list[str]
) -> None:
    tree.write("audiences/east.yaml", EAST)
    change = {"since": snapshot_of(PEOPLE[:3]), "since_at": "2026-11-01T09:00:00+08:00"}
    lock(tree, change={**change, "added": 0, "removed": removed})
    found = audiences(tree).listed("east", APPID)
    assert told == [each.code for each in found.notes]
    assert all(f"+0 −{removed} since 2026-11-01" in each.message for each in found.notes)
