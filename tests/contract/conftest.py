"""A clock that tests move, and a sandbox that follows it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox_client import Clock, open_sandbox

from massctl.sandbox.embedded import Sandbox


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(tmp_path: Path, clock: Clock) -> Iterator[Sandbox]:
    opened = open_sandbox(tmp_path, clock)
    yield opened
    opened.close()
