"""The last look before a request leaves: its attempt is durable by now, and to make it so may have taken minutes.

A push to a slow remote is asked for again and again. What was judged before it may be otherwise since: the window may
be over, the kill switch thrown, the draft changed in the console.
"""

from datetime import timedelta
from typing import Final

from massctl.apply.drafts import changed, draft_changed, draft_gone
from massctl.apply.readback import is_as_saved
from massctl.apply.run import Run
from massctl.apply.sending import attempted_draft
from massctl.errors import WeChatError
from massctl.model.names import MediaId
from massctl.model.rendered import RenderedCampaign
from massctl.plan.doubt import settle
from massctl.plan.guard import late_refusals
from massctl.plan.step import Refusal

MOMENT: Final = timedelta(seconds=15)
"""So long at most a draft counts as it was read: an attempt is durable sooner, unless a remote is slow. Our bound."""


def require_in_time(run: Run, campaign: RenderedCampaign) -> None:
    """Raise a WeChatError where the send may not leave any more; nothing has left then."""
    run.house = run.world.house() if run.world.house else run.house
    found = late_refusals(campaign, run.house, run.world.clock.now())
    for refusal in found or _of_the_draft(run, campaign):
        raise WeChatError(refusal.message, hint=refusal.hint)


def _of_the_draft(run: Run, campaign: RenderedCampaign) -> list[Refusal]:
    """Read the draft once more where more than a moment passed since the attempt was written down."""
    opened = run.record_of(campaign).open_attempts
    draft = attempted_draft(run, campaign, opened[-1]) if run.world.clock.now() - opened[-1].at > MOMENT else None
    if draft is None:
        return []
    read = run.world.wechat(campaign.account).get_draft(MediaId(draft.event.media_id))
    is_first = len(opened) == 1
    if read is None:
        # To a repetition that says nothing: the first try may have consumed it.
        return [draft_gone(campaign.name)] if is_first else []
    if is_as_saved(draft, read):
        return []
    state = run.book.state
    again = draft_changed(state, campaign, draft, read) if is_first else None
    return [again or changed(state, campaign, draft, read, settle(campaign.name))]
