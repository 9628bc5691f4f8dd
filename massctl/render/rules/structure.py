"""WeChat's rules for the structure of articles, as far as markup alone shows whether they are kept.

They are advice: draft/add takes an article that breaks them, and it then looks different on some phones or cannot be
edited in the console. The numbers are those of the rules.
Source: wechatjs/verify-article-structure-spec, "verify_article_structure.md", 2026-08-07.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from massctl.model.diagnostics import Fault
from massctl.model.phrase import Phrase
from massctl.render.rules.subject import Check, Subject
from massctl.render.tree import Element

REPORTS_MAX = 10
"""Ours: findings of one rule in one article; a pasted design repeats its faults."""
PHONE_PIXELS = 375
"""The narrower of the widths at which rule 1.4 is checked."""
LINE_HEIGHT_SHARE_MIN = 0.95
"""Of the size of the letters (rule 1.3)."""
CHAIN_MAX = 10
"""Elements of one name, each the only one in the one around it (rule 2.1)."""
_STACK = "mp-quote,pingfang sc,system-ui,-apple-system"
"""How a font stack must begin (rule 3)."""
_LIGHT = re.compile(r"rgba\([^)]*,\s*0(?:\.0+)?\s*\)|transparent|hsla\([^)]*,\s*0(?:\.0+)?%?\s*\)")
_ZERO = re.compile(r"0(?:\.0+)?(?:px|pt|em|rem|%)?")
_MOVES = frozenset({"animate", "animatetransform", "animatemotion", "set"})
_BLOCK_NAMES = "section div p h1 h2 h3 h4 h5 h6 blockquote pre table ul ol li figure hr"
_BLOCKS = frozenset(_BLOCK_NAMES.split())

_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|%)?", re.ASCII)
_UNITS = {"px": 1.0, "pt": 4 / 3}
"""CSS pixels a unit. Source: CSS Values and Units, "absolute lengths"."""
FONT_SIZE = 17.0
"""Pixels; WeChat's default. Source: the style sheet of articles, read 2026-10."""

Found = Iterator[tuple[Element, Phrase]]
Look = Callable[[Element], Found]


def _rule(sign: str, hint: Phrase, look: Look) -> Check:
    """Make a check that calls `look` for each element.

    `sign` is a pattern for tags in lower case. A body without a match, as nearly all are, is not searched.
    """
    pattern = re.compile(sign)

    def check(subject: Subject) -> Iterator[Fault]:
        if pattern.search(subject.markup) is not None:
            yield from _look(subject, hint, look)

    return check


def _look(subject: Subject, hint: Phrase, look: Look) -> Iterator[Fault]:
    told: set[int] = set()
    for element in subject.elements:
        for at, message in look(element):
            if id(at) not in told and len(told) < REPORTS_MAX:
                told.add(id(at))
                yield subject.found_in(at, message, hint)


def _hidden_picture(element: Element) -> Found:
    if element.name == "img" and _ZERO.fullmatch(style_of(element).get("opacity", "")):
        yield (
            element,
            Phrase(
                "a transparent picture: the console can no longer replace the visible one (rule 1.1)"
            ),
        )


def _hidden_caret(element: Element) -> Found:
    if _LIGHT.search(style_of(element).get("caret-color", "")):
        yield (
            element,
            Phrase("a transparent `caret-color` hides the cursor in the console (rule 1.2)"),
        )


def _lines_overlap(element: Element) -> Found:
    if not own_text(element) or is_drawn(element):
        return
    size = font_size(element)
    height = line_height(element)
    wraps = len(own_text(element)) * size > PHONE_PIXELS or any(
        child.name == "br" for child in element.elements
    )
    if wraps and height is not None and height[0] < LINE_HEIGHT_SHARE_MIN * size:
        yield (
            height[1],
            Phrase(
                "lines of {height} px are lower than their letters of {size} px, so they overlap (rule 1.3)",
                height=round(height[0], 1),
                size=round(size, 1),
            ),
        )


def _too_wide(element: Element) -> Found:
    if element.name in ("img", "svg") or is_drawn(element):
        return
    if any("data-ignore-width" in each.attributes for each in element.above()):
        return
    for name in ("width", "min-width"):
        width = pixels(style_of(element).get(name, ""))
        capped = name == "width" and style_of(element).get("max-width", "").endswith("%")
        if width is not None and width > PHONE_PIXELS and not capped:
            yield (
                element,
                Phrase(
                    "`{name}` of {width} px is wider than a phone's {phone} px (rule 1.4)",
                    name=name,
                    width=round(width),
                    phone=PHONE_PIXELS,
                ),
            )
    indent = pixels(style_of(element).get("margin-left", ""))
    if indent is not None and indent > PHONE_PIXELS / 2:
        yield (
            element,
            Phrase(
                "`margin-left` of {width} px is too much on a phone of {phone} px (rule 1.4)",
                width=round(indent),
                phone=PHONE_PIXELS,
            ),
        )


def _no_height(element: Element) -> Found:
    for name in ("height", "max-height"):
        written = style_of(element).get(name, "")
        if (
            _ZERO.fullmatch(written)
            and not written.endswith("%")
            and not is_drawn(element)
            and has_text(element)
        ):
            yield (
                element,
                Phrase("`{name}` of 0 hides the text inside on phones (rule 1.5)", name=name),
            )


def _aligned_by_start(element: Element) -> Found:
    written = style_of(element).get("text-align", "").replace("!important", "").strip()
    if written in ("start", "end"):
        yield (
            element,
            Phrase("some clients do not know `text-align:{value}` (rule 1.6)", value=written),
        )


def _moves_by_touch(element: Element) -> Found:
    begin = element.get("begin").lower()
    if element.name.lower() in _MOVES and "touchstart" in begin and "click" not in begin:
        yield (
            element,
            Phrase(
                "an animation that begins only with `touchstart` starts during scrolling (rule 1.7)"
            ),
        )


def _pre_as_paragraph(element: Element) -> Found:
    if (
        element.name == "pre"
        and "pre-wrap" not in style_of(element).get("white-space", "")
        and has_text(element)
    ):
        yield (
            element,
            Phrase("the lines of `<pre>` do not wrap, and do not fit on the screen (rule 1.8)"),
        )


def _nested_for_nothing(element: Element) -> Found:
    if element.parent is not None and _is_lone(element.parent, element):
        return  # It is in the middle of a chain, which is counted from its top.
    length = 1
    inside = element
    while len(inside.elements) == 1 and _is_lone(inside, inside.elements[0]):
        length = length + 1
        inside = inside.elements[0]
    if length > CHAIN_MAX:
        yield (
            element,
            Phrase(
                "{count} elements `<{name}>` are nested without other content; WeChat removes some (rule 2.1)",
                count=length,
                name=element.name,
            ),
        )


def _is_lone(outer: Element, inner: Element) -> bool:
    return outer.name == inner.name and len(outer.elements) == 1 and not own_text(outer)


def _leaf_with_blocks(element: Element) -> Found:
    if element.name == "span" and "leaf" in element.attributes:
        block = next((each.name for each in element.below() if each.name in _BLOCKS), None)
        if block is not None:
            yield (
                element,
                Phrase(
                    "`<span leaf>` contains `<{name}>`, but may contain only text (rule 2.2)",
                    name=block,
                ),
            )
    if element.name == "section" and "nodeleaf" in element.attributes and own_text(element):
        say = Phrase(
            "`<section nodeleaf>` contains text, but may contain only one picture or component (rule 2.3)"
        )
        yield element, say


def _own_font(element: Element) -> Found:
    stack = re.sub(
        r"\s*,\s*", ",", style_of(element).get("font-family", "").replace('"', "").replace("'", "")
    ).strip()
    if stack and not stack.startswith(_STACK) and "monospace" not in stack:
        yield (
            element,
            Phrase(
                "`font-family` names other fonts than WeChat's own, and phones differ in them: `{stack}` (rule 3)",
                stack=stack[:60],
            ),
        )


_COLOURS = ("color", "background", "background-color", "background-image", "border-color")
"""What dark mode changes."""


def _dark_mode(element: Element) -> Found:
    if any("data-no-dark" in each.attributes for each in element.above()):
        return
    declared = style_of(element)
    if any("!important" in declared.get(each, "") for each in _COLOURS):
        yield element, Phrase("`!important` keeps dark mode from changing the colour (rule 4)")
    exempt = any("text-bg-gradient" in each.get("data-ignore-dm") for each in element.above())
    ground = declared.get("background-image", "") + declared.get("background", "")
    if "gradient(" in ground and not exempt and has_text(element):
        yield (
            element,
            Phrase(
                "text on a gradient, which dark mode does not change, may become unreadable (rule 4)"
            ),
        )


_PERCENT = Phrase(
    "write it in percent with `max-width`, or `data-ignore-width` if it should scroll"
)
_WRAP = Phrase("write `<section>` with `white-space:pre-wrap`")
_SIZE = Phrase("write `line-height` without a unit, 1.5 or more")
_PLAIN_ALIGN = Phrase("write `left` or `right`")
_FEWER = Phrase("keep the outermost and the innermost one")
_NO_FONT = Phrase("leave `font-family` out; the reader's own font fits the screen")
_TAKE_OUT = Phrase("take it out")
_OUTSIDE = Phrase("write what it may not hold before it or after it")
_CLICK = Phrase('write `begin="touchstart; click"`, or `click`')
_DARK = Phrase(
    "give the text a plain background; or mark the element `data-no-dark` to keep its colours"
)

_LENGTH_IN_WORDS = r"\d{3,}(?!\d*(?:\.\d+)?%)|\d\d(?:\.\d+)?(?:r?em|pt)"
"""A length that may be wider than half a phone: three digits, or two in a large unit."""
find_hidden_pictures = _rule(r"opacity:\s*0", _TAKE_OUT, _hidden_picture)
find_hidden_carets = _rule(r"caret-color", _TAKE_OUT, _hidden_caret)
find_overlapping_lines = _rule(
    r"line-height:\s*(?:0|\.\d|[\d.]+(?:px|pt|r?em|%))", _SIZE, _lines_overlap
)
find_wide = _rule(rf"(?:(?<!max-)width|margin-left):\s*(?:{_LENGTH_IN_WORDS})", _PERCENT, _too_wide)
find_heightless = _rule(r"(?<!line-)height:\s*0", _TAKE_OUT, _no_height)
find_start_alignment = _rule(r"text-align:\s*(?:start|end)", _PLAIN_ALIGN, _aligned_by_start)
find_touch_animations = _rule(r"touchstart", _CLICK, _moves_by_touch)
find_pre = _rule(r"<pre\b", _WRAP, _pre_as_paragraph)
find_leaves = _rule(r"\s(?:node)?leaf\b", _OUTSIDE, _leaf_with_blocks)
find_fonts = _rule(r"font-family:(?![^;]*monospace)", _NO_FONT, _own_font)
find_dark_mode = _rule(r"!important|gradient\(", _DARK, _dark_mode)


def find_nesting(subject: Subject) -> Iterator[Fault]:
    """Find elements that are nested for nothing (rule 2.1)."""
    if subject.depth > CHAIN_MAX:
        yield from _look(subject, _FEWER, _nested_for_nothing)


# What the rules ask about styles.


@cache
def _declared(style: str) -> Mapping[str, str]:
    pairs = (each.partition(":") for each in style.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs if value}


def style_of(element: Element) -> Mapping[str, str]:
    """Read a style; a `;` inside of an address does not matter to the rules, which ask for other properties."""
    return _declared(element.get("style"))


def own_text(element: Element) -> str:
    """Return what is written directly in an element, without blanks at the ends of each piece."""
    return "".join(
        each.strip("\u200b\xa0 \t\n") for each in element.children if isinstance(each, str)
    )


def has_text(element: Element) -> bool:
    """Return whether an element contains text, at any depth."""
    return any(own_text(each) for each in element.below())


def is_drawn(element: Element) -> bool:
    """Return whether an element is part of a drawing, or of what its author marked as one."""
    return any(each.name == "svg" or each.get("data-mode") == "svg" for each in element.above())


def pixels(length: str, font_size: float = FONT_SIZE) -> float | None:
    """Return a length in CSS pixels; None for percentages, keywords and `calc()`."""
    found = _LENGTH.fullmatch(length.replace("!important", "").strip())
    if found is None or found[2] == "%" or (found[2] is None and float(found[1]) != 0):
        return None
    if found[2] in ("em", "rem"):
        return float(found[1]) * font_size
    return float(found[1]) * _UNITS.get(found[2] or "px", 1.0)


def font_size(element: Element) -> float:
    """Return an element's font size in CSS pixels, as far as lengths tell."""
    for each in element.above():
        size = pixels(style_of(each).get("font-size", ""))
        if size is not None:
            return size
    return FONT_SIZE


def line_height(element: Element) -> tuple[float, Element] | None:
    """Return an element's line height in CSS pixels, and the element that sets it."""
    for each in element.above():
        written = style_of(each).get("line-height", "").replace("!important", "").strip()
        found = _LENGTH.fullmatch(written)
        if found is None:
            continue
        if found[2] is None:
            return float(found[1]) * font_size(element), each
        share = (
            float(found[1]) / 100 * font_size(each)
            if found[2] == "%"
            else pixels(written, font_size(each))
        )
        return (share, each) if share is not None else None
    return None
