"""What verbs other than `plan` print as JSON: the shape of each, which `schemas/` publishes, and what fills it.

A key stands once, in its shape: it holds what the value has under that name, or what is given for it. Keys and codes
never change with the language; only `message` and `hint` do. A plan is in `massctl.view.plan_json`, and what
sends reached in `massctl.view.report_json`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from massctl.model.campaign import AccountTags, Tag
from massctl.model.diagnostics import Check, Diagnostic, Failure, Finding, Level, Severity
from massctl.model.documents import document, empty_document
from massctl.model.entries import Entry, JobFinish, fields_of
from massctl.model.ids import AccountName, CampaignName, sha256_of
from massctl.model.phrase import Command, Phrase, in_a_row
from massctl.model.settings import Happening, RunnerHappening
from massctl.model.state import Attempt, HeldLease, Job, Record, State, Status, status_of
from massctl.model.strict import ReportedError, Strict
from massctl.plan.destinations import JudgedDestination
from massctl.plan.forge_setup import SetupStep, StepName
from massctl.plan.lease import NO_RUNNER, LocalRunner
from massctl.plan.plan import Drift, DriftKind
from massctl.plan.plan_file import (
    ListedDestination,
    LockedCampaign,
    LockResult,
    PlannedDestination,
    PlannedDiagnostic,
    PlannedDrift,
    PlannedRefusal,
    PlannedStep,
    StoppedPlan,
    diagnostics_document,
    lock_exit_status,
)
from massctl.plan.window import WindowState
from massctl.view.i18n import Language
from massctl.view.json_writer import CommandReport, Document, written, written_as
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
    from massctl.plan.guards import Brake
    from massctl.plan.rest import RestMade
    from massctl.plan.send_block import SendBlock
    from massctl.view.explain import Explanation
    from massctl.view.imported import ImportedArticleFacts
    from massctl.view.ledger import Repair


class ReportedResult(Strict):
    """What the originality check found about one article; null where WeChat did not say it."""

    article_idx: int | None
    """The article, from 1."""
    user_declare_state: int | None
    """0 nothing declared, 1 declared original, 2 declared a reprint."""
    audit_state: int | None
    """0 not checked, 1 being checked, 11 passed; anything else failed."""
    original_article_url: str | None
    """The article that it resembles."""
    original_article_type: int | None
    """Of that article: 1 original, 2 old and not marked, 3 news, 4 on a black list."""
    can_reprint: int | None
    """1: that article may be reprinted."""
    need_replace_content: int | None
    """1: the content is replaced by that article's."""
    need_show_reprint_source: int | None
    """1: the source is shown."""


class ReportedCheck(Strict):
    """The originality check (原创校验) of a job."""

    check_state: int | None
    """0 nothing was checked, 1 no reprint, 2 a reprint that may be sent, 3 one that may not."""
    results: list[ReportedResult]
    """By article."""


class ReportedEnd(Strict):
    """One of two ends that were told of a job."""

    status: Literal["sent", "failed"]
    """How it ended by this."""
    source: Literal["event"] | None
    """Whether an event told it; null: mass/get."""
    reason: str | None
    """Why it failed, in WeChat's word."""
    sent_count: int | None
    """Followers who have it by this."""


class ReportedJob(Strict):
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
    accepted_at: str
    """When its acceptance was learnt."""
    total_count: int | None
    """Followers in the audience."""
    filter_count: int | None
    """Followers left after WeChat's filters."""
    sent_count: int | None
    """Followers who have it."""
    error_count: int | None
    """Followers to whom it failed."""
    article_urls: list[str] | None
    """The addresses of the articles."""
    reason: str | None
    """Why it failed, in WeChat's word, as in err(30003); null where no event said so."""
    copyright_check: ReportedCheck | None
    """What the originality check found; null where no event said so."""
    ends: list[ReportedEnd]
    """Both ends, where two were told and nobody has said which is true; else empty."""


def _jobs(record: Record) -> list[dict[str, Any]]:
    return [_job(job) for job in record.jobs]


def _job(job: Job) -> dict[str, Any]:
    status = "deleted" if job.is_gone else job.status
    ends = [document(ReportedEnd, end) for end in job.ends.values()] if job.is_contradicted else []
    return document(
        ReportedJob, job, job.counts, clientmsgid=job.client_msg_id, status=status, ends=ends
    )


class ReportedAnswer(Strict):
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


class AppliedCampaign(Strict):
    """One campaign's part of a run."""

    name: str
    """The campaign's name."""
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
    performed: list[PlannedStep]
    """What this run did."""
    refusals: list[PlannedRefusal]
    """What it did not do, and why."""
    error: ReportedError | None
    """What stopped it."""
    jobs: list[ReportedJob]
    """Its mass jobs."""
    unrecorded: ReportedAnswer | None = Field(default=None)
    """What WeChat said to its send and the ledger could not take; absent where there is nothing like that."""


class ApplyReport(Document):
    """What `massctl apply --format json` prints, on every exit but 2 and 3."""

    exit_status: int
    """The exit status of the run."""
    lineage: str | None
    """The ledger's lineage; null where there is none."""
    serial: int
    """The serial of the ledger's last entry at the end."""
    campaigns: list[AppliedCampaign]
    """The campaigns, in the order of the plan."""
    error: ReportedError | None = Field(default=None)
    """What stopped the run before it knew a campaign."""


def apply_json(outcome: "Outcome", language: Language) -> str:
    """Return what a run did."""
    campaigns = [_applied(outcome, campaign) for campaign in outcome.campaigns]
    return written_as(
        ApplyReport, language, outcome.state, exit_status=outcome.exit_status(), campaigns=campaigns
    )


def _applied(outcome: "Outcome", campaign: "CampaignOutcome") -> dict[str, Any]:
    planned, record = campaign.planned, outcome.record(campaign)
    return document(
        AppliedCampaign,
        campaign,
        planned,
        status=outcome.status(campaign),
        error=campaign.error or _faults(planned.diagnostics),
        jobs=_jobs(record),
        **(_unrecorded(record, campaign.answer) if campaign.answer is not None else {}),
    )


def _unrecorded(record: Record, answer: "Verdict") -> dict[str, Any]:
    """Return what the ledger could not take of WeChat's answer, under its key; nothing where it was no clear one."""
    # Only a run whose ledger fell away has one.
    from massctl.apply.outcome import unrecorded_of

    found = unrecorded_of(record, answer)
    if found is None:
        return {}
    outcome = "not_sent" if found.is_refusal else "sent"
    return {"unrecorded": document(ReportedAnswer, found, outcome=outcome, message=found.told)}


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


class ReportedFinding(Strict):
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


class ReportedLevels(Strict):
    """The number of findings of each level."""

    ok: int
    """Things that stand well."""
    warning: int
    """Things that somebody should look at."""
    problem: int
    """Things that keep a send back."""
    unknown: int
    """Things that were not checked, or cannot be from here."""


class DoctorReport(Document):
    """What `massctl doctor --format json` prints, on every exit but 2 and 3."""

    exit_status: int
    """1 where anything is a problem, else 0."""
    findings: list[ReportedFinding]
    """Everything that was found: of the repository first, then account by account."""
    summary: ReportedLevels
    """The number of findings of each level."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it found anything."""


def doctor_json(findings: "Sequence[Finding]", exit_status: int, language: Language) -> str:
    """Return everything that a check-up found; the summary counts findings by level."""
    counts = Counter(finding.level for finding in findings)
    summary = {level.value: counts[level] for level in Level}
    return written_as(
        DoctorReport, language, exit_status=exit_status, findings=findings, summary=summary
    )


class ReportedOptional(Strict):
    """Commands that only some repositories need."""

    when: str
    """Which."""
    commands: list[str]
    """Lines of a shell."""


class ReportedStep(Strict):
    """One step of setting up."""

    name: StepName
    """Which."""
    title: str
    """What to do."""
    is_done: bool
    """The files here show that it was done already."""
    protects: str
    """What would go wrong without it."""
    todo: list[str]
    """What to write into files, or to know, before the commands."""
    commands: list[str]
    """Lines of a POSIX shell, which can be pasted as one."""
    clicks: str | None
    """The same with the mouse; null where there is no such way."""
    optional: list[ReportedOptional]
    """What only some repositories need."""


class SetupReport(Document):
    """What `massctl ci setup --format json` prints, on every exit but 2 and 3."""

    repository: str | None
    """OWNER/REPOSITORY on github.com; null where it is not known yet."""
    steps: list[ReportedStep]
    """In the order in which they are done."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command."""


def setup_json(steps: "Sequence[SetupStep]", repository: str | None, language: Language) -> str:
    """Return the steps of `massctl ci setup`."""
    return written_as(SetupReport, language, repository=repository, steps=steps)


class FollowedCampaign(Strict):
    """One edition of a campaign, and its jobs."""

    name: str
    """The campaign's name."""
    edition: int
    """Its edition."""
    status: Status
    """Where it stands."""
    withdrawn_articles: list[int]
    """The articles that were withdrawn, from 1."""
    jobs: list[ReportedJob]
    """Its mass jobs."""
    error: ReportedError | None
    """Why its jobs could not be asked about."""


class ReportedDrift(PlannedDrift):
    """What people were told of, and that is still so as far as anybody knows."""

    hint: str
    """What to do about it, for people."""


class StatusCampaign(FollowedCampaign):
    """One edition of a campaign, its jobs, and what it depends on that drifted."""

    drift: list[ReportedDrift]
    """What people were told of; nothing is read for it."""
    destinations: list[ListedDestination] = Field(default=[])
    """Where its last message leads, as far as its content is kept."""


class ReportedFall(Strict):
    """A sum of the statistics that became smaller; both numbers are kept."""

    msgid: str
    """The article: `<msg_data_id>_<position>`."""
    stat_date: str
    """The last day that is counted."""
    member: str
    """The number, in WeChat's name."""
    before: int
    """What was said before, or of the day before."""
    after: int
    """What is said now."""


class ReportedStatistics(Strict):
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
    falls: list[ReportedFall]
    """Sums that fell."""
    error: ReportedError | None
    """What kept calls from their answers."""


class StatusReport(Document):
    """What `massctl status --format json` prints."""

    campaigns: list[StatusCampaign]
    """The campaigns, by name."""
    statistics: list[ReportedStatistics] = Field(default=[])
    """With --statistics: what was collected, by account."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it knew a campaign."""


def status_json(
    followed: "Followed",
    language: Language,
    statistics: "Sequence[tuple[AccountName, Collected]] | None" = None,
    leads: "Mapping[RecordKey, Sequence[Destination]] | None" = None,
) -> str:
    """Return where campaigns stand; `error` says why a state could not be asked for."""
    from massctl.apply.jobs import ended_badly  # Only `status` follows jobs.
    from massctl.plan.drift import open_drifts

    failures = {id(record): failure for record, failure in reversed(followed.errors)}
    campaigns = [
        _campaign(
            StatusCampaign,
            record,
            failures.get(id(record)) or ended_badly(record, followed.state),
            drift=[_told_drift(each) for each in open_drifts(followed.state, record)],
            destinations=(leads or {}).get(record.key, ()),
        )
        for record in followed.records
    ]
    if statistics is None:
        return written_as(StatusReport, language, campaigns=campaigns)
    collected = [
        document(ReportedStatistics, found, account=account, calls=len(found.calls))
        for account, found in statistics
    ]
    return written_as(StatusReport, language, campaigns=campaigns, statistics=collected)


def _told_drift(drift: "Drift") -> dict[str, Any]:
    return document(ReportedDrift, drift, message=drift_words(drift), hint=drift_hint(drift))


def _campaign(
    shape: type[FollowedCampaign], record: Record, failure: Failure | None = None, **given: Any
) -> dict[str, Any]:
    """Return where an edition stands, and what went wrong about it in this run."""
    return document(
        shape,
        record,
        name=record.campaign,
        status=status_of(record),
        withdrawn_articles=sorted({n for job in record.jobs for n in job.withdrawn if n > 0}),
        jobs=_jobs(record),
        error=failure,
        **given,
    )


class ActedCampaign(FollowedCampaign):
    """The edition that an act was about, as it stands after it."""

    refusals: list[PlannedRefusal]
    """What was not done, and why."""


class ActReport(CommandReport):
    """What `massctl withdraw` and `massctl reconcile` print with `--format json`."""

    campaigns: list[ActedCampaign]
    """The one edition that it was about; empty where the command stopped before."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it knew a campaign."""


def _acted(record: Record) -> list[dict[str, Any]]:
    return [_campaign(ActedCampaign, record, refusals=[])]


def withdraw_json(taken: "Withdrawal", language: Language) -> str:
    """Return what was withdrawn, what has to wait, and what stopped it."""
    from massctl.apply.outcome import failure_of

    failure = failure_of(taken.error) if taken.error is not None else None
    campaign = _campaign(ActedCampaign, taken.record, failure, refusals=taken.refusals)
    return written_as(ActReport, language, exit_status=taken.exit_status(), campaigns=[campaign])


def reconcile_json(record: Record, language: Language) -> str:
    """Return the edition that was settled, as it stands now."""
    return written_as(ActReport, language, exit_status=0, campaigns=_acted(record))


class RestCampaign(Strict):
    """The campaign that was made for those whom a list did not reach."""

    name: str
    """Its name."""
    openids: int
    """How many openids its list has."""
    left_out: int
    """How many openids are not in it because they may have the message."""
    left_out_batches: list[int]
    """Their batches."""


class NewReport(ActReport):
    """What `massctl new --format json` prints; with `--unsent-of`, its campaign is the list that was ended."""

    rest: RestCampaign | None
    """What `--unsent-of` made; null without it, and where the command stopped before."""
    files: list[str]
    """The files that were written, from the repository's root."""


def new_json(files: Sequence[str], language: Language) -> str:
    """Return the files of a new campaign."""
    return written_as(NewReport, language, exit_status=0, campaigns=[], rest=None, files=files)


def rest_json(made: "RestMade", language: Language) -> str:
    """Return the edition whose list was ended, and the campaign that has the openids that surely do not have it."""
    batches = [each.batch for each in made.rest.unsure]
    rest = document(RestCampaign, made, openids=made.count, left_out_batches=batches)
    campaigns = _acted(made.rest.record)
    return written_as(
        NewReport, language, exit_status=0, campaigns=campaigns, rest=rest, files=made.files
    )


class ImportedArticle(Strict):
    """An article that was imported, and what became of it."""

    title: str
    """Its title."""
    content: str
    """Its file, from the campaign's folder."""
    characters: int
    """Characters of its text, without blanks."""
    pictures: int
    """Pictures in it."""
    links: int
    """Links in it."""
    is_same: bool
    """Whether massctl renders the same text, pictures and links."""
    differences: list[str]
    """What differs, for people."""
    not_carried: list[str]
    """What could not be carried over and why, for people."""


class ImportReport(CommandReport):
    """What `massctl import --format json` prints where it makes a campaign."""

    name: str | None
    """The campaign; null where the command stopped before."""
    files: list[str]
    """The files that were written, from the repository's root."""
    articles: list[ImportedArticle]
    """Its articles."""
    diagnostics: list[PlannedDiagnostic]
    """What has to be mended before the campaign can be sent."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command."""


class ListedArticles(Strict):
    """A draft or a publication, as WeChat lists it."""

    id: str
    """Its media_id or article_id, for `massctl import draft` or `published`."""
    titles: list[str]
    """Of its articles."""
    updated: str | None
    """When it was changed at last."""


class ImportListReport(Document):
    """What `massctl import drafts --format json` and `import published` without an id print."""

    account: str
    """The account."""
    listed: list[ListedArticles]
    """Newest first."""


def import_json(
    name: str,
    files: Sequence[str],
    articles: "Sequence[ImportedArticleFacts]",
    faults: Sequence[Diagnostic],
    exit_status: int,
    language: Language,
) -> str:
    """Return what an import made, and how it compares with its source."""
    found = diagnostics_document(faults)
    return written_as(
        ImportReport,
        language,
        exit_status=exit_status,
        name=name,
        files=files,
        articles=articles,
        diagnostics=found,
    )


def import_list_json(
    account: str,
    listed: "Sequence[tuple[str, Sequence[str] | None, datetime | None]]",
    language: Language,
) -> str:
    """Return the drafts or publications that can be imported."""
    rows = [
        document(ListedArticles, id=known, titles=list(titles or ()), updated=updated)
        for known, titles, updated in listed
    ]
    return written_as(ImportListReport, language, account=account, listed=rows)


class ReportedTags(Strict):
    """The tags of an account."""

    account: str
    """The account."""
    pulled_at: str
    """When they were read."""
    tags: list[Tag]
    """All of them."""


class TagsReport(Document):
    """What `massctl tags list` and `massctl tags pull` print with `--format json`."""

    accounts: list[ReportedTags]
    """By account."""


def tags_json(found: Mapping[str, AccountTags], language: Language) -> str:
    """Return the tags of accounts, and when they were read."""
    rows = [document(ReportedTags, tags, account=name) for name, tags in found.items()]
    return written_as(TagsReport, language, accounts=rows)


class Candidate(Strict):
    """A send in doubt, or settled as not sent, that an event may belong to."""

    name: str
    """The campaign's name."""
    edition: int
    """Its edition."""


class ReportedEvent(Strict):
    """What an event said."""

    msg_id: int
    """The job that it is about."""
    status: Literal["sent", "failed"]
    """How the job ended."""
    reason: str | None
    """Why it failed, in WeChat's word."""
    again: bool
    """Whether it said nothing that was not on record."""
    contradicts: Literal["sent", "failed"] | None = None
    """How the job had ended by what was on record, where the event tells the other end; both are kept."""
    candidates: list[Candidate]
    """Where no job here has this id: the sends in doubt, or settled as not sent, that it may belong to."""


class EventReport(ActReport):
    """What `massctl record-event --format json` prints."""

    event: ReportedEvent | None
    """The event; null where the body is none."""
    diagnostics: list[PlannedDiagnostic]
    """Why the body is not an event."""


def event_json(
    finish: "JobFinish",
    outcome: "Recorded | Foreign",
    state: State,
    exit_status: int,
    language: Language,
) -> str:
    """Return what an event was recorded for, or which sends in doubt it may belong to."""
    from massctl.apply.jobs import Recorded, ended_badly

    if isinstance(outcome, Recorded):
        campaigns = [
            _campaign(
                ActedCampaign, outcome.record, ended_badly(outcome.record, state), refusals=[]
            )
        ]
        candidates = []
        said = {"again": outcome.again, "contradicts": outcome.contradicts}
    else:
        campaigns, said = [], {"again": False, "contradicts": None}
        candidates = [document(Candidate, each, name=each.campaign) for each in outcome.candidates]
    event = document(ReportedEvent, finish.said, **said, candidates=candidates)
    return written_as(
        EventReport,
        language,
        exit_status=exit_status,
        campaigns=campaigns,
        event=event,
        diagnostics=[],
    )


def no_event_json(fault: Diagnostic, language: Language) -> str:
    """Report why the body is not an event."""
    diagnostics = diagnostics_document([fault])
    return written_as(
        EventReport, language, exit_status=1, campaigns=[], event=None, diagnostics=diagnostics
    )


class AdoptReport(ActReport):
    """What `massctl adopt --format json` prints."""

    differences: list[str]
    """In what the console's version differs from what was reviewed, for people."""
    handoff: list[str]
    """What is recorded as done in the console, for people."""
    files: list[str]
    """The files that `--pull` changed."""
    diagnostics: list[PlannedDiagnostic]
    """What is wrong in the campaign's files, so that nothing was adopted."""


def adopt_json(
    record: Record,
    differences: Sequence[str],
    handoff: Sequence[str],
    language: Language,
    files: Sequence[str] = (),
) -> str:
    """Return the edition whose draft was adopted, and what differs in it from what was reviewed."""
    found = {
        "differences": list(differences),
        "handoff": list(handoff),
        "files": list(files),
        "diagnostics": [],
    }
    return written_as(AdoptReport, language, exit_status=0, campaigns=_acted(record), **found)


def not_adopted_json(faults: Sequence[Diagnostic], language: Language) -> str:
    """Return the faults of a campaign that cannot be compared with its draft."""
    found = {
        "differences": [],
        "handoff": [],
        "files": [],
        "diagnostics": diagnostics_document(faults),
    }
    return written_as(AdoptReport, language, exit_status=1, campaigns=[], **found)


class ReportedBrake(Strict):
    """A stop of all sends: the branch `massctl-stop` on the remote."""

    branch: str
    """The branch: `massctl-stop`, or the first one below it, such as `massctl-stop/x`, which counts as well."""
    commit: str
    """The commit that the branch is at."""
    by: str | None
    """Who set it; null where the branch was pushed by hand."""
    since: str | None
    """When; null where its commit does not say it."""
    reason: str
    """Why; empty where nobody said it."""


class BrakeReport(CommandReport):
    """What `massctl stop --format json` and `massctl resume --format json` print."""

    stopped: bool | None
    """Whether sends are stopped now; null where the command stopped before it knew."""
    changed: bool
    """Whether this command set or lifted the brake."""
    brake: ReportedBrake | None
    """The brake that is on, or that was lifted; null where there was none."""
    due: list[str] | None
    """`resume`: the campaigns that the next `apply` would send; null where that is not known, and for `stop`."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command."""


def brake_json(
    brake: "Brake | None",
    language: Language,
    *,
    stopped: bool,
    changed: bool,
    due: Sequence[str] | None = None,
) -> str:
    """Return whether sends are stopped, and the brake that is on, or that was lifted."""
    return written_as(
        BrakeReport, language, exit_status=0, stopped=stopped, changed=changed, brake=brake, due=due
    )


class RunnerEventReport(Document):
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
    return " ".join(
        line.strip()
        for line in written(
            document(RunnerEventReport, event, event=event.kind), language
        ).splitlines()
    )


class SpeedReport(CommandReport):
    """What `massctl speed --format json` prints."""

    account: str | None
    """The account's name."""
    speed: int | None
    """0, the fastest, to 4."""
    realspeed: int | None
    """What it comes to in 10,000 messages a minute; null where the API does not say it."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command."""


def speed_json(account: str, speed: "SendingSpeed", language: Language) -> str:
    """Return an account's sending speed; `realspeed` is in 10,000 messages a minute, as the API says it."""
    return written_as(SpeedReport, language, speed, exit_status=0, account=account)


class CommentsReport(CommandReport):
    """What `massctl comments open` and `massctl comments close` print with `--format json`."""

    name: str | None
    """The campaign's name; null where the command stopped before."""
    edition: int | None
    """Its edition."""
    opened: bool | None
    """Whether followers can comment now."""
    articles: list[int]
    """The articles that were switched, from 1."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command; articles before it may be switched already."""


def comments_json(
    record: Record, articles: Sequence[int], language: Language, *, opened: bool
) -> str:
    """Return which articles (from 1) were switched."""
    switched = {"opened": opened, "articles": list(articles)}
    return written_as(
        CommentsReport, language, record, exit_status=0, name=record.campaign, **switched
    )


class ReportedFaults(Strict):
    """The number of diagnostics of each severity that has a number."""

    error: int
    """Errors: what they are about cannot be sent."""
    warning: int
    """Warnings."""


class ValidateReport(Document):
    """What `massctl validate --format json` prints."""

    diagnostics: list[PlannedDiagnostic]
    """Everything that was found, in the order of places."""
    summary: ReportedFaults
    """The number of errors and warnings."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it found anything."""


def validate_json(diagnostics: Sequence[Diagnostic], language: Language) -> str:
    """Return every diagnostic, in the order of places; the summary counts errors and warnings."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    summary = document(
        ReportedFaults, error=counts[Severity.ERROR], warning=counts[Severity.WARNING]
    )
    return written_as(
        ValidateReport, language, diagnostics=diagnostics_document(diagnostics), summary=summary
    )


class ReportedLinks(Strict):
    """Where one campaign leads."""

    name: str
    """The campaign's name."""
    destinations: list[PlannedDestination]
    """Every place, new ones first."""


class LinksReport(Document):
    """What `massctl links --format json` prints."""

    campaigns: list[ReportedLinks]
    """Every campaign that was looked at."""
    diagnostics: list[PlannedDiagnostic]
    """With `--check`, a warning for each place that leads to an address without an answer."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it found anything."""


def links_json(
    led: "Mapping[CampaignName, Sequence[JudgedDestination]]",
    silent: Sequence[Diagnostic],
    language: Language,
) -> str:
    """Return where campaigns lead, and which addresses do not answer."""
    campaigns = [
        document(ReportedLinks, name=name, destinations=destinations)
        for name, destinations in led.items()
    ]
    return written_as(
        LinksReport, language, campaigns=campaigns, diagnostics=diagnostics_document(silent)
    )


class ReportedLock(Strict):
    """One campaign's lock."""

    name: str
    """The campaign's name."""
    edition: int | None
    """Its edition; null where campaign.yaml does not say it."""
    result: LockResult
    """How its lock stands now, or what became of it."""
    digest: str | None
    """What is locked; null where nothing can be."""
    written: list[str]
    """Files that were written or removed, from the campaign's folder."""
    differences: list[str]
    """What differs from the lock, for people."""
    versions: list[str]
    """Which versions are not those that it was locked by; they refuse nothing while it renders the same."""
    refusals: list[PlannedRefusal]
    """What apply says where only what is locked is sent."""
    diagnostics: list[PlannedDiagnostic]
    """What is wrong in its files."""


class LockReport(CommandReport):
    """What `massctl lock --format json` prints."""

    campaigns: list[ReportedLock]
    """The campaigns, by name."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it knew a campaign."""


def lock_json(report: Sequence[LockedCampaign], language: Language) -> str:
    """Return how the locks stand, campaign by campaign."""
    campaigns = [
        document(
            ReportedLock,
            each,
            refusals=[each.refusal] if each.refusal else [],
            diagnostics=diagnostics_document(each.diagnostics),
        )
        for each in report
    ]
    return written_as(
        LockReport, language, exit_status=lock_exit_status(report), campaigns=campaigns
    )


class ReportedExample(Strict):
    """A line that is wrong, and the one that is right."""

    wrong: str
    """What is wrong."""
    right: str
    """What to write instead."""


class ReportedExplanation(Strict):
    """One code, in words."""

    subject: Literal["diagnostic", "guard", "exit_status", "errcode"]
    """What the code is of."""
    code: str
    """The code."""
    summary: str
    """It in a few words."""
    meaning: str
    """What happened."""
    why: str
    """Why massctl cares."""
    remedy: str
    """What to do."""
    example: ReportedExample | None
    """An example; null where none says more than the words."""


class ExplainReport(Document):
    """What `massctl explain --format json` prints."""

    language: Literal["zh", "en"]
    """The language of the words."""
    explanations: list[ReportedExplanation]
    """The one that was asked for, or all of them."""


def explain_json(explanations: "Sequence[Explanation]", language: Language) -> str:
    """Return explanations, which are in `language` already."""
    return written_as(
        ExplainReport, language, language=language.value, explanations=list(explanations)
    )


class ReportedDraft(Strict):
    """A draft that was saved."""

    batch: int
    """The batch of a list of openids that it is for; 1 for every other audience."""
    media_id: str
    """WeChat's id of it."""
    digest: str
    """What it holds."""
    saved_at: str
    """When it was saved."""
    alive: bool
    """Whether it is in the draft box, as far as is recorded."""


class ReportedAttempt(Strict):
    """A recorded try to send."""

    serial: int
    """The serial of its entry."""
    at: str
    """When it was recorded, before its request."""
    batch: int
    """The batch of a list of openids; 1 for every other audience."""
    digest: str
    """What it sent."""
    outcome: Literal["accepted", "rejected", "open", "settled_sent", "settled_not_sent"]
    """What became of it; open: nobody knows."""
    errcode: int | None
    """WeChat's code, where it refused; null also where the request never left."""


class ReportedContradiction(Strict):
    """Entries about one batch that cannot all be true; until a person settles it, the account sends nothing."""

    batch: int
    """The batch of a list of openids; 1 for every other audience."""
    entries: list[int]
    """Their serials. One alone cannot be: nothing on record comes before it."""


class RecordedCampaign(FollowedCampaign):
    """All that is recorded of one edition of a campaign."""

    drafts: list[ReportedDraft]
    """Its drafts, oldest first."""
    attempts: list[ReportedAttempt]
    """Its attempts, oldest first."""
    expired: list[str]
    """The ends of windows that were found closed."""
    contradictions: list[ReportedContradiction]
    """What the ledger says twice and differently, by batch."""


class ReportedWebsiteSend(Strict):
    """A send that somebody made in the console."""

    appid: str
    """The account's appid."""
    at: str
    """When."""


class StateReport(Document):
    """What every `massctl state … --format json` that reads begins with."""

    lineage: str | None
    """The ledger's lineage; null where there is none."""
    realm: str | None
    """`wechat` or `loopback`: which realm it belongs to."""
    serial: int
    """The serial of its last entry; 0 where there is none."""
    signing_key: str | None = Field(default=None)
    """The public key that signs it; null where it is not signed."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command, as a ledger that is damaged."""


class ReportedLease(Strict):
    """The `massctl run` that alone sends."""

    host: str
    """What its machine is called."""
    since: str
    """When it took the lease."""
    by: str | None
    """Who took the lease from another runner; null where it was free."""
    here: bool
    """The runner is this folder's."""
    last_round: str | None
    """When it ended a round last; null where only another machine knows."""


class StateShowReport(StateReport):
    """What `massctl state show --format json` prints."""

    campaigns: list[RecordedCampaign]
    """The editions of the campaigns, by name."""
    website_sends: list[ReportedWebsiteSend]
    """Sends of no campaign that people recorded."""
    pictures: int
    """Pictures that were uploaded for articles."""
    materials: int
    """Permanent materials that were added."""
    lease: ReportedLease | None = Field(default=None)
    """Which `massctl run` alone sends; null where none does."""


def state_json(
    state: State, names: Sequence[str], language: Language, runner: LocalRunner = NO_RUNNER
) -> str:
    """Return what is recorded, edition by edition; with `names` only of these campaigns."""
    chosen = [state.records[key] for key in sorted(state.records) if not names or key[0] in names]
    return written_as(
        StateShowReport,
        language,
        state,
        campaigns=[_recorded(record) for record in chosen],
        website_sends=[
            document(ReportedWebsiteSend, appid=appid, at=at)
            for appid, sends in state.website_sends.items()
            for at in sends
        ],
        pictures=len(state.images),
        materials=len(state.materials),
        lease=_lease(state.lease, runner),
    )


def _lease(lease: HeldLease | None, runner: LocalRunner) -> dict[str, Any] | None:
    if lease is None:
        return None
    here = runner.holds(lease)
    return document(
        ReportedLease, lease.event, lease, here=here, last_round=runner.last_round if here else None
    )


def _recorded(record: Record) -> dict[str, Any]:
    contradictions = [
        document(ReportedContradiction, batch=batch, entries=[fact.serial for fact in facts])
        for batch, facts in record.contradicted.items()
    ]
    return _campaign(
        RecordedCampaign,
        record,
        drafts=[document(ReportedDraft, draft.event, draft) for draft in record.drafts],
        attempts=[_attempt(attempt) for attempt in record.attempts],
        expired=record.expired_at,
        contradictions=contradictions,
    )


def _attempt(attempt: Attempt) -> dict[str, Any]:
    settled = f"settled_{attempt.settled.outcome}" if attempt.settled is not None else "accepted"
    is_open = attempt.open and attempt.accepted is None
    outcome = "rejected" if attempt.rejection is not None else "open" if is_open else settled
    errcode = attempt.rejection.errcode if attempt.rejection is not None else None
    return document(ReportedAttempt, attempt, attempt.event, outcome=outcome, errcode=errcode)


class StateListReport(StateReport):
    """What `massctl state list --format json` prints."""

    entries: list[dict[str, Any]]
    """The entries, oldest first, each as ledger-entry.schema.json says."""


def entries_json(entries: Sequence[Entry], state: State, language: Language) -> str:
    """Return every entry with the fields of its line, oldest first."""
    return written_as(
        StateListReport, language, state, entries=[_entry_document(entry) for entry in entries]
    )


def _entry_document(entry: Entry) -> dict[str, Any]:
    about = {"campaign": entry.campaign, "edition": entry.edition}
    head = {
        "serial": entry.serial,
        "prev": entry.prev,
        "at": entry.at.isoformat(timespec="milliseconds"),
    }
    return {**head, **about, **fields_of(entry.event)}


class DroppedLine(Strict):
    """A line that a repair drops, as far as it can be read; nothing proves what it says."""

    serial: int | str | None
    """Its serial."""
    type: int | str | None
    """What it says happened."""
    campaign: int | str | None
    """The campaign it names."""
    edition: int | str | None
    """The edition it names."""


class DroppedPart(Strict):
    """What stands behind the last entry that verifies."""

    bytes: int
    """How much it is."""
    sha256: str
    """Names its bytes."""
    lines: list[DroppedLine]
    """Its lines."""


class StateRepairReport(StateReport):
    """What `massctl state repair --format json` prints."""

    repaired: bool
    """Whether it was done; without --reason it is only shown."""
    dropped: DroppedPart | None
    """What is dropped; null where the command stopped before it knew."""
    aside: str | None
    """What the damaged ledger is called now."""


def repair_json(repair: "Repair", language: Language) -> str:
    """Return the document of a repair."""
    lines = [
        {key: line.get(key) for key in DroppedLine.model_fields} for line in repair.dropped_lines
    ]
    dropped = document(
        DroppedPart, bytes=len(repair.dropped), sha256=sha256_of(repair.dropped), lines=lines
    )
    serial = repair.kept + (1 if repair.done else 0)
    return written_as(
        StateRepairReport, language, repair, serial=serial, repaired=repair.done, dropped=dropped
    )


class StateVerifyReport(StateReport):
    """What `massctl state verify --format json` prints."""

    whole: bool
    """Whether every line is what was written, and the story is possible."""


def verified_json(state: State, language: Language) -> str:
    """Return that every line is what was written: one that is not ends the command before."""
    return written_as(StateVerifyReport, language, state, whole=True)


class ReportedChoice(Strict):
    """One of the ways to settle a send of unknown outcome."""

    command: str
    """What to type, with a reason in place of the dots."""
    from_: str | None = Field(alias="from")
    """From when on; null where it is not possible."""
    until: str | None
    """Until when; null where it is possible at any time."""
    refused: list[str]
    """Why it is not possible, for people."""


class ReportedSend(Strict):
    """The decisive facts of a send, in words for people."""

    account: str
    """The account that sends."""
    audience: str
    """Who receives it, and how many that are."""
    window: str
    """When it may go out, and whether that is now."""
    edition: str
    """Its edition."""
    reprint: str | None
    """What becomes of it where WeChat finds a reprint (send_ignore_reprint); null where it is not news."""
    comments: str | None
    """Who may comment; null where nobody can."""
    allowance: list[str]
    """What is left of the account's allowance, a day or month each."""
    warnings: list[str]
    """What the plan warned of."""


class ReportedReach(Strict):
    """What a send reached, in short."""

    day: int
    """1, 3, 7 or 30; the day of the send is 1."""
    lines: list[str]
    """The numbers that a team asks for first, a line each, for people."""


class ReportedNotice(Strict):
    """One fact about one campaign."""

    key: str
    """Names the fact: a receiver that knows the key has heard of it."""
    event: Happening
    """What happened."""
    campaign: str
    """The campaign's name."""
    title: str
    """Its title, for people; empty where it has none, or where it was not at hand."""
    account: str | None
    """The account that sends."""
    edition: int
    """Its edition."""
    status: Status
    """Where it stands at the end of the run."""
    digest: str | None
    """What was approved; null where nothing can be sent."""
    at: str
    """When it was learnt."""
    guard: str | None
    """What refuses it; null where no guard does."""
    message: str
    """What happened, for people."""
    hint: str
    """What to do about it, for people; empty where nothing is, and where there are choices."""
    msg_id: int | None = Field(default=None)
    """WeChat's id of a job that it accepted and the ledger could not take; absent everywhere else."""
    send: ReportedSend | None
    """What is sent to whom, as the plan and the question show it; null where its content was not at hand."""
    choices: list[ReportedChoice]
    """The ways out, where nobody knows whether it was sent; else empty."""
    report: ReportedReach | None = Field(default=None)
    """Of a `report`; absent everywhere else."""
    drift: DriftKind | None = Field(default=None)
    """Of a `drift`: what is not as recorded; absent everywhere else."""


class NoticesReport(Document):
    """What `notify` posts to a webhook: all that one run has to tell it."""

    notices: list[ReportedNotice]
    """The facts, at least one."""


def notices_json(notices: Sequence["Notice"], language: Language) -> str:
    """Return the document that a webhook is posted."""
    return written_as(NoticesReport, language, notices=[_notice(each) for each in notices])


def _notice(notice: "Notice") -> dict[str, Any]:
    return document(
        ReportedNotice,
        notice,
        event=notice.happening,
        send=_send(notice.block) if notice.block is not None else None,
        choices=_choices(notice),
        **({"msg_id": notice.unrecorded.msg_id} if notice.unrecorded is not None else {}),
        **({"report": notice.reach} if notice.reach is not None else {}),
        **({"drift": notice.drift.kind} if notice.drift is not None else {}),
    )


def _send(block: "SendBlock") -> dict[str, Any]:
    """Return the block by the names of its rows: words for people, lists where there may be several."""
    from massctl.view.send_block import block_rows

    said = empty_document(ReportedSend)
    for row in block_rows(block):
        words = in_a_row(row.words)
        said[row.name] = [*said[row.name], words] if isinstance(said[row.name], list) else words
    return said


def _choices(notice: "Notice") -> list[dict[str, Any]]:
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
) -> dict[str, Any]:
    return document(ReportedChoice, command=command, from_=begins, until=until, refused=list(why))


@cache
def shapes() -> Mapping[str, type[BaseModel]]:
    """Return the shape of each verb's document; a plan has another one, `SavedPlan`, where it is not stopped."""
    # What sends reached is loaded for few verbs only.
    from massctl.view.report_json import SendsReport

    return {
        "plan": StoppedPlan,
        "apply": ApplyReport,
        "status": StatusReport,
        "report": SendsReport,
        "withdraw": ActReport,
        "reconcile": ActReport,
        "stop": BrakeReport,
        "resume": BrakeReport,
        "run": RunnerEventReport,
        "new": NewReport,
        "import": ImportReport,
        "import drafts": ImportListReport,
        "tags list": TagsReport,
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


def stopped_json(verb: str, failure: Failure, exit_status: int, language: Language) -> str:
    """Return the document of a run that stopped before it knew a campaign: its usual keys, empty, and `error`."""
    made = empty_document(shapes()[verb], exit_status=exit_status)
    return written({**made, "error": document(ReportedError, failure)}, language)
