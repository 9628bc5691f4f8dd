"""The shapes of what verbs that act or look around print as JSON, for the schemas that programs check them with."""

from typing import Literal

from pydantic import Field

from massctl.model.finding import Check, Level
from massctl.model.lifecycle import Status
from massctl.model.strict import Strict
from massctl.plan.saved import PlannedDiagnostic, PlannedRefusal, PlannedStep
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
