"""A send that waits for the administrator: what says so, and until when."""

from datetime import timedelta
from typing import Any

import pytest
from building import NOW, at, attempted, recorded, text

from massctl.model.entries import SendAccepted, SendInDoubt
from massctl.model.state import Record, Status, held_until, is_concluded, is_held, status_of

WORDS = text("words")
HALF_AN_HOUR = timedelta(minutes=30)


def tried(minutes: int) -> Any:
    return at(NOW + timedelta(minutes=minutes), attempted(WORDS)[0], WORDS)


def held(attempt: int, errcode: int = 89504) -> Any:
    return SendInDoubt(attempt=attempt, reason="waiting", errcode=errcode), WORDS


def record_of(*happenings: Any) -> Record:
    return recorded(*happenings).record(WORDS.name, 1)


@pytest.mark.parametrize("errcode", [89504, 89505])
def test_both_codes_say_that_the_administrator_is_asked(errcode: int) -> None:
    record = record_of(tried(0), held(2, errcode))
    assert (True, NOW + HALF_AN_HOUR) == (is_held(record), held_until(record))
    assert (Status.AWAITING_ADMIN, False) == (status_of(record), is_concluded(record))


def test_another_doubt_asks_nobody() -> None:
    record = record_of(tried(0), held(2, 45066))
    assert (False, None) == (is_held(record), held_until(record))


def test_a_repetition_within_the_half_hour_counts_from_the_first() -> None:
    assert NOW + HALF_AN_HOUR == held_until(record_of(tried(0), held(2), tried(10), held(4)))


def test_a_repetition_after_the_half_hour_asks_anew() -> None:
    assert NOW + 2 * HALF_AN_HOUR == held_until(record_of(tried(0), held(2), tried(30), held(4)))


def test_the_attempt_before_that_nobody_answered_does_not_count() -> None:
    record = record_of(tried(0), tried(10), held(3))
    assert NOW + timedelta(minutes=40) == held_until(record)


def test_an_accepted_send_is_held_no_more() -> None:
    record = record_of(tried(0), held(2), (SendAccepted(attempt=2, msg_id=7), WORDS))
    assert (None, True) == (held_until(record), is_concluded(record))
