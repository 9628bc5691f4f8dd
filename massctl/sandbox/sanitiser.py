"""Do to an article's HTML what the API's sanitiser was measured to do, and touch no other byte.

Measured by others in 2026-06 (`draft/add`, then `draft/get`): `<script>` and `<style>` go, every `id`
attribute goes (in SVG too), pictures from elsewhere go without a word. SVG, animation, positioning and
`background:url()` stay. Event attributes are scripts ("JS is removed") and go as well; that is inferred.
"""

import re
from html import unescape
from urllib.parse import urlsplit

_TAG = re.compile(r"<!--.*?-->|<(/?)([A-Za-z][^\s/>]*)((?:\"[^\"]*\"|'[^']*'|[^'\">])*)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"\s+([^\s=/>\"']+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_DROPPED_WHOLE = frozenset({"script", "style"})
_PICTURE_HOSTS = frozenset({"mmbiz.qpic.cn", "mmbiz.qlogo.cn", "mmecoa.qpic.cn"})


def sanitise(content: str) -> str:
    """Return the content as the draft will hold it; unchanged, byte for byte, where nothing offends."""
    kept: list[str] = []
    at = 0
    inside: str | None = None
    for found in _TAG.finditer(content):
        if inside is None:
            kept.append(content[at : found.start()])
        at = found.end()
        name = (found[2] or "").lower()
        if inside is not None:
            inside = None if found[1] and name == inside else inside
        elif name in _DROPPED_WHOLE:
            inside = None if found[1] else name
        else:
            kept.append(_tag(found, name))
    return "".join(kept) + ("" if inside else content[at:])


def plain_text(content: str) -> str:
    """Return the words of an article without markup, blanks run together."""
    return re.sub(r"\s+", " ", unescape(_TAG.sub("", content))).strip()


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


def _is_ours(url: str) -> bool:
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        return parts.scheme in {"", "http", "https"} and parts.hostname in _PICTURE_HOSTS
    except ValueError:
        return False
