"""The archive of statistics on a branch: over real git, with two runners, and without the remote."""

from pathlib import Path
from shutil import rmtree

import pytest
from gits import ENVIRONMENT, clone_of, git, remote_at
from statistics_samples import APPID, SENT, account_day, article_day, asked

from massctl.errors import LedgerUnreachableError
from massctl.ledger.git_branch import GitBranch
from massctl.ledger.git_remote import way_to
from massctl.ledger.git_statistics import GitStatistics
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase
from massctl.model.statistics import STATISTICS_BRANCH

pytestmark = pytest.mark.slow
ME = AppId(APPID)


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return remote_at(tmp_path / "remote.git")


def archive_in(clone: Path, told: list[Phrase] | None = None) -> GitStatistics:
    branch = GitBranch(
        clone / ".massctl" / "statistics.git",
        way_to(clone, "origin", ENVIRONMENT),
        STATISTICS_BRANCH,
        is_ledger=False,
    )
    return GitStatistics(branch, (told if told is not None else []).append)


def test_what_two_runners_collect_is_all_on_the_branch(remote: Path, tmp_path: Path):
    one, two = (archive_in(clone_of(remote, tmp_path / name)) for name in ("one", "two"))
    assert () == one.calls(ME)
    assert () == two.calls(ME)
    one.add(ME, [article_day()], [account_day(read_user=1)], asked(rows=2))
    two.add(ME, [article_day(1)], [], asked(rows=1))
    assert [10] == [row.read_user for row in one.load(ME).articles["100_1"]]
    assert "" == git(remote, "branch", "--list", STATISTICS_BRANCH)
    one.flush()
    two.flush()
    two.flush()
    third = archive_in(clone_of(remote, tmp_path / "three"))
    assert [10, 11] == [row.read_user for row in third.load(ME).articles["100_1"]]
    assert ([SENT], 2) == ([*third.load(ME).account], len(third.calls(ME)))
    assert ["README.md", APPID] == sorted(
        git(remote, "ls-tree", "--name-only", STATISTICS_BRANCH).split()
    )
    assert "2" == git(remote, "rev-list", "--count", STATISTICS_BRANCH)


def test_what_this_machine_knows_needs_no_server(remote: Path, tmp_path: Path):
    clone = clone_of(remote, tmp_path / "one")
    assert () == archive_in(clone).calls_known_here(ME)
    first = archive_in(clone)
    first.add(ME, [], [], asked())
    first.flush()
    rmtree(remote)
    assert (asked(),) == archive_in(clone).calls_known_here(ME)


def test_nothing_is_pushed_where_nothing_was_added(remote: Path, tmp_path: Path):
    archive_in(clone_of(remote, tmp_path / "one")).flush()
    assert "" == git(remote, "branch", "--list", STATISTICS_BRANCH)


def test_without_the_remote_it_can_be_read_and_no_call_is_made(remote: Path, tmp_path: Path):
    clone = clone_of(remote, tmp_path / "one")
    first = archive_in(clone)
    first.add(ME, [article_day()], [], asked())
    first.flush()
    rmtree(remote)
    said: list[Phrase] = []
    assert ["100_1"] == [*archive_in(clone, said).load(ME).articles]
    assert "fetched last" in said[0]
    with pytest.raises(LedgerUnreachableError):
        archive_in(clone).calls(ME)


def test_a_branch_that_was_deleted_comes_back_from_a_copy(remote: Path, tmp_path: Path):
    for day in (0, 1):
        archive = archive_in(clone_of(remote, tmp_path / f"from-{day}"))
        archive.add(ME, [article_day(day)], [], asked())
        archive.flush()
    clone = clone_of(remote, tmp_path / "shallow")
    archive_in(clone).load(ME)
    git(remote, "branch", "-D", STATISTICS_BRANCH)
    git(remote, "gc", "--prune=now", "--quiet")
    said: list[Phrase] = []
    assert [10, 11] == [row.read_user for row in archive_in(clone, said).load(ME).articles["100_1"]]
    assert ["gone from the remote" in each for each in said] == [True]
    archive = archive_in(clone)
    archive.add(ME, [article_day(2)], [], asked())
    archive.flush()
    assert 3 == len(archive_in(clone_of(remote, tmp_path / "later")).load(ME).articles["100_1"])


def test_a_branch_that_may_not_be_written_is_told(remote: Path, tmp_path: Path):
    hook = remote / "hooks" / "pre-receive"
    clone = clone_of(remote, tmp_path / "one")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no; exit 1\n")
    hook.chmod(0o755)
    archive = archive_in(clone)
    archive.add(ME, [article_day()], [], asked())
    with pytest.raises(LedgerUnreachableError, match="origin/massctl-statistics cannot be pushed"):
        archive.flush()
