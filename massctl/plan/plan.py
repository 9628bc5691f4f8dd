"""The plan: what apply with the same names would do now, step by step, and what it would not and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from massctl.model.diagnostic import Diagnostic, Place, Severity
from massctl.model.hold import held_until
from massctl.model.lifecycle import Status, is_concluded, status_of
from massctl.model.names import CampaignName, Digest
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign, Window
from massctl.model.state import Record, State
from massctl.plan import batches, diff, guard, previews
from massctl.plan.ahead import AccountAhead, look_ahead
from massctl.plan.begun_list import frozen
from massctl.plan.desired import Concluded, Desired, Gone, Invalid, NotLocked
from massctl.plan.doubt import repeat_at, settle
from massctl.plan.giving_way import crowded_month, no_place_at_all, used_up_today, waits_until
from massctl.plan.guard import House
from massctl.plan.handoff import handoff_of
from massctl.plan.off_the_tip import off_the_tip
from massctl.plan.planned_campaign import PlannedCampaign as PlannedCampaign  # noqa: PLC0414 - part of a plan
from massctl.plan.previews import Showing
from massctl.plan.step import FOR_GOOD, Guard, Reason, Refusal, SendPreview, Step
from massctl.plan.tags import is_refused_for_good, tag_due
from massctl.plan.tip import off_tip
from massctl.plan.window import WindowState, never_allowed, next_moment, window_state

if TYPE_CHECKING:
    from massctl.plan.drift import Remote


class Until(IntEnum):
    """How far apply goes: each value includes those before it."""

    UPLOAD = 1
    DRAFT = 2
    PREVIEW = 3
    SEND = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered campaigns with ordered steps, tied to one page of one ledger."""

    lineage: str | None
    serial: int
    campaigns: tuple[PlannedCampaign, ...]
    ahead: tuple[AccountAhead, ...] = ()
    """What their accounts' allowance holds for the next days."""
    remote: "Remote | None" = None
    """What was read from WeChat for it; None where nothing was."""

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


@dataclass(slots=True)
class _Planner:
    state: State
    house: House
    until: Until
    now: datetime
    showing: Showing | None = None
    planned_uploads: set[diff.UploadKey] = field(default_factory=set)
    planned_sends: dict[Digest, CampaignName] = field(default_factory=dict)
    """Message digest -> the first campaign of this run that sends it."""

    def plan(self, desired: Desired) -> PlannedCampaign:
        match desired:
            case Invalid():
                return self._invalid(desired)
            case Concluded():
                return self._concluded(desired)
            case NotLocked():
                return self._not_locked(desired)
            case Gone():
                return self._gone(desired)
            case _:
                return self._rendered(desired)

    def _invalid(self, desired: Invalid) -> PlannedCampaign:
        record = self.state.record(desired.name, desired.edition or 1)
        return PlannedCampaign(
            desired.name,
            desired.title,
            desired.account,
            desired.edition,
            status_of(record),
            window_state(desired.window, self.now),
            diagnostics=desired.diagnostics,
        )

    def _concluded(self, desired: Concluded) -> PlannedCampaign:
        record = self.state.record(desired.name, desired.edition)
        planned = PlannedCampaign(
            desired.name,
            desired.title,
            desired.account,
            desired.edition,
            status_of(record),
            window_state(desired.window, self.now),
            digest=record.attempts[-1].event.digest if record.attempts else None,
        )
        if (lowered := guard.edition_refusal(desired.name, desired.edition, self.state)) is not None:
            return replace(planned, refusals=(lowered,))
        if record.source_sha256 in (None, desired.source_sha256):
            return planned
        say = Phrase("edited after edition {edition} was sent; followers have the old version", edition=desired.edition)
        hint = Phrase("undo the edit, or raise `edition` to {next} to send it once more", next=desired.edition + 1)
        if self.house.is_named(desired.name):
            return replace(planned, refusals=(Refusal(Guard.EDITED_AFTER_SEND, say, hint),))
        place = Place(f"campaigns/{desired.name}/campaign.yaml")
        warning = Diagnostic("MC401", Severity.WARNING, say, place, hint, desired.name)
        return replace(planned, diagnostics=(warning,))

    def _not_locked(self, desired: NotLocked) -> PlannedCampaign:
        """Refuse all of it, staging too; a closed window says enough, unless it is named."""
        record = self.state.record(desired.name, desired.edition)
        status, window = status_of(record), window_state(desired.window, self.now)
        passed = window is WindowState.EXPIRED and not self.house.is_named(desired.name)
        refusals = () if passed else (desired.refusal,)
        account, edition = desired.account, desired.edition
        planned = PlannedCampaign(desired.name, desired.title, account, edition, status, window, refusals=refusals)
        if record.open_attempts or self._is_selected(planned):
            return planned
        return replace(planned, refusals=(guard.not_named(desired.name), *refusals))

    def _gone(self, desired: Gone) -> PlannedCampaign:
        say = Phrase("its send has no known outcome, and its folder is no longer in the repository")
        hint = Phrase("bring the folder back, or {settle}", settle=settle(desired.name))
        refusal = Refusal(Guard.ACCOUNT_IN_DOUBT, say, hint)
        return PlannedCampaign(
            desired.name,
            "",
            desired.account,
            desired.edition,
            Status.IN_DOUBT,
            WindowState.NONE,
            refusals=(refusal,),
            diagnostics=(Diagnostic("MC403", Severity.WARNING, say, None, hint, desired.name),),
        )

    def _rendered(self, campaign: RenderedCampaign) -> PlannedCampaign:
        record = self.state.record(campaign.name, campaign.edition)
        planned = PlannedCampaign(
            campaign.name,
            campaign.title,
            campaign.account,
            campaign.edition,
            status_of(record),
            window_state(campaign.window, self.now),
            digest=campaign.digest,
            diagnostics=(*campaign.diagnostics, *self._warnings(campaign, record)),
            rendered=campaign,
            audience_count=batches.recorded_count(campaign, record),
            awaiting_until=held_until(record),
            handoff=handoff_of(campaign, record),
        )
        if is_concluded(record):
            # It went out while it was rendered, or the caller did not look: it is concluded all the same.
            return self._concluded(_as_concluded(campaign))
        if record.open_attempts and self.showing:
            return replace(planned, refusals=(previews.in_doubt(record),))
        if record.open_attempts:
            return self._in_doubt(planned, campaign, record)
        if planned.window is WindowState.EXPIRED:
            return self._expired(planned, campaign, record)
        in_doubt = any(each.open_attempts for each in self.state.editions(campaign.name))
        stopped = (
            (guard.edition_refusal(campaign.name, campaign.edition, self.state) if in_doubt else None)
            or (None if self._is_selected(planned) else guard.not_named(campaign.name))
            or guard.edition_refusal(campaign.name, campaign.edition, self.state)
            or frozen(campaign, record)
            or previews.preview_to_refusal(campaign, self.house.policy, self.showing)
        )
        if stopped is not None:
            return replace(planned, refusals=(stopped,))
        return self._from_here(self._open(planned, campaign, record), campaign)

    def _is_selected(self, planned: PlannedCampaign) -> bool:
        """Whether the run is about it: a campaign without a window has to be named."""
        return planned.window is not WindowState.NONE or self.house.is_named(planned.name)

    def _from_here(self, planned: PlannedCampaign, campaign: RenderedCampaign) -> PlannedCampaign:
        if (away := off_tip(self.house.tip)) is None:
            return planned
        shown = self.until is Until.PREVIEW and self.house.is_named(campaign.name)
        return off_the_tip(planned, campaign, self.state, away, shown=shown)

    def _in_doubt(self, planned: PlannedCampaign, campaign: RenderedCampaign, record: Record) -> PlannedCampaign:
        at = repeat_at(record.open_attempts, campaign, self.house.policy, self.now)
        refusals = tuple(guard.send_refusals(campaign, self.state, self.house, self.now))
        wanted = self.until is Until.SEND
        return replace(
            planned,
            next_at=at if at is not None and at > self.now else None,
            refusals=refusals,
            wants_send=wanted,
            steps=tuple(batches.sends(campaign, record, Reason.RESUBMIT)) if wanted and not refusals else (),
        )

    def _expired(self, planned: PlannedCampaign, campaign: RenderedCampaign, record: Record) -> PlannedCampaign:
        closed = campaign.window.not_after if campaign.window else self.now
        if closed in record.expired_at and not self.house.is_named(campaign.name):
            return planned  # It was reported by the run that recorded it.
        return replace(planned, refusals=(guard.expired_refusal(campaign, self.now),))

    def _open(self, planned: PlannedCampaign, campaign: RenderedCampaign, record: Record) -> PlannedCampaign:
        steps: list[Step] = list(self._staging(campaign, record))
        wanted = self.until is Until.SEND and planned.window is not WindowState.WAITING
        allowance = campaign, self.house.agenda, self.state, self.house.policy, self.now
        refusals: list[Refusal] = []
        if self.until is Until.SEND and not wanted:
            never = never_allowed(self.house.policy, campaign.window, self.now)
            refusals = never or no_place_at_all(*allowance)
        if wanted:
            refusals = guard.send_refusals(campaign, self.state, self.house, self.now)
            if planned.audience_count is not None:
                audience = guard.audience_refusal(campaign.audience, planned.audience_count)
                refusals += [audience] if audience else []
            unseen = previews.preview_missing(campaign, record, self.house.policy, steps=steps)
            refusals += [unseen] if unseen else []
            equal = guard.sent_by_another(campaign, self.state, self.planned_sends)
            refusals += [equal] if equal and not refusals else []
            if not refusals:
                self.planned_sends.setdefault(campaign.message_digest, campaign.name)
                steps += batches.sends(campaign, record, Reason.DUE)
        waits = waits_until(*allowance)
        moment = None
        if waits is not None and not any(refusal.guard in FOR_GOOD for refusal in refusals):
            moment = next_moment(self.house.policy, campaign.window, waits)
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
        crowded = crowded_month(campaign, self.house.agenda, self.state, self.house.policy, self.now)
        due = window_state(campaign.window, self.now) is WindowState.DUE or self.house.is_named(campaign.name)
        spent = used_up_today(campaign, self.state, self.house.policy, self.now) if due else []
        return [*previews.unknown_previews(campaign, record), *crowded, *spent]

    def _staging(self, campaign: RenderedCampaign, record: Record) -> list[Step]:
        if is_refused_for_good(campaign, record) and not self.showing:
            return []
        steps: list[Step] = list(diff.uploads(campaign, self.state, self.planned_uploads))
        steps += diff.drafts(campaign, self.state) if self.until >= Until.DRAFT else []
        if self.until >= Until.PREVIEW:
            steps += self._previews(campaign, record)
        return steps

    def _previews(self, campaign: RenderedCampaign, record: Record) -> list[SendPreview]:
        if self.showing is not None:
            return previews.shown(campaign, record, self.showing)
        ahead, named = self.house.policy.preview_ahead_duration, self.house.is_named(campaign.name)
        return diff.previews(campaign, record) if diff.previews_due(campaign, ahead, named, self.now) else []


def make_plan(
    desired: Sequence[Desired],
    state: State,
    house: House,
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
    planner = _Planner(state, house, until, now, showing)
    planned = previews.within_allowance([planner.plan(each) for each in sorted(desired, key=_order)], state, now)
    accounts = {each.account for each in planned}
    ahead = look_ahead(house.agenda, state, house.policy, now, accounts) if house.agenda is not None else ()
    plan = Plan(state.lineage, state.serial, tuple(planned), ahead)
    return plan if stop is None else stopped(plan, stop)


def stopped(plan: Plan, stop: Refusal) -> Plan:
    """Give a plan in which everything is refused for one reason, staging too."""
    refused = (replace(c, steps=(), refusals=(stop,), tag_due=None, wants_send=False) for c in plan.campaigns)
    return replace(plan, campaigns=tuple(refused))


def _as_concluded(c: RenderedCampaign) -> Concluded:
    return Concluded(c.name, c.title, c.account, c.appid, c.edition, c.window, c.source_sha256)


def _order(desired: Desired) -> tuple[str, bool, float, str]:
    window: Window | None = getattr(desired, "window", None)
    end = window.not_after.timestamp() if window else 0.0
    return (desired.account or "", window is None, end, desired.name)
