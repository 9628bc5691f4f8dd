"""`massctl ci freeze`: new locks become a branch that a person opens as a pull request."""

import os
from pathlib import Path

import pytest
from audience_samples import PEOPLE
from cli_runner import Shell
from gits import git
from pyrage.x25519 import Identity

FILE = "version: 1\ntitle: east\naccount: main\nsource: {{file: {path}}}\n"


@pytest.fixture
def job(cloned: Shell, tmp_path: Path) -> Shell:
    """The job of the environment `warehouse`, in a checkout of the branch that sends."""
    people = tmp_path / "east.txt"
    people.write_text("".join(f"{each}\n" for each in PEOPLE), "utf-8")
    cloned.tree.write("audiences/east.yaml", FILE.format(path=people))
    git(cloned.root, "add", "--all")
    git(cloned.root, "commit", "-qm", "east")
    for name in ("WECHAT_MAIN_SECRET", "MASSCTL_SNAPSHOT_KEY"):
        cloned.monkeypatch.delenv(name, raising=False)
    cloned.env(
        MASSCTL_SECRETS=f"MASSCTL_SNAPSHOT_KEY={Identity.generate()}\n",
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        GITHUB_REPOSITORY="my-company/letters",
        GITHUB_RUN_ID="77",
    )
    return cloned


def test_new_locks_are_pushed_and_the_summary_opens_the_pull_request(
    job: Shell, tmp_path: Path
) -> None:
    said = job("ci", "freeze", "east")
    assert 0 == said.status, said
    pushed = git(job.root, "show", "--name-only", "--format=%s", "origin/audience/77").split()
    assert ["freeze", "east", "audiences/east.lock.json"] == pushed
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert "https://github.com/my-company/letters/compare/main...audience/77" in summary
    assert PEOPLE[0] not in said.out + said.err + summary


def test_the_same_people_make_no_branch(job: Shell) -> None:
    assert 0 == job("ci", "freeze", "east").status
    key = "MASSCTL_SNAPSHOT_KEY"
    job.env(MASSCTL_SECRETS=f"{key}={os.environ[key]}\n", GITHUB_RUN_ID="78")
    said = job("ci", "freeze", "east")
    assert (0, True) == (said.status, "no branch was made" in said.err)
    assert "" == git(job.root, "branch", "--remotes", "--list", "origin/audience/78")


def test_a_freeze_that_fails_pushes_nothing(job: Shell) -> None:
    said = job("ci", "freeze", "west")
    assert (2, True) == (said.status, "there is no audience west" in said.err)
    assert "" == git(job.root, "branch", "--remotes", "--list", "origin/audience/*")
