"""A report as JSON: its shape, and what fills it.

Numbers stand under WeChat's names. One that is missing is null, and `missing` beside it says why.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from msgspec import UNSET, Raw, UnsetType, json

from massctl.model.diagnostics import Failure
from massctl.model.shape import Shape
from massctl.model.state import Status
from massctl.report.report import (
    AllowanceReport,
    Aspect,
    By,
    Figure,
    Freshness,
    Group,
    Metric,
    Missing,
    Report,
    Stage,
    VerdictCode,
)
from massctl.report.usual import Standing, UsualRange
from massctl.view.i18n import Language, say
from massctl.view.json_writer import Document, ListedDestination, ReportedCut
from massctl.view.report_verdict import report_sentence, send_sentence

Number = float | int


class ReportedDay(Shape):
    """What an article had reached by the end of a day."""

    day: int
    """From 1, which is the Beijing day of the send."""
    stat_date: date
    """Its date."""
    is_delay: bool
    """WeChat said that newer numbers for that day are to come."""
    figures: dict[Metric, Number | None]
    """Sums from the send to the end of the day, by WeChat's names; rates from 0 to 1, money in fen, time in minutes."""
    missing: dict[Metric, Missing]
    """Why a number is missing."""


class ReportedSource(Shape):
    """Readers from one source."""

    scene: str
    """The source, in WeChat's word."""
    by_day: dict[str, Number | None]
    """Day of the send -> people by the end of it."""
    latest: Number | None
    """By the newest day."""
    missing: dict[str, Missing]
    """Why a number is missing, by day, or by `latest`."""


class ReportedLeave(Shape):
    """Readers that left in one position."""

    position: int
    """WeChat's position from 1 to 5: a fifth of the article."""
    share: Number | None
    """The share of readers, from 0 to 1."""
    missing: Missing | None
    """Why it is missing."""


class ReportedArticle(Shape):
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
    fell: list[date]
    """Days by which WeChat counted fewer readers than by the day before."""


class ReportedComparison(Shape):
    """A number of the send against the reference set, by the same day of each."""

    aspect: Aspect
    """What is compared: what followers did, then `readers`."""
    figure: Figure
    """This send's: people, and of `finished` the share."""
    rate: Number | None
    """The share that is judged, from 0; above 1 where more read it than received it; null where nobody knows."""
    of_people: int | None
    """Of how many people it is: those who received it, and of `finished` all readers; null where nobody knows."""
    count: int
    """How many of the reference set have the share."""
    mean: Number | None
    """The mean of their shares; null for fewer than four."""
    usual: UsualRange | None
    """Where the next ordinary share lies: 95 times of 100 that of `opened`, 99 times every other; null for fewer than
    four."""
    standing: Standing | None
    """Where this send's share lies; null where that cannot be said."""


class ReportedReference(Shape):
    """The reference set: earlier news of the account to the same audience, neither failed, withdrawn nor late."""

    scope: str
    """`all`, `tag`, `openids` or `unknown`."""
    tag: str | None
    """The tag, where it went to one."""
    since: date | None
    """The day of the oldest."""
    until: date | None
    """The day of the newest."""
    count: int
    """How many they are."""


class ReportedPart(Shape):
    """Readers from one source beside their mean in the reference set."""

    scene: str | None
    """The source, in WeChat's word; null for the readers that the others leave."""
    value: int
    """This send's."""
    usual: int
    """The mean, in whole readers."""
    gap: int
    """The difference."""


class ReportedAudience(Shape):
    """How many received the send beside the mean of the reference set."""

    value: int
    """This send's."""
    usual: int
    """The mean, rounded."""
    readers: int
    """How many of the gap from the message (公众号消息) that makes; the rest of it is another share that opened it."""


class ReportedGap(Shape):
    """All readers beside their mean in the reference set; the parts add up to the unit."""

    value: int
    """This send's."""
    usual: int
    """The mean, in whole readers."""
    gap: int
    """The difference."""
    parts: list[ReportedPart]
    """By source; the last is the rest."""
    count: int
    """Of how many sends of the reference set the mean is: without those that lack a source which most have."""
    audience: ReportedAudience | None
    """How many received it; null where that is not known of this send and of all these."""


class ReportedVerdict(Shape):
    """How a send did by the end of a day, against one reference set."""

    code: VerdictCode
    """Whether it is compared, or why not."""
    day: int
    """Of days 1, 3, 7 and 30; 0 before the first is over."""
    stat_date: date | None
    """Its date; null without readers by then."""
    reason: str | None
    """Why WeChat failed it, in its word."""
    missing: Missing | None
    """Why its readers are missing."""
    reference: ReportedReference
    """What every number is compared with."""
    comparisons: list[ReportedComparison]
    """What followers did, then all readers."""
    gap: ReportedGap | None
    """How far the readers are from the mean, by source; null unless it is compared."""


class ReportedFollowerDay(Shape):
    """Who stopped and began to follow the whole account on a day."""

    after: int
    """Days after the send."""
    day: date
    """The day."""
    cancelled: Figure
    """People who stopped following."""
    joined: Figure
    """People who began to follow."""
    usual: UsualRange | None
    """Where those who stop lie 99 times of 100, after the same weekday of the eight weeks before; null for fewer than
    four."""
    compared: list[date]
    """The days among those that have the number."""
    standing: Standing | None
    """Where the number of those who stopped lies."""


class ReportedOutcome(Shape):
    """What came of the links of a send, of one kind."""

    name: str
    """What the file calls it; empty for all that have no row of their own."""
    counts: list[Figure]
    """How many by the end of days 1, 3, 7 and 30."""
    amounts: list[Figure]
    """What they add up to by then, in the file's own money."""
    per_thousand: Figure
    """How many for each 1,000 followers who received it, by the newest of those days that is over."""


class ReportedRows(Shape):
    """What became of the rows of outcomes."""

    rows: int
    """Every row."""
    joined: int
    """Those that count for a send of the report."""
    untagged: int
    """Those without a link tag."""
    unknown: int
    """Those whose link tag no link of these sends carried."""
    outside: int
    """Those of a day before the send, or after its day 30."""
    unread: int
    """Those that cannot be read."""


class SentCampaign(Shape):
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
    sent_at: datetime
    """When it went out, in Beijing time."""
    ref_date: date
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
    cut: ReportedCut | None
    """Whom it left out; null for nobody."""
    closed_batches: list[int]
    """The batches that are never sent, because fewer than two of their people are left."""
    commit: str | None
    """The commit that it was sent from; null where nobody knows."""
    approver: str | None
    """Who approved it on the forge; null where nobody knows."""
    destinations: list[ListedDestination]
    """Where it led, as far as its content is kept."""
    series: str | None
    """The series of letters that it belongs to."""
    finding: str
    """What was learnt from it; empty for nothing."""
    outcomes: list[ReportedOutcome]
    """What came of its links, the most frequent first."""
    funnel: list[Stage]
    """From its audience to those who followed after reading."""
    articles: list[ReportedArticle]
    """By position."""
    verdicts: list[ReportedVerdict]
    """By those of days 1, 3, 7 and 30 that are known, the newest last; a single one says why where none is."""
    followers: list[ReportedFollowerDay]
    """The day of the send and the two after it, of the whole account."""


class ReportedBreakdown(Shape):
    """Sends side by side, in the order of their keys; it shows no cause."""

    by: By
    """What they are put side by side by."""
    metric: Metric
    """What is counted."""
    day: int
    """By the end of which day of each send."""
    audience: str | None
    """The audience of all these sends, as a key of the groups by audience; null in those groups."""
    groups: list[Group]
    """By key."""


class ReportedAccount(Shape):
    """An account, and its sends side by side."""

    account: str
    """The account, as massctl.yaml names it."""
    name: str
    """As phones show it."""
    owner: str | None
    """Who answers for it, as massctl.yaml says."""
    appid: str
    """Its AppID."""
    kind: str | None
    """`service` or `subscription`; null for an account that massctl.yaml does not have any more."""
    followers: Figure
    """All followers at the end of the newest day that is known."""
    allowance: AllowanceReport | None
    """Null where the kind is not known."""
    breakdowns: list[ReportedBreakdown]
    """Its sends side by side."""
    freshness: Freshness
    """As of when its numbers are."""


class SendsReport(Document):
    """What `massctl report --format json` prints."""

    now: str = ""
    """When it was made."""
    since: date | None = None
    """The first day of sends that are shown; null for all."""
    names: Sequence[str] = ()
    """The campaigns that were asked for; empty for all."""
    sentence: str = ""
    """What the sends reached, for people."""
    accounts: Sequence[ReportedAccount] = ()
    """The accounts of those sends."""
    sends: Sequence[SentCampaign] = ()
    """The sends, newest first."""
    series: str | None = None
    """The series that was asked for; null for all."""
    outcomes: ReportedRows | None = None
    """What became of the rows of outcomes; null where none were given."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it knew a send."""


def sends_json(report: Report, language: Language) -> bytes:
    """Return what sends reached."""

    def spoken(value: Any) -> str:
        return say(value, language.plain)

    rounded = json.Decoder(float_hook=_rounded).decode

    def written(shape: Shape) -> Raw:
        return Raw(json.encode(rounded(json.encode(shape, enc_hook=spoken))))

    # Send by send, so that a thousand are never there as objects at once.
    made = SendsReport.of(
        report,
        format_version=1,
        now=report.now.isoformat(),
        sentence=report_sentence(report.sends, report.since),
        accounts=[written(ReportedAccount.of(each)) for each in report.accounts],
        sends=[
            written(SentCampaign.of(each, sentence=send_sentence(each))) for each in report.sends
        ],
    )
    return json.format(json.encode(made, enc_hook=spoken), indent=2)


@lru_cache(maxsize=65_536)
def _rounded(written: str) -> Number:
    """Write whole numbers as such, and others with six decimals."""
    value = float(written)
    return int(value) if value == int(value) else round(value, 6)
