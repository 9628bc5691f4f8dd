"""Tables, in a section that scrolls, with columns that Chinese words can be read in."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from selectolax.lexbor import LexborNode

from massctl.render.cjk import cjk_count
from massctl.render.safe_attributes import attributes_of, length_said
from massctl.render.safe_writer import Writer

COLUMNS_MAX: Final = 4
"""Ours: more than these do not fit side by side on a phone, so that the table is wider than the screen and scrolls."""
COLUMN_SHARE: Final = 26
"""Percent of the screen that each column of such a table has, some 90 px of a phone."""
SCREEN_EMS: Final = 24
"""Letters in a row on a phone: 343 px, at the 14 px that the built-in themes write tables with."""
BETWEEN_EMS: Final = 0.9
"""Room beside each cell of theirs, 12 px."""
SPACED: Final = 1.1
"""A letter of theirs with the room behind it, at most 1 px."""
WORD_EMS_MAX: Final = 4
"""Ours: a Chinese word of so many characters stays in one line; a longer one may break, into pieces of as many."""
LATIN_EMS: Final = 0.6
"""What a letter of another script is wide, about."""
SCREEN_PX: Final = 343
"""Of a phone of 375 px, beside WeChat's margins: cells that are wider together were made for another page."""


class _Cell(NamedTuple):
    """What a cell needs of its column."""

    is_header: bool
    ems: float
    is_chinese: bool
    """It has Chinese characters, which a browser parts."""


def table(writer: Writer, node: LexborNode) -> None:
    """Write a table in a section that scrolls."""
    rows = [[cell for cell in row.iter() if cell.tag in ("th", "td")] for row in _rows_of(node)]
    columns = len(rows[0]) if rows else 0
    wide = f' style="min-width:{columns * COLUMN_SHARE}%"' if columns > COLUMNS_MAX else ""
    caption = next((child for child in node.iter() if child.tag == "caption"), None)
    if caption is not None:
        writer.block(caption, "section", ' class="caption"')
    writer.begin(f'<section class="scroll" data-ignore-width><table{wide}>')
    _write(writer, node, _least_widths(rows))
    writer.end("</table></section>")


def _rows_of(node: LexborNode) -> Iterator[LexborNode]:
    for child in node.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows_of(child)


def _write(writer: Writer, node: LexborNode, widths: list[str]) -> None:
    """Write the parts of a table; blanks between them are nothing. The first row takes the `widths`."""
    said = iter(_said_widths(node)) if node.tag == "tr" else iter(())
    for child in node.iter():
        if child.tag in ("thead", "tbody", "tfoot", "tr"):
            writer.begin(f"<{child.tag}{attributes_of(child, writer.page)}>")
            _write(writer, child, widths)
            writer.end(f"</{child.tag}>")
        elif child.tag in ("th", "td"):
            least = widths.pop(0) if widths else ""
            width = next(said, "") or least
            writer.begin(f"<{child.tag}{attributes_of(child, writer.page, width)}>")
            writer.children(child)
            writer.end(f"</{child.tag}>")


def _said_widths(row: LexborNode) -> list[str]:
    """Give a style for each cell of a row: the width that its old attribute says, where all fit on a phone."""
    said = [length_said(cell.attributes, "width") or "" for cell in row.iter() if cell.tag in ("th", "td")]
    pixels = sum(float(each[len("width:") : -len("px")]) for each in said if each.endswith("px"))
    return said if pixels <= SCREEN_PX else ["" if each.endswith("px") else each for each in said]


def _least_widths(rows: Sequence[Sequence[LexborNode]]) -> list[str]:
    """Give a style for each cell of the first row; all empty where nothing has to be said.

    A browser may make a column as narrow as its longest word, and to it each Chinese character is one: beside a long
    text, `必须` and `可选` would stand upright.
    """
    if any(name in cell.attributes for row in rows for cell in row for name in ("colspan", "rowspan")):
        return []
    columns = [[_cell(node) for node in column if node is not None] for column in zip_longest(*rows)]
    if sum(max(cell.ems for cell in column) * SPACED + BETWEEN_EMS for column in columns) <= SCREEN_EMS:
        return []
    return [_least_width(column) for column in columns]


def _least_width(column: Sequence[_Cell]) -> str:
    """Say how wide a column is at least; one of long texts has room by itself, and words of Latin do not break."""
    if max(cell.ems for cell in column) > SCREEN_EMS / 2 or not any(cell.is_chinese for cell in column):
        return ""
    # The words of a header may stand in two lines, which leaves more room for the long texts.
    widest = max(max(2, cell.ems / 2) if cell.is_header else cell.ems for cell in column)
    return f"min-width:{min(WORD_EMS_MAX, widest) * SPACED:.2g}em"


def _cell(node: LexborNode) -> _Cell:
    text = node.text().strip()
    chinese = cjk_count(text)
    return _Cell(node.tag == "th", chinese + (len(text) - chinese) * LATIN_EMS, chinese > 0)
