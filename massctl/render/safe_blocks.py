"""Paragraphs, headings, code and boxes."""

from typing import Final

from selectolax.lexbor import LexborNode

from massctl.render.highlight import coloured_code
from massctl.render.safe_attributes import attributes_of
from massctl.render.safe_pictures import lone_pictures
from massctl.render.safe_text import code_text, escaped_text
from massctl.render.safe_writer import Writer

_TITLES: Final = {
    "note": ("说明", "Note"),
    "tip": ("提示", "Tip"),
    "important": ("重要", "Important"),
    "warning": ("注意", "Warning"),
    "caution": ("警告", "Caution"),
    "details": ("详情", "Details"),
}


def paragraph(writer: Writer, node: LexborNode) -> None:
    """Write a paragraph; one that holds pictures alone needs no tags, and an empty one is nothing."""
    if lone_pictures(writer, node):
        return
    if node.first_child is not None:
        writer.block(node, "p")


def heading(writer: Writer, node: LexborNode) -> None:
    """Write a heading, with a place inside of it for a theme that paints its words."""
    writer.begin(f'<{node.tag}{attributes_of(node, writer.page)}><span class="inner">')
    writer.children(node)
    writer.end(f"</span></{node.tag}>")


def section(writer: Writer, node: LexborNode) -> None:
    """Write any other block."""
    writer.block(node, "section")


def centred(writer: Writer, node: LexborNode) -> None:
    """Write what stands in the middle."""
    writer.begin('<section style="text-align:center">')
    writer.children(node)
    writer.end("</section>")


def plain_block(writer: Writer, node: LexborNode) -> None:
    """Write a block under its own name."""
    writer.block(node, node.tag or "")


def line(writer: Writer, node: LexborNode) -> None:
    """Write a line across, or the end of a line."""
    writer.begin(f"<{node.tag}{attributes_of(node, writer.page)}>")


def code_block(writer: Writer, node: LexborNode) -> None:
    """Write code: a section that wraps, since `pre` runs out of the screen."""
    language = _language(node)
    inner = node.first_child
    if inner is not None and inner.tag == "code" and inner.next is None:
        language = language or _language(inner)
        node, inner = inner, inner.first_child
    writer.begin('<section class="code">')
    if inner is not None and inner.is_text_node and inner.next is None:
        code = inner.text_content or ""
        coloured = coloured_code(code, language) if language else None
        writer.out.append(code_text(code) if coloured is None else coloured)
    else:
        outside, writer.in_code = writer.in_code, True
        writer.children(node)
        writer.in_code = outside
    writer.end("</section>")


def _language(node: LexborNode) -> str:
    """Give the language that code says it is in, by `lang` as written here or by the class that others write."""
    found = node.attributes
    classes = (found.get("class") or "").split()
    named = (each.partition("-")[2] for each in classes if each.startswith(("language-", "lang-")))
    return found.get("lang") or next(named, "")


def callout(writer: Writer, node: LexborNode) -> None:
    """Write a box with its title."""
    kind = node.attributes.get("kind") or ""
    title = node.attributes.get("title") or _TITLES[kind][0 if writer.is_chinese else 1]
    writer.begin(f'<section class="callout callout-{kind}"><p class="callout-title">{escaped_text(title)}</p>')
    writer.children(node)
    writer.end("</section>")


def details(writer: Writer, node: LexborNode) -> None:
    """Write what opens and closes in a browser as a box that is open."""
    writer.block(node, "section", ' class="callout callout-details"')


def summary(writer: Writer, node: LexborNode) -> None:
    """Write the title of such a box."""
    writer.begin('<p class="callout-title">')
    writer.children(node)
    writer.end("</p>")


def terms(writer: Writer, node: LexborNode) -> None:
    """Write a list of definitions."""
    writer.block(node, "section", ' class="terms"')


def term(writer: Writer, node: LexborNode) -> None:
    """Write what is defined."""
    writer.block(node, "p", ' class="term"')


def definition(writer: Writer, node: LexborNode) -> None:
    """Write what it means."""
    writer.block(node, "section", ' class="definition"')
