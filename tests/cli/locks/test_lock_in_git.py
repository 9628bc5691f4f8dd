"""In a git checkout, where WeChat is to see it, the lock has to be the one that was committed."""

import json
import subprocess
from collections.abc import Callable

import gits
import pytest
from building import settings
from lock_repository import NAME, Repository

from massctl.cli.checkout import GitCheckout
from massctl.model.ids import CampaignName

LOCK = f"campaigns/{NAME}/campaign.lock.json"


def git(repository: Repository, *arguments: str) -> None:
    gits.git(repository.root, *arguments)


def refused(repository: Repository, *more: str) -> dict[str, str]:
    """Plan, and give the hints of what refuses the campaign by guard."""
    _, out = repository.massctl("plan", NAME, "--format", "json", *more)
    return {each["guard"]: each["hint"] for each in json.loads(out)["campaigns"][0]["refusals"]}


@pytest.fixture
def checkout(repository: Repository) -> Repository:
    """A repository in git whose ledger is begun; its lock is written and not committed."""
    git(repository, "init", "--quiet")
    repository.massctl("state", "init")
    (repository.root / ".gitignore").write_text(".massctl/\n", encoding="utf-8")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "first")
    repository.massctl("lock")
    return repository


def test_a_lock_in_no_commit_is_refused_and_the_command_leads_out(checkout: Repository) -> None:
    (hint,) = refused(checkout).values()
    command = hint.partition(": ")[2]
    assert ["lock_uncommitted"] == list(refused(checkout))
    subprocess.run(
        command,
        shell=True,
        cwd=checkout.root,
        env=dict(gits.ENVIRONMENT),
        check=True,
        capture_output=True,
    )
    assert "lock_uncommitted" not in refused(checkout)


def test_the_commit_that_has_the_lock_is_known(checkout: Repository) -> None:
    names = [CampaignName(NAME)]
    refused, commit = GitCheckout(
        checkout.root, settings(), dict(gits.ENVIRONMENT)
    ).uncommitted_locks(names)
    git(checkout, "add", LOCK)
    git(checkout, "commit", "--quiet", "--message", "lock")
    known = GitCheckout(checkout.root, settings(), dict(gits.ENVIRONMENT)).uncommitted_locks(names)
    head = (checkout.root / ".git/refs/heads/main").read_text().strip()
    assert (names, {}, head) == (list(refused), *known)
    assert head != commit is not None


def committed_and_edited(checkout: Repository) -> None:
    git(checkout, "add", LOCK)
    git(checkout, "commit", "--quiet", "--message", "lock")
    checkout.edit(f"{NAME}/articles/main.md.j2", "元。", "元！")
    checkout.massctl("lock")


def cache_committed(checkout: Repository) -> None:
    git(checkout, "add", "--force", LOCK, ".massctl")
    git(checkout, "commit", "--quiet", "--message", "lock")


@pytest.mark.parametrize(
    ("change", "hint"),
    [(committed_and_edited, " add "), (cache_committed, " rm -r --cached ")],
)
def test_what_nobody_can_have_reviewed_is_refused(
    checkout: Repository, change: Callable[[Repository], None], hint: str
) -> None:
    change(checkout)
    found = refused(checkout)
    assert (["lock_uncommitted"], True) == (list(found), hint in found["lock_uncommitted"])


def test_where_git_cannot_say_what_is_committed_nothing_is_sent(checkout: Repository) -> None:
    (checkout.root / ".git/HEAD").write_text("x", encoding="utf-8")
    assert ["lineage_uncommitted"] == list(refused(checkout))


def test_outside_of_git_and_in_the_sandbox_no_commit_is_asked_for(
    checkout: Repository, repository: Repository
) -> None:
    assert {} == refused(checkout, "--sandbox")
    (repository.root / ".git").rename(repository.root.parent / "away")
    assert "lock_uncommitted" not in refused(repository)
