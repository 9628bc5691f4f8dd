"""What is other than the ledger says, as it was read before a window. Pure."""

from enum import StrEnum

from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.notices import Fact


class DriftKind(StrEnum):
    """What is other than recorded."""

    DRAFT_CHANGED = "draft_changed"
    DRAFT_GONE = "draft_gone"
    AUDIENCE_SIZE = "audience_size"
    """It is another one than at the last count, which is the ordinary case."""
    AUDIENCE_OUTSIDE = "audience_outside"
    """It is outside the bounds that its campaign expects."""
    TAG_GONE = "tag_gone"
    TAG_RENAMED = "tag_renamed"
    TAG_EMPTIED = "tag_emptied"
    PICTURE_GONE = "picture_gone"
    ARTICLE_GONE = "article_gone"
    """An article of ours that it links to."""
    LINK_SILENT = "link_silent"
    """An address that it leads to does not answer."""
    PREVIEW_UNSEEN = "preview_unseen"
    LOCK_STALE = "lock_stale"
    ALLOWANCE_USED = "allowance_used"
    JOB_STATUS = "job_status"


class Drift(Frozen):
    """One thing that is other than the ledger says."""

    campaign: CampaignName
    edition: int
    kind: DriftKind
    subject: str
    """The draft's media_id, the audience, an address, a digest, an account, or the job's msg_id."""
    before: str | int | None
    """As recorded; None if nothing is."""
    now: str | int | None
    """As WeChat says; None if it is gone."""
    told_as: str = ""
    """What makes another drift of it; empty where `now` does."""

    @property
    def value(self) -> str:
        """The value by which drifts are compared: one more follower beyond the same bound is not a new drift."""
        return self.told_as or str(self.now)

    @property
    def fact(self) -> Fact:
        """Return it as people are told of it."""
        return Fact.of("drift", self.kind.value, self.subject, self.value)
