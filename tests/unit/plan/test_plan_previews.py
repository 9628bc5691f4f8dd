"""Previews: when they are due, and each version once to each reviewer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from building import (
    HOUR,
    LATER,
    NOW,
    codes,
    guards,
    house,
    planned,
    previewed,
    reviewers,
    steps,
)
from plan_samples import SALE, staged

from massctl.model.message import Recipient, RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.plan import Until
from massctl.plan.steps import Kind, SendPreview


@pytest.mark.parametrize(
    ("ahead", "opens_in", "shown"),
    [("72h", 72 * HOUR, True), ("72h", 72 * HOUR + timedelta(seconds=1), False), ("1d", 25 * HOUR, False)],
)
def test_previews_wait_until_the_window_is_near(ahead, opens_in, shown):
    campaign = replace(SALE, window=Window(NOW + opens_in, NOW + opens_in + HOUR))
    kinds = [step.kind for step in planned(campaign, rules=house(preview_ahead=ahead)).steps]
    assert shown == (Kind.SEND_PREVIEW in kinds)


def test_a_named_campaign_is_shown_however_far_its_window_is():
    kinds = [step.kind for step in planned(replace(SALE, window=LATER), rules=house("sale")).steps]
    assert 2 == kinds.count(Kind.SEND_PREVIEW)


def test_a_campaign_without_a_window_is_shown_at_once():
    kinds = [step.kind for step in planned(replace(SALE, window=None), rules=house("sale")).steps]
    assert 2 == kinds.count(Kind.SEND_PREVIEW)


def previews(campaign: RenderedCampaign, state: State) -> list[tuple[str, str]]:
    return [
        (step.address, step.reason.value) for step in planned(campaign, state).steps if isinstance(step, SendPreview)
    ]


def test_a_reviewer_sees_a_version_once():
    assert [("sale/preview/2", "new")] == previews(SALE, staged(SALE, previewed(SALE)))


@pytest.mark.parametrize("outcome", ["begun", "unknown"])
def test_a_preview_of_unknown_outcome_is_not_repeated_and_does_not_stop_the_send(outcome):
    campaign = planned(replace(SALE, recipients=reviewers("li")), staged(SALE, previewed(SALE, outcome)))
    assert ([("sale/send", "due")], ["MC402"], []) == (steps(campaign), codes(campaign.diagnostics), guards(campaign))


def test_a_failed_preview_is_tried_again():
    assert [("sale/preview/1", "new"), ("sale/preview/2", "new")] == previews(
        SALE, staged(SALE, previewed(SALE, "failed"))
    )


def test_a_reviewer_who_is_added_later_sees_it_too():
    state = staged(SALE, *(previewed(SALE, recipient=each) for each in SALE.recipients))
    assert [("sale/preview/2", "new")] == previews(replace(SALE, recipients=reviewers("li", "zhao", "wang")), state)


def test_a_reviewer_who_is_written_twice_sees_it_once():
    assert [("sale/preview/1", "new"), ("sale/preview/3", "new")] == previews(
        replace(SALE, recipients=reviewers("li", "li", "wang")), staged(SALE)
    )


def test_a_wechat_name_is_not_an_openid():
    both = (Recipient("towxname", "li"), Recipient("touser", "li"))
    assert 2 == len(previews(replace(SALE, recipients=both), staged(SALE)))


@pytest.mark.parametrize("until", [Until.PREVIEW, Until.SEND])
def test_until_its_window_is_near_it_is_staged_and_neither_shown_nor_refused(until):
    far = planned(replace(SALE, window=LATER), rules=house(require_preview=True), until=until)
    assert ([Kind.UPLOAD_IMAGE, Kind.ADD_MATERIAL, Kind.SAVE_DRAFT], []) == ([s.kind for s in far.steps], guards(far))


def test_naming_another_campaign_is_not_naming_this_one():
    kinds = [step.kind for step in planned(replace(SALE, window=LATER), rules=house("other")).steps]
    assert Kind.SEND_PREVIEW not in kinds
