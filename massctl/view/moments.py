"""Moments and spans of time in words. No clock: `now` is an argument."""

import math
from datetime import datetime, timedelta

from massctl.model.message import Window
from massctl.model.phrase import BEIJING, Phrase, moment, offset


def recorded(at: datetime) -> str:
    """Write a moment that a clock gave; clocks run in UTC, which is shown in Beijing time."""
    return moment(at.astimezone(BEIJING) if at.utcoffset() == timedelta(0) else at)


def window_span(window: Window) -> str:
    """Write a window in its own offset; the day stands once where it opens and closes on the same."""
    start, end = window.not_before, window.not_after
    if start.date() == end.date() and start.utcoffset() == end.utcoffset():
        return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M} {offset(end)}"
    return f"{moment(start)} – {moment(end)}"


def in_time(at: datetime, now: datetime) -> Phrase:
    """Say how long it is until `at`, to the minute and never too early; less than a minute where it has passed."""
    minutes = max(0, math.ceil((at - now).total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return Phrase("in {days} days {hours} h", days=hours // 24, hours=hours % 24)
    if hours:
        return Phrase("in {hours} h {minutes} min", hours=hours, minutes=minutes)
    return Phrase("in {minutes} min", minutes=minutes) if minutes else Phrase("in less than a minute")
