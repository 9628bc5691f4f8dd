"""What a campaign is compared with for people: exactly one of what was locked, staged, shown or sent before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from massctl.model.lifecycle import Status, is_concluded, status_of
from massctl.model.names import CampaignName
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import Record, State


class BaseKind(Enum):
    """Where the earlier version comes from."""

    LOCK = "lock"
    DRAFT = "draft"
    STAGED = "staged"
    """A message without a draft, all of whose material was there."""
    PREVIEW = "preview"
    """A text is not staged: what reviewers saw stands for it."""
    SENT = "sent"
    CHECKOUT = "checkout"
    """A second checkout (`--against`)."""


@dataclass(frozen=True, slots=True)
class Base:
    """The one version that a campaign is compared with."""

    kind: BaseKind
    digest: str = ""
    """Names its content; empty for a second checkout, whose content is at hand."""
    edition: int = 0
    at: datetime | None = None
    """When it was staged or sent, where that is recorded."""
    where: str = ""
    """The second checkout, as it was named."""


def base_of(campaign: RenderedCampaign, locked: str | None, state: State) -> Base | None:
    """Choose the base: `locked` is the digest of its lock; None where it was never locked, staged or sent otherwise.

    The lock comes first, then what was staged, then what went out last; each only where it says something else.
    """
    staged = _staged(state.record(campaign.name, campaign.edition))
    if locked not in (None, campaign.digest):
        return Base(BaseKind.LOCK, locked or "", campaign.edition)
    if staged is not None and staged.digest != campaign.digest:
        return staged
    return _last(each for each in state.editions(campaign.name) if each.edition < campaign.edition)


def last_sent(name: CampaignName, state: State) -> Base | None:
    """Give what followers got last under this name, in whatever edition; None where they got nothing by us."""
    return _last(state.editions(name))


def _last(editions: Iterable[Record]) -> Base | None:
    sent = [base for each in editions if (base := _sent(each)) is not None]
    return sent[-1] if sent else None


def _staged(record: Record) -> Base | None:
    draft = record.draft()
    if draft is not None:
        return Base(BaseKind.DRAFT, draft.event.digest, record.edition, draft.saved_at)
    if record.staged is not None:
        return Base(BaseKind.STAGED, record.staged.digest, record.edition)
    # A draft that is gone leaves previews behind, but what they showed is not staged any more.
    shown = [] if record.drafts or record.proposals else [digest for digest, _ in record.previews]
    return Base(BaseKind.PREVIEW, shown[-1], record.edition) if shown else None


def _sent(record: Record) -> Base | None:
    """Give what followers got; None for an edition that failed, and for one that a person sent without us."""
    if not is_concluded(record) or status_of(record) is Status.FAILED:
        return None
    sent = [attempt for attempt in record.attempts if attempt.may_have_sent]
    return Base(BaseKind.SENT, sent[-1].event.digest, record.edition, sent[-1].at) if sent else None
