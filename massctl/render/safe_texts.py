"""Running text: what stays as it is, what WeChat knows under another name, and colours that were attributes."""

import re
from collections.abc import Callable
from typing import Final

from selectolax.lexbor import LexborNode

from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.html_rules import lost_title
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


def formula(writer: Writer, node: LexborNode) -> None:
    """Write a formula; one that cannot be drawn is an error: followers would read TeX."""
    # Some 200 ms, for the fonts; hardly any article has a formula.
    from massctl.render.math import FormulaError, drawn

    tex, mark = node.attributes.get("tex") or "", node.attributes.get("mark") or ""
    try:
        shown = drawn(tex, display=mark in ("$$", "\\["))
    except FormulaError as error:
        say = Phrase("the formula cannot be drawn: `{text}`", text=str(error))
        hint = Phrase("write it in LaTeX's own commands, show it as a picture, or, if it is not a formula, write `\\$`")
        writer.page.report(Fault("MC329", say, hint, needle=tex.partition("\n")[0]))
        return
    if "block" in node.attributes:
        writer.begin(f'<section class="math">{shown}</section>')
    else:
        writer.shown(shown)


def title(writer: Writer, _: LexborNode) -> None:
    """Refuse the title of a page; a drawing's own is written with the drawing."""
    writer.page.report(lost_title())


def nothing(_: Writer, __: LexborNode) -> None:
    """Write nothing: it is told already, or was never seen."""
