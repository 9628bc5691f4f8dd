"""What each kind of channel is sent: a signed document, or a message within a robot's bytes."""

import hashlib
import hmac
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_samples import (
    MORE,
    ROBOTS,
    channel,
    dingtalk_signature,
    feishu_signature,
    message,
    text,
    way,
)

from massctl.model.notice_text import NoticeLink, NoticeText
from massctl.model.settings import Channel
from massctl.notify.port import fitted, fitting
from massctl.notify.registry import KINDS, kind_of
from massctl.notify.robot import Robot
from massctl.notify.webhook import SIGNATURE_HEADER, webhook_post
from massctl.notify.wecom import PICTURE_BYTES_MAX

FULL = text(
    "改时间 (notice) · main",
    "WeChat accepted it",
    links=(NoticeLink("article", "https://mp.weixin.qq.com/s?__biz=a&mid=1"),),
    advice=("massctl status", "or stop it"),
)
SECRET = "SEC钥匙"


def body_of(kind: str, *texts: NoticeText) -> dict[str, Any]:
    where = channel(kind)
    return dict(json.loads(kind_of(where).post(where, message(*texts), way()).body))


def written(kind: str, *texts: NoticeText) -> str:
    """Return the markdown of a message."""
    body = body_of(kind, *texts)
    if kind == "feishu_robot":
        (element,) = body["card"]["elements"]
        return str(element["content"])
    return str(body["markdown"]["text" if kind == "dingtalk_robot" else "content"])


@pytest.mark.parametrize("kind", ROBOTS)
def test_what_needs_somebody_stands_first_in_a_message(kind: str) -> None:
    failed = text("二月 (february) · main", needs_somebody=True)
    told = written(kind, text("一月 (january) · main"), failed, text("三月 (march) · main"))
    assert ["february", "january", "march"] == re.findall(r"\((\w+)\)", told)


def test_every_kind_of_the_format_has_its_row() -> None:
    assert [*KINDS] == [
        Channel.model_validate({key: {"to": ["a@b.cn"]} if key == "email" else "PLACE"}).kind
        for key in ("webhook_env", *(f"{each}_env" for each in ROBOTS), "email")
    ]


def test_a_document_is_posted_as_it_is() -> None:
    post = webhook_post('{"春": 1}', None)
    assert ('{"春": 1}'.encode(), {"Content-Type": "application/json; charset=utf-8"}) == (
        post.body,
        post.headers,
    )


def test_a_webhooks_signature_is_over_the_very_bytes() -> None:
    where = channel("webhook", signing_secret_env="KEY")
    post = kind_of(where).post(where, message(document='{"春": 1}'), way(KEY="钥匙"))
    due = hmac.new("钥匙".encode(), '{"春": 1}'.encode(), hashlib.sha256).hexdigest()
    assert f"sha256={due}" == post.headers[SIGNATURE_HEADER]


def test_neither_body_nor_signature_is_in_a_repr() -> None:
    assert "钥匙" not in repr(webhook_post("钥匙", "钥匙"))
    assert "sha256" not in repr(webhook_post("x", "钥匙"))
    where = channel("dingtalk_robot", signing_secret_env="KEY")
    assert "sign" not in repr(kind_of(where).post(where, message(), way(KEY=SECRET)))


def test_wecom_gets_markdown() -> None:
    assert {
        "msgtype": "markdown",
        "markdown": {
            "content": "**sent** 改时间 (notice) · main\nWeChat accepted it\n"
            "[article](https://mp.weixin.qq.com/s?__biz=a&mid=1)\n> massctl status\n> or stop it"
        },
    } == body_of("wecom_robot", FULL)


def test_feishu_gets_a_card_whose_colour_says_whether_somebody_has_to_act() -> None:
    card = body_of("feishu_robot", FULL)["card"]
    assert ("blue", {"tag": "plain_text", "content": "sent 改时间 (notice) · main"}) == (
        card["header"]["template"],
        card["header"]["title"],
    )
    assert (
        "**sent** 改时间 (notice) · main\nWeChat accepted it\n"
        "[article](https://mp.weixin.qq.com/s?__biz=a&mid=1)\nmassctl status\nor stop it"
    ) == written("feishu_robot", FULL)
    asking = text(needs_somebody=True)
    assert "red" == body_of("feishu_robot", FULL, asking)["card"]["header"]["template"]


def test_dingtalk_gets_a_title_and_lines_that_stay_lines() -> None:
    markdown = body_of("dingtalk_robot", FULL, FULL)["markdown"]
    assert "sent 改时间 (notice) · main +1" == markdown["title"]
    assert markdown["text"].startswith(
        "**sent** 改时间 (notice) · main\n\nWeChat accepted it\n\n[article](https://"
    )
    assert "\n\n> massctl status\n\n> or stop it\n\n**sent**" in markdown["text"]
    assert "at" not in body_of("dingtalk_robot", FULL)


def test_feishus_signature_is_in_the_body_and_its_time_in_seconds() -> None:
    where = channel("feishu_robot", signing_secret_env="KEY")
    post = kind_of(where).post(where, message(), way(KEY=SECRET))
    body = json.loads(post.body)
    assert ("1796097600", feishu_signature("1796097600", SECRET)) == (
        body["timestamp"],
        body["sign"],
    )
    assert {} == post.query
    assert "sign" not in body_of("feishu_robot")


def test_dingtalks_signature_is_in_the_query_and_its_time_in_milliseconds() -> None:
    where = channel("dingtalk_robot", signing_secret_env="KEY")
    post = kind_of(where).post(where, message(), way(KEY=SECRET))
    assert {
        "timestamp": "1796097600250",
        "sign": dingtalk_signature("1796097600250", SECRET),
    } == post.query
    assert b"sign" not in post.body


@pytest.mark.parametrize(
    ("blocks", "limit", "text"),
    [
        (["abc"], 3, "abc"),
        (["春天"], 6, "春天"),
        (["春天来"], 8, "春…"),
        (["春天来"], 9, "春天来"),
        (["a春天来"], 9, "a春…"),
        (["ab", "cd"], 6, "ab\n\ncd"),
        (["a" * 30, "b" * 30, "c" * 30], 50, "a" * 30 + "\n\n还有 2 条"),
        (["春" * 30, "b"], 50, "春" * 11 + "…\n\n还有 1 条"),
    ],
)
def test_bytes_count_and_not_characters(blocks: list[str], limit: int, text: str) -> None:
    assert text == fitted(blocks, MORE, limit)
    assert len(text.encode()) <= limit


def test_a_message_takes_as_many_blocks_as_fit_and_at_least_one() -> None:
    assert [1, 3, 4] == [
        fitting(blocks, 4096) for blocks in (["长" * 5_000], ["长" * 400] * 9, ["a" * 1_000] * 4)
    ]


@pytest.mark.parametrize("kind", ROBOTS)
def test_what_has_no_room_is_counted(kind: str) -> None:
    robot = KINDS[channel(kind).kind]
    assert isinstance(robot, Robot)
    many = [text("改时间", "长" * 300)] * 40
    whole = robot.at_once(many)
    said = written(kind, *many)
    assert 1 < whole < 40
    assert said.endswith(f"\n\n还有 {40 - said.count('**sent**')} 条")
    assert said.count("**sent**") in (whole, whole - 1)
    assert len(said.encode()) <= robot.bytes_max


@pytest.mark.parametrize(("kind", "most"), [*zip(ROBOTS, (None, 20 * 1024, 20_000), strict=True)])
@given(words=st.lists(st.text(st.characters(exclude_categories=["C", "Z"])), min_size=1))
def test_a_body_never_has_more_bytes_than_a_robot_takes(
    kind: str, most: int | None, words: list[str]
) -> None:
    where = channel(kind)
    texts = [text(each * 9, *[each * 40, '"' * 400] * 9) for each in words]
    post = kind_of(where).post(where, message(*texts), way())
    content = written(kind, *texts)
    assert len(content.encode()) <= (4096 if most is None else 9_000)
    assert most is None or len(post.body) < most


def test_a_picture_is_posted_with_its_digest() -> None:
    wecom = KINDS["wecom_robot"]
    post = wecom.picture(b"\x89PNG")
    assert post is not None
    body = json.loads(post.body)
    assert "image" == body["msgtype"]
    assert {
        "base64": "iVBORw==",
        "md5": hashlib.md5(b"\x89PNG", usedforsecurity=False).hexdigest(),
    } == body["image"]
    assert None is wecom.picture(b"\x89PNG" + bytes(PICTURE_BYTES_MAX))


def test_only_wecom_takes_pictures() -> None:
    assert ["wecom_robot"] == [name for name, kind in KINDS.items() if kind.takes_pictures]
    assert [None] * 4 == [
        kind.picture(b"\x89PNG") for name, kind in KINDS.items() if name != "wecom_robot"
    ]
