"""When campaigns are read before their windows, and which drifts are news."""

from datetime import UTC, datetime, timedelta

import pytest

from massctl.model.entries import DriftEnded, DriftTold
from massctl.model.ids import CampaignName
from massctl.model.state import ToldDrift
from massctl.plan.drift import (
    AGAIN_SECONDS,
    AGAIN_SECONDS_MAX,
    STAGES,
    ReadingProgress,
    after_reading,
    ended_drifts,
    is_due,
    new_drifts,
    stage_at,
    told_event,
)
from massctl.plan.plan import Drift, DriftKind

OPENS = datetime(2026, 12, 8, 4, 0, tzinfo=UTC)
DAYS, DAY, HOURS = STAGES


def before(**span: float) -> datetime:
    return OPENS - timedelta(**span)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (before(hours=72, seconds=1), None),
        (before(hours=72), DAYS),
        (before(hours=24, seconds=1), DAYS),
        (before(hours=24), DAY),
        (before(hours=2), HOURS),
        (before(seconds=1), HOURS),
        (OPENS, None),
    ],
)
def test_the_distance_of_a_moment(now: datetime, expected: timedelta | None) -> None:
    assert expected == stage_at(OPENS, now)


def test_each_distance_is_read_once_however_late_the_run_is() -> None:
    progress, reads = None, []
    for minutes in range(5 * 24 * 60, -60, -7):
        now = before(minutes=minutes)
        if is_due(OPENS, progress, now):
            reads.append(stage_at(OPENS, now))
            progress = after_reading(OPENS, progress, now, whole=True)
    assert [DAYS, DAY, HOURS] == reads


def test_a_window_that_was_moved_is_read_anew_and_one_without_never() -> None:
    progress = ReadingProgress(OPENS, DAY)
    assert not is_due(OPENS, progress, before(hours=20))
    assert is_due(OPENS + timedelta(hours=1), progress, before(hours=20))
    assert not is_due(None, None, before(hours=20))


def test_what_failed_rests_longer_each_time_and_at_most_an_hour() -> None:
    progress, pauses, now = None, [], before(hours=20)
    for _ in range(6):
        progress = after_reading(OPENS, progress, now, whole=False)
        pause = next(
            second for second in range(0, 7200, 60) if is_due(OPENS, progress, now + timedelta(seconds=second))
        )
        pauses.append(pause)
        now += timedelta(seconds=pause)
    assert [AGAIN_SECONDS, 600, 1200, 2400, AGAIN_SECONDS_MAX, AGAIN_SECONDS_MAX] == pauses
    assert is_due(OPENS, progress, now - timedelta(days=1)), "a clock that was set back"
    assert ReadingProgress(OPENS, DAY, at=now) == after_reading(OPENS, progress, now, whole=True)


def drift(now: str | int | None = None, subject: str = "星标组", *, told_as: str = "") -> Drift:
    return Drift(CampaignName("letter"), 1, DriftKind.TAG_RENAMED, subject, "星标组", now, told_as)


def told(*events: DriftTold) -> list[ToldDrift]:
    return [ToldDrift(each, before(hours=72)) for each in events]


def test_a_drift_is_news_for_a_channel_until_it_heard_of_it_as_it_is() -> None:
    first, second = drift("甲"), drift("乙")
    known = told(told_event(first, "HOOK"))
    assert [] == new_drifts([first], known, "HOOK")
    assert [first] == new_drifts([first], known, "ROBOT")
    assert [first] == new_drifts([first], known, None)
    assert [second] == new_drifts([second], known, "HOOK")
    back = told(told_event(first, "HOOK"), told_event(second, "HOOK"))
    assert [first] == new_drifts([first], back, "HOOK"), "it became another one and came back"


def test_another_number_beyond_the_same_bound_is_no_news() -> None:
    known = told(told_event(drift(90, told_as="min 100"), "HOOK"))
    assert [] == new_drifts([drift(80, told_as="min 100")], known, "HOOK")
    assert 1 == len(new_drifts([drift(900, told_as="max 500")], known, "HOOK"))


def test_what_was_told_and_is_not_found_has_ended() -> None:
    known = told(told_event(drift("甲"), None), told_event(drift("甲"), "HOOK"), told_event(drift("丙", "别的"), None))
    assert [DriftEnded(kind="tag_renamed", subject="星标组")] == ended_drifts([drift("丁", "别的")], known)
    assert [] == ended_drifts([drift("戊"), drift("丁", "别的")], known)
