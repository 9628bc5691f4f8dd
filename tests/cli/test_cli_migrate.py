"""`state migrate`: a ledger goes from the file to a branch and back, whole, and never is in both to be written."""

from datetime import timedelta
from pathlib import Path

import pytest
from cli_runner import NOON, Shell
from git_shell import ASIDE, IN_GIT, LEDGER, content
from gits import clone_of, git
from repositories import APPID

from massctl.errors import LedgerUnreachableError

AT = "2026-11-30T20:00:00+08:00"
IMPORT = ("state", "import", "--website-send", AT, "--reason", "the console")


@pytest.fixture
def local(cloned: Shell) -> Shell:
    """A local ledger of two entries, named in massctl.yaml."""
    assert 0 == cloned("state", "init").status
    assert 0 == cloned(*IMPORT).status
    return cloned


def test_to_git_the_branch_has_the_same_bytes(local: Shell, remote: Path):
    before = local.tree.read(LEDGER)
    said = local("state", "migrate", "--to", "git")
    assert (0, True) == (said.status, "commit this" in said.err)
    assert before.rstrip("\n") == content(remote)
    assert (before, False) == (local.tree.read(ASIDE), (local.root / LEDGER).exists())
    written = local.tree.read("massctl.yaml")
    assert ("backend: git" in written, "# 谁发、怎么发" in written, "branch" in written) == (
        True,
        True,
        False,
    )
    assert 0 == local("state", "verify").status
    assert 0 == local(*IMPORT[:3], "2026-11-29T20:00:00+08:00", *IMPORT[4:]).status


def test_to_another_branch_it_is_named(local: Shell, remote: Path):
    said = local("state", "migrate", "--to", "git", "--branch", "newsletter/ledger")
    assert 0 == said.status
    assert "send_imported" in content(remote, branch="newsletter/ledger")
    assert "branch: newsletter/ledger" in local.tree.read("massctl.yaml")


def test_there_and_back(local: Shell, remote: Path):
    before = local.tree.read(LEDGER)
    local("state", "migrate", "--to", "git")
    local(*IMPORT[:3], "2026-11-29T20:00:00+08:00", *IMPORT[4:])
    said = local("state", "migrate", "--to", "local")
    assert 0 == said.status
    after = local.tree.read(LEDGER)
    assert (True, 3) == (after.startswith(before), len(after.splitlines()))
    assert after.rstrip("\n") == content(remote, ASIDE)
    assert LEDGER not in git(remote, "ls-tree", "--name-only", "massctl-state").splitlines()
    written = local.tree.read("massctl.yaml")
    assert ("backend: local" in written, "branch" in written, "lineage" in written) == (
        True,
        False,
        True,
    )
    assert 0 == local("state", "verify").status
    local.set_time(NOON + timedelta(hours=1))
    assert 0 == local("state", "migrate", "--to", "git").status
    assert after.rstrip("\n") == content(remote)


def test_whoever_still_has_the_old_settings_is_refused(local: Shell):
    settings = local.tree.read("massctl.yaml")
    local("state", "migrate", "--to", "git")
    local.tree.write("massctl.yaml", settings)
    said = local("apply", "notice", "--yes")
    assert (5, True) == (said.status, "ledger_missing" in said.out)


def test_whoever_still_looks_into_git_is_refused(local: Shell, remote: Path, tmp_path: Path):
    local("state", "migrate", "--to", "git")
    settings = local.tree.read("massctl.yaml")
    local("state", "migrate", "--to", "local")
    local.tree.write("massctl.yaml", settings)
    said = local("apply", "notice", "--yes")
    assert (5, True) == (said.status, "ledger_missing" in said.out)


@pytest.mark.parametrize(
    "named", [True, False], ids=["after the lineage was named", "before it was"]
)
def test_a_checkout_of_before_the_move_is_told_to_pull_first(
    local: Shell, remote: Path, named: bool
):
    local("state", "migrate", "--to", "git")
    lines = local.tree.read("massctl.yaml").splitlines()
    local("state", "migrate", "--to", "local")
    local.tree.write(
        "massctl.yaml", "\n".join(line for line in lines if named or "lineage" not in line)
    )
    for said in (local(*IMPORT), local("state", "verify")):
        hint = said.err.splitlines()[1].strip()
        assert (5, "git pull") == (said.status, hint[:8])


def test_a_checkout_of_before_the_move_to_git_is_told_to_pull_first(local: Shell):
    settings = local.tree.read("massctl.yaml")
    local("state", "migrate", "--to", "git")
    local.tree.write("massctl.yaml", settings)
    said = local("state", "verify")
    assert (5, "git pull") == (said.status, said.err.splitlines()[1].strip()[:8])


def test_contents_go_along(local: Shell, remote: Path):
    name = f"{'0' * 64}.html"
    local.tree.write(f"massctl.state.bodies/{name}", "<p>你好</p>")
    local.tree.write("massctl.state.bodies/notes.txt", "not ours")
    local("state", "migrate", "--to", "git")
    assert "<p>你好</p>" == content(remote, f"massctl.state.bodies/{name}")
    assert [name] == git(
        remote, "ls-tree", "--name-only", "massctl-state:massctl.state.bodies"
    ).splitlines()
    (local.root / "massctl.state.bodies" / name).unlink()
    local("state", "migrate", "--to", "local")
    assert "<p>你好</p>" == local.tree.read(f"massctl.state.bodies/{name}")


def test_statistics_go_along(local: Shell, remote: Path):
    name, line = f"massctl.state.statistics/{APPID}/articles-2026-11.jsonl", '{"family": "newer"}'
    local.tree.write(name, f"{line}\n{{torn")
    local.tree.write(f"massctl.state.statistics/{APPID}/notes.jsonl", "not ours")
    assert 0 == local("state", "migrate", "--to", "git").status
    listed = git(remote, "ls-tree", "-r", "--name-only", "massctl-statistics").splitlines()
    assert ["README.md", f"{APPID}/articles-2026-11.jsonl"] == sorted(listed)
    assert f"{line}\n{{torn" == content(
        remote, f"{APPID}/articles-2026-11.jsonl", branch="massctl-statistics"
    )
    (local.root / name).write_text(f"{line}\n")
    assert 0 == local("state", "migrate", "--to", "local").status
    assert f"{line}\n{{torn\n" == local.tree.read(name)


def test_statistics_that_cannot_be_moved_stop_no_move(
    local: Shell, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise LedgerUnreachableError("no")

    local.tree.write(f"massctl.state.statistics/{APPID}/calls-2026-12.jsonl", "{}")
    monkeypatch.setattr("massctl.ledger.git_statistics.GitStatistics.flush", broken)
    said = local("state", "migrate", "--to", "git")
    assert (0, True) == (said.status, "the statistics stay where they were: no" in said.err)
    assert 0 == local("state", "verify").status


@pytest.mark.parametrize("cut", ["before massctl.yaml", "before the file is put aside"])
def test_a_move_to_git_that_was_cut_short_is_finished(local: Shell, remote: Path, cut: str):
    before, settings = local.tree.read(LEDGER), local.tree.read("massctl.yaml")
    local("state", "migrate", "--to", "git")
    local.tree.write("massctl.yaml", settings)
    if cut == "before the file is put aside":
        (local.root / ASIDE).rename(local.root / LEDGER)
    tip = git(remote, "rev-parse", "massctl-state")
    assert 0 == local("state", "migrate", "--to", "git").status
    assert (tip, before) == (git(remote, "rev-parse", "massctl-state"), local.tree.read(ASIDE))
    assert "backend: git" in local.tree.read("massctl.yaml")


@pytest.mark.parametrize("cut", ["before the branch is put aside", "before massctl.yaml"])
def test_a_move_to_a_file_that_was_cut_short_is_finished(local: Shell, remote: Path, cut: str):
    local("state", "migrate", "--to", "git")
    settings, tip = local.tree.read("massctl.yaml"), git(remote, "rev-parse", "massctl-state")
    local("state", "migrate", "--to", "local")
    local.tree.write("massctl.yaml", settings)
    if cut == "before the branch is put aside":
        git(remote, "update-ref", "refs/heads/massctl-state", tip)
    assert 0 == local("state", "migrate", "--to", "local").status
    assert "backend: local" in local.tree.read("massctl.yaml")
    assert 0 == local("state", "verify").status


def test_a_move_to_a_file_that_failed_is_made_again_after_more_was_written(
    local: Shell, remote: Path
):
    local("state", "migrate", "--to", "git")
    hook = remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    assert 5 == local("state", "migrate", "--to", "local").status
    hook.unlink()
    assert 0 == local(*IMPORT[:3], "2026-11-29T20:00:00+08:00", *IMPORT[4:]).status
    assert 0 == local("state", "migrate", "--to", "local").status
    assert (0, 3) == (local("state", "verify").status, len(local.tree.read(LEDGER).splitlines()))


def test_what_is_there_already_changes_nothing(local: Shell):
    assert "is already in massctl.state.jsonl" in local("state", "migrate", "--to", "local").out
    local("state", "migrate", "--to", "git")
    (local.root / ASIDE).unlink()
    before = local.tree.read("massctl.yaml")
    assert "is already in origin/massctl-state" in local("state", "migrate", "--to", "git").out
    assert before == local.tree.read("massctl.yaml")


@pytest.mark.parametrize("backend", ["git", "local"])
def test_without_a_ledger_nothing_moves(cloned: Shell, backend: str):
    said = cloned("state", "migrate", "--to", backend)
    assert (5, True) == (said.status, "there is no ledger to move" in said.err)


def test_a_branch_with_another_ledger_is_left_alone(local: Shell, remote: Path, tmp_path: Path):
    other = clone_of(remote, tmp_path / "other")
    local.tree.root, root = other, local.root
    local.tree.settings(state=IN_GIT)
    local("-C", str(other), "state", "init")
    local.tree.root = root
    tip = git(remote, "rev-parse", "massctl-state")
    said = local("state", "migrate", "--to", "git")
    assert (5, True) == (said.status, "holds another ledger" in said.err)
    assert tip == git(remote, "rev-parse", "massctl-state")
    assert (local.root / LEDGER).exists()


def test_a_file_of_another_ledger_is_left_alone(local: Shell, remote: Path):
    local("state", "migrate", "--to", "git")
    local.tree.write(LEDGER, local.tree.read(ASIDE).replace("the console", "a console"))
    said = local("state", "migrate", "--to", "local")
    assert 5 == said.status
    assert "send_imported" in content(remote)


def test_a_local_ledger_of_another_lineage_does_not_move(local: Shell, remote: Path):
    local.tree.settings(state="state:\n  lineage: 01J00000000000000000000000\n")
    said = local("state", "migrate", "--to", "git")
    assert (5, "") == (said.status, git(remote, "branch", "--list", "massctl-state"))


def test_to_a_file_it_does_not_go_in_ci(local: Shell, remote: Path):
    local("state", "migrate", "--to", "git")
    local.env(CI="true", MASSCTL_API_BASE="https://api.weixin.qq.com")
    said = local("state", "migrate", "--to", "local")
    assert 5 == said.status
    assert "send_imported" in content(remote)


def test_a_remote_out_of_reach_moves_nothing(local: Shell, remote: Path):
    before = local.tree.read("massctl.yaml")
    remote.rename(remote.with_name("away"))
    said = local("state", "migrate", "--to", "git")
    assert (5, True) == (said.status, "cannot be read" in said.err)
    assert (before, True) == (local.tree.read("massctl.yaml"), (local.root / LEDGER).exists())


@pytest.mark.parametrize(
    "arguments",
    [("--to", "local", "--branch", "x"), ("--to", "git", "--branch", "../x"), ("--to", "svn"), ()],
)
def test_a_command_that_makes_no_sense_changes_nothing(local: Shell, arguments: tuple[str, ...]):
    assert 2 == local("state", "migrate", *arguments).status
