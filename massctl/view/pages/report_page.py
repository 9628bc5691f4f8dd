"""Reports as pages: what one send reached, and all sends side by side, of the server and of a file.

Every chart has its numbers in a table behind it. A number that is missing is a dash whose reason stands below.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias
from urllib.parse import urlencode

from markupsafe import Markup
from msgspec.structs import replace

from massctl.extras import install_command
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, plural_phrase
from massctl.report.report import (
    DAYS,
    FEWEST_COMPARED,
    FULL_MAX,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    AudienceKind,
    By,
    Metric,
    Report,
    Scene,
    SendReport,
)
from massctl.view import report_words
from massctl.view.charts import Caption, Value, bars, can_draw, dots, reads_by_day, stacked_bars
from massctl.view.i18n import say
from massctl.view.pages.document import REPORT, Watched, document
from massctl.view.pages.markup import Sheet
from massctl.view.report_document import (
    COLUMNS,
    LISTED_MAX,
    Section,
    account_words,
    curve,
    gap,
    send_row,
    send_sections,
    sends_table,
    side_by_side,
    usual_by_day,
)
from massctl.view.report_verdict import STANDING, report_sentence, send_sentence
from massctl.view.report_words import (
    LEAVES,
    SCENE,
    SIDE_BY_SIDE,
    audience_words,
    number,
    percent,
    send_facts,
    sends_counted,
    sentences,
)
from massctl.view.words import WEEKDAYS_SHORT, recorded

STYLES = ("page.css", "report.css")
_WAYS: Mapping[str, str] = {Scene.MESSAGE: "way-1", Scene.CHAT: "way-2", Scene.MOMENTS: "way-3"}
"""The colour of a source; what is not here, and is not recommended, is grey."""
Kinds: TypeAlias = Mapping[str, str]
"""Class in the style sheet -> what its colour means in a chart."""


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
    alone = {**send_shown(send, sheet), "as_of": as_of(account, sheet)}
    return report_document(send.title, facts, sheet, watched, alone=alone)


def account_of(report: Report, send: SendReport) -> AccountReport:
    """Return the account from which a send went out."""
    return next(each for each in report.accounts if each.appid == send.appid)


def anchor_of(send: SendReport) -> str:
    """Return what names a send within a page."""
    return f"{send.campaign}-{send.edition}"


def send_shown(send: SendReport, sheet: Sheet) -> dict[str, object]:
    """Return everything about one send; on top its newest verdict."""
    return {
        "of": send,
        "sentence": send_sentence(send),
        "anchor": anchor_of(send),
        "as_of": "",
        "tiles": send.verdict.comparisons,
        "sections": [
            (each, _chart(each, send, sheet))
            for each in (*curve(send), *gap(send), *send_sections(send))
        ],
    }


def as_of(account: AccountReport, sheet: Sheet) -> str:
    """Say below the first sentence as of when the numbers are, and what else holds for the account."""
    said = (say(each, sheet.language) for each in account_words(account))
    return sentences(said, sheet.language)


def _chart(section: Section, send: SendReport, sheet: Sheet) -> tuple[Kinds, Markup] | None:
    """Draw a section, and say what the colours mean; None for one without a drawing."""
    draw = _CHARTS.get(section.key) if can_draw() else None
    if draw is None:
        return None
    described = say(section.said[0] if section.said else section.title, sheet.language)
    caption = Caption(f"{anchor_of(send)}-{section.key}", send.title, described)
    kinds, drawing = draw(send, sheet, caption)
    return (kinds, drawing) if drawing else None


def _reads(send: SendReport, sheet: Sheet, caption: Caption) -> tuple[Kinds, Markup]:
    """Draw how readers grew, on what is usual."""
    days = {
        each.day: Value(
            each.read_user, say(_reader_words(each.day, each.read_user), sheet.language)
        )
        for each in (send.first.points if send.first is not None else ())
    }
    last = DAYS[-1] if max(days) > SIDE_BY_SIDE_DAY else SIDE_BY_SIDE_DAY
    usual = {day: each.quartiles for day, each in usual_by_day(send).items() if day <= last}
    chart = reads_by_day(caption, days, usual, last)
    kinds = {
        "this": Phrase("this send"),
        "band": Phrase("usual: about half of the comparable sends"),
        "median": Phrase("their median"),
    }
    return kinds if usual else {}, chart


def _reader_words(day: int, readers: float) -> Phrase:
    return Phrase("day {day}: {readers} readers", day=day, readers=number(readers))


def _sources(send: SendReport, sheet: Sheet, caption: Caption) -> tuple[Kinds, Markup]:
    """Draw where readers came from by each day of a report, with recommendations apart."""
    rows = send.first.sources if send.first is not None else ()
    places = [
        place
        for place in range(len(DAYS))
        if any(row.figures[place].value is not None for row in rows)
    ]
    if not places:
        return {}, Markup()
    kinds = {
        **dict.fromkeys(_WAYS.values(), Phrase("other sources")),
        "others": Phrase("other sources"),
    }
    kinds |= {kind: SCENE[scene] for scene, kind in _WAYS.items()} | {
        "recommended": SCENE[Scene.RECOMMENDED]
    }
    sums: dict[str, list[float]] = {kind: [0.0] * len(places) for kind in kinds}
    for row in rows:
        kind = "recommended" if row.scene == Scene.RECOMMENDED else _WAYS.get(row.scene, "others")
        for number_, place in enumerate(places):
            sums[kind][number_] += row.figures[place].value or 0
    days = [say(Phrase("day {day}", day=DAYS[place]), sheet.language) for place in places]
    kinds = {kind: words for kind, words in kinds.items() if any(sums[kind])}
    series = {
        kind: [_part(day, words, each, sheet) for day, each in zip(days, sums[kind], strict=True)]
        for kind, words in kinds.items()
    }
    return kinds, stacked_bars(caption, days, series)


def _part(day: str, source: Phrase, readers: float, sheet: Sheet) -> Value:
    return Value(readers, f"{day} · {say(source, sheet.language)}: {number(readers)}")


def _leaves(send: SendReport, sheet: Sheet, caption: Caption) -> tuple[Kinds, Markup]:
    """Draw where readers left; those of the last fifth have read nearly all of it."""
    figures = send.first.leaves if send.first is not None else ()
    values = [
        Value(
            each.share,
            f"{place}: {percent(each.share or 0)}",
            "last" if place == LEAVES[-1] else "",
        )
        for place, each in zip(LEAVES, figures, strict=True)
    ]
    labels = [each.removesuffix("%") for each in LEAVES]
    return {}, bars(caption, labels, {"this": values}, "{:.0%}".format)


def _followers(send: SendReport, sheet: Sheet, caption: Caption) -> tuple[Kinds, Markup]:
    """Draw who stopped following, beside the median of the same weekday."""
    labels = [
        f"{each.day:%m-%d} {say(WEEKDAYS_SHORT[each.day.weekday()], sheet.language)}"
        for each in send.followers
    ]
    numbers = {
        "this": [each.cancelled.value for each in send.followers],
        "usual": [each.usual.median if each.usual is not None else None for each in send.followers],
    }
    series = {
        kind: [Value(each, number(each or 0)) for each in values]
        for kind, values in numbers.items()
    }
    kinds = {
        "this": Phrase("unfollows"),
        "usual": Phrase("median of the same weekday of earlier weeks"),
    }
    return kinds, bars(caption, labels, series, number)


_CHARTS: Mapping[str, Callable[[SendReport, Sheet, Caption], tuple[Kinds, Markup]]] = {
    "reads": _reads,
    "sources": _sources,
    "leaves": _leaves,
    "followers": _followers,
}


# All sends


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
        Phrase("What sends reached"),
        facts,
        sheet,
        watched,
        trouble=trouble,
        sentence=report_sentence(report.sends, report.since),
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
        "chart": _every_send(account, sends, sheet, address),
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


def _every_send(
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
