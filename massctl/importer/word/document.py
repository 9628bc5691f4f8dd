"""The stories of a Word file (text, notes, headers), and where each paragraph of them stands."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct, field

from massctl.importer.article import shortened
from massctl.importer.documents import DocumentError
from massctl.importer.word.binding import write_bound
from massctl.importer.word.numbering import Numbering
from massctl.importer.word.package import (
    BOX,
    MC,
    NO_WORD_FILE,
    A,
    M,
    Package,
    R,
    V,
    W,
    Xml,
    open_package,
    own,
)
from massctl.importer.word.styles import WHITE, Styles, is_on, value
from massctl.model.phrase import Phrase

_PLACE_WORDS_MAX = 20
DRAWINGS: Final = frozenset({f"{W}drawing", f"{W}pict", f"{W}object"})
IMAGES: Final = (f"{A}blip", f"{V}imagedata")
_LINK_SCHEMES: Final = ("http://", "https://", "mailto:")
"""Links of other schemes lead nowhere on a phone."""
_NOTES: Mapping[str, Phrase] = {
    "footnote": Phrase("footnote {number}"),
    "endnote": Phrase("endnote {number}"),
}
_MARGINS: Mapping[str, Phrase] = {"header": Phrase("header"), "footer": Phrase("footer")}
_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})


class Note(Struct):
    """A footnote or an endnote."""

    element: Xml
    part: str
    number: int
    """In the order of their references, from 1."""


class Margin(Struct):
    """A header or a footer."""

    place: Phrase
    element: Xml
    part: str


class Document(Struct):
    """A Word file that was read."""

    package: Package
    body: Xml
    styles: Styles
    numbering: Numbering
    notes: dict[tuple[str, str], Note] = field(default_factory=dict)
    """By kind and id, in the order of their references."""
    kept_notes: dict[tuple[str, str], tuple[Xml, str]] = field(default_factory=dict)
    """All notes of the file, each with its part, also those to which nothing refers."""
    margins: list[Margin] = field(default_factory=list)
    """Headers and footers that a section shows."""
    comments: dict[str, Xml] = field(default_factory=dict)
    author: str = ""
    ground: str = WHITE
    """The colour of its pages."""
    _places: dict[Xml, Phrase] = field(default_factory=dict)

    def place(self, element: Xml) -> Phrase:
        """Return where an element stands, for people: the place of its paragraph."""
        for each in (element, *element.iterancestors()):
            if each in self._places:
                return self._places[each]
        inside = next(element.iter(f"{W}p"), None)
        return self._places.get(inside, Phrase("the document"))

    def place_words(self, element: Xml, most: int = _PLACE_WORDS_MAX) -> Phrase:
        """Return where an element stands, with the first of its words."""
        place, words = self.place(element), shortened(text_of(element), most)
        return Phrase("{place} “{words}”", place=place, words=words) if words else place

    def stories(self) -> Iterator[Xml]:
        """Yield the text and the notes, in the order of reading."""
        yield self.body
        yield from (each.element for each in self.notes.values())

    def everything(self) -> Iterator[Xml]:
        """Yield each element of the text, the notes, the headers and the footers, whose words are told too."""
        for story in (*self.stories(), *(each.element for each in self.margins)):
            yield from story.iter()

    def note_of(self, mark: Xml) -> Note | None:
        """Return the note to which a mark refers."""
        kind = mark.tag.rpartition("}")[2].removesuffix("Reference")
        return self.notes.get((kind, mark.get(f"{W}id", "")))

    def is_in_note(self, element: Xml) -> bool:
        """Whether an element stands in a note."""
        return next(element.iterancestors(f"{W}body"), None) is None

    def index_places(self) -> None:
        """Number the notes, and as people count them the paragraphs that have words, the tables and the boxes."""
        _take_notes(self)
        self._places = {}
        counts = {"paragraph": 0, "table": 0, "box": 0}
        _index(self.body, None, self._places, counts)
        for (kind, _), note in self.notes.items():
            place = Phrase(_NOTES[kind], number=note.number)
            self._places |= dict.fromkeys(note.element.iter(f"{W}p"), place)
        for margin in self.margins:
            self._places |= dict.fromkeys(margin.element.iter(f"{W}p"), margin.place)
        for mark in [each for each in self.everything() if each.tag == f"{W}commentReference"]:
            comment = self.comments.get(mark.get(f"{W}id", ""))
            if comment is not None:
                self._places[comment] = self.place(mark)


def _index(
    holder: Xml, around: Phrase | None, places: dict[Xml, Phrase], counts: dict[str, int]
) -> None:
    for each in _blocks(holder):
        if each.tag == f"{W}p":
            say = Phrase("paragraph {number}")
            if _has_words(each):
                counts["paragraph"] += around is None
            elif counts["paragraph"]:
                say = Phrase("after paragraph {number}")
            places[each] = around or Phrase(say, number=max(counts["paragraph"], 1))
            for box in each.iter(BOX):
                counts["box"] += 1
                _index(box, Phrase("text box {number}", number=counts["box"]), places, counts)
        elif around is None:
            counts["table"] += 1
            for row, tr in enumerate(own(each, f"{W}tr"), 1):
                for column, cell in enumerate(own(tr, f"{W}tc"), 1):
                    place = Phrase(
                        "table {table}, row {row}, column {column}",
                        table=counts["table"],
                        row=row,
                        column=column,
                    )
                    _index(cell, place, places, counts)
        else:
            _index(each, around, places, counts)


def _blocks(holder: Xml) -> Iterator[Xml]:
    """Yield the paragraphs and tables of a holder, through what only wraps them."""
    for each in holder:
        if each.tag in (f"{W}p", f"{W}tbl"):
            yield each
        elif each.tag != BOX:
            yield from _blocks(each)


def _has_words(paragraph: Xml) -> bool:
    return any(
        (each.text or "").strip()
        for each in paragraph.iter(f"{W}t", f"{W}delText", f"{M}t")
        if next(each.iterancestors(BOX), None) is None
    )


_FALLBACK = f"{MC}Fallback"
_NEWER_FORMS = frozenset(
    {"wps", "wpg", "wpc", "w14", "w15", "wp14", "a14", "cx", "cx1", "am3d", "aink"}
)
"""Namespaces whose `Choice` the reader understands; of any other it takes `Fallback`."""


def read(data: bytes) -> Document:
    """Read a Word file. Raises DocumentError."""
    package = open_package(data)
    root = package.xml(package.main)
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise DocumentError(NO_WORD_FILE)
    styles = Styles()
    _, said = package.part("styles")
    if said is not None:
        styles.add(said)
    numbering = Numbering(styles)
    _, said = package.part("numbering")
    if said is not None:
        numbering.add(said)
    document = Document(package, body, styles, numbering, kept_notes=dict(_read_notes(package)))
    _take_alternatives(body)
    _take_margins(document)
    write_bound((body, *(each.element for each in document.margins)), package)
    _, said = package.part("comments")
    if said is not None:
        document.comments = {each.get(f"{W}id", ""): each for each in said.iterfind(f"{W}comment")}
    _, said = package.part("settings")
    ground = body.getparent().find(f"{W}background")
    if ground is not None and is_on(said, "displayBackgroundShape"):
        found = re.fullmatch(r"[0-9A-Fa-f]{6}", ground.get(f"{W}color", ""))
        document.ground = found[0].upper() if found is not None else WHITE
    core = package.xml("docProps/core.xml")
    for each in core if core is not None else ():
        if each.tag.rpartition("}")[2] == "creator":
            document.author = (each.text or "").strip()
    document.index_places()
    return document


def _take_alternatives(root: Xml) -> None:
    """Leave one of several forms of the same content."""
    for each in [*root.iter(f"{MC}AlternateContent")]:
        choices = each.findall(f"{MC}Choice")
        known = [one for one in choices if set(one.get("Requires", "").split()) <= _NEWER_FORMS]
        # What has no older form is judged as it is.
        older = each.find(_FALLBACK)
        taken = next(iter(known), older if older is not None else next(iter(choices), None))
        parent = each.getparent()
        at = parent.index(each)
        parent[at : at + 1] = [*(taken if taken is not None else ())]


def _read_notes(package: Package) -> Iterator[tuple[tuple[str, str], tuple[Xml, str]]]:
    for kind in _NOTES:
        for name, root in package.parts(f"{kind}s"):
            _take_alternatives(root)
            for each in root.iterfind(f"{W}{kind}"):
                if each.get(f"{W}type", "normal") not in _SEPARATORS:
                    yield (kind, each.get(f"{W}id", "")), (each, name)


def _take_notes(document: Document) -> None:
    found = document.kept_notes
    document.notes = {}
    waiting = [document.body]
    for story in waiting:
        for each in story.iter(f"{W}footnoteReference", f"{W}endnoteReference"):
            kind = each.tag.rpartition("}")[2].removesuffix("Reference")
            known = (kind, each.get(f"{W}id", ""))
            if known in found and known not in document.notes:
                element, name = found[known]
                document.notes[known] = Note(element, name, len(document.notes) + 1)
                waiting.append(element)


def _take_margins(document: Document) -> None:
    related = document.package.related(document.package.main)
    shown = dict.fromkeys(
        related[known].target
        for each in document.body.iter(f"{W}headerReference", f"{W}footerReference")
        if (known := each.get(f"{R}id", "")) in related
    )
    for kind, name in _MARGINS.items():
        for target, root in document.package.parts(kind):
            if target in shown:
                _take_alternatives(root)
                document.margins.append(Margin(name, root, target))


_ADDRESS = re.compile(r'^\s*HYPERLINK\s+"([^"]*)"', re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"^\s*HYPERLINK\s+([^\s\\\"]+)", re.IGNORECASE)
_ANCHOR = re.compile(r'\\l\s+"?([^"\s]+)')
INVISIBLE_FIELDS: Final = frozenset(
    {"XE", "TC", "TA", "RD", "SET", "ASK", "PRIVATE", "BIBLIOGRAPHY", "CITATION"}
)
"""Fields that show nothing themselves. Source: ECMA-376, part 1, 17.16.5, read 2026-12."""


class _Field(Struct):
    code: str = ""
    is_shown: bool = False
    """Past its code."""
    has_result: bool = False
    data: Xml | None = None


class Fields(Struct):
    """The fields that are open while a story is read; each hides its code and shows its last result."""

    _open: list[_Field] = field(default_factory=list)

    @property
    def is_code(self) -> bool:
        """Whether what comes now is part of a code, which nobody sees."""
        return any(not each.is_shown for each in self._open)

    @property
    def address(self) -> str:
        """Return where a link leads that is open; empty if none is."""
        return next((found for each in self._open if (found := address_of(each.code))), "")

    def mark(self, element: Xml) -> tuple[str, Xml | None] | None:
        """Take a `fldChar`; return the code and the data of a field that ends without having shown anything."""
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            self._open.append(_Field(data=element.find(f"{W}ffData")))
        elif kind == "separate" and self._open:
            self._open[-1].is_shown = True
        elif kind == "end" and self._open:
            ended = self._open.pop()
            if not ended.has_result and ended.code.strip():
                return ended.code.strip(), ended.data
        return None

    @property
    def unended(self) -> str | None:
        """Return the code of a field that never ends; None where all do."""
        return next((each.code.strip() for each in self._open), None)

    def add_code(self, text: str) -> None:
        """Take a piece of the innermost code that goes on."""
        last = next((each for each in reversed(self._open) if not each.is_shown), None)
        if last is not None:
            last.code += text

    def show(self) -> None:
        """Note that something of a result is shown."""
        for each in self._open:
            each.has_result = True


def address_of(code: str) -> str:
    """Return the address of a field that is a link; empty for one inside the document, and for others."""
    found = _ADDRESS.match(code) or _BARE_ADDRESS.match(code)
    if found is None:
        return ""
    anchor = _ANCHOR.search(code, found.end())
    return f"{found[1]}#{anchor[1]}" if anchor is not None and "#" not in found[1] else found[1]


def leads_on(address: str) -> bool:
    """Whether a link of this address leads somewhere on a phone."""
    return address.lower().startswith(_LINK_SCHEMES)


_READING = re.compile(
    r"\\o(?:\\[a-z]+)*\s*\(\s*\\s\\up\s*[\d.]+\(([^()]+)\)\s*[,;]\s*([^()]+)\)", re.IGNORECASE
)
"""How WPS and older versions of Word write a reading above its base (拼音指南)."""
_ENCLOSED = re.compile(r"\\o(?:\\[a-z]+)*\s*\(\s*[○◯□△◇〇]\s*[,;]\s*([^()]+)\)", re.IGNORECASE)
"""A letter in a circle or a square (带圈字符)."""


def shown_by(code: str, data: Xml | None) -> tuple[str, str]:
    """Return what a field without a result shows, and the reading above it; empty for others."""
    if found := _READING.search(code):
        return found[2].strip(), found[1].strip()
    if found := _ENCLOSED.search(code):
        return found[1].strip(), ""
    box = data.find(f"{W}checkBox") if data is not None else None
    choices = data.find(f"{W}ddList") if data is not None else None
    if box is not None:
        is_checked = is_on(box, "checked")
        return "☒" if (is_on(box, "default") if is_checked is None else is_checked) else "☐", ""
    if choices is not None:
        entries = [each.get(f"{W}val", "") for each in choices.iterfind(f"{W}listEntry")]
        at = value(choices, "result") or value(choices, "default") or "0"
        return entries[int(at)] if at.isdecimal() and int(at) < len(entries) else "", ""
    return "", ""


def look_of(run: Xml) -> Xml:
    """Return the run whose properties a run shows: of ruby that of its base."""
    base = run.find(f"{W}ruby/{W}rubyBase/{W}r")
    return run if base is None else base


def is_changed(picture: Xml) -> bool:
    """Whether Word turns, mirrors, colours or cuts a picture out before it shows it."""
    if next(picture.iterdescendants(*_COLOURED), None) is not None:
        return True
    around = next((each for each in picture.iterancestors() if each.tag.endswith("}pic")), None)
    shapes = around.iter(f"{A}prstGeom", f"{A}custGeom") if around is not None else ()
    if any(each.get("prst", "") != "rect" for each in shapes):
        return True
    turned = around.iter(f"{A}xfrm") if around is not None else ()
    return any(
        each.get(name, "0") not in ("0", "false")
        for each in turned
        for name in ("rot", "flipH", "flipV")
    )


_COLOURED: Final = [
    f"{A}{name}" for name in ("duotone", "grayscl", "biLevel", "lum", "clrChange", "alphaModFix")
]


def crop_of(picture: Xml) -> tuple[float, float, float, float]:
    """Return how much of a picture Word does not show at the left, top, right and bottom; 0 to 1."""
    said = picture.getparent().find(f"{A}srcRect") if picture.tag == f"{A}blip" else picture
    names = ("l", "t", "r", "b") if picture.tag == f"{A}blip" else _VML_CROPS
    left, top, right, bottom = (
        _part_of(said.get(each, "0")) if said is not None else 0.0 for each in names
    )
    return left, top, right, bottom


_VML_CROPS = ("cropleft", "croptop", "cropright", "cropbottom")


def _part_of(written: str) -> float:
    """Read a part of a length: `25000`, `25%`, or of VML `16384f` and `.25`."""
    found = re.fullmatch(r"(-?\d*\.?\d+)(f|%)?", written)
    if found is None:
        return 0.0
    whole = {"f": 65_536, "%": 100, None: 1 if "." in written else 100_000}[found[2]]
    return min(max(float(found[1]) / whole, 0.0), 1.0)


def reference_of(picture: Xml) -> str:
    """Return the id by which a picture names its file, here or elsewhere."""
    return next(
        (said for each in ("embed", "id", "link") if (said := picture.get(f"{R}{each}"))), ""
    )


def text_of(element: Xml) -> str:
    """Return the words below an element, for a message."""
    words = "".join(each.text or "" for each in element.iter(f"{W}t", f"{W}delText", f"{M}t"))
    return " ".join(words.split())


def outside_boxes(drawing: Xml, *tags: str) -> list[Xml]:
    """List the elements of a drawing that stand in none of its text boxes; a box is not in itself."""
    own = set(drawing.iterancestors(BOX))
    return [each for each in drawing.iter(*tags) if own.issuperset(each.iterancestors(BOX))]
