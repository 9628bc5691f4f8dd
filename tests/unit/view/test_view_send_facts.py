"""The facts of a send in words: one place, whatever shows them."""

from datetime import date
from typing import Any

import pytest
from building import HOUR, NOW, article, audience, news, text

from massctl.model.batches import OpenidList
from massctl.model.ids import Sha256
from massctl.model.message import RenderedCampaign, Window
from massctl.model.phrase import BEIJING, Phrase
from massctl.plan.quota import Span, Unit
from massctl.plan.send_facts import send_facts
from massctl.plan.window import WindowState
from massctl.view.i18n import Language, say
from massctl.view.rows import LABELS
from massctl.view.send_facts import fact_rows

SPANS = (
    Span(Unit.MONTH, date(2026, 12, 1), "sends", 4, 3, (), 1),
    Span(Unit.DAY, date(2026, 12, 1), "calls", 100, 0, (), 99),
)


def facts(
    campaign: RenderedCampaign, language: Language = Language.EN, **more: Any
) -> dict[str, list[str]]:
    given: dict[str, Any] = {
        "account": "main",
        "count": 7,
        "allowance": SPANS,
        "warnings": (Phrase("careful"),),
    }
    found: dict[str, list[str]] = {}
    for row in fact_rows(send_facts(campaign, WindowState.DUE, **(given | more))):
        found.setdefault(row.name, []).append(" · ".join(say(each, language) for each in row.words))
    return found


def test_every_row_has_its_words() -> None:
    here = Window((NOW - HOUR).astimezone(BEIJING), (NOW + HOUR).astimezone(BEIJING))
    found = facts(
        news(window=here, audience=audience(tag_id=101, expect={"min": 5})), is_counted_now=True
    )
    assert [each for each in LABELS if each in found] == list(found)
    assert 8 == len(found)
    assert ["tag 101 · 7 followers · expected at least 5"] == found["audience"]
    assert found["window"][0].endswith(" · open now")
    assert ["1"] == found["edition"]
    assert ["stop if WeChat finds a reprint (send_ignore_reprint: 0)"] == found["reprint"]
    assert [
        "2026-12 · sends to every follower: 3 of 4 used, 1 left",
        "2026-12-01 · calls: 0 of 100 used now, 1 planned, 99 left after that",
    ] == found["allowance"]
    assert ["careful"] == found["warnings"]


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ({}, "7 followers when last counted"),
        ({"count": None}, "not counted yet"),
        ({"count": None, "is_counted_now": True}, "size unknown"),
        ({"is_tag_due": True}, "which tag that is"),
    ],
)
def test_a_size_says_of_when_it_is(more: dict[str, Any], size: str) -> None:
    assert size in facts(text(), **more)["audience"][0]


def test_a_list_is_told_in_jobs() -> None:
    whom = {
        "audience": audience(openids="a.txt"),
        "openid_list": OpenidList(Sha256("0" * 64), 25_000),
    }
    assert "25,000 openids in 3 jobs" in facts(text(**whom), is_counted_now=True)["audience"][0]


def test_articles_that_differ_say_who_may_comment_on_which() -> None:
    closed, anybody = article(need_open_comment=False), article(need_open_comment=True)
    found = facts(news("sale", closed, anybody, closed))["comments"]
    assert ["articles 1, 3: closed to everybody · article 2: open to everybody"] == found


def test_a_text_has_neither_reprints_nor_comments_and_says_that_it_has_no_window() -> None:
    campaign = text()
    rows = fact_rows(
        send_facts(campaign, WindowState.NONE, account="main", count=None, allowance=())
    )
    assert ["account", "audience", "window", "edition"] == [row.name for row in rows]
    assert ["no window: sent only by name"] == rows[2].words


def test_wechats_own_words_stand_in_the_chinese() -> None:
    found = facts(news(send_ignore_reprint=True), Language.ZH)["reprint"]
    assert ["原创校验判定为转载、原文允许转载时，继续群发（send_ignore_reprint: 1）"] == found


@pytest.mark.parametrize(
    ("used", "left_over", "said"),
    [
        (0, 3, "向全部粉丝群发 4 次：目前已用 0 次，计划再用 1 次，之后还剩 3 次"),
        (1, 3, "向全部粉丝群发 4 次：已用 1 次，还剩 3 次"),
        (1, 0, "向全部粉丝群发 4 次：目前已用 1 次，按计划发完后一次不剩"),
        (4, 0, "向全部粉丝群发 4 次：已用 4 次，还剩 0 次"),
    ],
)
def test_what_is_used_planned_and_left_adds_up(used: int, left_over: int, said: str) -> None:
    span = Span(Unit.MONTH, date(2026, 12, 1), "sends", 4, used, (), left_over)
    assert [f"2026-12 · {said}"] == facts(news(), Language.ZH, allowance=(span,))["allowance"]
