"""Two clocks: what a measurement leaves open is never held against a run."""

from datetime import timedelta

import pytest
from building import NOW

from massctl.plan.guards import SKEW_SECONDS_MAX, Skew, better, skew_refusal


def measured(ahead: float, took: float = 0) -> Skew:
    """Measure a clock that is so many seconds ahead of the server's, whose `Date` lies in the middle of the request."""
    return Skew(NOW, NOW + timedelta(seconds=took), NOW + timedelta(seconds=took / 2 - ahead))


@pytest.mark.parametrize("ahead", [SKEW_SECONDS_MAX + 2, -SKEW_SECONDS_MAX - 2, 86_400, -86_400])
def test_a_clock_that_is_surely_wrong_refuses(ahead: float) -> None:
    refusal = skew_refusal(measured(ahead))
    assert refusal is not None
    assert (refusal.guard.value, "2026-12-01 12:00:00 +08:00" in refusal.message) == ("clock_skew", True)
    assert "timedatectl" in refusal.hint


@pytest.mark.parametrize(
    "skew",
    [
        None,
        measured(0),
        measured(SKEW_SECONDS_MAX),
        measured(SKEW_SECONDS_MAX + 1),
        measured(-SKEW_SECONDS_MAX),
        measured(SKEW_SECONDS_MAX + 20, took=60),
        measured(-SKEW_SECONDS_MAX - 20, took=60),
    ],
)
def test_a_clock_that_may_be_right_does_not(skew: Skew | None) -> None:
    """The `Date` is cut to whole seconds, and was written anywhere between request and answer."""
    assert skew_refusal(skew) is None


def test_the_quicker_measurement_counts_for_more() -> None:
    quick, slow = measured(0, took=1), measured(0, took=5)
    assert better(None, slow) is slow
    assert (better(slow, quick), better(quick, slow)) == (quick, quick)
    again = measured(3, took=1)
    assert better(quick, again) is again
