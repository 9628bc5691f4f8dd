"""What is known about the people of one send, and who of them is taken off before its first attempt.

Everything is arithmetic over the counts of `massctl.plan.account_people`: who gets another send too, who had how many
this month, and who has this very message.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import field

from massctl.model.audience import DatedChange
from massctl.model.batches import OpenidList
from massctl.model.diagnostics import Diagnostic
from massctl.model.entries import AudienceCut
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, prefixed
from massctl.model.message import RenderedCampaign
from massctl.model.state import Record
from massctl.plan.account_people import (
    SAME_CONTENT_DAYS,
    WEEK,
    AccountPeople,
    AnySend,
    FrozenAudience,
    ListPart,
    OverlapKind,
    PastSend,
    Pattern,
    PeopleCounts,
    cell_parts,
    is_same_message,
    month_of,
    sends_by_scope,
)
from massctl.plan.quota import (
    Scope,
    Slot,
    beyond_a_month,
    overlapping_month,
)
from massctl.plan.reach import Reach

if TYPE_CHECKING:
    from massctl.model.settings import Cap

MONTHLY = 4
"""So many letters a month reach a follower of a service account; WeChat keeps a fifth from them.
Source: WeChat docs, "群发规则", read 2026-10."""


class Removal(StrEnum):
    """Why somebody is taken off before the first attempt; of several reasons the first counts."""

    ERASED = "erased"
    EXCLUDED = "excluded"
    CAPPED = "capped"
    HAS_IT = "has_it"


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
        if self.campaign.audience.of is None:
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
    def _bits_with_it(self) -> int | None:
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
        seventh = last - WEEK + timedelta(days=1)
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
        if self._bits_with_it is None or pattern & self._bits_with_it:
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
            count = self._shared(mask) if is_known else None
            yield AudienceOverlap(name, count, found[0].kind, found[0].day)

    @cached_property
    def cells(self) -> dict[CampaignName, int]:
        """Count the people whom another cell of its folder sends to as well, by the cell; no cell without any."""
        counted = {
            name: self._shared(self.crowd.mask([part]))
            for name, part in cell_parts(self.campaign).items()
        }
        return {name: count for name, count in counted.items() if count}

    def _shared(self, mask: int) -> int:
        return sum(count for pattern, count in self.patterns if pattern & mask)

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
            if self._bits_with_it is None or pattern & self._bits_with_it
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
