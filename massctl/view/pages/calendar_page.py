"""The calendar: a month of windows, sends and frozen days, with what stands in the way."""

from calendar import Calendar
from collections.abc import Sequence
from datetime import date, timedelta

from massctl.model.phrase import BEIJING, AccountKey, Phrase
from massctl.model.settings import MassctlFile
from massctl.model.state import beijing_day
from massctl.plan.quota import AccountAhead
from massctl.plan.schedule import Schedule, ScheduledSend, frozen_days
from massctl.view.pages.document import ANYTHING, CALENDAR, Watched, document
from massctl.view.pages.markup import Sheet
from massctl.view.send_facts import allowance_left, allowance_period
from massctl.view.words import STATUS, WEEKDAYS_SHORT, drift_words

STYLES = ("page.css", "calendar.css")


def calendar_page(
    schedule: Schedule,
    month: date,
    settings: MassctlFile,
    trouble: str | None,
    sheet: Sheet,
    heard: int,
) -> str:
    """Return the page of the month that begins with `month`; days are Beijing days.

    `trouble` is why the ledger cannot be read; `heard` as for `campaign_page`.
    """
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    frozen = frozen_days(settings.policy, weeks[0][0], weeks[-1][-1])
    today = beijing_day(schedule.now)
    turns = (
        ("prev", month - timedelta(days=1), Phrase("the month before")),
        ("next", month + timedelta(days=32), Phrase("the next month")),
    )
    return document(
        "calendar.html.j2",
        Phrase("Calendar"),
        sheet,
        Watched(ANYTHING, heard),
        facts=[Phrase("Beijing time")],
        styles=STYLES,
        trouble=trouble,
        calendar=CALENDAR,
        month=month,
        turns=turns,
        weekdays=WEEKDAYS_SHORT,
        weeks=[[_day(day, month, today, frozen, schedule) for day in week] for week in weeks],
        many=len(settings.accounts) > 1,
        quiet=settings.policy.quiet_hours,
        allowances=allowances_of(schedule.ahead, month),
    )


def _day(
    day: date, month: date, today: date, frozen: frozenset[date], schedule: Schedule
) -> dict[str, object]:
    sends = schedule.on(day)
    kinds = {
        "outside": day.month != month.month,
        "today": day == today,
        "frozen": day in frozen,
        "idle": not (sends or day == today or day in frozen),
    }
    told = [name for name, holds in kinds.items() if holds]
    return {"day": day, "kinds": told, "sends": list(map(_send, sends))}


def _send(send: ScheduledSend) -> dict[str, object]:
    against = [*send.obstacles, *(drift_words(each) for each in send.drifts)]
    kind = "conflict" if against else "out" if send.went_out else "coming"
    status = STATUS[send.status]
    return {
        "of": send,
        "account": AccountKey(send.account) if send.account else "",
        "kind": kind,
        "hours": hours_words(send),
        "status": status,
        "against": against,
    }


def hours_words(send: ScheduledSend) -> str:
    """Write when a send goes out, without its first day, in Beijing time."""
    begins, ends = send.begins.astimezone(BEIJING), send.ends.astimezone(BEIJING)
    if ends == begins:
        return f"{begins:%H:%M}"
    return (
        f"{begins:%H:%M}–{ends:%H:%M}"
        if ends.date() == begins.date()
        else f"{begins:%H:%M}–{ends:%m-%d %H:%M}"
    )


def allowances_of(
    ahead: Sequence[AccountAhead], month: date
) -> list[tuple[AccountKey, str, Phrase]]:
    """List what the allowance of each account holds in this month."""
    return [
        (AccountKey(each.account), allowance_period(span), allowance_left(span))
        for each in ahead
        for span in each.spans
        if (span.first.year, span.first.month) == (month.year, month.month)
    ]
