"""A plan as JSON, whose shape is in `massctl.plan.plan_file`, and how every JSON document is written.

Keys and codes never change with the language; only `message` and `hint` do.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticSerializationError, to_json

from massctl.model.documents import document
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.plan.lock_diff import LockState, ReviewedChanges, ReviewedPart, ReviewedRow
from massctl.plan.plan import Plan, Remote
from massctl.plan.plan_file import (
    PlannedDrift,
    PlannedRemote,
    ReviewedContent,
    approved_document,
    diagnostics_document,
    plan_document,
    reading_document,
)
from massctl.plan.steps import Invalid
from massctl.view.i18n import Language, say
from massctl.view.words import drift_words

if TYPE_CHECKING:
    from massctl.plan.review_diff import Difference


def written(document: dict[str, Any], language: Language) -> str:
    """Write a document as `json.dumps(…, indent=2)` would, every Phrase of it in `language`.

    Python's own writer indents in Python, value by value, and takes five times as long.
    """
    spoken = _said(document, language, is_hint=False)
    try:
        return to_json(spoken, indent=2, inf_nan_mode="constants").decode()
    except PydanticSerializationError:
        # A path or an argument may have bytes that are no text; escaped they are JSON.
        return json.dumps(spoken, indent=2)


def _said(value: Any, language: Language, *, is_hint: bool) -> Any:
    kind = type(value)
    if kind is dict:
        return {
            key: each if type(each) in _PLAIN else _said(each, language, is_hint=key == "hint")
            for key, each in value.items()
        }
    if kind is list:
        return [each if type(each) in _PLAIN else _said(each, language, is_hint=False) for each in value]
    # A person may type what a hint advises; everything else is for programs.
    return say(value, language if is_hint else language.plain) if isinstance(value, str) else value


_PLAIN: Final = frozenset((str, int, float, bool, type(None)))
"""What is written as it is; a Phrase has a type of its own."""
CHANGED_ROWS_MAX = 20
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


def plan_json(plan: Plan, language: Language, names: Sequence[str] = (), reviewed: "Reviewed | None" = None) -> str:
    """Return the plan document, with what is `reviewed`; its digest is the same in every language."""
    made = plan_document(plan, names)
    if plan.remote is not None:
        made["remote"] = _drift_document(plan.remote)
    if reviewed is not None:
        add_review(made, reviewed, language)
    return written(made, language)


def _drift_document(remote: Remote) -> dict[str, Any]:
    drift = [document(PlannedDrift, each, message=drift_words(each)) for each in remote.drifts]
    return document(PlannedRemote, drift=drift, errors=remote.unread)


def add_review(plan: dict[str, Any], reviewed: Reviewed, language: Language) -> None:
    """Put it into a plan's document."""
    plan["review"] = {"at": reviewed.at.isoformat(), "language": language.value}
    for campaign in plan["campaigns"]:
        lock, difference = reviewed.locks.get(campaign["name"]), reviewed.differences.get(campaign["name"])
        campaign["lock"] = lock.value if lock is not None else None
        campaign["changes"] = _changes_document(difference) if difference is not None else None
        unlocked = reviewed.unlocked.get(campaign["name"])
        campaign["unlocked"] = _unlocked_document(unlocked) if unlocked is not None else None


def _unlocked_document(found: RenderedCampaign | Invalid) -> dict[str, Any]:
    content = approved_document(found) if isinstance(found, RenderedCampaign) else None
    reading = reading_document(found if isinstance(found, RenderedCampaign) else None)
    diagnostics = diagnostics_document(found.diagnostics)
    return document(ReviewedContent, content=content, diagnostics=diagnostics, reading=reading)


def _changes_document(difference: "Difference") -> dict[str, Any]:
    # Only for reviewers is anything compared.
    from massctl.view.difference import base_words, difference_rows

    parts = [ReviewedPart.NEW] if difference.is_new else [each.part for each in difference.frame if each.part]
    rows = [document(ReviewedRow, row, inner=row.is_inner) for row in difference_rows(difference, CHANGED_ROWS_MAX)]
    return document(ReviewedChanges, against=base_words(difference.base), parts=parts, rows=rows)
