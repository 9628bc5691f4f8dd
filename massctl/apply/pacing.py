"""Not faster than WeChat allows: wait for the account's next minute, and stop asking where the day is used up."""

from datetime import timedelta
from math import ceil

from massctl.apply.run import Run
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.plan.anew import again_after, tomorrow
from massctl.plan.pace import SENDS_A_MINUTE, next_send_at
from massctl.plan.step import Guard, Refusal
from massctl.plan.used import calls_refused


def keep_pace(run: Run, campaign: RenderedCampaign) -> None:
    """Wait until the account may ask for one more mass send; returns at once where it may."""
    clock = run.world.clock
    while (left := next_send_at(run.book.state, campaign.appid, clock.now()) - clock.now()) > timedelta(0):
        say = Phrase("{name}: at most {count} sends a minute; going on in", name=campaign.name, count=SENDS_A_MINUTE)
        run.world.progress.waiting(say, ceil(left.total_seconds()))
        clock.sleep(min(1.0, left.total_seconds()))


def calls_used_up(run: Run, campaign: RenderedCampaign) -> Refusal | None:
    """Refuse what WeChat would refuse: this run was told that the account's mass calls of the day are used up.

    A later run asks again, for somebody may have had the quota cleared.
    """
    if not any(attempt.serial > run.began for attempt in calls_refused(run.book.state, campaign.appid)):
        return None
    return Refusal(
        Guard.ALLOWANCE,
        Phrase("the account's mass calls of today are used up (100 a day)"),
        again_after(campaign, run.house.policy, tomorrow(run.world.clock.now())),
    )
