"""What a run did to each campaign, as values for the view and the exit status."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field

from massctl.errors import LedgerError, LedgerStaleError, MassctlError, WeChatError
from massctl.model.diagnostics import Failure, Unread, has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import Command, Phrase
from massctl.model.send import Accepted, Rejected, Verdict
from massctl.model.state import Record, RecordKey, State, Status, is_held, status_of
from massctl.plan.plan import Plan, PlannedCampaign
from massctl.plan.steps import (
    FillTag,
    Guard,
    Refusal,
    SaveDraft,
    SendMass,
    SendPreview,
    Step,
    UploadMedia,
)

if TYPE_CHECKING:
    from massctl.apply.consent import Answers, SendQuestion
    from massctl.model.entries import AudienceResolved


def failure_of(error: MassctlError) -> Failure:
    """Take what a person needs from an exception."""
    errcode, rid = (error.errcode, error.rid) if isinstance(error, WeChatError) else (None, None)
    return Failure(errcode, rid, what_happened(error), error.hint)


def unread_of(error: MassctlError, account: str) -> Unread:
    """Take what a person needs from an exception that kept something of an account from being read."""
    found = failure_of(error)
    return Unread(found.errcode, found.rid, found.message, found.hint, account)


def what_happened(error: MassctlError) -> str:
    """Join an error's summary and detail; a detail that is a sentence by itself stays one."""
    if not error.detail:
        return error.summary
    if error.detail[0].isupper() and error.detail.endswith("."):
        return Phrase("{summary}. {detail}", summary=error.summary, detail=error.detail)
    return Phrase("{summary}: {detail}", summary=error.summary, detail=error.detail)


class CampaignOutcome(Struct):
    """One campaign's part of a run."""

    planned: PlannedCampaign
    performed: list[Step] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    error: Failure | None = None
    question: "SendQuestion | None" = None
    """What the operator has to be asked before its send; the run that does so plans again."""
    declined: bool = False
    """The operator answered no."""
    refused: bool = False
    """A guard refused in this run, and not only in the plan."""
    answer: Verdict | None = None
    """What WeChat answered to its newest attempt, where the ledger could not be written any more."""

    @property
    def findings(self) -> list[Refusal]:
        """List the refusals that somebody has to hear of: not those of a campaign that waits for its name."""
        return [each for each in self.refusals if each not in self.planned.by_name_only]

    def order_performed(self) -> None:
        """Order what was done as in the plan; parallel calls end in any order."""
        kinds, planned = (
            (UploadMedia, SaveDraft, FillTag, SendPreview, SendMass),
            list(self.planned.steps),
        )
        # What is not in the plan was done before it was made again, or decided at the prompt.
        self.performed.sort(
            key=lambda step: (
                kinds.index(type(step)),
                planned.index(step) if step in planned else -1,
            )
        )

    @property
    def stopped(self) -> bool:
        """Whether anything keeps this campaign from its next step in this run."""
        return self.error is not None or self.declined or self.refused or self.question is not None

    def refuse(self, refusal: Refusal) -> None:
        """Stop because a guard refuses at this moment."""
        self.refusals.append(refusal)
        self.refused = True


class LeftDraft(Frozen):
    """A draft that nothing sends any more, and that stays in the console because a person changed it there."""

    campaign: CampaignName
    edition: int
    folder_gone: bool
    """The campaign's folder is gone; else its window has closed."""


class Outcome(Struct):
    """A whole run; `state` is the ledger's at its end."""

    plan: Plan
    state: State
    campaigns: list[CampaignOutcome]
    interrupted: bool = False
    ledger_error: LedgerError | None = None
    faulty_repository: bool = False
    """Something in campaigns/ is neither a campaign nor shared, so nobody knows whether one is missing."""
    accounts: Mapping[str, AccountName] = field(default_factory=dict)
    """AppID -> the account, as massctl.yaml has them now."""
    held_elsewhere: bool = False
    """Another runner is at work, so an open attempt may be one that it is waiting for: it is not this run's to tell."""
    repeatable: Mapping[RecordKey, datetime] = field(default_factory=dict)
    """The editions in doubt whose request `apply` may repeat, now or after a wait -> until when."""
    drafts_left: list[LeftDraft] = field(default_factory=list)
    """Drafts that somebody could send by hand, and nobody else will."""
    _failed_before: bool = False
    """A campaign had failed by itself before the ledger did."""

    def stop(self, error: LedgerError) -> None:
        """End the run because the ledger cannot be written: nothing that depends on an entry was done."""
        self.ledger_error = error
        self._failed_before = any(campaign.error is not None for campaign in self.campaigns)
        for campaign in self.campaigns:
            campaign.error = campaign.error or failure_of(error)

    def followed_by(self, later: "Outcome") -> "Outcome":
        """Join this run and its continuation; what the later part looked at is as it found it."""
        again = {each.planned.name: each for each in later.campaigns}
        for each in self.campaigns:
            if each.planned.name in again:
                again[each.planned.name].performed[:0] = each.performed
        return Outcome(
            self.plan,
            later.state,
            [again.get(each.planned.name, each) for each in self.campaigns],
            interrupted=later.interrupted,
            ledger_error=later.ledger_error,
            accounts=later.accounts,
            faulty_repository=self.faulty_repository or later.faulty_repository,
            held_elsewhere=later.held_elsewhere,
            drafts_left=later.drafts_left,
            _failed_before=self._failed() or later._failed_before,
        )

    @property
    def question(self) -> "SendQuestion | None":
        """The question that the operator must answer before this run can go on; None without one."""
        return next((each.question for each in self.campaigns if each.question is not None), None)

    def ends_with(self, answers: "Answers") -> bool:
        """Note a no to its question; return whether nothing else was waiting behind that question."""
        asked = next(each for each in self.campaigns if each.question is not None)
        if asked.question is None or any(answers.answer(send) for send in asked.question.sends):
            return False
        asked.question, asked.declined = None, True
        return not any(each.planned.wants_send and not each.stopped for each in self.campaigns)

    @property
    def overtaken(self) -> bool:
        """Whether it ended because another runner wrote to the ledger first."""
        return isinstance(self.ledger_error, LedgerStaleError) and not self.interrupted

    def taken_up_by(self, later: "Outcome") -> "Outcome":
        """Join this run and the run that began again in its place: all that was done, and what the later one found."""
        before = {each.planned.name: each.performed for each in self.campaigns}
        for each in later.campaigns:
            each.performed[:0] = before.get(each.planned.name, [])
        return later

    def record(self, outcome: CampaignOutcome) -> Record:
        """Look up what is recorded of a campaign at the end of the run."""
        return self.state.record(outcome.planned.name, outcome.planned.edition)

    def found_tag(self, outcome: CampaignOutcome) -> "AudienceResolved | None":
        """Return which tag this run put on record for a campaign; None if it recorded none."""
        digest = outcome.planned.digest
        if outcome.planned.tag_due is None or digest is None:
            return None
        return self.record(outcome).resolved_for(digest)

    def status(self, outcome: CampaignOutcome) -> Status:
        """Return a campaign's status at the end of the run."""
        return status_of(self.record(outcome))

    def exit_status(self) -> int:
        """Return the first that applies: 4 an attempt is in doubt, 130 interrupted, 1 failed, 5 refused, else 0."""
        if not self.held_elsewhere and any(not is_held(record) for record in self._open_sends()):
            return 4
        if self.interrupted:
            return 130
        if self._failed():
            return 1
        if self.ledger_error is not None:
            return self.ledger_error.exit_status
        return 5 if any(c.findings or c.declined for c in self.campaigns) else 0

    @property
    def doubts_of_others(self) -> list[Record]:
        """List the open sends of campaigns outside this run that no refusal of this run names."""
        refused = [
            each
            for each in self.campaigns
            if any(r.guard is Guard.ACCOUNT_IN_DOUBT for r in each.refusals)
        ]
        told = {
            each.planned.rendered.appid for each in refused if each.planned.rendered is not None
        }
        names = {each.planned.name for each in self.campaigns}
        return [
            record
            for record in self._open_sends()
            if record.campaign not in names
            and not any(a.event.appid in told for a in record.open_attempts)
        ]

    def _open_sends(self) -> list[Record]:
        return [record for appid in sorted(self._appids()) for record in self.state.in_doubt(appid)]

    def _failed(self) -> bool:
        """Whether the campaign itself failed; a ledger that stopped the run is not a campaign's failure."""
        if self.faulty_repository or any(
            has_errors(campaign.planned.diagnostics) for campaign in self.campaigns
        ):
            return True
        if self.ledger_error is not None:
            return self._failed_before
        return any(campaign.error is not None for campaign in self.campaigns)

    def _appids(self) -> set[AppId]:
        appids = {r.appid for c in self.campaigns if (r := self.record(c)).appid is not None}
        return {a for a in appids if a} | {
            c.planned.rendered.appid for c in self.campaigns if c.planned.rendered
        }


def refuse_all(plan: Plan, state: State, refusal: Refusal) -> Outcome:
    """Make the outcome of a run that was refused before it did anything."""
    refused = [CampaignOutcome(planned, refusals=[refusal]) for planned in plan.campaigns]
    return Outcome(plan, state, refused, held_elsewhere=refusal.guard is Guard.OTHER_RUNNER)


RECHECKED = frozenset({Guard.AUDIENCE_BOUNDS, Guard.PREVIEW_MISSING})
"""Refusals of a plan that apply judges again: by the size of the moment, and by what this run has shown."""


def outcome_of(planned: PlannedCampaign, *, attended: bool = False) -> CampaignOutcome:
    """Begin a campaign's outcome with the refusals that stand whatever the run finds out.

    `attended`: a person is there to be asked after the previews.
    """
    judged_again = planned.may_send or (attended and planned.may_send_once_seen)
    kept = [r for r in planned.refusals if not (judged_again and r.guard in RECHECKED)]
    return CampaignOutcome(planned, refusals=kept)


class Unrecorded(Frozen):
    """What WeChat answered and the ledger could not take."""

    told: Phrase
    command: str
    """Puts it on record; a reason goes in place of the dots."""
    is_refusal: bool
    """WeChat refused it, or was never asked; else it was sent."""
    batch: int
    """Of a list of openids, from 1; 1 for every other audience."""
    msg_id: int | None = None
    """WeChat's id of the job that it accepted; None if it accepted none, or told no id."""
    errcode: int | None = None
    """WeChat's code, where it refused the send; None also where no request left."""


def unrecorded_of(record: Record, answer: Verdict | None) -> Unrecorded | None:
    """Judge the answer to the newest attempt of an edition; None if it was not clear, or nothing is open.

    A refusal of a repetition is not clear: the first try may be why it was refused.
    """
    if not record.open_attempts or not isinstance(answer, Accepted | Rejected):
        return None
    batch = record.open_attempts[-1].event.batch
    if isinstance(answer, Accepted):
        said = Phrase("WeChat accepted it with msg_id {msg_id}, but that could not be recorded")
        told = Phrase(said, msg_id=answer.msg_id or "-")
        choice = f"--sent {answer.msg_id or ''}".rstrip()
        return Unrecorded(
            told, _command(record, choice), is_refusal=False, batch=batch, msg_id=answer.msg_id
        )
    if len(record.open_attempts) > 1:
        return None
    told = Phrase("no request for it left, but that could not be recorded")
    if answer.errcode is not None:
        said = Phrase("WeChat refused it with errcode {errcode}, but that could not be recorded")
        told = Phrase(said, errcode=answer.errcode)
    return Unrecorded(
        told, _command(record, "--not-sent"), is_refusal=True, batch=batch, errcode=answer.errcode
    )


def _command(record: Record, choice: str) -> str:
    return Command("reconcile", record.campaign, choice, '--reason "…"')
