"""One approved content of a campaign, whole: its lock and the bodies that the lock names by digest.

Locks, the archive beside the ledger and a second checkout all give one, so that any two can be compared for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from massctl.model.digest import sha256_of
from massctl.model.lock import LockFile, lock_digest
from massctl.model.lock_document import lock_document
from massctl.model.locked_message import LockedNews
from massctl.model.message import RenderedNews
from massctl.model.rendered import RenderedCampaign


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
