"""What each kind of channel is sent.

Source of the robot's limits: WeCom docs, "群机器人配置说明" (developer.work.weixin.qq.com/document/path/91770), read
2026-10: markdown of at most 4096 bytes of UTF-8, 20 messages a minute, `errcode` 0 where it took one. One message a run
keeps far below 20 a minute.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

ROBOT_BYTES_MAX: Final = 4096
"""Bytes of UTF-8, of which a Chinese character takes three."""
SIGNATURE_HEADER: Final = "X-Massctl-Signature-256"
"""`sha256=` and the hex of HMAC-SHA-256 over the body, with the secret that both sides have."""

_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Post:
    """What is posted: the body and its headers."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


def webhook_post(document: str, signing_secret: str | None) -> Post:
    """Post a document as it is, signed where there is a secret for it."""
    body = document.encode()
    if not signing_secret:
        return Post(body, _JSON)
    signature = hmac.new(signing_secret.encode(), body, hashlib.sha256).hexdigest()
    return Post(body, {**_JSON, SIGNATURE_HEADER: f"sha256={signature}"})


def robot_post(blocks: Sequence[str], more: Sequence[str]) -> Post:
    """Post one markdown message of as many `blocks` as fit; `more[n]` says that n of them were left out."""
    message = {"msgtype": "markdown", "markdown": {"content": fitted(blocks, more)}}
    return Post(json.dumps(message, ensure_ascii=False).encode(), _JSON)


PICTURE_BYTES_MAX: Final = 2 * 1024 * 1024
"""Bytes of a picture, JPEG or PNG, that a robot takes."""


def robot_picture(picture: bytes) -> Post:
    """Post one picture of at most PICTURE_BYTES_MAX."""
    image = {
        "base64": base64.b64encode(picture).decode(),
        "md5": hashlib.md5(picture, usedforsecurity=False).hexdigest(),
    }
    return Post(json.dumps({"msgtype": "image", "image": image}).encode(), _JSON)


def fitted(blocks: Sequence[str], more: Sequence[str], limit: int = ROBOT_BYTES_MAX) -> str:
    """Join blocks by an empty line, in at most `limit` bytes; the first one is cut where even it is too long."""
    for kept in range(len(blocks), 0, -1):
        left_out = len(blocks) - kept
        text = "\n\n".join([*blocks[:kept], *([more[left_out]] if left_out else [])])
        if len(text.encode()) <= limit:
            return text
    tail = f"\n\n{more[len(blocks) - 1]}" if len(blocks) > 1 else ""
    room = limit - len((_CUT + tail).encode())
    # A character that the limit goes through is left out whole.
    return blocks[0].encode()[:room].decode("utf-8", errors="ignore") + _CUT + tail
