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
from massctl.model.message import Window
from massctl.model.state import State
from massctl.plan.guards import audience_refusal, send_refusals
from massctl.plan.plan import PlannedCampaign, Until
from massctl.plan.steps import Guard

WORDS = text("words", window=OPEN)


DUE = [("words/send", "due")]
QUIET = {"quiet_hours": {"from": "12:00", "to": "13:00"}}
LONG_AGO, JUST_CLOSED = Expired(not_after=PAST.not_after - DAY), Expired(not_after=PAST.not_after)


def refused(**how: Any) -> list[Any]:
    return [attempted(WORDS), (SendRejected(attempt=2, errcode=45028, **how), WORDS)]


@pytest.mark.parametrize(
    ("window", "happened", "rules", "refusing", "planned_steps"),
    [
        pytest.param(OPEN, [], house(), [], DUE, id="in its window it is due without a name"),
        pytest.param(LATER, [], house(), [], [], id="before its window"),
        pytest.param(LATER, [], house("words"), [], [], id="before its window, by name"),
        pytest.param(None, [], house(), ["not_named"], [], id="without a window"),
        pytest.param(None, [], house("another"), ["not_named"], [], id="without a window, another is named"),
        pytest.param(None, [], house("words"), [], DUE, id="without a window, by name"),
        pytest.param(OPEN, [], house("words", sending="disabled"), ["kill_switch"], [], id="the policy's kill switch"),
        pytest.param(OPEN, [], house("words", no_send=True), ["kill_switch"], [], id="the environment's kill switch"),
        pytest.param(OPEN, [], house("words", **QUIET), ["quiet_hours"], [], id="a name lifts no quiet hours"),
        pytest.param(OPEN, [], house("words", freeze=["2026-12-01"]), ["freeze"], [], id="nor a frozen day"),
        pytest.param(
            OPEN,
            [],
            house(no_send=True, freeze=["2026-12-01"]),
            ["kill_switch", "freeze"],
            [],
            id="all are named at once",
        ),
        pytest.param(PAST, [], house(), ["expired"], [], id="its window has closed"),
        pytest.param(PAST, [(JUST_CLOSED, WORDS)], house(), [], [], id="that is told once"),
        pytest.param(PAST, [(JUST_CLOSED, WORDS)], house("words"), ["expired"], [], id="and again where it is named"),
        pytest.param(PAST, [(LONG_AGO, WORDS)], house(), ["expired"], [], id="another window that closed"),
        pytest.param(OPEN, [(JUST_CLOSED, WORDS)], house(), [], DUE, id="a new window"),
        pytest.param(OPEN, refused(), house(), ["rejected_before"], [], id="WeChat refused this content"),
        pytest.param(OPEN, refused(retryable=True), house(), [], DUE, id="a quota passes"),
        pytest.param(OPEN, refused(token_dead=True), house(), [], DUE, id="a token too"),
    ],
)
def test_what_refuses_a_send(
    window: Window | None, happened: list[Any], rules: Any, refusing: list[str], planned_steps: list[Any]
) -> None:
    campaign = planned(text("words", window=window), recorded(*happened), rules)
    assert (refusing, planned_steps) == (guards(campaign), steps(campaign))
    assert (campaign.may_send, campaign.next_at is None) == (
        bool(planned_steps),
        window is not LATER and "quiet_hours" not in refusing,
    )


@pytest.mark.parametrize(
    ("campaign", "happened", "rules", "told"),
    [
        (text("words"), [], house(), "massctl apply words"),
        (WORDS, [], house(sending="disabled"), "policy.sending is `disabled`"),
        (WORDS, [], house(no_send=True), "MASSCTL_NO_SEND is set"),
        (WORDS, refused(), house(), "errcode 45028"),
    ],
)
def test_a_refusal_says_what_is_so_or_what_to_type(campaign: Any, happened: list[Any], rules: Any, told: str) -> None:
    (refusal,) = planned(campaign, recorded(*happened), rules).refusals
    assert told in f"{refusal.message} {refusal.hint}"


@pytest.mark.parametrize(("rules", "refusing"), [(house("another"), ["not_named"]), (house("words"), [])])
def test_in_the_moment_of_the_send_its_name_is_asked_for_again(rules: Any, refusing: list[str]) -> None:
    assert refusing == [refusal.guard for refusal in send_refusals(text("words"), State(), rules, NOW)]


def test_the_kill_switch_stops_no_staging() -> None:
    campaign = planned(news("sale", window=OPEN, pictures=()), rules=house(no_send=True))
    assert ["sale/draft"] == [address for address, _ in steps(campaign)]


@pytest.mark.parametrize("until", [Until.UPLOAD, Until.DRAFT, Until.PREVIEW])
def test_a_run_that_does_not_send_is_refused_nothing(until: Until) -> None:
    campaign = planned(text("words"), rules=house("words", no_send=True), until=until)
    assert ([], False) == (guards(campaign), campaign.may_send)


def test_a_clock_that_went_back_before_the_window_refuses_at_the_last_moment() -> None:
    found = send_refusals(text("words", window=LATER), recorded(), house(), NOW)
    assert [Guard.CLOCK_SKEW] == [refusal.guard for refusal in found]


def test_changed_content_is_sent_whatever_was_refused_before() -> None:
    assert DUE == steps(planned(text("words", "明晚八点", window=OPEN), recorded(*refused())))


def test_refused_news_gets_no_new_previews() -> None:
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
