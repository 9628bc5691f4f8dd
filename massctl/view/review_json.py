"""What a plan's JSON holds for reviewers: how locks stand, and what changed for readers, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.plan.lock_diff import LockState, ReviewedPart
from massctl.plan.plan_file import approved_document, diagnostic_document
from massctl.plan.steps import Invalid
from massctl.view.language import Language

if TYPE_CHECKING:
    from massctl.plan.review_diff import Difference

ROWS_MAX = 20
"""Of the changes of one article; more are told as a number."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What reviewers are shown beside a plan."""

    at: datetime
    """The moment of the plan."""
    differences: "Mapping[CampaignName, Difference]" = field(default_factory=dict)
    locks: Mapping[CampaignName, LockState] = field(default_factory=dict)
    unlocked: Mapping[CampaignName, RenderedCampaign | Invalid] = field(default_factory=dict)
    """Those that are refused for their lock, as they would be locked now."""


def add_review(document: dict[str, Any], reviewed: Reviewed, language: Language) -> None:
    """Put it into a plan's document."""
    document["review"] = {"at": reviewed.at.isoformat(), "language": language.value}
    for campaign in document["campaigns"]:
        lock, difference = reviewed.locks.get(campaign["name"]), reviewed.differences.get(campaign["name"])
        campaign["lock"] = lock.value if lock is not None else None
        campaign["changes"] = _changes(difference) if difference is not None else None
        unlocked = reviewed.unlocked.get(campaign["name"])
        campaign["unlocked"] = _unlocked(unlocked) if unlocked is not None else None


def _unlocked(found: RenderedCampaign | Invalid) -> dict[str, Any]:
    ordered = sorted(found.diagnostics, key=lambda each: each.sort_key)
    return {
        "content": approved_document(found) if isinstance(found, RenderedCampaign) else None,
        "diagnostics": [diagnostic_document(each) for each in ordered],
    }


def _parts(difference: "Difference") -> list[ReviewedPart]:
    return [ReviewedPart.NEW] if difference.is_new else [each.part for each in difference.frame if each.part]


def _changes(difference: "Difference") -> dict[str, Any]:
    # Only for reviewers is anything compared.
    from massctl.view.difference_rows import base_words, difference_rows

    return {
        "against": base_words(difference.base),
        "parts": [part.value for part in _parts(difference)],
        "rows": [
            {
                "words": row.words,
                "inner": row.is_inner,
                "pieces": [{"mark": piece.mark.value, "text": piece.text} for piece in row.pieces],
            }
            for row in difference_rows(difference, ROWS_MAX)
        ],
    }
