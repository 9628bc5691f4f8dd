"""Another backend of the ledger is one module and one row of a table, and every message about it is true."""

from collections.abc import Iterator
from typing import Literal

import pytest
from cli_runner import Shell
from gits import git
from sqlite_backend import DATABASE

from massctl.cli.commands.state_migrate import migrate
from massctl.model.backends import BACKENDS, BackendKind
from massctl.model.settings import MassctlFile, StateSettings

IMPORT = (
    "state",
    "import",
    "--website-send",
    "2026-11-30T20:00:00+08:00",
    "--reason",
    "the console",
)
LEDGER = "massctl.state.jsonl"


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the row in the table from the start: the type of `state.backend` is made of it when the model is."""
    monkeypatch.setitem(BACKENDS, "sqlite", BackendKind("sqlite_backend:SqliteBackend"))
    # The choices of `--to` are those that stood there when the verb was loaded.
    choice = next(each.type for each in migrate.params if each.name == "backend")
    monkeypatch.setattr(choice, "choices", tuple(BACKENDS))
    field = StateSettings.model_fields["backend"]
    before = field.annotation
    field.annotation = Literal[tuple(BACKENDS)]  # type: ignore[valid-type]
    rebuild()
    yield
    field.annotation = before
    rebuild()


def rebuild() -> None:
    for model in (StateSettings, MassctlFile):
        model.model_rebuild(force=True)


@pytest.fixture
def placed(cloned: Shell) -> Shell:
    """A repository whose massctl.yaml names the database, and no ledger in it."""
    cloned.tree.settings(state="state:\n  backend: sqlite\n")
    git(cloned.root, "commit", "-qam", "in a database")
    return cloned


@pytest.fixture
def begun(placed: Shell) -> Shell:
    assert 0 == placed("state", "init").status
    assert 0 == placed(*IMPORT).status
    return placed


def test_before_it_is_begun_it_is_said_how(placed: Shell) -> None:
    said = placed("apply", "notice", "--yes")
    assert (5, True) == (said.status, f"there is no ledger on {DATABASE} yet" in said.out), said
    assert "massctl state init   begins it and names it in massctl.yaml; commit that" in said.out


def test_it_is_begun_read_and_verified(begun: Shell) -> None:
    assert [0, 0, 0] == [begun("state", verb).status for verb in ("verify", "show", "list")]
    assert (begun.root / DATABASE).exists()
    assert not (begun.root / LEDGER).exists()


def test_it_may_be_written_in_ci_as_every_machine_reads_it(begun: Shell) -> None:
    begun.env(CI="true", MASSCTL_API_BASE="https://api.weixin.qq.com")
    said = begun("apply", "notice", "--yes")
    assert "would be lost" not in said.out + said.err


def test_a_deleted_database_is_missing_and_what_helps_is_said(begun: Shell) -> None:
    (begun.root / DATABASE).unlink()
    for command in (("apply", "notice", "--yes"), IMPORT, ("state", "verify")):
        said = begun(*command)
        told = said.out + said.err
        assert (5, True) == (said.status, "but it is missing" in told), said
        assert (
            f"otherwise restore {DATABASE}: somebody deleted it, or `state` in massctl.yaml names another"
            in told
        )
        assert "branch" not in told


def test_one_that_was_set_back_is_an_older_copy_and_a_newer_one_restores_it(begun: Shell) -> None:
    older = (begun.root / DATABASE).read_bytes()
    assert 0 == begun(*IMPORT[:3], "2026-11-29T20:00:00+08:00", *IMPORT[4:]).status
    assert 0 == begun("state", "backup", "newer.jsonl").status
    (begun.root / DATABASE).write_bytes(older)
    said = begun("state", "verify")
    assert (5, True) == (said.status, "the ledger is an older copy" in said.err)
    assert 0 == begun("state", "restore", "newer.jsonl").status
    assert 0 == begun("state", "verify", "--deep").status


@pytest.mark.parametrize(("kind", "place"), [("local", LEDGER), ("git", "origin/massctl-state")])
def test_it_moves_there_and_back(begun: Shell, kind: str, place: str) -> None:
    said = begun("state", "migrate", "--to", kind)
    assert (0, True) == (said.status, f"is in {place} now" in said.out), said
    assert f"backend: {kind}" in begun.tree.read("massctl.yaml")
    assert 0 == begun(*IMPORT[:3], "2026-11-29T20:00:00+08:00", *IMPORT[4:]).status
    said = begun("state", "migrate", "--to", "sqlite")
    assert (0, True) == (said.status, f"is in {DATABASE} now" in said.out), said
    assert "3" in begun("state", "verify").out
    assert "is already in" in begun("state", "migrate", "--to", "sqlite").out


def test_doctor_names_no_branch(begun: Shell) -> None:
    said = begun("doctor")
    assert "pushed" not in said.out


def test_a_key_of_another_kind_is_refused(placed: Shell) -> None:
    placed.tree.settings(state="state:\n  backend: sqlite\n  branch: x\n")
    assert "use branch with backend: git" in placed("validate").out + placed("validate").err
