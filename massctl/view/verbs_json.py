"""What verbs other than `plan` print as JSON: the shape of each, which `schemas/` publishes, and what fills it.

A key stands once, in its shape: it holds what the value has under that name, or what is given for it. Keys and codes
never change with the language; only `message` and `hint` do. A plan is in `massctl.view.plan_json`, and what
sends reached in `massctl.view.report_json`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec import UNSET, UnsetType, field
from msgspec.structs import replace

from massctl.apply.notices import Reach
from massctl.model.audience import (
    AudienceState,
    AudienceUse,
    ErasureResult,
    FreezeResult,
    ListOutcome,
    LockCheck,
    NamedAudience,
    TagOutcome,
)
from massctl.model.campaign import AccountTags, Tag
from massctl.model.diagnostics import Check, Diagnostic, Failure, Finding, Level, Severity
from massctl.model.entries import CopyrightCheck, Entry, JobFinish, JobStatus, fields_of
from massctl.model.ids import AccountName, prefixed, sha256_of
from massctl.model.notices import NoticeEvent
from massctl.model.phrase import Command, Phrase, in_a_row
from massctl.model.settings import RunnerHappening
from massctl.model.shape import Shape
from massctl.model.state import Attempt, HeldLease, Job, Record, State, Status, status_of
from massctl.plan.audience_cut import cut_of
from massctl.plan.audience_overlaps import MonthList, MonthOverlaps, SharedPeople
from massctl.plan.destinations import CampaignLinks
from massctl.plan.drift import Drift, DriftKind
from massctl.plan.forge_setup import Optional, SetupStep, StepName
from massctl.plan.lease import NO_RUNNER, LocalRunner
from massctl.plan.people_judge import PeopleSummary
from massctl.plan.plan_file import (
    NO_OWNERS,
    DriftShape,
    LockedCampaign,
    LockResult,
    PlannedDiagnostic,
    PlannedStep,
    StoppedPlan,
    diagnostics_document,
    lock_exit_status,
)
from massctl.plan.steps import Refusal
from massctl.plan.window import WindowState
from massctl.view.i18n import Language
from massctl.view.json_writer import (
    CommandReport,
    Document,
    ListedDestination,
    ReportedCut,
    written,
)
from massctl.view.words import drift_hint, drift_words

if TYPE_CHECKING:
    from massctl.apply.jobs import Followed, Foreign, Recorded
    from massctl.apply.notices import Notice
    from massctl.apply.outcome import CampaignOutcome, Outcome
    from massctl.apply.ports import SendingSpeed
    from massctl.apply.runner_events import RunnerEvent
    from massctl.apply.statistics import Collected
    from massctl.apply.withdraw import Withdrawal
    from massctl.model.destination import Destination
    from massctl.model.send import Verdict
    from massctl.model.state import RecordKey
    from massctl.plan.brake import Brake
    from massctl.plan.remainder import RestMade
    from massctl.plan.send_facts import SendFacts
    from massctl.view.imported import ImportedArticleFacts
    from massctl.view.ledger import Kept, Repair


class ReportedEnd(Shape):
    """One of two ends that were told of a job."""

    status: Literal["sent", "failed"]
    """How it ended by this."""
    source: Literal["event"] | None
    """Whether an event told it; null: mass/get."""
    reason: str | None
    """Why it failed, in WeChat's word."""
    sent_count: int | None
    """Followers who have it by this."""


class ReportedJob(Shape):
    """An accepted mass job (群发任务)."""

    msg_id: int | None
    """WeChat's id of the job."""
    msg_data_id: int | None
    """WeChat's id of the news; the key of statistics."""
    clientmsgid: str | None
    """Our id of the send; null for a send in the console."""
    batch: int
    """Counts the batches of a list of openids from 1; 1 for every other audience."""
    status: Literal[
        "sending", "awaiting_admin", "sent", "failed", "contradicted", "deleted", "unknown"
    ]
    """What was said of it at last; contradicted: two ends were told; deleted: nothing of it is left to be read."""
    accepted_at: datetime
    """When its acceptance was learnt."""
    total_count: int | None
    """Followers in the audience."""
    filter_count: int | None
    """Followers left after WeChat's filters."""
    sent_count: int | None
    """Followers who have it."""
    error_count: int | None
    """Followers to whom it failed."""
    article_urls: Sequence[str] | None
    """The addresses of the articles."""
    reason: str | None
    """Why it failed, in WeChat's word, as in err(30003); null where no event said so."""
    copyright_check: CopyrightCheck | None
    """What the originality check found; null where no event said so."""
    ends: Sequence[ReportedEnd]
    """Both ends, where two were told and nobody has said which is true; else empty."""


def _cut(record: Record) -> ReportedCut | None:
    cut = cut_of(record)
    return ReportedCut.of(cut) if cut is not None else None


def _jobs(record: Record) -> list[ReportedJob]:
    return [_job(job) for job in record.jobs]


def _job(job: Job) -> ReportedJob:
    return ReportedJob.of(
        job.counts or _NOTHING_SAID,
        msg_id=job.msg_id,
        msg_data_id=job.msg_data_id,
        clientmsgid=job.client_msg_id,
        batch=job.batch,
        status="deleted" if job.is_gone else job.status,
        accepted_at=job.accepted_at,
        article_urls=job.addresses or None,
        ends=[ReportedEnd.of(end) for end in job.ends.values()] if job.is_contradicted else (),
    )


_NOTHING_SAID = JobStatus(msg_id=0, status="unknown")


class ReportedAnswer(Shape):
    """A clear answer of WeChat to a send, which the ledger could not take: for the ledger it is in doubt."""

    outcome: Literal["sent", "not_sent"]
    """How it ended: accepted; or refused, or never asked for."""
    batch: int
    """Counts the batches of a list of openids from 1; 1 for every other audience."""
    msg_id: int | None
    """WeChat's id of the job that it accepted."""
    errcode: int | None
    """WeChat's code, where it refused the send."""
    message: str
    """What happened, for people."""
    command: str
    """What to type when the ledger can be written again, with a reason in place of the dots."""


class AppliedCampaign(Shape):
    """One campaign's part of a run."""

    name: str
    """The campaign's name."""
    group: str
    """The group that it stands in; empty without one."""
    account: str | None
    """The account that sends."""
    edition: int | None
    """Its edition."""
    status: Status
    """Where it stands at the end of the run."""
    window: WindowState
    """Where its window lies, seen from the moment of the plan."""
    digest: str | None
    """The digest of what is sent."""
    performed: Sequence[PlannedStep]
    """What this run did."""
    refusals: Sequence[Refusal]
    """What it did not do, and why."""
    error: Failure | None
    """What stopped it."""
    jobs: Sequence[ReportedJob]
    """Its mass jobs."""
    cut: ReportedCut | None
    """Whom it left out; null for nobody."""
    closed_batches: Sequence[int]
    """The batches that are never sent, because fewer than two of their people are left."""
    unrecorded: ReportedAnswer | UnsetType = UNSET
    """What WeChat said to its send and the ledger could not take; absent where there is nothing like that."""


class ApplyReport(Document):
    """What `massctl apply --format json` prints, on every exit but 2 and 3."""

    exit_status: int = 0
    """The exit status of the run."""
    lineage: str | None = None
    """The ledger's lineage; null where there is none."""
    serial: int = 0
    """The serial of the ledger's last entry at the end."""
    campaigns: Sequence[AppliedCampaign] = ()
    """The campaigns, in the order of the plan."""
    error: Failure | UnsetType = UNSET
    """What stopped the run before it knew a campaign."""


def apply_json(outcome: "Outcome") -> ApplyReport:
    """Return what a run did."""
    campaigns = [_applied(outcome, campaign) for campaign in outcome.campaigns]
    state = outcome.state
    return ApplyReport(
        exit_status=outcome.exit_status(),
        lineage=state.lineage,
        serial=state.serial,
        campaigns=campaigns,
    )


def _applied(outcome: "Outcome", campaign: "CampaignOutcome") -> AppliedCampaign:
    planned, record = campaign.planned, outcome.record(campaign)
    return AppliedCampaign.of(
        planned,
        status=outcome.status(campaign),
        performed=[PlannedStep.of(step) for step in campaign.performed],
        refusals=campaign.refusals,
        error=campaign.error or _faults(planned.diagnostics),
        jobs=_jobs(record),
        cut=_cut(record),
        closed_batches=sorted(record.closed_batches),
        unrecorded=_unrecorded(record, campaign.answer),
    )


def _unrecorded(record: Record, answer: "Verdict | None") -> ReportedAnswer | UnsetType:
    """Return what the ledger could not take of WeChat's answer; UNSET where it was no clear one."""
    if answer is None:
        return UNSET
    # Only a run whose ledger fell away has one.
    from massctl.apply.outcome import unrecorded_of

    found = unrecorded_of(record, answer)
    if found is None:
        return UNSET
    outcome = "not_sent" if found.is_refusal else "sent"
    return ReportedAnswer.of(found, outcome=outcome, message=found.told)


_FAULTS_NAMED_MAX = 5
"""Of the faults that stopped a campaign; `massctl validate` shows them all."""


def _faults(diagnostics: Sequence[Diagnostic]) -> Failure | None:
    """Return the ERROR of a campaign that was stopped by faults in its files; None for one without."""
    faults = [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR]
    if not faults:
        return None
    kinds = dict.fromkeys(
        f"{fault.code} {fault.place.file}" if fault.place else fault.code for fault in faults
    )
    where = ", ".join([*kinds][:_FAULTS_NAMED_MAX])
    message = Phrase("its files have faults ({where}), so massctl did nothing with it", where=where)
    return Failure(None, None, message, Command("validate"))


class ReportedFinding(Shape):
    """One thing that a send depends on."""

    check: Check
    """What was looked at."""
    level: Level
    """How it stands."""
    account: str | None
    """Whose it is; null where it is the repository's."""
    message: str
    """How it stands, for people."""
    hint: str
    """What to click or to type; empty where there is nothing to do."""
    errcode: int | None
    """WeChat's code; null where WeChat did not speak, or did not refuse."""
    rid: str | None
    """WeChat's request id, for their support."""


class ReportedLevels(Shape):
    """The number of findings of each level."""

    ok: int = 0
    """Things that stand well."""
    warning: int = 0
    """Things that somebody should look at."""
    problem: int = 0
    """Things that keep a send back."""
    unknown: int = 0
    """Things that were not checked, or cannot be from here."""


class DoctorReport(Document):
    """What `massctl doctor --format json` prints, on every exit but 2 and 3."""

    exit_status: int = 0
    """1 where anything is a problem, else 0."""
    findings: Sequence[ReportedFinding] = ()
    """Everything that was found: of the repository first, then account by account."""
    summary: ReportedLevels = ReportedLevels()
    """The number of findings of each level."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it found anything."""


def doctor_json(findings: Sequence[Finding], exit_status: int) -> DoctorReport:
    """Return everything that a check-up found; the summary counts findings by level."""
    counts = Counter(finding.level.value for finding in findings)
    return DoctorReport(
        exit_status=exit_status,
        findings=[ReportedFinding.of(each) for each in findings],
        summary=ReportedLevels(**counts),
    )


class ReportedStep(Shape):
    """One step of setting up."""

    name: StepName
    """Which."""
    title: str
    """What to do."""
    is_done: bool
    """The files here show that it was done already."""
    protects: str
    """What would go wrong without it."""
    todo: Sequence[str]
    """What to write into files, or to know, before the commands."""
    commands: Sequence[str]
    """Lines of a POSIX shell, which can be pasted as one."""
    clicks: str | None
    """The same with the mouse; null where there is no such way."""
    optional: Sequence[Optional]
    """What only some repositories need."""


class SetupReport(Document):
    """What `massctl ci setup --format json` prints, on every exit but 2 and 3."""

    repository: str | None = None
    """OWNER/REPOSITORY on github.com; null where it is not known yet."""
    steps: Sequence[ReportedStep] = ()
    """In the order in which they are done."""
    error: Failure | UnsetType = UNSET
    """What stopped the command."""


def setup_json(steps: Sequence[SetupStep], repository: str | None) -> SetupReport:
    """Return the steps of `massctl ci setup`."""
    return SetupReport(repository=repository, steps=[ReportedStep.of(step) for step in steps])


class FollowedCampaign(Shape):
    """One edition of a campaign, and its jobs."""

    name: str
    """The campaign's name."""
    edition: int
    """Its edition."""
    status: Status
    """Where it stands."""
    withdrawn_articles: Sequence[int]
    """The articles that were withdrawn, from 1."""
    jobs: Sequence[ReportedJob]
    """Its mass jobs."""
    cut: ReportedCut | None
    """Whom it left out; null for nobody."""
    closed_batches: Sequence[int]
    """The batches that are never sent, because fewer than two of their people are left."""
    error: Failure | None
    """Why its jobs could not be asked about."""


class ReportedDrift(DriftShape):
    """What people were told of, and that is still so as far as anybody knows."""

    hint: str
    """What to do about it, for people."""


class StatusCampaign(FollowedCampaign):
    """One edition of a campaign, its jobs, and what it depends on that drifted."""

    drift: Sequence[ReportedDrift]
    """What people were told of; nothing is read for it."""
    account: str | None = None
    """The account that its newest draft or send is of; null where massctl.yaml does not say."""
    owner: str | None = None
    """Who answers for the account; null where massctl.yaml does not say."""
    group: str = ""
    """The group that it stands in; empty without one."""
    destinations: Sequence[ListedDestination] = ()
    """Where its last message leads, as far as its content is kept."""


class ReportedFall(Shape):
    """A sum of the statistics that became smaller; both numbers are kept."""

    msgid: str
    """The article: `<msg_data_id>_<position>`."""
    stat_date: date
    """The last day that is counted."""
    member: str
    """The number, in WeChat's name."""
    before: int
    """What was said before, or of the day before."""
    after: int
    """What is said now."""


class ReportedStatistics(Shape):
    """What was collected for one account."""

    account: str
    """Its name in massctl.yaml."""
    appid: str
    """Its AppID."""
    calls: int
    """Calls that WeChat judged; 0 where nothing was due."""
    rows: int
    """New rows in the archive."""
    left_out: int
    """Rows and numbers that are not as WeChat documents them."""
    waits: bool
    """WeChat will say more later on this day."""
    falls: Sequence[ReportedFall]
    """Sums that fell."""
    error: Failure | None
    """What kept calls from their answers."""


class StatusReport(Document):
    """What `massctl status --format json` prints."""

    campaigns: Sequence[StatusCampaign] = ()
    """The campaigns, by name."""
    statistics: Sequence[ReportedStatistics] | UnsetType = UNSET
    """With --statistics: what was collected, by account."""
    stopped: Sequence[Refusal] = ()
    """The brakes that are set, that of all sends before those of single accounts."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it knew a campaign."""


def status_json(
    followed: "Followed",
    statistics: "Sequence[tuple[AccountName, Collected]] | None" = None,
    leads: "Mapping[RecordKey, Sequence[Destination]] | None" = None,
    stops: Sequence[Refusal] = (),
    group: Callable[[str], str] = lambda _: "",
    key_of: Callable[[str], str | None] = lambda _: None,
    owners: Mapping[str, str] = NO_OWNERS,
) -> StatusReport:
    """Return where campaigns stand; `error` says why a state could not be asked for.

    `group` gives the group of a campaign by its name, `key_of` the account of an AppID.
    """
    from massctl.apply.jobs import ended_badly  # Only `status` follows jobs.
    from massctl.plan.drift_readings import open_drifts

    failures = {id(record): failure for record, failure in reversed(followed.errors)}
    campaigns = [
        _campaign(
            StatusCampaign,
            record,
            failures.get(id(record)) or ended_badly(record, followed.state),
            account=(account := key_of(record.appid or "")),
            owner=owners.get(account or ""),
            group=group(record.campaign),
            drift=[_told_drift(each) for each in open_drifts(followed.state, record)],
            destinations=[ListedDestination.of(each) for each in (leads or {}).get(record.key, ())],
        )
        for record in followed.records
    ]
    if statistics is None:
        return StatusReport(campaigns=campaigns, stopped=stops)
    collected = [
        ReportedStatistics.of(found, account=account, calls=len(found.calls))
        for account, found in statistics
    ]
    return StatusReport(campaigns=campaigns, statistics=collected, stopped=stops)


def _told_drift(drift: Drift) -> ReportedDrift:
    return ReportedDrift.of(drift, message=drift_words(drift), hint=drift_hint(drift))


_Followed = TypeVar("_Followed", bound=FollowedCampaign)


def _campaign(
    shape: type[_Followed], record: Record, failure: Failure | None = None, **given: Any
) -> _Followed:
    """Return where an edition stands, and what went wrong about it in this run."""
    return shape(
        name=record.campaign,
        edition=record.edition,
        status=status_of(record),
        withdrawn_articles=sorted({n for job in record.jobs for n in job.withdrawn if n > 0}),
        jobs=_jobs(record),
        cut=_cut(record),
        closed_batches=sorted(record.closed_batches),
        error=failure,
        **given,
    )


class ActedCampaign(FollowedCampaign):
    """The edition that an act was about, as it stands after it."""

    refusals: Sequence[Refusal]
    """What was not done, and why."""


class ActReport(CommandReport):
    """What `massctl withdraw` and `massctl reconcile` print with `--format json`."""

    campaigns: Sequence[ActedCampaign] = ()
    """The one edition that it was about; empty where the command stopped before."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it knew a campaign."""


def _acted(
    record: Record, failure: Failure | None = None, refusals: Sequence[Refusal] = ()
) -> list[ActedCampaign]:
    return [_campaign(ActedCampaign, record, failure, refusals=refusals)]


def withdraw_json(taken: "Withdrawal") -> ActReport:
    """Return what was withdrawn, what has to wait, and what stopped it."""
    from massctl.apply.outcome import failure_of

    failure = failure_of(taken.error) if taken.error is not None else None
    campaigns = _acted(taken.record, failure, taken.refusals)
    return ActReport(exit_status=taken.exit_status(), campaigns=campaigns)


def reconcile_json(record: Record) -> ActReport:
    """Return the edition that was settled, as it stands now."""
    return ActReport(campaigns=_acted(record))


class RestCampaign(Shape):
    """The campaign that was made for those whom a list did not reach."""

    name: str
    """Its name."""
    openids: int
    """How many openids its list has."""
    left_out: int
    """How many openids are not in it because they may have the message."""
    left_out_batches: Sequence[int]
    """Their batches."""


class NewReport(ActReport):
    """What `massctl new --format json` prints; with `--unsent-of`, its campaign is the list that was ended."""

    rest: RestCampaign | None = None
    """What `--unsent-of` made; null without it, and where the command stopped before."""
    files: Sequence[str] = ()
    """The files that were written, from the repository's root."""


def rest_json(made: "RestMade") -> NewReport:
    """Return the edition whose list was ended, and the campaign that has the openids that surely do not have it."""
    unsure = made.rest.unsure
    rest = RestCampaign(
        name=made.name,
        openids=made.count,
        left_out=made.left_out,
        left_out_batches=[each.batch for each in unsure],
    )
    return NewReport(campaigns=_acted(made.rest.record), rest=rest, files=made.files)


class ImportedArticle(Shape):
    """An article that was imported, and what became of it."""

    title: str
    """Its title."""
    content: str
    """Its file, from the campaign's folder."""
    characters: int
    """Characters of its text, without blanks."""
    pictures: int
    """Pictures in it."""
    arrived: int
    """How many of them are in the campaign."""
    links: int
    """Links in it."""
    is_same: bool
    """Whether massctl renders the same text, pictures and links."""
    differences: Sequence[str]
    """What differs, for people."""
    not_carried: Sequence[str]
    """What could not be carried over and why, for people."""


class ImportReport(CommandReport):
    """What `massctl import --format json` prints where it makes a campaign."""

    name: str | None = None
    """The campaign; null where the command stopped before."""
    files: Sequence[str] = ()
    """The files that were written, from the repository's root."""
    articles: Sequence[ImportedArticle] = ()
    """Its articles."""
    diagnostics: Sequence[PlannedDiagnostic] = ()
    """What has to be mended before the campaign can be sent."""
    error: Failure | UnsetType = UNSET
    """What stopped the command."""


class ListedArticles(Shape):
    """A draft or a publication, as WeChat lists it."""

    id: str
    """Its media_id or article_id, for `massctl import draft` or `published`."""
    titles: Sequence[str]
    """Of its articles."""
    updated: datetime | None
    """When it was changed at last."""


class ImportListReport(Document, kw_only=True):
    """What `massctl import drafts --format json` and `import published` without an id print."""

    account: str
    """The account."""
    listed: Sequence[ListedArticles]
    """Newest first."""


def import_json(
    name: str,
    files: Sequence[str],
    articles: "Sequence[ImportedArticleFacts]",
    faults: Sequence[Diagnostic],
    exit_status: int,
) -> ImportReport:
    """Return what an import made, and how it compares with its source."""
    return ImportReport(
        exit_status=exit_status,
        name=name,
        files=files,
        articles=[ImportedArticle.of(each) for each in articles],
        diagnostics=diagnostics_document(faults),
    )


def import_list_json(
    account: str, listed: "Sequence[tuple[str, Sequence[str] | None, datetime | None]]"
) -> ImportListReport:
    """Return the drafts or publications that can be imported."""
    rows = [
        ListedArticles(id=known, titles=titles or (), updated=updated)
        for known, titles, updated in listed
    ]
    return ImportListReport(account=account, listed=rows)


class ReportedTags(Shape):
    """The tags of an account."""

    account: str
    """The account."""
    pulled_at: datetime
    """When they were read."""
    tags: Sequence[Tag]
    """All of them."""


class TagsReport(Document, kw_only=True):
    """What `massctl tags list` and `massctl tags pull` print with `--format json`."""

    accounts: Sequence[ReportedTags]
    """By account."""


def tags_json(found: Mapping[str, AccountTags]) -> TagsReport:
    """Return the tags of accounts, and when they were read."""
    return TagsReport(
        accounts=[ReportedTags.of(tags, account=name) for name, tags in found.items()]
    )


class Candidate(Shape):
    """A send in doubt, or settled as not sent, that an event may belong to."""

    name: str
    """The campaign's name."""
    edition: int
    """Its edition."""


class ReportedEvent(Shape):
    """What an event said."""

    msg_id: int
    """The job that it is about."""
    status: Literal["sent", "failed"]
    """How the job ended."""
    reason: str | None
    """Why it failed, in WeChat's word."""
    again: bool
    """Whether it said nothing that was not on record."""
    contradicts: Literal["sent", "failed"] | None
    """How the job had ended by what was on record, where the event tells the other end; both are kept."""
    candidates: Sequence[Candidate]
    """Where no job here has this id: the sends in doubt, or settled as not sent, that it may belong to."""


class EventReport(ActReport):
    """What `massctl record-event --format json` prints."""

    event: ReportedEvent | None = None
    """The event; null where the body is none."""
    diagnostics: Sequence[PlannedDiagnostic] = ()
    """Why the body is not an event."""


def event_json(
    finish: JobFinish, outcome: "Recorded | Foreign", state: State, exit_status: int
) -> EventReport:
    """Return what an event was recorded for, or which sends in doubt it may belong to."""
    from massctl.apply.jobs import Recorded, ended_badly

    if isinstance(outcome, Recorded):
        campaigns = _acted(outcome.record, ended_badly(outcome.record, state))
        said: dict[str, Any] = {
            "again": outcome.again,
            "contradicts": outcome.contradicts,
            "candidates": (),
        }
    else:
        campaigns = []
        candidates = [Candidate.of(each, name=each.campaign) for each in outcome.candidates]
        said = {"again": False, "contradicts": None, "candidates": candidates}
    event = ReportedEvent.of(finish.said, **said)
    return EventReport(exit_status=exit_status, campaigns=campaigns, event=event)


class AdoptReport(ActReport):
    """What `massctl adopt --format json` prints."""

    differences: Sequence[str] = ()
    """In what the console's version differs from what was reviewed, for people."""
    handoff: Sequence[str] = ()
    """What is recorded as done in the console, for people."""
    files: Sequence[str] = ()
    """The files that `--pull` changed."""
    diagnostics: Sequence[PlannedDiagnostic] = ()
    """What is wrong in the campaign's files, so that nothing was adopted."""


def adopt_json(
    record: Record,
    differences: Sequence[str],
    handoff: Sequence[str],
    files: Sequence[str] = (),
) -> AdoptReport:
    """Return the edition whose draft was adopted, and what differs in it from what was reviewed."""
    return AdoptReport(
        campaigns=_acted(record), differences=differences, handoff=handoff, files=files
    )


class ReportedBrake(Shape):
    """A stop of sends: the branch `massctl-stop` on the remote, or `massctl-stop-NAME` for one account's."""

    branch: str
    """The branch: `massctl-stop`, or the first one below it, such as `massctl-stop/x`, which counts as well."""
    account: str | None
    """The account that it stops; null for all."""
    commit: str
    """The commit that the branch is at."""
    by: str | None
    """Who set it; null where the branch was pushed by hand."""
    since: datetime | None
    """When; null where its commit does not say it."""
    reason: str
    """Why; empty where nobody said it."""


class BrakeReport(CommandReport):
    """What `massctl stop --format json` and `massctl resume --format json` print."""

    stopped: bool | None = None
    """Whether sends are stopped now; null where the command stopped before it knew."""
    changed: bool = False
    """Whether this command set or lifted the brake."""
    brake: ReportedBrake | None = None
    """The brake that is on, or that was lifted; null where there was none."""
    due: Sequence[str] | None = None
    """`resume`: the campaigns that the next `apply` would send; null where that is not known, and for `stop`."""
    error: Failure | UnsetType = UNSET
    """What stopped the command."""


def brake_json(
    brake: "Brake | None", *, stopped: bool, changed: bool, due: Sequence[str] | None = None
) -> BrakeReport:
    """Return whether sends are stopped, and the brake that is on, or that was lifted."""
    shown = ReportedBrake.of(brake) if brake is not None else None
    return BrakeReport(stopped=stopped, changed=changed, brake=shown, due=due)


class RunnerEventReport(Document, kw_only=True):
    """A line of `massctl run --format json`: one thing that happened."""

    event: RunnerHappening
    """What happened."""
    at: datetime
    """When."""
    campaign: str | None
    """The campaign that it is about."""
    commit: str | None
    """The tip that was carried out then."""
    message: str
    """The same for people."""
    hint: str
    """What to do about it; empty where there is nothing."""


def runner_event_json(event: "RunnerEvent", language: Language) -> str:
    """Return an event of `massctl run` as one line."""
    lines = written(
        RunnerEventReport.of(event, format_version=1, event=event.kind), language
    ).splitlines()
    return " ".join(line.strip() for line in lines)


class SpeedReport(CommandReport):
    """What `massctl speed --format json` prints."""

    account: str | None = None
    """The account's name."""
    speed: int | None = None
    """0, the fastest, to 4."""
    realspeed: int | None = None
    """What it comes to in 10,000 messages a minute; null where the API does not say it."""
    error: Failure | UnsetType = UNSET
    """What stopped the command."""


def speed_json(account: str, speed: "SendingSpeed") -> SpeedReport:
    """Return an account's sending speed; `realspeed` is in 10,000 messages a minute, as the API says it."""
    return SpeedReport(account=account, speed=speed.speed, realspeed=speed.realspeed)


class CommentsReport(CommandReport):
    """What `massctl comments open` and `massctl comments close` print with `--format json`."""

    name: str | None = None
    """The campaign's name; null where the command stopped before."""
    edition: int | None = None
    """Its edition."""
    opened: bool | None = None
    """Whether followers can comment now."""
    articles: Sequence[int] = ()
    """The articles that were switched, from 1."""
    error: Failure | UnsetType = UNSET
    """What stopped the command; articles before it may be switched already."""


def comments_json(record: Record, articles: Sequence[int], *, opened: bool) -> CommentsReport:
    """Return which articles (from 1) were switched."""
    return CommentsReport(
        name=record.campaign, edition=record.edition, opened=opened, articles=articles
    )


class ReportedUse(Shape):
    """A campaign that goes to an audience."""

    campaign: str
    """Its name."""
    not_before: datetime | None = None
    """The beginning of its window; null without one."""
    not_after: datetime | None = None
    """The end of its window."""


class ReportedAudience(Shape):
    """One audience, as its file and its lock say. No openid is in it."""

    name: str
    """The name of its file, without the ending."""
    state: AudienceState
    """Whether it can be sent to."""
    title: str | None = None
    """Who they are; null where the file has faults, as all that it says."""
    account: str | None = None
    """The account whose followers they are."""
    source: dict[str, Any] | None = None
    """Where the people come from, as the file says."""
    exclude: Sequence[str] = ()
    """The audiences whose people are taken off."""
    snapshot: str | None = None
    """What names its people; null where it was never frozen, as all that its lock says."""
    count: int | None = None
    """How many they are."""
    frozen_at: str | None = None
    """When they were frozen."""
    frozen_by: str | None = None
    """Who froze them."""
    added: int | None = None
    """How many came since the snapshot before; null for a first one."""
    removed: int | None = None
    """How many went since then."""
    since_at: str | None = None
    """When the one before was frozen."""
    used_by: Sequence[ReportedUse] = ()
    """The campaigns that go to it and whose window is not over, the next one first."""
    diagnostics: Sequence[PlannedDiagnostic] = ()
    """What is wrong with its files, and with its source while it is frozen."""
    is_proven: bool | UnsetType | None = UNSET
    """Of `show`, where it has a lock: whether its snapshot is what that says; null where nobody can look."""
    is_changed: bool | UnsetType = UNSET
    """Of a freeze: whether the lock changed; false where it said all of this already."""
    excluded: int | UnsetType = UNSET
    """Of a freeze: how many were removed because an excluded audience has them."""
    erased: int | UnsetType = UNSET
    """Of a freeze: how many were removed because they were erased once."""
    unfollowed: int | UnsetType = UNSET
    """Of a freeze with --followers: how many were removed because they do not follow any more."""


class AudienceReport(Document):
    """What `massctl audience list`, `show`, `freeze` and `diff` print with `--format json`."""

    audiences: Sequence[ReportedAudience] = ()
    """By name."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it found anything."""


class OverlapReport(Document):
    """What `massctl audience overlap --format json` prints. No openid is in it."""

    month: str | UnsetType = UNSET
    """The month, YYYY-MM."""
    lists: Sequence[MonthList] = ()
    """The sends of the month to lists, and the audiences that none of them goes to."""
    pairs: Sequence[SharedPeople] = ()
    """Each two of them, most people first."""
    people: PeopleSummary | UnsetType = UNSET
    """All lists together, those without a name on the command line too."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it found anything."""


def overlaps_json(found: MonthOverlaps) -> OverlapReport:
    """Return what the lists of a month have in common."""
    month = f"{found.month:%Y-%m}"
    return OverlapReport(month=month, lists=found.lists, pairs=found.pairs, people=found.summary)


def audiences_json(
    found: Sequence[NamedAudience], check: LockCheck | None = None
) -> AudienceReport:
    """Return what the files and locks of audiences say; `check` is that of the only lock."""
    told = [_audience(each) for each in found]
    if check is not None:
        is_proven = None if check.unread is not None else check.fault is None
        told = [replace(each, is_proven=is_proven) for each in told]
    return AudienceReport(audiences=told)


def frozen_json(frozen: Sequence[tuple[NamedAudience, FreezeResult | None]]) -> AudienceReport:
    """Return what a freeze wrote, or why it wrote nothing."""
    return AudienceReport(audiences=[_frozen(*each) for each in frozen])


def _frozen(found: NamedAudience, frozen: FreezeResult | None) -> ReportedAudience:
    told = _audience(found)
    if frozen is None:
        return told
    return replace(
        told,
        is_changed=frozen.is_changed,
        excluded=frozen.excluded,
        erased=frozen.erased,
        unfollowed=frozen.unfollowed,
        diagnostics=diagnostics_document(frozen.notes),
    )


def _audience(found: NamedAudience) -> ReportedAudience:
    file, lock = found.file, found.lock
    change = lock.change if lock is not None else None
    source = file.source.model_dump(by_alias=True, exclude_none=True) if file is not None else None
    return ReportedAudience(
        name=found.name,
        state=found.state,
        title=file.title if file is not None else None,
        account=file.account if file is not None else None,
        source=source,
        exclude=file.exclude if file is not None else (),
        snapshot=lock.snapshot if lock is not None else None,
        count=lock.count if lock is not None else None,
        frozen_at=lock.frozen_at if lock is not None else None,
        frozen_by=lock.frozen_by if lock is not None else None,
        added=change.added if change is not None else None,
        removed=change.removed if change is not None else None,
        since_at=change.since_at if change is not None else None,
        used_by=[_use(each) for each in found.uses],
        diagnostics=diagnostics_document(found.diagnostics),
    )


def _use(use: AudienceUse) -> ReportedUse:
    window = use.window
    return ReportedUse(
        campaign=use.campaign,
        not_before=window.not_before if window is not None else None,
        not_after=window.not_after if window is not None else None,
    )


class ErasedSnapshot(Shape):
    """A snapshot that people were erased from."""

    snapshot: str
    """Its name, which stays."""
    remaining: int
    """How many people it still holds."""


class ErasedTag(Shape):
    """A tag of an account that massctl filled with people who were erased."""

    tag: str
    """Its name."""
    is_out: bool
    """Whether it was taken from them."""
    why: str | None = None
    """Why they may still have it."""


class ErasedLines(Shape):
    """Lines of a list that named people who were erased."""

    file: str
    """The list."""
    lines: Sequence[int]
    """The lines, from 1, as they were before."""
    is_out: bool
    """Whether they were taken out; then the campaign must be locked again."""
    why: str | None = None
    """Why they stay."""


class ForgetReport(Document):
    """What `massctl audience forget --format json` prints. No openid is in it."""

    people: int = 0
    """How many people were erased for good; 0 with `--expired`."""
    snapshots: Sequence[ErasedSnapshot] = ()
    """The snapshots that they were erased from."""
    expired: Sequence[str] = ()
    """With `--expired`: the snapshots that are gone, because they were older than `keep_for`."""
    tags: Sequence[ErasedTag] = ()
    """The tags that massctl filled with them."""
    lists: Sequence[ErasedLines] = ()
    """The lists of the working tree that named them."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it erased anybody."""


def erased_json(done: ErasureResult) -> ForgetReport:
    """Return what an erasure did."""
    return ForgetReport(
        people=done.people,
        snapshots=[
            ErasedSnapshot(snapshot=prefixed(sha256), remaining=remaining)
            for sha256, remaining in done.remaining.items()
        ],
        expired=[prefixed(each) for each in done.expired],
        tags=[_erased_tag(each) for each in done.tags],
        lists=[_erased_lines(each) for each in done.lists],
    )


def _erased_tag(found: TagOutcome) -> ErasedTag:
    return ErasedTag(tag=found.name, is_out=found.why is None, why=found.why)


def _erased_lines(found: ListOutcome) -> ErasedLines:
    is_out = found.why is None
    return ErasedLines(file=found.path, lines=found.lines, is_out=is_out, why=found.why)


class ReportedFaults(Shape):
    """The number of diagnostics of each severity that has a number."""

    error: int = 0
    """Errors: what they are about cannot be sent."""
    warning: int = 0
    """Warnings."""


class ValidateReport(Document):
    """What `massctl validate --format json` prints."""

    diagnostics: Sequence[PlannedDiagnostic] = ()
    """Everything that was found, in the order of places."""
    summary: ReportedFaults = ReportedFaults()
    """The number of errors and warnings."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it found anything."""


def validate_json(diagnostics: Sequence[Diagnostic]) -> ValidateReport:
    """Return every diagnostic, in the order of places; the summary counts errors and warnings."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    summary = ReportedFaults(error=counts[Severity.ERROR], warning=counts[Severity.WARNING])
    return ValidateReport(diagnostics=diagnostics_document(diagnostics), summary=summary)


class LinksReport(Document):
    """What `massctl links --format json` prints."""

    campaigns: Sequence[CampaignLinks] = ()
    """Every campaign without faults."""
    diagnostics: Sequence[PlannedDiagnostic] = ()
    """The faults of the other campaigns; with `--check`, a warning for each place that leads to an address without an
    answer."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it found anything."""


def links_json(campaigns: Sequence[CampaignLinks], found: Sequence[Diagnostic]) -> LinksReport:
    """Return where campaigns lead, the faults of others, and which addresses do not answer."""
    return LinksReport(campaigns=campaigns, diagnostics=diagnostics_document(found))


class ReportedLock(Shape):
    """One campaign's lock."""

    name: str
    """The campaign's name."""
    edition: int | None
    """Its edition; null where campaign.yaml does not say it."""
    result: LockResult
    """How its lock stands now, or what became of it."""
    digest: str | None
    """What is locked; null where nothing can be."""
    written: Sequence[str]
    """Files that were written or removed, from the campaign's folder."""
    differences: Sequence[str]
    """What differs from the lock, for people."""
    versions: Sequence[str]
    """Which versions are not those that it was locked by; they refuse nothing while it renders the same."""
    refusals: Sequence[Refusal]
    """What apply says where only what is locked is sent."""
    diagnostics: Sequence[PlannedDiagnostic]
    """What is wrong in its files."""


class LockReport(CommandReport):
    """What `massctl lock --format json` prints."""

    campaigns: Sequence[ReportedLock] = ()
    """The campaigns, by name."""
    error: Failure | UnsetType = UNSET
    """What stopped the command before it knew a campaign."""


def lock_json(report: Sequence[LockedCampaign]) -> LockReport:
    """Return how the locks stand, campaign by campaign."""
    return LockReport(
        exit_status=lock_exit_status(report), campaigns=[_lock(each) for each in report]
    )


def _lock(campaign: LockedCampaign) -> ReportedLock:
    return ReportedLock.of(
        campaign,
        refusals=[campaign.refusal] if campaign.refusal else (),
        diagnostics=diagnostics_document(campaign.diagnostics),
    )


class ReportedDraft(Shape):
    """A draft that was saved."""

    batch: int
    """The batch of a list of openids that it is for; 1 for every other audience."""
    media_id: str
    """WeChat's id of it."""
    digest: str
    """What it holds."""
    saved_at: datetime
    """When it was saved."""
    alive: bool
    """Whether it is in the draft box, as far as is recorded."""


class ReportedAttempt(Shape):
    """A recorded try to send."""

    serial: int
    """The serial of its entry."""
    at: datetime
    """When it was recorded, before its request."""
    batch: int
    """The batch of a list of openids; 1 for every other audience."""
    digest: str
    """What it sent."""
    outcome: Literal["accepted", "rejected", "open", "settled_sent", "settled_not_sent"]
    """What became of it; open: nobody knows."""
    errcode: int | None
    """WeChat's code, where it refused; null also where the request never left."""


class ReportedContradiction(Shape):
    """Entries about one batch that cannot all be true; until a person settles it, the account sends nothing."""

    batch: int
    """The batch of a list of openids; 1 for every other audience."""
    entries: Sequence[int]
    """Their serials. One alone cannot be: nothing on record comes before it."""


class RecordedCampaign(FollowedCampaign):
    """All that is recorded of one edition of a campaign."""

    drafts: Sequence[ReportedDraft]
    """Its drafts, oldest first."""
    attempts: Sequence[ReportedAttempt]
    """Its attempts, oldest first."""
    expired: Sequence[datetime]
    """The ends of windows that were found closed."""
    contradictions: Sequence[ReportedContradiction]
    """What the ledger says twice and differently, by batch."""


class ReportedWebsiteSend(Shape):
    """A send that somebody made in the console."""

    appid: str
    """The account's appid."""
    at: datetime
    """When."""


class StateReport(Document):
    """What every `massctl state … --format json` that reads begins with."""

    lineage: str | None = None
    """The ledger's lineage; null where there is none."""
    realm: str | None = None
    """`wechat` or `loopback`: which realm it belongs to."""
    serial: int = 0
    """The serial of its last entry; 0 where there is none."""
    signing_key: str | UnsetType | None = UNSET
    """The public key that signs it; null where it is not signed."""
    error: Failure | UnsetType = UNSET
    """What stopped the command, as a ledger that is damaged."""


class ReportedLease(Shape):
    """The `massctl run` that alone sends."""

    host: str
    """What its machine is called."""
    since: datetime
    """When it took the lease."""
    by: str | None
    """Who took the lease from another runner; null where it was free."""
    here: bool
    """The runner is this folder's."""
    last_round: datetime | None
    """When it ended a round last; null where only another machine knows."""


class StateShowReport(StateReport):
    """What `massctl state show --format json` prints."""

    campaigns: Sequence[RecordedCampaign] = ()
    """The editions of the campaigns, by name."""
    website_sends: Sequence[ReportedWebsiteSend] = ()
    """Sends of no campaign that people recorded."""
    pictures: int = 0
    """Pictures that were uploaded for articles."""
    materials: int = 0
    """Permanent materials that were added."""
    lease: ReportedLease | UnsetType | None = UNSET
    """Which `massctl run` alone sends; null where none does."""


def _head(state: State) -> dict[str, Any]:
    """Return what the document of every verb that reads the ledger begins with."""
    return {
        "lineage": state.lineage,
        "realm": state.realm,
        "serial": state.serial,
        "signing_key": state.signing_key,
    }


def state_json(
    state: State, names: Sequence[str], runner: LocalRunner = NO_RUNNER
) -> StateShowReport:
    """Return what is recorded, edition by edition; with `names` only of these campaigns."""
    chosen = [state.records[key] for key in sorted(state.records) if not names or key[0] in names]
    website_sends = [
        ReportedWebsiteSend(appid=appid, at=at)
        for appid, sends in state.website_sends.items()
        for at in sends
    ]
    return StateShowReport(
        **_head(state),
        campaigns=[_recorded(record) for record in chosen],
        website_sends=website_sends,
        pictures=len(state.images),
        materials=len(state.materials),
        lease=_lease(state.lease, runner),
    )


def _lease(lease: HeldLease | None, runner: LocalRunner) -> ReportedLease | None:
    if lease is None:
        return None
    here = runner.holds(lease)
    return ReportedLease(
        host=lease.event.host,
        since=lease.since,
        by=lease.event.by,
        here=here,
        last_round=runner.last_round if here else None,
    )


def _recorded(record: Record) -> RecordedCampaign:
    contradictions = [
        ReportedContradiction(batch=batch, entries=[fact.serial for fact in facts])
        for batch, facts in record.contradicted.items()
    ]
    drafts = [
        ReportedDraft.of(draft.event, saved_at=draft.saved_at, alive=draft.alive)
        for draft in record.drafts
    ]
    return _campaign(
        RecordedCampaign,
        record,
        drafts=drafts,
        attempts=[_attempt(attempt) for attempt in record.attempts],
        expired=record.expired_at,
        contradictions=contradictions,
    )


def _attempt(attempt: Attempt) -> ReportedAttempt:
    settled = f"settled_{attempt.settled.outcome}" if attempt.settled is not None else "accepted"
    is_open = attempt.open and attempt.accepted is None
    outcome = "rejected" if attempt.rejection is not None else "open" if is_open else settled
    errcode = attempt.rejection.errcode if attempt.rejection is not None else None
    return ReportedAttempt.of(
        attempt.event, serial=attempt.serial, at=attempt.at, outcome=outcome, errcode=errcode
    )


class StateListReport(StateReport):
    """What `massctl state list --format json` prints."""

    entries: Sequence[dict[str, Any]] = ()
    """The entries, oldest first, each as ledger-entry.schema.json says."""


def entries_json(entries: Sequence[Entry], state: State) -> StateListReport:
    """Return every entry with the fields of its line, oldest first."""
    return StateListReport(**_head(state), entries=[_entry_document(entry) for entry in entries])


def _entry_document(entry: Entry) -> dict[str, Any]:
    about = {"campaign": entry.campaign, "edition": entry.edition}
    head = {
        "serial": entry.serial,
        "prev": entry.prev,
        "at": entry.at.isoformat(timespec="milliseconds"),
    }
    return {**head, **about, **fields_of(entry.event)}


class DroppedLine(Shape):
    """A line that a repair drops, as far as it can be read; nothing proves what it says."""

    serial: int | str | None
    """Its serial."""
    type: int | str | None
    """What it says happened."""
    campaign: int | str | None
    """The campaign it names."""
    edition: int | str | None
    """The edition it names."""


class DroppedPart(Shape):
    """What follows the last entry that verifies."""

    bytes: int
    """How much it is."""
    sha256: str
    """Names its bytes."""
    lines: Sequence[DroppedLine]
    """Its lines."""


class StateRepairReport(StateReport):
    """What `massctl state repair --format json` prints."""

    repaired: bool = False
    """Whether it was done; without --reason it is only shown."""
    dropped: DroppedPart | None = None
    """What is dropped; null where the command stopped before it knew."""
    aside: str | None = None
    """What the damaged ledger is called now."""


def repair_json(repair: "Repair") -> StateRepairReport:
    """Return the document of a repair."""
    names = DroppedLine.__struct_fields__
    lines = [DroppedLine(**{key: line.get(key) for key in names}) for line in repair.dropped_lines]
    dropped = DroppedPart(bytes=len(repair.dropped), sha256=sha256_of(repair.dropped), lines=lines)
    return StateRepairReport(
        lineage=repair.lineage,
        realm=repair.realm,
        serial=repair.kept + (1 if repair.done else 0),
        repaired=repair.done,
        dropped=dropped,
        aside=repair.aside,
    )


class CheckedContents(Shape):
    """What `massctl state verify --deep` found beside the ledger."""

    kept: int
    """Contents that entries name and that are kept here, also those with a fault."""
    missing: int
    """Contents that entries name and that are not kept here."""
    faults: Sequence[str]
    """What is not as it was kept, or cannot be read; then the command ends with 5."""


class StateVerifyReport(StateReport):
    """What `massctl state verify --format json` prints."""

    whole: bool = False
    """Whether every line is what was written, and the story is possible."""
    contents: CheckedContents | None = None
    """What was found beside the ledger; only with --deep."""


def verified_json(state: State, kept: "Kept | None" = None) -> StateVerifyReport:
    """Return that every line is what was written: one that is not ends the command before."""
    contents = CheckedContents.of(kept) if kept is not None else None
    return StateVerifyReport(**_head(state), whole=True, contents=contents)


class ReportedChoice(Shape):
    """One of the ways to settle a send of unknown outcome."""

    command: str
    """What to type, with a reason in place of the dots."""
    from_: datetime | None = field(name="from")
    """From when on; null where it is not possible."""
    until: datetime | None
    """Until when; null where it is possible at any time."""
    refused: Sequence[str]
    """Why it is not possible, for people."""


class ReportedSend(Shape, kw_only=True):
    """The decisive facts of a send, in words for people."""

    account: str
    """The account that sends."""
    audience: str
    """Who receives it, and how many that are."""
    window: str
    """When it may go out, and whether that is now."""
    edition: str
    """Its edition."""
    reprint: str | None = None
    """What becomes of it where WeChat finds a reprint (send_ignore_reprint); null where it is not news."""
    comments: str | None = None
    """Who may comment; null where nobody can."""
    allowance: Sequence[str]
    """What is left of the account's allowance, a day or month each."""
    warnings: Sequence[str]
    """What the plan warned of."""


class ReportedNotice(Shape, kw_only=True):
    """One fact about one campaign."""

    key: str
    """Names the fact: a receiver that knows the key has heard of it."""
    event: NoticeEvent
    """What happened."""
    campaign: str
    """The campaign's name."""
    title: str
    """Its title, for people; empty where it has none, or where it was not at hand."""
    account: str | None
    """The account that sends."""
    owner: str | UnsetType = UNSET
    """Who answers for the account; absent where massctl.yaml does not say."""
    edition: int
    """Its edition."""
    status: Status
    """Where it stands at the end of the run."""
    digest: str | None
    """What was approved; null where nothing can be sent."""
    at: datetime
    """When it was learnt."""
    guard: str | None
    """What refuses it; null where no guard does."""
    message: str
    """What happened, for people."""
    hint: str
    """What to do about it, for people; empty where nothing is, and where there are choices."""
    msg_id: int | UnsetType | None = UNSET
    """WeChat's id of a job that it accepted and the ledger could not take; absent everywhere else."""
    send: ReportedSend | None
    """What is sent to whom, as the plan and the question show it; null where its content was not at hand."""
    choices: Sequence[ReportedChoice]
    """The ways out, where nobody knows whether it was sent; else empty."""
    addresses: Sequence[str]
    """Where the articles can be read, without those that were withdrawn; empty while WeChat has not said."""
    pull_request: str | None
    """Where it was reviewed; null where no forge says."""
    report: Reach | UnsetType = UNSET
    """Of a `report`; absent everywhere else."""
    drift: DriftKind | UnsetType = UNSET
    """Of a `drift`: what is not as recorded; absent everywhere else."""


class NoticesReport(Document, kw_only=True):
    """What `notify` posts to a webhook: all that one run has to tell it."""

    notices: Sequence[ReportedNotice]
    """The facts, at least one."""


def notices_json(
    notices: Sequence["Notice"], owners: Mapping[str, str] = NO_OWNERS
) -> NoticesReport:
    """Return the document that a webhook is posted; `owners` answer for accounts."""
    return NoticesReport(notices=[_notice(each, owners) for each in notices])


def _notice(notice: "Notice", owners: Mapping[str, str]) -> ReportedNotice:
    return ReportedNotice.of(
        notice,
        owner=owners.get(notice.account or "", UNSET),
        event=notice.happening,
        msg_id=notice.unrecorded.msg_id if notice.unrecorded is not None else UNSET,
        send=_send(notice.block) if notice.block is not None else None,
        choices=_choices(notice),
        report=notice.reach or UNSET,
        drift=notice.drift.kind if notice.drift is not None else UNSET,
    )


def _send(block: "SendFacts") -> ReportedSend:
    """Return the block by the names of its rows: words for people, lists where there may be several."""
    from massctl.view.send_facts import fact_rows

    said: dict[str, Any] = {"allowance": [], "warnings": []}
    for row in fact_rows(block):
        words = in_a_row(row.words)
        said[row.name] = (
            [*said[row.name], words] if row.name in ("allowance", "warnings") else words
        )
    return ReportedSend(**said)


def _choices(notice: "Notice") -> list[ReportedChoice]:
    if notice.unrecorded is not None:
        return [_choice(notice.unrecorded.command, notice.at)]
    if notice.choices is None:
        return []
    name, repetition, now = (
        notice.choices.record.campaign,
        notice.choices.repetition,
        notice.choices.now,
    )
    found = []
    if repetition is not None:
        begins = max(repetition.at, now) if repetition.at is not None else None
        again = Command("reconcile", name, '--resubmit --reason "…"')
        found.append(_choice(again, begins, repetition.until, repetition.refused))
    return [
        *found,
        *(
            _choice(Command("reconcile", name, f'{each} --reason "…"'), now)
            for each in ("--sent", "--not-sent")
        ),
    ]


def _choice(
    command: str, begins: datetime | None, until: datetime | None = None, why: Sequence[str] = ()
) -> ReportedChoice:
    return ReportedChoice(command=command, from_=begins, until=until, refused=why)


@cache
def shapes() -> Mapping[str, type[Shape]]:
    """Return the shape of each verb's document; a plan has another one, `SavedPlan`, where it is not stopped."""
    # Few verbs explain, or tell what sends reached.
    from massctl.view.explain import ExplainReport
    from massctl.view.findings import FindingsReport
    from massctl.view.report_json import SendsReport

    return {
        "plan": StoppedPlan,
        "apply": ApplyReport,
        "status": StatusReport,
        "report": SendsReport,
        "findings": FindingsReport,
        "withdraw": ActReport,
        "reconcile": ActReport,
        "stop": BrakeReport,
        "resume": BrakeReport,
        "run": RunnerEventReport,
        "new": NewReport,
        "import": ImportReport,
        "import drafts": ImportListReport,
        "tags list": TagsReport,
        "audience list": AudienceReport,
        "audience show": AudienceReport,
        "audience freeze": AudienceReport,
        "audience diff": AudienceReport,
        "audience forget": ForgetReport,
        "audience overlap": OverlapReport,
        "record-event": EventReport,
        "adopt": AdoptReport,
        "comments": CommentsReport,
        "speed": SpeedReport,
        "lock": LockReport,
        "doctor": DoctorReport,
        "ci setup": SetupReport,
        "validate": ValidateReport,
        "links": LinksReport,
        "explain": ExplainReport,
        "state show": StateShowReport,
        "state list": StateListReport,
        "state verify": StateVerifyReport,
        "state repair": StateRepairReport,
    }


def faulty_json(verb: str, faults: Sequence[Diagnostic]) -> Shape:
    """Return the document of a run that did nothing because of faults in files, or in an event."""
    return shapes()[verb](exit_status=1, diagnostics=diagnostics_document(faults))


def stopped_json(verb: str, failure: Failure, exit_status: int) -> Shape:
    """Return the document of a run that stopped before it knew a campaign: its usual keys, empty, and `error`."""
    shape = shapes()[verb]
    status = {"exit_status": exit_status} if "exit_status" in shape.__struct_fields__ else {}
    return shape(**status, error=failure)
