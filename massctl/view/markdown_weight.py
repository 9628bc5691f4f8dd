"""How much a campaign of a plan matters to a reviewer: what would be sent for good comes first."""

from enum import IntEnum

from massctl.model.diagnostic import Severity
from massctl.model.lifecycle import FINAL
from massctl.plan.saved import SavedCampaign
from massctl.plan.step import Guard, Kind
from massctl.plan.window import WindowState


class Weight(IntEnum):
    """How much a campaign matters to a reviewer, most first."""

    SENDS = 0
    REFUSED = 1
    FAULTY = 2
    PREPARES = 3
    WAITS = 4
    RESTS = 5


def may_send(planned: SavedCampaign) -> bool:
    """Say whether apply would send it: nothing refuses, or only a size that apply reads again."""
    sends = any(step.kind is Kind.SEND_MASS for step in planned.steps)
    return sends or (bool(planned.refusals) and all(r.guard is Guard.AUDIENCE_BOUNDS for r in planned.refusals))


def is_faulty(planned: SavedCampaign) -> bool:
    """Say whether its files have faults."""
    return any(each.severity is Severity.ERROR for each in planned.diagnostics)


def weight(planned: SavedCampaign) -> Weight:
    """Weigh a campaign of a plan."""
    if may_send(planned):
        return Weight.SENDS
    if planned.refusals:
        return Weight.REFUSED
    if is_faulty(planned):
        return Weight.FAULTY
    if planned.steps or planned.tag_due is not None:
        return Weight.PREPARES
    idle = planned.status in FINAL or planned.window is WindowState.EXPIRED
    return Weight.RESTS if idle and not planned.diagnostics and planned.changes is None else Weight.WAITS
