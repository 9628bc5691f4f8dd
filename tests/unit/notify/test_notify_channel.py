"""What each kind of channel is sent: a signed document, or a message within a robot's bytes."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.notify import (
    ROBOT_BYTES_MAX,
    SIGNATURE_HEADER,
    fitted,
    robot_picture,
    robot_post,
    webhook_post,
)

MORE = [f"还有 {count} 条" for count in range(1000)]


def test_a_document_is_posted_as_it_is() -> None:
    post = webhook_post('{"春": 1}', None)
    assert ('{"春": 1}'.encode(), {"Content-Type": "application/json; charset=utf-8"}) == (
        post.body,
        post.headers,
    )


def test_a_signature_is_over_the_very_bytes() -> None:
    post = webhook_post('{"春": 1}', "钥匙")
    due = hmac.new("钥匙".encode(), post.body, hashlib.sha256).hexdigest()
    assert f"sha256={due}" == post.headers[SIGNATURE_HEADER]


def test_neither_body_nor_signature_is_in_a_repr() -> None:
    assert "钥匙" not in repr(webhook_post("钥匙", "钥匙"))
    assert "sha256" not in repr(webhook_post("x", "钥匙"))


def test_a_robot_gets_markdown() -> None:
    body = json.loads(robot_post(["一", "二"], MORE).body)
    assert {"msgtype": "markdown", "markdown": {"content": "一\n\n二"}} == body


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


@given(st.lists(st.text(min_size=1, max_size=3000), min_size=1, max_size=40))
def test_a_message_never_has_more_bytes_than_a_robot_takes(blocks: list[str]) -> None:
    text = fitted(blocks, MORE)
    assert len(text.encode()) <= ROBOT_BYTES_MAX
    assert text.startswith(blocks[0][:1])


def test_a_picture_is_posted_with_its_digest():
    post = robot_picture(b"\x89PNG")
    body = json.loads(post.body)
    assert "image" == body["msgtype"]
    image = body["image"]
    assert ("iVBORw==", hashlib.md5(b"\x89PNG", usedforsecurity=False).hexdigest()) == (
        image["base64"],
        image["md5"],
    )
