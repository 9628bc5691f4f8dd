"""Which approvals a campaign needs, by what its send can do, and which of them are missing.

The comment of a pull request and the guard of a send ask the same two functions.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from msgspec import field
from msgspec.structs import replace

from massctl.model.frozen import Frozen
from massctl.model.message import RenderedCampaign, Window
from massctl.model.phrase import Phrase, enumerated, plural_phrase
from massctl.model.state import State, is_concluded
from massctl.plan.quota import Agenda, Scope, Unit, uses

if TYPE_CHECKING:
    from massctl.model.settings import ApprovalConditions, Policy


class ApprovalFacts(Frozen):
    """What the conditions of approvals ask of a send. An unknown fact counts as true."""

    followers: int | None = None
    """How many may get it; None if they were never counted."""
    is_to_all: bool = True
    """It goes to everybody."""
    shares_its_day: bool = True
    """Another send to everybody is possible on one of its days."""
    has_new_destination: bool = True
    """A tap leads where no sent campaign of the account led, and policy.destinations does not list it."""


class ApprovalCount(Frozen):
    """Approvals that are needed, or missing: a row of policy.approvals whose conditions hold."""

    count: int
    """How many approvals the pull request that brings the lock needs."""
    of: tuple[str, ...] = field(name="from", default=())
    """The logins that count; empty for everybody with Write."""
    why: tuple[str, ...] = ()
    """The conditions that hold, for people; empty where it is needed for every send."""


def required_approvals(policy: "Policy", facts: ApprovalFacts) -> tuple[ApprovalCount, ...]:
    """Return the approvals of each row whose conditions hold; `unlisted: review` asks for one more than they do."""
    rows = [
        ApprovalCount(rule.count, tuple(rule.from_ or ()), tuple(_reasons(rule.when, facts)))
        for rule in policy.approval_rules
        if _holds(rule.when, facts)
    ]
    if policy.destinations.is_reviewed and facts.has_new_destination:
        most = max((each.count for each in rows), default=0)
        rows.append(
            ApprovalCount(
                most + 1, (), (Phrase("a new destination that policy.destinations does not list"),)
            )
        )
    return tuple(rows)


def missing_approvals(
    required: Iterable[ApprovalCount], approvers: Collection[str]
) -> tuple[ApprovalCount, ...]:
    """Return the rows that lack approvals, each with the number that it lacks; `approvers` are those who count."""
    known = {each.casefold() for each in approvers}
    left = [(each, each.count - len(_counting(each, known))) for each in required]
    return tuple(replace(each, count=lacking) for each, lacking in left if lacking > 0)


def missing_words(missing: Sequence[ApprovalCount]) -> Phrase:
    """Say how many approvals are missing, of whom and why; one approval counts for every row."""
    many = plural_phrase("{count} more approval", "{count} more approvals", count=_total(missing))
    return _said(many, missing)


def required_words(required: Sequence[ApprovalCount]) -> Phrase:
    """Say how many approvals are asked for, of whom and why; one approval counts for every row."""
    many = plural_phrase("{count} approval", "{count} approvals", count=_total(required))
    return _said(many, required)


def _total(rows: Sequence[ApprovalCount]) -> int:
    """Return how many people have to approve at least; who is named in two rows may count in both."""
    named = _named(rows)
    everybody = {login for logins in named for login in logins}
    is_apart = len(everybody) == sum(map(len, named))
    return max((sum(named.values()) if is_apart else 0), *(each.count for each in rows))


def _named(rows: Sequence[ApprovalCount]) -> dict[tuple[str, ...], int]:
    """Return how many approvals of which people are needed."""
    found: dict[tuple[str, ...], int] = {}
    for each in rows:
        if each.of:
            found[each.of] = max(each.count, found.get(each.of, 0))
    return found


def _said(many: Phrase, rows: Sequence[ApprovalCount]) -> Phrase:
    reasons = [why for each in rows for why in each.why or (Phrase("every send needs it"),)]
    why = enumerated([*dict.fromkeys(reasons)])
    named = _named(rows)
    if not named:
        return Phrase("{many} ({why})", many=many, why=why)
    if list(named.values()) == [_total(rows)]:
        return Phrase("{many} of {logins} ({why})", many=many, logins=enumerated(*named), why=why)
    parts = [
        Phrase("{count} of {logins}", count=count, logins=enumerated(logins))
        for logins, count in named.items()
    ]
    return Phrase("{many}, among them {named} ({why})", many=many, named=enumerated(parts), why=why)


def _counting(required: ApprovalCount, approvers: set[str]) -> set[str]:
    # A login is the same in capitals and small letters.
    named = {each.casefold() for each in required.of}
    return approvers & named if named else approvers


def _holds(when: "ApprovalConditions", facts: ApprovalFacts) -> bool:
    if when.followers_over is not None and _is_at_most(facts.followers, when.followers_over):
        return False
    if when.new_destination and not facts.has_new_destination:
        return False
    if when.audience and not facts.is_to_all:
        return False
    return facts.shares_its_day or not when.second_this_day


def _is_at_most(followers: int | None, limit: int) -> bool:
    return followers is not None and followers <= limit


def _reasons(when: "ApprovalConditions", facts: ApprovalFacts) -> Iterator[Phrase]:
    """Say the conditions of a row, each of which holds."""
    if when.followers_over is not None and facts.followers is None:
        yield Phrase("its followers were not counted yet")
    elif when.followers_over is not None:
        yield Phrase("more than {limit:,} followers", limit=when.followers_over)
    if when.new_destination:
        yield Phrase("a new destination")
    if when.audience:
        yield Phrase("it goes to everybody")
    if when.second_this_day:
        yield Phrase("another send to everybody on that day")


def shares_its_day(campaign: RenderedCampaign, state: State, agenda: Agenda, now: datetime) -> bool:
    """Return whether another send of the account to everybody stands on a day on which a campaign may go out."""
    days = _days(campaign.window, now)
    others = [*_recorded_days(campaign, state, now), *_coming_days(campaign, state, agenda, now)]
    return any(days & each for each in others)


def _recorded_days(campaign: RenderedCampaign, state: State, now: datetime) -> list[set[date]]:
    own = campaign.name, campaign.edition
    return [
        set(Unit.DAY.between(use.at, use.until))
        for use in uses(state, campaign.appid, now)
        if use.scope is Scope.ALL and (use.campaign, use.edition) != own
    ]


def _coming_days(
    campaign: RenderedCampaign, state: State, agenda: Agenda, now: datetime
) -> list[set[date]]:
    return [
        _days(demand.window, now)
        for demand in agenda.demands
        if demand.appid == campaign.appid
        and demand.scope is Scope.ALL
        and demand.name != campaign.name
        and not is_concluded(state.record(demand.name, demand.edition))
    ]


def _days(window: Window | None, now: datetime) -> set[date]:
    """Return the Beijing days on which something may still go out: today without a window."""
    first, last = (window.not_before, window.not_after) if window is not None else (now, now)
    return set(Unit.DAY.between(max(first, now), last))
