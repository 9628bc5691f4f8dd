"""A ledger moves between any two kinds of place, and a kill at any step leaves at most one that can be written to."""

import os
from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from cli_runner import NOON, Shell
from nights import first_by_day
from postgres_server import Place, server
from repositories import APPID
from s3_places import CREDENTIALS, endpoint
from s3_server import BUCKET

from massctl.cli.commands import state_migrate
from massctl.cli.ledger_access import with_state
from massctl.cli.session import session
from massctl.ledger.archive import Contents
from massctl.ledger.backend import Backend, Site, open_backend
from massctl.ledger.chained_ledger import ChainedLedger

pytestmark = pytest.mark.slow
KINDS = ("local", "git", "postgres", "s3")
ROUND = (("local", "git"), ("git", "postgres"), ("postgres", "s3"), ("s3", "local"))
"""By day each kind is left once and reached once."""
IMPORT = ("state", "import", "--reason", "the console", "--website-send")
BODY = f"{'0' * 64}.html"
PEOPLE = f"{'0' * 64}.age"
ROW = '{"family": "newer"}'


class KilledError(BaseException):
    """The process is gone."""


class Moves:
    """A repository whose ledger may be in any kind of place, with contents and statistics beside it."""

    def __init__(self, shell: Shell) -> None:
        self.shell, self._minutes = shell, 0
        shell.env(**CREDENTIALS, MASSCTL_LEDGER_DSN=Place(server()).dsn())
        url = f"s3://{BUCKET}/{shell.root.parent.name}"
        self._flags = {
            "s3": ("--url", url, "--endpoint", endpoint("moto")),
            "git": ("--snapshots", "people"),
        }
        self._keys = {
            "s3": {"url": url, "endpoint": endpoint("moto")},
            "git": {"snapshots": "people"},
        }
        assert 0 == shell("state", "init").status
        assert 0 == shell(*IMPORT, "2026-11-30T20:00:00+08:00").status
        shell.tree.write(f"massctl.state.bodies/{BODY}", "<p>你好</p>")
        shell.tree.write(f"massctl.snapshots/{PEOPLE}", "encrypted")
        shell.tree.write(f"massctl.state.statistics/{APPID}/articles-2026-11.jsonl", f"{ROW}\n")

    def move(self, kind: str) -> int:
        self._minutes += 1
        self.shell.set_time(NOON + timedelta(minutes=self._minutes))
        return self.shell("state", "migrate", "--to", kind, *self._flags.get(kind, ())).status

    def backend(self, kind: str) -> Backend:
        """Open a place as a process of another machine would."""
        with session(str(self.shell.root)) as current:
            there = with_state(current, backend=kind, **self._keys.get(kind, {}))
            places = current.places
        locks = places.cache / f"other-{kind}"
        folders = places.root, places.ledger.parent, places.cache / f"cache-{kind}", locks
        return open_backend(Site(*folders, there.settings, os.environ))

    def entries(self) -> dict[str, int]:
        """Return the kinds of place that have a ledger, and how many entries it has."""
        found = {kind: len(self.backend(kind).ledger.read(0)) for kind in KINDS}
        return {kind: count for kind, count in found.items() if count}

    def people(self) -> dict[str, list[str]]:
        """Return the snapshots in each kind of place that has some."""
        found = {kind: list(self.backend(kind).snapshots().names()) for kind in KINDS}
        return {kind: names for kind, names in found.items() if names}

    def kill(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, when: str) -> None:
        """Let the next move die before or after a step."""
        step: Callable[..., Any] = getattr(owner, name)

        def die(*given: Any, **more: Any) -> Any:
            if when == "after":
                step(*given, **more)
            raise KilledError

        monkeypatch.setattr(owner, name, die)


@pytest.fixture
def moves(cloned: Shell) -> Moves:
    return Moves(cloned)


STEPS: list[tuple[Any, str]] = [
    (state_migrate, "_copy_snapshots"),
    (state_migrate._Kept, "write"),
    (ChainedLedger, "replace"),
    (Contents, "take_over"),
    (ChainedLedger, "take_over"),
    (state_migrate, "_move_statistics"),
    (state_migrate, "_declare"),
]


@pytest.mark.parametrize(
    ("old", "new"),
    first_by_day([*ROUND, *sorted({*permutations(KINDS, 2)} - {*ROUND})], len(ROUND)),
)
def test_a_kill_at_any_step_leaves_one_ledger_at_most_and_the_next_move_goes_on(
    moves: Moves, old: str, new: str
) -> None:
    assert 0 == moves.move(old)
    for owner, name in STEPS:
        for when in ("before", "after"):
            with pytest.MonkeyPatch.context() as patch:
                moves.kill(patch, owner, name, when)
                with pytest.raises(KilledError):
                    moves.move(new)
            found = moves.entries()
            assert found in ({}, {old: 2}, {new: 2}), (name, when)
    assert (0, {new: 2}) == (moves.move(new), moves.entries())
    there = moves.backend(new)
    there.ledger.read(0)
    assert b"<p>" in (there.archive()._bytes(BODY) or b"")
    (line,) = there.statistics()._lines(APPID, ["articles-2026-11.jsonl"])  # type: ignore[arg-type]
    assert ROW == line.decode()
    assert there.snapshots().read(PEOPLE) == b"encrypted"
    assert {there.snapshots().where} == {
        moves.backend(kind).snapshots().where for kind in moves.people()
    }
    assert 0 == moves.shell("state", "verify").status
    assert 0 == moves.shell(*IMPORT, "2026-11-29T20:00:00+08:00").status
    assert (0, {old: 3}) == (moves.move(old), moves.entries())


@pytest.mark.parametrize("kind", first_by_day(KINDS[1:]))
@pytest.mark.parametrize("step", [2, 4], ids=["in neither place", "in the new place"])
def test_a_move_that_was_cut_short_is_taken_back(moves: Moves, kind: str, step: int) -> None:
    owner, name = STEPS[step]
    with pytest.MonkeyPatch.context() as patch:
        moves.kill(patch, owner, name, "after")
        with pytest.raises(KilledError):
            moves.move(kind)
    assert ([], [kind])[step == 4] == list(moves.entries())
    refused = moves.shell("apply", "notice", "--yes")
    assert (5, True) == (refused.status, "ledger_missing" in refused.out)
    assert "a move of the ledger was cut short" in refused.out
    assert (0, {"local": 2}) == (moves.move("local"), moves.entries())
    assert not (moves.shell.root / ".massctl" / "locks" / "moving.jsonl").exists()


def test_a_store_that_loses_what_it_took_is_told_and_the_ledger_comes_back(
    moves: Moves, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(ChainedLedger, "take_over", lambda *_: None)
        said = moves.shell("state", "migrate", "--to", "git", "--snapshots", "people")
    assert (5, True) == (said.status, "does not have the entries" in said.err)
    assert "massctl state migrate --to local" in said.err
    assert (0, {"local": 2}) == (moves.move("local"), moves.entries())


@pytest.mark.parametrize("kind", first_by_day(KINDS, 2))
def test_what_is_kept_beside_the_ledger_is_checked_wherever_it_is(moves: Moves, kind: str) -> None:
    """The line of statistics that moved along is not one that massctl wrote."""
    assert 0 == moves.move(kind)
    said = moves.shell("state", "verify", "--deep")
    assert (5, 1) == (said.status, said.out.count("main: 1 line of the statistics cannot be read"))
