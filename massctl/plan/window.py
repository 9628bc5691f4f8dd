"""Windows, quiet hours and frozen days: is now a time to send, and when is the next one?"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from massctl.model.moment import moment
from massctl.model.phrase import Phrase
from massctl.model.rendered import Window
from massctl.plan.step import Guard, Refusal

if TYPE_CHECKING:
    from massctl.model.account import Policy

_LOOK_AHEAD: Final = timedelta(days=400)


class WindowState(StrEnum):
    """Where now lies, seen from a window; `none` without one."""

    NONE = "none"
    WAITING = "waiting"
    DUE = "due"
    EXPIRED = "expired"


def window_state(window: Window | None, now: datetime) -> WindowState:
    """Place `now`; both ends of a window are due."""
    if window is None:
        return WindowState.NONE
    if now < window.not_before:
        return WindowState.WAITING
    return WindowState.DUE if now <= window.not_after else WindowState.EXPIRED


def hour_refusal(policy: "Policy", now: datetime) -> Refusal | None:
    """Refuse a send in quiet hours or on a frozen day; naming a campaign does not lift it."""
    if (span := policy.frozen_on(now)) is not None:
        return Refusal(
            Guard.FREEZE,
            Phrase("nothing is sent in the frozen days {span}", span=span),
            Phrase("change policy.freeze in massctl.yaml, or wait"),
        )
    if policy.quiet_hours is not None and (end := policy.quiet_hours.ends_after(now)) is not None:
        return Refusal(
            Guard.QUIET_HOURS,
            Phrase("quiet hours last until {end}", end=moment(end)),
            Phrase("run apply again after that, or change policy.quiet_hours in massctl.yaml"),
        )
    return None


def next_moment(policy: "Policy", window: Window | None, now: datetime) -> datetime | None:
    """Give the first moment from now on at which a send is allowed, or None where none comes in the window."""
    moment = max(now, window.not_before) if window else now
    last = window.not_after if window else now + _LOOK_AHEAD
    while moment <= last:
        end = _blocked_until(policy, moment)
        if end is None:
            return moment
        moment = end
    return None


def _blocked_until(policy: "Policy", moment: datetime) -> datetime | None:
    """Give when the rule that blocks `moment` ends, or None when nothing blocks it."""
    if policy.quiet_hours is not None and (end := policy.quiet_hours.ends_after(moment)) is not None:
        return end
    if policy.frozen_on(moment) is not None:
        local = moment.astimezone(policy.zone)
        return datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), tzinfo=policy.zone)
    return None
