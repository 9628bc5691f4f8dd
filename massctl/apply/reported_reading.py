"""The shapes of what verbs that read files, the ledger or massctl's own pages print as JSON, for their schemas."""

from typing import Any, Literal

from pydantic import Field

from massctl.apply.reported import FollowedCampaign, ReportedError
from massctl.model.strict import Strict
from massctl.plan.lock_report import LockResult
from massctl.plan.saved import PlannedDiagnostic, PlannedRefusal


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


class ReportedCause(Strict):
    """Something that was edited since the lock."""

    path: str | None
    """The file, from the repository's root; null where it is no file."""
    message: str
    """What it is, for people."""


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
    causes: list[ReportedCause]
    """What was edited since."""
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
    for_preview: bool
    """Whether it only showed what does not stand at the tip of the branch that sends."""


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


class RecordedCampaign(FollowedCampaign):
    """All that is recorded of one edition of a campaign."""

    drafts: list[ReportedDraft]
    """Its drafts, oldest first."""
    attempts: list[ReportedAttempt]
    """Its attempts, oldest first."""
    expired: list[str]
    """The ends of windows that were found closed."""


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


class StateVerifyReport(StateReport):
    """What `massctl state verify --format json` prints."""

    whole: bool
    """Whether every line is what was written, and the story is possible."""
