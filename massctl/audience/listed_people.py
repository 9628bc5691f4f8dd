"""Who is in which list: what `massctl.plan.people_judge` asks of people, answered over lists and snapshots.

Nothing is read before a plan asks, and a plan without lists asks nothing. What comes out are numbers, but for `kept`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from massctl.audience.lock_check import lock_fault
from massctl.audience.member_sets import Members, MemberSets
from massctl.errors import MassctlError, SnapshotError
from massctl.model.audience import AudienceChange, DatedChange
from massctl.model.batches import BATCH_MAX, batch_places
from massctl.model.campaign import parse_offset_time
from massctl.model.ids import CAMPAIGNS, CampaignName, Sha256, unprefixed
from massctl.model.state import beijing_day
from massctl.plan.account_people import (
    ErasedPeople,
    ErasureUnread,
    FrozenAudience,
    ListPart,
    Pattern,
)
from massctl.plan.people_judge import Cut
from massctl.render.openid_list import find_openids
from massctl.source.loader import WorkingTree
from massctl.source.repository import UnreadableError

if TYPE_CHECKING:
    from massctl.audience.erased_people import Marks, ReadMarks
    from massctl.audience.snapshots import Snapshots
    from massctl.model.audience import AudienceLock

MERGED_MAX = 500_000
"""So many openids of lists are counted in a walk; more are counted by the embedded database, if it is installed."""


class ListedPeople(Struct, dict=True):
    """Counts people of the tree's lists and of snapshots; implements `massctl.plan.account_people.PeopleCounts`."""

    tree: WorkingTree
    open_sets: Callable[[], MemberSets]
    """Opens the sets that people are counted in; whoever gives it closes them."""
    snapshots: "Callable[[], Snapshots] | None" = None
    """Opens the place of snapshots; raises a MassctlError where none can be read here."""
    marks: "Callable[[], Marks | None]" = lambda: None
    """Opens the marks of erased people, None where nobody was; raises a SnapshotError where none can be read here."""
    batch_max: int = BATCH_MAX
    _counted: dict[tuple[ListPart, ...], Mapping[Pattern, int]] = field(default_factory=dict)
    _opened: dict[Sha256, Members | str | None] = field(default_factory=dict)
    """What was read, or why it cannot be read; None without a place of snapshots."""
    _lock_faults: dict[str, str | None] = field(default_factory=dict)
    """By audience, why its lock is not what a freeze wrote."""
    _marks: "Marks | None" = None
    _marked: "tuple[datetime, ReadMarks | ErasureUnread | None] | None" = None
    """The marks as they were at the moment that was asked for last."""

    def declared(self, name: CampaignName) -> ListPart | None:
        """Return the people on the list of a campaign that was not rendered; read it, if nobody did."""
        file = self.tree.campaign(name).file
        if file is None:
            return None
        if file.audience.of is not None:
            found = self.tree.audiences.audience(file.audience.of)
            lock = found.lock if found is not None else None
            return ListPart.of(file.audience.part_of(lock.openid_list)) if lock else None
        written = file.audience.openids
        sha256 = self._listed(name, written) if written is not None else None
        return ListPart(sha256) if sha256 is not None else None

    def holds(self, campaign: CampaignName, audience: Mapping[str, Any]) -> bool:
        """Return whether a list that a send went to is here: in the tree as it was, or as a snapshot."""
        sha256 = unprefixed(str(audience.get("sha256", "")))
        if not sha256:
            return False
        written = audience.get("openids")
        if not isinstance(written, str):
            return isinstance(self._snapshot(sha256), Members)
        if sha256 in self._stores:
            return True
        if campaign not in self.tree.repository.campaign_folders.names:
            return False
        return self._listed(campaign, written) == sha256

    def why_unread(self, sha256: Sha256) -> str | None:
        """Return why a snapshot cannot be read here; None if it can, and for a list."""
        found = None if sha256 in self._stores else self._snapshot(sha256)
        return found if isinstance(found, str) else None

    def frozen(self, audience: str) -> FrozenAudience | None:
        """Return what an audience asks for, and how it came to be."""
        found = self.tree.audiences.audience(audience)
        if found is None or found.file is None or found.lock is None:
            return None
        others = map(self.tree.audiences.audience, found.file.exclude)
        known = [each for each in others if each is not None]
        locks = [each.lock for each in known if each.lock is not None]
        return FrozenAudience(
            found.file.cap,
            tuple(each.openid_list.sha256 for each in locks),
            _dated(found.lock.change),
            next(filter(None, map(self._lock_fault, [found.lock, *locks])), None),
        )

    def erased_among(
        self, sha256: Sha256, batches: Sequence[int], now: datetime
    ) -> ErasedPeople | ErasureUnread | None:
        """Compare batches of a list with the marks as they are now; needs no database."""
        store, marked = self._stores.get(sha256), self._marked_at(now)
        if isinstance(marked, ErasureUnread):
            return marked
        if store is None or marked is None:
            return None
        listed = chain.from_iterable(map(store.batch, batches))
        if not (found := marked.among(listed)):
            return None
        return ErasedPeople(len(found), f"{CAMPAIGNS}/{store.path}", store.lines_of(found))

    def _marked_at(self, now: datetime) -> "ReadMarks | ErasureUnread | None":
        if self._marked is None or self._marked[0] != now:
            self._marked = now, self._marked_now()
        return self._marked[1]

    def _marked_now(self) -> "ReadMarks | ErasureUnread | None":
        try:
            self._marks = self._marks or self.marks()
            return self._marks.read() if self._marks is not None else None
        except SnapshotError as error:
            return ErasureUnread(error.summary, error.hint)

    def reads(self, sha256: Sha256) -> bool:
        """Return whether a list was read, or a snapshot can be."""
        return sha256 in self._stores or isinstance(self._snapshot(sha256), Members)

    def counted(self, parts: Sequence[ListPart]) -> Mapping[Pattern, int]:
        """Count the people of parts by the pattern of those that they are in, in one pass."""
        key = tuple(parts)
        if key not in self._counted:
            self._counted[key] = self._count(key)
        return self._counted[key]

    def kept(self, cut: Cut) -> Members:
        """Return those who stay on a list after a cut, in their order; raise a MassctlError if nobody can look."""
        everybody = list(self._numbered(cut.parts))
        off = list(cut.taken_off)
        return self.sets.keep_unmatched(everybody, cut.own, off, len(cut.parts))

    def openids(self, part: ListPart) -> Iterator[str] | None:
        """Yield the people of a part, for a file that a person asked for; None if nobody can look."""
        found = [members for _, members in self._numbered([part])]
        if not found:
            return None
        read = map(self.sets.openids, found)
        return chain.from_iterable(read)

    @property
    def _stores(self) -> Mapping[str, Any]:
        return self.tree.openid_lists.stores

    @cached_property
    def sets(self) -> MemberSets:
        """Open the sets of what is read here, once."""
        return self.open_sets()

    @cached_property
    def _place(self) -> "Snapshots | str | None":
        """The place of snapshots, or why none can be read here."""
        try:
            return self.snapshots() if self.snapshots is not None else None
        except MassctlError as error:
            return error.summary

    def _snapshot(self, sha256: Sha256) -> Members | str | None:
        """Open a snapshot once; return why it cannot be read."""
        if sha256 not in self._opened:
            self._opened[sha256] = self._open(sha256)
        return self._opened[sha256]

    def _open(self, sha256: Sha256) -> Members | str | None:
        place = self._place
        if place is None or isinstance(place, str):
            return place
        try:
            return place.open(self.sets, sha256)
        except MassctlError as error:
            return error.summary

    def _lock_fault(self, lock: "AudienceLock") -> str | None:
        """Return why a lock is not what a freeze wrote; None where it is, or where nobody can look."""
        place = self._place
        if place is None or isinstance(place, str):
            return None
        if lock.audience not in self._lock_faults:
            fault = lock_fault(lock, place, self.sets, self._snapshot)
            self._lock_faults[lock.audience] = fault
        return self._lock_faults[lock.audience]

    def _listed(self, name: CampaignName, written: str) -> Sha256 | None:
        folder = self.tree.repository.folder(name)
        with suppress(UnreadableError):
            found = find_openids(written, folder, self.tree).openid_list
            return found.sha256 if found is not None else None
        return None

    def _count(self, parts: Sequence[ListPart]) -> Mapping[Pattern, int]:
        stores = self._stores
        listed = [stores[each.sha256].count for each in parts if each.sha256 in stores]
        are_lists = len(listed) == len(parts) and not any(each.places for each in parts)
        if are_lists and sum(listed) <= MERGED_MAX:
            return self._walked(parts)
        numbered = list(self._numbered(parts))
        return self.sets.patterns(numbered, len(parts))

    def _walked(self, parts: Sequence[ListPart]) -> Mapping[Pattern, int]:
        streams = [self._members(part, 1 << bit) for bit, part in enumerate(parts)]
        counts = Counter[Pattern]()
        for _, group in groupby(merge(*streams), key=itemgetter(0)):
            counts[sum(bit for _, bit in group)] += 1
        return counts

    def _members(self, part: ListPart, bit: int) -> Iterator[tuple[str, int]]:
        openids = self._stores[part.sha256].in_order(part.batches)
        return ((openid, bit) for openid in openids)

    def _numbered(self, parts: Sequence[ListPart]) -> Iterator[tuple[int, Members]]:
        """Return the sets of each part with its number; nobody can look into a part that has none."""
        for number, part in enumerate(parts):
            members = self._set(part.sha256)
            if not isinstance(members, Members):
                continue
            if part.batches is None and part.places is None:
                yield number, members
                continue
            start, end = part.places or (0, self.sets.places(members))
            for places in batch_places(range(start, end), part.batches, self.batch_max):
                yield number, self.sets.part(members, places)

    def _set(self, sha256: Sha256) -> Members | str | None:
        if sha256 not in self._stores:
            return self._snapshot(sha256)
        if sha256 not in self._opened:
            # A list keeps its own order, which is that of its batches.
            openids = self._stores[sha256].openids()
            self._opened[sha256] = self.sets.in_given_order(openids)
        return self._opened[sha256]


def _dated(change: AudienceChange | None) -> DatedChange | None:
    since = parse_offset_time(change.since_at) if change is not None else None
    if change is None or since is None:
        return None
    return DatedChange(change.added, change.removed, beijing_day(since))
