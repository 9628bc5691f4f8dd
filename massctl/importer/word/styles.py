"""What the styles and properties of a Word file make of a run and of a paragraph.

`looks` are what a reader sees of a run beside its words. They leave out what a built-in style gives the whole paragraph
(the blue of Heading 1): the theme draws that.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.importer.article import is_grey
from massctl.importer.word.package import BOX, W, Xml, own
from massctl.model.frozen import Frozen

_TOGGLES = frozenset(
    [
        "b",
        "i",
        "caps",
        "smallCaps",
        "strike",
        "dstrike",
        "vanish",
        "outline",
        "shadow",
        "emboss",
        "imprint",
        "rtl",
    ]
)
"""Properties that a style of characters turns round. Source: ECMA-376, part 1, 17.7.3, read 2026-12."""
OFF: Final = frozenset({"0", "false", "off", "none", "nil"})
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
_THEME: Mapping[str, str] = {
    "accent1": "4472C4",
    "accent2": "ED7D31",
    "accent3": "A5A5A5",
    "accent4": "FFC000",
    "accent5": "5B9BD5",
    "accent6": "70AD47",
    "background1": "FFFFFF",
    "light1": "FFFFFF",
}
"""Colours of Word's own theme, where a file names only the place in its theme."""
_HIGHLIGHTS: Mapping[str, str] = {
    "yellow": "FFFF00",
    "green": "00FF00",
    "cyan": "00FFFF",
    "magenta": "FF00FF",
    "blue": "0000FF",
    "red": "FF0000",
    "darkBlue": "000080",
    "darkCyan": "008080",
    "darkGreen": "008000",
    "darkMagenta": "800080",
    "darkRed": "800000",
    "darkYellow": "808000",
    "darkGray": "808080",
    "lightGray": "C0C0C0",
    "black": "000000",
    "white": "FFFFFF",
}
_LARGER, _SMALLER = 1.15, 0.87
"""So many times the size of the text around it is large or small."""
_CLEAR = re.compile(r"9[5-9]\d{3}|100000")
"""So much of 100,000 is seen through letters that nobody sees them."""
_HEADING = re.compile(r"heading ([1-9])$")
_QUOTES = frozenset({"quote", "intense quote", "block text"})
_CODES = frozenset({"source code", "html preformatted"})
WHITE: Final = "FFFFFF"


class Properties(Frozen):
    """The properties of a run that a reader sees."""

    on: frozenset[str] = frozenset()
    """The toggles that are on."""
    colour: str = ""
    highlight: str = ""
    size: int = 20
    """In half points."""
    scale: int = 100
    """How wide letters are, in percent."""
    apart: float = 0
    """How much farther letters stand from each other, in points."""
    vertical: str = ""
    """`sub` or `sup`."""
    marks: frozenset[str] = frozenset()
    """`underline`, `dots` (着重号), `framed`, `shifted` (off its line), `effect` (of Word 2010), and `stretched`: with
    letters closer, wider or set otherwise than its font has them."""
    east: str = ""
    """The font of Chinese, or its place in the theme of the file."""
    latin: str = ""


class Style(Struct):
    """A style of styles.xml."""

    name: str
    based_on: str
    is_custom: bool
    """Not one of Word's."""
    run: Xml | None
    paragraph: Xml | None
    whole: Xml


class Styles(Struct):
    """The styles of a file."""

    _styles: dict[str, Style] = field(default_factory=dict)
    _defaults: Xml | None = None
    _normal: str = ""
    _usual_table: str = ""
    _of: dict[Xml, str] = field(default_factory=dict)
    _given: dict[tuple[str, bool, tuple[Xml, ...]], Properties] = field(default_factory=dict)
    _cells: dict[Xml, tuple[Xml, ...]] = field(default_factory=dict)
    _around: dict[Xml, tuple[Xml, ...]] = field(default_factory=dict)
    usual: Properties = Properties()
    """What most of the text has."""

    def add(self, root: Xml) -> None:
        """Take the styles of styles.xml."""
        self._defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        for each in root.iterfind(f"{W}style"):
            known = each.get(f"{W}styleId", "")
            self._styles[known] = Style(
                value(each, "name").lower(),
                value(each, "basedOn"),
                each.get(f"{W}customStyle") in ("1", "true", "on"),
                each.find(f"{W}rPr"),
                each.find(f"{W}pPr"),
                each,
            )
            if each.get(f"{W}default") in ("1", "true", "on"):
                self._normal = known if each.get(f"{W}type") == "paragraph" else self._normal
                self._usual_table = known if each.get(f"{W}type") == "table" else self._usual_table

    def chain(self, known: str) -> Iterator[Style]:
        """Yield a style and those that it is based on."""
        seen = set[str]()
        while known in self._styles and known not in seen:
            seen.add(known)
            yield self._styles[known]
            known = self._styles[known].based_on

    def style_of(self, paragraph: Xml) -> str:
        """Return the id of a paragraph's style."""
        if paragraph not in self._of:
            said = value(paragraph.find(f"{W}pPr"), "pStyle")
            self._of[paragraph] = said or self._normal
        return self._of[paragraph]

    def names(self, paragraph: Xml) -> list[str]:
        """Return the names of a paragraph's style and of those that it is based on."""
        return [each.name for each in self.chain(self.style_of(paragraph))]

    def heading(self, paragraph: Xml) -> int:
        """Return the rank of a heading; 0 for other paragraphs."""
        for name in self.names(paragraph):
            if (found := _HEADING.match(name)) is not None:
                return min(int(found[1]), 6)
        said = self.said(paragraph, "outlineLvl")
        level = said.get(f"{W}val", "") if said is not None else ""
        return min(int(level) + 1, 6) if level.isdecimal() and int(level) < 9 else 0

    def is_title(self, paragraph: Xml) -> bool:
        """Whether a paragraph has the style Title."""
        return "title" in self.names(paragraph)

    def is_quote(self, paragraph: Xml) -> bool:
        """Whether a paragraph has a style of quotations."""
        return not _QUOTES.isdisjoint(self.names(paragraph))

    def is_code(self, paragraph: Xml) -> bool:
        """Whether a paragraph has a style of code."""
        return not _CODES.isdisjoint(self.names(paragraph))

    def said(self, paragraph: Xml, name: str, *, with_builtin: bool = True) -> Xml | None:
        """Return a property of a paragraph or of its styles; without `with_builtin`, not of Word's own styles."""
        chain = self.chain(self.style_of(paragraph))
        around = (each.paragraph for each in chain if with_builtin or each.is_custom)
        holders = (paragraph.find(f"{W}pPr"), *around)
        found = (each.find(f"{W}{name}") for each in holders if each is not None)
        return next((each for each in found if each is not None), None)

    def of_table(self, table: Xml, name: str, part: str = "") -> Iterator[Xml]:
        """Yield what the style of a table says by a name, of all its cells or of some, or in a part of it."""
        for style in self._table_styles(table):
            holders = style.whole.findall(f"{W}{part}") if part else [style.whole]
            for each in holders:
                yield from each.iter(f"{W}{name}")

    def _table_styles(self, table: Xml) -> Iterator[Style]:
        return self.chain(value(table.find(f"{W}tblPr"), "tblStyle") or self._usual_table)

    def of_cell(self, cell: Xml, path: str) -> list[Xml]:
        """List what the style of a table says of one cell at a path, the last word last."""
        if cell not in self._cells:
            self._add_cells(next(cell.iterancestors(f"{W}tbl")))
        parts = self._cells.get(cell, ())
        return [said for each in parts if (said := each.find(path)) is not None]

    def _add_cells(self, table: Xml) -> None:
        chain = [each.whole for each in self._table_styles(table)][::-1]
        if not chain:
            return
        rows = [*own(table, f"{W}tr")]
        look = _table_look(table)
        for at, row in enumerate(rows):
            cells = [*own(row, f"{W}tc")]
            for column, cell in enumerate(cells):
                names = _parts_of_cell(look, (at, len(rows)), (column, len(cells)))
                parts = (
                    each.findall(f"{W}tblStylePr[@{W}type='{name}']")
                    for name in names
                    for each in chain
                )
                self._cells[cell] = (*chain, *(part for found in parts for part in found))

    def _around_of(self, paragraph: Xml | None) -> tuple[Xml, ...]:
        """Return what the style of a table gives to the runs of a paragraph in it."""
        if paragraph not in self._around:
            holders = paragraph.iterancestors(f"{W}tc", BOX) if paragraph is not None else ()
            cell = next(iter(holders), None)
            is_inside = cell is not None and cell.tag != BOX
            self._around[paragraph] = (*self.of_cell(cell, f"{W}rPr"),) if is_inside else ()
        return self._around[paragraph]

    def alignment(self, paragraph: Xml) -> str:
        """Return `center` or `right`; empty for others, and where a style of Word's own says it."""
        said = self.said(paragraph, "jc", with_builtin=False)
        if said is None and self.style_of(paragraph) == self._normal in self._styles:
            said = self.said(paragraph, "jc")
        cell = next(paragraph.iterancestors(f"{W}tc", BOX), None)
        if said is None and cell is not None and cell.tag != BOX:
            said = next(reversed(self.of_cell(cell, f"{W}pPr/{W}jc")), None)
        found = said.get(f"{W}val", "") if said is not None else ""
        return {"center": "center", "right": "right", "end": "right"}.get(found, "")

    def numbering(self, paragraph: Xml) -> tuple[str, str]:
        """Return the number of a paragraph's list and its level, of itself or of its style; empty for none."""
        around = (each.paragraph for each in self.chain(self.style_of(paragraph)))
        number = level = ""
        for each in (paragraph.find(f"{W}pPr"), *around):
            found = each.find(f"{W}numPr") if each is not None else None
            number = number or value(found, "numId")
            level = level or value(found, "ilvl")
        return ("", "") if number in ("", "0") else (number, level)

    def properties(self, run: Xml, paragraph: Xml | None) -> Properties:
        """Return all properties of a run."""
        style = self.style_of(paragraph) if paragraph is not None else self._normal
        found = self._of_style(style, with_custom=True, around=self._around_of(paragraph))
        own = run.find(f"{W}rPr")
        if own is None:
            return found
        if named := value(own, "rStyle"):
            chain = [each.run for each in reversed([*self.chain(named)])]
            turned = reduce(with_look, chain, Properties()).on
            found = replace(reduce(with_look, chain, found), on=found.on ^ turned)
        return with_look(found, own)

    def has_hidden_mark(self, paragraph: Xml) -> bool:
        """Whether the mark at the end of a paragraph is hidden: Word joins it to the next one."""
        said = paragraph.find(f"{W}pPr")
        return said is not None and "vanish" in self.properties(said, paragraph).on

    def base(self, paragraph: Xml) -> Properties:
        """Return what a paragraph's style of Word's own gives to all its runs."""
        return self._of_style(self.style_of(paragraph), with_custom=False)

    def _is_size_of_style(self, found: Properties, base: Properties) -> bool:
        """Whether a style of Word's own gives a size that the usual style has not."""
        usual = self._of_style(self._normal, with_custom=False)
        return found.size == base.size != usual.size

    @property
    def defaults(self) -> Properties:
        """What a run has of which nothing is said."""
        return self._of_style("", with_custom=True)

    def _of_style(
        self, known: str, *, with_custom: bool, around: tuple[Xml, ...] = ()
    ) -> Properties:
        """Return what a style gives to a run; without `with_custom`, what of it the styles of Word give.

        `around` is what the style of a table gives.
        """
        asked = known, with_custom, around
        if asked not in self._given:
            chain = [each.run for each in self.chain(known) if with_custom or not each.is_custom]
            given = reduce(with_look, around, with_look(Properties(), self._defaults))
            self._given[asked] = reduce(with_look, reversed(chain), given)
        return self._given[asked]

    def is_drawn(self, paragraph: Xml) -> bool:
        """Whether a paragraph's style of Word's own gives its text a look, and is none that themes draw."""
        base = self.base(paragraph)
        is_themed = (
            self.heading(paragraph)
            or self.is_title(paragraph)
            or self.is_quote(paragraph)
            or self.is_code(paragraph)
        )
        usual = self._of_style(self._normal, with_custom=False)
        is_plain = not (base.on & _NAMES.keys() or base.marks or hue(base.colour))
        return not is_themed and not (is_plain and base.size == usual.size)

    def find_body_look(self, body: Xml) -> None:
        """Find out what size and colour most of the text has."""
        counts = Counter[tuple[int, str]]()
        fonts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for run in body.iter(f"{W}r"):
            paragraph = next(run.iterancestors(f"{W}p"), None)
            if paragraph is not None and not self.heading(paragraph):
                found = self.properties(run, paragraph)
                length = sum(len(each.text or "") for each in run.iterfind(f"{W}t"))
                counts[found.size, found.colour] += length
                for each, name in zip(fonts, (found.east, found.latin), strict=True):
                    each[name] += length
        if counts:
            (size, colour), _ = counts.most_common(1)[0]
            east, latin = (each.most_common(1)[0][0] for each in fonts)
            # All text may be grey; red text is meant.
            grey = colour if hue(colour) in ("", "grey") else ""
            self.usual = Properties(size=size, colour=grey, east=east, latin=latin)

    def looks(self, run: Xml, paragraph: Xml | None, *, is_note: bool = False) -> frozenset[str]:
        """Return what a reader sees of a run beside its words."""
        found = self.properties(run, paragraph)
        base = self.base(paragraph) if paragraph is not None else self.usual
        is_heading = paragraph is not None and (
            bool(self.heading(paragraph)) or self.is_title(paragraph)
        )
        on = found.on - base.on
        looks = {_NAMES[each] for each in on if each in _NAMES}
        if is_heading:
            looks.discard("bold")
        is_seen = found.highlight or not is_pale(found.colour)  # What is behind it may not come.
        if found.colour not in (base.colour, self.usual.colour) and hue(found.colour) and is_seen:
            looks.add(f"colour:{found.colour}")
        if found.highlight and found.highlight not in (WHITE, base.highlight):
            looks.add(f"highlight:{found.highlight}")
        looks |= found.marks - {"stretched"} - (base.marks & {"underline"})
        if found.vertical:
            looks.add(found.vertical)
        elif not is_heading and not is_note and not self._is_size_of_style(found, base):
            looks |= {"larger"} if found.size > self.usual.size * _LARGER else set()
            looks |= {"smaller"} if found.size < self.usual.size * _SMALLER else set()
        return frozenset(looks)


_LOOK: Mapping[str, int] = {
    "firstRow": 0x20,
    "lastRow": 0x40,
    "firstColumn": 0x80,
    "lastColumn": 0x100,
    "noHBand": 0x200,
    "noVBand": 0x400,
}
"""Parts of a table that its style draws apart, by their bit. Source: ECMA-376, part 4, 14.4.12, read 2026-12."""


def _table_look(table: Xml) -> frozenset[str]:
    """Return which parts of a table its style draws apart; those of a new table where it does not say."""
    said = table.find(f"{W}tblPr/{W}tblLook")
    if said is None:
        return frozenset({"firstRow", "firstColumn", "noVBand"})
    written = said.get(f"{W}val", "")
    bits = int(written, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,8}", written) else 0
    given = {name: said.get(f"{W}{name}") for name in _LOOK}
    return frozenset(
        name
        for name, bit in _LOOK.items()
        if (bits & bit if given[name] is None else given[name] not in OFF)
    )


def _parts_of_cell(
    look: frozenset[str], row: tuple[int, int], column: tuple[int, int]
) -> Iterator[str]:
    """Yield the names of the parts of a table that a cell belongs to, the last word last."""
    (at, rows), (across, columns) = row, column
    is_first, is_last = (
        "firstColumn" in look and across == 0,
        "lastColumn" in look and across == columns - 1,
    )
    is_top, is_bottom = "firstRow" in look and at == 0, "lastRow" in look and at == rows - 1
    if not ("noVBand" in look or is_first or is_last):
        yield f"band{1 + (across - ('firstColumn' in look)) % 2}Vert"
    if not ("noHBand" in look or is_top or is_bottom):
        yield f"band{1 + (at - ('firstRow' in look)) % 2}Horz"
    for name, holds in (
        ("firstCol", is_first),
        ("lastCol", is_last),
        ("firstRow", is_top),
        ("lastRow", is_bottom),
        ("neCell", is_top and is_last),
        ("nwCell", is_top and is_first),
        ("seCell", is_bottom and is_last),
        ("swCell", is_bottom and is_first),
    ):
        if holds:
            yield name


_NAMES: Mapping[str, str] = {
    "b": "bold",
    "i": "italic",
    "smallCaps": "small capitals",
    "strike": "strike",
    "dstrike": "strike",
    "outline": "effect",
    "shadow": "effect",
    "emboss": "effect",
    "imprint": "effect",
}
"""What a toggle looks like; `caps` is written in capital letters, and `vanish` is a choice."""


def value(holder: Xml | None, name: str, space: str = W, otherwise: str = "") -> str:
    """Return the value of a property, or `otherwise` where it is not said."""
    found = holder.find(f"{space}{name}") if holder is not None else None
    return str(found.get(f"{space}val", "")) if found is not None else otherwise


def is_on(holder: Xml | None, name: str, space: str = W) -> bool | None:
    """Return whether a property is on; None where it is not said."""
    found = holder.find(f"{space}{name}") if holder is not None else None
    return None if found is None else is_set(found, space)


def is_set(said: Xml, space: str = W) -> bool:
    """Whether a property that is there is on."""
    return said.get(f"{space}val", "1") not in OFF


def whole(text: str | None, otherwise: int) -> int:
    """Read a whole number of at most six digits, or return `otherwise`."""
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else otherwise


def is_shaded(shade: Xml | None) -> bool:
    """Whether a `shd` gives a colour to what it is of."""
    return shade is not None and shade.get(f"{W}fill", "").upper() not in ("", "AUTO", WHITE)


def with_look(before: Properties, said: Xml | None) -> Properties:
    """Return properties with what an `rPr` says."""
    changed: dict[str, object] = {}
    on, marks = before.on, before.marks
    for each in said if said is not None else ():
        name = each.tag.rpartition("}")[2]
        if name == "specVanish":
            on = on | {"vanish"} if is_set(each) else on
        elif name in _TOGGLES:
            on = on | {name} if is_set(each) else on - {name}
        elif name == "textFill" and _is_unpainted(each):
            on = on | {"vanish"}
        elif name == "textFill" and (paint := _paint_of(each)):
            changed["colour"] = paint
        elif (mark := _MARKS.get(name)) is not None:
            is_plain = each.get(f"{W}val", "1") in _PLAIN.get(name, OFF)
            marks = marks - {mark} if is_plain else marks | {mark}
        if (read := _READ.get(name)) is not None:
            changed |= read(each)
    if (on, marks) != (before.on, before.marks):
        changed |= {"on": on, "marks": marks}
    return replace(before, **changed) if changed else before


def _is_unpainted(fill: Xml) -> bool:
    """Whether a `w14:textFill` leaves letters without paint; its alpha says how much is seen through."""
    names = {each.tag.rpartition("}")[2]: [*each.attrib.values()] for each in fill.iter()}
    seen_through = next(iter(names.get("alpha", ())), "")
    is_clear = _CLEAR.fullmatch(seen_through) is not None
    return "noFill" in names or (is_clear and "gradFill" not in names)


def _paint_of(fill: Xml) -> str:
    """Return the colour with which a `w14:textFill` paints letters; empty for another paint."""
    colour = next(
        (each for solid in fill if solid.tag.endswith("}solidFill") for each in solid), None
    )
    if colour is None or any(not each.tag.endswith("}alpha") for each in colour):
        return ""
    name = next(iter(colour.attrib.values()), "")
    written = _THEME.get(_SHORT.get(name, name), name).upper()
    return written if _HEX.fullmatch(written) else ""


_SHORT: Mapping[str, str] = {"bg1": "background1", "lt1": "light1"}


def _of_shade(said: Xml) -> dict[str, object]:
    # A pattern is drawn in a colour of its own.
    name = "color" if said.get(f"{W}val", "").startswith(("pct", "solid")) else "fill"
    fill = said.get(f"{W}{name}", "").upper()
    return {"highlight": fill if _HEX.fullmatch(fill) else ""}


_POINTS: Final[Mapping[str, float]] = {
    "pt": 1,
    "in": 72,
    "cm": 28.35,
    "mm": 2.835,
    "pc": 12,
    "pi": 12,
    "px": 0.75,
}


def points(written: str, of_bare: float) -> float | None:
    """Read a length with its unit in points, or one without a unit, of which each is `of_bare` points."""
    found = re.fullmatch(r"\s*(-?\d{0,9}\.?\d+)\s*([a-z]{2})?\s*", written)
    if found is None or (found[2] and found[2] not in _POINTS):
        return None
    return float(found[1]) * (_POINTS[found[2]] if found[2] else of_bare)


def _of_size(said: Xml) -> dict[str, object]:
    found = points(said.get(f"{W}val", ""), of_bare=0.5)
    return {"size": round(found * 2)} if found is not None else {}


def _of_fonts(said: Xml) -> dict[str, object]:
    names = {"east": ("eastAsia",), "latin": ("hAnsi", "ascii")}
    found = {
        key: each
        for key, slots in names.items()
        for name in slots
        if (each := said.get(f"{W}{name}Theme") or said.get(f"{W}{name}"))
    }
    return {**found}


def _of_scale(said: Xml) -> dict[str, object]:
    return {"scale": whole(said.get(f"{W}val", "").removesuffix("%"), 100)}


_READ: Mapping[str, Callable[[Xml], dict[str, object]]] = {
    "color": lambda said: {"colour": _colour(said)},
    "highlight": lambda said: {"highlight": _HIGHLIGHTS.get(said.get(f"{W}val", ""), "")},
    "shd": _of_shade,
    "sz": _of_size,
    "rFonts": _of_fonts,
    "w": _of_scale,
    "spacing": lambda said: {"apart": points(said.get(f"{W}val", ""), of_bare=0.05) or 0},
    "vertAlign": lambda said: {
        "vertical": {"subscript": "sub", "superscript": "sup"}.get(said.get(f"{W}val", ""), "")
    },
}
"""How each property with a value is read."""
_MARKS: Mapping[str, str] = {
    "u": "underline",
    "em": "dots",
    "bdr": "framed",
    "position": "shifted",
    **dict.fromkeys(("spacing", "w", "fitText", "eastAsianLayout"), "stretched"),
    **dict.fromkeys(("glow", "reflection", "textOutline", "textFill"), "effect"),
}
"""The mark that each other property makes. No effect of Word 2010 has the name of another property."""
_PLAIN: Mapping[str, frozenset[str]] = {"w": frozenset({"100", "100%"})}
"""Values that make no mark, where they are not those of `OFF`."""


def _colour(said: Xml) -> str:
    written = said.get(f"{W}val", "").upper()
    if _HEX.fullmatch(written):
        return str(written)
    return _THEME.get(said.get(f"{W}themeColor", ""), "")


_DARK, _PALE = 0x50, 0xE0
_HUES = (
    (20, "red"),
    (45, "orange"),
    (70, "yellow"),
    (165, "green"),
    (200, "cyan"),
    (255, "blue"),
    (330, "purple"),
    (361, "red"),
)
"""Up to which angle of the colour circle a colour has which name."""


def is_pale(colour: str) -> bool:
    """Whether a colour is too light for a white page."""
    return bool(colour) and min(bytes.fromhex(colour)) >= _PALE


def hue(colour: str) -> str:
    """Name a colour as themes name it; empty for black, dark greys and none."""
    if not _HEX.fullmatch(colour):
        return ""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    most, least = max(red, green, blue), min(red, green, blue)
    if is_grey((red, green, blue)):
        return "" if most <= _DARK else "grey"
    spread = (most - least) / 60
    if most == red:
        angle = (green - blue) / spread % 360
    elif most == green:
        angle = (blue - red) / spread + 120
    else:
        angle = (red - green) / spread + 240
    return next(name for end, name in _HUES if angle < end)
