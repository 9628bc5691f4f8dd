"""Drafts as they are recorded: begun, saved, read back, adopted, given up, gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from massctl.model.lazily import Lazily

if TYPE_CHECKING:
    from massctl.model import ledger as entries

    DraftEvent = (
        entries.DraftBegun
        | entries.DraftNotSaved
        | entries.DraftSaved
        | entries.DraftVerified
        | entries.DraftDeleted
        | entries.Adopted
    )
    """What can happen to a draft, but for its send."""
else:
    # As in massctl.model.state: the first entry that is folded pays for pydantic.
    entries = Lazily("massctl.model.ledger")


@dataclass(slots=True)
class Draft:
    """A draft (草稿) we saved."""

    saved_at: datetime
    event: entries.DraftSaved
    alive: bool = True
    kept_sha256: str | None = None
    """What WeChat kept of it, as it was read back; None while that is not on record."""
    doomed: str | None = None
    """Why it was given up, in the ledger's words, while the outcome of its deletion is not on record."""
    done_by_hand: list[str] = field(default_factory=list)
    """The items of the hand-off list that whoever adopted it has done in the console."""
    adopted: bool = False
    """It is the console's version: a person worked on it there."""


@dataclass(slots=True)
class BegunDraft:
    """A draft/add of which nobody knows whether there is a draft now."""

    serial: int
    at: datetime
    event: entries.DraftBegun
    missed: bool = False
    """A run has looked for it when it could not be on its way any more, and did not find it."""


def newest(drafts: Iterable[Draft]) -> Draft | None:
    """Give the last of the drafts, oldest first, that is alive."""
    alive = [draft for draft in drafts if draft.alive]
    return alive[-1] if alive else None


def absorb_draft(
    drafts: list[Draft],
    proposals: list[Draft],
    begun_drafts: list[BegunDraft],
    event: DraftEvent,
    serial: int,
    at: datetime,
) -> None:
    """Fold what became of a draft into those of its campaign; `proposals` are those that only a preview shows."""
    match event:
        case entries.DraftBegun():
            begun_drafts.append(BegunDraft(serial, at, event))
        case entries.DraftNotSaved(pending=True):
            for begun in begun_drafts:
                begun.missed = begun.missed or begun.serial == event.begun
        case entries.DraftNotSaved() | entries.DraftSaved():
            begun_drafts[:] = [begun for begun in begun_drafts if begun.serial != event.begun]
            if isinstance(event, entries.DraftSaved):
                (proposals if event.for_preview else drafts).append(Draft(at, event))
        case _:
            for draft in (*drafts, *proposals):
                if draft.event.media_id == event.media_id:
                    _absorb(draft, event)


def _absorb(draft: Draft, event: entries.DraftVerified | entries.DraftDeleted | entries.Adopted) -> None:
    if isinstance(event, entries.DraftDeleted):
        draft.alive, draft.doomed = False, (event.reason or "given up") if event.pending else None
        draft.kept_sha256 = event.kept_sha256 or draft.kept_sha256
        return
    draft.kept_sha256 = event.kept_sha256
    if isinstance(event, entries.Adopted):
        draft.event = draft.event.model_copy(update={"draft_sha256": event.draft_sha256})
        draft.done_by_hand, draft.adopted = list(event.handoff or ()), True
