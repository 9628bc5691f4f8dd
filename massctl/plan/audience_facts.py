"""What is known about the people of a send: counted person by person, and never shown.

Openids stay behind `PeopleCounts`, which says of several lists how many people are in which of them. Everything else is
arithmetic over these numbers: who gets another send too, who had how many this month, who has this very message, and
who is taken off before the first attempt.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import field
from msgspec.structs import replace

from massctl.model.audience import DatedChange
from massctl.model.batches import OpenidList
from massctl.model.diagnostics import Diagnostic
from massctl.model.entries import AudienceCut
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, CampaignName, Sha256, prefixed, unprefixed
from massctl.model.message import RenderedCampaign, message_digest_to
from massctl.model.state import Record, State, beijing_day
from massctl.plan.quota import (
    Calendar,
    Scope,
    Slot,
    Unit,
    batches_left,
    beyond_a_month,
    overlapping_month,
    recorded_scope,
    records_since,
    sent_list,
)
from massctl.plan.reach import BatchReach, Reach, reach

if TYPE_CHECKING:
    from massctl.model.settings import Cap

SAME_CONTENT_DAYS = 90
"""How long an equal message to the same people is taken for a mistake. Our own rule, docs/reference/format.md."""
MONTHLY = 4
"""So many letters a month reach a follower of a service account; WeChat keeps a fifth from them.
Source: WeChat docs, "群发规则", read 2026-10."""
LARGE_CHANGE = 0.3
"""A larger part of an audience that came or went is a warning by itself."""
_WEEK = timedelta(days=7)
CONSOLE = "群发"
"""What stands for a send in the console, which has no name."""


class ListPart(Frozen):
    """Some of the people of a list."""

    sha256: Sha256
    """Names the list."""
    batches: tuple[int, ...] | None = None
    """Those of these batches; None for all of them."""


Pattern = int
"""In which of several parts a person is: bit n stands for part n."""


class FrozenAudience(Frozen):
    """What audiences/NAME.yaml asks of a send to its people, beside the snapshot."""

    cap: "Cap | None" = None
    excluded: tuple[Sha256, ...] = ()
    """The newest snapshots of the audiences that it always takes off."""
    change: DatedChange | None = None
    """How the snapshot differs from the one before it; None for a first one."""
    unproven: str | None = None
    """Why its lock does not say what its snapshots say; None where nobody can look, or where it does."""


class ErasedPeople(Frozen):
    """Who of a list of openids was erased: how many they are, and where they stand."""

    people: int
    path: str
    """From the repository's root."""
    lines: tuple[int, ...]
    """From 1; somebody may stand there more than once."""

    @property
    def places(self) -> tuple[str, ...]:
        """Name each line."""
        return tuple(f"{self.path}:{line}" for line in self.lines)


class ErasureUnread(Frozen):
    """Why nobody can say here whether somebody of a list was erased."""

    why: str
    hint: str


class PeopleCounts(Protocol):
    """Looks into lists, and says of their people how many they are."""

    def declared(self, name: CampaignName) -> Sha256 | None:
        """Name the list of a campaign that was not rendered; None if it has none, or none that can be read."""

    def holds(self, campaign: CampaignName, audience: Mapping[str, Any]) -> bool:
        """Return whether the list that a send went to, as its attempt wrote it, can be looked into."""

    def reads(self, sha256: Sha256) -> bool:
        """Return whether a list can be looked into, which its name alone tells."""

    def why_unread(self, sha256: Sha256) -> str | None:
        """Return why a list cannot be looked into; None if it can, or nobody knows why."""

    def counted(self, parts: Sequence[ListPart]) -> Mapping[Pattern, int]:
        """Count the people of parts by the pattern of those that they are in; a part that cannot be read has none."""

    def frozen(self, audience: str) -> FrozenAudience | None:
        """Return what an audience asks for; None if there is no such file."""

    def erased_among(
        self, sha256: Sha256, batches: Sequence[int], now: datetime
    ) -> ErasedPeople | ErasureUnread | None:
        """Return who of some batches of a list of openids was erased until now; None if nobody was."""


class OverlapKind(StrEnum):
    """How sure another send is."""

    PLANNED = "planned"
    HAS = "has"
    MAY_HAVE = "may_have"


class PastSend(Frozen):
    """What one edition brought to some people, or may have brought."""

    campaign: CampaignName | None
    """None for a send in the console."""
    edition: int
    reach: Reach
    scope: Scope
    first: date
    last: date
    """The Beijing days between which WeChat took it."""
    part: ListPart | None = None
    """Who they are; None if nobody can look: everybody, a tag, or a list that is not here any more."""
    messages: frozenset[str] = frozenset()
    """What names the message with its audience."""
    audience: Mapping[str, Any] = field(default_factory=dict)
    """To whom it went, as its attempt wrote it."""
    reached: Mapping[str, Any] = field(default_factory=dict)
    """The same, where people were taken off: those who stayed."""
    batches: tuple[int, ...] = ()

    @property
    def kind(self) -> OverlapKind:
        """How sure it is."""
        return OverlapKind.HAS if self.reach is Reach.HAS else OverlapKind.MAY_HAVE

    @property
    def day(self) -> date:
        """Return the day that it is told of."""
        return self.first

    @property
    def is_surely_theirs(self) -> bool:
        """Whether somebody wrote down to whom it went; what nobody knows counts as everybody elsewhere."""
        return self.campaign is None or bool(self.audience)

    def is_within(self, first: date, last: date) -> bool:
        """Return whether it surely came between two days."""
        return first <= self.first and self.last <= last

    def may_be_within(self, first: date, last: date) -> bool:
        """Return whether it may have come between two days."""
        return self.first <= last and first <= self.last


def deliveries(state: State, appid: AppId, since: date, now: datetime) -> list[PastSend]:
    """Return what the followers of an account got since a day, or may have got, batch by batch; look into no list."""
    found = [
        PastSend(None, 0, Reach.HAS, Scope.ALL, beijing_day(at), beijing_day(at))
        for at in state.website_sends.get(appid, [])
        if beijing_day(at) >= since
    ]
    for record in records_since(state, appid, since, now):
        groups: dict[tuple[Any, ...], list[BatchReach]] = {}
        for each in reach(record, state).values():
            if each.appid != appid or each.span is None or each.reach is Reach.SURELY_NOT:
                continue
            days = beijing_day(each.span.first), beijing_day(each.span.until(now))
            key = each.reach, days, (each.audience or {}).get("sha256")
            groups.setdefault(key, []).append(each)
        for (kind, (first, last), _), batches in groups.items():
            recorded = batches[0].audience
            messages = frozenset[str]().union(*(each.messages for each in batches))
            found.append(
                PastSend(
                    record.campaign,
                    record.edition,
                    kind,
                    recorded_scope(recorded),
                    first,
                    last,
                    messages=messages,
                    audience=recorded or {},
                    reached=as_cut(recorded or {}, record),
                    batches=tuple(each.batch for each in batches),
                )
            )
    return [each for each in found if each.last >= since]


def erased_of(
    campaign: RenderedCampaign, record: Record, people: PeopleCounts | None, now: datetime
) -> ErasedPeople | ErasureUnread | None:
    """Return who of a list of openids was erased and would get it; an audience leaves them out by itself."""
    listed = campaign.openid_list
    if people is None or listed is None or listed.audience is not None:
        return None
    left = [each for each in batches_left(campaign, record) if each is not None]
    return people.erased_among(listed.sha256, left, now)


def looked_into(delivery: PastSend, people: PeopleCounts) -> PastSend:
    """Find out who got it, where that is a list that can be looked into."""
    name, reached = delivery.campaign, delivery.reached
    if name is None or delivery.scope is not Scope.OPENIDS or not people.holds(name, reached):
        return delivery
    return replace(delivery, part=ListPart(_name_of(reached), delivery.batches))


def as_cut(audience: Mapping[str, Any], record: Record) -> Mapping[str, Any]:
    """Name those who stayed, where people were taken off the audience that an attempt wrote down."""
    cut = record.cut
    if cut is None or audience.get("sha256") != cut.snapshot:
        return audience
    return {**audience, "sha256": cut.kept_snapshot, "count": cut.kept}


def _name_of(audience: Mapping[str, Any]) -> Sha256:
    return unprefixed(str(audience["sha256"]))


class Coming(Frozen):
    """A send that is planned in the month."""

    campaign: CampaignName
    scope: Scope
    day: date
    part: ListPart | None
    """Who gets it; None if nobody can know."""

    @property
    def kind(self) -> OverlapKind:
        """How sure it is."""
        return OverlapKind.PLANNED

    def may_be_within(self, first: date, last: date) -> bool:
        """Return whether it goes out between two days."""
        return first <= self.day <= last


class Removal(StrEnum):
    """Why somebody is taken off before the first attempt; of several reasons the first counts."""

    ERASED = "erased"
    EXCLUDED = "excluded"
    CAPPED = "capped"
    HAS_IT = "has_it"


AnySend = Coming | PastSend


class AudienceOverlap(Frozen):
    """How many people of a send get, got, or may have got another one of its month."""

    campaign: str
    """The other campaign."""
    people: int | None
    """How many; null if nobody can know here."""
    kind: OverlapKind
    """Whether it is still to come."""
    day: date
    """Its Beijing day, YYYY-MM-DD."""


class AudienceFacts(Frozen):
    """What is known about the people of one send; it holds counts only."""

    people: int
    """How many they are."""
    change: DatedChange | None = None
    """How they differ from the snapshot before; null for a list that is no audience, and for a first snapshot."""
    had: tuple[int, ...] | None = None
    """How many have at least 0, 1, 2, 3 and 4 sends of this month already; null if nobody can look into the list.
    What the console sent to tags is not among them."""
    has_it: int | None = None
    """How many have this very message already, or may have it."""
    overlaps: tuple[AudienceOverlap, ...] = ()
    """The other sends of its month that reach some of them, most people first."""
    removed: Mapping[Removal, int] = field(default_factory=dict)
    """How many are taken off before the first attempt, by reason."""
    recipients: int = 0
    """How many it then goes to."""

    @property
    def is_changed_much(self) -> bool:
        """Whether more than three in ten of the audience came or went since its snapshot before."""
        change = self.change
        if change is None:
            return False
        before = self.people - change.added + change.removed
        return max(change.added, change.removed) > LARGE_CHANGE * max(before, 1)

    @property
    def had_most(self) -> int:
        """How many of them have had all that WeChat lets through in a month."""
        return self.had[MONTHLY] if self.had is not None else 0


class PeopleSummary(Frozen):
    """What is known about the people of all lists of a plan together."""

    lists: int
    """How many sends go to lists."""
    people: int
    """How many people these lists name, each once for an account."""
    twice: int
    """How many of them get more than one send of a month."""
    had_four: int
    """How many of them have had four of their month already."""
    tags: tuple[str, ...] = ()
    """The sends to tags of these months: nobody can know whom else they reach."""
    everybody: tuple[str, ...] = ()
    """The sends to everybody: they reach all of them."""
    accounts: int = 1
    """How many accounts these lists are of; between accounts nobody can compare people."""
    unknown: tuple[str, ...] = ()
    """The campaigns whose lists nobody can look into here."""
    missing: str | None = None
    """Why the first list that nobody can look into here cannot be read; null if nobody knows."""


class Cut(Frozen):
    """Who is taken off the list of a send before its first attempt: the one decision, and its numbers."""

    parts: tuple[ListPart, ...]
    """Bit n of a pattern stands for part n."""
    own: int
    """Which of them is the list itself."""
    taken_off: Mapping[Pattern, Removal]
    """The patterns of people who are taken off, and why. Whoever has another one stays."""
    removed: Mapping[Removal, int]
    recipients: int

    @property
    def is_empty(self) -> bool:
        """Whether everybody stays."""
        return not self.removed


def cut_entry(
    campaign: RenderedCampaign, record: Record, kept: OpenidList, cut: Cut
) -> AudienceCut:
    """Make the entry that binds those who stay to the audience that was approved."""
    approved, before = campaign.openid_list, record.cut
    if approved is None:
        raise ValueError("only a list has people")
    named = prefixed(approved.sha256)
    removed = Counter[Any]({str(why): count for why, count in cut.removed.items()})
    # An erasure that is not finished has marked people whom the snapshot still has.
    removed.update({str(Removal.ERASED): cut.recipients - kept.count})
    if before is not None and before.snapshot == named:
        removed.update({str(why): count for why, count in before.removed.items()})
    return AudienceCut(
        snapshot=named,
        kept_snapshot=prefixed(kept.sha256),
        kept=kept.count,
        removed=dict(+removed),
    )


class AccountPeople(Frozen, dict=True):
    """The people of all sends of an account that matter to some campaigns, counted in one pass."""

    deliveries: tuple[PastSend, ...]
    coming: tuple[Coming, ...]
    parts: tuple[ListPart, ...]
    patterns: Mapping[Pattern, int]
    unread: Mapping[ListPart, str | None] = field(default_factory=dict)
    """Those of the parts that nobody can look into, and why, where that is known."""

    @classmethod
    def counted(
        cls,
        people: PeopleCounts,
        sent: tuple[PastSend, ...],
        coming: tuple[Coming, ...],
        parts: Iterable[ListPart],
    ) -> "AccountPeople":
        """Count the people of parts in one pass."""
        every = tuple(dict.fromkeys(parts))
        unread = {
            part: people.why_unread(part.sha256) for part in every if not people.reads(part.sha256)
        }
        patterns = people.counted(every) if every else {}
        return cls(sent, coming, every, patterns, unread)

    @cached_property
    def sends(self) -> "tuple[AnySend, ...]":
        """What is still to come, and what came."""
        return (*self.coming, *self.deliveries)

    @cached_property
    def _bits(self) -> dict[ListPart, int]:
        return {part: 1 << number for number, part in enumerate(self.parts)}

    def mask(self, parts: Iterable[ListPart | None]) -> int:
        """Return the bits of parts; nobody can look into a part that is None."""
        return reduce(or_, (self._bits.get(each, 0) for each in parts if each is not None), 0)

    def of(self, mask: int) -> list[tuple[Pattern, int]]:
        """Return the patterns with at least one of some bits, and how many people have each."""
        return [(pattern, count) for pattern, count in self.patterns.items() if pattern & mask]

    def sends_of(self, name: str, month: tuple[date, date]) -> list[AnySend]:
        """Return what a campaign brings, or brought, between two days."""
        return [each for each in self.sends if each.campaign == name and each.may_be_within(*month)]

    def counts_by_most(self, names: Iterable[str | None], day: date) -> tuple["Counts", int]:
        """Count the people of lists by how many of some sends of a month reach them; and how many more may.

        Everybody's sends reach each of them. A tag, or a list that nobody can look into, may.
        """
        masks, surely, maybe = [], 0, 0
        for name in names:
            sends = self.sends_of(name, month_of(day)) if name is not None else []
            mask = self.mask(each.part for each in sends)
            is_to_all = name is None or any(each.scope is Scope.ALL for each in sends)
            surely += is_to_all
            maybe += not is_to_all and not mask
            masks += [mask] if mask and not is_to_all else []
        counted = {
            pattern: surely + sum(1 for mask in masks if pattern & mask)
            for pattern in self.patterns
        }
        return counted, maybe if counted else surely + maybe


Counts = Mapping[Pattern, int]


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the month of a day."""
    first = Unit.MONTH.around(day)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def fifth_of_month(
    campaign: RenderedCampaign, slot: Slot, crowd: AccountPeople, judge: "Judge | None"
) -> list[Diagnostic]:
    """Warn of a fifth send in a month, where it is known of people, or may be of those whom nobody can compare."""
    if not slot.overlapping or slot.day is None:
        return []
    names = [each.campaign for each in slot.overlapping]
    times, others = crowd.counts_by_most(names, slot.day)
    if judge is None:
        most = others + max(times.values(), default=0)
        return overlapping_month(campaign, slot) if most >= MONTHLY else []
    count = sum(count for pattern, count in judge.patterns if times[pattern] >= MONTHLY)
    return [beyond_a_month(campaign, slot, count, judge.people)] if count else []


def crowd_of(
    people: PeopleCounts,
    state: State,
    calendar: Calendar,
    appid: AppId,
    campaigns: Sequence[RenderedCampaign],
    now: datetime,
) -> AccountPeople:
    """Count the people of campaigns of one account, of what went out, and of what is still to come, in one pass."""
    month = min(Unit.MONTH.of(now), beijing_day(now - _WEEK))
    since = min(month, beijing_day(now - timedelta(days=SAME_CONTENT_DAYS)))
    # What a campaign brings itself is no question of its own, and changes with each of its batches.
    alone = campaigns[0].name if len(campaigns) == 1 else None
    edition = campaigns[0].edition if campaigns else 0
    sent = tuple(
        looked_into(each, people)
        for each in deliveries(state, appid, since if campaigns else month, now)
        if (each.campaign, each.edition) != (alone, edition)
        and (each.last >= month or any(is_same_message(one, each) for one in campaigns))
    )
    own = {each.name: own_part(each, state) for each in campaigns}
    coming = tuple(coming_sends(people, calendar, own, now))
    excluded = [
        ListPart(sha256)
        for each in campaigns
        if (frozen := frozen_of(each, people)) is not None
        for sha256 in frozen.excluded
    ]
    every: list[AnySend] = [*sent, *coming]
    others = (each.part for each in every if each.part is not None)
    return AccountPeople.counted(people, sent, coming, [*own.values(), *others, *excluded])


def own_part(campaign: RenderedCampaign, state: State) -> ListPart:
    """Return the people whom a campaign goes to, those of batches that went out too: so they are counted once."""
    record = state.record(campaign.name, campaign.edition)
    listed = sent_list(campaign, record)
    if listed is None:
        raise ValueError("only a list has people")
    return ListPart(listed.sha256)


def frozen_of(campaign: RenderedCampaign, people: PeopleCounts) -> FrozenAudience | None:
    """Return what the audience of a campaign asks for; None for a list that is no audience."""
    of = campaign.audience.of
    return people.frozen(of) if of is not None else None


def coming_sends(
    people: PeopleCounts, calendar: Calendar, own: Mapping[CampaignName, ListPart], now: datetime
) -> Iterator[Coming]:
    """Return what an account is still to send; `own` are the lists that were rendered."""
    for demand in calendar.demands:
        opens = max(now, demand.window.not_before) if demand.window is not None else now
        day = calendar.slots[demand.name].day or beijing_day(opens)
        part = own.get(demand.name)
        if part is None and demand.scope is Scope.OPENIDS:
            named = people.declared(demand.name)
            part = ListPart(named) if named is not None else None
        yield Coming(demand.name, demand.scope, day, part)


def is_same_message(campaign: RenderedCampaign, delivery: PastSend) -> bool:
    """Return whether a delivery brought this very message, whoever got it."""
    if not delivery.messages:
        return False
    if campaign.message_digest in delivery.messages:
        return True
    return message_digest_to(campaign, dict(delivery.audience)) in delivery.messages


class Judge(Frozen, dict=True):
    """Judges the people of one send by the patterns that they have."""

    campaign: RenderedCampaign
    crowd: AccountPeople
    part: ListPart
    listed: OpenidList
    """The list that it is sent to."""
    day: date
    """The Beijing day on which it goes out."""
    cap: "Cap | None" = None
    """How many letters a person may have had before this one."""
    frozen: FrozenAudience | None = None
    is_repeated_on_purpose: bool = False
    """Who has this message already gets it again."""

    @cached_property
    def patterns(self) -> list[tuple[Pattern, int]]:
        """The patterns of its own people, and how many have each."""
        return self.crowd.of(self.crowd.mask([self.part]))

    @property
    def is_known(self) -> bool:
        """Whether anybody can look into its list."""
        return self._unproven is None and self.part not in self.crowd.unread

    @property
    def _unproven(self) -> str | None:
        return self.frozen.unproven if self.frozen is not None else None

    @property
    def why_unread(self) -> str | None:
        """Why nobody can look at its people here, or at those whom it takes off; None if they can, or nobody knows.

        A list of openids is no snapshot, and has no other reason than that it is not here.
        """
        if self.listed.audience is None:
            return None
        reasons = map(self.crowd.unread.get, self._looked_into)
        return self._unproven or next(filter(None, reasons), None)

    @property
    def is_read(self) -> bool:
        """Whether its people could be looked at, and those whom it always takes off; all may be erased."""
        unread = self.crowd.unread.keys()
        return self._unproven is None and unread.isdisjoint(self._looked_into)

    @property
    def _looked_into(self) -> tuple[ListPart, ...]:
        excluded = self.frozen.excluded if self.frozen is not None else ()
        return (self.part, *map(ListPart, excluded))

    @property
    def people(self) -> int:
        """How many people were approved, or stayed."""
        return self.listed.count

    @cached_property
    def _others(self) -> list[PastSend]:
        own = self.campaign.name, self.campaign.edition
        return [each for each in self.crowd.deliveries if (each.campaign, each.edition) != own]

    def _counter(self, found: Iterable[PastSend]) -> Callable[[Pattern], int]:
        """Return what counts the sends that reached a person; an edition counts once."""
        parts: dict[tuple[str | None, int], list[ListPart | None]] = {}
        everybody: set[tuple[str | None, int, date]] = set()
        for each in found:
            if each.scope is Scope.ALL:
                # A send of the console has no name: each is one more.
                day = each.first if each.campaign is None else date.min
                everybody.add((each.campaign, each.edition, day))
            else:
                parts.setdefault((each.campaign, each.edition), []).append(each.part)
        masks = [mask for one in parts.values() if (mask := self.crowd.mask(one))]
        return lambda pattern: len(everybody) + sum(1 for mask in masks if pattern & mask)

    @cached_property
    def had(self) -> Callable[[Pattern], int]:
        """Count what a person surely had this month."""
        return self._counter(
            each
            for each in self._others
            if each.reach is Reach.HAS
            and each.is_surely_theirs
            and each.is_within(*month_of(self.day))
        )

    @cached_property
    def has_it(self) -> int | None:
        """Return the bits of parts that have this very message, or may have it; None if everybody has."""
        since = self.day - timedelta(days=SAME_CONTENT_DAYS)
        same = [] if self.is_repeated_on_purpose else self.same_messages
        recent = [each for each in same if each.last >= since]
        if any(each.scope is Scope.ALL for each in recent):
            return None
        return self.crowd.mask(each.part for each in recent)

    @cached_property
    def same_messages(self) -> list[PastSend]:
        """Return the deliveries of this very message by other sends."""
        return [each for each in self._others if is_same_message(self.campaign, each)]

    @cached_property
    def _capped(self) -> Callable[[Pattern], bool]:
        month = self.cap.month if self.cap is not None else None
        week = self.cap.week if self.cap is not None else None
        last = self.day
        in_month = self._counter(e for e in self._others if e.may_be_within(*month_of(self.day)))
        seventh = last - _WEEK + timedelta(days=1)
        in_week = self._counter(e for e in self._others if e.may_be_within(seventh, last))
        return lambda pattern: (
            (month is not None and in_month(pattern) >= month)
            or (week is not None and in_week(pattern) >= week)
        )

    def removal(self, pattern: Pattern) -> Removal | None:
        """Return why people of a pattern are taken off; None if they stay."""
        excluded = self.frozen.excluded if self.frozen is not None else ()
        if pattern & self.crowd.mask(map(ListPart, excluded)):
            return Removal.EXCLUDED
        if self.cap is not None and self._capped(pattern):
            return Removal.CAPPED
        if self.has_it is None or pattern & self.has_it:
            return Removal.HAS_IT
        return None

    @cached_property
    def cut(self) -> Cut:
        """Decide who is taken off: erased people have no pattern any more, the others are judged by theirs."""
        counts = Counter[Removal]()
        taken_off: dict[Pattern, Removal] = {}
        known = sum(count for _, count in self.patterns)
        if self.is_known and self.people > known:
            counts[Removal.ERASED] = self.people - known
        for pattern, count in self.patterns:
            if (why := self.removal(pattern)) is not None:
                taken_off[pattern] = why
                counts[why] += count
        removed = {why: counts[why] for why in Removal if counts[why]}
        own = self.crowd.parts.index(self.part)
        return Cut(self.crowd.parts, own, taken_off, removed, self.people - counts.total())

    @property
    def overlaps(self) -> Iterator[AudienceOverlap]:
        """Return the other sends to lists of its month that reach some of its people."""
        first, last = month_of(self.day)
        own = self.campaign.name
        lists = (each for each in self.crowd.sends if each.scope is Scope.OPENIDS)
        sends: dict[str, list[AnySend]] = {}
        for each in lists:
            if each.campaign not in (None, own) and each.may_be_within(first, last):
                sends.setdefault(str(each.campaign), []).append(each)
        for name, found in sends.items():
            parts = [each.part for each in found]
            mask = self.crowd.mask(parts)
            is_known = None not in parts and self.is_known
            count = sum(count for pattern, count in self.patterns if pattern & mask)
            yield AudienceOverlap(name, count if is_known else None, found[0].kind, found[0].day)

    @property
    def facts(self) -> AudienceFacts:
        """Put together what is shown of its people."""
        frozen, known = self.frozen, self.is_known
        had = Counter[int]()
        for pattern, count in self.patterns:
            had[min(MONTHLY, self.had(pattern))] += count
        at_least = tuple(
            sum(count for times, count in had.items() if times >= least)
            for least in range(MONTHLY + 1)
        )
        has_it = sum(
            count
            for pattern, count in self.patterns
            if self.has_it is None or pattern & self.has_it
        )
        found = [each for each in self.overlaps if each.people != 0]
        found.sort(key=lambda each: (-(each.people or 0), each.campaign))
        return AudienceFacts(
            self.people,
            frozen.change if frozen is not None else None,
            at_least if known else None,
            has_it if known else None,
            tuple(found),
            self.cut.removed,
            self.cut.recipients,
        )


def summary(judges: Sequence[Judge], people: PeopleCounts | None) -> PeopleSummary | None:
    """Say of all lists of a plan together what is known of their people; None if there is none."""
    if not judges or people is None:
        return None
    crowds = list({id(each.crowd): each.crowd for each in judges}.values())
    masks = [
        (crowd, [crowd.mask([each.part]) for each in judges if each.crowd is crowd])
        for crowd in crowds
    ]
    counted = [
        (sum(1 for mask in own if pattern & mask), count)
        for crowd, own in masks
        for pattern, count in crowd.patterns.items()
    ]
    others = sends_by_scope(crowds)
    return PeopleSummary(
        lists=len(judges),
        people=sum(count for times, count in counted if times),
        twice=sum(count for times, count in counted if times > 1),
        had_four=sum(each.facts.had_most for each in judges),
        tags=others[Scope.TAG],
        everybody=others[Scope.ALL],
        accounts=len(crowds),
        unknown=tuple(each.campaign.name for each in judges if not each.is_known),
        missing=next((each.why_unread for each in judges if each.why_unread), None),
    )


def sends_by_scope(crowds: Iterable[AccountPeople]) -> Mapping[Scope, tuple[str, ...]]:
    """Name the sends to tags and to everybody, each once: nobody can compare their people."""
    sends = [each for crowd in crowds for each in crowd.sends]
    return {
        scope: tuple(
            dict.fromkeys(each.campaign or CONSOLE for each in sends if each.scope is scope)
        )
        for scope in (Scope.TAG, Scope.ALL)
    }
