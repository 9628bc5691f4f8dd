"""A report as CSV: a line for each article and day of a send, and the dictionary that says what each column is.

A number that is missing is an empty cell, so that a program can add up the others; `missing` says why, column by
column. A cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final
from unicodedata import category

from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, in_a_row
from massctl.report.account import DAYS_AROUND
from massctl.report.comparison import audience_key
from massctl.report.report import (
    LEAVE_POSITIONS,
    ArticleReport,
    Comparison,
    DayFigures,
    Figure,
    Metric,
    Report,
    Scene,
    SendReport,
    StageName,
)
from massctl.view.i18n import Language, say
from massctl.view.report_words import DETAIL, METRIC, MISSING, ORIGIN_BY_METRIC, SCENE

_LEDGER: Final = Phrase("ledger")
_REPOSITORY: Final = Phrase("massctl: the repository as it was sent")
_COMPUTED: Final = Phrase("computed by massctl")
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Excel in Chinese and Japanese reads the wide ones likewise. Source: OWASP, "CSV Injection", read 2026-11."""


class _Line(Frozen):
    """What one line is about."""

    send: SendReport
    article: ArticleReport | None
    day: DayFigures | None

    def metric(self, metric: Metric) -> Figure | None:
        return self.day.figures.get(metric) if self.day is not None else None

    def stage(self, name: StageName) -> Figure:
        return self.send.stage(name).people

    def source(self, scene: str) -> Figure | None:
        """Return readers from a source; None on a day of which the report does not have them."""
        if self.article is None or self.day is None:
            return None
        place = [day.day for day in self.article.days]
        rows = [row for row in self.article.sources if row.scene == scene]
        if not rows:
            return None
        return rows[0].figures[place.index(self.day.day)] if self.day.day in place else rows[0].latest

    @property
    def more_sources(self) -> str:
        listed = [row.scene for row in self.article.sources if row.scene not in set(Scene)] if self.article else []
        found = ((scene, self.source(scene)) for scene in listed)
        return " ".join(f"{scene}={each.value:.0f}" for scene, each in found if each and each.value is not None)

    def leave(self, position: int) -> Figure | None:
        """Return who left in a position; only on the newest day, by which the report has it."""
        if self.article is None or self.article.latest is None or self.day != self.article.latest:
            return None
        return self.article.leaves[LEAVE_POSITIONS.index(position)]

    @property
    def compared(self) -> Comparison | None:
        if self.article is None or self.article.position != 1 or self.day is None:
            return None
        there = (each for each in self.send.comparisons if each.day == self.day.day)
        return next((each for each in there if each.metric is Metric.READ_USER), None)


Value = str | float | bool | Figure | None


class Column(Frozen):
    """One column: its name, what it is, whose it is, and what fills it."""

    name: str
    definition: str
    source: str
    value: Callable[[_Line], Value]


def _of_article(name: str) -> Callable[[_Line], Value]:
    def value(line: _Line) -> Value:
        found: str | float | None = getattr(line.article, name) if line.article is not None else None
        return found

    return value


def _metric(metric: Metric) -> Column:
    name = Phrase("{what}: from 0 to 1", what=METRIC[metric]) if metric.is_rate else METRIC[metric]
    return Column(metric.value, name, ORIGIN_BY_METRIC[metric], lambda line: line.metric(metric))


def _quartile(name: str) -> Callable[[_Line], Value]:
    def value(line: _Line) -> Value:
        quartiles = line.compared.quartiles if line.compared is not None else None
        return float(getattr(quartiles, name)) if quartiles is not None else None

    return value


def _stage(name: str, stage: StageName, definition: Phrase) -> Column:
    return Column(name, definition, _LEDGER, lambda line: line.stage(stage))


COLUMNS: Final[tuple[Column, ...]] = (
    Column("campaign", Phrase("the campaign's name"), _LEDGER, lambda line: line.send.campaign),
    Column("edition", Phrase("its edition"), _LEDGER, lambda line: line.send.edition),
    Column("title", Phrase("what people call the message"), _LEDGER, lambda line: line.send.title),
    Column("account", Phrase("the account's name in massctl.yaml"), _LEDGER, lambda line: line.send.account),
    Column("appid", Phrase("its AppID"), _LEDGER, lambda line: line.send.appid),
    Column(
        "sent_at",
        Phrase("when it went out, Beijing time"),
        _LEDGER,
        lambda line: line.send.sent_at.isoformat(timespec="seconds"),
    ),
    Column(
        "ref_date",
        Phrase("the Beijing day of the send, which is day 1"),
        _LEDGER,
        lambda line: line.send.ref_date.isoformat(),
    ),
    Column("hour", Phrase("the Beijing hour of the send"), _LEDGER, lambda line: line.send.hour),
    Column(
        "audience",
        Phrase("all, openids, or tag: and the tag"),
        _LEDGER,
        lambda line: audience_key(line.send.scope, line.send.tag),
    ),
    Column(
        "status",
        Phrase("where the send stands: sent, failed, sending, withdrawn, …"),
        _LEDGER,
        lambda line: line.send.status.value,
    ),
    Column(
        "withdrawn",
        Phrase("1 if the article was withdrawn, alone or with its message"),
        _LEDGER,
        lambda line: line.article.is_withdrawn if line.article is not None else line.send.is_withdrawn,
    ),
    Column("commit", Phrase("the commit that it was sent from"), _LEDGER, lambda line: line.send.commit),
    Column("approver", Phrase("who approved it on the forge"), _LEDGER, lambda line: line.send.approver),
    _stage("total_count", StageName.AUDIENCE, Phrase("followers in the audience")),
    _stage("filter_count", StageName.FILTERED, Phrase("followers left after WeChat's filters")),
    _stage("sent_count", StageName.SENT, Phrase("followers who have it")),
    _stage("error_count", StageName.FAILED, Phrase("followers to whom it failed")),
    Column("position", Phrase("the article's place in the message, from 1"), _REPOSITORY, _of_article("position")),
    Column("headline", Phrase("the article's title"), _REPOSITORY, _of_article("title")),
    Column("headline_length", Phrase("characters of that title"), _COMPUTED, _of_article("title_length")),
    Column("author", Phrase("the article's author"), _REPOSITORY, _of_article("author")),
    Column("theme", Phrase("the article's theme"), _REPOSITORY, _of_article("theme")),
    Column("url", Phrase("the article's address"), Phrase("ledger, else WeChat"), _of_article("url")),
    Column(
        "family",
        Phrase("newer or older: which statistics of WeChat the numbers are from; never add the two"),
        _COMPUTED,
        lambda line: line.article.family.value if line.article is not None else None,
    ),
    Column(
        "doubtful",
        Phrase("1 if only title and day joined the article to its numbers: they may be another article's"),
        _COMPUTED,
        lambda line: line.article.is_doubtful if line.article is not None else None,
    ),
    Column(
        "day",
        Phrase("the day of the send that is counted up to; the day of the send is 1"),
        _COMPUTED,
        lambda line: line.day.day if line.day is not None else None,
    ),
    Column(
        "stat_date",
        Phrase("its date; numbers are sums from the send to the end of it"),
        DETAIL,
        lambda line: line.day.stat_date.isoformat() if line.day is not None else None,
    ),
    Column(
        "is_delay",
        Phrase("1 if WeChat said that newer numbers for that day are to come"),
        DETAIL,
        lambda line: any(each.is_delay for each in line.day.figures.values()) if line.day is not None else None,
    ),
    *(_metric(metric) for metric in Metric if metric not in (Metric.TARGET_USER, Metric.PRAISE_MONEY)),
    Column("praise_money", Phrase("tips, in fen"), DETAIL, lambda line: line.metric(Metric.PRAISE_MONEY)),
    Column(
        "target_user",
        METRIC[Metric.TARGET_USER],
        ORIGIN_BY_METRIC[Metric.TARGET_USER],
        lambda line: line.article.target_user if line.article is not None else None,
    ),
    *(
        Column(
            f"from_{scene.name.lower()}",
            Phrase("readers from {scene}", scene=SCENE[scene]),
            DETAIL,
            lambda line, scene=scene: line.source(scene),  # type: ignore[misc]
        )
        for scene in Scene
    ),
    Column(
        "from_more",
        Phrase("readers from sources that WeChat added since, as source=readers"),
        DETAIL,
        lambda line: line.more_sources,
    ),
    *(
        Column(
            f"left_{position}",
            Phrase(
                "the share of readers that left in fifth {number} of the article, from 0 to 1; newest day only",
                number=position,
            ),
            DETAIL,
            lambda line, position=position: line.leave(position),  # type: ignore[misc]
        )
        for position in LEAVE_POSITIONS
    ),
    Column(
        "comparable",
        Phrase("comparable sends that have read_user by the same day"),
        _COMPUTED,
        lambda line: len(line.compared.values) if line.compared is not None else None,
    ),
    Column("comparable_lower", Phrase("the lower quartile of their read_user"), _COMPUTED, _quartile("lower")),
    Column("comparable_median", Phrase("the median of their read_user"), _COMPUTED, _quartile("median")),
    Column("comparable_upper", Phrase("the upper quartile of their read_user"), _COMPUTED, _quartile("upper")),
    *(
        Column(
            f"account_cancel_user_{after}",
            Phrase("people who stopped following the whole account, {after} days after the send", after=after),
            Phrase("WeChat, {call}", call="getusersummary"),
            lambda line, after=after: line.send.followers[after].cancelled,  # type: ignore[misc]
        )
        for after in DAYS_AROUND
    ),
)
"""Every column but the last, `missing`."""
MISSING_COLUMN: Final = "missing"


def report_csv(report: Report) -> str:
    """Write a line for each article of a send by each of its days that is over, and by its newest."""
    rows = (_row(line) for send in report.sends for line in _lines(send))
    return _written([[column.name for column in COLUMNS] + [MISSING_COLUMN], *rows])


def dictionary_csv(language: Language) -> str:
    """Write what each column is, and whose number it is."""
    head = [say(each, language) for each in (Phrase("column"), Phrase("definition"), Phrase("source"))]
    rows = [[each.name, say(each.definition, language), say(each.source, language)] for each in COLUMNS]
    codes = [Phrase("{code}: {why}", code=each.value, why=why) for each, why in MISSING.items()]
    why = say(Phrase("why a cell of this line is empty, as column=reason. {codes}", codes=in_a_row(codes)), language)
    return _written([head, *rows, [MISSING_COLUMN, why, say(_COMPUTED, language)]])


def _lines(send: SendReport) -> Iterator[_Line]:
    if not send.articles:
        yield _Line(send, None, None)
    for article in send.articles:
        days = [day for day in article.days if day.day <= send.day]
        if article.latest is not None and article.latest.day not in {day.day for day in days}:
            days = sorted([*days, article.latest], key=lambda day: day.day)
        yield from (_Line(send, article, day) for day in days)
        if not days:
            yield _Line(send, article, None)


def _row(line: _Line) -> list[str]:
    cells, reasons = [], []
    for column in COLUMNS:
        value = column.value(line)
        if isinstance(value, Figure):
            if value.missing is not None:
                reasons.append(f"{column.name}={value.missing.value}")
            value = value.value
        cells.append(_cell(value))
    return [*cells, " ".join(reasons)]


def _cell(value: str | float | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        line = " ".join("".join(char for char in value if char.isspace() or category(char) != "Cc").split())
        return f"'{line}" if line.startswith(_FORMULA) else line
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(int(value)) if value == int(value) else repr(round(value, 6))


class _Lines(list[str]):
    """What csv writes to."""

    def write(self, text: str) -> int:
        """Take a line."""
        self.append(text)
        return len(text)


def _written(rows: Iterable[Sequence[str]]) -> str:
    lines = _Lines()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return "".join(lines)
