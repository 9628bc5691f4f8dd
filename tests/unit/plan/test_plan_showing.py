"""`massctl preview` in the plan: to whom, in which order, for which reason, and what refuses it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from building import LATER, NOW, PAST, attempted, codes, guards, house, previewed, recorded, reviewers, sent, steps
from plan_samples import EDITED, SALE, staged

from massctl.model.entries import SendRejected
from massctl.model.message import Recipient, RenderedCampaign
from massctl.model.state import State
from massctl.plan.plan import PlannedCampaign, Showing, Until, make_plan
from massctl.plan.steps import SendPreview

BOTH_SEEN = [previewed(SALE, recipient=each) for each in SALE.recipients]


def shown(campaign: RenderedCampaign, state: State, recipients: Sequence[Recipient] | None = None) -> PlannedCampaign:
    showing = Showing(tuple(recipients) if recipients is not None else None)
    plan = make_plan([campaign], state, house(campaign.name), NOW, until=Until.PREVIEW, showing=showing)
    return plan.campaigns[0]


def to(campaign: PlannedCampaign) -> list[tuple[str, str]]:
    return [(step.address, step.recipient.name) for step in campaign.steps if isinstance(step, SendPreview)]


def test_what_was_seen_is_shown_again():
    campaign = shown(SALE, staged(SALE, *BOTH_SEEN))
    assert [("sale/preview/1", "resubmit"), ("sale/preview/2", "resubmit")] == steps(campaign)


@pytest.mark.parametrize(("outcome", "reason"), [("begun", "resubmit"), ("unknown", "resubmit"), ("failed", "new")])
def test_whatever_became_of_it_before(outcome, reason):
    campaign = shown(replace(SALE, recipients=reviewers("li")), staged(SALE, previewed(SALE, outcome)))
    assert ([("sale/preview/1", reason)], []) == (steps(campaign), codes(campaign.diagnostics))


def test_a_version_that_nobody_had_yet_is_shown_for_its_own_reason():
    state = staged(EDITED, *BOTH_SEEN)
    assert ["content_changed", "content_changed"] == [reason for _, reason in steps(shown(EDITED, state))]


def test_what_is_missing_is_staged_first_and_nothing_is_sent():
    kinds = [step.kind.value for step in shown(SALE, recorded()).steps]
    assert ["upload_image", "add_material", "save_draft", "send_preview", "send_preview"] == kinds


def test_only_those_who_are_named_and_declared_ones_first():
    asked = reviewers("zhao", "wang", "zhao")
    assert [("sale/preview/1", "wang"), ("sale/preview/2", "zhao")] == to(shown(SALE, staged(SALE), asked))


LI_ONLY = {"preview_to": ["li", "oLI"]}
OPENIDS = (Recipient("touser", "oLI"), Recipient("touser", "oSTRANGER"))


@pytest.mark.parametrize("until", Until)
def test_a_campaign_that_names_a_stranger_is_refused_whole(until):
    asked = replace(SALE, recipients=(*reviewers("li", "zhao", "qian"), *OPENIDS))
    (campaign,) = make_plan([asked], staged(SALE), house("sale", **LI_ONLY), NOW, until=until).campaigns
    assert (["preview_to"], []) == (guards(campaign), steps(campaign))
    assert campaign.refusals[0].message.endswith(": zhao, qian, reviewer 5 (by openid)")


def test_those_whom_the_policy_names_are_shown_it_and_an_empty_list_is_nobody():
    for campaign, allowed, refused in (
        (replace(SALE, recipients=reviewers("li")), LI_ONLY, []),
        (replace(SALE, recipients=reviewers("li")), {"preview_to": []}, ["preview_to"]),
        (replace(SALE, recipients=()), {"preview_to": []}, []),
    ):
        (planned,) = make_plan([campaign], staged(SALE), house("sale", **allowed), NOW, until=Until.PREVIEW).campaigns
        assert refused == guards(planned)


@pytest.mark.parametrize(
    ("asked", "refused"), [(("li",), []), (("li", "zhao"), ["preview_to"]), (None, ["preview_to"])]
)
def test_of_a_command_those_whom_it_names_are_judged(asked, refused):
    showing = Showing(reviewers(*asked) if asked else None)
    rules = house("sale", **LI_ONLY)
    strange = replace(SALE, recipients=reviewers("wang"))
    (planned,) = make_plan([strange], staged(SALE), rules, NOW, until=Until.PREVIEW, showing=showing).campaigns
    assert refused == guards(planned)


def test_nobody_is_shown_it_twice_in_a_run():
    twice = replace(SALE, recipients=reviewers("li", "li"))
    assert [("sale/preview/1", "li")] == to(shown(twice, staged(SALE)))


def test_however_far_its_window_is():
    assert 2 == len(to(shown(replace(SALE, window=LATER), staged(SALE))))


def test_a_closed_window_is_refused_and_nothing_is_made():
    campaign = shown(replace(SALE, window=PAST), staged(SALE))
    assert (["expired"], ()) == (guards(campaign), campaign.steps)


def test_an_open_attempt_is_refused_and_its_draft_left_alone():
    campaign = shown(SALE, staged(SALE, attempted(SALE)))
    assert (["account_in_doubt"], ()) == (guards(campaign), campaign.steps)
    assert "massctl reconcile sale" in campaign.refusals[0].hint


def test_what_went_out_is_concluded():
    campaign = shown(SALE, recorded(*sent(SALE)))
    assert ("sending", ()) == (campaign.status.value, campaign.steps)


def test_content_that_wechat_refused_to_send_can_still_be_looked_at():
    rejected = SendRejected(attempt=5, errcode=40009)
    state = staged(SALE, attempted(SALE), (rejected, SALE))
    assert 2 == len(to(shown(SALE, state)))
