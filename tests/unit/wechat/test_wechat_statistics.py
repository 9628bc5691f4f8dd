"""The answers of WeChat's statistics: what it documents is read, and whatever else comes is left out and counted."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from wechat_script import scripted

from massctl.apply.ports import Counted
from massctl.errors import AuthError, MassctlError, PermanentError, QuotaError, TransportError
from massctl.model.statistics import AccountDay, ArticleDay, StatisticsCall
from massctl.wechat import statistics

DAY = date(2026, 11, 2)
SEEN = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
READING = {
    "read_user": 10,
    "read_user_source": [
        {"user_count": 10, "scene_desc": "全部"},
        {"user_count": 7, "scene_desc": "公众号消息"},
        {"user_count": 3, "scene_desc": "推荐"},
    ],
    "share_user": 1,
    "zaikan_user": 0,
    "like_user": "2",
    "comment_count": 3,
    "collection_user": 4,
}
DETAIL = READING | {
    "stat_date": "2026-11-02",
    "praise_money": 100,
    "read_subscribe_user": 1,
    "read_delivery_rate": 0.25,
    "read_finish_rate": 1,
    "read_avg_activetime": 1.5,
    "read_jump_position": [{"position": 1, "rate": 0.75}, {"position": 5, "rate": 0.25}],
}
ARTICLE = {
    "ref_date": "2026-11-02",
    "msgid": "2247000002_1",
    "publish_type": 0,
    "title": " 标题\n",
    "content_url": "https://mp.weixin.qq.com/s/abc",
    "detail_list": [DETAIL, DETAIL | {"stat_date": "2026-11-03", "read_user": 12}],
}
READ: dict[str, Any] = {
    "read_user": 10,
    "read_user_source": {"公众号消息": 7, "推荐": 3},
    "share_user": 1,
    "zaikan_user": 0,
    "like_user": 2,
    "comment_count": 3,
    "collection_user": 4,
}
ABOUT: dict[str, Any] = {"msgid": "2247000002_1", "ref_date": DAY, "seen_at": SEEN, "title": "标题"}
TOLD = ArticleDay(
    stat_date=DAY,
    content_url="https://mp.weixin.qq.com/s/abc",
    publish_type=0,
    praise_money=100,
    read_subscribe_user=1,
    read_delivery_rate=0.25,
    read_finish_rate=1.0,
    read_avg_activetime=1.5,
    read_jump_position={1: 0.75, 5: 0.25},
    **ABOUT,
    **READ,
)


def counted(call: StatisticsCall, answer: dict[str, Any], *, end: date = DAY) -> Counted:
    client, script = scripted(answer)
    found = client.statistics(call, DAY, end, SEEN)
    (seen,) = script.seen
    assert ("POST", f"/datacube/{call}") == (seen.method, seen.path)
    assert {"begin_date": "2026-11-02", "end_date": end.isoformat()} == seen.body
    return found


def account_day(day: int = 2, **said: Any) -> AccountDay:
    return AccountDay(ref_date=date(2026, 11, day), seen_at=SEEN, **said)


def test_what_an_article_had_reached_is_read_day_by_day():
    found = counted(StatisticsCall.ARTICLES, {"list": [ARTICLE], "is_delay": True})
    assert found.articles[0] == TOLD
    assert [(12, True)] == [(row.read_user, row.is_delay) for row in found.articles[1:]]
    assert (True, 0) == (found.is_delay, found.left_out)


def test_the_accounts_days_are_read():
    detail = READING | {"redirect_ori_page_user": 5, "send_page_count": 1}
    answer = {
        "list": [
            {"ref_date": "2026-11-02", "detail": detail},
            {"ref_date": "2026-11-03", "detail": {}},
        ]
    }
    found = counted(StatisticsCall.ACCOUNT, answer | {"is_delay": 1}, end=date(2026, 11, 3))
    assert (
        account_day(redirect_ori_page_user=5, send_page_count=1, **READ),
        account_day(3, is_delay=True),
    ) == found.days


def test_who_came_and_went_is_read_by_source():
    rows = [
        {"ref_date": "2026-11-02", "user_source": 0, "new_user": 3, "cancel_user": 5},
        {"ref_date": "2026-11-02", "user_source": 30, "new_user": 149, "cancel_user": 0},
    ]
    found = counted(StatisticsCall.USERS, {"list": rows})
    assert (
        Counted(days=(account_day(new_user={0: 3, 30: 149}, cancel_user={0: 5, 30: 0}),)) == found
    )


def test_a_day_that_is_not_in_the_answer_is_not_told():
    assert Counted() == counted(StatisticsCall.USERS, {"list": []})
    assert Counted() == counted(StatisticsCall.ARTICLES, {"list": []})


def test_the_followers_are_read():
    rows = [{"ref_date": "2026-11-02", "user_source": 0, "cumulate_user": 1_000_000}]
    assert Counted(days=(account_day(cumulate_user=1_000_000),)) == counted(
        StatisticsCall.FOLLOWERS, {"list": rows}
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("read_user", -1),
        ("read_user", 1.5),
        ("read_user", True),
        ("share_user", "many"),
        ("praise_money", 10**13),
        ("read_finish_rate", 45.2),
        ("read_finish_rate", "0.5"),
        ("read_delivery_rate", True),
        ("read_avg_activetime", 9_999),
        ("read_user_source", {"全部": 3}),
        ("read_user_source", [3]),
        ("read_user_source", [{"user_count": 3}]),
        ("read_user_source", [{"user_count": -3, "scene_desc": "推荐"}]),
        ("read_user_source", [{"user_count": 3, "scene_desc": "推荐"}] * 2),
        ("read_jump_position", [{"position": 6, "rate": 0.5}]),
        ("read_jump_position", [{"position": 1, "rate": 7}]),
        ("read_jump_position", {"position": 1, "rate": 0.5}),
    ],
)
def test_a_number_that_is_none_is_left_out_and_the_rest_is_read(name: str, value: object):
    found = counted(
        StatisticsCall.ARTICLES, {"list": [ARTICLE | {"detail_list": [DETAIL | {name: value}]}]}
    )
    (row,) = found.articles
    assert (1, 4) == (found.left_out, row.collection_user)
    if not name.startswith(("read_user_source", "read_jump")) and name != "read_user":
        assert None is getattr(row, name)


@pytest.mark.parametrize(
    "item",
    [
        3,
        ARTICLE | {"ref_date": "2026-11-01"},
        ARTICLE | {"ref_date": "20261102"},
        ARTICLE | {"ref_date": "2026-02-30"},
        ARTICLE | {"ref_date": None},
        ARTICLE | {"msgid": "2247000002"},
        ARTICLE | {"msgid": 2247000002},
        ARTICLE | {"detail_list": "none"},
        ARTICLE | {"detail_list": [DETAIL | {"stat_date": "2026-11-04"}]},
        ARTICLE | {"detail_list": [DETAIL | {"stat_date": "2026-11-01"}]},
    ],
)
def test_an_article_or_a_day_that_was_not_asked_for_is_left_out(item: object):
    found = counted(StatisticsCall.ARTICLES, {"list": [item]})
    assert ((), 1) == (found.articles, found.left_out)


@pytest.mark.parametrize(
    ("call", "row"),
    [
        (StatisticsCall.ACCOUNT, {"ref_date": "2026-11-02", "detail": []}),
        (StatisticsCall.ACCOUNT, {"ref_date": "2026-11-09", "detail": {}}),
        (
            StatisticsCall.USERS,
            {"ref_date": "2026-11-02", "user_source": "x", "new_user": 1, "cancel_user": 1},
        ),
        (StatisticsCall.USERS, {"ref_date": "2026-11-02", "user_source": 1, "new_user": 1}),
        (StatisticsCall.FOLLOWERS, {"ref_date": "2026-11-02"}),
    ],
)
def test_a_day_of_the_account_that_is_none_is_left_out(call: StatisticsCall, row: dict[str, Any]):
    found = counted(call, {"list": [row]})
    assert ((), 1) == (found.days, found.left_out)


def test_a_day_of_which_one_source_is_unreadable_is_left_out_whole():
    rows = [
        {"ref_date": "2026-11-02", "user_source": 0, "new_user": 3, "cancel_user": 5},
        {"ref_date": "2026-11-02", "user_source": 30, "new_user": -1, "cancel_user": 0},
    ]
    assert () == counted(StatisticsCall.USERS, {"list": rows}).days


def test_a_day_that_is_told_twice_counts_once():
    rows = [
        {"ref_date": "2026-11-02", "cumulate_user": 1},
        {"ref_date": "2026-11-02", "cumulate_user": 2},
    ]
    found = counted(StatisticsCall.FOLLOWERS, {"list": rows})
    assert ([1], 1) == ([day.cumulate_user for day in found.days], found.left_out)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"list": {}},
        {"list": [ARTICLE] * 4},
        {"list": [ARTICLE | {"detail_list": [DETAIL] * 4}]},
    ],
)
def test_an_answer_without_its_list_or_with_an_endless_one_is_none(
    answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(statistics, "LIST_MAX", 3)
    client, _ = scripted(*[answer] * 4)
    with pytest.raises(TransportError):
        client.statistics(StatisticsCall.ARTICLES, DAY, DAY, SEEN)


@pytest.mark.parametrize(
    ("errcode", "kind", "words"),
    [
        (61500, PermanentError, "cannot read the dates"),
        (61501, PermanentError, "does not give statistics for these days"),
        (61503, PermanentError, "not counted this day yet"),
        (45009, QuotaError, "calls for statistics is used up"),
        (48001, AuthError, "no right to the statistics"),
    ],
)
def test_a_refusal_says_what_it_is_about(errcode: int, kind: type[MassctlError], words: str):
    for call in StatisticsCall:
        client, _ = scripted({"errcode": errcode, "errmsg": "no"})
        with pytest.raises(kind, match=words):
            client.statistics(call, DAY, DAY, SEEN)


def test_a_day_of_an_article_that_is_told_twice_counts_once():
    twice = ARTICLE | {"detail_list": [DETAIL, DETAIL | {"read_user": 99}]}
    found = counted(StatisticsCall.ARTICLES, {"list": [twice, ARTICLE]})
    assert ([10, 12], 2) == ([row.read_user for row in found.articles], found.left_out)
