"""Reports as pages: what one send reached, and all sends side by side, of the server and of a file.

The answer stands first, details are folded, and a chart has its numbers in a table behind it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias
from urllib.parse import urlencode

from markupsafe import Markup

from massctl.extras import install_command
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, plural_phrase
from massctl.report.report import (
    DAYS,
    FULL_MAX,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    AudienceKind,
    Metric,
    Report,
    SendReport,
)
from massctl.report.usual import FEWEST_COMPARED, Standing
from massctl.view import report_words
from massctl.view.cells import printable
from massctl.view.charts import Caption, Value, can_draw, dots, reads_by_day
from massctl.view.i18n import say
from massctl.view.pages.document import REPORT, Watched, document
from massctl.view.pages.markup import Sheet, Tab
from massctl.view.report_document import (
    ALL_SENDS,
    COLUMNS,
    LISTED_MAX,
    Address,
    Section,
    account_section,
    mark_of,
    send_row,
    send_sections,
    sends_table,
    series_section,
    side_by_side,
)
from massctl.view.report_verdict import STANDING, report_sentence, verdict_sentences
from massctl.view.report_words import (
    about_words,
    number,
    send_facts,
    sends_counted,
)
from massctl.view.words import recorded

STYLES = ("page.css", "report.css")
EVERY_SEND = Phrase("Every send")
Drawing: TypeAlias = tuple[Mapping[str, str], Markup]
"""What the colours of a chart mean, by their classes in the style sheet; and the chart."""


def report_document(
    title: str, facts: Sequence[str], sheet: Sheet, watched: Watched | None, **values: Any
) -> str:
    """Return a page of a report."""
    return document(
        "report.html.j2",
        title,
        sheet,
        watched,
        facts=facts,
        styles=STYLES,
        words=report_words,
        STANDING=STANDING,
        can_draw=can_draw(),
        install=install_command("report"),
        **values,
    )


def send_page(
    send: SendReport,
    account: AccountReport,
    sheet: Sheet,
    watched: Watched | None,
    more: Sequence[str] = (),
) -> str:
    """Return the page of one send; `more` are links for its facts."""
    facts = [account.label, *send_facts(send), *more]
    alone = send_shown(send, account, sheet)
    return report_document(printable(send.title), facts, sheet, watched, alone=alone)


def account_of(report: Report, send: SendReport) -> AccountReport:
    """Return the account from which a send went out."""
    return next(each for each in report.accounts if each.appid == send.appid)


def anchor_of(send: SendReport) -> str:
    """Return what names a send within a page."""
    return f"{send.campaign}-{send.edition}"


def send_shown(send: SendReport, account: AccountReport, sheet: Sheet) -> dict[str, object]:
    """Return everything about one send: the answer, and its sections with their charts."""
    about = Section(
        key="about",
        title=Phrase("About this send"),
        facts=about_words(send),
        said=account_section(account).said,
        is_detail=True,
    )
    return {
        "of": send,
        "anchor": anchor_of(send),
        "said": verdict_sentences(send, send.verdict),
        "sections": [*send_sections(send), about],
        "chart": _reads(send, sheet),
    }


def _reads(send: SendReport, sheet: Sheet) -> Drawing | None:
    """Draw how readers grew, on the middle half of comparable sends; one day alone shows less than its number."""
    points = send.first.points if send.first is not None else ()
    if len(points) < 2 or not can_draw():
        return None
    days = {}
    for each in points:
        said = Phrase("day {day}: {readers} readers", day=each.day, readers=number(each.read_user))
        kind = "part" if each.is_delay else ""
        days[each.day] = Value(each.read_user, say(said, sheet.language), kind)
    last = DAYS[-1] if max(days) > SIDE_BY_SIDE_DAY else SIDE_BY_SIDE_DAY
    quartiles = {each.day: each.quartiles for each in send.quartiles if each.day <= last}
    described = Phrase("Readers of the first article by the end of each day.")
    caption = Caption(
        f"{anchor_of(send)}-drawn", printable(send.title), say(described, sheet.language)
    )
    kinds = {
        "this": Phrase("this send"),
        "band": Phrase("the middle half of the comparable sends"),
        "part": Phrase("not whole yet"),
    }
    if not quartiles:
        del kinds["band"]
    if not any(each.is_delay for each in points):
        del kinds["part"]
    return kinds, reads_by_day(caption, days, quartiles, last)


# All sends


class Order(Frozen):
    """Which sends the table has, and how it is sorted."""

    key: str = "sent"
    descending: bool = True
    account: str = ""
    """The key of the only account that is shown; empty for all."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Order":
        """Read it from an address; whatever is not known there is left as it is by default."""
        key = query.get("sort", "")
        return cls(
            key if key in COLUMNS else "sent",
            query.get("order") != "up",
            query.get("account", ""),
        )

    def sorted(self, sends: Iterable[SendReport]) -> list[SendReport]:
        """Sort sends; those whose number is missing come last, whichever way."""
        shown = [each for each in sends if self.account in ("", each.account)]
        keyed = [(COLUMNS[self.key].value(each, self.key), each) for each in shown]
        there = [(value, each) for value, each in keyed if value is not None]
        there.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [each for _, each in there] + [each for value, each in keyed if value is None]

    def address(self, key: str) -> str:
        """Return the server's address of the table sorted by a column; by the one of now, the other way round."""
        order = "up" if key == self.key and self.descending else "down"
        query = {"sort": key, "order": order, "account": self.account}
        return f"{REPORT}?{urlencode({name: value for name, value in query.items() if value})}"


def report_page(report: Report, sheet: Sheet) -> str:
    """Return one file: a send alone, or all sends side by side with the newest ones in full."""
    if len(report.sends) == 1 and report.series is None:
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
    shown = [send_shown(each, account_of(report, each), sheet) for each in full] if full else None
    more = left if len(report.sends) > len(full) else ""
    return _document(report, sheet, None, Order(), address, full=shown, left=more)


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
    sends = order.sorted(report.sends)
    labels = {each.appid: each.label for each in report.accounts}
    rows = [send_row(each, labels, address(each)) for each in sends]
    return report_document(
        Phrase("What sends reached"),
        facts,
        sheet,
        watched,
        trouble=trouble,
        sentence=report_sentence(report.sends, report.since),
        chart=_every_send(report, sheet, address),
        sends=sends_table(rows[:LISTED_MAX]),
        others=sends_table(rows[LISTED_MAX:]),
        more=Phrase("{sends} more", sends=sends_counted(len(rows[LISTED_MAX:]))),
        about=ALL_SENDS,
        series=series_section(report) if report.series is not None else None,
        shows=_shows(report.sends),
        sorts=_sorts(order) if watched is not None else (),
        accounts=[
            _account(each, report, order if watched is not None else None)
            for each in report.accounts
        ],
        full=full,
        left=left,
    )


def _account(account: AccountReport, report: Report, order: Order | None) -> dict[str, object]:
    """Return an account; without an `order` its sends are not shown alone, since no server is asked."""
    sends = [each for each in report.sends if each.appid == account.appid]
    only = Order(account=account.account).address("") if order is not None else ""
    return {
        "section": account_section(account),
        "counted": sends_counted(len(sends)),
        "only": only if len(report.accounts) > 1 else "",
        "groups": list(side_by_side(account, sends)),
    }


def _sorts(order: Order) -> list[dict[str, str]]:
    """Return for each column how it is sorted now, and the address that sorts by it."""
    sorts = []
    for key in COLUMNS:
        now = "descending" if order.descending else "ascending"
        sign = "▾" if order.descending else "▴"
        is_now = key == order.key
        sorts.append(
            {
                "now": now if is_now else "",
                "sign": sign if is_now else "",
                "address": order.address(key),
            }
        )
    return sorts


_KINDS = {
    "is-all": Phrase("all"),
    **{f"is-{each}": STANDING[each] for each in (Standing.ABOVE, Standing.WITHIN, Standing.BELOW)},
    "is-none": Phrase("not compared"),
}
"""Which rows of the table of sends are shown."""


def _shows(sends: Sequence[SendReport]) -> list[Tab]:
    """Return the kinds of verdicts among sends, each with how many there are; nothing for a single kind."""
    counts = Counter(mark_of(each).kind for each in sends)
    counts["is-all"] = len(sends)
    named = [(kind, name) for kind, name in _KINDS.items() if counts[kind]]
    if len(named) < 3:
        return []
    say = Phrase("{state}: {count}")
    return [
        Tab(f"show-{kind}", Phrase(say, state=name, count=counts[kind])) for kind, name in named
    ]


def _every_send(report: Report, sheet: Sheet, address: Address) -> Drawing | None:
    """Draw a dot for each send of the only account; None for too few of them."""
    is_mixed = len({(each.scope, each.tag) for each in report.sends}) > 1
    days: dict[date, list[Value]] = {}
    for each in report.sends:
        figure = each.figure(Metric.READ_USER, SIDE_BY_SIDE_DAY)
        if figure.value is not None:
            words = f"{each.ref_date} {printable(each.title)}: {number(figure.value)}"
            kind = "part" if is_mixed and each.scope is not AudienceKind.ALL else ""
            value = Value(figure.value, words, kind, link=address(each))
            days.setdefault(each.ref_date, []).append(value)
    too_few = sum(map(len, days.values())) < FEWEST_COMPARED or len(days) < 2
    if too_few or len(report.accounts) > 1 or not can_draw():
        return None
    described = Phrase(
        "Readers of each send's first article by the end of day {day}.", day=SIDE_BY_SIDE_DAY
    )
    kinds = {"this": Phrase("to every follower"), "part": Phrase("to a part of them")}
    caption = Caption("sends", say(EVERY_SEND, sheet.language), say(described, sheet.language))
    return kinds if is_mixed else {}, dots(caption, days)
