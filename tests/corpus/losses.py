"""What the source of an article says and its rendered body does not."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.rendering import Rendered

_PLAIN = (
    MarkdownIt("commonmark", {"html": True})
    .enable(["table", "strikethrough"])
    .use(footnote_plugin)
    .use(deflist_plugin)
)
_BLANKS = re.compile(r"[\s\u00a0\u2002\u2005\u200b]+")
_MARKS = re.compile(r"[=~^*_]")
"""Marks that one of two parsers may take for text: each is left out on both sides."""
_LEAVES = "p h1 h2 h3 h4 h5 h6 td th dt dd li figcaption summary"
_REFERENCE = re.compile(r"\[\^[^\]]*\]:?|\^\[")
_TAG = re.compile(r"<[^<>]*>")
_TASK = re.compile(r"^\[[ xX]\]")
_CONTAINER = re.compile(r"^\s*:::.*$|^\s*>?\s*\[![A-Za-z]+\].*$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def losses(source: str, found: Rendered) -> Iterator[str]:
    """Give what is lost, each in words."""
    tree = LexborHTMLParser(
        "<body>"
        + _PLAIN.render(_CONTAINER.sub("", _CONTROL.sub("", source.removeprefix("\ufeff"))))
    )
    for each in tree.css(".footnote-ref, .footnote-backref"):
        each.decompose()
    body = LexborHTMLParser("<body>" + found.body)
    yield from _lost_text(tree, body)
    yield from _lost_pictures(tree, found)
    yield from _lost_links(tree, found.body)
    yield from _lost_code(tree, body)
    yield from _lost_cells(tree, body)


def _shown(text: str) -> str:
    return _MARKS.sub("", _BLANKS.sub("", text))


def _without_tags(text: str) -> str:
    """Take out what looks like tags, one in the other too."""
    fewer = _TAG.sub("", text)
    return fewer if fewer == text else _without_tags(fewer)


def _text_of(node: LexborNode, skipped: frozenset[str] = frozenset()) -> str:
    """Give the text of an element, without that of some elements in it."""
    pieces: list[str] = []
    child = node.first_child
    while child is not None:
        if child.is_text_node:
            pieces.append(child.text_content or "")
        elif child.is_element_node and child.tag not in skipped:
            pieces.append(_text_of(child, skipped))
        child = child.next
    return "".join(pieces)


_NOT_READ = frozenset({"script", "style", "template", "video", "audio", "object", "select"})
_OF_THEIR_OWN = frozenset(
    {*_LEAVES.split(), *_NOT_READ, "pre", "ul", "ol", "table", "blockquote", "div"}
)


def _lost_text(tree: LexborHTMLParser, body: LexborHTMLParser) -> Iterator[str]:
    for each in body.css("sup"):
        if re.fullmatch(r"\[\d+\]", each.text()):
            each.decompose()
    whole = _shown(body.body.text()) if body.body else ""
    # A tag of no name is text to us, and nothing to the reader of the source.
    plainer = _without_tags(whole)
    position = 0
    for node in tree.css(",".join(_LEAVES.split())):
        text = _REFERENCE.sub("", _TASK.sub("", _text_of(node, _OF_THEIR_OWN).strip()))
        # Text between two notes is one piece for the reader of the source, and two for us; formulas are written anew.
        for piece in re.split(r"[\[\]]|\$+[^$]+\$+", text):
            wanted = _shown(piece)
            at = whole.find(wanted, position)
            if wanted and at < 0 and wanted not in whole and _without_tags(wanted) not in plainer:
                yield f"text: {piece.strip()[:60]!r}"
            position = at + len(wanted) if at >= 0 else position


def _lost_pictures(tree: LexborHTMLParser, found: Rendered) -> Iterator[str]:
    shown = [unescape(each) for each in re.findall(r'<img src="([^"]*)"', found.body)]
    there = [found.addresses.get(each, each) for each in shown]
    for node in tree.css("img"):
        address = (node.attributes.get("src") or "").strip()
        if address and unquote(address) not in [unquote(each) for each in there]:
            yield f"picture: {address[:80]}"


def _lost_links(tree: LexborHTMLParser, body: str) -> Iterator[str]:
    whole = unquote(unescape(body))
    for node in tree.css("a"):
        address = (node.attributes.get("href") or "").strip()
        if (
            re.match(r"[a-z]+:", address, re.IGNORECASE)
            and unquote(address.removeprefix("mailto:")) not in whole
        ):
            yield f"link: {address[:80]}"


def _lines(text: str) -> str:
    return text.replace("\t", "    ").replace("\u00a0", " ").strip("\n")


def _lost_code(tree: LexborHTMLParser, body: LexborHTMLParser) -> Iterator[str]:
    for each in body.css("br"):
        each.replace_with("\n")
    shown = "\n".join(
        _lines(each.text())
        for each in body.css("section")
        if "white-space:pre" in (each.attributes.get("style") or "")
    )
    inline = _lines(body.body.text()) if body.body else ""
    for node in tree.css("pre"):
        if _lines(node.text()) not in shown:
            yield f"code: {node.text()[:60]!r}"
    for node in tree.css("code"):
        if (
            node.parent is not None
            and node.parent.tag != "pre"
            and _lines(node.text()) not in inline
        ):
            yield f"code in a line: {node.text()[:60]!r}"


def _lost_cells(tree: LexborHTMLParser, body: LexborHTMLParser) -> Iterator[str]:
    ours = [[_shown(cell.text()) for cell in table.css("td,th")] for table in body.css("table")]
    theirs = [[_shown(cell.text()) for cell in table.css("td,th")] for table in tree.css("table")]
    for number, cells in enumerate(theirs):
        if number >= len(ours) or len(ours[number]) != len(cells):
            yield f"table {number + 1}: {len(cells)} cells, {len(ours[number]) if number < len(ours) else 0} arrived"
