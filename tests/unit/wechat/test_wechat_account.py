"""How a client is opened, and what it tells of its exchanges."""

from datetime import UTC, datetime

import httpx
import pytest
from wechat_script import APPID, ARTICLE, BASE, SECRET, UPLOAD, Script, opened, scripted

from massctl.errors import ConfigurationError, InvariantError, TransportError
from massctl.wechat.client import Exchange, WeChatClient


def test_plain_http_is_for_loopback_only():
    with pytest.raises(InvariantError):
        opened(Script([]), "http://api.weixin.qq.com")


def test_a_wsgi_application_can_stand_in_for_the_network_and_exchanges_are_told():
    def app(environ, start_response):
        start_response("200 OK", [("Date", "Tue, 01 Dec 2026 12:00:00 GMT")])
        if environ["PATH_INFO"] == "/cgi-bin/stable_token":
            return [b'{"access_token":"T","expires_in":7200}']
        return [b'{"errcode":45009,"errmsg":"no rid: 6a-7b"}']

    seen: list[Exchange] = []
    with WeChatClient.open(
        APPID, SECRET, "http://127.0.0.1:1/", inside=app, watch=seen.append
    ) as client:
        client.renew_token()
        with pytest.raises(Exception, match="daily number"):
            client.add_draft([ARTICLE])
    assert [("/cgi-bin/stable_token", 0, None), ("/cgi-bin/draft/add", 45009, "6a-7b")] == [
        (each.path, each.errcode, each.rid) for each in seen if each.milliseconds is not None
    ]
    assert {datetime(2026, 12, 1, 12, tzinfo=UTC), None} == {each.server_date for each in seen}


def test_an_exchange_without_an_answer_says_why():
    seen: list[Exchange] = []
    inside = httpx.MockTransport(lambda _: httpx.Response(502))
    client = WeChatClient.open(
        APPID, SECRET, BASE, inside=inside, watch=seen.append, sleep=lambda _: None
    )
    with pytest.raises(TransportError):
        client.renew_token()
    assert (None, "HTTP status 502") == (seen[-1].errcode, seen[-1].reason)


def test_an_upload_is_given_more_time():
    client, _ = scripted(*[httpx.ReadTimeout("slow")] * 4)
    with pytest.raises(TransportError) as caught:
        client.upload_image(UPLOAD)
    assert "/cgi-bin/media/uploadimg: no answer within 60 s." == caught.value.detail


@pytest.mark.parametrize(
    ("proxy", "word"),
    [
        ("ftp://user:password@proxy.invalid:1", "http://host:port"),
        ("socks5://x:1", "massctl[socks]"),
    ],
)
def test_a_proxy_that_cannot_work_is_not_repeated(monkeypatch, proxy, word):
    if proxy.startswith("socks"):

        def without_package(**_: object) -> httpx.Client:
            raise ImportError("socksio")

        monkeypatch.setattr(httpx, "Client", without_package)
    with pytest.raises(ConfigurationError) as caught:
        WeChatClient.open(APPID, SECRET, BASE, proxy=proxy)
    assert word in caught.value.hint
    assert "password" not in f"{caught.value} {caught.value.detail} {caught.value.hint}"


def test_a_proxy_is_used_for_wechat_and_not_for_loopback_and_the_environment_chooses_none(
    monkeypatch,
):
    monkeypatch.setenv("HTTPS_PROXY", "http://user:password@proxy.invalid:1")
    seen: list[object] = []

    class Noting(httpx.Client):
        def __init__(self, **given: object) -> None:
            seen.append((given["proxy"], given["trust_env"]))
            super().__init__()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "Client", Noting)
        WeChatClient.open(APPID, SECRET, BASE, proxy="http://127.0.0.1:9").close()
        WeChatClient.open(APPID, SECRET, "http://127.0.0.1:8", proxy="http://127.0.0.1:9").close()
        WeChatClient.open(APPID, SECRET, BASE).close()
    assert [("http://127.0.0.1:9", False), (None, False), (None, False)] == seen
