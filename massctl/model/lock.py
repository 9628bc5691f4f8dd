"""campaign.lock.json: what was approved, as a file that is committed and reviewed.

The digest is that of the rendered campaign: the whole document without `digest`, `renderer`, `account.name`,
and where pictures come from. The bodies stand beside it in `rendered/`; the lock holds their digests.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, assert_never

from pydantic import Field, StringConstraints, ValidationError

from massctl import __version__
from massctl.model.campaign import Audience, CampaignFile, CropText, OffsetTime, OpenidList, parse_offset_time
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
from massctl.model.phrase import Phrase
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


TEXT_FILE: Final = "message.txt"
"""The words of a text message, in `rendered/`."""


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
        """Give when it may go out; None without a window."""
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
        """Give the audience as campaign.yaml declares it."""
        return Audience.model_validate(self.model_dump(exclude={"sha256", "count"}, exclude_none=True))

    @property
    def openid_list(self) -> OpenidList | None:
        """Give what names the list; None for every other audience, and where the lock is not whole."""
        if self.openids is None or self.sha256 is None or self.count is None:
            return None
        return OpenidList(Sha256(self.sha256.removeprefix(_PREFIX)), self.count)


class LockedPicture(Strict):
    """A picture, sound or video that is uploaded."""

    path: NonEmpty
    """Its file, from the campaign's folder, or `_shared/…`; not part of the digest."""
    source_sha256: PrefixedDigest
    """The bytes of that file; not part of the digest."""
    sha256: PrefixedDigest
    """The bytes that are uploaded."""
    size_bytes: Annotated[int, Field(alias="bytes", ge=0)]
    """Their number."""
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
    """Which massctl rendered it; not part of the digest."""
    account: LockedAccount
    """Which account sends."""
    audience: LockedAudience
    """Who receives it, as declared, and for a list of openids what names them."""
    send: LockedSend
    """When and how it may go out."""
    message: LockedMessage
    """What is sent."""
    pictures: list[LockedPicture]
    """Every picture, sound and video of it, in order of first use."""

    @property
    def bodies(self) -> dict[str, str]:
        """The files due in `rendered/`, each with the digest of its bytes."""
        match self.message:
            case LockedText(content=content):
                return {TEXT_FILE: _PREFIX + sha256_of(content.encode())}
            case LockedNews(articles=articles):
                return {body_name(number): each.content_sha256 for number, each in enumerate(articles, 1)}
            case _:
                return {}


def body_name(number: int) -> str:
    """Give the file of an article's body, in `rendered/`; articles count from 1."""
    return f"article-{number}.html"


def body_files(campaign: RenderedCampaign) -> dict[str, bytes]:
    """Give the files that belong into `rendered/`, exactly as they will be sent but for the pictures' addresses."""
    match campaign.message:
        case RenderedText(content=content):
            return {TEXT_FILE: content.encode()}
        case RenderedNews(articles=articles):
            return {body_name(number): each.content.encode() for number, each in enumerate(articles, 1)}
        case _:
            return {}


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
    """Give the path, from campaigns/, that a lock writes; the repository refuses one that leads out."""
    return written if written.startswith("_shared/") else f"{campaign}/{written.removeprefix('./')}"


def _without(document: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in keys}


RENDERER: Final = f"massctl {__version__}"
"""Who renders in this run, as a lock names it."""


def lock_document(campaign: RenderedCampaign, renderer: str) -> dict[str, Any]:
    """Give the lock of a campaign; `renderer` is `massctl VERSION`."""
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
        "pictures": [{**origin, **each} for origin, each in zip(origins, approved["pictures"], strict=True)],
    }


def path_in_lock(path: str, campaign: str) -> str:
    """Write a repository's path as seen from the campaign's folder; `_shared/…` is campaigns/_shared."""
    own = path.removeprefix(f"campaigns/{campaign}/")
    if own == path:
        return path.removeprefix("campaigns/")
    # A folder of this name inside the campaign must not be taken for the shared one.
    return f"./{own}" if own.startswith("_shared/") else own


HOUSE_THEMES: Final = "campaigns/_shared/themes/"
"""Where a house keeps its themes, from the repository's root."""
SourcePath = Annotated[str, StringConstraints(pattern=r"^campaigns/")]


class SourcesFile(Strict):
    """What the rendering of a locked campaign read. Written by `massctl lock`, never by hand."""

    format_version: Literal[1]
    """The version of this format."""
    digest: PrefixedDigest
    """The digest of the lock that this belongs to."""
    campaign: PrefixedDigest
    """What campaign.yaml declares, without reviewers, `same_content` and `over_limit`."""
    external_links: str
    """The account's setting in massctl.yaml that decides about links."""
    usual_theme: str | None = None
    """The account's theme in massctl.yaml; null where it names none, and where no article has a theme."""
    themes: dict[str, PrefixedDigest | None] = Field(default_factory=dict)
    """Built-in themes by name; null: looked for, and there is none. A house's own is among the templates."""
    templates: dict[SourcePath, PrefixedDigest | None]
    """Articles, templates and themes by path from the repository's root; null: looked for, and not there."""
    pictures: dict[SourcePath, PrefixedDigest | None]
    """Pictures by path from the repository's root; null: looked for, and not there."""
    media: dict[SourcePath, PrefixedDigest | None] = Field(default_factory=dict)
    """Sounds and videos by path from the repository's root; null: looked for, and not there."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A source that is not what was locked."""

    path: str | None
    """From the repository's root; None for what massctl itself brings."""
    message: Phrase


def declared_digest(file: CampaignFile) -> Digest:
    """Name what a campaign.yaml declares, however it is written.

    Reviewers, `same_content`, `over_limit`, the `card_ext` of previews and what is ignored are no part of it.
    """
    declared = file.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"preview", "ignore"})
    for key in ("same_content", "over_limit"):
        declared.get("send", {}).pop(key, None)
    declared.get("wxcard", {}).pop("card_ext", None)
    return digest_of({key: value for key, value in declared.items() if value != {}})


def sources_text(sources: SourcesFile) -> str:
    """Write the sources of a lock as they are committed; `media` only where there is any."""
    document = sources.model_dump(mode="json", exclude=None if sources.media else {"media"})
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def changed_sources(locked: SourcesFile, now: SourcesFile, campaign: str) -> list[Cause]:
    """Say which sources are not what they were, the campaign's own file first."""
    return [*_changed_settings(locked, now, campaign), *_changed_files(locked, now)]


def _changed_settings(locked: SourcesFile, now: SourcesFile, campaign: str) -> Iterator[Cause]:
    if locked.campaign != now.campaign:
        path = f"campaigns/{campaign}/campaign.yaml"
        yield Cause(path, Phrase("campaign file {path}", path=path))
    if locked.external_links != now.external_links:
        yield Cause("massctl.yaml", Phrase("external_links in massctl.yaml"))
    if locked.usual_theme != now.usual_theme:
        yield Cause("massctl.yaml", Phrase("theme in massctl.yaml"))
    # A theme that only one of the two has was chosen by what is named already.
    for name in sorted(locked.themes.keys() & now.themes.keys()):
        if locked.themes[name] != now.themes[name]:
            yield Cause(None, Phrase("the built-in theme {name}", name=name))


def _template_words(path: str) -> Phrase:
    if path.startswith(HOUSE_THEMES):
        return Phrase("theme {path}", path=path)
    shared = path.startswith("campaigns/_shared/")
    return Phrase("shared template {path}" if shared else "article file {path}", path=path)


def _changed_files(locked: SourcesFile, now: SourcesFile) -> Iterator[Cause]:
    for path in sorted(locked.templates.keys() | now.templates.keys()):
        if locked.templates.get(path) != now.templates.get(path):
            yield Cause(path, _template_words(path))
    for path in sorted(locked.pictures.keys() | now.pictures.keys()):
        if locked.pictures.get(path) != now.pictures.get(path):
            yield Cause(path, Phrase("picture {path}", path=path))
    for path in sorted(locked.media.keys() | now.media.keys()):
        if locked.media.get(path) != now.media.get(path):
            yield Cause(path, Phrase("media file {path}", path=path))


@dataclass(frozen=True, slots=True)
class Version:
    """What was approved, with every word of it."""

    lock: LockFile
    bodies: tuple[str, ...]
    """The HTML of the articles, in their order; empty for a text message."""


def version_of(campaign: RenderedCampaign) -> Version:
    """Give the content of a rendered campaign."""
    message = campaign.message
    bodies = tuple(each.content for each in message.articles) if isinstance(message, RenderedNews) else ()
    return Version(LockFile.model_validate(lock_document(campaign, "massctl")), bodies)


def body_digests(lock: LockFile) -> tuple[str, ...]:
    """Give the digests of the bodies that belong to a lock, in the order of its articles."""
    return tuple(each.content_sha256 for each in lock.message.articles) if isinstance(lock.message, LockedNews) else ()


def checked_lock(document: Any, digest: str) -> LockFile | None:
    """Read a lock document that others may have touched; None unless it is one and its content has this digest."""
    try:
        lock = LockFile.model_validate(document)
    except ValidationError:
        return None
    return lock if lock.digest == digest and lock_digest(document) == digest else None


def checked_version(lock: LockFile, bodies: Mapping[str, bytes | None]) -> Version | None:
    """Join a checked lock and bodies by digest; None where a body is not there or is not what its digest names."""
    found: list[str] = []
    for digest in body_digests(lock):
        body = bodies.get(digest)
        if body is None or f"sha256:{sha256_of(body)}" != digest:
            return None
        # The digest was made from text, so these bytes are its UTF-8, unless somebody forged a lock as well.
        found.append(body.decode("utf-8", "replace"))
    return Version(lock, tuple(found))
