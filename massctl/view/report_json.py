"""A report as JSON: its shape, and what fills it.

Numbers stand under WeChat's names. One that is missing is null, and `missing` beside it says why.
"""

from typing import Any

from pydantic import Field

from massctl.model.documents import document
from massctl.model.state import Status
from massctl.model.strict import ReportedError, Strict
from massctl.plan.plan_file import ListedDestination
from massctl.report.report import (
    By,
    Metric,
    Missing,
    Origin,
    Report,
    StageName,
    Standing,
    Whole,
)
from massctl.view.i18n import Language
from massctl.view.json_writer import Document, written

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
    destinations: list[ListedDestination]
    """Where it led, as far as its content is kept."""
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
    return written(_rounded(document(SendsReport, report)), language)


def _rounded(value: Any) -> Any:
    """Write whole numbers as such, and others with six decimals."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if isinstance(value, float):
        return int(value) if value == int(value) else round(value, 6)
    return value
