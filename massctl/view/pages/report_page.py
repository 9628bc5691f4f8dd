"""What one send reached, as a page: one sentence, then where the numbers come from and how they compare.

Every chart has its numbers in a table behind it. A number that is missing is a dash whose reason stands below.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from massctl.extras import install_command
from massctl.model.phrase import Phrase, enumerated
from massctl.report.comparison import COMPARED_METRICS
from massctl.report.report import (
    DAYS,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    ArticleReport,
    Comparison,
    DayFigures,
    Metric,
    Missing,
    Origin,
    Report,
    Scene,
    SendReport,
    Stage,
    StageName,
    UsualDay,
)
from massctl.view.charts import Band, Caption, Series, Value, bars, can_draw, reads_by_day, stacked_bars
from massctl.view.i18n import say
from massctl.view.pages.document import Watched, document
from massctl.view.pages.markup import Sheet, written
from massctl.view.pages.report_table import Cell, Notes, share_bar, spread, table
from massctl.view.report_words import (
    ARTICLE_COLUMNS,
    DASH,
    FUNNEL,
    LEAVES,
    METRIC,
    MISSING,
    SCENE,
    STAGE,
    STANDING,
    WHOLE,
    WHOLE_ACCOUNT,
    allowance_words,
    as_of_words,
    coming_words,
    comparable_words,
    days_shown,
    fell_beside,
    fell_words,
    figure_text,
    headline_words,
    median_number,
    newest_figure,
    newest_words,
    not_compared_words,
    number,
    numbers_words,
    percent,
    quartiles_words,
    range_text,
    readers_from,
    send_facts,
    sentences,
    usual_words,
)
from massctl.view.words import WEEKDAYS_SHORT

STYLES: Final = ("page.css", "report.css")
_ALONE: Final = 2
"""The level of the headings of a send that is alone on its page; several share what is said of their account."""
_LAST_DAY: Final = DAYS[-1]
_WAYS: Final = {Scene.MESSAGE: "way-1", Scene.CHAT: "way-2", Scene.MOMENTS: "way-3"}
"""The colour of a source; what is not here, and is not recommended, is grey."""


def send_page(send: SendReport, account: AccountReport, sheet: Sheet, watched: Watched | None, more: str = "") -> str:
    """Return the page of one send; `more` is HTML for its facts."""
    facts = [written(account.name), *facts_of(send, sheet), *([more] if more else [])]
    main = f'<div class="report">{send_section(send, account, sheet, level=_ALONE)}{definitions(sheet)}</div>'
    return document(send.title, facts, main, [], sheet, watched, STYLES)


def account_of(report: Report, send: SendReport) -> AccountReport:
    """Return the account from which a send went out."""
    return next(each for each in report.accounts if each.appid == send.appid)


def anchor_of(send: SendReport) -> str:
    """Return what names a send within a page."""
    return f"{send.campaign}-{send.edition}"


def facts_of(send: SendReport, sheet: Sheet) -> list[str]:
    """Return what the ledger and the repository know of a send, as HTML."""
    said, first = send_facts(send), send.first
    if first is not None and first.title_length is not None:
        said.append(headline_words(first.title_length))
    if first is not None and first.author:
        said.append(Phrase("by {author}", author=first.author))
    if first is not None and first.theme:
        said.append(Phrase("theme {theme}", theme=first.theme))
    return [sheet.say(each) for each in (*said, *numbers_words(send))]


def send_section(send: SendReport, account: AccountReport, sheet: Sheet, *, level: int) -> str:
    """Return everything about one send, with headings from `level` on."""
    section = _Section(send, account, sheet, level)
    cards = [
        section.curve(),
        section.by_day(),
        section.funnel(),
        section.sources(),
        section.leaves(),
        section.followers(),
        section.articles(),
    ]
    lead = f'<p class="sentence">{sheet.say(send.sentence)}</p>'
    if level == _ALONE:
        lead += as_of(as_of_words(account.freshness), sheet) + no_charts(sheet)
        lead += as_of([allowance_words(account.allowance)], sheet) if account.allowance is not None else ""
    return f'<div class="lead">{lead}</div>{section.tiles()}<div class="cards">{"".join(cards)}</div>'


def as_of(said: Sequence[Phrase], sheet: Sheet) -> str:
    """Say below the first sentence as of when the numbers are, and what else holds for the account."""
    return f'<p class="as-of">{sentences(map(sheet.say, said), sheet.language)}</p>'


def no_charts(sheet: Sheet) -> str:
    """Say how charts are drawn where the extra `report` is missing; empty where it is not."""
    if can_draw():
        return ""
    say = Phrase("Charts are left out, and their numbers stand in tables. {command}   adds them")
    words = Phrase(say, command=install_command("report"))
    return f'<p class="as-of">{sheet.say(words)}</p>'


class _Section:
    """The parts of one send."""

    def __init__(self, send: SendReport, account: AccountReport, sheet: Sheet, level: int) -> None:
        self._send, self._account, self._sheet, self._level = send, account, sheet, level
        self._anchor = anchor_of(send)

    def tiles(self) -> str:
        """Return the numbers on top: those of the newest day that is over, against comparable sends."""
        day = max((each.day for each in self._send.comparisons), default=0)
        found = {each.metric: each for each in self._send.comparisons if each.day == day}
        tiles = "".join(self._tile(found[metric]) for metric in COMPARED_METRICS if metric in found)
        if not tiles:
            return ""
        until = self._sheet.say(Phrase("By the end of day {day}", day=day))
        few = ""
        if all(each.quartiles is None for each in found.values()):
            known = max((len(each.values) for each in found.values()), default=0)
            few = f'<p class="notes">{self._sheet.say(not_compared_words(known))}</p>'
        return f'<section class="key"><h{self._level}>{until}</h{self._level}><dl>{tiles}</dl>{few}</section>'

    def _tile(self, each: Comparison) -> str:
        notes = Notes(self._sheet)
        value = notes.figure(each.figure, each.metric)
        usual = drawn = ""
        if each.quartiles is not None:
            usual = self._sheet.say(usual_words(each.quartiles, len(each.values), each.metric))
            top = max(*each.values, each.figure.value or 0)
            drawn = spread(each.quartiles, each.figure.value, top, each.values)
        standing = each.standing
        said = self._sheet.say(STANDING[standing]) if standing else ""
        lies = f'<span class="standing lies-{standing.value}">{said}</span>' if standing else ""
        return f"""<div><dt>{self._sheet.say(METRIC[each.metric])}</dt><dd><b>{value}</b>{lies}{drawn}
<span class="usual">{usual}</span>{notes.written()}</dd></div>
"""

    def curve(self) -> str:
        """Return how readers grew, on what is usual."""
        first = self._send.first
        if first is None or not first.curve:
            return ""
        days = {
            each.day: Value(
                each.read_user,
                self._plain(Phrase("day {day}: {readers} readers", day=each.day, readers=number(each.read_user))),
            )
            for each in first.curve
        }
        usual = {each.day: each for each in self._send.usual} or {
            each.day: UsualDay(each.day, each.quartiles, len(each.values))
            for each in self._send.comparisons
            if each.metric is Metric.READ_USER and each.quartiles is not None
        }
        if len(days) < 2 and not usual:
            return ""  # One dot alone shows less than its number, which stands above.
        last = _LAST_DAY if max(days) > SIDE_BY_SIDE_DAY else SIDE_BY_SIDE_DAY
        found = [(day, each.quartiles) for day, each in usual.items() if day <= last]
        band = [Band(day, each.lower, each.median, each.upper) for day, each in found]
        described = Phrase("Readers of the first article by the end of each day.")
        legend = [("this", Phrase("this send"))]
        if band:
            legend += [
                ("band", Phrase("usual: about half of the comparable sends")),
                ("median", Phrase("their median")),
            ]
        rows = [
            [
                Cell(_whole(f"{self._plain(Phrase('day {day}', day=each.day))} <small>{each.stat_date:%m-%d}</small>")),
                Cell(number(each.read_user) + ("*" if each.is_delay else "")),
                *(self._usual(usual.get(each.day)) if usual else []),
            ]
            for each in first.curve
        ]
        heads = [Phrase("day"), Phrase("readers")]
        heads += [Phrase("usual"), Phrase("median"), Phrase("number")] if usual else []
        chart = reads_by_day(self._caption("reads", described), days, band, last) if can_draw() else ""
        note = self._usual_note(usual, first)
        shown = self._legend(legend) + chart if chart and band else chart
        inside = shown + self._numbers(described, heads, rows) + f'<p class="notes">{note}</p>'
        return self._card(
            "reads", Phrase("Readers, day by day"), f"<p>{self._sheet.say(described)}</p>{inside}", "wide"
        )

    def _usual_note(self, usual: Mapping[int, UsualDay], first: ArticleReport) -> str:
        """Say which sends the band is of, and what it does not show."""
        said = [comparable_words(self._send.comparable)]
        if len(usual) > 1 and not self._send.usual:
            straight = Phrase("Between days {days} the band is drawn straight.", days=enumerated(list(map(str, usual))))
            said.append(straight)
        counts = {each.among for each in usual.values()}
        if len(counts) > 1:
            counted = Phrase("Not all of them have a number of every day: {least} to {most} do.")
            said.append(Phrase(counted, least=min(counts), most=max(counts)))
        if first.fell:
            said.append(fell_words(first.fell))
        return sentences(map(self._sheet.say, said), self._sheet.language)

    def _usual(self, usual: UsualDay | None) -> list[Cell]:
        if usual is None:
            return [Cell("")] * 3
        return [
            Cell(each) for each in (range_text(usual.quartiles), median_number(usual.quartiles), number(usual.among))
        ]

    def by_day(self) -> str:
        """Return every number on the days that a report shows."""
        first = self._send.first
        if first is None:
            return ""
        notes, columns = Notes(self._sheet), days_shown(first)
        rows = [
            [
                Cell(self._sheet.say(METRIC[metric])),
                *(Cell(notes.figure(each.figures.get(metric), metric)) for each in columns),
            ]
            for metric in first.days[0].figures
        ]
        caption = Phrase("The first article, from its publication to the end of each day.")
        shown = table(self._sheet.say(caption), self._day_heads(columns), rows, kind="by-day") if columns else ""
        inside = shown + notes.written() + self._coming(first)
        return self._card("days", Phrase("Everything that WeChat counts"), inside, "wide")

    def _day_heads(self, columns: Sequence[DayFigures]) -> list[str]:
        said = (self._plain(Phrase("day {day}", day=each.day)) for each in columns)
        dates = (f"<small>{each.stat_date:%m-%d}</small>" for each in columns)
        return ["", *(f"{name}<br>{day}" for name, day in zip(said, dates, strict=True))]

    def _coming(self, article: ArticleReport) -> str:
        """Say when the days come that have no column yet."""
        words = coming_words(article)
        return f'<p class="notes">{self._sheet.say(words)}</p>' if words is not None else ""

    def funnel(self) -> str:
        """Return the stages: the ledger's, then WeChat's."""
        notes = Notes(self._sheet)
        halves = [
            (
                Phrase("the message, by the ledger"),
                [each for each in self._send.funnel if each.people.origin is Origin.LEDGER],
            ),
            (
                Phrase("the first article, by WeChat's statistics"),
                [each for each in self._send.funnel if each.people.origin is not Origin.LEDGER],
            ),
        ]
        shown = "".join(
            table(self._sheet.say(name), [], [self._stage(each, notes) for each in stages], kind="stages")
            for name, stages in halves
            if stages
        )
        by_day = newest_words(self._send.first)
        when = f'<p class="notes">{self._sheet.say(by_day)}</p>' if by_day is not None else ""
        return self._card("funnel", FUNNEL, shown + when + notes.written(), "")

    def _stage(self, stage: Stage, notes: Notes) -> list[Cell]:
        whole = None if stage.people.value is None else 1.0
        share = stage.share.figure.value if stage.share is not None else whole
        people = notes.figure(stage.people)
        of = ""
        if stage.share is not None and share is not None:
            said = notes.figure(stage.share.figure, Metric.READ_FINISH_RATE)  # written as every share is
            of = f"{said} <small>{self._sheet.say(WHOLE[stage.share.of])}</small>"
        kind = "failed" if stage.name is StageName.FAILED else stage.people.origin.value
        return [
            Cell(self._sheet.say(STAGE[stage.name])),
            Cell(people),
            Cell(share_bar(share, kind) + of if share is not None else "", is_number=False),
        ]

    def sources(self) -> str:
        """Return where readers came from, with recommendations apart."""
        first = self._send.first
        figures = [each for row in first.sources for each in (*row.figures, row.latest)] if first is not None else []
        if first is None or all(each.value is None for each in figures):
            return ""
        notes = Notes(self._sheet)
        columns = days_shown(first)
        rows = [
            [Cell(self._scene(row.scene)), *(Cell(notes.figure(readers_from(row, each.day))) for each in columns)]
            for row in first.sources
        ]
        shown = [
            (place, day)
            for place, day in enumerate(DAYS)
            if any(each.figures[place].value is not None for each in first.sources)
        ]
        described = Phrase("Readers of the first article by where they came from.")
        chart = self._stacked(first, shown, described) if can_draw() and shown else ""
        there = {each.scene for each in first.sources if any(figure.value for figure in each.figures)}
        legend = [(kind, SCENE[scene]) for scene, kind in _WAYS.items() if scene in there]
        legend += [("others", Phrase("other sources"))] if there - _WAYS.keys() - {Scene.RECOMMENDED} else []
        legend += [("recommended", SCENE[Scene.RECOMMENDED])] if Scene.RECOMMENDED in there else []
        apart = self._apart(first)
        shown_table = table(self._sheet.say(described), self._day_heads(columns), rows, kind="by-day")
        inside = apart + self._legend(legend) + chart + shown_table + notes.written()
        return self._card("sources", Phrase("Where readers came from"), inside, "")

    def _stacked(self, first: ArticleReport, shown: Sequence[tuple[int, int]], described: Phrase) -> str:
        def value(scene: str, readers: float | None, day: int) -> Value:
            words = Phrase(
                "day {day}, {source}: {readers}",
                day=day,
                source=say(SCENE.get(scene, scene), self._sheet.language),
                readers=number(readers or 0),
            )
            return Value(readers, self._plain(words))

        rows = {each.scene: each for each in first.sources}
        others = [each for each in first.sources if each.scene not in _WAYS and each.scene != Scene.RECOMMENDED]
        series = [
            Series(kind, [value(scene, rows[scene].figures[place].value, day) for place, day in shown])
            for scene, kind in _WAYS.items()
            if scene in rows
        ]
        sums = [(sum(each.figures[place].value or 0 for each in others), day) for place, day in shown]
        series.append(Series("others", [value(Phrase("other sources"), number_, day) for number_, day in sums]))
        if (apart := rows.get(Scene.RECOMMENDED)) is not None:
            figures = [value(Scene.RECOMMENDED, apart.figures[place].value, day) for place, day in shown]
            series.append(Series("recommended", figures))
        return stacked_bars(
            self._caption("sources", described), [self._plain(Phrase("day {day}", day=day)) for _, day in shown], series
        )

    def _apart(self, first: ArticleReport) -> str:
        """Say how many readers WeChat's recommendations brought, as far as it is known."""
        figure = next((each.latest for each in first.sources if each.scene == Scene.RECOMMENDED), None)
        readers = first.latest.figures[Metric.READ_USER] if first.latest is not None else None
        if figure is None or figure.value is None or readers is None or not readers.value:
            return ""
        if not figure.value:
            none = Phrase("None of {readers} readers came by WeChat's recommendations.", readers=figure_text(readers))
            return f"<p>{self._sheet.say(none)}</p>"
        words = Phrase(
            "{recommended} of {readers} readers ({share}) came by WeChat's recommendations. They need not follow you.",
            recommended=figure_text(figure),
            readers=figure_text(readers),
            share=percent(figure.value / readers.value),
        )
        return f"<p>{self._sheet.say(words)}</p>"

    def leaves(self) -> str:
        """Return where readers left."""
        first = self._send.first
        if first is None or all(each.value is None for each in first.leaves):
            return ""
        notes = Notes(self._sheet)
        rows = [
            [Cell(place), Cell(notes.figure(each, Metric.READ_FINISH_RATE))]
            for place, each in zip(LEAVES, first.leaves, strict=True)
        ]
        described = Phrase("The share of readers that left in each fifth of the first article, from its beginning.")
        nearly = self._sheet.say(Phrase("Who leaves in the last fifth (grey) has read nearly all of it."))
        values = [
            Value(each.value, f"{place}: {percent(each.value)}" if each.value is not None else "", kind)
            for place, each, kind in zip(LEAVES, first.leaves, ("", "", "", "", "last"), strict=True)
        ]
        chart = (
            bars(
                self._caption("leaves", described),
                [each.removesuffix("%") for each in LEAVES],
                [Series("this", values)],
                percent_short,
            )
            if can_draw()
            else ""
        )
        inside = f"<p>{self._sheet.say(described)} {nearly}</p>{chart}" + self._numbers(
            described, [Phrase("part"), Phrase("readers that left")], rows, notes.written()
        )
        return self._card("leaves", Phrase("Where readers leave"), inside, "")

    def followers(self) -> str:
        """Return who stopped following on the day of the send and after, against the same weekdays."""
        if not self._send.followers:
            return ""
        name, whole = Phrase("Unfollows"), f"<p>{self._sheet.say(WHOLE_ACCOUNT)}</p>"
        if not any(each.is_known for each in self._send.followers):
            return self._card("followers", name, whole + self._unknown_days(), "")
        notes = Notes(self._sheet)
        rows = [
            [
                Cell(_whole(f"{each.day}")),
                Cell(notes.figure(each.cancelled)),
                Cell(self._sheet.say(quartiles_words(each.usual, len(each.compared))), is_number=False),
                Cell(notes.figure(each.joined)),
            ]
            for each in self._send.followers
        ]
        heads = [Phrase("day"), Phrase("unfollowed"), Phrase("same weekday of earlier weeks"), Phrase("followed")]
        described = Phrase("Unfollows of the whole account, on the day of the send and two days after.")
        labels = [
            f"{each.day:%m-%d} {self._plain(WEEKDAYS_SHORT[each.day.weekday()])}" for each in self._send.followers
        ]
        series = [
            Series(
                "this",
                [
                    Value(each.cancelled.value, f"{each.day}: {number(each.cancelled.value or 0)}")
                    for each in self._send.followers
                ],
            ),
            Series(
                "usual",
                [
                    Value(
                        each.usual.median if each.usual else None,
                        self._plain(Phrase("usual: {count}", count=number(each.usual.median))) if each.usual else "",
                    )
                    for each in self._send.followers
                ],
            ),
        ]
        chart = bars(self._caption("followers", described), labels, series, number) if can_draw() else ""
        legend = [("this", Phrase("unfollows"))]
        if any(each.usual is not None for each in self._send.followers):
            legend.append(("usual", Phrase("median of the same weekday of earlier weeks")))
        inside = (
            whole
            + (self._legend(legend) + chart if chart else "")
            + self._numbers(described, heads, rows, notes.written(), is_open=not chart)
        )
        return self._card("followers", name, inside + (self._unknown_days() if chart else ""), "")

    def _unknown_days(self) -> str:
        """Say why days have no bar, below a chart that has one of another day."""
        reasons: dict[Missing, list[str]] = {}
        for each in self._send.followers:
            if each.cancelled.missing is not None:
                reasons.setdefault(each.cancelled.missing, []).append(each.day.isoformat())
        said = (Phrase("{days}: {why}", days=enumerated(days), why=MISSING[why]) for why, days in reasons.items())
        return "".join(f'<p class="notes">{self._sheet.say(each)}</p>' for each in said)

    def articles(self) -> str:
        """Return the articles of the send, by their positions."""
        if len(self._send.articles) < 2:
            return ""
        notes = Notes(self._sheet)
        most = max((newest_figure(each, Metric.READ_USER).value or 0 for each in self._send.articles), default=0)
        heads = [Phrase("position"), Phrase("title"), *(ARTICLE_COLUMNS[each] for each in ARTICLE_COLUMNS)]
        rows = [self._article(each, most, notes) for each in self._send.articles]
        caption = self._sheet.say(Phrase("By the newest day of each."))
        shown = table(caption, [self._sheet.say(each) for each in heads], rows, kind="positions")
        fell = "".join(f'<p class="notes">{self._sheet.say(each)}</p>' for each in fell_beside(self._send.articles))
        return self._card("articles", Phrase("Articles by position"), shown + notes.written() + fell, "wide")

    def _article(self, article: ArticleReport, most: float, notes: Notes) -> list[Cell]:
        title = written(article.title or DASH)
        if article.url and article.url.startswith(("https://", "http://")):
            title = f'<a href="{written(article.url)}" rel="noreferrer">{title}</a>'
        if article.is_withdrawn:
            title += f" · {self._sheet.say(Phrase('withdrawn'))}"
        readers = newest_figure(article, Metric.READ_USER).value
        bar = share_bar(readers / most if readers is not None and most else None)
        figures = [
            Cell(notes.figure(newest_figure(article, metric), metric), label=say(name, self._sheet.language))
            for metric, name in ARTICLE_COLUMNS.items()
        ]
        return [Cell(f"{article.position}"), Cell(f"{title}{bar}", is_number=False), *figures]

    def _scene(self, scene: str) -> str:
        return self._sheet.say(SCENE.get(scene, scene))

    def _plain(self, words: Phrase) -> str:
        """Say words for a drawing, which escapes them itself."""
        return say(words, self._sheet.language)

    def _caption(self, key: str, described: Phrase) -> Caption:
        return Caption(f"{self._anchor}-{key}", self._send.title, self._plain(described))

    def _card(self, key: str, name: Phrase, inside: str, kind: str) -> str:
        at = written(f"{self._anchor}-{key}-name")
        heading = f'<h{self._level} id="{at}">{self._sheet.say(name)}</h{self._level}>'
        return f'<section class="card {kind}" aria-labelledby="{at}">{heading}{inside}</section>\n'

    def _legend(self, kinds: Sequence[tuple[str, Phrase]]) -> str:
        if not can_draw():
            return ""
        items = "".join(f'<li class="{kind}">{self._sheet.say(words)}</li>' for kind, words in kinds)
        return f'<ul class="legend">{items}</ul>'

    def _numbers(
        self,
        caption: Phrase,
        heads: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        notes: str = "",
        is_open: bool = False,
    ) -> str:
        """Return the table behind a chart; it is open where there is no chart."""
        name = self._sheet.say(Phrase("numbers"))
        opened = " open" if is_open or not can_draw() else ""
        shown = table(self._sheet.say(caption), [self._sheet.say(each) for each in heads], rows, kind="figures")
        return f"<details{opened}><summary>{name}</summary>{shown}{notes}</details>"


def _whole(markup: str) -> str:
    """Return what no line may break."""
    return f'<span class="whole">{markup}</span>'


def percent_short(share: float) -> str:
    """Write a share for an axis."""
    return f"{share * 100:.0f}%"


_SOURCE: Final = "https://developers.weixin.qq.com/doc/service/api/wedata/{}"
_MEANINGS: Final = (
    (
        METRIC[Metric.READ_USER],
        Phrase("People who read the article, from all sources: what each day brought, added from its publication on."),
        "news/api_getarticletotaldetail",
    ),
    (
        METRIC[Metric.READ_DELIVERY_RATE],
        Phrase("Of the people whom the message reached, the share that read the article."),
        "news/api_getarticletotaldetail",
    ),
    (
        METRIC[Metric.READ_FINISH_RATE],
        Phrase("Of its readers, the share that read to the end. WeChat gives the share, and no number of people."),
        "news/api_getarticletotaldetail",
    ),
    (
        Phrase("where readers leave"),
        Phrase("Of its readers, the share that left in each fifth of the article; WeChat's positions 1 to 5."),
        "news/api_getarticletotaldetail",
    ),
    (
        SCENE[Scene.RECOMMENDED],
        Phrase("Readers to whom WeChat showed the article by itself. They are no part of what followers read."),
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
    days = sheet.say(Phrase("Day 1 is the Beijing day of the send. WeChat counts an article for 30 days."))
    name = sheet.say(Phrase("What the numbers mean"))
    return f'<section class="meanings"><h2>{name}</h2><p>{days}</p><dl>{said}</dl></section>'


def _source(page: str, sheet: Sheet) -> str:
    if not page:
        return ""
    name = page.rpartition("_")[2]
    words = sheet.say(Phrase("WeChat's page"))
    return f' <a href="{_SOURCE.format(page)}" rel="noreferrer" title="{words}"><code>{name}</code></a>'
