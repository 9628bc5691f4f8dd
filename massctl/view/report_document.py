"""A report as sections of sentences and tables: what the page and Markdown both show, worded once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, enumerated, plural_phrase
from massctl.report.report import (
    DAYS,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    ArticleReport,
    Aspect,
    Breakdown,
    DayFigures,
    Figure,
    GapPart,
    GapSplit,
    Metric,
    Missing,
    Origin,
    Quartiles,
    Scene,
    SendReport,
    SourceRow,
    Stage,
    Standing,
    UsualDay,
    Verdict,
    VerdictCode,
)
from massctl.view.report_verdict import reference_words, signed
from massctl.view.report_words import (
    ASPECT,
    BY,
    DASH,
    LEAVES,
    METRIC,
    MISSING,
    NO_SOURCE,
    SCENE,
    STAGE,
    WHOLE,
    Kind,
    allowance_words,
    as_of_words,
    audience_name,
    compared_words,
    fell_words,
    group_name,
    median_number,
    number,
    numbers_words,
    outcome_words,
    percent,
    quartiles_words,
    range_text,
    readers_per_use_words,
)


class Amount(Frozen):
    """A number in a table, and what stands beside it."""

    figure: Figure
    metric: Kind | None = None
    of: Phrase | None = None
    """What it is a share of."""
    bar: str = ""
    """The kind of bar that a page draws of a share; empty for none."""
    standing: Standing | None = None
    """Where it lies among comparable sends."""


class Title(Frozen):
    """Words of somebody else, and what stands behind them."""

    text: str
    url: str = ""
    """Where they lead on a page."""
    about: tuple[str, ...] = ()


class Spread(Frozen):
    """The range between quartiles, which a page draws on a scale from 0 to `top`."""

    quartiles: Quartiles
    top: float
    metric: Kind | None = None


Cell: TypeAlias = str | Amount | Title | Spread
"""A Phrase is said, and any other text is a number or a date."""


class Table(Frozen):
    """Rows below heads; the first cell of a row names it."""

    kind: str
    """Its class in the style sheet."""
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: Phrase | None = None

    @property
    def are_words(self) -> list[bool]:
        """Tell of each column whether it has words, which stand on the left."""
        return [
            place == 0 or any(_is_words(row[place]) for row in self.rows)
            for place in range(len(self.heads))
        ]

    @property
    def reasons(self) -> list[Phrase]:
        """Return why it shows no number at all: one of nothing but dashes says no more. Nothing if it shows one."""
        figures = [cell.figure for row in self.rows for cell in row if isinstance(cell, Amount)]
        if any(each.value is not None for each in figures):
            return []
        said = dict.fromkeys(MISSING[each.missing] for each in figures if each.missing is not None)
        return [Phrase("{dash} ({why})", dash=DASH, why=why) for why in said]


def _is_words(cell: Cell) -> bool:
    return isinstance(cell, Phrase | Title | Spread) or (
        isinstance(cell, Amount) and cell.of is not None
    )


class Section(Frozen):
    """A part of a report."""

    key: str
    """Names it in a page."""
    title: Phrase
    tables: Sequence[Table]
    said: Sequence[Phrase] = ()
    """What stands above the tables."""
    notes: Sequence[Phrase] = ()
    """What stands below them."""


def send_sections(send: SendReport) -> list[Section]:
    """Return the parts of one send."""
    first = send.first
    found = [_every_day(first)] if first is not None else []
    found.append(funnel(send))
    if first is not None:
        found += [*_sources(first), *_leaves(first)]
    return [*found, _followers(send), *_articles(send.articles)]


def _every_day(article: ArticleReport) -> Section:
    days = days_shown(article)
    rows: list[Sequence[Cell]] = [
        (METRIC[metric], *(Amount(day.by_metric[metric], metric) for day in days))
        for metric in Metric
    ]
    return Section(
        "days",
        Phrase("Everything that WeChat counts"),
        (Table("by-day", _day_heads(days), rows),) if days else (),
        (Phrase("The first article, from its publication to the end of each day."),),
        (*_coming(article), *_fell(article)),
    )


def days_shown(article: ArticleReport) -> list[DayFigures]:
    """Return the days of an article that have a column: those of a report that are over, and the newest."""
    shown = {each.day: each for each in article.days if not _is_coming(each)}
    if article.latest is not None:
        shown.setdefault(article.latest.day, article.latest)
    return [shown[day] for day in sorted(shown)]


def _is_coming(day: DayFigures) -> bool:
    return all(each.missing is Missing.NOT_YET for each in day.by_metric.values())


def _day_heads(days: Iterable[DayFigures]) -> tuple[str, ...]:
    return "", *(
        Phrase("day {day} ({date})", day=each.day, date=f"{each.stat_date:%m-%d}") for each in days
    )


def _coming(article: ArticleReport) -> Iterable[Phrase]:
    """Return when WeChat has the days of a report that are not over."""
    coming = [each for each in article.days if _is_coming(each)]
    if coming:
        yield Phrase(
            "Still to come: day {days}. WeChat has the numbers of a day from about 08:00 of the next: {dates}.",
            days=enumerated([str(each.day) for each in coming]),
            dates=enumerated([(each.stat_date + timedelta(days=1)).isoformat() for each in coming]),
        )


def _fell(article: ArticleReport) -> tuple[Phrase, ...]:
    return (fell_words(article.fell),) if article.fell else ()


def funnel(send: SendReport) -> Section:
    """Follow a send from its audience to those who followed the account after reading."""
    ledger = [each for each in send.funnel if each.people.origin is Origin.LEDGER]
    article = [each for each in send.funnel if each.people.origin is not Origin.LEDGER]
    heads = (Phrase("stage"), Phrase("people"), Phrase("share"))
    tables = (
        Table("stages", heads, list(map(_stage, ledger)), Phrase("the message, by the ledger")),
        Table("stages", heads, list(map(_stage, article)), _article_name(send.first)),
    )
    return Section("funnel", Phrase("From the audience to followers"), tables)


def _article_name(first: ArticleReport | None) -> Phrase:
    """Name the first article, with the day by which its numbers are."""
    if first is None or first.latest is None:
        return Phrase("the first article, by WeChat's statistics")
    return Phrase(
        "the first article by the end of day {day} ({date}), by WeChat's statistics",
        day=first.latest.day,
        date=first.latest.stat_date.isoformat(),
    )


def _stage(stage: Stage) -> tuple[Cell, ...]:
    share: Cell = ""
    if stage.share is not None and stage.of is not None and stage.share.value is not None:
        of = WHOLE[stage.of]
        if stage.of_people is not None:
            of = Phrase("{whole} ({count:,})", whole=of, count=stage.of_people)
        # A share is written as the rate of readers is.
        share = Amount(stage.share, Metric.READ_FINISH_RATE, of, stage.name.value)
    return STAGE[stage.name], Amount(stage.people), share


def _sources(article: ArticleReport) -> Iterable[Section]:
    if not any(
        each.value is not None for row in article.sources for each in (*row.figures, row.newest)
    ):
        return
    days = days_shown(article)
    rows: list[Sequence[Cell]] = [
        (
            SCENE.get(row.scene) or Title(row.scene),
            *(Amount(readers_from(row, each.day)) for each in days),
        )
        for row in article.sources
    ]
    yield Section(
        "sources",
        Phrase("Where readers came from"),
        (Table("by-day", _day_heads(days), rows),),
        list(recommended(article)),
    )


def readers_from(row: SourceRow, day: int) -> Figure:
    """Return the people from one source by the end of a day that has a column."""
    return row.figures[DAYS.index(day)] if day in DAYS else row.newest


def recommended(article: ArticleReport) -> Iterable[Phrase]:
    """Return how many readers WeChat's recommendations brought, as far as it is known."""
    figure = next(
        (each.newest for each in article.sources if each.scene == Scene.RECOMMENDED), None
    )
    readers = article.latest.by_metric[Metric.READ_USER] if article.latest is not None else None
    if figure is None or figure.value is None or readers is None or not readers.value:
        return
    yield Phrase(
        "{recommended} of {readers} readers ({share}) came by WeChat's recommendations. They need not follow you.",
        recommended=number(figure.value),
        readers=number(readers.value),
        share=percent(figure.value / readers.value),
    )


def _leaves(article: ArticleReport) -> Iterable[Section]:
    if any(each.share is not None for each in article.leaves):
        heads = (Phrase("part"), Phrase("readers that left"))
        shares = [Amount(each.figure, Metric.READ_FINISH_RATE) for each in article.leaves]
        yield Section(
            "leaves",
            Phrase("Where readers leave"),
            (Table("figures", heads, list(zip(LEAVES, shares, strict=True))),),
            (
                Phrase(
                    "The share of readers that left in each fifth of the first article, from its beginning."
                ),
                Phrase("Who leaves in the last fifth has read nearly all of it."),
            ),
        )


def _followers(send: SendReport) -> Section:
    rows = [
        (
            each.day.isoformat(),
            Amount(each.cancelled),
            quartiles_words(each.usual, len(each.compared)) if each.usual is not None else DASH,
            Amount(each.joined),
        )
        for each in send.followers
    ]
    heads = (
        Phrase("day"),
        Phrase("unfollowed"),
        Phrase("same weekday of earlier weeks"),
        Phrase("followed"),
    )
    whole = Phrase("These are numbers of the whole account, not of this send alone.")
    return Section("followers", Phrase("Unfollows"), (Table("figures", heads, rows),), (whole,))


ARTICLE_COLUMNS: Mapping[Metric, Phrase] = {
    Metric.READ_USER: Phrase("readers"),
    Metric.READ_FINISH_RATE: Phrase("read to the end"),
    Metric.SHARE_USER: Phrase("shared"),
    Metric.READ_SUBSCRIBE_USER: Phrase("followed after reading"),
}
"""What the articles of a send are put side by side by."""


def _articles(articles: Sequence[ArticleReport]) -> Iterable[Section]:
    """Put the articles of a send side by side by the newest day of each."""
    if len(articles) < 2:
        return
    rows: list[Sequence[Cell]] = [
        (
            str(each.position),
            Title(
                each.title or DASH,
                each.url or "",
                (Phrase("withdrawn"),) if each.is_withdrawn else (),
            ),
            *(Amount(_newest(each, metric), metric) for metric in ARTICLE_COLUMNS),
        )
        for each in articles
    ]
    heads = (Phrase("position"), Phrase("title"), *ARTICLE_COLUMNS.values())
    fell = [
        Phrase("Article {number}: {said}", number=each.position, said=said)
        for each in articles[1:]
        for said in _fell(each)
    ]
    yield Section(
        "articles",
        Phrase("Articles by position"),
        (Table("positions", heads, rows),),
        (Phrase("By the newest day of each."),),
        fell,
    )


def _newest(article: ArticleReport, metric: Metric) -> Figure:
    """Return a number of an article by the newest day that WeChat gave."""
    return (article.latest or article.days[0]).by_metric[metric]


def comparisons(send: SendReport) -> Iterable[Section]:
    """Put the numbers of the newest verdict beside its reference set, and its readers by source beside their means."""
    verdict = send.verdict
    if verdict.code is VerdictCode.COMPARED:
        about = (compared_words(verdict.reference),)
        title = Phrase("Against comparable sends")
        yield Section("comparisons", title, (_comparisons(verdict),), about)
    yield from gap(send)


def _comparisons(verdict: Verdict) -> Table:
    rows = [
        (
            ASPECT[each.aspect],
            Amount(each.figure, each.aspect, standing=each.standing),
            range_text(each.quartiles, each.aspect),
            median_number(each.quartiles, each.aspect),
            number(each.count),
        )
        for each in verdict.comparisons
        if each.quartiles is not None
    ]
    heads = (
        Phrase("by the end of day {day}", day=verdict.day),
        Phrase("this send"),
        Phrase("usual"),
        Phrase("median"),
        Phrase("number"),
    )
    return Table("figures", heads, rows)


def gap(send: SendReport) -> Iterable[Section]:
    """Split how far the readers are from the mean by source; nothing unless the send is compared."""
    split, reference = send.verdict.gap, send.verdict.reference
    if split is None:
        return
    rows: list[Sequence[Cell]] = [
        (SCENE.get(each.scene or "") or each.scene or NO_SOURCE, *_row(each))
        for each in split.parts
        if each.scene is not None or each.value or each.usual
    ]
    total = (ASPECT[Aspect.READERS], *_row(split))
    heads = (
        Phrase("readers"),
        Phrase("this send"),
        Phrase("mean of {count}", count=reference.count),
        Phrase("difference"),
    )
    yield Section(
        "gap",
        Phrase("Where the difference came from"),
        (Table("figures", heads, [*rows, total]),),
        (Phrase("Beside {mean}. The parts add up.", mean=reference_words(reference)),),
    )


def _row(of: GapPart | GapSplit) -> tuple[str, str, str]:
    return number(of.value), number(of.usual), signed(of.gap)


_USUAL_HEADS = (Phrase("usual"), Phrase("median"))


def curve(send: SendReport) -> Iterable[Section]:
    """Return how readers grew, beside what is usual; one dot alone shows less than its number."""
    first, usual = send.first, usual_by_day(send)
    if first is None or (len(first.points) < 2 and not (usual and first.points)):
        return
    rows = []
    for each in first.points:
        day = Phrase("day {day} ({date})", day=each.day, date=f"{each.stat_date:%m-%d}")
        beside = _beside(usual.get(each.day)) if usual else ()
        rows.append((day, number(each.read_user) + "*" * each.is_delay, *beside))
    heads = [Phrase("day"), Phrase("readers"), *(_USUAL_HEADS if usual else ())]
    notes = [compared_words(send.verdict.reference)] if usual else []
    yield Section(
        "reads",
        Phrase("Readers, day by day"),
        (Table("figures", heads, rows),),
        (Phrase("Readers of the first article by the end of each day."),),
        (*notes, *_fell(first)),
    )


def usual_by_day(send: SendReport) -> dict[int, UsualDay]:
    """Return what is usual by day: by each day where it is known, else by the day of the verdict."""
    readers = send.verdict.comparison(Aspect.READERS)
    if send.usual or readers is None or readers.quartiles is None:
        return {each.day: each for each in send.usual}
    return {send.verdict.day: UsualDay(send.verdict.day, readers.quartiles, readers.count)}


def _beside(usual: UsualDay | None) -> tuple[str, ...]:
    if usual is None:
        return "", ""
    return range_text(usual.quartiles), median_number(usual.quartiles)


class Column(Frozen):
    """A column of the table of sends."""

    name: Phrase
    aspect: Aspect | None = None
    day: int = 0

    def value(self, send: SendReport, key: str) -> float | str | None:
        """Return what a send is sorted by; None for a number that is missing."""
        if self.aspect is not None:
            return send.judged(self.aspect, self.day).value
        return send.title.casefold() if key == "title" else send.sent_at.timestamp()


COLUMNS = {
    "sent": Column(Phrase("sent")),
    "title": Column(Phrase("send")),
    **{f"day-{day}": Column(Phrase("day {day}", day=day), Aspect.READERS, day) for day in DAYS},
    "opened": Column(Phrase("opened"), Aspect.OPEN_RATE, SIDE_BY_SIDE_DAY),
    "finished": Column(Phrase("read to the end"), Aspect.FINISHED, SIDE_BY_SIDE_DAY),
    "shared": Column(Phrase("shared"), Aspect.SHARED, SIDE_BY_SIDE_DAY),
    "followed": Column(Phrase("followed after reading"), Aspect.FOLLOWED, SIDE_BY_SIDE_DAY),
}
"""The columns of the table of sends."""
ALL_SENDS = Phrase(
    "Readers by the end of each day; what else is counted, by the end of day {day}. ▲ more and ▼ less than usual "
    "among the comparable sends before it.",
    day=SIDE_BY_SIDE_DAY,
)
LISTED_MAX = 30
"""So many rows of the table of sends are shown at first."""


def send_row(send: SendReport, address: str = "") -> tuple[Cell, ...]:
    """Return the row of a send among all; `address` is where a page shows it in full."""
    about = (
        send.campaign,
        audience_name(send.scope, send.tag),
        *outcome_words(send),
        *numbers_words(send),
    )
    return (
        f"{send.sent_at:%Y-%m-%d %H:%M}",
        Title(send.title, address, about),
        *(
            _amount(send, each.aspect, each.day)
            for each in COLUMNS.values()
            if each.aspect is not None
        ),
    )


def _amount(send: SendReport, aspect: Aspect, day: int) -> Amount:
    beside = send.comparison(aspect, day)
    standing = beside.standing if beside is not None else None
    return Amount(send.judged(aspect, day), aspect, standing=standing)


def sends_table(sends: Iterable[SendReport]) -> Table:
    """Return the table of sends."""
    return Table(
        "sends",
        tuple(each.name for each in COLUMNS.values()),
        tuple(map(send_row, sends)),
        ALL_SENDS,
    )


def account_words(account: AccountReport) -> list[Phrase]:
    """Say as of when the numbers of an account are, how many follow it, and what is left of its allowance."""
    said = as_of_words(account.freshness)
    if account.followers.value is not None and account.followers.until is not None:
        counted = plural_phrase(
            "{count:,} follower at the end of {day}.",
            "{count:,} followers at the end of {day}.",
            count=int(account.followers.value),
            day=account.followers.until.isoformat(),
        )
        said.append(counted)
    if account.allowance is not None:
        said += [allowance_words(account.allowance), readers_per_use_words(account.allowance)]
    return said


def side_by_side(account: AccountReport) -> list[Table]:
    """Return the groups of an account's sends, as far as there are two of them to put beside each other."""
    return [_groups(each) for each in account.breakdowns if len(each.groups) > 1]


def _groups(found: Breakdown) -> Table:
    top = max(each.quartiles.upper for each in found.groups) * 1.04
    rows = [
        (
            name if isinstance(name := group_name(found.by, each.key), Phrase) else Title(name),
            number(each.count),
            median_number(each.quartiles, found.metric),
            Spread(each.quartiles, top, found.metric),
        )
        for each in found.groups
    ]
    heads = (BY[found.by], Phrase("number"), Phrase("median"), Phrase("middle half"))
    return Table("groups", heads, rows)
