"""All sends of the accounts, side by side: as a page of the server, and as the page of a report in a folder."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, plural_phrase
from massctl.report.report import (
    FEWEST_COMPARED,
    FULL_MAX,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    AudienceKind,
    By,
    Metric,
    Report,
    SendReport,
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
    legend,
    no_charts,
    send_page,
    send_section,
)
from massctl.view.pages.report_table import Writer
from massctl.view.report_document import (
    COLUMNS,
    LISTED_MAX,
    Table,
    send_row,
    sends_table,
    side_by_side,
)
from massctl.view.report_words import (
    SIDE_BY_SIDE,
    audience_words,
    number,
    send_facts,
    sends_counted,
)
from massctl.view.words import recorded

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
        return cls(key if key in COLUMNS else "sent", query.get("order") != "up")

    def sorted(self, sends: Iterable[SendReport]) -> list[SendReport]:
        """Sort sends; those whose number is missing come last, whichever way."""
        keyed = [(COLUMNS[self.key].value(each, self.key), each) for each in sends]
        there = [(value, each) for value, each in keyed if value is not None]
        there.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [each for _, each in there] + [each for value, each in keyed if value is None]


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


def sends_page(
    report: Report, sheet: Sheet, watched: Watched, order: Order, trouble: str | None
) -> str:
    """Return the server's page of all sends, sorted as asked; `trouble` is why ledger or archive cannot be read."""
    unread = f'<p class="faulty" role="alert">{sheet.say(trouble)}</p>' if trouble else ""
    inside = _overview(report, sheet, order, _served_address, REPORT)
    main = f'<div class="report">{unread}{inside}{definitions(sheet)}</div>'
    return _document(report, main, sheet, watched)


def served_send_page(report: Report, send: SendReport, sheet: Sheet, watched: Watched) -> str:
    """Return the server's page of one send."""
    others, preview = sheet.say(Phrase("all sends")), sheet.say(Phrase("its preview"))
    links = [
        f'<a href="{REPORT}">{others}</a>',
        f'<a href="/{written(send.campaign)}">{preview}</a>',
    ]
    return send_page(send, account_of(report, send), sheet, watched, " · ".join(links))


def _served_address(send: SendReport) -> str:
    return f"{REPORT}?{urlencode({'send': send.campaign, 'edition': send.edition})}"


def _in_full(send: SendReport, report: Report, sheet: Sheet, *, is_open: bool) -> str:
    """Return everything about one send, folded unless it is the newest: the page stays short on a phone."""
    opened = " open" if is_open else ""
    facts = " · ".join(map(sheet.say, send_facts(send)))
    return f"""<details class="send-report"{opened}><summary><h2>{written(send.title)}</h2>
<small>{send.ref_date}</small></summary><article id="{written(anchor_of(send))}">
<p class="facts">{facts}</p>{send_section(send, account_of(report, send), sheet, level=3)}</article></details>
"""


def _document(report: Report, main: str, sheet: Sheet, watched: Watched | None) -> str:
    facts = [sheet.say(sends_counted(len(report.sends)))]
    if report.since is not None:
        facts.append(sheet.say(Phrase("since {day}", day=report.since)))
    facts.append(sheet.say(Phrase("made {moment}", moment=recorded(report.now))))
    return document(
        say(Phrase("What sends reached"), sheet.language), facts, main, [], sheet, watched, STYLES
    )


def _overview(
    report: Report, sheet: Sheet, order: Order, address: Address, sort_address: str
) -> str:
    """Return the sentence and each account; links to `sort_address` sort the table: none where it is empty."""
    lead = f'<div class="lead"><p class="sentence">{sheet.say(report.sentence)}</p>{no_charts(sheet)}</div>'
    accounts = []
    for account in report.accounts:
        sends = [each for each in report.sends if each.appid == account.appid]
        said = (
            f"<p>{sheet.say(report_sentence(sends, None))}</p>" if len(report.accounts) > 1 else ""
        )
        heads = [_head(key, sheet, order, sort_address) for key in COLUMNS]
        cards = [
            _chart(account, sends, sheet, address),
            _table(account, order.sorted(sends), sheet, heads, order, address),
            *_groups(account, sends, sheet),
        ]
        at = written(f"account-{account.account}")
        accounts.append(
            f'<section class="account" aria-labelledby="{at}"><h2 id="{at}">{written(account.name)}</h2>'
            f'{said}{as_of(account, sheet)}<div class="cards">{"".join(cards)}</div></section>'
        )
    return lead + "".join(accounts)


def _chart(
    account: AccountReport, sends: Sequence[SendReport], sheet: Sheet, address: Address
) -> str:
    """Return a dot for each send."""
    is_mixed = len({(each.scope, each.tag) for each in sends}) > 1
    days: dict[date, list[Value]] = {}
    for each in sends:
        figure = each.figure(Metric.READ_USER, SIDE_BY_SIDE_DAY)
        if figure.value is not None:
            words = f"{each.ref_date} {each.title}: {number(figure.value)}"
            kind = "part" if is_mixed and each.scope is not AudienceKind.ALL else ""
            days.setdefault(each.ref_date, []).append(
                Value(figure.value, words, kind, link=address(each))
            )
    if sum(map(len, days.values())) < FEWEST_COMPARED or len(days) < 2 or not can_draw():
        return ""
    found = next((each for each in account.breakdowns if each.by is By.AUDIENCE), None)
    # A tag reads less than everybody: sends to different audiences have no median in common.
    alike = (
        [each for each in found.groups if not is_mixed or each.key == AudienceKind.ALL]
        if found is not None
        else []
    )
    middle = alike[0].quartiles.median if alike else None
    name = Phrase("Every send")
    described = Phrase(
        "Readers of each send's first article by the end of day {day}.", day=SIDE_BY_SIDE_DAY
    )
    kinds = {"this": Phrase("to every follower") if is_mixed else Phrase("a send")}
    if is_mixed:
        kinds["part"] = Phrase("to a part of them")
    if middle is not None:
        kinds["median"] = (
            Phrase("the median of those to every follower") if is_mixed else Phrase("the median")
        )
    caption = Caption(
        f"sends-{account.account}", say(name, sheet.language), say(described, sheet.language)
    )
    inside = f"<p>{sheet.say(described)}</p>{legend(kinds, sheet)}{dots(caption, days, middle)}"
    return f'<section class="card wide"><h3>{sheet.say(name)}</h3>{inside}</section>'


def _table(
    account: AccountReport,
    sends: Sequence[SendReport],
    sheet: Sheet,
    heads: Sequence[str],
    order: Order,
    address: Address,
) -> str:
    writer, whole = Writer(sheet), sends_table(sends)
    rows = tuple(send_row(each, address(each)) for each in sends)
    ordered = (list(COLUMNS).index(order.key), "descending" if order.descending else "ascending")
    shown = writer.table(
        Table("sends", whole.heads, rows[:LISTED_MAX], whole.caption), heads, ordered
    )
    if others := rows[LISTED_MAX:]:
        more = Phrase("{sends} more", sends=sends_counted(len(others)))
        rest = writer.table(Table("sends", whole.heads, others, more))
        shown += f'<details><summary class="more">{sheet.say(more)}</summary>{rest}</details>'
    at, name = f"sends-of-{written(account.account)}", sheet.say(Phrase("All sends"))
    return f'<section class="card wide" id="{at}"><h3>{name}</h3>{shown}{writer.notes()}</section>'


def _head(key: str, sheet: Sheet, order: Order, sort_address: str) -> str:
    name = sheet.say(COLUMNS[key].name)
    if not sort_address:
        return name
    is_now = key == order.key
    turned = "up" if is_now and order.descending else "down"
    sign = ("▾" if order.descending else "▴") if is_now else ""
    address = f"{sort_address}?{written(urlencode({'sort': key, 'order': turned}))}"
    return f'<a href="{address}">{name}</a><span aria-hidden="true">{sign}</span>'


def _groups(account: AccountReport, sends: Sequence[SendReport], sheet: Sheet) -> Iterable[str]:
    """Return groups of sends beside each other: the quartiles of each, and of how many."""
    beside = side_by_side(account)
    if beside:
        words = (SIDE_BY_SIDE, *audience_words(account, sends))
        notes = "".join(f'<p class="notes">{sheet.say(each)}</p>' for each in words)
        name = Phrase("Side by side")
        yield f'<div class="beside"><h3>{sheet.say(name)}</h3>{notes}</div>'
    for each in beside:
        yield f'<section class="card">{Writer(sheet).table(each)}</section>'
