"""HTML of a .html article: pictures get placeholders, everything else stays as it is."""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Final

from massctl.model.message import PICTURE_SCHEME
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.html_rules import FORBIDDEN_ELEMENTS, forbidden, hides_picture, is_script, lost_title
from massctl.render.html_scan import Attribute, Edit, Tag, edited, tags
from massctl.render.page import Page
from massctl.render.paths import is_at_wechat

STYLE_URL: Final = re.compile(
    r"url\(\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|&quot;(?P<entity>(?:(?!&quot;).)*+)&quot;"
    r"|&#39;(?P<number>(?:(?!&#39;).)*+)&#39;|(?P<bare>[^()\"'\s]*))\s*\)",
    re.IGNORECASE | re.DOTALL,
)
"""A picture in a style, by the form in which it stands there."""
_HIDEABLE: Final = ",".join(sorted({*FORBIDDEN_ELEMENTS, "img"} - {"html", "head", "body"}))
"""What no body may hold, and pictures; every page has the three that are left out."""
_CARD_PICTURES: Final = ("data-miniprogram-imageurl", "data-progarm-imageurl", "data-program-imageurl")
"""Where the picture of a mini-program's card stands; the misspelling is WeChat's own, of 2019."""
SOURCES: Final = {
    "img": ("src", "data-src"),
    # Outside of a drawing browsers take `image` for `img`.
    "image": ("href", "xlink:href", "src"),
    "mp-common-miniprogram": _CARD_PICTURES,
    "mp-common-profile": ("data-headimg",),
    "mp-miniprogram": _CARD_PICTURES,
}


def with_placeholders(text: str, page: Page) -> str:
    """Check raw HTML and put placeholders for its pictures."""
    edits: list[Edit] = []
    drawings = 0
    for tag in tags(text):
        if tag.name == "svg":
            drawings = max(0, drawings + (-1 if tag.closing else 1))
        elif tag.name == "title" and not drawings and not tag.closing:
            page.report(lost_title(), tag.start)
        for fault, at in forbidden(tag, text[tag.start : tag.end], page.external_links):
            page.report(fault, at)
        for fault, at in unreadable(tag, text):
            page.report(fault, at)
        for start, written in _references(tag):
            address = unescape(written)
            # A script is refused already, as what it is.
            placed = None if is_script(address) else page.picture(address, written, start)
            if written.lower().startswith("http:") and placed is not None and placed[1] is None:
                # WeChat shows its own pictures over https; the rest of the address keeps its bytes.
                edits.append(Edit(start, start + len("http:"), "https:"))
            elif placed is not None and placed[1] is not None:
                edits.append(Edit(start, start + len(written), escape(placed[0])))
    return edited(text, edits)


def hidden_faults(text: str) -> Iterator[Fault]:
    """Find what an HTML5 parser sees in a body that was found to hold nothing forbidden: it has the last word."""
    # Needed here only, where HTML is passed through.
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(f"<body>{text}")
    for node in tree.css(_HIDEABLE):
        found = node.attributes
        if node.tag == "iframe" and ("video_iframe" in (found.get("class") or "") or "data-mpvid" in found):
            continue
        address = (found.get("src") or "").strip()
        if node.tag == "img" and (not address or address.startswith(PICTURE_SCHEME) or is_at_wechat(address)):
            continue
        say = Phrase("a browser finds `<{name}>` here, in markup that hides it", name=node.tag or "")
        yield Fault("MC308", say, Phrase("check for a missing quotation mark or `>`"), needle=f"<{node.tag}")


def unreadable(tag: Tag, text: str) -> Iterator[tuple[Fault, int]]:
    """Find what browsers read in another way than we do, or not at all, each with its position."""
    if not text.endswith(">", tag.start, tag.end):
        say = Phrase("the tag `<{name}` never ends", name=tag.name)
        hint = Phrase("check for a missing quotation mark or `>`")
        yield Fault("MC308", say, hint, needle=text[tag.start : tag.name_start + len(tag.name)]), tag.start
    for attribute in tag.attributes:
        if attribute.name == "style" and hides_picture(attribute.value, len(STYLE_URL.findall(attribute.written))):
            say = Phrase("a picture in this style cannot be read")
            hint = Phrase("write it as `url(path)`, without escapes and `image-set`")
            yield Fault("MC308", say, hint, needle=text[attribute.start : attribute.end]), attribute.start


def _references(tag: Tag) -> Iterator[tuple[int, str]]:
    """Give the references to pictures in one tag: position in the text, and the path as written."""
    sources = SOURCES.get(tag.name, ())
    for attribute in tag.attributes:
        if attribute.name == "style":
            yield from _in_style(attribute)
        elif attribute.name in sources and attribute.written.strip() and not _is_of_the_drawing(attribute):
            stripped = attribute.written.strip()
            yield attribute.value_start + attribute.written.index(stripped), stripped


def _is_of_the_drawing(attribute: Attribute) -> bool:
    """Say whether it refers to a part of the same drawing; a picture's `src` never does."""
    return attribute.name.endswith("href") and attribute.written.startswith("#")


def _in_style(attribute: Attribute) -> Iterator[tuple[int, str]]:
    for found in STYLE_URL.finditer(attribute.written):
        group = next(name for name, value in found.groupdict().items() if value is not None)
        if found[group] and not found[group].startswith("#"):
            yield attribute.value_start + found.start(group), found[group]
