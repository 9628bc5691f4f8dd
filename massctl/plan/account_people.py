"""The people of an account's sends: what went out, what is to come, and how many people are in which lists.

Openids stay behind `PeopleCounts`, which says of several lists how many people are in which of them. They are counted
once for an account; everything else is arithmetic over these numbers (`massctl.plan.people_judge`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import field
from msgspec.structs import replace

from massctl.model.audience import DatedChange
from massctl.model.batches import OpenidList
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, CampaignName, Sha256, unprefixed
from massctl.model.message import RenderedCampaign, message_digest_to
from massctl.model.state import Record, State, beijing_day
from massctl.plan.quota import (
    Calendar,
    Scope,
    Unit,
    batches_left,
    recorded_scope,
    records_since,
    sent_list,
)
from massctl.plan.reach import BatchReach, Reach, reach

if TYPE_CHECKING:
    from massctl.model.settings import Cap

SAME_CONTENT_DAYS = 90
"""How long an equal message to the same people is taken for a mistake. Our own rule, docs/reference/format.md."""
WEEK = timedelta(days=7)
"""As long as a cap of a week counts back."""
CONSOLE = "群发"
"""What stands for a send in the console, which has no name."""


class ListPart(Frozen):
    """Some of the people of a list."""

    sha256: Sha256
    """Names the list."""
    batches: tuple[int, ...] | None = None
    """Those of these batches; None for all of them."""
    places: tuple[int, int] | None = None
    """Those in these places of it, from the first, from 0, to before the last; batches count from there."""

    @classmethod
    def of(cls, listed: OpenidList) -> "ListPart":
        """Return the people whom a list names: those of a snapshot, or of one part of it."""
        is_part = listed.whole is not None
        places = (listed.places.start, listed.places.stop) if is_part else None
        return cls(listed.sha256, None, places)

    @classmethod
    def recorded(cls, audience: Mapping[str, Any], batches: tuple[int, ...] | None) -> "ListPart":
        """Return the people of batches of a list, as an attempt wrote it."""
        name, first = unprefixed(str(audience["sha256"])), audience.get("first")
        if first is None:
            return cls(name, batches)
        return cls(name, batches, (first - 1, first - 1 + int(audience["count"])))


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

    def declared(self, name: CampaignName) -> ListPart | None:
        """Return who is on the list of a campaign that was not rendered; None if it has none that can be read."""

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
    """Of the list; none: all of them."""

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
                    batches=_batches_of(record, batches),
                )
            )
    return [each for each in found if each.last >= since]


def erased_of(
    campaign: RenderedCampaign, record: Record, people: PeopleCounts | None, now: datetime
) -> ErasedPeople | ErasureUnread | None:
    """Return who of a list of openids was erased and would get it; an audience leaves them out by itself."""
    listed = campaign.openid_list
    if people is None or listed is None or campaign.audience.of is not None:
        return None
    left = [each for each in batches_left(campaign, record) if each is not None]
    return people.erased_among(listed.sha256, left, now)


def looked_into(delivery: PastSend, people: PeopleCounts) -> PastSend:
    """Find out who got it, where that is a list that can be looked into."""
    name, reached = delivery.campaign, delivery.reached
    if name is None or delivery.scope is not Scope.OPENIDS or not people.holds(name, reached):
        return delivery
    return replace(delivery, part=ListPart.recorded(reached, delivery.batches or None))


def _batches_of(record: Record, batches: Sequence[BatchReach]) -> tuple[int, ...]:
    """Number batches; none where a person told of a send that massctl never tried: it went to the whole list."""
    is_told = record.imported is not None and not record.not_refused
    return () if is_told else tuple(each.batch for each in batches)


def as_cut(audience: Mapping[str, Any], record: Record) -> Mapping[str, Any]:
    """Name those who stayed, where people were taken off the audience that an attempt wrote down."""
    cut = record.cut
    if cut is None or audience.get("sha256") != cut.snapshot:
        return audience
    kept = {key: value for key, value in audience.items() if key != "first"}
    return {**kept, "sha256": cut.kept_snapshot, "count": cut.kept}


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


AnySend = Coming | PastSend


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


def crowd_of(
    people: PeopleCounts,
    state: State,
    calendar: Calendar,
    appid: AppId,
    campaigns: Sequence[RenderedCampaign],
    now: datetime,
) -> AccountPeople:
    """Count the people of campaigns of one account, of what went out, and of what is still to come, in one pass."""
    month = min(Unit.MONTH.of(now), beijing_day(now - WEEK))
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
    cells = [part for each in campaigns for part in cell_parts(each).values()]
    return AccountPeople.counted(people, sent, coming, [*own.values(), *others, *excluded, *cells])


def cell_parts(campaign: RenderedCampaign) -> dict[CampaignName, ListPart]:
    """Return the lists of the other cells of its folder that send from its account."""
    cells = campaign.family.cells if campaign.family is not None else ()
    return {
        each.name: ListPart.of(each.openid_list)
        for each in cells
        if each.openid_list is not None
        and each.appid == campaign.appid
        and each.name != campaign.name
    }


def own_part(campaign: RenderedCampaign, state: State) -> ListPart:
    """Return the people whom a campaign goes to, those of batches that went out too: so they are counted once."""
    record = state.record(campaign.name, campaign.edition)
    listed = sent_list(campaign, record)
    if listed is None:
        raise ValueError("only a list has people")
    return ListPart.of(listed)


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
            part = people.declared(demand.name)
        yield Coming(demand.name, demand.scope, day, part)


def is_same_message(campaign: RenderedCampaign, delivery: PastSend) -> bool:
    """Return whether a delivery brought this very message, whoever got it."""
    if not delivery.messages:
        return False
    if campaign.message_digest in delivery.messages:
        return True
    return message_digest_to(campaign, dict(delivery.audience)) in delivery.messages


def sends_by_scope(crowds: Iterable[AccountPeople]) -> Mapping[Scope, tuple[str, ...]]:
    """Name the sends to tags and to everybody, each once: nobody can compare their people."""
    sends = [each for crowd in crowds for each in crowd.sends]
    return {
        scope: tuple(
            dict.fromkeys(each.campaign or CONSOLE for each in sends if each.scope is scope)
        )
        for scope in (Scope.TAG, Scope.ALL)
    }
