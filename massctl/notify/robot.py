"""What the robots of chats have in common: markdown within a number of bytes, and a code in their answer.

Words have lost every sign that a chat acts on before they come here (`view/notices.py`). What a robot writes around
them is its own markdown.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from massctl.model.notice_text import NoticeText
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel
from massctl.notify.http import HttpKind, secret_of
from massctl.notify.port import Notices, Way, fitted, fitting, urgent_first
from massctl.notify.post import Post

TITLE_MAX = 80
"""Characters of a title that stands over a message, or in the list of chats."""


class Robot(HttpKind, ABC):
    """A robot of a group."""

    is_chat: ClassVar[bool] = True
    reads_markup: ClassVar[bool] = True
    bytes_max: ClassVar[int]
    """Bytes of UTF-8 that a message may have, of which a Chinese character takes three."""
    line_end: ClassVar[str] = "\n"
    quote: ClassVar[str] = "> "
    """Stands before what to type."""
    code_key: ClassVar[str] = "errcode"
    """The member of its answer that is 0 where it took a message."""
    too_often: ClassVar[Collection[int]]
    """Codes that say that it was posted to too often."""
    reasons: ClassVar[Mapping[int, Phrase]] = {}
    """Other codes whose reason people can mend."""

    @abstractmethod
    def body(self, texts: Sequence[NoticeText], content: str) -> dict[str, Any]:
        """Return the JSON of one message."""

    def at_once(self, texts: Sequence[NoticeText]) -> int:
        """Count the notices that fit whole into one message."""
        return fitting([self.block(each) for each in texts], self.bytes_max)

    def post(self, channel: Channel, notices: Notices, way: Way) -> Post:
        """Return one message with as many notices as fit, and how many were left out."""
        blocks = [self.block(each) for each in urgent_first(notices.texts)]
        content = fitted(blocks, notices.left_out, self.bytes_max)
        return self.signed(self.body(notices.texts, content), secret_of(channel, way), way)

    def signed(self, body: dict[str, Any], secret: str | None, way: Way) -> Post:
        """Return the post of a message; this robot knows no signature."""
        return Post(json.dumps(body, ensure_ascii=False).encode())

    def block(self, text: NoticeText) -> str:
        """Write one notice in the robot's markdown."""
        lines = [f"**{text.happening}** {text.subject}", *text.lines]
        lines += [f"[{each.label}]({each.address})" for each in text.links]
        lines += [f"{self.quote}{each}" for each in text.advice]
        return self.line_end.join(lines)

    def refusal(self, content: bytes) -> Phrase | None:
        """Read an answer. Its words may quote the address, so only its code is told."""
        try:
            code = json.loads(content).get(self.code_key)
        except (ValueError, AttributeError, RecursionError):
            return Phrase("the answer is not from a robot")
        if type(code) is not int:
            return Phrase("the robot answered errcode {errcode}", errcode="-")
        if code == 0:
            return None
        if code in self.too_often:
            say = Phrase(
                "the robot takes no more messages for some minutes, so a later run tells it (errcode {errcode})"
            )
            return Phrase(say, errcode=code)
        if code in self.reasons:
            say = Phrase("{reason} (errcode {errcode})")
            return Phrase(say, reason=self.reasons[code], errcode=code)
        return Phrase("the robot answered errcode {errcode}", errcode=code)


def title_of(texts: Sequence[NoticeText]) -> str:
    """Return what stands over a message: the first notice that needs somebody, and how many more there are."""
    more = f" +{len(texts) - 1}" if len(texts) > 1 else ""
    return urgent_first(texts)[0].headline(TITLE_MAX - len(more)) + more
