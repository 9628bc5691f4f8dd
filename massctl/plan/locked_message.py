"""The messages of two locks compared: which parts differ, in words."""

from collections.abc import Iterator, Mapping
from typing import Final

from massctl.model.locked_message import (
    LockedArticle,
    LockedCard,
    LockedImage,
    LockedMessage,
    LockedNews,
    LockedText,
    LockedVideo,
    LockedVoice,
)
from massctl.model.phrase import Phrase

_SIMPLE: Final[Mapping[type[LockedMessage], Mapping[str, Phrase]]] = {
    LockedText: {"content": Phrase("the text")},
    LockedImage: {
        "files": Phrase("the pictures"),
        "media_ids": Phrase("the pictures"),
        "title": Phrase("the title"),
        "recommend": Phrase("the recommendation"),
        "need_open_comment": Phrase("the flag {flag}", flag="need_open_comment"),
        "only_fans_can_comment": Phrase("the flag {flag}", flag="only_fans_can_comment"),
    },
    LockedVoice: {"file": Phrase("the sound"), "media_id": Phrase("the sound")},
    LockedVideo: {
        "file": Phrase("the video"),
        "media_id": Phrase("the video"),
        "title": Phrase("the title of the video"),
        "description": Phrase("the description of the video"),
    },
    LockedCard: {"card_id": Phrase("the card_id")},
}
"""Fields of a message without articles, and what they are called."""


def changed_message(old: LockedMessage, new: LockedMessage) -> Iterator[Phrase]:
    """Name the parts in which two messages differ."""
    if isinstance(old, LockedNews) and isinstance(new, LockedNews):
        if len(old.articles) != len(new.articles):
            yield Phrase("the number of articles")
        for number, (one, other) in enumerate(zip(old.articles, new.articles, strict=False), 1):
            yield from _changed_article(number, one, other)
    elif type(old) is type(new):
        parts = _SIMPLE[type(old)]
        yield from dict.fromkeys(parts[key] for key in parts if getattr(old, key) != getattr(new, key))
    else:
        yield Phrase("the type of the message")


def _changed_article(number: int, old: LockedArticle, new: LockedArticle) -> Iterator[Phrase]:
    if old.title != new.title:
        yield Phrase("the title of article {number}", number=number)
    if old.author != new.author:
        yield Phrase("the author of article {number}", number=number)
    if old.digest != new.digest:
        yield Phrase("the digest of article {number}", number=number)
    if old.content_source_url != new.content_source_url:
        yield Phrase("the content_source_url of article {number}", number=number)
    for flag in ("need_open_comment", "only_fans_can_comment"):
        if getattr(old, flag) != getattr(new, flag):
            yield Phrase("the flag {flag} of article {number}", flag=flag, number=number)
    if old.cover != new.cover:
        yield Phrase("the cover of article {number}", number=number)
    if (old.pic_crop_235_1, old.pic_crop_1_1) != (new.pic_crop_235_1, new.pic_crop_1_1):
        yield Phrase("the crop of the cover of article {number}", number=number)
    if old.content_sha256 != new.content_sha256:
        yield Phrase("the text of article {number}", number=number)
