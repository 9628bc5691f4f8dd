"""campaign.lock.json: what was approved, as a file that is committed and reviewed.

The digest is that of the rendered campaign: the whole document without `digest`, `renderer`, `account.name`,
and where pictures come from. The bodies stand beside it in `rendered/`; the lock holds their digests.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from massctl.model.audience import OpenidList
from massctl.model.campaign import Audience, OffsetTime
from massctl.model.campaign_rules import parse_offset_time
from massctl.model.digest import digest_of, sha256_of
from massctl.model.locked_message import LockedMessage, LockedNews, LockedText
from massctl.model.message import RenderedNews, RenderedText
from massctl.model.names import Digest, Sha256
from massctl.model.rendered import RenderedCampaign, Window
from massctl.model.strict import NonEmpty, PrefixedDigest, Strict

TEXT_FILE: Final = "message.txt"
"""The words of a text message, in `rendered/`."""
_PREFIX: Final = "sha256:"


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
