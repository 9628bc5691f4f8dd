"""The ids under which videos are sent: made from the material library right before they are shown or sent.

Such an id lives three days, so it cannot be made when a campaign is staged weeks ahead. It must also outlive the
twenty hours in which a send of unknown outcome is repeated with the identical request.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from massctl.apply.bodies import material_id
from massctl.apply.material import forget_if_unknown, without_draft
from massctl.apply.outcome import CampaignOutcome
from massctl.apply.run import Failed, Run, steps_of
from massctl.model.ledger import VideoMade
from massctl.model.message import RenderedVideo
from massctl.model.names import MediaId
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.plan.step import SendPreview

VIDEO_HOURS_MAX: Final = 48
"""An older id is made anew: of its 72 hours, 20 may be needed for repetitions, and a person may think before a yes.
Source: WeChat docs, "media/upload" (temporary media lives three days), read 2026-10; that this id is temporary media
is what SDKs (WxJava, PowerWeChat) say of it."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One media/uploadvideo."""

    outcome: CampaignOutcome
    campaign: RenderedCampaign
    message: RenderedVideo


def make_videos(run: Run) -> None:
    """Make the ids that previews and sends of this run need; makes no call where a fresh one is on record."""

    def done(job: _Job, result: MediaId | Failed) -> None:
        campaign = job.campaign
        if isinstance(result, Failed):
            forget_if_unknown(run, campaign, result)
            run.fail(job.outcome, without_draft(campaign, result))
        else:
            run.uploaded.add(result)
            run.book.note(VideoMade(appid=campaign.appid, digest=campaign.digest, media_id=result), campaign)

    run.side_by_side(Phrase("preparing videos"), [(job, partial(_make, run, job)) for job in _jobs(run)], done)


def _jobs(run: Run) -> Iterator[_Job]:
    for outcome, campaign in run.going():
        if isinstance(campaign.message, RenderedVideo) and _is_due(run, outcome, campaign):
            yield _Job(outcome, campaign, campaign.message)


def _make(run: Run, job: _Job) -> MediaId:
    campaign, message = job.campaign, job.message
    material = material_id(message.material, campaign.appid, run.book.state)
    return run.world.wechat(campaign.account).make_video(material, message.title, message.description)


def _is_due(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    record = run.book.state.record(campaign.name, campaign.edition)
    if record.open_attempts:
        return False  # An open attempt is repeated with the id that it had.
    if not (steps_of(outcome, SendPreview) or run.may_send(outcome) or run.may_clear(outcome)):
        return False
    made = record.video
    if made is None or made.digest != campaign.digest:
        return True
    return run.world.clock.now() - made.at >= timedelta(hours=VIDEO_HOURS_MAX)
