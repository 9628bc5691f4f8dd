"""A WeChat that answers from a script, for tests of the client."""

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import httpx
from building import IN_TIME, intent, news_body

from massctl.apply.ports import DraftArticle, Upload
from massctl.model.ids import ImageUrl, MediaId
from massctl.model.message import Recipient
from massctl.model.send import SendIntent, ToTag, Verdict
from massctl.wechat.client import WeChatClient
from massctl.wechat.token import TokenSource

APPID = "wx0123456789abcdef"
SECRET = "s3cr3t-0f-the-account"
BASE = "https://api.weixin.qq.com"
OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
TOKEN_PATH = "/cgi-bin/stable_token"

UPLOAD = Upload(b"\xff\xd8 picture \xff\xd9", "0123abcd.jpg", "image/jpeg")
ARTICLE = DraftArticle(
    title="春季大促",
    author="编辑部",
    digest="三天",
    content="<p>价格 1999 元</p>",
    content_source_url="https://example.com/sale",
    thumb_media_id="THUMB",
    need_open_comment=True,
    only_fans_can_comment=False,
)
NEWS = news_body(MediaId("DRAFT"))
REVIEWER = Recipient("towxname", "editor_li")
URL = ImageUrl("https://mmbiz.qpic.cn/x/0")


SEND = intent(ToTag(101), NEWS)
SEND_TEXT = intent()
ID = SEND.client_msg_id

Scripted = dict[str, Any] | bytes | tuple[int, bytes] | Exception
"""A JSON object, a body with status 200, a status and a body, or an exception."""


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content)


class Script:
    """Answers in order; the token has a script of its own, which grants TOKEN-1, TOKEN-2, … where it is over."""

    def __init__(self, answers: Iterable[Scripted], tokens: Iterable[Scripted] = ()) -> None:
        self.answers, self.tokens = deque(answers), deque(tokens)
        self.seen: list[Seen] = []
        self.fetches: list[Seen] = []
        self.pauses: list[float] = []
        self.now = 0.0
        self._lock = Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        seen = Seen(
            request.method,
            request.url.path,
            dict(request.url.params),
            dict(request.headers),
            request.read(),
        )
        with self._lock:
            if seen.path == TOKEN_PATH:
                self.fetches.append(seen)
                fresh = {"access_token": f"TOKEN-{len(self.fetches)}", "expires_in": 7200}
                return response(self.tokens.popleft() if self.tokens else fresh)
            self.seen.append(seen)
            return response(self.answers.popleft())

    @property
    def tokens_used(self) -> list[str | None]:
        return [seen.query.get("access_token") for seen in self.seen]


def response(scripted: Scripted) -> httpx.Response:
    if isinstance(scripted, Exception):
        raise scripted
    if isinstance(scripted, dict):
        return httpx.Response(200, content=json.dumps(scripted, ensure_ascii=False).encode())
    status, content = scripted if isinstance(scripted, tuple) else (200, scripted)
    return httpx.Response(status, content=content)


def opened(
    script: Script,
    api_base: str = BASE,
    inside: httpx.BaseTransport | None = None,
    credential: str | TokenSource = SECRET,
) -> WeChatClient:
    """A client that talks to the script (or to `inside`) and never sleeps."""
    return WeChatClient.open(
        APPID,
        credential,
        api_base,
        inside=inside or httpx.MockTransport(script),
        sleep=script.pauses.append,
        monotonic=lambda: script.now,
    )


def send(client: WeChatClient, asked: SendIntent = SEND) -> Verdict:
    """Send as a run does, which has seen to the token before."""
    client.require_token()
    return client.send_mass(asked, IN_TIME)


def scripted(*answers: Scripted, tokens: Iterable[Scripted] = ()) -> tuple[WeChatClient, Script]:
    script = Script(answers, tokens)
    return opened(script), script
