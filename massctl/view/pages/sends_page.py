"""All sends of the accounts, side by side: as a page of the server, and as the page of a report in a folder."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, enumerated, plural_phrase
from massctl.model.statistics import Family
from massctl.plan.quota import Unit
from massctl.report.report import (
    DAYS,
    FEWEST_COMPARED,
    FULL_MAX,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    AllowanceReport,
    AudienceKind,
    Breakdown,
    By,
    Figure,
    Group,
    Metric,
    Report,
    SendReport,
    Standing,
    median_text,
)
from massctl.report.summary import report_sentence
from massctl.view.charts import Caption, Value, can_draw, dots
from massctl.view.i18n import say
from massctl.view.pages.document import REPORT, Watched, document
from massctl.view.pages.markup import Sheet, written
from massctl.view.pages.report_page import (
    STYLES,
    account_of,
    anchor_of,
    as_of,
    definitions,
    facts_of,
    no_charts,
    send_page,
    send_section,
)
from massctl.view.pages.report_table import Cell, Notes, spread, table
from massctl.view.report_words import (
    BY,
    METRIC,
    OLDER,
    SIDE_BY_SIDE,
    STANDING,
    as_of_words,
    audience_name,
    audience_words,
    group_name,
    group_words,
    has_medians,
    number,
    numbers_words,
    outcome_words,
    sends_counted,
)
from massctl.view.words import recorded

LISTED_MAX: Final = 30
"""So many rows of the table of sends are shown at first; the others are folded."""
Address = Callable[[SendReport], str]
"""Where a send is shown in full; empty for one that is not."""


class Order(Frozen):
    """How the table of sends is sorted."""

    key: str = "sent"
    descending: bool = True

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Order":
        """Read it from an address; whatever is not known there is left as it is by default."""
        key = query.get("sort", "")
        return cls(key if key in _COLUMNS else "sent", query.get("order") != "up")


def report_page(report: Report, sheet: Sheet) -> str:
    """Return one file: a send alone, or all sends side by side with the newest ones in full."""
    if len(report.sends) == 1:
        return send_page(report.sends[0], account_of(report, report.sends[0]), sheet, None)
    full = report.sends[:FULL_MAX]

    def address(send: SendReport) -> str:
        return f"#{anchor_of(send)}" if send in full else ""

    overview = _overview(report, sheet, Order(), address, "")
    if not report.sends:
        return _document(report, f'<div class="report">{overview}</div>', sheet, None)
    name = sheet.say(Phrase("The newest sends in full"))
    sections = f'<p class="in-full">{name}</p>' + "".join(
        _in_full(send, report, sheet, is_open=send is full[0]) for send in full
    )
    left = len(report.sends) - len(full)
    if left:
        said = plural_phrase(
            "The newest {shown} are here in full; {count} earlier send is in the table only.",
            "The newest {shown} are here in full; {count} earlier sends are in the table only.",
            count=left,
            shown=len(full),
        )
        sections += f'<p class="notes">{sheet.say(said)}</p>'
    main = f'<div class="report">{overview}{sections}{definitions(sheet)}</div>'
    return _document(report, main, sheet, None)


def sends_page(report: Report, sheet: Sheet, watched: Watched, order: Order, trouble: str | None) -> str:
    """Return the server's page of all sends, sorted as asked; `trouble` is why ledger or archive cannot be read."""
    unread = f'<p class="faulty" role="alert">{sheet.say(trouble)}</p>' if trouble else ""
    inside = _overview(report, sheet, order, _served_address, REPORT)
    main = f'<div class="report">{unread}{inside}{definitions(sheet)}</div>'
    return _document(report, main, sheet, watched)


def served_send_page(report: Report, send: SendReport, sheet: Sheet, watched: Watched) -> str:
    """Return the server's page of one send."""
    others, preview = sheet.say(Phrase("all sends")), sheet.say(Phrase("its preview"))
    links = [f'<a href="{REPORT}">{others}</a>', f'<a href="/{written(send.campaign)}">{preview}</a>']
    return send_page(send, account_of(report, send), sheet, watched, " · ".join(links))


def _served_address(send: SendReport) -> str:
    return f"{REPORT}?{urlencode({'send': send.campaign, 'edition': send.edition})}"


def _in_full(send: SendReport, report: Report, sheet: Sheet, *, is_open: bool) -> str:
    """Return everything about one send, folded unless it is the newest: the page stays short on a phone."""
    opened = " open" if is_open else ""
    facts = " · ".join(facts_of(send, sheet))
    return f"""<details class="send-report"{opened}><summary><h2>{written(send.title)}</h2>
<small>{send.ref_date}</small></summary><article id="{written(anchor_of(send))}">
<p class="facts">{facts}</p>{send_section(send, account_of(report, send), sheet, level=3)}</article></details>
"""


def _document(report: Report, main: str, sheet: Sheet, watched: Watched | None) -> str:
    facts = [sheet.say(sends_counted(len(report.sends)))]
    if report.since is not None:
        facts.append(sheet.say(Phrase("since {day}", day=report.since)))
    facts.append(sheet.say(Phrase("made {moment}", moment=recorded(report.now))))
    return document(say(Phrase("What sends reached"), sheet.language), facts, main, [], sheet, watched, STYLES)


def _overview(report: Report, sheet: Sheet, order: Order, address: Address, sort_address: str) -> str:
    """Return the sentence and each account; links to `sort_address` sort the table: none where it is empty."""
    lead = f'<div class="lead"><p class="sentence">{sheet.say(report.sentence)}</p>{no_charts(sheet)}</div>'
    accounts = []
    for account in report.accounts:
        sends = [each for each in report.sends if each.appid == account.appid]
        said = sheet.say(report_sentence(sends, None)) if len(report.accounts) > 1 else ""
        accounts.append(_account(account, sends, sheet, order, address, sort_address, f"<p>{said}</p>" if said else ""))
    return lead + "".join(accounts)


def _account(
    account: AccountReport,
    sends: Sequence[SendReport],
    sheet: Sheet,
    order: Order,
    address: Address,
    sort_address: str,
    said: str,
) -> str:
    at = written(f"account-{account.account}")
    parts = [_chart(account, sends, sheet, address), _table(account, sends, sheet, order, address, sort_address)]
    told = [_breakdown(each, sheet) for each in account.breakdowns if has_medians(each)]
    if told:
        name = sheet.say(Phrase("Side by side"))
        words = (SIDE_BY_SIDE, audience_words(account))
        notes = "".join(f'<p class="notes">{sheet.say(each)}</p>' for each in words if each is not None)
        parts.append(f'<div class="beside"><h3>{name}</h3>{notes}</div>')
    parts += told
    parts.append(_too_few(account.breakdowns, sheet))
    fresh = as_of(as_of_words(account.freshness), sheet)
    return f"""<section class="account" aria-labelledby="{at}"><h2 id="{at}">{written(account.name)}</h2>
{said}{fresh}{_tiles(account, sheet)}<div class="cards">{"".join(parts)}</div></section>
"""


def _tiles(account: AccountReport, sheet: Sheet) -> str:
    """Return followers, and what the allowance brought."""
    notes, until = Notes(sheet), account.followers.until
    tiles: list[tuple[Phrase, str, str]] = [
        (
            Phrase("followers"),
            notes.figure(account.followers),
            Phrase("at the end of {day}", day=until) if until else "",
        )
    ]
    if account.allowance is not None:
        tiles += _allowance(account.allowance, notes)
    inside = "".join(
        f'<div><dt>{sheet.say(name)}</dt><dd><b>{value}</b><span class="usual">{sheet.say(words)}</span></dd></div>'
        for name, value, words in tiles
    )
    return f'<div class="key"><dl>{inside}</dl>{notes.written()}</div>'


def _allowance(allowance: AllowanceReport, notes: Notes) -> list[tuple[Phrase, str, str]]:
    period = f"{allowance.first:%Y-%m}" if allowance.unit is Unit.MONTH else f"{allowance.first}"
    used = Phrase("{period}, {left} left", period=period, left=allowance.left)
    readers = Phrase("no send that used it has a number of day 7")
    if allowance.readers.value is not None:
        readers = plural_phrase(
            "{readers} readers of the one first article that is counted, by the end of day 7",
            "{readers} readers of {count} first articles by the end of day 7; a person who read two counts twice",
            count=allowance.counted,
            readers=number(allowance.readers.value),
        )
    return [
        (Phrase("allowance used"), f"{allowance.used} / {allowance.limit}", used),
        (Phrase("readers for each send that used it"), _average(allowance.per_use, notes), readers),
    ]


def _average(figure: Figure, notes: Notes) -> str:
    return median_text(figure.value) if figure.value is not None else notes.figure(figure)


def _chart(account: AccountReport, sends: Sequence[SendReport], sheet: Sheet, address: Address) -> str:
    """Return a dot for each send that the family of the newest counted: two families stand in no series."""
    is_older = next((each.is_older for each in sends if each.first is not None), False)
    is_mixed = len({(each.scope, each.tag) for each in sends}) > 1
    days: dict[date, list[Value]] = {}
    for each in (send for send in sends if send.is_older is is_older):
        figure = each.figure(Metric.READ_USER, SIDE_BY_SIDE_DAY)
        if figure.value is not None:
            words = f"{each.ref_date} {each.title}: {number(figure.value)}"
            kind = "part" if is_mixed and each.scope is not AudienceKind.ALL else ""
            days.setdefault(each.ref_date, []).append(Value(figure.value, words, kind, link=address(each)))
    if sum(map(len, days.values())) < FEWEST_COMPARED or len(days) < 2 or not can_draw():
        return ""
    family = Family.OLDER if is_older else Family.NEWER
    found = next((each for each in account.breakdowns if (each.by, each.family) == (By.AUDIENCE, family)), None)
    # A tag reads less than everybody: sends to different audiences have no median in common.
    alike = [each for each in found.groups if not is_mixed or each.key == AudienceKind.ALL] if found is not None else []
    first = alike[0].quartiles if alike else None
    described = Phrase("Readers of each send's first article by the end of day {day}.", day=SIDE_BY_SIDE_DAY)
    name = sheet.say(Phrase("Every send"))
    caption = Caption(
        f"sends-{account.account}", say(Phrase("Every send"), sheet.language), say(described, sheet.language)
    )
    legend = [("this", Phrase("to every follower") if is_mixed else Phrase("a send"))]
    legend += [("part", Phrase("to a part of them"))] if is_mixed else []
    legend += [("median", Phrase("the median of those to every follower") if is_mixed else Phrase("the median"))]
    items = "".join(f'<li class="{kind}">{sheet.say(words)}</li>' for kind, words in legend[: 3 if first else -1])
    drawn = dots(caption, days, first.median if first is not None else None)
    if any(each.first is not None and each.is_older is not is_older for each in sends):
        left = Phrase("Sends that the other family of WeChat's statistics counted are not in the chart.")
        drawn += f'<p class="notes">{sheet.say(left)}</p>'
    inside = f'<p>{sheet.say(described)}</p><ul class="legend">{items}</ul>{drawn}'
    return f'<section class="card wide"><h3>{name}</h3>{inside}</section>'


class _Column(Frozen):
    """A column of the table of sends."""

    name: Phrase
    metric: Metric | None = None
    day: int = 0

    def value(self, send: SendReport, key: str) -> float | str | None:
        """Return what a send is sorted by; None for a number that is missing."""
        if self.metric is not None:
            return send.figure(self.metric, self.day).value
        return send.title.casefold() if key == "title" else send.sent_at.timestamp()


_COLUMNS: Final = {
    "sent": _Column(Phrase("sent")),
    "title": _Column(Phrase("send")),
    **{f"day-{day}": _Column(Phrase("day {day}", day=day), Metric.READ_USER, day) for day in DAYS},
    "read": _Column(Phrase("read rate"), Metric.READ_DELIVERY_RATE, SIDE_BY_SIDE_DAY),
    "finished": _Column(Phrase("read to the end"), Metric.READ_FINISH_RATE, SIDE_BY_SIDE_DAY),
    "shared": _Column(Phrase("shared"), Metric.SHARE_USER, SIDE_BY_SIDE_DAY),
    "followed": _Column(Phrase("followed after reading"), Metric.READ_SUBSCRIBE_USER, SIDE_BY_SIDE_DAY),
}


def _sorted(sends: Sequence[SendReport], order: Order) -> list[SendReport]:
    """Sort sends; those whose number is missing come last, whichever way."""
    column = _COLUMNS[order.key]
    there = [(found, each) for each in sends if (found := column.value(each, order.key)) is not None]
    there.sort(key=lambda pair: pair[0], reverse=order.descending)
    return [each for _, each in there] + [each for each in sends if column.value(each, order.key) is None]


def _table(
    account: AccountReport, sends: Sequence[SendReport], sheet: Sheet, order: Order, address: Address, sort_address: str
) -> str:
    notes = Notes(sheet)
    heads = [_head(key, column, sheet, order, sort_address) for key, column in _COLUMNS.items()]
    rows = [_send_row(each, sheet, notes, address(each)) for each in _sorted(sends, order)]
    first, others = rows[:LISTED_MAX], rows[LISTED_MAX:]
    caption = Phrase(
        "Readers by the end of each day; what else is counted, by the end of day {day}. ▲ more and ▼ less than usual "
        "among the comparable sends before it.",
        day=SIDE_BY_SIDE_DAY,
    )
    name = sheet.say(Phrase("All sends"))
    ordered = (list(_COLUMNS).index(order.key), "descending" if order.descending else "ascending")
    shown = table(sheet.say(caption), heads, first, kind="sends", ordered=ordered)
    if others:
        more = sheet.say(Phrase("{sends} more", sends=sends_counted(len(others))))
        rest = table(more, [sheet.say(each.name) for each in _COLUMNS.values()], others, kind="sends")
        shown += f'<details><summary class="more">{more}</summary>{rest}</details>'
    at = f"sends-of-{written(account.account)}"
    return f'<section class="card wide" id="{at}"><h3>{name}</h3>{shown}{notes.written()}</section>'


def _head(key: str, column: _Column, sheet: Sheet, order: Order, sort_address: str) -> str:
    name = sheet.say(column.name)
    if not sort_address:
        return name
    is_now = key == order.key
    turned = "up" if is_now and order.descending else "down"
    sign = ("▾" if order.descending else "▴") if is_now else ""
    address = f"{sort_address}?{written(urlencode({'sort': key, 'order': turned}))}"
    return f'<a href="{address}">{name}</a><span aria-hidden="true">{sign}</span>'


def _send_row(send: SendReport, sheet: Sheet, notes: Notes, address: str) -> list[Cell]:
    title, hour = written(send.title), f"<small>{send.sent_at:%H:%M}</small>"
    named = f'<a href="{written(address)}">{title}</a>' if address else title
    about = [written(send.campaign), sheet.say(audience_name(send.scope, send.tag))]
    about += [sheet.say(each) for each in (*outcome_words(send), *numbers_words(send))]
    cells = [
        Cell(f'<time datetime="{send.sent_at.isoformat()}">{send.sent_at:%Y-%m-%d} <br>{hour}</time>'),
        Cell(f"{named}<br><small>{' · '.join(about)}</small>", is_number=False),
    ]
    cells += [
        Cell(
            _sign(send, column, sheet) + notes.figure(send.figure(column.metric, column.day), column.metric),
            label=say(column.name, sheet.language),
        )
        for column in _COLUMNS.values()
        if column.metric is not None
    ]
    return cells


_SIGN: Final = {Standing.ABOVE: "▲", Standing.BELOW: "▼"}


def _sign(send: SendReport, column: _Column, sheet: Sheet) -> str:
    """Mark a number that is more or less than usual."""
    there = (each for each in send.comparisons if (each.metric, each.day) == (column.metric, column.day))
    standing = next((each.standing for each in there), None)
    if standing not in _SIGN:
        return ""
    words = sheet.say(STANDING[standing])
    return f'<span class="sign lies-{standing.value}" role="img" aria-label="{words}">{_SIGN[standing]}</span>'


def _too_few(breakdowns: Sequence[Breakdown], sheet: Sheet) -> str:
    """Say for which breakdowns there are too few sends."""
    few = [BY[each.by] for each in breakdowns if each.groups and all(group.quartiles is None for group in each.groups)]
    if not few:
        return ""
    words = Phrase(
        "Too few sends to compare by {what}: a median needs {least}.",
        what=enumerated(list(dict.fromkeys(few))),
        least=FEWEST_COMPARED,
    )
    return f'<p class="notes untold">{sheet.say(words)}</p>'


def _breakdown(breakdown: Breakdown, sheet: Sheet) -> str:
    """Return groups of sends beside each other: the quartiles of each, and of how many."""
    older = f" · {sheet.say(OLDER)}" if breakdown.family is Family.OLDER else ""
    top = max((each.quartiles.upper for each in breakdown.groups if each.quartiles is not None), default=0) * 1.04
    rows = [_group_row(breakdown, each, sheet, top) for each in breakdown.groups]
    heads = ["", *(sheet.say(each) for each in (Phrase("median and middle half"), Phrase("number")))]
    caption = Phrase("{metric} by the end of day {day}", metric=METRIC[breakdown.metric], day=breakdown.day)
    return (
        f'<section class="card"><h4>{sheet.say(BY[breakdown.by])}</h4>'
        f"{table(sheet.say(caption) + older, heads, rows, kind='groups')}</section>"
    )


def _group_row(breakdown: Breakdown, group: Group, sheet: Sheet, top: float) -> list[Cell]:
    drawn = spread(group.quartiles, None, top) if group.quartiles is not None else ""
    return [
        Cell(sheet.say(group_name(breakdown.by, group))),
        Cell(f'{drawn}<span class="usual">{sheet.say(group_words(group, breakdown.metric))}</span>', is_number=False),
        Cell(number(group.count)),
    ]
