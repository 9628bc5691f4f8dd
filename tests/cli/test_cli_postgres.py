"""A ledger in PostgreSQL, as a person meets it: begun, read, moved, restored; and nothing shows where it is."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from gits import git
from postgres_server import PASSWORD, Place, server

from massctl.ledger.postgres_connection import Database
from massctl.ledger.postgres_ledger import tables_sql

IMPORT = ("state", "import", "--website-send", "2026-11-30T20:00:00+08:00", "--reason", "by hand")
EARLIER = (*IMPORT[:3], "2026-11-29T20:00:00+08:00", *IMPORT[4:])
NAME = "MASSCTL_LEDGER_DSN"


@pytest.fixture
def place() -> Place:
    return Place(server())


@pytest.fixture
def placed(cloned: Shell, place: Place) -> Shell:
    """A repository whose massctl.yaml names the database, and no ledger in it."""
    cloned.tree.settings(state="state:\n  backend: postgres\n")
    git(cloned.root, "commit", "-qam", "in a database")
    cloned.env(**{NAME: place.dsn()})
    return cloned


@pytest.fixture
def begun(placed: Shell) -> Shell:
    assert 0 == placed("state", "init").status
    assert 0 == placed(*IMPORT).status
    return placed


def test_it_is_begun_read_and_verified(begun: Shell) -> None:
    for verb in (("state", "verify", "--deep"), ("state", "show"), ("plan",)):
        assert 0 == begun(*verb).status, verb
    assert not (begun.root / "massctl.state.jsonl").exists()
    said = begun("doctor").out
    assert "can be read and written, and nobody changes what is there" in said
    assert "the connection stays on this machine; no standby is connected" in said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((True, False, True, True, True), "the connection is encrypted; a standby confirms each"),
        ((True, False, False, False, True), "the standby may lack the newest entries"),
        ((True, False, True, False, False), "the connection is encrypted; no standby is connected"),
    ],
)
def test_doctor_tells_of_the_connection_and_of_standbys(
    begun: Shell, monkeypatch: pytest.MonkeyPatch, row: tuple[bool, ...], said: str
) -> None:
    read = Database.rows

    def rows(self: Database, query: Any, *more: Any) -> list[Any]:
        return [row] if "pg_stat_replication" in query else read(self, query, *more)

    monkeypatch.setattr(Database, "rows", rows)
    assert said in begun("doctor").out


def test_before_it_is_begun_it_is_said_how(placed: Shell) -> None:
    said = placed("apply", "notice", "--yes")
    assert (5, True) == (said.status, f"there is no ledger on postgres:{NAME} yet" in said.out), (
        said
    )


def test_the_sql_is_printed_and_makes_what_init_needs(placed: Shell) -> None:
    empty = Place(server(), tables=False)
    placed.env(**{NAME: empty.dsn()})
    said = placed("state", "init")
    assert (5, True) == (said.status, "this role may not do that" in said.err), said
    printed = placed("state", "init", "--sql")
    assert (0, tables_sql().strip()) == (printed.status, printed.out.strip())
    empty.as_owner(printed.out)
    assert 0 == placed("state", "init").status


def test_whoever_owns_the_database_has_the_tables_made_and_is_told_by_doctor(
    placed: Shell,
) -> None:
    placed.env(**{NAME: Place(server(), tables=False).dsn("owner")})
    assert 0 == placed("state", "init").status
    assert "this role may change or delete what is there" in placed("doctor").out


def test_a_role_that_only_reads_plans_and_doctor_says_so(begun: Shell, place: Place) -> None:
    begun.env(**{NAME: place.dsn("eye")})
    assert 0 == begun("plan").status
    said = begun("doctor")
    assert "this role may read the ledger in" in said.out
    assert (5, True) == ((done := begun(*EARLIER)).status, "may not do that" in done.err), done


def test_only_a_database_has_sql(cloned: Shell) -> None:
    said = cloned("state", "init", "--sql")
    assert (2, True) == (said.status, "needs no SQL" in said.err)


@pytest.mark.parametrize("kind", ["local", "git"])
def test_it_moves_there_and_back(kind: str, begun: Shell) -> None:
    said = begun("state", "migrate", "--to", kind)
    assert 0 == said.status, said
    assert 0 == begun(*EARLIER).status
    begun.env(OTHER=Place(server(), tables=False).dsn("owner"))
    said = begun("state", "migrate", "--to", "postgres", "--dsn-env", "OTHER")
    assert (0, True) == (said.status, "is in postgres:OTHER now" in said.out), said
    assert "dsn_env: OTHER" in begun.tree.read("massctl.yaml")
    assert "3" in begun("state", "verify").out
    # The place that it left says so, and takes it back.
    said = begun("state", "migrate", "--to", "postgres", "--dsn-env", NAME)
    assert (0, 0) == (said.status, begun("state", "verify").status), said


def test_a_flag_of_another_kind_is_refused(begun: Shell) -> None:
    said = begun("state", "migrate", "--to", "local", "--dsn-env", "OTHER")
    assert (2, True) == (said.status, "use --dsn-env with --to postgres" in said.err)


def test_an_older_backup_of_the_database_is_known_and_a_copy_restores_it(
    begun: Shell, place: Place
) -> None:
    older = place.backup()
    assert 0 == begun(*EARLIER).status
    assert 0 == begun("state", "backup", "newer.jsonl").status
    place.restore(older)
    said = begun("apply", "notice", "--yes")
    assert (5, True) == (said.status, "the ledger is an older copy" in said.out + said.err), said
    assert 0 == begun("state", "restore", "newer.jsonl").status
    assert 0 == begun("state", "verify", "--deep").status
    assert "nobody changes what is there" in begun("doctor").out


def test_a_damaged_row_is_repaired_and_the_old_rows_stay(begun: Shell, place: Place) -> None:
    assert 0 == begun(*EARLIER).status
    place.as_owner("INSERT INTO massctl_ledger SELECT lineage, 4, 'x', '' FROM massctl_ledgers")
    assert 5 == begun("state", "verify").status
    said = begun("state", "repair", "--reason", "a row was changed")
    assert (0, 0) == (said.status, begun("state", "verify", "--deep").status), said
    with place.server.owner(place.schema) as owner:
        found = owner.execute("SELECT count(*) FROM massctl_ledger WHERE line = 'x'").fetchone()
    assert (1,) == found


def test_a_new_lineage_puts_the_old_one_aside(begun: Shell) -> None:
    said = begun("state", "init", "--new-lineage", "--reason", "a new start")
    assert (0, 0) == (said.status, begun("state", "verify").status), said


def test_a_signed_one_is_signed_by_the_key_that_massctl_yaml_names(
    begun: Shell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    key = tmp_path_factory.mktemp("keys") / "ledger.key"
    assert 0 == begun("state", "init", "--signed", "--key-file", str(key)).status
    begun.env(MASSCTL_LEDGER_KEY=str(key))
    assert [0, 0] == [begun(*EARLIER).status, begun("state", "verify", "--deep").status]


def test_token_command_does_not_get_the_address(begun: Shell) -> None:
    told = begun.root.parent / "told"
    text = begun.tree.read("massctl.yaml").replace(
        "secret_env: WECHAT_MAIN_SECRET", f"token_command: [sh, -c, 'env > {told}']"
    )
    begun.tree.write("massctl.yaml", text)
    begun("doctor")
    assert ("PATH=" in told.read_text(), NAME in told.read_text()) == (True, False)


def test_without_the_variable_nothing_is_done(begun: Shell) -> None:
    begun.env(**{NAME: ""})
    said = begun("state", "verify")
    assert (5, True) == (said.status, f"{NAME} is not set" in said.err), said


def test_without_the_package_it_is_said_what_to_install(
    begun: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "massctl.ledger.postgres_connection", None)
    said = begun("state", "verify")
    assert (5, True) == (said.status, "massctl[postgres]" in said.err), said


@pytest.mark.enable_socket
def test_nothing_that_is_said_or_written_shows_where_it_is(
    begun: Shell, place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    wrong = "hunter2-wrong-word"
    port = server().port
    dsns = [
        place.dsn(port=port),
        f"postgresql://lin:{wrong}@127.0.0.1:{port}/postgres",
        f"postgresql://lin:{wrong}@127.0.0.1:1/postgres",
        f"postgresql://lin:{wrong}@db-of-ours.example/postgres?sslmode=require",
        f"postgresql://lin:{wrong}@[127.0.0.1/postgres",
    ]
    verbs = [
        ("state", "verify"),
        ("plan",),
        ("apply", "notice", "--yes"),
        ("doctor",),
        ("state", "init"),
    ]
    said = ""
    for dsn in dsns:
        begun.env(**{NAME: dsn})
        for verb in verbs:
            done = begun(*verb)
            said += done.out + done.err
    # A bug shows a traceback in a file, which has no value either.
    begun.env(**{NAME: dsns[0]})
    monkeypatch.setattr(
        "massctl.ledger.postgres_connection._Connection.execute", lambda *_, **__: 1 / 0
    )
    assert 3 == begun("state", "verify").status
    (log,) = tmp_path.glob("massctl-crash-*.log")
    said += log.read_text("utf-8")
    assert "ZeroDivisionError" in said
    hidden = [PASSWORD, wrong, "db-of-ours", "postgresql://lin", "user=lin"]
    assert [] == [line for line in said.splitlines() if any(word in line for word in hidden)]
