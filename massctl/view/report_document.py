"""A report as sections of sentences and tables: what the page, the terminal and Markdown show, worded once.

A section stands only where it has something to say; what is not known is one line, and no table of dashes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from massctl.model.frozen import Frozen
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase, enumerated
from massctl.report.report import (
    DAYS,
    FULL_MAX,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    ArticleReport,
    Aspect,
    Breakdown,
    Comparison,
    DayFigures,
    Figure,
    GapPart,
    GapSplit,
    Metric,
    Missing,
    Point,
    Report,
    SendReport,
    SourceRow,
    Verdict,
    VerdictCode,
)
from massctl.report.usual import Standing
from massctl.view.report_verdict import (
    STANDING,
    mean_words,
    report_sentence,
    scene_brief,
    share_beside,
    verdict_sentences,
)
from massctl.view.report_words import (
    ASPECT,
    BY,
    DASH,
    JUDGED,
    LEAVES,
    METRIC,
    MISSING,
    SCENE,
    SIDE_BY_SIDE,
    SIGN,
    Kind,
    Notes,
    about_words,
    account_words,
    as_of_words,
    audience_name,
    audience_words,
    compared_words,
    fell_words,
    group_name,
    in_sentences,
    job_words,
    median_number,
    number,
    numbers_words,
    outcome_words,
    percent,
    range_text,
    send_facts,
    sends_counted,
    shares_text,
    signed,
)


class Amount(Frozen):
    """A number in a table, and what stands beside it."""

    figure: Figure
    metric: Kind | None = None
    of: str | None = None
    """Its share, or by which day it is where others are by another."""
    is_share: bool = False
    has_bar: bool = False
    """Whether a page draws it, as a share from 0 to 1."""
    standing: Standing | None = None
    """Where it lies among comparable sends."""

    @property
    def written(self) -> str:
        """Return the number in digits; empty where it is missing."""
        value = self.figure.value
        if value is None:
            return ""
        return percent(value) if self.is_share else number(value, self.metric)


class Title(Frozen):
    """Words of somebody else, and what stands behind them."""

    text: str
    url: str = ""
    """Where they lead on a page."""
    about: tuple[str, ...] = ()


class Change(Frozen):
    """How many more readers there were than usual, or fewer."""

    count: int
    most: int
    """The largest change of the table, or the largest fall, by which a page draws it."""


class Mark(Frozen):
    """A verdict in a word."""

    kind: str
    """The class of its row: `is-above`, `is-within`, `is-below`, or `is-none` where nothing is compared."""
    word: Phrase


Cell: TypeAlias = str | Amount | Title | Change | Mark
"""A Phrase is said, and any other text is a number or a date."""


def number_text(of: Amount | Change, notes: Notes) -> str:
    """Write a number with the sign of what is more or less than usual, or a dash with the letter of its reason."""
    if isinstance(of, Change):
        return signed(of.count)
    if of.figure.value is None:
        return f"{DASH} ({notes.mark(of.figure)})"
    sign = f"{SIGN[of.standing]} " if of.standing in SIGN else ""
    return sign + of.written


class Table(Frozen):
    """Rows below heads; the first cell of a row names it."""

    kind: str
    """Its class in the style sheet."""
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def are_words(self) -> list[bool]:
        """Tell of each column whether it has words, which stand on the left."""
        return [
            place == 0 or any(isinstance(row[place], Phrase | Title | Mark) for row in self.rows)
            for place in range(len(self.heads))
        ]


class Section(Frozen, kw_only=True):
    """A part of a report."""

    key: str
    """Names it in a page."""
    title: Phrase | Title
    said: Sequence[str] = ()
    """Paragraphs above the table."""
    facts: Sequence[Cell] = ()
    """What stands on one line above the table."""
    table: Table | None = None
    notes: Sequence[Phrase] = ()
    """What stands below it."""
    is_detail: bool = False
    """Whether a page folds it, and a report on several sends leaves it out."""


def report_sections(report: Report, *, has_details: bool) -> Iterator[Section]:
    """Return the accounts of a report and, of a few sends, each; with details where it is the only one."""
    is_only = len(report.sends) == 1
    if not report.sends:
        yield Section(key="sends", title=report_sentence(report.sends, report.since))
    elif report.series is not None:
        yield series_section(report)
        return
    elif not is_only:
        yield _all_sends(report)
    if len(report.sends) <= FULL_MAX:
        for send in report.sends:
            yield Section(
                key="send",
                title=Title(send.title),
                said=verdict_sentences(send, send.verdict),
                facts=(Title(send.account), *send_facts(send), *about_words(send)),
            )
            has_all = has_details and is_only
            yield from (each for each in send_sections(send) if has_all or not each.is_detail)
    for account in report.accounts:
        yield account_section(account)
        sends = [each for each in report.sends if each.appid == account.appid]
        yield from side_by_side(account, sends)


def send_sections(send: SendReport) -> Iterator[Section]:
    """Return the parts of one send: what followers did, where readers came from, then the details."""
    yield from _gap(send.verdict)
    yield from _funnel(send)
    yield from _outcomes(send)
    yield from _finding(send)
    first = send.first
    if first is not None:
        yield from _reads(send, first)
        yield from _sources(first)
        yield from _every_day(first)
        yield from _leaves(first)
    yield from _followers(send)
    yield from _articles(send.articles)


def _finding(send: SendReport) -> Iterator[Section]:
    if send.finding:
        yield Section(key="finding", title=Phrase("What was learnt"), facts=(Title(send.finding),))


_ANY_OUTCOME = Phrase("others")


def _outcomes(send: SendReport) -> Iterator[Section]:
    """Return what came of the links, day by day. It is arithmetic, and names no cause."""
    if not send.outcomes:
        return
    rows: list[Sequence[Cell]] = []
    for each in send.outcomes:
        name = Title(each.name) if each.name else _ANY_OUTCOME
        rows.append((name, *map(Amount, each.counts), Amount(each.per_thousand)))
        if all(figure.missing is not Missing.NOT_GIVEN for figure in each.amounts):
            amount = Phrase("{name}: amount", name=each.name or _ANY_OUTCOME)
            rows.append((amount, *map(Amount, each.amounts), ""))
    days = (Phrase("day {day}", day=day) for day in DAYS)
    heads = (Phrase("outcome"), *days, Phrase("for each 1,000 who received it"))
    said = Phrase(
        "Outcomes whose link tag its links carried, by the end of each day. Nobody knows whether the letter caused "
        "them."
    )
    yield Section(
        key="outcomes",
        title=Phrase("What came of its links"),
        table=Table("figures", heads, rows),
        notes=(said,),
    )


def series_section(report: Report) -> Section:
    """Return the letters of a series in their order: when, the verdict, the readers, and what was learnt."""
    rows: list[Sequence[Cell]] = [
        (
            each.ref_date.isoformat(),
            Title(each.title, about=(each.campaign,)),
            mark_of(each),
            Amount(each.figure(Metric.READ_USER, SIDE_BY_SIDE_DAY)),
            Title(each.finding or DASH),
        )
        for each in reversed(report.sends)
    ]
    heads = (
        Phrase("day"),
        Phrase("letter"),
        Phrase("verdict"),
        Phrase("readers by the end of day {day}", day=SIDE_BY_SIDE_DAY),
        Phrase("What was learnt"),
    )
    return Section(
        key="series",
        title=Phrase("The series {name}", name=report.series),
        table=Table("sends", heads, rows),
    )


def days_shown(article: ArticleReport) -> list[DayFigures]:
    """Return the days of an article that have a column: those of a report with a number, and the newest."""
    shown = {
        each.day: each
        for each in article.days
        if any(figure.value is not None for figure in each.by_metric.values())
    }
    if article.latest is not None:
        shown.setdefault(article.latest.day, article.latest)
    return [shown[day] for day in sorted(shown)]


def day_words(day: DayFigures | Point) -> Phrase:
    """Name a day of a send, and say of one that WeChat is still counting that it is not whole."""
    say = Phrase("day {day} so far") if day.is_delay else Phrase("day {day}")
    return Phrase(say, day=day.day)


def late_words(days: Iterable[DayFigures | Point]) -> list[Phrase]:
    """Say which days are not whole yet; nothing where all are."""
    late = [
        Phrase("day {day} ({date})", day=each.day, date=f"{each.stat_date:%m-%d}")
        for each in days
        if each.is_delay
    ]
    say = Phrase("Not whole yet: {days}. WeChat said that newer numbers are to come.")
    return [Phrase(say, days=enumerated(late))] if late else []


def _gap(verdict: Verdict) -> Iterator[Section]:
    """Return where readers came from beside the mean, source by source; it adds up."""
    gap = verdict.gap
    if gap is None:
        return
    parts = [each for each in gap.parts if each.value or each.usual]
    most = max((abs(each.gap) for each in parts), default=0)
    rows = [_part(scene_brief(each), each, most) for each in parts]
    total = _part(Phrase("in all"), gap, most)
    if len(rows) == 1:
        rows = []
    yield Section(
        key="gap",
        title=Phrase("Where readers came from by day {day}", day=verdict.day),
        said=(compared_words(verdict.reference), *mean_words(gap, verdict.reference)),
        table=Table(
            "gap",
            ("", Phrase("this send"), Phrase("mean"), Phrase("difference")),
            [*rows, total],
        ),
    )


def _part(name: str, part: GapPart | GapSplit, most: int) -> Sequence[Cell]:
    words = name if isinstance(name, Phrase) else Title(name)
    return words, number(part.value), number(part.usual), Change(part.gap, most)


def _funnel(send: SendReport) -> Iterator[Section]:
    """Return what became of the message, and what followers did beside what is usual."""
    verdict, job = send.verdict, job_words(send)
    # Where readers came from says how many read it.
    followers = [each for each in verdict.comparisons if each.aspect is not Aspect.READERS]
    shown = [each for each in followers if each.figure.value is not None]
    is_compared = any(each.usual is not None for each in shown)
    rows = [_aspect(each, is_compared=is_compared) for each in shown]
    heads = ("", Phrase("this send"), Phrase("mean"), Phrase("usual"))
    if rows or job is not None:
        yield Section(
            key="funnel",
            title=Phrase("What followers did"),
            said=[job] if job is not None else [],
            table=Table("funnel", heads if is_compared else heads[:2], rows) if rows else None,
        )


def _aspect(of: Comparison, *, is_compared: bool) -> Sequence[Cell]:
    """Return what followers did, with its share, the mean of the others' shares, and those that are usual."""
    own = Amount(of.figure, of.aspect, share_beside(of), standing=of.standing)
    if not is_compared:
        return ASPECT[of.aspect], own
    if of.usual is None or of.mean is None:
        return ASPECT[of.aspect], own, "", ""
    return ASPECT[of.aspect], own, percent(of.mean), shares_text(of.usual)


def _reads(send: SendReport, first: ArticleReport) -> Iterator[Section]:
    """Return how readers grew, beside the middle half of comparable sends; one day alone shows less than its number."""
    quartiles = {each.day: range_text(each.quartiles) for each in send.quartiles}
    if len(first.points) < 2 and not (quartiles and first.points):
        return
    heads = [Phrase("day"), Phrase("readers"), *([Phrase("middle half")] if quartiles else [])]
    rows: list[Sequence[Cell]] = []
    for each in first.points:
        beside = [quartiles.get(each.day, "")] if quartiles else []
        rows.append((day_words(each), number(each.read_user), *beside))
    yield Section(
        key="reads",
        title=Phrase("Readers, day by day"),
        table=Table("figures", heads, rows),
        notes=[*late_words(first.points), *fell_words(first.fell)],
        is_detail=True,
    )


def _sources(article: ArticleReport) -> Iterator[Section]:
    days = days_shown(article)
    rows: list[Sequence[Cell]] = []
    for row in article.sources:
        figures = [readers_from(row, each.day) for each in days]
        if any(each.value is not None for each in figures):
            rows.append((SCENE.get(row.scene) or Title(row.scene), *map(Amount, figures)))
    if rows:
        yield Section(
            key="sources",
            title=Phrase("Sources, day by day"),
            table=Table("by-day", ["", *map(day_words, days)], rows),
            notes=late_words(days),
            is_detail=True,
        )


def readers_from(row: SourceRow, day: int) -> Figure:
    """Return the people from one source by the end of a day that has a column."""
    return row.figures[DAYS.index(day)] if day in DAYS else row.newest


def _every_day(article: ArticleReport) -> Iterator[Section]:
    """Return all that WeChat counts of an article; what has no number at all is told in a line."""
    days = days_shown(article)
    rows: list[Sequence[Cell]] = []
    lacking: dict[Missing, list[Phrase]] = {}
    for metric in Metric:
        figures = [day.by_metric[metric] for day in days]
        missing = figures[-1].missing if figures else None
        if any(each.value is not None for each in figures):
            rows.append((METRIC[metric], *(Amount(each, metric) for each in figures)))
        elif missing is not None:
            lacking.setdefault(missing, []).append(METRIC[metric])
    for day in article.days:
        readers = day.by_metric[Metric.READ_USER].missing
        if day not in days and readers is not None and readers is not Missing.NOT_YET:
            lacking.setdefault(readers, []).append(day_words(day))
    without = [
        Phrase("{what}: {reason}", what=enumerated(names), reason=MISSING[why])
        for why, names in lacking.items()
    ]
    if rows:
        yield Section(
            key="days",
            title=Phrase("Everything that WeChat counts"),
            table=Table("by-day", ["", *map(day_words, days)], rows),
            notes=[*late_words(days), *_coming(article), *without],
            is_detail=True,
        )


def _coming(article: ArticleReport) -> Iterator[Phrase]:
    """Return when WeChat has the days of a report that are not over."""
    coming = [
        each
        for each in article.days
        if all(figure.missing is Missing.NOT_YET for figure in each.by_metric.values())
    ]
    if coming:
        yield Phrase(
            "Still to come: day {days}. WeChat has the numbers of a day from about 08:00 of the next: {dates}.",
            days=enumerated([str(each.day) for each in coming]),
            dates=enumerated([(each.stat_date + timedelta(days=1)).isoformat() for each in coming]),
        )


def _leaves(article: ArticleReport) -> Iterator[Section]:
    if any(each.share is not None for each in article.leaves):
        shares = [
            Amount(each.figure, Metric.READ_FINISH_RATE, has_bar=True) for each in article.leaves
        ]
        heads = (Phrase("fifth of the article"), Phrase("readers that left"))
        yield Section(
            key="leaves",
            title=Phrase("Where readers leave"),
            table=Table("figures", heads, list(zip(LEAVES, shares, strict=True))),
            notes=(Phrase("Who leaves in the last fifth has read nearly all of it."),),
            is_detail=True,
        )


def _followers(send: SendReport) -> Iterator[Section]:
    rows = [
        (
            each.day.isoformat(),
            Amount(each.cancelled),
            range_text(each.usual) if each.usual is not None else "",
            Amount(each.joined),
        )
        for each in send.followers
        if each.cancelled.value is not None or each.joined.value is not None
    ]
    heads = (Phrase("day"), Phrase("unfollowed"), Phrase("usual"), Phrase("followed"))
    if rows:
        yield Section(
            key="followers",
            title=Phrase("Unfollows"),
            table=Table("figures", heads, rows),
            notes=(
                Phrase(
                    "Of the whole account, not of this send alone. Usual: the same weekday of the eight weeks before."
                ),
            ),
            is_detail=True,
        )


ARTICLE_COLUMNS: Mapping[Metric, Phrase] = {
    Metric.READ_USER: Phrase("readers"),
    Metric.READ_FINISH_RATE: Phrase("read to the end"),
    Metric.SHARE_USER: Phrase("shared"),
    Metric.READ_SUBSCRIBE_USER: Phrase("followed after reading"),
}
"""What the articles of a send are put side by side by."""


def _articles(articles: Sequence[ArticleReport]) -> Iterator[Section]:
    """Put the articles of a send side by side by the newest day of each."""
    if len(articles) < 2:
        return
    rows: list[Sequence[Cell]] = []
    for each in articles:
        about = [Phrase("withdrawn")] if each.is_withdrawn else []
        newest = each.latest or each.days[0]
        figures = (Amount(newest.by_metric[metric], metric) for metric in ARTICLE_COLUMNS)
        rows.append(
            (str(each.position), Title(each.title or DASH, each.url or "", tuple(about)), *figures)
        )
    yield Section(
        key="articles",
        title=Phrase("Articles by position"),
        table=Table(
            "positions", (Phrase("position"), Phrase("title"), *ARTICLE_COLUMNS.values()), rows
        ),
        notes=[
            Phrase("By the newest day of each."),
            *late_words([articles[0].latest] if articles[0].latest is not None else []),
        ]
        + [
            Phrase("Article {number}: {said}", number=each.position, said=said)
            for each in articles[1:]
            for said in fell_words(each.fell)
        ],
        is_detail=True,
    )


# Many sends


class Column(Frozen):
    """A column of the table of sends."""

    name: Phrase
    aspect: Aspect | None = None

    def value(self, send: SendReport, key: str) -> float | str | None:
        """Return what a send is sorted by; None for a number that is missing."""
        if self.aspect is not None:
            return _beside_others(send, self.aspect).figure.value
        if key == "verdict":
            return _MARKS.index(mark_of(send).kind)
        return send.title.casefold() if key == "title" else send.sent_at.timestamp()


COLUMNS = {
    "sent": Column(Phrase("sent")),
    "title": Column(Phrase("send")),
    "verdict": Column(Phrase("followers")),
    "readers": Column(Phrase("readers"), Aspect.READERS),
    "opened": Column(Phrase("opened"), Aspect.OPENED),
    "finished": Column(Phrase("finished"), Aspect.FINISHED),
    "shared": Column(Phrase("shared"), Aspect.SHARED),
    "followed": Column(Phrase("followed"), Aspect.FOLLOWED),
}
"""The columns of the table of sends."""
_MARKS = ("is-none", "is-below", "is-within", "is-above")
ALL_SENDS = Phrase(
    "By the end of day {day}, or of the day that stands there.", day=SIDE_BY_SIDE_DAY
)
LISTED_MAX = 30
"""So many rows of the table of sends are shown at first."""


Address: TypeAlias = Callable[[SendReport], str]
"""Where a page shows a send in full; empty for one that is not."""


def send_row(send: SendReport, labels: Mapping[AppId, str], address: str = "") -> Sequence[Cell]:
    """Return the row of a send among all, with the label of its account where there are several."""
    whose = [labels[send.appid]] if len(labels) > 1 else []
    whom = audience_name(send.scope, send.tag)
    about = (*whose, send.campaign, whom, *outcome_words(send), *numbers_words(send))
    aspects = [each.aspect for each in COLUMNS.values() if each.aspect is not None]
    numbers = [_beside_others(send, each) for each in aspects]
    if all(each.figure.value is None for each in numbers):
        numbers = []
    sent = send.sent_at.date().isoformat()
    rest = [""] * (len(aspects) - len(numbers))
    return sent, Title(send.title, address, about), mark_of(send), *numbers, *rest


def verdict_beside_others(send: SendReport) -> Verdict:
    """Return the verdict of a send by the day by which sends stand side by side, else its newest."""
    return send.verdict_by(SIDE_BY_SIDE_DAY) or send.verdict


def mark_of(send: SendReport) -> Mark:
    """Return the verdict on a send in a word: what followers did, else why that is not compared."""
    verdict = verdict_beside_others(send)
    opened = verdict.comparison(Aspect.OPENED)
    if verdict.code is VerdictCode.COMPARED and opened is not None:
        if opened.standing is not None:
            return Mark(f"is-{opened.standing.value}", STANDING[opened.standing])
        if opened.whole.value is None:
            return Mark("is-none", Phrase("receivers not recorded"))
        if opened.share.value is not None:
            return Mark("is-none", JUDGED[VerdictCode.TOO_FEW])
    return Mark("is-none", JUDGED.get(verdict.code, JUDGED[VerdictCode.UNCOUNTED]))


def _beside_others(send: SendReport, aspect: Aspect) -> Amount:
    verdict = verdict_beside_others(send)
    found = verdict.comparison(aspect)
    if found is None:
        return Amount(send.judged(aspect, SIDE_BY_SIDE_DAY), aspect)
    if aspect is Aspect.OPENED:
        return Amount(found.share, aspect, is_share=True, standing=found.standing)
    said = None
    if aspect is Aspect.READERS and verdict.day != SIDE_BY_SIDE_DAY:
        said = Phrase("day {day}", day=verdict.day)
    return Amount(found.figure, aspect, said, standing=found.standing)


def sends_table(rows: Sequence[Sequence[Cell]]) -> Table:
    """Return the table of sends."""
    return Table("sends", [each.name for each in COLUMNS.values()], rows)


def _all_sends(report: Report) -> Section:
    """Return the sends, newest first."""
    labels = {each.appid: each.label for each in report.accounts}
    rows = [send_row(each, labels) for each in report.sends[:LISTED_MAX]]
    left_out = len(report.sends) - LISTED_MAX
    more = Phrase("and {sends} more: --format csv has all", sends=sends_counted(left_out))
    return Section(
        key="sends",
        title=Phrase("All sends"),
        said=(report_sentence(report.sends, report.since),),
        table=sends_table(rows),
        notes=[ALL_SENDS, more] if left_out > 0 else [ALL_SENDS],
    )


def account_section(account: AccountReport) -> Section:
    """Return as of when the numbers of an account are, how many follow it, and what is left of its allowance."""
    return Section(
        key="account",
        title=Title(account.label),
        said=[
            in_sentences(each)
            for each in (as_of_words(account.freshness), account_words(account))
            if each
        ],
    )


def side_by_side(account: AccountReport, sends: Sequence[SendReport]) -> Iterator[Section]:
    """Return the groups of an account's sends, as far as there are two of them to put beside each other."""
    said = (SIDE_BY_SIDE, *audience_words(account, sends))
    for each in account.breakdowns:
        if len(each.groups) > 1:
            yield Section(
                key=f"by-{each.by.value}",
                title=BY[each.by],
                table=_groups(each),
                said=said,
                is_detail=True,
            )
            said = ()


def _groups(found: Breakdown) -> Table:
    rows: list[Sequence[Cell]] = []
    for each in found.groups:
        name = group_name(found.by, each.key)
        rows.append(
            (
                name if isinstance(name, Phrase) else Title(name),
                number(each.count),
                median_number(each.quartiles, found.metric),
                range_text(each.quartiles, found.metric),
            )
        )
    heads = (BY[found.by], Phrase("number"), Phrase("median"), Phrase("middle half"))
    return Table("groups", heads, rows)
