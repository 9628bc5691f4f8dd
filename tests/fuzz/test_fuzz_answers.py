"""Whatever a WeChat, a proxy or a wire answers: a value or a WeChatError; and a send is judged by two plain rules.

The rules are written down here again, without the client's tables: Accepted needs a success in its documented
shape, Rejected needs a code that is documented to mean that nothing happened (docs/adr/0003).
"""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from building import IN_TIME, intent, news_body
from fuzzing import ending, examples, json_values, mutated, peak_bytes
from hypothesis import example, given
from hypothesis import strategies as st

from massctl.apply.ports import DraftArticle, Upload
from massctl.errors import WeChatError
from massctl.model.campaign import Audience
from massctl.model.ids import MediaId, MsgDataId, MsgId
from massctl.model.message import Recipient
from massctl.model.send import Accepted, InDoubt, PreviewSent, PreviewVerdict, Rejected, Verdict
from massctl.wechat.client import WeChatClient
from massctl.wechat.errcodes import known_errcodes

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "57_" + "tOkEn-" * 22
OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
UPLOAD = Upload(b"\xff\xd8 picture \xff\xd9", "0123abcd.jpg", "image/jpeg")
ARTICLE = DraftArticle(
    "标题", "", "", "<p>x</p>", "", "THUMB", need_open_comment=True, only_fans_can_comment=False
)
SEND = intent(body=news_body(MediaId("DRAFT")))
REVIEWER = Recipient("touser", OPENID)


def sent(client: WeChatClient) -> Verdict:
    client.require_token()
    return client.send_mass(SEND, IN_TIME)


CALLS: dict[str, Callable[[WeChatClient], object]] = {
    "upload_image": lambda client: client.upload_image(UPLOAD),
    "add_material": lambda client: client.add_material(UPLOAD),
    "add_draft": lambda client: client.add_draft([ARTICLE]),
    "get_draft": lambda client: client.get_draft(MediaId("M")),
    "delete_draft": lambda client: client.delete_draft(MediaId("M")),
    "followers": lambda client: client.audience_count(Audience(is_to_all=True)),
    "tag": lambda client: client.audience_count(Audience(tag_id=101)),
    "job": lambda client: client.job_report(MsgId(1)),
    "withdraw": lambda client: client.withdraw(MsgId(1), 1),
    "speed": lambda client: client.speed(),
    "set_speed": lambda client: client.set_speed(1),
    "open_comments": lambda client: client.open_comments(MsgDataId(1), 1),
    "close_comments": lambda client: client.close_comments(MsgDataId(1), 2),
    "token": lambda client: client.renew_token(),
    "preview": lambda client: client.preview(REVIEWER, news_body(MediaId("M"))),
    "send": sent,
}
WORDS = [
    "errcode",
    "errmsg",
    "msg_id",
    "msg_data_id",
    "url",
    "media_id",
    "news_item",
    "title",
    "content",
    "author",
    "digest",
    "thumb_media_id",
    "total",
    "count",
    "data",
    "openid",
    "next_openid",
    "tags",
    "id",
    "name",
    "msg_status",
    "SEND_SUCCESS",
    "access_token",
    "expires_in",
    "http://x/y",
    "ok",
]
CODES = sorted(
    {*known_errcodes(), -1, 0, 1, 40001, 40007, 45028, 45065, 45066, 45067, 77777, 2**40}
)
GOOD: list[dict[str, Any]] = [
    {"errcode": 0, "errmsg": "ok", "msg_id": 34182, "msg_data_id": 206227730},
    {"errcode": 45065, "errmsg": "clientmsgid exist rid: 6a-7b-8c", "msg_id": 34182},
    {"errcode": 0, "errmsg": "ok", "url": "http://mmbiz.qpic.cn/x/0", "media_id": "M", "total": 3},
    {"news_item": [{"title": "a", "content": "b", "thumb_media_id": "T", "need_open_comment": 1}]},
    {"tags": [{"id": 101, "name": "会员", "count": 3}]},
    {"msg_id": 1, "msg_status": "SEND_SUCCESS"},
    {"access_token": "T", "expires_in": 7200},
    {
        "errcode": 40164,
        "errmsg": "invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist rid: 6a-7b",
    },
]
ECHO = (
    f"bad {TOKEN} {SECRET} {OPENID} \x1b[31m \u202e https://x/?access_token={TOKEN} rid: 6a-7b-8c"
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    """Make an answer that begins as a good one, with members of other types or none, and a code."""
    members = dict(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from([*members, *WORDS[:12]]))
        if draw(st.booleans()):
            members.pop(name, None)
        else:
            members[name] = draw(json_values(WORDS))
    if draw(st.booleans()):
        members["errcode"] = draw(
            st.sampled_from(CODES) | st.sampled_from(["0", "45028", 0.0, True, None, [], ""])
        )
    if draw(st.booleans()):
        members["errmsg"] = draw(st.just(ECHO) | st.text(max_size=10))
    return members


JSON = (objects() | json_values(WORDS)).map(lambda value: json.dumps(value).encode())
PAGES = st.sampled_from([
    b"", b"<html>502 Bad Gateway</html>", b"OK", b"null", b"[]", b'"ok"', b"0", b"{", b"{}", b"{}{}", b"NaN",
    b"[" * 100_000, b'{"a":' * 100_000, b'{"errcode":' + b"9" * 5000 + b"}", b'{"errcode":1e400}', b"\xff\xfe{\0}\0",
    b'{"errcode":0,"msg_id":-1}', b'{"errcode":0,"msg_id":"0"}', b'{"errcode":0,"msg_id":' + b"9" * 4000 + b"}",
    b'\xef\xbb\xbf{"errcode":0,"msg_id":1}', b'{"errcode":0,"errmsg":"\\ud800","msg_id":1}', ECHO.encode(),
])  # fmt: skip
BODIES = st.one_of(JSON, JSON, PAGES, mutated(JSON | PAGES), st.binary(max_size=40))
STATUSES = st.sampled_from(
    [200, 200, 200, 200, 201, 204, 206, 299, 302, 304, 400, 401, 403, 404, 429, 500, 502, 599]
)
HEADERS = st.sampled_from(
    [{}, {}, {"Date": "Tue, 01 Dec 2026 04:00:00 GMT"}, {"Date": ""}, {"Date": "Tue, 99 Foo 99999 99:99:99 +9999"},
     {"Content-Encoding": "gzip"}, {"Content-Encoding": "deflate"}, {"Content-Type": "text/html; charset=utf-16"},
     {"Location": "https://evil.example/"}, {"Set-Cookie": "a=b"}]
)  # fmt: skip
TROUBLES = st.sampled_from([
    httpx.ReadTimeout(ECHO), httpx.ConnectError(ECHO), httpx.RemoteProtocolError(ECHO), httpx.InvalidURL(ECHO),
    httpx.DecodingError(ECHO), httpx.ProxyError(ECHO), OSError(ECHO), ConnectionResetError(), TimeoutError(),
])  # fmt: skip
ANSWERS = st.tuples(STATUSES, BODIES, HEADERS) | TROUBLES
Given = tuple[int, bytes, dict[str, str]] | Exception


def client_of(answer: Given, *, of_token: bool = False) -> tuple[WeChatClient, list[str]]:
    """Make a client whose WeChat always answers the same, and the list of paths that it was asked for."""
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        is_token = request.url.path == "/cgi-bin/stable_token"
        if is_token and not of_token:
            return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 7200})
        asked.append(request.url.path)
        if isinstance(answer, Exception):
            raise answer
        status, body, headers = answer
        return httpx.Response(status, stream=httpx.ByteStream(body), headers=headers)

    inside = httpx.MockTransport(respond)
    opened = WeChatClient.open(
        "wx0123456789abcdef",
        SECRET,
        "https://api.weixin.qq.com",
        inside=inside,
        sleep=lambda _: None,
        monotonic=lambda: 0.0,
    )
    return opened, asked


def outcome(
    answer: Given, call: Callable[[WeChatClient], object], *, of_token: bool = False
) -> tuple[object, int]:
    """Make a call; give its value or WeChatError, and the number of requests. Nothing else may come out."""
    client, asked = client_of(answer, of_token=of_token)
    with ending():
        try:
            found: object = call(client)
        except WeChatError as error:
            found = error
    # A token that was never granted to us is nothing that could be looked for.
    assert_clean(found, [SECRET, OPENID] if of_token else [SECRET, OPENID, TOKEN, TOKEN[:20]])
    return found, len(asked)


def assert_clean(found: object, hidden: list[str]) -> None:
    """Make sure that what may be shown is short, printable, and holds nothing of what must be hidden."""
    if isinstance(found, WeChatError):
        said = [found.summary, found.detail, found.hint, found.rid or ""]
    elif isinstance(found, Verdict | PreviewVerdict):
        said = [
            str(getattr(found, name))
            for name in ("reason", "message", "rid", "errmsg")
            if hasattr(found, name)
        ]
    else:
        return
    for text in said:
        assert len(text) < 1000
        assert text.isprintable(), text
        assert text.encode() is not None
    for each in hidden:
        assert each not in repr(found) + " ".join(said)


@pytest.mark.parametrize("name", CALLS)
@given(ANSWERS)
@examples(60)
@example((200, json.dumps({"errcode": 40003, "errmsg": ECHO}).encode(), {}))
@example(
    (200, json.dumps({"errcode": -1, "errmsg": f"bad {TOKEN[:21]},{TOKEN[22:]}"}).encode(), {})
)
@example(
    (200, json.dumps({"errcode": 40001, "errmsg": f"invalid credential {TOKEN[:60]}"}).encode(), {})
)
def test_any_answer_is_a_value_or_a_wechat_error(name, answer):
    outcome(answer, CALLS[name], of_token=name == "token")


def plain_errcode(members: dict[str, Any]) -> object:
    """Read an errcode as its documentation does: an integer, or its digits; None where there is none."""
    value = members.get("errcode")
    if isinstance(value, str) and value.lstrip("-").isascii() and value.lstrip("-").isdigit():
        return int(value)
    return value


@given(ANSWERS)
@examples(400)
@example((200, b'{"errcode":0}', {}))
@example((200, b'{"msg_id":true}', {}))
@example((200, b'{"msg_id":1.0}', {}))
@example((200, b'{"errcode":0.0,"msg_id":1}', {}))
@example((200, b'{"errcode":false,"msg_id":1}', {}))
@example((200, b'{"errcode":45028,"errcode":0,"msg_id":1}', {}))
@example((200, b'{"errcode":0,"msg_id":1,"errcode":45028}', {}))
@example((200, b'{"errcode":0,"msg_id":1', {}))
@example((200, b'[{"errcode":0,"msg_id":1}]', {}))
@example((502, b'{"errcode":0,"msg_id":1}', {}))
@example((500, b'{"errcode":45028}', {}))
@example((302, b'{"errcode":45028}', {}))
def test_a_send_is_accepted_or_rejected_only_by_a_plain_answer(answer):
    found, requests = outcome(answer, CALLS["send"])
    assert 1 == requests
    assert isinstance(found, Verdict)
    if isinstance(found, InDoubt):
        return
    assert not isinstance(answer, Exception)
    status, body, _ = answer
    assert 200 <= status < 300
    pairs: list[list[tuple[str, Any]]] = []
    members = json.loads(
        body.decode("utf-8-sig", "replace"),
        strict=False,
        object_pairs_hook=lambda p: pairs.append(p) or dict(p),
    )
    assert isinstance(members, dict)
    assert len(members) == len(pairs[-1]), "one name twice: nobody knows which is meant"
    code = plain_errcode(members)
    assert not isinstance(code, bool | float)
    msg_id = members.get("msg_id")
    if isinstance(found, Accepted):
        assert code in (None, 0, 45065)
        assert found.duplicate == (code == 45065)
        assert code == 45065 or (not isinstance(msg_id, bool | float) and int(msg_id) > 0)
    else:
        assert isinstance(found, Rejected)
        assert code not in (None, 0, -1, 45065, 45066, 77777)
        assert code in known_errcodes()


@given(st.integers(-(2**31), 2**31).filter(lambda code: code not in CODES))
@examples(100)
def test_a_code_that_nobody_documented_never_rejects_a_send(code):
    answer = (
        200,
        json.dumps({"errcode": code, "errmsg": "system error", "msg_id": 7}).encode(),
        {},
    )
    assert isinstance(outcome(answer, CALLS["send"])[0], InDoubt)


@given(ANSWERS)
@examples(150)
def test_a_preview_is_done_only_by_an_errcode_of_zero(answer):
    found, requests = outcome(answer, CALLS["preview"])
    assert requests <= 2
    if isinstance(found, PreviewSent):
        assert not isinstance(answer, Exception)
        members = json.loads(answer[1].decode("utf-8-sig", "replace"), strict=False)
        assert 0 == plain_errcode(members)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_without_end_is_broken_off(encoding):
    """Ten times the limit, of which a compressed answer needs hardly anything on the wire."""
    import zlib

    piece = b" " * (1024 * 1024)
    packer = zlib.compressobj(9, wbits=31)

    def pieces() -> Any:
        for _ in range(320):
            yield piece if encoding == "identity" else packer.compress(piece)

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            return pieces()

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/cgi-bin/stable_token":
            return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 7200})
        return httpx.Response(200, stream=Endless(), headers={"Content-Encoding": encoding})

    client = WeChatClient.open(
        "wx0123456789abcdef",
        SECRET,
        "https://api.weixin.qq.com",
        inside=httpx.MockTransport(respond),
    )
    found: list[Verdict] = []
    with ending(20):
        peak = peak_bytes(lambda: found.append(sent(client)))
    assert isinstance(found[0], InDoubt)
    assert peak < 120 * 1024 * 1024
