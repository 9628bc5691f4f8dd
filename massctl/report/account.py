"""What a report says of a whole account: unfollows around a send, the allowance, and how fresh its numbers are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from massctl.model.ids import AppId
from massctl.model.state import State
from massctl.model.statistics import AccountDay, ArticleDay, Statistics
from massctl.plan.quota import SENDS, Scope, used_in, uses
from massctl.plan.statistics import ARTICLE_DAYS, COUNTED_SINCE
from massctl.report.readings import Readings
from massctl.report.report import (
    AllowanceReport,
    AudienceKind,
    Figure,
    FollowerDay,
    Freshness,
    Missing,
    Origin,
    SendReport,
)
from massctl.report.usual import sums_of_people

DAYS_AROUND = (0, 1, 2)
"""Days after a send on which unfollows are looked at."""
WEEKS_COMPARED = 8
"""Unfollows are compared with those on the same weekday of so many weeks before. Our own bound."""


def follower_days(
    account: Mapping[date, AccountDay], sent: date, until: date
) -> tuple[FollowerDay, ...]:
    """Report who stopped and began to follow on the day of a send and the two after it."""
    return tuple(
        _follower_day(account, after, sent + timedelta(days=after), until) for after in DAYS_AROUND
    )


def _follower_day(
    account: Mapping[date, AccountDay], after: int, day: date, until: date
) -> FollowerDay:
    there = account.get(day)
    joined = there.new_user if there is not None else None
    earlier = [day - timedelta(weeks=week) for week in range(WEEKS_COMPARED, 0, -1)]
    known = {
        each: total for each in earlier if (total := _cancelled(account.get(each))) is not None
    }
    return FollowerDay(
        after,
        day,
        unfollowed_on(account, day, until),
        _total(joined, there, day, until),
        tuple(known),
        sums_of_people(known.values()),
    )


def unfollowed_on(account: Mapping[date, AccountDay], day: date, until: date) -> Figure:
    """Return who stopped following the whole account on a day."""
    there = account.get(day)
    cancelled = there.cancel_user if there is not None else None
    return _total(cancelled, there, day, until)


def _cancelled(day: AccountDay | None) -> int | None:
    if day is None or day.cancel_user is None:
        return None
    return sum(day.cancel_user.values())


def _total(
    by_source: Mapping[int, int] | None, there: AccountDay | None, day: date, until: date
) -> Figure:
    if by_source is not None and there is not None:
        # What WeChat calls late in a day of an account are its readers (getbizsummary), not its followers.
        return Figure(value=sum(by_source.values()), origin=Origin.ACCOUNT, until=day)
    return Figure(origin=Origin.ACCOUNT, missing=_why_missing(there, day, until), until=day)


def _why_missing(there: AccountDay | None, day: date, until: date) -> Missing:
    if day > until:
        return Missing.NOT_YET
    return Missing.NOT_COLLECTED if there is None else Missing.NOT_GIVEN


def followers_of(account: Mapping[date, AccountDay]) -> Figure:
    """Return all followers at the end of the newest day that is known."""
    known = [day for day, row in account.items() if row.cumulate_user is not None]
    if not known:
        return Figure(origin=Origin.ACCOUNT, missing=Missing.NOT_COLLECTED)
    day = max(known)
    return Figure(value=account[day].cumulate_user, origin=Origin.ACCOUNT, until=day)


def _scope(send: SendReport) -> Scope:
    """Return whom a send went to as the allowance counts it: an audience that nobody knows as everybody."""
    return Scope.ALL if send.scope is AudienceKind.UNKNOWN else Scope(send.scope)


def allowance_of(
    state: State, appid: AppId, kind: str | None, now: datetime, sends: Sequence[SendReport]
) -> AllowanceReport | None:
    """Report what is used and left now, and the readers for each shown send that used it; None for an unknown kind."""
    rule = SENDS.get(kind or "")
    if rule is None:
        return None
    first = rule.unit.of(now)
    used = len(used_in(uses(state, appid, now), rule).get(first, ()))
    paid = [each.first for each in sends if each.appid == appid and _scope(each) in rule.scopes]
    known = [value for each in paid if each is not None and (value := each.readers) is not None]
    readers = per_use = Figure(origin=Origin.COMPUTED, missing=Missing.NOTHING_TO_DIVIDE)
    if known:
        readers = Figure(value=sum(known), origin=Origin.COMPUTED)
        per_use = Figure(value=sum(known) / len(known), origin=Origin.COMPUTED)
    left = max(0, rule.limit - used)
    return AllowanceReport(rule.unit, first, rule.limit, used, left, len(known), readers, per_use)


def freshness_of(statistics: Statistics, shown: Iterable[Readings], until: date) -> Freshness:
    """Return as of when the numbers of an account are; `shown` are the articles that WeChat counts."""
    delayed: set[date] = set()
    missing: set[date] = set()
    first: set[date] = set()
    for readings in shown:
        if readings.blocked is not None or readings.ref_date < COUNTED_SINCE:
            continue
        first.add(readings.ref_date)
        last = min(ARTICLE_DAYS, (until - readings.ref_date).days + 1)
        for job in readings.jobs:
            for day in range(1, last + 1):
                row = job.get(day)
                if row is None or row.read_user is None:
                    missing.add(readings.date_of(day))
                elif row.is_delay:
                    delayed.add(row.stat_date)
    asked_at = max(_seen(statistics), default=None)
    complete = min(missing | delayed, default=until + timedelta(days=1)) - timedelta(days=1)
    # Where no article is counted, nothing says that no number is missing.
    known = asked_at is not None and bool(first) and complete >= min(first)
    days = tuple(sorted(delayed)), tuple(sorted(missing))
    return Freshness(asked_at, complete if known else None, *days, statistics.unreadable)


def _seen(statistics: Statistics) -> Iterable[datetime]:
    newest: Iterable[tuple[ArticleDay, ...]] = statistics.articles.values()
    yield from (row.seen_at for rows in newest for row in rows)
    yield from (row.seen_at for row in statistics.account.values())
