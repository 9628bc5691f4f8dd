"""A report as Markdown, CSV, JSON and for a chat: every number with its denominator, every dash with its reason."""

import csv
import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from copies import replace
from pydantic import TypeAdapter
from report_samples import DAY, SENT, Sends, earlier

from massctl.model.entries import Withdrawn
from massctl.model.ids import CampaignName
from massctl.model.phrase import BEIJING
from massctl.report.report import (
    FULL_MAX,
    ArticleFacts,
    Aspect,
    By,
    Metric,
    Missing,
    Report,
    Scene,
    SendFacts,
    VerdictCode,
)
from massctl.view.cells import cells
from massctl.view.i18n import Language, say
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import report_page
from massctl.view.report_csv import report_csv
from massctl.view.report_json import SendsReport, sends_json
from massctl.view.report_markdown import report_markdown
from massctl.view.report_verdict import short_report
from massctl.view.report_words import ASPECT, JUDGED, METRIC, MISSING, SCENE, number


@pytest.fixture(scope="module")
def report() -> Report:
    """Report a second edition, seven days old, after five comparable sends."""
    sends = Sends()
    earlier(sends, 100, 200, 300, 400)
    sends.send("spring", 90, SENT - 3 * DAY)
    sends.read(90, 7, sent=SENT - 3 * DAY, read_user=333)
    sends.send("spring", 100, edition=2)
    sends.job("spring", (1000, 950, 940, 10), 2)
    for day in range(1, 8):
        sends.read(
            100,
            day,
            read_user=100 + day * 20,
            share_user=12,
            praise_money=1234,
            read_finish_rate=0.41,
            read_user_source={"公众号消息": 94, "推荐": 30, "视频号": 7},
            read_jump_position={1: 0.3, 2: 0.2, 3: 0.1, 4: 0.1, 5: 0.3},
            is_delay=day == 7,
        )
    for week in range(9):
        sends.account_day(SENT.date() - 7 * week * DAY, cancel_user={0: 5 + week}, new_user={1: 9})
    facts = SendFacts(
        articles=(ArticleFacts("=春天来了|", "林|木", "plain"),),
        commit="c0ffee123456",
        approver="wang",
    )
    sends.facts[CampaignName("spring"), 2] = facts
    return sends.report("spring")


@pytest.fixture(scope="module")
def alone(report: Report) -> Report:
    """Report that edition alone, which shows its details."""
    return replace(report, sends=report.sends[:1])


def markdown(made: Report, language: Language) -> str:
    """Write a report as Markdown, without the spaces that line its columns up."""
    return re.sub(" +", " ", report_markdown(made, language))


def test_markdown_begins_with_all_sends_and_ends_with_as_of_when(report: Report) -> None:
    said = markdown(report, Language.EN)

    assert said.startswith(
        "### All sends\n\n2 sends from 2026-11-28 to 2026-12-01. The newest, “《spring》”: "
    )
    assert "| 2026-12-01 | 《spring》 · spring · every follower | not whole yet | 240 |" in said
    last = said.split("## 不赶路")[1]
    assert "2026-12-09 09:00 +08:00" in last
    assert "newer numbers are to come for: 2026-12-07" in last


def test_markdown_of_one_send_has_the_answer_then_followers_then_every_detail(
    alone: Report,
) -> None:
    said = markdown(alone, Language.EN)

    assert said.startswith("## 《spring》\n\n94 of 940 followers (10.0%) opened")
    assert "The message: in the audience 1,000, left after WeChat's filters 950" in said
    assert "| opened from the message | 94 (10.0%) |" in said
    assert "| 推荐 (recommended) | 30 | 30 | 30 |" in said
    assert "| 视频号 | 7 | 7 | 7 |" in said


def test_markdown_of_several_sends_leaves_details_out(report: Report) -> None:
    said = markdown(report, Language.EN)

    assert "What followers did" in said
    assert "Everything that WeChat counts" not in said


@pytest.mark.parametrize("language", [Language.EN, Language.ZH])
def test_columns_of_markdown_line_up_where_it_is_shown_as_it_is(
    alone: Report, language: Language
) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", report_markdown(alone, language), flags=re.MULTILINE)

    assert len(tables) > 5
    assert [1] * len(tables) == [
        len({cells(line) for line in table.splitlines()}) for table in tables
    ]


def test_markdown_says_below_each_table_why_a_number_is_missing_and_which_day_is_late(
    alone: Report,
) -> None:
    said = markdown(alone, Language.EN)

    assert "| | day 1 | day 3 | day 7 so far |" in said
    assert "| readers | 120 | 160 | 240 |" in said
    assert "people who liked it (thumb), " in said
    assert ": WeChat's answer for that day did not have it" in said
    assert (
        "Still to come: day 30. WeChat has the numbers of a day from about 08:00 of the next: 2026-12-31."
        in said
    )
    assert "Not whole yet: day 7 (12-07). WeChat said that newer numbers are to come." in said


def test_markdown_shows_what_the_repository_knows_and_no_markup_of_its_titles(
    report: Report,
) -> None:
    said = markdown(report, Language.EN)

    assert "approved by wang · commit `c0ffee1234`" in said
    assert "by 林`｜`木 · theme plain" in said


def test_markdown_of_a_whole_account_has_medians_from_four_on(report: Report) -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300, 400, 500, 600)
    for number_, hour in enumerate((9, 9, 9, 9, 8)):
        sends.send(f"spring-{number_}", 100 + number_, SENT.replace(hour=hour))
        sends.read(100 + number_, 7, read_user=700)
    many, few = markdown(sends.report(), Language.EN), markdown(report, Language.EN)

    assert "| 20:00 | 6 | 350 | 225–475 |" in many
    assert "| 9:00 | 4 | 700 | 700 |" in many
    assert "| 8:00 |" not in many
    assert "shows no cause" in many
    assert "shows no cause" not in few
    assert "Readers for each send that used the allowance: 509; 5,600 readers" in many
    assert "## 《`earlier-5`》" not in many
    assert len(sends.report().sends) > FULL_MAX


def test_markdown_is_in_the_readers_language(report: Report) -> None:
    said = markdown(report, Language.ZH)

    assert said.startswith(
        "### 全部群发\n\n从 2026-11-28 到 2026-12-01 共 2 次群发。最近一次“《spring》”："
    )
    assert "| 从消息打开 | 94 (10.0%) |" in said


def test_a_sum_that_fell_is_told() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=9)
    sends.read(100, 2, read_user=8)

    said = markdown(sends.report(), Language.EN)

    assert "although these are sums: 2026-12-02" in said


def test_a_sum_of_an_article_below_the_first_that_fell_is_told() -> None:
    sends = Sends()
    sends.send("spring", 100)
    for day, readers in ((1, 9), (2, 8)):
        sends.read(100, day, read_user=10)
        sends.read(100, day, position=2, read_user=readers)
    report, said = sends.report(), "Article 2: WeChat counted fewer readers than by the day before"

    assert said in markdown(report, Language.EN)
    assert said in report_page(report, Sheet(Language.EN, {}))


def test_a_send_of_today_has_no_table() -> None:
    sends = Sends()
    sends.send("spring", 100)
    said = markdown(sends.report(now=SENT), Language.EN)

    assert "Too early: WeChat gives the numbers of day 1 from 08:00 of 2026-12-02." in said
    assert "|" not in said
    assert "massctl status --statistics" in said


def test_a_gap_without_sources_is_one_row() -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300, 400)
    sends.send("spring", 100)
    sends.read(100, 7, read_user=333)

    assert "| in all | 333 | 250 | +83 |" in markdown(sends.report("spring"), Language.EN)
    assert "| the rest |" not in markdown(sends.report("spring"), Language.EN)


def test_few_comparable_sends_have_no_table() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=9)
    said = markdown(sends.report(), Language.EN)

    assert "too few to compare with: 0 earlier sends" in said
    assert "Against comparable sends" not in said


def test_markdown_says_where_a_send_stands_that_did_not_reach_everybody() -> None:
    sends = Sends()
    sends.send("lost", 100)
    sends.job("lost", None, status="failed")

    assert "every follower · failed" in markdown(sends.report(), Language.EN)


def test_every_view_shows_sends_of_several_jobs() -> None:
    sends = Sends()
    sends.send("lists", 100)
    sends.send("lists", 101, batch=2)
    sends.read(100, 7, read_user=5, read_finish_rate=0.5)
    sends.read(101, 7, read_user=6, read_finish_rate=0.5)
    made = sends.report()

    for shown in (markdown(made, Language.EN), report_page(made, Sheet(Language.EN, {}))):
        assert "the send went out in several jobs, and shares cannot be added" in shown


def test_every_code_of_a_report_has_words() -> None:
    for words, codes in ((MISSING, Missing), (METRIC, Metric), (SCENE, Scene), (ASPECT, Aspect)):
        assert list(codes) == [each for each in codes if each in words]
    assert [VerdictCode.COMPARED] == [each for each in VerdictCode if each not in JUDGED]


def test_nothing_is_a_sentence() -> None:
    assert "### Nothing was sent." == markdown(Sends().report(), Language.EN)


def test_csv_has_a_line_for_each_article_and_day_and_says_why_a_cell_is_empty(
    report: Report,
) -> None:
    rows = list(csv.DictReader(report_csv(report).splitlines()))
    last = next(row for row in rows if (row["edition"], row["day"]) == ("2", "7"))

    assert [("2", "1"), ("2", "3"), ("2", "7"), ("1", "1"), ("1", "3"), ("1", "7")] == [
        (row["edition"], row["day"]) for row in rows
    ]
    assert ("940", "240", "94", "0.41", "1234", "1") == tuple(
        last[name]
        for name in (
            "sent_count",
            "read_user",
            "from_message",
            "read_finish_rate",
            "praise_money",
            "is_delay",
        )
    )
    assert ("", "视频号=7", "0.3", "5", "0.1", "0.255319") == tuple(
        last[name]
        for name in ("like_user", "from_more", "left_5", "compared", "open_rate", "reader_rate")
    )
    assert "like_user=not_given" in last["missing"].split()
    assert "account_cancel_user_1=not_collected" in last["missing"].split()
    without = [row for row in rows if not row["from_more"]]
    assert without
    assert all("from_more=not_given" in row["missing"].split() for row in without)


@pytest.mark.parametrize(
    "title", ["=春天来了", "＝cmd()", " @SUM(A1)", "\t-1", "＋1", "－1", "＠x", "\n=1", "\x00=1"]
)
def test_csv_is_no_formula_of_a_spreadsheet(title: str) -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.facts[CampaignName("spring"), 1] = SendFacts(articles=(ArticleFacts(title),))
    (row,) = csv.DictReader(report_csv(sends.report(now=SENT)).splitlines())

    assert "'" + title.strip("\x00 \t\n") == row["headline"]


def test_csv_has_a_line_for_a_send_without_articles_and_for_one_of_today() -> None:
    sends = Sends()
    sends.send("words", None, media_id=None)
    sends.send("today", 100)
    rows = list(csv.DictReader(report_csv(sends.report(now=SENT)).splitlines()))

    assert [("words", "", ""), ("today", "1", "")] == [
        (row["campaign"], row["position"], row["day"]) for row in rows
    ]


def test_csv_shows_the_newest_day_between_those_of_a_report() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 5, read_user=9, read_user_source={"推荐": 2})
    rows = list(csv.DictReader(report_csv(sends.report()).splitlines()))

    assert [("1", ""), ("3", ""), ("5", "2"), ("7", "")] == [
        (row["day"], row["from_recommended"]) for row in rows
    ]


def test_json_is_of_the_published_shape_and_a_missing_number_is_null_with_its_reason(
    report: Report,
) -> None:
    written = sends_json(report, Language.EN)
    made = json.loads(written)
    article = made["sends"][0]["articles"][0]

    TypeAdapter(SendsReport).validate_json(written)
    assert (240, None, "not_yet") == (
        article["latest"]["figures"]["read_user"],
        article["days"][3]["figures"]["read_user"],
        article["days"][3]["missing"]["read_user"],
    )
    assert {"latest": 7, "by_day": {"1": 7, "3": 7, "7": 7, "30": None}} == {
        key: article["sources"][-1][key] for key in ("latest", "by_day")
    }


def chat(made: Report) -> list[str]:
    """Return what a chat hears of the newest send."""
    newest = made.sends[0]
    return [say(each, Language.EN) for each in short_report(newest, newest.verdict)]


def test_a_chat_gets_the_verdict_in_three_lines(report: Report) -> None:
    assert [
        "94 of 940 followers (10.0%) opened it by the end of day 7.",
        "In all, 240 people read it (25.5%); WeChat said that newer numbers are to come.",
        "The message: in the audience 1,000, left after WeChat's filters 950, received it 940, failed 10.",
    ] == chat(report)


def test_a_chat_hears_the_verdict_of_one_day() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=3)
    sends.read(100, 7, read_user=9)
    (send,) = sends.report().sends
    by_day = send.verdict_by(1)
    assert by_day is not None

    assert short_report(send, by_day)[0].startswith("3 people read it by the end of day 1")


def test_a_chat_hears_of_a_text_what_the_ledger_knows() -> None:
    sends = Sends()
    sends.send("words", None, media_id=None)

    assert [
        "“《words》” has no articles, and WeChat counts readers of articles only.",
    ] == chat(sends.report())


@pytest.mark.parametrize(
    ("value", "metric", "written"),
    [
        (1234, None, "1,234"),
        (2.5, None, "2.5"),
        (0.125, Metric.READ_FINISH_RATE, "12.5%"),
        (123456, Metric.PRAISE_MONEY, "1,234.56"),
        (2.25, Metric.READ_AVG_ACTIVETIME, "2.2"),
    ],
)
def test_numbers_are_written_by_what_they_count(
    value: float, metric: Metric | None, written: str
) -> None:
    assert written == number(value, metric)


def test_numbers_that_may_be_another_articles_say_so_in_every_form() -> None:
    sends = Sends()
    sends.send("other", 90, SENT - DAY)
    sends.send("spring", None)
    sends.facts[CampaignName("spring"), 1] = SendFacts(articles=(ArticleFacts("春"),))
    sends.read(100, 1, read_user=5, title="春")
    made, said = sends.report(), "they may be another article's"

    assert [False, True] == [each.articles[0].is_doubtful for each in reversed(made.sends)]
    overview = next(
        line
        for line in report_markdown(made, Language.EN).splitlines()
        if line.startswith("| 2026-12-01")
    )
    assert said in overview
    page = unescape(report_page(made, Sheet(Language.EN, {})))
    assert said in next(
        line for line in page.splitlines() if line.startswith("<tr") and "spring" in line
    )
    assert said in chat(made)[0]
    assert {"0", "1"} == {row["doubtful"] for row in csv.DictReader(report_csv(made).splitlines())}


def test_an_article_that_was_withdrawn_alone_says_so_and_is_put_beside_none() -> None:
    sends = Sends()
    for number_ in range(5):
        at = SENT - number_ * DAY
        sends.send(f"two-{number_}", 100 + number_, at)
        for position in (1, 2):
            sends.read(100 + number_, 7, sent=at, position=position, read_user=5)
    msg_id = sends.state.record(CampaignName("two-0"), 1).jobs[0].msg_id
    assert msg_id is not None
    sends.note(Withdrawn(msg_id=msg_id, article=2), "two-0", 1, SENT)
    made, one = sends.report(), sends.report("two-0")
    position = next(each for each in made.accounts[0].breakdowns if each.by is By.POSITION)

    assert [("1", 5), ("2", 4)] == [(each.key, each.count) for each in position.groups]
    assert [False, True] == [each.is_withdrawn for each in one.sends[0].articles]
    assert "· withdrawn" in report_markdown(one, Language.EN)
    assert "<small>withdrawn</small>" in report_page(one, Sheet(Language.EN, {}))
    assert ["0", "1"] == [
        row["withdrawn"]
        for row in csv.DictReader(report_csv(one).splitlines())
        if row["day"] == "7"
    ]


def test_where_sends_went_to_several_audiences_it_says_which_of_them_stand_side_by_side() -> None:
    sends = Sends()
    for number_ in range(6):
        at = SENT - number_ * DAY
        sends.send(
            f"to-{number_}",
            100 + number_,
            at,
            audience={"tag": "会员", "tag_id": 100} if number_ > 4 else None,
        )
        sends.read(100 + number_, 7, sent=at, read_user=5)
        sends.read(100 + number_, 7, sent=at, position=2, read_user=5)
    said = "Only those by audience have all sends; the others have the sends to every follower, the most frequent."
    made, alike = sends.report(), sends.report(*(f"to-{each}" for each in range(5)))
    assert said in report_markdown(made, Language.EN)
    assert said in report_page(made, Sheet(Language.EN, {}))
    assert "Only those by audience" not in report_markdown(alike, Language.EN)


def test_the_page_says_when_in_beijing_it_was_made_and_when_a_send_went_out() -> None:
    sends, late = Sends(), datetime(2026, 12, 31, 23, 56, tzinfo=BEIJING)
    for number_ in (1, 2):
        sends.send(f"late-{number_}", 100 + number_, late)
        sends.read(100 + number_, 1, sent=late + DAY, read_user=5)
    made, sheet = (
        sends.report(now=datetime(2027, 1, 11, 18, 30, tzinfo=UTC)),
        Sheet(Language.EN, {}),
    )
    page = report_page(made, sheet)

    assert "made 2027-01-12 02:30 +08:00" in page
    assert "sent 2026-12-31 23:56" in report_page(replace(made, sends=made.sends[:1]), sheet)
    assert "Readers for each send" not in page
