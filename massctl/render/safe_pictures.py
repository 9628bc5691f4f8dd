"""Pictures with their captions, drawings, and what only WeChat shows."""

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from selectolax.lexbor import LexborNode

from massctl.model.diagnostics import Severity
from massctl.model.message import Picture
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.html_edit import SOURCES
from massctl.render.html_rules import is_component
from massctl.render.safe_attributes import declarations, length_said, with_pictures, written
from massctl.render.safe_links import link
from massctl.render.safe_text import escaped_text
from massctl.render.safe_writer import Writer

INLINE_PIXELS_MAX: Final = 64
"""Ours: a picture of more pixels in a line of text is no sign in it; it stands for itself."""
ROW_MAX: Final = 3
"""Ours: pictures side by side; more are too small on a phone."""
_GAP: Final = 2
"""Percent between pictures side by side: 7 px on a phone."""
_MIDDLE: Final = "margin-left:auto;margin-right:auto"
_CENTRED: Final = re.compile(r"text-align\s*:\s*center")
_AROUND: Final = 3
"""A link, a paragraph and what it stands in."""


def picture(writer: Writer, node: LexborNode) -> None:
    """Write a picture that stands in running text."""
    _picture(writer, node, is_alone=False)


def lone_pictures(writer: Writer, node: LexborNode) -> bool:
    """Write a paragraph that holds nothing but pictures, and say whether it does; they have margins of their own.

    Those of one line stand side by side.
    """
    lines: list[list[LexborNode]] = [[]]
    child = node.first_child
    while child is not None:
        text = child.text_content or ""
        if child.tag == "img" or is_component(child.tag or "") or _image_of(child) is not None:
            lines[-1].append(child)
        elif child.tag == "br" or (child.is_text_node and not text.strip() and "\n" in text):
            lines.append([])
        elif child.is_element_node or text.strip():
            return False
        child = child.next
    for found in filter(None, lines):
        shapes = [_shape(writer, each) for each in found]
        if len(found) > 1 and None not in shapes:
            _side_by_side(writer, found, [shape for shape in shapes if shape is not None])
        else:
            for each in found:
                _lone(writer, each)
    return any(lines)


def _image_of(node: LexborNode) -> LexborNode | None:
    """Give a picture, also that of a link which holds nothing else."""
    return node if node.tag == "img" else _lone_child(node, "img") if node.tag == "a" else None


def _shape(writer: Writer, node: LexborNode) -> float | None:
    """Give width to height of a picture that may stand in a row; None for a sign, a link, and a width of its own."""
    if node.tag != "img" or {"width", "height", "style"} & set(node.attributes):
        return None
    found = writer.page.known((node.attributes.get("src") or "").strip())
    if found is not None and found.width_pixels > INLINE_PIXELS_MAX:
        return found.width_pixels / found.height_pixels
    return None


def _side_by_side(writer: Writer, nodes: Sequence[LexborNode], shapes: Sequence[float]) -> None:
    """Write pictures in rows of equal numbers, each row of one height.

    Widths are rounded down, so that the last one never falls into a line of its own. One title at the end is a caption
    of them all.
    """
    titles = [_title_of(node) for node in nodes]
    is_shared = bool(titles[-1]) and not any(titles[:-1])
    writer.begin('<section class="figure">')
    rows, first = -(-len(nodes) // ROW_MAX), 0
    for row in range(rows):
        behind = first + -(-(len(nodes) - first) // (rows - row))
        room = 100 - _GAP * (behind - first - 1)
        if rows > 1:
            writer.begin(f'<section style="margin-top:{_GAP}%">' if row else "<section>")
        for index in range(first, behind):
            width = math.floor(100 * room * shapes[index] / sum(shapes[first:behind])) / 100
            gap = f";margin-left:{_GAP}%" if index > first else ""
            writer.begin(f'<section style="display:inline-block;width:{width:g}%{gap};vertical-align:top">')
            _picture(writer, nodes[index], is_alone=True, width="width:100%")
            _caption(writer, "" if is_shared else titles[index])
            writer.end("</section>")
        if rows > 1:
            writer.end("</section>")
        first = behind
    _caption(writer, titles[-1] if is_shared else "")
    writer.end("</section>")


def figure(writer: Writer, node: LexborNode) -> None:
    """Write a picture with what belongs to it."""
    writer.block(node, "section", ' class="figure"')


def caption(writer: Writer, node: LexborNode) -> None:
    """Write what stands below a picture."""
    writer.block(node, "section", ' class="caption"')


def _lone(writer: Writer, node: LexborNode) -> None:
    """Write one picture by itself, with its title below it."""
    if node.tag not in ("img", "a"):
        writer.begin("")
        drawing(writer, node)
        writer.end("")
        return
    title = _title_of(node)
    writer.begin('<section class="figure">' if title else "")
    if node.tag == "a":
        link(writer, node)
    else:
        _picture(writer, node, is_alone=True)
    _caption(writer, title)
    writer.end("</section>" if title else "")


def _title_of(node: LexborNode) -> str:
    image = _image_of(node)
    return (image.attributes.get("title") or "").strip() if image is not None else ""


def _caption(writer: Writer, title: str) -> None:
    if title:
        writer.begin(f'<section class="caption">{escaped_text(title)}</section>')


def _lone_child(node: LexborNode, name: str) -> LexborNode | None:
    child = node.first_child
    return child if child is not None and child.tag == name and child.next is None else None


def _picture(writer: Writer, node: LexborNode, *, is_alone: bool, width: str = "") -> None:
    """Write a picture; `width` is a style for one that has no width of its own."""
    found = node.attributes
    address = (found.get("src") or found.get("data-src") or "").strip()
    if not address:
        hint = Phrase("write its path as `src`, or remove the picture")
        writer.page.report(Fault("MC201", Phrase("the picture's address is empty"), hint, needle="<img"))
        return
    placed = writer.page.picture(address, address)
    if placed is None:
        return
    shown, picture = placed
    attributes: dict[str, str | None] = {"src": shown}
    if picture is not None:
        attributes["data-w"] = str(picture.width_pixels)
    else:
        attributes |= {name: value for name, value in found.items() if name.startswith("data-") and name != "data-src"}
    if not is_alone and picture is not None and picture.width_pixels <= INLINE_PIXELS_MAX:
        attributes["class"] = "inline"
    attributes["alt"] = found.get("alt")
    attributes["title"] = found.get("title") if not is_alone else None
    own = with_pictures(declarations(found.get("style") or ""), writer.page)
    middle = _MIDDLE if "class" not in attributes and _is_centred(node) else ""
    attributes["style"] = ";".join(each for each in (_width(found, picture) or width, middle, own) if each)
    shown = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value)
    writer.shown(f"<img{shown}>")


def _is_centred(node: LexborNode) -> bool:
    """Say whether a picture stands in something that its writer put into the middle, which only text follows."""
    around, steps = node.parent, 0
    while around is not None and steps < _AROUND:
        found = around.attributes
        if around.tag == "center" or found.get("align") == "center" or _CENTRED.search(found.get("style") or ""):
            return True
        around, steps = around.parent, steps + 1
    return False


def _width(found: Mapping[str, str | None], picture: Picture | None) -> str:
    """Give the width that a picture is to have; a height beside it would squeeze it where there is less room."""
    height = length_said(found, "height")
    if height is None or found.get("width") or height.endswith("%"):
        return length_said(found, "width") or ""
    if picture is None:
        return height
    pixels = float(height.removeprefix("height:").removesuffix("px"))
    return f"width:{round(pixels * picture.width_pixels / picture.height_pixels)}px"


def drawing(writer: Writer, node: LexborNode) -> None:
    """Write a drawing or a component of WeChat's as it is, with its pictures, without ids."""
    writer.shown("")
    _copy(writer, node)


def _copy(writer: Writer, node: LexborNode) -> None:
    name = node.tag or ""
    # WeChat finds a video by the class of its frame.
    dropped = ("id", "style") if name == "iframe" or is_component(name) else ("id", "style", "class")
    kept = {key: value for key, value in node.attributes.items() if key not in dropped}
    for key in SOURCES.get(name, ()):
        address = (kept.get(key) or "").strip()
        placed = writer.page.picture(address, address) if address and not address.startswith("#") else None
        if placed is not None:
            kept[key] = placed[0]
    style = with_pictures(declarations(node.attributes.get("style") or ""), writer.page)
    if style:
        kept["style"] = style
    _look_for_references(writer, kept)
    writer.out.append(f"<{name}{written(kept)}>")
    child = node.first_child
    while child is not None:
        if child.is_element_node:
            _copy(writer, child)
        elif child.is_text_node:
            writer.out.append(escaped_text(" ".join((child.text_content or "").split())))
        child = child.next
    writer.out.append(f"</{name}>")


def _look_for_references(writer: Writer, attributes: dict[str, str | None]) -> None:
    """Warn of what points to a part of the drawing by its id, which WeChat removes."""
    for key, value in attributes.items():
        if value and ("url(#" in value or (key.endswith("href") and value.startswith("#"))):
            say = Phrase("`{text}` refers to a part of the drawing by id, and WeChat removes ids", text=value[:40])
            hint = Phrase("write the colour or the shape where it is used")
            writer.page.report(Fault("MC342", say, hint, severity=Severity.WARNING, needle=value))
