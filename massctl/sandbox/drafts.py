"""Answer for the draft box: what an article may hold, and what WeChat makes of its HTML.

A draft is consumed by a mass send to whatever audience, and cannot be read afterwards: pages differ about sends to a
tag or a list, and "removed" is the reading that a client must survive. Characters are Unicode code points. Limits:
WeChat docs, "draft/add", read 2026-10; each constant says since when.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import SplitResult, urlsplit

from massctl.sandbox import media
from massctl.sandbox.request import OK, Refusal, Request, flag, get, integer, listing, post, text
from massctl.sandbox.store import Record

ARTICLES_MAX = 8
"""Articles of one draft, at least one."""
TITLE_CHARS = 64
"""Until 2025-12-19; 32 since. The 32 are not enforced: 39 were taken and given back whole (measured 2026-08)."""
AUTHOR_CHARS = 16
"""Since 2025-11-26; 8 before."""
DIGEST_CHARS = 120
"""Read 2026-09; another reading says 128 since 2025-12-19."""
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
_PROGRAM = re.compile(r"wx[0-9a-f]{16}")
"""The AppID of a mini-program, as in every example of WeChat's pages."""


@post("draft/add", daily=1000)
def add(request: Request) -> Record:
    """Answer `draft/add`: a new draft each time, there is no duplicate guard."""
    given = request.record().get("articles")
    if not isinstance(given, list):
        raise Refusal(40097)
    if not 1 <= len(given) <= ARTICLES_MAX:
        raise Refusal(45008)
    articles = [_checked(request, article, alone=len(given) == 1) for article in given]
    media_id = request.db.new_id("draft", 64)
    draft = {
        "appid": request.appid,
        "media_id": media_id,
        "articles": articles,
        "consumed_by": None,
    }
    request.db.put("drafts", media_id, {**draft, "created": request.at, "updated": request.at})
    return {"media_id": media_id}


def find(request: Request, media_id: object) -> Record:
    """Return a draft of the account; 40007 where it is unknown, deleted or already sent."""
    draft = request.own("drafts", media_id)
    if draft is None or draft["consumed_by"] is not None:
        raise Refusal(40007)
    return draft


@post("draft/get", daily=500)
def read(request: Request) -> Record:
    """Answer `draft/get`: the articles as stored, with temporary preview links."""
    return {"news_item": _news_item(find(request, request.record().get("media_id")), True)}


@post("draft/delete", daily=1000)
def delete(request: Request) -> Record:
    """Answer `draft/delete`; cannot be undone."""
    draft = find(request, request.record().get("media_id"))
    request.db.delete("drafts", draft["media_id"])
    return OK


@post("draft/update", daily=1000)
def update(request: Request) -> Record:
    """Answer `draft/update`: replace one article; `index` counts from 0, `articles` is one object."""
    given = request.record()
    draft = find(request, given.get("media_id"))
    articles: list[Record] = draft["articles"]
    index = integer(given.get("index", 0), 0, len(articles) - 1, errcode=40114)
    articles[index] = _checked(request, given.get("articles"), alone=len(articles) == 1)
    request.db.put("drafts", draft["media_id"], {**draft, "updated": request.at})
    return OK


@get("draft/count", daily=1000)
def count(request: Request) -> Record:
    """Answer `draft/count`: the drafts that are still in the box."""
    return {"total_count": request.db.count("drafts", appid=request.appid, consumed_by=None)}


@post("draft/batchget", daily=1000)
def batchget(request: Request) -> Record:
    """Answer `draft/batchget`, newest first."""
    rows = request.db.find("drafts", appid=request.appid, consumed_by=None)
    return listed(request, rows, "media_id", ("created", "updated"), _news_item)


def listed(
    request: Request,
    rows: list[Record],
    key: str,
    times: tuple[str, str],
    news_item: Callable[[Record, bool], list[Record]],
) -> Record:
    """Answer with one page of drafts or publications, newest first; `times` say when one was made and changed."""
    given = request.record()
    with_content = not flag(given.get("no_content"))

    def shown(row: Record) -> Record:
        created, updated = (int(row[name]) for name in times)
        content = {"create_time": created, "update_time": updated}
        return {
            key: row[key],
            "content": {"news_item": news_item(row, with_content), **content},
            "update_time": updated,
        }

    return listing(given, rows, shown)


def consume(request: Request, draft: Record, by: int) -> None:
    """Remove a draft from the box, because a send or a publication took it."""
    request.db.put("drafts", draft["media_id"], {**draft, "consumed_by": by})


def _news_item(draft: Record, with_content: bool) -> list[Record]:
    address = f"http://mp.weixin.qq.com/s?__biz=SANDBOX&tempkey={draft['media_id'][:24]}&chksm="
    return [
        {
            **article,
            "content": article["content"] if with_content else "",
            "url": f"{address}{number}#rd",
        }
        for number, article in enumerate(draft["articles"], start=1)
    ]


# One article


def _checked(request: Request, article: object, *, alone: bool) -> Record:
    """Return the article as stored; `alone` says that it is the only one of its draft, so that its digest is kept.

    Refuses with 40097 (not an object), 45003, 45110, 45004, 45005, 41039, 44003, 45002, 45166, 45086, 40155, 40007,
    40215, 88000.
    """
    kind = (article.get("article_type") or "news") if isinstance(article, dict) else None
    if not isinstance(article, dict) or kind not in {"news", "newspic"}:
        raise Refusal(40097)
    title = _bounded(article, "title", TITLE_CHARS, 45003)
    if not title:
        raise Refusal(45003)
    author = _bounded(article, "author", AUTHOR_CHARS, 45110)
    digest = _bounded(article, "digest", DIGEST_CHARS, 45004)
    source = text(article.get("content_source_url"), 45005)
    if len(source.encode()) > URL_BYTES:
        raise Refusal(45005)
    if source and not _is_of_the_web(source):
        raise Refusal(41039)
    content = _content(request, article, kind)
    comments = {
        name: flag(article.get(name)) for name in ("need_open_comment", "only_fans_can_comment")
    }
    if any(comments.values()) and not request.account.comment_right:
        raise Refusal(88000)
    return {
        "article_type": kind,
        "title": title,
        "author": author,
        "digest": (digest or plain_text(content)[:DEFAULT_DIGEST_CHARS]) if alone else "",
        "content": content,
        "content_source_url": source,
        **comments,
        "show_cover_pic": 0,
        **(_pictures(request, article) if kind == "newspic" else _cover(request, article)),
    }


def _bounded(article: Record, member: str, chars_max: int, errcode: int) -> str:
    value = text(article.get(member))
    if len(value) > chars_max:
        raise Refusal(errcode)
    return value


def _content(request: Request, article: Record, kind: str) -> str:
    content, characters = article.get("content"), request.account.content_characters
    if not isinstance(content, str) or not content.strip():
        raise Refusal(44003)
    if len(content) >= (characters or CONTENT_BYTES) or len(content.encode()) >= CONTENT_BYTES:
        raise Refusal(45002)
    if kind == "newspic" and re.search(r"<(p|div|section|img|span|br)\b", content, re.IGNORECASE):
        raise Refusal(45166)
    kept = sanitised(content, foreign_links=request.account.wechat_pay)
    _require_linked(request, kept)
    return kept


def _require_linked(request: Request, content: str) -> None:
    """Refuse a mini-program that is not linked to the account (45086), and the card of another account (40155).

    Where nobody declared which are its own, any may be, and the report says that this was assumed: what an account has
    linked stands nowhere but in WeChat's console, and refusing all would end the rehearsal of every campaign with a
    card.
    """
    for member, name in cards(content):
        is_program, declared = member == "miniprograms", getattr(request.account, member)
        if (is_program and not _PROGRAM.fullmatch(name)) or (
            declared is not None and name not in declared
        ):
            raise Refusal(45086 if is_program else 40155)
        if declared is None:
            request.assume("miniprogram" if is_program else "profile", name)


def cards(content: str) -> Iterator[tuple[str, str]]:
    """Walk over the mini-programs and accounts that an article leads to: the account's member, and the id."""
    for name, attributes in _elements(content):
        if "data-miniprogram-appid" in attributes:
            yield "miniprograms", attributes["data-miniprogram-appid"]
        if name == "mp-common-profile":
            yield "profile_ids", attributes.get("data-id", "")


def _cover(request: Request, article: Record) -> Record:
    row = media.find(request, article.get("thumb_media_id"), "image", "thumb", permanent=True)
    crops = {
        name: article[name] for name in ("pic_crop_235_1", "pic_crop_1_1") if article.get(name)
    }
    if not all(_is_crop(crop) for crop in crops.values()):
        raise Refusal(40097)
    return {"thumb_media_id": row["media_id"], "thumb_url": row["url"], **crops}


def _is_crop(value: object) -> bool:
    """Return whether this is `X1_Y1_X2_Y2`: left of, and above, each other."""
    parts = value.split("_") if isinstance(value, str) else []
    if len(parts) != 4 or not all(_SHARE.fullmatch(part) for part in parts):
        return False
    left, top, right, bottom = map(float, parts)
    return left < right and top < bottom


def _pictures(request: Request, article: Record) -> Record:
    listed = (article.get("image_info") or {}).get("image_list")
    if not isinstance(listed, list) or not 1 <= len(listed) <= NEWSPIC_PICTURES:
        raise Refusal(40215)
    ids = [entry.get("image_media_id") if isinstance(entry, dict) else None for entry in listed]
    rows = [media.find(request, media_id, "image", permanent=True) for media_id in ids]
    entries = [{"image_media_id": row["media_id"], "url": row["url"]} for row in rows]
    return {
        "image_info": {"image_list": entries},
        "thumb_media_id": "",
        "thumb_url": rows[0]["url"],
    }


# The sanitiser

_TAG = re.compile(
    r"<!--.*?-->|<(/?)([A-Za-z][^\s/>]*)((?:\"[^\"]*\"|'[^']*'|[^'\">])*)>", re.DOTALL
)
_ATTRIBUTE = re.compile(r"\s+([^\s=/>\"']+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_RAW = frozenset({"script", "style"})
_REMOVED_WHOLE = _RAW | {"audio", "form", "iframe", "object", "video"}
"""Removed with everything in them, except a frame with a video of WeChat's."""
_REMOVED = frozenset({"embed", "input", "link", "meta"})
"""Removed; they have no content."""
_PICTURE_HOSTS = frozenset({"mmbiz.qpic.cn", "mmbiz.qlogo.cn", "mmecoa.qpic.cn"})
_ARTICLE_HOST = "mp.weixin.qq.com"


def sanitised(content: str, *, foreign_links: bool = False) -> str:
    """Return the content as the draft will hold it; unchanged, byte for byte, where nothing offends.

    Measured by others in 2026-06 (`draft/add`, then `draft/get`): `<script>` and `<style>` go, every `id` attribute
    goes (in SVG too), pictures from elsewhere go without a word. SVG, animation, positioning and `background:url()`
    stay. Documented: scripts go; so do links to other sites, unless the account has WeChat Pay (`foreign_links`).
    Frames, forms, recordings and what only a page's head has: tools that write for WeChat agree that they go. Event
    attributes are scripts and go as well; that is inferred, and so is that a link goes and its words stay.
    """
    kept: list[str] = []
    at, removed, depth = 0, "", 0
    is_open = {"a": True, "iframe": False}
    """Whether the last start tag of such an element was kept; its end tag is treated alike."""
    for found in _TAG.finditer(content):
        if not depth:
            kept.append(content[at : found.start()])
        at = found.end()
        name, closing = (found[2] or "").lower(), bool(found[1])
        if depth:
            if name == removed and (closing or name not in _RAW):
                depth += -1 if closing else 1
        elif closing and name in is_open:
            kept.append(found[0] if is_open[name] else "")
            is_open[name] = name == "a"
        elif name in _REMOVED_WHOLE and not _is_video(name, found[3]):
            removed, depth = name, 0 if closing else 1
        elif name not in _REMOVED:
            stays = name != "a" or _may_link(found[3], foreign=foreign_links)
            if name in is_open:
                is_open[name] = stays
            kept.append(_kept_tag(found, name) if stays else "")
    return "".join(kept) + ("" if depth else content[at:])


def plain_text(content: str) -> str:
    """Return the words of an article without markup, blanks run together."""
    return re.sub(r"\s+", " ", unescape(_TAG.sub("", content))).strip()


def _elements(content: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Walk over the starts of elements: the name, and the attributes that have a value."""
    for found in _TAG.finditer(content):
        if found[2] and not found[1]:
            yield found[2].lower(), _attributes(found[3])


def _attributes(text_of_tag: str) -> dict[str, str]:
    """Return the attributes that have a value; the first of a name counts."""
    found = [
        (each[1].lower(), unescape(each[2].strip("\"'")))
        for each in _ATTRIBUTE.finditer(text_of_tag)
        if each[2]
    ]
    return dict(reversed(found))


def _kept_tag(found: re.Match[str], name: str) -> str:
    if not name or found[1]:
        return found[0]
    if name == "img":
        given = _attributes(found[3])
        if not _is_ours(given.get("src") or given.get("data-src") or ""):
            return ""
    return f"<{found[2]}{_ATTRIBUTE.sub(_kept_attribute, found[3])}>"


def _kept_attribute(attribute: re.Match[str]) -> str:
    name = attribute[1].lower()
    return "" if name == "id" or name.startswith("on") else attribute[0]


def _is_video(name: str, attributes: str) -> bool:
    """Tell the videos that the console inserts: WeChat's own, which it documents, and those of v.qq.com (practice)."""
    given = _attributes(attributes) if name == "iframe" else {}
    if "video_iframe" not in given.get("class", "").split():
        return False
    address = _split(given.get("data-src") or given.get("src") or "")
    return bool(given.get("data-mpvid")) or (address is not None and address.hostname == "v.qq.com")


def _may_link(attributes: str, *, foreign: bool) -> bool:
    given = _attributes(attributes)
    address = (given.get("href") or given.get("xlink:href") or "").strip()
    # What opens a mini-program has an empty address; what leads into the page itself leads nowhere.
    if not address or address.startswith("#") or given.get("data-miniprogram-appid"):
        return True
    parts = _split(address)
    return (
        parts is not None
        and _is_of_the_web(address)
        and (foreign or parts.hostname == _ARTICLE_HOST)
    )


def _is_of_the_web(url: str) -> bool:
    parts = _split(url)
    return parts is not None and parts.scheme in {"http", "https"}


def _is_ours(url: str) -> bool:
    parts = _split(url if "//" in url else f"//{url}")
    return (
        parts is not None
        and parts.scheme in {"", "http", "https"}
        and parts.hostname in _PICTURE_HOSTS
    )


def _split(url: str) -> SplitResult | None:
    """Take an address apart; None where it names no host."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname else None
    except ValueError:
        return None
