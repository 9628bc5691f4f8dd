"""Neither the secret nor a token is ever in a text, a repr, an exception or a log record."""

import logging
import traceback
from urllib.parse import quote

import httpx
import pytest
from wechat_script import (
    APPID,
    ARTICLE,
    BASE,
    NEWS,
    REVIEWER,
    SECRET,
    UPLOAD,
    Script,
    opened,
    scripted,
    send,
)

from massctl.errors import WeChatError
from massctl.model.ids import MediaId
from massctl.transport import RawAnswer
from massctl.wechat import wire
from massctl.wechat.client import WeChatClient
from massctl.wechat.response import read_answer
from massctl.wechat.token import Grant

TOKEN = "TOKEN-1"
ECHO = f"bad {TOKEN} and {SECRET} in https://api.weixin.qq.com/cgi-bin/x?access_token={TOKEN}&secret={SECRET}"
CALLS = {
    "upload_image": lambda client: client.upload_image(UPLOAD),
    "add_draft": lambda client: client.add_draft([ARTICLE]),
    "get_draft": lambda client: client.get_draft(MediaId("M")),
    "renew_token": lambda client: client.renew_token(),
}
TROUBLES = [
    httpx.ReadTimeout(ECHO),
    httpx.ConnectError(ECHO),
    httpx.ProxyError(ECHO),
    httpx.InvalidURL(ECHO),
    OSError(ECHO),
    (502, ECHO.encode()),
    (302, ECHO.encode()),
    ECHO.encode(),
    {"errcode": 45003, "errmsg": ECHO},
    {"errcode": 40001, "errmsg": ECHO},
    {"errcode": -1, "errmsg": ECHO},
    {"errcode": 77777, "errmsg": ECHO},
]


def everything_said_by(error: BaseException) -> str:
    """Give all that a log could hold of an exception: its texts, its chain, its traceback."""
    texts = ["".join(traceback.format_exception(error))]
    current: BaseException | None = error
    while current is not None:
        texts += [str(current), repr(current), repr(vars(current))]
        current = current.__cause__ or current.__context__
    return "\n".join(texts)


def leaks(text: str) -> set[str]:
    return {secret for secret in (TOKEN, SECRET) if secret in text or quote(secret) in text}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_exception_and_no_log_record_holds_a_secret(call, trouble, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    granted = {"access_token": TOKEN, "expires_in": 7200}
    client, _ = scripted(*[trouble] * 4, tokens=[granted, *[trouble] * 5])
    client.renew_token()
    with pytest.raises(WeChatError) as caught:
        call(client)
    assert set() == leaks(everything_said_by(caught.value) + caplog.text)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_exception_of_httpx_is_in_the_chain(trouble):
    client, _ = scripted(trouble, trouble)
    with pytest.raises(WeChatError) as caught:
        client.add_draft([ARTICLE])
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_verdict_holds_a_secret(trouble):
    client, _ = scripted(trouble, trouble, trouble)
    try:
        said = repr(send(client))
    except WeChatError as error:
        said = everything_said_by(error)
    assert set() == leaks(said)
    client, _ = scripted(trouble, trouble, trouble)
    assert set() == leaks(repr(client.preview(REVIEWER, NEWS)))


def test_no_repr_holds_a_secret():
    client, _ = scripted({"media_id": "M"})
    client.add_draft([ARTICLE])
    shown = [client, client._tokens, client._tokens._held, client._line]
    shown += [wire.token_request(APPID, SECRET), Grant(TOKEN, 1), RawAnswer(200, TOKEN.encode())]
    shown.append(read_answer(RawAnswer(200, b'{"access_token":"TOKEN-1"}'), []))
    assert set() == leaks(" ".join(map(repr, shown)))


def test_httpx_stays_silent_however_many_clients_there_are(caplog):
    caplog.set_level(logging.DEBUG, logger="httpx")
    for _ in range(3):
        script = Script([{"media_id": "M"}])
        opened(script).add_draft([ARTICLE])
    assert [] == [record for record in caplog.records if record.name == "httpx"]


def test_a_proxy_with_a_password_is_in_no_error():
    with WeChatClient.open(APPID, SECRET, BASE, proxy="http://user:p4ssw0rd@127.0.0.1:9") as client:
        assert "p4ssw0rd" not in repr(client) + repr(vars(client))
