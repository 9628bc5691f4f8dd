"""The values of a report: what they refuse, and what they say of themselves."""

import pytest

from massctl.errors import InvariantError
from massctl.report.report import Aspect, Comparison, Figure, Missing, Origin, Quartiles, Standing


@pytest.mark.parametrize(("value", "missing"), [(None, None), (3, Missing.NOT_YET)])
def test_a_number_is_there_or_the_reason_why_it_is_missing(
    value: float | None, missing: Missing | None
) -> None:
    with pytest.raises(InvariantError):
        Figure(value=value, origin=Origin.ARTICLE, missing=missing)


def test_whole_numbers_between_the_quartiles_lie_as_their_numbers_do():
    assert (999, 1000) == Quartiles(998.25, 999.5, 1000.75).people
    assert (1.25, 1.75) == Quartiles(1.25, 1.5, 1.75).people


@pytest.mark.parametrize(
    ("value", "standing"),
    [(9, Standing.BELOW), (10, Standing.WITHIN), (30, Standing.WITHIN), (31, Standing.ABOVE)],
)
def test_a_number_lies_below_within_or_above_the_quartiles(
    value: float, standing: Standing
) -> None:
    found = Comparison(
        Aspect.READERS,
        Figure(value=value, origin=Origin.ARTICLE),
        (10, 20, 30, 40),
        Quartiles(10, 20, 30),
    )

    assert standing is found.standing


def test_a_rate_lies_where_its_tenths_of_a_percent_do() -> None:
    found = Comparison(
        Aspect.FINISHED,
        Figure(value=0.4404, origin=Origin.ARTICLE),
        (0.40, 0.42, 0.43, 0.4401),
        Quartiles(0.402, 0.42, 0.44),
    )

    assert Standing.WITHIN is found.standing


def test_a_missing_number_lies_nowhere() -> None:
    missing = Figure(origin=Origin.ARTICLE, missing=Missing.NOT_YET)

    assert Comparison(Aspect.READERS, missing, (2,), Quartiles(1, 2, 3)).standing is None
    assert (
        Comparison(Aspect.READERS, Figure(value=1, origin=Origin.ARTICLE), (1,), None).standing
        is None
    )


@pytest.mark.parametrize("value", [101, 2000])
def test_one_send_far_off_calls_no_other_more_than_usual_that_is_below_the_mean(
    value: float,
) -> None:
    """The mean of 100, 100, 100, 100, 10,000 is 2,080, and their upper quartile is 100."""
    values = (100, 100, 100, 100, 10_000)
    figure = Figure(value=value, origin=Origin.ARTICLE)

    found = Comparison(Aspect.READERS, figure, values, Quartiles(100, 100, 100))

    assert Standing.WITHIN is found.standing
