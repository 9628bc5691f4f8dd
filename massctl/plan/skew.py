"""Two clocks compared: this machine's, and the one that WeChat's answers carry in their `Date` header.

A `Date` tells whole seconds and was written somewhere between the request and its answer. So all that is known is that
the difference lies between two bounds; what the bounds leave open is never held against a run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from massctl.model.moment import BEIJING
from massctl.model.phrase import Phrase
from massctl.plan.step import Guard, Refusal

SKEW_SECONDS_MAX: Final = 120
"""So far the clocks may differ. Our own bound: a window's ends and the age of an attempt are told by this clock."""
_DATE_SECONDS: Final = 1
"""A `Date` is cut to whole seconds. Source: RFC 9110, section 5.6.7."""


@dataclass(frozen=True, slots=True)
class Skew:
    """One measurement: the request left at `before`, its answer was there at `after`, and said `server`."""

    before: datetime
    after: datetime
    server: datetime

    @property
    def error(self) -> timedelta:
        """How much the measurement leaves open."""
        return self.after - self.before

    @property
    def seconds(self) -> float:
        """How far this machine's clock is ahead of the server's for sure; negative behind; 0 where it may be right."""
        ahead = (self.before - self.server).total_seconds() - _DATE_SECONDS
        behind = (self.server - self.after).total_seconds()
        return max(0.0, ahead) - max(0.0, behind)


def better(one: Skew | None, other: Skew) -> Skew:
    """Give the measurement that leaves less open, the newer `other` where they are alike."""
    return other if one is None or other.error <= one.error else one


def skew_refusal(skew: Skew | None) -> Refusal | None:
    """Refuse a send by a clock that is surely wrong; without a measurement nothing is judged."""
    if skew is None or abs(skew.seconds) <= SKEW_SECONDS_MAX:
        return None
    return Refusal(
        Guard.CLOCK_SKEW,
        Phrase(
            "this machine's clock says {ours}, and WeChat's said {theirs} in that moment: at most {most} s are allowed",
            ours=_told(skew.after),
            theirs=_told(skew.server),
            most=SKEW_SECONDS_MAX,
        ),
        Phrase(
            "set this machine's clock (sudo timedatectl set-ntp true), then run apply again; until then nothing leaves"
        ),
    )


def _told(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S +08:00")
