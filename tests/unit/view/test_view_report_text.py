"""A report on a terminal: columns below each other, no line wider than the window, no Markdown, in both languages."""

import re

import pytest
from report_page_samples import NEWEST, NOW, newest_report, sample_report, sample_sends
from report_samples import SENT, Sends

from massctl.report.report import Report
from massctl.view.cells import cells
from massctl.view.i18n import Language
from massctl.view.report_text import report_text
from massctl.view.style import Style
from massctl.view.terminal import Page

PIPED = 1_000_000
LANGUAGES = pytest.mark.parametrize("language", [Language.EN, Language.ZH], ids=["en", "zh"])


def text(
    report: Report,
    width: int = 80,
    language: Language = Language.EN,
    style: Style = Style.PLAIN,
) -> str:
    return report_text(Page(language, style, width), report)


@LANGUAGES
@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("count", [1, 3, 12])
def test_no_line_is_wider_than_the_window(language: Language, width: int, count: int):
    report = newest_report() if count == 1 else sample_report(count)
    assert [] == [
        line for line in text(report, width, language).splitlines() if cells(line) > width
    ]


@LANGUAGES
def test_it_is_no_markdown(language: Language):
    for report in (newest_report(), sample_report(3), sample_report(12)):
        said = text(report, language=language)
        assert not re.search(r"^\s*(#|\||[-*] )|\*\*|`", said, flags=re.MULTILINE)


@LANGUAGES
@pytest.mark.parametrize("width", [80, 200, PIPED])
def test_numbers_stand_below_each_other(language: Language, width: int):
    lines = text(newest_report(), width, language).splitlines()
    gaps = [line for line in lines if re.search(r"\d +[−+±][\d,]+$", line)]
    assert 8 == len(gaps)
    assert 1 == len({cells(line) for line in gaps})


def test_it_says_the_answer_then_the_parts_then_followers_then_the_account():
    said = " ".join(text(newest_report()).split())
    order = [
        "城墙根下的三条路，趁天还没冷透",
        "2,666 of 48,059 followers (5.5%) opened it by the end of day 7, less than usual",
        "Compared with the mean of 11 earlier sends to every follower",
        "the message 2,666 5,126 −2,460",
        "in all 6,662 7,677 −1,015",
        "opened from the message ▼ 2,666 (5.5%) 10.7% 6.0%–16.4%",
        "不赶路",
    ]
    places = [said.index(each) for each in order]
    assert sorted(places) == places
    assert "Everything that WeChat counts" not in said


def test_many_sends_are_a_row_each_and_a_narrow_window_keeps_the_first_columns():
    wide, narrow = (text(sample_report(12), width).splitlines() for width in (200, 80))
    for lines in (wide, narrow):
        assert 12 == sum(bool(re.match(r"  2026-\d\d-\d\d  \S", line)) for line in lines)
    assert any(line.endswith("followed") for line in wide)
    assert not any(line.endswith("followed") for line in narrow)


def test_a_window_too_narrow_for_columns_has_each_number_behind_its_name():
    said = " ".join(text(sample_report(12), 40).split())
    assert "readers 6,662 · opened ▼ 5.5% · finished ▼ 43.0%" in said


def report_where_many_left() -> Report:
    sends = sample_sends(12)
    sends.account_day(NEWEST.date(), cancel_user={0: 160}, new_user={}, cumulate_user=48_307)
    return sends.report("2026-11-walks", now=NOW, since=NEWEST.date())


def test_a_verdict_has_its_colour_and_more_unfollows_are_no_good_news():
    said = text(report_where_many_left(), style=Style.COLOUR)
    assert "\x1b[33m▼ 43.0%\x1b[0m" in said
    assert "\x1b[33m▲ 160\x1b[0m" in said
    assert "\x1b[33mless than usual\x1b[0m" in text(sample_report(12), 200, style=Style.COLOUR)


def test_a_dash_has_its_reason_below_the_table():
    sends = Sends()
    sends.send("lists", 100)
    sends.send("lists", 101, batch=2)
    sends.read(100, 7, read_user=5, read_finish_rate=0.5)
    sends.read(101, 7, read_user=6, read_finish_rate=0.5)
    sends.send("other", 102, SENT)
    said = text(sends.report(), 200)
    assert "— (b)" in said
    assert "(b) the send went out in several jobs, and shares cannot be added" in said


def test_nothing_is_one_line():
    assert "Nothing was sent." == text(Sends().report())
