"""Two locks compared: which parts differ, in words, and the refusals that follow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from massctl.model.campaign import Audience
from massctl.model.lock import LockedSend, LockFile
from massctl.model.names import CampaignName
from massctl.model.phrase import Phrase, enumerated
from massctl.plan.locked_message import changed_message
from massctl.plan.planned_review import ReviewedPart
from massctl.plan.step import Guard, Refusal


@dataclass(frozen=True, slots=True)
class FramePart:
    """A part of what is approved around the message, in which two locks differ."""

    what: Phrase
    part: ReviewedPart | None
    """None for what no reviewer has to see at once."""
    before: int | str | bool | Audience | LockedSend
    """For the window, all of `send`."""
    after: int | str | bool | Audience | LockedSend


def lock_missing(name: CampaignName) -> Refusal:
    """Refuse a campaign that was never locked."""
    return Refusal(
        Guard.LOCK_MISSING,
        Phrase("it is not locked, and only what is locked is sent"),
        Phrase("massctl lock {name}   then have campaign.lock.json reviewed and commit it", name=name),
    )


def lock_stale(name: CampaignName, differences: Sequence[Phrase]) -> Refusal:
    """Refuse a campaign that is not what was locked; `differences` names at least one thing."""
    return Refusal(
        Guard.LOCK_STALE,
        Phrase("it is not what was locked: {differences}", differences=enumerated(differences)),
        Phrase("undo the change; or lock it anew and have that reviewed: massctl lock {name}", name=name),
    )


def changed_parts(before: LockFile, after: LockFile) -> list[Phrase]:
    """Name every approved part in which two locks differ."""
    frame = [part.what for part in changed_frame(before, after)]
    return [*frame, *changed_message(before.message, after.message), *_changed_pictures(before, after)]


def changed_frame(before: LockFile, after: LockFile) -> Iterator[FramePart]:
    """Give every part but the message and its pictures in which two locks differ."""
    if before.campaign != after.campaign:
        say = Phrase("the campaign's name (locked as {campaign})", campaign=before.campaign)
        yield FramePart(say, None, before.campaign, after.campaign)
    if before.edition != after.edition:
        yield FramePart(Phrase("the edition"), ReviewedPart.EDITION, before.edition, after.edition)
    if before.account.appid != after.account.appid:
        yield FramePart(Phrase("the account"), ReviewedPart.ACCOUNT, before.account.appid, after.account.appid)
    if before.audience != after.audience:
        yield FramePart(Phrase("the audience"), ReviewedPart.AUDIENCE, before.audience, after.audience)
    if (before.send.not_before, before.send.not_after) != (after.send.not_before, after.send.not_after):
        yield FramePart(Phrase("the window"), ReviewedPart.WINDOW, before.send, after.send)
    old, new = before.send.send_ignore_reprint, after.send.send_ignore_reprint
    if old != new:
        yield FramePart(Phrase("the flag send_ignore_reprint"), None, old, new)


def _changed_pictures(before: LockFile, after: LockFile) -> Iterator[Phrase]:
    old = {(each.sha256, each.purpose): each.path for each in before.pictures}
    new = {(each.sha256, each.purpose): each.path for each in after.pictures}
    for path, purpose in dict.fromkeys(
        [(new[key], key[1]) for key in new if key not in old] + [(old[key], key[1]) for key in old if key not in new]
    ):
        recording = purpose in ("voice", "video")
        yield Phrase("the media file {path}" if recording else "the picture {path}", path=path)
    if old.keys() == new.keys() and list(old) != list(new):
        yield Phrase("the order of the pictures")
