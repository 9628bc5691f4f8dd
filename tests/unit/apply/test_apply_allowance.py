"""The allowance and the clocks in the moment of the send, and what a refusal by WeChat leads to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from building import APPID, HOUR, NOW, house
from simulation.scenario import ACCOUNTS, PICTURES, Scene, whole_text
from simulation.world import Fault, one_by_one

from massctl.apply.context import Ports
from massctl.apply.executor import apply_plan
from massctl.apply.outcome import Outcome
from massctl.model.ids import AccountName
from massctl.model.message import RenderedCampaign, Window
from massctl.plan.guards import Skew
from massctl.plan.quota import Agenda, demand_of

WORDS = whole_text()


def guards(outcome: Outcome, number: int = 0) -> list[str]:
    return [refusal.guard.value for refusal in outcome.campaigns[number].refusals]


def daily(*campaigns: RenderedCampaign, kind: str = "subscription") -> Scene:
    """An account with these campaigns, all of them named."""
    agenda = Agenda({APPID: (AccountName("main"), kind)}, tuple(map(demand_of, campaigns)))
    return Scene(list(campaigns), rules=replace(house(*(each.name for each in campaigns)), agenda=agenda))


def test_the_second_of_a_day_is_not_sent() -> None:
    second = whole_text(Window(NOW - HOUR, NOW + 2 * HOUR))
    second = replace(second, name="then", message=replace(second.message, content="第二条"))  # type: ignore[arg-type]
    scene = daily(WORDS, second)
    outcome = scene.apply()
    assert (5, [], ["allowance"], 1) == (
        outcome.exit_status(),
        guards(outcome),
        guards(outcome, 1),
        len(scene.wechat.jobs),
    )
    (refusal,) = outcome.campaigns[1].refusals
    assert "2026-12-01: words (used it 12-01" in refusal.message
    assert "what was sent has used its place" in refusal.hint


def test_what_the_plan_said_of_the_places_stays_where_nothing_is_known_against_it() -> None:
    second = replace(whole_text(Window(NOW - HOUR, NOW + 2 * HOUR)), name="then")
    scene = daily(WORDS, second)
    plan = scene.plan()
    scene.rules = replace(scene.rules, agenda=None)
    (refusal,) = scene.apply(plan=plan).campaigns[1].refusals
    assert "2026-12-01: words (reserved" in refusal.message


def test_the_day_is_judged_in_the_moment_of_the_send_and_not_when_it_was_planned() -> None:
    """Another run of the same ledger used the day between the plan and the send."""
    earlier = replace(whole_text(None), name="earlier", message=replace(WORDS.message, content="早"))  # type: ignore[arg-type]
    scene = daily(WORDS)
    plan = scene.plan()
    assert plan.would_send
    scene.rules = house("earlier")
    before = list(scene.campaigns)
    scene.campaigns = [earlier]
    assert 0 == scene.apply().exit_status()
    scene.campaigns, scene.rules = before, daily(WORDS).rules
    outcome = scene.apply(plan=plan)
    assert (["allowance"], 1) == (guards(outcome), len(scene.wechat.jobs))


def test_45028_names_the_command_that_records_a_send_on_the_website() -> None:
    outcome = Scene([WORDS]).apply(("send_mass", Fault.NO_QUOTA))
    error = outcome.campaigns[0].error
    assert error is not None
    assert 45028 == error.errcode
    # The time of the refusal is not that of the send, and nobody here knows when that was.
    assert "massctl state import --website-send AT --account main" in error.hint
    assert ".;" not in error.hint


EVENING = Window(NOW - HOUR, NOW + 11 * HOUR)
"""Closes an hour before midnight in Beijing."""
TO_JANUARY = Window(NOW - HOUR, NOW + timedelta(days=40))


@pytest.mark.parametrize(
    ("kind", "window", "told"),
    [
        (
            "subscription",
            Window(NOW - HOUR, NOW + 20 * HOUR),
            "run apply again after 2026-12-02 00:00 +08:00, within its window.",
        ),
        ("subscription", EVENING, "its window leaves no moment after 2026-12-02 00:00 +08:00: give it another one"),
        ("subscription", None, "run `massctl apply words` after 2026-12-02 00:00 +08:00."),
        ("service", EVENING, "its window leaves no moment after 2027-01-01 00:00 +08:00: give it another one"),
        ("service", TO_JANUARY, "run apply again after 2027-01-01 00:00 +08:00, within its window."),
    ],
)
def test_45028_says_when_this_campaign_can_go_out(kind: str, window: Window | None, told: str) -> None:
    scene = daily(whole_text(window), kind=kind)
    error = scene.apply(("send_mass", Fault.NO_QUOTA)).campaigns[0].error
    assert error is not None
    assert f"Once it is counted anew: {told}" in error.hint


@pytest.mark.parametrize(
    ("window", "told"),
    [
        (EVENING, "its window leaves no moment after 2026-12-02 00:00 +08:00"),
        (TO_JANUARY, "run apply again after 2026-12-02 00:00 +08:00, within its window"),
    ],
)
def test_45009_says_when_this_campaign_and_the_next_one_can_go_out(window: Window, told: str) -> None:
    more = replace(whole_text(window), name="then", message=replace(WORDS.message, content="第二条"))  # type: ignore[arg-type]
    outcome = Scene([whole_text(window), more]).apply(("send_mass", Fault.DAY_USED_UP))
    error, (refusal,) = outcome.campaigns[0].error, outcome.campaigns[1].refusals
    assert error is not None
    assert (True, True) == (told in error.hint, refusal.hint.startswith(told))


def test_another_refusal_does_not() -> None:
    error = Scene([WORDS]).apply(("send_mass", Fault.DAY_USED_UP)).campaigns[0].error
    assert error is not None
    assert "website-send" not in error.hint


@pytest.mark.parametrize(("ahead", "refused"), [(0, False), (100, False), (-130, True), (3600, True)])
def test_a_clock_that_is_surely_wrong_keeps_the_send_back(ahead: int, refused: bool) -> None:
    scene = Scene([WORDS])
    skew = Skew(NOW, NOW, NOW - timedelta(seconds=ahead))
    world = Ports(
        scene._account,
        PICTURES,
        scene.clock,
        scene.progress,
        one_by_one,
        None,
        accounts=ACCOUNTS,
        skew=lambda _: skew,
    )
    outcome = apply_plan(scene.plan(), world, scene.book(), scene.rules, scene.plan)
    assert (["clock_skew"] if refused else [], int(not refused)) == (guards(outcome), len(scene.wechat.jobs))


def test_a_run_and_its_continuation_are_one_outcome() -> None:
    """What the second part looked at is as it found it; what it did not is as the first left it."""
    later = whole_text(Window(NOW + HOUR, NOW + 2 * HOUR))
    now = replace(WORDS, name="now", message=replace(WORDS.message, content="现在"))  # type: ignore[arg-type]
    scene = Scene([later, now])
    first = scene.apply()
    scene.later(hours=1)
    scene.campaigns = [later]
    whole = first.followed_by(scene.apply())
    done = {each.planned.name: [step.address for step in each.performed] for each in whole.campaigns}
    assert {"now": ["now/send"], "words": ["words/send"]} == done
    assert (0, scene.state.serial) == (whole.exit_status(), whole.state.serial)
