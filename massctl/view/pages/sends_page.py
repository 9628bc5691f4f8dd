"""All sends of the accounts, side by side: as a page of the server, and as the page of a report in a folder."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from markupsafe import Markup
from msgspec.structs import replace

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
from massctl.view.pages.document import REPORT, Watched
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import (
    account_of,
    anchor_of,
    as_of,
    report_document,
    send_page,
    send_shown,
)
from massctl.view.report_document import COLUMNS, LISTED_MAX, send_row, sends_table, side_by_side
from massctl.view.report_words import (
    SIDE_BY_SIDE,
    audience_words,
    number,
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
    anchors = {anchor_of(each) for each in full}

    def address(send: SendReport) -> str:
        anchor = anchor_of(send)
        return f"#{anchor}" if anchor in anchors else ""

    left = plural_phrase(
        "The newest {shown} are here in full; {count} earlier send is in the table only.",
        "The newest {shown} are here in full; {count} earlier sends are in the table only.",
        count=len(report.sends) - len(full),
        shown=len(full),
    )
    sections = [send_shown(each, sheet) for each in full] if full else None
    more = left if len(report.sends) > len(full) else ""
    return _document(report, sheet, None, Order(), address, full=sections, left=more)


def sends_page(
    report: Report, sheet: Sheet, watched: Watched, order: Order, trouble: str | None
) -> str:
    """Return the server's page of all sends, sorted as asked; `trouble` is why ledger or archive cannot be read."""
    return _document(report, sheet, watched, order, _served_address, full=(), trouble=trouble)


def served_send_page(report: Report, send: SendReport, sheet: Sheet, watched: Watched) -> str:
    """Return the server's page of one send."""
    links = {REPORT: Phrase("all sends"), f"/{send.campaign}": Phrase("its preview")}
    link = Markup('<a href="{}">{}</a>')
    more = [link.format(address, sheet.say(name)) for address, name in links.items()]
    return send_page(send, account_of(report, send), sheet, watched, more)


def _served_address(send: SendReport) -> str:
    return f"{REPORT}?{urlencode({'send': send.campaign, 'edition': send.edition})}"


def _document(
    report: Report,
    sheet: Sheet,
    watched: Watched | None,
    order: Order,
    address: Address,
    *,
    full: Sequence[object] | None,
    left: str = "",
    trouble: str | None = None,
) -> str:
    """Return the page of all sends; `full` are those shown in full, and None where nothing went out."""
    facts: list[str] = [sends_counted(len(report.sends))]
    if report.since is not None:
        facts.append(Phrase("since {day}", day=report.since))
    facts.append(Phrase("made {moment}", moment=recorded(report.now)))
    sorts = _sorts(order, REPORT if watched is not None else "")
    return report_document(
        say(Phrase("What sends reached"), sheet.language),
        facts,
        sheet,
        watched,
        trouble=trouble,
        sentence=report.sentence,
        accounts=[_account(each, report, sheet, order, address, sorts) for each in report.accounts],
        full=full,
        left=left,
    )


def _account(
    account: AccountReport,
    report: Report,
    sheet: Sheet,
    order: Order,
    address: Address,
    sorts: Sequence[Mapping[str, str]],
) -> dict[str, object]:
    """Return an account and its sends: a dot for each, their table, and groups of them."""
    sends = [each for each in report.sends if each.appid == account.appid]
    rows = tuple(send_row(each, address(each)) for each in order.sorted(sends))
    whole = sends_table(())
    others = rows[LISTED_MAX:]
    more = Phrase("{sends} more", sends=sends_counted(len(others)))
    return {
        "of": account,
        "sentence": report_sentence(sends, None) if len(report.accounts) > 1 else "",
        "as_of": as_of(account, sheet),
        "chart": _chart(account, sends, sheet, address),
        "sends": replace(whole, rows=rows[:LISTED_MAX]),
        "sorts": sorts,
        "others": replace(whole, rows=others, caption=more),
        "groups": side_by_side(account),
        "about_groups": (SIDE_BY_SIDE, *audience_words(account, sends)),
    }


def _sorts(order: Order, address: str) -> list[dict[str, str]]:
    """Return for each column how it is sorted now, and the address that sorts by it, where there is one."""
    sorts = []
    for key in COLUMNS:
        is_now = key == order.key
        query = {"sort": key, "order": "up" if is_now and order.descending else "down"}
        now = "descending" if order.descending else "ascending"
        sorts.append(
            {
                "now": now if is_now else "",
                "sign": ("▾" if order.descending else "▴") if is_now else "",
                "address": f"{address}?{urlencode(query)}" if address else "",
            }
        )
    return sorts


def _chart(
    account: AccountReport, sends: Sequence[SendReport], sheet: Sheet, address: Address
) -> dict[str, object] | None:
    """Return a dot for each send; None for too few of them."""
    is_mixed = len({(each.scope, each.tag) for each in sends}) > 1
    days: dict[date, list[Value]] = {}
    for each in sends:
        figure = each.figure(Metric.READ_USER, SIDE_BY_SIDE_DAY)
        if figure.value is not None:
            words = f"{each.ref_date} {each.title}: {number(figure.value)}"
            kind = "part" if is_mixed and each.scope is not AudienceKind.ALL else ""
            value = Value(figure.value, words, kind, link=address(each))
            days.setdefault(each.ref_date, []).append(value)
    if sum(map(len, days.values())) < FEWEST_COMPARED or len(days) < 2 or not can_draw():
        return None
    found = next((each.groups for each in account.breakdowns if each.by is By.AUDIENCE), ())
    # A tag reads less than everybody: sends to different audiences have no median in common.
    alike = [each for each in found if not is_mixed or each.key == AudienceKind.ALL]
    middle = alike[0].quartiles.median if alike else None
    name = Phrase("Every send")
    described = Phrase(
        "Readers of each send's first article by the end of day {day}.", day=SIDE_BY_SIDE_DAY
    )
    kinds = {"this": Phrase("a send"), "median": Phrase("the median")}
    if is_mixed:
        kinds = {
            "this": Phrase("to every follower"),
            "part": Phrase("to a part of them"),
            "median": Phrase("the median of those to every follower"),
        }
    if middle is None:
        del kinds["median"]
    key, language = f"sends-{account.account}", sheet.language
    drawing = dots(Caption(key, say(name, language), say(described, language)), days, middle)
    return {"name": name, "described": described, "kinds": kinds, "drawing": drawing}
