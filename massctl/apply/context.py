"""What the stages of one run share: the ports, the ledger, and the outcome of each campaign."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NewType, TypeVar

from msgspec.structs import replace

from massctl.apply.consent import Answers
from massctl.apply.journal import LedgerSession, Statement
from massctl.apply.outcome import CampaignOutcome, LeftDraft, failure_of, outcome_of
from massctl.apply.ports import (
    Archive,
    Clock,
    DraftArticle,
    Openids,
    Overlap,
    Pictures,
    Progress,
    SnapshotReader,
    WeChat,
)
from massctl.errors import ConfigurationError, TransportError, WeChatError
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId, CampaignName, MediaId
from massctl.model.inputs import JudgedInputs
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import about
from massctl.model.send import SendIntent, StagedDraft
from massctl.model.state import Draft, Record, State, is_concluded
from massctl.model.statistics import ArticleDay
from massctl.plan.brake import off_tip
from massctl.plan.guards import Case, PolicyInForce, Reading, Skew, is_untrusted
from massctl.plan.plan import Plan
from massctl.plan.quota import batches_left, sent_list
from massctl.plan.steps import Guard, Reason, SaveDraft, SendMass, Step
from massctl.plan.window import WindowState, window_state

T = TypeVar("T")
R = TypeVar("R")
Failed = WeChatError | ConfigurationError
"""What may take the place of a call's result: it stops its campaign, and no other."""
AudienceKey = tuple[AppId, int | str | None]
"""An account, and a tag's id or name, or None for everybody."""


class Ports(Frozen):
    """What a run needs from outside."""

    wechat: Callable[[AccountName], WeChat]
    pictures: Pictures
    clock: Clock
    progress: Progress
    overlap: Overlap
    answers: Answers | None
    """What the operator said of each send; None if consent was given with --yes or --plan."""
    changed: Callable[[JudgedInputs], str | None]
    """Compares what was judged with the files of this moment; gives the first that differs, None if all agree."""
    append_max: timedelta
    """So long the ledger may take to make an entry durable: a request leaves that much later than its entry says."""
    wait_in_doubt: bool = True
    """False with --no-wait: a send of unknown outcome, or one that was too fast, is not repeated in this run."""
    attended: bool = False
    """A person at a terminal is asked, who can look at a preview of this run before answering."""
    rules: Callable[[], PolicyInForce] | None = None
    """Reads the rules again, so that a run obeys a kill switch set meanwhile; None keeps the rules of the start."""
    skew: Callable[[AccountName], Skew | None] | None = None
    """Compares the run's clock with WeChat's, as the account's newest answer told it; None judges no clock."""
    insisted: Statement | None = None
    """Who asked for the repetition of a send in doubt, and why; its attempt says so. None if nobody did."""
    openids: Openids | None = None
    """Gives the openids of lists; None if no campaign can have one."""
    people: SnapshotReader | None = None
    """Gives the people of snapshots; None if no campaign is sent to a tag that massctl fills."""
    archive: Archive | None = None
    """Keeps what is staged and sent, for people; None keeps nothing."""
    accounts: Mapping[str, AccountName] = field(default_factory=dict)
    """AppID -> the account, for every account whose drafts this run may look after."""
    folders: frozenset[str] | None = None
    """The campaigns that have a folder; None if nobody can say, and none counts as gone."""
    inherited_until: int = 0
    """Where the ledger ended when this machine first saw it; 0 if it began here, so that WeChat need not be asked."""
    accounts_at_once: Overlap | None = None
    """Runs the sends of several accounts side by side; None sends for one after the other."""


LostDraft = tuple[CampaignOutcome, SaveDraft, TransportError]
"""A draft/add of this run whose answer was lost."""


@dataclass(slots=True)
class ApplyContext:
    """One apply under way."""

    ports: Ports
    ledger: LedgerSession
    rules: PolicyInForce
    plan: Plan
    outcomes: list[CampaignOutcome]
    unread: dict[CampaignName, Failed] = field(default_factory=dict)
    """Campaigns with a draft whose answer was lost -> why nobody could look whether it is there."""
    uploaded: set[MediaId] = field(default_factory=set)
    """Materials that WeChat took in this run."""
    asked_for: set[int] = field(default_factory=set)
    """The serials of `draft_begun` whose draft/add this run made, or would have made: nobody else's is under way."""
    given: dict[MediaId, tuple[DraftArticle, ...]] = field(default_factory=dict)
    """Drafts saved in this run, as they were given."""
    counts: dict[AudienceKey, int | Failed | None] = field(default_factory=dict)
    counted: dict[AppId, dict[date, tuple[ArticleDay, ...]]] = field(default_factory=dict)
    """What WeChat counted of an account's articles, by the day of their publication."""
    previews_spent: set[AppId] = field(default_factory=set)
    """Accounts of which WeChat said in this run that their previews of the day are used up."""
    drafts_left: list[LeftDraft] = field(default_factory=list)
    """Drafts that nothing sends any more, and that stay in the console."""
    began: int = field(init=False)
    """The serial of the last entry before this run."""
    accounts: Mapping[str, AccountName] = field(init=False)
    """AppID -> the account whose drafts this run may look after; none under a ledger that is not trusted, or away."""
    away: bool = field(init=False)
    """The checkout is not the tip of the branch that sends: the run stages nothing, and touches nothing staged."""

    def __post_init__(self) -> None:
        self.began = self.state.serial
        refused = [refusal for outcome in self.outcomes for refusal in outcome.refusals]
        self.away = off_tip(self.rules.tip) is not None
        self.accounts = (
            {} if is_untrusted(refused, self.state) or self.away else self.ports.accounts
        )

    def replanned(self, plan: Plan, lost: "Sequence[LostDraft]" = ()) -> "ApplyContext":
        """Go on with another plan and keep what was done so far. A lost draft that was found counts as saved.

        It sends nothing that the plan before did not want to send: consent was given to that one.
        """
        found = [(o, step) for o, step, _ in lost if self._is_saved(step)]
        for outcome, step in found:
            outcome.performed.append(step)
        before = {each.planned.name: each.performed for each in self.outcomes}
        wanted = {each.planned.name for each in self.outcomes if each.planned.wants_send}
        again = [
            each if each.name in wanted else replace(each, wants_send=False)
            for each in plan.campaigns
        ]
        outcomes = [outcome_of(planned, attended=self.ports.attended) for planned in again]
        for each in outcomes:
            each.performed += before.get(each.planned.name, [])
        context = ApplyContext(self.ports, self.ledger, self.rules, plan, outcomes, self.unread)
        context.uploaded = self.uploaded
        context.asked_for = self.asked_for
        context.given = self.given
        context.counted = self.counted
        return context

    def _is_saved(self, step: SaveDraft) -> bool:
        draft = self.draft_of(step.campaign, step.batch)
        return draft is not None and draft.event.digest == step.campaign.digest

    def going(self) -> list[tuple[CampaignOutcome, RenderedCampaign]]:
        """List the campaigns that can go on: rendered, named or with a window, and not stopped."""
        about = [each for each in self.outcomes if not (each.stopped or each.planned.by_name_only)]
        return [
            (each, each.planned.rendered) for each in about if each.planned.rendered is not None
        ]

    def may_send(self, outcome: CampaignOutcome) -> bool:
        """Whether this run goes on to a campaign's send, as planned or once a person has seen its preview."""
        return outcome.planned.may_send or (
            self.ports.attended and outcome.planned.may_send_once_seen
        )

    @property
    def is_asking(self) -> bool:
        """Whether a question to the operator is noted, so that nothing more is sent before the answer."""
        return any(each.question is not None for each in self.outcomes)

    def waits_for_another(self, outcome: CampaignOutcome) -> bool:
        """Whether only another campaign's doubt keeps this one back, and this run may settle that doubt."""
        planned, campaign = outcome.planned, outcome.planned.rendered
        if campaign is None or {r.guard for r in planned.refusals} != {Guard.ACCOUNT_IN_DOUBT}:
            return False
        repeated = [s for o in self.outcomes for s in o.planned.steps if isinstance(s, SendMass)]
        return planned.wants_send and any(
            s.reason is Reason.RESUBMIT and s.campaign.appid == campaign.appid for s in repeated
        )

    def cleared(self) -> Iterator[tuple[CampaignOutcome, RenderedCampaign]]:
        """Yield the campaigns that another campaign's doubt kept back, now that this run has settled it.

        A campaign that is refused for other reasons too keeps those reasons alone.
        """
        for outcome, campaign in self.going():
            if self.state.in_doubt(campaign.appid) or self.record_of(campaign).is_in_doubt:
                continue  # Its own attempt may be of another AppID, which massctl.yaml had before.
            only_that = self.waits_for_another(outcome)
            outcome.refusals = [
                each for each in outcome.refusals if each.guard is not Guard.ACCOUNT_IN_DOUBT
            ]
            if only_that:
                yield outcome, campaign

    @property
    def state(self) -> State:
        """What is recorded in this moment."""
        return self.ledger.state

    def record_of(self, campaign: RenderedCampaign) -> Record:
        """Look up what is recorded of a campaign in this moment."""
        return self.state.record(campaign.name, campaign.edition)

    def refresh_rules(self) -> None:
        """Read the rules again, so that a kill switch thrown during the run is obeyed."""
        self.rules = self.ports.rules() if self.ports.rules else self.rules

    def case(self, campaign: RenderedCampaign, **read: Any) -> Case:
        """Put together what the guards judge in this moment, the clock last; `read` are fields of `Reading`."""
        skew = self.ports.skew(campaign.account) if self.ports.skew else None
        # Whoever is asked at a terminal can look at a preview of this run; otherwise it has to be of an earlier one.
        began = None if self.ports.attended else self.began
        followers = self.count_of(campaign)
        reading = Reading(
            skew=skew, began=began, calls_began=self.began, followers=followers, **read
        )
        return Case(campaign, self.state, self.rules, self.ports.clock.now(), reading=reading)

    def changed_file(self, campaign: RenderedCampaign) -> str | None:
        """Return the first file that is not as it was when a campaign was made from it."""
        return self.ports.changed(campaign.inputs) if campaign.inputs is not None else None

    def carried_draft(self, intent: SendIntent) -> Draft | None:
        """Look up the recorded draft that a send carries; None if its message has no draft."""
        if intent.draft is None:
            return None
        drafts = self.state.record(intent.campaign, intent.edition).drafts
        return next(draft for draft in drafts if draft.event.media_id == intent.draft.media_id)

    def draft_of(self, campaign: RenderedCampaign, batch: int | None = None) -> Draft | None:
        """Look up the recorded draft of a news campaign, or of a batch of it; a text has none."""
        return self.record_of(campaign).draft(batch or 1) if campaign.message.has_draft else None

    def drafts_of(self, campaign: RenderedCampaign) -> list[Draft]:
        """List the recorded drafts of a news campaign that are still to be sent, one for each batch."""
        left = batches_left(campaign, self.record_of(campaign))
        return [draft for batch in left if (draft := self.draft_of(campaign, batch)) is not None]

    def standing_drafts(self, campaign: RenderedCampaign) -> list[Draft]:
        """List a campaign's current drafts, whatever its message is now; none while in doubt."""
        record = self.record_of(campaign)
        if record.is_in_doubt:
            return []
        batches = sorted({draft.event.batch for draft in record.drafts} - record.sent_batches)
        return [draft for batch in batches if (draft := record.draft(batch)) is not None]

    def due_batches(self, campaign: RenderedCampaign) -> Iterator[int | None]:
        """Yield the batches to send, in order; [None] stands for an audience that is one job.

        Ends before a batch without a draft of this version, which the next run stages.
        """
        for batch in batches_left(campaign, self.record_of(campaign)):
            record = self.record_of(campaign)
            if batch not in batches_left(campaign, record):
                continue  # People were taken off, and fewer batches are left.
            draft = record.draft(batch or 1)
            is_staged = draft is not None and draft.event.digest == campaign.digest
            if campaign.message.has_draft and not (record.is_in_doubt or is_staged):
                return
            yield batch

    def size_of(self, campaign: RenderedCampaign) -> int | Failed | None:
        """Return an audience's size as this run knows it: a list's own, else as it was read; None: no such tag."""
        if (listed := sent_list(campaign, self.record_of(campaign))) is not None:
            return listed.count
        return self.counts.get(audience_key(campaign))

    def count_of(self, campaign: RenderedCampaign) -> int | None:
        """Return an audience's size; None if it could not be read, or if the tag does not exist."""
        count = self.size_of(campaign)
        return count if isinstance(count, int) else None

    def superseded(self, campaign: RenderedCampaign) -> list[tuple[Record, Draft]]:
        """List the drafts that are alive and not the campaign's any more, oldest first; none while in doubt.

        The declared edition takes the place of an edition that was never sent. A lower edition whose window has closed
        takes nobody's place. Nobody asks for the draft of a batch that went out.
        """
        own = {id(draft) for draft in self.drafts_of(campaign)}
        closed = window_state(campaign.window, self.ports.clock.now()) is WindowState.EXPIRED
        return [
            (record, draft)
            for record in self.state.editions(campaign.name)
            if not record.is_in_doubt and not is_concluded(record)
            if record.edition == campaign.edition or not record.sent_batches
            if record.edition <= campaign.edition or not closed
            for draft in record.drafts
            if draft.alive and id(draft) not in own and draft.event.batch not in record.sent_batches
        ]

    def declared(self, name: CampaignName) -> RenderedCampaign | None:
        """Look up a campaign as its folder declares it; None if it is not rendered in this run."""
        rendered = [each.planned.rendered for each in self.outcomes]
        return next((each for each in rendered if each is not None and each.name == name), None)

    def goes_on(self, name: CampaignName) -> bool:
        """Whether nothing stopped a campaign in this run."""
        return any(campaign.name == name for _, campaign in self.going())

    def has_work(self, outcome: CampaignOutcome) -> bool:
        """Whether this run calls WeChat for a campaign, if only to look after its drafts."""
        planned, campaign = outcome.planned, outcome.planned.rendered
        if planned.steps or planned.may_send or planned.tag_due is not None:
            return True
        if campaign is None or campaign.appid not in self.accounts:
            return False
        return bool(self.superseded(campaign)) or self.is_unread(campaign)

    def is_unread(self, campaign: RenderedCampaign) -> bool:
        """Whether a campaign's draft was never read back since it was saved, because a run died before it."""
        own = self.drafts_of(campaign) if self.standing_drafts(campaign) else []
        return any(
            draft.event.digest == campaign.digest and draft.kept_sha256 is None for draft in own
        )

    def read(self, draft: Draft) -> tuple[DraftArticle, ...] | None:
        """Read a draft in the account where it lies; None when it is gone."""
        return self.wechat_of(draft).get_draft(MediaId(draft.event.media_id))

    def wechat_of(self, draft: Draft) -> WeChat:
        """Return the client of the account that a draft lies in, which may differ from its campaign's."""
        return self.ports.wechat(self.ports.accounts[draft.event.appid])

    def fail(self, outcome: CampaignOutcome, error: Failed) -> None:
        """Stop one campaign for this run, and no other; the first reason is kept."""
        failure = failure_of(error)
        outcome.error = outcome.error or replace(
            failure, hint=about(failure.hint, outcome.planned.name)
        )

    def side_by_side(
        self,
        label: str,
        calls: Sequence[tuple[T, Callable[[], R]]],
        done: Callable[[T, R | Failed], None],
    ) -> None:
        """Run independent calls at once and hand each result to `done` as it comes, one at a time.

        A call may end as Failed; any other exception ends the run.
        """
        if not calls:
            return
        self.ports.progress.begin(label, len(calls))
        try:
            for index, result in self.ports.overlap([call for _, call in calls]):
                if isinstance(result, BaseException) and not isinstance(result, Failed):
                    raise result
                done(calls[index][0], result)
                self.ports.progress.advance()
        finally:
            self.ports.progress.end()


S = TypeVar("S", bound=Step)


# What a step of a run may begin with. Each is made by the step before it, so their order is no matter of memory.
Connected = NewType("Connected", ApplyContext)
"""Each account has its token: `stage.connect`."""
Uploaded = NewType("Uploaded", ApplyContext)
"""The files are at WeChat, and the sizes of audiences are read: `stage.upload`."""
Undisturbed = NewType("Undisturbed", ApplyContext)
"""No draft that somebody touched in the console is replaced: `drafts.check_superseded`."""


@dataclass(frozen=True, slots=True)
class SavedDrafts:
    """The drafts of this run: `drafts.save_drafts`."""

    context: ApplyContext
    shown: dict[CampaignName, tuple[StagedDraft, int]] = field(default_factory=dict)
    """Those that only a preview of this run shows, with the serial of their `draft_begun`."""
    lost: list[LostDraft] = field(default_factory=list)
    """Those whose answer was lost, and that nobody has looked for since."""


Verified = NewType("Verified", SavedDrafts)
"""Each draft was read back and is whole: `drafts.verify_drafts`."""
Staged = NewType("Staged", SavedDrafts)
"""The ids of videos are there too: `stage.make_videos`."""
Settled = NewType("Settled", SavedDrafts)
"""A draft whose answer is lost stopped its campaign: `drafts.fail_lost`."""
Shown = NewType("Shown", SavedDrafts)
"""Reviewers have what they are to see: `stage.send_previews`."""


def steps_of(outcome: CampaignOutcome, kind: type[S]) -> list[S]:
    """List a campaign's planned steps of one type, in order."""
    return [step for step in outcome.planned.steps if isinstance(step, kind)]


def audience_key(campaign: RenderedCampaign) -> AudienceKey:
    """Name the audience within its account."""
    audience = campaign.audience
    return campaign.appid, audience.tag if audience.tag is not None else audience.tag_id
