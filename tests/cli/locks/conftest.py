"""What the tests of the command share."""

from pathlib import Path

import pytest
from lock_repository import Repository, begin


@pytest.fixture
def repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Repository:
    """A repository that sends only what is locked; nothing is locked yet."""
    return _begun(tmp_path, capsys, monkeypatch, require_lock=True)


@pytest.fixture
def lenient(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Repository:
    """A repository without that policy."""
    return _begun(tmp_path, capsys, monkeypatch, require_lock=False)


def _begun(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    require_lock: bool,
) -> Repository:
    for name in (
        "MASSCTL_API_BASE",
        "MASSCTL_NO_SEND",
        "MASSCTL_CLOCK_OFFSET",
        "CI",
        "GITHUB_ACTIONS",
    ):
        monkeypatch.delenv(name, raising=False)
    return begin(root, capsys.readouterr, require_lock=require_lock)
