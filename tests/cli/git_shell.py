"""A shell in a clone of a bare remote, whose massctl.yaml says that the ledger is in git."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from cli_runner import Shell
from gits import ENVIRONMENT, clone_of, git, remote_at

IN_GIT: Final = "state:\n  backend: git\n"
LEDGER: Final = "massctl.state.jsonl"
_TEMPORARY: Final = tempfile.gettempdir()  # Before a test sets another one.
NAMES_PATHS_BYTES_MAX: Final = 64 * 1024
"""Larger files than this do not name the folder that they lie in."""


@cache
def _kept() -> Path:
    kept = Path(tempfile.mkdtemp(prefix="massctl-begun-", dir=_TEMPORARY))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    return kept


def begun(name: str, folder: Path, make: Callable[[], object]) -> None:
    """Put into a test's `folder` what `make` puts there. It runs once a process; later tests get a copy of all.

    A file of the copy that names the first test's folder names this one.
    """
    kept = _kept() / name
    if not kept.exists():
        make()
        shutil.copytree(folder, kept, symlinks=True)
        (_kept() / f"{name}.folder").write_text(str(folder), encoding="utf-8")
        return
    shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)
    first = (_kept() / f"{name}.folder").read_bytes()
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink() or "objects" in path.parts:
            continue
        if path.stat().st_size <= NAMES_PATHS_BYTES_MAX and first in (data := path.read_bytes()):
            path.write_bytes(data.replace(first, bytes(folder)))


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
    begun("cloned", tmp_path, lambda: _clone(shell, remote))
    return shell


def _clone(shell: Shell, remote: Path) -> None:
    clone = clone_of(remote, shell.root.parent / "clone")
    (clone / ".git").rename(shell.root / ".git")
    shell.tree.write(".gitignore", ".massctl/\nmassctl.state.*\n")
    shell.tree.text("notice")
    git(shell.root, "add", "-A")
    git(shell.root, "commit", "-qm", "write")


@pytest.fixture
def in_git(cloned: Shell) -> Shell:
    """The same, where massctl.yaml says that the ledger is in git."""

    def say_so() -> None:
        cloned.tree.settings(state=IN_GIT)
        git(cloned.root, "commit", "-qam", "in git")

    begun("in git", cloned.root.parent, say_so)
    return cloned


def content(remote: Path, path: str = LEDGER, branch: str = "massctl-state") -> str:
    """Give a file as the branch has it."""
    return git(remote, "show", f"{branch}:{path}")
