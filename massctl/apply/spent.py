"""WeChat says that no mass send is left, and the ledger knew of one: people may have sent on the website."""

from typing import Final

from massctl.apply.run import Run
from massctl.errors import WeChatError
from massctl.model.jobs import DAY_USED_UP
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.model.send import Rejected
from massctl.plan.anew import again_after, next_month, tomorrow
from massctl.plan.begun_list import way_on

NO_SEND_LEFT: Final = 45028
"""No mass-send allowance is left. Source: WeChat docs, "message/mass/sendall", read 2026-10."""


def rejection_error(run: Run, campaign: RenderedCampaign, rejected: Rejected) -> WeChatError:
    """Give what a refused send ends with: from when on it can go out, and the command that records a website's send."""
    hint = way_on(run.record_of(campaign)) or _counted_anew(run, campaign, rejected)
    if rejected.errcode == NO_SEND_LEFT:
        hint = Phrase("{advice} {more}", advice=hint, more=_recording(campaign))
    return WeChatError(rejected.message, hint=hint, errcode=rejected.errcode, rid=rejected.rid)


def _counted_anew(run: Run, campaign: RenderedCampaign, rejected: Rejected) -> str:
    """Say when this campaign can go out, where something is used up; its window may be over by then, or it has none."""
    now, policy = run.world.clock.now(), run.house.policy
    if rejected.errcode == DAY_USED_UP:
        say = "The mass calls of the account are counted anew at midnight, Beijing time: {again}."
        return Phrase(say, again=again_after(campaign, policy, tomorrow(now)))
    agenda = run.house.agenda
    if rejected.errcode != NO_SEND_LEFT or agenda is None or campaign.appid not in agenda.accounts:
        return rejected.hint
    _, kind = agenda.accounts[campaign.appid]
    at = tomorrow(now) if kind == "subscription" else next_month(now)
    say = "{advice} Once it is counted anew: {again}."
    return Phrase(say, advice=rejected.hint, again=again_after(campaign, policy, at))


def _recording(campaign: RenderedCampaign) -> Phrase:
    return Phrase(
        "The ledger knows of fewer sends, so somebody may have sent on the website: look under 群发记录 when that was, "
        "and record it: massctl state import --website-send AT --account {account}",
        account=campaign.account,
    )
