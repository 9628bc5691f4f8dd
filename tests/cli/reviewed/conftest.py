"""What the tests of reviewed campaigns share."""

import pytest
from cli_runner import Shell

pytest.register_assert_rewrite("issue", "changes")

from issue import Issue  # noqa: E402 - after the line that lets its asserts speak

from massctl.sandbox.store import Store  # noqa: E402 - the same


@pytest.fixture(autouse=True)
def _no_power_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the disk: that entries survive a power failure is tested elsewhere, and here it is most of the time."""
    monkeypatch.setattr("os.fsync", lambda _: None)
    prepare = Store._prepare

    def hastily(store: Store) -> None:
        prepare(store)
        store._db.execute("PRAGMA synchronous=OFF")

    monkeypatch.setattr(Store, "_prepare", hastily)


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
