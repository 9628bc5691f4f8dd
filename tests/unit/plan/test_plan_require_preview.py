"""`policy.require_preview`: a send of what nobody could look at is no step of a plan."""

from dataclasses import replace

import pytest
from building import HOUR, LATER, NOW, attempted, guards, house, planned, previewed, reviewers, steps
from plan_samples import EDITED, SALE, staged

from massctl.model.message import RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.plan import PlannedCampaign

ASKED = house(require_preview=True)
ONE = replace(SALE, recipients=reviewers("li"))
UNSEEN = replace(SALE, recipients=())


def plan(campaign: RenderedCampaign, state: State) -> PlannedCampaign:
    return planned(campaign, state, ASKED)


def test_what_was_seen_is_sent():
    campaign = plan(ONE, staged(ONE, previewed(ONE)))
    assert ([("sale/send", "due")], []) == (steps(campaign), guards(campaign))


def test_what_this_run_shows_first_is_not_sent_by_it():
    campaign = plan(ONE, staged(ONE))
    assert ([("sale/preview/1", "new")], ["preview_missing"]) == (steps(campaign), guards(campaign))
    assert campaign.refusals[0].hint.startswith("look at it on the phone, then run apply again")


@pytest.mark.parametrize("outcome", ["begun", "unknown"])
def test_what_nobody_knows_to_have_arrived_counts_as_not_done(outcome):
    campaign = plan(ONE, staged(ONE, previewed(ONE, outcome)))
    assert ([], ["preview_missing"]) == (steps(campaign), guards(campaign))
    assert campaign.refusals[0].hint.startswith("massctl preview sale ")


def test_a_failed_preview_counts_as_not_done():
    campaign = plan(ONE, staged(ONE, previewed(ONE, "failed")))
    assert ([("sale/preview/1", "new")], ["preview_missing"]) == (steps(campaign), guards(campaign))


def test_without_any_reviewer_it_says_where_to_name_one():
    campaign = plan(UNSEEN, staged(UNSEEN))
    assert ([], ["preview_missing"]) == (steps(campaign), guards(campaign))
    assert "under `preview:`" in campaign.refusals[0].hint


def test_somebody_who_is_not_declared_may_have_seen_it():
    assert ["sale/send"] == [address for address, _ in steps(plan(UNSEEN, staged(UNSEEN, previewed(ONE))))]


def test_an_edit_after_the_preview_wants_another_one():
    edited = replace(EDITED, recipients=ONE.recipients)
    campaign = plan(edited, staged(edited, previewed(ONE)))
    assert ([("sale/preview/1", "content_changed")], ["preview_missing"]) == (steps(campaign), guards(campaign))


def test_a_moved_window_is_an_edit():
    moved = replace(ONE, window=Window(NOW - HOUR, NOW + 2 * HOUR))
    assert ["preview_missing"] == guards(plan(moved, staged(moved, previewed(ONE))))


def test_a_reviewer_who_is_still_to_be_shown_it_holds_the_send_back():
    campaign = plan(SALE, staged(SALE, previewed(SALE)))
    assert ([("sale/preview/2", "new")], ["preview_missing"]) == (steps(campaign), guards(campaign))
    assert "this run shows it" in campaign.refusals[0].message


def test_before_its_window_nothing_is_refused():
    later = replace(ONE, window=LATER)
    assert [] == guards(plan(later, staged(later)))


def test_a_send_in_doubt_is_repeated_all_the_same():
    campaign = planned(ONE, staged(ONE, attempted(ONE)), ASKED, NOW + HOUR / 30)
    assert ([("sale/send", "resubmit")], []) == (steps(campaign), guards(campaign))


def test_without_the_policy_nobody_has_to_have_seen_it():
    assert "sale/send" in [address for address, _ in steps(planned(UNSEEN, staged(UNSEEN)))]


def test_only_a_person_can_lift_it_and_only_where_it_is_all_that_is_missing():
    state = staged(ONE)
    alone, frozen = planned(ONE, state, ASKED), planned(ONE, state, house(require_preview=True, sending="disabled"))
    nothing_to_look_at = planned(UNSEEN, staged(UNSEEN), ASKED)
    assert [True, False, False] == [each.may_send_once_seen for each in (alone, frozen, nothing_to_look_at)]
    assert [False] * 3 == [each.may_send for each in (alone, frozen, nothing_to_look_at)]
