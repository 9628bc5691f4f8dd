"""The calendar: a month of windows, sends and frozen days, with what stands in the way."""

from calendar import Calendar
from collections.abc import Sequence
from datetime import date, timedelta

from massctl.model.phrase import BEIJING, Phrase
from massctl.model.settings import MassctlFile, QuietHours
from massctl.model.state import beijing_day
from massctl.plan.quota import AccountAhead
from massctl.plan.schedule import Schedule, ScheduledSend, frozen_days
from massctl.view.i18n import say
from massctl.view.pages.document import ANYTHING, CALENDAR, Watched, document
from massctl.view.pages.markup import Sheet, written
from massctl.view.send_block import allowance_left, allowance_period
from massctl.view.words import STATUS, WEEKDAYS_SHORT, drift_words


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
    many = len(settings.accounts) > 1
    head = "".join(f'<th scope="col">{sheet.say(day)}</th>' for day in WEEKDAYS_SHORT)
    today = beijing_day(schedule.now)
    rows = "".join(
        f"<tr>{''.join(_day(day, month, today, frozen, schedule, many, sheet) for day in week)}</tr>\n"
        for week in weeks
    )
    title = f"{month:%Y-%m}"
    unread = f'<p class="faulty" role="alert">{sheet.say(trouble)}</p>' if trouble else ""
    main = f"""<div class="calendar">{unread}
<nav class="months">{_turn(month, -1, sheet)}<h2>{title}</h2>{_turn(month, 1, sheet)}</nav>
<table class="month"><thead><tr>{head}</tr></thead><tbody>
{rows}</tbody></table>
{_rules(settings.policy.quiet_hours, sheet)}{_allowances(schedule.ahead, month, many, sheet)}
</div>"""
    facts = [sheet.say(Phrase("Beijing time"))]
    return document(
        say(Phrase("Calendar"), sheet.language), facts, main, [], sheet, Watched(ANYTHING, heard)
    )


def _turn(month: date, by: int, sheet: Sheet) -> str:
    other = (
        (month - timedelta(days=1)).replace(day=1)
        if by < 0
        else (month + timedelta(days=32)).replace(day=1)
    )
    name = sheet.say(Phrase("the month before") if by < 0 else Phrase("the next month"))
    rel = "prev" if by < 0 else "next"
    return f'<a href="{CALENDAR}?month={other:%Y-%m}" rel="{rel}" title="{name}">{other:%Y-%m}</a>'


def _day(
    day: date,
    month: date,
    today: date,
    frozen: frozenset[date],
    schedule: Schedule,
    many: bool,
    sheet: Sheet,
) -> str:
    sends = schedule.on(day)
    kinds = ["day"]
    kinds += ["outside"] if day.month != month.month else []
    kinds += ["today"] if day == today else []
    kinds += ["frozen"] if day in frozen else []
    kinds += [] if sends or day == today or day in frozen else ["idle"]
    rule = sheet.say(Phrase("frozen"))
    said = f'<span class="rule">{rule}</span>' if day in frozen else ""
    now = ' aria-current="date"' if day == today else ""
    week = sheet.say(WEEKDAYS_SHORT[day.weekday()])
    inside = "".join(_send(each, many, sheet) for each in sends)
    return f"""<td class="{" ".join(kinds)}"{now}><p class="date"><time datetime="{day}"><b>{day.day}</b>
<span class="weekday">{week}</span></time>{said}</p>{inside}</td>"""


def _send(send: ScheduledSend, many: bool, sheet: Sheet) -> str:
    title = written(send.title) or sheet.say(Phrase("a send in the console"))
    if send.campaign is not None:
        title = f'<a href="/{written(send.campaign)}">{title}</a>'
    against = [*send.obstacles, *(drift_words(each) for each in send.drifts)]
    kind = "conflict" if against else "out" if send.went_out else "coming"
    account = (
        f'<span class="account">{written(send.account)}</span> ' if many and send.account else ""
    )
    obstacles = "".join(f'<span class="obstacle">{sheet.say(each)}</span>' for each in against)
    return f"""<p class="send {kind}"><span class="when">{_hours(send)}</span> {account}<strong>{title}</strong>
<span class="status">{sheet.say(STATUS[send.status])}</span>{obstacles}</p>"""


def _hours(send: ScheduledSend) -> str:
    begins, ends = send.begins.astimezone(BEIJING), send.ends.astimezone(BEIJING)
    if ends == begins:
        return f"{begins:%H:%M}"
    return (
        f"{begins:%H:%M}–{ends:%H:%M}"
        if ends.date() == begins.date()
        else f"{begins:%H:%M}–{ends:%m-%d %H:%M}"
    )


def _rules(quiet: QuietHours | None, sheet: Sheet) -> str:
    if quiet is None:
        return ""
    say = Phrase(
        "quiet hours: {begin} to {end}, {zone}",
        begin=quiet.from_,
        end=quiet.to,
        zone=quiet.timezone,
    )
    return f'<p class="rules">{sheet.say(say)}</p>'


def _allowances(ahead: Sequence[AccountAhead], month: date, many: bool, sheet: Sheet) -> str:
    """List what the allowance of each account holds in this month."""
    rows = [
        f"<li>{written(f'{each.account} · ') if many else ''}{written(allowance_period(span))} · "
        f"{sheet.say(allowance_left(span))}</li>"
        for each in ahead
        for span in each.spans
        if (span.first.year, span.first.month) == (month.year, month.month)
    ]
    if not rows:
        return ""
    name = sheet.say(Phrase("allowance"))
    return f'<section class="notes allowance"><h2>{name}</h2><ul>{"".join(rows)}</ul></section>'
