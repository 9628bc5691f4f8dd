"""The hundred requests for mass sends of a day: a campaign takes one, and a list of openids one for each batch. Pure.

A list is begun only where all of it fits into one day, so a demand stands on one day with all of its requests: the
first of its window that has room for them. Nobody is moved for somebody who comes later: on the day itself whoever ends
first goes out first, and so what a plan says days ahead is what happens.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from massctl.plan.demand import CALLS, Demand, Standing, periods, reserved

if TYPE_CHECKING:
    from massctl.model.account import Policy


def may_run_short(demands: Iterable[Demand], used: Mapping[date, int]) -> bool:
    """Say whether so many requests are asked for that somebody has to count them out, day by day."""
    return sum(demand.calls for demand in demands) + max(used.values(), default=0) > CALLS.limit


class Calls:
    """Seats demands in their order; `used` says how many requests of a day are used."""

    def __init__(self, demands: Sequence[Demand], used: Mapping[date, int], policy: "Policy", now: datetime) -> None:
        self._short = may_run_short(demands, used)
        self._used, self._policy, self._now = used, policy, now
        self.held: dict[date, list[Demand]] = {}
        """Day -> who has requests of it; empty where nobody has to count them out."""
        # What was begun goes on, so nobody comes before it.
        for demand in demands if self._short else []:
            if demand.begun:
                self._hold(demand, CALLS.unit.of(now))

    def take(self, demand: Demand) -> Standing | None:
        """Give a demand the first day of its window on which all of it fits; None where that may be today's."""
        if not self._short or demand.begun:
            return None
        days = periods(demand, CALLS.unit, self._policy, self._now)
        today = CALLS.unit.of(self._now)
        day = next((day for day in days if self.has_room(demand, day)), None)
        if day is None:
            return self._refused(demand, days, fits=False) if days else None
        self._hold(demand, day)
        return self._refused(demand, [today], fits=True) if today in days and day != today else None

    def has_room(self, demand: Demand, day: date) -> bool:
        """Whether a day takes all of a demand as things stand."""
        return self._room(day) >= demand.calls

    def day_of(self, demand: Demand) -> date | None:
        """Give the day on which a demand is to go out, as things stand; None for one that finds none."""
        if self._short:
            return next((day for day, holders in self.held.items() if demand in holders), None)
        return next(iter(periods(demand, CALLS.unit, self._policy, self._now)), None)

    def _hold(self, demand: Demand, day: date) -> None:
        self.held.setdefault(day, []).append(demand)

    def _room(self, day: date) -> int:
        held = sum(demand.calls for demand in self.held.get(day, []))
        return CALLS.limit - self._used.get(day, 0) - held

    def _refused(self, demand: Demand, days: Sequence[date], *, fits: bool) -> Standing:
        taken = tuple((day, tuple(map(reserved, self._others(demand, day)))) for day in days)
        return Standing(fits=fits, today=False, rule=CALLS, taken=taken, needed=demand.calls)

    def _others(self, demand: Demand, day: date) -> list[Demand]:
        return sorted((d for d in self.held.get(day, []) if d is not demand), key=lambda other: other.sort_key)
