"""Twelve sends, written out and added up by hand, and one more that every form compares with them.

The sums of the twelve columns, and their twelfth parts:

    message 84,468 : 12 = 7,039      recommendations 2,602 : 12 = 216.83…    chats 5,086 : 12 = 423.83…
    Moments  6,109 : 12 =   509.08…  the rest        9,615 : 12 = 801.25     all 107,880 : 12 = 8,990

The whole parts add up to 7,039 + 216 + 423 + 509 + 801 = 8,988, two short of 8,990. The largest remainders are those of
recommendations and chats, which are rounded up. The thirteenth send had 5,401 readers: 4,702 + 64 + 251 + 302 + 82.

What is usual from the message, with the logarithms of one more than each: 8.8538, 8.8834, 8.8380, 8.9100, 8.8722,
8.8502, 8.8985, 8.8609, 8.8799, 8.8452, 8.8910 and 8.7159. Their mean is 8.8582, their standard deviation 0.0501. Of 11
degrees of freedom the factor is 2.2010, and 2.2010 · 0.0501 · √(13/12) is 0.1148. The numbers whose logarithms are
8.7435 and 8.9730 are 6,269.7 and 7,887.4, one more than the ends: whole people between them are 6,269 to 7,886.
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
from massctl.report.report import Aspect, Report
from massctl.report.verdict import Counted, ReferenceWindow, whole_means
from massctl.view.i18n import Language, say
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import report_page
from massctl.view.report_csv import report_csv
from massctl.view.report_json import sends_json
from massctl.view.report_markdown import report_markdown
from massctl.view.report_short import short_report
from massctl.view.report_text import report_text
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
        "4,702 of 48,000 followers (9.8%) opened it by the end of day 7, less than usual (6,269–7,886, of 12 sends to "
        "every follower)."
    ),
    "Also less than usual: read to the end 43.0%; as usual: shared 298.",
    (
        "In all, 5,401 people read it, less than usual (7,955–10,134): −3,589 against the mean (−2,337 the message, "
        "−207 Moments, −173 chats, −153 recommendations, −719 the rest)."
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
    assert ("opened", 12, 6269, 7886) == (
        opened["aspect"],
        opened["count"],
        *(opened["usual"][key] for key in ("lower", "upper")),
    )


def test_csv_adds_up(report: Report) -> None:
    row = next(
        each for each in csv.DictReader(report_csv(report).splitlines()) if each["day"] == "7"
    )

    assert ("compared", "12", "2026-09-08", "8990", "-3589") == tuple(
        row[key]
        for key in ("verdict", "compared", "compared_since", "mean_read_user", "gap_read_user")
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
        window.add(SENT.date(), key, Counted(count, by_source, {Aspect.READERS: count}))

    gap = window.split(Counted(readers, own, {}))

    assert readers == gap.value == sum(each.value for each in gap.parts)
    assert gap.usual == sum(each.usual for each in gap.parts)
    assert gap.gap == sum(each.gap for each in gap.parts)
    in_all = set(own).intersection(*(each for _, each in before))
    assert in_all == {each.scene for each in gap.parts} - {None}
