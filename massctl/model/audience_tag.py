"""The tag (标签) that massctl made for an audience, as the ledger has it; no openid is here."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct, field

from massctl.model.entries import TagFillBegun, TagFilled
from massctl.model.ids import AppId, Sha256, sha256_of

PREFIX = "massctl/"
NAME_MAX = 30
"""Of a tag's name. Pages differ on whether characters or bytes are counted, and ours has one byte a character. Source:
WeChat docs, "tags/create", read 2026-10."""
_DIGEST_CHARS = 6


def tag_name(audience: str) -> str:
    """Name the tag of an audience; a name that is cut ends with what tells it from others.

    >>> tag_name("east")
    'massctl/east'
    >>> len(tag_name("a-name-that-is-longer-than-wechat-takes"))
    30
    """
    name = f"{PREFIX}{audience}"
    if len(name) <= NAME_MAX:
        return name
    digest = sha256_of(audience.encode())[:_DIGEST_CHARS]
    return f"{name[: NAME_MAX - _DIGEST_CHARS - 1]}-{digest}"


def people_digest(people: Iterable[str]) -> Sha256:
    """Name people by their openids, in the order of their letters, each with a newline after it."""
    named = hashlib.sha256()
    for openid in sorted(people, key=str.encode):
        named.update(f"{openid}\n".encode())
    return Sha256(named.hexdigest())


class TagFill(Struct):
    """One fill of a tag."""

    serial: int
    at: datetime
    event: TagFillBegun


class AudienceTag(Struct):
    """All that is recorded of the tag of one audience in one account."""

    appid: AppId
    audience: str
    begun_as: str | None = None
    """The name that was asked for, while nobody knows whether WeChat made it."""
    tag_id: int | None = None
    """None while there is none."""
    name: str = ""
    fills: list[TagFill] = field(default_factory=list)
    """The fills whose end is not on record, oldest first; whoever made them may still be at it."""
    filled: TagFilled | None = None
    """What massctl left in it at last; None of a new tag."""


TagKey = tuple[AppId, str]
"""An account and the name of an audience."""
