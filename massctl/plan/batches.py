"""Batches of openids: which are due, and whether the day's calls are enough. Pure."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from massctl.model.lifecycle import is_concluded
from massctl.model.phrase import Phrase
from massctl.model.preview_days import beijing_day
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import Record, State
from massctl.plan.anew import again_after, tomorrow
from massctl.plan.demand import CALLS
from massctl.plan.step import Guard, Reason, Refusal, SendMass
from massctl.plan.used import calls_by_day

if TYPE_CHECKING:
    from massctl.model.account import Policy

GIVE_A_TAG: Final = Phrase(
    "give these followers a tag (标签) in the console under 用户管理 and write `tag:` in campaign.yaml: a tag of "
    "any size is one job"
)


def batches_left(campaign: RenderedCampaign, record: Record) -> list[int | None]:
    """Give the batches that did not go out, in order; [None] for an audience that is one job and no list."""
    if is_concluded(record):
        return []
    if campaign.batches is None:
        return [None]
    return [batch for batch in range(1, campaign.batches + 1) if batch not in record.sent_batches]


def sends(campaign: RenderedCampaign, record: Record, first: Reason) -> list[SendMass]:
    """Plan the send, batch by batch where there are any; only the first of them can be a repetition."""
    left = batches_left(campaign, record)
    return [SendMass(campaign, first if batch is left[0] else Reason.DUE, batch) for batch in left]


def recorded_count(campaign: RenderedCampaign, record: Record) -> int | None:
    """Give the size of the audience as it was recorded last; a list of openids knows its own."""
    if campaign.openid_list is not None:
        return campaign.openid_list.count
    resolved, draft = record.resolved_for(campaign.digest), record.draft()
    if resolved is not None:
        return resolved.count
    staged = draft.event if draft else record.staged
    return staged.audience_count if staged else None


def too_many_batches(
    campaign: RenderedCampaign, record: Record, state: State, policy: "Policy", now: datetime
) -> Refusal | None:
    """Refuse to begin a list that needs more calls than the account has left today.

    One that was begun goes on until WeChat says 45009: a rest sent tomorrow is worse than one call too many, which
    does nothing.
    """
    if campaign.batches is None or any(attempt.may_have_sent for attempt in record.attempts):
        return None
    daily = CALLS.limit
    left = max(0, daily - calls_by_day(state, campaign.appid).get(beijing_day(now), 0))
    if campaign.batches <= left:
        return None
    say = Phrase(
        "its list takes {needed} jobs, and {left} of the account's {daily} mass calls a day are left",
        needed=campaign.batches,
        left=left,
        daily=daily,
    )
    hint = GIVE_A_TAG
    if campaign.batches <= daily:
        again = again_after(campaign, policy, tomorrow(now))
        hint = Phrase("{place}; or {tag}", place=again, tag=GIVE_A_TAG)
    return Refusal(Guard.ALLOWANCE, say, hint)
