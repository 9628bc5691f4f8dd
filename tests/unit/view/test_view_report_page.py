"""The page of a report: which numbers stand where, what is said of those that are missing, and nothing that runs."""

import re
from datetime import date, datetime
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from copies import replace
from report_page_samples import NOW, USUAL, absent, newest, report_of, sample_report, send
from report_samples import SENT, Sends

from massctl.model.ids import CampaignName
from massctl.model.phrase import BEIJING
from massctl.report.report import (
    AudienceKind,
    Breakdown,
    By,
    Freshness,
    Group,
    Metric,
    Missing,
    Quartiles,
    Report,
    Scene,
    SendReport,
    StageName,
    VerdictCode,
)
from massctl.view import charts
from massctl.view.i18n import Language
from massctl.view.pages import report_page as pages
from massctl.view.pages.document import Watched
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import Order, report_page, sends_page, served_send_page
from massctl.view.report_markdown import report_markdown
from massctl.view.report_words import as_of_words

SHEET = Sheet(Language.EN, {})
WATCHED = Watched("_report", 0)
REPORT = sample_report(6)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def page(of: SendReport) -> str:
    return report_page(report_of([of]), SHEET)


@cache
def newest_page() -> str:
    return page(newest())


@cache
def whole_file() -> str:
    return report_page(REPORT, SHEET)


def card(shown: str, key: str) -> str:
    """Return the words of one card."""
    (found,) = re.findall(rf'aria-labelledby="[^"]*-{key}-name">(.*?)</section>', shown, re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found)))


@pytest.fixture
def without_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "PACKAGE", "no_such_package_as_this")


def test_the_sentence_stands_first_then_as_of_when_and_what_is_still_to_come():
    shown = newest_page()
    order = [
        "followers (6.6%) opened “城墙根下的三条路，趁天还没冷透” from the message by the end of day 7",
        "As of 2026-11-30 08:32 +08:00.",
        "Complete up to the end of 2026-11-28.",
    ]
    order += [
        "newer numbers are to come for: 2026-11-29",
        "The archive lacks numbers of: 2026-11-20.",
        "By the end of day 7",
    ]
    places = [shown.index(each) for each in order]
    assert sorted(places) == places


def test_numbers_that_may_be_another_articles_say_so():
    sure = newest()
    doubtful = replace(
        sure, articles=(replace(sure.articles[0], is_doubtful=True), *sure.articles[1:])
    )
    assert [False, True] == [
        "they may be another article's" in unescape(page(each)) for each in (sure, doubtful)
    ]


def test_a_number_that_is_missing_is_a_dash_whose_reason_stands_below():
    report = newest()
    first = report.articles[0]
    lost = replace(
        first.days[1],
        by_metric=dict.fromkeys(first.days[1].by_metric, absent(Missing.NOT_COLLECTED)),
    )
    days = (first.days[0], lost, *first.days[2:])
    shown = card(page(replace(report, articles=(replace(first, days=days),))), "days")
    assert re.search(r"readers 2,700 — a 7,391 8,601 \* people", shown)
    assert "a the archive has no answer of WeChat for that day" in shown
    assert "* WeChat said that newer numbers are to come" in shown
    assert not re.search(r"\b0 — a", shown)


def test_a_day_that_is_to_come_has_no_column_and_is_told_with_its_date():
    shown = newest_page()
    for key in ("days", "sources"):
        assert "day 30" not in card(shown, key).split("Still to come")[0]
    assert (
        "Still to come: day 30. WeChat has the numbers of a day from about 08:00 of the next: 2026-12-16."
        in shown
    )


def test_the_ledger_has_one_half_of_the_funnel_and_wechat_the_other():
    shown = card(newest_page(), "funnel")
    ledger, wechat = shown.split(
        "the first article by the end of day 14 (2026-11-29), by WeChat's statistics"
    )
    assert re.search(r"in the audience 48,310 .* received it 48,059 99.9%", ledger)
    assert re.search(r"read it from the message 3,225 6.7% of those who received it", wechat)
    assert re.search(r"read it to the end — a 50.0%", wechat)
    assert "a WeChat gives the share only" in wechat


def test_recommendations_are_told_apart_from_what_followers_read():
    shown = newest_page()
    assert "3,202 of 8,601 readers (37.2%) came by WeChat" in card(shown, "sources")
    groups = re.findall(
        r'class="series ([a-z0-9-]+)"',
        shown[shown.index('aria-labelledby="2026-11-walks-2-sources-wide') :],
    )
    assert ["way-1", "way-2", "way-3", "others", "recommended"] == groups[:5]
    without = replace(
        newest().articles[0],
        sources=tuple(e for e in newest().articles[0].sources if e.scene != Scene.RECOMMENDED),
    )
    assert "came by WeChat" not in page(replace(newest(), articles=(without,)))


def test_below_four_comparable_sends_there_is_no_band_and_no_standing():
    few = send(
        "2026-few", datetime(2026, 11, 16, 20, tzinfo=BEIJING), ["Few"], 5000, among=USUAL[:3]
    )
    shown = page(few)
    assert "too few to compare with: 3 earlier sends" in shown
    assert not re.search(r'class="series (band|median)"|class="standing|class="spread"', shown)
    assert re.search(r'class="series (band|median)"', newest_page())


def test_unfollows_are_the_whole_accounts_and_stand_beside_the_same_weekday():
    shown = card(newest_page(), "followers")
    assert "of the whole account, not of this send alone" in shown
    assert re.search(r"2026-11-16 61 median 34, middle half 28–41, of 8 118", shown)


def test_a_send_of_this_morning_has_no_numbers_of_wechat_yet():
    shown = page(send("2026-today", NOW, ["Today"], 5000))
    assert "WeChat has no numbers of “Today” yet" in shown
    assert 'class="key"' not in shown
    assert "— (that day is not over" in card(shown, "funnel")
    assert ["2026-today-1-followers"] == re.findall(r'class="chart ([^"]+)"', shown)


def test_what_is_no_article_has_the_ledgers_numbers_and_its_followers_alone():
    made = newest()
    none = replace(made.verdict, code=VerdictCode.NO_ARTICLES, comparisons=(), gap=None)
    text = replace(made, articles=(), verdicts=(none,), usual=(), is_article=False)
    shown = page(text)
    assert ["funnel", "followers"] == re.findall(
        r'class="card[^"]*" aria-labelledby="2026-11-walks-2-(\w+)-name"', shown
    )


def hostile() -> Report:
    made = newest()
    article = replace(made.articles[0], title=HOSTILE, author=HOSTILE, theme=HOSTILE)
    sends = [
        replace(
            made,
            title=HOSTILE,
            approver=HOSTILE,
            tag=HOSTILE,
            articles=(article, *made.articles[1:]),
        )
    ]
    sends.append(send("2026-other", datetime(2026, 10, 1, tzinfo=BEIJING), [HOSTILE], 4000))
    report = report_of(sends)
    return replace(report, accounts=(replace(report.accounts[0], name=HOSTILE),))


def test_words_of_a_campaign_are_only_words_on_every_page():
    report, sheet = hostile(), Sheet(Language.ZH, {})
    alone = replace(report, sends=report.sends[:1])
    pages = [
        report_page(report, sheet),
        report_page(alone, sheet),
        sends_page(report, sheet, WATCHED, Order(), HOSTILE),
    ]
    pages.append(served_send_page(report, report.sends[0], sheet, WATCHED))
    for shown in pages:
        body = shown[shown.index("<body") :]
        assert [] == re.findall(
            r"<script(?! src=\"/-/live.js\")|<img|<[^>]+\son\w+=|javascript:", body
        )
        assert "&lt;script&gt;" in body


def test_a_file_asks_for_nothing_and_names_everything_once():
    shown = whole_file()
    assert {"https://developers.weixin.qq.com", "https://mp.weixin.qq.com"} >= set(
        re.findall(r'href="(https?://[^/"]+)', shown)
    )
    assert not re.search(r"<link(?! rel=\"icon\")|@import|url\(|<script", shown)
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= set(ids)
    described = {
        each
        for names in re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', shown)
        for each in names.split()
    }
    assert described <= set(ids)


def test_without_the_extra_the_numbers_stand_in_open_tables(without_charts: None):
    alone = page(newest())
    for shown in (alone, sends_page(REPORT, SHEET, WATCHED, Order(), None)):
        assert "pip install &#39;massctl[report]&#39;" in shown
        assert 'class="chart' not in shown
        assert 'class="legend"' not in shown
    assert "<details" not in alone


def rows(shown: str) -> list[str]:
    return re.findall(r'<tr><th scope="row">(\d{4}-\d\d-\d\d) \d\d:\d\d</th>', shown)


@pytest.mark.parametrize(
    ("query", "last"),
    [({}, None), ({"sort": "nonsense"}, None), ({"sort": "day-30"}, "2026-11-16")],
)
def test_the_table_is_sorted_by_what_the_address_says_and_what_is_missing_comes_last(
    query: dict[str, str], last: str | None
):
    down = rows(sends_page(REPORT, SHEET, WATCHED, Order.of(query), None))
    up = rows(sends_page(REPORT, SHEET, WATCHED, Order.of({**query, "order": "up"}), None))
    assert 6 == len(down)
    if last is None:
        assert (sorted(down, reverse=True), sorted(down)) == (down, up)
    else:
        assert (last, last) == (down[-1], up[-1]) or {down[-1], up[-1]} <= {
            "2026-11-16",
            "2026-11-06",
        }
        known = [each for each in down if each not in ("2026-11-16", "2026-11-06")]
        assert [each for each in up if each in known] == known[::-1]


def test_a_head_sorts_and_turns_the_order_that_is_taken():
    shown = sends_page(REPORT, SHEET, WATCHED, Order("day-7"), None)
    assert 'href="/-/report?sort=day-7&amp;order=up"' in shown
    assert 'href="/-/report?sort=shared&amp;order=down"' in shown
    assert re.findall(r'aria-sort="(\w+)"><a href="[^"]*sort=([^&]+)', shown) == [
        ("descending", "day-7")
    ]
    assert "?sort=" not in whole_file()


def test_every_send_of_the_table_leads_to_its_own_page():
    shown = sends_page(REPORT, SHEET, WATCHED, Order(), None)
    assert 'href="/-/report?send=2026-11-walks&amp;edition=2"' in shown
    assert 6 == len(set(re.findall(r'<a href="(/-/report\?send=[^"]+)"', shown)))


def test_a_file_shows_the_newest_in_full_and_says_what_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(pages, "FULL_MAX", 2)
    shown = report_page(sample_report(4), SHEET)
    assert ["2026-11-walks-2", "2026-walk-1-1"] == re.findall(r'<article id="([^"]+)"', shown)
    assert 1 == shown.count('<details class="send-report" open>')
    assert "The newest 2 are here in full; 2 earlier sends are in the table only." in shown
    assert "in the table only" not in report_page(sample_report(2), SHEET)


def test_a_long_table_shows_the_newest_and_folds_the_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "LISTED_MAX", 4)
    shown = sends_page(REPORT, SHEET, WATCHED, Order(), None)
    table, _, others = shown.partition('<details><summary class="more">2 sends more</summary>')
    assert (4, 2) == (len(rows(table)), len(rows(others)))


def test_sends_to_a_part_of_the_followers_are_marked_and_have_no_part_in_the_median():
    report = sample_report(6)
    tagged = replace(report.sends[1], scope=AudienceKind.TAG, tag="会员")
    groups = (Group("all", 5, Quartiles(1, 2000, 3)), Group("tag:会员", 4, Quartiles(1, 9, 10)))
    found = Breakdown(By.AUDIENCE, Metric.READ_USER, 7, groups)
    account = replace(report.accounts[0], breakdowns=(found,))
    report = replace(
        report, accounts=(account,), sends=(report.sends[0], tagged, *report.sends[2:])
    )
    shown = sends_page(report, SHEET, WATCHED, Order(), None)
    assert "the median of those to every follower" in shown
    assert 2 == shown.count("part mark")  # in both sizes of the chart


def test_after_an_old_gap_the_other_days_are_complete():
    told = as_of_words(Freshness(NOW, date(2026, 5, 18), (), (date(2026, 5, 19),)))
    assert [
        "The archive lacks numbers of: 2026-05-19.",
        "Every other day that is over is complete.",
    ] == told[1:]


def test_sends_are_put_side_by_side_only_by_what_has_enough_of_them():
    report = report_of([newest()])
    position, _, author, audience = report.accounts[0].breakdowns
    one = replace(position, groups=position.groups[:1])
    account = replace(report.accounts[0], breakdowns=(one, author, audience))
    shown = sends_page(replace(report, accounts=(account,)), SHEET, WATCHED, Order(), None)
    assert ["author"] == re.findall(
        r'<th scope="col">(author|position in the message|audience)</th>', shown
    )


def test_several_accounts_are_told_one_after_the_other():
    report = report_of([newest()])
    other = replace(report.accounts[0], account="other", appid="wx9", name="Other")
    sends = (
        newest(),
        replace(newest(), campaign=CampaignName("2026-elsewhere"), appid="wx9", account="other"),
    )
    shown = report_page(replace(report, accounts=(*report.accounts, other), sends=sends), SHEET)
    first, second = (
        shown[: shown.index('id="account-other"')],
        shown[shown.index('id="account-other"') :],
    )
    assert ("2026-11-walks ·" in first, "2026-elsewhere ·" in first.replace("send-report", "")) == (
        True,
        False,
    )
    assert "2026-elsewhere ·" in second


@pytest.mark.parametrize("page", ["statistics.md", "statistics.zh-CN.md"])
def test_the_reference_has_every_number_of_wechat_by_its_name(page: str):
    text = (Path(__file__).parents[3] / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert [] == [each.value for each in Metric if f"`{each.value}`" not in text]
    assert [] == [each.value for each in Scene if each.value not in text]
    assert [] == [each.value for each in Missing if f"| `{each.value}` |" not in text]


def test_an_address_that_is_no_page_is_no_link():
    one = newest()
    bad = replace(
        one, articles=tuple(replace(each, url="javascript:alert(1)") for each in one.articles)
    )
    good = replace(
        one,
        articles=tuple(replace(each, url="https://mp.weixin.qq.com/s/a") for each in one.articles),
    )
    assert len(one.articles) > 1
    assert "javascript:" not in page(bad)
    assert 'href="https://mp.weixin.qq.com/s/a"' in page(good)


def test_a_share_that_is_late_says_so_where_it_stands_alone():
    one = newest()
    stages = [
        replace(each, share=replace(each.share, is_delay=True))
        if each.name is StageName.FINISHED and each.share is not None
        else each
        for each in one.funnel
    ]
    shown = card(page(replace(one, funnel=tuple(stages))), "funnel")
    assert re.search(r"% \* of all readers", shown)


def test_what_is_not_known_is_neither_a_bar_nor_an_empty_chart():
    sends = Sends()
    sends.send("today", 100)
    shown = report_page(sends.report(now=SENT), SHEET)
    assert [] == re.findall(r'class="chart |No data', shown)
    assert 'aria-labelledby="today-1-sources-name"' not in shown
    stages = shown[shown.index('aria-labelledby="today-1-funnel-name"') :].partition("</section>")[
        0
    ]
    assert "<rect" not in stages
    assert "<p>— (that day is not over" in shown


def test_sources_of_an_earlier_day_stay_where_the_newest_has_none():
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=5, read_user_source={"推荐": 3})
    sends.read(100, 8, read_user=9)
    assert "推荐 (recommended by WeChat) 3 " in card(report_page(sends.report(), SHEET), "sources")


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 line of the archive is damaged"), (2, "2 lines of the archive")]
)
def test_lines_of_the_archive_that_are_left_out_are_told(count: int, words: str):
    report = sample_report(1)
    (account,) = report.accounts
    for fresh in (
        replace(account.freshness, unreadable=count),
        Freshness(None, None, unreadable=count),
    ):
        told = replace(report, accounts=(replace(account, freshness=fresh),))
        assert words in report_page(told, SHEET)
        assert words in report_markdown(told, Language.EN)
