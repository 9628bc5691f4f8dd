"""Running text: what stays as it is, what WeChat knows under another name, and colours that were attributes."""

import re
from collections.abc import Callable
from typing import Final

from selectolax.lexbor import LexborNode

from massctl.render.safe_writer import Writer

_COLOUR: Final = re.compile(r"#?\w+", re.ASCII)


def renamed(name: str, extra: str = "") -> Callable[[Writer, LexborNode], None]:
    """Make what writes an element in running text under a name."""

    def write(writer: Writer, node: LexborNode) -> None:
        writer.inline(node, name, extra)

    return write


def line_end(writer: Writer, _: LexborNode) -> None:
    """End a line."""
    writer.begin("<br>")


def code(writer: Writer, node: LexborNode) -> None:
    """Write code in a line; its blanks stay."""
    outside, writer.in_code = writer.in_code, True
    writer.inline(node, "code")
    writer.in_code = outside


def coloured(writer: Writer, node: LexborNode) -> None:
    """Write `font`, of which only the colour is left."""
    colour = node.attributes.get("color") or ""
    if _COLOUR.fullmatch(colour):
        writer.out.append(f'<span style="color:{colour}">')
        writer.children(node)
        writer.out.append("</span>")
    else:
        writer.children(node)


def quoted(writer: Writer, node: LexborNode) -> None:
    """Write a quotation in a line, with the marks that a browser would draw."""
    writer.text("“")
    writer.children(node)
    writer.text("”")


def nothing(_: Writer, __: LexborNode) -> None:
    """Write nothing: it is told already, or was never seen."""
