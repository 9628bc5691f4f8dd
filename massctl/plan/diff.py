"""Desired against recorded: the staging steps of one campaign, each with its reason."""

from datetime import datetime, timedelta

from massctl.model.names import AppId, MediaId, Sha256
from massctl.model.rendered import Purpose, Recipient, RenderedCampaign
from massctl.model.state import Record, State
from massctl.plan.batches import batches_left
from massctl.plan.step import Reason, SaveDraft, SendPreview, UploadMedia

UploadKey = tuple[AppId, Purpose, Sha256]
"""The same bytes go to the same endpoint of an account once, ever."""


def uploads(campaign: RenderedCampaign, state: State, planned: set[UploadKey]) -> list[UploadMedia]:
    """Plan the files that the account does not have; `planned` collects what stands in the plan already."""
    steps: list[UploadMedia] = []
    reason = staging_reason(campaign, state)
    for media in campaign.files:
        key = campaign.appid, media.purpose, media.sha256
        recorded = state.materials if media.purpose.is_material else state.images
        if (campaign.appid, media.sha256) not in recorded and key not in planned:
            planned.add(key)
            steps.append(UploadMedia(campaign.account, campaign.appid, media, reason))
    return steps


def drafts(campaign: RenderedCampaign, state: State) -> list[SaveDraft]:
    """Plan the drafts of a news campaign: of each batch that is left, where none of this digest is recorded."""
    if not campaign.message.has_draft:
        return []
    record = state.record(campaign.name, campaign.edition)
    steps: list[SaveDraft] = []
    for batch in batches_left(campaign, record):
        alive = record.draft(batch or 1)
        if alive is None or alive.event.digest != campaign.digest:
            supersedes = MediaId(alive.event.media_id) if alive else None
            steps.append(SaveDraft(campaign, staging_reason(campaign, state, batch or 1), supersedes, batch))
    return steps


def proposal(campaign: RenderedCampaign, state: State) -> list[SaveDraft]:
    """Plan the draft that shows a version beside the staged one; none where the staged draft is of this version."""
    draft = state.record(campaign.name, campaign.edition).draft()
    if not campaign.message.has_draft or (draft is not None and draft.event.digest == campaign.digest):
        return []
    return [SaveDraft(campaign, staging_reason(campaign, state), for_preview=True)]


def staging_reason(campaign: RenderedCampaign, state: State, batch: int = 1) -> Reason:
    """Say why a campaign, or a batch of it, is staged, now that it is."""
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


def previews(campaign: RenderedCampaign, record: Record) -> list[SendPreview]:
    """Plan one preview for each recipient who has not had this digest; one of unknown outcome is not repeated."""
    steps: list[SendPreview] = []
    planned: set[str] = set()
    for number, recipient in enumerate(campaign.recipients, 1):
        recorded = record.previews.get((campaign.digest, recipient.recorded))
        if recipient.recorded not in planned and (recorded is None or recorded.outcome == "failed"):
            planned.add(recipient.recorded)
            steps.append(SendPreview(campaign, number, recipient, preview_reason(campaign, record, recipient)))
    return steps


def preview_reason(campaign: RenderedCampaign, record: Record, recipient: Recipient) -> Reason:
    """Say why a reviewer is shown this digest; `resubmit` where they have it, or may have it, already."""
    known = record.previews.get((campaign.digest, recipient.recorded))
    if known is not None:
        return Reason.NEW if known.outcome == "failed" else Reason.RESUBMIT
    had_another = any(name == recipient.recorded for _, name in record.previews)
    return Reason.CONTENT_CHANGED if had_another else Reason.NEW


def previews_due(campaign: RenderedCampaign, ahead: timedelta, named: bool, now: datetime) -> bool:
    """Say whether it is time for previews: always when named or without a window, else `ahead` of the window."""
    return named or campaign.window is None or campaign.window.not_before - now <= ahead
