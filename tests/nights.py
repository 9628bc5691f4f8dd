"""Cases of one behaviour: the first of them run by day, the others in the nightly workflow."""

from collections.abc import Iterable
from typing import Any

import pytest


def first_by_day(cases: Iterable[Any], day: int = 1) -> list[Any]:
    """Mark all cases but the first few with `night`; a tuple is the arguments of one case."""
    return [
        pytest.param(
            *(each if isinstance(each, tuple) else (each,)),
            marks=[] if number < day else [pytest.mark.night],
        )
        for number, each in enumerate(cases)
    ]
