"""The plan as JSON values, and its digest."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from massctl import __version__
from massctl.model.diagnostic import Diagnostic
from massctl.model.digest import digest_of
from massctl.model.lock_document import lock_document
from massctl.model.names import Digest
from massctl.model.rendered import RenderedCampaign
from massctl.plan.ahead import ahead_document
from massctl.plan.plan import Plan, PlannedCampaign
from massctl.plan.step import Kind, Refusal, SendPreview, Step

PLAN_FORMAT_VERSION: Final = 1


def plan_digest(plan: Plan) -> Digest:
    """Name what the plan would do: lineage, serial, every campaign's digest, steps, reviewers and refusals."""
    campaigns = [_campaign(campaign, with_diagnostics=False) for campaign in plan.campaigns]
    # A preview's address does not say whose phone it goes to, and the campaign's digest leaves reviewers out.
    reviewers = [step.recipient.recorded for step in plan.steps if isinstance(step, SendPreview)]
    return digest_of({"lineage": plan.lineage, "serial": plan.serial, "campaigns": campaigns, "reviewers": reviewers})


def plan_document(plan: Plan, names: Sequence[str] = ()) -> dict[str, Any]:
    """Give the plan in the shape of the public interface; `names` are those of the command line."""
    kinds = Counter(step.kind for step in plan.steps)
    return {
        "format_version": PLAN_FORMAT_VERSION,
        "digest": plan_digest(plan),
        "lineage": plan.lineage,
        "serial": plan.serial,
        "names": list(names),
        "campaigns": [_campaign(campaign, with_diagnostics=True) for campaign in plan.campaigns],
        "allowance": [ahead_document(account) for account in plan.ahead],
        "summary": {kind.value: kinds[kind] for kind in Kind},
    }


def step_document(step: Step) -> dict[str, Any]:
    """Give a STEP of the public interface."""
    return {
        "kind": step.kind.value,
        "address": step.address,
        "reason": step.reason.value,
        "reversible": step.reversible,
    }


def refusal_document(refusal: Refusal) -> dict[str, Any]:
    """Give a REFUSAL of the public interface."""
    return {"guard": refusal.guard.value, "message": refusal.message, "hint": refusal.hint}


def diagnostic_document(diagnostic: Diagnostic) -> dict[str, Any]:
    """Give a diagnostic of the public interface."""
    place = diagnostic.place
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "campaign": diagnostic.campaign,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "end_line": place.end_line if place else None,
        "end_column": place.end_column if place else None,
    }


def _campaign(campaign: PlannedCampaign, *, with_diagnostics: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": campaign.name,
        "account": campaign.account,
        "edition": campaign.edition,
        "status": campaign.status.value,
        "window": campaign.window.value,
        "next_at": campaign.next_at.isoformat() if campaign.next_at else None,
        "digest": campaign.digest,
        "steps": [step_document(step) for step in campaign.steps],
        "refusals": [refusal_document(refusal) for refusal in campaign.refusals],
    }
    if with_diagnostics:
        document["title"] = campaign.title
        document["audience_count"] = campaign.audience_count
        document["tag_due"] = campaign.tag_due
        document["awaiting_until"] = campaign.awaiting_until.isoformat() if campaign.awaiting_until else None
        document["handoff"] = [{"item": each.item, "done": each.done} for each in campaign.handoff]
        document["approved"] = approved_document(campaign.rendered) if campaign.rendered else None
        ordered = sorted(campaign.diagnostics, key=lambda d: d.sort_key)
        document["diagnostics"] = [diagnostic_document(diagnostic) for diagnostic in ordered]
    return document


def approved_document(campaign: RenderedCampaign) -> dict[str, Any]:
    """Give all that the digest stands for, in the shape of a lock, so that a stale plan can name what moved."""
    return lock_document(campaign, f"massctl {__version__}")
