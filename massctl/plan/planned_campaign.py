"""One campaign of a plan: where it stands, what would be done for it now, and what would not and why."""

from dataclasses import dataclass
from datetime import datetime

from massctl.model.diagnostic import Diagnostic
from massctl.model.lifecycle import Status
from massctl.model.names import CampaignName
from massctl.model.rendered import RenderedCampaign
from massctl.plan.handoff import HandoffItem
from massctl.plan.step import Guard, Refusal, SendPreview, Step
from massctl.plan.window import WindowState


@dataclass(frozen=True, slots=True)
class PlannedCampaign:
    """One campaign of a plan."""

    name: CampaignName
    title: str
    account: str | None
    edition: int | None
    status: Status
    window: WindowState
    next_at: datetime | None = None
    digest: str | None = None
    steps: tuple[Step, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    rendered: RenderedCampaign | None = None
    audience_count: int | None = None
    """The size of the audience when it was last recorded."""
    tag_due: str | None = None
    """The tag whose id apply looks up and records; None where the audience has no name, or its id is on record."""
    wants_send: bool = False
    """It is time to send it; `refusals` says whether it may be."""
    awaiting_until: datetime | None = None
    """When the administrator's silence becomes a no; None where no open attempt is known to wait for him."""

    handoff: tuple[HandoffItem, ...] = ()
    """What only a person can do to its draft, and whether that is done."""

    @property
    def by_name_only(self) -> tuple[Refusal, ...]:
        """Why a run passes over it: without a window it waits for its name. These are no findings."""
        return self.refusals if any(r.guard is Guard.NOT_NAMED for r in self.refusals) else ()

    @property
    def may_send(self) -> bool:
        """It is time, and nothing refuses but an audience's recorded size, which apply reads again."""
        return self.wants_send and all(r.guard is Guard.AUDIENCE_BOUNDS for r in self.refusals)

    @property
    def may_send_once_seen(self) -> bool:
        """Nothing else is missing than a look at a preview of this very run, which a person at the prompt can take."""
        refusing = {r.guard for r in self.refusals} - {Guard.AUDIENCE_BOUNDS}
        shows = any(isinstance(step, SendPreview) for step in self.steps)
        return self.wants_send and shows and refusing == {Guard.PREVIEW_MISSING}
