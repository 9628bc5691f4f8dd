"""Errcodes of what comes after a send: withdrawing, the sending speed, comments.

Meanings: WeChat docs ("Global return codes" and the error lists of message/mass/delete, message/mass/speed/*,
comment/open, comment/close), read 2026-10. Codes marked `sdk` stand only in the error tables of SDKs. Advice is ours.
"""

from collections.abc import Mapping
from typing import Final

from massctl.model.phrase import Phrase
from massctl.wechat.ruling import Kind, Ruling

DELETE: Final = "/cgi-bin/message/mass/delete"
SET_SPEED: Final = "/cgi-bin/message/mass/speed/set"
OPEN_COMMENTS: Final = "/cgi-bin/comment/open"
CLOSE_COMMENTS: Final = "/cgi-bin/comment/close"

_RESTRICTED: Final = Ruling(
    Kind.PERMANENT,
    Phrase("WeChat has restricted this article for safety"),
    Phrase("Its comments cannot be changed; the notices in 微信公众平台 (mp.weixin.qq.com) say why."),
)
_NO_COMMENTS: Final = Ruling(
    Kind.AUTH,
    Phrase("the account has no comment right (留言功能)"),
    Phrase("Nothing was changed. WeChat grants the right by account: see 留言管理 in 微信公众平台 (mp.weixin.qq.com)."),
)

AFTER: Final[Mapping[int, Ruling]] = {
    40060: Ruling(
        Kind.PERMANENT,
        Phrase("the message has no article of this number"),
        Phrase("Articles count from 1; nothing was withdrawn."),
    ),
    40065: Ruling(
        Kind.PERMANENT,
        Phrase("WeChat does not withdraw this message in its present state: not sent, withdrawn already, or no news"),
        Phrase("Only sent news and videos are withdrawn. Look at it in 微信公众平台, under 群发记录."),
    ),
    40204: Ruling(
        Kind.PERMANENT,
        Phrase("WeChat ruled the article a rumour or a washed copy, and such an article cannot be withdrawn"),
        Phrase("The notices in 微信公众平台 (mp.weixin.qq.com) say what can be done about it."),
    ),
    45083: Ruling(
        Kind.PERMANENT,
        Phrase("the speed is outside 0 to 4"),
        Phrase("massctl speed set N   takes 0, the fastest, to 4, the slowest"),
    ),
    45084: Ruling(
        Kind.PERMANENT,
        Phrase("the request names no speed"),
        Phrase("This is a fault of massctl or of a proxy in between: please report it with the rid."),
    ),
    45085: Ruling(
        Kind.BUSY,
        Phrase("WeChat's service for the sending speed has an error"),
        Phrase("Run the same command again in a few minutes."),
    ),
    88001: Ruling(
        Kind.PERMANENT,
        Phrase("WeChat does not know this article, or it has no comments"),
        Phrase("Articles count from 1. One that was withdrawn has no comments any more."),
    ),
    88002: _RESTRICTED,
    88011: _RESTRICTED,  # sdk
}

AFTER_OVERRIDES: Final[Mapping[tuple[str, int], Ruling]] = {
    (DELETE, 45009): Ruling(
        Kind.QUOTA,
        Phrase("the withdrawals of today are used up (10 a day)"),
        Phrase("They are counted anew at midnight, Beijing time. Until then: 微信公众平台, under 群发记录."),
    ),
    (OPEN_COMMENTS, 88000): _NO_COMMENTS,
    (CLOSE_COMMENTS, 88000): _NO_COMMENTS,
}
"""What an endpoint means by a code of its own."""
