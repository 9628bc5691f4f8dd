"""The messages as they will be sent: what each is called, what it carries, and how a lock writes it.

Files and bodies stand in a message by their names. A message knows whether it goes out as a draft, which material it
carries and what people call its parts, so that no other package has to check its class. One more kind is one class
here, one reader in `render/message.py` and one body in `wechat/wire.py`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
)

from massctl.errors import InvariantError
from massctl.model.batches import OpenidList
from massctl.model.campaign import LISTS, PART, ArticleFlags, Audience, CropText
from massctl.model.destination import (
    Destination,
    DestinationKind,
    article_at,
)
from massctl.model.destination_html import in_body, in_text, shows_unread_picture
from massctl.model.diagnostics import Diagnostic
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    AccountName,
    AppId,
    CampaignName,
    Digest,
    Folder,
    MediaId,
    Sha256,
    digest_of,
    group_of,
    prefixed,
    sha256_of,
    unprefixed,
)
from massctl.model.phrase import Phrase
from massctl.model.strict import IN_LOCKS, NonEmpty
from massctl.model.word_count import WordCount, words_of

if TYPE_CHECKING:
    from massctl.model.inputs import JudgedInputs

OPENING_CHARACTERS = 200
"""So much of an article is shown: what a follower reads before scrolling."""
HEADLINE_CHARACTERS_MAX = 40
"""How much of a message's first line is shown to recognise it by."""
MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "mp3": "audio/mpeg",
    "amr": "audio/amr",
    "wav": "audio/wav",
    "wma": "audio/x-ms-wma",
    "mp4": "video/mp4",
}
"""Extension of a picture, sound or video -> its media type, where it is uploaded and where it is shown."""


class MaterialRef(Frozen):
    """Permanent material that a message carries: a file of ours by its bytes, or what the account has already.

    Exactly one of the two is there.
    """

    sha256: Sha256 | None = None
    media_id: MediaId | None = None


GivenId = Annotated[MediaId, StringConstraints(min_length=1)]
"""Material that the account has already."""


PrefixedSha256 = Annotated[
    Sha256,
    StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$"),
    AfterValidator(unprefixed),
]
"""The name of some bytes, which a lock writes with `sha256:` before it."""


def _refuse_key(_: object) -> bool:
    raise ValueError("is_promise is not a key of a lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedArticle(ArticleFlags):
    """One article; its body stands here by digest and length."""

    __pydantic_config__: ClassVar = IN_LOCKS

    title: str
    """The title."""
    author: str
    """The author."""
    digest: str
    """The summary."""
    content_source_url: str | None
    """The address behind "read original"; null without one."""
    need_open_comment: StrictBool
    """Whether it can be commented on."""
    only_fans_can_comment: StrictBool
    """Whether only followers can comment."""
    cover: PrefixedSha256
    """The cover: what names it in `pictures`."""
    content_sha256: PrefixedSha256
    """The bytes of the body, with `massctl-picture:SHA256` for each picture."""
    content_chars: Annotated[StrictInt, Field(ge=0)]
    """The length of that body in code points."""
    pic_crop_235_1: CropText | None = None
    """The part of the cover that the list shows; absent where WeChat decides."""
    pic_crop_1_1: CropText | None = None
    """The square of the cover that is shown when the article is shared; absent where WeChat decides."""

    @property
    def crops(self) -> dict[str, str]:
        """Return the parts of the cover that are decided, by WeChat's names."""
        every = {"pic_crop_235_1": self.pic_crop_235_1, "pic_crop_1_1": self.pic_crop_1_1}
        return {name: crop for name, crop in every.items() if crop is not None}

    def destinations(self, at: str) -> Iterator[Destination]:
        """Yield where "read original" leads; `at` says where the article stands."""
        if self.content_source_url:
            yield Destination(DestinationKind.READ_MORE, self.content_source_url, at)

    @property
    def document(self) -> dict[str, Any]:
        """Return the article as the lock document writes it: crops only where they are decided."""
        return {
            "title": self.title,
            "author": self.author,
            "digest": self.digest,
            "content_source_url": self.content_source_url,
            **self.written_flags,
            "cover": prefixed(self.cover),
            **self.crops,
            "content_sha256": prefixed(self.content_sha256),
            "content_chars": self.content_chars,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableArticle(LockedArticle):
    """An article whose body is at hand, so that it can be shown."""

    content: str
    """The body, with `massctl-picture:SHA256` for each picture."""
    content_sha256: Sha256 = field(init=False)
    content_chars: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "content_sha256", sha256_of(self.content.encode()))
        object.__setattr__(self, "content_chars", len(self.content))

    def destinations(self, at: str) -> Iterator[Destination]:
        """Yield every place that a tap or a play of it leads; "read original" is the last."""
        yield from in_body(self.content, at)
        yield from LockedArticle.destinations(self, at)

    @property
    def word_count(self) -> "WordCount":
        """Count what a reader reads of the body."""
        return WordCount.of_body(self.content)

    @property
    def opening(self) -> str:
        """Return the first words of the body on one line, cut with an ellipsis."""
        words = " ".join(words_of(self.content).split())
        return words[:OPENING_CHARACTERS] + "…" * (len(words) > OPENING_CHARACTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedArticle(ReadableArticle):
    """An article that this run rendered: only of these a draft is made."""

    theme: str | None = field(default=None, compare=False)
    """The name of its theme, for reports; no part of what is approved or sent. None for HTML of somebody else."""


A_co = TypeVar("A_co", bound=LockedArticle, covariant=True)


@dataclass(frozen=True, slots=True)
class Message(ABC, Generic[A_co]):
    """What is sent: one message of one kind, with files and bodies by name, as a lock writes it.

    `A_co` says where it comes from. A `RenderedMessage` was rendered in this run, and a request is made of it. A
    `LockedMessage` was read from a lock: it promises what is sent, and nothing is made of it.
    """

    __pydantic_config__: ClassVar = IN_LOCKS

    has_draft: ClassVar[bool] = False
    has_own_id: ClassVar[bool] = False
    """A send carries an id that was made for it, of a draft or a video; a repetition carries the same one."""
    is_recording: ClassVar[bool] = False
    """Its file is a sound or a video, and no picture."""
    recorded_kind: ClassVar[str]
    """What the kind is called in fingerprints of requests, which ledgers hold."""
    label: ClassVar[Phrase]
    """What people call a kind without articles and text."""
    parts: ClassVar[Mapping[str, Phrase]] = {}
    """What it says, by the keys of a lock in their order, and what people call that."""
    shown_parts: ClassVar[tuple[str, ...]] = ()
    """The keys of the words that a plan shows."""
    sign: ClassVar[str] = ""
    """A character that stands for the kind where it has no picture."""

    is_promise: Annotated[bool, BeforeValidator(_refuse_key)] = field(
        default=False, kw_only=True, compare=False, repr=False
    )
    """Whether it was read from a lock. No lock may say so itself."""

    @property
    @abstractmethod
    def type(self) -> str:
        """The key of campaign.yaml under which it stands."""

    @property
    def articles(self) -> tuple[A_co, ...]:
        """The articles of news; no other kind has any."""
        return ()

    @property
    def text(self) -> str:
        """The words of a text message; no other kind has any."""
        return ""

    @property
    def materials(self) -> tuple[MaterialRef, ...]:
        """The material that it carries; covers belong to articles, which a draft holds."""
        return ()

    @property
    def headlines(self) -> tuple[str, ...]:
        """What a person knows the message by: the first line of its words, cut."""
        lines = next(iter(self.shown_words), self.text).strip().splitlines()
        return tuple(line[:HEADLINE_CHARACTERS_MAX] for line in lines[:1])

    @property
    def commented(self) -> "tuple[A_co | ImageMessage[A_co], ...]":
        """The parts that followers may be allowed to comment on."""
        return self.articles

    @property
    def first_picture(self) -> Sha256 | None:
        """The picture of ours that it is recognised by."""
        return next((article.cover for article in self.articles), None)

    @property
    def document(self) -> dict[str, Any]:
        """The message as the lock document writes it."""
        return {
            "type": self.type,
            **{key: _as_locked(key, getattr(self, key)) for key in self.parts},
        }

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """Every place that a tap or a play of it leads, in their order; of articles whose bodies are at hand."""
        return ()

    @property
    def has_markup(self) -> bool:
        """Whether reading its destinations parses HTML."""
        return bool(self.articles)

    @property
    def shows_unread_picture(self) -> bool:
        """Whether it shows a picture on WeChat, or a drawing, in which nobody looks for QR codes."""
        return any(
            isinstance(each, ReadableArticle) and shows_unread_picture(each.content)
            for each in self.articles
        )

    @property
    def words(self) -> dict[str, Any]:
        """What it says itself, by the keys of a lock: everything but files, material and articles."""
        return {key: getattr(self, key) for key in self.parts if key not in _CARRIED}

    @property
    def shown_words(self) -> list[str]:
        """The words that a plan shows of it."""
        return [getattr(self, key) for key in self.shown_parts if getattr(self, key)]

    @property
    def was_rendered(self) -> bool:
        """Whether this run rendered it, with all its articles."""
        return not self.is_promise and all(
            isinstance(each, RenderedArticle) for each in self.articles
        )


_WHOLE = "message"
"""Where a destination stands that is not in an article."""
_CARRIED = frozenset({"files", "file", "media_ids", "media_id"})


def _as_locked(key: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_locked(key, each) for each in value]
    return prefixed(value) if key in ("files", "file") and value is not None else value


@dataclass(frozen=True, slots=True)
class NewsMessage(Message[A_co]):
    """A news message (图文消息): one to eight articles, which go out as a draft."""

    has_draft = True
    has_own_id = True
    recorded_kind = "News"

    type: Literal["mpnews"] = field(default="mpnews", kw_only=True)
    """Always `mpnews`."""
    articles: Annotated[tuple[A_co, ...], Field(min_length=1, max_length=8)] = field()
    """The articles, first one on top."""

    @property
    def document(self) -> dict[str, Any]:
        """The message as the lock document writes it."""
        return {"type": self.type, "articles": [article.document for article in self.articles]}

    @property
    def headlines(self) -> tuple[str, ...]:
        """What a person knows the message by."""
        return tuple(article.title for article in self.articles)

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """See `Message.destinations`."""
        return tuple(
            found
            for number, article in enumerate(self.articles, 1)
            for found in article.destinations(article_at(number))
        )


@dataclass(frozen=True, slots=True)
class TextMessage(Message[A_co]):
    """A text message (文本消息)."""

    recorded_kind = "Words"
    sign = "文"
    parts: ClassVar = {"content": Phrase("the text")}

    type: Literal["text"] = field(default="text", kw_only=True)
    """Always `text`."""
    content: str
    """The words."""

    @property
    def text(self) -> str:
        """The words."""
        return self.content

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """See `Message.destinations`."""
        return tuple(in_text(self.content, _WHOLE))

    @property
    def has_markup(self) -> bool:
        """See `Message.has_markup`."""
        return "<" in self.content


@dataclass(frozen=True, slots=True)
class ImageMessage(Message[A_co]):
    """A picture message (图片消息): one picture or several, and words beside them."""

    recorded_kind = "Images"
    label = Phrase("picture message")
    parts: ClassVar = {
        "files": Phrase("the pictures"),
        "media_ids": Phrase("the pictures"),
        "title": Phrase("the title"),
        "recommend": Phrase("the recommendation"),
        "need_open_comment": Phrase("the flag {flag}", flag="need_open_comment"),
        "only_fans_can_comment": Phrase("the flag {flag}", flag="only_fans_can_comment"),
    }
    shown_parts = ("title", "recommend")

    type: Literal["image"] = field(default="image", kw_only=True)
    """Always `image`."""
    files: Annotated[tuple[PrefixedSha256, ...], Field(min_length=1)] | None
    """The pictures in their order, each by its name in `pictures`; null if `media_ids` are given instead."""
    media_ids: Annotated[tuple[GivenId, ...], Field(min_length=1)] | None
    """Material that the account has, in place of files; null where there are files."""
    title: str
    """The title above the pictures; may be empty."""
    recommend: str
    """The words shown with the pictures."""
    need_open_comment: StrictBool
    """Whether it can be commented on."""
    only_fans_can_comment: StrictBool
    """Whether only followers can comment."""

    @property
    def shows_unread_picture(self) -> bool:
        """See `Message.shows_unread_picture`."""
        return bool(self.media_ids)

    @property
    def materials(self) -> tuple[MaterialRef, ...]:
        """The pictures, in the order in which followers see them."""
        ours = tuple(MaterialRef(sha256=each) for each in self.files or ())
        return (*ours, *(MaterialRef(media_id=each) for each in self.media_ids or ()))

    @property
    def first_picture(self) -> Sha256 | None:
        """The first picture, if it is a file of ours."""
        return next(iter(self.files or ()), None)

    @property
    def commented(self) -> "tuple[A_co | ImageMessage[A_co], ...]":
        """The message itself."""
        return (self,)


@dataclass(frozen=True, slots=True)
class _RecordedMessage(Message[A_co]):
    """A message of one sound or video."""

    is_recording = True
    played: ClassVar[DestinationKind]
    """What playing it is."""

    file: Annotated[
        PrefixedSha256 | None,
        Field(
            description="The bytes of the sound or video, as uploaded; null if `media_id` is given instead."
        ),
    ]
    """What names its file."""
    media_id: Annotated[
        GivenId | None,
        Field(description="Material that the account has; null where there is a file."),
    ]
    """What names its material."""

    @property
    def materials(self) -> tuple[MaterialRef, ...]:
        """The sound or the video."""
        return (MaterialRef(self.file, self.media_id),)

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """See `Message.destinations`."""
        played = self.media_id if self.file is None else prefixed(self.file)
        return (Destination(self.played, played or "", _WHOLE, next(iter(self.headlines), "")),)


@dataclass(frozen=True, slots=True)
class VoiceMessage(_RecordedMessage[A_co]):
    """A voice message (语音消息); it has no words to know it by."""

    recorded_kind = "Voice"
    played = DestinationKind.VOICE
    label = Phrase("voice message")
    sign = "声"
    parts: ClassVar = {"file": Phrase("the sound"), "media_id": Phrase("the sound")}

    type: Literal["voice"] = field(default="voice", kw_only=True)
    """Always `voice`."""


@dataclass(frozen=True, slots=True)
class VideoMessage(_RecordedMessage[A_co]):
    """A video message (视频消息)."""

    has_own_id = True
    recorded_kind = "Video"
    played = DestinationKind.VIDEO
    label = Phrase("video message")
    sign = "影"
    parts: ClassVar = {
        "file": Phrase("the video"),
        "media_id": Phrase("the video"),
        "title": Phrase("the title of the video"),
        "description": Phrase("the description of the video"),
    }
    shown_parts = ("title",)

    type: Literal["mpvideo"] = field(default="mpvideo", kw_only=True)
    """Always `mpvideo`."""
    title: str
    """The video's title."""
    description: str
    """The video's description."""


@dataclass(frozen=True, slots=True)
class CardMessage(Message[A_co]):
    """A coupon (卡券); `card_ext` is for previews and no part of it."""

    recorded_kind = "Card"
    label = Phrase("coupon")
    sign = "券"
    parts: ClassVar = {"card_id": Phrase("the card_id")}
    shown_parts = ("card_id",)

    type: Literal["wxcard"] = field(default="wxcard", kw_only=True)
    """Always `wxcard`."""
    card_id: NonEmpty
    """The coupon's id."""

    @property
    def headlines(self) -> tuple[str, ...]:
        """What a person knows the message by."""
        return (self.card_id,)

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """See `Message.destinations`."""
        return (Destination(DestinationKind.CARD, self.card_id, _WHOLE),)


KINDS = (NewsMessage, TextMessage, ImageMessage, VoiceMessage, VideoMessage, CardMessage)
RenderedMessage = Message[RenderedArticle]
"""Rendered in this run: of it alone a request is made."""
ReadableMessage = Message[ReadableArticle]
"""With the bodies of its articles, so that it can be shown."""


PICTURE_SCHEME = "massctl-picture:"
"""Before the 64 hex digits of a picture in a rendered body."""
PICTURE_PLACEHOLDER = re.compile(re.escape(PICTURE_SCHEME) + r"([0-9a-f]{64})")
LOCK_FORMAT_VERSION = 2


class Purpose(StrEnum):
    """Which endpoint takes a file: `image` is media/uploadimg, each other one a type of material/add_material."""

    IMAGE = "image"
    MATERIAL = "material"
    """add_material, type `image`."""
    VOICE = "voice"
    VIDEO = "video"

    @property
    def is_material(self) -> bool:
        """Whether add_material takes it, and gives a media_id."""
        return self is not Purpose.IMAGE


def picture_name(source_sha256: Sha256, recipe: str) -> Sha256:
    """Name a picture that is converted by what it is made from and how: encoded bytes differ between processors."""
    return sha256_of(f"{source_sha256}\0{recipe}".encode())


class Picture(Frozen):
    """A picture as it will be uploaded; its bytes stay outside (`massctl.apply.ports.Pictures`)."""

    path: str
    """As found in the repository, from its root."""
    source_sha256: Sha256
    sha256: Sha256
    """Names what is uploaded: `source_sha256` where the bytes pass unchanged, else `picture_name` of the recipe."""
    size_bytes: int
    """Of the file that was found: what conversion makes of it differs between processors."""
    purpose: Purpose
    extension: str
    """`jpg`, `png`, `gif`, `bmp`: matches the bytes; WeChat looks at it."""
    width_pixels: int
    """As it is shown. Encoders may make it smaller until it fits; those differ between processors."""
    height_pixels: int
    note: str | None = None
    """What was done to the bytes, for people; None if they pass unchanged."""
    lost_c2pa: bool = False
    """Its manifest of C2PA (Content Credentials) is lost by that."""
    has_new_mark: bool = False
    """Its AI mark is written anew into what is uploaded."""
    codes: tuple[str, ...] | None = None
    """What the QR codes in it say, each once; None where they were not looked for."""


class Recording(Frozen):
    """A sound or a video as it will be uploaded, unchanged; its bytes stay outside, as those of pictures."""

    path: str
    """As found in the repository, from its root."""
    sha256: Sha256
    size_bytes: int
    purpose: Purpose
    """VOICE or VIDEO."""
    extension: str
    """`mp3`, `amr`, `wav`, `wma` or `mp4`: matches the bytes; WeChat looks at it."""
    milliseconds: int
    """How long it plays; 0 where a video does not say."""

    @property
    def source_sha256(self) -> Sha256:
        """Name the file's bytes: nothing is done to them."""
        return self.sha256


MediaFile = Picture | Recording
"""Whatever is uploaded."""


SHORT_WINDOW = timedelta(hours=2)
"""Ours: room for a timer that begins most of an hour late or is left out once, a minute in doubt, and the
administrator's half hour. What is shorter is a warning."""


class Window(Frozen):
    """When it may go out; both ends belong to it."""

    not_before: datetime
    not_after: datetime

    @property
    def minutes(self) -> int:
        """Count how many whole minutes it is open."""
        return (self.not_after - self.not_before) // timedelta(minutes=1)

    @property
    def is_short(self) -> bool:
        """Whether a late run of a timer may miss it."""
        return self.not_after - self.not_before < SHORT_WINDOW


class Recipient(Frozen):
    """One reviewer's phone: `kind` is `towxname` or `touser`."""

    hidden_fields = ("name",)

    kind: str
    name: str

    @property
    def recorded(self) -> str:
        """How the ledger names this reviewer: WeChat names in clear, openids only by digest."""
        return (
            f"towxname:{self.name}"
            if self.kind == "towxname"
            else f"touser:{digest_of(self.name)[:23]}"
        )


class RenderedContent(Frozen):
    """What rendering makes of a campaign's files; all else of a campaign is what its campaign.yaml declares."""

    message: RenderedMessage
    """Usable only where no diagnostic is an error."""
    pictures: tuple[Picture, ...]
    """In order of first use; one entry for each pair of `sha256` and `purpose`."""
    recordings: tuple[Recording, ...]
    """The sound or video of a message that carries one of ours."""
    diagnostics: tuple[Diagnostic, ...]
    """About the content alone, in the order in which it was rendered."""
    links: tuple[tuple[str, str], ...]
    """What templates took from the ledger: `CAMPAIGN/NUMBER` and the address of that article, sorted."""


class DeclaredCell(Frozen):
    """What a cell of a matrix declares: to whom it sends, and from which account."""

    name: CampaignName
    """`NAME@CELL`."""
    appid: AppId
    audience: "Audience"
    openid_list: "OpenidList | None" = None
    """Its list of openids; None for a cell without one, or of an account that nobody compares it with."""

    @property
    def listed(self) -> dict[str, Any]:
        """Return what names the openids of its list; nothing without one."""
        return _named(self.openid_list)


class Family(Frozen):
    """The campaigns that the folder of a campaign holds or held; a record of theirs may be of the same send."""

    folders: frozenset[CampaignName]
    """Its folder, and those that were renamed to it."""
    cells: tuple[DeclaredCell, ...] = ()
    """What its campaign.yaml declares now; empty without a matrix."""


class Campaign(Frozen):
    """A campaign by its name, and where its files stand."""

    name: CampaignName
    folder: Folder
    """No part of what is sent, nor of the digest: the folder may move to another group."""

    @property
    def group(self) -> str:
        """Return the group that it stands in; empty without one."""
        return group_of(self.folder)


class Inherited(Frozen):
    """A value that a campaign does not say itself."""

    key: str
    """Such as `account`, `vars.city`, or `send` for the hours of its window."""
    file: str
    """The `_defaults.yaml` that it stands in, from the repository's root."""
    line: int | None
    """Its line there, from 1."""


class RenderedCampaign(Campaign, dict=True):
    """One campaign, ready to be planned."""

    hidden_fields = ("card_ext",)

    title: str
    edition: int
    account: AccountName
    appid: AppId
    audience: "Audience"
    window: Window | None
    send_ignore_reprint: bool
    same_content_allowed: bool
    message: RenderedMessage
    destinations: tuple[Destination, ...]
    """Every place that a tap or a play of the message leads, in their order: its `destinations`."""
    shows_unread_picture: bool
    """Whether the message shows a picture on WeChat, or a drawing, in which nobody looks for QR codes."""
    pictures: tuple[Picture, ...]
    """In order of first use; one entry for each pair of `sha256` and `purpose`."""
    recipients: tuple[Recipient, ...]
    source_sha256: Sha256
    """Names the campaign's own folder, as read."""
    diagnostics: tuple[Diagnostic, ...] = ()
    recordings: tuple[Recording, ...] = ()
    """The sound or video of a message that carries one of ours."""

    openid_list: "OpenidList | None" = None
    """What names the list of an audience of openids; None for every other audience."""
    handoff: tuple[str, ...] = ()
    """What is left to a person in the console (`Handoff`); no part of what is sent, nor of the digest."""
    over_limit_allowed: bool = False
    """It may be the fifth of a month, which WeChat delivers to nobody who had four."""
    first_name: CampaignName | None = None
    """The name that it had before its folder was renamed, and at first; None if it never was."""
    links: tuple[tuple[str, str], ...] = ()
    """What templates took from the ledger: `CAMPAIGN/NUMBER` and the address of that article, sorted."""
    account_name: str = ""
    """What people call the account, where massctl.yaml says it; no part of what is sent."""
    inputs: "JudgedInputs | None" = None
    """What it was made from; None where it is only shown, and then nothing can be sent."""
    inherited: tuple[Inherited, ...] = ()
    """What it does not say itself; where that stands is no part of what is sent, nor of the digest."""
    card_ext: str | None = None
    """What previews of a coupon need: signed for a short time, so no part of what is approved. It may name an openid.
    """
    family: Family | None = None
    """The other campaigns of its folder; None where nothing but itself was ever declared in it."""

    def __post_init__(self) -> None:
        if not self.message.was_rendered:
            raise InvariantError(
                Phrase("the message of {name} was not rendered in this run", name=self.name)
            )

    @property
    def sender(self) -> str:
        """Return what people call the account; a phone never shows the key that it stands under."""
        return self.account_name or "公众号"

    @property
    def identity(self) -> CampaignName:
        """The name that clientmsgid and digest use, whatever the folder's name is now."""
        return self.first_name or self.name

    @property
    def batches(self) -> int | None:
        """How many jobs a list of openids takes; None for every other audience, which is one job."""
        return self.openid_list.numbered_batches if self.openid_list else None

    @property
    def is_by_tag(self) -> bool:
        """Whether massctl fills a tag with the people of its audience, and sends to that."""
        return self.openid_list is not None and self.openid_list.by_tag

    @property
    def files(self) -> tuple[MediaFile, ...]:
        """Everything that is uploaded for it."""
        return (*self.pictures, *self.recordings)

    @property
    def headlines(self) -> tuple[str, ...]:
        """Return what a person knows the message by: its words, and the files or material that it carries itself."""
        folder = f"{self.folder}/"
        paths = (
            ()
            if self.message.has_draft
            else tuple(each.path.removeprefix(folder) for each in self.files)
        )
        given = tuple(each.media_id for each in self.message.materials if each.media_id is not None)
        return (*self.message.headlines, *paths, *given)

    @property
    def seen(self) -> tuple[Destination, ...]:
        """What the QR codes in its pictures say: no part of the digest, as not every machine can read them."""
        own = f"{self.folder}/"
        codes = {each.path: each.codes or () for each in self.pictures}
        return tuple(
            Destination(DestinationKind.QR, code, path.removeprefix(own).removeprefix("campaigns/"))
            for path, found in codes.items()
            for code in found
        )

    @cached_property
    def is_unscanned(self) -> bool:
        """Whether it has a picture in which nobody looked for QR codes."""
        are_ours = all(each.codes is not None for each in self.pictures)
        return not are_ours or self.shows_unread_picture

    @cached_property
    def digest(self) -> Digest:
        """Name everything that a reviewer approves; lock, plan, apply and ledger use the same value."""
        return digest_of(approved_document(self))

    @cached_property
    def message_digest(self) -> Digest:
        """Name message and audience alone, for `same_content`: no name, no edition, no window."""
        return message_digest_to(self, approved_audience(self))


def message_digest_to(campaign: RenderedCampaign, audience: dict[str, Any]) -> Digest:
    """Name its message together with an audience, as `approved_audience` gives one or an attempt recorded it."""
    # The same people are the same audience, in any file.
    left_out = {"expect", "by", "tag_id", PART, *LISTS} if "sha256" in audience else {"expect"}
    whom = {key: value for key, value in audience.items() if key not in left_out}
    return digest_of(
        {"audience": whom, "message": campaign.message.document, "appid": campaign.appid}
    )


def approved_document(campaign: RenderedCampaign) -> dict[str, Any]:
    """Return the lock document without digest, renderer, account.name, and where pictures come from."""
    window = campaign.window
    return {
        "format_version": LOCK_FORMAT_VERSION,
        "campaign": campaign.identity,
        "edition": campaign.edition,
        "account": {"appid": campaign.appid},
        "audience": approved_audience(campaign),
        "send": {
            "not_before": window.not_before.isoformat() if window else None,
            "not_after": window.not_after.isoformat() if window else None,
            "send_ignore_reprint": campaign.send_ignore_reprint,
        },
        "message": campaign.message.document,
        "links": dict(campaign.links),
        "destinations": [each.document for each in campaign.destinations],
        "pictures": [
            {"sha256": prefixed(f.sha256), "bytes": f.size_bytes, "as": f.purpose.value}
            for f in campaign.files
        ],
    }


def approved_audience(campaign: RenderedCampaign) -> dict[str, Any]:
    """Return an audience as lock, digest and ledger write it: as declared, and what names the openids of a list."""
    return {**declared_audience(campaign.audience), **_named(campaign.openid_list)}


def _named(found: "OpenidList | None") -> dict[str, Any]:
    if found is None:
        return {}
    way = {"by": "tag"} if found.by_tag else {}
    part = {"first": found.first} if found.whole is not None else {}
    return {"sha256": prefixed(found.sha256), "count": found.count, **part, **way}


def declared_audience(audience: "Audience") -> dict[str, Any]:
    """Return an audience as it is declared: the keys that are there, `expect` without nulls."""
    expect = audience.expect
    bounds = {"min": expect.min, "max": expect.max} if expect else {}
    every: dict[str, Any] = {
        "is_to_all": audience.is_to_all,
        "tag_id": audience.tag_id,
        "tag": audience.tag,
        "openids": audience.openids,
        "of": audience.of,
        PART: audience.part,
        "expect": {key: bound for key, bound in bounds.items() if bound is not None}
        if expect
        else None,
    }
    return {key: value for key, value in every.items() if value is not None}
