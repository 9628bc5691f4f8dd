"""Tokens, the whitelist, verbs and bodies: what WeChat checks before it reads a request."""

import re
from typing import Any

import pytest
from sandbox_caller import APPID, SECRET, Caller

ASK = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}


def test_force_refresh_kills_the_token_and_is_noted(caller: Caller) -> None:
    caller.fresh_token()
    caller.record("POST", "stable_token", {**ASK, "force_refresh": True})
    assert caller.record("GET", "draft/count")["errcode"] == 40001
    assert caller.violations() == ["force_refresh"]


@pytest.mark.parametrize(
    ("verb", "path", "body"), [("POST", "stable_token", ASK), ("GET", "draft/count", None)]
)
def test_an_address_outside_the_whitelist_is_named(
    caller: Caller, verb: str, path: str, body: Any
) -> None:
    caller.fresh_token()
    caller.account(whitelist=["10.0.0.1"])
    caller.address = "203.0.113.9"
    answer = caller.record(verb, path, body)
    assert answer["errcode"] == 40164
    text = r"invalid ip 203\.0\.113\.9 ipv6 ::ffff:203\.0\.113\.9, not in whitelist rid: [0-9a-f]+-[0-9a-f]+-[0-9a-f]+"
    assert re.fullmatch(text, answer["errmsg"])


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff\xfe{}", b"title=x"])
def test_a_body_that_is_no_json_object_is_47001(caller: Caller, body: bytes) -> None:
    assert caller.post("draft/add", body)["errcode"] == 47001
