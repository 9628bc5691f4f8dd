"""One post: where it may go, and what is said where nobody was told. The address is in none of it."""

import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from notify_samples import channel, message, way

from massctl.model.phrase import Phrase
from massctl.notify.post import READ_SECONDS, Post, posted
from massctl.notify.registry import kind_of
from massctl.transport import Line

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
ROBOT = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


def delivered(
    kind: str, answer: Any = None, address: str = ROBOT, **more: str
) -> tuple[Phrase | None, list[httpx.Request]]:
    """Post to a channel of a kind, whose address is in PLACE and whose secret is in KEY."""
    seen: list[httpx.Request] = []
    there = way(answer, seen, PLACE=address, KEY="secret")
    where = channel(kind, **more)
    post = kind_of(where).post(where, message(), there)
    return kind_of(where).deliver(where, post, there)(), seen


def post(
    address: str, answer: Any = None, *, robot: bool = True
) -> tuple[Phrase | None, list[httpx.Request]]:
    return delivered("wecom_robot" if robot else "webhook", answer, address)


def test_it_is_posted_once_with_its_query_and_its_headers() -> None:
    why, (request,) = delivered("webhook", address=ROBOT, signing_secret_env="KEY")

    assert (None, "POST", ROBOT, b"{}") == (
        why,
        request.method,
        str(request.url),
        request.read(),
    )
    assert request.headers["X-Massctl-Signature-256"].startswith("sha256=")
    assert READ_SECONDS == request.extensions["timeout"]["read"]


@pytest.mark.parametrize(
    "address", ["https://oapi.example/send?access_token=a", "https://oapi.example/send"]
)
def test_a_signature_joins_the_query_that_an_address_has(address: str) -> None:
    why, (request,) = delivered("dingtalk_robot", address=address, signing_secret_env="KEY")
    query = parse_qs(request.url.query.decode(), strict_parsing=True)
    assert (None, str(request.url).startswith(address)) == (why, True)
    assert {"timestamp", "sign"} == query.keys() - {"access_token"}
    assert ("access_token" in address) == (query.get("access_token") == ["a"])


@pytest.mark.parametrize(
    ("kind", "answer", "says"),
    [
        ("wecom_robot", {"errcode": 45009}, "takes no more messages for some minutes"),
        ("dingtalk_robot", {"errcode": 130101}, "takes no more messages for some minutes"),
        ("feishu_robot", {"code": 11232}, "takes no more messages for some minutes"),
        ("feishu_robot", {"code": 9499}, "takes no more messages for some minutes"),
        ("dingtalk_robot", {"errcode": 310000, "errmsg": KEY}, "keyword, secret, IP addresses"),
        ("feishu_robot", {"code": 19021, "msg": KEY}, "signature"),
        ("feishu_robot", {"code": 19022}, "IP whitelist"),
        ("feishu_robot", {"code": 19024}, "keyword"),
        ("feishu_robot", {"code": 19001}, "errcode 19001"),
        ("feishu_robot", {"StatusCode": 0}, "errcode -"),
        ("wecom_robot", {"errcode": True}, "errcode -"),
    ],
)
def test_a_robot_says_no_with_status_200(kind: str, answer: dict[str, Any], says: str) -> None:
    why, seen = delivered(kind, httpx.Response(200, json=answer))
    assert why is not None
    assert (says in why, KEY in why, len(seen)) == (True, False, 1)


def test_what_is_posted_without_a_reader_of_answers_may_be_answered_with_anything() -> None:
    line = Line(inside=httpx.MockTransport(lambda _: httpx.Response(200, content=b"no")))
    assert None is posted(line, "https://hook.example/x", Post(b"{}"))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            httpx.Response(
                200, content=json.dumps({"errcode": 93000, "errmsg": f"invalid key={KEY}"})
            ),
            "no such robot",
        ),
        (httpx.Response(200, content=json.dumps({"errcode": 40058})), "errcode 40058"),
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
        ("qyapi.weixin.qq.com/x", "not a web address"),
        ("ftp://hooks.example/x", "not a web address"),
        ("https:///x", "not a web address"),
        ("https://[::1/x", "not a web address"),
        ("https://hooks.example:port/x", "not a web address"),
        ("https://hooks.example/x\n", "not a web address"),
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
