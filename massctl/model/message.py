"""The messages as they will be sent: what each is called, what it carries, and how a lock writes it.

A message knows whether it goes out as a draft and which material it carries, so that no other package has to check its
class. What only one kind has (articles, words, pictures) is for whoever shows or sends that kind.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from massctl.model.campaign import ArticleFlags, Audience, OpenidList
from massctl.model.diagnostics import Diagnostic
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId, CampaignName, Digest, MediaId, Sha256, digest_of, sha256_of
from massctl.model.word_count import WordCount

if TYPE_CHECKING:
    from massctl.model.inputs import JudgedInputs

HEADLINE_CHARACTERS_MAX: Final = 40
"""How much of a message's first line is shown to recognise it by."""
_PREFIX: Final = "sha256:"
MEDIA_TYPES: Final = {
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

    @property
    def file(self) -> str | None:
        """Return the file as a lock writes it."""
        return None if self.sha256 is None else _PREFIX + self.sha256


class RenderedArticle(ArticleFlags):
    """One article, rendered: placeholders for pictures, everything else as it will be sent."""

    title: str
    author: str
    digest: str
    content: str
    cover: Sha256
    content_source_url: str | None
    pic_crop_235_1: str | None = None
    """The part of the cover that the list shows, as WeChat takes it; None leaves it to WeChat."""
    pic_crop_1_1: str | None = None
    """The square that is shown beside other articles and when the article is shared."""
    theme: str | None = None
    """The name of its theme, for reports; no part of what is approved or sent. None for HTML of somebody else."""

    @property
    def word_count(self) -> "WordCount":
        """Count what a reader reads of the body."""
        return WordCount.of_body(self.content)

    @property
    def crops(self) -> dict[str, str]:
        """Return the parts of the cover that are decided, by WeChat's names."""
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
            **self.written_flags,
            "cover": _PREFIX + self.cover,
            **self.crops,
            "content_sha256": _PREFIX + sha256_of(self.content.encode()),
            "content_chars": len(self.content),
        }


class RenderedNews(Frozen):
    """A news message (图文消息): one to eight articles, which go out as a draft."""

    articles: tuple[RenderedArticle, ...]

    type: ClassVar[str] = "mpnews"
    has_draft: ClassVar[bool] = True
    materials: ClassVar[tuple[MaterialRef, ...]] = ()
    """Has no members: covers belong to its articles, which the draft holds."""

    @property
    def document(self) -> dict[str, Any]:
        """Return the message as the lock document writes it."""
        return {"type": self.type, "articles": [article.document for article in self.articles]}

    @property
    def headlines(self) -> tuple[str, ...]:
        """Return what a person knows the message by."""
        return tuple(article.title for article in self.articles)


class RenderedText(Frozen):
    """A text message (文本消息)."""

    content: str

    type: ClassVar[str] = "text"
    has_draft: ClassVar[bool] = False
    materials: ClassVar[tuple[MaterialRef, ...]] = ()

    @property
    def document(self) -> dict[str, Any]:
        """Return the message as the lock document writes it."""
        return {"type": self.type, "content": self.content}

    @property
    def headlines(self) -> tuple[str, ...]:
        """Return what a person knows the message by."""
        return _first_line(self.content)


class RenderedImage(Frozen):
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
        """Return the message as the lock document writes it."""
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
        """Return what a person knows the message by."""
        return _first_line(self.title or self.recommend)


class RenderedVoice(Frozen):
    """A voice message (语音消息)."""

    material: MaterialRef

    type: ClassVar[str] = "voice"
    has_draft: ClassVar[bool] = False
    headlines: ClassVar[tuple[str, ...]] = ()
    """A sound has no words to know it by."""

    @property
    def materials(self) -> tuple[MaterialRef, ...]:
        """Return the one material that it carries."""
        return (self.material,)

    @property
    def document(self) -> dict[str, Any]:
        """Return the message as the lock document writes it."""
        return {"type": self.type, "file": self.material.file, "media_id": self.material.media_id}


class RenderedVideo(Frozen):
    """A video message (视频消息)."""

    material: MaterialRef
    title: str
    description: str

    type: ClassVar[str] = "mpvideo"
    has_draft: ClassVar[bool] = False

    @property
    def materials(self) -> tuple[MaterialRef, ...]:
        """Return the one material that it carries."""
        return (self.material,)

    @property
    def document(self) -> dict[str, Any]:
        """Return the message as the lock document writes it."""
        return {
            "type": self.type,
            "file": self.material.file,
            "media_id": self.material.media_id,
            "title": self.title,
            "description": self.description,
        }

    @property
    def headlines(self) -> tuple[str, ...]:
        """Return what a person knows the message by."""
        return _first_line(self.title)


class RenderedCard(Frozen):
    """A coupon (卡券)."""

    hidden_fields: ClassVar[tuple[str, ...]] = ("card_ext",)

    card_id: str
    card_ext: str | None
    """For previews only: signed for a short time, so it is not part of what is approved. It may name an openid."""

    type: ClassVar[str] = "wxcard"
    has_draft: ClassVar[bool] = False
    materials: ClassVar[tuple[MaterialRef, ...]] = ()

    @property
    def document(self) -> dict[str, Any]:
        """Return the message as the lock document writes it."""
        return {"type": self.type, "card_id": self.card_id}

    @property
    def headlines(self) -> tuple[str, ...]:
        """Return what a person knows the message by."""
        return (self.card_id,)


RenderedMessage = RenderedNews | RenderedText | RenderedImage | RenderedVoice | RenderedVideo | RenderedCard


def _first_line(text: str) -> tuple[str, ...]:
    lines = text.strip().splitlines()
    return (lines[0][:HEADLINE_CHARACTERS_MAX],) if lines else ()


PICTURE_SCHEME: Final = "massctl-picture:"
"""Before the 64 hex digits of a picture in a rendered body."""
PICTURE_PLACEHOLDER: Final = re.compile(re.escape(PICTURE_SCHEME) + r"([0-9a-f]{64})")
LOCK_FORMAT_VERSION: Final = 1


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


SHORT_WINDOW: Final = timedelta(hours=2)
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

    hidden_fields: ClassVar[tuple[str, ...]] = ("name",)

    kind: str
    name: str

    @property
    def recorded(self) -> str:
        """How the ledger names this reviewer: WeChat names in clear, openids only by digest."""
        return f"towxname:{self.name}" if self.kind == "towxname" else f"touser:{digest_of(self.name)[:23]}"


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


class RenderedCampaign(Frozen, dict=True):
    """One campaign, ready to be planned."""

    name: CampaignName
    title: str
    edition: int
    account: AccountName
    appid: AppId
    audience: "Audience"
    window: Window | None
    send_ignore_reprint: bool
    same_content_allowed: bool
    message: RenderedMessage
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
    inputs: "JudgedInputs | None" = None
    """What it was made from; None where it is only shown, and then nothing can be sent."""

    @property
    def identity(self) -> CampaignName:
        """The name that clientmsgid and digest use, whatever the folder's name is now."""
        return self.first_name or self.name

    @property
    def batches(self) -> int | None:
        """How many jobs a list of openids takes; None for every other audience, which is one job."""
        return self.openid_list.batches if self.openid_list else None

    @property
    def files(self) -> tuple[MediaFile, ...]:
        """Everything that is uploaded for it."""
        return (*self.pictures, *self.recordings)

    @property
    def headlines(self) -> tuple[str, ...]:
        """Return what a person knows the message by: its words, and the files or material that it carries itself."""
        folder = f"campaigns/{self.name}/"
        paths = () if self.message.has_draft else tuple(each.path.removeprefix(folder) for each in self.files)
        given = tuple(each.media_id for each in self.message.materials if each.media_id is not None)
        return (*self.message.headlines, *paths, *given)

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
    left_out = {"expect", "openids"} if "sha256" in audience else {"expect"}
    whom = {key: value for key, value in audience.items() if key not in left_out}
    return digest_of({"audience": whom, "message": campaign.message.document, "appid": campaign.appid})


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
        "pictures": [
            {"sha256": "sha256:" + f.sha256, "bytes": f.size_bytes, "as": f.purpose.value} for f in campaign.files
        ],
    }


def approved_audience(campaign: RenderedCampaign) -> dict[str, Any]:
    """Return an audience as lock, digest and ledger write it: as declared, and what names the openids of a list."""
    found = campaign.openid_list
    named = {"sha256": "sha256:" + found.sha256, "count": found.count} if found else {}
    return {**declared_audience(campaign.audience), **named}


def declared_audience(audience: "Audience") -> dict[str, Any]:
    """Return an audience as it is declared: the keys that are there, `expect` without nulls."""
    expect = audience.expect
    bounds = {"min": expect.min, "max": expect.max} if expect else {}
    every: dict[str, Any] = {
        "is_to_all": audience.is_to_all,
        "tag_id": audience.tag_id,
        "tag": audience.tag,
        "openids": audience.openids,
        "expect": {key: bound for key, bound in bounds.items() if bound is not None} if expect else None,
    }
    return {key: value for key, value in every.items() if value is not None}
