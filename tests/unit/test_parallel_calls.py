"""Calls that do not depend on each other: their order, and what one raises."""

from collections.abc import Iterator
from threading import Event, current_thread

import pytest

from massctl.parallel_calls import in_order, side_by_side


def test_results_come_in_the_order_of_their_calls() -> None:
    is_last_made = Event()

    def first() -> str:
        assert is_last_made.wait(30)
        return "first"

    def last() -> str:
        is_last_made.set()
        return "last"

    assert ["first", "last"] == list(in_order([first, last], 2))


def test_what_a_call_raises_is_raised_in_its_turn() -> None:
    found: Iterator[float] = in_order([lambda: 1.0, lambda: 1 / 0, lambda: 2.0], 3)
    assert 1.0 == next(found)
    with pytest.raises(ZeroDivisionError):
        next(found)


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_thread_is_there_only_where_calls_overlap(at_once: int) -> None:
    threads = {found for _, found in side_by_side([current_thread] * 3, at_once)}
    assert (threads == {current_thread()}) == (at_once == 1)
