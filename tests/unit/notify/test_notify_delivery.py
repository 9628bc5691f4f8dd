"""One post: where it may go, and what is said where nobody was told. The address is in none of it."""

import json
from typing import Any

import httpx
import pytest

from massctl.notify import READ_SECONDS, Post, posted
from massctl.transport import Line

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
ROBOT = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
POST = Post(
    b'{"a": 1}', {"Content-Type": "application/json", "X-Massctl-Signature-256": "sha256=0"}
)


def post(
    address: str, answer: Any = None, *, robot: bool = True
) -> tuple[str | None, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def answering(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return (
            answer
            if answer is not None
            else httpx.Response(200, content=b'{"errcode": 0, "errmsg": "ok"}')
        )

    why = posted(Line(inside=httpx.MockTransport(answering)), address, POST, robot=robot)
    return why, seen


def test_it_is_posted_once_with_its_query_and_its_headers() -> None:
    why, (request,) = post(ROBOT)

    assert (None, "POST", ROBOT, b'{"a": 1}') == (
        why,
        request.method,
        str(request.url),
        request.read(),
    )
    assert "sha256=0" == request.headers["X-Massctl-Signature-256"]
    assert READ_SECONDS == request.extensions["timeout"]["read"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            httpx.Response(
                200, content=json.dumps({"errcode": 93000, "errmsg": f"invalid key={KEY}"})
            ),
            "errcode 93000",
        ),
        (httpx.Response(200, content=json.dumps({"errcode": 45009})), "errcode 45009"),
        (httpx.Response(200, content=json.dumps({"errcode": KEY})), "errcode -"),
        (httpx.Response(200, content=b"{}"), "errcode -"),
        (httpx.Response(200, content=b"<html>"), "not from a robot"),
        (httpx.Response(200, content=b"[1]"), "not from a robot"),
        (httpx.Response(200, content=b"[" * 100_000), "not from a robot"),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example"}), "HTTP status 302"),
        (httpx.Response(404, content=KEY), "HTTP status 404"),
        (httpx.ReadTimeout(f"slow {KEY}"), "no answer within 10 s"),
        (httpx.ConnectTimeout(f"slow {KEY}"), "no connection within 10 s"),
        (httpx.ConnectError(f"refused {KEY}"), "refused"),
        (httpx.InvalidURL(f"bad {KEY}"), "cannot be used"),
        (OSError(KEY), "cut before"),
    ],
)
def test_what_went_wrong_is_said_without_the_address(answer: Any, says: str) -> None:
    why, seen = post(ROBOT, answer)

    assert why is not None
    assert (says in why, KEY in why, len(seen)) == (True, False, 1)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://hooks.example/x", "https://"),
        ("qyapi.weixin.qq.com/x", "is none"),
        ("ftp://hooks.example/x", "is none"),
        ("https:///x", "is none"),
        ("https://[::1/x", "is none"),
        ("https://hooks.example:port/x", "is none"),
        ("https://hooks.example/x\n", "is none"),
        ("http://localhost.example/x", "https://"),
    ],
)
def test_an_address_that_is_none_or_in_clear_is_not_posted_to(address: str, says: str) -> None:
    why, seen = post(address)

    assert why is not None
    assert (True, []) == (says in why, seen)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8900/_sandbox/notifications", "https://hooks.example:8443/x?y=1"]
)
def test_a_webhook_may_answer_what_it_likes(address: str) -> None:
    assert None is post(address, httpx.Response(204), robot=False)[0]
