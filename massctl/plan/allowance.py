"""How often an account may send: what is used, what the campaigns of the repository need, and who has to give way.

Everything is counted by the Beijing calendar. Campaigns are given places in the interface's order (end of window, then
name; those without a window last), so the earlier one keeps its place and the later one is refused, or waits for
another day of its window.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from massctl.model.lifecycle import is_concluded
from massctl.model.names import AccountName, AppId, CampaignName
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import State
from massctl.plan.calls import Calls
from massctl.plan.demand import (
    CALLS,
    DAYS_AHEAD,
    REACH,
    SENDS,
    TAGGED,
    Demand,
    Holder,
    Rule,
    Standing,
    first_place,
    periods,
    reserved,
    what_is_left,
)
from massctl.plan.places import Places
from massctl.plan.used import Scope, Tag, Use, calls_by_day, tag_ids, used_in, uses
from massctl.plan.window import next_moment

if TYPE_CHECKING:
    from massctl.model.account import Policy


@dataclass(frozen=True, slots=True)
class Ledgered:
    """An account's used and demanded allowance in one moment."""

    demands: tuple[Demand, ...]
    used: tuple[Use, ...]
    sends: Places[Demand]
    calls: Calls
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
            asking = [d for d in self.demands if d.appid == appid and _is_asking(d, state, now)]
            demands = [what_is_left(d, state.record(d.name, d.edition)) for d in asking]
            known = moment, _seated(self.accounts[appid][1], demands, state, appid, policy, now)
            self._known[appid] = known
        return known[1]


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
    counted = _Counted(kind, used, tag_ids(state, appid))
    calls = Calls(demands, calls_by_day(state, appid), policy, now)
    crowd = _Crowd(used, policy, now) if kind == "service" else None
    standings: dict[CampaignName, Standing] = {}
    opens: dict[Demand, datetime] = {}
    ordered = sorted(demands, key=lambda demand: demand.sort_key)
    for demand in ordered:
        standing, sends = Standing(), counted.sends(demand)
        rule = sends.rule
        if demand.scope in rule.scopes and (options := periods(demand, rule.unit, policy, now)):
            opens[demand] = next_moment(policy, demand.window, now) or now
            due = demand.window is None or opens[demand] == now
            current = rule.unit.of(now)
            # Of two that wait for the same day, the one that opens first goes out first, and else the one before.
            there = () if due else sends.places.held.get(current, ())
            keeping = frozenset(each for each in there if opens[each] <= opens[demand])
            standing = _seat(sends, demand, options, current, keeping, due=due)
            if demand.over_limit and rule.unit is REACH.unit and standing.rule is not None:
                standing = Standing()  # WeChat takes it all the same.
        if standing.fits and (refused := calls.take(demand)) is not None:
            standing = refused
        if crowd is not None and standing.fits:
            seats = [place for place, holders in sends.places.held.items() if demand in holders]
            standing = crowd.join(demand, standing, seats)
        standings[demand.name] = standing
    for held in (*(each.places.held for each in counted.groups.values()), calls.held):
        for place, holders in held.items():
            for demand in holders:
                standing = standings[demand.name]
                standings[demand.name] = replace(standing, place=max(place, standing.place or place))
    # Only when all are seated it is known where nobody sits.
    for demand in (each for each in ordered if not standings[each.name].fits):
        by_calls, sends = standings[demand.name].rule is CALLS, counted.sends(demand)
        room = partial(calls.has_room, demand) if by_calls else sends.places.has_room
        day = first_place(demand, (CALLS if by_calls else sends.rule).unit, policy, now, room)
        standings[demand.name] = replace(standings[demand.name], free_from=day)
    return Ledgered(tuple(ordered), tuple(used), counted.sends_to_all.places, calls, standings)


@dataclass(frozen=True, slots=True)
class _Sends:
    """The sends that are counted together: what is used, and who has a place."""

    rule: Rule
    used: Mapping[date, list[Use]]
    places: Places[Demand]


class _Counted:
    """The sends of an account, counted as WeChat counts them: a service account's for each tag, and for everybody."""

    def __init__(self, kind: str, used: list[Use], ids: Mapping[str, int]) -> None:
        self._kind, self._used, self._ids = kind, used, ids
        self.groups: dict[Tag | None, _Sends] = {}
        self.sends_to_all = self._group(None)

    def sends(self, demand: Demand) -> _Sends:
        """Give the sends among which a demand is counted."""
        if self._kind != "service" or demand.scope is not Scope.TAG or demand.tag is None:
            return self.sends_to_all
        return self._group(self._ids.get(demand.tag, demand.tag) if isinstance(demand.tag, str) else demand.tag)

    def _group(self, tag: Tag | None) -> _Sends:
        if tag not in self.groups:
            rule = SENDS[self._kind] if tag is None else TAGGED
            used = used_in(self._used, rule.unit, rule.scopes, tag)
            self.groups[tag] = _Sends(rule, used, Places(lambda period: rule.limit - len(used.get(period, []))))
        return self.groups[tag]


def _seat(
    sends: _Sends,
    demand: Demand,
    options: Sequence[date],
    current: date,
    keeping: frozenset[Demand],
    *,
    due: bool,
) -> Standing:
    """Seat a demand, in the current period if that can be, and say what is in the way of that.

    One that is `due` goes out now: nobody after it moves it to another day. One that is not takes the current period
    from nobody of those `keeping` it, who go out before it does.
    """
    places, rule, used = sends.places, sends.rule, sends.used

    def taken(wanted: Sequence[date]) -> tuple[tuple[date, tuple[Holder, ...]], ...]:
        return tuple(
            (place, (*_holders(used.get(place, [])), *map(reserved, sorted(holders, key=lambda d: d.sort_key))))
            for place, holders in places.in_the_way(wanted)
        )

    if current in options and places.seat(demand, [current], keeping):
        if not due:
            places.widen(demand, options)
        return Standing()
    at_all = places.seat(demand, options)
    wanted = [current] if at_all and current in options else options
    if at_all and current not in options:
        return Standing()
    return Standing(fits=at_all, today=False, rule=rule, taken=taken(wanted))


def _holders(used: Iterable[Use]) -> list[Holder]:
    return [Holder(use.campaign, use.at) for use in sorted(used, key=lambda use: use.at)]


class _Crowd:
    """The sends of a month that may reach the same followers; who they are nobody can know."""

    def __init__(self, used: list[Use], policy: "Policy", now: datetime) -> None:
        found = used_in(used, REACH.unit, REACH.scopes)
        self._months = {month: _holders(there) for month, there in found.items()}
        self._policy, self._now = policy, now

    def join(self, demand: Demand, standing: Standing, seats: Sequence[date]) -> Standing:
        """Count a demand in the month of its place, or else the first of its window; say where that is too many."""
        if demand.begun:
            return standing  # It is among those that were sent.
        months = seats or periods(demand, REACH.unit, self._policy, self._now)
        if not months:
            return standing
        there = self._months.setdefault(months[0], [])
        before = tuple(there)
        there.append(reserved(demand))
        if len(before) < REACH.limit:
            return standing
        return replace(standing, crowded=before)
