"""Tokens, the whitelist, verbs and bodies: what WeChat checks before it reads a request."""

import re

import pytest
from sandbox_caller import APPID, SECRET, Caller

ASK = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}


def test_a_stable_token_is_the_same_while_it_lives(caller: Caller) -> None:
    first = caller.record("POST", "stable_token", ASK)
    caller.later(hours=1)
    second = caller.record("POST", "stable_token", ASK)
    assert (first["access_token"], 7200, 3600) == (second["access_token"], first["expires_in"], second["expires_in"])


def test_a_new_stable_token_comes_five_minutes_before_the_end_and_both_live(caller: Caller) -> None:
    old = caller.fresh_token()
    caller.later(seconds=6950)
    assert old != caller.fresh_token()
    caller.token = old
    assert "total_count" in caller.record("GET", "draft/count")


def test_token_kills_the_token_that_it_issued_before(caller: Caller) -> None:
    caller.token = caller.record("GET", "token", **ASK)["access_token"]
    caller.record("GET", "token", **ASK)
    assert caller.record("GET", "draft/count")["errcode"] == 40001


def test_token_and_stable_token_are_apart(caller: Caller) -> None:
    caller.fresh_token()
    caller.record("GET", "token", **ASK)
    assert caller.record("GET", "draft/count") == {"total_count": 0}


def test_force_refresh_kills_the_token_and_is_noted(caller: Caller) -> None:
    caller.fresh_token()
    caller.record("POST", "stable_token", {**ASK, "force_refresh": True})
    assert caller.record("GET", "draft/count")["errcode"] == 40001
    assert caller.violations() == ["force_refresh"]


def test_two_forced_refreshes_within_30_seconds_are_refused(caller: Caller) -> None:
    forced = {**ASK, "force_refresh": True}
    caller.record("POST", "stable_token", forced)
    caller.later(seconds=29)
    assert caller.record("POST", "stable_token", forced)["errcode"] == 45011


def test_the_21st_forced_refresh_of_a_day_is_refused(caller: Caller) -> None:
    forced = {**ASK, "force_refresh": True}
    codes = []
    for _ in range(21):
        caller.later(seconds=31)
        codes.append(caller.record("POST", "stable_token", forced).get("errcode"))
    assert codes == [None] * 20 + [45009]


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"grant_type": "x"}, 40002),
        ({"appid": "wx-unknown"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
    ],
)
def test_wrong_credentials_are_refused(caller: Caller, changed: dict[str, str], errcode: int) -> None:
    assert caller.record("POST", "stable_token", {**ASK, **changed})["errcode"] == errcode


def test_an_address_outside_the_whitelist_is_named(caller: Caller) -> None:
    caller.account(whitelist=["10.0.0.1"])
    caller.address = "203.0.113.9"
    answer = caller.record("POST", "stable_token", ASK)
    assert answer["errcode"] == 40164
    text = r"invalid ip 203\.0\.113\.9 ipv6 ::ffff:203\.0\.113\.9, not in whitelist rid: [0-9a-f]+-[0-9a-f]+-[0-9a-f]+"
    assert re.fullmatch(text, answer["errmsg"])


def test_no_token_is_41001(caller: Caller) -> None:
    assert caller.record("GET", "draft/count")["errcode"] == 41001


def test_an_invented_token_is_40014(caller: Caller) -> None:
    caller.token = "invented"
    assert caller.record("GET", "draft/count")["errcode"] == 40014


def test_a_token_expires_after_7200_seconds(caller: Caller) -> None:
    caller.fresh_token()
    caller.later(seconds=7199)
    assert "errcode" not in caller.record("GET", "draft/count")
    caller.later(seconds=1)
    assert caller.record("GET", "draft/count")["errcode"] == 42001


def test_a_get_call_refuses_post(caller: Caller) -> None:
    assert caller.post("tags/get", {})["errcode"] == 43001


def test_a_post_call_refuses_get(caller: Caller) -> None:
    assert caller.get("draft/add")["errcode"] == 43002


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff\xfe{}", b"title=x"])
def test_a_body_that_is_no_json_object_is_47001(caller: Caller, body: bytes) -> None:
    assert caller.post("draft/add", body)["errcode"] == 47001


def test_an_empty_body_is_44002(caller: Caller) -> None:
    assert caller.post("draft/add", b"")["errcode"] == 44002


def test_an_unknown_path_is_refused_with_404(caller: Caller) -> None:
    reply = caller.reply("GET", "no/such/call")
    assert (reply.status_code, reply.get_json(force=True)["errcode"]) == (404, 40066)
