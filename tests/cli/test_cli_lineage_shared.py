"""In the realm `wechat` nothing is sent before everybody who clones the repository knows which ledger it has."""

from pathlib import Path

import pytest
from cli_runner import Shell
from gits import ENVIRONMENT, clone_of, git, remote_at
from real_wechat import RealWechat, wechat
from said import Said

__all__ = ["wechat"]


@pytest.fixture
def clone(shell: Shell, tmp_path: Path, wechat: RealWechat) -> Shell:
    """The shell in a clone with a campaign `notice`, all of it pushed; no ledger is begun."""
    shell.env(**ENVIRONMENT)
    clone_of(remote_at(tmp_path / "remote.git"), tmp_path / "clone")
    (tmp_path / "clone" / ".git").rename(shell.root / ".git")
    shell.tree.write(".gitignore", ".massctl/\nmassctl.state.*\n")
    shell.tree.text("notice")
    git(shell.root, "add", "-A")
    git(shell.root, "commit", "-qm", "write")
    git(shell.root, "push", "-q", "origin", "HEAD:main")
    return shell


def apply(shell: Shell, *more: str) -> Said:
    return shell(*more, "apply", "notice", "--yes", "--format", "json")


def guards(said: Said) -> list[str]:
    return [refusal["guard"] for campaign in said.document["campaigns"] for refusal in campaign["refusals"]]


@pytest.mark.xfail(strict=True, reason="fault 3: a lineage that nobody else knows of stops no send")
def test_a_second_clone_does_not_send_again(clone: Shell, wechat: RealWechat, tmp_path: Path):
    first = apply(clone)
    assert (5, ["lineage_uncommitted"], 0) == (first.status, guards(first), wechat.requests)
    other = clone_of(tmp_path / "remote.git", tmp_path / "other")
    again = apply(clone, "-C", str(other))
    assert (5, ["lineage_uncommitted"], 0) == (again.status, guards(again), wechat.requests)
