"""A report as JSON: its shape, and what fills it.

Numbers stand under WeChat's names. One that is missing is null, and `missing` beside it says why.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from massctl.model.documents import document
from massctl.model.state import Status
from massctl.model.strict import Strict
from massctl.report.report import (
    AccountReport,
    AllowanceReport,
    ArticleReport,
    Breakdown,
    By,
    Comparison,
    DayFigures,
    Figure,
    FollowerDay,
    Metric,
    Missing,
    Origin,
    Quartiles,
    Report,
    SendReport,
    Stage,
    StageName,
    Standing,
    Whole,
)
from massctl.view.i18n import Language
from massctl.view.json_writer import Document, ReportedError, written_as

Number = float | int


class ReportedFigure(Strict):
    """One number, or why it is missing."""

    value: Number | None
    """The number; null where it is missing, never 0."""
    missing: Missing | None
    """Why it is missing."""
    origin: Origin
    """Whose number it is."""
    until: str | None
    """The last day that is counted; null for a number that is not counted by days."""
    is_delay: bool
    """WeChat said that newer numbers for that day are to come."""


class ReportedQuartiles(Strict):
    """Median and quartiles of four numbers or more, interpolated linearly."""

    lower: Number
    """The lower quartile."""
    median: Number
    """The median."""
    upper: Number
    """The upper quartile."""


class ReportedStage(Strict):
    """One stage of a send."""

    name: StageName
    """Which."""
    people: ReportedFigure
    """How many."""
    share: ReportedFigure | None
    """Which share of `of`, from 0 to 1; null for the first stage."""
    of: Whole | None
    """What it is a share of."""
    of_people: int | None
    """How many that are; null where it is missing."""


class ReportedDay(Strict):
    """What an article had reached by the end of a day."""

    day: int
    """From 1, which is the Beijing day of the send."""
    stat_date: str
    """Its date."""
    is_delay: bool
    """WeChat said that newer numbers for that day are to come."""
    figures: dict[Metric, Number | None]
    """Sums from the send to the end of the day, by WeChat's names; rates from 0 to 1, money in fen, time in minutes."""
    missing: dict[Metric, Missing]
    """Why a number is missing."""


class ReportedSource(Strict):
    """Readers from one source."""

    scene: str
    """The source, in WeChat's word."""
    by_day: dict[str, Number | None]
    """Day of the send -> people by the end of it."""
    latest: Number | None
    """By the newest day."""
    missing: dict[str, Missing]
    """Why a number is missing, by day, or by `latest`."""


class ReportedLeave(Strict):
    """Readers that left in one position."""

    position: int
    """WeChat's position from 1 to 5: a fifth of the article."""
    share: Number | None
    """The share of readers, from 0 to 1."""
    missing: Missing | None
    """Why it is missing."""


class ReportedArticle(Strict):
    """One article of a send, and what WeChat counted of it."""

    position: int
    """Its place in the message, from 1."""
    title: str | None
    """Its title; null where nobody knows it."""
    title_length: int | None
    """Characters of that title."""
    author: str | None
    """Its author."""
    theme: str | None
    """Its theme."""
    url: str | None
    """Its address."""
    msgids: list[str]
    """WeChat's keys of its statistics, one for each job."""
    days: list[ReportedDay]
    """By the end of days 1, 3, 7 and 30."""
    latest: ReportedDay | None
    """By the end of the newest day that WeChat gave."""
    sources: list[ReportedSource]
    """Readers by where they came from."""
    leaves: list[ReportedLeave]
    """Where readers left, by the newest day."""
    curve: dict[str, int]
    """Day of the send -> people who had read it by the end of it; a day without the number is not there."""
    is_withdrawn: bool
    """Whether it was withdrawn, alone or with its message."""
    is_doubtful: bool
    """Whether these may be the numbers of another article: only its title and day joined them."""
    fell: list[str]
    """Days by which WeChat counted fewer readers than by the day before."""


class ReportedComparison(Strict):
    """A number of the first article against the comparable sends, by the same day of each."""

    metric: Metric
    """What is compared."""
    day: int
    """By the end of which day of each send."""
    figure: ReportedFigure
    """This send's."""
    count: int
    """Comparable sends that have the number."""
    quartiles: ReportedQuartiles | None
    """Of those; null for fewer than four."""
    standing: Standing | None
    """Where this send's number lies; null where that cannot be said."""


class ReportedComparable(Strict):
    """Which sends one is compared with: news of the account to the same audience before it, not withdrawn."""

    scope: str
    """`all`, `tag` or `openids`."""
    tag: str | None
    """The tag, where it went to one."""
    since: str
    """The first day that is looked at."""
    until: str
    """The last one."""
    count: int
    """How many they are."""


class ReportedFollowerDay(Strict):
    """Who stopped and began to follow the whole account on a day."""

    after: int
    """Days after the send."""
    day: str
    """The day."""
    cancelled: ReportedFigure
    """People who stopped following."""
    joined: ReportedFigure
    """People who began to follow."""
    usual: ReportedQuartiles | None
    """Of those who stopped on the same weekday of the eight weeks before; null for fewer than four."""
    compared: list[str]
    """The days among those that have the number."""
    standing: Standing | None
    """Where the number of those who stopped lies."""


class SentCampaign(Strict):
    """One edition of a campaign that went out."""

    campaign: str
    """The campaign's name."""
    edition: int
    """Its edition."""
    sentence: str
    """What it reached, for people."""
    title: str
    """What people call it."""
    account: str
    """The account, as massctl.yaml names it."""
    appid: str
    """Its AppID."""
    sent_at: str
    """When it went out, in Beijing time."""
    ref_date: str
    """The Beijing day of the send, which is day 1."""
    day: int
    """The newest day of it that is over and that WeChat can have counted; 0 before the first is."""
    is_article: bool
    """Whether it has articles, of which alone WeChat counts readers."""
    status: Status
    """Where it stands."""
    is_withdrawn: bool
    """Whether it was withdrawn."""
    scope: str
    """`all`, `tag` or `openids`."""
    tag: str | None
    """The tag, where it went to one."""
    jobs: int
    """Its mass jobs."""
    commit: str | None
    """The commit that it was sent from; null where nobody knows."""
    approver: str | None
    """Who approved it on the forge; null where nobody knows."""
    funnel: list[ReportedStage]
    """From its audience to those who followed after reading."""
    articles: list[ReportedArticle]
    """By position."""
    comparable: ReportedComparable
    """Which sends it is compared with."""
    comparisons: list[ReportedComparison]
    """Against those, by days that are over."""
    followers: list[ReportedFollowerDay]
    """The day of the send and the two after it, of the whole account."""


class ReportedAllowance(Strict):
    """The allowance of an account."""

    unit: str
    """`day` or `month`."""
    first: str
    """The first day of the current one."""
    limit: int
    """Sends that it has."""
    used: int
    """Sends of campaigns and in the console."""
    left: int
    """Sends that are left."""
    counted: int
    """Sends of this report that used the allowance and have readers by the end of day 7."""
    readers: ReportedFigure
    """Readers of their first articles, added; a person who read two of them counts twice."""
    per_use: ReportedFigure
    """Readers for each of them."""


class ReportedGroup(Strict):
    """Sends that share something."""

    key: str
    """What they share."""
    count: int
    """How many have the number: four or more."""
    quartiles: ReportedQuartiles
    """Of those."""


class ReportedBreakdown(Strict):
    """Sends side by side, in the order of their keys; it shows no cause."""

    by: By
    """What they are put side by side by."""
    metric: Metric
    """What is counted."""
    day: int
    """By the end of which day of each send."""
    audience: str | None
    """The audience of all these sends, as a key of the groups by audience; null in those groups."""
    groups: list[ReportedGroup]
    """By key."""


class ReportedFreshness(Strict):
    """As of when the numbers of an account are."""

    asked_at: str | None
    """When WeChat last gave one; null if it never did."""
    complete_until: str | None
    """By the end of this day all numbers are there; null if there is no such day."""
    delayed: list[str]
    """Days for which WeChat said that newer numbers are to come."""
    missing: list[str]
    """Days that are over and of which the archive has no readers."""
    unreadable: int
    """Lines of the archive that cannot be read; they are left out."""


class ReportedAccount(Strict):
    """An account, and its sends side by side."""

    account: str
    """The account, as massctl.yaml names it."""
    name: str
    """As phones show it."""
    appid: str
    """Its AppID."""
    kind: str | None
    """`service` or `subscription`; null for an account that massctl.yaml does not have any more."""
    followers: ReportedFigure
    """All followers at the end of the newest day that is known."""
    allowance: ReportedAllowance | None
    """Null where the kind is not known."""
    breakdowns: list[ReportedBreakdown]
    """Its sends side by side."""
    freshness: ReportedFreshness
    """As of when its numbers are."""


class SendsReport(Document):
    """What `massctl report --format json` prints."""

    now: str
    """When it was made."""
    since: str | None
    """The first day of sends that are shown; null for all."""
    names: list[str]
    """The campaigns that were asked for; empty for all."""
    sentence: str
    """What the sends reached, for people."""
    accounts: list[ReportedAccount]
    """The accounts of those sends."""
    sends: list[SentCampaign]
    """The sends, newest first."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it knew a send."""


def sends_json(report: Report, language: Language) -> str:
    """Return what sends reached."""
    accounts, sends = [_account(each) for each in report.accounts], [_send(each) for each in report.sends]
    return written_as(SendsReport, language, report, accounts=accounts, sends=sends)


def _number(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 6)


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": _number(figure.value),
        "missing": figure.missing.value if figure.missing is not None else None,
        "origin": figure.origin.value,
        "until": figure.until.isoformat() if figure.until is not None else None,
        "is_delay": figure.is_delay,
    }


def _quartiles(found: Quartiles | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {name: _number(getattr(found, name)) for name in ("lower", "median", "upper")}


def _account(account: AccountReport) -> dict[str, Any]:
    return document(
        ReportedAccount,
        account,
        followers=_figure(account.followers),
        allowance=_allowance(account.allowance) if account.allowance is not None else None,
        breakdowns=[_breakdown(each) for each in account.breakdowns],
    )


def _allowance(found: AllowanceReport) -> dict[str, Any]:
    return document(ReportedAllowance, found, readers=_figure(found.readers), per_use=_figure(found.per_use))


def _breakdown(found: Breakdown) -> dict[str, Any]:
    groups = [{"key": each.key, "count": each.count, "quartiles": _quartiles(each.quartiles)} for each in found.groups]
    return document(ReportedBreakdown, found, groups=groups)


def _send(send: SendReport) -> dict[str, Any]:
    return document(
        SentCampaign,
        send,
        funnel=[_stage(each) for each in send.funnel],
        articles=[_article(each) for each in send.articles],
        comparable=document(ReportedComparable, send.comparable, count=len(send.comparable.sends)),
        comparisons=[_comparison(each) for each in send.comparisons],
        followers=[_follower_day(each) for each in send.followers],
    )


def _stage(stage: Stage) -> dict[str, Any]:
    share = _figure(stage.share) if stage.share is not None else None
    return document(ReportedStage, stage, people=_figure(stage.people), share=share)


def _article(article: ArticleReport) -> dict[str, Any]:
    leaves = [
        {"position": number, "share": _number(each.value), "missing": each.missing.value if each.missing else None}
        for number, each in enumerate(article.leaves, 1)
    ]
    return document(
        ReportedArticle,
        article,
        days=[_day(each) for each in article.days],
        latest=_day(article.latest) if article.latest is not None else None,
        sources=_sources(article),
        leaves=leaves,
        curve={str(point.day): point.read_user for point in article.curve},
    )


def _day(day: DayFigures) -> dict[str, Any]:
    return {
        "day": day.day,
        "stat_date": day.stat_date.isoformat(),
        "is_delay": any(each.is_delay for each in day.figures.values()),
        "figures": {metric.value: _number(each.value) for metric, each in day.figures.items()},
        "missing": {metric.value: each.missing.value for metric, each in day.figures.items() if each.missing},
    }


def _sources(article: ArticleReport) -> list[dict[str, Any]]:
    found = []
    for row in article.sources:
        figures: Mapping[str, Figure] = {
            **{str(day.day): each for day, each in zip(article.days, row.figures, strict=True)},
            "latest": row.latest,
        }
        found.append(
            {
                "scene": row.scene,
                "by_day": {day: _number(each.value) for day, each in figures.items() if day != "latest"},
                "latest": _number(row.latest.value),
                "missing": {day: each.missing.value for day, each in figures.items() if each.missing is not None},
            }
        )
    return found


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "metric": found.metric.value,
        "day": found.day,
        "figure": _figure(found.figure),
        "count": len(found.values),
        "quartiles": _quartiles(found.quartiles),
        "standing": found.standing.value if found.standing is not None else None,
    }


def _follower_day(found: FollowerDay) -> dict[str, Any]:
    return document(
        ReportedFollowerDay,
        found,
        cancelled=_figure(found.cancelled),
        joined=_figure(found.joined),
        usual=_quartiles(found.usual),
    )
