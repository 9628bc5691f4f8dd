"""What an account has used of its allowance: every send that may have gone out, by whose hand ever, from the ledger.

A send of unknown outcome counts as used, and so does one whose job failed: whether WeChat gives it back is not said.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar

from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.message import RenderedCampaign, Window
from massctl.model.phrase import BEIJING, Phrase, enumerated, in_a_row, moment
from massctl.model.state import DAY_USED_UP, Attempt, Job, Record, State, beijing_day, is_concluded
from massctl.plan.steps import Guard, Reason, Refusal, SendMass
from massctl.plan.window import again_after, next_moment, tomorrow

if TYPE_CHECKING:
    from massctl.model.campaign import Audience
    from massctl.model.settings import Policy


class Scope(StrEnum):
    """Whom a send goes to, as far as the allowance asks: everybody, followers with a tag, or a list."""

    ALL = "all"
    TAG = "tag"
    OPENIDS = "openids"


class Unit(StrEnum):
    """What an allowance is counted by."""

    DAY = "day"
    MONTH = "month"

    def of(self, at: datetime) -> date:
        """Give the first day of the Beijing day or month of a moment, which names it."""
        day = beijing_day(at)
        return day if self is Unit.DAY else day.replace(day=1)


Tag = int | str
"""A tag by its id, or by its name where no id is known for that."""


@dataclass(frozen=True, slots=True)
class Use:
    """One send that may have gone out."""

    at: datetime
    scope: Scope
    campaign: CampaignName | None
    """None for something that people sent on the website."""
    edition: int = 0
    tag: Tag | None = None
    """Whose followers it went to, where it went to a tag."""


def scope_of(audience: "Audience") -> Scope:
    """Say whom a declared audience is."""
    if audience.is_to_all:
        return Scope.ALL
    return Scope.OPENIDS if audience.openids is not None else Scope.TAG


def tag_ids(state: State, appid: AppId) -> dict[str, int]:
    """Give the ids of the tags that an account's campaigns name, as they were looked up last."""
    found = (each.resolved for each in state.records.values() if each.resolved is not None)
    return {each.tag: each.tag_id for each in found if each.appid == appid}


def uses(state: State, appid: AppId) -> list[Use]:
    """Give every use of an account's allowance on record; an attempt that was repeated on another day counts on both.

    A send that a person made in the console or without this ledger counts by the audience that its campaign declared,
    and as one to everybody where that is not known.
    """
    found = [Use(at, Scope.ALL, None) for at in state.website_sends.get(appid, [])]
    ids = tag_ids(state, appid)
    for record in state.records.values():
        found += _of_record(record, appid, ids)
    return found


def used_in(found: list[Use], unit: Unit, scopes: frozenset[Scope], tag: Tag | None = None) -> dict[date, list[Use]]:
    """Sort uses of `scopes` by day or month: an edition counts once in each, a send on the website every time.

    With `tag` no other tag's are among them.
    """
    by_period: dict[date, list[Use]] = {}
    for use in found:
        if use.scope not in scopes or (tag is not None and use.scope is Scope.TAG and use.tag != tag):
            continue
        there = by_period.setdefault(unit.of(use.at), [])
        if use.campaign is None or (use.campaign, use.edition) not in {(u.campaign, u.edition) for u in there}:
            there.append(use)
    return by_period


def calls_by_day(state: State, appid: AppId) -> Mapping[date, int]:
    """Count the requests for mass sends by Beijing day, also those that WeChat refused; not those that never left."""
    counted: dict[date, int] = {}
    for record in state.records.values():
        for attempt in record.attempts:
            stayed = attempt.rejection is not None and attempt.rejection.errcode is None
            if attempt.event.appid == appid and not stayed:
                day = beijing_day(attempt.at)
                counted[day] = counted.get(day, 0) + 1
    return counted


def calls_refused(state: State, appid: AppId) -> Iterator[Attempt]:
    """Give the attempts that WeChat refused because an account's mass calls of the day were used up."""
    for record in state.records.values():
        for attempt in record.attempts:
            refused = attempt.rejection is not None and attempt.rejection.errcode == DAY_USED_UP
            if refused and attempt.event.appid == appid:
                yield attempt


def calls_used_up(state: State, appid: AppId, now: datetime) -> bool:
    """Say whether WeChat said today that no mass call is left, and has taken none since."""
    refused = [each.serial for each in calls_refused(state, appid) if beijing_day(each.at) == beijing_day(now)]
    if not refused:
        return False
    own = (each for record in state.records.values() for each in record.attempts if each.event.appid == appid)
    return max(each.serial for each in own) == max(refused)


def withdrawals_by_day(state: State, appid: AppId) -> Mapping[date, int]:
    """Count the requests for withdrawals by Beijing day, whatever became of them; not those that never left."""
    asked = (at for each in state.records.values() if each.appid == appid for job in each.jobs for at in job.asked_at)
    return Counter(beijing_day(at) for at in asked)


def withdrawals_used_up(state: State, appid: AppId, now: datetime) -> bool:
    """Say whether WeChat said today that no withdrawal is left, and was asked for none since."""
    jobs = [job for record in state.records.values() if record.appid == appid for job in record.jobs]
    refused = [job.none_left_at for job in jobs if job.none_left_at is not None]
    last = max(refused, default=None)
    if last is None or beijing_day(last) != beijing_day(now):
        return False
    return all(at <= last for job in jobs for at in job.asked_at)


def counted_anew(now: datetime) -> Phrase:
    """Say when what is counted by the Beijing day is there again."""
    return Phrase("they are counted anew at {moment}; run the same command after that", moment=moment(tomorrow(now)))


def _of_record(record: Record, appid: AppId, ids: Mapping[str, int]) -> Iterator[Use]:
    def use(at: datetime, audience: Mapping[str, Any] | None) -> Use:
        tag = audience.get("tag_id", audience.get("tag")) if audience is not None else None
        known = {**ids, record.resolved.tag: record.resolved.tag_id} if record.resolved is not None else ids
        named = known.get(tag, tag) if isinstance(tag, str) else tag
        return Use(at, _recorded_scope(audience), record.campaign, record.edition, named)

    for attempt in record.attempts:
        if attempt.may_have_sent and attempt.event.appid == appid:
            yield use(attempt.at, attempt.event.audience)
    if record.appid != appid:
        return
    if record.imported is not None:
        yield use(record.imported.sent_at, record.imported.audience)
    tried = [attempt.event for attempt in record.attempts if attempt.may_have_sent]
    for settled in record.settled_sent:
        if all(each.batch != settled.event.batch for each in tried):
            # It was sent in the console; when, nobody wrote down, but it was before it was settled.
            yield use(settled.at, tried[-1].audience if tried else settled.event.audience)


def _recorded_scope(audience: Mapping[str, Any] | None) -> Scope:
    """Read an audience as the ledger has it; what it does not know is taken for everybody."""
    if audience is None:
        return Scope.ALL
    if "openids" in audience:
        return Scope.OPENIDS
    return Scope.TAG if "tag" in audience or "tag_id" in audience else Scope.ALL


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
TAGGED: Final = Rule(Unit.MONTH, 4, frozenset({Scope.ALL, Scope.TAG}))
"""Mass messages that the followers with one tag get from a service account: those to the tag, and those to everybody.
Source: WeChat docs, "群发规则", read 2026-10."""
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
    """Requests that it takes, all of them on one day: a list of openids is begun only where all of it fits."""
    tag: Tag | None = None
    """The tag that it goes to, as it is declared; None for every other audience."""
    over_limit: bool = False
    """Whether it may be a fifth of a month."""
    begun: bool = False
    """Whether some of its batches went out already; the others follow whatever else is to come."""

    @property
    def sort_key(self) -> tuple[bool, float, str]:
        """The interface's order within an account."""
        return self.window is None, self.window.not_after.timestamp() if self.window else 0.0, self.name


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a place: by a send that used it, or by one that is to come."""

    campaign: CampaignName | None
    """None for a send on the website."""
    used_at: datetime | None = None
    """When it was used; None while it is reserved, and may be given up."""
    until: datetime | None = None
    """When the window of what is to come closes; None for what was named and goes out now, and for what was used."""


def reserved(demand: Demand) -> Holder:
    """Give a demand as the holder of a place that it has not used yet."""
    return Holder(demand.name, until=demand.window.not_after if demand.window else None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the allowance says of one campaign."""

    fits: bool = True
    """Whether it has a place at all."""
    today: bool = True
    """Whether that place may be today's, or this month's."""
    place: date | None = None
    """The first day of the day or month in which it is to go out, as things stand; None where none is counted out."""
    rule: Rule | None = None
    """The rule that speaks against it, where one does."""
    taken: tuple[tuple[date, tuple[Holder, ...]], ...] = ()
    """The places that it could have had, and who has them: those who used them first, then those to come, in order."""
    free_from: date | None = None
    """Where it has no place: the first day, from the beginning of its window on, on which there is one, if any is."""
    needed: int = 1
    """Requests that it takes."""
    crowded: tuple[Holder, ...] = ()
    """The sends of its month before it that may reach the same followers, where they are as many as one may get."""


def demand_of(campaign: RenderedCampaign) -> Demand:
    """Give what a rendered campaign asks for."""
    scope = scope_of(campaign.audience)
    name, edition, account, appid = campaign.name, campaign.edition, campaign.account, campaign.appid
    calls = campaign.batches or 1
    tag, over = tag_of(campaign.audience), campaign.over_limit_allowed
    return Demand(name, edition, account, appid, scope, campaign.window, campaign.source_sha256, calls, tag, over)


def tag_of(audience: "Audience") -> Tag | None:
    """Give the tag that an audience declares, by id or by name."""
    return audience.tag_id if audience.tag_id is not None else audience.tag


def what_is_left(demand: Demand, record: Record) -> Demand:
    """Give a demand without the batches that went out."""
    sent = len(record.sent_batches)
    return replace(demand, calls=max(1, demand.calls - sent), begun=True) if sent else demand


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


def first_place(
    demand: Demand, unit: Unit, policy: "Policy", now: datetime, has_room: Callable[[date], bool]
) -> date | None:
    """Give the first day, from the beginning of a demand's window on, of a day or month that `has_room`; None: none.

    It says where another window would help; nobody is moved for that.
    """
    start = max(now, demand.window.not_before) if demand.window else now
    moment = next_moment(policy, None, start)
    for _ in range(_PERIODS_MAX):
        if moment is None or has_room(unit.of(moment)):
            break
        moment = next_moment(policy, None, _after(unit.of(moment), unit))
    return beijing_day(moment) if moment is not None else None


def _after(period: date, unit: Unit) -> datetime:
    """Give the moment at which a Beijing day or month has ended."""
    following = period + timedelta(days=1 if unit is Unit.DAY else 31)
    first = following if unit is Unit.DAY else following.replace(day=1)
    return datetime.combine(first, time.min, tzinfo=BEIJING)


Who = TypeVar("Who")


class Places(Generic[Who]):
    """Places by date; `room` says how many a place takes."""

    def __init__(self, room: Callable[[date], int]) -> None:
        self._room = room
        self._options: dict[Who, Sequence[date]] = {}
        self.held: dict[date, list[Who]] = {}
        """Place -> who has it now; somebody who comes later may move them."""

    def seat(self, who: Who, options: Sequence[date], unmoved: frozenset[Who] = frozenset()) -> bool:
        """Give `who` one of `options`, earlier dates first; False, and nothing moved, where none can be had.

        Those `unmoved` stay where they are.
        """
        self._options[who] = options
        if self._seat(who, options, set(), unmoved):
            return True
        del self._options[who]
        return False

    def widen(self, who: Who, options: Sequence[date]) -> None:
        """Let `who`, who is seated, be moved to any of `options` for somebody who comes later."""
        self._options[who] = options

    def has_room(self, place: date) -> bool:
        """Whether a place takes one more as things stand, nobody moved."""
        return len(self.held.get(place, [])) < self._room(place)

    def in_the_way(self, options: Sequence[date]) -> list[tuple[date, list[Who]]]:
        """Give the full places that somebody with `options` could have had, and who has them, by date."""
        reached: set[date] = set()
        frontier = list(options)
        while frontier:
            place = frontier.pop()
            if place not in reached:
                reached.add(place)
                frontier += [other for who in self.held.get(place, []) for other in self._options[who]]
        return [(place, list(self.held.get(place, []))) for place in sorted(reached)]

    def _seat(self, who: Who, options: Sequence[date], tried: set[date], unmoved: frozenset[Who]) -> bool:
        new = [place for place in options if place not in tried]
        tried.update(new)
        for place in new:
            if self.has_room(place):
                self.held.setdefault(place, []).append(who)
                return True
        # Nobody is moved where anything is free.
        for place in new:
            holders = self.held.get(place, [])
            for other in holders:
                if other not in unmoved and self._seat(other, self._options[other], tried, unmoved):
                    holders.remove(other)
                    holders.append(who)
                    return True
        return False


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


GIVE_A_TAG: Final = Phrase(
    "give these followers a tag (标签) in the console under 用户管理 and write `tag:` in campaign.yaml: a tag of "
    "any size is one job"
)


def batches_left(campaign: RenderedCampaign, record: Record) -> list[int | None]:
    """Give the batches that did not go out, in order; [None] for an audience that is one job and no list."""
    if is_concluded(record):
        return []
    if campaign.batches is None:
        return [None]
    return [batch for batch in range(1, campaign.batches + 1) if batch not in record.sent_batches]


def send_steps(campaign: RenderedCampaign, record: Record, first: Reason) -> list[SendMass]:
    """Plan the send, batch by batch where there are any; only the first of them can be a repetition."""
    left = batches_left(campaign, record)
    return [SendMass(campaign, first if batch is left[0] else Reason.DUE, batch) for batch in left]


def recorded_count(campaign: RenderedCampaign, record: Record) -> int | None:
    """Give the size of the audience as it was recorded last; a list of openids knows its own."""
    if campaign.openid_list is not None:
        return campaign.openid_list.count
    resolved, draft = record.resolved_for(campaign.digest), record.draft()
    if resolved is not None:
        return resolved.count
    staged = draft.event if draft else record.staged
    return staged.audience_count if staged else None


def too_many_batches(
    campaign: RenderedCampaign, record: Record, state: State, policy: "Policy", now: datetime
) -> Refusal | None:
    """Refuse to begin a list that needs more calls than the account has left today.

    One that was begun goes on until WeChat says 45009: a rest sent tomorrow is worse than one call too many, which
    does nothing.
    """
    if campaign.batches is None or any(attempt.may_have_sent for attempt in record.attempts):
        return None
    daily = CALLS.limit
    left = max(0, daily - calls_by_day(state, campaign.appid).get(beijing_day(now), 0))
    if campaign.batches <= left:
        return None
    say = Phrase(
        "its list takes {needed} jobs, and {left} of the account's {daily} mass calls a day are left",
        needed=campaign.batches,
        left=left,
        daily=daily,
    )
    hint = GIVE_A_TAG
    if campaign.batches <= daily:
        again = again_after(campaign, policy, tomorrow(now))
        hint = Phrase("{place}; or {tag}", place=again, tag=GIVE_A_TAG)
    return Refusal(Guard.ALLOWANCE, say, hint)


CROWDED: Final = "MC406"
"""The code of the warning that some followers may have had four mass messages of a month."""
_PLACES_TOLD_MAX: Final = 7
"""So many taken days are named; the others are counted."""
_LIMITS: Final = {
    SENDS["subscription"]: Phrase("a subscription account has one send a day (Beijing time)"),
    SENDS["service"]: Phrase("a service account has four sends to every follower a month (Beijing time)"),
    TAGGED: Phrase("the followers with one tag get four mass messages a month from a service account (Beijing time)"),
    CALLS: Phrase("an account has 100 mass calls a day (Beijing time)"),
}


def no_place_now(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> Refusal | None:
    """Refuse a send that today's allowance has no place for: it is used, or others come first.

    An open attempt is used already; its repetition needs no second place.
    """
    standing = _standing(campaign, agenda, state, policy, now)
    return None if standing is None or standing.rule is None else _refusal(campaign, standing, standing.rule)


def no_place_at_all(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> list[Refusal]:
    """Refuse a campaign whose window is still to come and leaves it no place."""
    standing = _standing(campaign, agenda, state, policy, now)
    if standing is None or standing.fits or standing.rule is None:
        return []
    return [_refusal(campaign, standing, standing.rule)]


def crowded_month(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> list[Diagnostic]:
    """Warn of a fifth send in a month that may reach the same followers; WeChat keeps it from those who had four."""
    standing = _standing(campaign, agenda, state, policy, now)
    if standing is None or not standing.fits or not standing.crowded:
        return []
    say = Phrase(
        "a follower of a service account gets at most {limit} mass messages a month, and {others} come before it; "
        "whoever is reached by all of them does not get it",
        limit=REACH.limit,
        others=_names(standing.crowded),
    )
    hint = Phrase("nobody can know who that is; if they overlap, move one of them to another month")
    place = Place(f"campaigns/{campaign.name}/campaign.yaml")
    return [Diagnostic(CROWDED, Severity.WARNING, say, place, hint, campaign.name)]


def used_up_today(campaign: RenderedCampaign, state: State, policy: "Policy", now: datetime) -> list[Diagnostic]:
    """Warn where WeChat said that today's mass calls are used up; apply asks again, for a quota may be cleared."""
    if not calls_used_up(state, campaign.appid, now):
        return []
    say = Phrase(
        "WeChat said today, with errcode {errcode}, that the account's mass calls are used up, by whatever program: "
        "until midnight, Beijing time, it refuses this send too",
        errcode=DAY_USED_UP,
    )
    hint = Phrase(
        "{again}; apply asks now all the same, for somebody may have had the quota cleared",
        again=again_after(campaign, policy, tomorrow(now)),
    )
    place = Place(f"campaigns/{campaign.name}/campaign.yaml")
    return [Diagnostic("MC407", Severity.WARNING, say, place, hint, campaign.name)]


def waits_until(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> datetime | None:
    """Give the moment from which on its allowance lets a campaign go out: now, or the beginning of a day or month.

    None where it never does.
    """
    standing = _standing(campaign, agenda, state, policy, now)
    if standing is None:
        return now
    if not standing.fits:
        return None
    place = standing.place
    return now if place is None else max(now, datetime.combine(place, time.min, tzinfo=BEIJING))


def _standing(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> Standing | None:
    if agenda is None or state.record(campaign.name, campaign.edition).open_attempts:
        return None
    return agenda.standing(campaign, state, policy, now)


def _refusal(campaign: RenderedCampaign, standing: Standing, rule: Rule) -> Refusal:
    taken = _taken(rule, standing)
    if standing.needed > 1:
        return _no_day_for_list(campaign, standing, taken)
    if not standing.fits:
        say = Phrase("{limit}, and none is left for it: {taken}", limit=_LIMITS[rule], taken=taken)
        hint = _another_place(campaign, standing)
        if rule.unit is REACH.unit:
            over = (
                "{place}; or write `over_limit: allow` under send: in campaign.yaml: whoever had four does not get it"
            )
            hint = Phrase(over, place=hint)
        return Refusal(Guard.ALLOWANCE, say, hint)
    say = Phrase("{limit}, and it has to wait for its own: {taken}", limit=_LIMITS[rule], taken=taken)
    return Refusal(Guard.ALLOWANCE, say, _later_in_window(standing))


def _no_day_for_list(campaign: RenderedCampaign, standing: Standing, taken: str) -> Refusal:
    """Refuse a list of openids, which is begun only where all of its batches fit into one day."""
    if standing.needed > CALLS.limit:
        too_many = "its list takes {needed} jobs, and an account has {daily} mass calls a day (Beijing time)"
        return Refusal(Guard.ALLOWANCE, Phrase(too_many, needed=standing.needed, daily=CALLS.limit), GIVE_A_TAG)
    place = {"needed": standing.needed, "daily": CALLS.limit, "taken": taken}
    if standing.fits:
        say = "its list takes {needed} of the account's {daily} mass calls a day, which today does not have: {taken}"
        return Refusal(Guard.ALLOWANCE, Phrase(say, **place), _later_in_window(standing))
    say = (
        "its list takes {needed} of the account's {daily} mass calls a day, and no day of its window has them: {taken}"
    )
    hint = Phrase("{place}; or {tag}", place=_another_place(campaign, standing), tag=GIVE_A_TAG)
    return Refusal(Guard.ALLOWANCE, Phrase(say, **place), hint)


def _later_in_window(standing: Standing) -> Phrase:
    day = standing.place.isoformat() if standing.place is not None else ""
    return Phrase("run apply again on or after {day}, within its window: it has a place there", day=day)


def _another_place(campaign: RenderedCampaign, standing: Standing) -> str:
    """Say what can be done where no place is left: only what is to come can be moved, and only what has a window."""
    day = standing.free_from.isoformat() if standing.free_from is not None else None
    if campaign.window is None:
        if day is None:
            return Phrase("no day of the next year has a place for it: change policy.freeze in massctl.yaml")
        return Phrase("run `massctl apply {name}` on or after {day}", name=campaign.name, day=day)
    others = _to_come(standing)
    if others:
        move = Phrase(
            "give it, or one of those to come ({others}), another window in campaign.yaml, and have that reviewed",
            others=enumerated(others),
        )
    else:
        move = Phrase(
            "what was sent has used its place: give this campaign another window in campaign.yaml, and have that "
            "reviewed"
        )
    free = [Phrase("the first day with a place for it is {day}", day=day)] if day is not None else []
    return in_a_row([move, *free])


def _to_come(standing: Standing) -> list[CampaignName]:
    """Name those who could give up their place, by order; what was named goes out now and has no window to change."""
    holders = (holder for _, there in standing.taken for holder in there)
    found = [each.campaign for each in holders if each.until is not None and each.campaign is not None]
    return list(dict.fromkeys(found))[:_PLACES_TOLD_MAX]


def _taken(rule: Rule, standing: Standing) -> str:
    """Name the places and who has them: `2026-12-01: spring-sale (reserved until 12-01 21:30)`."""
    told = [
        Phrase(
            "{period}: {names}",
            period=_period(place, rule.unit),
            names=_names(names) or Phrase("what went out already"),
        )
        for place, names in standing.taken[:_PLACES_TOLD_MAX]
    ]
    more = len(standing.taken) - len(told)
    return in_a_row([*told, *([Phrase("and {count} more", count=more)] if more else [])])


def _names(holders: tuple[Holder, ...]) -> str:
    return enumerated([_holder(each) for each in holders]) if holders else ""


def _holder(holder: Holder) -> str:
    """Say who has a place, and whether it is used; its year is that of the place."""
    if holder.used_at is not None:
        used = _minute(holder.used_at)
        if holder.campaign is None:
            return Phrase("a send on the website ({at})", at=used)
        return Phrase("{name} (used it {at})", name=holder.campaign, at=used)
    if holder.until is None:
        return Phrase("{name} (goes out by name)", name=holder.campaign)
    return Phrase("{name} (reserved, until {at})", name=holder.campaign, at=_minute(holder.until))


def _minute(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%m-%d %H:%M}"


def _period(place: date, unit: Unit) -> str:
    return place.isoformat() if unit is Unit.DAY else f"{place:%Y-%m}"


WITHDRAWALS_A_DAY: Final = 10
"""Requests to withdraw, of an account on a Beijing day; one job takes one, or one for each article.
Source: WeChat docs, "API limits of a new account", read 2026-10."""
DAYS_IN_MIND: Final = 31
"""For so long after its send a job is counted among those that somebody may want back. Our own bound."""


def withdrawals_left(state: State, appid: AppId, now: datetime) -> int:
    """Give how many requests to withdraw the account has left on the Beijing day of `now`."""
    return max(0, WITHDRAWALS_A_DAY - withdrawals_by_day(state, appid).get(beijing_day(now), 0))


def is_news_or_video(record: Record) -> bool:
    """Say whether an edition is of the kind that WeChat withdraws, as far as the ledger knows."""
    attempts = [attempt for attempt in record.attempts if attempt.may_have_sent]
    return not attempts or attempts[-1].event.media_id is not None


def withdrawable(state: State, appid: AppId, now: datetime) -> list[Job]:
    """Give an account's jobs of the last month that are there to be withdrawn, now or once they are sent."""
    since = now - timedelta(days=DAYS_IN_MIND)
    return [
        job
        for record in state.records.values()
        if record.appid == appid and is_news_or_video(record)
        for job in record.jobs
        if job.msg_id is not None and job.accepted_at >= since and not (job.is_gone or job.status == "failed")
    ]


def beyond_today(state: State, appid: AppId, now: datetime, needed: int) -> Refusal | None:
    """Refuse the withdrawals of `needed` that today's allowance does not cover; None where it covers them all."""
    left = withdrawals_left(state, appid, now)
    if needed <= left:
        return None
    daily = WITHDRAWALS_A_DAY
    say = Phrase(
        "{needed} jobs are to be withdrawn, and {left} of the account's {daily} withdrawals a day are left",
        needed=needed,
        left=left,
        daily=daily,
    )
    none_left = Phrase("the account's {daily} withdrawals of today (Beijing time) are used up", daily=daily)
    hint = Phrase("{anew}; sooner: in the console under 群发记录", anew=counted_anew(now))
    return Refusal(Guard.ALLOWANCE, say if left else none_left, hint)


Counted = Literal["sends", "calls", "withdrawals"]
"""Sends as the account's kind allows them, requests for mass sends, or requests to withdraw."""


@dataclass(frozen=True, slots=True)
class Span:
    """A Beijing day or month of an account, with something in it."""

    unit: Unit
    first: date
    """Its first day."""
    of: Counted
    limit: int
    used: int
    campaigns: tuple[CampaignName, ...]
    """Those that are to come in it, as things stand now."""
    left: int
    """After them."""


@dataclass(frozen=True, slots=True)
class AccountAhead:
    """One account's next days."""

    account: AccountName
    kind: str
    spans: tuple[Span, ...]


def look_ahead(
    agenda: Agenda, state: State, policy: "Policy", now: datetime, accounts: Container[str | None]
) -> tuple[AccountAhead, ...]:
    """Give the next days of `accounts` in which something was sent or is to be; an account without any is left out."""
    found = []
    for appid, (account, kind) in sorted(agenda.accounts.items(), key=lambda item: item[1]):
        if account in accounts:
            ledgered = agenda.of(appid, state, policy, now)
            asked = *_sends(ledgered, SENDS[kind], now), *_calls(ledgered, kind, state, appid, now)
            spans = (*asked, *_withdrawals(state, appid, now))
            found += [AccountAhead(account, kind, spans)] if spans else []
    return tuple(found)


def ahead_document(ahead: AccountAhead) -> dict[str, Any]:
    """Give an account's next days as the plan's JSON writes them."""
    return {
        "account": ahead.account,
        "kind": ahead.kind,
        "ahead": [
            {
                "per": span.unit.value,
                "from": span.first.isoformat(),
                "of": span.of,
                "limit": span.limit,
                "used": span.used,
                "campaigns": list(span.campaigns),
                "left": span.left,
            }
            for span in ahead.spans
        ],
    }


def _sends(ledgered: Ledgered, rule: Rule, now: datetime) -> list[Span]:
    used = {period: len(there) for period, there in used_in(list(ledgered.used), rule.unit, rule.scopes).items()}
    coming = {
        period: tuple(demand.name for demand in sorted(holders, key=lambda demand: demand.sort_key))
        for period, holders in ledgered.sends.held.items()
        if holders
    }
    return _spans(rule, "sends", used, coming, coming, now)


def _calls(ledgered: Ledgered, kind: str, state: State, appid: AppId, now: datetime) -> list[Span]:
    """Give the days of an account that may ask for many: a service account, and one with a list of openids."""
    used = dict(calls_by_day(state, appid))
    if spent := calls_used_up(state, appid, now):
        # Others used what is missing here: WeChat counts the calls of every program.
        used[beijing_day(now)] = max(CALLS.limit, used.get(beijing_day(now), 0))
    if kind == "subscription" and not spent and all(demand.calls == 1 for demand in ledgered.demands):
        return []
    coming: dict[date, list[CampaignName]] = {}
    asked: dict[date, list[CampaignName]] = {}
    for demand in ledgered.demands:
        day = ledgered.calls.day_of(demand) if ledgered.standings[demand.name].fits else None
        if day is not None:
            coming.setdefault(day, []).append(demand.name)
            asked.setdefault(day, []).extend([demand.name] * demand.calls)
    return _spans(CALLS, "calls", used, coming, asked, now)


def _withdrawals(state: State, appid: AppId, now: datetime) -> list[Span]:
    """Give today, where some were asked for, or something is there that may be withdrawn."""
    left = withdrawals_left(state, appid, now)
    used = withdrawals_by_day(state, appid).get(beijing_day(now), 0)
    if withdrawals_used_up(state, appid, now):
        # Others used what is missing here, as with calls.
        left, used = 0, max(WITHDRAWALS_A_DAY, used)
    if not (used or withdrawable(state, appid, now)):
        return []
    return [Span(Unit.DAY, beijing_day(now), "withdrawals", WITHDRAWALS_A_DAY, used, (), left)]


def _spans(
    rule: Rule,
    of: Counted,
    used: "dict[date, int]",
    coming: "dict[date, tuple[CampaignName, ...]] | dict[date, list[CampaignName]]",
    asked: "dict[date, tuple[CampaignName, ...]] | dict[date, list[CampaignName]]",
    now: datetime,
) -> list[Span]:
    last = beijing_day(now + timedelta(days=DAYS_AHEAD))
    wanted = sorted(each for each in {*used, *coming} if rule.unit.of(now) <= each <= last)
    return [
        Span(
            rule.unit,
            each,
            of,
            rule.limit,
            used.get(each, 0),
            tuple(coming.get(each, ())),
            max(0, rule.limit - used.get(each, 0) - len(asked.get(each, ()))),
        )
        for each in wanted
    ]


SENDS_A_MINUTE: Final = 60
"""Requests for mass sends of an account. Source: WeChat docs, "message/mass/sendall", read 2026-10."""
MINUTE: Final = timedelta(seconds=61)
"""A minute, and a second for the way: WeChat counts from the arrival of a request, and we from its entry."""
TOO_FAST: Final = 45011
"""The calls of this minute are used up. Source: WeChat docs, "Global return codes", read 2026-10."""


def next_send_at(state: State, appid: AppId, now: datetime) -> datetime:
    """Give the first moment, `now` or later, at which an account may ask for a mass send."""
    attempts = [a for record in state.records.values() for a in record.attempts if a.event.appid == appid]
    recent = _within_a_minute((a.at for a in attempts), now)
    earliest = [now]
    if len(recent) >= SENDS_A_MINUTE:
        earliest.append(recent[-SENDS_A_MINUTE] + MINUTE)
    too_fast = (a.rejected_at for a in attempts if a.rejection is not None and a.rejection.errcode == TOO_FAST)
    earliest += [at + MINUTE for at in _within_a_minute((at for at in too_fast if at is not None), now)]
    return max(earliest)


def _within_a_minute(moments: Iterable[datetime], now: datetime) -> list[datetime]:
    """Give the moments of the last minute, in order; one to come is of a clock that went back, and says nothing."""
    return sorted(at for at in moments if timedelta(0) <= now - at < MINUTE)
