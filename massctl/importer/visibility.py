"""Which words and pictures of a page nobody sees: hidden by a style, by the page's own style sheet, or by HTML.

A page is read as it stands: what a tap, a pointer or a script would show is hidden until then. What shows itself, a
drawing or a picture that is loaded late, is not.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any

from massctl.model.frozen import Frozen
from massctl.render.dark_mode import parse as parse_colour
from massctl.render.elements import is_component
from massctl.render.tree import VOID, Element, written_attributes

if TYPE_CHECKING:
    from css_inline import CSSInliner

LOOK = "massctl-look"
"""An attribute: what style sheets of the page and the element's own style say of whether it is seen."""
_PROPERTIES = re.compile(
    r"display|visibility|opacity|content-visibility|font(?:-size)?|color|text-indent|position|left|top|clip"
    r"|clip-path|margin(?:-left)?|transform|translate|scale|background(?:-color|-image)?|animation(?:-name)?|transition(?:-property)?|(?:max-)?(?:height|width)|overflow(?:-[xy])?"
    r"|padding(?:-\w+)?|background-clip|-webkit-background-clip|-webkit-text-fill-color"
)
"""The properties that may hide an element, or say that it shows itself."""
_HIDING = re.compile(
    r"none|hidden|collapse|transparent|(?<![\w.#])0*\.?0+(?:\.0*)?(?![\d.])|-\d{3}|inset|rect|scale|rgba|hsla"
    r"|(?<![\d.])[01]?(?:\.\d+)?p[xt]|(?<![\d.])0?\.0\d|[04]%|#(?:\w{3}0|\w{6}00)\b|\([^()]*/"
)
_ON_GROUND = re.compile(r"background.*(?<![\w-])color|(?<![\w-])color.*background", re.DOTALL)
"""Letters may have the colour of what is behind them."""
_UNREAD = re.compile(r":(?:is|where)\(|:not\([^)]*:|&|nth-[\w-]+\([^)]* of ")
"""Selectors that css-inline does not read."""
_AT_REST = re.compile(
    r":(?!not\b|has\b|is\b|where\b|root\b|first|last|nth|only|empty\b)", re.IGNORECASE
)
"""A state of a page that nobody has touched has no `:hover`, and its `::before` has no words of ours."""
_HIDES = re.compile(
    r"(?:display|visibility)\s*:\s*(?:none|hidden|var\()|(?:opacity|font-size)\s*:\s*0(?![.\d])"
)
_ZERO = re.compile(r"[+-]?0*\.?0+(?:[a-z]+|%)?")
_TINY = re.compile(r"\+?[01]?(?:\.\d+)?p[xt]|0?\.0\d*r?em")
"""Sizes below two pixels."""
_FAINT = re.compile(r"0?\.0[0-4]\d*|[0-4](?:\.\d+)?%")
"""Opacities below one twentieth."""
_FAR = re.compile(r"-\d{3,}(?:\.\d+)?(?:px|em|rem|vw|%)?|-\d{2,}(?:em|rem)")
_MOVED = re.compile(
    r"(?:translate(?:x|y|3d)?\((?:[^(),]*,)?|^|[^,(]\s)\s*-\d{4,}(?:\.\d+)?(?:px|r?em|vw)?\b"
)
_SHRUNK = re.compile(r"(?:scale(?:x|y|3d)?\(|^)\s*0*\.?0+\s*(?:[,)\s]|$)")
_RELATIVE = re.compile(r"[\d.]+(?:em|%)|inherit|unset|larger|smaller")
_CLIPPED = re.compile(r"inset\(\s*(?:100|50)%.*|rect\((?:[\s,]*[01](?:px)?){4}\s*\)|circle\(0.*")
_NUMBERED = re.compile(r' n="(\d+)"[^>]*? style="([^"]*)"')
_SHEET_CHARACTERS_MAX = 4_000_000
"""Ours: a page with more has no article."""
_IMPORTANT = "!important"
_LIKE = 10
"""So little the parts of two colours differ that nobody tells them apart."""
Look = Mapping[str, str]
"""Properties that may hide an element, each with its value."""


class Unseen(Frozen):
    """What an element inherits that makes its words invisible."""

    visibility: bool = False
    font: bool = False
    colour: bool = False
    ground: bool = False
    """Letters have the colour of what is behind them."""

    @property
    def is_so(self) -> bool:
        """Whether words here are invisible."""
        return self.visibility or self.font or self.colour or self.ground

    def inside(self, look: Look) -> "Unseen":
        """Return what holds inside an element that looks so."""
        said = look.get("visibility", "")
        visibility = self.visibility
        if said and said not in ("inherit", "unset"):
            visibility = said in ("hidden", "collapse")
        size, font = look.get("font-size", ""), self.font
        if size and not (font and _RELATIVE.fullmatch(size)):
            font = _is_tiny(size)
        colour = _is_colourless(look, outside=self.colour)
        return Unseen(visibility, font, colour, _is_on_ground(look, outside=self.ground))


def _is_colourless(look: Look, *, outside: bool) -> bool:
    """Whether letters have no colour; a picture or a gradient may fill them."""
    if any("text" in look.get(each, "") for each in ("background-clip", "-webkit-background-clip")):
        return False
    colour = look.get("-webkit-text-fill-color") or look.get("color", "")
    if not colour or colour in ("inherit", "unset"):
        return outside
    found = parse_colour(colour)
    return colour == "transparent" or (found is not None and found.alpha == 0)


def _is_on_ground(look: Look, *, outside: bool) -> bool:
    """Whether letters have the colour that the same element gives its ground."""
    grounds = [each for name, each in look.items() if name.startswith("background")]
    if not grounds and "color" not in look:
        return outside
    letters = parse_colour(look.get("-webkit-text-fill-color") or look.get("color", ""))
    behind = parse_colour(grounds[0]) if len(grounds) == 1 else None
    if letters is None or behind is None or behind.alpha < 1:
        return False
    pairs = (letters.red, behind.red), (letters.green, behind.green), (letters.blue, behind.blue)
    return all(abs(one - other) <= _LIKE for one, other in pairs)


def _is_tiny(size: str) -> bool:
    return _ZERO.fullmatch(size) is not None or _TINY.fullmatch(size) is not None


def look_of(element: Element, inherited: Unseen) -> Look:
    """Return what is said of whether an element is seen; nothing where no word of it could hide something."""
    style = element.attributes.get(LOOK) or element.attributes.get("style", "")
    if not style or not (inherited.is_so or _may_hide(style.lower())):
        return {}
    said = _said(style)
    return {name: value.removesuffix(_IMPORTANT) for name, value in said.items()}


def _may_hide(written: str) -> bool:
    return bool(_HIDING.search(written) or _ON_GROUND.search(written))


@lru_cache(maxsize=256)
def _said(style: str) -> dict[str, str]:
    """Read what declarations say of whether something is seen; the last word counts, and an important one more."""
    # Only a writer's own HTML has styles here.
    from tinycss2 import parse_blocks_contents, serialize

    said: dict[str, str] = {}
    for each in parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if each.type != "declaration" or _PROPERTIES.fullmatch(each.lower_name) is None:
            continue
        name, value = each.lower_name, each.value
        if name == "font":
            name, value = "font-size", [_size_in(value)]
        if each.important or not said.get(name, "").endswith(_IMPORTANT):
            written = serialize(value).strip().lower()
            said[name] = written + (_IMPORTANT if each.important else "")
    return said


def _size_in(font: Iterable[Any]) -> Any:
    """Return the size in a shorthand: its first length, since a weight is a number above 0."""
    from tinycss2.ast import IdentToken

    sizes = ("dimension", "percentage")
    found = (each for each in font if each.type in sizes or getattr(each, "value", None) == 0)
    return next(found, IdentToken(0, 0, "inherit"))


def is_gone(element: Element, look: Look) -> bool:
    """Whether an element and everything in it is left out of the page, pictures too."""
    if element.name == "img" and element.attributes.get("data-src"):
        return False
    if "hidden" in element.attributes and look.get("display", "none") == "none":
        return True
    if element.name in ("dialog", "datalist") and "open" not in element.attributes:
        return True
    if is_in_drawing(element) and _is_unshown_part(element):
        return True
    return look.get("display") == "none" or look.get("content-visibility") == "hidden"


def is_in_drawing(element: Element) -> bool:
    """Whether an element is part of a drawing."""
    return any(each.name == "svg" for each in element.above())


def _is_unshown_part(part: Element) -> bool:
    """Whether a part of a drawing is not drawn: its title, its description, and words that nothing shows."""
    if part.name in ("title", "desc"):
        return True
    around = [*part.above()]
    is_kept = part.name == "text" and any(each.name == "defs" for each in around)
    return is_kept and all(each.name not in ("use", "textpath") for each in around[-1].below())


def is_out_of_sight(look: Look) -> bool:
    """Whether the words of an element are not seen, though it is part of the page."""
    moves = {"animation", "animation-name", "transition", "transition-property"} & look.keys()
    if not moves and (_is_zero(look, "opacity") or _FAINT.fullmatch(look.get("opacity", ""))):
        return True
    has_room = any(each.startswith("padding") for each in look)
    if any(look.get(f"overflow{each}") in ("hidden", "clip") for each in ("", "-x", "-y")):
        sizes = ("height", "max-height", "width", "max-width")
        if not moves and not has_room and any(_is_tiny(look.get(each, "")) for each in sizes):
            return True
    if look.get("position") in ("absolute", "fixed"):
        if any(_FAR.fullmatch(look.get(each, "")) for each in ("left", "top")):
            return True
        if _CLIPPED.fullmatch(look.get("clip", "")):
            return True
    if _FAR.fullmatch(look.get("text-indent", "")) or _CLIPPED.fullmatch(look.get("clip-path", "")):
        return True
    return _is_moved_away(look) and not moves


def _is_moved_away(look: Look) -> bool:
    # A ground as wide as the screen has such a margin, and as much room inside.
    has_room = any(each.startswith("padding") for each in look)
    if not has_room and _MOVED.match(look.get("margin-left", "")):
        return True
    is_relative = look.get("position") == "relative"
    places = (look.get("left", ""), look.get("top", "")) if is_relative else ()
    moved = look.get("transform", ""), look.get("translate", ""), *places
    shrunk = look.get("transform", ""), look.get("scale", "")
    return any(map(_MOVED.search, moved)) or any(map(_SHRUNK.search, shrunk))


def _is_zero(look: Look, name: str) -> bool:
    return _ZERO.fullmatch(look.get(name, "")) is not None


def shows_itself(element: Element) -> bool:
    """Whether something may show itself here: a drawing that is tapped, a picture when it is loaded."""
    return any(
        each.name in ("svg", "img") or is_component(each.name) for each in element.below()
    ) or is_in_drawing(element)


def mark_looks(page: Element) -> list[str]:
    """Put what the page's own style sheets say of each element into its attribute LOOK.

    Return the rules that hide something and are not read.
    """
    texts = [each.text() for each in page.below() if each.name == "style"]
    if not any(map(_may_hide, texts)) or sum(map(len, texts)) > _SHEET_CHARACTERS_MAX:
        return []
    unread: list[str] = []
    sheet = "".join(rule for text in texts for rule in _rules(text, unread))
    if not sheet:
        return unread
    elements: list[Element] = []
    pieces: list[str] = []
    _skeleton(page, elements, pieces)
    inlined = _inliner().inline_fragment("".join(pieces), sheet)
    for number, style in _NUMBERED.findall(inlined):
        elements[int(number)].attributes[LOOK] = unescape(style)
    return unread


def _inliner() -> "CSSInliner":
    # A compiled library, needed only where a page has style sheets.
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False)


def _skeleton(element: Element, numbered: list[Element], out: list[str]) -> None:
    """Write the elements without their words, each with its number."""
    waiting: list[Element | str] = [element]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            out.append(node)
            continue
        name = "section" if node.name in ("body", "style", "script", "template") else node.name
        said = {key: each for key, each in node.attributes.items() if key not in ("style", "n")}
        own = _written(_said(node.get("style")))
        said |= {"style": own} if own else {}
        out.append(f'<{name} n="{len(numbered)}"{written_attributes(said)}>')
        numbered.append(node)
        if name not in VOID:
            waiting.append(f"</{name}>")
            waiting += reversed(node.elements)


def _written(said: Look) -> str:
    return ";".join(f"{name}:{value}" for name, value in said.items())


def _rules(text: str, unread: list[str]) -> Iterable[str]:
    """Yield the rules of a sheet with what they say of whether something is seen."""
    # Only pages with style sheets need a parser for them.
    from tinycss2 import parse_stylesheet

    yield from _rules_of(
        parse_stylesheet(text, skip_comments=True, skip_whitespace=True), True, unread
    )


def _rules_of(nodes: Iterable[Any], is_always: bool, unread: list[str]) -> Iterable[str]:
    from tinycss2 import parse_rule_list, serialize

    for node in nodes:
        if node.type == "at-rule" and node.content is not None:
            condition = serialize(node.prelude).lower()
            if node.lower_at_keyword in ("media", "supports", "layer", "container"):
                holds = node.lower_at_keyword == "layer" or condition.strip() in ("all", "screen")
                inner = parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                # Narrow or wide, by day or by night: what is shown on one screen is shown.
                if "print" not in condition:
                    yield from _rules_of(inner, is_always and holds, unread)
                may_hold = node.lower_at_keyword in ("supports", "container")
                if may_hold and _HIDES.search(serialize(node.content).lower()):
                    unread.append(f"@{node.lower_at_keyword}{condition}")
            continue
        if node.type != "qualified-rule":
            continue
        selector = serialize(node.prelude).strip()
        written = serialize(node.content)
        said = _said(written)
        if not is_always:
            said = {key: value for key, value in said.items() if _HIDING.search(value) is None}
        if not selector or _AT_REST.search(selector):
            continue
        found = _HIDES.search(written.lower())
        if found and ("{" in written or "var(" in found[0] or _UNREAD.search(selector)):
            unread.append(selector)
        if said:
            yield f"{selector}{{{_written(said)}}}\n"
