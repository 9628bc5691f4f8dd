"""What a run may do that stands elsewhere than at the tip of the branch that sends: show, and touch nothing staged.

A branch under review, an old run that is started again, and one that waited while something was merged all have other
words than the tip. Would they stage, the draft would go that the tip staged, with all that was done to it by hand.
"""

from dataclasses import replace

from massctl.model.rendered import RenderedCampaign
from massctl.model.state import State
from massctl.plan.diff import proposal
from massctl.plan.planned_campaign import PlannedCampaign
from massctl.plan.step import Refusal, SaveDraft, SendPreview


def off_the_tip(
    planned: PlannedCampaign, campaign: RenderedCampaign, state: State, away: Refusal, *, shown: bool
) -> PlannedCampaign:
    """Plan again what was planned as if from the tip; `away` says why this is not it.

    A campaign that somebody named for a preview (`shown`) is shown from a draft of its own. Any other is refused where
    there is something to do about it.
    """
    if shown:
        previews = [step for step in planned.steps if isinstance(step, SendPreview)]
        files = [step for step in planned.steps if not isinstance(step, SaveDraft | SendPreview)]
        steps = (*files, *proposal(campaign, state), *previews) if previews else ()
        return replace(planned, steps=steps, tag_due=None)
    idle = not planned.steps and planned.tag_due is None
    told = any(refusal.guard is away.guard for refusal in planned.refusals)
    refusals = planned.refusals if idle or told else (*planned.refusals, away)
    return replace(planned, steps=(), refusals=refusals, tag_due=None)
