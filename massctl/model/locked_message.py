"""The message of a lock, one model a kind, and the way back to what is sent."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, assert_never

from pydantic import Field

from massctl.model.campaign import CropText
from massctl.model.message import (
    MaterialRef,
    RenderedArticle,
    RenderedCard,
    RenderedImage,
    RenderedMessage,
    RenderedNews,
    RenderedText,
    RenderedVideo,
    RenderedVoice,
)
from massctl.model.names import MediaId, Sha256
from massctl.model.strict import NonEmpty, PrefixedDigest, Strict

_PREFIX: Final = "sha256:"


class LockedArticle(Strict):
    """One article; its body is rendered/article-N.html."""

    title: str
    """The title."""
    author: str
    """The author."""
    digest: str
    """The summary."""
    content_source_url: str | None
    """The address behind "read original"; null without one."""
    need_open_comment: bool
    """Whether it can be commented on."""
    only_fans_can_comment: bool
    """Whether only followers can comment."""
    cover: PrefixedDigest
    """The bytes of the cover, as they are uploaded."""
    content_sha256: PrefixedDigest
    """The bytes of the body, with `massctl-picture:SHA256` for each picture."""
    content_chars: Annotated[int, Field(ge=0)]
    """The length of that body in code points."""
    pic_crop_235_1: CropText | None = None
    """The part of the cover that the list shows; absent where WeChat decides."""
    pic_crop_1_1: CropText | None = None
    """The square of the cover that is shown when the article is shared; absent where WeChat decides."""


class LockedNews(Strict):
    """A news message."""

    type: Literal["mpnews"]
    """Always `mpnews`."""
    articles: Annotated[list[LockedArticle], Field(min_length=1, max_length=8)]
    """The articles, first one on top."""


class LockedText(Strict):
    """A text message."""

    type: Literal["text"]
    """Always `text`."""
    content: str
    """The words; rendered/message.txt holds them too."""


class LockedImage(Strict):
    """A picture message."""

    type: Literal["image"]
    """Always `image`."""
    files: Annotated[list[PrefixedDigest], Field(min_length=1)] | None
    """The pictures in their order, each by the bytes that are uploaded; null where `media_ids` stand in their place."""
    media_ids: Annotated[list[NonEmpty], Field(min_length=1)] | None
    """Material that the account has, in place of files; null where there are files."""
    title: str
    """The title above the pictures; may be empty."""
    recommend: str
    """The words shown with the pictures."""
    need_open_comment: bool
    """Whether it can be commented on."""
    only_fans_can_comment: bool
    """Whether only followers can comment."""


class LockedVoice(Strict):
    """A voice message."""

    type: Literal["voice"]
    """Always `voice`."""
    file: PrefixedDigest | None
    """The sound's bytes, as they are uploaded; null where `media_id` stands in its place."""
    media_id: NonEmpty | None
    """Material that the account has; null where there is a file."""


class LockedVideo(Strict):
    """A video message."""

    type: Literal["mpvideo"]
    """Always `mpvideo`."""
    file: PrefixedDigest | None
    """The video's bytes, as they are uploaded; null where `media_id` stands in its place."""
    media_id: NonEmpty | None
    """Material that the account has; null where there is a file."""
    title: str
    """The video's title."""
    description: str
    """The video's description."""


class LockedCard(Strict):
    """A coupon; `card_ext` is for previews and no part of it."""

    type: Literal["wxcard"]
    """Always `wxcard`."""
    card_id: NonEmpty
    """The coupon's id."""


LockedMessage = Annotated[
    LockedNews | LockedText | LockedImage | LockedVoice | LockedVideo | LockedCard, Field(discriminator="type")
]


def restored(message: LockedMessage, bodies: Sequence[str], card_ext: str | None) -> RenderedMessage:
    """Give the message that was locked; `bodies` are those of its articles."""
    match message:
        case LockedText():
            return RenderedText(message.content)
        case LockedNews():
            return RenderedNews(
                tuple(_article(each, body) for each, body in zip(message.articles, bodies, strict=True))
            )
        case LockedImage():
            ours = tuple(_material(each, None) for each in message.files or ())
            given = tuple(_material(None, each) for each in message.media_ids or ())
            return RenderedImage(
                (*ours, *given),
                message.recommend,
                message.need_open_comment,
                message.only_fans_can_comment,
                message.title,
            )
        case LockedVoice():
            return RenderedVoice(_material(message.file, message.media_id))
        case LockedVideo():
            return RenderedVideo(_material(message.file, message.media_id), message.title, message.description)
        case LockedCard():
            return RenderedCard(message.card_id, card_ext)
        case _:
            assert_never(message)


def _material(file: str | None, media_id: str | None) -> MaterialRef:
    if file is not None:
        return MaterialRef(sha256=Sha256(file.removeprefix(_PREFIX)))
    return MaterialRef(media_id=MediaId(media_id) if media_id is not None else None)


def _article(article: LockedArticle, body: str) -> RenderedArticle:
    return RenderedArticle(
        title=article.title,
        author=article.author,
        digest=article.digest,
        content=body,
        cover=Sha256(article.cover.removeprefix(_PREFIX)),
        content_source_url=article.content_source_url,
        need_open_comment=article.need_open_comment,
        only_fans_can_comment=article.only_fans_can_comment,
        pic_crop_235_1=article.pic_crop_235_1,
        pic_crop_1_1=article.pic_crop_1_1,
    )
