"""Channels, notices in words and ways to test with, and the signatures as the vendors' pages compute them."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import httpx

from massctl.model.notice_text import NoticeText
from massctl.model.settings import Channel, MailSettings
from massctl.notify.port import Notices, Way
from massctl.transport import Line

NOW = datetime(2026, 12, 1, 4, 0, 0, 250_000, tzinfo=UTC)
ROBOTS = ("wecom_robot", "feishu_robot", "dingtalk_robot")
MORE = tuple(f"还有 {count} 条" for count in range(1000))


def channel(kind: str, **more: Any) -> Channel:
    """Return a channel whose variables are PLACE and, where it is named, KEY."""
    if kind == "email":
        return Channel(email=MailSettings(to=["ops@example.cn", "lin@example.cn"]), **more)
    return Channel(**{f"{kind}_env": "PLACE"}, **more)


def text(head: str = "改时间 (notice) · main", *lines: str, **more: Any) -> NoticeText:
    return NoticeText("sent", head, lines, **more)


def message(*texts: NoticeText, document: str = "{}", keys: tuple[str, ...] = ("k1",)) -> Notices:
    return Notices(texts or (text(),), MORE, document, keys)


def way(answer: Any = None, seen: list[httpx.Request] | None = None, **environment: str) -> Way:
    """Return a way on which every request is noted in `seen` and gets an answer."""

    def answering(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if answer is not None else httpx.Response(200, json={"errcode": 0, "code": 0})

    line = Line(inside=httpx.MockTransport(answering))
    return Way(environment, lambda _: line, NOW)


def feishu_signature(timestamp: str, secret: str) -> str:
    """Compute it as the page of Feishu does: the key is time and secret, and nothing is signed."""
    key = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode()


def dingtalk_signature(timestamp: str, secret: str) -> str:
    """Compute it as the page of DingTalk does: the key is the secret, time and secret are signed."""
    signed = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
