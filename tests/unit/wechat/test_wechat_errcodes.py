"""What a person reads about an errcode."""

import pytest
from building import IN_TIME
from wechat_script import ARTICLE, SEND, scripted

from massctl.errors import AuthError, PermanentError, QuotaError, TransportError, WeChatError
from massctl.model.phrase import Phrase
from massctl.model.send import Rejected
from massctl.wechat.errcode import ADD_DRAFT, PREVIEW, SEND_ALL, STABLE_TOKEN, judge
from massctl.wechat.errcodes_access import ACCESS
from massctl.wechat.errcodes_message import MESSAGE
from massctl.wechat.patience import TRIES_MAX
from massctl.wechat.ruling import Kind

DRAFT_GET = "/cgi-bin/draft/get"


def failing(errcode: int, errmsg: str = "no rid: 6a-7b-8c") -> WeChatError:
    client, _ = scripted(*[{"errcode": errcode, "errmsg": errmsg}] * TRIES_MAX)
    with pytest.raises(WeChatError) as caught:
        client.add_draft([ARTICLE])
    return caught.value


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        (40001, AuthError), (40013, AuthError), (40125, AuthError), (40164, AuthError), (40243, AuthError),
        (48001, AuthError), (50002, AuthError), (89503, AuthError), (89504, AuthError), (88000, AuthError),
        (45009, QuotaError), (45011, QuotaError), (45028, QuotaError), (45074, QuotaError),
        (40007, PermanentError), (45003, PermanentError), (45166, PermanentError), (53404, PermanentError),
        (77777, PermanentError),
        (9500001, TransportError), (45066, TransportError),
    ],
)  # fmt: skip
def test_the_class_says_what_happened_to_the_world(errcode, expected):
    assert expected is type(failing(errcode))


def test_the_error_tells_the_call_the_code_and_wechats_own_words():
    error = failing(45003, "title size out of limit rid: 6a-7b-8c")
    assert "/cgi-bin/draft/add answered errcode 45003: title size out of limit" == error.detail
    assert (45003, "6a-7b-8c") == (error.errcode, error.rid)


@pytest.mark.parametrize(
    ("errmsg", "rid"),
    [
        ("invalid media_id rid: 66f0a1b2-1c2d3e4f-5a6b7c8d", "66f0a1b2-1c2d3e4f-5a6b7c8d"),
        ("invalid media_id, rid:66f0-1c2d", "66f0-1c2d"),
        ("invalid media_id hint: [p2nXqa0441e293]", "p2nXqa0441e293"),
        ("invalid media_id", None),
        ("rid: " + "a" * 80, "a" * 64),
        ("rid: " + "a" * 1000, None),  # It looks like a token.
    ],
)
def test_the_rid_is_found_in_both_its_forms(errmsg, rid):
    assert rid == failing(40007, errmsg).rid


@pytest.mark.parametrize(
    ("errmsg", "address"),
    [
        ("invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 6a-7b-8c", "203.0.113.9"),
        ("invalid ip 203.0.113.9, not in whitelist hint: [abc]", "203.0.113.9"),
        ("invalid ip ::ffff:203.0.113.9, not in whitelist", "203.0.113.9"),
        ("invalid ip 2001:db8::9, not in whitelist", "2001:db8::9"),
    ],
)
def test_40164_shows_the_address_to_copy_and_where_to_click(errmsg, address):
    error = failing(40164, errmsg)
    assert f"Add {address} to the whitelist" in error.hint
    assert address in error.summary
    assert "IP白名单" in error.hint
    assert "proxy_env" in error.hint


@pytest.mark.parametrize("errmsg", ["not in whitelist", "invalid ip 999.1.1.1", "invalid ip ......"])
def test_40164_without_a_readable_address_still_says_where_to_click(errmsg):
    error = failing(40164, errmsg)
    assert "IP白名单" in error.hint


@pytest.mark.parametrize(
    ("errcode", "word"),
    [
        (45028, "shared with sends from the website"), (48001, "verified"), (89503, "administrator"),
        (89506, "24 hours"), (89507, "an hour"), (40125, "secret_env"), (40243, "Unfreeze"), (45004, "120"),
        (45003, "32"), (45110, "16"), (45002, "content_limit"), (43004, "preview:"), (40132, "微信号"),
        (45009, "midnight"), (45011, "Wait"), (40013, "appid"), (48003, "agreement"), (40005, "JPEG"), (40009, "1 MB"),
        (40137, "JPEG"), (88000, "need_open_comment"), (53404, "product"), (50002, "notices"), (45067, "report"),
        (45066, "minute"),
        (40152, "tag_id"), (48021, "by hand"), (45086, "关联小程序"),
    ],
)  # fmt: skip
def test_the_advice_is_what_a_person_needs(errcode, word):
    assert word in judge(DRAFT_GET, errcode, "").advice


def test_an_endpoint_may_mean_something_else_by_a_code():
    assert "AppSecret" in judge(STABLE_TOKEN, 40001, "").meaning
    assert "previews" in judge(PREVIEW, 45009, "").meaning
    assert "mass calls" in judge(SEND_ALL, 45009, "").meaning
    assert "picture" in judge(ADD_DRAFT, 40007, "").meaning
    assert Kind.DOUBT is judge(SEND_ALL, 89504, "").kind


def test_an_unknown_code_is_a_doubt_only_where_something_may_have_been_sent():
    kinds = [judge(path, 77777, "").kind for path in (SEND_ALL, PREVIEW, DRAFT_GET)]
    assert [Kind.DOUBT, Kind.DOUBT, Kind.PERMANENT] == kinds


def test_the_tables_do_not_overlap():
    assert not ACCESS.keys() & MESSAGE.keys()


def test_only_the_four_codes_of_a_refused_token_say_so():
    dead = {code for code, ruling in {**ACCESS, **MESSAGE}.items() if ruling.token_dead}
    assert {40001, 40014, 42001, 48012} == dead


@pytest.mark.parametrize("code", sorted({**ACCESS, **MESSAGE}))
def test_every_line_can_be_said_in_another_language(code):
    ruling = {**ACCESS, **MESSAGE}[code]
    assert isinstance(ruling.meaning, Phrase)
    assert isinstance(ruling.advice, Phrase)
    assert not ruling.meaning.endswith(".")
    assert ruling.advice.endswith((".", "?"))


def test_a_long_foreign_text_is_cut_and_made_one_printable_line():
    error = failing(45003, "title \x1b[31m\n\u202e" + "长" * 5000)
    assert 256 >= error.detail.count("长") > 200
    assert not {"\x1b", "\n", "\u202e"} & set(error.detail)


def test_a_refusal_without_words_is_told_by_its_code():
    client, _ = scripted({"errcode": 45028})
    verdict = client.send_mass(SEND, IN_TIME)
    assert isinstance(verdict, Rejected)
    assert "no mass send is left in this period (errcode 45028)" == verdict.message


def test_braces_in_a_foreign_text_are_not_templates():
    assert "{0} {secret}" in failing(45003, "{0} {secret}").detail
