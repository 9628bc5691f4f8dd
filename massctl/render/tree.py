"""The tree of an article: elements and text, each element with its position in the source.

Markdown's tokens build it. HTML, and Markdown with HTML in it, is read by an HTML5 parser. `marked` first writes the
position of each start tag into the tag, so that each parsed element knows its tag. A tag without an element, or an
element without a tag, is markup that browsers read differently from how it looks.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from massctl.render.html_scan import Tag, tags

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

MARKER = "massctl-at\x01"
"""The attribute with a tag's position; no writer has one, since no article may hold its last character."""
_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
VOID = frozenset(_VOID_NAMES.split())
"""Elements without an end tag. Source: HTML standard, "13.1.2 Elements", read 2026-11."""
_ADDRESSES = ("href", "src")
"""Attributes that keep their quotation marks even if they are empty, as in WeChat's examples."""
IMPLIED = frozenset({"html", "head", "body", "tbody", "tr", "colgroup", "p", "br"})
"""Elements that a parser adds by itself; `p` and `br` for a lone end tag. Source: the same, "13.2.6", read 2026-11."""


class Element:
    """An element with its attributes and children; an attribute without a value has an empty one."""

    __slots__ = ("at", "attributes", "children", "name", "parent")

    def __init__(
        self,
        name: str,
        attributes: dict[str, str] | None = None,
        parent: "Element | None" = None,
        at: int | None = None,
    ) -> None:
        self.name = name
        self.attributes: dict[str, str] = {} if attributes is None else attributes
        self.children: list[Element | str] = []
        self.parent = parent
        self.at = at
        """Where its tag begins in the source, or its first line in Markdown; None where that is not known."""

    def get(self, attribute: str) -> str:
        """Return an attribute's value, empty where there is none."""
        return self.attributes.get(attribute, "")

    @property
    def elements(self) -> "list[Element]":
        """The child elements."""
        return [child for child in self.children if isinstance(child, Element)]

    def above(self) -> "Iterator[Element]":
        """Yield the element and its ancestors, the innermost first."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.parent

    def below(self) -> "Iterator[Element]":
        """Yield the element and its descendants in document order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += reversed(element.elements)

    def text(self) -> str:
        """Return the text of the element and its descendants."""
        pieces: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            node = waiting.pop()
            if isinstance(node, str):
                pieces.append(node)
            else:
                waiting += reversed(node.children)
        return "".join(pieces)

    def add(
        self, name: str, attributes: dict[str, str] | None = None, at: int | None = None
    ) -> "Element":
        """Append a new child element and return it."""
        element = Element(name, attributes, self, at)
        self.children.append(element)
        return element

    def remove(self) -> None:
        """Take the element out of its tree."""
        if self.parent is not None:
            self.parent.children.remove(self)
            self.parent = None

    def take(self, other: "Element") -> None:
        """Move the children of another element to the end of this one."""
        for child in other.elements:
            child.parent = self
        self.children += other.children
        other.children = []


class Builder:
    """Build a tree from the starts, ends and texts of a source."""

    def __init__(self) -> None:
        self.root = Element("body")
        self._here = self.root

    def start(
        self, name: str, attributes: dict[str, str] | None = None, at: int | None = None
    ) -> None:
        """Begin an element."""
        self._here = self._here.add(name, attributes, at)

    def end(self, _: str) -> None:
        """End the innermost element."""
        self._here = self._here.parent or self.root

    def void(self, name: str, attributes: dict[str, str] | None = None) -> None:
        """Add an element that holds nothing."""
        self._here.add(name, attributes)

    def text(self, text: str) -> None:
        """Add text; adjacent texts become one."""
        children = self._here.children
        if children and isinstance(last := children[-1], str):
            children[-1] = last + text
        elif text:
            children.append(text)

    def raw(self, html: str) -> None:
        """Add raw HTML; this builder adds it as text."""
        self.text(html)

    def finish(self) -> Element:
        """Return the tree."""
        return self.root


class HtmlBuilder(Builder):
    """Build the same tree from a source with raw HTML, which may open an element that a later token closes."""

    def __init__(self) -> None:
        super().__init__()
        self._out: list[str] = []

    def start(
        self, name: str, attributes: dict[str, str] | None = None, at: int | None = None
    ) -> None:
        """Begin an element."""
        marker = "" if at is None else f" {MARKER}={at}"
        # A browser drops the first line end inside `pre`.
        self._out.append(
            f"<{name}{marker}{written_attributes(attributes or {})}>"
            + ("\n" if name == "pre" else "")
        )

    def end(self, name: str) -> None:
        """End an element, if the parser sees it there."""
        self._out.append(f"</{name}>")

    def void(self, name: str, attributes: dict[str, str] | None = None) -> None:
        """Add an element that holds nothing."""
        self._out.append(f"<{name}{written_attributes(attributes or {})}>")

    def text(self, text: str) -> None:
        """Add text."""
        self._out.append(escaped_text(text))

    def raw(self, html: str) -> None:
        """Add raw HTML."""
        self._out.append(html)

    @property
    def html(self) -> str:
        """The HTML to parse."""
        return "".join(self._out)

    def finish(self) -> Element:
        """Return the tree that an HTML5 parser makes of it."""
        return parse(self.html)


def parse(html: str) -> Element:
    """Parse the HTML of a body and return its tree under a new root; comments are left out."""
    root = Element("body")
    body = lexbor_tree(html).body
    waiting: list[tuple[LexborNode, Element]] = [] if body is None else [(body, root)]
    while waiting:
        node, element = waiting.pop()
        children = element.children
        child = node.first_child
        while child is not None:
            name = child.tag
            if name == "-text":
                children.append(child.text_content or "")
            elif child.is_element_node:
                attributes = {key: value or "" for key, value in child.attributes.items()}
                marker = attributes.pop(MARKER, None)
                at = int(marker) if marker is not None and marker.isdecimal() else None
                inside = Element(name or "", attributes, element, at)
                children.append(inside)
                waiting.append((child, inside))
            child = child.next
    return root


def lexbor_tree(html: str) -> "LexborHTMLParser":
    """Parse the HTML of a body with lexbor."""
    # A compiled library, needed only where there are articles.
    from selectolax.lexbor import LexborHTMLParser

    # Without `<body>`, lexbor puts a leading comment or style into the head of the page.
    return LexborHTMLParser(f"<body>{html}")


def marked(html: str) -> tuple[str, list[Tag]]:
    """Return HTML with a position marker in each start tag, and all its tags in order."""
    pieces: list[str] = []
    found: list[Tag] = []
    position = 0
    for tag in tags(html):
        if not tag.closing:
            behind = tag.name_start + len(tag.name)
            pieces += [html[position:behind], f" {MARKER}={tag.start} "]
            position = behind
        found.append(tag)
    return "".join([*pieces, html[position:]]), found


def escaped_text(text: str) -> str:
    """Escape text as the HTML standard serialises it."""
    if "&" in text or "<" in text or ">" in text or "\u00a0" in text:
        text = (
            text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("\u00a0", "&nbsp;")
        )
    return text


def escaped_value(value: str) -> str:
    """Escape the value of an attribute in double quotation marks."""
    if "&" in value or '"' in value or "<" in value or ">" in value:
        value = (
            value.replace("&", "&amp;")
            .replace('"', "&quot;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
        )
    return value


def written_attributes(attributes: Mapping[str, str]) -> str:
    """Write the attributes of a tag."""
    return "".join(
        [
            f' {name}="{escaped_value(value)}"' if value or name in _ADDRESSES else f" {name}"
            for name, value in attributes.items()
        ]
    )


def opening_tag(element: Element) -> str:
    """Write the start tag of an element."""
    return f"<{element.name}{written_attributes(element.attributes) if element.attributes else ''}>"


def serialized(root: Element) -> str:
    """Serialise the children of an element as HTML; the body of every Markdown article is written here."""
    out: list[str] = []
    _write(root, out.append)
    return "".join(out)


def _write(element: Element, write: Callable[[str], None]) -> None:
    for child in element.children:
        if isinstance(child, str):
            write(escaped_text(child))
            continue
        name = child.name
        write(
            f"<{name}{written_attributes(child.attributes)}>" if child.attributes else f"<{name}>"
        )
        if name not in VOID:
            if child.children:
                _write(child, write)
            write(f"</{name}>")
