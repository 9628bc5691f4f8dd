"""How much a campaign of a plan matters to a reviewer: what would be sent for good comes first."""

from enum import IntEnum
from typing import Final

from massctl.model.diagnostics import Severity
from massctl.model.lock import LockFile
from massctl.model.state import FINAL, Status
from massctl.plan.lock_diff import ReviewedPart
from massctl.plan.plan_file import PlannedDiagnostic, PlannedRefusal, SavedCampaign
from massctl.plan.steps import Guard, Kind
from massctl.plan.window import WindowState

LOCK_GUARDS: Final = frozenset({Guard.LOCK_MISSING, Guard.LOCK_STALE})
"""What refuses a campaign for its lock."""


class Weight(IntEnum):
    """How much a campaign matters to a reviewer, most first."""

    SENDS = 0
    REFUSED = 1
    FAULTY = 2
    SENDS_LATER = 3
    """Nothing stands between it and its window: who approves it approves the send."""
    PREPARES = 4
    WAITS = 5
    RESTS = 6


def may_send(planned: SavedCampaign) -> bool:
    """Say whether apply would send it: nothing refuses, or only a size that apply reads again."""
    sends = any(step.kind is Kind.SEND_MASS for step in planned.steps)
    return sends or (bool(planned.refusals) and all(r.guard is Guard.AUDIENCE_BOUNDS for r in planned.refusals))


def content_of(planned: SavedCampaign) -> LockFile | None:
    """Give what would be sent, or, where its lock refuses it, what would be locked; None where nothing can be."""
    return planned.unlocked.content if planned.approved is None and planned.unlocked else planned.approved


def diagnostics_of(planned: SavedCampaign) -> list[PlannedDiagnostic]:
    """Give what is wrong in its files, also where its lock refuses it before they are read."""
    return [*planned.diagnostics, *(planned.unlocked.diagnostics if planned.unlocked else ())]


def refusals_of(planned: SavedCampaign) -> list[PlannedRefusal]:
    """Give why it is refused; that it has no window and waits for its name was declared, and went not wrong."""
    return [each for each in planned.refusals if each.guard is not Guard.NOT_NAMED]


def is_refused_for_lock(planned: SavedCampaign) -> bool:
    """Say whether its lock refuses it."""
    return any(each.guard in LOCK_GUARDS for each in planned.refusals)


def is_faulty(planned: SavedCampaign) -> bool:
    """Say whether its files have faults."""
    return any(each.severity is Severity.ERROR for each in diagnostics_of(planned))


def parts_of(planned: SavedCampaign) -> list[ReviewedPart]:
    """Give what changed in it beside words and pictures."""
    return planned.changes.parts if planned.changes is not None else []


def _is_sent_in_its_window(planned: SavedCampaign) -> bool:
    waits = planned.window is WindowState.WAITING and planned.approved is not None
    is_open = planned.status not in FINAL and planned.status is not Status.IN_DOUBT
    return waits and is_open and all(each.done for each in planned.handoff)


def precedence(planned: SavedCampaign) -> tuple[bool, bool, Weight, bool]:
    """Order campaigns for a reviewer: what is sent now, then what changed, each by its weight and by who gets it."""
    found = weight(planned)
    others = {ReviewedPart.NEW, ReviewedPart.AUDIENCE, ReviewedPart.ACCOUNT} & set(parts_of(planned))
    return found is not Weight.SENDS, planned.changes is None, found, not others


def weight(planned: SavedCampaign) -> Weight:
    """Weigh a campaign of a plan."""
    if may_send(planned):
        return Weight.SENDS
    if refusals_of(planned):
        return Weight.REFUSED
    if is_faulty(planned):
        return Weight.FAULTY
    if _is_sent_in_its_window(planned):
        return Weight.SENDS_LATER
    if planned.steps or planned.tag_due is not None:
        return Weight.PREPARES
    idle = planned.status in FINAL or planned.window is WindowState.EXPIRED
    return Weight.RESTS if idle and not planned.diagnostics and planned.changes is None else Weight.WAITS
