"""What WeChat counted of one article of a send: its rows by day, and a reason for every number it lacks.

An article of a long list of openids went out in several jobs, and WeChat counts each job by itself. People are added
where every job has the number. Shares are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from massctl.model.statistics import ArticleDay
from massctl.plan.statistics import ARTICLE_DAYS, COUNTED_SINCE
from massctl.report.report import (
    DAYS,
    LEAVE_POSITIONS,
    ArticleReport,
    DayFigures,
    Figure,
    Leave,
    Metric,
    Missing,
    Origin,
    Point,
    Scene,
    SourceRow,
)

_METRICS = tuple(Metric)
_SCENES = tuple(each.value for each in Scene)
_SHARES = frozenset(
    {Metric.READ_DELIVERY_RATE, Metric.READ_FINISH_RATE, Metric.READ_AVG_ACTIVETIME}
)
"""They cannot be added."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The rows of one article."""

    ref_date: date
    """The day of its publication; that of the first job, where there are several."""
    until: date
    """The last day that WeChat can have counted."""
    jobs: tuple[Mapping[int, ArticleDay], ...]
    """For each job of the send that is joined: day, from 1 and ascending -> its row."""
    blocked: Missing | None = None
    """Why there can be no row at all: the message has no articles, or nothing joins it to its statistics."""
    is_doubtful: bool = False
    """Whether these may be the rows of another article: only title and day agree."""
    _days: dict[int, DayFigures] = field(default_factory=dict, repr=False, compare=False)
    _reasons: dict[tuple[Missing, int], Figure] = field(
        default_factory=dict, repr=False, compare=False
    )
    _dates: dict[int, date] = field(default_factory=dict, repr=False, compare=False)
    """What was made already: each is asked for many times."""

    @property
    def newest(self) -> int | None:
        """Return the newest day of which every job has a row; None without any."""
        return max(self._whole_days(), default=None)

    def day(self, day: int) -> DayFigures:
        """Return every number by the end of a day."""
        if day not in self._days:
            self._days[day] = DayFigures(day, self.date_of(day), self._figures(day))
        return self._days[day]

    def figure(self, metric: Metric, day: int) -> Figure:
        """Return a number by the end of a day."""
        return self.day(day).by_metric[metric]

    def source(self, scene: str, day: int) -> Figure:
        """Return the readers who came from one source by the end of a day."""
        if len(self.jobs) == 1 and (row := self.jobs[0].get(day)) is not None:
            # Nearly every send is one job, and a report has forty numbers of sources of each.
            count = row.read_user_source.get(scene)
            if count is not None:
                until = self.date_of(day)
                return Figure(
                    value=count, origin=Origin.ARTICLE, until=until, is_delay=row.is_delay
                )
        rows = self._rows(day)
        if isinstance(rows, Missing):
            return self._missing(rows, day)
        return self._sum([row.read_user_source.get(scene) for row in rows], rows, day)

    def sources(self, day: int) -> dict[str, int]:
        """Return the readers from every source that each job has by the end of a day."""
        rows = self._rows(day)
        if isinstance(rows, Missing):
            return {}
        if len(rows) == 1:
            return dict(rows[0].read_user_source)
        first, *others = [row.read_user_source for row in rows]
        return {
            scene: sum((each[scene] for each in others), count)
            for scene, count in first.items()
            if all(scene in each for each in others)
        }

    def leave(self, position: int, day: int) -> Figure:
        """Return the share of readers that left in one of WeChat's positions, by the end of a day."""
        rows = self._rows(day)
        if isinstance(rows, Missing):
            return self._missing(rows, day)
        if len(rows) > 1:
            return self._missing(Missing.SEVERAL_JOBS, day)
        return self._sum([row.read_jump_position.get(position) for row in rows], rows, day)

    def curve(self) -> tuple[Point, ...]:
        """Return the readers by day, as far as every job has the number."""
        if len(self.jobs) == 1:
            # Nearly every send is one job, and a curve has thirty days.
            days = self.jobs[0].items()
            return tuple(
                Point(d, r.stat_date, r.read_user, r.is_delay)
                for d, r in days
                if r.read_user is not None
            )
        points = []
        for day in self._whole_days():
            rows = [job[day] for job in self.jobs]
            known = [row.read_user for row in rows if row.read_user is not None]
            if len(known) == len(rows):
                points.append(
                    Point(
                        day, self.date_of(day), sum(known), True in [row.is_delay for row in rows]
                    )
                )
        return tuple(points)

    def date_of(self, day: int) -> date:
        """Return the date of a day of the send."""
        if day not in self._dates:
            self._dates[day] = self.ref_date + timedelta(days=day - 1)
        return self._dates[day]

    def _whole_days(self) -> Sequence[int]:
        """Return the days of which every job has a row, ascending."""
        first, *others = self.jobs or ({},)
        return (
            [day for day in first if all(day in job for job in others)] if others else list(first)
        )

    def _figures(self, day: int) -> Mapping[Metric, Figure]:
        rows = self._rows(day)
        if isinstance(rows, Missing):
            return dict.fromkeys(Metric, self._missing(rows, day))
        if len(rows) == 1:
            # Nearly every send is one job, and a report has fifty numbers of each.
            return self._of_one(rows[0], day)
        several = self._missing(Missing.SEVERAL_JOBS, day)
        return {
            metric: several
            if metric in _SHARES
            else self._sum([getattr(row, metric) for row in rows], rows, day)
            for metric in Metric
        }

    def _of_one(self, row: ArticleDay, day: int) -> Mapping[Metric, Figure]:
        until, delay = self.date_of(day), row.is_delay
        found = {}
        for metric in _METRICS:
            value = getattr(row, metric)
            found[metric] = (
                Figure(value=value, origin=Origin.ARTICLE, until=until, is_delay=delay)
                if value is not None
                else self._missing(Missing.NOT_GIVEN, day)
            )
        return found

    def _rows(self, day: int) -> Sequence[ArticleDay] | Missing:
        """Return the row of each job, or why one of them has none."""
        if self.blocked is not None:
            return self.blocked
        rows = [job[day] for job in self.jobs if day in job]
        if len(rows) == len(self.jobs):
            return rows
        if rows:
            return Missing.PARTLY
        there = self.date_of(day)
        if day > ARTICLE_DAYS or there < COUNTED_SINCE:
            return Missing.OUT_OF_REACH
        return Missing.NOT_YET if there > self.until else Missing.NOT_COLLECTED

    def _sum(self, values: Sequence[float | None], rows: Sequence[ArticleDay], day: int) -> Figure:
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return self._missing(Missing.PARTLY if known else Missing.NOT_GIVEN, day)
        # A report makes a hundred figures of each send.
        total, delay = (
            (known[0], rows[0].is_delay)
            if len(rows) == 1
            else (sum(known), any(r.is_delay for r in rows))
        )
        return Figure(value=total, origin=Origin.ARTICLE, until=self.date_of(day), is_delay=delay)

    def _missing(self, why: Missing, day: int) -> Figure:
        if (why, day) not in self._reasons:
            self._reasons[why, day] = Figure(
                origin=Origin.ARTICLE, missing=why, until=self.date_of(day)
            )
        return self._reasons[why, day]


def readings_of(
    rows: Sequence[Sequence[ArticleDay]],
    ref_date: date,
    until: date,
    blocked: Missing | None = None,
    *,
    is_doubtful: bool = False,
) -> Readings:
    """Sort the rows of an article, job by job, into days.

    `ref_date` is the day of the send as the ledger knows it, for an article without rows.
    """
    jobs = tuple({(row.stat_date - row.ref_date).days + 1: row for row in job} for job in rows)
    first = min((row.ref_date for job in jobs for row in job.values()), default=ref_date)
    return Readings(first, until, jobs, blocked, is_doubtful)


def article_report(
    readings: Readings,
    *,
    position: int,
    title: str | None,
    author: str | None,
    theme: str | None,
    url: str | None,
    msgids: tuple[str, ...],
    is_withdrawn: bool,
) -> ArticleReport:
    """Report one article by DAYS and by its newest day."""
    newest, curve = readings.newest, readings.curve()
    last = newest or 1
    scenes = _scenes(readings, last)
    return ArticleReport(
        position=position,
        title=title,
        author=author,
        theme=theme,
        url=url,
        msgids=msgids,
        days=tuple(readings.day(day) for day in DAYS),
        latest=readings.day(newest) if newest is not None else None,
        sources=tuple(
            SourceRow(
                scene,
                tuple(readings.source(scene, day) for day in DAYS),
                readings.source(scene, last),
            )
            for scene in scenes
        ),
        leaves=tuple(Leave(each, readings.leave(each, last)) for each in LEAVE_POSITIONS),
        points=curve,
        fell=tuple(
            now.stat_date for before, now in pairwise(curve) if now.read_user < before.read_user
        ),
        is_withdrawn=is_withdrawn,
        is_doubtful=readings.is_doubtful,
    )


def _scenes(readings: Readings, day: int) -> list[str]:
    """Return WeChat's sources, and those that it added since."""
    seen = {
        scene: None for job in readings.jobs if day in job for scene in job[day].read_user_source
    }
    return [*_SCENES, *(each for each in seen if each not in _SCENES)]
