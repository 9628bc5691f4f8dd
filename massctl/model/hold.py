"""A send that waits for the account's administrator (API 群发保护): which answers say so, and until when.

While it is held nobody needs to act but the administrator: his yes starts the job, his no or 30 minutes of silence
fail it. WeChat's answer does not tell whose confirmation is awaited, so the attempt stays open until it is settled.
"""

from datetime import datetime, timedelta
from typing import Final

from massctl.model.send import HOLD_CODES
from massctl.model.state import Attempt, Record

HOLD_MINUTES: Final = 30
"""How long the administrator may think. Source: WeChat docs, "API 群发保护", read 2026-10."""


def is_held(record: Record) -> bool:
    """Say whether the last word on an edition's open attempts is that the administrator is asked."""
    return bool(record.open_attempts) and record.open_attempts[-1].doubt_errcode in HOLD_CODES


def held_until(record: Record) -> datetime | None:
    """Give the moment at which the administrator's silence becomes a no; None where nothing is known to wait.

    A repetition inside the 30 minutes asks nobody anew, so they count from the first; a later one may.
    """
    if not is_held(record):
        return None
    until: datetime | None = None
    for attempt in record.open_attempts:
        if _says_held(attempt) and (until is None or attempt.at >= until):
            until = attempt.at + timedelta(minutes=HOLD_MINUTES)
    return until


def _says_held(attempt: Attempt) -> bool:
    return attempt.doubt_errcode in HOLD_CODES
