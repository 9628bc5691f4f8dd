"""Repeat what may be repeated: a bounded number of tries with growing pauses. Previews and sends never come here."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_fixed,
    wait_random,
)

from massctl.transport import NoAnswer
from massctl.wechat.errcodes import Again, ErrorClass
from massctl.wechat.response import RefusedAnswer

T = TypeVar("T")

TRIES_MAX = 4
"""The first and three repetitions: outlasts a hiccup, and ends within half a minute of pauses."""
LINE_PAUSE_SECONDS = 1.0
"""Before the first repetition after a lost answer; doubles each time."""
BUSY_PAUSE_SECONDS = 5.0
"""Before the first repetition after errcode -1. Ours: WeChat asks for a pause and names none."""
PAUSE_SECONDS_MAX = 10.0
MINUTE_PAUSE_SECONDS = 60.0
"""After 45011: its text says to retry in the next minute."""
JITTER_SECONDS = 0.5
"""At most this much is added, so that sixteen uploads do not come back in one moment."""

_JITTER = wait_random(0, JITTER_SECONDS)
_LINE = wait_exponential(multiplier=LINE_PAUSE_SECONDS, max=PAUSE_SECONDS_MAX) + _JITTER
_NEXT_MINUTE = wait_fixed(MINUTE_PAUSE_SECONDS) + _JITTER
_BUSY = wait_exponential(multiplier=BUSY_PAUSE_SECONDS, max=PAUSE_SECONDS_MAX) + _JITTER


def retry(once: Callable[[], T], sleep: Callable[[float], None], *, repeatable: bool) -> T:
    """Call `once` until it succeeds or fails for good; return the last outcome.

    A call that is not `repeatable` is repeated only if WeChat asked for a slower pace: then it did nothing.
    """

    def may_pass(outcome: object) -> bool:
        return _too_fast(outcome) or (
            repeatable and (isinstance(outcome, NoAnswer) or _busy(outcome))
        )

    retrying = Retrying(
        retry=retry_if_result(may_pass),
        stop=stop_after_attempt(TRIES_MAX),
        wait=_pause,
        sleep=sleep,
        retry_error_callback=_last,
    )
    outcome: T = retrying(once)
    return outcome


def _too_fast(outcome: object) -> bool:
    return isinstance(outcome, RefusedAnswer) and outcome.judgement.again is Again.NEXT_MINUTE


def _busy(outcome: object) -> bool:
    return isinstance(outcome, RefusedAnswer) and outcome.judgement.error_class is ErrorClass.BUSY


def _pause(state: RetryCallState) -> float:
    if _too_fast(_last(state)):
        return _NEXT_MINUTE(state)
    return _BUSY(state) if _busy(_last(state)) else _LINE(state)


def _last(state: RetryCallState) -> object:
    return state.outcome.result() if state.outcome else None
