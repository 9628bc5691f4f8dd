"""What a checkout tells git to run, no verb lets it run: filters, hooks, monitors, signatures and their like."""

import os
from pathlib import Path

import pytest
from cli_runner import Shell
from git_shell import IN_GIT
from gits import git, with_programs

VERBS = (
    ("validate",),
    ("lock", "notice", "--yes"),
    ("plan",),
    ("apply", "--yes"),
    ("status",),
    ("doctor",),
    ("state", "verify"),
    ("stop",),
    ("resume", "--yes"),
    ("run", "--once"),
    ("run", "--once"),
)


@pytest.fixture
def armed(cloned: Shell) -> Shell:
    """A clone that sends from main, with its ledger in git."""
    cloned.tree.settings(policy="  branch: main\n  require_lock: true\n", state=IN_GIT)
    cloned.tree.write("campaigns/notice/text.md", "words\n")
    cloned("state", "init")
    git(cloned.root, "add", "-A")
    git(cloned.root, "commit", "-qm", "merge", "--allow-empty")
    git(cloned.root, "push", "-q", "origin", "HEAD:main")
    return cloned


def older(root: Path) -> None:
    """Make git compare the content of every file: none is as old as its index says."""
    for path in (root / "massctl.yaml", *(root / "campaigns").rglob("*")):
        os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)


@pytest.mark.night
def test_no_verb_runs_what_the_checkout_tells_git_to_run(armed: Shell, tmp_path: Path) -> None:
    ran = with_programs(armed.root, tmp_path / "programs")
    found = {}
    for number, verb in enumerate(VERBS):
        older(armed.root)
        before = len(ran())
        said = armed(*verb)
        assert "Traceback" not in said.err
        found[number, *verb] = ran()[before:]

    assert {} == {verb: names for verb, names in found.items() if names}
    git(armed.root, "status", "--", "massctl.yaml")
    assert {"clean", "fsmonitor"} <= set(ran()), "git by itself runs them"
