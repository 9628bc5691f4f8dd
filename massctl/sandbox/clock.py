"""Keep the world's clock: it may be moved forward, and never runs back."""

from datetime import datetime, timedelta, timezone

from massctl.sandbox.tables import State

BEIJING = timezone(timedelta(hours=8))
"""Quota days and months are Beijing time; inferred, no page says so."""


def world_now(state: State, real_now: datetime) -> datetime:
    """Return the world's time: the real time plus the offset, but never before a time already seen."""
    row = state.table("clock").get("clock") or {"offset": 0.0, "floor": 0.0}
    return datetime.fromtimestamp(max(real_now.timestamp() + row["offset"], row["floor"]), BEIJING)


def see(state: State, now: datetime) -> None:
    """Remember that the world has shown this time to somebody."""
    row = state.table("clock").get("clock") or {"offset": 0.0, "floor": 0.0}
    state.table("clock").put("clock", {**row, "floor": max(row["floor"], now.timestamp())})


def advance(state: State, real_now: datetime, seconds: float) -> datetime:
    """Move the clock forward by `seconds` (0 or more) and return the new time."""
    target = world_now(state, real_now) + timedelta(seconds=max(seconds, 0.0))
    offset = target.timestamp() - real_now.timestamp()
    row = state.table("clock").get("clock") or {}
    state.table("clock").put("clock", {**row, "offset": offset, "floor": target.timestamp()})
    return target


def date_now(state: State, real_now: datetime) -> datetime:
    """Return what the `Date` of an answer says: the machine's time, or one that is wrong by as much as was asked for.

    It does not follow the world's clock: whoever lets a day pass here did not set the clocks of its visitors.
    """
    row = state.table("clock").get("clock") or {}
    return real_now + timedelta(seconds=row.get("date_ahead", 0.0))


def set_date(state: State, ahead_seconds: float) -> None:
    """Let the `Date` of answers be so far ahead of the machine's time; negative behind."""
    row = state.table("clock").get("clock") or {"offset": 0.0, "floor": 0.0}
    state.table("clock").put("clock", {**row, "date_ahead": ahead_seconds})


def ensure_not_before(state: State, real_now: datetime, moment: datetime) -> datetime:
    """Move the clock forward to `moment` unless it is there already; return the time it shows."""
    now = world_now(state, real_now)
    return advance(state, real_now, (moment - now).total_seconds()) if moment > now else now


def beijing(seconds: float) -> datetime:
    """Return the Beijing time of a stored moment (seconds since 1970)."""
    return datetime.fromtimestamp(seconds, BEIJING)


def day_of(moment: datetime) -> str:
    """Name the Beijing day, as in 2026-12-01."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d")


def month_of(moment: datetime) -> str:
    """Name the Beijing month, as in 2026-12."""
    return moment.astimezone(BEIJING).strftime("%Y-%m")


def minute_of(moment: datetime) -> str:
    """Name the Beijing minute, as in 2026-12-01T20:00."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M")
