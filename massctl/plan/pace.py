"""The pace of mass sends: when an account may ask for its next one. Pure: the ledger is the memory, `now` an argument.

What runs before this one asked for counts too, because every attempt is on record before its request leaves.
"""

from datetime import datetime, timedelta
from typing import Final

from massctl.model.names import AppId
from massctl.model.state import Attempt, State

SENDS_A_MINUTE: Final = 60
"""Requests for mass sends of an account. Source: WeChat docs, "message/mass/sendall", read 2026-10."""
MINUTE: Final = timedelta(seconds=61)
"""A minute, and a second for the way: WeChat counts from the arrival of a request, and we from its entry."""
TOO_FAST: Final = 45011
"""The calls of this minute are used up. Source: WeChat docs, "Global return codes", read 2026-10."""


def next_send_at(state: State, appid: AppId, now: datetime) -> datetime:
    """Give the first moment, `now` or later, at which an account may ask for a mass send."""
    # A moment to come is of a clock that went back since; it says nothing about this minute.
    recent = sorted(
        (a for a in _attempts(state, appid) if timedelta(0) <= now - a.at < MINUTE), key=lambda attempt: attempt.at
    )
    earliest = [now]
    if len(recent) >= SENDS_A_MINUTE:
        earliest.append(recent[-SENDS_A_MINUTE].at + MINUTE)
    earliest += [a.at + MINUTE for a in recent if a.rejection is not None and a.rejection.errcode == TOO_FAST]
    return max(earliest)


def _attempts(state: State, appid: AppId) -> list[Attempt]:
    return [attempt for record in state.records.values() for attempt in record.attempts if attempt.event.appid == appid]
