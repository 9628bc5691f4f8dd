"""What campaigns ask of an account's allowance, the rules that they meet there, and what is said of each. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from massctl.model.moment import BEIJING
from massctl.model.names import AccountName, AppId, CampaignName
from massctl.model.preview_days import beijing_day
from massctl.model.rendered import RenderedCampaign, Window
from massctl.model.state import Record
from massctl.plan.used import Scope, Tag, Unit, scope_of
from massctl.plan.window import next_moment

if TYPE_CHECKING:
    from massctl.model.account import Policy
    from massctl.model.campaign import Audience

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
