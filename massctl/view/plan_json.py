"""A plan as JSON, whose shape is in `massctl.plan.plan_file`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import field

from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.selection import EVERYTHING, Selection
from massctl.model.shape import plain
from massctl.plan.lock_diff import LockState, ReviewedChanges, ReviewedRow
from massctl.plan.plan import Plan, Remote
from massctl.plan.plan_file import (
    NO_OWNERS,
    PlannedDrift,
    PlannedRemote,
    ReviewedContent,
    approved_document,
    diagnostics_document,
    plan_document,
    reading_document,
)
from massctl.plan.steps import Invalid
from massctl.view.i18n import Language
from massctl.view.json_writer import written
from massctl.view.words import drift_words

if TYPE_CHECKING:
    from massctl.plan.destinations import JudgedDestination
    from massctl.plan.review_diff import Difference


CHANGED_ROWS_MAX = 20
"""So many changed rows of one article are written; the others are a number."""


class Reviewed(Frozen):
    """What reviewers are shown beside a plan, by campaign."""

    at: datetime
    """The moment of the plan."""
    differences: "Mapping[CampaignName, Difference]" = field(default_factory=dict)
    locks: Mapping[CampaignName, LockState] = field(default_factory=dict)
    unlocked: Mapping[CampaignName, RenderedCampaign | Invalid] = field(default_factory=dict)
    """Campaigns that are refused for their lock, as they would be locked now."""
    destinations: "Mapping[CampaignName, Sequence[JudgedDestination]]" = field(default_factory=dict)
    """Where those lead, new places first."""


def plan_json(
    plan: Plan,
    language: Language,
    names: Sequence[str] = (),
    reviewed: "Reviewed | None" = None,
    owners: Mapping[str, str] = NO_OWNERS,
    selection: Selection = EVERYTHING,
) -> str:
    """Return the plan document, with what is `reviewed`; its digest is the same in every language."""
    made = plan_document(plan, names, owners, selection)
    if plan.remote is not None:
        made["remote"] = plain(_drift_document(plan.remote))
    if reviewed is not None:
        add_review(made, reviewed, language)
    return written(made, language)


def _drift_document(remote: Remote) -> PlannedRemote:
    return PlannedRemote(
        drift=[PlannedDrift.of(each, message=drift_words(each)) for each in remote.drifts],
        errors=remote.unread,
    )


def add_review(plan: dict[str, Any], reviewed: Reviewed, language: Language) -> None:
    """Add what reviewers are shown to a plan's document."""
    plan["review"] = {"at": reviewed.at.isoformat(), "language": language.value}
    for campaign in plan["campaigns"]:
        lock, difference = (
            reviewed.locks.get(campaign["name"]),
            reviewed.differences.get(campaign["name"]),
        )
        campaign["lock"] = lock.value if lock is not None else None
        changes = _changes_document(difference, reviewed.at) if difference is not None else None
        campaign["changes"] = plain(changes)
        unlocked = reviewed.unlocked.get(campaign["name"])
        leads = reviewed.destinations.get(campaign["name"], ())
        campaign["unlocked"] = plain(unlocked and _unlocked_document(unlocked, leads))


def _unlocked_document(
    found: RenderedCampaign | Invalid, destinations: "Sequence[JudgedDestination]"
) -> ReviewedContent:
    rendered = found if isinstance(found, RenderedCampaign) else None
    return ReviewedContent.of(
        found,
        content=approved_document(rendered) if rendered is not None else None,
        diagnostics=diagnostics_document(found.diagnostics),
        reading=reading_document(rendered),
        destinations=destinations,
        unscanned=rendered is not None and rendered.is_unscanned,
    )


def _changes_document(difference: "Difference", now: datetime) -> ReviewedChanges:
    # Only for reviewers is anything compared.
    from massctl.view.difference import changes_of

    changes = changes_of(difference, CHANGED_ROWS_MAX, now)
    rows = [ReviewedRow.of(row, inner=row.is_inner) for row in changes.rows]
    return ReviewedChanges(against=changes.against, parts=changes.parts, rows=rows)
