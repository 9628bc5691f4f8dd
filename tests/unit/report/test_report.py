"""The values of a report: what they refuse, and what they say of themselves."""

from math import exp
from random import Random

import pytest

from massctl.errors import InvariantError
from massctl.report.report import (
    Aspect,
    Comparison,
    Figure,
    Missing,
    Origin,
    Quartiles,
    Standing,
    Sums,
    UsualRange,
    student_factor,
    sums_of,
)


@pytest.mark.parametrize(("value", "missing"), [(None, None), (3, Missing.NOT_YET)])
def test_a_number_is_there_or_the_reason_why_it_is_missing(
    value: float | None, missing: Missing | None
) -> None:
    with pytest.raises(InvariantError):
        Figure(value=value, origin=Origin.ARTICLE, missing=missing)


def test_whole_numbers_between_the_quartiles_lie_as_their_numbers_do():
    assert (999, 1000) == Quartiles(998.25, 999.5, 1000.75).people
    assert (1.25, 1.75) == Quartiles(1.25, 1.5, 1.75).people


def compared(value: float, *values: float, aspect: Aspect = Aspect.READERS) -> Comparison:
    figure = Figure(value=value, origin=Origin.ARTICLE)
    return Comparison(aspect, figure, sums_of(values, is_rate=aspect.is_rate))


@pytest.mark.parametrize(
    ("value", "standing"),
    [
        (626, Standing.BELOW),
        (627, Standing.WITHIN),
        (1016, Standing.WITHIN),
        (1017, Standing.ABOVE),
    ],
)
def test_a_number_is_a_result_only_outside_of_what_is_usual(
    value: float, standing: Standing
) -> None:
    """As the guide computes it by hand.

    The logarithms of one more than each are 6.5806, 6.6859, 6.6346, 6.7811 and 6.7358. Their mean is 6.6836, and their
    standard deviation 0.0795. 2.7764 · 0.0795 · √1.2 is 0.2416. From 6.4420 to 6.9252 is from 626.7 to 1,016.6 people.
    """
    found = compared(value, 720, 800, 760, 880, 841)

    assert (UsualRange(627, 1016), standing) == (found.usual, found.standing)


@pytest.mark.parametrize(
    ("value", "standing"),
    [
        (0.3394, Standing.BELOW),
        (0.3396, Standing.WITHIN),
        (0.5054, Standing.WITHIN),
        (0.5056, Standing.ABOVE),
    ],
)
def test_a_rate_lies_where_its_tenths_of_a_percent_do(value: float, standing: Standing) -> None:
    """The logits are −0.4263, −0.3640, −0.3023 and −0.2007: their mean is −0.3233, their standard deviation 0.0962.

    3.1824 · 0.0962 · √1.25 is 0.3422. The rates whose logits are −0.6655 and 0.0189 are 0.3395 and 0.5047.
    """
    found = compared(value, 0.395, 0.41, 0.425, 0.45, aspect=Aspect.FINISHED)

    assert (UsualRange(0.34, 0.505), standing) == (found.usual, found.standing)


@pytest.mark.parametrize(
    ("values", "usual"),
    [((0.0, 0.1, 0.0, 0.1), (0, 0.998)), ((1.0, 0.9, 1.0, 0.9), (0.002, 1))],
)
def test_a_rate_is_never_below_zero_or_above_one(
    values: tuple[float, ...], usual: tuple[float, float]
) -> None:
    assert UsualRange(*usual) == compared(0.5, *values, aspect=Aspect.FINISHED).usual


@pytest.mark.parametrize(("value", "count"), [(1, 4), (34, 4), (11, 8)])
def test_where_nobody_shared_before_a_few_are_no_result(value: float, count: int) -> None:
    """Nobody is 0 on the logarithm, and counting spreads by 1: 3.1824 · √1.25 is 3.558, and e^3.558 − 1 is 34.1."""
    assert Standing.WITHIN is compared(value, *[0] * count).standing
    assert Standing.ABOVE is compared(35, *[0] * count).standing


def test_a_missing_number_lies_nowhere() -> None:
    missing = Figure(origin=Origin.ARTICLE, missing=Missing.NOT_YET)
    known = Sums(is_rate=False, count=4, total=8)
    late = Figure(value=1, origin=Origin.ARTICLE, is_delay=True)

    assert Comparison(Aspect.READERS, missing, known).standing is None
    assert Comparison(Aspect.READERS, late, known).standing is None
    assert compared(1, 1, 2, 3).standing is None


def test_what_is_taken_away_leaves_nothing() -> None:
    sums = sums_of((3, 1_000_000, 7), is_rate=False)

    assert Sums(is_rate=False) == sums.changed(7, -1).changed(3, -1).changed(1_000_000, -1)
    assert (333337, 0) == (round(sums.mean), Sums(is_rate=False).mean)


def test_one_send_far_off_calls_no_other_more_than_usual_that_is_below_the_mean() -> None:
    """The mean of 99 hundreds and a million is 10,099; on the logarithm 625 would be more than usual."""
    values = [*[100] * 99, 1_000_000]

    assert UsualRange(17, 10_099) == compared(1, *values).usual


@pytest.mark.parametrize(
    ("degrees", "factor"),
    [(3, 3.182), (9, 2.262), (10, 2.228), (29, 2.045), (120, 1.980), (10_000, 1.960)],
)
def test_the_factor_is_that_of_every_table_of_student(degrees: int, factor: float) -> None:
    assert factor == pytest.approx(student_factor(degrees), abs=0.0005)


WORLDS = 2000


@pytest.mark.parametrize("aspect", [Aspect.READERS, Aspect.OPEN_RATE])
@pytest.mark.parametrize("spread", [0.15, 0.3])
@pytest.mark.parametrize("count", [4, 8, 12, 30])
def test_noise_is_hardly_ever_called_a_result(count: int, spread: float, aspect: Aspect) -> None:
    random = Random(count)
    results = 0
    for _ in range(WORLDS):
        letters = [7000 * exp(random.gauss(0, spread)) for _ in range(count + 1)]
        told = [each / 70_000 if aspect.is_rate else round(each) for each in letters]
        results += compared(*told, aspect=aspect).standing is not Standing.WITHIN
    assert 0.03 * WORLDS < results <= 0.07 * WORLDS


@pytest.mark.parametrize("people", [0.3, 3, 30])
@pytest.mark.parametrize("count", [4, 8, 12, 30])
def test_noise_of_a_few_people_is_no_result(count: int, people: float) -> None:
    """Of 300 who read it each shares with the same small chance."""
    random = Random(count)
    results = 0
    for _ in range(300):
        shared = [sum(random.random() < people / 300 for _ in range(300)) for _ in range(count + 1)]
        results += compared(*shared).standing is not Standing.WITHIN
    assert results <= 0.07 * 300


@pytest.mark.parametrize("count", [8, 12, 30])
def test_half_of_the_usual_readers_are_called_less_than_usual(count: int) -> None:
    random = Random(count)
    found = 0
    for _ in range(WORLDS):
        own, *before = (round(7000 * exp(random.gauss(0, 0.15))) for _ in range(count + 1))
        found += compared(own / 2, *before).standing is Standing.BELOW
    assert found >= 0.95 * WORLDS
