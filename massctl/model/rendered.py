"""What will be sent, byte for byte: the desired side of every comparison, and its digest.

In a body a picture is written `massctl-picture:SHA256`, the name of the bytes that are uploaded, so that
the digest stands for the pictures too and does not depend on where WeChat stores them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from massctl.model.diagnostic import Diagnostic
from massctl.model.digest import digest_of, sha256_of
from massctl.model.names import AccountName, AppId, CampaignName, Digest, Sha256

if TYPE_CHECKING:
    from massctl.model.campaign import Audience

PICTURE_SCHEME: Final = "massctl-picture:"
"""Before the 64 hex digits of a picture in a rendered body."""
LOCK_FORMAT_VERSION: Final = 1


class Purpose(StrEnum):
    """Which endpoint takes a picture: `image` is media/uploadimg, `material` is material/add_material."""

    IMAGE = "image"
    MATERIAL = "material"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it will be uploaded; its bytes stay outside (`massctl.apply.ports.Pictures`)."""

    path: str
    """As found in the repository, from its root."""
    source_sha256: Sha256
    sha256: Sha256
    """Names the bytes that are uploaded; equal to `source_sha256` where they pass unchanged."""
    size_bytes: int
    purpose: Purpose
    extension: str
    """`jpg`, `png`, `gif`, `bmp`: matches the bytes; WeChat looks at it."""
    width_pixels: int
    height_pixels: int
    note: str | None = None
    """What was done to the bytes, for people; None where they pass unchanged."""


@dataclass(frozen=True, slots=True)
class Window:
    """When it may go out; both ends belong to it."""

    not_before: datetime
    not_after: datetime


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


@dataclass(frozen=True, slots=True)
class RenderedNews:
    """A news message: one to eight articles."""

    articles: tuple[RenderedArticle, ...]


@dataclass(frozen=True, slots=True)
class RenderedText:
    """A text message."""

    content: str


RenderedMessage = RenderedNews | RenderedText


@dataclass(frozen=True, slots=True)
class Recipient:
    """One reviewer's phone: `kind` is `towxname` or `touser`."""

    kind: str
    name: str = field(repr=False)

    @property
    def recorded(self) -> str:
        """How the ledger names this reviewer: WeChat names in clear, openids only by digest."""
        return f"towxname:{self.name}" if self.kind == "towxname" else f"touser:{digest_of(self.name)[:23]}"


@dataclass(frozen=True)
class RenderedCampaign:
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

    @cached_property
    def digest(self) -> Digest:
        """Name everything that a reviewer approves; the same value stands in lock, plan, apply and ledger."""
        return digest_of(approved_document(self))

    @cached_property
    def message_digest(self) -> Digest:
        """Name message and audience alone, for `same_content`: no name, no edition, no window."""
        audience = {key: value for key, value in declared_audience(self.audience).items() if key != "expect"}
        return digest_of({"audience": audience, "message": _message(self.message), "appid": self.appid})


def approved_document(campaign: RenderedCampaign) -> dict[str, Any]:
    """Give the lock document without digest, renderer, account.name, and where pictures come from."""
    window = campaign.window
    return {
        "format_version": LOCK_FORMAT_VERSION,
        "campaign": campaign.name,
        "edition": campaign.edition,
        "account": {"appid": campaign.appid},
        "audience": declared_audience(campaign.audience),
        "send": {
            "not_before": window.not_before.isoformat() if window else None,
            "not_after": window.not_after.isoformat() if window else None,
            "send_ignore_reprint": campaign.send_ignore_reprint,
        },
        "message": _message(campaign.message),
        "pictures": [
            {"sha256": "sha256:" + p.sha256, "bytes": p.size_bytes, "as": p.purpose.value} for p in campaign.pictures
        ],
    }


def declared_audience(audience: "Audience") -> dict[str, Any]:
    """Give an audience as lock and digest write it: the declared keys only, `expect` without nulls."""
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


def _message(message: RenderedMessage) -> dict[str, Any]:
    """Give a message as the lock document writes it: bodies by digest and length."""
    if isinstance(message, RenderedText):
        return {"type": "text", "content": message.content}
    return {"type": "mpnews", "articles": [_article(a) for a in message.articles]}


def _article(article: RenderedArticle) -> dict[str, Any]:
    """Give one article as the lock document writes it."""
    return {
        "title": article.title,
        "author": article.author,
        "digest": article.digest,
        "content_source_url": article.content_source_url,
        "need_open_comment": article.need_open_comment,
        "only_fans_can_comment": article.only_fans_can_comment,
        "cover": "sha256:" + article.cover,
        "content_sha256": "sha256:" + sha256_of(article.content.encode()),
        "content_chars": len(article.content),
    }
