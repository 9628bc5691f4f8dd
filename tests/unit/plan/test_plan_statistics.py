"""Which article of the statistics is whose, and the sums that fell."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from building import at, attempted, news, recorded, saved, text
from statistics_samples import SEEN, SENT, account_day, article_day

from massctl.model.entries import SendAccepted
from massctl.model.ids import AppId
from massctl.model.phrase import BEIJING
from massctl.model.statistics import (
    ArticleDay,
    JudgedCall,
    Statistics,
    StatisticsCall,
    StatisticsRequest,
    msgid_of,
)
from massctl.plan.statistics import (
    CALLS_MAX,
    ArticleIndex,
    Fall,
    Match,
    address_key,
    due_requests,
    falls,
    has_newest_day,
    newest_day,
    publication_days,
    send_days,
    unrecorded,
    website_sends,
)

LONG = "http://mp.weixin.qq.com/s?__biz=MzA&amp;mid=100&amp;idx=2&amp;sn=ab#rd"


def index(*rows: ArticleDay, known: tuple[int, ...] = ()) -> ArticleIndex:
    by_msgid: dict[str, tuple[ArticleDay, ...]] = {}
    for row in rows:
        by_msgid[row.msgid] = (*by_msgid.get(row.msgid, ()), row)
    return ArticleIndex(Statistics(by_msgid, {}), known)


NOW = datetime(2026, 11, 3, 9, tzinfo=BEIJING)


def test_an_address_that_names_an_article_outranks_the_title_of_another():
    address = "https://mp.weixin.qq.com/s?__biz=Mz&mid=200&idx=1&sn=ab"
    assert Match("200_1", "content_url") == index(article_day()).find(
        1, None, address=address, title="甲", days=[SENT]
    )


def test_what_was_published_without_a_message_is_never_found_by_its_title():
    found = [
        index(article_day(publish_type=kind)).find(1, None, title="甲", days=[SENT])
        for kind in (1, 0)
    ]
    assert [None, Match("100_1", "title")] == found
    both = index(article_day(publish_type=1), article_day(msgid="101_1"))
    assert Match("101_1", "title") == both.find(1, None, title="甲", days=[SENT])


@pytest.mark.parametrize(
    ("address", "key"),
    [
        (LONG, "100_2"),
        ("https://mp.weixin.qq.com/s/AbC-1?scene=1", "/s/AbC-1"),
        ("https://mp.weixin.qq.com/s?mid=x&idx=1", ""),
        ("https://mp.weixin.qq.com/s?mid=1", ""),
        ("https://[", ""),
        ("", ""),
    ],
)
def test_an_address_names_its_article(address: str, key: str):
    assert key == address_key(address)


def test_the_ids_of_the_send_find_its_article():
    found = index(article_day(msgid="100_1"), article_day(msgid="100_2"))
    assert Match("100_2", "msgid") == found.find(
        2, 100, address="https://mp.weixin.qq.com/s?mid=100&idx=1", title="甲"
    )
    assert Match("100_3", "msgid") == found.find(3, 100, title="甲", days=[SENT])


def test_an_address_finds_the_article_of_a_send_that_learnt_no_id():
    short = article_day(msgid="100_1", content_url="http://mp.weixin.qq.com/s/AbC")
    assert Match("100_1", "content_url") == index(short).find(
        1, None, address="https://mp.weixin.qq.com/s/AbC#rd"
    )
    assert Match("100_2", "content_url") == index(article_day(msgid="100_2")).find(
        2, None, address=LONG
    )
    assert Match("100_2", "content_url") == index().find(2, None, address=LONG), (
        "WeChat has said nothing of it yet"
    )
    assert None is index(short).find(1, None, address="https://mp.weixin.qq.com/s/other")
    assert None is index(article_day(content_url="")).find(1, None, address="https://example.com/")


def test_title_and_day_find_it_at_last_and_leave_a_doubt():
    found = index(
        article_day(msgid="100_1", title="甲"), article_day(msgid="101_1", title="乙")
    ).find(1, None, title="甲", days=[SENT, SENT + timedelta(days=1)])
    assert found == Match("100_1", "title")
    assert found.is_doubtful
    assert not Match("100_1", "msgid").is_doubtful


def test_a_title_finds_none_of_several_none_of_another_day_and_none_that_is_anothers():
    twice = index(article_day(msgid="100_1"), article_day(msgid="101_1"))
    assert None is twice.find(1, None, title="甲", days=[SENT])
    assert None is index(article_day()).find(1, None, title="甲", days=[date(2026, 11, 9)])
    assert None is index(article_day(), known=(100,)).find(1, None, title="甲", days=[SENT])
    assert None is index(article_day(title=None)).find(1, None, title="甲", days=[SENT])


def test_a_sum_that_fell_is_found_once():
    before = [
        article_day(0, read_user=10, share_user=2),
        article_day(1, read_user=15, share_user=None),
    ]
    new = [
        article_day(2, read_user=14, share_user=2),
        article_day(1, read_user=12, seen_at=SEEN + timedelta(days=9)),
    ]
    assert falls(before, new) == (Fall("100_1", SENT + timedelta(days=1), "read_user", 15, 12),)
    assert falls(before, [article_day(2, read_user=14)]) == (
        Fall("100_1", SENT + timedelta(days=2), "read_user", 15, 14),
    )


def test_a_fall_names_the_article_that_wechat_counts():
    (fall,) = falls([article_day(read_user=10)], [article_day(1, read_user=9, title="来信")])
    assert "read_user of “来信” (article 100_1) fell from 10 to 9 on 2026-11-03" in fall.words


def test_a_day_that_rises_above_the_next_makes_that_one_fall():
    before = [article_day(0, read_user=10), article_day(1, read_user=12)]
    (fall,) = falls(before, [article_day(0, read_user=15, seen_at=SEEN + timedelta(hours=1))])
    assert (SENT + timedelta(days=1), 15, 12) == (fall.stat_date, fall.before, fall.after)


def test_no_fall_is_found_between_articles_or_where_a_number_is_missing():
    before = [article_day(0, read_user=10)]
    assert () == falls(before, [article_day(1, msgid="9_1", read_user=1)])
    assert () == falls(before, [article_day(1, read_user=None)])
    assert () == falls([], [])


MORNING = datetime(2026, 11, 3, 8, 5, tzinfo=BEIJING)
"""The day after the send."""
ARTICLES = StatisticsCall.ARTICLES
DAILY = [StatisticsCall.ACCOUNT, StatisticsCall.USERS, StatisticsCall.FOLLOWERS]


def calls(
    *asked_before: JudgedCall, now: datetime = MORNING, days: tuple[date, ...] = (SENT,)
) -> list[tuple[str, str]]:
    return [
        (each.call, f"{each.begin_date:%m-%d}/{each.end_date:%m-%d}")
        for each in due_requests(days, asked_before, now)
    ]


def all_done(at: datetime, *days: date, **said: Any) -> list[JudgedCall]:
    """Everything that is due at a moment was asked and answered."""
    return [each.judged(at, "done", rows=1) for each in due_requests(days or (SENT,), (), at)]


def test_a_day_is_counted_from_eight_on():
    assert SENT == newest_day(MORNING)
    assert SENT - timedelta(days=1) == newest_day(MORNING - timedelta(minutes=1))


def test_nothing_is_due_without_a_send_or_before_its_day_is_counted():
    assert [] == calls(days=())
    assert [] == calls(now=MORNING - timedelta(minutes=1))


def test_the_first_morning_asks_for_the_send_and_for_the_weeks_before_it():
    found = calls()
    assert (ARTICLES, "11-02/11-02") == found[-1]
    assert (StatisticsCall.ACCOUNT, "10-04/11-02") == found[0]
    users = [days for call, days in found if call is StatisticsCall.USERS]
    assert ["10-27/11-02", "10-20/10-26", "10-13/10-19", "10-06/10-12", "09-29/10-05"] == users
    assert 12 == len(found)


def test_what_was_answered_is_not_asked_again_on_that_day():
    assert [] == calls(*all_done(MORNING))
    assert [] == calls(*all_done(MORNING), now=MORNING.replace(hour=23))


def test_each_later_morning_asks_for_a_day_more():
    found = calls(*all_done(MORNING), now=MORNING + timedelta(days=1))
    assert [(call, "10-28/11-03") for call in DAILY[1:]] == found[1:3]
    assert [(StatisticsCall.ACCOUNT, "10-05/11-03"), (ARTICLES, "11-02/11-02")] == [
        found[0],
        *found[3:],
    ]


def test_a_pause_of_some_days_costs_no_call_more():
    asked_before = all_done(MORNING)
    assert 4 == len(calls(*asked_before, now=MORNING + timedelta(days=6)))
    assert 6 == len(calls(*asked_before, now=MORNING + timedelta(days=9)))


def test_an_article_is_asked_about_on_thirty_days_and_once_more_if_a_day_was_missed():
    last = MORNING + timedelta(days=30)
    on_the_last = all_done(last)
    assert (ARTICLES, "11-02/11-02") in calls(*all_done(last - timedelta(days=1)), now=last)
    assert [] == calls(*on_the_last, now=last + timedelta(days=1))
    assert [(ARTICLES, "11-02/11-02")] == calls(
        *all_done(last - timedelta(days=1)), now=last + timedelta(days=40)
    )
    assert [(ARTICLES, "11-02/11-02")] == calls(now=last + timedelta(days=40))


@pytest.mark.parametrize(
    ("outcome", "again"),
    [
        ("delayed", timedelta(hours=2)),
        ("not_ready", timedelta(minutes=30)),
        ("refused", timedelta(days=1)),
    ],
)
def test_what_was_not_wholly_answered_is_asked_again_later(outcome: Any, again: timedelta):
    asked_before = JudgedCall(ARTICLES, SENT, SENT, MORNING, outcome)
    assert (ARTICLES, "11-02/11-02") not in calls(
        asked_before, now=MORNING + again - timedelta(seconds=1)
    )
    assert (ARTICLES, "11-02/11-02") in calls(asked_before, now=MORNING + again)


def test_no_call_is_made_after_those_of_the_day_were_used_up():
    used_up = JudgedCall(StatisticsCall.USERS, SENT, SENT, MORNING, "refused", 45009)
    assert [] == calls(used_up, now=MORNING.replace(hour=23))
    assert [] != calls(used_up, now=MORNING + timedelta(days=1))


def test_what_stays_delayed_or_refused_is_given_up_three_days_after_the_last():
    late = JudgedCall(ARTICLES, SENT, SENT, MORNING + timedelta(days=33), "delayed")
    assert ARTICLES not in [each for each, _ in calls(late, now=MORNING + timedelta(days=60))]
    delayed = JudgedCall(StatisticsCall.ACCOUNT, SENT, SENT, MORNING + timedelta(days=3), "delayed")
    assert (StatisticsCall.ACCOUNT, "11-02/11-02") not in calls(
        delayed, now=MORNING + timedelta(days=29)
    )


def test_a_thousand_sends_of_the_past_are_asked_about_a_hundred_calls_at_a_time():
    days = tuple(SENT - timedelta(days=each) for each in range(365))
    found = due_requests(days, (), MORNING)
    assert CALLS_MAX == len(found)
    assert SENT == max(each.begin_date for each in found if each.call is ARTICLES)


def test_articles_that_were_not_come_to_are_asked_about_first_and_those_of_long_ago_last():
    days = tuple(SENT - timedelta(days=each) for each in (0, 1, 2, 40))
    asked_before = [
        JudgedCall(
            ARTICLES, SENT - timedelta(days=1), SENT - timedelta(days=1), MORNING, "done", rows=1
        )
    ]
    asked_before += [
        JudgedCall(ARTICLES, SENT, SENT, MORNING + timedelta(seconds=1), "done", rows=1)
    ]
    found = due_requests(days, asked_before, MORNING + timedelta(days=1))
    told = [(SENT - each.begin_date).days for each in found if each.call is ARTICLES]
    assert [2, 1, 0, 40] == told


def test_the_days_of_an_accounts_articles_are_those_of_its_sends():
    sale, words, later = news("sale"), text("words"), news("late")
    midnight = datetime(2026, 11, 9, 15, 55, tzinfo=UTC)
    state = recorded(
        at(SEEN, saved(sale)[0], sale),
        at(SEEN, attempted(sale)[0], sale),
        at(SEEN, SendAccepted(attempt=3, msg_id=7, msg_data_id=100), sale),
        at(SEEN, attempted(words)[0], words),
        at(SEEN + timedelta(days=3), SendAccepted(attempt=5, msg_id=8), words),
        at(midnight, attempted(later)[0], later),
        at(midnight, SendAccepted(attempt=7, msg_id=9, msg_data_id=101), later),
    )
    assert {date(2026, 11, 3), date(2026, 11, 9), date(2026, 11, 10)} == send_days(
        state, sale.appid
    )
    assert set() == send_days(state, AppId("wxffffffffffffffff"))


def test_an_answer_that_lacks_the_newest_day_is_not_the_last_word():
    users = StatisticsRequest(StatisticsCall.USERS, SENT, SENT)
    assert has_newest_day(users, (), [account_day()], MORNING)
    assert not has_newest_day(users, (), (), MORNING)
    assert has_newest_day(users, (), (), MORNING + timedelta(days=1))
    articles = StatisticsRequest(ARTICLES, SENT, SENT)
    assert has_newest_day(articles, [article_day()], (), MORNING)
    assert has_newest_day(articles, (), (), MORNING)
    assert not has_newest_day(articles, [article_day()], (), MORNING + timedelta(days=1))
    assert has_newest_day(articles, [article_day()], (), MORNING + timedelta(days=9))


def counted(message: int, day: int, publish_type: int | None = 0, position: int = 1) -> ArticleDay:
    ref_date = date(2026, 12, day)
    facts: dict[str, Any] = {"stat_date": ref_date, "seen_at": NOW, "publish_type": publish_type}
    return ArticleDay(msgid=msgid_of(message, position), ref_date=ref_date, **facts)


def test_a_send_that_wechat_counted_and_nobody_recorded_was_made_on_the_website() -> None:
    """One for each message, and none for what went without a push; a campaign's own is known by its msg_data_id."""
    campaign = news()
    accepted = SendAccepted(attempt=3, msg_id=1, msg_data_id=11)
    state = recorded(saved(campaign), attempted(campaign), (accepted, campaign))
    articles = [
        counted(7, 2),
        counted(7, 2, position=2),
        counted(8, 3),
        counted(9, 3, 1),
        counted(10, 3, None),
    ]
    found = website_sends([*articles, counted(11, 4)], state, campaign.appid)
    assert [2, 3] == [each.day for each in found]

    state.website_sends = {campaign.appid: [datetime(2026, 12, 3, 9, tzinfo=BEIJING)]}
    assert [2] == [each.day for each in website_sends(articles, state, campaign.appid)]
    (left, other) = unrecorded([*articles, counted(11, 2)], state, campaign.appid)
    assert ("7_1", "7_2") == (left.msgid, other.msgid)


def test_a_text_that_was_sent_accounts_for_no_article() -> None:
    words = text()
    state = recorded(attempted(words), (SendAccepted(attempt=2, msg_id=1), words))
    articles = [counted(7, day.day) for day in publication_days(state.record(words.name, 1))]
    assert tuple(articles) == unrecorded(articles, state, words.appid)
