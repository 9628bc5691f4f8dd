"""What the tests of reviewed campaigns share. Each begins with a copy of a repository that is made once a session."""

import shutil
from collections.abc import Callable

import pytest
from cli_runner import Shell

pytest.register_assert_rewrite("issue", "changes")

from issue import Issue  # noqa: E402 - after the line that lets its asserts speak

Made = Callable[[Issue, str, Callable[[], object]], Issue]


@pytest.fixture
def mode() -> str:
    """How it is reviewed, where a test does not say."""
    return "policy"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make a repository once, under a name of its own, and copy it for every other test."""
    kept = tmp_path_factory.mktemp("kept")

    def copied(issue: Issue, name: str, make: Callable[[], object]) -> Issue:
        place, root = kept / f"{name}-{issue.mode}", issue.shell.root
        if place.exists():
            shutil.rmtree(root)
            shutil.copytree(place, root)
            issue.shell.monkeypatch.chdir(root)
        else:
            make()
            shutil.copytree(root, place)
        issue.remember()
        return issue

    return copied


@pytest.fixture
def issue(shell: Shell, mode: str, made: Made) -> Issue:
    """The campaign, reviewed."""
    issue = Issue(shell, mode)

    def begin() -> None:
        issue.begin()
        issue.review()

    return made(issue, "reviewed", begin)


@pytest.fixture
def staged(issue: Issue, made: Made) -> Issue:
    """Reviewed, and staged by an earlier run; a saved plan is made after that, as it would be stale else."""

    def stage() -> None:
        more = ["--locked"] if issue.mode == "flag" else []
        issue.done("apply", "letter", "--sandbox", "--until", "preview", *more)
        issue.review()

    return made(issue, "staged", stage)
