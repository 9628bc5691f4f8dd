"""Check one article of a draft against WeChat's limits and turn it into what the draft will hold.

Characters are Unicode code points. Limits: WeChat docs, read 2026-10; each constant says since when.
"""

import re

from massctl.sandbox import material
from massctl.sandbox.desk import Desk, flag
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.sanitiser import elements, has_scheme, plain_text, sanitise
from massctl.sandbox.tables import Record

TITLE_CHARS = 32
"""Since 2025-12-19; 64 before."""
AUTHOR_CHARS = 16
"""Since 2025-11-26; 8 before."""
DIGEST_CHARS = 128
"""Since 2025-12-19; another reading says 120."""
DEFAULT_DIGEST_CHARS = 54
"""What is taken from the text where a single article has no digest."""
CONTENT_BYTES = 1_000_000
"""The content must be smaller than this in UTF-8. The documented 20,000 characters are not enforced (measured 2026-09),
unless the account says `content_characters`."""
URL_BYTES = 1024
"""`content_source_url`."""
NEWSPIC_PICTURES = 20
"""Pictures of a `newspic` article, at least one."""

_SHARE = re.compile(r"(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)", re.ASCII)
"""One of the four numbers of a crop, at most 6 decimals."""
_COVERS = frozenset({"image", "thumb"})
_PROGRAM = re.compile(r"wx[0-9a-f]{16}")
"""The AppID of a mini-program, as in every example of WeChat's pages."""


def checked(desk: Desk, article: object, *, alone: bool) -> Record:
    """Return the article as stored; `alone` says that it is the only one of its draft, so that its digest is kept.

    Refuses with 40097 (not an object), 45003, 45110, 45004, 45005, 41039, 44003, 45002, 45166, 45086, 40155, 40007,
    40215, 88000.
    """
    if not isinstance(article, dict):
        raise Refusal(40097)
    kind = article.get("article_type") or "news"
    if kind not in {"news", "newspic"}:
        raise Refusal(40097)
    stored: Record = {"article_type": kind, **_fields(article)}
    content = _content(desk, article, kind)
    digest = (stored["digest"] or plain_text(content)[:DEFAULT_DIGEST_CHARS]) if alone else ""
    stored = {**stored, "digest": digest, "content": content, **_comments(desk, article), "show_cover_pic": 0}
    if kind == "newspic":
        return {**stored, **_pictures(desk, article)}
    return {**stored, **_cover(desk, article)}


def _fields(article: Record) -> Record:
    title = _text(article, "title", TITLE_CHARS, 45003)
    if not title:
        raise Refusal(45003)
    author = _text(article, "author", AUTHOR_CHARS, 45110)
    digest = _text(article, "digest", DIGEST_CHARS, 45004)
    source = article.get("content_source_url") or ""
    if not isinstance(source, str) or len(source.encode()) > URL_BYTES:
        raise Refusal(45005)
    if source and not has_scheme(source):
        raise Refusal(41039)
    return {"title": title, "author": author, "digest": digest, "content_source_url": source}


def _text(article: Record, member: str, chars_max: int, errcode: int) -> str:
    value = article.get(member) or ""
    if not isinstance(value, str):
        raise Refusal(40097)
    if len(value) > chars_max:
        raise Refusal(errcode)
    return value


def _content(desk: Desk, article: Record, kind: str) -> str:
    content = article.get("content")
    characters = desk.account.get("content_characters")
    if not isinstance(content, str) or not content.strip():
        raise Refusal(44003)
    if len(content) >= (characters or CONTENT_BYTES) or len(content.encode()) >= CONTENT_BYTES:
        raise Refusal(45002)
    if kind == "newspic" and re.search(r"<(p|div|section|img|span|br)\b", content, re.IGNORECASE):
        raise Refusal(45166)
    kept = sanitise(content, foreign_links=bool(desk.account.get("wechat_pay")))
    _require_linked(desk, kept)
    return kept


def _require_linked(desk: Desk, content: str) -> None:
    """Refuse a mini-program that is not linked to the account (45086), and the card of another account (40155).

    Where the account does not say which are its own, any may be: the report says that this was assumed.
    """
    for name, attributes in elements(content):
        program = attributes.get("data-miniprogram-appid")
        if program is not None:
            linked = desk.account.get("miniprograms")
            if not _PROGRAM.fullmatch(program) or (linked is not None and program not in linked):
                raise Refusal(45086)
            if linked is None:
                desk.assume("miniprogram", program)
        if name == "mp-common-profile":
            profile, own = attributes.get("data-id", ""), desk.account.get("profile_ids")
            if own is not None and profile not in own:
                raise Refusal(40155)
            if own is None:
                desk.assume("profile", profile)


def _comments(desk: Desk, article: Record) -> Record:
    both = {name: flag(article.get(name)) for name in ("need_open_comment", "only_fans_can_comment")}
    if any(both.values()) and not desk.account["comment_right"]:
        raise Refusal(88000)
    return both


def _cover(desk: Desk, article: Record) -> Record:
    row = material.find(desk, article.get("thumb_media_id"), _COVERS, permanent=True)
    crops: Record = {}
    for name in ("pic_crop_235_1", "pic_crop_1_1"):
        value = article.get(name) or ""
        if value and not _is_crop(value):
            raise Refusal(40097)
        if value:
            crops[name] = value
    return {"thumb_media_id": row["media_id"], "thumb_url": row["url"], **crops}


def _is_crop(value: object) -> bool:
    """Say whether this is `X1_Y1_X2_Y2`: left of, and above, each other."""
    parts = value.split("_") if isinstance(value, str) else []
    if len(parts) != 4 or not all(_SHARE.fullmatch(part) for part in parts):
        return False
    left, top, right, bottom = map(float, parts)
    return left < right and top < bottom


def _pictures(desk: Desk, article: Record) -> Record:
    listed = (article.get("image_info") or {}).get("image_list")
    if not isinstance(listed, list) or not 1 <= len(listed) <= NEWSPIC_PICTURES:
        raise Refusal(40215)
    ids = [entry.get("image_media_id") if isinstance(entry, dict) else None for entry in listed]
    rows = [material.find(desk, media_id, frozenset({"image"}), permanent=True) for media_id in ids]
    entries = [{"image_media_id": row["media_id"], "url": row["url"]} for row in rows]
    return {"image_info": {"image_list": entries}, "thumb_media_id": "", "thumb_url": rows[0]["url"]}
