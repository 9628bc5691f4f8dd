"""After the send: the administrator, ends on order, events on the world's clock, comments."""

import json
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from sandbox_caller import APPID, Caller

from massctl.sandbox.store import Record

SENDALL = "message/mass/sendall"


def events(caller: Caller) -> list[Record]:
    return list(caller.report()["events"])


def send(caller: Caller, number: int = 1, **members: Any) -> Record:
    return caller.post(SENDALL, caller.job(caller.draft(**members), number))


def job(caller: Caller, msg_id: int) -> Record:
    return next(row for row in caller.report()["jobs"] if row["msg_id"] == msg_id)


def test_an_event_comes_when_the_job_has_ended_and_not_before(caller: Caller) -> None:
    msg_id = send(caller)["msg_id"]
    caller.later(seconds=179)
    assert [] == events(caller)
    caller.later(seconds=1)
    (event,) = events(caller)
    assert (msg_id, "send success") == (event["msg_id"], event["status"])
    assert caller.now == datetime.fromisoformat(event["at"])
    caller.later(days=3)
    assert [event] == events(caller)


def test_both_forms_of_an_event_say_the_same(caller: Caller) -> None:
    send(caller)
    caller.later(minutes=4)
    (event,) = events(caller)
    root = ElementTree.fromstring(event["xml"])
    flat = {child.tag: child.text for child in root if not len(child)}
    assert {
        name: str(value) for name, value in event["json"].items() if not isinstance(value, dict)
    } == flat
    (url,) = [item["ArticleUrl"] for item in event["json"]["ArticleUrlResult"]["ResultList"]]
    assert url == root.findtext("ArticleUrlResult/ResultList/item/ArticleUrl")
    assert (1000, 1000) == (event["json"]["TotalCount"], event["json"]["SentCount"])


def test_a_texts_blocks_hold_only_white_space(caller: Caller) -> None:
    caller.tag()
    caller.post(SENDALL, caller.text())
    caller.later(minutes=4)
    root = ElementTree.fromstring(events(caller)[0]["xml"])
    assert ["", ""] == [(root.findtext(f"{name}/ResultList") or "").strip() for name in (
        "CopyrightCheckResult", "ArticleUrlResult"
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "check_state"),
    [("err(30003)", 2), ("err(30002)", 3), ("err(20431)", 1), ("send fail", 1)],
)
def test_a_job_ends_as_it_was_ordered_to_and_the_next_one_as_ever(
    caller: Caller, status: str, check_state: int
) -> None:
    assert {"http": 200, "status": status} == caller.order("ending", appid=APPID, status=status)
    msg_id = send(caller)["msg_id"]
    caller.later(minutes=4)
    (event,) = events(caller)
    assert (status, 0, check_state) == (
        event["status"], event["json"]["SentCount"], event["json"]["CopyrightCheckResult"]["CheckState"]
    )  # fmt: skip
    assert "SEND_FAIL" == caller.post("message/mass/get", {"msg_id": str(msg_id)})["msg_status"]
    send(caller, 2)
    caller.later(minutes=4)
    assert "send success" == events(caller)[1]["status"]


@pytest.mark.parametrize("status", ["err(x)", "success", 5, None])
def test_a_wrong_ending_is_refused(caller: Caller, status: object) -> None:
    assert "error" in caller.order("ending", appid=APPID, status=status)


@pytest.mark.parametrize(
    ("confirm", "status", "minutes"), [(True, "send success", 13), (False, "err(40001)", 10)]
)
def test_a_held_send_ends_by_the_administrators_word(
    caller: Caller, confirm: bool, status: str, minutes: int
) -> None:
    caller.account(protection=True)
    began = caller.now
    assert 89504 == send(caller)["errcode"]
    caller.later(minutes=10)
    caller.order("admin", appid=APPID, confirm=confirm)
    caller.later(hours=1)
    (event,) = events(caller)
    ended = (datetime.fromisoformat(event["at"]) - began).total_seconds()
    assert (status, minutes * 60) == (event["status"], ended)


def test_a_held_send_that_nobody_answers_ends_after_30_minutes(caller: Caller) -> None:
    caller.account(protection=True)
    send(caller)
    caller.later(minutes=29)
    assert [] == events(caller)
    caller.later(minutes=1)
    assert ["err(40002)"] == [event["status"] for event in events(caller)]


def test_a_repetition_while_it_is_held_is_89504_and_afterwards_45065(caller: Caller) -> None:
    caller.account(protection=True)
    body = caller.job(caller.draft())
    codes = [caller.post(SENDALL, body)["errcode"]]
    caller.later(minutes=5)
    codes.append(caller.post(SENDALL, body)["errcode"])
    caller.order("admin", appid=APPID, confirm=True)
    codes.append(caller.post(SENDALL, body)["errcode"])
    assert [89504, 89504, 45065] == codes


def test_a_send_of_the_website_ends_with_an_event_too(caller: Caller) -> None:
    msg_id = caller.order("website_send", appid=APPID)["msg_id"]
    caller.later(minutes=4)
    assert [msg_id] == [event["msg_id"] for event in events(caller)]


# comments


def test_comments_are_as_the_draft_had_them_until_they_are_switched(caller: Caller) -> None:
    answer = send(caller, need_open_comment=1)
    caller.later(minutes=4)
    seen = [job(caller, answer["msg_id"])["articles"][0]["comments_open"]]
    for word in ("close", "open"):
        assert (
            0
            == caller.post(f"comment/{word}", {"msg_data_id": answer["msg_data_id"], "index": 0})[
                "errcode"
            ]
        )
        seen.append(job(caller, answer["msg_id"])["articles"][0]["comments_open"])
    assert [True, False, True] == seen


def test_an_index_that_is_left_out_means_the_first_and_is_noted(caller: Caller) -> None:
    answer = send(caller)
    caller.later(minutes=4)
    assert 0 == caller.post("comment/open", {"msg_data_id": answer["msg_data_id"]})["errcode"]
    assert ["comment_without_index"] == caller.violations()


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"msg_data_id": 1, "index": 0}, 88001),
        ({"index": 0}, 40097),
        ({"msg_data_id": "x", "index": 0}, 40097),
    ],
)
def test_comments_of_what_is_not_there(caller: Caller, body: Record, errcode: int) -> None:
    send(caller)
    assert errcode == caller.post("comment/close", body)["errcode"]


def test_comments_of_a_withdrawn_article(caller: Caller) -> None:
    answer = send(caller)
    caller.later(minutes=4)
    caller.post("message/mass/delete", {"msg_id": answer["msg_id"], "article_idx": 1})
    body = {"msg_data_id": answer["msg_data_id"], "index": 0}
    assert 88001 == caller.post("comment/open", body)["errcode"]


# what readers wrote


def commented(caller: Caller, *words: str) -> Record:
    """Send news with open comments, and let followers write; gives what names its first article."""
    answer = send(caller, need_open_comment=1)
    caller.later(minutes=4)
    for content in words:
        caller.order("comments", appid=APPID, msg_id=answer["msg_id"], article=1, content=content)
    return {"msg_data_id": answer["msg_data_id"], "index": 0}


def listing(caller: Caller, article: Record, kind: int = 0, **page: int) -> list[tuple[str, int]]:
    answer = caller.post("comment/list", {**article, "begin": 0, "count": 49, "type": kind, **page})
    return [(each["content"], each["comment_type"]) for each in answer["comment"]]


def test_comments_are_listed_newest_first_and_by_kind(caller: Caller) -> None:
    article = commented(caller, "一", "二", "三")
    assert 0 == caller.post("comment/markelect", {**article, "user_comment_id": 2})["errcode"]
    assert [("三", 0), ("二", 1), ("一", 0)] == listing(caller, article)
    assert [("二", 1)] == listing(caller, article, 2)
    assert [("三", 0)] == listing(caller, article, 1, count=1)
    assert [("一", 0)] == listing(caller, article, begin=2)
    assert 0 == caller.post("comment/unmarkelect", {**article, "user_comment_id": 2})["errcode"]
    assert [] == listing(caller, article, 2)
    assert (
        88010
        == caller.post("comment/list", {**article, "begin": 0, "count": 50, "type": 0})["errcode"]
    )


def test_a_comment_has_one_reply_and_can_be_deleted(caller: Caller) -> None:
    article = commented(caller, "好")
    one = {**article, "user_comment_id": 1}
    codes = [
        caller.post(f"comment/{call}", {**one, **more})["errcode"]
        for call, more in (
            ("reply/delete", {}),
            ("reply/add", {"content": " "}),
            ("reply/add", {"content": "谢谢"}),
            ("reply/add", {"content": "谢谢"}),
            ("reply/delete", {}),
            ("delete", {}),
            ("delete", {}),
        )
    ]
    assert [88009, 88007, 0, 88005, 0, 0, 88008] == codes
    assert [] == listing(caller, article)


def test_a_reply_stands_in_the_listing_and_no_openid_in_the_report(caller: Caller) -> None:
    article = commented(caller, "好")
    caller.post("comment/reply/add", {**article, "user_comment_id": 1, "content": "谢谢"})
    (comment,) = caller.post("comment/list", {**article, "begin": 0, "count": 1, "type": 0})[
        "comment"
    ]
    assert ("谢谢", True) == (comment["reply"]["content"], comment["openid"].startswith("oSBX"))
    assert comment["openid"] not in json.dumps(caller.report())


def test_nobody_comments_on_what_was_not_sent(caller: Caller) -> None:
    caller.order("ending", appid=APPID, status="err(30003)")
    ordered = {
        "appid": APPID,
        "msg_id": send(caller, need_open_comment=1)["msg_id"],
        "content": "好",
    }
    caller.later(minutes=4)
    assert "name no article that was sent" in caller.order("comments", **ordered)["error"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"msg_id": 1, "content": "好"}, "name no article"),
        ({"article": 2, "content": "好"}, "name no article"),
        ({"content": ""}, "`content`"),
        ({"content": "好"}, "closed"),
    ],
)
def test_nobody_comments_on_what_is_not_there_or_closed(
    caller: Caller, given: Record, why: str
) -> None:
    answer = send(caller)
    caller.later(minutes=4)
    assert (
        why
        in caller.order("comments", **{"appid": APPID, "msg_id": answer["msg_id"], **given})[
            "error"
        ]
    )
