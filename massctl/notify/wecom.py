"""The robot of a WeCom group (企业微信群机器人).

Source: WeCom docs, "群机器人配置说明" (developer.work.weixin.qq.com/document/path/91770), read 2026-12: markdown of at
most 4096 bytes of UTF-8, 20 messages a minute, `errcode` 0 where it took one, no signature. 45009 (too often) and 93000
(no such robot) are in the list of global codes (path/90313). `<@userid>` mentions somebody, and there is no escape.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any, ClassVar

from massctl.model.notice_text import NoticeText
from massctl.model.phrase import Phrase
from massctl.notify.post import Post
from massctl.notify.robot import Robot

PICTURE_BYTES_MAX = 2 * 1024 * 1024
"""Bytes of a picture, JPEG or PNG, that the robot takes."""


class WeComRobot(Robot):
    """Its markdown knows bold, quotes and links."""

    takes_pictures = True
    bytes_max = 4096
    too_often = (45009, 45033)
    reasons: ClassVar = {
        93000: Phrase("there is no such robot: its address is wrong, or it was removed")
    }

    def body(self, texts: Sequence[NoticeText], content: str) -> dict[str, Any]:
        """Return a markdown message."""
        return {"msgtype": "markdown", "markdown": {"content": content}}

    def picture(self, picture: bytes) -> Post | None:
        """Return the post of one picture."""
        if len(picture) > PICTURE_BYTES_MAX:
            return None
        image = {
            "base64": base64.b64encode(picture).decode(),
            "md5": hashlib.md5(picture, usedforsecurity=False).hexdigest(),
        }
        return Post(json.dumps({"msgtype": "image", "image": image}).encode())
