"""The pace of mass sends: 60 a minute and account, whoever asked for them."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from building import APPID, NOW, OTHER_APPID, at, attempted, recorded, text
from hypothesis import given, settings
from hypothesis import strategies as st

from massctl.model.entries import SendRejected
from massctl.plan.quota import MINUTE, SENDS_A_MINUTE, next_send_at

WORDS = text("words")


def tried(seconds: float, **changes: Any) -> Any:
    return at(NOW + timedelta(seconds=seconds), attempted(WORDS, **changes)[0], WORDS)


def test_an_account_that_sent_nothing_may_send_at_once() -> None:
    assert NOW == next_send_at(recorded(), APPID, NOW)


def test_the_sixtieth_of_a_minute_may_go_at_once_and_the_next_one_waits_for_the_first() -> None:
    now = NOW + timedelta(seconds=30)
    some = [tried(second / 2) for second in range(SENDS_A_MINUTE)]
    assert now == next_send_at(recorded(*some[:-1]), APPID, now)
    assert NOW + MINUTE == next_send_at(recorded(*some), APPID, now)


def test_other_accounts_do_not_count() -> None:
    some = [tried(0, appid=OTHER_APPID) for _ in range(SENDS_A_MINUTE)]
    assert NOW == next_send_at(recorded(*some), APPID, NOW)


def test_attempts_to_come_do_not_count() -> None:
    """The clock went back since they were recorded."""
    some = [tried(3600) for _ in range(SENDS_A_MINUTE)]
    assert NOW == next_send_at(recorded(*some), APPID, NOW)


def test_after_45011_the_account_waits_for_the_next_minute() -> None:
    state = recorded(tried(0), (SendRejected(attempt=2, errcode=45011, retryable=True), WORDS))
    assert NOW + MINUTE == next_send_at(state, APPID, NOW + timedelta(seconds=5))
    assert NOW + 2 * MINUTE == next_send_at(state, APPID, NOW + 2 * MINUTE)


def test_another_refusal_slows_nothing_down() -> None:
    state = recorded(tried(0), (SendRejected(attempt=2, errcode=45028, retryable=True), WORDS))
    assert NOW == next_send_at(state, APPID, NOW)


# Each story folds a hundred ledgers of sixty entries, so a few stories are told.
@settings(max_examples=15)
@given(st.lists(st.floats(0, 3), min_size=100, max_size=150))
def test_who_keeps_to_it_never_has_more_than_sixty_in_a_minute(gaps: list[float]) -> None:
    moment, asked, happened = NOW, [], []
    for gap in gaps:
        moment = next_send_at(recorded(*happened[-SENDS_A_MINUTE:]), APPID, moment + timedelta(seconds=gap / 4))
        asked.append(moment)
        happened.append(at(moment, attempted(WORDS)[0], WORDS))
    for first, last in zip(asked, asked[SENDS_A_MINUTE:], strict=False):
        assert last - first >= timedelta(seconds=60)
    assert all(earlier <= later for earlier, later in pairwise(asked))
