"""The report on what sends reached, as a value: every number with whose it is and by which day, or why it is missing.

`report/assembly.py` makes it. `massctl.view` shows it as a page, Markdown, CSV and JSON, and words its codes.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from math import ceil, floor

from msgspec import field
from msgspec.structs import replace

from massctl.errors import InvariantError
from massctl.model.destination import Destination
from massctl.model.entries import AudienceCut
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import Phrase
from massctl.model.state import Status
from massctl.plan.quota import Unit
from massctl.report.usual import (
    FIRST_PERCENT,
    OTHER_PERCENT,
    Standing,
    Sums,
    UsualRange,
    as_shown,
    usual_people,
    usual_rates,
)

DAYS = (1, 3, 7, 30)
"""The days of a send that a report shows. Day 1 is the Beijing day of the send itself, day 30 the last that WeChat
counts. Source: WeChat docs, "getarticletotaldetail", read 2026-11."""
LEAVE_POSITIONS = (1, 2, 3, 4, 5)
"""Fifths of an article, from its beginning: 0–20 %, …, 80–100 %. Source: as for DAYS."""
SIDE_BY_SIDE_DAY = 7
"""Sends are put side by side by the end of this day."""
COMPARED_DAYS = 180
"""Comparable sends went out within so many days before. Our own bound."""
FULL_MAX = 5
"""So many sends, the newest, are shown in full where there are more. Our own bound."""


class Origin(StrEnum):
    """Whose number it is."""

    LEDGER = "ledger"
    """WeChat's result of the mass job, as the ledger recorded it: mass/get or MASSSENDJOBFINISH."""
    ARTICLE = "article"
    """WeChat's statistics of one article (getarticletotaldetail)."""
    ACCOUNT = "account"
    """WeChat's statistics of the whole account (getusersummary, getusercumulate, getbizsummary)."""
    OUTCOMES = "outcomes"
    """The file or query that `report --outcomes` names."""
    COMPUTED = "computed"
    """massctl computed it from the numbers beside it."""


class Missing(StrEnum):
    """Why a number is missing. It is shown as a dash with the reason, never as 0."""

    NOT_YET = "not_yet"
    """The day is not over, or WeChat has its numbers only from about 08:00 of the day after."""
    NOT_COLLECTED = "not_collected"
    """WeChat could have been asked, and the archive has no answer for that day."""
    NOT_GIVEN = "not_given"
    """WeChat answered for that day, without this number."""
    NOT_JOINED = "not_joined"
    """The ledger has no msg_data_id of the send, by which WeChat names its statistics."""
    NOT_RECORDED = "not_recorded"
    """No event and no answer that has this number is in the ledger."""
    NOT_ARTICLES = "not_articles"
    """The message has no articles: WeChat counts readers of articles only."""
    OUT_OF_REACH = "out_of_reach"
    """WeChat does not count that day."""
    PARTLY = "partly"
    """Some of the jobs of the send have the number, and others do not; a sum of some would be too small."""
    SEVERAL_JOBS = "several_jobs"
    """WeChat gives one share for each job of the send, and shares cannot be added."""
    RATE_ONLY = "rate_only"
    """WeChat gives a share here, and no number of people."""
    NOTHING_TO_DIVIDE = "nothing_to_divide"
    """It is a share of nobody, or of a number that is missing."""


class Figure(Frozen, kw_only=True):
    """One number, or why it is missing: exactly one of the two."""

    value: float | None = None
    """The number, unless it is missing; then it is never 0."""
    missing: Missing | None = None
    """Why it is missing."""
    origin: Origin
    """Whose number it is."""
    until: date | None = None
    """The last day that is counted, of a number that is counted by days."""
    is_delay: bool = False
    """WeChat said that newer numbers for that day are to come."""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.missing is None):
            raise InvariantError(Phrase("a number is there, or the reason why it is missing"))


def people_text(count: float) -> str:
    """Write a number of people with separators, and a decimal if it is fractional, as a median may be."""
    return f"{count:,.0f}" if count == int(count) else f"{count:,.1f}"


_HALVES_BELOW = 100
"""Of an average from here on half a person is of no interest."""


def average_text(count: float) -> str:
    """Write an average of numbers of people."""
    return people_text(count if count < _HALVES_BELOW else round(count))


class Metric(StrEnum):
    """What is counted of an article, by WeChat's name."""

    READ_USER = "read_user"
    SHARE_USER = "share_user"
    ZAIKAN_USER = "zaikan_user"
    LIKE_USER = "like_user"
    COMMENT_COUNT = "comment_count"
    COLLECTION_USER = "collection_user"
    PRAISE_MONEY = "praise_money"
    """In fen."""
    READ_SUBSCRIBE_USER = "read_subscribe_user"
    READ_DELIVERY_RATE = "read_delivery_rate"
    """From 0 to 1, as every rate here."""
    READ_FINISH_RATE = "read_finish_rate"
    READ_AVG_ACTIVETIME = "read_avg_activetime"
    """In minutes."""

    @property
    def is_rate(self) -> bool:
        """Whether it is a share from 0 to 1."""
        return self in (Metric.READ_DELIVERY_RATE, Metric.READ_FINISH_RATE)


class Scene(StrEnum):
    """Where readers came from, in WeChat's words. Source: WeChat docs, "getarticletotaldetail", read 2026-11."""

    MESSAGE = "公众号消息"
    """The message itself: followers."""
    RECOMMENDED = "推荐"
    """WeChat's recommendations; not part of what followers read."""
    CHAT = "聊天会话"
    MOMENTS = "朋友圈"
    HOME_PAGE = "公众号主页"
    SEARCH = "搜一搜"
    OTHER = "其他"


class SourceRow(Frozen):
    """People from one source by the end of each of DAYS, and by the newest day."""

    scene: str
    """WeChat's word: a Scene, or one that WeChat added since."""
    figures: tuple[Figure, ...]
    """By DAYS."""
    newest: Figure

    @property
    def by_day(self) -> dict[str, float | None]:
        """Return the people by day."""
        return {str(day): each.value for day, each in zip(DAYS, self.figures, strict=True)}

    @property
    def latest(self) -> float | None:
        """Return the people by the newest day."""
        return self.newest.value

    @property
    def missing(self) -> dict[str, Missing]:
        """Return why a number is missing, by day or `latest`."""
        named = zip([*map(str, DAYS), "latest"], [*self.figures, self.newest], strict=True)
        return {day: each.missing for day, each in named if each.missing is not None}


class Point(Frozen):
    """The readers of an article by the end of a day, for a curve; a day without numbers has no point."""

    day: int
    """From 1, which is the day of the send."""
    stat_date: date
    read_user: int
    is_delay: bool


class DayFigures(Frozen):
    """What an article had reached by the end of one day."""

    day: int
    """From 1, which is the day of the send."""
    stat_date: date
    by_metric: Mapping[Metric, Figure]
    """Every metric."""

    @property
    def figures(self) -> dict[str, float | None]:
        """Return the numbers alone."""
        return {metric.value: each.value for metric, each in self.by_metric.items()}

    @property
    def missing(self) -> dict[str, Missing]:
        """Return why numbers are missing."""
        return {
            metric.value: each.missing
            for metric, each in self.by_metric.items()
            if each.missing is not None
        }

    @property
    def is_delay(self) -> bool:
        """Whether WeChat said that newer numbers for that day are to come."""
        return any(each.is_delay for each in self.by_metric.values())


class Leave(Frozen):
    """The share of readers that left in one fifth of an article."""

    position: int
    """One of LEAVE_POSITIONS."""
    figure: Figure

    @property
    def share(self) -> float | None:
        """Return it alone."""
        return self.figure.value

    @property
    def missing(self) -> Missing | None:
        """Return why it is missing."""
        return self.figure.missing


class ArticleReport(Frozen, kw_only=True):
    """One article of a send."""

    position: int
    """From 1 to 8."""
    title: str | None
    """None where neither the archive of contents nor WeChat tells it."""
    author: str | None = None
    theme: str | None = None
    url: str | None = None
    msgids: tuple[str, ...] = ()
    """WeChat's keys of its statistics: one for each job of the send."""
    days: tuple[DayFigures, ...] = ()
    """By DAYS."""
    latest: DayFigures | None = None
    """By the newest day that WeChat gave; None without any."""
    sources: tuple[SourceRow, ...] = ()
    """公众号消息 and 推荐 first, then every other in WeChat's order."""
    leaves: tuple[Leave, ...] = ()
    """By LEAVE_POSITIONS, by the newest day."""
    points: tuple[Point, ...] = ()
    fell: tuple[date, ...] = ()
    """Days by which WeChat counted fewer readers than by the day before, although these are sums."""
    is_withdrawn: bool = False
    """Whether it was withdrawn, alone or with its message."""
    is_doubtful: bool = False
    """Whether these may be the numbers of another article: only its title and day joined them."""

    @property
    def curve(self) -> dict[str, int]:
        """Return the readers by day."""
        return {str(each.day): each.read_user for each in self.points}

    @property
    def title_length(self) -> int | None:
        """Count the characters of its headline."""
        return len(self.title) if self.title is not None else None

    @property
    def readers(self) -> float | None:
        """Return the readers by the end of SIDE_BY_SIDE_DAY; None where they are missing or late."""
        figure = self.figure(Metric.READ_USER, SIDE_BY_SIDE_DAY)
        return None if figure.is_delay else figure.value

    def figure(self, metric: Metric, day: int) -> Figure:
        """Return a number by the end of one of DAYS."""
        return self.days[DAYS.index(day)].by_metric[metric]


class AudienceKind(StrEnum):
    """Whom a send went to, as far as sends are compared by it."""

    ALL = "all"
    TAG = "tag"
    OPENIDS = "openids"
    UNKNOWN = "unknown"
    """Nobody recorded it, as of a send that was imported; it is compared with none."""


class StageName(StrEnum):
    """The stages of a send, in their order."""

    AUDIENCE = "audience"
    """Followers in the audience (total_count)."""
    FILTERED = "filtered"
    """Followers left after WeChat's filters (filter_count)."""
    SENT = "sent"
    """Followers who have it (sent_count)."""
    FAILED = "failed"
    """Followers to whom it failed (error_count); a part of FILTERED, beside SENT."""
    READ = "read"
    """People who read the first article from the message."""
    FINISHED = "finished"
    """The share of all readers of the first article who read to its end."""
    SHARED = "shared"
    """People who shared the first article."""
    FOLLOWED = "followed"
    """People who followed the account after reading the first article."""


class Whole(StrEnum):
    """What a stage is a share of."""

    AUDIENCE = "audience"
    FILTERED = "filtered"
    SENT = "sent"
    READERS = "readers"
    """People who read the first article, from all sources."""


class Stage(Frozen):
    """One stage: so many people, and which share of what that is."""

    name: StageName
    """Which."""
    people: Figure
    """How many; missing with `rate_only` where WeChat gives a share alone."""
    share: Figure | None = None
    """Which share of `of`, from 0 to 1; the first stage has none."""
    of: Whole | None = None
    """What it is a share of."""
    of_people: int | None = None
    """How many these are, unless that is missing."""


class Quartiles(Frozen):
    """Median and quartiles of four numbers or more, interpolated linearly between them."""

    lower: float
    """The lower quartile."""
    median: float
    """The median."""
    upper: float
    """The upper quartile."""

    @property
    def people(self) -> tuple[float, float]:
        """Return the whole numbers from the lower quartile to the upper; the quartiles where none lies between them.

        A number of people below the first is below the lower quartile too, and one above the second above the upper.
        """
        first, last = ceil(self.lower), floor(self.upper)
        return (first, last) if first <= last else (self.lower, self.upper)


class Aspect(StrEnum):
    """What a verdict judges, in its order: what followers did, then readers from everywhere.

    Each is judged as a share, of those who received the message where nothing else is said: with a larger audience more
    people open a message, and that is no result.
    """

    OPENED = "opened"
    """People who read the first article from the message (公众号消息)."""
    FINISHED = "finished"
    """Of all readers, those who read to the end; WeChat gives the share alone."""
    SHARED = "shared"
    FOLLOWED = "followed"
    """People who followed the account after reading."""
    LEFT = "left"
    """People who stopped following the account on the day of the send."""
    READERS = "readers"
    """People who read the first article, from all sources."""

    @property
    def is_rate(self) -> bool:
        """Whether only the share is known, and not the people."""
        return self is Aspect.FINISHED

    @property
    def is_part(self) -> bool:
        """Whether nobody is counted who is not of the whole; of the others there may be more than received it."""
        return self in (Aspect.OPENED, Aspect.FINISHED)

    @property
    def percent(self) -> int:
        """Return how many of 100 ordinary sends lie in what is usual."""
        return FIRST_PERCENT if self is Aspect.OPENED else OTHER_PERCENT


class Judged(Frozen):
    """One number of a send, and the share that it is judged by."""

    figure: Figure
    """The people; of FINISHED the share itself."""
    share: Figure
    """Their share; above 1 where more read it than received it."""
    whole: Figure
    """Of how many people it is."""


class Comparison(Frozen, dict=True):
    """One number of a send against those of the reference set, by the same day of each."""

    aspect: Aspect
    judged: Judged
    sums: Sums
    """The shares of those of the reference set that have one."""

    @property
    def figure(self) -> Figure:
        """Return the number itself."""
        return self.judged.figure

    @property
    def share(self) -> Figure:
        """Return the share that is judged."""
        return self.judged.share

    @property
    def whole(self) -> Figure:
        """Return of how many people the share is."""
        return self.judged.whole

    @property
    def rate(self) -> float | None:
        """Return the share alone."""
        return self.judged.share.value

    @property
    def of_people(self) -> int | None:
        """Return of how many people the share is, as Stage does."""
        return int(self.whole.value) if self.whole.value is not None else None

    @property
    def count(self) -> int:
        """Return how many have the share."""
        return self.sums.count

    @property
    def mean(self) -> float | None:
        """Return the mean of their shares; None where nothing is usual."""
        return self.sums.mean if self.usual is not None else None

    @cached_property
    def usual(self) -> UsualRange | None:
        """Return which shares are usual, as they are shown; None for fewer than FEWEST_COMPARED."""
        found = usual_rates(self.sums, self.whole.value or 1, self.aspect.percent)
        if found is None or self.share.value is None:
            return None
        upper = min(found.upper, 1) if self.aspect.is_part else found.upper
        return UsualRange(as_shown(found.lower), as_shown(upper))

    @property
    def standing(self) -> Standing | None:
        """Return where the share lies; None if it is missing or late, or if there is too little to compare it with."""
        share = self.share
        if self.usual is None or share.value is None or share.is_delay:
            return None
        return self.usual.standing(as_shown(share.value))


class Reference(Frozen):
    """The sends that one is compared with: news of its account to its audience before it, counted by the same day.

    Every number of a verdict is compared with these. None of them failed or was withdrawn, and none is late.
    """

    scope: AudienceKind
    tag: str | None
    since: date | None
    """The day of the oldest; None if there is none."""
    until: date | None
    """The day of the newest."""
    sends: tuple[tuple[CampaignName, int], ...] = ()
    """Oldest first."""

    @property
    def count(self) -> int:
        """Return how many they are."""
        return len(self.sends)


class GapPart(Frozen):
    """The readers from one source beside their mean in the reference set."""

    scene: str | None
    """WeChat's word; None for the readers that the other parts leave: they are of no source, or of several."""
    value: int
    usual: int
    """The mean, rounded so that all parts add up to the mean of all readers."""

    @property
    def gap(self) -> int:
        """Return how far the readers are from the mean."""
        return self.value - self.usual


class AudienceGap(Frozen):
    """How many received a send beside the mean of the reference set, and how many readers that makes.

    Only those who open the message depend on how many received it: with the usual share of them, `readers` more or
    fewer of them would have opened it. The rest of the gap of the message is that another share did.
    """

    value: int
    usual: int
    """The mean, rounded."""
    readers: int

    @property
    def is_other(self) -> bool:
        """Return whether the audience differs so much that readers are told of it."""
        return abs(self.value - self.usual) > _ALIKE * self.usual


_ALIKE = 0.1
"""An audience within a tenth of the mean is like the others. Our own bound."""


class GapSplit(Frozen):
    """The readers of a send beside the mean of the reference set, source by source.

    The parts add up to the unit: their values, their means, and their gaps.
    """

    value: int
    usual: int
    """The mean of the reference set, in whole readers."""
    parts: tuple[GapPart, ...]
    """公众号消息 and 推荐 first, then WeChat's other sources, then what they leave.

    A source is a part if WeChat gave it of this send and of every one that is counted. Of a send whose sources add up
    to its readers, one that WeChat leaves out is 0.
    """
    count: int
    """Of how many sends the means are: without those that lack a source which this send and most others have."""
    audience: AudienceGap | None = None
    """None unless it is known how many received this send and every one that is counted."""

    @property
    def gap(self) -> int:
        """Return how far the readers are from the mean."""
        return self.value - self.usual


class VerdictCode(StrEnum):
    """What can be said of a send beside its numbers."""

    COMPARED = "compared"
    """It is compared with its reference set."""
    TOO_EARLY = "too_early"
    """No day of it is over and counted yet."""
    TOO_FEW = "too_few"
    """The reference set has fewer than FEWEST_COMPARED sends."""
    LATE = "late"
    """WeChat said that newer numbers of that day are to come."""
    FAILED = "failed"
    """WeChat failed its job."""
    WITHDRAWN = "withdrawn"
    """It was withdrawn: nobody knows which readers that cost."""
    DOUBTFUL = "doubtful"
    """Only title and day joined the numbers to it: they may be another article's."""
    NO_AUDIENCE = "no_audience"
    """Nobody recorded whom it went to."""
    NO_ARTICLES = "no_articles"
    """WeChat counts readers of articles only."""
    UNCOUNTED = "uncounted"
    """Its readers by the end of such a day are missing, for the reason beside it."""


class Verdict(Frozen, kw_only=True):
    """How a send did by the end of one of DAYS, against one reference set."""

    code: VerdictCode
    day: int = 0
    """From 1; 0 before the first is over."""
    stat_date: date | None = None
    reason: str | None = None
    """Why WeChat failed it, in WeChat's word, as `err(10001)`."""
    missing: Missing | None = None
    """Why its readers are missing; None unless they are."""
    reference: Reference
    comparisons: tuple[Comparison, ...] = ()
    """By Aspect; every one where there are numbers."""
    gap: GapSplit | None = None
    """None unless it is compared."""

    def comparison(self, aspect: Aspect) -> Comparison | None:
        """Return what is said of one aspect; None where there are no numbers."""
        return next((each for each in self.comparisons if each.aspect is aspect), None)


class DayQuartiles(Frozen):
    """The readers of the reference set by the end of one day of each: the same sends on every day."""

    day: int
    quartiles: Quartiles
    among: int
    """How many they are."""


class FollowerDay(Frozen, dict=True):
    """Who stopped and began to follow the whole account on one day, against the same weekday of earlier weeks."""

    after: int
    """Days after the send: 0, 1 or 2."""
    day: date
    cancelled: Figure
    joined: Figure
    compared: tuple[date, ...]
    """The days of earlier weeks that have the number."""
    sums: Sums
    """The unfollows on those days."""

    @property
    def is_known(self) -> bool:
        """Return whether anything is known of the day or of its weekday."""
        return any(
            each is not None for each in (self.cancelled.value, self.joined.value, self.usual)
        )

    @cached_property
    def usual(self) -> UsualRange | None:
        """Return the unfollows that are usual on its weekday."""
        return usual_people(self.sums, OTHER_PERCENT)

    @property
    def standing(self) -> Standing | None:
        """Return where the day's unfollows lie; None if they are missing, or if too few weeks have them."""
        count = self.cancelled.value
        return self.usual.standing(count) if self.usual is not None and count is not None else None


class Outcome(Frozen):
    """One kind of outcome of a send, by the end of each of DAYS."""

    name: str
    """What the file calls it; empty for all that have no row of their own."""
    counts: tuple[Figure, ...]
    """How many, by DAYS."""
    amounts: tuple[Figure, ...]
    """What they add up to, by DAYS, in the file's own money."""
    per_thousand: Figure
    """How many for each 1,000 followers who received it, by the newest of DAYS that is over, else by now."""


class OutcomesRead(Frozen):
    """What became of the rows of a file."""

    rows: int = 0
    """Every row."""
    joined: int = 0
    """Those that count for a send of the report."""
    untagged: int = 0
    """Those without a link tag."""
    unknown: int = 0
    """Those whose link tag no link of these sends carried."""
    outside: int = 0
    """Those of a day before the send, or after its day 30."""
    unread: int = 0
    """Those that cannot be read."""


class SendReport(Frozen, kw_only=True):
    """One edition of a campaign that went out."""

    campaign: CampaignName
    edition: int
    title: str
    """What people call it: its title, its first words, or its name."""
    account: AccountName
    appid: AppId
    sent_at: datetime
    """In Beijing time."""
    ref_date: date
    """The Beijing day of the send, by which WeChat names its statistics."""
    is_article: bool
    """Whether it is news, of which alone WeChat counts readers; True also where nobody knows."""
    status: Status = Status.SENT
    """Where it stands: a job that failed reached nobody, and one that is still being sent not everybody."""
    is_withdrawn: bool = False
    scope: AudienceKind
    tag: str | None = None
    """Its name, else its number."""
    jobs: int = 1
    """Mass jobs of the send: more than one for a long list of openids."""
    cut: AudienceCut | None = None
    """Whom it left out, before anybody could have it."""
    closed_batches: tuple[int, ...] = ()
    """The batches that are never sent, because too few people are left."""
    commit: str | None = None
    approver: str | None = None
    destinations: tuple[Destination, ...] = ()
    """Where it led, as far as its content is kept."""
    day: int
    """The newest day of it that is over and that WeChat can have counted, from 1; 0 before the first is."""
    articles: tuple[ArticleReport, ...] = ()
    """By position."""
    funnel: tuple[Stage, ...]
    """Every StageName, in their order."""
    verdicts: tuple[Verdict, ...]
    """By those of DAYS that have its readers; a single one that says why where none has."""
    quartiles: tuple[DayQuartiles, ...] = ()
    """For a curve: every day by which all sends of the newest verdict's reference set have their readers. Only of the
    newest FULL_MAX sends of a report: it is a hundred numbers for each, which nobody looks at for a thousand."""
    followers: tuple[FollowerDay, ...] = ()
    """The day of the send, and the two after it."""
    series: str | None = None
    """The series of letters that it belongs to."""
    finding: str = ""
    """What was learnt from it, as its campaign.yaml says; empty for nothing."""
    outcomes: tuple[Outcome, ...] = ()
    """What came of its links, the most frequent first."""

    @property
    def first(self) -> ArticleReport | None:
        """Return the article on top, which the funnel and the comparisons are about."""
        return self.articles[0] if self.articles else None

    def figure(self, metric: Metric, day: int) -> Figure:
        """Return a number of the article on top by the end of one of DAYS."""
        if self.first is None:
            return Figure(origin=Origin.ARTICLE, missing=Missing.NOT_ARTICLES)
        return self.first.figure(metric, day)

    @property
    def is_comparable(self) -> bool:
        """Return whether it may stand in a mean: what failed, or was withdrawn, does not."""
        return not self.is_withdrawn and self.status is not Status.FAILED

    @property
    def verdict(self) -> Verdict:
        """Return the newest verdict."""
        return self.verdicts[-1]

    def verdict_by(self, day: int) -> Verdict | None:
        """Return the verdict by the end of one of DAYS; None where its readers by then are not known."""
        return next((each for each in self.verdicts if each.day == day), None)

    def comparison(self, aspect: Aspect, day: int) -> Comparison | None:
        """Return how a number compares by the end of one of DAYS; None where its readers by then are not known."""
        found = self.verdict_by(day)
        return found.comparison(aspect) if found is not None else None

    def judged(self, aspect: Aspect, day: int) -> Figure:
        """Return a number of a verdict by the end of one of DAYS, or why its readers by then are missing."""
        found = self.comparison(aspect, day)
        return found.figure if found is not None else self.figure(Metric.READ_USER, day)

    def stage(self, name: StageName) -> Stage:
        """Return one stage of the funnel."""
        return self.funnel[list(StageName).index(name)]

    @property
    def hour(self) -> int:
        """Return the Beijing hour of the send."""
        return self.sent_at.hour


class By(StrEnum):
    """What sends, or articles, are put side by side by."""

    POSITION = "position"
    """Every article by its place; everything else is about first articles."""
    TITLE_LENGTH = "title_length"
    HOUR = "hour"
    AUDIENCE = "audience"
    THEME = "theme"
    AUTHOR = "author"
    APPROVER = "approver"


class Group(Frozen):
    """Those that share something."""

    key: str
    """`1`, `16–20`, `20`, `all`, `openids`, `tag:会员`, or a name."""
    count: int
    """How many have the number: four or more."""
    quartiles: Quartiles
    """Of those."""


class Breakdown(Frozen):
    """Readers by the end of a day, side by side; in the order of the keys, never by size."""

    by: By
    metric: Metric
    day: int
    groups: tuple[Group, ...]
    audience: str | None = None
    """The one audience that all of these sends went to, as a key of By.AUDIENCE; None in the groups by audience.

    A send to a tag has fewer readers than one to everybody, whatever its hour or its theme.
    """


class AllowanceReport(Frozen):
    """The account's allowance in the Beijing day or month of the report, and the readers for each send that used it."""

    unit: Unit
    """`day` or `month`."""
    first: date
    """The first day of the current one."""
    limit: int
    """Sends that it has."""
    used: int
    """Sends of campaigns and in the console."""
    left: int
    """Sends that are left."""
    counted: int
    """Sends that are shown, used the allowance, and whose readers by the end of day 7 are known and not late."""
    readers: Figure
    """Readers of their first articles by the end of day 7, added; a person who read two of them counts twice."""
    per_use: Figure
    """Readers for each of them."""


class Freshness(Frozen):
    """As of when the numbers are, and what is still to come."""

    asked_at: datetime | None
    """When WeChat last gave a number of this account, if it ever did."""
    complete_until: date | None
    """By the end of this day every send that is shown has its numbers, and WeChat announced no newer ones, if
    there is such a day."""
    delayed: tuple[date, ...] = ()
    """Days for which WeChat said that newer numbers are to come."""
    missing: tuple[date, ...] = ()
    """Days that are over, within the days that WeChat counts, and of which the archive has no readers."""
    unreadable: int = 0
    """Lines of the archive that cannot be read, or that WeChat's answers cannot have made; they are left out."""


class AccountReport(Frozen, kw_only=True):
    """An account, and all its sends that are shown, side by side."""

    account: AccountName
    name: str
    """As phones show it, else the key."""
    owner: str | None = None
    """Who answers for it, as massctl.yaml says."""
    appid: AppId
    kind: str | None
    """service or subscription; None for an account that massctl.yaml does not have any more."""
    allowance: AllowanceReport | None
    """None where the kind is not known."""
    followers: Figure
    """All followers at the end of the newest day that is known."""
    breakdowns: tuple[Breakdown, ...] = ()
    freshness: Freshness

    @property
    def label(self) -> str:
        """What people are shown of it: its name and its owner."""
        return self.name if self.owner is None else f"{self.name} · {self.owner}"


class Report(Frozen, kw_only=True):
    """What sends reached."""

    now: datetime
    """When it was made."""
    since: date | None
    """The first day of sends that are shown; None: all."""
    names: tuple[CampaignName, ...]
    """The campaigns that were asked for; empty: all."""
    accounts: tuple[AccountReport, ...]
    """By name."""
    sends: tuple[SendReport, ...]
    """Newest first."""
    series: str | None = None
    """The series of letters that was asked for."""
    outcomes: OutcomesRead | None = None
    """What became of the rows of outcomes; None where none were given."""

    def of_series(self, name: str) -> "Report":
        """Return the report of the letters of one series."""
        sends = tuple(each for each in self.sends if each.series == name)
        return replace(self, sends=sends, series=name)


class ArticleFacts(Frozen):
    """What the repository knows of an article as it was sent."""

    title: str
    author: str | None = None
    theme: str | None = None


class SendFacts(Frozen, kw_only=True):
    """What is known of a send beside ledger and statistics; what nobody knows is None."""

    articles: tuple[ArticleFacts, ...] = ()
    commit: str | None = None
    """The commit that the send was made from."""
    approver: str | None = None
    destinations: tuple[Destination, ...] = ()
    """Where it led, as far as its content is kept."""
    series: str | None = None
    """The series of letters that it belongs to."""
    finding: str = ""
    """What was learnt from it; empty for nothing."""


class AccountFacts(Frozen):
    """What massctl.yaml says of an account."""

    account: AccountName
    name: str
    kind: str | None = None
    owner: str | None = None


class RepositoryFacts(Frozen):
    """What massctl.yaml and the archive of contents know beside ledger and statistics."""

    accounts: Mapping[AppId, AccountFacts]
    sends: Mapping[tuple[CampaignName, int], SendFacts] = field(default_factory=dict)
