"""The shell that every test of the command types into."""

from pathlib import Path

import pytest
from cli_runner import Shell
from git_shell import cloned, in_git, remote

__all__ = ["cloned", "in_git", "remote", "shell"]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A shell in a repository with an account `main` and no campaign."""
    root = tmp_path / "repository"
    root.mkdir()
    return Shell(root, monkeypatch, capsys)
