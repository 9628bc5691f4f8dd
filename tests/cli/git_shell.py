"""A shell in a clone of a bare remote, whose massctl.yaml says that the ledger is in git."""

from pathlib import Path
from typing import Final

import pytest
from cli_runner import Shell
from gits import ENVIRONMENT, clone_of, git, remote_at

IN_GIT: Final = "state:\n  backend: git\n"
LEDGER: Final = "massctl.state.jsonl"
ASIDE: Final = "massctl.state.20261201T040000Z.jsonl"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return remote_at(tmp_path / "remote.git")


@pytest.fixture
def cloned(shell: Shell, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The shell in a clone with a campaign `notice`; the ledger is a file, and not begun."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MASSCTL_API_BASE", "http://127.0.0.1:9")
    clone_of(remote, tmp_path / "clone")
    (tmp_path / "clone" / ".git").rename(shell.root / ".git")
    shell.tree.write(".gitignore", ".massctl/\nmassctl.state.*\n")
    shell.tree.text("notice")
    git(shell.root, "add", "-A")
    git(shell.root, "commit", "-qm", "write")
    return shell


@pytest.fixture
def in_git(cloned: Shell) -> Shell:
    """The same, where massctl.yaml says that the ledger is in git."""
    cloned.tree.settings(state=IN_GIT)
    git(cloned.root, "commit", "-qam", "in git")
    return cloned


def content(remote: Path, path: str = LEDGER, branch: str = "massctl-state") -> str:
    """Give a file as the branch has it."""
    return git(remote, "show", f"{branch}:{path}")
