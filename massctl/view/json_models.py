"""The shapes of what verbs that act or look around print as JSON, for the schemas that programs check them with."""

from typing import Any, Literal

from pydantic import Field

from massctl.model.diagnostics import Check, Level
from massctl.model.settings import Happening
from massctl.model.state import Status
from massctl.model.strict import Strict
from massctl.plan.plan_file import LockResult, PlannedDiagnostic, PlannedRefusal, PlannedStep
from massctl.plan.window import WindowState


class ReportedError(Strict):
    """What stopped a campaign, or the whole run."""

    errcode: int | None
    """WeChat's code; null where WeChat did not speak."""
    rid: str | None
    """WeChat's request id, for their support."""
    message: str
    """What happened, for people."""
    hint: str
    """What to do, for people."""


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


class ReportedJob(Strict):
    """An accepted mass job (群发任务)."""

    msg_id: int | None
    """WeChat's id of the job."""
    msg_data_id: int | None
    """WeChat's id of the news; the key of statistics."""
    clientmsgid: str | None
    """Our id of the send; null for one that was made in the console."""
    batch: int
    """Counts the batches of a list of openids from 1; 1 for every other audience."""
    status: Literal["sending", "awaiting_admin", "sent", "failed", "deleted", "unknown"]
    """What was said of it at last; deleted: nothing of it is left to be read."""
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


class ApplyReport(Strict):
    """What `massctl apply --format json` prints, on every exit but 2 and 3."""

    format_version: Literal[1]
    """The version of this format."""
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


class DoctorReport(Strict):
    """What `massctl doctor --format json` prints, on every exit but 2 and 3."""

    format_version: Literal[1]
    """The version of this format."""
    exit_status: int
    """1 where anything is a problem, else 0."""
    findings: list[ReportedFinding]
    """Everything that was found: of the repository first, then account by account."""
    summary: ReportedLevels
    """The number of findings of each level."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it found anything."""


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


class StatusReport(Strict):
    """What `massctl status --format json` prints."""

    format_version: Literal[1]
    """The version of this format."""
    campaigns: list[FollowedCampaign]
    """The campaigns, by name."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it knew a campaign."""


class ActedCampaign(FollowedCampaign):
    """The edition that an act was about, as it stands after it."""

    refusals: list[PlannedRefusal]
    """What was not done, and why."""


class ActReport(Strict):
    """What `massctl withdraw` and `massctl reconcile` print with `--format json`."""

    format_version: Literal[1]
    """The version of this format."""
    exit_status: int
    """The exit status of the command."""
    campaigns: list[ActedCampaign]
    """The one edition that it was about; empty where the command stopped before."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it knew a campaign."""


class RestCampaign(Strict):
    """The campaign that was made for those whom a list did not reach."""

    name: str
    """Its name."""
    openids: int
    """How many openids its list has."""


class NewReport(ActReport):
    """What `massctl new --unsent-of --format json` prints; its campaign is the list that was ended."""

    rest: RestCampaign | None
    """What was made; null where the command stopped before."""


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
    """How the job had ended by what was on record, where the event tells the other end; the event stands."""
    candidates: list[Candidate]
    """Where no job here has this id: the sends in doubt, or settled as not sent, that it may belong to."""


class EventReport(ActReport):
    """What `massctl record-event --format json` prints."""

    event: ReportedEvent | None
    """The event; null where the body is none."""
    diagnostics: list[PlannedDiagnostic]
    """Why the body is no event."""


class ReportedBrake(Strict):
    """A stop of all sends: the branch `massctl-stop` on the remote."""

    commit: str
    """The commit that the branch is at."""
    by: str | None
    """Who set it; null where the branch was pushed by hand."""
    since: str | None
    """When; null where its commit does not say it."""
    reason: str
    """Why; empty where nobody said it."""


class BrakeReport(Strict):
    """What `massctl stop --format json` and `massctl resume --format json` print."""

    format_version: Literal[1]
    """The version of this format."""
    exit_status: int
    """The exit status of the command."""
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


class SpeedReport(Strict):
    """What `massctl speed --format json` prints."""

    format_version: Literal[1]
    """The version of this format."""
    exit_status: int
    """The exit status of the command."""
    account: str | None
    """The account's name."""
    speed: int | None
    """0, the fastest, to 4."""
    realspeed: int | None
    """What it comes to in 10,000 messages a minute; null where the API does not say it."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command."""


class ReportedFaults(Strict):
    """The number of diagnostics of each severity that has a number."""

    error: int
    """Errors: what they are about cannot be sent."""
    warning: int
    """Warnings."""


class ValidateReport(Strict):
    """What `massctl validate --format json` prints."""

    format_version: Literal[1]
    """The version of this format."""
    diagnostics: list[PlannedDiagnostic]
    """Everything that was found, in the order of places."""
    summary: ReportedFaults
    """The number of errors and warnings."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it found anything."""


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


class LockReport(Strict):
    """What `massctl lock --format json` prints."""

    format_version: Literal[1]
    """The version of this format."""
    exit_status: int
    """The exit status of the command."""
    campaigns: list[ReportedLock]
    """The campaigns, by name."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command before it knew a campaign."""


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


class ExplainReport(Strict):
    """What `massctl explain --format json` prints."""

    format_version: Literal[1]
    """The version of this format."""
    language: Literal["zh", "en"]
    """The language of the words."""
    explanations: list[ReportedExplanation]
    """The one that was asked for, or all of them."""


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
    """A send that somebody made on the website."""

    appid: str
    """The account's appid."""
    at: str
    """When."""


class StateReport(Strict):
    """What every `massctl state … --format json` that reads begins with."""

    format_version: Literal[1]
    """The version of this format."""
    lineage: str | None
    """The ledger's lineage; null where there is none."""
    realm: str | None
    """`wechat` or `loopback`: which world it belongs to."""
    serial: int
    """The serial of its last entry; 0 where there is none."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command, as a ledger that is damaged."""


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


class StateListReport(StateReport):
    """What `massctl state list --format json` prints."""

    entries: list[dict[str, Any]]
    """The entries, oldest first, each as ledger-entry.schema.json says."""


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


class StateVerifyReport(StateReport):
    """What `massctl state verify --format json` prints."""

    whole: bool
    """Whether every line is what was written, and the story is possible."""


class AdoptReport(ActReport):
    """What `massctl adopt --format json` prints."""

    differences: list[str]
    """In what the console's version differs from what was reviewed, for people."""
    handoff: list[str]
    """What is recorded as done in the console, for people."""
    diagnostics: list[PlannedDiagnostic]
    """What is wrong in the campaign's files, so that nothing was adopted."""


class CommentsReport(Strict):
    """What `massctl comments open` and `massctl comments close` print with `--format json`."""

    format_version: Literal[1]
    """The version of this format."""
    exit_status: int
    """The exit status of the command."""
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
    """What becomes of it where WeChat finds a reprint (send_ignore_reprint); null where it is no news."""
    comments: str | None
    """Who may comment; null where nobody can."""
    allowance: list[str]
    """What is left of the account's allowance, a day or month each."""
    warnings: list[str]
    """What the plan warned of."""


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


class NoticesReport(Strict):
    """What `notify` posts to a webhook: all that one run has to tell it."""

    format_version: Literal[1]
    """The version of this format."""
    notices: list[ReportedNotice]
    """The facts, at least one."""
