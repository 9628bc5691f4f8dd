"""Make the report: every send of the ledger that went out, joined to its statistics and to what the repository knows.

All sends of the last COMPARED_DAYS before the first that is shown are measured, since the shown ones are compared with
them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeAlias

from msgspec.structs import replace

from massctl.model.campaign import list_key
from massctl.model.entries import JobStatus
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import BEIJING
from massctl.model.state import (
    Job,
    Record,
    RecordKey,
    State,
    Status,
    beijing_day,
    https_address,
    status_of,
)
from massctl.model.statistics import NOTHING_COUNTED, Statistics, msgid_of
from massctl.plan.audience_cut import cut_of
from massctl.plan.job_failure import reason_of
from massctl.plan.statistics import ArticleIndex, Match, newest_day, publication_days
from massctl.report.account import (
    allowance_of,
    follower_days,
    followers_of,
    freshness_of,
    unfollowed_on,
)
from massctl.report.comparison import (
    audience_key,
    breakdown,
    quartiles_by_day,
    share_of,
    title_bucket,
)
from massctl.report.findings import sent_at_of, title_of
from massctl.report.readings import Readings, article_report, readings_of
from massctl.report.report import (
    COMPARED_DAYS,
    DAYS,
    FULL_MAX,
    AccountFacts,
    AccountReport,
    ArticleReport,
    AudienceKind,
    Breakdown,
    By,
    Figure,
    Metric,
    Missing,
    Origin,
    Point,
    Report,
    RepositoryFacts,
    Scene,
    SendFacts,
    SendReport,
    Stage,
    StageName,
    VerdictCode,
    Whole,
)
from massctl.report.verdict import DayOfSend, ReferenceWindow, day_of_send, verdicts_of

ARTICLES_MAX = 8
"""Articles of one message. Source: WeChat docs, "draft/add", read 2026-10."""


def make_report(
    state: State,
    statistics: Mapping[AppId, Statistics],
    known: RepositoryFacts,
    now: datetime,
    names: Collection[CampaignName] | None = None,
    since: date | None = None,
) -> Report:
    """Report the sends of `names`, all where None, that went out on `since` or later."""
    first = compared_since(state, names, since) or date.min
    measured = sorted(
        _measured(state, statistics, known, now, first), key=lambda each: (each.sent_at, each.key)
    )
    shown = [each for each in measured if _is_shown(each, names, since)]
    sends = _send_reports(measured, {each.key for each in shown})
    accounts = tuple(
        _account(appid, shown, sends, state, statistics.get(appid, NOTHING_COUNTED), known, now)
        for appid in dict.fromkeys(
            each.appid for each in sorted(shown, key=lambda each: each.account)
        )
    )
    return Report(
        now=now,
        since=since,
        names=tuple(names or ()),
        accounts=accounts,
        sends=tuple(reversed(sends)),
    )


def compared_since(
    state: State, names: Collection[CampaignName] | None, since: date | None
) -> date | None:
    """Return the first day whose sends may be compared with those that a report shows; None if nothing was sent."""
    shown = [beijing_day(at) for _, at in _may_be_shown(state, names, since)]
    return min(shown) - timedelta(days=COMPARED_DAYS) if shown else None


def _may_be_shown(
    state: State, names: Collection[CampaignName] | None, since: date | None
) -> Iterator[tuple[Record, datetime]]:
    """Return the editions that a report may show, and when they went out.

    One that went out shortly before midnight may be of the next day, which its statistics tell.
    """
    for record in state.records.values():
        at = sent_at_of(record) if names is None or record.campaign in names else None
        if at is not None and (since is None or max(publication_days(record)) >= since):
            yield record, at


class _Send(Frozen, kw_only=True, dict=True):
    """A send that went out, with its readings."""

    record: Record
    appid: AppId
    account: AccountName
    sent_at: datetime
    scope: AudienceKind
    tag: str | None
    facts: SendFacts
    until: date
    readings: tuple[Readings, ...]
    """By position."""
    statistics: Statistics

    @property
    def key(self) -> RecordKey:
        return self.record.key

    @property
    def first(self) -> Readings:
        return self.readings[0]

    @property
    def ref_date(self) -> date:
        return self.first.ref_date

    @property
    def day(self) -> int:
        return max(0, (self.until - self.ref_date).days + 1)

    @property
    def is_article(self) -> bool:
        return self.first.blocked is not Missing.NOT_ARTICLES

    @property
    def is_withdrawn(self) -> bool:
        return self.is_gone(1)

    @property
    def is_comparable(self) -> bool:
        return not self.is_withdrawn and status_of(self.record) is not Status.FAILED

    def is_gone(self, position: int) -> bool:
        gone = [job.is_gone or position in job.withdrawn for job in self.record.jobs]
        return bool(gone) and all(gone)

    @property
    def title(self) -> str:
        return title_of(self.record)

    @property
    def audience(self) -> tuple[AudienceKind, str | None]:
        return self.scope, self.tag

    @cached_property
    def days(self) -> Mapping[int, DayOfSend]:
        """Return what is judged of it, by each of DAYS."""
        sent = _counted(self.record, "sent_count")
        left = unfollowed_on(self.statistics.account, self.ref_date, self.until)
        return {day: day_of_send(day, self.first, sent, left) for day in DAYS}

    @cached_property
    def barred(self) -> VerdictCode | None:
        """Return why it is compared with nothing, and nothing with it; None where it is."""
        why = {
            VerdictCode.FAILED: status_of(self.record) is Status.FAILED,
            VerdictCode.NO_ARTICLES: not self.is_article,
            VerdictCode.WITHDRAWN: self.is_withdrawn,
            VerdictCode.DOUBTFUL: self.first.is_doubtful,
            VerdictCode.NO_AUDIENCE: self.scope is AudienceKind.UNKNOWN,
        }
        return next((code for code, holds in why.items() if holds), None)


def _is_shown(send: _Send, names: Collection[CampaignName] | None, since: date | None) -> bool:
    return (names is None or send.record.campaign in names) and (
        since is None or send.ref_date >= since
    )


def _measured(
    state: State,
    statistics: Mapping[AppId, Statistics],
    known: RepositoryFacts,
    now: datetime,
    first: date,
) -> Iterator[_Send]:
    """Measure what went out on the day `first` or later."""
    until = newest_day(now)
    ids = [
        job.msg_data_id
        for record in state.records.values()
        for job in record.jobs
        if job.msg_data_id is not None
    ]
    indexes = {appid: ArticleIndex(each, ids) for appid, each in statistics.items()}
    for record in state.records.values():
        sent_at = sent_at_of(record)
        if sent_at is None or record.appid is None:
            continue
        if beijing_day(sent_at) < first:
            continue
        there = statistics.get(record.appid, NOTHING_COUNTED)
        facts = known.sends.get(record.key, SendFacts())
        scope, tag = _audience(record)
        index = indexes.get(record.appid) or ArticleIndex(there)
        yield _Send(
            record=record,
            appid=record.appid,
            account=_account_facts(record, known).account,
            sent_at=sent_at.astimezone(BEIJING),
            scope=scope,
            tag=tag,
            facts=facts,
            until=until,
            readings=tuple(_readings(record, facts, index, there, beijing_day(sent_at), until)),
            statistics=there,
        )


def _account_facts(record: Record, known: RepositoryFacts) -> AccountFacts:
    """Return what massctl.yaml says of a record's account, else what it was called at the send."""
    named = next(
        (each.event.account for each in reversed(record.attempts) if each.event.account), None
    )
    appid = record.appid or AppId("")
    return known.accounts.get(appid) or AccountFacts(AccountName(named or appid), named or appid)


def _audience(record: Record) -> tuple[AudienceKind, str | None]:
    """Say to whom an edition went, as far as the ledger knows."""
    audience = record.not_refused[-1].event.audience if record.not_refused else None
    if audience is None and record.imported is not None:
        audience = record.imported.audience
    if audience is None:
        audience = next(
            (each.event.audience for each in record.settled_sent if each.event.audience), None
        )
    if not audience:
        return AudienceKind.UNKNOWN, None
    if list_key(audience) is not None:
        return AudienceKind.OPENIDS, None
    if "tag" not in audience and "tag_id" not in audience:
        return AudienceKind.ALL, None
    return AudienceKind.TAG, str(audience.get("tag") or audience.get("tag_id"))


def _readings(
    record: Record,
    facts: SendFacts,
    index: ArticleIndex,
    statistics: Statistics,
    sent: date,
    until: date,
) -> Iterator[Readings]:
    """Return what WeChat counted of each article of a send, or why nothing can be."""
    if not _is_article(record):
        yield readings_of((), sent, until, Missing.NOT_ARTICLES)
        return
    days = publication_days(record)
    found: list[list[Match] | None] = []
    for position in range(1, _article_count(record, facts, statistics) + 1):
        title = facts.articles[position - 1].title if position <= len(facts.articles) else None
        matches = [_match(index, job, position, title, days) for job in record.jobs]
        known = [each for each in matches if each is not None]
        found.append(known if known and len(known) == len(matches) else None)
    rows = [[statistics.articles.get(each.msgid, ()) for each in joined or ()] for joined in found]
    for joined, jobs in zip(found, rows, strict=True):
        if joined is None:
            yield readings_of((), sent, until, Missing.NOT_JOINED)
        else:
            yield readings_of(
                jobs, sent, until, is_doubtful=any(each.is_doubtful for each in joined)
            )


def _match(
    index: ArticleIndex, job: Job, position: int, title: str | None, days: frozenset[date]
) -> Match | None:
    """Join an article of a job to its statistics."""
    urls = (job.counts.article_urls if job.counts is not None else None) or ()
    address = urls[position - 1] if position <= len(urls) else None
    return index.find(position, job.msg_data_id, address=address, title=title, days=days)


def _is_article(record: Record) -> bool:
    if any(job.msg_data_id is not None for job in record.jobs) or not record.attempts:
        return True
    return record.attempts[-1].event.media_id is not None


def _article_count(record: Record, facts: SendFacts, statistics: Statistics) -> int:
    """Return how many articles a send has, as far as anybody knows; at least one."""
    if facts.articles:
        return len(facts.articles)
    told = max(
        (len(job.counts.article_urls or ()) for job in record.jobs if job.counts is not None),
        default=0,
    )
    counted = [
        number
        for job in record.jobs
        for number in range(1, ARTICLES_MAX + 1)
        if job.msg_data_id is not None and msgid_of(job.msg_data_id, number) in statistics.articles
    ]
    return max(1, told, *counted)


_Windows: TypeAlias = Mapping[int, ReferenceWindow]
"""By each of DAYS."""


def _send_reports(measured: Sequence[_Send], shown: set[RecordKey]) -> list[SendReport]:
    """Report the sends that are shown, oldest first, each against those before it."""
    earlier: defaultdict[tuple[AppId, str], _Windows] = defaultdict(
        lambda: {day: ReferenceWindow() for day in DAYS}
    )
    by_key: dict[RecordKey, _Send] = {}
    curves: dict[RecordKey, tuple[Point, ...]] = {}
    found = []
    newest = {send.key for send in [each for each in measured if each.key in shown][-FULL_MAX:]}
    for send in measured:
        windows = earlier[send.appid, audience_key(send.scope, send.tag)]
        if send.key in shown:
            report = _send_report(send, windows)
            if send.key in newest:
                verdict = report.verdict
                keys = verdict.reference.sends
                curves |= {key: by_key[key].first.curve() for key in keys if key not in curves}
                compared = [curves[key] for key in keys]
                report = replace(report, quartiles=quartiles_by_day(compared, verdict.day))
            found.append(report)
        by_key[send.key] = send
        if send.barred is None:
            _remember(send, windows)
    return found


def _remember(send: _Send, windows: _Windows) -> None:
    """Keep a send for those that are compared with it."""
    for day, window in windows.items():
        counted = send.days[day].counted
        if counted is not None:
            window.add(send.ref_date, send.key, counted)


def _send_report(send: _Send, windows: _Windows) -> SendReport:
    record, first = send.record, send.first
    for window in windows.values():
        window.advance(send.ref_date)
    followers = tuple(follower_days(send.statistics.account, send.ref_date, send.until))
    articles = tuple(
        _article(send, position) for position in range(1, len(send.readings) + 1) if send.is_article
    )
    return SendReport(
        campaign=record.campaign,
        edition=record.edition,
        title=send.title,
        account=send.account,
        appid=send.appid,
        sent_at=send.sent_at,
        ref_date=send.ref_date,
        is_article=send.is_article,
        status=status_of(record),
        is_withdrawn=send.is_withdrawn,
        scope=send.scope,
        tag=send.tag,
        jobs=max(1, len(record.jobs)),
        cut=cut_of(record),
        closed_batches=tuple(sorted(record.closed_batches)),
        commit=send.facts.commit,
        approver=send.facts.approver,
        destinations=send.facts.destinations,
        series=send.facts.series,
        finding=send.facts.finding,
        day=send.day,
        articles=articles,
        funnel=funnel_of(record, first),
        verdicts=verdicts_of(
            first,
            send.days,
            windows,
            send.audience,
            send.barred,
            reason_of(record) if send.barred is VerdictCode.FAILED else None,
        ),
        followers=followers,
    )


def _article(send: _Send, position: int) -> ArticleReport:
    readings = send.readings[position - 1]
    listed = send.facts.articles
    facts = listed[position - 1] if position <= len(listed) else None
    rows = [row for job in readings.jobs for row in job.values()]
    told = next((row.title for row in rows if row.title), None)
    urls = next((job.addresses for job in send.record.jobs if job.addresses), ())
    counted = next((row.content_url for row in rows if row.content_url), None)
    url = urls[position - 1] if position <= len(urls) else counted and https_address(counted)
    return article_report(
        readings,
        position=position,
        title=facts.title if facts is not None else told,
        author=facts.author if facts is not None else None,
        theme=facts.theme if facts is not None else None,
        url=url,
        msgids=tuple(dict.fromkeys(row.msgid for row in rows)),
        is_withdrawn=send.is_gone(position),
    )


def _account(
    appid: AppId,
    shown: Sequence[_Send],
    sends: Sequence[SendReport],
    state: State,
    statistics: Statistics,
    known: RepositoryFacts,
    now: datetime,
) -> AccountReport:
    facts = next(_account_facts(each.record, known) for each in shown if each.appid == appid)
    until = newest_day(now)
    ours = [each for each in sends if each.appid == appid]
    # WeChat counts nothing of what failed, and may count no more of what was withdrawn.
    counted = [each for each in shown if each.appid == appid and each.is_comparable]
    readings = (each for send in counted for each in send.readings)
    return AccountReport(
        account=facts.account,
        name=facts.name,
        owner=facts.owner,
        appid=appid,
        kind=facts.kind,
        allowance=allowance_of(state, appid, facts.kind, now, ours),
        followers=followers_of(statistics.account),
        breakdowns=tuple(_breakdowns(ours)),
        freshness=freshness_of(statistics, readings, until),
    )


def _breakdowns(sends: Sequence[SendReport]) -> Iterator[Breakdown]:
    """Put the sends of an account side by side."""
    counted = [
        (send, article, value)
        for send in sends
        if send.is_comparable
        for article in send.articles
        if not article.is_withdrawn and (value := article.readers) is not None
    ]
    every = [each for each in counted if each[1].position == 1]
    audience = _usual_audience(sends)
    counted = [each for each in counted if audience_key(each[0].scope, each[0].tag) == audience]
    first = [each for each in counted if each[1].position == 1]
    pairs: dict[By, Iterator[tuple[str, float]]] = {
        By.POSITION: ((str(article.position), value) for _, article, value in counted),
        By.TITLE_LENGTH: (
            (title_bucket(len(a.title)), value) for _, a, value in first if a.title is not None
        ),
        By.HOUR: ((str(send.hour), value) for send, _, value in first),
        By.AUDIENCE: ((audience_key(send.scope, send.tag), value) for send, _, value in every),
        By.THEME: (
            (article.theme, value) for _, article, value in first if article.theme is not None
        ),
        By.AUTHOR: ((article.author, value) for _, article, value in first if article.author),
        By.APPROVER: (
            (send.approver, value) for send, _, value in first if send.approver is not None
        ),
    }
    for by, each in pairs.items():
        found = breakdown(by, each, None if by is By.AUDIENCE else audience)
        if found is not None:
            yield found


def _usual_audience(sends: Sequence[SendReport]) -> str | None:
    """Return the audience that most of an account's sends of articles went to; None where nobody recorded one."""
    known = (each for each in sends if each.is_article and each.scope is not AudienceKind.UNKNOWN)
    return next(
        (
            key
            for key, _ in Counter(audience_key(each.scope, each.tag) for each in known).most_common(
                1
            )
        ),
        None,
    )


# The stages of a send: the first four are the ledger's, the others WeChat's


def funnel_of(record: Record, first: Readings) -> tuple[Stage, ...]:
    """Follow a send from its audience to those who followed the account after reading its first article."""
    audience, filtered, sent, failed = (_counted(record, name) for name in _COUNTS)
    day = first.newest or 1
    readers = first.figure(Metric.READ_USER, day)
    finished = first.figure(Metric.READ_FINISH_RATE, day)
    rate_only = Figure(
        origin=finished.origin, missing=finished.missing or Missing.RATE_ONLY, until=finished.until
    )
    return (
        Stage(StageName.AUDIENCE, audience),
        _stage(StageName.FILTERED, filtered, Whole.AUDIENCE, audience),
        _stage(StageName.SENT, sent, Whole.FILTERED, filtered),
        _stage(StageName.FAILED, failed, Whole.FILTERED, filtered),
        _stage(StageName.READ, first.source(Scene.MESSAGE, day), Whole.SENT, sent),
        Stage(StageName.FINISHED, rate_only, finished, Whole.READERS, _people(readers)),
        _stage(StageName.SHARED, first.figure(Metric.SHARE_USER, day), Whole.READERS, readers),
        _stage(
            StageName.FOLLOWED,
            first.figure(Metric.READ_SUBSCRIBE_USER, day),
            Whole.READERS,
            readers,
        ),
    )


_COUNTS = ("total_count", "filter_count", "sent_count", "error_count")


def _counted(record: Record, name: str) -> Figure:
    """Add what WeChat said of the jobs of a send; missing unless every batch that is sent has a job with it."""
    told: list[JobStatus | None] = [job.counts for job in record.jobs]
    known = [
        value for each in told if each is not None and (value := getattr(each, name)) is not None
    ]
    if known and len(known) == len(told) >= record.batches - len(record.closed_batches):
        return Figure(value=sum(known), origin=Origin.LEDGER)
    return Figure(origin=Origin.LEDGER, missing=Missing.PARTLY if known else Missing.NOT_RECORDED)


def _stage(name: StageName, people: Figure, of: Whole, whole: Figure) -> Stage:
    return Stage(name, people, share_of(people, whole), of, _people(whole))


def _people(figure: Figure) -> int | None:
    return int(figure.value) if figure.value is not None else None
