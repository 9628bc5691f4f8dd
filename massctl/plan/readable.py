"""What a reader gets from a body: paragraphs and pictures in order, and where links lead. Markup is passed over."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from massctl.model.rendered import PICTURE_SCHEME
from massctl.plan.changes import PictureSeen

_PICTURE: Final = re.compile(
    re.escape(PICTURE_SCHEME) + r"(?P<sha256>[0-9a-f]{64})|url\(\s*['\"]?(?P<address>https?://[^'\")\s]+)",
    re.IGNORECASE,
)
_SOURCES: Final = ("src", "data-src", "href", "xlink:href")
_PARAGRAPH: Final = re.compile(
    r"address|article|aside|blockquote|br|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|h[1-6]"
    r"|header|hr|li|main|ol|p|pre|section|summary|table|tr|ul"
)
"""Tags before and behind which another paragraph begins; a row of a table is one."""
_CELLS: Final = frozenset({"td", "th"})
_UNSEEN: Final = frozenset({"script", "style", "template", "title"})


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, its blanks made one."""

    text: str


Block = Words | PictureSeen


@dataclass(slots=True)
class Reading:
    """A body as it is read."""

    blocks: list[Block] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Addresses, in the order of their links."""
    _line: list[str] = field(default_factory=list)

    @property
    def characters(self) -> int:
        """Count the characters of its words."""
        return sum(len(block.text) for block in self.blocks if isinstance(block, Words))

    @property
    def pictures(self) -> int:
        """Count its pictures."""
        return sum(isinstance(block, PictureSeen) for block in self.blocks)

    def hear(self, text: str) -> None:
        """Take a run of words."""
        self._line.append(text)

    def see(self, picture: PictureSeen) -> None:
        """Take a picture; it stands between paragraphs."""
        self.end_paragraph()
        self.blocks.append(picture)

    def end_paragraph(self) -> None:
        """Begin another paragraph; one without words is none."""
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if text:
            self.blocks.append(Words(text))


def read_text(text: str) -> list[Words]:
    """Read the words of a text message: each line is a paragraph."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [Words(line) for line in lines if line]


def read_body(html: str, files: Mapping[str, tuple[str, int]]) -> Reading:
    """Read a body; `files` gives path and bytes of a picture by the SHA-256 in its placeholder."""
    # Only a plan with a difference to show needs the parser.
    from selectolax.lexbor import LexborHTMLParser

    reading = Reading()
    body = LexborHTMLParser(html).body
    for node, entering in _walk(body.child if body is not None else None):
        if node.tag == "-text":
            reading.hear(node.text_content or "" if entering else "")
        elif _PARAGRAPH.fullmatch(node.tag):
            reading.end_paragraph()
        elif node.tag in _CELLS:
            reading.hear(" ")
        if entering and node.is_element_node:
            _look_at(node, reading, files)
    reading.end_paragraph()
    return reading


def _walk(first: Any) -> Iterator[tuple[Any, bool]]:
    """Give each node twice, as it opens and as it closes; a body may be nested deeper than Python can call."""
    node, depth = first, 0
    while node is not None:
        yield node, True
        if node.tag not in _UNSEEN and node.child is not None:
            node, depth = node.child, depth + 1
            continue
        yield node, False
        while node.next is None and depth:
            node, depth = node.parent, depth - 1
            yield node, False
        node = node.next


def _look_at(node: Any, reading: Reading, files: Mapping[str, tuple[str, int]]) -> None:
    """Take the pictures that an element shows, and where it leads."""
    attributes: dict[str, str] = {name: value or "" for name, value in node.attributes.items()}
    if node.tag == "a":
        address = attributes.get("href") or attributes.get("data-miniprogram-path") or ""
        reading.links += [address] if address else []
    alt = attributes.get("alt", "")
    matches = (match for value in attributes.values() for match in _PICTURE.finditer(value))
    found = dict.fromkeys(match["sha256"] or match["address"] for match in matches)
    for name in found:
        path, size_bytes = files.get(name, (None, None))
        reading.see(PictureSeen(name, alt, path, size_bytes))
    if not found and node.tag in {"img", "image"}:
        # Its address is WeChat's already, so no bytes of ours name it.
        reading.see(PictureSeen(next((attributes[key] for key in _SOURCES if attributes.get(key)), ""), alt))
