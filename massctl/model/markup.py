"""Read the HTML of an article as parts, without the styles that are surely nothing but looks.

Two bodies with equal parts say, show and do the same. What may hide, move or resize words is no looks: a colour, too.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from massctl.model.frozen import Frozen

WHOLE = frozenset({"svg", "script", "style", "template", "title"})
"""Elements that are one part with all that is in them: drawings, and what has no words that are read."""
WORDS = ""
"""The name of a part that is words."""


class Part(Frozen):
    """Words, the beginning of an element, or its end (`/a`)."""

    name: str
    """The name of the element; empty for words."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Its attributes, each declaration of its style alone; of words and of a whole element what it says."""


_BLANKS = re.compile(r"\s+")
_LOOKS = re.compile(
    r"(?:text-align|font-(?:weight|style|family)|border-(?:color|style|radius)|box-sizing|caret-color"
    r"|-webkit-tap-highlight-color|overflow-wrap|word-(?:wrap|break))"
    r":(?:[\w #%.,-]|\"[\w -]*\"|'[\w -]*'|\([\d.,%]*\))*|max-width:100%",
    re.IGNORECASE,
)
"""Declarations that change no word, hide none and move none elsewhere. One with an open quote is not among them."""
_AROUND = re.compile(r"\s*([:,])\s*")
_RGB = re.compile(r"rgb\((\d{1,3}),(\d{1,3}),(\d{1,3})\)", re.IGNORECASE)
_SHORT_COLOUR = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])(?![0-9a-f])", re.IGNORECASE)


def parts_of(html: str) -> list[Part]:
    """Return the parts of a body in their order."""
    # A compiled library, needed only where there are articles.
    from selectolax.lexbor import LexborHTMLParser

    body: Any = LexborHTMLParser(f"<body>{html}").body
    return joined(_part(*each) for each in walk(body.child, WHOLE))


def _part(node: Any, entering: bool) -> Part:
    if node.tag == "-text":
        return _words(_BLANKS.sub("", node.text_content or "") if entering else "")
    if not node.is_element_node:
        return _words("")
    if node.tag not in WHOLE:
        return Part(node.tag, _attributes(node)) if entering else Part(f"/{node.tag}")
    return Part(node.tag, (("", node.html),)) if entering else _words("")


def _words(words: str) -> Part:
    return Part(WORDS, (("", words),))


def joined(parts: Iterable[Part]) -> list[Part]:
    """Make one part of words that nothing parts, and none of no words."""
    found: list[Part] = []
    for part in parts:
        words = part.attributes[0][1] if part.name == WORDS else ""
        if words and found and found[-1].name == WORDS:
            found[-1] = _words(found[-1].attributes[0][1] + words)
        elif words or part.name != WORDS:
            found.append(part)
    return found


def walk(first: Any, whole: frozenset[str]) -> Iterator[tuple[Any, bool]]:
    """Yield each node twice, as it opens and as it closes; a body may be nested deeper than Python can call."""
    node, depth = first, 0
    while node is not None:
        yield node, True
        if node.tag not in whole and node.child is not None:
            node, depth = node.child, depth + 1
            continue
        yield node, False
        while node.next is None and depth:
            node, depth = node.parent, depth - 1
            yield node, False
        node = node.next


def _attributes(node: Any) -> tuple[tuple[str, str], ...]:
    attributes = {name: value or "" for name, value in node.attributes.items()}
    styled = [*declarations(attributes.pop("style", ""))]
    return (*sorted(attributes.items()), *styled)


def declarations(style: str) -> Iterator[tuple[str, str]]:
    """Yield each declaration of a style that is not surely looks: `style.color`, and its value."""
    for each in style.split(";"):
        plain = _AROUND.sub(r"\1", " ".join(each.split()))
        name, _, value = plain.partition(":")
        if plain and _LOOKS.fullmatch(plain) is None:
            yield (
                f"style.{name.lower()}",
                _SHORT_COLOUR.sub(r"#\1\1\2\2\3\3", _RGB.sub(_hex, value)),
            )


def _hex(colour: re.Match[str]) -> str:
    """Write a colour as editors do not: `rgb(51, 51, 51)` is `#333333`."""
    return "#" + "".join(f"{int(each):02x}" for each in colour.groups())
