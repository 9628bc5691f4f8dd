"""What the sandbox counts of articles and followers: every number adds up, and follows from the world alone."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from sandbox_caller import APPID, Caller

from massctl.sandbox.readership import Article, waking_hours
from massctl.sandbox.statistics import NAMES
from massctl.sandbox.store import Record

SENDALL, DAY = "message/mass/sendall", "2026-12-01"
"""A caller begins at 20:00 of this day."""


def days(first: int, last: int) -> tuple[str, str]:
    return f"2026-12-{first:02}", f"2026-12-{last:02}"


def send(caller: Caller, *titles: str, **members: Any) -> Record:
    articles = [
        caller.article(title=title, content_source_url="https://example.com/")
        for title in titles or ("春",)
    ]
    media_id = caller.post("draft/add", {"articles": articles})["media_id"]
    return caller.post(SENDALL, caller.job(media_id, **members))


def sent(caller: Caller, *titles: str, later: int = 31) -> list[Record]:
    """Send to 100,000 followers, let days pass, and ask what came of it."""
    caller.account(followers=100_000)
    send(caller, *titles)
    caller.later(days=later)
    return list(caller.statistics("getarticletotaldetail", DAY)["list"])


def by_scene(row: Record) -> dict[str, int]:
    return {each["scene_desc"]: each["user_count"] for each in row["read_user_source"]}


def reads(row: Record) -> list[int]:
    return [each["read_user"] for each in row["detail_list"]]


def test_readers_come_quickly_and_then_hardly_at_all(caller: Caller) -> None:
    (row,) = sent(caller)
    counts = reads(row)
    assert 30 == len(counts)
    assert counts == sorted(counts)
    new = [later - before for before, later in pairwise(counts)]
    assert counts[0] > new[0] > new[1] > new[6] > new[28] >= 0
    assert counts[1] > 0.7 * counts[-1]


def test_the_sources_add_up_to_all_and_stay_below_what_was_delivered_and_shared(
    caller: Caller,
) -> None:
    for row in sent(caller, "一", "二", "三", "四", "五", "六", "七", "八"):
        for detail in row["detail_list"]:
            scenes = by_scene(detail)
            assert scenes.pop("全部") == detail["read_user"] == sum(scenes.values())
            assert scenes["公众号消息"] <= 100_000
            assert detail["read_user"] <= 100_000 + scenes.get("聊天会话", 0) + scenes.get(
                "朋友圈", 0
            )
            assert detail["share_user"] < detail["read_user"]


def test_the_rates_are_rates(caller: Caller) -> None:
    (row,) = sent(caller)
    last = row["detail_list"][-1]
    assert int(by_scene(last)["公众号消息"] / 100_000 * 10**7) / 10**7 == last["read_delivery_rate"]
    left = [each["rate"] for each in last["read_jump_position"]]
    assert [1, 2, 3, 4, 5] == [each["position"] for each in last["read_jump_position"]]
    assert 0.9 < sum(left) <= 1
    assert left[0] > left[1] > left[3] > 0
    assert 0 < last["read_finish_rate"] < 1
    assert 0 < last["read_avg_activetime"] < 5


def test_later_articles_of_a_send_have_fewer_readers(caller: Caller) -> None:
    ends = [reads(row)[-1] for row in sent(caller, "一", "二", "三")]
    assert ends[0] > ends[1] > ends[2] > 0


def test_the_same_world_has_the_same_numbers() -> None:
    assert sent(Caller(), "一", "二") == sent(Caller(), "一", "二")


def test_what_was_counted_does_not_change_later(caller: Caller) -> None:
    early = sent(caller, later=3)
    caller.later(days=10)
    late = caller.statistics("getarticletotaldetail", DAY)["list"]
    assert 3 == len(early[0]["detail_list"])
    assert early[0]["detail_list"] == late[0]["detail_list"][:3]


def test_days_add_up_to_the_sum(caller: Caller) -> None:
    rows = sent(caller, "一", "二")
    summary = [row["detail"] for row in caller.statistics("getbizsummary", *days(1, 30))["list"]]
    for name in (
        "read_user",
        "share_user",
        "zaikan_user",
        "like_user",
        "collection_user",
        "comment_count",
    ):
        assert sum(row["detail_list"][-1][name] for row in rows) == sum(
            detail[name] for detail in summary
        )
    scenes: Counter[str] = Counter()
    for detail in summary:
        scenes.update(by_scene(detail))
    assert scenes == sum((Counter(by_scene(row["detail_list"][-1])) for row in rows), Counter())
    assert [2, 0] == [detail["send_page_count"] for detail in summary[:2]]
    each_day = caller.statistics("getarticleread", "2026-12-02")["list"]
    assert [reads(row)[1] - reads(row)[0] for row in rows] == [
        row["detail"]["read_user"] for row in each_day
    ]
    shared = caller.statistics("getarticleshare", "2026-12-02")["list"]
    assert summary[1]["share_user"] == sum(row["detail"]["share_user"] for row in shared)


def test_followers_add_up_from_day_to_day(caller: Caller) -> None:
    caller.account(followers=20_000)
    caller.later(days=1)
    caller.account(followers=20_500)
    caller.later(days=1)
    send(caller)
    caller.later(days=5)
    totals = [
        row["cumulate_user"] for row in caller.statistics("getusercumulate", *days(1, 7))["list"]
    ]
    assert [20_000, 20_500, 20_500, 20_500, 20_500, 20_500] == totals[:6]
    rows = caller.statistics("getusersummary", *days(1, 7))["list"]
    changes: Counter[str] = Counter()
    for row in rows:
        changes[row["ref_date"]] += row["new_user"] - row["cancel_user"]
    steps = [later - before for before, later in pairwise(totals)]
    assert steps == [changes[f"2026-12-0{day}"] for day in range(2, 8)]
    assert caller.get("user/get")["total"] == totals[-1]


def test_a_message_loses_followers_for_three_days(caller: Caller) -> None:
    quiet, busy = Caller(), caller
    for each in (quiet, busy):
        each.account(followers=50_000)
    send(busy)
    lost = []
    for each in (quiet, busy):
        each.later(days=6)
        counts: Counter[str] = Counter()
        for row in each.statistics("getusersummary", *days(1, 5))["list"]:
            counts[row["ref_date"]] += row["cancel_user"]
        lost.append([counts[f"2026-12-0{day}"] for day in range(1, 6)])
    more = [after - before for before, after in zip(*lost, strict=True)]
    assert more[0] > more[1] > more[2] > more[3] >= more[4] >= 0


def test_a_withdrawn_article_stops_and_the_other_goes_on(caller: Caller) -> None:
    caller.account(followers=100_000)
    msg_id = send(caller, "一", "二")["msg_id"]
    caller.later(days=1)
    assert 0 == caller.post("message/mass/delete", {"msg_id": msg_id, "article_idx": 1})["errcode"]
    caller.later(days=5)
    gone, there = caller.statistics("getarticletotaldetail", DAY)["list"]
    assert reads(gone)[0] < reads(gone)[1] == reads(gone)[4]
    assert reads(there)[1] < reads(there)[4]
    assert ["2247480001_2"] == [
        row["msgid"] for row in caller.statistics("getarticleread", "2026-12-05")["list"]
    ]


def test_what_was_published_without_a_message_has_readers_and_reached_nobody(
    caller: Caller,
) -> None:
    caller.account(followers=50_000)
    publish_id = caller.post("freepublish/submit", {"media_id": caller.draft()})["publish_id"]
    caller.later(days=3)
    (row,) = caller.statistics("getarticletotaldetail", DAY)["list"]
    assert (f"{publish_id}_1", 1) == (row["msgid"], row["publish_type"])
    last = row["detail_list"][-1]
    assert 0 == by_scene(last)["公众号消息"]
    assert 0 == last["read_delivery_rate"]
    assert 0 < last["read_user"] < 5_000


def test_a_send_that_failed_or_is_held_has_no_statistics(caller: Caller) -> None:
    caller.order("ending", appid=APPID, status="err(20013)")
    send(caller)
    caller.account(protection=True)
    send(caller, clientmsgid="2" * 32)
    caller.later(days=2)
    assert [] == caller.statistics("getarticletotaldetail", DAY)["list"]
    assert [] == caller.statistics("getarticleread", DAY)["list"]


def test_a_held_send_counts_from_the_day_on_which_it_was_confirmed(caller: Caller) -> None:
    caller.account(protection=True)
    caller.later(hours=3, minutes=50)
    send(caller)
    caller.later(minutes=20)
    caller.order("admin", appid=APPID, confirm=True)
    caller.later(days=2)
    assert [] == caller.statistics("getarticletotaldetail", DAY)["list"]
    (row,) = caller.statistics("getarticletotaldetail", "2026-12-02")["list"]
    assert "2247480001_1" == row["msgid"]


def test_comments_and_praise_are_counted(caller: Caller) -> None:
    caller.account(followers=200_000, kind="subscription")
    msg_id = caller.post(SENDALL, caller.job(caller.draft(need_open_comment=1)))["msg_id"]
    for hours in (1, 1, 24):
        caller.later(hours=hours)
        caller.order("comments", appid=APPID, msg_id=msg_id, content="好")
    caller.later(days=3)
    (row,) = caller.statistics("getarticletotaldetail", DAY)["list"]
    assert [2, 3, 3] == [each["comment_count"] for each in row["detail_list"][:3]]
    praised = [each["praise_money"] for each in row["detail_list"]]
    assert praised == sorted(praised)
    assert all(each % 500 == 0 for each in praised)


# Orders


def order(caller: Caller, *rules: Record, **more: Any) -> Record:
    return caller.order("statistics", appid=APPID, rules=list(rules), **more)


def test_a_day_that_is_late_is_half_counted_and_comes_whole_later(caller: Caller) -> None:
    order(caller, {"do": "delayed", "day": "2026-12-02", "hours": 30})
    (early,) = sent(caller, later=2)
    answer = caller.statistics("getarticletotaldetail", DAY)
    assert answer["is_delay"] is True
    assert caller.statistics("getbizsummary", *days(1, 2))["is_delay"] is True
    assert caller.statistics("getbizsummary", DAY)["is_delay"] is False
    assert 61503 == caller.statistics("getusersummary", *days(1, 2))["errcode"]
    assert "list" in caller.statistics("getusersummary", DAY)
    caller.later(days=1)
    late = caller.statistics("getarticletotaldetail", DAY)
    assert late["is_delay"] is False
    assert reads(early)[0] == reads(late["list"][0])[0]
    assert reads(early)[1] < reads(late["list"][0])[1]


def test_a_day_can_be_missing_in_every_call_or_in_one(caller: Caller) -> None:
    order(
        caller,
        {"do": "missing", "day": "2026-12-02"},
        {"do": "missing", "day": "2026-12-03", "call": "getbizsummary"},
    )
    (row,) = sent(caller, later=5)
    assert ["01", "03", "04", "05"] == [each["stat_date"][-2:] for each in row["detail_list"]]
    for name, expected in (
        ("getbizsummary", ["01", "04"]),
        ("getusercumulate", ["01", "03", "04"]),
    ):
        assert expected == [
            each["ref_date"][-2:] for each in caller.statistics(name, *days(1, 4))["list"]
        ]
    assert [] == caller.statistics("getarticleread", "2026-12-02")["list"]


def test_sums_can_fall_and_no_day_is_below_zero(caller: Caller) -> None:
    order(caller, {"do": "falling", "day": "2026-12-08", "factor": 0.5})
    (row,) = sent(caller, later=12)
    counts = reads(row)
    assert counts[6] > counts[7] > counts[6] // 2 - 2
    assert counts[7] <= counts[8]
    assert [0] == [
        each["detail"]["read_user"]
        for each in caller.statistics("getbizsummary", "2026-12-08")["list"]
    ]
    assert [] == order(caller, clear=True)["rules"]
    (mended,) = caller.statistics("getarticletotaldetail", DAY)["list"]
    assert reads(mended) == sorted(reads(mended))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"do": "late", "day": DAY}, "`do` must be one of"),
        ({"do": "missing", "day": "today"}, "`day` must be a day"),
        ({"do": "missing", "day": DAY, "call": "getarticles"}, "`call` must be the name of a call"),
        ({"do": "missing", "day": DAY, "hours": 3}, "`hours` belongs to `delayed`"),
        ({"do": "delayed", "day": DAY, "factor": 0.5}, "`factor` belongs to `falling`"),
    ],
)
def test_a_wrong_order_is_refused(caller: Caller, rule: Record, words: str) -> None:
    answer = order(caller, rule)
    assert 400 == answer["http"]
    assert words in answer["error"]
    assert 400 == caller.order("statistics", appid=APPID)["http"]


# The parts


def test_hours_of_the_night_count_for_little() -> None:
    midnight = 16 * 3600.0
    assert 24 == pytest.approx(waking_hours(midnight + 86_400) - waking_hours(midnight))
    assert waking_hours(midnight + 6 * 3600) - waking_hours(midnight) < 1.5


@pytest.mark.parametrize("sent", [0, 1, 2, 9])
def test_a_message_to_few_has_no_more_readers_than_it_reached(sent: int) -> None:
    members = {
        "title": "",
        "url": "",
        "deleted": None,
        "has_source": False,
        "can_be_praised": False,
    }
    article = Article(
        appid=APPID,
        msgid="1_1",
        position=1,
        published=0.0,
        sent=sent,
        followers=9,
        comments=(),
        **members,
    )
    counts = article.reached(40 * 86_400.0)
    assert min(sent, 1) == counts["公众号消息"]
    assert counts.total() - counts["公众号消息"] == 0


def test_the_articles_of_a_day_are_found_by_an_index(caller: Caller) -> None:
    """A thousand other sends cost nothing."""
    asked: list[str] = []
    database = caller.store._db
    database.set_trace_callback(asked.append)
    caller.later(days=1)
    caller.statistics("getarticletotaldetail", DAY)
    database.set_trace_callback(None)
    (query,) = [each for each in asked if "kind = 'jobs'" in each]
    assert "USING INDEX row_at (kind=? AND <expr>=? AND <expr>>? AND <expr><?)" in str(
        database.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
    )


def test_every_call_can_be_named_in_an_order() -> None:
    assert 15 == len(NAMES)
