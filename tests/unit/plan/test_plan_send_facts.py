"""The block of a send: the same from what was rendered and from what a lock holds of it."""

from datetime import date
from typing import Any

import pytest
from building import HOUR, NOW, article, audience, news, text
from openid_samples import openid_list

from massctl.model.batches import OpenidList
from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.ids import AccountName, CampaignName, MediaId, Sha256
from massctl.model.lock import LockFile, lock_document
from massctl.model.message import ImageMessage, RenderedCampaign, Window
from massctl.model.phrase import Phrase
from massctl.plan.quota import AccountAhead, Span, Unit
from massctl.plan.send_facts import CommentAccess, SendFacts, send_facts, spans_of, warnings_of
from massctl.plan.window import WindowState

OPEN = Window(NOW - HOUR, NOW + HOUR)
PICTURES = ImageMessage(None, (MediaId("M"),), "", "", True, True)
WHOLE = OpenidList(Sha256("0" * 64), 25_000)
MIXED = news(
    "sale",
    article("一", need_open_comment=False),
    article("二", need_open_comment=True, only_fans_can_comment=False),
    article("三", need_open_comment=True, only_fans_can_comment=True),
    window=OPEN,
    send_ignore_reprint=True,
)


def block(content: RenderedCampaign | LockFile, **more: Any) -> SendFacts:
    return send_facts(
        content, WindowState.DUE, **({"account": "main", "count": 7, "allowance": ()} | more)
    )


@pytest.mark.parametrize(
    "campaign",
    [
        MIXED,
        news(),
        text(window=OPEN),
        text(message=PICTURES),
        text(audience=audience(tag_id=101, expect={"min": 5})),
        text(audience=audience(openids="lists/a.txt"), openid_list=WHOLE),
    ],
    ids=["news", "closed", "text", "pictures", "tag", "list"],
)
def test_a_lock_says_what_was_rendered(campaign: RenderedCampaign) -> None:
    lock = LockFile.model_validate(lock_document(campaign, "massctl 0"))
    assert block(campaign) == block(lock)


@pytest.mark.parametrize(
    ("campaign", "ignores", "commenting"),
    [
        (MIXED, True, (CommentAccess.CLOSED, CommentAccess.EVERYBODY, CommentAccess.FOLLOWERS)),
        (text(), None, ()),
        (text(message=PICTURES), None, (CommentAccess.FOLLOWERS,)),
    ],
)
def test_reprints_concern_news_and_comments_what_can_be_commented_on(
    campaign: RenderedCampaign, ignores: bool | None, commenting: tuple[CommentAccess, ...]
) -> None:
    found = block(campaign)
    assert (ignores, commenting) == (found.ignores_reprint, found.commenting)


def test_a_list_counts_its_own_openids() -> None:
    found = block(
        text(audience=audience(openids="lists/a.txt"), openid_list=openid_list()), count=3
    )
    assert (7, 3) == (found.count, found.batches)


def test_only_warnings_are_thought_of_before_a_yes() -> None:
    warning = Diagnostic("MC406", Severity.WARNING, Phrase("crowded"))
    note = Diagnostic("MC346", Severity.INFO, Phrase("long"))
    assert ("MC406 crowded",) == warnings_of((note, warning))


def span(of: str, *names: str, first: date = date(2026, 12, 1)) -> Span:
    return Span(Unit.MONTH, first, of, 4, 1, tuple(map(CampaignName, names)), 3)  # type: ignore[arg-type]


def test_the_allowance_is_where_it_counts_and_else_where_the_account_sends_next() -> None:
    first, second = span("sends", "other"), span("sends", "sale", first=date(2027, 1, 1))
    calls, back = span("calls", "sale"), span("withdrawals")
    ahead = [
        AccountAhead(AccountName("main"), "service", (back, first, second, calls)),
        AccountAhead(AccountName("else"), "service", (span("sends", "sale"),)),
    ]
    assert (second, calls) == spans_of(ahead, "main", "sale")
    assert (first,) == spans_of(ahead, "main", "words")
    assert () == spans_of(ahead, "nobody", "sale")
