"""Windows, quiet hours and frozen days."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from building import (
    DAY,
    HOUR,
    NOW,
    OPEN,
    attempted,
    guards,
    house,
    planned,
    recorded,
    settings,
    text,
)
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.entries import SendAccepted
from massctl.model.message import Window
from massctl.plan.plan import Until
from massctl.plan.window import WindowState, hour_refusal, leaves_until, next_moment, window_state

TICK = timedelta(microseconds=1)
NIGHT = {"quiet_hours": {"from": "22:00", "to": "08:00", "timezone": "Asia/Shanghai"}}
EVENING = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
"""22:00 in Beijing."""
MORNING = datetime(2026, 12, 2, 0, 0, tzinfo=UTC)
"""08:00 in Beijing."""


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (OPEN.not_before - TICK, WindowState.WAITING),
        (OPEN.not_before, WindowState.DUE),
        (OPEN.not_after, WindowState.DUE),
        (OPEN.not_after + TICK, WindowState.EXPIRED),
    ],
)
def test_both_ends_belong_to_the_window(now, state):
    assert state is window_state(OPEN, now)


def test_without_a_window_there_is_no_state():
    assert WindowState.NONE is window_state(None, NOW)


def test_a_frozen_day_comes_before_quiet_hours():
    refusal = hour_refusal(settings(freeze=["2026-12-01"], **NIGHT).policy, EVENING)
    assert refusal is not None
    assert ("freeze", "nothing is sent on the frozen days 2026-12-01") == (
        refusal.guard,
        refusal.message,
    )


def test_quiet_hours_say_until_when():
    refusal = hour_refusal(settings(**NIGHT).policy, EVENING)
    assert refusal is not None
    assert ("quiet_hours", "quiet hours last until 2026-12-02 08:00 +08:00") == (
        refusal.guard,
        refusal.message,
    )


def test_by_day_nothing_refuses():
    assert hour_refusal(settings(freeze=["2026-12-02"], **NIGHT).policy, NOW) is None


@pytest.mark.parametrize(
    ("policy", "window", "now", "moment"),
    [
        ({}, None, NOW, NOW),
        ({}, OPEN, NOW, NOW),
        ({}, OPEN, NOW - DAY, OPEN.not_before),
        ({}, OPEN, OPEN.not_after, OPEN.not_after),
        ({}, OPEN, OPEN.not_after + TICK, None),
        (NIGHT, None, EVENING, MORNING),
        (NIGHT, Window(EVENING, MORNING), NOW, MORNING),
        (NIGHT, Window(EVENING, MORNING - TICK), NOW, None),
        ({"freeze": ["2026-12-01/2026-12-02"]}, None, NOW, datetime(2026, 12, 2, 16, tzinfo=UTC)),
        ({"freeze": ["2026-12-02"], **NIGHT}, None, EVENING, datetime(2026, 12, 3, 0, tzinfo=UTC)),
        ({"freeze": ["2026-01-01/2099-12-31"]}, None, NOW, None),
    ],
)
def test_the_next_moment_at_which_a_send_is_allowed(policy, window, now, moment):
    assert moment == next_moment(settings(**policy).policy, window, now)


@given(
    st.integers(0, 60 * 24 * 10),
    st.sampled_from(["00:30", "08:00", "22:00"]),
    st.sampled_from(["01:30", "07:00"]),
    st.sampled_from(["Asia/Shanghai", "America/New_York"]),
)
def test_at_the_next_moment_nothing_refuses(minutes, start, end, zone):
    """Ten days around the night on which New York's clocks go back."""
    rules = settings(
        quiet_hours={"from": start, "to": end, "timezone": zone}, freeze=["2026-11-01/2026-11-02"]
    )
    now = datetime(2026, 10, 27, tzinfo=UTC) + timedelta(minutes=minutes)
    moment = next_moment(rules.policy, None, now)
    assert moment is not None
    assert moment.astimezone(UTC) >= now
    assert hour_refusal(rules.policy, moment) is None


def test_a_plan_before_the_window_says_when_it_opens():
    campaign = text(window=Window(NOW + HOUR, NOW + 2 * HOUR))
    assert ("waiting", NOW + HOUR) == (planned(campaign).window, planned(campaign).next_at)


def test_a_plan_within_the_window_has_no_later_moment():
    assert ("due", None) == (planned(text(window=OPEN)).window, planned(text(window=OPEN)).next_at)


def test_a_plan_in_quiet_hours_says_when_they_end():
    campaign = planned(
        text(window=Window(EVENING, MORNING + HOUR)), rules=house(**NIGHT), now=EVENING
    )
    assert (["quiet_hours"], MORNING) == (guards(campaign), campaign.next_at)


@pytest.mark.parametrize("now", [NOW, EVENING])
def test_a_window_within_quiet_hours_is_refused_before_and_after_it_opens(now):
    campaign = planned(text(window=Window(EVENING, MORNING - HOUR)), rules=house(**NIGHT), now=now)
    assert (["quiet_hours"], None) == (guards(campaign), campaign.next_at)
    assert "its window leaves no time" in campaign.refusals[0].message
    assert "another window" in campaign.refusals[0].hint


@pytest.mark.parametrize("now", [NOW, NOW + DAY + HOUR])
def test_a_window_within_frozen_days_is_refused_before_and_after_it_opens(now):
    campaign = planned(
        text(window=Window(NOW + DAY, NOW + DAY + 2 * HOUR)),
        rules=house(freeze=["2026-12-02"]),
        now=now,
    )
    assert (["freeze"], None) == (guards(campaign), campaign.next_at)
    assert "2026-12-02" in campaign.refusals[0].message


def test_a_window_of_which_quiet_hours_and_a_frozen_day_leave_nothing_is_refused_by_both():
    """From the evening until the next noon: the night is quiet, and the day after it is frozen."""
    window = Window(EVENING, MORNING + 4 * HOUR)
    assert ["quiet_hours", "freeze"] == guards(
        planned(text(window=window), rules=house(freeze=["2026-12-02"], **NIGHT))
    )


def test_a_window_that_quiet_hours_leave_a_moment_is_not_refused_before_it_opens():
    assert [] == guards(planned(text(window=Window(EVENING, MORNING)), rules=house(**NIGHT)))


def test_what_is_only_staged_is_not_refused_for_its_window():
    campaign = text(window=Window(EVENING, MORNING - HOUR))
    assert [] == guards(planned(campaign, rules=house(**NIGHT), until=Until.DRAFT))


def test_what_wechat_or_the_house_refuses_for_good_comes_at_no_moment():
    """In quiet hours it would be tried in the morning, if nothing else were in the way."""
    first, second = (
        text("first", "words"),
        text("second", "words", window=Window(EVENING, MORNING + HOUR)),
    )
    state = recorded(attempted(first), (SendAccepted(attempt=2, msg_id=7), first))
    campaign = planned(second, state, rules=house(**NIGHT), now=EVENING)
    assert (["quiet_hours", "same_content"], None) == (guards(campaign), campaign.next_at)


def test_without_window_and_name_no_moment_comes():
    campaign = planned(text(), rules=house(**NIGHT), now=EVENING)
    assert (["not_named"], None) == (guards(campaign), campaign.next_at)


@pytest.mark.parametrize(
    ("policy", "left", "seconds"),
    [
        ({}, None, 2.0),
        ({}, 5.0, 2.0),
        ({}, 2.0, 2.0),
        ({}, 0.5, 0.5),
        ({"quiet_hours": {"from": "12:30", "to": "13:00"}}, 60.0, 1.499999),
        ({"quiet_hours": {"from": "12:31", "to": "13:00"}}, 60.0, 2.0),
    ],
)
def test_a_request_leaves_within_two_seconds_and_no_rule_that_stops_it(
    policy: dict[str, Any], left: float | None, seconds: float
) -> None:
    now = NOW + timedelta(minutes=29, seconds=58.5)
    window = Window(NOW, now + timedelta(seconds=left)) if left is not None else None
    assert now + timedelta(seconds=seconds) == leaves_until(house(**policy).policy, window, now)


def test_a_request_leaves_before_a_frozen_day_begins() -> None:
    eve = datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    policy = house(freeze=["2026-12-02"]).policy
    assert eve + timedelta(microseconds=999_999) == leaves_until(policy, None, eve)
