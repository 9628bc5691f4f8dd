"""What would have been posted to people outside: kept as strictly as the other side would take it."""

import base64
import hashlib
from typing import Any

import pytest
from sandbox_caller import Caller

from massctl.sandbox import inbox

HOOK = {"name": "HOOK", "kind": "webhook", "body": {"notices": []}, "headers": {}}


def robot(content: str, **changes: Any) -> dict[str, Any]:
    body = {"msgtype": "markdown", "markdown": {"content": content}}
    return {"name": "ROBOT", "kind": "wecom_robot", "body": body, "headers": {}, **changes}


def post(caller: Caller, given: dict[str, Any]) -> int:
    return int(caller.order("notifications", **given)["http"])


def shown(caller: Caller) -> list[dict[str, Any]]:
    with caller.db() as db:
        return inbox.notifications(db)


def test_posts_are_shown_newest_first(caller: Caller) -> None:
    notice = {"event": "failed", "campaign": "sale", "message": "no"}
    assert [200, 200] == [
        post(caller, robot("**sent** sale")),
        post(caller, {**HOOK, "body": {"notices": [notice, 7]}}),
    ]
    assert [
        ("HOOK", "webhook", "failed · sale · no"),
        ("ROBOT", "wecom_robot", "**sent** sale"),
    ] == [(each["name"], each["kind"], each["text"]) for each in shown(caller)]
    assert ["ROBOT", "HOOK"] == [row["name"] for row in caller.report()["notifications"]]


def card(content: str = "words", title: str = "sent sale", **changes: Any) -> dict[str, Any]:
    shown_card = {
        "header": {"template": "blue", "title": {"tag": "plain_text", "content": title}},
        "elements": [{"tag": "markdown", "content": content}],
    }
    return robot(
        "x", kind="feishu_robot", body={"msg_type": "interactive", "card": shown_card, **changes}
    )


def titled(text: str = "words", title: str = "sent sale", **changes: Any) -> dict[str, Any]:
    body = {"msgtype": "markdown", "markdown": {"title": title, "text": text}, **changes}
    return robot("x", kind="dingtalk_robot", body=body)


def test_each_kind_is_shown_as_a_person_reads_it(caller: Caller) -> None:
    letter = {"to": "a@b.cn", "subject": "sent sale", "text": "words\n"}
    for given in (card(), titled(), robot("x", kind="email", body=letter)):
        assert 200 == post(caller, given)
    assert [
        "To: a@b.cn\nSubject: sent sale\n\nwords\n",
        "sent sale\n\nwords",
        "sent sale\n\nwords",
    ] == [each["text"] for each in shown(caller)]


def picture(data: bytes = b"\x89PNG", **changes: Any) -> dict[str, Any]:
    image = {
        "base64": base64.b64encode(data).decode(),
        "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
    }
    return robot("x", body={"msgtype": "image", "image": {**image, **changes}})


def test_a_robot_takes_a_picture(caller: Caller) -> None:
    assert [200, 200] == [post(caller, picture()), post(caller, picture(b"\xff\xd8\xff"))]
    assert ["[图片]", "[图片]"] == [each["text"] for each in shown(caller)]


@pytest.mark.parametrize(
    "given",
    [
        picture(b"GIF89a"),
        picture(b"\x89PNG" + b"0" * inbox.ROBOT_PICTURE_MAX),
        picture(base64="?"),
        picture(md5="0"),
        robot("x", body={"msgtype": "image"}),
        robot("春" * 1366),
        robot(""),
        robot("x", body={"msgtype": "text", "text": {"content": "x"}}),
        robot("x", body={"msgtype": "markdown", "markdown": "x"}),
        robot("x", kind="pigeon"),
        card(title=""),
        card(""),
        card(msg_type="text"),
        card(card=[]),
        card("春" * 7_000),
        titled(title=""),
        titled(""),
        titled(msgtype="text"),
        titled("春" * 6_700),
        robot("x", name=7),
        {"name": "ROBOT"},
        {**HOOK, "more": 1},
    ],
)
def test_what_the_other_side_would_not_take_is_refused(
    caller: Caller, given: dict[str, Any]
) -> None:
    assert 400 == post(caller, given)
    assert [] == shown(caller)


def test_a_robot_takes_twenty_messages_a_minute(caller: Caller) -> None:
    assert [200] * 20 + [400] == [post(caller, robot(str(number))) for number in range(21)]
    assert 200 == post(caller, robot("x", name="OTHER"))
    caller.later(seconds=60)
    assert 200 == post(caller, robot("later"))


def test_feishus_bot_takes_a_hundred(caller: Caller) -> None:
    assert [200] * 100 + [400] == [post(caller, card(str(number))) for number in range(101)]


def test_old_posts_are_forgotten(caller: Caller) -> None:
    for _ in range(inbox.NOTIFICATIONS_KEPT + 5):
        post(caller, HOOK)
    assert inbox.NOTIFICATIONS_KEPT == len(caller.report()["notifications"])
    assert inbox.NOTIFICATIONS_SHOWN == len(shown(caller))
