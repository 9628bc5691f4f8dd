"""A plan as it would be if the ledger knew what WeChat has now: for a person to read, never to be carried out."""

from dataclasses import replace

from massctl.model.rendered import RenderedCampaign
from massctl.plan.drift import Remote
from massctl.plan.guard import audience_refusal
from massctl.plan.plan import Plan
from massctl.plan.planned_campaign import PlannedCampaign
from massctl.plan.step import Guard, Reason, SaveDraft, SendMass, SendPreview, Step


def refreshed(plan: Plan, remote: Remote) -> Plan:
    """Give `plan` with what was read for it."""
    campaigns = tuple(_refreshed(each, remote) for each in plan.campaigns)
    return replace(plan, campaigns=campaigns, remote=remote)


def _refreshed(planned: PlannedCampaign, remote: Remote) -> PlannedCampaign:
    if planned.rendered is not None and planned.name in remote.counts:
        planned = _counted(planned, planned.rendered, remote.counts[planned.name])
    refusal = remote.refusals.get(planned.name)
    if refusal is None:
        return planned
    left = tuple(step for step in planned.steps if not isinstance(step, SaveDraft | SendPreview | SendMass))
    return replace(planned, steps=left, refusals=(*planned.refusals, refusal))


def _counted(planned: PlannedCampaign, campaign: RenderedCampaign, count: int | None) -> PlannedCampaign:
    """Judge the audience by its size now; a send that only the recorded size kept back is planned after all."""
    others = tuple(each for each in planned.refusals if each.guard is not Guard.AUDIENCE_BOUNDS)
    found = audience_refusal(campaign.audience, count) if planned.wants_send else None
    refusals = (*others, found) if found is not None else others
    steps: tuple[Step, ...] = tuple(each for each in planned.steps if not isinstance(each, SendMass) or not found)
    held_back = len(others) < len(planned.refusals) and not any(isinstance(each, SendMass) for each in steps)
    if planned.wants_send and held_back and not refusals:
        steps = (*steps, SendMass(campaign, Reason.DUE))
    return replace(planned, audience_count=count, refusals=refusals, steps=steps)
