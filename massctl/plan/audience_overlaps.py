"""How many people the audiences and the sends of a month have in common, account by account."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import combinations

from msgspec.structs import replace

from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId, Sha256
from massctl.model.state import State
from massctl.plan.account_people import (
    AccountPeople,
    AnySend,
    Coming,
    ListPart,
    OverlapKind,
    PeopleCounts,
    coming_sends,
    deliveries,
    looked_into,
    month_of,
    sends_by_scope,
)
from massctl.plan.people_judge import PeopleSummary
from massctl.plan.quota import Calendar, Scope

_PREFIX = "sha256:"


class MonthList(Frozen):
    """The people of one send of the month, or of an audience that no such send goes to."""

    name: str
    """The campaign, or the audience."""
    account: AccountName
    """Whose followers they are."""
    people: int | None
    """How many they are; null if nobody can know here."""
    day: date | None = None
    """The Beijing day of the send, YYYY-MM-DD; null for an audience."""
    kind: OverlapKind | None = None
    """Whether the send is still to come; null for an audience."""
    audience: str | None = None
    """The audience whose newest snapshot this is."""

    def is_named(self, names: Iterable[str]) -> bool:
        """Return whether one of some names is this campaign, its folder, or its audience."""
        return not {self.name, self.name.partition("@")[0], self.audience}.isdisjoint(names)


class SharedPeople(Frozen):
    """How many people are in both of two lists."""

    one: str
    """A send, or an audience."""
    other: str
    """Another one."""
    people: int | None
    """How many; null if nobody can know, as between two accounts."""


class MonthOverlaps(Frozen):
    """What the lists of a month have in common."""

    month: date
    """Its first day."""
    lists: tuple[MonthList, ...]
    pairs: tuple[SharedPeople, ...]
    """Each two of the lists, most people first."""
    summary: PeopleSummary


class AccountMonth(Frozen):
    """One account's people of a month, counted in one pass."""

    account: AccountName
    crowd: AccountPeople
    audiences: Mapping[str, Sha256]
    """The newest snapshot of each audience."""

    def lists(self) -> Iterator[tuple[MonthList, int]]:
        """Return the sends, and the audiences that none of them goes to, each with its bits."""
        sends: dict[str, list[AnySend]] = {}
        used = set[str | None]()
        for each in self.crowd.sends:
            if each.campaign is not None and each.scope is Scope.OPENIDS:
                sends.setdefault(each.campaign, []).append(each)
        newest = {
            sha256: self._counted(
                MonthList(name, self.account, None, audience=name), [ListPart(sha256)]
            )
            for name, sha256 in self.audiences.items()
        }
        for name, found in sends.items():
            parts = [each.part for each in found]
            told = MonthList(name, self.account, None, found[0].day, found[0].kind)
            send, mask = self._counted(told, parts)
            for sha256, (audience, _) in newest.items():
                is_whole = send.people == audience.people
                if is_whole and any(each and each.sha256 == sha256 for each in parts):
                    send = replace(send, audience=audience.name)
            yield send, mask
            used.add(send.audience)
        yield from (each for each in newest.values() if each[0].name not in used)

    def _counted(self, told: MonthList, parts: Sequence[ListPart | None]) -> tuple[MonthList, int]:
        if not self.crowd.unread.keys().isdisjoint(parts) or None in parts:
            return told, 0
        mask = self.crowd.mask(parts)
        return replace(told, people=sum(count for _, count in self.crowd.of(mask))), mask


def account_month(
    people: PeopleCounts,
    state: State,
    calendar: Calendar,
    account: tuple[AppId, AccountName],
    audiences: Mapping[str, Sha256],
    day: date,
    now: datetime,
) -> AccountMonth:
    """Count the people of an account's audiences, and of its sends in the month of a day, in one pass."""
    appid, name = account
    month = month_of(day)
    sent = tuple(
        looked_into(each, people)
        for each in deliveries(state, appid, month[0], now)
        if each.may_be_within(*month)
    )
    coming = tuple(
        _without_removed(each, state)
        for each in coming_sends(people, calendar, {}, now)
        if each.may_be_within(*month)
    )
    every: list[AnySend] = [*sent, *coming]
    parts = [each.part for each in every if each.part is not None]
    crowd = AccountPeople.counted(
        people, sent, coming, [*parts, *map(ListPart, audiences.values())]
    )
    return AccountMonth(name, crowd, audiences)


def _without_removed(coming: Coming, state: State) -> Coming:
    """Name those who stayed, where people were taken off the list of a send that has begun."""
    for record in state.editions(coming.campaign):
        cut, part = record.cut, coming.part
        if cut is not None and part is not None and cut.snapshot == f"{_PREFIX}{part.sha256}":
            return replace(coming, part=ListPart(Sha256(cut.kept_snapshot.removeprefix(_PREFIX))))
    return coming


def month_overlaps(
    accounts: Sequence[AccountMonth], month: date, names: frozenset[str]
) -> MonthOverlaps:
    """Compare each two lists of a month; with names only those pairs of which one is named."""
    listed = [(each, *found) for each in accounts for found in each.lists()]
    shared = _shared(listed)
    pairs = tuple(
        SharedPeople(one.name, other.name, _both(one, other, shared))
        for (_, one, _), (_, other, _) in combinations(listed, 2)
        if not names or one.is_named(names) or other.is_named(names)
    )
    told = {each.one for each in pairs} | {each.other for each in pairs}
    lists = tuple(each for _, each, _ in listed if each.name in told or not names)
    return MonthOverlaps(
        month,
        lists,
        tuple(sorted(pairs, key=lambda each: (-(each.people or 0), each.one, each.other))),
        _summary(accounts, listed),
    )


_Listed = Sequence[tuple[AccountMonth, MonthList, int]]


def _shared(listed: _Listed) -> Counter[tuple[str, str]]:
    """Count the people of each two lists of one account that have any in common."""
    shared = Counter[tuple[str, str]]()
    for account in {id(each): each for each, _, _ in listed}.values():
        own = [(each.name, mask) for of, each, mask in listed if of is account and mask]
        for pattern, count in account.crowd.patterns.items():
            inside = [name for name, mask in own if pattern & mask]
            for pair in combinations(inside, 2):
                shared[pair] += count
    return shared


def _both(one: MonthList, other: MonthList, shared: Counter[tuple[str, str]]) -> int | None:
    is_known = one.people is not None and other.people is not None
    return shared[one.name, other.name] if is_known and one.account == other.account else None


def _summary(accounts: Sequence[AccountMonth], listed: _Listed) -> PeopleSummary:
    times = Counter[int]()
    for account in accounts:
        masks = [mask for of, _, mask in listed if of is account]
        for pattern, count in account.crowd.patterns.items():
            times[sum(1 for mask in masks if pattern & mask)] += count
    scopes = sends_by_scope(each.crowd for each in accounts)
    unknown = tuple(each.name for _, each, _ in listed if each.people is None)
    return PeopleSummary(
        lists=len(listed),
        people=times.total() - times[0],
        twice=times.total() - times[0] - times[1],
        had_four=0,
        tags=scopes[Scope.TAG],
        everybody=scopes[Scope.ALL],
        accounts=len({each.account for _, each, _ in listed}),
        unknown=unknown,
        missing=next((why for each in accounts for why in each.crowd.unread.values() if why), None),
    )
