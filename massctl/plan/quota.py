"""The allowance of an account: what is used, on which day each campaign goes out, and what finds no day.

A send counts when WeChat took it, and not when it was attempted: the request may leave minutes after that. A send of
unknown outcome counts as used, and so does one whose job failed: whether WeChat gives it back is not said.
Campaigns take their days in the interface's order: account, end of the window, name; those without a window last.
Each takes the first day of its window that has room. No campaign is moved for a later one.
"""

import dataclasses
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from msgspec import field
from msgspec.structs import replace

from massctl.model.audience_tag import tag_name
from massctl.model.batches import BATCH_MAX, OpenidList, part_number
from massctl.model.campaign import AUDIENCES, PART, list_key
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    CAMPAIGN_FILE,
    AccountKind,
    AccountName,
    AppId,
    CampaignName,
    prefixed,
    unprefixed,
)
from massctl.model.message import RenderedCampaign, Window, declared_audience
from massctl.model.phrase import (
    BEIJING,
    Command,
    Phrase,
    enumerated,
    in_a_row,
    moment,
    plural_phrase,
)
from massctl.model.state import (
    DAY_USED_UP,
    Attempt,
    Job,
    Record,
    RecordKey,
    State,
    beijing_day,
    is_concluded,
)
from massctl.plan.reach import asked_in, reach
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
        """Return the first day of the Beijing day or month of a moment, which names it."""
        return self.around(beijing_day(at))

    def around(self, day: date) -> date:
        """Return the first day of the period that a Beijing day is in."""
        return day if self is Unit.DAY else day.replace(day=1)

    def between(self, first: datetime, last: datetime) -> list[date]:
        """Return every Beijing day or month between two moments, each named by its first day."""
        day = beijing_day(first)
        end = beijing_day(last)
        days = (day + timedelta(days=number) for number in range((end - day).days + 1))
        return list(dict.fromkeys(map(self.around, days)))


class Rule(Frozen):
    """So many sends of some scopes in a Beijing day or month."""

    unit: Unit
    limit: int
    scopes: frozenset[Scope]


SENDS = {
    "subscription": Rule(Unit.DAY, 1, frozenset({Scope.ALL, Scope.TAG})),
    "service": Rule(Unit.MONTH, 4, frozenset({Scope.ALL})),
}
"""By the account's kind; sends in the console count too. Source: WeChat docs, "群发规则", read 2026-10."""
TAGGED = Rule(Unit.MONTH, 4, frozenset({Scope.ALL, Scope.TAG}))
"""Mass messages that the followers with one tag get from a service account: those to the tag, and those to everybody.
Source: WeChat docs, "群发规则", read 2026-10."""
CALLS = Rule(Unit.DAY, 100, frozenset(Scope))
"""Requests for mass sends. Source: WeChat docs, "API limits of a new account", read 2026-10."""
REACH = Rule(Unit.MONTH, 4, frozenset(Scope))
"""Mass messages that one follower of a service account gets. Source: WeChat docs, "群发规则", read 2026-10."""
DAYS_AHEAD = 31
"""How far campaigns are looked ahead for: a calendar month at its longest."""
_DAYS_MAX = 366
"""So many days of a window are looked at; a limit on everything."""

TagKey = int | str
"""A tag (标签) by its id, or by its name where no id is known for that."""


# What is used.


class Use(Frozen):
    """One send that may have gone out."""

    at: datetime
    """When WeChat took it, or the first moment at which it may have."""
    until: datetime
    """The last one; WeChat may have counted it in every period between them."""
    scope: Scope
    campaign: CampaignName | None
    """None for something that people sent in the console."""
    edition: int = 0
    tag: TagKey | None = None
    """Whose followers it went to, where it went to a tag."""


def uses(state: State, appid: AppId, now: datetime, but: int | None = None) -> list[Use]:
    """Return every use of an account's allowance since this month began.

    A send counts when WeChat took it, which may be minutes after its attempt. While nobody knows when that was, it
    counts on every day on which it may have been. `but` is the serial of an attempt whose batch does not count: it is
    about to be judged itself.

    A send that a person made in the console or without this ledger counts by the audience that its campaign declared,
    and as one to everybody where that is not known.
    """
    found = [Use(at, at, Scope.ALL, None) for at in state.website_sends.get(appid, [])]
    ids = state.index.account(appid).tags
    for record in records_since(state, appid, Unit.MONTH.of(now), now):
        known = (
            {**ids, record.resolved.tag: record.resolved.tag_id}
            if record.resolved is not None
            else ids
        )
        own = {each.event.batch for each in record.attempts if each.serial == but}
        for each in reach(record, state).values():
            if each.appid != appid or not each.counts or each.span is None or each.batch in own:
                continue
            audience = each.audience
            tag = audience.get("tag_id", audience.get("tag")) if audience is not None else None
            named = known.get(tag, tag) if isinstance(tag, str) else tag
            span = each.span.first, each.span.until(now)
            found.append(
                Use(*span, recorded_scope(audience), record.campaign, record.edition, named)
            )
    return found


def _records(state: State, appid: AppId, first: date, now: datetime) -> list[Record]:
    """Give the editions of which something happened from `first` on; a clock that ran fast may have dated it ahead."""
    days = state.index.account(appid).days
    found = dict[RecordKey, Record]()
    for number in range((beijing_day(now) - first).days + DAYS_AHEAD):
        found |= days.get(first + timedelta(days=number), {})
    return list(found.values())


def recorded_scope(audience: Mapping[str, Any] | None) -> Scope:
    """Return the scope of an audience as an attempt wrote it; what nobody wrote down counts as everybody."""
    if audience is None:
        return Scope.ALL
    if list_key(audience) is not None:
        return Scope.OPENIDS
    return Scope.TAG if "tag" in audience or "tag_id" in audience else Scope.ALL


def records_since(state: State, appid: AppId, first: date, now: datetime) -> Collection[Record]:
    """Return what `_records` does, and the editions in doubt: they may be leaving now, whenever they were attempted."""
    found = [*_records(state, appid, first, now), *state.in_doubt(appid)]
    return {each.key: each for each in found}.values()


def used_in(found: Iterable[Use], rule: Rule, tag: TagKey | None = None) -> dict[date, list[Use]]:
    """Sort the uses that a rule counts by its days or months: an edition once in each, a website's send every time.

    With `tag` no other tag's are among them.
    """
    by_period: dict[date, list[Use]] = {}
    for use in found:
        if use.scope not in rule.scopes or (
            tag is not None and use.scope is Scope.TAG and use.tag != tag
        ):
            continue
        for period in rule.unit.between(use.at, use.until):
            there = by_period.setdefault(period, [])
            if use.campaign is None or (use.campaign, use.edition) not in {
                (u.campaign, u.edition) for u in there
            }:
                there.append(use)
    return by_period


def calls_by_day(
    state: State, appid: AppId, now: datetime, but: int | None = None
) -> Counter[date]:
    """Count the requests for mass sends from today on, also those that WeChat refused; not those that never left.

    One whose answer came counts on the day of the answer; the others on every day on which they may have left. `but`
    is the serial of an attempt that does not count.
    """
    today = beijing_day(now)
    counted = Counter[date]()
    for record in records_since(state, appid, today, now):
        for attempt in record.attempts:
            if attempt.event.appid != appid or attempt.serial == but or _never_left(attempt):
                continue
            span = asked_in(record, attempt)
            counted.update(
                day for day in Unit.DAY.between(span.first, span.until(now)) if day >= today
            )
    return counted


def _never_left(attempt: Attempt) -> bool:
    return attempt.rejection is not None and attempt.rejection.errcode is None


def _attempts(state: State, appid: AppId, first: date, now: datetime) -> Iterator[Attempt]:
    records = records_since(state, appid, first, now)
    return (each for record in records for each in record.attempts if each.event.appid == appid)


def calls_refused(state: State, appid: AppId) -> list[Attempt]:
    """Return the newest attempt that WeChat refused because an account's mass calls of the day were used up."""
    refused = state.index.account(appid).used_up
    return [refused] if refused is not None else []


def calls_used_up(state: State, appid: AppId, now: datetime) -> bool:
    """Return whether WeChat refused a mass call today as used up, and accepted none since."""
    account = state.index.account(appid)
    last = account.used_up
    return (
        last is not None
        and last is account.newest
        and beijing_day(last.answered_at or last.at) == beijing_day(now)
    )


def counted_anew(now: datetime) -> Phrase:
    """Return when the allowance of the Beijing day is renewed."""
    return Phrase(
        "the count starts again at {moment}; run the same command after that",
        moment=moment(tomorrow(now)),
    )


# What is asked for.


class Demand(Frozen):
    """A campaign that is still to be sent, as far as the allowance asks."""

    name: CampaignName
    edition: int
    account: AccountName
    appid: AppId
    scope: Scope
    window: Window | None
    """None for a named campaign that is sent now."""
    source_sha256: str | None = None
    """The folder as it is now; None if nobody needs to know."""
    calls: int = 1
    """Requests that it takes, all of them on one day: a list of openids is begun only where all of it fits."""
    tag: TagKey | None = None
    """The tag that it goes to, as it is declared; None for every other audience."""
    over_limit: bool = False
    """Whether it may be a fifth of a month."""
    begun: bool = False
    """Whether some of its batches went out already; the others follow whatever else is to come."""
    digest: str | None = None
    """What would be sent; None if it was not rendered."""

    @property
    def sort_key(self) -> tuple[bool, bool, float, str]:
        """The interface's order within an account, behind what was begun."""
        end = self.window.not_after.timestamp() if self.window else 0.0
        return not self.begun, self.window is None, end, self.name


class Agenda(Frozen):
    """What all campaigns of the repository ask for, whichever of them a run is about."""

    accounts: Mapping[AppId, tuple[AccountName, AccountKind]] = field(default_factory=dict)
    """AppID -> the account's name and kind."""
    demands: Sequence[Demand] = ()

    def with_demand(self, demand: Demand) -> "Agenda":
        """Return the agenda on which a campaign surely is."""
        known = any((each.name, each.appid) == (demand.name, demand.appid) for each in self.demands)
        return self if known else replace(self, demands=(*self.demands, demand))


def scope_of(audience: "Audience") -> Scope:
    """Return the scope of a declared audience."""
    if audience.is_to_all:
        return Scope.ALL
    return Scope.OPENIDS if audience.is_list else Scope.TAG


def tag_of(audience: "Audience") -> TagKey | None:
    """Return the tag that an audience declares, by id or by name, or that massctl makes for it."""
    if audience.of is not None:
        return tag_name(audience.of)
    return audience.tag_id if audience.tag_id is not None else audience.tag


def demand_of(campaign: RenderedCampaign) -> Demand:
    """Return what a rendered campaign asks for."""
    scope = Scope.TAG if campaign.is_by_tag else scope_of(campaign.audience)
    name = campaign.name
    edition = campaign.edition
    account = campaign.account
    appid = campaign.appid
    calls = campaign.batches or 1
    tag = tag_of(campaign.audience)
    over = campaign.over_limit_allowed
    window = campaign.window
    digest = campaign.digest
    return Demand(
        name,
        edition,
        account,
        appid,
        scope,
        window,
        campaign.source_sha256,
        calls,
        tag,
        over,
        digest=digest,
    )


def may_run_short(demands: Iterable[Demand], used: Mapping[date, int]) -> bool:
    """Return whether so many requests are asked for that a day may be too short for them."""
    return sum(demand.calls for demand in demands) + max(used.values(), default=0) > CALLS.limit


def _pending(demand: Demand, state: State, now: datetime, but: int | None) -> Demand | None:
    """Return a demand without the batches that went out; None if it asks for nothing any more.

    What is in doubt counts as used. What WeChat refused for good asks for nothing until somebody edits it.
    """
    record = state.record(demand.name, demand.edition)
    judged_now = [each.serial for each in record.open_attempts] == [but]
    if (record.is_in_doubt and not judged_now) or is_concluded(record):
        return None
    if _is_as_refused(demand, record):
        return None
    window = demand.window
    if window is not None and (
        now > window.not_after or window.not_before > now + timedelta(days=DAYS_AHEAD)
    ):
        return None
    sent = len(record.sent_batches)
    return replace(demand, calls=max(1, demand.calls - sent), begun=True) if sent else demand


def _is_as_refused(demand: Demand, record: Record) -> bool:
    """Whether the last attempt was refused for good, and nothing was edited since.

    What is rendered is known by its digest, as to the guard; of everything else only the campaign's folder is known.
    """
    last = record.attempts[-1] if record.attempts else None
    if last is None or last.rejection is None or not last.rejection.is_final:
        return False
    event = last.event
    return (
        event.digest == demand.digest
        if demand.digest
        else event.source_sha256 == demand.source_sha256
    )


# The calendar: who goes out on which day.


class CountedSend(Frozen):
    """A send that counts in a day or month: one that went out, or one that is to come."""

    campaign: CampaignName | None
    """None for a send in the console."""
    used_at: datetime | None = None
    """When it went out; None for what is to come."""
    until: datetime | None = None
    """When the window of what is to come closes; None for what was named and goes out now, and for what went out."""


class Slot(Frozen):
    """The day that a campaign has by its account's allowance, or why it has none."""

    day: date | None = None
    """The first day of its window that has room; None if there is none, or if nothing is counted for it."""
    rule: Rule | None = None
    """The rule that keeps it from going out today, or at all."""
    taken: tuple[tuple[date, tuple[CountedSend, ...]], ...] = ()
    """The days or months that it could have had, and which sends count in them."""
    free_from: date | None = None
    """Where its window has no room: the first day after its beginning that has, if any does."""
    needed: int = 1
    """Requests that it takes."""
    overlapping: tuple[CountedSend, ...] = ()
    """The sends of its month before it that may reach the same followers, where they are as many as one may get."""

    @property
    def fits(self) -> bool:
        """Whether the allowance lets it go out within its window."""
        return self.day is not None or self.rule is None


class _Quota(Frozen):
    """What counts by one rule: what is used, and which campaigns take the rest."""

    rule: Rule
    used: Mapping[date, int]
    named: Mapping[date, Sequence[Use]]
    """What is used by name; empty where only numbers are known."""
    coming: dict[date, list[Demand]] = field(default_factory=dict)

    def has_room(self, day: date, amount: int) -> bool:
        period = self.rule.unit.around(day)
        return self.used.get(period, 0) + self.asked(period) + amount <= self.rule.limit

    def asked(self, period: date) -> int:
        by_calls = self.rule is CALLS
        return sum(demand.calls if by_calls else 1 for demand in self.coming.get(period, ()))

    def add(self, demand: Demand, day: date) -> None:
        self.coming.setdefault(self.rule.unit.around(day), []).append(demand)

    def counted(self, period: date) -> tuple[CountedSend, ...]:
        used = (
            CountedSend(use.campaign, use.at)
            for use in sorted(self.named.get(period, ()), key=lambda use: use.at)
        )
        return (*used, *map(_reserved, self.coming.get(period, ())))


def _reserved(demand: Demand) -> CountedSend:
    return CountedSend(demand.name, until=demand.window.not_after if demand.window else None)


class Calendar:
    """One account's days: every campaign of the agenda takes its day in the interface's order."""

    def __init__(
        self,
        agenda: Agenda,
        appid: AppId,
        state: State,
        policy: "Policy",
        now: datetime,
        but: int | None = None,
    ) -> None:
        """`but` is the serial of an attempt whose campaign is judged as if it were not on record."""
        self._kind = agenda.accounts[appid][1]
        self._policy = policy
        self._now = now
        self._uses, self._ids = uses(state, appid, now, but), state.index.account(appid).tags
        self._sends: dict[TagKey | None, _Quota] = {}
        self._reach = self._quota_by(REACH)
        self.sends = self._sends_of(None)
        self.calls = _Quota(CALLS, calls_by_day(state, appid, now, but), {})
        self.slots: dict[CampaignName, Slot] = {}
        here = [each for each in agenda.demands if each.appid == appid]
        asking = (_pending(each, state, now, but) for each in here)
        self.demands = sorted(
            (each for each in asking if each is not None), key=lambda demand: demand.sort_key
        )
        self.slots |= {each.name: Slot() for each in here}
        for demand in self.demands:
            self.slots[demand.name] = self._walk(demand)
        # Which day has room outside of a window is known once all campaigns have taken theirs.
        for demand in self.demands:
            slot = self.slots[demand.name]
            if not slot.fits:
                self.slots[demand.name] = replace(slot, free_from=self._free_from(demand))

    def _walk(self, demand: Demand) -> Slot:
        """Let a demand take the first day of its window that has room, and say what kept it from today."""
        if demand.begun:
            # Its first batches count as used; nothing comes before the others.
            self.calls.add(demand, beijing_day(self._now))
            return Slot(next(self._days(demand), None))
        against: dict[date, list[_Quota]] = {}
        for day in self._days(demand):
            against[day] = self._against(demand, day)
            if not against[day]:
                return self._take(demand, day, against)
        return self._refused(demand, against, list(against)) if against else Slot()

    def _take(self, demand: Demand, day: date, against: Mapping[date, list[_Quota]]) -> Slot:
        """Let a demand have a day; where that is not the first of its window and that is today, say why."""
        for quota in self._counted_in(demand):
            quota.add(demand, day)
        first = next(iter(against))
        waits = first != day and first == beijing_day(self._now)
        slot = replace(self._refused(demand, against, [first]) if waits else Slot(), day=day)
        return self._overlapping(demand, slot, day) if self._kind == "service" else slot

    def _days(self, demand: Demand, *, behind: bool = False) -> Iterator[date]:
        """Return the Beijing days on which it may go out by window, quiet hours and frozen days, earliest first.

        What goes out by name goes out today. With `behind`, days after its window too.
        """
        if demand.window is None and not behind:
            yield beijing_day(self._now)
            return
        window = None if behind else demand.window
        start = max(self._now, demand.window.not_before) if demand.window else self._now
        moment = next_moment(self._policy, window, start)
        for _ in range(_DAYS_MAX):
            if moment is None:
                return
            yield beijing_day(moment)
            moment = next_moment(self._policy, window, tomorrow(moment))

    def _counted_in(self, demand: Demand) -> list[_Quota]:
        """Return what a demand counts in: the sends of its audience, where they are counted, and the calls."""
        sends = self._sends_of(demand)
        return [sends, self.calls] if demand.scope in sends.rule.scopes else [self.calls]

    def _against(self, demand: Demand, day: date) -> list[_Quota]:
        """Return what has no room for a demand on a day; over the limit of a month WeChat takes it all the same."""
        return [
            quota
            for quota in self._counted_in(demand)
            if not quota.has_room(day, demand.calls if quota is self.calls else 1)
            and not (demand.over_limit and quota.rule.unit is Unit.MONTH)
        ]

    def _refused(
        self, demand: Demand, against: Mapping[date, list[_Quota]], days: Sequence[date]
    ) -> Slot:
        quota = against[days[0]][0]
        periods = dict.fromkeys(
            quota.rule.unit.around(day) for day in days if quota in against[day]
        )
        taken = tuple((period, quota.counted(period)) for period in periods)
        return Slot(rule=quota.rule, taken=taken, needed=demand.calls)

    def _free_from(self, demand: Demand) -> date | None:
        return next(
            (day for day in self._days(demand, behind=True) if not self._against(demand, day)), None
        )

    def _overlapping(self, demand: Demand, slot: Slot, day: date) -> Slot:
        """Count a demand among the sends of its month that may reach the same followers; who they are nobody knows."""
        before = self._reach.counted(self._reach.rule.unit.around(day))
        self._reach.add(demand, day)
        return replace(slot, overlapping=before) if len(before) >= REACH.limit else slot

    def _sends_of(self, demand: Demand | None) -> _Quota:
        """Return the sends among which a demand is counted: a service account's for each tag, and for everybody."""
        tag = None
        if (
            demand is not None
            and demand.scope is Scope.TAG
            and self._kind == "service"
            and demand.tag is not None
        ):
            tag = (
                self._ids.get(demand.tag, demand.tag) if isinstance(demand.tag, str) else demand.tag
            )
        if tag not in self._sends:
            self._sends[tag] = self._quota_by(SENDS[self._kind] if tag is None else TAGGED, tag)
        return self._sends[tag]

    def _quota_by(self, rule: Rule, tag: TagKey | None = None) -> _Quota:
        named = used_in(self._uses, rule, tag)
        return _Quota(rule, {period: len(there) for period, there in named.items()}, named)


def slot_of(
    campaign: RenderedCampaign,
    agenda: Agenda,
    state: State,
    policy: "Policy",
    now: datetime,
    *,
    but: int | None = None,
) -> Slot:
    """Return the place of a campaign; one without a demand is judged too. `but` is as for `Calendar`."""
    asked = agenda.with_demand(demand_of(campaign))
    return Calendar(asked, campaign.appid, state, policy, now, but).slots[campaign.name]


def waits_until(slot: Slot, now: datetime) -> datetime | None:
    """Return the moment from which on the allowance lets a campaign go out; None if it never does."""
    if slot.day is None:
        return now if slot.fits else None
    return max(now, datetime.combine(slot.day, time.min, tzinfo=BEIJING))


# What is said of a campaign that finds no day.

MAY_OVERLAP = "MC406"
"""The code of the warning that some followers may have had four mass messages of a month."""
_TOLD_MAX = 7
"""So many taken days are named; the others are counted."""
_LIMITS = {
    SENDS["subscription"]: Phrase("a subscription account has one send a day (Beijing time)"),
    SENDS["service"]: Phrase(
        "a service account has four sends to every follower a month (Beijing time)"
    ),
    TAGGED: Phrase(
        "followers with the same tag get four mass messages a month from a service account (Beijing time)"
    ),
    CALLS: Phrase("an account has 100 mass calls a day (Beijing time)"),
}
GIVE_A_TAG = Phrase(
    "give these followers a tag (标签) in the console under 用户管理 and write `tag:` in campaign.yaml: a tag of "
    "any size is one job"
)


def allowance_refusal(campaign: RenderedCampaign, slot: Slot) -> Refusal | None:
    """Refuse a campaign that has to wait for a later day of its window, or whose window has no room at all."""
    if slot.rule is None:
        return None
    taken = _taken(slot.rule, slot)
    if slot.needed > 1:
        return _no_day_for_list(campaign, slot, taken)
    limit = _LIMITS[slot.rule]
    if slot.day is not None:
        return Refusal(
            Guard.ALLOWANCE,
            Phrase("{limit}, and today has none free: {taken}", limit=limit, taken=taken),
            _later_in_window(slot.day),
        )
    say = Phrase("{limit}, and none is free: {taken}", limit=limit, taken=taken)
    hint = _another_day(campaign, slot)
    if slot.rule.unit is Unit.MONTH:
        over = Phrase(
            "{place}; or write `over_limit: allow` under send: in campaign.yaml: followers who had "
            "four do not receive it"
        )
        hint = Phrase(over, place=hint)
    return Refusal(Guard.ALLOWANCE, say, hint)


def _no_day_for_list(campaign: RenderedCampaign, slot: Slot, taken: str) -> Refusal:
    """Refuse a list of openids, which is begun only where all of its batches fit into one day."""
    if slot.needed > CALLS.limit:
        return Refusal(
            Guard.ALLOWANCE,
            Phrase(
                "its list needs {needed} jobs, but an account has {daily} mass calls a day (Beijing time)",
                needed=slot.needed,
                daily=CALLS.limit,
            ),
            _divide(campaign),
        )
    told = {"needed": slot.needed, "daily": CALLS.limit, "taken": taken}
    if slot.day is not None:
        return Refusal(
            Guard.ALLOWANCE,
            Phrase(
                "its list needs {needed} of the account's {daily} mass calls a day, which are not free today: {taken}",
                **told,
            ),
            _later_in_window(slot.day),
        )
    return Refusal(
        Guard.ALLOWANCE,
        Phrase(
            "its list needs {needed} of the account's {daily} mass calls a day, and no day of its window "
            "has them free: {taken}",
            **told,
        ),
        Phrase("{place}; or {tag}", place=_another_day(campaign, slot), tag=_divide(campaign)),
    )


def _divide(campaign: RenderedCampaign) -> Phrase:
    """Return how a list of more jobs than a day has can be sent."""
    listed = campaign.openid_list
    if listed is None or campaign.audience.of is None:
        return GIVE_A_TAG
    written = campaign.audience.part
    at_least = 2 if written is None else part_number(written)[1] + 1
    return Phrase(
        "divide its people among days: write {parts} dates or more in campaign.yaml, `{example}`",
        parts=max(at_least, -(-listed.together // (BATCH_MAX * CALLS.limit))),
        example="parts: [{until: 2026-12-01T22:00:00+08:00}, …]",
    )


def pace_refusal(campaign: RenderedCampaign, record: Record, now: datetime) -> Refusal | None:
    """Refuse a list that is not begun if its window is too short for all of its jobs."""
    window, needed = campaign.window, len(batches_left(campaign, record))
    if window is None or record.sent_batches or needed <= SENDS_A_MINUTE:
        return None
    opens = max(now, window.not_before)
    # The first ones of a minute go at once.
    least = (needed - 1) // SENDS_A_MINUTE * MINUTE
    if opens + least <= window.not_after:
        return None
    say = Phrase(
        "its list needs {needed} jobs, its account may ask for {count} a minute, and its window ends before that",
        needed=needed,
        count=SENDS_A_MINUTE,
    )
    hint = Phrase(
        "give it a window of {minutes} minutes or more in campaign.yaml",
        minutes=-(-least // timedelta(minutes=1)),
    )
    return Refusal(Guard.ALLOWANCE, say, hint)


def _later_in_window(day: date) -> Phrase:
    return Phrase(
        "run apply again on or after {day}, within its window: that day is free",
        day=day.isoformat(),
    )


def _another_day(campaign: RenderedCampaign, slot: Slot) -> str:
    """Return what can be done where no day is left: only what is to come can be moved, and only what has a window."""
    day = slot.free_from.isoformat() if slot.free_from is not None else None
    if campaign.window is None:
        if day is None:
            return Phrase(
                "no day of the next year is free for it: change policy.freeze in massctl.yaml"
            )
        return Phrase(
            "run `{command}` on or after {day}", day=day, command=Command("apply", campaign.name)
        )
    coming = [each.campaign for _, there in slot.taken for each in there if each.until is not None]
    if others := list(dict.fromkeys(each for each in coming if each is not None))[:_TOLD_MAX]:
        move = Phrase(
            "give it, or a future one ({others}), another window in campaign.yaml, and have that reviewed",
            others=enumerated(others),
        )
    else:
        move = Phrase(
            "sent campaigns used the allowance: give this campaign another window in campaign.yaml, "
            "and have that reviewed"
        )
    free = [Phrase("the first free day is {day}", day=day)] if day is not None else []
    return in_a_row([move, *free])


def _taken(rule: Rule, slot: Slot) -> str:
    """Name the days and what counts in them: `2026-12-01: spring-sale (reserved, until 12-01 21:30)`."""
    told = [
        Phrase(
            "{period}: {names}",
            period=period.isoformat() if rule.unit is Unit.DAY else f"{period:%Y-%m}",
            names=_names(counted) or Phrase("what was sent already"),
        )
        for period, counted in slot.taken[:_TOLD_MAX]
    ]
    more = len(slot.taken) - len(told)
    return in_a_row([*told, *([Phrase("and {count} more", count=more)] if more else [])])


def _names(counted: Sequence[CountedSend]) -> str:
    return enumerated([_send_words(each) for each in counted]) if counted else ""


def _send_words(send: CountedSend) -> str:
    """Return who has a day, and whether it is used; its year is that of the day."""
    if send.used_at is not None:
        used = _minute(send.used_at)
        if send.campaign is None:
            return Phrase("a send in the console ({at})", at=used)
        return Phrase("{name} (used it {at})", name=send.campaign, at=used)
    if send.until is None:
        return Phrase("{name} (sent by name)", name=send.campaign)
    return Phrase("{name} (reserved, until {at})", name=send.campaign, at=_minute(send.until))


def _minute(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%m-%d %H:%M}"


def overlapping_month(campaign: RenderedCampaign, slot: Slot) -> list[Diagnostic]:
    """Warn of a fifth send in a month that may reach the same followers; WeChat keeps it from those who had four.

    Who they are nobody knows: an audience among them is everybody or a tag, or a list that nobody can look into.
    """
    say = Phrase(
        "a follower of a service account gets at most {limit} mass messages a month, and {others} "
        "come before it; a follower whom all of them reach does not receive it",
        limit=REACH.limit,
        others=_names(slot.overlapping),
    )
    hint = Phrase(
        "nobody can know who they are; if the audiences overlap, move one of the campaigns to another month"
    )
    place = Place(f"{campaign.folder}/{CAMPAIGN_FILE}")
    return [Diagnostic(MAY_OVERLAP, Severity.WARNING, say, place, hint, campaign.name)]


def beyond_a_month(campaign: RenderedCampaign, slot: Slot, count: int, people: int) -> Diagnostic:
    """Warn that WeChat keeps a send from people who had, or will have had, all that one may get in its month."""
    say = plural_phrase(
        "{count:,} of its {people:,} people gets {limit} other mass messages of this month before it, and WeChat keeps "
        "it from them: {others}",
        "{count:,} of its {people:,} people get {limit} other mass messages of this month before it, and WeChat keeps "
        "it from them: {others}",
        count=count,
        people=people,
        limit=REACH.limit,
        others=_names(slot.overlapping),
    )
    hint = Phrase(
        "move one of the campaigns to another month, or take these people off; the other sends: {command}",
        command=Command("audience overlap", campaign.name),
    )
    place = Place(f"{campaign.folder}/{CAMPAIGN_FILE}")
    return Diagnostic(MAY_OVERLAP, Severity.WARNING, say, place, hint, campaign.name)


def used_up_today(
    campaign: RenderedCampaign, state: State, policy: "Policy", now: datetime
) -> list[Diagnostic]:
    """Warn if WeChat said that today's mass calls are used up; apply tries again, because a quota may be cleared."""
    if not calls_used_up(state, campaign.appid, now):
        return []
    say = Phrase(
        "WeChat said today, with errcode {errcode}, that the account's mass calls are used up, by any"
        " program: until midnight, Beijing time, it refuses this send too",
        errcode=DAY_USED_UP,
    )
    hint = Phrase(
        "{again}; apply still tries now, because somebody may have had the quota cleared",
        again=again_after(campaign, policy, tomorrow(now)),
    )
    place = Place(f"{campaign.folder}/{CAMPAIGN_FILE}")
    return [Diagnostic("MC407", Severity.WARNING, say, place, hint, campaign.name)]


# Batches of a list.


def batches_left(campaign: RenderedCampaign, record: Record) -> list[int | None]:
    """Return the batches that did not go out, in order; [None] for an audience that is one job and no list."""
    if is_concluded(record):
        return []
    listed = sent_list(campaign, record)
    if listed is None or listed.by_tag:
        return [None]
    done = record.sent_batches | record.closed_batches
    return [batch for batch in range(1, listed.batches + 1) if batch not in done]


def sent_list(campaign: RenderedCampaign, record: Record) -> OpenidList | None:
    """Return the list that a campaign is sent to: as approved, or those who stayed of it; None for no list."""
    listed, cut = campaign.openid_list, record.cut
    if listed is None or cut is None or cut.snapshot != prefixed(listed.sha256):
        return listed
    kept = unprefixed(cut.kept_snapshot)
    return dataclasses.replace(
        listed, sha256=kept, count=cut.kept, first=1, whole=None, cut_from=listed
    )


def send_steps(campaign: RenderedCampaign, record: Record, first: Reason) -> list[SendMass]:
    """Plan the send, batch by batch where there are any; only the first of them can be a repetition."""
    left = batches_left(campaign, record)
    return [SendMass(campaign, first if batch is left[0] else Reason.DUE, batch) for batch in left]


def recorded_count(campaign: RenderedCampaign, record: Record) -> int | None:
    """Return the size of the audience as it was recorded last; a list of openids knows its own."""
    if (listed := sent_list(campaign, record)) is not None:
        return listed.count
    resolved = record.resolved_for(campaign.digest)
    draft = record.draft()
    if resolved is not None:
        return resolved.count
    staged = draft.event if draft else record.staged
    return staged.audience_count if staged else None


def count_together(campaign: RenderedCampaign, record: Record) -> int | None:
    """Return how many bounds and approvals are about: of one part of a snapshot those of all parts."""
    listed = sent_list(campaign, record)
    return listed.together if listed is not None else recorded_count(campaign, record)


def count_before(campaign: RenderedCampaign, record: Record, state: State) -> int | None:
    """Return the size of the same audience at the last send to it, of another campaign or edition."""
    to = _who(declared_audience(campaign.audience))
    days = state.index.account(campaign.appid).days
    for day in sorted(days, reverse=True):
        counted = [
            (attempt.at, attempt.event.audience_count)
            for other in days[day].values()
            if other.key != record.key
            for attempt in other.attempts
            if attempt.event.audience_count is not None and _who(attempt.event.audience) == to
        ]
        if counted:
            return max(counted)[1]
    return None


def _who(audience: Mapping[str, Any]) -> list[object]:
    return [audience.get(key) for key in (*AUDIENCES, PART)]


# Withdrawals.

WITHDRAWALS_A_DAY = 10
"""Requests to withdraw, of an account on a Beijing day; one job takes one, or one for each article.
Source: WeChat docs, "API limits of a new account", read 2026-10."""
DAYS_IN_MIND = 31
"""For so long after its send a job is counted among those that somebody may want back. Our own bound."""


def withdrawals_asked(state: State, appid: AppId, now: datetime) -> int:
    """Count today's requests for withdrawals, whatever their result; not those that never left."""
    return sum(
        beijing_day(at) == beijing_day(now)
        for job in _jobs_of_today(state, appid, now)
        for at in job.asked_at
    )


def _jobs_of_today(state: State, appid: AppId, now: datetime) -> list[Job]:
    records = state.index.account(appid).days.get(beijing_day(now), {}).values()
    return [job for record in records if record.appid == appid for job in record.jobs]


def withdrawals_used_up(state: State, appid: AppId, now: datetime) -> bool:
    """Return whether WeChat refused a withdrawal today as used up, and was asked for none since."""
    jobs = _jobs_of_today(state, appid, now)
    last = max((job.none_left_at for job in jobs if job.none_left_at is not None), default=None)
    if last is None or beijing_day(last) != beijing_day(now):
        return False
    return all(at <= last for job in jobs for at in job.asked_at)


def withdrawals_left(state: State, appid: AppId, now: datetime) -> int:
    """Return how many requests to withdraw the account has left on the Beijing day of `now`."""
    return max(0, WITHDRAWALS_A_DAY - withdrawals_asked(state, appid, now))


def is_news_or_video(record: Record) -> bool:
    """Return whether an edition is of the kind that WeChat withdraws, as far as the ledger knows."""
    attempts = record.not_refused
    return not attempts or attempts[-1].event.media_id is not None


def withdrawable(state: State, appid: AppId, now: datetime) -> list[Job]:
    """Return an account's jobs of the last month that can be withdrawn, now or once they are sent."""
    since = now - timedelta(days=DAYS_IN_MIND)
    return [
        job
        for record in _records(state, appid, beijing_day(since), now)
        if record.appid == appid and is_news_or_video(record)
        for job in record.jobs
        if job.msg_id is not None
        and job.accepted_at >= since
        and not (job.is_gone or job.status == "failed")
    ]


def beyond_today(state: State, appid: AppId, now: datetime, needed: int) -> Refusal | None:
    """Refuse the withdrawals of `needed` that today's allowance does not cover; None if it covers them all."""
    left = withdrawals_left(state, appid, now)
    if needed <= left:
        return None
    daily = WITHDRAWALS_A_DAY
    say = Phrase(
        "there are {needed} jobs to withdraw, but only {left} of the account's {daily} withdrawals a day are left",
        needed=needed,
        left=left,
        daily=daily,
    )
    none_left = Phrase(
        "the account's {daily} withdrawals of today (Beijing time) are used up", daily=daily
    )
    return Refusal(
        Guard.ALLOWANCE,
        say if left else none_left,
        Phrase("{anew}; sooner: in the console under 群发记录", anew=counted_anew(now)),
    )


# The next days, for people.

Counted = Literal["sends", "calls", "withdrawals"]
"""Sends as the account's kind allows them, requests for mass sends, or requests to withdraw."""


class Span(Frozen):
    """A Beijing day or month of an account, with something in it."""

    unit: Unit = field(name="per")
    """What is counted: a day or a month."""
    first: date = field(name="from")
    """Its first day, YYYY-MM-DD."""
    of: Counted
    """Sends as the account's kind allows them, requests for mass sends, or requests to withdraw, of today."""
    limit: int
    """How many there are."""
    used: int
    """How many are used, by massctl or in the console; an attempt of unknown outcome counts."""
    campaigns: tuple[CampaignName, ...]
    """The campaigns that are to come in it, as things stand now."""
    left: int
    """How many are left after them."""


class AccountAhead(Frozen):
    """One account's next 31 days."""

    account: AccountName
    """The account's name."""
    kind: AccountKind
    """The account's kind."""
    spans: tuple[Span, ...] = field(name="ahead")
    """Days and months with something in them, in order; sends before calls, and withdrawals last."""


def look_ahead(
    agenda: Agenda, state: State, policy: "Policy", now: datetime, accounts: Container[str | None]
) -> tuple[AccountAhead, ...]:
    """Return the next days of `accounts` with sends, past or planned; omit accounts without any."""
    found = []
    for appid, (account, kind) in sorted(agenda.accounts.items(), key=lambda item: item[1]):
        if account in accounts:
            calendar = Calendar(agenda, appid, state, policy, now)
            sends = _spans(calendar.sends, "sends", calendar.sends.used, now)
            spans = (
                *sends,
                *_calls(calendar, kind, state, appid, now),
                *_withdrawals(state, appid, now),
            )
            found += [AccountAhead(account, kind, spans)] if spans else []
    return tuple(found)


def _calls(calendar: Calendar, kind: str, state: State, appid: AppId, now: datetime) -> list[Span]:
    """Return the days of an account that may ask for many: a service account, and one with a list of openids."""
    used = dict(calendar.calls.used)
    if spent := calls_used_up(state, appid, now):
        # Others used what is missing here: WeChat counts the calls of every program.
        used[beijing_day(now)] = max(CALLS.limit, used.get(beijing_day(now), 0))
    if (
        kind == "subscription"
        and not spent
        and all(demand.calls == 1 for demand in calendar.demands)
    ):
        return []
    return _spans(calendar.calls, "calls", used, now)


def _withdrawals(state: State, appid: AppId, now: datetime) -> list[Span]:
    """Return today, where some were asked for, or something is there that may be withdrawn."""
    left = withdrawals_left(state, appid, now)
    used = withdrawals_asked(state, appid, now)
    if withdrawals_used_up(state, appid, now):
        # Others used what is missing here, as with calls.
        left = 0
        used = max(WITHDRAWALS_A_DAY, used)
    if not (used or withdrawable(state, appid, now)):
        return []
    return [Span(Unit.DAY, beijing_day(now), "withdrawals", WITHDRAWALS_A_DAY, used, (), left)]


def _spans(quota: _Quota, of: Counted, used: Mapping[date, int], now: datetime) -> list[Span]:
    rule = quota.rule
    last = beijing_day(now + timedelta(days=DAYS_AHEAD))
    wanted = sorted(each for each in {*used, *quota.coming} if rule.unit.of(now) <= each <= last)
    return [
        Span(
            rule.unit,
            each,
            of,
            rule.limit,
            used.get(each, 0),
            tuple(demand.name for demand in quota.coming.get(each, ())),
            max(0, rule.limit - used.get(each, 0) - quota.asked(each)),
        )
        for each in wanted
    ]


# How fast.

SENDS_A_MINUTE = 60
"""Requests for mass sends of an account. Source: WeChat docs, "message/mass/sendall", read 2026-10."""
MINUTE = timedelta(seconds=61)
"""A minute, and a second for the way: WeChat counts from the arrival of a request, and we from its entry."""
TOO_FAST = 45011
"""The calls of this minute are used up. Source: WeChat docs, "Global return codes", read 2026-10."""


def next_send_at(state: State, appid: AppId, now: datetime) -> datetime:
    """Return the first moment, `now` or later, at which an account may ask for a mass send."""
    attempts = list(_attempts(state, appid, beijing_day(now - MINUTE), now))
    recent = _within_a_minute((a.at for a in attempts), now)
    earliest = [now]
    if len(recent) >= SENDS_A_MINUTE:
        earliest.append(recent[-SENDS_A_MINUTE] + MINUTE)
    too_fast = (
        a.answered_at
        for a in attempts
        if a.rejection is not None and a.rejection.errcode == TOO_FAST
    )
    earliest += [
        at + MINUTE for at in _within_a_minute((at for at in too_fast if at is not None), now)
    ]
    return max(earliest)


def _within_a_minute(moments: Iterable[datetime], now: datetime) -> list[datetime]:
    """Return the moments of the last minute, in order; one to come is of a clock that went back, and says nothing."""
    return sorted(at for at in moments if timedelta(0) <= now - at < MINUTE)
