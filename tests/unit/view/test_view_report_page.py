"""The page of a report: the answer first, which numbers stand where, what is said of those that are missing."""

import re
from datetime import date, timedelta
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from copies import replace
from report_page_samples import (
    NEWEST,
    NOW,
    add_send,
    newest,
    newest_report,
    sample_report,
    sample_sends,
)
from report_samples import DAY, SENT, Sends

from massctl.model.ids import CampaignName
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
    return report_page(replace(newest_report(), sends=(of,)), SHEET)


@cache
def newest_page() -> str:
    return page(newest())


@cache
def whole_file() -> str:
    return report_page(REPORT, SHEET)


def words(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


def card(shown: str, key: str) -> str:
    """Return the words of one card, or of one fold."""
    found = re.search(
        rf'(?:aria-labelledby|id)="[^"]*-{key}">(.*?)</(?:section|details)>', shown, re.DOTALL
    )
    assert found is not None
    return words(found[1])


@pytest.fixture
def without_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "PACKAGE", "no_such_package_as_this")


def test_the_answer_stands_first_then_the_parts_of_the_gap_then_followers_then_details():
    shown = newest_page()
    order = [
        "2,666 of 48,059 followers (5.5%) opened it by the end of day 7, less than usual",
        "In all, 6,662 people read it (13.9%), as usual (6.7%–28.7%) only with 1,639 more from recommendations",
        "Compared with the mean of 11 earlier sends to every follower",
        "What followers did",
        "Readers, day by day",
        "<details",
        "As of 2026-12-09",
    ]
    places = [unescape(shown).index(each) for each in order]
    assert sorted(places) == places
    assert 3 == shown.count('<p class="sentence">')


def test_the_parts_of_the_gap_add_up_to_the_unit_and_each_has_a_bar():
    shown = card(newest_page(), "gap")
    rows = re.findall(r"([\d,]+) ([\d,]+) ([−+±])([\d,]+)", shown)
    numbers = [[int(each.replace(",", "")) for each in row[:2]] for row in rows]
    gaps = [int(count.replace(",", "")) * (-1 if sign == "−" else 1) for *_, sign, count in rows]
    *parts, total = [(*each, gap) for each, gap in zip(numbers, gaps, strict=True)]
    assert 8 == len(rows)
    assert total == tuple(map(sum, zip(*parts, strict=True)))
    assert 8 == newest_page().count('<svg class="change"')


def test_a_page_has_one_reference_and_no_median():
    shown = words(newest_page()[: newest_page().index("What the numbers mean")])
    assert 1 == shown.count("Compared with")
    assert "median" not in shown


def test_a_day_that_was_lost_has_no_column_of_dashes_but_a_line():
    sends = sample_sends(6)
    sends.rows["1000_1"].remove(sends.rows["1000_1"][2])
    report = sends.report("2026-11-walks", now=NOW, since=NEWEST.date())
    shown = card(report_page(report, SHEET), "days")
    assert re.search(r"day 1 day 7 day 14 so far readers 2,224 6,662 6,959", shown)
    assert "day 3: the archive has no answer of WeChat for that day" in shown


def test_a_number_that_is_missing_is_a_dash_whose_reason_stands_below():
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=5, like_user=2)
    sends.read(100, 3, read_user=6)
    shown = card(report_page(sends.report(), SHEET), "days")
    assert "liked it (thumb) 2 — a" in shown
    assert "a WeChat's answer for that day did not have it" in shown


def test_what_wechat_never_gave_has_no_row_of_dashes_but_a_line():
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=5)
    shown = card(report_page(sends.report(), SHEET), "days")
    assert "—" not in shown
    assert "comments, people who saved it" in shown
    assert "read to the end (of readers), minutes per reader, on average: WeChat's answer" in shown


def test_a_day_that_is_late_is_marked_until_it_is_whole():
    shown = newest_page()
    said = "Not whole yet: day 14 (11-29). WeChat said that newer numbers are to come."
    for key in ("days", "sources"):
        assert "day 14 so far" in card(shown, key)
        assert said in card(shown, key)
    assert 2 == shown.count("part mark")  # in both sizes of the chart
    old = sample_report(6).sends[-1]
    assert "so far" not in page(old)


def test_a_day_that_is_to_come_has_no_column_and_is_told_with_its_date():
    shown = card(newest_page(), "days")
    assert "day 30" not in shown.split("Still to come")[0]
    assert (
        "Still to come: day 30. WeChat has the numbers of a day from about 08:00 of the next: 2026-12-16."
        in shown
    )


def test_what_became_of_the_message_is_one_line_and_what_followers_did_a_table():
    shown = card(newest_page(), "funnel")
    assert (
        "The message: in the audience 48,310, left after WeChat's filters 48,099, received it 48,059, failed 40."
        in shown
    )
    assert "▼ 2,666 (5.5%) 10.7% 6.0%–16.4%" in shown
    assert "▼ 43.0% 57.0% 54.0%–60.1%" in shown
    assert "unfollowed the account that day 80 (0.17%) 0.078% 0.016%–0.19%" in shown


def test_below_four_comparable_sends_nothing_is_beside_a_number():
    few = sample_sends(4).report("2026-11-walks", now=NOW, since=NEWEST.date())
    shown = report_page(few, SHEET)
    assert "too few to compare with: 3 earlier sends to every follower" in shown
    assert not re.search(r'class="series band"|class="gap"|class="sign lies-\w+ of-open', shown)
    assert "usual" not in card(shown, "funnel")
    assert re.search(r'class="series band"', newest_page())


def test_unfollows_are_the_whole_accounts_and_stand_beside_the_same_weekday():
    shown = card(newest_page(), "followers")
    assert "Of the whole account, not of this send alone." in shown
    assert re.search(r"2026-11-16 80 18–72 47", shown)


def test_a_send_of_this_morning_says_so_in_a_line_and_has_no_empty_part():
    sends = Sends()
    add_send(sends, "today", 100, NOW, ["Today"])
    shown = report_page(sends.report(now=NOW), SHEET)
    assert "Too early: WeChat gives the numbers of day 1 from 08:00 of 2026-12-01." in shown
    assert ["today-1-funnel"] == re.findall(r'aria-labelledby="([^"]+)"', shown)
    assert ["today-1-about", "today-1-meanings"] == re.findall(
        r'class="fold[^"]*" id="(.*?)"', shown
    )
    assert not re.search(
        r'class="chart |<table|—', shown[shown.index("<main") :].split("meanings")[0]
    )


def test_what_is_no_article_has_the_ledgers_numbers_and_its_followers_alone():
    sends = Sends()
    sends.send("words", None, media_id=None)
    sends.job("words", (10, 10, 9, 1))
    sends.account_day(SENT.date(), cancel_user={0: 3}, new_user={0: 1})
    shown = report_page(sends.report(), SHEET)
    assert "9 followers received" in shown
    assert ["words-1-funnel"] == re.findall(r'aria-labelledby="([^"]+)"', shown)
    assert 'id="words-1-followers"' in shown


def test_a_send_that_failed_is_told_in_a_line():
    sends = Sends()
    sends.send("lost", 100)
    sends.job("lost", None, status="failed")
    shown = report_page(sends.report(), SHEET)
    assert 1 == shown.count('<p class="sentence">')
    assert "“《lost》” failed. WeChat accepted the job and then failed it." in unescape(shown)
    assert "<table" not in shown.split("meanings")[0]


def hostile() -> Report:
    made = newest()
    article = replace(made.articles[0], title=HOSTILE, author=HOSTILE, theme=HOSTILE)
    sends = [
        replace(
            each,
            title=HOSTILE,
            approver=HOSTILE,
            tag=HOSTILE,
            articles=(article, *each.articles[1:]),
        )
        for each in sample_report(12).sends[:2]
    ]
    report = replace(sample_report(12), sends=tuple(sends))
    return replace(report, accounts=(replace(report.accounts[0], name=HOSTILE),))


def test_words_of_a_campaign_are_only_words_on_every_page():
    report, sheet = hostile(), Sheet(Language.ZH, {})
    alone = replace(report, sends=report.sends[:1])
    shown_pages = [
        report_page(report, sheet),
        report_page(alone, sheet),
        sends_page(report, sheet, WATCHED, Order(), HOSTILE),
    ]
    shown_pages.append(served_send_page(report, report.sends[0], sheet, WATCHED))
    for shown in shown_pages:
        body = shown[shown.index("<body") :]
        assert [] == re.findall(
            r"<script(?! src=\"/-/live.js\")|<img|<[^>]+\son\w+=|javascript:", body
        )
        assert "&lt;script&gt;" in body


def test_a_file_asks_for_nothing_and_names_everything_once():
    shown = whole_file()
    assert {"https://developers.weixin.qq.com"} >= set(
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


def test_without_the_extra_the_numbers_stand_in_tables(without_charts: None):
    alone = page(newest())
    for shown in (alone, sends_page(REPORT, SHEET, WATCHED, Order(), None)):
        assert "pip install &#39;massctl[report]&#39;" in shown
        assert 'class="chart' not in shown
        assert 'class="legend"' not in shown
    assert "day 7 6,662" in card(alone, "reads")


# All sends


def rows(shown: str) -> list[str]:
    return re.findall(r'<th scope="row">(\d{4}-\d\d-\d\d)</th>', shown)


@pytest.mark.parametrize("key", ["sent", "title", "verdict", "readers", "opened"])
def test_the_table_is_sorted_as_the_address_says_with_what_is_missing_last(key: str):
    sends = sample_sends(6)
    add_send(sends, "today", 3000, NOW, ["Today"])
    report = sends.report(now=NOW, since=NEWEST.date() - 299 * DAY)
    query = {"sort": key}
    down = rows(sends_page(report, SHEET, WATCHED, Order.of(query), None))
    up = rows(sends_page(report, SHEET, WATCHED, Order.of({**query, "order": "up"}), None))
    assert 7 == len(down)
    if key in ("readers", "opened"):
        assert ("2026-11-30", "2026-11-30") == (down.pop(), up.pop())
    if key != "verdict":
        assert down == up[::-1]
    if key == "sent":
        assert down == sorted(down, reverse=True)


def test_a_head_sorts_and_turns_the_order_that_is_taken():
    shown = sends_page(REPORT, SHEET, WATCHED, Order("readers"), None)
    assert 'href="/-/report?sort=readers&amp;order=up"' in shown
    assert 'href="/-/report?sort=shared&amp;order=down"' in shown
    assert re.findall(r'aria-sort="(\w+)"><a href="[^"]*sort=([^&]+)', shown) == [
        ("descending", "readers")
    ]
    assert "?sort=" not in whole_file()


def test_every_send_of_the_table_leads_to_its_own_page():
    shown = sends_page(REPORT, SHEET, WATCHED, Order(), None)
    assert 'href="/-/report?send=2026-11-walks&amp;edition=2"' in shown
    assert 6 == len(set(re.findall(r'<a href="(/-/report\?send=[^"]+)"', shown)))


def test_every_row_has_a_verdict_in_a_word_and_a_filter_counts_them():
    shown = sends_page(sample_report(12), SHEET, WATCHED, Order(), None)
    kinds = re.findall(r'<tr class="is-(\w+)">', shown)
    assert 12 == len(kinds) == shown.count('<span class="mark">')
    labels = re.findall(r'<label for="show-is-(\w+)" title="[^"]+: (\d+)"', shown)
    assert dict(labels) == {"all": "12"} | {each: str(kinds.count(each)) for each in kinds}
    assert "show-is-" not in report_page(sample_report(2), SHEET).split("</style>")[1]


@pytest.mark.parametrize("day", [2, 4])
def test_a_young_send_stands_by_the_newest_of_the_days_of_a_report(day: int):
    sends = sample_sends(6)
    add_send(sends, "young", 3000, NOW - timedelta(days=day), ["Young"])
    report = sends.report(now=NOW, since=NEWEST.date() - 299 * DAY)
    shown = report_page(report, SHEET)
    (row,) = [each for each in shown.split("<tr") if "Young</a>" in each]
    assert f"<small>day {1 if day < 3 else 3}</small>" in row


def test_a_file_shows_the_newest_in_full_and_says_what_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(pages, "FULL_MAX", 2)
    shown = report_page(sample_report(4), SHEET)
    assert ["2026-11-walks-2", "2026-walk-1-1"] == re.findall(r'<article id="([^"]+)"', shown)
    assert '<details class="send-report" open>' not in shown
    assert "The newest 2 are here in full; 2 earlier sends are in the table only." in shown
    assert "in the table only" not in report_page(sample_report(2), SHEET)


def test_a_long_table_shows_the_newest_and_folds_the_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "LISTED_MAX", 4)
    shown = sends_page(REPORT, SHEET, WATCHED, Order(), None)
    table, _, others = shown.partition('<details><summary class="more">2 sends more</summary>')
    assert (4, 2) == (len(rows(table)), len(rows(others)))


def test_sends_to_a_part_of_the_followers_are_marked():
    report = sample_report(6)
    tagged = replace(report.sends[1], scope=AudienceKind.TAG, tag="会员")
    report = replace(report, sends=(report.sends[0], tagged, *report.sends[2:]))
    shown = sends_page(report, SHEET, WATCHED, Order(), None)
    assert "to a part of them" in shown
    assert 2 == shown.count("part mark")  # in both sizes of the chart


def test_after_an_old_gap_the_other_days_are_complete():
    told = as_of_words(Freshness(NOW, date(2026, 5, 18), (), (date(2026, 5, 19),)))
    assert [
        "The archive lacks numbers of: 2026-05-19.",
        "Every other day that is over is complete.",
    ] == told[1:]


def test_sends_are_put_side_by_side_only_by_what_has_enough_of_them():
    groups = (Group("1", 4, Quartiles(1, 2, 3)), Group("2", 4, Quartiles(1, 2, 3)))
    both = Breakdown(By.AUTHOR, Metric.READ_USER, 7, groups)
    one = Breakdown(By.POSITION, Metric.READ_USER, 7, groups[:1])
    account = replace(REPORT.accounts[0], breakdowns=(one, both))
    shown = sends_page(replace(REPORT, accounts=(account,)), SHEET, WATCHED, Order(), None)
    assert ["author"] == re.findall(
        r'<th scope="col">(author|position in the message|audience)</th>', shown
    )


def forty_accounts() -> Report:
    report = sample_report(6)
    sends, accounts = [], []
    for number in range(40):
        key, appid = f"account-{number}", f"wx{number:016}"
        accounts.append(
            replace(report.accounts[0], account=key, appid=appid, name=f"账号 {number}")
        )
        sends += [
            replace(each, account=key, appid=appid, campaign=CampaignName(f"c{number}-{place}"))
            for place, each in enumerate(report.sends)
        ]
    sends.sort(key=lambda each: each.sent_at, reverse=True)
    return replace(report, accounts=tuple(accounts), sends=tuple(sends))


def test_forty_accounts_have_one_table_newest_first_and_are_folded_below():
    report = forty_accounts()
    shown = sends_page(report, SHEET, WATCHED, Order(), None)
    assert 240 == len(rows(shown))
    assert rows(shown) == sorted(rows(shown), reverse=True)
    assert 40 == shown.count('<details class="fold account">')
    assert "账号 7 · c7-0" in words(shown)
    only = sends_page(report, SHEET, WATCHED, Order.of({"account": "account-7"}), None)
    assert 6 == len(rows(only))
    assert 'href="/-/report?sort=readers&amp;order=down&amp;account=account-7"' in only
    assert 'href="/-/report?order=down&amp;account=account-7"' in shown


@pytest.mark.parametrize("page_name", ["statistics.md", "statistics.zh-CN.md"])
def test_the_reference_has_every_number_of_wechat_by_its_name(page_name: str):
    path = Path(__file__).parents[3] / "docs" / "reference" / page_name
    text = path.read_text(encoding="utf-8")
    assert [] == [each.value for each in Metric if f"`{each.value}`" not in text]
    assert [] == [each.value for each in Scene if each.value not in text]
    assert [] == [each.value for each in Missing if f"| `{each.value}` |" not in text]


def test_an_address_that_is_no_page_is_no_link():
    one = newest()
    bad, good = (
        replace(one, articles=tuple(replace(each, url=url) for each in one.articles))
        for url in ("javascript:alert(1)", "https://mp.weixin.qq.com/s/a")
    )
    assert len(one.articles) > 1
    assert "javascript:" not in page(bad)
    assert 'href="https://mp.weixin.qq.com/s/a"' in page(good)


def test_sources_of_an_earlier_day_stay_where_the_newest_has_none():
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=5, read_user_source={"推荐": 3})
    sends.read(100, 8, read_user=9)
    assert "推荐 (recommended) 3 " in card(report_page(sends.report(), SHEET), "sources")


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 line of the archive is damaged"), (2, "2 lines of the archive")]
)
def test_lines_of_the_archive_that_are_left_out_are_told(count: int, said: str):
    report = newest_report()
    (account,) = report.accounts
    for fresh in (
        replace(account.freshness, unreadable=count),
        Freshness(None, None, unreadable=count),
    ):
        told = replace(report, accounts=(replace(account, freshness=fresh),))
        assert said in report_page(told, SHEET)
        assert said in report_markdown(told, Language.EN)
