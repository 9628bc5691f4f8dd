"""A report as CSV: a line for each article and day of a send.

A number that is missing is an empty cell, so that a program can add up the others; `missing` says why, column by
column. A cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TypeAlias
from unicodedata import category

from massctl.report.account import DAYS_AROUND
from massctl.report.comparison import audience_key
from massctl.report.report import (
    DAYS,
    LEAVE_POSITIONS,
    ArticleReport,
    Aspect,
    DayFigures,
    Figure,
    GapSplit,
    Metric,
    Missing,
    Origin,
    Report,
    Scene,
    SendReport,
    StageName,
)
from massctl.view.report_document import readers_from

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Excel in Chinese and Japanese reads the wide ones likewise. Source: OWASP, "CSV Injection", read 2026-11."""
_STAGES = {
    "total_count": StageName.AUDIENCE,
    "filter_count": StageName.FILTERED,
    "sent_count": StageName.SENT,
    "error_count": StageName.FAILED,
}
_METRICS = (*(each for each in Metric if each is not Metric.PRAISE_MONEY), Metric.PRAISE_MONEY)
_SCENES = {f"from_{scene.name.lower()}": scene.value for scene in Scene}
_ENDS = ("lower", "upper")
_JUDGED = {Aspect.OPENED: "open_rate", Aspect.READERS: "reader_rate"}
"""Shares of those who received it."""
_GAPS = {f"gap_{name}": scene for name, scene in _SCENES.items()}
_UNFOLLOWS = tuple(f"account_cancel_user_{after}" for after in DAYS_AROUND)
_SEND = ("campaign", "edition", "title", "account", "appid", "sent_at", "ref_date", "hour")
_ARTICLE = {
    "position": "position",
    "headline": "title",
    "headline_length": "title_length",
    "author": "author",
    "theme": "theme",
    "url": "url",
    "doubtful": "is_doubtful",
}
"""Column -> the name of its field in an ArticleReport."""
MISSING_COLUMN = "missing"
COLUMNS = (
    *_SEND,
    *("audience", "status", "withdrawn", "commit", "approver"),
    *_STAGES,
    *_ARTICLE,
    *("day", "stat_date", "is_delay"),
    *_METRICS,
    *_SCENES,
    "from_more",
    *(f"left_{position}" for position in LEAVE_POSITIONS),
    *("verdict", "compared", "compared_since"),
    *_JUDGED.values(),
    *(f"usual_{name}_{end}" for name in _JUDGED.values() for end in _ENDS),
    *("mean_of", "mean_read_user", "gap_read_user", *_GAPS, "gap_rest"),
    *("mean_sent_count", "gap_audience"),
    *_UNFOLLOWS,
    *("series", "finding", "outcomes", "outcome_amounts"),
    MISSING_COLUMN,
)

_Value: TypeAlias = str | float | bool | date | Figure | None
_NOT_GIVEN = Figure(origin=Origin.ARTICLE, missing=Missing.NOT_GIVEN)
_Cells: TypeAlias = dict[str, _Value]


def report_csv(report: Report) -> str:
    """Write a line for each article of a send by each of its days that is over, and by its newest."""
    written = _Lines()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for send in report.sends:
        writer.writerows(map(_row, _lines(send)))
    return "".join(written)


class _Lines(list[str]):
    """What csv writes to."""

    def write(self, line: str) -> None:
        """Take a line."""
        self.append(line)


def _lines(send: SendReport) -> Iterator[_Cells]:
    about = _of_send(send)
    if not send.articles:
        yield about
    for article in send.articles:
        known = about | _of_article(article)
        days = {day.day: day for day in article.days if day.day <= send.day}
        if article.latest is not None:
            days.setdefault(article.latest.day, article.latest)
        yield from (known | _of_day(send, article, days[day]) for day in sorted(days))
        if not days:
            yield known


def _of_send(send: SendReport) -> _Cells:
    return {
        **{name: getattr(send, name) for name in _SEND},
        "audience": audience_key(send.scope, send.tag),
        "status": send.status.value,
        "withdrawn": send.is_withdrawn,
        "commit": send.commit,
        "approver": send.approver,
        "series": send.series,
        "finding": send.finding,
        **{name: send.stage(stage).people for name, stage in _STAGES.items()},
        **{name: each.cancelled for name, each in zip(_UNFOLLOWS, send.followers, strict=True)},
    }


def _outcomes(send: SendReport, day: int) -> _Cells:
    """Write what came of the links by the end of a day, as `orders=12 sign-ups=3`."""
    if day not in DAYS:
        return {}
    place = DAYS.index(day)
    counts = [(each.name, each.counts[place].value) for each in send.outcomes]
    amounts = [(each.name, each.amounts[place].value) for each in send.outcomes]
    written = (
        " ".join(f"{name}={_cell(value)}" for name, value in each if value is not None)
        for each in (counts, amounts)
    )
    return dict(zip(("outcomes", "outcome_amounts"), written, strict=True))


def _of_article(article: ArticleReport) -> _Cells:
    return {
        "withdrawn": article.is_withdrawn,
        **{name: getattr(article, of) for name, of in _ARTICLE.items()},
    }


def _of_day(send: SendReport, article: ArticleReport, day: DayFigures) -> _Cells:
    by_scene = {row.scene: readers_from(row, day.day) for row in article.sources}
    more = {scene: each.value for scene, each in by_scene.items() if scene not in set(Scene)}
    cells: _Cells = {
        "day": day.day,
        "stat_date": day.stat_date,
        "is_delay": day.is_delay,
        **{metric.value: day.by_metric[metric] for metric in _METRICS},
        **{name: by_scene.get(scene) for name, scene in _SCENES.items()},
        "from_more": " ".join(
            f"{scene}={value:.0f}" for scene, value in more.items() if value is not None
        )
        or _NOT_GIVEN,
    }
    if day == article.latest:
        cells |= {f"left_{each.position}": each.figure for each in article.leaves}
    return cells | (_of_first(send, day.day) if article.position == 1 else {})


def _of_first(send: SendReport, day: int) -> _Cells:
    return {**_compared(send, day), **_outcomes(send, day)}


def _compared(send: SendReport, day: int) -> _Cells:
    verdict = send.verdict_by(day)
    if verdict is None:
        return {"verdict": send.verdict.code}
    cells: _Cells = {
        "verdict": verdict.code,
        "compared": verdict.reference.count,
        "compared_since": verdict.reference.since,
    }
    for aspect, name in _JUDGED.items():
        found = verdict.comparison(aspect)
        if found is not None:
            cells[name] = found.share
        if found is not None and found.usual is not None:
            cells |= {f"usual_{name}_{end}": float(getattr(found.usual, end)) for end in _ENDS}
    return cells | (_gap(verdict.gap) if verdict.gap is not None else {})


def _gap(gap: GapSplit) -> _Cells:
    """Return how far the readers are from the mean; the parts and the rest add up.

    What the size of the audience makes is a part of what came from the message.
    """
    parts: dict[str | None, _Value] = {each.scene: each.gap for each in gap.parts}
    cells: _Cells = {name: parts.get(scene, _NOT_GIVEN) for name, scene in _GAPS.items()}
    if gap.audience is not None:
        cells |= {"mean_sent_count": gap.audience.usual, "gap_audience": gap.audience.readers}
    return {
        "mean_of": gap.count,
        "mean_read_user": gap.usual,
        "gap_read_user": gap.gap,
        **cells,
        "gap_rest": sum(each.gap for each in gap.parts if each.scene not in _GAPS.values()),
    }


def _row(cells: Mapping[str, _Value]) -> dict[str, str]:
    figures = ((name, cells.get(name)) for name in COLUMNS)
    reasons = [
        f"{name}={each.missing.value}"
        for name, each in figures
        if isinstance(each, Figure) and each.missing
    ]
    return {
        **{name: _cell(value) for name, value in cells.items()},
        MISSING_COLUMN: " ".join(reasons),
    }


def _cell(value: _Value) -> str:
    if isinstance(value, Figure):
        return _cell(value.value)
    if value is None:
        return ""
    if isinstance(value, str):
        line = " ".join(
            "".join(char for char in value if char.isspace() or category(char) != "Cc").split()
        )
        return f"'{line}" if line.startswith(_FORMULA) else line
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(int(value)) if value == int(value) else repr(round(value, 6))
