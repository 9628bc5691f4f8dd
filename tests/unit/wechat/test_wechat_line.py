"""What is said about a line that does not work: a clause of ours, told by the cause and not by the library's text."""

import ssl

import httpx
import pytest
from building import IN_TIME
from wechat_script import APPID, ARTICLE, BASE, SECRET, SEND, UPLOAD, scripted

from massctl.errors import ConfigurationError, TransportError
from massctl.model.send import InDoubt
from massctl.wechat.client import WeChatClient


def caused_by(cause: Exception) -> Exception:
    """An exception as httpx raises it: two levels above what went wrong."""
    middle, outer = RuntimeError("middle"), httpx.ConnectError("outer")
    middle.__cause__, outer.__cause__ = cause, middle
    return outer


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (httpx.ProxyError("502"), "the proxy refused the connection"),
        (httpx.ReadTimeout("slow"), "no answer within 30 s"),
        (httpx.DecodingError("gzip"), "an answer that cannot be unpacked"),
        (httpx.ReadError("reset"), "the connection was cut before the answer was complete"),
        (ConnectionResetError(), "the connection was cut before the answer was complete"),
        ((502, b""), "HTTP status 502"),
        (b"<html>", "an answer that is not a JSON object, or only a part of one"),
        ({"errcode": 0}, "an answer without the member that makes it a success"),
        ({"errcode": "x"}, "an answer whose errcode is not a number"),
    ],
)
def test_a_doubt_names_its_cause(trouble, reason):
    client, _ = scripted(trouble)
    assert InDoubt(reason) == client.send_mass(SEND, IN_TIME)


def test_an_upload_is_given_more_time():
    client, _ = scripted(*[httpx.ReadTimeout("slow")] * 4)
    with pytest.raises(TransportError) as caught:
        client.upload_image(UPLOAD)
    assert "/cgi-bin/media/uploadimg: no answer within 60 s." == caught.value.detail


@pytest.mark.parametrize(
    ("trouble", "word"),
    [
        (httpx.ConnectError("refused"), "api_base"),
        (httpx.ProxyError("407"), "proxy_env"),
        (caused_by(ssl.SSLCertVerificationError(1, "bad")), "TLS"),
    ],
)
def test_the_advice_fits_the_cause(trouble, word):
    client, _ = scripted(trouble)
    with pytest.raises(TransportError) as caught:
        client.add_draft([ARTICLE])
    assert word in caught.value.hint


def test_a_socks_proxy_without_its_package_says_what_to_install(monkeypatch):
    def without_package(**_: object) -> httpx.Client:
        raise ImportError("socksio")

    monkeypatch.setattr(httpx, "Client", without_package)
    with pytest.raises(ConfigurationError) as caught:
        WeChatClient.open(APPID, SECRET, BASE, proxy="socks5://127.0.0.1:1")
    assert "massctl[socks]" in caught.value.hint


def test_a_proxy_is_used_for_wechat_and_not_for_loopback():
    seen: list[object] = []

    class Noting(httpx.Client):
        def __init__(self, **given: object) -> None:
            seen.append(given["proxy"])
            super().__init__()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "Client", Noting)
        WeChatClient.open(APPID, SECRET, BASE, proxy="http://127.0.0.1:9").close()
        WeChatClient.open(APPID, SECRET, "http://127.0.0.1:8", proxy="http://127.0.0.1:9").close()
    assert ["http://127.0.0.1:9", None] == seen
