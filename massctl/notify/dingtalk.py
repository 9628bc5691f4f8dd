"""The custom robot of a DingTalk group (钉钉自定义机器人): a title for the list of chats, and markdown.

Source: DingTalk docs, "自定义机器人接入", "自定义机器人安全设置" and "消息类型与数据格式"
(open.dingtalk.com/document/orgapp/custom-robot-access), read 2026-12. A message has at most 20,000 bytes (460101). More
than 20 a minute are refused for 10 minutes (130101; 410100 in newer answers). `errcode` is 0 where it took one. Its
security settings have to name a keyword, a signature or addresses; 310000 is the refusal of each. The signature is
HMAC-SHA-256 with the secret over "timestamp, line feed, secret", in Base64, of a time in milliseconds within the last
hour; both go into the query. Only `at` mentions somebody, and it stands in no message here. One line feed alone is no
new line.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, ClassVar

from massctl.model.notice_text import NoticeText
from massctl.model.phrase import Phrase
from massctl.notify.port import Way
from massctl.notify.post import JSON, Post
from massctl.notify.robot import Robot, title_of


class DingTalkRobot(Robot):
    """Its markdown knows bold, quotes and links."""

    bytes_max = 9_000
    """JSON may write a byte as two, and the title has to fit beside it."""
    line_end = "\n\n"
    too_often = (130101, 410100)
    reasons: ClassVar = {
        310000: Phrase(
            "its security settings refuse the message: look at keyword, secret, IP addresses, and this machine's clock"
        )
    }

    def body(self, texts: Sequence[NoticeText], content: str) -> dict[str, Any]:
        """Return a markdown message that mentions nobody."""
        return {"msgtype": "markdown", "markdown": {"title": title_of(texts), "text": content}}

    def signed(self, body: dict[str, Any], secret: str | None, way: Way) -> Post:
        """Return the post of a message, with time and signature for the query."""
        plain = super().signed(body, secret, way)
        if secret is None:
            return plain
        timestamp = str(int(way.now.timestamp() * 1000))
        seen = f"{timestamp}\n{secret}".encode()
        sign = base64.b64encode(hmac.new(secret.encode(), seen, hashlib.sha256).digest()).decode()
        return Post(plain.body, JSON, {"timestamp": timestamp, "sign": sign})
