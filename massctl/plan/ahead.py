"""What the accounts' allowance holds for the next days: what is used, which campaigns come, and what is left."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from massctl.model.names import AccountName, AppId, CampaignName
from massctl.model.preview_days import beijing_day
from massctl.model.state import State
from massctl.plan.allowance import Agenda, Ledgered
from massctl.plan.demand import CALLS, DAYS_AHEAD, SENDS, Rule
from massctl.plan.used import Unit, calls_by_day, calls_used_up, used_in, withdrawals_by_day, withdrawals_used_up
from massctl.plan.withdrawals import WITHDRAWALS_A_DAY, withdrawable, withdrawals_left

if TYPE_CHECKING:
    from massctl.model.account import Policy


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
