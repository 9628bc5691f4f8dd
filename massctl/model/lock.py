"""campaign.lock.json: what was approved, as a file that is committed and reviewed.

The digest is that of the rendered campaign: the whole document without `digest`, `renderer`, `account.name`,
and where pictures come from. A lock holds the digests of the bodies, not the bodies: whoever wants them renders again.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, assert_never

from pydantic import Field, StringConstraints, ValidationError

from massctl.model.campaign import Audience, CropText, OffsetTime, OpenidList, flags_of, parse_offset_time
from massctl.model.frozen import Frozen
from massctl.model.ids import Digest, MediaId, Sha256, digest_of, sha256_of
from massctl.model.message import (
    MaterialRef,
    RenderedArticle,
    RenderedCampaign,
    RenderedCard,
    RenderedImage,
    RenderedMessage,
    RenderedNews,
    RenderedText,
    RenderedVideo,
    RenderedVoice,
    Window,
    approved_document,
)
from massctl.model.strict import NonEmpty, PrefixedDigest, Strict

_PREFIX: Final = "sha256:"


class LockedArticle(Strict):
    """One article; its body stands here by digest and length."""

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
    """The cover: what names it in `pictures`."""
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
    """The words."""


class LockedImage(Strict):
    """A picture message."""

    type: Literal["image"]
    """Always `image`."""
    files: Annotated[list[PrefixedDigest], Field(min_length=1)] | None
    """The pictures in their order, each by its name in `pictures`; null if `media_ids` are given instead."""
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
    """The sound's bytes, as they are uploaded; null if `media_id` is given instead."""
    media_id: NonEmpty | None
    """Material that the account has; null where there is a file."""


class LockedVideo(Strict):
    """A video message."""

    type: Literal["mpvideo"]
    """Always `mpvideo`."""
    file: PrefixedDigest | None
    """The video's bytes, as they are uploaded; null if `media_id` is given instead."""
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
    """Return the message that was locked; `bodies` are those of its articles."""
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
        pic_crop_235_1=article.pic_crop_235_1,
        pic_crop_1_1=article.pic_crop_1_1,
        theme=None,
        **flags_of(article),
    )


class LockedAccount(Strict):
    """Which account sends."""

    name: NonEmpty
    """Its name in massctl.yaml, for people; not part of the digest."""
    appid: NonEmpty
    """Its AppID."""


class LockedSend(Strict):
    """When and how it may go out."""

    not_before: OffsetTime | None
    """The opening of the window; null without one."""
    not_after: OffsetTime | None
    """The end of the window; null without one."""
    send_ignore_reprint: bool
    """Whether it goes out although WeChat judges an article to be a reprint."""

    @property
    def window(self) -> Window | None:
        """Return when it may go out; None without a window."""
        start, end = parse_offset_time(self.not_before), parse_offset_time(self.not_after)
        return Window(start, end) if start is not None and end is not None else None


class LockedAudience(Audience):
    """Who receives it, as declared, and for a list of openids what names them."""

    sha256: PrefixedDigest | None = None
    """Of the openids in their order, each once, each with a newline after it; only with `openids`."""
    count: Annotated[int, Field(ge=2)] | None = None
    """How many openids there are, each once; only with `openids`."""

    @property
    def declared(self) -> Audience:
        """Return the audience as campaign.yaml declares it."""
        return Audience.model_validate(self.model_dump(exclude={"sha256", "count"}, exclude_none=True))

    @property
    def openid_list(self) -> OpenidList | None:
        """Return what names the list; None for every other audience, and where the lock is not whole."""
        if self.openids is None or self.sha256 is None or self.count is None:
            return None
        return OpenidList(Sha256(self.sha256.removeprefix(_PREFIX)), self.count)


LinkKey = Annotated[str, StringConstraints(pattern=r"^[^/]+/[1-9][0-9]*$")]
"""`CAMPAIGN/NUMBER`; articles count from 1."""


class LockedPicture(Strict):
    """A picture, sound or video that is uploaded."""

    path: NonEmpty
    """Its file, from the campaign's folder, or `_shared/…`; not part of the digest."""
    source_sha256: PrefixedDigest
    """The bytes of that file; not part of the digest."""
    sha256: PrefixedDigest
    """What names it: the file's bytes where they are uploaded as they are, else SHA-256 of source and recipe."""
    size_bytes: Annotated[int, Field(alias="bytes", ge=0)]
    """The size of that file."""
    purpose: Annotated[Literal["image", "material", "voice", "video"], Field(alias="as")]
    """What takes it: `image` is media/uploadimg; `material` (a picture), `voice` and `video` are material/add_material.
    """


class LockFile(Strict):
    """What was approved of a campaign. Written by `massctl lock`, never by hand."""

    format_version: Literal[1]
    """The version of this format."""
    campaign: NonEmpty
    """The campaign's name."""
    edition: Annotated[int, Field(ge=1)]
    """Its edition."""
    digest: PrefixedDigest
    """SHA-256 of the canonical JSON of everything that is approved."""
    renderer: NonEmpty
    """The versions that shaped it: massctl and the libraries that decide bytes; not part of the digest."""
    account: LockedAccount
    """Which account sends."""
    audience: LockedAudience
    """Who receives it, as declared, and for a list of openids what names them."""
    send: LockedSend
    """When and how it may go out."""
    message: LockedMessage
    """What is sent."""
    links: dict[LinkKey, NonEmpty]
    """The addresses that templates took from the ledger, by campaign and number of the article."""
    pictures: list[LockedPicture]
    """Every picture, sound and video of it, in order of first use."""


def lock_text(document: Mapping[str, Any]) -> str:
    """Write a lock as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def lock_digest(document: Mapping[str, Any]) -> Digest:
    """Compute the digest that a lock of this content must carry, from the document as it was read."""
    approved = {key: value for key, value in document.items() if key not in ("digest", "renderer")}
    approved["account"] = _without(approved["account"], "name")
    approved["pictures"] = [_without(each, "path", "source_sha256") for each in approved["pictures"]]
    return digest_of(approved)


def path_from_lock(written: str, campaign: str) -> str:
    """Return the path, from campaigns/, that a lock writes; the repository refuses a path that leads outside."""
    return written if written.startswith("_shared/") else f"{campaign}/{written.removeprefix('./')}"


def _without(document: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in keys}


def lock_document(campaign: RenderedCampaign, renderer: str) -> dict[str, Any]:
    """Return the lock of a campaign; `renderer` lists versions: `massctl 0.1.0, pillow 13.0.0`."""
    approved = approved_document(campaign)
    origins = [
        {"path": path_in_lock(f.path, campaign.name), "source_sha256": _PREFIX + f.source_sha256}
        for f in campaign.files
    ]
    return {
        "format_version": approved["format_version"],
        "campaign": approved["campaign"],
        "edition": approved["edition"],
        "digest": campaign.digest,
        "renderer": renderer,
        "account": {"name": campaign.account, **approved["account"]},
        "audience": approved["audience"],
        "send": approved["send"],
        "message": approved["message"],
        "links": approved["links"],
        "pictures": [{**origin, **each} for origin, each in zip(origins, approved["pictures"], strict=True)],
    }


def path_in_lock(path: str, campaign: str) -> str:
    """Write a repository's path as seen from the campaign's folder; `_shared/…` is campaigns/_shared."""
    own = path.removeprefix(f"campaigns/{campaign}/")
    if own == path:
        return path.removeprefix("campaigns/")
    # A folder of this name inside the campaign must not be taken for the shared one.
    return f"./{own}" if own.startswith("_shared/") else own


class Version(Frozen):
    """What was approved, with every word of it."""

    lock: LockFile
    bodies: tuple[str, ...]
    """The HTML of the articles, in their order; empty for a text message."""


def version_of(campaign: RenderedCampaign) -> Version:
    """Return the content of a rendered campaign."""
    message = campaign.message
    bodies = tuple(each.content for each in message.articles) if isinstance(message, RenderedNews) else ()
    return Version(LockFile.model_validate(lock_document(campaign, "massctl")), bodies)


def body_digests(lock: LockFile) -> tuple[str, ...]:
    """Return the digests of the bodies that belong to a lock, in the order of its articles."""
    return tuple(each.content_sha256 for each in lock.message.articles) if isinstance(lock.message, LockedNews) else ()


def checked_lock(document: Any, digest: str) -> LockFile | None:
    """Read a lock document that others may have touched; None unless it is one and its content has this digest."""
    try:
        lock = LockFile.model_validate(document)
    except ValidationError:
        return None
    return lock if lock.digest == digest and lock_digest(document) == digest else None


def checked_version(lock: LockFile, bodies: Mapping[str, bytes | None]) -> Version | None:
    """Join a checked lock and bodies by digest; None if a body is not there or is not what its digest names."""
    found: list[str] = []
    for digest in body_digests(lock):
        body = bodies.get(digest)
        if body is None or f"sha256:{sha256_of(body)}" != digest:
            return None
        # The digest was made from text, so these bytes are its UTF-8, unless somebody forged a lock as well.
        found.append(body.decode("utf-8", "replace"))
    return Version(lock, tuple(found))
