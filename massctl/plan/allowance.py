"""How often an account may send: what is used, what the campaigns of the repository need, and who has to give way.

Everything is counted by the Beijing calendar. Campaigns are given places in the interface's order (end of window, then
name; those without a window last), so the earlier one keeps its place and the later one is refused, or waits for
another day of its window.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from massctl.model.lifecycle import is_concluded
from massctl.model.moment import BEIJING
from massctl.model.names import AccountName, AppId, CampaignName
from massctl.model.rendered import RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.places import Places
from massctl.plan.used import Scope, Unit, Use, calls_by_day, scope_of, used_in, uses
from massctl.plan.window import next_moment

if TYPE_CHECKING:
    from massctl.model.account import Policy

DAYS_AHEAD: Final = 31
"""How far campaigns are looked ahead for: a calendar month at its longest."""
_PERIODS_MAX: Final = 366
"""So many days of a window are looked at; a limit on everything."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many sends of some scopes in a Beijing day or month."""

    unit: Unit
    limit: int
    scopes: frozenset[Scope]


SENDS: Final = {
    "subscription": Rule(Unit.DAY, 1, frozenset({Scope.ALL, Scope.TAG})),
    "service": Rule(Unit.MONTH, 4, frozenset({Scope.ALL})),
}
"""By the account's kind; sends on the website count too. Source: WeChat docs, "群发规则", read 2026-10."""
CALLS: Final = Rule(Unit.DAY, 100, frozenset(Scope))
"""Requests for mass sends. Source: WeChat docs, "API limits of a new account", read 2026-10."""
REACH: Final = Rule(Unit.MONTH, 4, frozenset(Scope))
"""Mass messages that one follower of a service account gets. Source: WeChat docs, "群发规则", read 2026-10."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A campaign that is still to be sent, as far as the allowance asks."""

    name: CampaignName
    edition: int
    account: AccountName
    appid: AppId
    scope: Scope
    window: Window | None
    """None for one that is named and goes out now."""
    source_sha256: str | None = None
    """The folder as it is now; None where nobody needs to know."""
    calls: int = 1
    """Requests that it takes."""

    @property
    def sort_key(self) -> tuple[bool, float, str]:
        """The interface's order within an account."""
        return self.window is None, self.window.not_after.timestamp() if self.window else 0.0, self.name


@dataclass(frozen=True, slots=True)
class Standing:
    """What the allowance says of one campaign."""

    fits: bool = True
    """Whether it has a place at all."""
    today: bool = True
    """Whether that place may be today's, or this month's."""
    rule: Rule | None = None
    """The rule that speaks against it, where one does."""
    taken: tuple[tuple[date, tuple[CampaignName | None, ...]], ...] = ()
    """The places that it could have had, and who has them; None is a send on the website."""
    crowded: tuple[CampaignName | None, ...] = ()
    """The sends of its month before it that may reach the same followers, where they are as many as one may get."""


@dataclass(frozen=True, slots=True)
class Ledgered:
    """An account's used and demanded allowance in one moment."""

    demands: tuple[Demand, ...]
    used: tuple[Use, ...]
    sends: Places[Demand]
    standings: Mapping[CampaignName, Standing]


@dataclass(slots=True)
class Agenda:
    """What all campaigns of the repository ask for, whichever of them a run is about."""

    accounts: Mapping[AppId, tuple[AccountName, str]]
    """AppID -> the account's name and kind."""
    demands: Sequence[Demand]
    _known: dict[AppId, tuple[object, Ledgered]] = field(default_factory=dict)
    """Of the latest moment that was asked about: a plan asks for every campaign."""

    def standing(self, campaign: RenderedCampaign, state: State, policy: "Policy", now: datetime) -> Standing:
        """Say where a campaign stands; one that is not on the agenda asks for nothing."""
        if campaign.appid not in self.accounts:
            return Standing()
        return self.of(campaign.appid, state, policy, now).standings.get(campaign.name, Standing())

    def of(self, appid: AppId, state: State, policy: "Policy", now: datetime) -> Ledgered:
        """Seat every demand of an account; `appid` is on the agenda."""
        moment = (id(state), state.serial, id(policy), now)
        known = self._known.get(appid)
        if known is None or known[0] != moment:
            demands = [d for d in self.demands if d.appid == appid and _is_asking(d, state, now)]
            known = moment, _seated(self.accounts[appid][1], demands, state, appid, policy, now)
            self._known[appid] = known
        return known[1]


def demand_of(campaign: RenderedCampaign) -> Demand:
    """Give what a rendered campaign asks for."""
    scope = scope_of(campaign.audience)
    name, edition, account, appid = campaign.name, campaign.edition, campaign.account, campaign.appid
    return Demand(name, edition, account, appid, scope, campaign.window, campaign.source_sha256)


def _is_asking(demand: Demand, state: State, now: datetime) -> bool:
    """Whether it still asks: not sent, not in doubt (that counts as used), not expired, and due within the days ahead.

    What WeChat refused for good asks for nothing until somebody edits it.
    """
    record = state.record(demand.name, demand.edition)
    if record.open_attempts or is_concluded(record):
        return False
    last = record.attempts[-1] if record.attempts else None
    refused = last.rejection if last is not None and last.event.source_sha256 == demand.source_sha256 else None
    if refused is not None and not (refused.retryable or refused.token_dead):
        return False
    window = demand.window
    return window is None or (now <= window.not_after and window.not_before <= now + timedelta(days=DAYS_AHEAD))


def _seated(
    kind: str, demands: Sequence[Demand], state: State, appid: AppId, policy: "Policy", now: datetime
) -> Ledgered:
    """Seat the demands in the interface's order, and say of each how it fared."""
    used = uses(state, appid)
    rule = SENDS[kind]
    by_period = used_in(used, rule.unit, rule.scopes)
    sends: Places[Demand] = Places(lambda period: rule.limit - len(by_period.get(period, [])))
    calls = _Calls(demands, state, appid, policy, now)
    crowd = _Crowd(used, policy, now) if kind == "service" else None
    standings: dict[CampaignName, Standing] = {}
    ordered = sorted(demands, key=lambda demand: demand.sort_key)
    for demand in ordered:
        standing = Standing()
        if demand.scope in rule.scopes and (options := periods(demand, rule.unit, policy, now)):
            due = demand.window is None or next_moment(policy, demand.window, now) == now
            standing = _seat(sends, rule, by_period, demand, options, rule.unit.of(now), due=due)
        if standing.fits and (refused := calls.take(demand)) is not None:
            standing = refused
        if crowd is not None and standing.fits:
            seats = [place for place, holders in sends.held.items() if demand in holders]
            standing = crowd.join(demand, standing, seats)
        standings[demand.name] = standing
    return Ledgered(tuple(ordered), tuple(used), sends, standings)


def periods(demand: Demand, unit: Unit, policy: "Policy", now: datetime) -> list[date]:
    """Give the Beijing days or months in which it may go out, by window, quiet hours and frozen days; earliest first.

    What goes out by name goes out today.
    """
    if demand.window is None:
        return [unit.of(now)]
    found: list[date] = []
    moment = next_moment(policy, demand.window, now)
    while moment is not None and len(found) < _PERIODS_MAX:
        found.append(unit.of(moment))
        moment = next_moment(policy, demand.window, _after(found[-1], unit))
    return found


def _after(period: date, unit: Unit) -> datetime:
    """Give the moment at which a Beijing day or month has ended."""
    following = period + timedelta(days=1 if unit is Unit.DAY else 31)
    first = following if unit is Unit.DAY else following.replace(day=1)
    return datetime.combine(first, time.min, tzinfo=BEIJING)


def _seat(
    places: Places[Demand],
    rule: Rule,
    used: Mapping[date, list[Use]],
    demand: Demand,
    options: Sequence[date],
    current: date,
    *,
    due: bool,
) -> Standing:
    """Seat a demand, in the current period if that can be, and say what is in the way of that.

    One that is `due` goes out now: nobody after it moves it to another day.
    """

    def taken(wanted: Sequence[date]) -> tuple[tuple[date, tuple[CampaignName | None, ...]], ...]:
        return tuple(
            (place, (*(use.campaign for use in used.get(place, [])), *(other.name for other in holders)))
            for place, holders in places.in_the_way(wanted)
        )

    if current in options and places.seat(demand, [current]):
        if not due:
            places.widen(demand, options)
        return Standing()
    at_all = places.seat(demand, options)
    wanted = [current] if at_all and current in options else options
    if at_all and current not in options:
        return Standing()
    return Standing(fits=at_all, today=False, rule=rule, taken=taken(wanted))


class _Calls:
    """The hundred requests of a day; only where so many are asked for does anybody have to count them out."""

    def __init__(self, demands: Sequence[Demand], state: State, appid: AppId, policy: "Policy", now: datetime) -> None:
        used = calls_by_day(state, appid)
        asked = sum(demand.calls for demand in demands)
        self._tight = asked + max(used.values(), default=0) > CALLS.limit
        self._places: Places[tuple[CampaignName, int]] = Places(lambda day: CALLS.limit - used.get(day, 0))
        self._policy, self._now = policy, now

    def take(self, demand: Demand) -> Standing | None:
        """Take the requests of a demand, on any days of its window; None where they can be had."""
        if not self._tight:
            return None
        days = periods(demand, CALLS.unit, self._policy, self._now)
        today = CALLS.unit.of(self._now)
        for number in range(demand.calls if days else 0):
            who = demand.name, number
            if number == 0 and today in days and self._places.seat(who, [today]):
                self._places.widen(who, days)
            elif not self._places.seat(who, days):
                return self._refused(days, fits=False)
            elif number == 0 and today in days:
                return self._refused([today], fits=True)
        return None

    def _refused(self, days: Sequence[date], *, fits: bool) -> Standing:
        found = self._places.in_the_way(days)
        taken = tuple((day, tuple(dict.fromkeys(name for name, _ in holders))) for day, holders in found)
        return Standing(fits=fits, today=False, rule=CALLS, taken=taken)


class _Crowd:
    """The sends of a month that may reach the same followers; who they are nobody can know."""

    def __init__(self, used: list[Use], policy: "Policy", now: datetime) -> None:
        found = used_in(used, REACH.unit, REACH.scopes)
        self._months = {month: [use.campaign for use in there] for month, there in found.items()}
        self._policy, self._now = policy, now

    def join(self, demand: Demand, standing: Standing, seats: Sequence[date]) -> Standing:
        """Count a demand in the month of its place, or else the first of its window; say where that is too many."""
        months = seats or periods(demand, REACH.unit, self._policy, self._now)
        if not months:
            return standing
        there = self._months.setdefault(months[0], [])
        before = tuple(there)
        there.append(demand.name)
        if len(before) < REACH.limit:
            return standing
        return replace(standing, crowded=before)
