"""The plan as a person reads it before a million phones ring."""

from datetime import timedelta

import pytest
from building import folder_of
from copies import replace
from view_samples import (
    APPID,
    COVER,
    HERO,
    LEAVES,
    NOW,
    added,
    attempted,
    campaign,
    picture,
    plan_of,
    saved,
    state_of,
    text_campaign,
    uploaded,
)

from massctl.model import entries
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.ids import AccountName, CampaignName, Sha256, sha256_of
from massctl.model.message import Purpose, Window
from massctl.model.phrase import Phrase
from massctl.plan.plan import Plan, Until
from massctl.plan.quota import AccountAhead
from massctl.plan.steps import Concluded, Guard, Invalid, Refusal
from massctl.view.cells import cells
from massctl.view.i18n import LANGUAGES, Language
from massctl.view.plan import plan_text
from massctl.view.style import Style
from massctl.view.terminal import Page

LATER = Window(NOW + timedelta(days=3), NOW + timedelta(days=3, hours=2))
WARNING = Diagnostic(
    "MC310",
    Severity.WARNING,
    Phrase("the author has {count} characters; some screens show only {limit}", count=12, limit=8),
    Place("campaigns/2026-12-spring-sale/campaign.yaml", 14, 7),
    None,
    "2026-12-spring-sale",
)
FAULT = Diagnostic(
    "MC011",
    Severity.ERROR,
    Phrase("unknown key {key}", key="titel"),
    Place("campaigns/2026-12-bad/campaign.yaml", 3, 1),
)


def busy() -> Plan:
    """One to send, one of every other kind."""
    due = campaign(diagnostics=(WARNING,))
    bad = Invalid(
        CampaignName("2026-12-bad"),
        folder_of("2026-12-bad"),
        "坏了的",
        "main",
        1,
        (FAULT,),
    )
    changed = campaign("2026-12-later", title="下午茶", window=LATER)
    sent = Concluded(
        CampaignName("2026-10-sent"),
        folder_of("2026-10-sent"),
        "十月刊",
        "main",
        APPID,
        1,
        None,
        due.source_sha256,
    )
    accepted = entries.SendAccepted(attempt=4, msg_id=1, msg_data_id=2)
    state = state_of(
        *uploaded(HERO),
        saved(changed, digest="sha256:" + "0" * 64),
        (attempted(text_campaign())[0], "2026-10-sent"),
        (accepted, "2026-10-sent"),
    )
    return plan_of(due, text_campaign(window=None), bad, changed, sent, state=state)


def shown(
    plan: Plan, language: Language = Language.EN, width: int = 100, style: Style = Style.PLAIN
) -> str:
    return plan_text(Page(language, style, width), plan, NOW)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("width", [60, 100])
def test_a_plan_of_every_kind(snapshot: object, language: Language, width: int):
    assert snapshot == shown(busy(), language, width)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("width", [40, 60, 80])
def test_nothing_overflows(language: Language, width: int):
    assert [] == [
        line for line in shown(busy(), language, width).split("\n") if cells(line) > width
    ]


def test_the_send_is_in_red():
    text = shown(busy(), style=Style.COLOUR)
    assert "\x1b[1;31m‼ send to every follower: this cannot be undone\x1b[0m" in text


def test_an_openid_is_never_shown():
    assert "oSECRET" not in shown(busy()) + shown(busy(), Language.ZH)


def test_the_calm_case_says_what_comes_next():
    waiting = campaign(window=LATER)
    state = state_of(*uploaded(HERO, LEAVES), *added(COVER), saved(waiting))
    calm = plan_of(waiting, state=state, until=Until.DRAFT)
    assert shown(calm).endswith(
        "Nothing to do.\nnext: 2026-12-spring-sale at 2026-12-04 20:05 +08:00 · in 3 days 0 h"
    )


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_an_account_stands_by_its_name_and_its_key(language: Language):
    ahead = (AccountAhead(AccountName("main"), "service", ()),)
    named = replace(language, labels=(("main", "不赶路 (main) · 编辑部"),))
    text = shown(replace(plan_of(campaign()), ahead=ahead), named)
    assert 1 == text.count("不赶路 (main) · 编辑部\n")
    assert 1 == text.count("\n  不赶路 (main) · 编辑部 · ")


def test_nothing_at_all():
    assert "Nothing to do." == shown(plan_of())


def test_a_send_that_needs_the_audience_counted_again_says_so():
    small = campaign()
    state = state_of(saved(small, count=5))
    assert "apply reads the size again before it decides" in shown(plan_of(small, state=state))


def test_many_uploads_do_not_push_the_send_out_of_sight():
    many = [
        picture(f"images/{n}.jpg", Sha256(sha256_of(str(n).encode())), Purpose.IMAGE)
        for n in range(40)
    ]
    text = shown(plan_of(campaign(pictures=tuple(many))))
    assert 1 == text.count("+ 40 pictures to upload")
    assert "and 32 more" in text
    assert "plan: 40 pictures to upload" in text


def test_a_doubt_is_repeated_with_the_same_id():
    due = campaign()
    state = state_of(saved(due), attempted(due), start=NOW - timedelta(minutes=5))
    text = shown(plan_of(due, state=state), width=200)
    assert "· repeats a send of unknown outcome, with the same clientmsgid" in text


def test_an_error_in_a_plan_says_what_to_do():
    fault = Diagnostic(
        "MC201",
        Severity.ERROR,
        Phrase("x"),
        Place("campaigns/a/campaign.yaml", 3, 1),
        Phrase("do y"),
    )
    bad = Invalid(CampaignName("a"), folder_of("a"), "", "main", 1, (fault,))
    assert "               do y" in shown(plan_of(bad)).split("\n")


@pytest.mark.parametrize("guard", [each for each in Guard if each is not Guard.NOT_NAMED])
def test_no_next_command_is_one_that_is_refused(guard: Guard) -> None:
    """To name it lifts nothing where something else refuses it too."""
    (planned,) = plan_of(campaign(window=None)).campaigns
    refusal = Refusal(guard, Phrase("this is why"), Phrase("this helps"))
    told = shown(
        replace(
            plan_of(),
            campaigns=(replace(planned, refusals=(*planned.refusals, refusal), steps=()),),
        )
    )

    assert "this is why" in told
    assert "this helps" in told
    assert f"massctl apply {planned.name}" not in told
    assert f"massctl apply {planned.name}" in shown(replace(plan_of(), campaigns=(planned,)))
