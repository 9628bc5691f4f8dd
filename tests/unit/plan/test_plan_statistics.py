"""Which article of the statistics is whose, and the sums that fell."""

from datetime import date, timedelta

import pytest
from statistics_samples import SEEN, SENT, article_day

from massctl.model.statistics import ArticleDay, Family, Statistics
from massctl.plan.statistics import ArticleIndex, Fall, Match, address_key, falls

LONG = "http://mp.weixin.qq.com/s?__biz=MzA&amp;mid=100&amp;idx=2&amp;sn=ab#rd"


def index(*rows: ArticleDay, known: tuple[int, ...] = ()) -> ArticleIndex:
    by_msgid: dict[str, tuple[ArticleDay, ...]] = {}
    for row in rows:
        by_msgid[row.msgid] = (*by_msgid.get(row.msgid, ()), row)
    return ArticleIndex(Statistics(by_msgid, {}), known)


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
    assert Match("100_2", "msgid") == found.find(2, 100, address="https://mp.weixin.qq.com/s?mid=100&idx=1", title="甲")
    assert None is found.find(3, 100, title="甲", days=[SENT])


def test_an_address_finds_the_article_of_a_send_that_learnt_no_id():
    short = article_day(msgid="100_1", content_url="http://mp.weixin.qq.com/s/AbC")
    assert Match("100_1", "content_url") == index(short).find(1, None, address="https://mp.weixin.qq.com/s/AbC#rd")
    assert Match("100_2", "content_url") == index(article_day(msgid="100_2")).find(2, None, address=LONG)
    assert None is index(short).find(1, None, address="https://mp.weixin.qq.com/s/other")
    assert None is index(article_day(content_url="")).find(1, None, address="https://example.com/")


def test_title_and_day_find_it_at_last_and_leave_a_doubt():
    found = index(article_day(msgid="100_1", title="甲"), article_day(msgid="101_1", title="乙")).find(
        1, None, title="甲", days=[SENT, SENT + timedelta(days=1)]
    )
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
    before = [article_day(0, read_user=10, share_user=2), article_day(1, read_user=15, share_user=None)]
    new = [article_day(2, read_user=14, share_user=2), article_day(1, read_user=12, seen_at=SEEN + timedelta(days=9))]
    assert falls(before, new) == (Fall("100_1", Family.NEWER, SENT + timedelta(days=1), "read_user", 15, 12),)
    assert falls(before, [article_day(2, read_user=14)]) == (
        Fall("100_1", Family.NEWER, SENT + timedelta(days=2), "read_user", 15, 14),
    )


def test_no_fall_is_found_between_families_or_articles_or_where_a_number_is_missing():
    before = [article_day(0, read_user=10)]
    assert () == falls(
        before, [article_day(1, read_user=3, family=Family.OLDER), article_day(1, msgid="9_1", read_user=1)]
    )
    assert () == falls(before, [article_day(1, read_user=None)])
    assert () == falls([], [])
