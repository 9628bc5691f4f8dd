"""`massctl audience freeze`: from a file, a query or other audiences to a snapshot and a lock, or nothing."""

import json
import os
import pwd
from pathlib import Path
from typing import Any

import postgres_server
import pytest
from audience_samples import LETTER, audiences, snapshot_of
from cli_runner import Shell
from gits import git
from pyrage.x25519 import Identity

from massctl.audience.erased_people import Marks
from massctl.audience.key import SnapshotKey
from massctl.audience.member_sets import MemberSets
from massctl.cli.session import Session
from massctl.errors import SnapshotStoreError
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceLock

PEOPLE = [f"oEAST{number:023}" for number in range(100)]
FILE = "version: 1\ntitle: {title}\naccount: main\nsource: {{file: {path}}}\n"


@pytest.fixture
def team(shell: Shell) -> Shell:
    """A repository with a key for snapshots, and lists beside it."""
    shell.tree.settings(language="en")
    shell.env(MASSCTL_SNAPSHOT_KEY=str(Identity.generate()))
    for name in ("WECHAT_MAIN_SECRET", "WECHAT_OTHER_SECRET"):
        shell.monkeypatch.delenv(name, raising=False)
    return shell


def listed(team: Shell, name: str, people: list[str], more: str = "") -> Path:
    path = team.root.parent / "lists" / f"{name}.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{each}\n" for each in people), encoding="utf-8")
    team.tree.write(f"audiences/{name}.yaml", FILE.format(title=name, path=path) + more)
    return path


def composed(team: Shell, name: str, source: str) -> None:
    written = f"version: 1\ntitle: {name}\naccount: main\nsource: {source}\n"
    team.tree.write(f"audiences/{name}.yaml", written)


def lock_of(team: Shell, name: str) -> AudienceLock:
    return AudienceLock.model_validate_json(team.tree.read(f"audiences/{name}.lock.json"))


def everything(team: Shell) -> str:
    """All that a freeze may leave behind in the repository."""
    files = [each for each in team.root.rglob("*") if each.is_file() and ".git/" not in str(each)]
    return "".join(each.read_bytes().decode("latin-1") for each in files)


def test_a_file_becomes_a_snapshot_and_a_lock(team: Shell) -> None:
    listed(team, "east", [*PEOPLE[::-1], PEOPLE[0]])
    said = team("audience", "freeze", "east")
    assert (0, True) == (said.status, "east · 100 people" in said.out), said
    assert "count once (1 dropped)" in said.out
    lock = lock_of(team, "east")
    assert (snapshot_of(PEOPLE), 100) == (lock.snapshot, lock.count)
    (found,) = (audiences(team.tree).audience("east"),)
    assert ("frozen", ()) == (found.state, found.diagnostics)
    assert PEOPLE[0] not in everything(team) + said.out + said.err


def test_a_first_snapshot_has_none_to_be_compared_with(team: Shell) -> None:
    listed(team, "east", PEOPLE)
    assert 0 == team("audience", "freeze", "east").status
    assert "100 people · there is no earlier snapshot" in team("audience", "diff", "east").out


def test_the_same_people_are_frozen_once(team: Shell) -> None:
    listed(team, "east", PEOPLE)
    assert 0 == team("audience", "freeze", "east").status
    before = team.tree.read("audiences/east.lock.json")
    said = team("audience", "freeze", "east", "--format", "json")
    assert [(0, False)] == [
        (said.status, each["is_changed"]) for each in said.document["audiences"]
    ]
    assert before == team.tree.read("audiences/east.lock.json")


def test_who_came_and_went_is_counted(team: Shell) -> None:
    listed(team, "east", PEOPLE)
    team("audience", "freeze", "east")
    listed(team, "east", [*PEOPLE[3:], *(f"oNEW{at:024}" for at in range(12))])
    said = team("audience", "freeze", "east")
    assert "east · 109 people · +12 −3 since " in said.out
    change = lock_of(team, "east").change
    assert change is not None
    assert (12, 3, snapshot_of(PEOPLE)) == (change.added, change.removed, change.since)


@pytest.mark.parametrize(
    ("people", "more", "words"),
    [
        (PEOPLE[:60], "", "would change by +0 −40 of 100 people"),
        (PEOPLE[:60], "expect: {change: 39%}\n", "`expect.change` allows 39%"),
        (PEOPLE[:2], "expect: {min: 3, change: 100%}\n", "would have 2 people"),
        (PEOPLE, "expect: {max: 99}\n", "allows 1 to 99 people"),
        (PEOPLE[:2], "expect: {min: 3}\n", "allows 3 people or more"),
        (PEOPLE[:60], "", "its result differs from run to run"),
    ],
)
def test_outside_of_its_bounds_nothing_is_written(
    team: Shell, people: list[str], more: str, words: str
) -> None:
    listed(team, "east", PEOPLE)
    assert 0 == team("audience", "freeze", "east").status
    before = team.tree.read("audiences/east.lock.json")
    listed(team, "east", people, more)
    said = team("audience", "freeze", "east")
    assert (5, True) == (said.status, words in said.err), said
    assert before == team.tree.read("audiences/east.lock.json")
    listed(team, "east", people, "expect: {change: 100%}\n")
    assert 0 == team("audience", "freeze", "east").status


@pytest.mark.parametrize(("people", "status"), [(PEOPLE[:2], 5), ([*PEOPLE[:60], "nobody"], 1)])
def test_several_audiences_are_frozen_together_or_none_of_them(
    team: Shell, people: list[str], status: int
) -> None:
    listed(team, "east", PEOPLE[:60])
    composed(team, "both", "{union: [east, west]}")
    listed(team, "west", people, "expect: {min: 3}\n")
    said = team("audience", "freeze", "both", "east", "west")
    locks = [*(team.root / "audiences").glob("*.lock.json")]
    assert (status, []) == (said.status, locks), said
    assert not [*team.root.glob("massctl.snapshots/*.age")]
    listed(team, "west", people[:60], "expect: {max: 60}\n")
    said = team("audience", "freeze", "both", "east", "west")
    assert (0, 3) == (said.status, said.out.count(" people\n")), said


def test_audiences_are_made_of_others_as_their_locks_name_them(team: Shell) -> None:
    listed(team, "east", PEOPLE[:60])
    listed(team, "west", PEOPLE[40:])
    listed(team, "staff", PEOPLE[:5])
    composed(team, "both", "{intersect: [east, west]}")
    composed(team, "all", "{union: [east, west]}\nexclude: [staff]")
    composed(team, "rest", "{subtract: {from: east, less: [west, staff]}}")
    said = team("audience", "freeze", "all")
    assert (1, True) == (said.status, "MC623" in said.out), said
    said = team("audience", "freeze", "all", "both", "rest", "staff", "west", "east")
    assert 0 == said.status, said
    assert "all · 95 people · 5 left out: 5 excluded" in said.out
    parts = [(each.audience, each.snapshot) for each in lock_of(team, "all").parts]
    assert [(name, lock_of(team, name).snapshot) for name in ("east", "west", "staff")] == parts
    found = {name: lock_of(team, name).snapshot for name in ("all", "both", "rest")}
    assert {
        "all": snapshot_of(PEOPLE[5:]),
        "both": snapshot_of(PEOPLE[40:60]),
        "rest": snapshot_of(PEOPLE[5:40]),
    } == found


@pytest.mark.parametrize(
    ("text", "ending", "codes"),
    [
        ("\ufeffopenid,x\r\n\r\n{0},1\r\n{0},2\r\n", ".csv", []),
        ("{0}\r\n\r\n  {1}\r\n", ".txt", []),
        ("id\n{0}\n", ".csv", ["MC604"]),
        ("{0}\nnobody\n", ".txt", ["MC603"]),
        ("\n", ".txt", ["MC605"]),
        ("{0}\n", ".xlsx", ["MC601"]),
    ],
)
def test_what_is_wrong_in_a_file_is_told_at_its_place(
    team: Shell, text: str, ending: str, codes: list[str]
) -> None:
    path = team.root.parent / f"list{ending}"
    path.write_bytes(text.format(*PEOPLE).encode())
    team.tree.write("audiences/east.yaml", FILE.format(title="East", path=path))
    said = team("audience", "freeze", "east", "--format", "json")
    (found,) = said.document["audiences"]
    told = [each["code"] for each in found["diagnostics"] if each["severity"] == "error"]
    assert (codes, 1 if codes else 0) == (told, said.status), said
    assert (not codes) == (team.root / "audiences/east.lock.json").exists()
    assert PEOPLE[0] not in said.out


@pytest.mark.child
def test_a_parquet_file_is_read_in_a_child(team: Shell) -> None:
    import duckdb

    path = team.root.parent / "list.parquet"
    values = ", ".join(f"('{each}')" for each in PEOPLE)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) AS t(openid)) TO '{path}'")
    team.tree.write("audiences/east.yaml", FILE.format(title="East", path=path))
    assert 0 == team("audience", "freeze", "east").status
    assert snapshot_of(PEOPLE) == lock_of(team, "east").snapshot
    path.write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    said = team("audience", "freeze", "east")
    assert (1, True) == (said.status, "MC607" in said.out), said


def test_a_file_with_capitals_is_to_be_renamed(team: Shell) -> None:
    team.tree.write("audiences/A.yaml", FILE.format(title="A", path="list.txt"))
    said = team("audience", "freeze", "A")
    assert (2, True) == (said.status, "rename audiences/A.yaml" in said.err), said


@pytest.mark.child
def test_a_query_over_files_is_bound_to_its_parameters(team: Shell) -> None:
    team.tree.write("audiences/east.sql", "SELECT openid, city FROM people WHERE n < :most")
    rows = "".join(f"{each},c{at % 3},{at}\n" for at, each in enumerate(PEOPLE))
    (team.root.parent / "people.csv").write_text(f"openid,city,n\n{rows}", encoding="utf-8")
    source = "{query: {sql: east.sql, data: .., params: {most: 30}}}"
    composed(team, "east", source)
    assert 0 == team("audience", "freeze", "east").status
    lock = lock_of(team, "east")
    assert (snapshot_of(PEOPLE[:30]), {"city": 3}) == (lock.snapshot, lock.columns)
    assert "city" in team("audience", "show", "east").out
    team.tree.write("audiences/east.sql", "SELECT openid FROM people;\nDROP TABLE people")
    said = team("audience", "freeze", "east")
    assert (1, True) == (said.status, "audiences/east.sql:2:1" in said.out), said


# Who may run a query.


@pytest.fixture
def warehouse(team: Shell) -> Shell:
    """A repository whose branch has one query over a real PostgreSQL, which lin-mei owns."""
    place = postgres_server.Place(postgres_server.server(), tables=False)
    values = ", ".join(f"('{each}')" for each in PEOPLE)
    place.as_owner(f"CREATE TABLE people (openid text); INSERT INTO people VALUES {values}")
    server = place.server
    team.env(
        WAREHOUSE_URL=f"postgresql://owner@/postgres?host={server.folder}&port={server.port}"
        f"&options=-csearch_path%3D{place.schema}"
    )
    settings = team.tree.read("massctl.yaml")
    team.tree.write(
        "massctl.yaml",
        settings + "connections: {warehouse: {url_env: WAREHOUSE_URL, owners: [lin-mei]}}\n",
    )
    team.tree.write("audiences/east.sql", "SELECT openid FROM people")
    composed(team, "east", "{query: {sql: east.sql, connection: warehouse}}")
    return team


def merged(team: Shell) -> None:
    """Push what is here to `main`, the default branch of a remote."""
    if not (team.root / ".git").exists():
        origin = team.root.parent / "origin.git"
        git(team.root.parent, "init", "-q", "--bare", str(origin))
        git(team.root, "init", "-q")
        git(team.root, "remote", "add", "origin", str(origin))
    git(team.root, "add", "massctl.yaml", "audiences")
    git(team.root, "commit", "-qm", "east")
    git(team.root, "push", "-q", "origin", "HEAD:main")


def on_forge(team: Shell, actor: str, attempt: str = "1") -> None:
    """Be a workflow that somebody started."""
    team.env(GITHUB_ACTIONS="true", GITHUB_TRIGGERING_ACTOR=actor, GITHUB_RUN_ATTEMPT=attempt)


OTHER_QUERY = "SELECT openid FROM people -- all of them"


def test_an_owner_may_run_what_stands_nowhere_yet(warehouse: Shell) -> None:
    merged(warehouse)
    warehouse.tree.write("audiences/east.sql", OTHER_QUERY)
    for actor, attempt in (("somebody", "1"), ("lin-mei", "2")):
        on_forge(warehouse, actor, attempt)
        said = warehouse("audience", "freeze", "east")
        assert (5, True) == (said.status, "may not be run yet" in said.err), said
        assert "audiences/east.sql is not as main has it" in said.err
        assert "lin-mei" in said.err
    on_forge(warehouse, "Lin-Mei")
    assert 0 == warehouse("audience", "freeze", "east").status
    assert (snapshot_of(PEOPLE), "Lin-Mei") == (
        lock_of(warehouse, "east").snapshot,
        lock_of(warehouse, "east").frozen_by,
    )


def test_a_machine_names_its_login_and_no_variable_does(warehouse: Shell) -> None:
    own = pwd.getpwuid(os.getuid()).pw_name
    merged(warehouse)
    warehouse.tree.write("audiences/east.sql", OTHER_QUERY)
    warehouse.env(USER="lin-mei", LOGNAME="lin-mei", GITHUB_ACTOR="lin-mei")
    assert 5 == warehouse("audience", "freeze", "east").status
    settings = warehouse.tree.read("massctl.yaml").replace("lin-mei", own)
    warehouse.tree.write("massctl.yaml", settings)
    assert 5 == warehouse("audience", "freeze", "east").status
    warehouse.tree.write("audiences/east.sql", "SELECT openid FROM people")
    merged(warehouse)
    warehouse.tree.write("audiences/east.sql", OTHER_QUERY)
    assert 0 == warehouse("audience", "freeze", "east").status


@pytest.mark.parametrize("choice", ["branch", "remote", "no remote"])
def test_a_branch_chooses_no_other_branch_that_releases_its_query(
    warehouse: Shell, choice: str
) -> None:
    merged(warehouse)
    own = pwd.getpwuid(os.getuid()).pw_name
    settings = warehouse.tree.read("massctl.yaml").replace("lin-mei", own)
    if choice == "branch":
        settings = settings.replace("policy:", "policy:\n  branch: evil", 1)
    elif choice == "remote":
        evil = warehouse.root.parent / "evil.git"
        git(warehouse.root.parent, "init", "-q", "--bare", str(evil))
        git(warehouse.root, "remote", "add", "evil", str(evil))
        assert "state:" not in settings
        settings += "state: {backend: git, remote: evil, snapshots: ../kept}\n"
    warehouse.tree.write("massctl.yaml", settings)
    warehouse.tree.write("audiences/east.sql", OTHER_QUERY)
    git(warehouse.root, "add", "massctl.yaml", "audiences")
    git(warehouse.root, "commit", "-qm", "mine")
    git(warehouse.root, "push", "-q", "origin", "HEAD:evil")
    words = "policy.branch or state.remote of massctl.yaml is not as main has it"
    if choice == "remote":
        git(warehouse.root, "push", "-q", "evil", "HEAD:main")
    elif choice == "no remote":
        git(warehouse.root, "remote", "remove", "origin")
        words = "What the remote has now is not known"
    said = warehouse("audience", "freeze", "east")
    assert (5, True) == (said.status, words in said.err), said


def test_no_query_runs_beside_the_secret_of_an_account(warehouse: Shell) -> None:
    warehouse.env(WECHAT_MAIN_SECRET="0" * 32)
    said = warehouse("audience", "freeze", "east")
    assert (5, True) == (said.status, "WECHAT_MAIN_SECRET is set here" in said.err), said


def test_without_the_url_or_the_key_nobody_freezes_and_everybody_reviews(
    warehouse: Shell,
) -> None:
    merged(warehouse)
    warehouse.tree.write("campaigns/letter/campaign.yaml", LETTER)
    assert 0 == warehouse("audience", "freeze", "east").status
    frozen = warehouse.tree.read("audiences/east.lock.json")
    for missing, status in (("WAREHOUSE_URL", 1), ("MASSCTL_SNAPSHOT_KEY", 5)):
        warehouse.env(**{missing: ""})
        said = warehouse("audience", "freeze", "east")
        assert (status, True) == (said.status, f"{missing} is not set" in said.err), said
        for review in (("audience", "show", "east"), ("validate",), ("lock",), ("plan",)):
            said = warehouse(*review)
            assert 0 == said.status, said
        assert "100 people" in said.out
    assert frozen == warehouse.tree.read("audiences/east.lock.json")


def test_a_row_of_a_query_without_an_openid_freezes_nobody(warehouse: Shell) -> None:
    merged(warehouse)
    for sql, code, words in (
        ("SELECT nullif(openid, '{0}') AS openid FROM people", "MC603", "has no openid"),
        ("SELECT openid FROM people WHERE false", "MC605", "no openid"),
        ("SELECT openid AS person FROM people", "MC604", "no column openid"),
        ("SELECT openid || ' ' || openid AS openid FROM people", "MC603", "not an openid"),
    ):
        warehouse.tree.write("audiences/east.sql", sql.format(PEOPLE[50]))
        merged(warehouse)
        said = warehouse("audience", "freeze", "east", "--format", "json")
        (found,) = said.document["audiences"]
        first = found["diagnostics"][0]
        assert (1, code, "audiences/east.sql") == (said.status, first["code"], first["file"])
        assert any(words in each["message"] for each in found["diagnostics"])
        assert not (warehouse.root / "audiences/east.lock.json").exists()
        assert not list((warehouse.root / "massctl.snapshots").glob("*"))
        assert "oEAST" not in said.out + said.err


def test_without_a_key_nothing_is_read(team: Shell) -> None:
    listed(team, "east", PEOPLE)
    team.env(MASSCTL_SNAPSHOT_KEY="")
    said = team("audience", "freeze", "east")
    assert (5, True) == (said.status, "AGE-SECRET-KEY-1" in said.err), said
    assert not (team.root / "audiences/east.lock.json").exists()


def test_a_freeze_that_ends_anywhere_leaves_the_old_lock(
    team: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(team, "east", PEOPLE)
    team("audience", "freeze", "east")
    before = team.tree.read("audiences/east.lock.json")
    listed(team, "east", PEOPLE[1:])
    add, steps = SnapshotFolder.add, [0]

    for fails_at in range(3):
        steps[0] = 0

        def broken(self: Any, name: str, data: bytes, at: int = fails_at) -> None:
            steps[0] += 1
            if steps[0] > at:
                raise SnapshotStoreError("the disk is full")
            add(self, name, data)

        monkeypatch.setattr(SnapshotFolder, "add", broken)
        if fails_at == 2:
            monkeypatch.setattr("massctl.audience.freeze.write_whole", _power_cut)
        said = team("audience", "freeze", "east")
        assert said.status != 0
        assert before == team.tree.read("audiences/east.lock.json")
    monkeypatch.undo()


def _power_cut(*_: object) -> None:
    raise SnapshotStoreError("the power is off")


def test_a_document_of_a_freeze_follows_its_schema(team: Shell) -> None:
    listed(team, "east", PEOPLE)
    document = team("audience", "freeze", "east", "--format", "json").document
    (found,) = document["audiences"]
    assert (True, 0, 0, 0, 100) == tuple(
        found[each] for each in ("is_changed", "excluded", "erased", "unfollowed", "count")
    )
    assert json.dumps(document)


# What is counted between snapshots, and what leaves massctl.


def test_a_difference_is_counted_since_a_commit_and_since_a_snapshot(team: Shell) -> None:
    listed(team, "east", PEOPLE)
    team("audience", "freeze", "east")
    git(team.root, "init", "-q")
    git(team.root, "add", "audiences")
    git(team.root, "commit", "-qm", "east")
    listed(team, "east", PEOPLE[5:])
    team("audience", "freeze", "east")
    listed(team, "east", [*PEOPLE[5:], "oNEW00000000000000000000001"])
    team("audience", "freeze", "east")
    assert "+1 −0 since" in team("audience", "diff", "east").out
    first = snapshot_of(PEOPLE)
    for since in ("HEAD", first, first.removeprefix("sha256:")[:12]):
        said = team("audience", "diff", "east", "--since", since)
        assert (0, True) == (said.status, "96 people · +1 −5 since" in said.out), said
        said = team("audience", "diff", "east", "--since", since, "--format", "json")
        assert 5 == said.document["audiences"][0]["removed"]
    assert 2 == team("audience", "diff", "east", "--since", "nowhere").status


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_an_export_is_private_and_on_record(team: Shell, ending: str) -> None:
    import duckdb

    listed(team, "east", PEOPLE)
    team("audience", "freeze", "east")
    team("state", "init")
    target = team.root.parent / f"people{ending}"
    said = team("audience", "export", "east", "--to", str(target))
    assert (0, True) == (said.status, "100 openids were written" in said.out), said
    assert 0o600 == target.stat().st_mode & 0o777
    assert [(each,) for each in PEOPLE] == duckdb.sql(f"SELECT * FROM '{target}'").fetchall()
    entry = json.loads(team.tree.read("massctl.state.jsonl").splitlines()[-1])
    assert ("audience_exported", "east", "people", 100, snapshot_of(PEOPLE)) == tuple(
        entry[each] for each in ("type", "of", "kind", "count", "snapshot")
    )
    assert PEOPLE[0] not in everything(team) + said.out
    assert 2 == team("audience", "export", "east", "--to", str(target)).status, "it is there"
    assert [target.name] == [each.name for each in target.parent.glob("*people*")]


@pytest.mark.parametrize("target", ["people.csv", "audiences/x.csv", "../people.txt"])
def test_no_export_goes_into_the_repository(team: Shell, target: str) -> None:
    listed(team, "east", PEOPLE)
    team("audience", "freeze", "east")
    assert 2 == team("audience", "export", "east", "--to", target).status
    assert not (team.root / target).exists()


def test_who_was_sent_what_goes_back_to_the_warehouse(team: Shell) -> None:
    team.tree.write("campaigns/letter/people.txt", "\n".join(PEOPLE))
    of_list = LETTER.replace("{of: east}", "{openids: people.txt}")
    team.tree.write("campaigns/letter/campaign.yaml", of_list)
    said = team("apply", "letter", "--sandbox", "--yes")
    assert 0 == said.status, said
    target = team.root.parent / "sent.csv"
    said = team("audience", "export", "letter", "--sent", "--to", str(target), "--sandbox")
    assert 0 == said.status, said
    head, *rows = target.read_text().splitlines()
    assert "openid,campaign,edition,batch,accepted_at,outcome" == head
    found = [row.split(",") for row in rows]
    assert PEOPLE == sorted(row[0] for row in found)
    assert {("letter", "1", "1", "sent")} == {(row[1], row[2], row[3], row[5]) for row in found}


def test_a_bound_holds_where_the_snapshot_before_is_gone(team: Shell) -> None:
    listed(team, "east", PEOPLE)
    team("audience", "freeze", "east")
    for each in (team.root / "massctl.snapshots").glob("*.age"):
        each.unlink()
    listed(team, "east", PEOPLE[:60])
    said = team("audience", "freeze", "east")
    assert (5, True) == (said.status, "+0 −40" in said.err), said


def mark(team: Shell, openid: str) -> None:
    """Begin to erase somebody, as a run does that dies before it blanks a snapshot."""
    key = SnapshotKey("MASSCTL_SNAPSHOT_KEY", os.environ)
    folder = SnapshotFolder(team.root / "massctl.snapshots", "massctl.snapshots", {})
    with MemberSets() as sets:
        Marks(folder, key).add(sets, sets.of([openid]))


def test_who_left_is_taken_off_a_frozen_snapshot(
    team: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = listed(team, "east", PEOPLE)
    team("audience", "freeze", "east")
    path.unlink()
    now = [*PEOPLE[4:], "oNEW00000000000000000000001"]

    class Client:
        total = len(now)

        def audience_count(self, _: object) -> int:
            return self.total

        def followers(self) -> Any:
            return iter([tuple(now[:50]), tuple(now[50:]), ()])

    monkeypatch.setattr(Session, "wechat", lambda *_: Client())
    before = lock_of(team, "east")
    said = team("audience", "freeze", "east", "--followers")
    assert (0, True) == (said.status, "96 people · +0 −4 since" in said.out), said
    assert "4 left out: 4 do not follow any more" in said.out
    after = lock_of(team, "east")
    assert snapshot_of(PEOPLE[4:]) == after.snapshot
    assert (before.definition, before.source) == (after.definition, after.source)
    mark(team, PEOPLE[9])
    said = team("audience", "freeze", "east", "--followers")
    assert (0, True) == (said.status, "1 left out: 1 erased" in said.out), said
    monkeypatch.setattr(Client, "total", 1000)
    said = team("audience", "freeze", "east", "--followers")
    assert (5, True) == (said.status, "97 of 1,000 followers" in said.err), said


def test_what_is_merged_everybody_may_run_and_nobody_names_himself(warehouse: Shell) -> None:
    settings = warehouse.tree.read("massctl.yaml")
    warehouse.tree.write("massctl.yaml", settings.replace("policy:", "policy:\n  branch: main", 1))
    merged(warehouse)
    on_forge(warehouse, "somebody")
    said = warehouse("audience", "freeze", "east")
    assert 0 == said.status, said

    written = warehouse.tree.read("massctl.yaml")
    warehouse.tree.write("massctl.yaml", written.replace("[lin-mei]", "[lin-mei, somebody]"))
    said = warehouse("audience", "freeze", "east")
    assert (5, True) == (said.status, "massctl.yaml is not as main has it" in said.err), said
    warehouse.tree.write("massctl.yaml", written)
    warehouse.tree.write("audiences/east.sql", OTHER_QUERY)
    said = warehouse("audience", "freeze", "east")
    assert (5, True) == (said.status, "audiences/east.sql is not as main has it" in said.err), said
    on_forge(warehouse, "lin-mei")
    assert 0 == warehouse("audience", "freeze", "east").status
