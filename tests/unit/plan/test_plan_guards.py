"""What refuses a send, one guard at a time."""

from dataclasses import replace
from typing import Any

import pytest
from building import (
    DAY,
    LATER,
    NOW,
    OPEN,
    PAST,
    attempted,
    audience,
    guards,
    house,
    news,
    planned,
    recorded,
    reviewers,
    saved,
    sent,
    steps,
    text,
)

from massctl.model.entries import Expired, SendAccepted, SendImported, SendRejected, SendSettled
from massctl.model.message import RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.guards import audience_refusal, send_refusals
from massctl.plan.plan import PlannedCampaign, Until
from massctl.plan.steps import Guard

WORDS = text("words", window=OPEN)


def test_in_its_window_a_campaign_is_due_without_a_name():
    campaign = planned(WORDS)
    assert ([("words/send", "due")], [], True) == (steps(campaign), guards(campaign), campaign.may_send)


def test_before_its_window_nothing_refuses_and_nothing_is_sent():
    campaign = planned(text("words", window=LATER))
    assert ([], [], False) == (steps(campaign), guards(campaign), campaign.may_send)


def test_before_its_window_a_campaign_is_not_sent_even_by_name():
    assert [] == steps(planned(text("words", window=LATER), rules=house("words")))


@pytest.mark.parametrize("rules", [house(), house("another")])
def test_without_a_window_a_campaign_is_sent_only_by_name(rules):
    campaign = planned(text("words"), rules=rules)
    assert (["not_named"], [], "massctl apply words") == (guards(campaign), steps(campaign), campaign.refusals[0].hint)


@pytest.mark.parametrize(("rules", "refused"), [(house("another"), ["not_named"]), (house("words"), [])])
def test_in_the_moment_of_the_send_its_name_is_asked_for_again(rules, refused):
    assert refused == [refusal.guard for refusal in send_refusals(text("words"), State(), rules, NOW)]


def test_without_a_window_a_named_campaign_is_sent():
    assert [("words/send", "due")] == steps(planned(text("words"), rules=house("words")))


def test_policy_is_one_handle_of_the_kill_switch():
    campaign = planned(WORDS, rules=house("words", sending="disabled"))
    assert (["kill_switch"], "policy.sending is `disabled`") == (guards(campaign), campaign.refusals[0].message)


def test_the_environment_is_the_other_handle_of_the_kill_switch():
    campaign = planned(WORDS, rules=house("words", no_send=True))
    assert (["kill_switch"], "MASSCTL_NO_SEND is set") == (guards(campaign), campaign.refusals[0].message)


def test_the_kill_switch_stops_no_staging():
    assert ["sale/draft"] == [
        a for a, _ in steps(planned(news("sale", window=OPEN, pictures=()), rules=house(no_send=True)))
    ]


def test_naming_a_campaign_lifts_neither_quiet_hours_nor_a_frozen_day():
    assert ["quiet_hours"] == guards(planned(WORDS, rules=house("words", quiet_hours={"from": "12:00", "to": "13:00"})))
    assert ["freeze"] == guards(planned(WORDS, rules=house("words", freeze=["2026-12-01"])))


def test_every_refusal_is_named_at_once():
    rules = house(no_send=True, freeze=["2026-12-01"])
    assert ["kill_switch", "freeze"] == guards(planned(WORDS, rules=rules))


@pytest.mark.parametrize("until", [Until.UPLOAD, Until.DRAFT, Until.PREVIEW])
def test_a_run_that_does_not_send_is_refused_nothing(until):
    campaign = planned(text("words"), rules=house("words", no_send=True), until=until)
    assert ([], False) == (guards(campaign), campaign.may_send)


def test_a_clock_that_went_back_before_the_window_refuses_at_the_last_moment():
    found = send_refusals(text("words", window=LATER), recorded(), house(), NOW)
    assert [Guard.CLOCK_SKEW] == [refusal.guard for refusal in found]


# Expired


def test_a_window_that_is_found_closed_refuses_and_stages_nothing():
    campaign = planned(news("sale", window=PAST))
    assert (["expired"], [], "expired", None) == (guards(campaign), steps(campaign), campaign.window, campaign.next_at)


def test_a_closed_window_that_was_recorded_is_not_reported_again():
    campaign = planned(text("words", window=PAST), recorded((Expired(not_after=PAST.not_after), WORDS)))
    assert ([], "expired") == (guards(campaign), campaign.window)


def test_a_closed_window_that_was_recorded_refuses_again_when_named():
    state = recorded((Expired(not_after=PAST.not_after), WORDS))
    assert ["expired"] == guards(planned(text("words", window=PAST), state, house("words")))


def test_another_window_that_closes_is_reported_anew():
    state = recorded((Expired(not_after=PAST.not_after - DAY), WORDS))
    assert ["expired"] == guards(planned(text("words", window=PAST), state))


def test_a_new_window_is_open_whatever_expired_before():
    assert [("words/send", "due")] == steps(planned(WORDS, recorded((Expired(not_after=PAST.not_after), WORDS))))


# Rejected before


def rejected(campaign: RenderedCampaign, **how: Any) -> State:
    return recorded(attempted(campaign), (SendRejected(attempt=2, errcode=45028, **how), campaign))


def test_content_that_wechat_refused_is_not_sent_again_and_not_staged_again():
    campaign = planned(WORDS, rejected(WORDS))
    assert (["rejected_before"], [], None) == (guards(campaign), steps(campaign), campaign.next_at)
    assert "errcode 45028" in campaign.refusals[0].message


@pytest.mark.parametrize("how", [{"retryable": True}, {"token_dead": True}])
def test_what_authority_or_quota_refused_is_tried_again(how):
    assert [("words/send", "due")] == steps(planned(WORDS, rejected(WORDS, **how)))


def test_changed_content_is_sent_whatever_was_refused_before():
    assert [("words/send", "due")] == steps(planned(text("words", "明晚八点", window=OPEN), rejected(WORDS)))


def test_refused_news_gets_no_new_previews():
    campaign = news("sale", window=OPEN, recipients=reviewers("li"), pictures=())
    state = recorded(saved(campaign), attempted(campaign), (SendRejected(attempt=3, errcode=45028), campaign))
    assert [] == steps(planned(campaign, state))


# The audience


@pytest.mark.parametrize(
    ("expect", "count", "message"),
    [
        (None, 1, None),
        (None, 0, "the audience is empty: 0 followers"),
        ({"min": 0}, 0, "the audience is empty: 0 followers"),
        ({"min": 10}, 9, "the audience has 9 followers, and at least 10 were expected"),
        ({"min": 10}, 10, None),
        ({"max": 10}, 10, None),
        ({"max": 10}, 11, "the audience has 11 followers, and at most 10 were expected"),
        ({"min": 10, "max": 20}, 15, None),
        ({}, 15, None),
    ],
)
def test_the_size_of_the_audience_must_be_within_its_bounds(expect, count, message):
    refusal = audience_refusal(audience(**({"expect": expect} if expect is not None else {})), count)
    assert message == (refusal and refusal.message)


def test_a_tag_that_does_not_exist_is_refused():
    refusal = audience_refusal(audience(tag_id=101), None)
    assert refusal is not None
    assert (Guard.AUDIENCE_BOUNDS, "the account has no tag with the id 101") == (refusal.guard, refusal.message)


def counted(count: int | None) -> PlannedCampaign:
    campaign = news("sale", window=OPEN, audience=audience(expect={"max": 100}), pictures=())
    return planned(campaign, recorded(saved(campaign, audience_count=count)))


def test_the_last_known_size_refuses_in_the_plan_but_apply_may_count_again():
    campaign = counted(101)
    assert (["audience_bounds"], [], True, 101) == (
        guards(campaign),
        steps(campaign),
        campaign.may_send,
        campaign.audience_count,
    )


@pytest.mark.parametrize("count", [None, 100])
def test_a_size_within_bounds_or_unknown_refuses_nothing(count):
    assert ([], [("sale/send", "due")]) == (guards(counted(count)), steps(counted(count)))


def test_a_size_is_not_counted_again_where_something_else_refuses():
    campaign = news("sale", window=OPEN, audience=audience(expect={"max": 100}), pictures=())
    result = planned(campaign, recorded(saved(campaign, audience_count=101)), house(no_send=True))
    assert (["kill_switch", "audience_bounds"], False) == (guards(result), result.may_send)


# Names


def test_being_named_needs_a_name():
    rules = [house(), house("sale"), house("sale", "words")]
    assert [False, False, True] == [each.is_named("words") for each in rules]


@pytest.mark.parametrize(("whom", "hint"), [({}, "name another audience"), ({"tag_id": 7}, "give the tag")])
def test_an_empty_audience_is_not_told_to_correct_bounds_that_cannot_help(whom, hint):
    """Nothing goes out to nobody, whatever `expect` says."""
    for expect in (None, {"min": 0}):
        refusal = audience_refusal(audience(**whom, **({"expect": expect} if expect else {})), 0)
        assert refusal is not None
        assert (True, False) == (refusal.hint.startswith(hint), "audience.expect" in refusal.hint)


HIGHER = text("words", edition=2)
LOWERED = text("words", "corrected", window=OPEN)


@pytest.mark.parametrize(
    "happenings",
    [
        sent(HIGHER),
        [attempted(HIGHER), (SendSettled(outcome="sent", reason="looked", by="li"), HIGHER)],
        [saved(HIGHER), (SendSettled(outcome="sent", reason="in the console", by="li"), HIGHER)],
        [(SendImported(appid=HIGHER.appid, sent_at=NOW, by="li"), HIGHER)],
    ],
)
def test_an_edition_below_one_that_may_be_out_is_refused_before_it_is_staged(happenings: list[Any]):
    state = recorded(*happenings)
    campaign = planned(LOWERED, state)
    assert (["edition_lowered"], []) == (guards(campaign), steps(campaign))
    assert "put `edition` back to 2, or raise it to 3" in campaign.refusals[0].hint
    # Whatever was planned before, the guards are asked again in the moment of the send.
    assert "edition_lowered" in [each.guard.value for each in send_refusals(LOWERED, state, house(), NOW)]


@pytest.mark.parametrize("window", [OPEN, None])
def test_an_edition_below_one_in_doubt_is_refused_with_the_way_to_settle_it_also_unnamed(window: Window | None):
    campaign = planned(replace(LOWERED, window=window), recorded(attempted(HIGHER)))
    assert (["edition_lowered"], []) == (guards(campaign), steps(campaign))
    hint = campaign.refusals[0].hint
    assert hint.startswith("put `edition` back to 2; then look in the console under 群发记录")
    assert "raise it" not in hint


@pytest.mark.parametrize(
    "happenings",
    [
        [saved(HIGHER)],
        [attempted(HIGHER), (SendRejected(attempt=2, errcode=45028), HIGHER)],
        [attempted(HIGHER), (SendSettled(outcome="not_sent", reason="looked", by="li"), HIGHER)],
        sent(text("another", edition=2)),
    ],
)
def test_an_edition_is_not_lowered_where_no_higher_one_went_out(happenings: list[Any]):
    assert [] == guards(planned(LOWERED, recorded(*happenings)))


def test_an_edition_that_went_out_is_refused_below_another_that_did():
    both = recorded(*sent(text("words")), attempted(HIGHER), (SendAccepted(attempt=4, msg_id=8), HIGHER))
    assert ["edition_lowered"] == guards(planned(text("words"), both))


def test_below_a_list_that_was_sent_in_part_the_edition_is_put_back_and_not_raised():
    part = [attempted(HIGHER, batches=3), (SendAccepted(attempt=2, msg_id=7), HIGHER)]
    assert "put `edition` back to 2" == planned(LOWERED, recorded(*part)).refusals[0].hint
