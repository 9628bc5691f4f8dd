"""Say no as WeChat does: an errcode, a text, and a request id."""

from typing import Any

TEXTS: dict[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by "
    "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid meida size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40031: "invalid openid list",
    40032: "invalid openid list size",
    40059: "invalid msg id",
    40060: "invalid article idx",
    40065: "invalid msg status",
    40066: "invalid url",
    40097: "invalid args",
    40114: "invalid index value",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    40132: "invalid username",
    40137: "invalid image format",
    40152: "invalid groupid",
    40192: "invalid author",
    40193: "invalid recommend size",
    40194: "invalid recommend",
    40213: "invalid href in text",
    40215: "invalid images size",
    40221: "invalid content-encoding",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    44001: "empty media data",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45005: "url size out of limit",
    45007: "playtime out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45028: "has no masssend quota",
    45056: "too many tag now, no need to add new",
    45057: "can't modify tag whose fans count is more than 100000",
    45058: "can't modify sys tag",
    45059: "reach max tag limit of one user",
    45062: "ad agreement in force, please send on the website",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45083: "invalid speed",
    45084: "speed missing",
    45110: "author size out of limit",
    45113: "not support to send card",
    45157: "invalid tag name",
    45158: "tag name too long",
    45162: "invalid send type",
    45166: "invalid content",
    47001: "data format error",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
    48022: "video uploaded by api can not be sent by api",
    50002: "user limited",
    76021: "cgi_path not found",
    76022: "no permission to query this api",
    88000: "without comment privilege",
    88001: "msg_data is not exists",
    88005: "the comment is replied already",
    88007: "the reply is empty or too long",
    88008: "the comment is not exists",
    88009: "the reply is not exists",
    88010: "count range error",
    89504: "api mass send is waiting for the confirmation of the administrator",
}
"""The text of each refusal, near to what WeChat says (error tables of its documentation, read 2026-10).

Clients must not read them: WeChat changes its texts, and the same code has several."""


class Refusal(Exception):  # noqa: N818 - not an error of ours, an answer of WeChat's
    """Stop a request with WeChat's `errcode`; `members` join the answer's JSON, `status` is HTTP's."""

    def __init__(self, errcode: int, text: str | None = None, *, status: int = 200, **members: Any) -> None:
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode
        self.text = text if text is not None else TEXTS[errcode]
        self.status = status
        self.members = members
