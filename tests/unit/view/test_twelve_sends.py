"""Twelve sends, written out and added up by hand, and one more that every form compares with them.

The sums of the twelve columns, and their twelfth parts:

    message 84,468 : 12 = 7,039      recommendations 2,602 : 12 = 216.83…    chats 5,086 : 12 = 423.83…
    Moments  6,109 : 12 =   509.08…  the rest        9,615 : 12 = 801.25     all 107,880 : 12 = 8,990

The whole parts add up to 7,039 + 216 + 423 + 509 + 801 = 8,988, two short of 8,990. The largest remainders are those of
recommendations and chats, which are rounded up. The thirteenth send had 5,401 readers: 4,702 + 64 + 251 + 302 + 82.

Of 48,000 each who received it, 14.58, 15.02, 14.35, 15.43, 14.85, 14.53, 15.25, 14.69, 14.97, 14.46, 15.14 and 12.70 %
opened it: the mean is 14.66 %. The square roots are 0.38188, 0.38757, 0.37887, 0.39277, 0.38541, 0.38120, 0.39051,
0.38324, 0.38690, 0.38024, 0.38904 and 0.35643. Their mean is 0.38284, their variance 0.0000866; counting makes
1/192,000, 0.0000052, of it and as much for the send itself. Of 11 degrees of freedom the factor is 2.2010, and
2.2010 · √(0.0000866 · 13/12) is 0.0213. The squares of 0.3615 and 0.4042 are 13.1 and 16.3 %.
"""

import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import SENT, Sends

from massctl.model.ids import CampaignName
from massctl.report.report import Report
from massctl.report.verdict import Counted, ReferenceWindow, whole_means
from massctl.view.i18n import Language, say
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import report_page
from massctl.view.report_csv import report_csv
from massctl.view.report_json import sends_json
from massctl.view.report_markdown import report_markdown
from massctl.view.report_text import report_text
from massctl.view.report_verdict import short_report
from massctl.view.style import Style
from massctl.view.terminal import Page

#       message, recommendations, chats, Moments, all readers, read to the end, shared
TWELVE = (
    (7000, 150, 420, 510, 8880, 0.66, 301),
    (7210, 160, 431, 498, 9101, 0.67, 288),
    (6890, 140, 399, 523, 8749, 0.65, 295),
    (7405, 900, 450, 531, 10089, 0.64, 310),
    (7130, 155, 415, 487, 8986, 0.68, 299),
    (6975, 170, 440, 502, 8891, 0.66, 305),
    (7320, 145, 402, 515, 9180, 0.65, 292),
    (7050, 165, 428, 520, 8965, 0.67, 303),
    (7185, 130, 437, 495, 9049, 0.66, 297),
    (6940, 175, 411, 509, 8836, 0.64, 300),
    (7265, 160, 444, 530, 9200, 0.68, 306),
    (6098, 152, 409, 489, 7954, 0.66, 294),
)
OWN = (4702, 64, 251, 302, 5401, 0.43, 298)
SENTENCES = (
    (
        "4,702 of 48,000 followers (9.8%) opened it by the end of day 7, less than usual (13.1%–16.3%, of 12 sends to "
        "every follower)."
    ),
    "Also less than usual: read to the end 43.0%; as usual: shared 298 (0.62%).",
    (
        "In all, 5,401 people read it (11.3%), less than usual (15.7%–22.0%): −3,589 against the mean (−2,337 the "
        "message, −207 Moments, −173 chats, −153 recommendations, −719 the rest)."
    ),
)
COMPARED_WITH = (
    "mean of 12 earlier sends to every follower, 2026-09-08 to 2026-11-24, by the same day."
)
SPLIT = {
    "公众号消息": (4702, 7039, -2337),
    "推荐": (64, 217, -153),
    "聊天会话": (251, 424, -173),
    "朋友圈": (302, 509, -207),
    None: (82, 801, -719),
}
WHOLE = (5401, 8990, -3589)


def counted(row: tuple[Any, ...]) -> dict[str, Any]:
    message, recommended, chats, moments, readers, finished, shared = row
    sources = {"公众号消息": message, "推荐": recommended, "聊天会话": chats, "朋友圈": moments}
    return {
        "read_user": readers,
        "read_user_source": sources,
        "read_finish_rate": finished,
        "share_user": shared,
    }


@pytest.fixture(scope="module")
def report() -> Report:
    """Report the thirteenth send, a week after twelve that went out a week apart."""
    sends = Sends()
    for number, row in enumerate((*TWELVE, OWN)):
        at = SENT - timedelta(weeks=12 - number)
        name = "spring" if row is OWN else f"walk-{number}"
        sends.send(name, 100 + number, at)
        sends.job(name, (50_000, 49_000, 48_000, 1_000))
        sends.read(100 + number, 7, sent=at, **counted(row))
    return sends.report("spring")


def test_json_adds_up(report: Report) -> None:
    (send,) = json.loads(sends_json(report, Language.EN))["sends"]
    (verdict,) = send["verdicts"]
    gap = verdict["gap"]

    assert " ".join(SENTENCES) == send["sentence"]
    assert ("compared", 7, 12, "2026-09-08", "2026-11-24") == (
        verdict["code"],
        verdict["day"],
        *(verdict["reference"][key] for key in ("count", "since", "until")),
    )
    assert WHOLE == (gap["value"], gap["usual"], gap["gap"])
    assert SPLIT == {
        each["scene"]: (each["value"], each["usual"], each["gap"]) for each in gap["parts"]
    }
    opened, *_ = verdict["comparisons"]
    assert ("opened", 4702, 0.097958, 48_000, 12, 0.146646, 0.131, 0.163) == (
        opened["aspect"],
        opened["figure"]["value"],
        opened["rate"],
        opened["of_people"],
        opened["count"],
        opened["mean"],
        *(opened["usual"][key] for key in ("lower", "upper")),
    )


def test_csv_adds_up(report: Report) -> None:
    row = next(
        each for each in csv.DictReader(report_csv(report).splitlines()) if each["day"] == "7"
    )

    assert ("compared", "12", "2026-09-08", "12", "8990", "-3589") == tuple(
        row[key]
        for key in (
            "verdict",
            "compared",
            "compared_since",
            "mean_of",
            "mean_read_user",
            "gap_read_user",
        )
    )
    assert ("0.097958", "0.131", "0.163", "48000", "0") == tuple(
        row[key]
        for key in (
            "open_rate",
            "usual_open_rate_lower",
            "usual_open_rate_upper",
            "mean_sent_count",
            "gap_audience",
        )
    )
    named = ("message", "recommended", "chat", "moments", "rest")
    assert [gap for _, _, gap in SPLIT.values()] == [
        int(row[f"gap_from_{key}"]) for key in named[:4]
    ] + [int(row["gap_rest"])]


def rows_of(text: str) -> list[tuple[int, ...]]:
    """Return the rows of the split that a table shows: five parts, then the whole."""
    part = text.partition("Where readers came from by day 7")[2]
    found = re.findall(r"(\d[\d,]*)[ |]+(\d[\d,]*)[ |]+([−+±]\d[\d,]*)", part)
    return [tuple(int(re.sub("[,+]", "", each).replace("−", "-")) for each in row) for row in found]


def markdown(report: Report) -> str:
    return report_markdown(report, Language.EN)


def terminal(report: Report) -> str:
    return report_text(Page(Language.EN, Style.PLAIN, 400), report)


def page(report: Report) -> str:
    written = report_page(report, Sheet(Language.EN, {}))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", written)))


@pytest.mark.parametrize("form", [markdown, terminal, page])
def test_what_people_read_adds_up(form: Callable[[Report], str], report: Report) -> None:
    said = form(report)

    for sentence in (*SENTENCES, COMPARED_WITH):
        assert sentence in said
    assert [*SPLIT.values(), WHOLE] == rows_of(said)


def test_a_chat_hears_the_same_three_lines(report: Report) -> None:
    (send,) = report.sends

    assert list(SENTENCES) == [say(each, Language.EN) for each in short_report(send, send.verdict)]


counts = st.integers(0, 10**9)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1), st.integers(1, 200))
def test_whole_means_add_up_and_none_is_off_by_one(sums: list[int], count: int) -> None:
    found = whole_means(sums, count)

    assert abs(sum(found) * count * 2 - 2 * sum(sums)) <= count
    assert all(abs(each * count - total) < count for each, total in zip(found, sums, strict=True))


sources = st.dictionaries(st.sampled_from(["公众号消息", "推荐", "聊天会话", "视频号"]), counts)


@given(st.lists(st.tuples(counts, sources), min_size=4, max_size=30), counts, sources)
def test_the_parts_add_up_to_the_gap_whatever_wechat_counts(
    before: list[tuple[int, dict[str, int]]], readers: int, own: dict[str, int]
) -> None:
    window = ReferenceWindow()
    for number, (count, by_source) in enumerate(before):
        key = CampaignName(f"walk-{number}"), 1
        window.add(SENT.date(), key, Counted(count, by_source, number, {}))

    gap = window.split(Counted(readers, own, 7, {}))

    assert readers == gap.value == sum(each.value for each in gap.parts)
    assert gap.usual == sum(each.usual for each in gap.parts)
    assert gap.gap == sum(each.gap for each in gap.parts)
    named = {each.scene for each in gap.parts} - {None}
    counted = [each for _, each in before if named <= set(each)]
    assert named <= set(own)
    assert 4 <= gap.count <= len(counted)


def test_a_send_that_lacks_a_source_is_in_no_mean_and_hides_it_from_none():
    """Four of 100 readers each: 80 and 20. One of 300, whose 50 chats are all that WeChat gave."""
    window = ReferenceWindow()
    for number in range(5):
        sources = {"公众号消息": 80, "推荐": 20} if number else {"聊天会话": 50}
        key = CampaignName(f"walk-{number}"), 1
        window.add(SENT.date(), key, Counted(100 if number else 300, sources, None, {}))

    gap = window.split(Counted(150, {"公众号消息": 90, "推荐": 60}, None, {}))

    assert (4, 100, 50) == (gap.count, gap.usual, gap.gap)
    assert [("公众号消息", 10), ("推荐", 40), (None, 0)] == [
        (each.scene, each.gap) for each in gap.parts
    ]


@pytest.mark.parametrize(
    ("is_received", "mean"),
    [
        (False, "+50 against the mean of 4 sends to every follower"),
        (True, "+50 against the mean of those 4 that have every source"),
    ],
)
def test_a_mean_of_fewer_sends_says_so(mean: str, *, is_received: bool):
    sends = Sends()
    for number in range(6):
        at = SENT - timedelta(weeks=5 - number)
        sends.send(f"walk-{number}", 100 + number, at)
        if is_received:
            sends.job(f"walk-{number}", (1000, 1000, 1000, 0))
        sources = {"公众号消息": 80, "推荐": 20} if number else {"聊天会话": 50}
        counted = {"read_user": 100 if number else 300, "read_user_source": sources}
        if number == 5:
            counted = {"read_user": 150, "read_user_source": {"公众号消息": 90, "推荐": 60}}
        sends.read(100 + number, 7, sent=at, **counted)

    said = " ".join(terminal(sends.report("walk-5")).split())

    assert f"{mean} (+10 the message, +40 recommendations)" in said
    assert "1 of them is left out of the mean: WeChat did not give all its sources." in said
