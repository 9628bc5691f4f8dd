"""Steps in words: planned ones with their sign and reason, done ones in a sentence."""

from collections.abc import Sequence
from typing import Final

from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase, plural_phrase
from massctl.plan.plan import PlannedCampaign
from massctl.plan.steps import Kind, SaveDraft, SendMass, SendPreview, Step, UploadMedia
from massctl.view.message_text import short_path
from massctl.view.page import DOT, Inked, Part, Table
from massctl.view.style import Ink
from massctl.view.words import REASON, audience_words, followers, jobs_words, reviewer, symbol

UPLOADS_SHOWN: Final = 8
"""More uploads of one campaign are shown as a number: they must not push the send out of sight."""


def step_rows(table: Table, planned: PlannedCampaign, label: str) -> None:
    """Add a row for each planned step of a campaign."""
    uploads = [step for step in planned.steps if isinstance(step, UploadMedia)]
    hidden = uploads[UPLOADS_SHOWN - 1 :] if len(uploads) > UPLOADS_SHOWN else []
    for step, times in folded(planned.steps):
        if any(step is each for each in hidden):
            if step is hidden[0]:
                table.row(label, "+ ", Phrase("and {count} more pictures", count=len(hidden)), inner=2)
            continue
        ink = Ink.ALARM if isinstance(step, SendMass) else Ink.PLAIN
        parts: list[Part] = [Inked(f"{symbol(step)} ", ink), Inked(planned_words(step, planned, times), ink)]
        table.row(label, *parts, DOT, Inked(REASON[step.reason], Ink.DETAIL), inner=2)
        label = ""


def folded(steps: Sequence[Step]) -> list[tuple[Step, int]]:
    """Give each step and how often it stands there: batches that differ in their number alone stand once, as a run."""
    found: list[tuple[Step, int]] = []
    for step in steps:
        before, times = found[-1] if found else (None, 0)
        if before is not None and _follows(step, before, times):
            found[-1] = (before, times + 1)
        else:
            found.append((step, 1))
    return found


def _follows(step: Step, before: Step, times: int) -> bool:
    """Say whether a step does to the next batch what `times` steps from `before` on do to theirs."""
    if not isinstance(step, SaveDraft | SendMass) or not isinstance(before, SaveDraft | SendMass):
        return False
    if step.batch is None or before.batch is None:
        return False
    return (step.kind, step.reason, step.batch) == (before.kind, before.reason, before.batch + times)


def planned_words(step: Step, planned: PlannedCampaign, times: int = 1) -> Phrase:
    """Say what a planned step does, or `times` of them that are batches of one list."""
    match step:
        case UploadMedia(media=media):
            path = short_path(media.path, planned.name)
            inline = step.kind is Kind.UPLOAD_IMAGE
            return Phrase("upload picture {path}", path=path) if inline else Phrase("add material {path}", path=path)
        case SaveDraft():
            return _planned_draft(step, times)
        case SendPreview():
            return Phrase("preview to {reviewer}", reviewer=reviewer(step))
        case SendMass(campaign=campaign, batch=batch) if batch is not None:
            return _planned_batches(campaign, batch, times)
        case SendMass(campaign=campaign):
            who = audience_words(campaign.audience)
            if planned.audience_count is not None:
                who = Phrase("{audience}, {followers}", audience=who, followers=followers(planned.audience_count))
            return Phrase("send to {audience}: this cannot be undone", audience=who)


def _planned_draft(step: SaveDraft, times: int) -> Phrase:
    if times > 1:
        return Phrase("save {count} drafts, one for each batch", count=times)
    if step.for_preview:
        return Phrase("save a draft of its own for the preview: this is not the tip")
    if step.supersedes is None:
        return Phrase("save the draft")
    return Phrase("save a new draft in place of the old one")


def _planned_batches(campaign: RenderedCampaign, batch: int, times: int) -> Phrase:
    who = audience_words(campaign.audience)
    if times == 1:
        say = Phrase("send batch {batch} of {batches} to {audience}: this cannot be undone")
        return Phrase(say, batch=batch, batches=campaign.batches, audience=who)
    if times != campaign.batches:
        say = Phrase(
            "send batches {first}–{last} of {batches} to {audience}, one after the other: this cannot be undone"
        )
        return Phrase(say, first=batch, last=batch + times - 1, batches=campaign.batches, audience=who)
    say = Phrase("send to {audience} in {jobs}, one after the other: this cannot be undone")
    return Phrase(say, audience=who, jobs=jobs_words(times))


def done_rows(table: Table, performed: list[Step], label: str) -> None:
    """Add rows for what was done, in the order of the stages; nothing where nothing was."""
    for line in done_words(performed):
        table.row(label, Inked("✓ ", Ink.DONE), line, inner=2)
        label = ""


def done_words(performed: list[Step]) -> list[Phrase]:
    """Say what was done."""
    said: list[Phrase] = []
    images = sum(step.kind is Kind.UPLOAD_IMAGE for step in performed)
    materials = sum(step.kind is Kind.ADD_MATERIAL for step in performed)
    if images:
        said.append(plural_phrase("uploaded {count} picture", "uploaded {count} pictures", count=images))
    if materials:
        said.append(plural_phrase("added {count} material", "added {count} materials", count=materials))
    for step, times in folded(performed):
        match step:
            case SaveDraft() if times > 1:
                said.append(Phrase("saved {count} drafts and read them back", count=times))
            case SaveDraft(for_preview=True):
                said.append(Phrase("saved a draft of its own for the preview; the staged one stays"))
            case SaveDraft():
                said.append(Phrase("saved the draft and read it back"))
            case SendPreview():
                said.append(Phrase("showed the preview to {reviewer}", reviewer=reviewer(step)))
            case SendMass(campaign=campaign, batch=batch) if batch is not None:
                who = audience_words(campaign.audience)
                say = Phrase("WeChat accepted {count} of {batches} batches to {audience}")
                said.append(Phrase(say, count=times, batches=campaign.batches, audience=who))
            case SendMass(campaign=campaign):
                who = audience_words(campaign.audience)
                said.append(Phrase("WeChat accepted the send to {audience}", audience=who))
            case UploadMedia():
                pass  # Counted above.
    return said
