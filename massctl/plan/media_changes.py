"""What changed in a message of pictures, a sound, a video or a coupon, for people."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

from massctl.model.lock import LockFile
from massctl.model.locked_message import LockedImage, LockedMessage, LockedNews, LockedText
from massctl.plan.changes import Change, FieldChanged, PictureChanged, PictureSeen
from massctl.plan.word_changes import Budget, word_changes

_WORDS: Final = ("title", "description", "recommend", "card_id", "media_id")
_FLAGS: Final = ("need_open_comment", "only_fans_can_comment")
_PREFIX: Final = "sha256:"


def media_changes(before: LockFile, after: LockFile, budget: Budget) -> Iterator[Change]:
    """Give what differs; of two messages with words or articles nothing, for those are compared elsewhere."""
    old, new = before.message, after.message
    if all(isinstance(each, LockedNews | LockedText) for each in (old, new)):
        return
    if old.type != new.type:
        yield FieldChanged("type", old.type, new.type)
        return
    for key in _WORDS:
        was, now = getattr(old, key, None) or "", getattr(new, key, None) or ""
        if was != now:
            yield FieldChanged(key, was, now, word_changes(was, now, budget))
    if isinstance(old, LockedImage) and isinstance(new, LockedImage):
        yield from _image_changes(old, new)
    seen, shown = _seen(before), _seen(after)
    for one, other in _moved(_files(old), _files(new)):
        yield PictureChanged(seen.get(one), shown.get(other), is_recording=not isinstance(new, LockedImage))


def _image_changes(old: LockedImage, new: LockedImage) -> Iterator[Change]:
    was, now = ", ".join(old.media_ids or ()), ", ".join(new.media_ids or ())
    if was != now:
        yield FieldChanged("media_ids", was, now)
    for key in _FLAGS:
        if getattr(old, key) != getattr(new, key):
            yield FieldChanged(key, getattr(old, key), getattr(new, key))


def _moved(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Pair what went with what came in its place; at most twenty of each."""
    for tag, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from zip_longest(old[start:end], new[begin:stop])


def _files(message: LockedMessage) -> list[str]:
    if isinstance(message, LockedImage):
        return list(message.files or ())
    file = getattr(message, "file", None)
    return [file] if file is not None else []


def _seen(lock: LockFile) -> Mapping[str | None, PictureSeen]:
    """Give the files of a lock by digest."""
    return {
        each.sha256: PictureSeen(each.sha256.removeprefix(_PREFIX), "", each.path, each.size_bytes)
        for each in lock.pictures
    }
