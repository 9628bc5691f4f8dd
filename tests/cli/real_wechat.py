"""A WeChat behind https://api.weixin.qq.com for commands in this process: a sandbox that every client is led to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_runner import NOON, Shell
from repositories import APPID, SECRET_VARIABLE

from massctl.sandbox.embedded import Sandbox, open_world
from massctl.wechat.client import WeChatClient


class RealWechat:
    """What reached WeChat, and the massctl that believes it to be the real one."""

    def __init__(self, world: Sandbox) -> None:
        self._world = world

    def report(self) -> dict[str, Any]:
        with httpx.Client(transport=httpx.WSGITransport(self._world.app), base_url="http://127.0.0.1") as client:
            return dict(client.get("/_sandbox/report").json())

    @property
    def sent(self) -> int:
        """How many jobs it took."""
        return len(self.report()["jobs"])

    @property
    def requests(self) -> int:
        """How many requests reached it, whatever they asked."""
        return sum(path["count"] for path in self.report()["calls"].values())


@pytest.fixture
def wechat(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealWechat]:
    """WeChat as the realm `wechat` reaches it, and the secret for it."""
    world = open_world(tmp_path / "world", real_now=lambda: NOON)
    secret = world.ensure_account(APPID, name="main", kind="service")
    opened = WeChatClient.open

    def led(*arguments: Any, **options: Any) -> WeChatClient:
        return opened(*arguments, **{**options, "inside": world.app, "proxy": None})

    monkeypatch.setattr("massctl.cli.accounts.WeChatClient.open", led)
    monkeypatch.setenv(SECRET_VARIABLE, secret)
    yield RealWechat(world)
    world.close()
