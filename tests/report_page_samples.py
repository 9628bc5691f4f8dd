"""A report with everything that a page can show: an account with a year of sends, some of them with holes."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from copies import replace

from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import BEIJING
from massctl.plan.quota import Unit
from massctl.report.report import (
    DAYS,
    AccountReport,
    AllowanceReport,
    ArticleReport,
    Aspect,
    AudienceKind,
    Breakdown,
    By,
    Comparison,
    DayFigures,
    Figure,
    FollowerDay,
    Freshness,
    GapPart,
    GapSplit,
    Group,
    Leave,
    Metric,
    Missing,
    Origin,
    Point,
    Quartiles,
    Reference,
    Report,
    Scene,
    SendReport,
    SourceRow,
    Stage,
    StageName,
    UsualDay,
    Verdict,
    VerdictCode,
    Whole,
)

NOW: Final = datetime(2026, 11, 30, 9, 12, tzinfo=BEIJING)
YESTERDAY: Final = date(2026, 11, 29)
APPID: Final = AppId("wx0123456789abcdef")
_SHARES: Final = {
    Scene.MESSAGE: 0.46,
    Scene.CHAT: 0.11,
    Scene.MOMENTS: 0.14,
    Scene.HOME_PAGE: 0.03,
    Scene.SEARCH: 0.02,
    Scene.OTHER: 0.01,
}
_TITLES: Final = (
    "城墙根下的三条路，趁天还没冷透",
    "下雪前去看一次潮白河",
    "会员十二月：温泉、木炭和一本旧书",
    "地图上没有的村子",
    "雨天出门的十二条理由",
    "把自行车推上山",
)


def known(
    value: float, until: date | None = None, origin: Origin = Origin.ARTICLE, *, late: bool = False
) -> Figure:
    """Return a number."""
    return Figure(value=value, origin=origin, until=until, is_delay=late)


def absent(missing: Missing, until: date | None = None, origin: Origin = Origin.ARTICLE) -> Figure:
    """Return a number that is missing."""
    return Figure(missing=missing, origin=origin, until=until)


def readers_by(day: int, size: float) -> int:
    """Return the followers who had read an article by the end of a day."""
    return round(size * (1 - math.exp(-day / 1.6)))


def recommended_by(day: int, size: float) -> int:
    """Return those to whom WeChat recommended it, later than followers."""
    return round(0.6 * size / (1 + math.exp(-(day - 6) / 1.8)))


LEFT: Final = {1: 0.31, 2: 0.12, 3: 0.08, 4: 0.09, 5: 0.40}


def day_figures(day: int, sent: date, size: float, *, last: int) -> DayFigures:
    """Return what an article had reached by a day; missing where the day is not over."""
    until = sent + timedelta(days=day - 1)
    if day > last:
        return DayFigures(day, until, dict.fromkeys(Metric, absent(Missing.NOT_YET, until)))
    readers = readers_by(day, size) + recommended_by(day, size)
    values = {
        Metric.READ_USER: readers,
        Metric.SHARE_USER: round(readers * 0.041),
        Metric.ZAIKAN_USER: round(readers * 0.018),
        Metric.LIKE_USER: round(readers * 0.036),
        Metric.COMMENT_COUNT: round(readers * 0.006),
        Metric.COLLECTION_USER: round(readers * 0.024),
        Metric.PRAISE_MONEY: readers * 3,
        Metric.READ_SUBSCRIBE_USER: round(readers * 0.009),
        Metric.READ_DELIVERY_RATE: round(0.118 * (1 - math.exp(-day)), 4),
        Metric.READ_FINISH_RATE: 0.57 - 0.01 * min(day, 7),
        Metric.READ_AVG_ACTIVETIME: 2.4 - 0.02 * min(day, 7),
    }
    figures = {
        metric: known(value, until, late=day == last < 30) for metric, value in values.items()
    }
    return DayFigures(day, until, figures)


def article(position: int, title: str, sent: date, size: float, last: int) -> ArticleReport:
    """Return an article; its third day was not collected."""
    newest = day_figures(last, sent, size, last=last) if last else None

    def people(share: float, day: int) -> Figure:
        until = sent + timedelta(days=day - 1)
        return (
            known(round(readers_by(day, size) * share / 0.77), until)
            if day <= last
            else absent(Missing.NOT_YET)
        )

    def recommended(day: int) -> Figure:
        return known(recommended_by(day, size)) if day <= last else absent(Missing.NOT_YET)

    def row(scene: str, share: float) -> SourceRow:
        latest = people(share, last) if last else absent(Missing.NOT_YET)
        return SourceRow(scene, tuple(people(share, day) for day in DAYS), latest)

    message, *others = (row(scene, share) for scene, share in _SHARES.items())
    latest = recommended(last) if last else absent(Missing.NOT_YET)
    return ArticleReport(
        position=position,
        title=title,
        author="林晚",
        theme="qingshan",
        url="https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv",
        msgids=(f"2247490098_{position}",),
        days=tuple(day_figures(day, sent, size, last=last) for day in DAYS),
        latest=newest,
        sources=(
            message,
            SourceRow(Scene.RECOMMENDED, tuple(map(recommended, DAYS)), latest),
            *others,
        )
        if last
        else (),
        leaves=tuple(
            Leave(place, known(share))
            for place, share in enumerate((0.31, 0.12, 0.08, 0.09, 0.40), 1)
        )
        if last
        else (),
        points=tuple(
            Point(
                day,
                sent + timedelta(days=day - 1),
                readers_by(day, size) + recommended_by(day, size),
                day == last,
            )
            for day in range(1, min(last, 30) + 1)
            if day != 5
        ),
    )


_ELSEWHERE: Final = {Aspect.FINISHED: 1.5, Aspect.SHARED: 0.7, Aspect.FOLLOWED: 0.8}
"""How much more others have of a number."""


def verdicts(first: ArticleReport, among: Sequence[float]) -> tuple[Verdict, ...]:
    """Return the days that are over against sends that are as large as `among` says."""
    sends = tuple((CampaignName(f"2026-walk-{number}"), 1) for number in range(len(among)))
    reference = Reference(AudienceKind.ALL, None, date(2026, 6, 1), date(2026, 11, 9), sends)
    found = [
        verdict(days, first, among, reference)
        for days in first.days
        if days.by_metric[Metric.READ_USER].value is not None
    ]
    return tuple(found) or (
        Verdict(code=VerdictCode.TOO_EARLY, missing=Missing.NOT_YET, reference=reference),
    )


def verdict(
    days: DayFigures, first: ArticleReport, among: Sequence[float], reference: Reference
) -> Verdict:
    """Return the verdict by the end of one day."""
    of = days.by_metric
    opened = first.sources[0].figures[DAYS.index(days.day)]
    figures = {
        Aspect.OPENED: opened,
        Aspect.OPEN_RATE: known((opened.value or 0) / 48_059, origin=Origin.COMPUTED),
        Aspect.FINISHED: of[Metric.READ_FINISH_RATE],
        Aspect.SHARED: of[Metric.SHARE_USER],
        Aspect.FOLLOWED: of[Metric.READ_SUBSCRIBE_USER],
        Aspect.LEFT: known(61, origin=Origin.ACCOUNT),
        Aspect.READERS: of[Metric.READ_USER],
    }
    compared = []
    for aspect, figure in figures.items():
        values = tuple(
            sorted((figure.value or 0) * each * _ELSEWHERE.get(aspect, 1) for each in among)
        )
        quarter = len(values) // 4
        quartiles = (
            Quartiles(values[quarter], values[len(values) // 2], values[-1 - quarter])
            if (len(values) >= 4)
            else None
        )
        compared.append(Comparison(aspect, figure, values, quartiles))
    readers = int(figures[Aspect.READERS].value or 0)
    few = len(among) < 4
    parts = (GapPart(Scene.MESSAGE, int(opened.value or 0), 2000), GapPart(None, 90, 100))
    return Verdict(
        code=VerdictCode.TOO_FEW if few else VerdictCode.COMPARED,
        day=days.day,
        stat_date=days.stat_date,
        reference=reference,
        comparisons=tuple(compared),
        gap=None if few else GapSplit(readers, readers - 100, parts),
    )


def usual_days(size: float, among: Sequence[float]) -> tuple[UsualDay, ...]:
    """Return the readers that are usual by each day; none for fewer than four sends."""
    if len(among) < 4:
        return ()
    quarter, middle = len(among) // 4, len(among) // 2
    found = []
    for day in range(1, 31):
        readers = readers_by(day, size) + recommended_by(day, size)
        values = sorted(readers * each for each in among)
        found.append(
            UsualDay(
                day, Quartiles(values[quarter], values[middle], values[-1 - quarter]), len(among)
            )
        )
    return tuple(found)


def funnel(audience: int, first: ArticleReport) -> tuple[Stage, ...]:
    """Return the stages of a send."""
    filtered, sent, failed = audience - 211, audience - 251, 40
    latest = first.latest

    def of_readers(metric: Metric) -> Figure:
        return latest.by_metric[metric] if latest else absent(Missing.NOT_YET)

    readers = of_readers(Metric.READ_USER)
    message = first.sources[0].newest if first.sources else absent(Missing.NOT_YET)

    def share(people: Figure, whole: float | None) -> Figure:
        if people.value is None or not whole:
            return absent(Missing.NOTHING_TO_DIVIDE, origin=Origin.COMPUTED)
        return known(people.value / whole, origin=Origin.COMPUTED)

    def stage(name: StageName, people: Figure, of: Whole, whole: float | None) -> Stage:
        return Stage(name, people, share(people, whole), of, round(whole) if whole else None)

    ledger = [known(each, origin=Origin.LEDGER) for each in (audience, filtered, sent, failed)]
    finished = Stage(
        StageName.FINISHED,
        absent(Missing.RATE_ONLY if latest else Missing.NOT_YET),
        of_readers(Metric.READ_FINISH_RATE),
        Whole.READERS,
        round(readers.value) if readers.value else None,
    )
    return (
        Stage(StageName.AUDIENCE, ledger[0]),
        stage(StageName.FILTERED, ledger[1], Whole.AUDIENCE, audience),
        stage(StageName.SENT, ledger[2], Whole.FILTERED, filtered),
        stage(StageName.FAILED, ledger[3], Whole.FILTERED, filtered),
        stage(StageName.READ, message, Whole.SENT, sent),
        finished,
        stage(StageName.SHARED, of_readers(Metric.SHARE_USER), Whole.READERS, readers.value),
        stage(
            StageName.FOLLOWED, of_readers(Metric.READ_SUBSCRIBE_USER), Whole.READERS, readers.value
        ),
    )


def follower_days(sent: date) -> tuple[FollowerDay, ...]:
    """Return the day of the send and two more; a day that is not over is missing."""
    found = []
    for after, (gone, joined, usual) in enumerate([(61, 118, 34), (38, 52, 31), (29, 44, 27)]):
        day = sent + timedelta(days=after)
        is_over = day <= YESTERDAY
        found.append(
            FollowerDay(
                after,
                day,
                known(gone, day, Origin.ACCOUNT)
                if is_over
                else absent(Missing.NOT_YET, day, Origin.ACCOUNT),
                known(joined, day, Origin.ACCOUNT)
                if is_over
                else absent(Missing.NOT_YET, day, Origin.ACCOUNT),
                Quartiles(usual - 6, usual, usual + 7),
                tuple(day - timedelta(weeks=week) for week in range(1, 9)),
            )
        )
    return tuple(found)


def send(
    name: str, sent_at: datetime, titles: Sequence[str], size: float, *, among: Sequence[float] = ()
) -> SendReport:
    """Return a send of news as it is told at NOW."""
    sent = sent_at.date()
    last = min((YESTERDAY - sent).days + 1, 30)
    articles = tuple(
        article(position, title, sent, size / (1 + 2.2 * (position - 1)), last)
        for position, title in enumerate(titles, 1)
    )
    stages = funnel(48_310, articles[0])
    return SendReport(
        campaign=CampaignName(name),
        edition=1,
        title=titles[0],
        account=AccountName("main"),
        appid=APPID,
        sent_at=sent_at,
        ref_date=sent,
        is_article=True,
        scope=AudienceKind.ALL,
        commit="4f2a9c1be07d55310c7a2f6b8f1e4f64c1d7f0aa",
        approver="zhou-lan",
        day=last,
        articles=articles,
        funnel=stages,
        verdicts=verdicts(articles[0], among),
        usual=usual_days(size, among),
        followers=follower_days(sent),
    )


USUAL: Final = (0.55, 0.62, 0.7, 0.74, 0.8, 0.83, 0.9, 0.97, 1.05, 1.2, 1.31)


def newest() -> SendReport:
    """Return the send that the samples are about: fourteen days old, three articles, an edition before it."""
    made = send(
        "2026-11-walks",
        datetime(2026, 11, 16, 20, 0, 12, tzinfo=BEIJING),
        _TITLES[:3],
        5400,
        among=USUAL,
    )
    return replace(made, edition=2)


def sample_report(count: int = 40) -> Report:
    """Return a report on so many sends, newest first."""
    sends = [newest()]
    for number in range(1, count):
        sent_at = datetime(2026, 11, 16, 20, 0, tzinfo=BEIJING) - timedelta(
            days=9 * number + number % 4
        )
        size = 2600 + 1900 * math.sin(number * 1.7) + 14 * number
        sends.append(
            send(
                f"2026-walk-{number}", sent_at, [_TITLES[number % len(_TITLES)]], size, among=USUAL
            )
        )
    return report_of(sends)


def report_of(sends: Sequence[SendReport]) -> Report:
    """Return a report on sends of one account."""
    groups = (
        Group("1", 40, Quartiles(3100, 4200, 5900)),
        Group("2", 21, Quartiles(800, 1250, 1900)),
    )
    account = AccountReport(
        account=AccountName("main"),
        name="城墙根下",
        appid=APPID,
        kind="service",
        allowance=AllowanceReport(
            Unit.MONTH,
            date(2026, 11, 1),
            4,
            3,
            1,
            3,
            known(16_240, origin=Origin.COMPUTED),
            known(5413.3),
        ),
        followers=known(48_307, YESTERDAY, Origin.ACCOUNT),
        breakdowns=(
            Breakdown(By.POSITION, Metric.READ_USER, 7, groups),
            Breakdown(
                By.HOUR,
                Metric.READ_USER,
                7,
                (
                    Group("12", 9, Quartiles(2800, 3300, 4100)),
                    Group("20", 31, Quartiles(3600, 4700, 6100)),
                ),
            ),
            Breakdown(
                By.AUTHOR,
                Metric.READ_USER,
                7,
                (
                    Group("林晚", 36, Quartiles(3100, 4200, 5900)),
                    Group("周岚", 4, Quartiles(2900, 3300, 4700)),
                ),
            ),
            Breakdown(
                By.AUDIENCE, Metric.READ_USER, 7, (Group("all", 40, Quartiles(3100, 4200, 5900)),)
            ),
        ),
        freshness=Freshness(
            NOW - timedelta(minutes=40), date(2026, 11, 28), (YESTERDAY,), (date(2026, 11, 20),)
        ),
    )
    return Report(
        now=NOW,
        since=None,
        names=(),
        accounts=(account,),
        sends=tuple(sends),
    )
