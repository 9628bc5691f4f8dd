"""The plan: what apply with the same names would do now, step by step, and what it refuses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.model.audience import PeopleChange
from massctl.model.audience_tag import TagKey
from massctl.model.diagnostics import Diagnostic, Place, Severity, Unread
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    CAMPAIGN_FILE,
    Address,
    AppId,
    CampaignName,
    Digest,
    Folder,
    MediaId,
    Sha256,
    cell_of,
    group_of,
)
from massctl.model.message import Inherited, Purpose, Recipient, RenderedCampaign
from massctl.model.phrase import Command, Phrase, enumerated, plural_phrase
from massctl.model.state import Record, State, Status, held_until, is_concluded, status_of
from massctl.plan import guards, quota
from massctl.plan.account_people import AccountPeople, crowd_of
from massctl.plan.approvals import ApprovalCount, required_approvals
from massctl.plan.audience_tag import is_filled, sends_using, tag_change, tag_list
from massctl.plan.brake import off_tip
from massctl.plan.destinations import JudgedDestination
from massctl.plan.drift import Drift
from massctl.plan.guards import (
    Case,
    HandoffItem,
    Moment,
    PolicyInForce,
    Reading,
    audience_refusal,
    destinations_of,
    facts_of,
    handoff_of,
    is_rejected_for_good,
    judge_of,
    send_refusals,
    staging_refusal,
    tag_due,
)
from massctl.plan.people_judge import AudienceFacts, Judge, PeopleSummary, fifth_of_month, summary
from massctl.plan.quota import (
    AccountAhead,
    Calendar,
    Slot,
    allowance_refusal,
    batches_left,
    counted_anew,
    look_ahead,
    overlapping_month,
    used_up_today,
    waits_until,
)
from massctl.plan.retry_policy import Repeat, repeat_at, settle
from massctl.plan.steps import (
    FOR_GOOD,
    Concluded,
    Desired,
    FillTag,
    Gone,
    Guard,
    Invalid,
    NotLocked,
    Reason,
    Refusal,
    SaveDraft,
    SendMass,
    SendPreview,
    Step,
    UploadMedia,
)
from massctl.plan.window import WindowState, never_allowed, next_moment, window_state

if TYPE_CHECKING:
    from massctl.model.settings import Policy


class PlannedCampaign(Frozen):
    """One campaign of a plan."""

    name: CampaignName
    folder: Folder | None
    """None for one whose folder is gone."""
    title: str
    account: str | None
    edition: int | None
    status: Status
    window: WindowState
    opens_at: datetime | None = None
    """When its window opens; None without one."""
    next_at: datetime | None = None
    digest: str | None = None
    steps: tuple[Step, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    rendered: RenderedCampaign | None = None
    audience_count: int | None = None
    """The size of the audience when it was last recorded."""
    audience_before: int | None = None
    """The size of the same audience at the last send to it."""
    tag_due: str | None = None
    """The tag whose id apply looks up and records; None if the audience has no name, or its id is on record."""
    wants_send: bool = False
    """It is time to send it; `refusals` says whether it may be."""
    awaiting_until: datetime | None = None
    """When the administrator's silence becomes a no; None if no open attempt is known to wait for him."""

    handoff: tuple[HandoffItem, ...] = ()
    """What only a person can do to its draft, and whether that is done."""
    approvals: tuple[ApprovalCount, ...] = ()
    """What the policy asks of the pull request that brings its lock."""
    destinations: tuple[JudgedDestination, ...] = ()
    """Where it leads, new places first."""
    people: AudienceFacts | None = None
    """What is known of the people of its list; None for every other audience, and where nobody can look."""

    @property
    def group(self) -> str:
        """Return the group that it stands in; empty without one."""
        return group_of(self.folder)

    @property
    def inherited(self) -> tuple[Inherited, ...]:
        """Return what its campaign.yaml does not say itself, as far as it was rendered."""
        return self.rendered.inherited if self.rendered is not None else ()

    @property
    def by_name_only(self) -> tuple[Refusal, ...]:
        """The refusals of a campaign without a window that was not named; they are not findings."""
        return self.refusals if any(r.guard is Guard.NOT_NAMED for r in self.refusals) else ()

    @property
    def may_send(self) -> bool:
        """It is time, and at most the recorded size of the audience refuses: apply reads that again."""
        return self.wants_send and all(r.guard is Guard.AUDIENCE_BOUNDS for r in self.refusals)

    @property
    def may_send_once_seen(self) -> bool:
        """Only a look at a preview of this run is missing, which a person at the prompt can take."""
        refusing = {r.guard for r in self.refusals} - {Guard.AUDIENCE_BOUNDS}
        shows = any(isinstance(step, SendPreview) for step in self.steps)
        return self.wants_send and shows and refusing == {Guard.PREVIEW_MISSING}


UploadKey = tuple[AppId, Purpose, Sha256]
"""The same bytes go to the same endpoint of an account once, ever."""


def upload_steps(
    campaign: RenderedCampaign, state: State, planned: set[UploadKey]
) -> list[UploadMedia]:
    """Plan the files that the account does not have; `planned` collects what the plan has already."""
    steps: list[UploadMedia] = []
    reason = staging_reason(campaign, state)
    for media in campaign.files:
        key = campaign.appid, media.purpose, media.sha256
        recorded = state.materials if media.purpose.is_material else state.images
        if (campaign.appid, media.sha256) not in recorded and key not in planned:
            planned.add(key)
            steps.append(UploadMedia(campaign.account, campaign.appid, media, reason))
    return steps


def draft_steps(campaign: RenderedCampaign, state: State) -> list[SaveDraft]:
    """Plan the drafts of a news campaign: one for each remaining batch without a recorded draft of this digest."""
    if not campaign.message.has_draft:
        return []
    record = state.record(campaign.name, campaign.edition)
    steps: list[SaveDraft] = []
    for batch in batches_left(campaign, record):
        alive = record.draft(batch or 1)
        if alive is None or alive.event.digest != campaign.digest:
            supersedes = MediaId(alive.event.media_id) if alive else None
            steps.append(
                SaveDraft(campaign, staging_reason(campaign, state, batch or 1), supersedes, batch)
            )
    return steps


def tag_steps(
    campaign: RenderedCampaign,
    state: State,
    rules: PolicyInForce,
    planned: set[TagKey],
    now: datetime,
) -> list[FillTag]:
    """Plan the fill of the tag that a campaign is sent to, if massctl did not leave its people there.

    `planned` collects the tags that the plan has looked at already: the first campaign to go out has the tag, and the
    others wait until its send has ended. So do all while an earlier send needs the people whom it has.
    """
    audience = campaign.audience.of
    people = tag_list(campaign, state.record(campaign.name, campaign.edition))
    if people is None or audience is None:
        return []
    key = campaign.appid, audience
    tag = state.tags.get(key)
    if key in planned:
        return []
    planned.add(key)
    is_needed = tag is not None and any(sends_using(state, tag, now))
    if is_needed or is_filled(state, *key, people):
        return []
    left = tag.filled if tag is not None else None
    change: PeopleChange | None = PeopleChange(added=people.count, removed=0)
    if left is not None:
        change = tag_change(rules.people, left, people)
    reason = Reason.NEW if left is None else Reason.CONTENT_CHANGED
    return [FillTag(campaign.account, campaign.appid, audience, people, reason, change)]


def proposal(campaign: RenderedCampaign, state: State) -> list[SaveDraft]:
    """Plan a separate draft to preview a version; none if the staged draft is of this version."""
    draft = state.record(campaign.name, campaign.edition).draft()
    if not campaign.message.has_draft or (
        draft is not None and draft.event.digest == campaign.digest
    ):
        return []
    return [SaveDraft(campaign, staging_reason(campaign, state), for_preview=True)]


def staging_reason(campaign: RenderedCampaign, state: State, batch: int = 1) -> Reason:
    """Return why a campaign, or a batch of it, is staged."""
    record = state.record(campaign.name, campaign.edition)
    draft = record.draft(batch)
    known = draft.event if draft is not None else record.staged
    if known is not None:
        # What is staged with this very content lacks something again only where WeChat lost it (40007).
        return Reason.NEW if known.digest == campaign.digest else Reason.CONTENT_CHANGED
    if any(draft.event.batch == batch for draft in record.drafts):
        return Reason.DRAFT_MISSING
    earlier = [r for r in state.editions(campaign.name) if r.edition < campaign.edition]
    return Reason.EDITION_RAISED if earlier else Reason.NEW


def preview_steps(campaign: RenderedCampaign, record: Record) -> list[SendPreview]:
    """Plan one preview for each recipient who has not had this digest; one of unknown outcome is not repeated."""
    steps: list[SendPreview] = []
    planned: set[str] = set()
    for number, recipient in enumerate(campaign.recipients, 1):
        recorded = record.previews.get((campaign.digest, recipient.recorded))
        if recipient.recorded not in planned and (recorded is None or recorded.outcome == "failed"):
            planned.add(recipient.recorded)
            steps.append(
                SendPreview(
                    campaign, number, recipient, preview_reason(campaign, record, recipient)
                )
            )
    return steps


def preview_reason(campaign: RenderedCampaign, record: Record, recipient: Recipient) -> Reason:
    """Return why a reviewer is shown this digest; `resubmit` if they have it or may have it."""
    known = record.previews.get((campaign.digest, recipient.recorded))
    if known is not None:
        return Reason.NEW if known.outcome == "failed" else Reason.RESUBMIT
    had_another = any(name == recipient.recorded for _, name in record.previews)
    return Reason.CONTENT_CHANGED if had_another else Reason.NEW


def previews_due(campaign: RenderedCampaign, ahead: timedelta, named: bool, now: datetime) -> bool:
    """Return whether it is time for previews: always when named or without a window, else `ahead` of the window."""
    return named or campaign.window is None or campaign.window.not_before - now <= ahead


PREVIEWS_A_DAY = 100
"""Of an account, by name and by openid together: the page ties the number to previews by name, older text to all.
Source: WeChat docs, "message/mass/preview", read 2026-10."""


class Showing(Frozen):
    """`massctl preview`: show one campaign on purpose, also to those who had this version already."""

    recipients: tuple[Recipient, ...] | None = None
    """Those of the command line, and only those; None for the declared ones."""


def shown_steps(campaign: RenderedCampaign, record: Record, showing: Showing) -> list[SendPreview]:
    """Plan one preview for each requested recipient: the declared ones first, in their order, each once."""
    asked = campaign.recipients if showing.recipients is None else showing.recipients
    declared = [each for each in campaign.recipients if each in asked]
    return [
        SendPreview(campaign, number, recipient, preview_reason(campaign, record, recipient))
        for number, recipient in enumerate(dict.fromkeys([*declared, *asked]), 1)
    ]


def preview_to_refusal(
    campaign: RenderedCampaign, policy: "Policy", showing: Showing | None
) -> Refusal | None:
    """Refuse a campaign with a reviewer who is not in `policy.preview_to`: a branch could name any follower."""
    asked = (
        campaign.recipients if showing is None or showing.recipients is None else showing.recipients
    )
    found = [
        Phrase("reviewer {number} (by openid)", number=number)
        if each.kind == "touser"
        else each.name
        for number, each in enumerate(asked, 1)
        if not policy.may_preview_to(each.name)
    ]
    if not found:
        return None
    return Refusal(
        Guard.PREVIEW_TO,
        Phrase("policy.preview_to does not name every recipient: {names}", names=enumerated(found)),
        Phrase(
            "remove them from `preview:` or the command, or have them added to policy.preview_to in massctl.yaml"
        ),
    )


def preview_in_doubt(record: Record) -> Refusal:
    """Refuse to preview a campaign in doubt: its draft must stay as it is."""
    return Refusal(
        Guard.ACCOUNT_IN_DOUBT,
        Phrase("nobody knows whether it was sent, so there is no preview until that is settled"),
        settle(record.campaign),
    )


def unknown_previews(campaign: RenderedCampaign, record: Record) -> list[Diagnostic]:
    """Warn of previews with an unknown outcome: `apply` does not repeat them, and sends in spite of them."""
    found: list[Diagnostic] = []
    for number, recipient in enumerate(campaign.recipients, 1):
        recorded = record.previews.get((campaign.digest, recipient.recorded))
        if recorded is not None and recorded.outcome in {"begun", "unknown"}:
            say = Phrase(
                "nobody knows whether preview {number} of this version arrived; it is not repeated",
                number=number,
            )
            hint = Phrase(
                "ask the reviewer; to show it again: {command}",
                command=Command("preview", campaign.name),
            )
            place = Place(f"{campaign.folder}/{CAMPAIGN_FILE}")
            found.append(Diagnostic("MC402", Severity.WARNING, say, place, hint, campaign.name))
    return found


def within_allowance(
    planned: list[PlannedCampaign], state: State, now: datetime
) -> list[PlannedCampaign]:
    """Drop the previews that exceed today's allowance, and the sends that would go out without them.

    Each account's previews count in the order in which they go out.
    """
    steps = sorted(
        (s for each in planned for s in each.steps if isinstance(s, SendPreview)), key=going_out
    )
    needed = Counter(step.campaign.name for step in steps)
    left: dict[AppId, int] = {}
    available: dict[str, int] = {}
    beyond: dict[str, set[Address]] = {}
    for step in steps:
        appid = step.campaign.appid
        name = step.campaign.name
        left.setdefault(appid, max(0, PREVIEWS_A_DAY - state.preview_days.used(appid, now)))
        available.setdefault(name, left[appid])
        if left[appid]:
            left[appid] -= 1
        else:
            beyond.setdefault(name, set()).add(step.address)

    def within(each: PlannedCampaign) -> PlannedCampaign:
        kept = tuple(
            s
            for s in each.steps
            if s.address not in beyond[each.name] and not isinstance(s, SendMass)
        )
        refusal = _used_up(needed[each.name], available[each.name], now)
        return replace(each, steps=kept, refusals=(*each.refusals, refusal))

    return [within(each) if each.name in beyond else each for each in planned]


def going_out(step: SendPreview) -> tuple[bool, float, str, int]:
    """Order previews: the window that opens soonest first, campaigns without one last, then by name."""
    window = step.campaign.window
    opens = window.not_before.timestamp() if window else 0.0
    return window is None, opens, step.campaign.name, step.number


def allowance_spent(now: datetime) -> Refusal:
    """Refuse a preview because WeChat refused another one of this account and day: used up."""
    return Refusal(
        Guard.ALLOWANCE,
        Phrase(
            "WeChat says that today's previews of the account are used up, so this one was not tried"
        ),
        counted_anew(now),
    )


def _used_up(needed: int, left: int, now: datetime) -> Refusal:
    return Refusal(
        Guard.ALLOWANCE,
        Phrase(
            "it needs {needed}, but only {left} of the account's {daily} a day are left",
            needed=plural_phrase("{count} preview", "{count} previews", count=needed),
            left=left,
            daily=PREVIEWS_A_DAY,
        ),
        counted_anew(now),
    )


def off_the_tip(
    planned: PlannedCampaign,
    campaign: RenderedCampaign,
    state: State,
    away: Refusal,
    *,
    shown: bool,
) -> PlannedCampaign:
    """Correct a plan that was made as if at the tip; `away` says why this is not the tip.

    A campaign that was named for a preview (`shown`) is previewed from a separate draft. Any other is refused where
    there is something to do about it.
    """
    if shown:
        previews = [step for step in planned.steps if isinstance(step, SendPreview)]
        files = [step for step in planned.steps if isinstance(step, UploadMedia)]
        steps = (*files, *proposal(campaign, state), *previews) if previews else ()
        return replace(planned, steps=steps, tag_due=None)
    idle = not planned.steps and planned.tag_due is None
    told = any(refusal.guard is away.guard for refusal in planned.refusals)
    refusals = planned.refusals if idle or told else (*planned.refusals, away)
    return replace(planned, steps=(), refusals=refusals, tag_due=None)


class Remote(Frozen):
    """All that was read, and what could not be."""

    drifts: tuple[Drift, ...]
    unread: tuple[Unread, ...]
    refusals: Mapping[CampaignName, Refusal]
    """By campaign: why its draft, or its tag, keeps it from going on."""
    counts: Mapping[CampaignName, int | None]
    """By campaign: the size of its audience now; None if there is no such tag."""
    unknown: frozenset[CampaignName] = frozenset()
    """The campaigns of which something could not be read."""


class Until(IntEnum):
    """How far apply goes: each value includes those before it."""

    UPLOAD = 1
    DRAFT = 2
    PREVIEW = 3
    SEND = 4


class Plan(Frozen):
    """Ordered campaigns with ordered steps, tied to one page of one ledger."""

    lineage: str | None
    serial: int
    """Of the newest entry that a plan depends on: a notice to people makes no plan stale."""
    campaigns: tuple[PlannedCampaign, ...]
    ahead: tuple[AccountAhead, ...] = ()
    """What their accounts' allowance holds for the next days."""
    remote: "Remote | None" = None
    """What was read from WeChat for it; None if nothing was."""
    people: PeopleSummary | None = None
    """What is known of the people of all its lists together; None without a list, and where nobody can look."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order of the campaigns."""
        return tuple(step for campaign in self.campaigns for step in campaign.steps)

    @property
    def can_apply(self) -> bool:
        """Whether there is anything to do."""
        return any(campaign.steps or campaign.tag_due for campaign in self.campaigns)

    @property
    def would_send(self) -> bool:
        """Whether apply would ask for a mass send."""
        return any(campaign.may_send for campaign in self.campaigns)


class _Planner(Struct):
    state: State
    rules: PolicyInForce
    until: Until
    now: datetime
    showing: Showing | None = None
    planned_uploads: set[UploadKey] = field(default_factory=set)
    planned_sends: dict[Digest, CampaignName] = field(default_factory=dict)
    """Message digest -> the first campaign of this run that sends it."""
    planned_tags: set[TagKey] = field(default_factory=set)
    calendars: dict[AppId, Calendar] = field(default_factory=dict)
    lists: dict[AppId, list[RenderedCampaign]] = field(default_factory=dict)
    """The campaigns of each account that go to lists: their people are counted in one pass."""
    crowds: dict[AppId, AccountPeople] = field(default_factory=dict)
    judges: dict[CampaignName, Judge | None] = field(default_factory=dict)
    """What was asked of the people of each list."""

    def with_lists(self, desired: Sequence[Desired]) -> "_Planner":
        """Note whose people are counted together."""
        for each in desired:
            found = each.rendered if isinstance(each, NotLocked) else each
            if not isinstance(found, RenderedCampaign) or found.openid_list is None:
                continue
            if window_state(found.window, self.now) is not WindowState.EXPIRED:
                self.lists.setdefault(found.appid, []).append(found)
        return self

    def crowd(self, appid: AppId) -> AccountPeople | None:
        """Count the people of all lists of an account, once; None where nobody can look into any."""
        people = self.rules.people
        if people is None:
            return None
        if appid not in self.crowds:
            lists = self.lists.get(appid, [])
            self.crowds[appid] = crowd_of(
                people, self.state, self._calendar(appid), appid, lists, self.now
            )
        return self.crowds[appid]

    def judge(self, campaign: RenderedCampaign) -> Judge | None:
        """Return what judges the people of a list; None for what is no list, or is over."""
        if campaign not in self.lists.get(campaign.appid, ()):
            return None
        crowd = self.crowd(campaign.appid)
        if crowd is None:
            return None
        if campaign.name not in self.judges:
            calendar = self._calendar(campaign.appid)
            self.judges[campaign.name] = judge_of(
                campaign, self.state, self.rules, crowd, calendar, self.now
            )
        return self.judges[campaign.name]

    def plan(self, desired: Desired) -> PlannedCampaign:
        record = self.state.record(desired.name, desired.edition)
        planned = PlannedCampaign(
            desired.name,
            desired.folder,
            desired.title,
            desired.account,
            desired.edition,
            status_of(record),
            window_state(desired.window, self.now),
            desired.window.not_before if desired.window is not None else None,
        )
        match desired:
            case Invalid():
                return replace(planned, diagnostics=desired.diagnostics)
            case Concluded():
                return self._concluded(planned, record, desired.source_sha256)
            case NotLocked():
                return self._not_locked(planned, record, desired)
            case Gone():
                return self._gone(planned)
            case _ if is_concluded(record):
                # It went out while it was rendered, or the caller did not look: it is concluded all the same.
                return self._concluded(planned, record, desired.source_sha256)
            case _:
                return self._rendered(planned, desired, record)

    def _concluded(
        self, planned: PlannedCampaign, record: Record, source_sha256: str
    ) -> PlannedCampaign:
        edition = record.edition
        planned = replace(
            planned, digest=record.attempts[-1].event.digest if record.attempts else None
        )
        if (lowered := guards.edition_refusal(planned.name, edition, self.state)) is not None:
            return replace(planned, refusals=(lowered,))
        if record.source_sha256 in (None, source_sha256):
            return planned
        say = Phrase(
            "edited after edition {edition} was sent; followers have the old version",
            edition=edition,
        )
        hint = Phrase(
            "undo the edit, or raise `edition` to {next} to send it once more", next=edition + 1
        )
        if self.rules.is_named(planned.name):
            return replace(planned, refusals=(Refusal(Guard.EDITED_AFTER_SEND, say, hint),))
        place = Place(f"{planned.folder}/{CAMPAIGN_FILE}")
        warning = Diagnostic("MC401", Severity.WARNING, say, place, hint, planned.name)
        return replace(planned, diagnostics=(warning,))

    def _not_locked(
        self, planned: PlannedCampaign, record: Record, desired: NotLocked
    ) -> PlannedCampaign:
        """Refuse all of it, staging too; a closed window says enough, unless it is named."""
        named = self.rules.is_named(planned.name)
        is_over = planned.window is WindowState.EXPIRED and not named
        refusals = () if is_over else (desired.refusal,)
        people = self._people(desired.rendered) if desired.rendered is not None else None
        if planned.window is WindowState.NONE and not named and not record.is_in_doubt:
            refusals = guards.not_named(planned.name), *refusals
        return replace(planned, refusals=refusals, people=people)

    def _gone(self, planned: PlannedCampaign) -> PlannedCampaign:
        say = Phrase("its send has no known outcome, and its folder is no longer in the repository")
        hint = Phrase("bring the folder back, or {settle}", settle=settle(planned.name))
        if cell_of(planned.name):
            say = Phrase("its send has no known outcome, and no campaign.yaml declares it any more")
            hint = Phrase(
                "bring the cell back, or name its new name under `moved:` in massctl.yaml, or {settle}",
                settle=settle(planned.name),
            )
        refusal = Refusal(Guard.ACCOUNT_IN_DOUBT, say, hint)
        warning = Diagnostic("MC403", Severity.WARNING, say, None, hint, planned.name)
        return replace(planned, refusals=(refusal,), diagnostics=(warning,))

    def _rendered(
        self, planned: PlannedCampaign, campaign: RenderedCampaign, record: Record
    ) -> PlannedCampaign:
        planned = replace(
            planned,
            digest=campaign.digest,
            diagnostics=(*campaign.diagnostics, *self._warnings(campaign, record)),
            rendered=campaign,
            audience_count=quota.recorded_count(campaign, record),
            audience_before=quota.count_before(campaign, record, self.state),
            awaiting_until=held_until(record),
            handoff=handoff_of(campaign, record),
            approvals=self._approvals(campaign),
            people=self._people(campaign),
            destinations=destinations_of(campaign, self.state, self.rules),
        )
        if record.is_in_doubt and self.showing:
            return replace(planned, refusals=(preview_in_doubt(record),))
        if record.is_in_doubt:
            return self._in_doubt(planned, campaign, record)
        if planned.window is WindowState.EXPIRED:
            return self._expired(planned, campaign, record)
        case = self._case(campaign)
        stopped = staging_refusal(case) or preview_to_refusal(
            campaign, self.rules.policy, self.showing
        )
        if stopped is not None:
            return replace(planned, refusals=(stopped,))
        return self._from_here(self._open(planned, campaign, record), campaign)

    def _people(self, campaign: RenderedCampaign) -> AudienceFacts | None:
        judge = self.judge(campaign)
        return judge.facts if judge is not None else None

    def _case(self, campaign: RenderedCampaign, slot: Slot | None = None) -> Case:
        judge = self.judge(campaign)
        return Case(campaign, self.state, self.rules, self.now, slot, judge=judge)

    def _approvals(self, campaign: RenderedCampaign) -> tuple[ApprovalCount, ...]:
        policy = self.rules.policy
        if not policy.asks_approvals:
            return ()
        case = self._case(campaign)
        return required_approvals(policy, facts_of(case, policy))

    def _from_here(self, planned: PlannedCampaign, campaign: RenderedCampaign) -> PlannedCampaign:
        if (away := off_tip(self.rules.tip)) is None:
            return planned
        shown = self.until is Until.PREVIEW and self.rules.is_named(campaign.name)
        return off_the_tip(planned, campaign, self.state, away, shown=shown)

    def _in_doubt(
        self, planned: PlannedCampaign, campaign: RenderedCampaign, record: Record
    ) -> PlannedCampaign:
        repetition = repeat_at(record, campaign, self.rules.policy, self.now)
        refusals = tuple(send_refusals(self._case(campaign), Moment.PLAN))
        wanted = self.until is Until.SEND
        return replace(
            planned,
            next_at=repetition.at
            if isinstance(repetition, Repeat) and repetition.at > self.now
            else None,
            refusals=refusals,
            wants_send=wanted,
            steps=tuple(quota.send_steps(campaign, record, Reason.RESUBMIT))
            if wanted and not refusals
            else (),
        )

    def _expired(
        self, planned: PlannedCampaign, campaign: RenderedCampaign, record: Record
    ) -> PlannedCampaign:
        closed = campaign.window.not_after if campaign.window else self.now
        if closed in record.expired_at and not self.rules.is_named(campaign.name):
            return planned  # It was reported by the run that recorded it.
        return replace(planned, refusals=(guards.expired_refusal(campaign, self.now),))

    def _calendar(self, appid: AppId) -> Calendar:
        agenda = self.rules.agenda
        if appid not in self.calendars:
            self.calendars[appid] = Calendar(agenda, appid, self.state, self.rules.policy, self.now)
        return self.calendars[appid]

    def _slot(self, campaign: RenderedCampaign) -> Slot:
        agenda = self.rules.agenda
        known = self._calendar(campaign.appid).slots.get(campaign.name)
        return known or quota.slot_of(campaign, agenda, self.state, self.rules.policy, self.now)

    def _open(
        self, planned: PlannedCampaign, campaign: RenderedCampaign, record: Record
    ) -> PlannedCampaign:
        slot = self._slot(campaign)
        steps: list[Step] = list(self._staging(campaign, record))
        wanted = self.until is Until.SEND and planned.window is not WindowState.WAITING
        refusals: list[Refusal] = []
        if self.until is Until.SEND and not wanted:
            # A person has time until the window opens, so what needs one is told before.
            lost = guards.lost_in_repair(campaign, record, self.state)
            never = never_allowed(self.rules.policy, campaign.window, self.now)
            without = allowance_refusal(campaign, slot) if not slot.fits else None
            refusals = [lost] if lost else never or ([without] if without else [])
        if wanted:
            count = quota.count_together(campaign, record)
            audience = audience_refusal(campaign.audience, count) if count is not None else None
            shows = any(isinstance(step, SendPreview) for step in steps)
            reading = Reading(shows=shows, audience=audience)
            case = replace(self._case(campaign, slot), reading=reading)
            refusals = send_refusals(case, Moment.PLAN)
            equal = guards.sent_by_another(campaign, self.state, self.planned_sends)
            refusals += [equal] if equal and not refusals else []
            if not refusals:
                self.planned_sends.setdefault(campaign.message_digest, campaign.name)
                steps += quota.send_steps(campaign, record, Reason.DUE)
        waits = waits_until(slot, self.now)
        moment = None
        if waits is not None and not any(refusal.guard in FOR_GOOD for refusal in refusals):
            moment = next_moment(self.rules.policy, campaign.window, waits)
        return replace(
            planned,
            next_at=moment if moment is not None and moment > self.now else None,
            steps=tuple(steps),
            refusals=tuple(refusals),
            tag_due=tag_due(campaign, record),
            wants_send=wanted,
        )

    def _warnings(self, campaign: RenderedCampaign, record: Record) -> list[Diagnostic]:
        if self.showing:
            return []
        named = self.rules.is_named(campaign.name)
        overlapping = self._fifth(campaign) if campaign.window or named else []
        due = window_state(campaign.window, self.now) is WindowState.DUE or named
        spent = used_up_today(campaign, self.state, self.rules.policy, self.now) if due else []
        return [*unknown_previews(campaign, record), *overlapping, *spent]

    def _fifth(self, campaign: RenderedCampaign) -> list[Diagnostic]:
        """Warn of a fifth send of a month; who they are is counted only where there are so many."""
        slot = self._slot(campaign)
        if not slot.overlapping:
            return []
        crowd = self.crowd(campaign.appid)
        if crowd is None:
            return overlapping_month(campaign, slot)
        return fifth_of_month(campaign, slot, crowd, self.judge(campaign))

    def _staging(self, campaign: RenderedCampaign, record: Record) -> list[Step]:
        if is_rejected_for_good(campaign, record) and not self.showing:
            return []
        steps: list[Step] = list(upload_steps(campaign, self.state, self.planned_uploads))
        if self.until >= Until.DRAFT:
            steps += draft_steps(campaign, self.state)
        if self.until >= Until.DRAFT and self.showing is None:
            steps += tag_steps(campaign, self.state, self.rules, self.planned_tags, self.now)
        if self.until >= Until.PREVIEW:
            steps += self._previews(campaign, record)
        return steps

    def _previews(self, campaign: RenderedCampaign, record: Record) -> list[SendPreview]:
        if self.showing is not None:
            return shown_steps(campaign, record, self.showing)
        ahead = self.rules.policy.preview_ahead_duration
        named = self.rules.is_named(campaign.name)
        return (
            preview_steps(campaign, record)
            if previews_due(campaign, ahead, named, self.now)
            else []
        )


def make_plan(
    desired: Sequence[Desired],
    state: State,
    rules: PolicyInForce,
    now: datetime,
    *,
    until: Until = Until.SEND,
    stop: Refusal | None = None,
    showing: Showing | None = None,
) -> Plan:
    """Plan every campaign of `desired`, in the order of account, end of window, name.

    `stop` refuses everything, because the ledger cannot be trusted; nothing is staged either. `showing` asks for
    previews again, on purpose.
    """
    planner = _Planner(state, rules, until, now, showing).with_lists(desired)
    planned = within_allowance(
        [planner.plan(each) for each in sorted(desired, key=_order)], state, now
    )
    accounts = {each.account for each in planned}
    ahead = look_ahead(rules.agenda, state, rules.policy, now, accounts)
    judges = [each for each in planner.judges.values() if each is not None]
    people = summary(judges, rules.people)
    plan = Plan(state.lineage, state.plan_serial, tuple(planned), ahead, people=people)
    return plan if stop is None else stopped(plan, stop)


def stopped(plan: Plan, stop: Refusal) -> Plan:
    """Refuse everything in a plan for one reason, staging included."""
    refused = (
        replace(c, steps=(), refusals=(stop,), tag_due=None, wants_send=False)
        for c in plan.campaigns
    )
    return replace(plan, campaigns=tuple(refused))


def _order(desired: Desired) -> tuple[str, bool, float, str]:
    window = desired.window
    end = window.not_after.timestamp() if window else 0.0
    return (desired.account or "", window is None, end, desired.name)


def refreshed(plan: Plan, remote: Remote, state: State) -> Plan:
    """Add to a plan what was read from WeChat."""
    campaigns: list[PlannedCampaign] = []
    sends: dict[Digest, CampaignName] = {}
    for planned in plan.campaigns:
        found = _refreshed(planned, remote)
        campaign = found.rendered
        if campaign is not None and any(isinstance(step, SendMass) for step in found.steps):
            # A size that was read now may have let a send go on beside an equal one.
            if (equal := guards.sent_by_another(campaign, state, sends)) is not None:
                found = replace(
                    found, steps=_without_send(found.steps), refusals=(*found.refusals, equal)
                )
            sends.setdefault(campaign.message_digest, campaign.name)
        campaigns.append(found)
    return replace(plan, campaigns=tuple(campaigns), remote=remote)


def _without_send(steps: Sequence[Step]) -> tuple[Step, ...]:
    return tuple(step for step in steps if not isinstance(step, SendMass))


def _refreshed(planned: PlannedCampaign, remote: Remote) -> PlannedCampaign:
    if planned.rendered is not None and planned.name in remote.counts:
        planned = _counted(planned, planned.rendered, remote.counts[planned.name])
    refusal = remote.refusals.get(planned.name)
    if refusal is None:
        return planned
    left = tuple(
        step for step in planned.steps if not isinstance(step, SaveDraft | SendPreview | SendMass)
    )
    return replace(planned, steps=left, refusals=(*planned.refusals, refusal))


def _counted(
    planned: PlannedCampaign, campaign: RenderedCampaign, count: int | None
) -> PlannedCampaign:
    """Judge the audience by its size now; plan the send if only the recorded size refused it."""
    others = tuple(each for each in planned.refusals if each.guard is not Guard.AUDIENCE_BOUNDS)
    found = audience_refusal(campaign.audience, count) if planned.wants_send else None
    refusals = (*others, found) if found is not None else others
    steps = _without_send(planned.steps) if found else planned.steps
    held_back = len(others) < len(planned.refusals) and not any(
        isinstance(each, SendMass) for each in steps
    )
    if planned.wants_send and held_back and not refusals:
        steps = (*steps, SendMass(campaign, Reason.DUE))
    return replace(planned, audience_count=count, refusals=refusals, steps=steps)
