"""What WeChat has now against what the ledger says: shown by `plan --refresh`, and recorded nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from massctl.model.names import CampaignName
from massctl.plan.step import Refusal


class DriftKind(StrEnum):
    """What is other than recorded."""

    DRAFT_CHANGED = "draft_changed"
    DRAFT_GONE = "draft_gone"
    AUDIENCE_SIZE = "audience_size"
    TAG_GONE = "tag_gone"
    TAG_RENAMED = "tag_renamed"
    JOB_STATUS = "job_status"


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that is other than the ledger says."""

    campaign: CampaignName
    edition: int
    kind: DriftKind
    subject: str
    """The draft's media_id, the audience, or the job's msg_id."""
    before: str | int | None
    """As recorded; None where nothing is."""
    now: str | int | None
    """As WeChat says; None where it is gone."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read: the others were."""

    account: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Remote:
    """All that was read, and what could not be."""

    drifts: tuple[Drift, ...]
    unread: tuple[Unread, ...]
    refusals: Mapping[CampaignName, Refusal]
    """By campaign: why its draft, or its tag, keeps it from going on."""
    counts: Mapping[CampaignName, int | None]
    """By campaign: the size of its audience now; None where there is no such tag."""
