"""Material of messages without a draft: staged once all of it is on record, forgotten where WeChat does not know it."""

from typing import Final

from massctl.apply.run import Run
from massctl.errors import MassctlError, WeChatError
from massctl.model.ledger import MaterialForgotten, MessageStaged
from massctl.model.rendered import RenderedCampaign
from massctl.plan.window import WindowState

MEDIA_UNKNOWN: Final = 40007
"""No such material. Source: WeChat docs, "message/mass/preview", read 2026-10."""


def note_staged(run: Run) -> None:
    """Note each message without a draft whose material is all on record now; makes no call."""
    for outcome, campaign in run.going():
        record = run.book.state.record(campaign.name, campaign.edition)
        if campaign.message.has_draft or not campaign.files or record.open_attempts:
            continue
        known = record.staged is not None and record.staged.digest == campaign.digest
        if known or outcome.planned.window is WindowState.EXPIRED:
            continue
        if all((campaign.appid, each.sha256) in run.book.state.materials for each in campaign.files):
            count = run.size_of(campaign)
            size = count if isinstance(count, int) else None
            staged = MessageStaged(appid=campaign.appid, digest=campaign.digest, audience_count=size)
            run.book.note(staged, campaign)


def forget_if_unknown(run: Run, campaign: RenderedCampaign, error: MassctlError) -> None:
    """Forget a message's own material where WeChat does not know it any more, so that the next run uploads it anew."""
    if not isinstance(error, WeChatError) or error.errcode != MEDIA_UNKNOWN or campaign.message.has_draft:
        return
    for each in campaign.files:
        run.book.note(MaterialForgotten(appid=campaign.appid, sha256=each.sha256))
