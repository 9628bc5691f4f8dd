"""Moments as people read them, in one form everywhere: `2026-12-01 20:00 +08:00`."""

from datetime import datetime, timedelta, timezone
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8))
"""The time of WeChat's days and of its console; China has no summer time."""


def moment(at: datetime) -> str:
    """Write a moment, which has an offset, in that offset."""
    return f"{at:%Y-%m-%d %H:%M} {offset(at)}"


def offset(at: datetime) -> str:
    """Write the offset of a moment: `+08:00`."""
    return at.isoformat()[-6:]
