"""When what is used up is counted anew, by the Beijing calendar, and what a campaign can do about that. Pure."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from massctl.model.moment import BEIJING, moment
from massctl.model.phrase import Phrase
from massctl.model.preview_days import beijing_day
from massctl.model.rendered import RenderedCampaign
from massctl.plan.window import next_moment

if TYPE_CHECKING:
    from massctl.model.account import Policy

_LONGEST_MONTH = timedelta(days=31)


def tomorrow(now: datetime) -> datetime:
    """Give the beginning of the next Beijing day."""
    return datetime.combine(beijing_day(now) + timedelta(days=1), time.min, tzinfo=BEIJING)


def next_month(now: datetime) -> datetime:
    """Give the beginning of the next Beijing month."""
    first = (beijing_day(now).replace(day=1) + _LONGEST_MONTH).replace(day=1)
    return datetime.combine(first, time.min, tzinfo=BEIJING)


def again_after(campaign: RenderedCampaign, policy: "Policy", at: datetime) -> Phrase:
    """Say how a campaign goes out after `at`: by its name, within its window, or only with another one."""
    said = moment(at.astimezone(BEIJING))
    if campaign.window is None:
        return Phrase("run `massctl apply {name}` after {moment}", name=campaign.name, moment=said)
    if next_moment(policy, campaign.window, at) is not None:
        return Phrase("run apply again after {moment}, within its window", moment=said)
    return Phrase(
        "its window leaves no moment after {moment}: give it another one in campaign.yaml, and have that reviewed",
        moment=said,
    )
