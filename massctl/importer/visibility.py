"""Which words and pictures of a page nobody sees: hidden by a style, by the page's own style sheet, or by HTML.

A page is read as it stands: what a tap, a pointer or a script would show is hidden until then. What shows itself, a
drawing or a picture that is loaded late, is not.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from massctl.importer.css_values import functions, is_edge_on, percent, pixels, resolved, share
from massctl.model.frozen import Frozen
from massctl.render.dark_mode import Colour
from massctl.render.dark_mode import read_any as read_colour
from massctl.render.elements import is_component
from massctl.render.tree import VOID, Element, written_attributes

if TYPE_CHECKING:
    from css_inline import CSSInliner

LOOK = "massctl-look"
"""An attribute: what style sheets of the page and the element's own style say of whether it is seen."""
_PROPERTIES = re.compile(
    r"display|visibility|opacity|content-visibility|font(?:-size)?|color|text-indent|letter-spacing|position|clip"
    r"|left|top|right|bottom|inset(?:-(?:inline|block)(?:-start|-end)?)?|clip-path|margin(?:-left|-top)?|transform"
    r"|translate|scale|rotate|zoom|filter|(?:-webkit-)?mask(?:-image)?|background(?:-color|-image)?"
    r"|animation(?:-name)?|transition(?:-property)?|(?:max-)?(?:height|width|block-size|inline-size)|line-height"
    r"|overflow(?:-[xy])?|padding(?:-\w+)?|background-clip|-webkit-background-clip|-webkit-text-fill-color|--[\w-]+"
)
"""The properties that may hide an element, or say that it shows itself."""
_HIDING = re.compile(
    r"none|hidden|collapse|transparent|(?<![\w.#])0*\.?0+(?:\.0*)?(?![\d.])|-\d{3}|\d{4}|inset|rect|scale|rgba|hsla"
    r"|(?<![\d.])[01]?(?:\.\d+)?p[xt]|(?<![\d.])0?\.0\d|[04]%|#(?:\w{3}0|\w{6}00)\b|\([^()]*/|var\(|--|rotate|blur"
    r"|-\d+(?:\.\d+)?r?em|-?\d{3}v[wh]|path|100%"
)
_ON_GROUND = re.compile(r"background|(?<![\w-])color\s*:|text-fill-color")
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
_SMALL, _FAINT, _BLURRED, _SQUEEZED = 2, 0.05, 10, 10
"""Pixels below which nobody reads, shares of paint, pixels of blur, and pixels by which letters come closer."""
_FAR, _MOVED, _MOVED_PERCENT = 100, 1_000, 500
"""So many pixels beyond the left or upper edge nobody sees something, and so many from its place."""
_RELATIVE = re.compile(r"[\d.]+(?:em|%)|inherit|unset|larger|smaller")
_CLEAR_MASK = re.compile(
    r"(?:linear|radial)-gradient\((?:[^(),]*(?:deg|turn|to [a-z ]+),)?(?:\s*transparent[\d\s.%px]*,?)+\).*"
)
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
    letters: str = ""
    """Their colour, where an element around says one."""
    behind: Element | None = None
    """The element that says the colour behind them."""
    variables: Mapping[str, str] = {}

    @property
    def is_so(self) -> bool:
        """Whether words here are invisible."""
        return self.visibility or self.font or self.colour or self.ground

    def inside(self, element: Element, look: Look) -> "Unseen":
        """Return what holds inside an element that looks so."""
        said = look.get("visibility", "")
        visibility = self.visibility
        if said and said not in ("inherit", "unset"):
            visibility = said in ("hidden", "collapse")
        size, font = look.get("font-size", ""), self.font
        if size and not (font and _RELATIVE.fullmatch(size)):
            font = _is_tiny(size)
        colour = _is_colourless(look, outside=self.colour)
        variables = {name: each for name, each in look.items() if name.startswith("--")}
        inside = replace(self, visibility=visibility, font=font, colour=colour)
        inside = replace(inside, variables={**self.variables, **variables}) if variables else inside
        return _on_ground(element, look, inside)


def _is_colourless(look: Look, *, outside: bool) -> bool:
    """Whether letters have no colour; a picture or a gradient may fill them."""
    if any("text" in look.get(each, "") for each in ("background-clip", "-webkit-background-clip")):
        return False
    colour = look.get("-webkit-text-fill-color") or look.get("color", "")
    if not colour or colour in ("inherit", "unset"):
        return outside
    found = _colour(colour)
    return colour == "transparent" or (found is not None and found.alpha == 0)


def _colour(written: str) -> Colour | None:
    return read_colour({"canvas": "white", "window": "white"}.get(written, written))


def _on_ground(element: Element, look: Look, inside: Unseen) -> Unseen:
    """Return what holds inside an element by its colour and the colour behind it."""
    letters = look.get("-webkit-text-fill-color") or look.get("color", "") or inside.letters
    letters = inside.letters if letters in ("inherit", "unset") else letters
    grounds = {each for name, each in look.items() if name in _GROUNDS} - _NO_GROUND
    is_stated = bool(grounds)
    if not is_stated and letters == inside.letters:
        return inside
    behind = element if is_stated else inside.behind
    one = _colour(letters)
    other = _ground_of(behind, look if behind is element else None)
    pairs = () if one is None or other is None else zip(one.parts, other.parts, strict=True)
    is_like = one is not None and other is not None and all(abs(a - b) <= _LIKE for a, b in pairs)
    is_like = is_like and (behind is element or not _is_laid_over(behind, element))
    return replace(inside, letters=letters, behind=behind, ground=is_like)


_GROUNDS = ("background", "background-color", "background-image")
_NO_GROUND = frozenset({"none", "transparent", "inherit", "unset", "initial", ""})


def _ground_of(element: Element | None, look: Look | None) -> Colour | None:
    """Return the colour of a ground; None for a picture, a gradient and one that is seen through."""
    if element is None:
        return _colour("white")
    said = look_of(element, Unseen()) if look is None else look
    grounds = {each for name, each in said.items() if name in _GROUNDS} - _NO_GROUND
    found = _colour(next(iter(grounds))) if len(grounds) == 1 else None
    return found if found is not None and found.alpha == 1 else None


def _is_laid_over(ground: Element | None, element: Element) -> bool:
    """Whether something may lie between words and the ground that an element around them has."""
    around = ground if ground is not None else [*element.above()][-1]
    return any(
        each.name in ("img", "svg", "video") or _LAYER.search(_written_style(each).lower())
        for each in around.below()
        if each is not ground
    )


_LAYER = re.compile(
    r"background(?:-image|-color)?\s*:\s*(?!none|transparent)|position\s*:|transform|translate|grid|float|margin[^;]*:[^;]*-\d|z-index"
)


def _is_tiny(size: str) -> bool:
    length, hundred = pixels(size), percent(size)
    return (length is not None and 0 <= length < _SMALL) or hundred == 0


def look_of(element: Element, inherited: Unseen) -> Look:
    """Return what is said of whether an element is seen; nothing where no word of it could hide something."""
    style = _written_style(element)
    if not style or not (inherited.is_so or _may_hide(style.lower())):
        return {}
    said = {name: value.removesuffix(_IMPORTANT) for name, value in _said(style).items()}
    variables = {**inherited.variables, **said}
    return {name: resolved(value, variables) for name, value in said.items()}


def _written_style(element: Element) -> str:
    return element.attributes.get(LOOK) or element.attributes.get("style", "")


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
    if "popover" in element.attributes and look.get("display", "none") == "none":
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
    if {"animation", "animation-name", "transition", "transition-property"} & look.keys():
        return _is_out_of_place(look)
    return (
        _is_unpainted(look)
        or _has_no_room(look)
        or _is_out_of_place(look)
        or _is_moved_away(look)
        or _is_turned_away(look)
    )


def _is_unpainted(look: Look) -> bool:
    painted = share(look.get("opacity", "1"))
    if painted is not None and painted < _FAINT:
        return True
    for name, arguments in functions(look.get("filter", "")):
        amount = share(arguments[0])
        if amount is not None and (
            (name == "opacity" and amount < _FAINT) or (name == "blur" and amount >= _BLURRED)
        ):
            return True
    masks = (
        look.get(f"{prefix}mask{end}", "") for prefix in ("", "-webkit-") for end in ("", "-image")
    )
    if _is_below(look.get("letter-spacing", ""), _SQUEEZED):
        return True
    zoom = share(look.get("zoom", "1"))
    return any(map(_CLEAR_MASK.fullmatch, masks)) or (zoom is not None and zoom < 0.1)


def _has_no_room(look: Look) -> bool:
    kept = ("hidden", "clip", "auto", "scroll")
    is_cut = any(look.get(f"overflow{each}", "").split(" ")[0] in kept for each in ("", "-x", "-y"))
    if not is_cut or any(each.startswith("padding") for each in look):
        return False
    sizes = ("height", "width", "block-size", "inline-size")
    lengths = [look.get(f"{most}{size}", "") for most in ("", "max-") for size in sizes]
    beyond = percent(look.get("text-indent", ""))
    is_indented = beyond is not None and beyond >= 100
    return is_indented or any(map(_is_tiny, [*lengths, look.get("line-height", "")]))


def _is_out_of_place(look: Look) -> bool:
    """Whether words lie beyond the edge of a page, or are clipped."""
    if look.get("position") in ("absolute", "fixed"):
        edges = _edges(look)
        if any(_is_below(edges.get(each, ""), _FAR) for each in ("left", "top")):
            return True
        if any(_is_far(edges.get(each, "")) for each in ("left", "right", "bottom")):
            return True
        rect = next(iter(functions(look.get("clip", ""))), ("", []))[1]
        sides = " ".join(rect).split()
        if sides and all(each != "auto" and _is_tiny(each) for each in sides):
            return True
    return _is_below(look.get("text-indent", ""), _FAR) or _is_clipped(look.get("clip-path", ""))


def _edges(look: Look) -> dict[str, str]:
    """Return the distances of a place from the edges, also where they have other names."""
    found = {
        "top": look.get("inset-block-start", ""),
        "left": look.get("inset-inline-start", ""),
        "right": look.get("inset-inline-end", ""),
        "bottom": look.get("inset-block-end", ""),
    }
    sides = look.get("inset", "").split()
    if sides:
        names = ("top", "right", "bottom", "left")
        found |= {
            each: (sides * 4)[at] if len(sides) != 3 or at < 3 else sides[1]
            for at, each in enumerate(names)
        }
    return found | {name: look[name] for name in found if name in look}


def _is_below(value: str, limit: float) -> bool:
    found = pixels(value), percent(value)
    return any(each is not None and each <= -limit for each in found)


def _is_far(value: str) -> bool:
    length, hundred = pixels(value), percent(value)
    if hundred is not None:
        return abs(hundred) >= _MOVED_PERCENT
    return length is not None and not -_MOVED < length < 2 * _MOVED


def _is_clipped(path: str) -> bool:
    """Whether a path of clipping leaves nothing."""
    for name, arguments in functions(path):
        parts = arguments[0].partition(" round ")[0].split()
        if name in ("circle", "ellipse"):
            return any(map(_is_tiny, arguments[0].partition(" at ")[0].split()))
        if name == "inset":
            top, right, bottom, left = (percent((parts * 4)[at]) or 0 for at in range(4))
            return top + bottom >= 100 or right + left >= 100
        if name == "polygon":
            points = [[share(one) or 0 for one in each.split()[:2]] for each in arguments]
            corners = [each for each in points if len(each) == 2]
            pairs = zip(corners, [*corners[1:], *corners[:1]], strict=True)
            return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) < 0.001
        if name == "path":
            return len(re.findall(r"\d+", path)) < 6
    return False


def _is_moved_away(look: Look) -> bool:
    # A ground as wide as the screen has such a margin, and as much room inside.
    has_room = any(each.startswith("padding") for each in look)
    margins = look.get("margin", "").split()
    sides = [look.get("margin-left", ""), look.get("margin-top", ""), *margins[:1], *margins[3:]]
    if not has_room and any(_is_below(each, _MOVED) for each in sides):
        return True
    moved = [
        *look.get("translate", "").split(),
        *(_edges(look).values() if look.get("position") == "relative" else ()),
    ]
    for name, arguments in functions(look.get("transform", "")):
        if name.startswith("translate") and name != "translatez":
            moved += arguments[:2]
    return any(map(_is_far, moved))


def _is_turned_away(look: Look) -> bool:
    """Whether an element is shrunk to nothing, or turned so that only its edge is seen."""
    turned = look.get("rotate", "").split()
    is_out = any(each in turned for each in ("x", "y")) and any(map(is_edge_on, turned))
    if is_out or any(map(_is_nothing, look.get("scale", "1").split()[:2])):
        return True
    for name, arguments in functions(look.get("transform", "")):
        if name in ("rotatex", "rotatey", "rotate3d") and is_edge_on(arguments[-1]):
            return True
        if name.startswith("scale") and name != "scalez" and any(map(_is_nothing, arguments[:2])):
            return True
        if name == "matrix":
            a, b, c, d = (pixels(each) or 0 for each in (*arguments, "0", "0", "0", "0")[:4])
            if abs(a * d - b * c) < _FAINT**2:
                return True
    return False


def _is_nothing(scale: str) -> bool:
    size = share(scale)
    return size is not None and abs(size) < _FAINT


def shows_itself(element: Element) -> bool:
    """Whether something may show itself here: a drawing that is tapped, a picture when it is loaded."""
    return any(
        each.name in ("svg", "img") or is_component(each.name) for each in element.below()
    ) or is_in_drawing(element)


def around(root: Element) -> Unseen:
    """Return what the elements around a body say of its letters, its ground and its variables."""
    unseen = Unseen()
    for each in reversed([*root.above()]):
        inside = unseen.inside(each, look_of(each, unseen))
        # WeChat hides a body until its script has run.
        unseen = Unseen(letters=inside.letters, behind=inside.behind, variables=inside.variables)
    return unseen


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


def _rules_of(
    nodes: Iterable[Any], is_always: bool, unread: list[str], outer: str = ""
) -> Iterable[str]:
    from tinycss2 import parse_blocks_contents, parse_rule_list, serialize

    for node in nodes:
        if node.type == "at-rule" and node.content is not None:
            condition = serialize(node.prelude).lower().strip()
            keyword = node.lower_at_keyword
            parse = parse_blocks_contents if outer else parse_rule_list
            inner = parse(node.content, skip_comments=True, skip_whitespace=True)
            written = serialize(node.content).lower()
            # Narrow or wide, by day or by night: what is shown on one screen is shown.
            if keyword in ("media", "supports", "layer") and not _is_of_print(condition):
                holds = is_always and (keyword != "media" or _holds_everywhere(condition))
                if not condition.startswith("not") or keyword == "media":
                    yield from _rules_of(inner, holds, unread, outer)
            elif (keyword in ("container", "scope") and _HIDES.search(written)) or (
                keyword.endswith("keyframes") and _ENDS_HIDDEN.search(written)
            ):
                unread.append(f"@{keyword} {condition}")
        elif node.type == "qualified-rule":
            yield from _rules_of_one(node, is_always, unread, outer)


def _rules_of_one(node: Any, is_always: bool, unread: list[str], outer: str) -> Iterable[str]:
    """Yield a rule and those that stand in it."""
    from tinycss2 import parse_blocks_contents, serialize

    selector = serialize(node.prelude).strip()
    if outer:
        around = f":is({outer})"
        selector = selector.replace("&", around) if "&" in selector else f"{around} {selector}"
    if not selector or _AT_REST.search(selector):
        return
    written = serialize(node.content)
    said = _said(written)
    if not is_always:
        said = {key: value for key, value in said.items() if _HIDING.search(value) is None}
    selectors = _unfolded(selector)
    if _UNREAD.search(selectors) and _HIDES.search(written.lower()):
        unread.append(selector)
    if said:
        yield f"{selectors}{{{_written(said)}}}\n"
    if "{" in written:
        inner = parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
        yield from _rules_of(inner, is_always, unread, selectors)


def _unfolded(selector: str) -> str:
    """Write `:is(a, b) c` as `a c, b c`, which css-inline reads."""
    waiting, done = [selector], list[str]()
    while waiting and len(waiting) + len(done) <= _SELECTORS_MAX:
        one = waiting.pop(0)
        found = _EITHER.search(one)
        if found is None:
            done.append(one)
            continue
        names = found[1].split(",")
        waiting += [f"{one[: found.start()]}{each.strip()}{one[found.end() :]}" for each in names]
    return selector if waiting else ",".join(done)


_EITHER = re.compile(r":(?:is|where|-webkit-any|-moz-any)\(([^()]*)\)")
_SELECTORS_MAX = 50
_ENDS_HIDDEN = re.compile(
    r"(?:\bto|100%)\s*\{[^}]*(?:opacity\s*:\s*0(?![.\d])|visibility\s*:\s*hidden|display\s*:\s*none)"
)
_WIDTH = re.compile(r"\((min|max)-width\s*:\s*([^)]+)\)")
_PHONE, _WALL = 320, 4_000
"""Pixels that every screen has, and that none has."""


def _is_of_print(condition: str) -> bool:
    return "print" in condition and "not print" not in condition


def _holds_everywhere(condition: str) -> bool:
    """Whether a condition of a style sheet holds on every screen."""
    return any(all(map(_holds, query.split(" and "))) for query in condition.split(","))


def _holds(part: str) -> bool:
    name = part.strip().removeprefix("only ").strip()
    found = _WIDTH.fullmatch(name)
    if found is None:
        return name in ("", "all", "screen", "not print")
    length = pixels(found[2]) or 0
    return length <= _PHONE if found[1] == "min" else length >= _WALL
