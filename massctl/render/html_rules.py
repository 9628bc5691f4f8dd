"""What WeChat takes out of an article, and what that means for a campaign: an error, never a silent loss.

Source: WeChat docs, draft/add and "Article structure specification", read 2026-10; and measured behaviour
of the API's sanitiser.
"""

import re
import sys
from typing import Final
from urllib.parse import urlsplit

from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.html_scan import Tag
from massctl.render.page import ExternalLinks
from massctl.render.paths import is_foreign

_FORBIDDEN: Final = (
    "applet audio base body button canvas embed form frame frameset head html iframe input link marquee math meta"
    " noembed noframes noscript object plaintext script select style template textarea video xmp"
)
FORBIDDEN_ELEMENTS: Final = frozenset(_FORBIDDEN.split())
_COMPONENTS: Final = ("mp-", "mpvoice", "mpvideosnap", "mpprofile", "mpcps", "qqmusic", "mpchecktext", "mpgongyi")
"""How the names of WeChat's own elements begin: sounds, 视频号, places, goods, cards, music."""
LINK_HOST: Final = "mp.weixin.qq.com"
"""Links to articles are the only ones that every account may use."""
_LINK_ATTRIBUTES: Final = frozenset({"action", "formaction", "href", "src", "xlink:href"})
_GROUNDS: Final = frozenset({"table", "tbody", "td", "tfoot", "th", "thead", "tr"})
"""What an old attribute `background` draws a picture behind. Source: HTML standard, "15.3.8 Tables", read 2026-11."""
_ANIMATIONS: Final = frozenset({"animate", "animatecolor", "animatemotion", "animatetransform", "set"})
_CSS_ESCAPE: Final = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))", re.DOTALL)
_INVISIBLE: Final = re.compile(r"[\x00-\x20]")


def is_component(name: str) -> bool:
    """Say whether an element of that name, in lower case, is WeChat's own: only WeChat shows it, by its attributes."""
    return name.startswith(_COMPONENTS)


def is_script(address: str) -> bool:
    """Say whether an address runs a script; browsers ignore blanks and control characters in it."""
    return _INVISIBLE.sub("", address).lower().startswith(("javascript:", "vbscript:"))


def is_article_link(address: str) -> bool:
    """Say whether a link leads to an article on WeChat."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and parts.hostname == LINK_HOST
    except ValueError:
        return False


def script_link(needle: str) -> Fault:
    """Make the fault of a link that runs a script."""
    say = Phrase("a link cannot run a script: WeChat removes it")
    return Fault("MC308", say, Phrase("link to an address, or remove the link"), needle=needle)


def forbidden(tag: Tag, written: str, external_links: ExternalLinks) -> list[tuple[Fault, int]]:
    """Give the faults of one tag, each with its position in the text; `written` is the tag as it stands."""
    if tag.closing:
        return []
    faults: list[tuple[Fault, int]] = []
    if tag.name in FORBIDDEN_ELEMENTS and not _is_video(tag):
        say = Phrase("WeChat removes `<{name}>` from articles", name=tag.name)
        faults.append((Fault("MC308", say, _advice(tag.name), needle=written[: len(tag.name) + 1]), tag.start))
    for attribute in tag.attributes:
        needle = written[attribute.start - tag.start : attribute.end - tag.start]
        if attribute.name.startswith("on"):
            say = Phrase("WeChat removes scripts such as `{name}`", name=attribute.name)
            faults.append((Fault("MC308", say, Phrase("take it out"), needle=needle), attribute.start))
        elif attribute.name in _LINK_ATTRIBUTES and is_script(attribute.value):
            faults.append((script_link(needle), attribute.start))
        elif tag.name == "a" and attribute.name == "href" and _is_lost(tag, attribute.value, external_links):
            faults.append((_lost_link(needle), attribute.start))
        elif tag.name == "area" and attribute.name == "href":
            say = Phrase("a part of a picture cannot be a link: `<area>` is removed")
            hint = Phrase("put `<a>` around the whole picture, or split it into several")
            faults.append((Fault("MC308", say, hint, needle=needle), attribute.start))
        elif attribute.name in ("srcset", "imagesrcset"):
            say = Phrase("WeChat does not read `{name}`", name=attribute.name)
            faults.append((Fault("MC308", say, Phrase("write one picture as `src`"), needle=needle), attribute.start))
        elif attribute.name == "background" and tag.name in _GROUNDS and attribute.value.strip():
            say = Phrase("WeChat does not read `{name}`", name=attribute.name)
            hint = Phrase("write the picture as a style: `background-image:url(path)`")
            faults.append((Fault("MC308", say, hint, needle=needle), attribute.start))
        elif tag.name in _ANIMATIONS and attribute.name == "attributename" and _is_address_name(attribute.value):
            say = Phrase("an animation cannot change `{name}`", name=attribute.value.strip())
            faults.append((Fault("MC308", say, Phrase("take the animation out"), needle=needle), attribute.start))
    return faults


def lost_title() -> Fault:
    """Make the fault of a `<title>` outside of a drawing: it belongs into the head of a page, and WeChat has none."""
    say = Phrase("WeChat removes `<{name}>` from articles", name="title")
    return Fault("MC308", say, Phrase("write title, author and digest into campaign.yaml"), needle="<title")


def hides_picture(style: str, known: int) -> bool:
    """Say whether a style names more pictures than the `known` ones, in a way that cannot be read or replaced."""
    plain = _CSS_ESCAPE.sub(_unescaped, style).lower()
    return "image-set(" in plain or plain.count("url(") > known


def _unescaped(found: re.Match[str]) -> str:
    """Read one escape of CSS; what is beyond Unicode means nothing."""
    if found[1] is None:
        return found[2]
    code = int(found[1], 16)
    return chr(code) if code <= sys.maxunicode else ""


def _is_address_name(name: str) -> bool:
    return name.strip().lower() in _LINK_ATTRIBUTES


def _is_video(tag: Tag) -> bool:
    """Let WeChat's own videos through, the one use of `<iframe>` that it knows."""
    return tag.name == "iframe" and ("video_iframe" in (tag.get("class") or "") or tag.get("data-mpvid") is not None)


def _is_lost(tag: Tag, address: str, external_links: ExternalLinks) -> bool:
    # Anchors and paths lead nowhere under every setting (MC322).
    leads_out = is_foreign(address) and tag.get("data-miniprogram-appid") is None
    return external_links == "footnotes" and leads_out and not is_article_link(address)


def _lost_link(needle: str) -> Fault:
    return Fault(
        "MC311",
        Phrase("WeChat keeps only links to articles on mp.weixin.qq.com, so this one may be lost"),
        Phrase("write the address as text, or set `external_links: keep` for an account with WeChat Pay"),
        severity=Severity.WARNING,
        needle=needle,
    )


def _advice(name: str) -> Phrase:
    if name in ("canvas", "math"):
        return Phrase("show it as a picture or a drawing (`<svg>`)")
    if name in ("style", "link"):
        return Phrase("write the styles into `style` attributes")
    if name in ("html", "head", "body", "meta", "base"):
        return Phrase("keep only the content of `<body>`")
    return Phrase("take it out; docs/reference/wechat-html.md lists what WeChat keeps")
