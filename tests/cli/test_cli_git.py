"""A ledger on a branch of the remote: how it begins, who reads it, and what a person is told where git cannot."""

import shutil
from pathlib import Path

import pytest
from cli_runner import Shell
from git_shell import IN_GIT
from gits import clone_of, git, look_of


def test_nothing_is_sent_before_the_ledger_is_begun(in_git: Shell):
    said = in_git("apply", "notice", "--yes")
    assert 5 == said.status
    assert "there is no ledger on origin/massctl-state yet" in said.out
    assert "massctl state init" in said.out


def test_state_init_begins_it_and_names_it(in_git: Shell, remote: Path):
    before = look_of(in_git.root)
    said = in_git("state", "init")
    assert (0, "commit this" in said.err) == (said.status, True)
    assert "lineage: 01" in in_git.tree.read("massctl.yaml")
    assert "created" in git(remote, "show", "massctl-state:massctl.state.jsonl")
    assert not (in_git.root / "massctl.state.jsonl").exists()
    assert {**before, "status": "M massctl.yaml"} == look_of(in_git.root)


def test_a_second_init_changes_nothing(in_git: Shell, remote: Path):
    in_git("state", "init")
    tip = git(remote, "rev-parse", "massctl-state")
    assert "already exists" in in_git("state", "init").out
    assert tip == git(remote, "rev-parse", "massctl-state")


def test_one_that_is_there_and_not_named_is_named(in_git: Shell):
    in_git("state", "init")
    in_git.tree.settings(state=IN_GIT)
    assert "massctl.yaml names no ledger, but origin" in in_git("apply", "notice", "--yes").out
    assert 0 == in_git("state", "init").status
    assert "lineage: 01" in in_git.tree.read("massctl.yaml")


def test_what_one_clone_records_another_reads(in_git: Shell, remote: Path, tmp_path: Path):
    in_git("state", "init")
    at = "2026-11-30T20:00:00+08:00"
    assert 0 == in_git("state", "import", "--website-send", at, "--reason", "the console").status
    other = clone_of(remote, tmp_path / "other", "--depth=1")
    (other / "massctl.yaml").write_text(in_git.tree.read("massctl.yaml"), encoding="utf-8")
    said = in_git("-C", str(other), "state", "list")
    assert (0, True) == (said.status, "send_imported" in said.out)
    assert 0 == in_git("-C", str(other), "state", "verify").status


def test_a_plan_reads_the_branch(in_git: Shell):
    in_git("state", "init")
    in_git(
        "state",
        "import",
        "--sent",
        "notice",
        "--at",
        "2026-11-30T20:00:00+08:00",
        "--reason",
        "the console",
    )
    (planned,) = in_git("plan", "--format", "json").document["campaigns"]
    assert ("sent", []) == (planned["status"], planned["steps"])


def test_starting_over_keeps_the_old_ledger_on_the_branch(in_git: Shell, remote: Path):
    in_git("state", "init")
    old = git(remote, "show", "massctl-state:massctl.state.jsonl")
    said = in_git("state", "init", "--new-lineage", "--reason", "the account was sold")
    aside = "massctl.state.20261201T040000Z.jsonl"
    assert (0, True) == (said.status, aside in said.out)
    assert old == git(remote, "show", f"massctl-state:{aside}")
    assert 0 == in_git("state", "verify").status


def test_a_branch_that_somebody_deleted_is_missing(in_git: Shell, remote: Path):
    in_git("state", "init")
    git(remote, "update-ref", "-d", "refs/heads/massctl-state")
    said = in_git("state", "show")
    assert (5, True) == (said.status, "restore the branch massctl-state" in said.err)


def test_a_branch_that_somebody_set_back_is_older(in_git: Shell, remote: Path):
    in_git("state", "init")
    tip = git(remote, "rev-parse", "massctl-state")
    in_git(
        "state", "import", "--website-send", "2026-11-30T20:00:00+08:00", "--reason", "the console"
    )
    git(remote, "update-ref", "refs/heads/massctl-state", tip)
    said = in_git("apply", "notice", "--yes")
    told = "the ledger on origin/massctl-state was set back to an older state"
    assert (5, True, True) == (
        said.status,
        "ledger_damaged" in said.out,
        told in " ".join(said.out.split()),
    )


def offline(remote: Path) -> None:
    remote.rename(remote.with_name("away"))


@pytest.mark.parametrize("command", [("plan",), ("state", "show"), ("state", "list"), ("lock",)])
def test_what_only_shows_does_without_the_remote_and_says_so(
    in_git: Shell, remote: Path, command: tuple[str, ...]
):
    in_git("state", "init")
    in_git(
        "state",
        "import",
        "--sent",
        "notice",
        "--at",
        "2026-11-30T20:00:00+08:00",
        "--reason",
        "the console",
    )
    offline(remote)
    said = in_git(*command)
    assert 0 == said.status
    assert "Shown is what was fetched last: it ends with entry 2" in said.err
    assert "cannot be read" in said.err


@pytest.mark.parametrize("command", [("plan",), ("state", "show")])
def test_what_was_never_fetched_cannot_be_shown(
    in_git: Shell, remote: Path, command: tuple[str, ...]
):
    in_git("state", "init")
    git(in_git.root, "clean", "-qfdx")
    offline(remote)
    said = in_git(*command)
    assert (5, "") == (said.status, said.out)


@pytest.mark.parametrize(
    "command",
    [
        ("apply", "notice", "--yes"),
        ("state", "verify"),
        ("reconcile", "notice", "--not-sent", "--reason", "x"),
    ],
)
def test_what_acts_or_vouches_does_not_believe_an_old_copy(
    in_git: Shell, remote: Path, command: tuple[str, ...]
):
    in_git("state", "init")
    offline(remote)
    said = in_git(*command)
    assert (5, True) == (said.status, "cannot be read" in said.err)


def test_doctor_says_whether_the_branch_can_be_pushed_to(in_git: Shell, remote: Path):
    in_git("state", "init")
    tip = git(remote, "rev-parse", "massctl-state")
    found = {
        each["check"]: each for each in in_git("doctor", "--format", "json").document["findings"]
    }
    assert ("ok", "ok") == (found["ledger"]["level"], found["place"]["level"])
    assert tip == git(remote, "rev-parse", "massctl-state")
    git(in_git.root, "remote", "set-url", "--push", "origin", "/nowhere")
    found = {
        each["check"]: each for each in in_git("doctor", "--format", "json").document["findings"]
    }
    assert ("problem", True) == (found["place"]["level"], "git remote -v" in found["place"]["hint"])


def test_doctor_without_the_remote_says_what_it_could_not_check(in_git: Shell, remote: Path):
    in_git("state", "init")
    offline(remote)
    found = {
        each["check"]: each["level"]
        for each in in_git("doctor", "--format", "json").document["findings"]
    }
    assert ("problem", "unknown") == (found["ledger"], found["place"])


@pytest.mark.parametrize(
    ("spoil", "told", "typed"),
    [
        (
            lambda shell, remote: git(shell.root, "remote", "remove", "origin"),
            "no remote origin",
            "git remote add",
        ),
        (
            lambda shell, _: (shell.root / ".git").rename(shell.root / "git"),
            "not in a git repository",
            "git init   makes it one",
        ),
        (
            lambda shell, remote: remote.rename(remote.with_name("away")),
            "cannot be read",
            "git remote -v",
        ),
        (lambda shell, remote: shell.env(PATH="/nowhere"), "git cannot be run", "install git"),
    ],
)
@pytest.mark.parametrize("command", [("apply", "notice", "--yes"), ("state", "init")])
def test_what_stands_in_the_way_is_one_clear_error(
    in_git: Shell, remote: Path, spoil, told, typed, command
):
    spoil(in_git, remote)
    said = in_git(*command)
    assert (5, "") == (said.status, said.out)
    assert told in said.err
    assert typed in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("spoil", "told", "typed"),
    [
        (
            lambda shell, remote: git(shell.root, "remote", "remove", "origin"),
            "no remote origin",
            "git remote add origin",
        ),
        (
            lambda shell, remote: (shell.root / ".git").rename(shell.root / "git"),
            "not in a git repository",
            "git init",
        ),
        (lambda shell, remote: shell.env(PATH="/nowhere"), "git cannot be run", "install git"),
    ],
)
def test_a_plan_is_shown_before_a_ledger_is_begun_and_says_what_comes_next(
    in_git: Shell, remote: Path, spoil, told, typed
):
    """What comes after that would fail here, and is not advised."""
    spoil(in_git, remote)
    said = in_git("plan")
    assert (0, "") == (said.status, said.err)
    assert told in said.out
    assert typed in said.out
    assert "state init" not in said.out


def test_without_campaigns_a_plan_says_too_why_the_ledger_was_not_read(in_git: Shell, remote: Path):
    shutil.rmtree(in_git.root / "campaigns/notice")
    (in_git.root / ".git").rename(in_git.root / "git")
    said = in_git("plan")
    assert (0, True, True) == (
        said.status,
        "not in a git repository" in said.err,
        "git init" in said.err,
    )


def test_the_sandbox_has_a_ledger_of_its_own(in_git: Shell, remote: Path):
    assert 0 == in_git("apply", "notice", "--sandbox", "--yes").status
    assert "massctl-state" not in git(remote, "for-each-ref")


def test_a_local_ledger_in_ci_is_told_where_to_go(shell: Shell):
    shell.env(CI="true", WECHAT_MAIN_SECRET="0" * 32)
    shell.tree.text("notice")
    said = shell("apply", "notice", "--yes")
    assert (5, True) == (said.status, "massctl state migrate --to git" in said.err)


@pytest.mark.parametrize("key", ["branch: x", "remote: x", "token_env: X"])
def test_a_key_of_git_beside_a_local_ledger_is_a_fault(shell: Shell, key: str):
    shell.tree.settings(state=f"state:\n  {key}\n")
    said = shell("validate")
    assert (1, True) == (said.status, f"{key.partition(':')[0]} with backend: git" in said.out)


def test_the_brake_is_told_where_nothing_is_sent_anyway(in_git: Shell, remote: Path):
    in_git.tree.settings(state=IN_GIT, policy="  branch: main\n")
    in_git.tree.text(
        "notice",
        more="send: {not_before: 2026-12-01T11:55:00+08:00, not_after: 2026-12-01T13:00:00+08:00}\n",
    )
    in_git("state", "init")
    git(in_git.root, "push", "-q", "origin", "HEAD:massctl-stop")
    (planned,) = in_git("plan", "--format", "json").document["campaigns"]
    assert (["kill_switch"], []) == (
        [each["guard"] for each in planned["refusals"]],
        planned["steps"],
    )
    in_git.env(GITHUB_REF="refs/heads/main")
    git(in_git.root, "commit", "-qam", "a window")
    watched = in_git("ci", "gate")
    assert (1, True) == (watched.status, "somebody stopped all sends" in watched.out)
