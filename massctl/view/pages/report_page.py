"""What one send reached, as a page: one sentence, then where the numbers come from and how they compare.

Every chart has its numbers in a table behind it. A number that is missing is a dash whose reason stands below.
"""

from collections.abc import Callable, Mapping

from massctl.extras import install_command
from massctl.model.phrase import Phrase
from massctl.report.comparison import COMPARED_METRICS
from massctl.report.report import (
    DAYS,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    Comparison,
    Metric,
    Report,
    Scene,
    SendReport,
)
from massctl.view.charts import Caption, Value, bars, can_draw, reads_by_day, stacked_bars
from massctl.view.i18n import say
from massctl.view.pages.document import Watched, document
from massctl.view.pages.markup import Sheet, written
from massctl.view.pages.report_table import Writer, spread
from massctl.view.report_document import Section, account_words, curve, send_sections, usual_by_day
from massctl.view.report_words import (
    LEAVES,
    METRIC,
    SCENE,
    STANDING,
    not_compared_words,
    number,
    percent,
    send_facts,
    sentences,
    usual_words,
)
from massctl.view.words import WEEKDAYS_SHORT

STYLES = ("page.css", "report.css")
_ALONE = 2
"""The level of the headings of a send that is alone on its page; several share what is said of their account."""
_WIDE_CARDS = frozenset({"reads", "days", "articles"})
_WAYS: Mapping[str, str] = {Scene.MESSAGE: "way-1", Scene.CHAT: "way-2", Scene.MOMENTS: "way-3"}
"""The colour of a source; what is not here, and is not recommended, is grey."""


def send_page(
    send: SendReport, account: AccountReport, sheet: Sheet, watched: Watched | None, more: str = ""
) -> str:
    """Return the page of one send; `more` is HTML for its facts."""
    facts = [written(account.name), *map(sheet.say, send_facts(send)), *([more] if more else [])]
    main = f'<div class="report">{send_section(send, account, sheet, level=_ALONE)}{definitions(sheet)}</div>'
    return document(send.title, facts, main, [], sheet, watched, STYLES)


def account_of(report: Report, send: SendReport) -> AccountReport:
    """Return the account from which a send went out."""
    return next(each for each in report.accounts if each.appid == send.appid)


def anchor_of(send: SendReport) -> str:
    """Return what names a send within a page."""
    return f"{send.campaign}-{send.edition}"


def send_section(send: SendReport, account: AccountReport, sheet: Sheet, *, level: int) -> str:
    """Return everything about one send, with headings from `level` on."""
    lead = f'<p class="sentence">{sheet.say(send.sentence)}</p>'
    if level == _ALONE:
        lead += as_of(account, sheet) + no_charts(sheet)
    cards = (_card(each, send, sheet, level) for each in (*curve(send), *send_sections(send)))
    return f'<div class="lead">{lead}</div>{_tiles(send, sheet, level)}<div class="cards">{"".join(cards)}</div>'


def as_of(account: AccountReport, sheet: Sheet) -> str:
    """Say below the first sentence as of when the numbers are, and what else holds for the account."""
    return (
        f'<p class="as-of">{sentences(map(sheet.say, account_words(account)), sheet.language)}</p>'
    )


def no_charts(sheet: Sheet) -> str:
    """Return how charts are drawn where the extra `report` is missing; empty where it is not."""
    if can_draw():
        return ""
    say = Phrase("Charts are left out, and their numbers stand in tables. {command}   adds them")
    words = Phrase(say, command=install_command("report"))
    return f'<p class="as-of">{sheet.say(words)}</p>'


def _tiles(send: SendReport, sheet: Sheet, level: int) -> str:
    """Return the numbers on top: those of the newest day that is over, against comparable sends."""
    day = max((each.day for each in send.comparisons), default=0)
    found = [
        each for metric in COMPARED_METRICS if (each := send.comparison(metric, day)) is not None
    ]
    if not found:
        return ""
    tiles = "".join(_tile(each, sheet) for each in found)
    until = sheet.say(Phrase("By the end of day {day}", day=day))
    few = ""
    if all(each.quartiles is None for each in found):
        known = max(each.count for each in found)
        few = f'<p class="notes">{sheet.say(not_compared_words(known))}</p>'
    return f'<section class="key"><h{level}>{until}</h{level}><dl>{tiles}</dl>{few}</section>'


def _tile(each: Comparison, sheet: Sheet) -> str:
    writer = Writer(sheet)
    value = writer.figure(each.figure, each.metric)
    usual = drawn = ""
    if each.quartiles is not None:
        usual = sheet.say(usual_words(each.quartiles, each.count, each.metric))
        drawn = spread(
            each.quartiles,
            each.figure.value,
            max(*each.values, each.figure.value or 0),
            each.values,
        )
    standing = each.standing
    lies = (
        f'<span class="standing lies-{standing}">{sheet.say(STANDING[standing])}</span>'
        if standing
        else ""
    )
    return f"""<div><dt>{sheet.say(METRIC[each.metric])}</dt><dd><b>{value}</b>{lies}{drawn}
<span class="usual">{usual}</span>{writer.notes()}</dd></div>
"""


def _card(section: Section, send: SendReport, sheet: Sheet, level: int) -> str:
    """Return a section as a card; behind a chart its table is folded."""
    at = written(f"{anchor_of(send)}-{section.key}-name")
    writer = Writer(sheet)
    tables = "".join(map(writer.shown, section.tables))
    drawing = _CHARTS.get(section.key) if can_draw() else None
    chart = drawing(send, sheet, _caption(section, send, sheet)) if drawing is not None else ""
    if chart:
        name = Phrase("numbers")
        tables = f"<details><summary>{sheet.say(name)}</summary>{tables}</details>"
    said = "".join(f"<p>{sheet.say(each)}</p>" for each in section.said)
    notes = "".join(f'<p class="notes">{sheet.say(each)}</p>' for each in section.notes)
    kind = "card wide" if section.key in _WIDE_CARDS else "card"
    return (
        f'<section class="{kind}" aria-labelledby="{at}"><h{level} id="{at}">{sheet.say(section.title)}</h{level}>'
        f"{said}{chart}{tables}{writer.notes()}{notes}</section>\n"
    )


def _caption(section: Section, send: SendReport, sheet: Sheet) -> Caption:
    described = (
        say(section.said[0], sheet.language) if section.said else say(section.title, sheet.language)
    )
    return Caption(f"{anchor_of(send)}-{section.key}", send.title, described)


def legend(kinds: Mapping[str, Phrase], sheet: Sheet) -> str:
    """Return what the colours of a chart mean; `kinds` are their classes."""
    items = "".join(f'<li class="{kind}">{sheet.say(words)}</li>' for kind, words in kinds.items())
    return f'<ul class="legend">{items}</ul>'


def _reads(send: SendReport, sheet: Sheet, caption: Caption) -> str:
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
    if not usual:
        return chart
    kinds = {
        "this": Phrase("this send"),
        "band": Phrase("usual: about half of the comparable sends"),
        "median": Phrase("their median"),
    }
    return legend(kinds, sheet) + chart


def _reader_words(day: int, readers: float) -> Phrase:
    return Phrase("day {day}: {readers} readers", day=day, readers=number(readers))


def _sources(send: SendReport, sheet: Sheet, caption: Caption) -> str:
    """Draw where readers came from by each day of a report, with recommendations apart."""
    rows = send.first.sources if send.first is not None else ()
    places = [
        place
        for place in range(len(DAYS))
        if any(row.figures[place].value is not None for row in rows)
    ]
    if not places:
        return ""
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
    return legend(kinds, sheet) + stacked_bars(caption, days, series)


def _part(day: str, source: Phrase, readers: float, sheet: Sheet) -> Value:
    return Value(readers, f"{day} · {say(source, sheet.language)}: {number(readers)}")


def _leaves(send: SendReport, sheet: Sheet, caption: Caption) -> str:
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
    return bars(
        caption, [each.removesuffix("%") for each in LEAVES], {"this": values}, "{:.0%}".format
    )


def _followers(send: SendReport, sheet: Sheet, caption: Caption) -> str:
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
    chart = bars(caption, labels, series, number)
    return legend(kinds, sheet) + chart if chart else ""


_CHARTS: Mapping[str, Callable[[SendReport, Sheet, Caption], str]] = {
    "reads": _reads,
    "sources": _sources,
    "leaves": _leaves,
    "followers": _followers,
}
_SOURCE = "https://developers.weixin.qq.com/doc/service/api/wedata/{}"
_MEANINGS = (
    (
        METRIC[Metric.READ_USER],
        Phrase(
            "People who read the article, from all sources: what each day brought, added from its publication on."
        ),
        "news/api_getarticletotaldetail",
    ),
    (
        METRIC[Metric.READ_DELIVERY_RATE],
        Phrase("Of the people whom the message reached, the share that read the article."),
        "news/api_getarticletotaldetail",
    ),
    (
        METRIC[Metric.READ_FINISH_RATE],
        Phrase(
            "Of its readers, the share that read to the end. WeChat gives the share, and no number of people."
        ),
        "news/api_getarticletotaldetail",
    ),
    (
        Phrase("where readers leave"),
        Phrase(
            "Of its readers, the share that left in each fifth of the article; WeChat's positions 1 to 5."
        ),
        "news/api_getarticletotaldetail",
    ),
    (
        SCENE[Scene.RECOMMENDED],
        Phrase(
            "Readers to whom WeChat showed the article by itself. They are no part of what followers read."
        ),
        "news/api_getarticletotaldetail",
    ),
    (
        METRIC[Metric.READ_SUBSCRIBE_USER],
        Phrase("People who began to follow the account after they read the article."),
        "news/api_getarticletotaldetail",
    ),
    (
        Phrase("unfollowed, followed"),
        Phrase("People who left and joined the whole account on that day, whatever made them."),
        "user/api_getusersummary",
    ),
    (
        Phrase("usual, median and quartiles"),
        Phrase(
            "Usual is the range between the quartiles: about half of the comparable sends lie in it, a quarter below "
            "and a quarter above. About half had less than the median. Of fewer than four there is neither."
        ),
        "",
    ),
)
"""Source: WeChat docs, the pages that are linked, read 2026-11."""


def definitions(sheet: Sheet) -> str:
    """Return what the numbers mean, each with WeChat's page."""
    said = "".join(
        f"<dt>{sheet.say(name)}</dt><dd>{sheet.say(meaning)}{_source(page, sheet)}</dd>"
        for name, meaning, page in _MEANINGS
    )
    days = sheet.say(
        Phrase("Day 1 is the Beijing day of the send. WeChat counts an article for 30 days.")
    )
    name = sheet.say(Phrase("What the numbers mean"))
    return f'<section class="meanings"><h2>{name}</h2><p>{days}</p><dl>{said}</dl></section>'


def _source(page: str, sheet: Sheet) -> str:
    if not page:
        return ""
    name = page.rpartition("_")[2]
    words = sheet.say(Phrase("WeChat's page"))
    return f' <a href="{_SOURCE.format(page)}" rel="noreferrer" title="{words}"><code>{name}</code></a>'
