"""campaign.lock.json: what was approved, as a file that is committed and reviewed.

The digest is that of the rendered campaign: the whole document without `digest`, `renderer`, `seen`, `account.name`,
and where pictures come from. A lock holds the digests of the bodies, not the bodies: whoever wants them renders again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from massctl.model.batches import OpenidList
from massctl.model.campaign import Audience, OffsetTime, parse_offset_time
from massctl.model.destination import Destination
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    CELL_NAME_PATTERN,
    CampaignName,
    Digest,
    Folder,
    Sha256,
    below_campaigns,
    cell_of,
    digest_of,
    prefixed,
    sha256_of,
    unprefixed,
)
from massctl.model.message import (
    KINDS,
    LOCK_FORMAT_VERSION,
    LockedArticle,
    Message,
    PrefixedSha256,
    ReadableArticle,
    ReadableMessage,
    RenderedCampaign,
    Window,
    approved_document,
)
from massctl.model.strict import NonEmpty, PrefixedDigest, Strict


def _as_promise(message: Message[LockedArticle]) -> Message[LockedArticle]:
    return replace(message, is_promise=True)


if TYPE_CHECKING:
    LockedMessage = Message[LockedArticle]
else:
    LockedMessage = Annotated[
        reduce(or_, KINDS), Field(discriminator="type"), AfterValidator(_as_promise)
    ]
    """The message of a lock: it promises what is sent, and nothing that is sent is made of it."""


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
        start = parse_offset_time(self.not_before)
        end = parse_offset_time(self.not_after)
        return Window(start, end) if start is not None and end is not None else None


class LockedAudience(Audience):
    """Who receives it, as declared, and for a list of openids what names them."""

    sha256: PrefixedDigest | None = None
    """Of the openids in their order, each once, each with a newline after it; only with `openids` and `of`."""
    count: Annotated[int, Field(ge=2)] | None = None
    """How many openids there are, each once; only with `openids` and `of`."""
    first: Annotated[int, Field(ge=1)] | None = None
    """The place of its first person in the snapshot, from 1; only with `part`."""
    by: Literal["tag"] | None = None
    """tag: massctl fills a tag with them and sends to that; only with `of`."""

    @property
    def declared(self) -> Audience:
        """Return the audience as campaign.yaml declares it."""
        return Audience.model_validate(
            self.model_dump(exclude={"sha256", "count", "first", "by"}, exclude_none=True)
        )

    @property
    def openid_list(self) -> OpenidList | None:
        """Return what names the list; None for every other audience, and where the lock is not whole."""
        if not self.is_list or self.sha256 is None or self.count is None:
            return None
        name = unprefixed(self.sha256)
        return OpenidList(name, self.count, by_tag=self.by == "tag", first=self.first or 1)


LinkKey = Annotated[str, StringConstraints(pattern=r"^[^/]+/[1-9][0-9]*$")]
"""`CAMPAIGN/NUMBER`; articles count from 1."""


class LockedPicture(Strict):
    """A picture, sound or video that is uploaded."""

    path: NonEmpty
    """Its file, from the campaign's folder, or `_shared/…`; not part of the digest."""
    source_sha256: PrefixedSha256
    """The bytes of that file; not part of the digest."""
    sha256: PrefixedSha256
    """What names it: the file's bytes where they are uploaded as they are, else SHA-256 of source and recipe."""
    size_bytes: Annotated[int, Field(alias="bytes", ge=0)]
    """The size of that file."""
    purpose: Annotated[Literal["image", "material", "voice", "video"], Field(alias="as")]
    """What takes it: `image` is media/uploadimg; `material` (a picture), `voice` and `video` are material/add_material.
    """


class LockFile(Strict):
    """What was approved of a campaign. Written by `massctl lock`, never by hand."""

    format_version: Literal[2]
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
    destinations: list[Destination]
    """Every place that a tap or a play leads, in their order."""
    seen: list[Destination]
    """What QR codes in its pictures say, as far as they were looked for; not part of the digest."""
    pictures: list[LockedPicture]
    """Every picture, sound and video of it, in order of first use."""

    @property
    def window(self) -> Window | None:
        """Return when it may go out; None without a window."""
        return self.send.window

    @property
    def openid_list(self) -> OpenidList | None:
        """Return what names the list of its audience; None for every other audience."""
        return self.audience.openid_list

    @property
    def send_ignore_reprint(self) -> bool:
        """Return whether it goes out although WeChat judges an article to be a reprint."""
        return self.send.send_ignore_reprint


class MatrixLock(Strict):
    """What was approved of every cell of a matrix, in one file. Written by `massctl lock`, never by hand."""

    format_version: Literal[2]
    """The version of this format."""
    campaign: NonEmpty
    """The name of the folder."""
    cells: dict[Annotated[str, StringConstraints(pattern=CELL_NAME_PATTERN)], LockFile]
    """The lock of each cell, by the cell's name. Each is whole, and compared alone."""


def lock_part(document: Any, name: CampaignName) -> Any:
    """Return what the document of a lock file says of a campaign; None where it says nothing of it.

    Where the folder has a matrix, the file has a part for each cell; else it is the campaign's alone.
    """
    cells = document.get("cells") if isinstance(document, dict) else None
    cell = cell_of(name)
    if not cell:
        return document if cells is None else None
    return cells.get(cell) if isinstance(cells, dict) else None


def matrix_document(folder: CampaignName, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a matrix's lock file from the lock of each cell, by the cell's name."""
    cells = {cell: parts[cell] for cell in sorted(parts)}
    return {"format_version": LOCK_FORMAT_VERSION, "campaign": folder, "cells": cells}


def lock_text(document: Mapping[str, Any]) -> str:
    """Write a lock as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


_BESIDE = ("digest", "renderer", "seen")
"""The keys that are no part of the digest."""


def lock_digest(document: Mapping[str, Any]) -> Digest:
    """Compute the digest that a lock of this content must carry, from the document as it was read."""
    approved = {key: value for key, value in document.items() if key not in _BESIDE}
    approved["account"] = _without(approved["account"], "name")
    approved["pictures"] = [
        _without(each, "path", "source_sha256") for each in approved["pictures"]
    ]
    return digest_of(approved)


def path_from_lock(written: str, folder: Folder) -> str:
    """Return the path, from campaigns/, that a lock writes; the repository refuses a path that leads outside."""
    if written.startswith("_shared/"):
        return written
    return f"{below_campaigns(folder)}/{written.removeprefix('./')}"


def _without(document: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in keys}


def lock_document(campaign: RenderedCampaign, renderer: str) -> dict[str, Any]:
    """Return the lock of a campaign; `renderer` lists versions: `massctl 0.1.0, pillow 13.0.0`."""
    approved = approved_document(campaign)
    origins = [
        {"path": path_in_lock(f.path, campaign.folder), "source_sha256": prefixed(f.source_sha256)}
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
        "destinations": approved["destinations"],
        "seen": [_without(each.document, "label") for each in campaign.seen],
        "pictures": [
            {**origin, **each} for origin, each in zip(origins, approved["pictures"], strict=True)
        ],
    }


def path_in_lock(path: str, folder: Folder) -> str:
    """Write a repository's path as seen from the campaign's folder; `_shared/…` is campaigns/_shared."""
    own = path.removeprefix(f"{folder}/")
    if own == path:
        return below_campaigns(path)
    # A folder of this name inside the campaign must not be taken for the shared one.
    return f"./{own}" if own.startswith("_shared/") else own


class Version(Frozen):
    """What was approved, with every word of it."""

    lock: LockFile
    message: ReadableMessage
    """The message of the lock, with its bodies."""


def version_of(campaign: RenderedCampaign) -> Version:
    """Return the content of a rendered campaign."""
    return Version(LockFile.model_validate(lock_document(campaign, "massctl")), campaign.message)


def checked_lock(document: Any, digest: str) -> LockFile | None:
    """Read a lock document that others may have touched; None unless it is one and its content has this digest."""
    try:
        lock = LockFile.model_validate(document)
    except ValidationError:
        return None
    return lock if lock.digest == digest and lock_digest(document) == digest else None


def checked_version(lock: LockFile, bodies: Callable[[Sha256], bytes | None]) -> Version | None:
    """Join a checked lock and bodies by digest; None if a body is not there or is not what its digest names."""
    articles = [_readable(each, bodies(each.content_sha256)) for each in lock.message.articles]
    if None in articles:
        return None
    message: Any = lock.message
    return Version(lock, replace(message, articles=tuple(articles)) if articles else message)


def _readable(article: LockedArticle, body: bytes | None) -> ReadableArticle | None:
    if body is None or sha256_of(body) != article.content_sha256:
        return None
    named = {
        each.name: getattr(article, each.name)
        for each in fields(article)
        if each.name not in _OF_BODY
    }
    # The digest was made from text, so these bytes are its UTF-8, unless somebody forged a lock as well.
    return ReadableArticle(**named, content=body.decode("utf-8", "replace"))


_OF_BODY = ("content_sha256", "content_chars")
