"""Which addresses may receive the secret, and which are this machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.settings import API_BASE, WECHAT_HOSTS, check_api_base, realm_of

LOOPBACK = [
    "http://localhost", "http://localhost:8080", "http://127.0.0.1:1/", "http://127.9.8.7", "https://127.0.0.1:443",
    "http://[::1]:80", "HTTP://LOCALHOST:80",
]  # fmt: skip
NOT_LOOPBACK = [
    "http://localhost.example.com", "http://127.0.0.1.example.com", "http://127.1", "http://0127.0.0.1",
    "http://0.0.0.0", "http://[::2]", "http://[::ffff:127.0.0.1]", "http://localhost@example.com",
    "http://127.0.0.1:80@example.com", "http://localhost/../x", "http://localhost\\@example.com", "localhost",
    "http://localhost.", "http://128.0.0.1", "http:///localhost",
]  # fmt: skip
MALFORMED = [
    "", "api.weixin.qq.com", "ftp://api.weixin.qq.com", "https://api.weixin.qq.com/cgi-bin", "https://api.weixin.qq.com?",
    "https://api.weixin.qq.com#", "https://user@api.weixin.qq.com", "https://api.weixin.qq.com:0",
    "https://api.weixin.qq.com:65536", "https://api.weixin.qq.com:", "https://api.weixin.qq.com\n",
    " https://api.weixin.qq.com", "https://api.weixin.qq.com\\.evil.example", "https://api%2eweixin.qq.com",
]  # fmt: skip


@pytest.mark.parametrize("api_base", LOOPBACK)
def test_this_machine_is_loopback_and_allowed_without_tls(api_base):
    assert ("loopback", None) == (realm_of(api_base), check_api_base(api_base, []))


@pytest.mark.parametrize("api_base", NOT_LOOPBACK)
def test_what_only_looks_like_this_machine_is_not(api_base):
    assert "wechat" == realm_of(api_base)
    assert check_api_base(api_base, []) is not None


@pytest.mark.parametrize("host", sorted(WECHAT_HOSTS))
def test_wechats_own_hosts_are_allowed(host):
    assert ("wechat", None) == (realm_of(f"https://{host}"), check_api_base(f"https://{host}", []))


def test_the_default_is_allowed():
    assert check_api_base(API_BASE, []) is None


@pytest.mark.parametrize("api_base", MALFORMED)
def test_an_address_with_anything_but_host_and_port_is_refused(api_base):
    refusal = check_api_base(api_base, ["api.weixin.qq.com"])
    assert refusal is not None
    assert refusal.startswith("the API's address must")


def test_http_is_refused_even_for_a_named_host():
    refusal = check_api_base("http://relay.example.com", ["relay.example.com"])
    assert refusal is not None
    assert "https" in refusal


def test_another_host_must_be_named():
    refusal = check_api_base("https://relay.example.com", ["other.example.com"])
    assert refusal is not None
    assert "relay.example.com" in refusal


@pytest.mark.parametrize("entry", ["relay.example.com", "RELAY.example.com", "relay.example.com:8443"])
def test_a_named_host_is_allowed_with_or_without_its_port(entry):
    assert check_api_base("https://Relay.example.com:8443", [entry]) is None


def test_a_named_port_is_that_port():
    assert check_api_base("https://relay.example.com:9443", ["relay.example.com:8443"]) is not None


@pytest.mark.parametrize("lookalike", ["api.weixin.qq.com.evil.example", "evil-api.weixin.qq.com", "api.weixin.qq.co"])
def test_a_lookalike_is_refused(lookalike):
    assert check_api_base(f"https://{lookalike}", []) is not None


@given(st.text())
def test_any_text_is_judged_without_an_exception(text):
    assert realm_of(text) in ("wechat", "loopback")
    assert realm_of(text) == "wechat" or check_api_base(text, []) is None or ":" in text
