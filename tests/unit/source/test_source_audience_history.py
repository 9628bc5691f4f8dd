"""The locks of audiences in git's history: what the branch had, and nothing where there is no history."""

from pathlib import Path

import pytest
from audience_samples import EAST, lock
from gits import git
from repositories import Tree

from massctl.git import Git, GitAnswer
from massctl.model.audience import AudienceName
from massctl.source import audience_history
from massctl.source.audience_history import recorded_locks
from massctl.source.repository import Repository

EAST_NAME, WEST = AudienceName("east"), AudienceName("west")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    found = Tree(tmp_path)
    git(tmp_path, "init", "--quiet")
    for name in (EAST_NAME, WEST):
        found.write(f"audiences/{name}.yaml", EAST)
    return found


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "freeze")


def freeze(tree: Tree, name: AudienceName, count: int) -> None:
    at = f"2026-11-{count:02}T09:00:00+08:00"
    lock(tree, name, people=[f"oP{number}" for number in range(count)], frozen_at=at)
    commit(tree.root)


def counts(root: Path, name: AudienceName = EAST_NAME) -> list[int]:
    found = recorded_locks(Repository(root), (EAST_NAME, WEST))
    return [each.count for each in found.get(name, ())]


def test_every_committed_lock_of_each_audience_is_read_oldest_first(tree: Tree) -> None:
    for name, count in ((EAST_NAME, 2), (WEST, 5), (EAST_NAME, 3), (EAST_NAME, 4)):
        freeze(tree, name, count)
    assert [[2, 3, 4], [5]] == [counts(tree.root, name) for name in (EAST_NAME, WEST)]


def test_many_audiences_take_two_calls_of_git(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(tree, EAST_NAME, 2)
    freeze(tree, WEST, 5)
    asked: list[str] = []
    real = Git.run

    def run(self: Git, *arguments: str, given: bytes = b"", seconds: float = 60.0) -> GitAnswer:
        asked.append(arguments[0])
        return real(self, *arguments, given=given, seconds=seconds)

    monkeypatch.setattr(Git, "run", run)
    recorded_locks(Repository(tree.root), (EAST_NAME, WEST))
    assert ["log", "cat-file"] == asked


def test_only_the_newest_locks_are_read(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_history, "LOCKS_MAX", 2)
    for count in (2, 3, 4):
        freeze(tree, EAST_NAME, count)
    assert [3, 4] == counts(tree.root)


def test_a_lock_that_was_frozen_again_before_its_merge_was_never_in_force(tree: Tree) -> None:
    freeze(tree, EAST_NAME, 2)
    git(tree.root, "checkout", "--quiet", "-b", "work")
    freeze(tree, EAST_NAME, 3)
    freeze(tree, EAST_NAME, 4)
    git(tree.root, "checkout", "--quiet", "main")
    git(tree.root, "merge", "--quiet", "--no-ff", "--message", "merge", "work")
    assert [2, 4] == counts(tree.root)


def test_a_repository_below_the_root_of_git_has_its_own_history(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    tree = Tree(tmp_path / "wechat")
    tree.write("audiences/east.yaml", EAST)
    freeze(tree, EAST_NAME, 2)
    assert [2] == counts(tree.root)


def test_what_is_no_lock_and_what_another_audience_has_are_passed_over(tree: Tree) -> None:
    freeze(tree, EAST_NAME, 2)
    tree.write("audiences/east.lock.json", "{}\n")
    commit(tree.root)
    tree.write("audiences/east.lock.json", lock(tree, WEST).text)
    commit(tree.root)
    assert [2] == counts(tree.root)


def test_without_git_there_is_no_history(tmp_path: Path) -> None:
    assert [] == counts(Tree(tmp_path).root)
