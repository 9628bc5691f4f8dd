"""Moments and spans of time in words. No clock: `now` is an argument."""

from datetime import datetime, timedelta

from massctl.model.message import Window
from massctl.model.phrase import BEIJING, moment, offset


def recorded(at: datetime) -> str:
    """Write a moment that a clock gave; clocks run in UTC, which is shown in Beijing time."""
    return moment(at.astimezone(BEIJING) if at.utcoffset() == timedelta(0) else at)


def window_span(window: Window) -> str:
    """Write a window in its own offset; the day stands once where it opens and closes on the same."""
    start, end = window.not_before, window.not_after
    if start.date() == end.date() and start.utcoffset() == end.utcoffset():
        return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M} {offset(end)}"
    return f"{moment(start)} – {moment(end)}"
