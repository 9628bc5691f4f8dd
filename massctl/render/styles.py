"""The `style` attributes of an article: the author's own, and the theme's, since WeChat drops style sheets."""

import re
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from html import unescape
from typing import TYPE_CHECKING

from massctl.render.article_file import ArticleFile
from massctl.render.elements import is_component, is_script
from massctl.render.paths import is_pixel, pixel_note
from massctl.render.tree import VOID, Element, escaped_value, parse, serialized

if TYPE_CHECKING:
    from css_inline import CSSInliner

STYLE_URL = re.compile(
    r"url\(\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|&quot;(?P<entity>(?:(?!&quot;).)*+)&quot;"
    r"|&#39;(?P<number>(?:(?!&#39;).)*+)&#39;|(?P<bare>[^()\"'\s]*))\s*\)",
    re.IGNORECASE | re.DOTALL,
)
"""A picture in a style, by the form in which it stands there."""
_CSS_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))", re.DOTALL)
_PROPERTY = re.compile(r"-?[a-z][a-z0-9-]*")
_HANDED_DOWN = re.compile("(?<![^;])(?P<property>text-align:|letter-spacing:)(?P<value>[^;]*)")
_ANYWHERE = re.compile(r"[a-z-]+|0|[\d.]+px")
"""Values that mean the same in an element and in its children, whatever their font sizes."""
_PLAIN = frozenset({"section", "p", "span", "blockquote", "table"})
"""Neither a browser nor WeChat's own style sheet aligns or spaces these; tables would be in pages without a doctype."""
_ALIGNED = frozenset({"caption", "th", "center", "svg"})
"""Elements that do not inherit these properties."""
_NOTHING = frozenset({"span", "tbody", "thead"})
"""Without attributes these change nothing: a browser puts `tbody` around rows by itself."""
_UNPADDED = frozenset({"section", "span"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SIZED = _HEADINGS | {
    "big",
    "code",
    "kbd",
    "pre",
    "rp",
    "rt",
    "samp",
    "small",
    "sub",
    "sup",
    "tt",
    "font",
}
"""A browser gives these a font size of its own."""
_BLOCKS = _HEADINGS | {"p", "section", "blockquote"}
_WORDS = frozenset({"span", "strong", "b", "em", "i", "s", "u", "a"})
_FONT = re.compile(r"(?<![^;])font(?:-size)?:(?P<value>[^;]*)")
_FONT_LENGTH = re.compile(r"(?<![\w.])(?P<number>\d*\.?\d+)(?P<unit>px|em)(?![\w.])")
_SPACES = re.compile(r"(?<![^;])(?:font-size|margin|padding)(?:-[a-z]+)?:[^;]*")
_EMS = re.compile(r"(?<=[ :])(?P<number>-?\d*\.?\d+)em(?![\w.])")
_SPACING = re.compile(r"(?<![^;])letter-spacing:(?P<pixels>\d*\.?\d+)(?:px|(?=;|$))")
_RESIZED = re.compile("font|spacing")
_BELOW = re.compile(r"(?<![^;])margin:0 (?P<side>0|auto) (?P<below>[\d.]+(?:em|px))(?![^;])")
_OWN_PLACE = re.compile("(?<![^;])(?:min-width|width|margin-)")
_MARGIN = re.compile(r"(?<![^;])margin:(?P<values>[^;]*)")
_LENGTH = re.compile(r"(?P<number>\d*\.?\d+)(?P<unit>em|px)?")
ONE_LINE_PX = 144
"""Ours: so much of a heading fits into one line of every phone, whatever stands around its words."""
COLUMN_PX = 677
"""The widest column of WeChat. Source: its article structure specification, 1.4, read 2026-10."""
_NUMBERED_STYLE = re.compile(
    r' n="(?P<number>\d+)"(?: (?!style=)[^\s="]+="[^"]*")* style="(?P<style>[^"]*)"'
)


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
    """Return whether a style has more pictures than the `known` number, or one that cannot be replaced."""
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
    for number, style in _NUMBERED_STYLE.findall(inlined):
        elements[int(number)].attributes["style"] = unescape(style)
    _settle_blocks(article, _settle(article, "", None))


def styled_fragment(html: str, stylesheet: str) -> str:
    """Inline a theme into a piece of an article, as `put_theme_on` does."""
    body = parse(f'<section class="article">{html}</section>')
    put_theme_on(body, stylesheet)
    return serialized(body.elements[0])


def _skeleton(element: Element, numbered: list[Element], out: list[str], *, whole: bool) -> None:
    shown = ""
    for name, value in element.attributes.items():
        if (whole and name != "n") or name in ("class", "style"):
            shown += (
                f' {name}="{escaped_value(value if name == "style" else value.replace(">", ""))}"'
            )
    out.append(f'<{element.name} n="{len(numbered)}"{shown}>')
    numbered.append(element)
    if element.name in VOID:
        return
    for child in element.children:
        if isinstance(child, Element):
            _skeleton(child, numbered, out, whole=whole)
        elif child:
            out.append(" " if child.isspace() else "x")
    out.append(f"</{element.name}>")


def _settle(element: Element, inherited: str, font: float | None) -> float | None:
    """Remove classes and redundant declarations from an element and its descendants; `inherited` comes from outside.

    `font` is the font size around it in pixels, or None where it is unknown; its own is returned.
    """
    attributes = element.attributes
    if "class" in attributes and not is_component(element.name):
        del attributes["class"]
    own, inherited, font = _settled(attributes.get("style", ""), element.name, inherited, font)
    if own:
        attributes["style"] = own
    else:
        attributes.pop("style", None)
    bare = False
    for child in element.children:
        if isinstance(child, Element):
            _settle(child, inherited, font)
            bare = bare or (child.name in _NOTHING and not child.attributes)
    if bare:
        element.children = [
            piece for child in element.children for piece in _unwrapped(child, element)
        ]
    return font


def _unwrapped(child: Element | str, parent: Element) -> list[Element | str]:
    if isinstance(child, str) or child.name not in _NOTHING or child.attributes:
        return [child]
    for piece in child.elements:
        piece.parent = parent
    return child.children


@lru_cache(maxsize=4096)
def _settled(
    style: str, name: str, inherited: str, around: float | None
) -> tuple[str, str, float | None]:
    """Return a style without what its element inherits, the declarations that its children inherit, and its font size.

    `around` is the font size of the element around it.
    """
    font = _font_size(style, name, around)
    if not style:
        return style, "" if name in _ALIGNED else inherited, font
    if name in _ALIGNED:
        inherited = ""
    said = style
    for found in _HANDED_DOWN.finditer(style):
        if (
            name in _PLAIN
            and found[0] in inherited.split(";")
            and _ANYWHERE.fullmatch(found["value"])
        ):
            said = _without(said, re.escape(found[0]))
        else:
            others = (
                each for each in inherited.split(";") if not each.startswith(found["property"])
            )
            inherited = ";".join((*others, found[0]))
    if name in _UNPADDED and said.count("padding") == 1:
        said = _without(said, "padding:0(?: 0)*")
    return (
        said
        if "(" in said
        else _SPACES.sub(lambda found: _in_pixels(found[0], font, around), said),
        inherited,
        font,
    )


@lru_cache(maxsize=1024)
def _without(style: str, declaration: str) -> str:
    """Take the first declaration that a pattern matches out of a style."""
    return re.sub(rf"^{declaration}(?:;|$)|;{declaration}(?![^;])", "", style, count=1)


def _font_size(style: str, name: str, around: float | None) -> float | None:
    """Return the font size of an element in pixels; None where only a browser knows it."""
    size = None if name in _SIZED else around
    if "font" in style:
        for found in _FONT.finditer(style):
            length = _FONT_LENGTH.search(found["value"])
            scale = None if length is None else {"px": 1.0, "em": around}[length["unit"]]
            size = None if length is None or scale is None else float(length["number"]) * scale
    return size


def _in_pixels(declaration: str, font: float | None, around: float | None) -> str:
    """Write the lengths of a declaration in pixels where that is the same length and shorter to write."""
    size = around if declaration.startswith("font-size") else font
    if size is None or "em" not in declaration:
        return declaration

    def shorter(found: re.Match[str]) -> str:
        written = f"{float(found['number']) * size:.6g}px"
        return written if len(written) < len(found[0]) else found[0]

    return _EMS.sub(shorter, declaration)


# What stands directly in the article. WeChat's column has at most 677 px.


def _settle_blocks(article: Element, font: float | None) -> None:
    """Leave out what has no effect on headings of one line, on wide pictures, and beside margins that collapse."""
    looks = article.get("style")
    spacing = _SPACING.search(looks)
    above = 0.0
    for child in article.children:
        if not isinstance(child, Element):
            above = 0.0
            continue
        if child.name in _HEADINGS and font is not None:
            fits = _settle_heading(
                child, font, float(spacing["pixels"]) if spacing is not None else 0.0
            )
            if fits and "text-align:left" in looks and "text-align" not in child.get("style"):
                _settle_words(child)
        elif child.name == "img":
            _settle_picture(child)
        below, shorter = (
            (0.0, "") if "display" in looks else _margins(child.get("style"), child.name, font)
        )
        if shorter and 0 < below <= above:
            child.attributes["style"] = shorter
        above = below


def _settle_heading(heading: Element, around: float, spacing: float) -> bool:
    """Take out how a heading wraps if its words surely stand in one line; return whether they do."""
    style = heading.get("style")
    font = _font_size(style, heading.name, around)
    said = _SPACING.search(style)
    inside = [each for each in heading.below() if each is not heading]
    if font is None or any(
        each.name not in _WORDS or _RESIZED.search(each.get("style")) for each in inside
    ):
        return False
    if (
        len(heading.text()) * (font + (float(said["pixels"]) if said is not None else spacing))
        > ONE_LINE_PX
    ):
        return False
    for declaration in ("text-wrap:[a-z]+", r"padding:0 \d+%") if style else ():
        heading.attributes["style"] = _without(heading.get("style"), declaration)
    return True


def _settle_words(heading: Element) -> None:
    """Say shorter that the words of a heading are as wide as they are: one block in another begins at its left."""
    words = heading.children[0] if len(heading.children) == 1 else ""
    if isinstance(words, Element) and words.get("style").startswith("display:inline-block;"):
        rest = words.get("style").removeprefix("display:inline-block;")
        if "width" not in rest and "margin" not in rest:
            words.attributes["style"] = f"display:table;{rest}"


def _settle_picture(picture: Element) -> None:
    """Write that a picture fills the column if it is wider; then it needs no margins to stand in the middle."""
    style = picture.get("style")
    width = picture.get("data-w")
    if width.isdecimal() and int(width) >= COLUMN_PX and _OWN_PLACE.search(style) is None:
        picture.attributes["style"] = style.replace("max-width:100%", "width:100%").replace(
            "margin:0 auto", "margin:0 0"
        )


@lru_cache(maxsize=1024)
def _margins(style: str, name: str, around: float | None) -> tuple[float, str]:
    """Return the margin below a block in pixels, and its style with the same margin above if that is shorter.

    The margin is 0 where it is not known to collapse with the next one.
    """
    is_block = name in _BLOCKS and "display" not in style
    found = _MARGIN.search(style)
    if (
        not (is_block or (name == "img" and "display:block" in style))
        or found is None
        or "float" in style
    ):
        return 0.0, ""
    values = found["values"].split(" ")
    length = _LENGTH.fullmatch(values[2 if len(values) > 2 else 0])
    font = _font_size(style, name, around)
    if style.count("margin") > 1 or length is None or font is None:
        return 0.0, ""
    below = float(length["number"]) * (font if length["unit"] == "em" else 1.0)
    return below, _BELOW.sub(r"margin:\g<below> \g<side>", style, count=1) if _BELOW.search(
        style
    ) else ""
