"""The elements of a rendered body with what structure rules ask about: parents, styles, text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import Final

from massctl.render.html_scan import Tag, tags

_VOID_NAMES: Final = "area base br col embed hr img input link meta param source track wbr"
_VOID: Final = frozenset(_VOID_NAMES.split())
_LENGTH: Final = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|%)?", re.ASCII)
_UNITS: Final = {"px": 1.0, "pt": 4 / 3}
"""CSS pixels a unit. Source: CSS Values and Units, "absolute lengths"."""
FONT_SIZE: Final = 17.0
"""Pixels; what an article has where nothing is said. Source: the style sheet of articles, read 2026-10."""


@dataclass(slots=True)
class Element:
    """One element, with what stands around and in it."""

    tag: Tag
    written: str
    """The opening tag as it stands."""
    parent: "Element | None"
    style: dict[str, str]
    """Declarations by property in lower case; the last one wins, as in a browser."""
    children: list["Element"] = field(default_factory=list)
    text: str = ""
    """What is written directly in it, without blanks at the ends of each piece."""

    @property
    def name(self) -> str:
        """The tag's name, in lower case."""
        return self.tag.name

    def above(self) -> Iterator["Element"]:
        """Give the element and those around it, outwards."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.parent

    def below(self) -> Iterator["Element"]:
        """Give the element and those in it, in the order of the text."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += reversed(element.children)

    def has(self, attribute: str) -> bool:
        """Say whether it has an attribute, with whatever value."""
        return self.tag.get(attribute) is not None

    def has_text(self) -> bool:
        """Say whether anything is written in it, or in what is in it."""
        return any(element.text for element in self.below())

    def is_drawn(self) -> bool:
        """Say whether it is part of a drawing, or of what its author marked as one."""
        return any(each.name == "svg" or each.tag.get("data-mode") == "svg" for each in self.above())


def elements(content: str) -> list[Element]:
    """Give the elements of a body in their order; what is never closed ends with what is around it."""
    found: list[Element] = []
    open_: Element | None = None
    position = 0
    for tag in tags(content):
        if open_ is not None and tag.start > position:
            open_.text += unescape(content[position : tag.start]).strip("\u200b\xa0 \t\n")
        position = tag.end
        if tag.closing:
            open_ = _closed(open_, tag.name)
            continue
        element = Element(tag, content[tag.start : tag.end], open_, declarations(tag.get("style") or ""))
        found.append(element)
        if open_ is not None:
            open_.children.append(element)
        if tag.name not in _VOID and not content.endswith("/>", tag.start, tag.end):
            open_ = element
    return found


@cache
def _declared(style: str) -> tuple[tuple[str, str], ...]:
    pairs = (each.partition(":") for each in style.split(";"))
    return tuple((name.strip().lower(), value.strip().lower()) for name, _, value in pairs if value)


def declarations(style: str) -> dict[str, str]:
    """Read a style; a `;` inside of an address does not matter to the rules, which ask for other properties."""
    return dict(_declared(style))


def pixels(length: str, font_size: float = FONT_SIZE) -> float | None:
    """Give a length in CSS pixels; None for shares, words and sums."""
    found = _LENGTH.fullmatch(length.replace("!important", "").strip())
    if found is None or found[2] == "%" or (found[2] is None and float(found[1]) != 0):
        return None
    if found[2] in ("em", "rem"):
        return float(found[1]) * font_size
    return float(found[1]) * _UNITS.get(found[2] or "px", 1.0)


def font_size(element: Element) -> float:
    """Give the size of an element's letters in CSS pixels, as far as lengths say it."""
    for each in element.above():
        size = pixels(each.style.get("font-size", ""))
        if size is not None:
            return size
    return FONT_SIZE


def line_height(element: Element) -> tuple[float, Element] | None:
    """Give the height of an element's lines in CSS pixels, and the element that sets it."""
    for each in element.above():
        written = each.style.get("line-height", "").replace("!important", "").strip()
        found = _LENGTH.fullmatch(written)
        if found is None:
            continue
        if found[2] is None:
            return float(found[1]) * font_size(element), each
        share = float(found[1]) / 100 * font_size(each) if found[2] == "%" else pixels(written, font_size(each))
        return (share, each) if share is not None else None
    return None


def _closed(open_: Element | None, name: str) -> Element | None:
    """Close the innermost open element of that name, with what is in it; a closing tag too many closes nothing."""
    if open_ is None:
        return None
    for each in open_.above():
        if each.name == name:
            return each.parent
    return open_
