"""What the repository declares of an edition that went out without massctl, as far as it still does."""

from typing import Final

from massctl.cli.planning import PlanOptions, planned
from massctl.cli.session import Session
from massctl.model.diagnostics import Diagnostic
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.plan.plan import Until

COUNTS_AS_ALL: Final = Phrase("whom it went to is not known here, so the allowance counts it as a send to everybody")


def declared(session: Session, name: str, edition: int, warnings: list[Diagnostic]) -> RenderedCampaign | None:
    """Render a campaign whose folder holds this edition; None where it holds another, has faults or is gone."""
    if name not in session.repository.campaign_folders().names:
        return None
    (found,) = planned(session, [name], warnings, PlanOptions(until=Until.DRAFT)).plan.campaigns
    return found.rendered if found.edition == edition else None
