"""The table of errcodes, and what the judge makes of it."""

import tomllib
from collections import Counter
from importlib.resources import files
from string import Formatter

import pytest
from wechat_script import ARTICLE, Scripted, scripted

from massctl.errors import AuthError, PermanentError, QuotaError, TransportError, WeChatError
from massctl.model.ids import MsgDataId, MsgId
from massctl.model.send import HOLD_CODES
from massctl.model.statistics import StatisticsCall
from massctl.plan.quota import TOO_FAST
from massctl.wechat import wire
from massctl.wechat.errcodes import (
    REACHES_PEOPLE,
    Again,
    ErrorClass,
    judge,
    judgements_of,
    known_errcodes,
)
from massctl.wechat.retry import TRIES_MAX
from massctl.wechat.wire import Request

TABLE = tomllib.loads((files("massctl.wechat") / "errcodes.toml").read_text(encoding="utf-8"))
RULES = TABLE["rule"]
PATHS = {each.path for each in vars(wire).values() if isinstance(each, Request)}
SENDS = ("/cgi-bin/message/mass/send", "/cgi-bin/message/mass/sendall")
DOCUMENTED = {
    "stable_token": (-1, 40002, 40013, 40125, 40164, 40243, 41002, 41004, 43002, 45009, 45011, 89503, 89506, 89507),
    "media/uploadimg": (40005, 40009, 40113, 41005),
    "draft/add": (45166, 53404, 53405, 53406, 88000),
    "message/mass/sendall": (
        -1, 40001, 40007, 40008, 40193, 40194, 45009, 45028, 45065, 45066, 45067, 45113, 48001, 48003, 48021, 89504,
        89505, 268488001,
    ),
    "message/mass/send": (40003, 40031, 40032, 40130, 45162, 9500002),
    "message/mass/preview": (40132, 43004, 45009),
    "message/mass/delete": (40059, 40060, 40065, 40204, 9500001),
    "message/mass/speed/set": (45083, 45084, 45085),
    "comment/open": (45009, 88000, 88001, 88002),
    "openapi/quota/get": (76003, 76021, 76022),
}  # fmt: skip
"""Codes on the pages of the calls that massctl makes, and in the contract. Source: WeChat docs, read 2026-10."""


def codes_of(rule: dict[str, object]) -> list[int]:
    return [code for source in TABLE["sources"] for code in rule.get(source, ())]  # type: ignore[attr-defined]


def test_every_rule_has_a_known_class_and_codes_by_their_source() -> None:
    known = {"calls", "class", "again", "message", "hint", "command", "address", *TABLE["sources"]}
    for rule in [*RULES, TABLE["unknown"]]:
        assert set() == set(rule) - known
        assert rule["class"] in {each.value for each in ErrorClass}
        assert rule.get("again", "new_token") in {each.value for each in Again}
        assert codes_of(rule) or rule is TABLE["unknown"]
    assert all("read 20" in said for said in TABLE["sources"].values())


def test_a_code_stands_once_for_a_call() -> None:
    written = Counter(
        (call, code)
        for rule in RULES
        for call in rule.get("calls", [None])
        for code in codes_of(rule)
    )
    assert [] == [each for each, times in written.items() if times > 1]


def test_calls_are_calls_of_the_client() -> None:
    statistics = {f"datacube/{call}" for call in StatisticsCall}
    named = {call for rule in RULES for call in rule.get("calls", ())}
    assert set() == {f"/cgi-bin/{call}" for call in named - statistics} - PATHS
    assert set() == REACHES_PEOPLE - PATHS


def test_a_message_is_a_clause_and_a_hint_is_sentences_with_known_fields() -> None:
    for rule in RULES:
        for words in (rule, rule.get("address", rule)):
            assert not words["message"].endswith(".")
            assert words["hint"].endswith((".", "?", "slowest"))
            fields = {
                name
                for text in (words["message"], words["hint"])
                for _, name, _, _ in Formatter().parse(text)
            }
            assert (
                fields <= {None, "name", "command"}
                if words is rule
                else fields == {None, "address"}
            )
            assert ("command" in fields) == ("command" in words)


def test_every_documented_code_of_a_call_is_in_the_table() -> None:
    unknown = judge("/cgi-bin/x", 77777, "").message
    missing = [(call, code) for call, codes in DOCUMENTED.items() for code in codes
               if judge(f"/cgi-bin/{call}", code, "").message == unknown]  # fmt: skip
    assert [] == missing


def failing(errcode: int, errmsg: str = "no rid: 6a-7b-8c") -> WeChatError:
    client, _ = scripted(*[{"errcode": errcode, "errmsg": errmsg}] * TRIES_MAX)
    with pytest.raises(WeChatError) as caught:
        client.add_draft([ARTICLE])
    return caught.value


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        *(
            (code, AuthError)
            for code in (40001, 40013, 40125, 40164, 40243, 48001, 50002, 89503, 89504, 88000)
        ),
        *((code, QuotaError) for code in (45009, 45011, 45028, 45074)),
        *((code, PermanentError) for code in (40007, 40010, 45003, 45166, 53404, 77777)),
        *((code, TransportError) for code in (-1, 61450, 9500001, 45066)),
    ],
)
def test_the_exception_says_what_happened_to_the_world(errcode: int, expected: type) -> None:
    assert expected is type(failing(errcode))


def test_the_error_tells_the_call_the_code_and_wechats_own_words() -> None:
    error = failing(45003, "title size {0} out of limit rid: 6a-7b-8c")
    assert "/cgi-bin/draft/add answered errcode 45003: title size {0} out of limit" == error.detail
    assert (45003, "6a-7b-8c") == (error.errcode, error.rid)


@pytest.mark.parametrize(
    ("errmsg", "address"),
    [
        (
            "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 6a-7b-8c",
            "203.0.113.9",
        ),
        ("invalid ip 203.0.113.9, not in whitelist hint: [abc]", "203.0.113.9"),
        ("invalid ip ::ffff:203.0.113.9, not in whitelist", "203.0.113.9"),
        ("invalid ip 2001:db8::9, not in whitelist", "2001:db8::9"),
        ("not in whitelist", "the address"),
        ("invalid ip 999.1.1.1", "the address"),
        ("invalid ip ......", "the address"),
    ],
)
def test_40164_shows_the_address_to_copy_and_where_to_click(errmsg: str, address: str) -> None:
    error = failing(40164, errmsg)
    assert f"Add {address} to the whitelist" in error.hint
    assert address in error.summary
    assert "IP白名单" in error.hint
    assert "proxy_env" in error.hint


@pytest.mark.parametrize(
    ("errcode", "word"),
    [
        (45028, "Sends in the console"), (48001, "verified"), (89503, "administrator"),
        (89506, "24 hours"), (89507, "an hour"), (40125, "secret_env"), (40243, "Unfreeze"), (45004, "120"),
        (45003, "32"), (45110, "16"), (45002, "content_limit"), (43004, "preview:"), (40132, "微信号"),
        (45009, "midnight"), (45011, "Wait"), (40013, "appid"), (48003, "agreement"), (40005, "JPEG"), (40009, "1 MB"),
        (40137, "JPEG"), (88000, "need_open_comment"), (53404, "product"), (50002, "notices"), (45067, "report"),
        (45066, "minute"), (40152, "tag_id"), (48021, "massctl adopt NAME"), (45086, "关联小程序"),
    ],
)  # fmt: skip
def test_the_hint_is_what_a_person_needs(errcode: int, word: str) -> None:
    assert word in judge("/cgi-bin/draft/get", errcode, "").hint


@pytest.mark.parametrize(
    ("call", "errcode", "error_class", "word"),
    [
        ("stable_token", 40001, "auth", "AppSecret"),
        ("message/mass/preview", 45009, "quota", "previews"),
        ("message/mass/sendall", 45009, "quota", "mass calls"),
        ("message/mass/delete", 45009, "quota", "10 a day"),
        ("draft/add", 40007, "permanent", "picture"),
        ("draft/get", 40007, "gone", "draft"),
        ("message/mass/send", 40007, "permanent", "media_id"),
        ("message/mass/send", 40031, "permanent", "openid"),
        ("message/mass/sendall", 45065, "accepted", "before"),
        ("draft/get", 45065, "permanent", "does not know"),
    ],
)
def test_a_call_may_mean_something_of_its_own(
    call: str, errcode: int, error_class: str, word: str
) -> None:
    judgement = judge(f"/cgi-bin/{call}", errcode, "")
    assert (ErrorClass(error_class), True) == (judgement.error_class, word in judgement.message)


def test_an_unknown_code_is_a_doubt_only_where_it_may_have_reached_somebody() -> None:
    doubts = {path for path in PATHS if judge(path, 77777, "").leaves_doubt}
    assert {*SENDS, "/cgi-bin/message/mass/preview"} == doubts


def test_what_other_rooms_do_about_a_code_agrees_with_the_table() -> None:
    assert {Again.NEXT_MINUTE} == {judge(path, TOO_FAST, "").again for path in PATHS}
    assert {ErrorClass.DOUBT} == {
        judge(path, code, "").error_class for path in SENDS for code in HOLD_CODES
    }
    dead = {code for code in known_errcodes() if judge(SENDS[0], code, "").again is Again.NEW_TOKEN}
    assert {40001, 40014, 42001, 48012} == dead


def test_a_code_means_first_what_it_means_at_large() -> None:
    paths = [
        path
        for path, _ in judgements_of(45009)
        if path is None or not path.startswith("/datacube/")
    ]
    assert [None, "/cgi-bin/message/mass/delete", "/cgi-bin/message/mass/preview", *SENDS] == paths
    assert [*SENDS] == [path for path, _ in judgements_of(45065)]


@pytest.mark.parametrize(
    ("call", "answer", "expected", "word"),
    [
        (
            lambda client: client.withdraw(MsgId(1), 1),
            40059,
            PermanentError,
            "does not know this mass job",
        ),
        (
            lambda client: client.withdraw(MsgId(1), 1),
            40060,
            PermanentError,
            "no article of this number",
        ),
        (lambda client: client.withdraw(MsgId(1), 1), 40065, PermanentError, "present state"),
        (lambda client: client.withdraw(MsgId(1), 1), 40204, PermanentError, "rumour"),
        (lambda client: client.withdraw(MsgId(1), 1), 48001, AuthError, "no right"),
        (
            lambda client: client.withdraw(MsgId(1), 1),
            89504,
            AuthError,
            "waits for the administrator",
        ),
        (
            lambda client: client.withdraw(MsgId(1), 1),
            9500001,
            TransportError,
            "without an explanation",
        ),
        (lambda client: client.set_speed(9), 45083, PermanentError, "0 to 4"),
        (
            lambda client: client.open_comments(MsgDataId(1), 1),
            88000,
            AuthError,
            "no comment right",
        ),
        (
            lambda client: client.close_comments(MsgDataId(1), 1),
            88001,
            PermanentError,
            "does not know this article",
        ),
        (
            lambda client: client.close_comments(MsgDataId(1), 1),
            88011,
            PermanentError,
            "restricted",
        ),
        (lambda client: client.call_quota("/x"), 76022, AuthError, "no right"),
    ],
)
def test_every_call_goes_through_the_judge(
    call, answer: Scripted, expected: type[WeChatError], word: str
) -> None:
    client, script = scripted({"errcode": answer, "errmsg": "no rid: 6a-7b"})
    with pytest.raises(expected) as caught:
        call(client)
    assert (answer, "6a-7b", 1) == (caught.value.errcode, caught.value.rid, len(script.seen))
    assert word in caught.value.summary
    assert "campaign.yaml" not in caught.value.hint
