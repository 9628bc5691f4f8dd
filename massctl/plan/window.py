"""Windows, quiet hours and frozen days: is now a time to send, and when is the next one?"""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from massctl.model.message import RenderedCampaign, Window
from massctl.model.phrase import BEIJING, Command, Phrase, moment
from massctl.model.state import beijing_day
from massctl.plan.steps import Guard, Refusal

if TYPE_CHECKING:
    from massctl.model.settings import Policy


_LOOK_AHEAD = timedelta(days=400)
LEAVES_WITHIN = timedelta(seconds=2)
"""How long a judgement about a send holds: its request is written within this time, or not at all. Our own bound,
docs/concepts/exactly-once.md."""


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


def hour_refusals(policy: "Policy", window: Window | None, now: datetime) -> list[Refusal]:
    """Refuse a send in quiet hours or on a frozen day; say so if the window has no later moment."""
    refusal = hour_refusal(policy, now)
    if refusal is None:
        return []
    return never_allowed(policy, window, now) or [refusal]


def hour_refusal(policy: "Policy", now: datetime) -> Refusal | None:
    """Refuse a send in quiet hours or on a frozen day; naming a campaign does not lift it."""
    if (span := policy.frozen_on(now)) is not None:
        return Refusal(
            Guard.FREEZE,
            Phrase("nothing is sent on the frozen days {span}", span=span),
            Phrase("change policy.freeze in massctl.yaml, or wait"),
        )
    if policy.quiet_hours is not None and (end := policy.quiet_hours.ends_after(now)) is not None:
        return Refusal(
            Guard.QUIET_HOURS,
            Phrase("quiet hours last until {end}", end=moment(end)),
            Phrase("run apply again after that, or change policy.quiet_hours in massctl.yaml"),
        )
    return None


def leaves_until(policy: "Policy", window: Window | None, now: datetime) -> datetime:
    """Return the last moment at which a request that is allowed now may be written: a rule may begin in between.

    Quiet hours and frozen days begin with a minute, and last longer than a request waits.
    """
    last = now + LEAVES_WITHIN if window is None else min(now + LEAVES_WITHIN, window.not_after)
    if hour_refusal(policy, last) is None:
        return last
    return last.replace(second=0, microsecond=0) - datetime.resolution


def never_allowed(policy: "Policy", window: Window | None, now: datetime) -> list[Refusal]:
    """Refuse a campaign whose window has no moment left, once for each rule that closes it."""
    if window is None or now > window.not_after or next_moment(policy, window, now) is not None:
        return []
    found: dict[Guard, Refusal] = {}
    at: datetime | None = max(now, window.not_before)
    while at is not None and at <= window.not_after:
        for refusal in _closed_by(policy, window, at):
            found.setdefault(refusal.guard, refusal)
        at = _blocked_until(policy, at)
    return list(found.values())


def _closed_by(policy: "Policy", window: Window, at: datetime) -> list[Refusal]:
    """Return which rules close a window at one of its moments."""
    hint = Phrase(
        "give it another window in campaign.yaml and have that reviewed, or change {key} in massctl.yaml"
    )
    found = []
    if (span := policy.frozen_on(at)) is not None:
        found.append(
            Refusal(
                Guard.FREEZE,
                Phrase(
                    "its window leaves no time for a send: it is within the frozen days {span}",
                    span=span,
                ),
                Phrase(hint, key="policy.freeze"),
            )
        )
    if policy.quiet_hours is not None and (end := policy.quiet_hours.ends_after(at)) is not None:
        found.append(
            Refusal(
                Guard.QUIET_HOURS,
                Phrase(
                    "its window leaves no time for a send: quiet hours last until {end}, and it closes at {closed}",
                    end=moment(end),
                    closed=moment(window.not_after),
                ),
                Phrase(hint, key="policy.quiet_hours"),
            )
        )
    return found


def next_moment(policy: "Policy", window: Window | None, now: datetime) -> datetime | None:
    """Return the first moment from now on at which a send is allowed, or None if none comes in the window."""
    moment = max(now, window.not_before) if window else now
    last = window.not_after if window else now + _LOOK_AHEAD
    while moment <= last:
        end = _blocked_until(policy, moment)
        if end is None:
            return moment
        moment = end
    return None


def _blocked_until(policy: "Policy", moment: datetime) -> datetime | None:
    """Return when the rule that blocks `moment` ends, or None when nothing blocks it."""
    if (
        policy.quiet_hours is not None
        and (end := policy.quiet_hours.ends_after(moment)) is not None
    ):
        return end
    if policy.frozen_on(moment) is not None:
        local = moment.astimezone(policy.zone)
        return datetime.combine(
            local.date() + timedelta(days=1), datetime.min.time(), tzinfo=policy.zone
        )
    return None


_LONGEST_MONTH = timedelta(days=31)


def tomorrow(now: datetime) -> datetime:
    """Return the beginning of the next Beijing day."""
    return datetime.combine(beijing_day(now) + timedelta(days=1), time.min, tzinfo=BEIJING)


def next_month(now: datetime) -> datetime:
    """Return the beginning of the next Beijing month."""
    first = (beijing_day(now).replace(day=1) + _LONGEST_MONTH).replace(day=1)
    return datetime.combine(first, time.min, tzinfo=BEIJING)


def again_after(campaign: RenderedCampaign, policy: "Policy", at: datetime) -> Phrase:
    """Return how a campaign can go out after `at`: by its name, within its window, or only with a new window."""
    said = moment(at.astimezone(BEIJING))
    if campaign.window is None:
        return Phrase(
            "run `{command}` after {moment}", moment=said, command=Command("apply", campaign.name)
        )
    if next_moment(policy, campaign.window, at) is not None:
        return Phrase("run apply again after {moment}, within its window", moment=said)
    return Phrase(
        "its window leaves no time after {moment}: give it another one in campaign.yaml, and have that reviewed",
        moment=said,
    )
