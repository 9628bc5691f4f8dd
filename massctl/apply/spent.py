"""WeChat says that no mass send is left, and the ledger knew of one: people may have sent on the website."""

from typing import Final

from massctl.apply.run import Run
from massctl.errors import WeChatError
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.model.send import Rejected
from massctl.plan.begun_list import way_on

NO_SEND_LEFT: Final = 45028
"""No mass-send allowance is left. Source: WeChat docs, "message/mass/sendall", read 2026-10."""


def rejection_error(run: Run, campaign: RenderedCampaign, rejected: Rejected) -> WeChatError:
    """Give what a refused send ends with; where only the website can explain it, with the command that records that."""
    hint = way_on(run.record_of(campaign)) or rejected.hint
    if rejected.errcode == NO_SEND_LEFT:
        hint = Phrase("{advice} {more}", advice=hint, more=_recording(campaign))
    return WeChatError(rejected.message, hint=hint, errcode=rejected.errcode, rid=rejected.rid)


def _recording(campaign: RenderedCampaign) -> Phrase:
    return Phrase(
        "The ledger knows of fewer sends, so somebody may have sent on the website: look under 群发记录 when that was, "
        "and record it: massctl state import --website-send AT --account {account}",
        account=campaign.account,
    )
