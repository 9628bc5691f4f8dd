"""What would be locked of campaigns that are refused for their lock, rendered for people; nothing here is sent."""

from collections.abc import Collection, Mapping

from massctl.cli.planning import Planned
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.plan.steps import Guard, Invalid
from massctl.source.loader import Desires

Unlocked = Mapping[CampaignName, RenderedCampaign | Invalid]
"""By campaign; the faults where its files have some."""
LOCK_GUARDS = frozenset({Guard.LOCK_MISSING, Guard.LOCK_STALE})
"""What refuses a campaign for its lock."""


def unlocked_now(made: Planned, guards: Collection[Guard] = LOCK_GUARDS) -> Unlocked:
    """Give the campaigns of a plan that one of `guards` refuses, rendered; one that went in this moment is left out."""
    names = [each.name for each in made.plan.campaigns if any(refusal.guard in guards for refusal in each.refusals)]
    known: dict[CampaignName, RenderedCampaign | Invalid] = {
        name: made.unlocked[name] for name in names if name in made.unlocked
    }
    left = [name for name in names if name not in known]
    if left:
        found = Desires(made.workbench, made.state).read(left)
        known |= {each.name: each for each in found if isinstance(each, RenderedCampaign | Invalid)}
    return known
