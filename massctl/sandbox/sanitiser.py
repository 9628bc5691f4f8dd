"""Do to an article's HTML what the API's sanitiser is known to do, and touch no other byte.

Measured by others in 2026-06 (`draft/add`, then `draft/get`): `<script>` and `<style>` go, every `id`
attribute goes (in SVG too), pictures from elsewhere go without a word. SVG, animation, positioning and
`background:url()` stay. Documented: scripts go; so do links to other sites, unless the account has WeChat Pay.
Frames, forms, recordings and what only a page's head has: tools that write for WeChat agree that they go. Event
attributes are scripts and go as well; that is inferred, and so is that a link goes and its words stay.
"""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import SplitResult, urlsplit

_TAG = re.compile(r"<!--.*?-->|<(/?)([A-Za-z][^\s/>]*)((?:\"[^\"]*\"|'[^']*'|[^'\">])*)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"\s+([^\s=/>\"']+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_RAW = frozenset({"script", "style"})
_DROPPED_WHOLE = _RAW | {"audio", "form", "iframe", "object", "video"}
"""They go with everything in them."""
_DROPPED_ALONE = frozenset({"embed", "input", "link", "meta"})
"""They hold nothing."""
_PICTURE_HOSTS = frozenset({"mmbiz.qpic.cn", "mmbiz.qlogo.cn", "mmecoa.qpic.cn"})
_ARTICLE_HOST = "mp.weixin.qq.com"


def sanitise(content: str, *, foreign_links: bool = False) -> str:
    """Return the content as the draft will hold it; unchanged, byte for byte, where nothing offends.

    `foreign_links` says that the account may link to other sites.
    """
    kept: list[str] = []
    at, dropped, depth = 0, "", 0
    is_open = {"a": True, "iframe": False}
    """Whether the newest start of such an element was kept: then its end is."""
    for found in _TAG.finditer(content):
        if not depth:
            kept.append(content[at : found.start()])
        at = found.end()
        name, closing = (found[2] or "").lower(), bool(found[1])
        if depth:
            if name == dropped and (closing or name not in _RAW):
                depth += -1 if closing else 1
        elif closing and name in is_open:
            kept.append(found[0] if is_open[name] else "")
            is_open[name] = name == "a"
        elif name in _DROPPED_WHOLE and not _is_video(name, found[3]):
            dropped, depth = name, 0 if closing else 1
        elif name not in _DROPPED_ALONE:
            stays = name != "a" or _may_link(found[3], foreign=foreign_links)
            if name in is_open:
                is_open[name] = stays
            kept.append(_tag(found, name) if stays else "")
    return "".join(kept) + ("" if depth else content[at:])


def plain_text(content: str) -> str:
    """Return the words of an article without markup, blanks run together."""
    return re.sub(r"\s+", " ", unescape(_TAG.sub("", content))).strip()


def elements(content: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Walk over the starts of elements: the name, and the attributes that have a value."""
    for found in _TAG.finditer(content):
        if found[2] and not found[1]:
            given = {
                each[1].lower(): unescape(each[2].strip("\"'")) for each in _ATTRIBUTE.finditer(found[3]) if each[2]
            }
            yield found[2].lower(), given


def has_scheme(url: str) -> bool:
    """Tell whether an address is one of the web: http or https, and a host."""
    parts = _split(url)
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _tag(found: re.Match[str], name: str) -> str:
    if not name or found[1]:
        return found[0]
    if name == "img" and not _is_ours(_attribute(found[3], "src") or _attribute(found[3], "data-src") or ""):
        return ""
    return f"<{found[2]}{_ATTRIBUTE.sub(_keep, found[3])}>"


def _keep(attribute: re.Match[str]) -> str:
    name = attribute[1].lower()
    return "" if name == "id" or name.startswith("on") else attribute[0]


def _attribute(text: str, name: str) -> str | None:
    for found in _ATTRIBUTE.finditer(text):
        if found[1].lower() == name and found[2]:
            return unescape(found[2].strip("\"'"))
    return None


def _is_video(name: str, attributes: str) -> bool:
    """Tell WeChat's own videos, the one use of `<iframe>` that it documents."""
    classes = (_attribute(attributes, "class") or "").split()
    return name == "iframe" and "video_iframe" in classes and bool(_attribute(attributes, "data-mpvid"))


def _may_link(attributes: str, *, foreign: bool) -> bool:
    address = (_attribute(attributes, "href") or _attribute(attributes, "xlink:href") or "").strip()
    # What opens a mini-program has an empty address; what leads into the page itself leads nowhere.
    if not address or address.startswith("#") or _attribute(attributes, "data-miniprogram-appid"):
        return True
    parts = _split(address)
    return parts is not None and has_scheme(address) and (foreign or parts.hostname == _ARTICLE_HOST)


def _is_ours(url: str) -> bool:
    parts = _split(url if "//" in url else f"//{url}")
    return parts is not None and parts.scheme in {"", "http", "https"} and parts.hostname in _PICTURE_HOSTS


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.hostname is not None else None
    except ValueError:
        return None
