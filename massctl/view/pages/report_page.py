"""What one send reached, as a page: one sentence, then where the numbers come from and how they compare.

Every chart has its numbers in a table behind it. A number that is missing is a dash whose reason stands below.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from markupsafe import Markup

from massctl.extras import install_command
from massctl.model.phrase import Phrase
from massctl.report.comparison import COMPARED_METRICS
from massctl.report.report import (
    DAYS,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    Report,
    Scene,
    SendReport,
)
from massctl.view import report_words
from massctl.view.charts import Caption, Value, bars, can_draw, reads_by_day, stacked_bars
from massctl.view.i18n import say
from massctl.view.pages.document import Watched, document
from massctl.view.pages.markup import Sheet
from massctl.view.report_document import Section, account_words, curve, send_sections, usual_by_day
from massctl.view.report_words import (
    LEAVES,
    SCENE,
    number,
    percent,
    send_facts,
    sentences,
)
from massctl.view.words import WEEKDAYS_SHORT

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
    facts = [account.name, *send_facts(send), *more]
    alone = {**send_shown(send, sheet), "as_of": as_of(account, sheet)}
    return report_document(send.title, facts, sheet, watched, alone=alone)


def account_of(report: Report, send: SendReport) -> AccountReport:
    """Return the account from which a send went out."""
    return next(each for each in report.accounts if each.appid == send.appid)


def anchor_of(send: SendReport) -> str:
    """Return what names a send within a page."""
    return f"{send.campaign}-{send.edition}"


def send_shown(send: SendReport, sheet: Sheet) -> dict[str, object]:
    """Return everything about one send; on top the numbers of the newest day that is over."""
    day = max((each.day for each in send.comparisons), default=0)
    found = [send.comparison(metric, day) for metric in COMPARED_METRICS]
    return {
        "of": send,
        "anchor": anchor_of(send),
        "as_of": "",
        "tiles": [each for each in found if each is not None],
        "sections": [
            (each, _chart(each, send, sheet)) for each in (*curve(send), *send_sections(send))
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
