"""Make an article of a Word file: a tree of elements that Markdown and HTML can both be written from.

Colours, sizes and alignment stand on an element twice: as a class or an attribute for Markdown, whose theme draws them,
and as a style for HTML.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

from msgspec import Struct, field

from massctl.importer.article import FOOTNOTE, FORMULA, Found
from massctl.importer.word.document import (
    DRAWINGS,
    IMAGES,
    Document,
    Fields,
    address_of,
    crop_of,
    leads_on,
    look_of,
    outside_boxes,
    reference_of,
    shown_by,
)
from massctl.importer.word.numbering import ListNumber
from massctl.importer.word.omml import UnknownPart, tex
from massctl.importer.word.package import BOX, M, W, Xml, is_covered_beside, own
from massctl.importer.word.signs import sign_of
from massctl.importer.word.styles import hue, is_on, value, whole
from massctl.model.diagnostics import FaultError
from massctl.model.phrase import Phrase
from massctl.picture.crop import cropped
from massctl.picture.formats import sniff
from massctl.render.tree import Element

_MARKS: Mapping[str, str] = {
    "bold": "strong",
    "italic": "em",
    "dots": "em",
    "strike": "s",
    "underline": "u",
    "sub": "sub",
    "sup": "sup",
    "larger": "big",
    "smaller": "small",
}
"""The element of each look, the outermost first."""


_COLUMNS_MAX = 1_000


class _OpenList(Struct):
    level: int
    element: Element
    item: Element
    list_number: ListNumber


class Reader(Struct):
    """Reads the stories of a document, one after the other."""

    document: Document
    pictures: dict[str, bytes] = field(default_factory=dict)
    """By the addresses that stand for them."""
    _fields: Fields = field(default_factory=Fields)
    _lists: list[_OpenList] = field(default_factory=list)
    _boxes: list[Xml] = field(default_factory=list)
    """Boxes of the paragraph that is read; their words follow it."""
    _first_letter: list[Element | str] = field(default_factory=list)
    """A drop cap, until the paragraph comes that it begins."""
    _is_heading_cell: bool = False
    """In a cell whose words are bold anyway."""
    _part: str = ""
    """The part that is read, whose relations count."""

    def read(self, name: str) -> Found:
        """Make the article; `name` is its title if nothing else is one."""
        root = Element("body")
        self._part = self.document.package.main
        self._blocks(self.document.body, root)
        for note in self.document.notes.values():
            element = root.add(FOOTNOTE, {"number": str(note.number)})
            self._part, self._fields, self._lists = note.part, Fields(), []
            self._blocks(note.element, element)
        title = _taken_title(root)
        say = Phrase("it has no title: the file's name “{name}” is taken for one", name=name)
        return Found(
            title=title or name,
            tree=root,
            lost=[] if title else [say],
            cover=next(iter(self.pictures), None),
        )

    def _blocks(self, holder: Xml, into: Element) -> None:
        for each in holder:
            if each.tag == f"{W}p":
                self._paragraph(each, into)
            elif each.tag == f"{W}tbl":
                self._lists = []
                self._table(each, into)
            elif each.tag in _WRAPPERS:
                self._blocks(each, into)

    def _paragraph(self, paragraph: Xml, into: Element) -> None:
        styles = self.document.styles
        list_number = self.document.numbering.number_of(paragraph)
        heading = styles.heading(paragraph)
        line = Element("p")
        if list_number is not None and list_number.text and (heading or not list_number.is_plain):
            line.children.append(f"{list_number.text} ")
        line.children += self._first_letter
        self._first_letter = []
        self._runs(paragraph, paragraph, line)
        frame = paragraph.find(f"{W}pPr/{W}framePr")
        if frame is not None and frame.get(f"{W}dropCap", "none") != "none":
            self._first_letter = line.children
            return
        aligned = styles.alignment(paragraph)
        if aligned and not heading:
            line.attributes = {"align": aligned, "style": f"text-align:{aligned}"}
        self._place(line, paragraph, list_number, heading, into)
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self._blocks(box, into)

    def _place(
        self,
        line: Element,
        paragraph: Xml,
        list_number: ListNumber | None,
        heading: int,
        into: Element,
    ) -> None:
        styles = self.document.styles
        if not line.children:
            if paragraph.find(f"{W}pPr/{W}pBdr/{W}bottom") is not None and not self._lists:
                into.add("hr")
            return
        if styles.is_title(paragraph):
            line.name, line.attributes = "h1", {"class": "title"}
        elif heading:
            line.name = f"h{heading}"
        if list_number is not None and not heading:
            self._entry(line, list_number, into)
            return
        self._lists = []
        if styles.is_quote(paragraph):
            _joined(into, "blockquote").children.append(line)
        elif styles.is_code(paragraph):
            code = _joined(into, "pre")
            code.children += ["\n"] if code.children else []
            code.children += line.children
        else:
            into.children.append(line)
        line.parent = into

    def _entry(self, line: Element, list_number: ListNumber, into: Element) -> None:
        """Put a paragraph into its list: a new one where its level or number does not follow."""
        lists = self._lists
        while lists and lists[-1].level > list_number.level:
            lists.pop()
        kind = "ol" if list_number.is_plain else "ul"
        last = lists[-1] if lists else None
        if (
            last is not None
            and last.level == list_number.level
            and not _follows(last, list_number, kind)
        ):
            lists.pop()
            last = None
        if list_number.text and not list_number.is_plain:
            holder = lists[-1].item if lists else into
            holder.children.append(line)
            line.parent = holder
            return
        if last is None or last.level < list_number.level:
            holder = lists[-1].item if lists else into
            start = (
                {"start": str(list_number.number)}
                if kind == "ol" and list_number.number != 1
                else {}
            )
            last = _OpenList(list_number.level, holder.add(kind, start), line, list_number)
            lists.append(last)
        item = last.element.add("li")
        item.children.append(line)
        line.parent = item
        last.item, last.list_number = item, list_number

    def _runs(self, holder: Xml, paragraph: Xml, into: Element) -> None:
        for each in holder:
            tag = each.tag
            if tag == f"{W}r":
                self._run(each, paragraph, into)
            elif tag == f"{W}hyperlink":
                address = self.document.package.target(self._part, each)
                self._runs(each, paragraph, _link(into, address))
            elif tag == f"{W}fldSimple":
                self._runs(each, paragraph, _link(into, address_of(each.get(f"{W}instr", ""))))
            elif tag == f"{M}oMathPara":
                for formula in each.iter(f"{M}oMath"):
                    self._formula(formula, into, is_block=True)
            elif tag == f"{M}oMath":
                self._formula(each, into)
            elif tag in _WRAPPERS:
                self._runs(each, paragraph, into)

    def _formula(self, formula: Xml, into: Element, *, is_block: bool = False) -> None:
        # What has no TeX is named by the baseline.
        try:
            written = tex(formula)
        except UnknownPart:
            return
        if written:
            into.add(FORMULA, {"tex": written, **({"block": ""} if is_block else {})})

    def _run(self, run: Xml, paragraph: Xml, into: Element) -> None:
        place = into
        if not self._fields.is_code:
            place = _link(into, self._fields.address)
            looks = self.document.styles.looks(
                look_of(run), paragraph, is_note=self.document.is_in_note(run)
            )
            looks -= {"bold"} if self._is_heading_cell else set()
            place = _marked(place, looks, is_link=place.name == "a")
        is_upper = "caps" in self.document.styles.properties(run, paragraph).on
        for each in run:
            if each.tag == f"{W}fldChar":
                ended = self._fields.mark(each)
                base, reading = shown_by(*ended) if ended is not None else ("", "")
                holder = place.add("ruby") if reading else place
                _add_text(holder, base)
                if reading:
                    holder.add("rt").children.append(reading)
            elif each.tag == f"{W}instrText" or (each.tag == f"{W}t" and self._fields.is_code):
                self._fields.add_code(each.text or "")
            elif not self._fields.is_code:
                self._piece(each, run, place, is_upper=is_upper)

    def _piece(self, each: Xml, run: Xml, into: Element, *, is_upper: bool) -> None:
        tag = each.tag
        if tag == f"{W}t":
            text = each.text or ""
            _add_text(into, text.upper() if is_upper else text)
        elif tag in _SIGNS:
            _add_text(into, _SIGNS[tag])
        elif (
            tag == f"{W}br" and each.get(f"{W}type", "textWrapping") == "textWrapping"
        ) or tag == f"{W}cr":
            into.add("br")
        elif tag == f"{W}sym":
            _add_text(into, sign_of(each))
        elif tag == f"{W}ruby":
            self._ruby(each, into)
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            kind = tag.rpartition("}")[2].removesuffix("Reference")
            note = self.document.notes.get((kind, each.get(f"{W}id", "")))
            if note is not None:
                into.add(FOOTNOTE, {"number": str(note.number)})
        elif tag in DRAWINGS:
            self._drawing(each, into)
        else:
            return
        self._fields.show()

    def _ruby(self, ruby: Xml, into: Element) -> None:
        element = into.add("ruby")
        base = ruby.find(f"{W}rubyBase")
        for run in base.iter(f"{W}r") if base is not None else ():
            for each in run:
                self._piece(each, run, element, is_upper=False)
        read = ruby.find(f"{W}rt")
        words = "".join(each.text or "" for each in read.iter(f"{W}t")) if read is not None else ""
        element.add("rt").children.append(words)

    def _drawing(self, drawing: Xml, into: Element) -> None:
        package = self.document.package
        described = next((each for each in drawing.iter() if each.tag.endswith("}docPr")), None)
        alt = described.get("descr", "") if described is not None else ""
        alt = "" if _FILE_NAME.search(alt) else alt
        for each in outside_boxes(drawing, *IMAGES):
            known = package.related(self._part).get(reference_of(each))
            data = (
                package.read(known.target) if known is not None and not known.is_external else None
            )
            if known is None or data is None or sniff(data) is None:
                continue
            crop = crop_of(each)
            address = f"word:{known.target}" + ("#" + ",".join(map(str, crop)) if any(crop) else "")
            # What cannot be cropped is named by the comparison.
            with suppress(FaultError):
                self.pictures[address] = cropped(data, crop) if any(crop) else data
                into.add("img", {"src": address, **({"alt": alt} if alt else {})})
        self._boxes += outside_boxes(drawing, BOX)

    def _table(self, table: Xml, into: Element) -> None:
        rows = [*own(table, f"{W}tr")]
        if not rows:
            return
        element = into.add("table")
        grid: dict[int, Element] = {}
        """The cells that go on below, by their columns."""
        headed = _heading_rows(rows)
        for number, row in enumerate(rows):
            line = element.add("tr")
            column = whole(value(row.find(f"{W}trPr"), "gridBefore"), 0)
            for cell in own(row, f"{W}tc"):
                said = cell.find(f"{W}tcPr")
                span = max(1, min(whole(value(said, "gridSpan"), 1), _COLUMNS_MAX))
                merge = said.find(f"{W}vMerge") if said is not None else None
                above = grid.get(column)
                if is_covered_beside(cell) and line.elements:
                    before = line.elements[-1]
                    before.attributes["colspan"] = str(int(before.get("colspan") or "1") + span)
                    self._blocks(cell, before)
                elif merge is not None and merge.get(f"{W}val") != "restart" and above is not None:
                    above.attributes["rowspan"] = str(int(above.attributes.get("rowspan", "1")) + 1)
                    self._lists = []
                    self._blocks(cell, above)
                else:
                    made = line.add("th" if number < headed else "td")
                    made.attributes |= {"colspan": str(span)} if span > 1 else {}
                    grid[column] = made
                    self._lists = []
                    outside, self._is_heading_cell = self._is_heading_cell, number < headed
                    self._blocks(cell, made)
                    self._is_heading_cell = outside
                    if merge is None:
                        del grid[column]
                column += span
        self._lists = []


_WRAPPERS: Final = frozenset(
    f"{W}{name}"
    for name in (
        "sdt",
        "sdtContent",
        "smartTag",
        "customXml",
        "bdo",
        "dir",
        "ins",
        "moveTo",
        "fldSimple",
        "hyperlink",
    )
)
_FILE_NAME = re.compile(
    r"^[A-Za-z]:\\|\.(?:png|jpe?g|gif|bmp|webp|tiff?|emf|wmf)\s*$", re.IGNORECASE
)
"""What a program writes in place of words for a picture: where it was on the writer's machine."""
_SIGNS: Final[Mapping[str, str]] = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}noBreakHyphen": "\u2011",
}


def _follows(last: _OpenList, list_number: ListNumber, kind: str) -> bool:
    """Whether an entry goes on with an open list of its level."""
    is_next = kind == "ul" or list_number.number == last.list_number.number + 1
    return last.element.name == kind and is_next


def _heading_rows(rows: list[Xml]) -> int:
    """Count the rows that are headings; the first one is where a plain table says nothing."""
    said = 0
    for row in rows:
        if not is_on(row.find(f"{W}trPr"), "tblHeader"):
            break
        said += 1
    return said or int(len(rows) > 1 and len(rows[0].findall(f"{W}tc")) > 1)


def _joined(into: Element, name: str) -> Element:
    """Return the last child if it has a name, else a new one."""
    last = into.children[-1] if into.children else None
    return last if isinstance(last, Element) and last.name == name else into.add(name)


def _link(into: Element, address: str) -> Element:
    if into.name == "a" or not leads_on(address):
        return into
    last = into.children[-1] if into.children else None
    if isinstance(last, Element) and last.name == "a" and last.get("href") == address:
        return last
    return into.add("a", {"href": address})


def _marked(into: Element, looks: Iterable[str], *, is_link: bool) -> Element:
    """Open an element for each look of a run, or go on in those that the run before had."""
    wanted = [(name, dict[str, str]()) for look, name in _MARKS.items() if look in looks]
    for look in sorted(looks):
        kind, _, said = look.partition(":")
        if kind == "colour":
            wanted.append(("span", {"class": hue(said), "style": f"color:#{said}"}))
        elif kind == "highlight":
            wanted.append(("mark", {"style": f"background-color:#{said}"}))
    names = list[str]()
    for name, attributes in wanted:
        if (is_link and name in ("u", "span")) or name in names:
            continue
        names += [name] if name == "em" else []
        last = into.children[-1] if into.children else None
        is_same = isinstance(last, Element) and (last.name, last.attributes) == (name, attributes)
        into = last if is_same and isinstance(last, Element) else into.add(name, attributes)
    return into


def _add_text(into: Element, text: str) -> None:
    if into.children and isinstance(into.children[-1], str):
        into.children[-1] += text
    elif text:
        into.children.append(text)


def _taken_title(root: Element) -> str:
    """Take the title out of a body: what has the style of one, else a first heading of the first rank."""
    headings = [each for each in root.elements if each.name == "h1"]
    titled = [each for each in headings if each.attributes.pop("class", "") == "title"]
    is_first = bool(headings) and headings[0] is next(iter(root.elements), None)
    found = titled[0] if titled else headings[0] if is_first else None
    if found is None:
        return ""
    pictures = [each for each in found.below() if each.name == "img"]
    at = root.children.index(found)
    root.children[at : at + 1] = pictures
    for each in pictures:
        each.parent = root
    return " ".join(found.text().split())
