"""The custom bot of a Feishu group (飞书自定义机器人): a card with a title and markdown.

Source: Feishu docs, "自定义机器人使用指南" (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot) and "富文本组件"
of cards (JSON 1.0), read 2026-12. A body has at most 20 KB. A bot takes 100 messages a minute and 5 a second, and may
refuse more at full and half hours (11232). `code` is 0 where it took one. The signature is HMAC-SHA-256 with the key
"timestamp, line feed, secret" over nothing, in Base64, of a time within the last hour; both are members of the body.
19021: signature or time; 19022: the address is not in its list; 19024: no keyword. 9499 is a body that it cannot read,
in older answers also one too many. `<at id=all></at>` mentions everybody, `:OK:` is an emoji. The markdown of this
structure has no quotes.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, ClassVar

from massctl.model.notice_text import NoticeText
from massctl.model.phrase import Phrase
from massctl.notify.port import Way
from massctl.notify.post import Post
from massctl.notify.robot import Robot, title_of


class FeishuRobot(Robot):
    """Its card is red where somebody has to act."""

    bytes_max = 9_000
    """JSON may write a byte as two, and title and card have to fit beside it."""
    quote = ""
    code_key = "code"
    too_often = (11232, 9499, 99991400)
    reasons: ClassVar = {
        19021: Phrase("it refuses the signature: look at the secret, and at this machine's clock"),
        19022: Phrase("this machine's address is not in its IP whitelist"),
        19024: Phrase("no keyword of its security settings is in the message: use its signature"),
    }

    def body(self, texts: Sequence[NoticeText], content: str) -> dict[str, Any]:
        """Return a card."""
        colour = "red" if any(each.needs_somebody for each in texts) else "blue"
        title = {"tag": "plain_text", "content": title_of(texts)}
        return {
            "msg_type": "interactive",
            "card": {
                "config": {"wide_screen_mode": True},
                "header": {"template": colour, "title": title},
                "elements": [{"tag": "markdown", "content": content}],
            },
        }

    def signed(self, body: dict[str, Any], secret: str | None, way: Way) -> Post:
        """Return the post of a card, with time and signature beside it."""
        if secret is None:
            return super().signed(body, secret, way)
        timestamp = str(int(way.now.timestamp()))
        key = f"{timestamp}\n{secret}".encode()
        sign = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        return super().signed({"timestamp": timestamp, "sign": sign, **body}, secret, way)
