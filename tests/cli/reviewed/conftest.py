"""What the tests of reviewed campaigns share."""

import pytest
from cli_runner import Shell

pytest.register_assert_rewrite("issue", "changes")

from issue import Issue  # noqa: E402 - after the line that lets its asserts speak


@pytest.fixture
def mode() -> str:
    """How it is reviewed, where a test does not say."""
    return "policy"


@pytest.fixture
def issue(shell: Shell, mode: str) -> Issue:
    """The campaign, reviewed."""
    issue = Issue(shell, mode)
    issue.begin()
    issue.review()
    return issue
