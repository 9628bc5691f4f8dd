"""One served sandbox for all tests of a module, empty again for each; and a repository that talks to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import MASSCTL, Desk, Gate, Wechat, gate_to, served

if not MASSCTL.exists():
    pytest.skip("massctl is not installed beside this Python", allow_module_level=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wechat]:
    """A sandbox in a process of its own."""
    with served(tmp_path_factory.mktemp("sandbox")) as wechat:
        yield wechat


@pytest.fixture
def wechat(server: Wechat) -> Wechat:
    """The sandbox, empty."""
    server.reset()
    return server


@pytest.fixture
def gate(wechat: Wechat) -> Iterator[Gate]:
    """A gate before the sandbox."""
    with gate_to(wechat) as gate:
        yield gate


@pytest.fixture
def desk(wechat: Wechat, tmp_path: Path) -> Desk:
    """A repository with a campaign `letter`, which is sent by name."""
    desk = Desk.at(tmp_path / "repository", wechat)
    desk.tree.news("letter", more="preview:\n  towxname: [editor_lin]\n")
    return desk


@pytest.fixture
def gated(gate: Gate, tmp_path: Path) -> Desk:
    """The same repository, with a gate between it and the sandbox."""
    desk = Desk.at(tmp_path / "gated", gate.target, gate.port)
    desk.tree.news("letter", more="preview:\n  towxname: [editor_lin]\n")
    return desk
