"""The shell that every test of the command types into, and what makes it quick."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from git_shell import cloned, in_git, remote

from massctl.sandbox import audience
from massctl.sandbox.store import Store
from massctl.source import yaml

__all__ = ["cloned", "in_git", "remote", "shell"]


@pytest.fixture(autouse=True)
def _no_power_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the disk: that entries survive a power failure is tested elsewhere, and here it is most of the time."""
    monkeypatch.setattr("os.fsync", lambda _: None)
    prepare = Store._prepare

    def hastily(store: Store) -> None:
        prepare(store)
        store._db.execute("PRAGMA synchronous=OFF")

    monkeypatch.setattr(Store, "_prepare", hastily)


REMEMBERED_MAX = 20_000
"""Longer texts are made to hurt: how the parser goes through them is what their tests are about."""
_events, _openid_of = yaml._events, lru_cache(maxsize=100_000)(audience.openid_of)


@lru_cache(maxsize=1_000)
def _parsed(text: str) -> tuple[tuple[Any, ...], yaml.Tree]:
    tree = yaml.Tree()
    return tuple(_events(text, tree)), tree


def _remembered_events(text: str, tree: yaml.Tree) -> Iterator[Any]:
    """Give what the parser gave for the same text before; nearly every test has the same massctl.yaml."""
    if len(text) > REMEMBERED_MAX:
        yield from _events(text, tree)
        return
    events, parsed = _parsed(text)
    yield from events
    tree.faults += parsed.faults
    tree.stopped_at, tree.is_whole = parsed.stopped_at, tree.is_whole and parsed.is_whole


@pytest.fixture(autouse=True)
def _nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse the same YAML once, and make the openids of the sandbox's followers once, for all tests of a process."""
    monkeypatch.setattr(yaml, "_events", _remembered_events)
    monkeypatch.setattr(audience, "openid_of", _openid_of)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A shell in a repository with an account `main` and no campaign."""
    root = tmp_path / "repository"
    root.mkdir()
    return Shell(root, monkeypatch, capsys)
