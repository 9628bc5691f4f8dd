"""The order of a plan, and what the plan as a whole says."""

from dataclasses import replace
from datetime import timedelta

from building import (
    APPID,
    DAY,
    HOUR,
    LATER,
    NOW,
    OPEN,
    OTHER_APPID,
    plan_of,
    planned,
    sha,
    text,
)
from plan_samples import SALE, staged

from massctl.model.ids import AccountName, CampaignName
from massctl.model.message import Window
from massctl.model.state import State
from massctl.plan.plan import Until
from massctl.plan.steps import Concluded, Gone, Invalid, SaveDraft, SendMass, SendPreview, UploadMedia


def test_campaigns_stand_in_order_of_account_end_of_window_and_name():
    early, late = Window(NOW - HOUR, NOW + HOUR), Window(NOW - HOUR, NOW + 2 * HOUR)
    main = {"account": AccountName("main")}
    other = {"account": AccountName("other"), "appid": OTHER_APPID}
    declared = [
        text("g", window=early, **other),
        text("f", window=None, **main),
        text("e", window=None, **main),
        text("a", window=late, **main),
        text("c", window=early, **main),
        text("b", window=early, **main),
    ]
    names = ["b", "c", "a", "e", "f", "g"]
    assert names == [c.name for c in plan_of(declared).campaigns]
    assert names == [c.name for c in plan_of(declared[::-1]).campaigns]


def test_moments_are_ordered_and_not_how_they_are_written():
    from datetime import timezone

    beijing = timezone(timedelta(hours=8))
    first, second = Window(NOW - HOUR, NOW + HOUR), Window(NOW - HOUR, (NOW + 2 * HOUR).astimezone(beijing))
    third = Window(NOW - HOUR, NOW + 3 * HOUR)
    declared = [text("a", window=third), text("b", window=second), text("c", window=first)]
    assert ["c", "b", "a"] == [c.name for c in plan_of(declared).campaigns]


def test_campaigns_that_are_not_rendered_have_their_place_too():
    invalid = Invalid(CampaignName("broken"), "", None, None, ())
    gone = Gone(CampaignName("gone"), "main", APPID, 1)
    concluded = Concluded(CampaignName("done"), "", "main", APPID, 1, OPEN, sha("x"))
    plan = plan_of([gone, text("words", window=LATER), concluded, invalid])
    assert ["broken", "done", "words", "gone"] == [c.name for c in plan.campaigns]


def test_a_plan_is_tied_to_one_page_of_one_ledger():
    plan = plan_of(SALE, staged(SALE))
    assert ("01JDXW00000000000000000000", 4) == (plan.lineage, plan.serial)


def test_without_a_ledger_there_is_no_lineage():
    plan = plan_of(SALE, State())
    assert (None, 0) == (plan.lineage, plan.serial)


def test_a_plan_knows_whether_there_is_work_and_whether_it_sends():
    assert [(True, True), (True, False), (False, False)] == [
        (plan.can_apply, plan.would_send)
        for plan in (
            plan_of(SALE),
            plan_of(SALE, until=Until.DRAFT),
            plan_of(replace(SALE, window=Window(NOW - DAY, NOW - HOUR))),
        )
    ]


def test_steps_stand_in_the_order_of_the_campaigns():
    plan = plan_of([text("b", window=OPEN), text("a", "另一条", window=OPEN)])
    assert ["a/send", "b/send"] == [step.address for step in plan.steps]


def test_a_step_carries_what_apply_needs():
    upload, _, draft, first, _, send = planned(SALE).steps
    assert isinstance(upload, UploadMedia)
    assert isinstance(draft, SaveDraft)
    assert isinstance(first, SendPreview)
    assert isinstance(send, SendMass)
    assert (APPID, "main", SALE.pictures[0]) == (upload.appid, upload.account, upload.media)
    assert (SALE, SALE, SALE, 1, SALE.recipients[0]) == (
        draft.campaign,
        first.campaign,
        send.campaign,
        first.number,
        first.recipient,
    )
