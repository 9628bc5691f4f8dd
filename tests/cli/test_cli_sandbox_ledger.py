"""A sandbox keeps its ledger in the kind of place that massctl.yaml names, apart from the real one."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli_runner import Shell
from gits import git
from postgres_server import PASSWORD, Place, server
from s3_places import CREDENTIALS, endpoint
from s3_server import BUCKET

from massctl.cli.commands.serve import opened_backend
from massctl.cli.ledger_site import ledger_site
from massctl.cli.session import session

VARIABLE, DSN = "MASSCTL_SANDBOX_LEDGER", "MASSCTL_LEDGER_DSN"
IMPORT = ("state", "import", "--website-send", "2026-11-30T20:00:00+08:00", "--reason", "console")
KINDS = ("git", "postgres", "s3")


class Team:
    """A repository with a real ledger in a shared place, and where its sandbox is to have one."""

    def __init__(self, shell: Shell, kind: str) -> None:
        self.shell, self.kind = shell, kind
        url = f"s3://{BUCKET}/{shell.root.parent.name}"
        lines = {"s3": f"  url: {url}\n  endpoint: {endpoint('moto')}\n"} if kind == "s3" else {}
        places = [Place(server()).dsn() for _ in range(2)] if kind == "postgres" else ["", ""]
        shell.env(**CREDENTIALS, **{DSN: places[0]})
        self.real = {"git": "massctl-state", "postgres": places[0], "s3": url}[kind]
        self.place = {"git": "rehearsal", "postgres": places[1], "s3": f"{url}-rehearsal"}[kind]
        shell.tree.settings(state=f"state:\n  backend: {kind}\n{lines.get(kind, '')}")
        git(shell.root, "commit", "-qam", "in a shared place")
        assert [0, 0] == [shell(*each).status for each in (("state", "init"), IMPORT)]
        self.before = self.data()

    def data(self, *, sandbox: bool = False, **more: str) -> bytes | None:
        """Return the bytes of the real ledger, or of the sandbox's."""
        known: Mapping[str, str] = {**os.environ, **more}
        with session(str(self.shell.root), sandbox=sandbox, environment=known) as opened:
            return opened.backend.ledger.as_found()


@pytest.fixture(params=KINDS)
def team(cloned: Shell, request: pytest.FixtureRequest) -> Team:
    return Team(cloned, request.param)


def test_a_campaign_is_rehearsed_there_and_the_real_ledger_stays(team: Team) -> None:
    shell = team.shell
    shell.env(**{VARIABLE: team.place})
    early = shell("apply", "notice", "--sandbox", "--yes")
    assert (5, True) == (early.status, "massctl state init --sandbox" in early.out)
    assert 0 == shell("state", "init", "--sandbox").status
    done = shell("apply", "notice", "--sandbox", "--yes")
    assert (0, 0) == (done.status, shell("state", "verify", "--deep", "--sandbox").status)
    rehearsed = team.data(sandbox=True) or b""
    assert (True, True) == (b"send_accepted" in rehearsed, team.before == team.data())
    assert not (shell.root / ".massctl" / "sandbox" / "massctl.state.jsonl").exists()
    assert 0 == shell("plan", "notice").status
    assert 0 == shell("sandbox", "reset").status
    assert (None, team.before) == (team.data(sandbox=True), team.data())


def test_without_the_variable_it_is_a_file_and_that_is_said_once(team: Team) -> None:
    done = team.shell("apply", "notice", "--sandbox", "--yes")
    assert (0, 1) == (done.status, done.err.count("the sandbox's ledger is a file"))
    assert (team.shell.root / ".massctl" / "sandbox" / "massctl.state.jsonl").exists()
    assert team.before == team.data()


def test_the_place_of_the_real_ledger_is_refused(team: Team) -> None:
    team.shell.env(**{VARIABLE: team.real})
    done = team.shell("apply", "notice", "--sandbox", "--yes")
    assert (1, True) == (done.status, "names the place of the real ledger" in done.err)
    assert (PASSWORD in done.err, team.before) == (False, team.data())


@pytest.mark.parametrize("team", ["postgres"], indirect=True)
def test_so_is_another_address_of_the_same_database(team: Team) -> None:
    team.shell.env(**{VARIABLE: team.real + " connect_timeout=9"})
    done = team.shell("apply", "notice", "--sandbox", "--yes")
    assert (5, True, team.before) == (
        done.status,
        "has the real ledger" in done.out,
        team.data(),
    )


@pytest.mark.parametrize("team", ["postgres", "s3"], indirect=True)
def test_what_cannot_be_reached_is_an_error_and_no_file_takes_its_place(team: Team) -> None:
    nowhere = {"postgres": "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2", "s3": "no url"}
    team.shell.env(**{VARIABLE: nowhere[team.kind]})
    done = team.shell("apply", "notice", "--sandbox", "--yes")
    assert done.status in (1, 5)
    assert not (team.shell.root / ".massctl" / "sandbox" / "massctl.state.jsonl").exists()


def test_statistics_of_a_sandbox_reach_no_branch(cloned: Shell, remote: Path) -> None:
    team = Team(cloned, "git")
    cloned.env(**{VARIABLE: team.place})
    assert 0 == cloned("state", "init", "--sandbox").status
    assert 0 == cloned("apply", "notice", "--sandbox", "--yes").status
    cloned("sandbox", "advance", "2")
    assert 0 == cloned("status", "--statistics", "--sandbox").status
    branches = git(remote, "branch", "--format", "%(refname:short)").split()
    assert ["massctl-state", "rehearsal"] == [each for each in branches if each != "main"]


@pytest.mark.parametrize("team", ["git"], indirect=True)
def test_serve_shows_the_sandbox_s_ledger_too(team: Team) -> None:
    shell = team.shell
    shell.env(**{VARIABLE: team.place})
    assert 0 == shell("state", "init", "--sandbox").status
    assert 0 == shell("apply", "notice", "--sandbox", "--yes").status
    with session(str(shell.root), sandbox=True, environment=os.environ) as read:
        site = ledger_site(read.places, read.settings, os.environ, lambda _: None)
    shown = opened_backend(site).ledger.as_found()
    assert (True, team.data(sandbox=True)) == (b"send_accepted" in (shown or b""), shown)
