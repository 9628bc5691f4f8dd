"""The messages as they will be sent: what each is called, what it carries, and how a lock writes it.

A message knows whether it goes out as a draft and which material it carries, so that no other room has to ask for its
class to find out. What only one kind has (articles, words, pictures) is for whoever shows or sends that kind.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from massctl.model.digest import sha256_of
from massctl.model.names import MediaId, Sha256

HEADLINE_CHARACTERS_MAX: Final = 40
"""How much of a message's first line is shown to recognise it by."""
_PREFIX: Final = "sha256:"


@dataclass(frozen=True, slots=True)
class MaterialRef:
    """Permanent material that a message carries: a file of ours by its bytes, or what the account has already.

    Exactly one of the two is there.
    """

    sha256: Sha256 | None = None
    media_id: MediaId | None = None

    @property
    def file(self) -> str | None:
        """Give the file as a lock writes it."""
        return None if self.sha256 is None else _PREFIX + self.sha256


@dataclass(frozen=True, slots=True)
class RenderedArticle:
    """One article, rendered: placeholders for pictures, everything else as it will be sent."""

    title: str
    author: str
    digest: str
    content: str
    cover: Sha256
    content_source_url: str | None
    need_open_comment: bool
    only_fans_can_comment: bool
    pic_crop_235_1: str | None = None
    """The part of the cover that the list shows, as WeChat takes it; None leaves it to WeChat."""
    pic_crop_1_1: str | None = None
    """The square that is shown beside other articles and when the article is shared."""

    @property
    def crops(self) -> dict[str, str]:
        """Give the parts of the cover that are decided, by WeChat's names."""
        every = {"pic_crop_235_1": self.pic_crop_235_1, "pic_crop_1_1": self.pic_crop_1_1}
        return {name: crop for name, crop in every.items() if crop is not None}

    @property
    def document(self) -> dict[str, Any]:
        """Give the article as the lock document writes it: its body by digest and length, crops only where decided."""
        return {
            "title": self.title,
            "author": self.author,
            "digest": self.digest,
            "content_source_url": self.content_source_url,
            "need_open_comment": self.need_open_comment,
            "only_fans_can_comment": self.only_fans_can_comment,
            "cover": _PREFIX + self.cover,
            **self.crops,
            "content_sha256": _PREFIX + sha256_of(self.content.encode()),
            "content_chars": len(self.content),
        }


@dataclass(frozen=True, slots=True)
class RenderedNews:
    """A news message (图文消息): one to eight articles, which go out as a draft."""

    articles: tuple[RenderedArticle, ...]

    type: ClassVar[str] = "mpnews"
    has_draft: ClassVar[bool] = True
    materials: ClassVar[tuple[MaterialRef, ...]] = ()
    """None of its own: covers belong to its articles, which the draft holds."""

    @property
    def document(self) -> dict[str, Any]:
        """Give the message as the lock document writes it."""
        return {"type": self.type, "articles": [article.document for article in self.articles]}

    @property
    def headlines(self) -> tuple[str, ...]:
        """Give what a person knows the message by."""
        return tuple(article.title for article in self.articles)


@dataclass(frozen=True, slots=True)
class RenderedText:
    """A text message (文本消息)."""

    content: str

    type: ClassVar[str] = "text"
    has_draft: ClassVar[bool] = False
    materials: ClassVar[tuple[MaterialRef, ...]] = ()

    @property
    def document(self) -> dict[str, Any]:
        """Give the message as the lock document writes it."""
        return {"type": self.type, "content": self.content}

    @property
    def headlines(self) -> tuple[str, ...]:
        """Give what a person knows the message by."""
        return _first_line(self.content)


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """A picture message (图片消息): one picture or several, and words beside them."""

    materials: tuple[MaterialRef, ...]
    """In the order in which followers see them; at least one."""
    recommend: str
    need_open_comment: bool
    only_fans_can_comment: bool
    title: str = ""

    type: ClassVar[str] = "image"
    has_draft: ClassVar[bool] = False

    @property
    def document(self) -> dict[str, Any]:
        """Give the message as the lock document writes it."""
        files = [each.file for each in self.materials if each.file is not None]
        media_ids = [each.media_id for each in self.materials if each.media_id is not None]
        return {
            "type": self.type,
            "files": files or None,
            "media_ids": media_ids or None,
            "title": self.title,
            "recommend": self.recommend,
            "need_open_comment": self.need_open_comment,
            "only_fans_can_comment": self.only_fans_can_comment,
        }

    @property
    def headlines(self) -> tuple[str, ...]:
        """Give what a person knows the message by."""
        return _first_line(self.title or self.recommend)


@dataclass(frozen=True, slots=True)
class RenderedVoice:
    """A voice message (语音消息)."""

    material: MaterialRef

    type: ClassVar[str] = "voice"
    has_draft: ClassVar[bool] = False
    headlines: ClassVar[tuple[str, ...]] = ()
    """A sound has no words to know it by."""

    @property
    def materials(self) -> tuple[MaterialRef, ...]:
        """Give the one material that it carries."""
        return (self.material,)

    @property
    def document(self) -> dict[str, Any]:
        """Give the message as the lock document writes it."""
        return {"type": self.type, "file": self.material.file, "media_id": self.material.media_id}


@dataclass(frozen=True, slots=True)
class RenderedVideo:
    """A video message (视频消息)."""

    material: MaterialRef
    title: str
    description: str

    type: ClassVar[str] = "mpvideo"
    has_draft: ClassVar[bool] = False

    @property
    def materials(self) -> tuple[MaterialRef, ...]:
        """Give the one material that it carries."""
        return (self.material,)

    @property
    def document(self) -> dict[str, Any]:
        """Give the message as the lock document writes it."""
        return {
            "type": self.type,
            "file": self.material.file,
            "media_id": self.material.media_id,
            "title": self.title,
            "description": self.description,
        }

    @property
    def headlines(self) -> tuple[str, ...]:
        """Give what a person knows the message by."""
        return _first_line(self.title)


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """A coupon (卡券)."""

    card_id: str
    card_ext: str | None = field(repr=False)
    """For previews only: signed for a moment, so it is no part of what is approved. It may name an openid."""

    type: ClassVar[str] = "wxcard"
    has_draft: ClassVar[bool] = False
    materials: ClassVar[tuple[MaterialRef, ...]] = ()

    @property
    def document(self) -> dict[str, Any]:
        """Give the message as the lock document writes it."""
        return {"type": self.type, "card_id": self.card_id}

    @property
    def headlines(self) -> tuple[str, ...]:
        """Give what a person knows the message by."""
        return (self.card_id,)


RenderedMessage = RenderedNews | RenderedText | RenderedImage | RenderedVoice | RenderedVideo | RenderedCard


def _first_line(text: str) -> tuple[str, ...]:
    lines = text.strip().splitlines()
    return (lines[0][:HEADLINE_CHARACTERS_MAX],) if lines else ()
