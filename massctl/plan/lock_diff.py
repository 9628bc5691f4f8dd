"""What a plan's JSON has for reviewers, with `--for-review`: how locks stand, and what changed for readers."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum, StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from massctl.model.campaign import ARTICLE_FLAGS, Audience
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.lock import (
    LockedMessage,
    LockedSend,
    LockFile,
)
from massctl.model.message import LockedArticle
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.model.shape import Shape
from massctl.plan.steps import Guard, Refusal

COMMENT_MARK = "<!-- massctl:plan -->"
"""The first line of a plan's comment: by it an earlier one is found, and replaced. People do not see it."""
_FIRST_YEAR = 2000
_LAST_YEAR = 2200
"""No plan tells of another moment; at the ends of the calendar a moment has no name in another offset."""


def _of_this_age(at: datetime) -> datetime:
    if at.tzinfo is None or not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError("no moment of a plan")
    return at


PlannedMoment = Annotated[datetime, AfterValidator(_of_this_age)]
"""A moment with its offset."""


class LockState(StrEnum):
    """How a campaign's lock stands to what would be sent."""

    LOCKED = "locked"
    """It is what would be sent."""
    STALE = "stale"
    """It is of other content."""
    MISSING = "missing"
    """There is none."""


class Mark(Enum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


class Piece(Frozen):
    """A run of text with one fate: kept and removed pieces make the old text, kept and added ones the new."""

    mark: Mark
    """What became of it."""
    text: str
    """The words."""


class ReviewedRow(Shape, kw_only=True):
    """One thing that changed for readers."""

    words: str
    """What it is, for people."""
    article: Annotated[int, Field(ge=1)] | None = None
    """The number of the article that it is about; null where it is about the whole message, or an article that went."""
    inner: bool
    """Whether it belongs to the article of the row above."""
    pieces: Sequence[Piece] = ()
    """Where it is about a text: its pieces, right after the words."""


class ReviewedPart(StrEnum):
    """What changed beside words and pictures, as far as it decides who gets it, by whom and when."""

    NEW = "new"
    """There was no such campaign before."""
    ACCOUNT = "account"
    """Another account sends it."""
    AUDIENCE = "audience"
    """Other people get it, or others are expected."""
    WINDOW = "window"
    """It goes out at another time."""
    EDITION = "edition"
    """It goes out once more, or under another number."""


class ReviewedChanges(Shape, kw_only=True):
    """What changed in one campaign."""

    against: str
    """What it is compared with, for people."""
    parts: Sequence[ReviewedPart] = ()
    """What changed beside words and pictures."""
    rows: Sequence[ReviewedRow]
    """What changed, who gets it and when first."""


class Review(Shape):
    """When a plan was shown to reviewers, and in which language."""

    at: PlannedMoment
    """The moment of the plan, with its offset."""
    language: Literal["zh", "en"]
    """The language of the sentences in it."""


def changed_message(old: LockedMessage, new: LockedMessage) -> Iterator[Phrase]:
    """Name the parts in which two messages differ."""
    if old.type != new.type:
        yield Phrase("the type of the message")
        return
    if len(old.articles) != len(new.articles):
        yield Phrase("the number of articles")
    for number, (one, other) in enumerate(zip(old.articles, new.articles, strict=False), 1):
        yield from _changed_article(number, one, other)
    parts = old.parts.items()
    yield from dict.fromkeys(name for key, name in parts if getattr(old, key) != getattr(new, key))


_ARTICLE_PARTS = {
    "title": Phrase("the title of article {number}"),
    "author": Phrase("the author of article {number}"),
    "digest": Phrase("the digest of article {number}"),
    "content_source_url": Phrase("the content_source_url of article {number}"),
    **dict.fromkeys(ARTICLE_FLAGS, Phrase("the flag {flag} of article {number}")),
    "cover": Phrase("the cover of article {number}"),
    "crops": Phrase("the crop of the cover of article {number}"),
    "content_sha256": Phrase("the text of article {number}"),
}
"""What an article says, and what people call that."""


def _changed_article(number: int, old: LockedArticle, new: LockedArticle) -> Iterator[Phrase]:
    for key, say in _ARTICLE_PARTS.items():
        if getattr(old, key) != getattr(new, key):
            flag = {"flag": key} if key in ARTICLE_FLAGS else {}
            yield Phrase(say, **flag, number=number)


class FramePart(Frozen):
    """A part of what is approved around the message, in which two locks differ."""

    what: Phrase
    part: ReviewedPart | None
    """None for what no reviewer has to see at once."""
    before: int | str | bool | Audience | LockedSend
    """For the window, all of `send`."""
    after: int | str | bool | Audience | LockedSend


def lock_unfit(name: CampaignName, faults: Sequence[Phrase]) -> Refusal:
    """Refuse a campaign whose lock massctl did not write for it; `faults` names at least one thing."""
    return Refusal(
        Guard.LOCK_STALE,
        Phrase("it differs from what was locked: {differences}", differences=enumerated(faults)),
        _lock_anew(name),
    )


def lock_stale(before: LockFile, after: LockFile) -> Refusal:
    """Refuse a campaign that renders otherwise than it was locked; says first whether files or massctl changed."""
    versions = changed_versions(before.renderer, after.renderer)
    files = list(_changed_by_files(before, after))
    rest = [each for each in changed_parts(before, after) if each not in files]
    if not versions or not rest:
        return Refusal(
            Guard.LOCK_STALE,
            Phrase(
                "your files changed since it was locked: {differences}",
                differences=enumerated([*files, *rest]),
            ),
            _lock_anew(CampaignName(after.campaign)),
        )
    told = {"versions": enumerated(versions), "differences": enumerated(rest)}
    if files:
        say = Phrase(
            "massctl changed since it was locked ({versions}) and renders differently: {differences}; "
            "your files changed too: {files}",
            files=enumerated(files),
            **told,
        )
    else:
        say = Phrase(
            "massctl changed since it was locked ({versions}) and renders differently: {differences}",
            **told,
        )
    return Refusal(
        Guard.LOCK_STALE,
        say,
        Phrase(
            "lock it again and have that reviewed: {command}",
            command=Command("lock", after.campaign),
        ),
    )


def _lock_anew(name: CampaignName) -> Phrase:
    return Phrase(
        "undo the change, or lock it again and have that reviewed: {command}",
        command=Command("lock", name),
    )


def changed_versions(before: str, after: str) -> list[Phrase]:
    """Name the versions in which two renderers differ; each is written `massctl 0.1.0, pillow 13.0.0`."""
    old, new = (
        dict(each.rpartition(" ")[::2] for each in renderer.split(", "))
        for renderer in (before, after)
    )
    return [
        Phrase(
            "{name} {before} → {after}",
            name=name,
            before=old.get(name, "-"),
            after=new.get(name, "-"),
        )
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def changed_parts(before: LockFile, after: LockFile) -> list[Phrase]:
    """Name every approved part in which two locks differ."""
    frame = [part.what for part in changed_frame(before, after)]
    around = [*_changed_links(before, after), *_changed_pictures(before, after)]
    said = [*changed_message(before.message, after.message)]
    if not said and before.destinations != after.destinations:
        # Another version of massctl reads them otherwise.
        said = [Phrase("the destinations")]
    return [*frame, *said, *around]


def _changed_by_files(before: LockFile, after: LockFile) -> Iterator[Phrase]:
    """Name the parts that no version of massctl decides: settings, and pictures whose own file changed."""
    yield from (part.what for part in changed_frame(before, after))
    old, new = (
        {each.path: each.source_sha256 for each in lock.pictures} for lock in (before, after)
    )
    edited = {path for path, _ in old.items() ^ new.items()}
    yield from (
        each for each in _changed_pictures(before, after) if each.values.get("path") in edited
    )


def _changed_links(before: LockFile, after: LockFile) -> Iterator[Phrase]:
    for key in sorted({key for key, _ in before.links.items() ^ after.links.items()}):
        yield Phrase("the link to {article}", article=key)


def changed_frame(before: LockFile, after: LockFile) -> Iterator[FramePart]:
    """Return every part but the message and its pictures in which two locks differ."""
    if before.campaign != after.campaign:
        yield FramePart(
            Phrase("the campaign's name (locked as {campaign})", campaign=before.campaign),
            None,
            before.campaign,
            after.campaign,
        )
    if before.edition != after.edition:
        yield FramePart(Phrase("the edition"), ReviewedPart.EDITION, before.edition, after.edition)
    if before.account.appid != after.account.appid:
        yield FramePart(
            Phrase("the account"), ReviewedPart.ACCOUNT, before.account.appid, after.account.appid
        )
    if before.audience != after.audience:
        yield FramePart(
            Phrase("the audience"), ReviewedPart.AUDIENCE, before.audience, after.audience
        )
    if (before.send.not_before, before.send.not_after) != (
        after.send.not_before,
        after.send.not_after,
    ):
        yield FramePart(Phrase("the window"), ReviewedPart.WINDOW, before.send, after.send)
    old = before.send.send_ignore_reprint
    new = after.send.send_ignore_reprint
    if old != new:
        yield FramePart(Phrase("the flag send_ignore_reprint"), None, old, new)


def _changed_pictures(before: LockFile, after: LockFile) -> Iterator[Phrase]:
    old = {(each.sha256, each.purpose): each.path for each in before.pictures}
    new = {(each.sha256, each.purpose): each.path for each in after.pictures}
    for path, purpose in dict.fromkeys(
        [(new[key], key[1]) for key in new if key not in old]
        + [(old[key], key[1]) for key in old if key not in new]
    ):
        recording = purpose in ("voice", "video")
        yield (
            Phrase("the media file {path}", path=path)
            if recording
            else Phrase("the picture {path}", path=path)
        )
    if old.keys() == new.keys() and list(old) != list(new):
        yield Phrase("the order of the pictures")
