"""A WeChat behind https://api.weixin.qq.com for commands in this process: a sandbox that every client is led to."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cli_runner import NOON, Shell
from repositories import APPID, SECRET_VARIABLE

from massctl.sandbox.embedded import Sandbox, open_world
from massctl.wechat.client import WeChatClient

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class RealWechat:
    """What reached WeChat, and the massctl that believes it to be the real one."""

    def __init__(self, world: Sandbox) -> None:
        self._world = world
        self.before_answer: Callable[[], object] | None = None
        """Happens once, after the next send was accepted and before its answer leaves."""
        self.words: list[str | None] = []
        """The text of each job that it took, in turn; None for another message."""

    def app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        """Answer a request as the world does."""
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        answer = list(self._world.app(environ, start_response))
        if environ["PATH_INFO"].endswith("/mass/sendall") and b'"errcode":0' in b"".join(
            answer
        ).replace(b" ", b""):
            self.words.append(json.loads(body).get("text", {}).get("content"))
        if self.before_answer is not None and environ["PATH_INFO"].endswith("/mass/sendall"):
            happens, self.before_answer = self.before_answer, None
            happens()
        return answer

    def report(self) -> dict[str, Any]:
        with httpx.Client(
            transport=httpx.WSGITransport(self._world.app), base_url="http://127.0.0.1"
        ) as client:
            return dict(client.get("/_sandbox/report").json())

    def later(self, seconds: float) -> None:
        """Let its time pass."""
        self._control("advance", {"seconds": seconds})

    def faults(self, *rules: dict[str, Any]) -> None:
        self._control("faults", {"rules": list(rules)})

    def _control(self, name: str, body: object) -> None:
        with httpx.Client(
            transport=httpx.WSGITransport(self._world.app), base_url="http://127.0.0.1"
        ) as client:
            assert "error" not in client.post(f"/_sandbox/{name}", json=body).json()

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
    opened, real = WeChatClient.open, RealWechat(world)

    def led(*arguments: Any, **options: Any) -> WeChatClient:
        is_rehearsal = options.get("inside") is not None
        return opened(
            *arguments,
            **(options if is_rehearsal else {**options, "inside": real.app, "proxy": None}),
        )

    monkeypatch.setattr("massctl.cli.clients.WeChatClient.open", led)
    monkeypatch.setenv(SECRET_VARIABLE, secret)
    yield real
    world.close()
