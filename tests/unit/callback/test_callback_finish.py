"""MASSSENDJOBFINISH in every form that WeChat is known to give it, and in some that it never should."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from callback_samples import AS_JSON, MSG_ID, event, item, originality, urls

from massctl.callback.finish import read_finish
from massctl.callback.tree import DEPTH_MAX, EVENT_BYTES_MAX
from massctl.model.diagnostics import Fault
from massctl.model.entries import CopyrightCheck, CopyrightResult, JobFinish, JobStatus

FIRST, SECOND = (
    "http://mp.weixin.qq.com/s?__biz=A&amp;mid=1",
    "http://mp.weixin.qq.com/s?__biz=A&mid=2",
)


def end(data: bytes) -> JobFinish:
    found = read_finish(data)
    assert isinstance(found, JobFinish), found
    return found


def finish(data: bytes) -> JobStatus:
    return end(data).said


def fault(data: bytes) -> Fault:
    found = read_finish(data)
    assert isinstance(found, Fault), found
    return found


def test_a_success_with_two_articles() -> None:
    whole = end(
        event(originality(item(ArticleIdx=1), item(ArticleIdx=2)), urls("http://a/1", "http://a/2"))
    )
    found = whole.said
    assert (MSG_ID, "sent", None) == (found.msg_id, found.status, found.reason)
    assert (100, 80, 75, 5) == (
        found.total_count,
        found.filter_count,
        found.sent_count,
        found.error_count,
    )
    assert ["http://a/1", "http://a/2"] == found.article_urls
    assert ("gh_7f083739789a", datetime(2026, 12, 1, 4, 0, tzinfo=UTC)) == (
        found.original_id,
        whole.created_at,
    )


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("send success", "sent", None),
        (" send  success\n", "sent", None),
        ("SEND_SUCCESS", "sent", None),
        ("send fail", "failed", "send fail"),
        ("err(10001)", "failed", "err(10001)"),
        ("err (30003)", "failed", "err(30003)"),
        ("ERR(20431)", "failed", "err(20431)"),
        ("err(99999)", "failed", "err(99999)"),
    ],
)
def test_status_is_read_leniently(word: str, status: str, reason: str | None) -> None:
    found = finish(event(Status=f"<![CDATA[{word}]]>"))
    assert (status, reason) == (found.status, found.reason)


def test_originality_is_read_item_by_item() -> None:
    reprint = item(
        ArticleIdx=2,
        UserDeclareState=0,
        AuditState=2,
        OriginalArticleUrl="<![CDATA[http://mp.weixin.qq.com/s/x]]>",
        OriginalArticleType=1,
        CanReprint=1,
        NeedReplaceContent=1,
        NeedShowReprintSource=1,
    )
    result = CopyrightResult(
        article_idx=2,
        user_declare_state=0,
        audit_state=2,
        original_article_url="http://mp.weixin.qq.com/s/x",
        original_article_type=1,
        can_reprint=1,
        need_replace_content=1,
        need_show_reprint_source=1,
    )
    found = finish(event(originality(reprint, state=2), Status="err(30003)"))
    assert CopyrightCheck(check_state=2, results=(result,)) == found.copyright_check


@pytest.mark.parametrize(
    "blocks",
    [
        (),
        (
            "<CopyrightCheckResult>\n</CopyrightCheckResult>",
            "<ArticleUrlResult>\n</ArticleUrlResult>",
        ),
        ("<ArticleUrlResult><Count>0</Count><ResultList>\n \n</ResultList></ArticleUrlResult>",),
        ("<ArticleUrlResult><Count>0</Count><ResultList/></ArticleUrlResult>",),
        ("<ArticleUrlResult><Count>0</Count></ArticleUrlResult>",),
        ("<ArticleUrlResult/>",),
        (urls("ftp://elsewhere/1", "http://a b", "javascript:alert(1)", "http://" + "a" * 3000),),
    ],
)
def test_blocks_that_are_missing_blank_or_useless_are_not_known(blocks: tuple[str, ...]) -> None:
    found = finish(event(*blocks))
    assert (None, None) == (found.article_urls, found.copyright_check)


def test_addresses_are_ordered_by_their_articles() -> None:
    listed = item(ArticleIdx=2, ArticleUrl=SECOND.replace("&", "&amp;")) + item(
        ArticleIdx=1, ArticleUrl=FIRST
    )
    found = finish(event(f"<ArticleUrlResult><ResultList>{listed}</ResultList></ArticleUrlResult>"))
    assert ["http://mp.weixin.qq.com/s?__biz=A&mid=1", SECOND] == found.article_urls


def test_counts_may_be_missing_zero_or_no_numbers() -> None:
    found = finish(event(TotalCount=None, FilterCount=0, SentCount="many", ErrorCount=-1))
    assert (None, 0, None, None) == (
        found.total_count,
        found.filter_count,
        found.sent_count,
        found.error_count,
    )


def test_ids_have_64_bits() -> None:
    assert 2**63 - 1 == finish(event(MsgID=2**63 - 1)).msg_id
    assert "MC503" == fault(event(MsgID=2**63)).code


def test_the_openid_of_the_sender_is_nowhere() -> None:
    assert "oR5Gjjl" not in repr(end(event()))


@pytest.mark.parametrize(
    "document",
    [
        AS_JSON,
        {"xml": AS_JSON},
        {**AS_JSON, "MsgID": str(MSG_ID)},
        {
            **AS_JSON,
            "ArticleUrlResult": {"ResultList": {"item": AS_JSON["ArticleUrlResult"]["ResultList"]}},
        },
        {
            **AS_JSON,
            "ArticleUrlResult": {
                "ResultList": {"item": AS_JSON["ArticleUrlResult"]["ResultList"][0]}
            },
        },
        {
            **AS_JSON,
            "ArticleUrlResult": {"ResultList": AS_JSON["ArticleUrlResult"]["ResultList"][0]},
        },
    ],
)
def test_json_says_the_same(document: dict[str, Any]) -> None:
    found = finish(json.dumps(document).encode())
    assert (MSG_ID, "sent", 75) == (found.msg_id, found.status, found.sent_count)
    assert ["http://mp.weixin.qq.com/s/a"] == found.article_urls


def test_json_may_leave_members_null_or_of_another_kind() -> None:
    odd = {
        **AS_JSON,
        "TotalCount": None,
        "SentCount": 1.5,
        "ArticleUrlResult": "",
        "CopyrightCheckResult": [[], 3],
    }
    found = finish(json.dumps(odd).encode())
    assert (None, None, None, None) == (
        found.total_count, found.sent_count, found.article_urls, found.copyright_check
    )  # fmt: skip


def test_a_byte_order_mark_and_blank_lines_before_it_are_passed_over() -> None:
    assert MSG_ID == finish(b"\xef\xbb\xbf\n\n" + event()).msg_id


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"", "MC501", (1, 1)),
        (b"MsgID=1", "MC501", (1, 1)),
        (b"<xml><MsgID>1</MsgID>", "MC501", (1, 22)),
        (b"\n\n<xml><MsgID>1</MsgId></xml>", "MC501", (3, 16)),
        (b'<?xml version="1.0" encoding="klingon"?><xml/>', "MC501", (1, 1)),
        (b'{"MsgID": }', "MC501", (1, 11)),
        (b'{"MsgID": "\xff"}', "MC501", (None, None)),
        (b"<xml/>", "MC502", (None, None)),
        (b"<xml>words</xml>", "MC502", (None, None)),
        (b"{}", "MC502", (None, None)),
    ],
)  # fmt: skip
def test_what_is_no_event_is_one_fault_with_its_place(
    data: bytes, code: str, place: tuple[int, int]
) -> None:
    found = fault(data)
    assert (code, place) == (found.code, (found.line, found.column))


def test_another_event_is_none_of_ours() -> None:
    assert "MC502" == fault(event(Event="subscribe")).code


def test_an_encrypted_event_says_so() -> None:
    found = fault(b"<xml><ToUserName>gh_1</ToUserName><Encrypt>abc</Encrypt></xml>")
    assert ("MC502", "it is encrypted, so massctl cannot read it") == (found.code, found.message)


def test_a_compatible_event_has_both_and_is_read() -> None:
    assert MSG_ID == finish(event("<Encrypt>abc</Encrypt>")).msg_id


@pytest.mark.parametrize(
    "members",
    [{"MsgID": None}, {"MsgID": "x"}, {"MsgID": 0}, {"Status": None}, {"Status": "later"}],
)
def test_without_a_job_and_a_known_status_there_is_nothing_to_record(
    members: dict[str, Any],
) -> None:
    assert "MC503" == fault(event(**members)).code


def test_two_ids_are_none() -> None:
    assert "it names two jobs" == fault(event("<MsgID>7</MsgID>")).message
    assert MSG_ID == finish(event(f"<MsgID>{MSG_ID}</MsgID>")).msg_id


def test_an_unknown_status_is_shown_short_and_printable() -> None:
    found = fault(event(Status="é" * 10 + "x" * 100))
    assert "WeChat does not document its Status " + "?" * 10 + "x" * 14 == found.message


DOCTYPES = [
    b'<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Event>&b;</Event></xml>',
    b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>',
    b'<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]><xml/>',
    b"<!DOCTYPE xml><xml/>",
]


@pytest.mark.parametrize("data", DOCTYPES)
def test_a_document_type_is_refused_before_it_means_anything(data: bytes) -> None:
    found = fault(data)
    assert ("MC501", "it declares a document type, which WeChat's events never do", 1) == (
        found.code, found.message, found.line
    )  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 100 + b"</a>" * 100,
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b'{"a":' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"a":' + b"[" * 100_000,
    ],
)
def test_depth_is_bounded(data: bytes) -> None:
    assert f"it is nested more than {DEPTH_MAX} levels deep" == fault(data).message


def test_size_is_bounded() -> None:
    assert "MC501" == fault(b"<xml>" + b" " * EVENT_BYTES_MAX).code
