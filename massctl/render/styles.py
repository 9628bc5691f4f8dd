"""The `style` attributes of an article: the author's own, and the theme's, since WeChat drops style sheets."""

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from html import unescape
from typing import TYPE_CHECKING, Final

from massctl.render.article_file import ArticleFile
from massctl.render.elements import is_component, is_script
from massctl.render.paths import is_pixel, pixel_note
from massctl.render.tree import VOID, Element, escaped_value, parse, serialized

if TYPE_CHECKING:
    from css_inline import CSSInliner

Settled = Callable[[str, str, str], tuple[str, str]]

STYLE_URL: Final = re.compile(
    r"url\(\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|&quot;(?P<entity>(?:(?!&quot;).)*+)&quot;"
    r"|&#39;(?P<number>(?:(?!&#39;).)*+)&#39;|(?P<bare>[^()\"'\s]*))\s*\)",
    re.IGNORECASE | re.DOTALL,
)
"""A picture in a style, by the form in which it stands there."""
_CSS_ESCAPE: Final = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))", re.DOTALL)
_PROPERTY: Final = re.compile(r"-?[a-z][a-z0-9-]*")
_HANDED_DOWN: Final = re.compile("(?<![^;])(?P<property>text-align:|letter-spacing:)(?P<value>[^;]*)")
_ANYWHERE: Final = re.compile(r"[a-z-]+|0|[\d.]+px")
"""Values that mean the same in an element and in its children, whatever their font sizes."""
_PLAIN: Final = frozenset({"section", "p", "span", "blockquote", "table"})
"""Neither a browser nor WeChat's own style sheet aligns or spaces these; tables would be in pages without a doctype."""
_ALIGNED: Final = frozenset({"caption", "th", "center", "svg"})
"""Elements that do not inherit these properties."""
_NOTHING: Final = frozenset({"span", "tbody"})
"""Without attributes these change nothing: a browser puts `tbody` around rows by itself."""
_NUMBERED_STYLE: Final = re.compile(r' n="(?P<number>\d+)"(?: (?!style=)[^\s="]+="[^"]*")* style="(?P<style>[^"]*)"')
_SHOWN: Final = re.compile(r"\S")


@lru_cache(maxsize=256)
def declarations(style: str) -> str:
    """Normalise a style: leave out what a browser skips and css-inline cannot read."""
    if not style.strip():
        return ""
    # Only a writer's own HTML has styles here.
    from tinycss2 import parse_blocks_contents, serialize

    found = parse_blocks_contents(style, skip_comments=True, skip_whitespace=True)
    kept = [
        (each.lower_name, serialize(each.value).strip())
        for each in found
        if each.type == "declaration"
        and _PROPERTY.fullmatch(each.lower_name)
        and all(value.type != "error" for value in each.value)
    ]
    return ";".join(f"{name}:{value}" for name, value in kept if value)


def pictures_in(style: str) -> Iterator[tuple[int, str]]:
    """Yield the address of each picture in a style as it is written, behind its position."""
    if "url(" in style.lower():
        for found in STYLE_URL.finditer(style):
            group = next(name for name, value in found.groupdict().items() if value is not None)
            address = found[group].strip()
            if address and not address.startswith("#"):
                yield found.start(group) + found[group].index(address), address


def with_pictures(style: str, page: ArticleFile) -> str:
    """Replace the pictures of a style with placeholders."""
    pieces: list[str] = []
    end = 0
    for start, address in pictures_in(style):
        if is_pixel(address):
            page.leave_out(pixel_note(address))
            shown: str | None = ""
        else:
            placed = None if is_script(address) else page.picture(address, address)
            shown = placed[0] if placed is not None else None
        if shown is not None:
            pieces += [style[end:start], shown]
            end = start + len(address)
    return "".join([*pieces, style[end:]])


def hides_picture(style: str, known: int) -> bool:
    """Tell whether a style has more pictures than the `known` number, or one that cannot be replaced."""
    plain = _CSS_ESCAPE.sub(_unescaped, style).lower()
    return "image-set(" in plain or plain.count("url(") > known


def _unescaped(found: re.Match[str]) -> str:
    """Read one escape of CSS; what is beyond Unicode means nothing."""
    if found[1] is None:
        return found[2]
    code = int(found[1], 16)
    return chr(code) if code <= sys.maxunicode else ""


@cache
def _inliner() -> "CSSInliner":
    # A compiled library, needed only where Markdown is rendered.
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, minify_css=True)


def put_theme_on(body: Element, stylesheet: str) -> None:
    """Put a theme onto the article in a body, and take out classes, what is inherited, and elements of nothing.

    The inliner is given a skeleton: tags with their classes, styles and numbers, and a letter in place of texts. Its
    selectors see no other attribute, unless the style sheet asks for one.
    """
    article = body.elements[0]
    elements: list[Element] = []
    pieces: list[str] = []
    _skeleton(article, elements, pieces, whole="[" in stylesheet)
    inlined = _inliner().inline_fragment("".join(pieces), stylesheet)
    for found in _NUMBERED_STYLE.finditer(inlined):
        elements[int(found["number"])].attributes["style"] = unescape(found["style"])
    _settle(article, "", cache(_settled))


def styled_fragment(html: str, stylesheet: str) -> str:
    """Inline a theme into a piece of an article, as `put_theme_on` does."""
    body = parse(f'<section class="article">{html}</section>')
    put_theme_on(body, stylesheet)
    return serialized(body.elements[0])


def _skeleton(element: Element, numbered: list[Element], out: list[str], *, whole: bool) -> None:
    shown = ""
    for name, value in element.attributes.items():
        if (whole and name != "n") or name in ("class", "style"):
            shown += f' {name}="{escaped_value(value if name == "style" else value.replace(">", ""))}"'
    out.append(f'<{element.name} n="{len(numbered)}"{shown}>')
    numbered.append(element)
    if element.name in VOID:
        return
    for child in element.children:
        if isinstance(child, Element):
            _skeleton(child, numbered, out, whole=whole)
        elif child:
            out.append("x" if _SHOWN.search(child) else " ")
    out.append(f"</{element.name}>")


def _settle(element: Element, inherited: str, settled: Settled) -> None:
    """Remove classes and redundant declarations from an element and its descendants; `inherited` comes from outside."""
    attributes = element.attributes
    if "class" in attributes and not is_component(element.name):
        del attributes["class"]
    own, inherited = settled(attributes.get("style", ""), element.name, inherited)
    if own:
        attributes["style"] = own
    else:
        attributes.pop("style", None)
    bare = False
    for child in element.children:
        if isinstance(child, Element):
            _settle(child, inherited, settled)
            bare = bare or (child.name in _NOTHING and not child.attributes)
    if bare:
        element.children = [piece for child in element.children for piece in _unwrapped(child, element)]


def _unwrapped(child: Element | str, parent: Element) -> list[Element | str]:
    if isinstance(child, str) or child.name not in _NOTHING or child.attributes:
        return [child]
    for piece in child.elements:
        piece.parent = parent
    return child.children


def _settled(style: str, name: str, inherited: str) -> tuple[str, str]:
    """Return a style without what its element inherits, and the declarations that its children inherit."""
    if name in _ALIGNED:
        inherited = ""
    said = style
    for found in _HANDED_DOWN.finditer(style):
        if name in _PLAIN and found[0] in inherited.split(";") and _ANYWHERE.fullmatch(found["value"]):
            said = re.sub(rf"^{re.escape(found[0])};?|;{re.escape(found[0])}(?![^;])", "", said, count=1)
        else:
            others = (each for each in inherited.split(";") if not each.startswith(found["property"]))
            inherited = ";".join((*others, found[0]))
    return said, inherited
