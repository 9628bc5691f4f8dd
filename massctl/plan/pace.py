"""The pace of mass sends: when an account may ask for its next one. Pure: the ledger is the memory, `now` an argument.

What runs before this one asked for counts too, because every attempt is on record before its request leaves.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from massctl.model.names import AppId
from massctl.model.state import State

SENDS_A_MINUTE: Final = 60
"""Requests for mass sends of an account. Source: WeChat docs, "message/mass/sendall", read 2026-10."""
MINUTE: Final = timedelta(seconds=61)
"""A minute, and a second for the way: WeChat counts from the arrival of a request, and we from its entry."""
TOO_FAST: Final = 45011
"""The calls of this minute are used up. Source: WeChat docs, "Global return codes", read 2026-10."""


def next_send_at(state: State, appid: AppId, now: datetime) -> datetime:
    """Give the first moment, `now` or later, at which an account may ask for a mass send."""
    attempts = [a for record in state.records.values() for a in record.attempts if a.event.appid == appid]
    recent = _within_a_minute((a.at for a in attempts), now)
    earliest = [now]
    if len(recent) >= SENDS_A_MINUTE:
        earliest.append(recent[-SENDS_A_MINUTE] + MINUTE)
    too_fast = (a.rejected_at for a in attempts if a.rejection is not None and a.rejection.errcode == TOO_FAST)
    earliest += [at + MINUTE for at in _within_a_minute((at for at in too_fast if at is not None), now)]
    return max(earliest)


def _within_a_minute(moments: Iterable[datetime], now: datetime) -> list[datetime]:
    """Give the moments of the last minute, in order; one to come is of a clock that went back, and says nothing."""
    return sorted(at for at in moments if timedelta(0) <= now - at < MINUTE)
