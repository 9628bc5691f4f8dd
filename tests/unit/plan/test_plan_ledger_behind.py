"""Which days WeChat is asked about, before a machine sends over a ledger that it did not begin."""

from datetime import datetime, timedelta

import pytest
from building import attempted, news, recorded, saved

from massctl.model.message import Window
from massctl.model.phrase import BEIJING
from massctl.plan.ledger_behind import days_in_question, not_counted_yet

NOON = datetime(2026, 12, 20, 12, tzinfo=BEIJING)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("opened", "asked"), [(0, 7), (3, 7), (10, 10), (40, 30)])
def test_a_week_is_asked_about_or_since_the_window_opened_and_no_more_than_a_month(
    opened: int, asked: int
) -> None:
    window = Window(NOON - opened * DAY, NOON + DAY)
    days = days_in_question(news(window=window), recorded(), 1, NOON)
    assert [NOON.date() - number * DAY for number in range(1, asked + 1)] == days


def test_without_a_window_it_is_a_month() -> None:
    days = days_in_question(news(window=None), recorded(), 1, NOON)
    assert (30, NOON.date() - 30 * DAY) == (len(days), days[-1])


def test_before_wechat_has_counted_yesterday_the_newest_day_is_the_one_before() -> None:
    early = NOON.replace(hour=7)
    assert NOON.date() - 2 * DAY == days_in_question(news(window=None), recorded(), 1, early)[0]


def test_the_machine_that_began_the_ledger_has_none() -> None:
    assert [] == days_in_question(news(), recorded(), 0, NOON)


def test_what_was_sent_since_this_machine_saw_the_ledger_needs_no_asking() -> None:
    campaign = news(window=Window(NOON - DAY, NOON + DAY))
    state = recorded(saved(campaign), attempted(campaign))
    (record,) = state.records.values()
    (attempt,) = record.attempts
    since = days_in_question(campaign, state, attempt.serial - 1, attempt.at + 3 * DAY)
    assert attempt.at.astimezone(BEIJING).date() == since[0]
    assert [] == days_in_question(campaign, state, attempt.serial - 1, attempt.at + 9 * DAY)
    assert days_in_question(campaign, state, attempt.serial, attempt.at + 9 * DAY)


EARLY = NOON.replace(hour=7)


@pytest.mark.parametrize(
    ("opened", "now", "is_refused"),
    [
        (EARLY - timedelta(hours=25), EARLY, True),
        (EARLY - timedelta(hours=23), EARLY, False),
        (EARLY - timedelta(hours=25), NOON, False),
        (None, EARLY, True),
        (None, NOON, False),
    ],
)
def test_before_yesterday_is_counted_only_what_wechat_remembers_is_sent(
    opened: datetime | None, now: datetime, is_refused: bool
) -> None:
    window = Window(opened, NOON + DAY) if opened is not None else None
    found = not_counted_yet(news(window=window), recorded(), 1, now)
    assert is_refused == (found is not None)


def test_a_machine_that_saw_the_ledger_before_yesterday_need_not_wait() -> None:
    campaign = news(window=None)
    state = recorded(saved(campaign), attempted(campaign))
    (attempt,) = next(iter(state.records.values())).attempts
    early = (attempt.at + 3 * DAY).astimezone(BEIJING).replace(hour=7)
    assert None is not_counted_yet(campaign, state, attempt.serial - 1, early)
