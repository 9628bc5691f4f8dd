"""The message of a lock against what campaign.yaml declares, and against another lock: which parts differ, in words."""

from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from massctl.model.campaign import Article, Image, Message, MpNews, MpVideo, Text, Voice, WxCard
from massctl.model.cover import Crop
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


def declared_message(locked: LockedMessage, declared: Message) -> LockedMessage:
    """Give the locked message with all that campaign.yaml says of it without running a template or reading a file.

    Of another type it is only good for telling that the type differs.
    """
    match declared:
        case MpNews():
            return _declared_news(locked, declared)
        case Text():
            old = locked.content if isinstance(locked, LockedText) else ""
            return LockedText(type="text", content=_plain(declared.content, old) or "")
        case Image():
            return _declared_image(locked, declared)
        case Voice():
            was_voice = locked if isinstance(locked, LockedVoice) else None
            file, media_id = _declared_material(declared, was_voice)
            return LockedVoice.model_construct(type="voice", file=file, media_id=media_id)
        case MpVideo():
            was = locked if isinstance(locked, LockedVideo) else None
            file, media_id = _declared_material(declared, was)
            return LockedVideo.model_construct(
                type="mpvideo",
                file=file,
                media_id=media_id,
                title=_plain(declared.title, was.title if was else ""),
                description=_plain(declared.description, was.description if was else ""),
            )
        case WxCard():
            old = locked.card_id if isinstance(locked, LockedCard) else ""
            return LockedCard.model_construct(type="wxcard", card_id=_plain(declared.card_id, old))
        case _:
            assert_never(declared)


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


def _declared_news(locked: LockedMessage, declared: MpNews) -> LockedNews:
    locked_articles = locked.articles if isinstance(locked, LockedNews) else []
    pairs = list(zip(locked_articles, declared.articles, strict=False))
    articles = [_declared_article(article, written) for article, written in pairs]
    # One more or less is told by their number alone.
    spare = len(declared.articles) - len(articles)
    return LockedNews.model_construct(type="mpnews", articles=articles + articles[-1:] * spare)


def _declared_image(locked: LockedMessage, declared: Image) -> LockedImage:
    was = locked if isinstance(locked, LockedImage) else None
    files, media_ids = (was.files, was.media_ids) if was else (None, None)
    # Which bytes a file holds its sources tell; here only how many there are.
    same_files = bool(files) and len(files or ()) == len(declared.files or ())
    same_ids = len(media_ids or ()) == len(declared.media_ids or ())
    old_ids = media_ids if media_ids and same_ids else declared.media_ids
    return LockedImage.model_construct(
        type="image",
        files=files if same_files else list(declared.files or ()) or None,
        media_ids=[_plain(*pair) or "" for pair in zip(declared.media_ids or (), old_ids or (), strict=True)] or None,
        title=_plain(declared.title, was.title if was else "") or "",
        recommend=_plain(declared.recommend, was.recommend if was else "") or "",
        need_open_comment=declared.need_open_comment,
        only_fans_can_comment=declared.only_fans_can_comment,
    )


def _declared_material(
    declared: Voice | MpVideo, locked: LockedVoice | LockedVideo | None
) -> tuple[str | None, str | None]:
    """Give file and media_id as a lock would have them; which bytes the file holds its sources tell."""
    file, media_id = (locked.file, locked.media_id) if locked else (None, None)
    if declared.file is not None:
        return file or declared.file, None
    return None, _plain(declared.media_id or "", media_id)


def _declared_article(locked: LockedArticle, written: Article) -> LockedArticle:
    return locked.model_copy(
        update={
            "title": _plain(written.title, locked.title),
            "author": _plain(written.author, locked.author),
            "digest": _plain(written.digest, locked.digest),
            "content_source_url": _plain(written.content_source_url or "", locked.content_source_url) or None,
            "need_open_comment": written.need_open_comment,
            "only_fans_can_comment": written.only_fans_can_comment,
            "pic_crop_235_1": _declared_crop(written.cover.crop_235_1, written, locked.pic_crop_235_1),
            "pic_crop_1_1": _declared_crop(written.cover.crop_1_1, written, locked.pic_crop_1_1),
        }
    )


def _declared_crop(crop: str | None, written: Article, locked: str | None) -> str | None:
    """Give a part of a cover as a lock would have it; what a focus comes to only the picture's size tells."""
    return locked if crop is None and written.cover.focus is not None else _same_form(crop)


def _same_form(crop: str | None) -> str | None:
    """Spell a part of a cover as a lock does."""
    parsed = Crop.parse(crop) if crop is not None else None
    return parsed.text if parsed is not None else None


def _plain(written: str, locked: str | None) -> str | None:
    """Give what a string of campaign.yaml means, or what was locked where only a template could tell."""
    return locked if any(mark in written for mark in ("{{", "{%", "{#")) else written.strip()


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
