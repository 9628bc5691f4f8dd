"""What is usual: by hand, with the noise of counting, and against letters that only chance sets apart."""

from math import exp
from random import Random

import pytest

from massctl.report.report import Aspect, Comparison, Figure, Judged, Missing, Origin
from massctl.report.usual import (
    Standing,
    Sums,
    UsualRange,
    as_shown,
    student_factor,
    sums_of_people,
    usual_people,
)


def number(value: float, *, is_delay: bool = False) -> Figure:
    return Figure(value=value, origin=Origin.ARTICLE, is_delay=is_delay)


Rate = tuple[float, float]
"""People, and of how many."""


def compared(own: Rate, *before: Rate, aspect: Aspect = Aspect.OPENED) -> Comparison:
    sums = Sums()
    for people, whole in before:
        sums = sums.plus(Sums.of_rate(people / whole, whole))
    people, whole = own
    judged = Judged(number(people), number(people / whole), number(whole))
    return Comparison(aspect, judged, sums)


FIVE = ((720, 8000), (800, 8000), (950, 10_000), (1100, 10_000), (1680, 16_000))


@pytest.mark.parametrize(
    ("own", "usual", "standing"),
    [
        ((1239, 16_000), UsualRange(0.078, 0.125), Standing.BELOW),
        ((1241, 16_000), UsualRange(0.078, 0.125), Standing.WITHIN),
        ((2007, 16_000), UsualRange(0.078, 0.125), Standing.WITHIN),
        ((2008, 16_000), UsualRange(0.078, 0.125), Standing.ABOVE),
        ((138, 1000), UsualRange(0.067, 0.139), Standing.WITHIN),
    ],
)
def test_a_share_is_a_result_only_outside_of_what_is_usual(
    own: Rate, usual: UsualRange, standing: Standing
) -> None:
    """As the guide computes it by hand.

    The square roots of 9.0, 10.0, 9.5, 11.0 and 10.5 % are 0.3000, 0.3162, 0.3082, 0.3317 and 0.3240: their mean is
    0.3160, their variance 0.0001566. Counting makes 0.0000256 of it, the mean of 1/(4n). For 16,000 it makes 0.0000156:
    2.7764 · √(0.0001566 − 0.0000256 + 0.0000156 + 0.0001566 / 5) is 0.0370. 0.2790² and 0.3531² are 7.8 % and 12.5 %.
    For 1,000 it makes 0.00025: 0.0564 and so 6.7 % to 13.9 %. Shares are compared as shown: 7.744 % is 7.7 %.
    """
    found = compared(own, *FIVE)

    assert (usual, standing) == (found.usual, found.standing)


def test_equal_shares_leave_the_room_that_counting_needs() -> None:
    """Four of 1,000 in 10,000 each: 3.1824 · √(0.000025 + 0.000025 / 4) is 0.0178 about √0.1, so 8.9 to 11.2 %."""
    four = [(1000, 10_000)] * 4

    assert UsualRange(0.089, 0.112) == compared((1000, 10_000), *four).usual
    assert UsualRange(0.091, 0.109) == compared((2000, 20_000), *four).usual


@pytest.mark.parametrize("aspect", [each for each in Aspect if each is not Aspect.FINISHED])
@pytest.mark.parametrize("rate", [0.0002, 0.006, 0.1, 0.9])
def test_an_audience_that_doubled_is_no_result(aspect: Aspect, rate: float) -> None:
    before = [(round(48_000 * rate * part), 48_000) for part in (0.97, 1, 1.03, 1)]

    found = compared((round(96_000 * rate), 96_000), *before, aspect=aspect)

    assert Standing.WITHIN is found.standing


@pytest.mark.parametrize(
    ("aspect", "before", "usual"),
    [
        (Aspect.FINISHED, [(0, 400), (90, 400)] * 2, (0, 1)),
        (Aspect.FINISHED, [(400, 400), (310, 400)] * 2, (0.239, 1)),
        (Aspect.READERS, [(400, 400), (310, 400)] * 2, (0.239, 1.936)),
    ],
)
def test_nobody_leaves_and_no_part_is_more_than_its_whole(
    aspect: Aspect, before: list[Rate], usual: tuple[float, float]
) -> None:
    assert UsualRange(*usual) == compared((200, 400), *before, aspect=aspect).usual


def test_where_nobody_shared_before_a_few_are_no_result() -> None:
    """99 % of 3 degrees of freedom is 5.8409, and 5.8409 · √(1.25 / 4,000) is 0.1033, squared 1.07 %, shown as 1.1."""
    four = [(0, 1000)] * 4

    assert Standing.WITHIN is compared((10, 1000), *four, aspect=Aspect.SHARED).standing
    assert Standing.ABOVE is compared((12, 1000), *four, aspect=Aspect.SHARED).standing


def test_figures_beyond_the_first_need_more_to_be_a_result() -> None:
    found = {each: compared((740, 10_000), *FIVE, aspect=each).standing for each in Aspect}

    assert {Aspect.OPENED} == {each for each, said in found.items() if said is Standing.BELOW}


def test_people_of_no_whole_are_compared_in_whole_people() -> None:
    """√2, √4, √6, √8 have the mean 2.1730 and the variance 0.3688; 5.8409 · √(0.3688 · 1.25) is 3.9658: 0 to 37.7."""
    assert UsualRange(0, 37) == usual_people(sums_of_people((2, 4, 6, 8)), 99)
    assert None is usual_people(sums_of_people((2, 4, 6)), 99)


def test_a_missing_share_lies_nowhere() -> None:
    missing = Figure(origin=Origin.ARTICLE, missing=Missing.NOT_YET)
    known = compared((1, 10), *FIVE)
    late = Judged(number(1), number(0.1, is_delay=True), number(10))
    without = Judged(number(1), missing, missing)

    assert Comparison(Aspect.OPENED, late, known.sums).standing is None
    found = Comparison(Aspect.OPENED, without, known.sums)
    assert (None, None, None) == (found.standing, found.usual, found.mean)
    assert compared((1, 10), *FIVE[:3]).standing is None


rates = [(0.3, 10), (3, 1_000_000), (1_000_000, 7)]


def test_what_is_taken_away_leaves_nothing() -> None:
    sums = Sums()
    for rate, of in rates:
        sums = sums.plus(Sums.of_rate(rate, of))

    assert 333_334 == round(sums.mean)
    for rate, of in rates:
        sums = sums.less(Sums.of_rate(rate, of))
    assert (Sums(), 0) == (sums, sums.mean)


def test_one_send_far_off_calls_no_other_more_than_usual_that_is_below_the_mean() -> None:
    before = [(10, 100_000)] * 99 + [(90_000, 100_000)]

    found = compared((900, 100_000), *before)

    assert found.mean is not None
    assert found.mean > 0.009
    assert Standing.WITHIN is found.standing


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.09796, 0.098), (0.01, 0.01), (0.00623, 0.0062), (0.00013, 0.00013), (1.3333, 1.333)],
)
def test_a_share_is_compared_as_it_is_shown(share: float, shown: float) -> None:
    assert shown == as_shown(share)


@pytest.mark.parametrize(
    ("degrees", "percent", "factor"),
    [
        (3, 95, 3.182),
        (9, 95, 2.262),
        (10, 95, 2.228),
        (29, 95, 2.045),
        (10_000, 95, 1.960),
        (3, 99, 5.841),
        (9, 99, 3.250),
        (10, 99, 3.169),
        (29, 99, 2.756),
        (10_000, 99, 2.576),
    ],
)
def test_the_factor_is_that_of_every_table_of_student(
    degrees: int, percent: int, factor: float
) -> None:
    assert factor == pytest.approx(student_factor(degrees, percent), abs=0.0015)


WORLDS = 2000
AUDIENCES = (5000, 48_000, 96_000)


def letters(random: Random, count: int, rate: float, spread: float) -> list[Rate]:
    """Return letters whose shares only chance sets apart, the own one first and to an audience of another size."""
    found = []
    for number in range(count + 1):
        whole = random.choice(AUDIENCES) if number == 0 else 48_000
        likely = whole * rate * exp(random.gauss(0, spread))
        found.append((max(0, round(random.gauss(likely, likely**0.5))), whole))
    return found


@pytest.mark.parametrize(("aspect", "most"), [(Aspect.OPENED, 0.07), (Aspect.SHARED, 0.025)])
@pytest.mark.parametrize("rate", [0.006, 0.1])
@pytest.mark.parametrize("spread", [0, 0.15, 0.3])
@pytest.mark.parametrize("count", [4, 8, 12, 30])
def test_noise_is_hardly_ever_called_a_result(
    count: int, spread: float, rate: float, aspect: Aspect, most: float
) -> None:
    random = Random(count)
    results = 0
    for _ in range(WORLDS):
        own, *before = letters(random, count, rate, spread)
        results += compared(own, *before, aspect=aspect).standing is not Standing.WITHIN
    assert results <= most * WORLDS


@pytest.mark.parametrize("people", [0.3, 3, 30])
@pytest.mark.parametrize("count", [4, 8, 12, 30])
def test_noise_of_a_few_people_is_no_result(count: int, people: float) -> None:
    """Of 300 each opens it with the same small chance."""
    random = Random(count)
    results = 0
    for _ in range(300):
        own, *before = (
            (sum(random.random() < people / 300 for _ in range(300)), 300) for _ in range(count + 1)
        )
        results += compared(own, *before).standing is not Standing.WITHIN
    assert results <= 0.07 * 300


@pytest.mark.parametrize(("count", "least"), [(8, 0.9), (12, 0.95), (30, 0.98)])
def test_half_of_the_usual_share_is_called_less_than_usual(count: int, least: float) -> None:
    random = Random(count)
    found = 0
    for _ in range(WORLDS):
        own, *before = letters(random, count, 0.15, 0.15)
        found += compared((own[0] / 2, own[1]), *before).standing is Standing.BELOW
    assert found >= least * WORLDS
