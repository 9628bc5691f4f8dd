"""The values of a report: what they refuse, and what they say of themselves."""

import pytest

from massctl.errors import InvariantError
from massctl.report.report import Figure, Missing, Origin, Quartiles


@pytest.mark.parametrize(("value", "missing"), [(None, None), (3, Missing.NOT_YET)])
def test_a_number_is_there_or_the_reason_why_it_is_missing(
    value: float | None, missing: Missing | None
) -> None:
    with pytest.raises(InvariantError):
        Figure(value=value, origin=Origin.ARTICLE, missing=missing)


def test_whole_numbers_between_the_quartiles_lie_as_their_numbers_do():
    assert (999, 1000) == Quartiles(998.25, 999.5, 1000.75).people
    assert (1.25, 1.75) == Quartiles(1.25, 1.5, 1.75).people
