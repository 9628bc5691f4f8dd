"""What a Word file shows, taken from its XML, and what a rendered article lacks of it.

The list is made without the reader of articles: a part for each run, formula, picture, link and note, with its place.
So what the reader passes over is found missing. What both ask is one: `styles`, `numbering`, `omml`, `signs`, `Fields`.
A construct that this module does not know is refused.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.importer.article import shortened
from massctl.importer.documents import DocumentError
from massctl.importer.word.document import (
    DRAWINGS,
    IMAGES,
    INVISIBLE_FIELDS,
    Document,
    Fields,
    address_of,
    is_changed,
    leads_on,
    look_of,
    outside_boxes,
    reference_of,
    shown_by,
    text_of,
)
from massctl.importer.word.layout import KINDS as LAYOUT
from massctl.importer.word.layout import layout
from massctl.importer.word.omml import UnknownPart, tex, words_of
from massctl.importer.word.package import BOX, A, M, V, W, Xml, shows
from massctl.importer.word.signs import sign_of
from massctl.importer.word.styles import hue
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.picture.formats import sniff
from massctl.render.markdown_formulas import SAME_STYLE
from massctl.render.tree import Element, escaped_value, parse

_TOLD_MAX = 20
"""Of one kind of loss so many are told; the others are counted."""
_WHOLE_MAX = 160
"""Characters of words that come in no other way."""


class ShownPart(Frozen):
    """A part of what a file shows."""

    place: Phrase
    kind: str
    """`text`, `number` (the number before it), `picture`, `link`, `formula`, `block` (an aligned paragraph)."""
    text: str
    """Words without blanks, an address, TeX."""
    looks: frozenset[str] = frozenset()
    words: str = ""
    """The words as they stand in the file, for a message."""


class ShownList(Struct):
    """What a file shows."""

    paragraphs: list[list[ShownPart]] = field(default_factory=list)
    """In the order of reading."""
    lost: list[tuple[str, Phrase]] = field(default_factory=list)
    """What no article has: its kind, and the words for it."""
    pictures_lost: int = 0
    """Of the text and the notes."""


def loss_words(lost: Sequence[tuple[str, Phrase]]) -> list[Phrase]:
    """Return the words for losses: the first of each kind, and how many more there are."""
    counts = Counter[str]()
    shown: list[Phrase] = []
    for kind, say in lost:
        counts[kind] += 1
        if counts[kind] <= _TOLD_MAX and kind not in LAYOUT:
            shown.append(say)
    first = {kind: say for kind, say in reversed(lost) if kind in LAYOUT}
    shown += [
        Phrase(
            "{what} ({count:,}×), first: {place}", what=what, count=counts[kind], place=first[kind]
        )
        for kind, what in LAYOUT.items()
        if kind in first
    ]
    shown += [
        Phrase(
            "{kind}: {count:,} more",
            kind=_KINDS.get(kind) or _LOOKS[kind],
            count=count - _TOLD_MAX,
        )
        for kind, count in counts.items()
        if count > _TOLD_MAX and kind not in LAYOUT
    ]
    return shown


def refuse_unknown(document: Document) -> None:
    """Raise DocumentError for the first construct of Word that is unknown, with its name and place."""
    for story in document.stories():
        for each in story.iter():
            if (each.tag in _KNOWN and not _is_stray(each)) or _is_inside(each):
                continue
            name = each.tag.rpartition("}")[2]
            prefix = f"{each.prefix}:" if each.prefix else ""
            raise DocumentError(
                Phrase(
                    "{place}: massctl does not know `{name}` of Word",
                    place=document.place(each),
                    name=f"{prefix}{name}",
                ),
                Phrase("write it in another way in Word, save, and import again"),
            )


def _is_stray(element: Xml) -> bool:
    """Whether words stand in no run, or a run in no paragraph, where nothing reads them."""
    if element.tag == f"{W}t":
        return bool(element.getparent().tag != f"{W}r")
    return element.tag == f"{W}r" and next(element.iterancestors(f"{W}p"), None) is None


def _is_inside(element: Xml) -> bool:
    """Whether an element belongs to a drawing, a formula or the properties of something, which are read as a whole."""
    for each in element.iterancestors():
        if each.tag in (BOX, f"{W}body"):
            return False
        if each.tag in DRAWINGS or each.tag in _WHOLE:
            return True
    return False


_OFFICE = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_PROPERTIES = "sdtPr sdtEndPr sectPr tblPr tblPrEx trPr tcPr ffData smartTagPr customXmlPr"
_EFFECTS = "glow shadow reflection textOutline textFill props3d scene3d stylisticSets ligatures numForm numSpacing"
_CONTEXT = "cntxtAlts"
_WHOLE: Final = frozenset(
    (
        *(f"{W}{name}" for name in _PROPERTIES.split()),
        *(f"{M}{name}" for name in ("oMath", "oMathPara")),
        *(f"{_OFFICE}{name}" for name in f"{_EFFECTS} {_CONTEXT}".split()),
    )
)
"""What is read as a whole, or not at all."""
_OF_RUNS = (
    "b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden color"
    " spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout"
    " specVanish oMath rStyle rFonts ins del moveFrom moveTo"
)
_OF_PARAGRAPHS = (
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr ilvl numId suppressLineNumbers pBdr top left"
    " bottom right between bar start end tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct"
    " autoSpaceDE autoSpaceDN bidi adjustRightInd ind contextualSpacing mirrorIndents suppressOverlap jc textDirection"
    " textAlignment textboxTightWrap outlineLvl divId cnfStyle sectPr rPr"
)
_OF_STORIES = (
    "body p pPr r t tab br cr sym ptab noBreakHyphen softHyphen hyperlink fldSimple fldChar instrText delInstrText"
    " fldData sdt sdtContent smartTag customXml bdo dir tbl tblGrid gridCol tr tc"
    " footnoteReference endnoteReference footnoteRef endnoteRef footnote endnote separator continuationSeparator"
    " annotationRef commentReference commentRangeStart commentRangeEnd bookmarkStart bookmarkEnd proofErr permStart"
    " permEnd lastRenderedPageBreak moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd"
    " customXmlInsRangeStart customXmlInsRangeEnd customXmlDelRangeStart customXmlDelRangeEnd"
    " customXmlMoveFromRangeStart customXmlMoveFromRangeEnd customXmlMoveToRangeStart customXmlMoveToRangeEnd ruby"
    " rubyPr rubyAlign hps hpsRaise hpsBaseText lid dirty rt rubyBase drawing pict object txbxContent sectPr"
)
_KNOWN: Final = _WHOLE | {
    *(f"{W}{name}" for name in f"{_OF_STORIES} {_OF_PARAGRAPHS} {_OF_RUNS}".split()),
    "{http://schemas.microsoft.com/office/word/2012/wordml}collapsed",
}
"""Every element outside of drawings and formulas that may stand in a story."""


class _Lister(Struct):
    """Lists the parts of a document's stories."""

    document: Document
    shown: ShownList = field(default_factory=ShownList)
    _fields: Fields = field(default_factory=Fields)
    _part: str = ""
    _line: list[ShownPart] = field(default_factory=list)

    def list_all(self) -> ShownList:
        document = self.document
        self._part = document.package.main
        self._story(document.body)
        for note in document.notes.values():
            self._part, self._fields = note.part, Fields()
            self._story(note.element)
        for margin in document.margins:
            name, self._part = margin.place, margin.part
            for paragraph in margin.element.iter(f"{W}p"):
                words = text_of(paragraph)
                if words and not _PAGE_NUMBER.fullmatch(words):
                    self._add_loss(
                        "margin",
                        Phrase(
                            "{place}: “{words}”", place=name, words=shortened(words, _WHOLE_MAX)
                        ),
                    )
            for drawing in margin.element.iter(*DRAWINGS):
                if next(drawing.iter(BOX), None) is None:
                    self._add_loss("margin", self._drawn(drawing, name, _kind_of(drawing)))
        self.shown.lost += layout(document)
        return self.shown

    def _add_loss(self, kind: str, say: Phrase) -> None:
        # Sections may show the same words in headers of their own.
        if kind != "margin" or (kind, say) not in self.shown.lost:
            self.shown.lost.append((kind, say))

    def _story(self, story: Xml) -> None:
        for paragraph in story.iter(f"{W}p"):
            if any(each.tag == BOX for each in paragraph.iterancestors()):
                continue
            self._paragraph(paragraph)
        if (code := self._fields.unended) is not None:
            raise DocumentError(
                Phrase(
                    "{place}: the field `{code}` never ends",
                    place=self.document.place(story),
                    code=shortened(code),
                ),
                Phrase("delete it in Word, save, and import again"),
            )

    def _paragraph(self, paragraph: Xml) -> None:
        self._line = []
        self.shown.paragraphs.append(self._line)
        list_number = self.document.numbering.number_of(paragraph)
        if list_number is not None and list_number.text:
            is_entry = list_number.is_plain and not self.document.styles.heading(paragraph)
            text = str(list_number.number) if is_entry else list_number.text
            self._add(paragraph, "number", text)
        boxes: list[Xml] = []
        self._inside(paragraph, paragraph, boxes)
        styles = self.document.styles
        aligned = styles.alignment(paragraph)
        words = "".join(each.words for each in self._line if each.kind == "text")
        if aligned and not styles.heading(paragraph) and not styles.is_title(paragraph):
            self._add(paragraph, "block", words, frozenset({aligned}))
        for box in boxes:
            place = self.document.place(next(box.iter(f"{W}p"), box))
            if words := text_of(box):
                say = Phrase(
                    "{place}: its words follow the paragraph beside it: “{words}”",
                    place=place,
                    words=shortened(words),
                )
                self._add_loss("box", say)
            for each in box.iter(f"{W}p"):
                if next(each.iterancestors(BOX)) is box:
                    self._paragraph(each)

    def _inside(self, holder: Xml, paragraph: Xml, boxes: list[Xml]) -> None:
        for each in holder:
            tag = each.tag
            if tag == f"{W}r":
                self._run(each, paragraph, boxes)
            elif tag == f"{W}fldSimple" and not shows(each):
                self._lose_field(each.get(f"{W}instr", "").strip(), each)
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                for formula in each.iter(f"{M}oMath"):
                    self._formula(formula)
            elif tag not in _PROPERTIES_ONLY:
                if tag == f"{W}hyperlink":
                    self._link(each, self.document.package.target(self._part, each))
                elif tag == f"{W}fldSimple":
                    self._link(each, address_of(each.get(f"{W}instr", "")))
                self._inside(each, paragraph, boxes)

    def _link(self, element: Xml, address: str) -> None:
        if not address or not text_of(element):
            return
        if leads_on(address):
            self._add(element, "link", address)
        else:
            place = self.document.place(element)
            say = Phrase("{place}: the link to {address}", place=place, address=shortened(address))
            self._add_loss("address", say)

    def _add(
        self, element: Xml, kind: str, words: str, looks: frozenset[str] = frozenset()
    ) -> None:
        last = self._line[-1] if self._line else None
        text = words if kind in _AS_WRITTEN else _without_blanks(words)
        if text and last is not None and kind == last.kind == "text" and looks == last.looks:
            self._line[-1] = replace(last, text=last.text + text, words=last.words + words)
        elif text:
            self._line.append(ShownPart(self.document.place(element), kind, text, looks, words))

    def _run(self, run: Xml, paragraph: Xml, boxes: list[Xml]) -> None:
        styles = self.document.styles
        looks = styles.looks(look_of(run), paragraph, is_note=self.document.is_in_note(run))
        is_upper = "caps" in styles.properties(run, paragraph).on
        words = ""
        for each in run:
            if each.tag == f"{W}fldChar":
                words += self._field(each)
            elif each.tag == f"{W}instrText" or (each.tag == f"{W}t" and self._fields.is_code):
                self._fields.add_code(each.text or "")
            elif not self._fields.is_code:
                words += self._words(each, boxes)
        if self._fields.address and words.strip():
            self._link(run, self._fields.address)
        if self._fields.address or next(run.iterancestors(f"{W}hyperlink"), None) is not None:
            is_own = run.find(f"{W}rPr/{W}color") is not None
            looks = frozenset(each for each in looks if not _is_of_link(each, is_own=is_own))
        self._add(run, "text", words.upper() if is_upper else words, looks)

    def _field(self, mark: Xml) -> str:
        ended = self._fields.mark(mark)
        if ended is None:
            return ""
        code, data = ended
        base, reading = shown_by(code, data)
        if base and data is None and not reading:
            self._lose_field(code, mark)  # Its circle is lost.
        if base:
            return base + reading
        self._lose_field(code, mark)
        return ""

    def _lose_field(self, code: str, element: Xml) -> None:
        if code and code.split(maxsplit=1)[0].upper() not in INVISIBLE_FIELDS:
            place = self.document.place(element)
            self._add_loss(
                "field", Phrase("{place}: the field `{code}`", place=place, code=shortened(code))
            )

    def _words(self, each: Xml, boxes: list[Xml]) -> str:
        """Return the words of a part of a run, and list what is not words."""
        place = self.document.place(each)
        words = ""
        if each.tag == f"{W}t":
            words = each.text or ""
        elif each.tag == f"{W}noBreakHyphen":
            words = "\u2011"
        elif each.tag == f"{W}sym":
            words = sign_of(each)
            if not words:
                font, code = each.get(f"{W}font") or "?", each.get(f"{W}char", "")
                say = Phrase(
                    "{place}: the sign {code} of {font}", place=place, code=code, font=font
                )
                self._add_loss("sign", say)
        elif each.tag == f"{W}ruby":
            parts = (each.find(f"{W}rubyBase"), each.find(f"{W}rt"))
            words = "".join(text_of(part) for part in parts if part is not None)
            self._lose_looks_of_ruby(each)
        elif each.tag in DRAWINGS:
            self._drawing(each, boxes)
        elif each.tag in _NOTE_MARKS and self.document.note_of(each) is None:
            say = Phrase("{place}: a mark of a note that the file does not have", place=place)
            self._add_loss("text", say)
        elif each.tag in _SPACES:
            words = " "
        if words or each.tag in DRAWINGS or each.tag in _NOTE_MARKS:
            self._fields.show()
        return words

    def _lose_looks_of_ruby(self, ruby: Xml) -> None:
        """Name the looks that only a part of a base or a reading has."""
        paragraph = next(ruby.iterancestors(f"{W}p"), None)
        styles = self.document.styles
        taken = styles.looks(look_of(ruby.getparent()), paragraph)
        for run in ruby.iter(f"{W}r"):
            for look in sorted(styles.looks(run, paragraph) - taken - {"larger", "smaller"}):
                what, words = _LOOKS[_plain(look)], shortened(text_of(run))
                say = Phrase(
                    "{place}: {what} “{words}”",
                    place=self.document.place(run),
                    what=what,
                    words=words,
                )
                self._add_loss(look, say)

    def _formula(self, formula: Xml) -> None:
        place = self.document.place(formula)
        try:
            written = tex(formula)
        except UnknownPart as error:
            say = Phrase(
                "{place}: the formula “{words}”: massctl does not know `m:{name}`",
                place=place,
                words=shortened(text_of(formula)),
                name=str(error),
            )
            self._add_loss("formula", say)
            return
        if _letters(words_of(formula)) - _letters(written):
            self._add_loss("formula", _formula_words(place, text_of(formula)))
        for each in formula.iter(f"{M}r"):
            looks = self.document.styles.looks(each, next(formula.iterancestors(f"{W}p"), None))
            words = shortened(text_of(each))
            for look in sorted(looks - {"bold", "italic"}):
                say = Phrase(
                    "{place}: {what} “{words}” in a formula",
                    place=place,
                    what=_LOOKS[_plain(look)],
                    words=words,
                )
                self._add_loss("formula", say)
        self._add(formula, "formula", " ".join(written.split()))

    def _drawing(self, drawing: Xml, boxes: list[Xml]) -> None:
        place = self.document.place(drawing)
        own = outside_boxes(drawing, BOX)
        boxes += own
        pictures = outside_boxes(drawing, *IMAGES)
        package = self.document.package
        for each in drawing.iter(f"{_OLE}OLEObject"):
            say = Phrase(
                "{place}: an object of {program}: only its picture can come",
                place=place,
                program=each.get("ProgID", "?"),
            )
            self._add_loss("drawing", say)
        for each in outside_boxes(drawing, f"{A}hlinkClick"):
            if address := package.target(self._part, each):
                say = Phrase(
                    "{place}: the link to {address}", place=place, address=shortened(address)
                )
                self._add_loss("address", say)
                break
        if (
            next((each for each in drawing.iter() if each.tag.endswith("}webVideoPr")), None)
            is not None
        ):
            self._add_loss(
                "drawing", Phrase("{place}: a video: only its picture can come", place=place)
            )
        for each in pictures:
            known = package.related(self._part).get(reference_of(each))
            if known is None or known.is_external:
                target = known.target if known is not None else "?"
                say = Phrase(
                    "{place}: a picture that is elsewhere: {name}",
                    place=place,
                    name=shortened(target),
                )
                self._add_loss("picture", say)
                self.shown.pictures_lost += 1
                continue
            data = package.read(known.target)
            name = known.target.rpartition("/")[2]
            if data is None or sniff(data) is None:
                say = Phrase(
                    "{place}: the picture {name}: WeChat does not show its format",
                    place=place,
                    name=name,
                )
                self._add_loss("picture", say)
                self.shown.pictures_lost += 1
            else:
                self._add(drawing, "picture", name)
                if is_changed(each):
                    say = Phrase(
                        "{place}: the picture {name} is turned, coloured or cut in Word; it comes as it is stored",
                        place=place,
                        name=name,
                    )
                    self._add_loss("picture", say)
        shapes = [each for each in drawing.iter(_SHAPE) if next(each.iter(BOX), None) is None]
        if shapes or not (pictures or own):
            kind = Phrase("shape") if shapes else _kind_of(drawing)
            self._add_loss("drawing", self._drawn(drawing, place, kind))

    def _drawn(self, drawing: Xml, place: Phrase, kind: Phrase) -> Phrase:
        """Name a drawing, with the words in it and in the parts that it refers to."""
        package = self.document.package
        related = package.related(self._part)
        names = {
            said for each in drawing.iter() for said in each.attrib.values() if said in related
        }
        parts = (
            package.xml(related[each].target)
            for each in sorted(names)
            if related[each].kind in _WITH_WORDS
        )
        texts = [
            each.text or ""
            for root in (drawing, *parts)
            if root is not None
            for each in root.iter(f"{A}t", f"{_CHART}v")
            if each.tag != f"{_CHART}v" or each.getparent().getparent().tag == f"{_CHART}strCache"
        ]
        texts += [each.get("string", "") for each in drawing.iter(f"{V}textpath")]
        words = " ".join(" ".join(texts).split())
        if not words:
            return Phrase("{place}: a drawing ({kind})", place=place, kind=kind)
        return Phrase(
            "{place}: a drawing ({kind}) with the words “{words}”",
            place=place,
            kind=kind,
            words=shortened(words, _WHOLE_MAX),
        )


def list_shown(document: Document) -> ShownList:
    """List what a document shows."""
    return _Lister(document).list_all()


_AS_WRITTEN = frozenset({"link", "picture", "formula"})
_PAGE_NUMBER = re.compile(r"[\d\s/|.·\-–—第页共 ofPage]*")


def _is_of_link(look: str, *, is_own: bool) -> bool:
    """Whether themes draw a look of a link; not a colour of its words, but for blue."""
    kind, _, said = look.partition(":")
    return kind == "underline" or (kind == "colour" and (not is_own or hue(said) == "blue"))


_SPACES: Final = frozenset(f"{W}{name}" for name in ("tab", "ptab", "br", "cr"))
_NOTE_MARKS: Final = frozenset({f"{W}footnoteReference", f"{W}endnoteReference"})
_PROPERTIES_ONLY: Final = frozenset(
    f"{W}{name}" for name in ("pPr", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr", "rPr")
)
_SHAPE: Final = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}wsp"
_OLE = "{urn:schemas-microsoft-com:office:office}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_WITH_WORDS = frozenset({"chart", "chartEx", "diagramData"})
"""Parts that a drawing refers to for its words."""
_DRAWN: Mapping[str, Phrase] = {
    "chart": Phrase("chart"),
    "relIds": Phrase("SmartArt"),
    "contentPart": Phrase("ink"),
    "blip": Phrase("picture"),
    "imagedata": Phrase("picture"),
}
_KINDS: Mapping[str, Phrase] = {
    "margin": Phrase("header or footer"),
    "box": Phrase("text box"),
    "address": Phrase("link"),
    "field": Phrase("field"),
    "sign": Phrase("sign"),
    "formula": Phrase("formula"),
    "picture": Phrase("picture"),
    "drawing": Phrase("drawing"),
    "text": Phrase("text"),
    "number": Phrase("number"),
}


def _kind_of(drawing: Xml) -> Phrase:
    names = {each.tag.rpartition("}")[2] for each in drawing.iter()}
    return next((say for name, say in _DRAWN.items() if name in names), Phrase("shape"))


def _letters(text: str) -> Counter[str]:
    return Counter(each for each in text if each.isalnum())


_NOTHING = re.compile(r"[\s\u00ad\u200b-\u200d\u2060\ufeff]+")


def _without_blanks(text: str) -> str:
    return _NOTHING.sub("", text)


# What the rendered article shows.


class _RenderedText(Struct):
    """The words of a rendered article, with the looks of each stretch of them."""

    words: str = ""
    starts: list[int] = field(default_factory=list)
    looks: list[frozenset[str]] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    pictures: int = 0

    def looks_at(self, start: int, end: int) -> frozenset[str]:
        """Return the looks that all words of a stretch have."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        return frozenset.intersection(*self.looks[first : last + 1])


_ELEMENTS: Mapping[str, str] = {
    **dict.fromkeys(("strong", "b", "th", "h1", "h2", "h3", "h4", "h5", "h6"), "bold"),
    **dict.fromkeys(("em", "i"), "italic"),
    **dict.fromkeys(("s", "del"), "strike"),
    "u": "underline",
    "sub": "sub",
    "sup": "sup",
    "big": "larger",
    "small": "smaller",
}
_DECLARED = re.compile(r"(?:^|;)\s*([a-z-]+)\s*:\s*([^;]+)")
_HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
_NUMBER = re.compile(r"\[\d+\]")


def _rendered(body: str) -> _RenderedText:
    shown = _RenderedText()
    pieces: list[str] = []
    length = 0
    numbers: dict[Element, int] = {}
    waiting: list[tuple[Element | str, frozenset[str]]] = [(parse(body), frozenset())]
    while waiting:
        node, looks = waiting.pop()
        if isinstance(node, str):
            if words := _without_blanks(node):
                shown.starts.append(length)
                shown.looks.append(looks)
                pieces.append(words)
                length += len(words)
            continue
        if node.name == "svg" or (node.name == "sup" and _NUMBER.fullmatch(node.text().strip())):
            continue
        shown.pictures += node.name == "img"
        if node.name == "a":
            shown.links.add(unquote(node.get("href")))
        looks = _looks_of(node, looks)
        waiting += ((each, looks) for each in reversed(node.children))
        around = node.parent
        if node.name == "li" and around is not None and around.name == "ol":
            # A browser writes the numbers of a list.
            first = around.get("start")
            numbers[around] = numbers.get(around, int(first) - 1 if first.isdecimal() else 0) + 1
            waiting.append((f"{numbers[around]}.", looks))
    shown.words = "".join(pieces)
    return shown


def _looks_of(node: Element, around: frozenset[str]) -> frozenset[str]:
    looks = set(around)
    if node.name in _ELEMENTS:
        looks.add(_ELEMENTS[node.name])
    if node.name == "em":
        looks.add("dots")
    style = node.get("style")
    for name, said in _DECLARED.findall(style) if ":" in style else ():
        colour = _HEX.search(said)
        if name == "color" and colour is not None:
            looks = {each for each in looks if not each.startswith("colour:")}
            written = colour[1] if len(colour[1]) == 6 else "".join(2 * each for each in colour[1])
            looks.add(f"colour:{hue(written)}")
        elif name in ("background", "background-color"):
            looks.add("highlight")
        elif name == "text-align" and said.strip() in ("center", "right"):
            looks = {*(looks - {"center", "right"}), said.strip()}
    return frozenset(looks)


_LOOKS: Mapping[str, Phrase] = {
    "bold": Phrase("bold text"),
    "italic": Phrase("italic text"),
    "dots": Phrase("text with emphasis dots"),
    "strike": Phrase("text struck through"),
    "underline": Phrase("underlined text"),
    "sub": Phrase("subscript"),
    "sup": Phrase("superscript"),
    "larger": Phrase("larger text"),
    "smaller": Phrase("smaller text"),
    "framed": Phrase("framed text"),
    "shifted": Phrase("text off its line"),
    "effect": Phrase("text with an effect"),
    "small capitals": Phrase("small capitals"),
    "highlight": Phrase("highlighted text"),
    "center": Phrase("centred text"),
    "right": Phrase("text on the right"),
    "colour:red": Phrase("red text"),
    "colour:orange": Phrase("orange text"),
    "colour:yellow": Phrase("yellow text"),
    "colour:green": Phrase("green text"),
    "colour:cyan": Phrase("cyan text"),
    "colour:blue": Phrase("blue text"),
    "colour:purple": Phrase("purple text"),
    "colour:grey": Phrase("grey text"),
}


def _plain(look: str) -> str:
    """Return a look as `_rendered` finds it."""
    kind, _, said = look.partition(":")
    return f"colour:{hue(said)}" if kind == "colour" else kind


class _Comparison(Struct):
    """Follows the paragraphs of a file through a rendered article."""

    shown: _RenderedText
    body: str
    missing: list[tuple[str, Phrase]] = field(default_factory=list)
    changed: list[tuple[str, Phrase]] = field(default_factory=list)
    _position: int = 0
    _pictures: int = 0
    _formulas: Counter[str] = field(default_factory=Counter)

    def paragraph(self, parts: Sequence[ShownPart]) -> None:
        """Look for the parts of one paragraph."""
        whole = "".join(each.text for each in parts if each.kind == "text")
        before = self._position
        list_number = next((each.text for each in parts if each.kind == "number"), "")
        at = self.shown.words.find(list_number, before)
        start = self.shown.words.find(whole, max(at, before) + len(list_number))
        if at < 0 or not 0 <= start - at - len(list_number) <= _SIGNS_MAX:
            start = self.shown.words.find(whole, before)
        end = start + len(whole) if start >= 0 else before + 2 * len(whole) + _AROUND
        self._position = max(start, before)
        for each in parts:
            match each.kind:
                case "text":
                    self._text(each, end)
                case "number":
                    if start >= 0 and each.text not in self.shown.words[before:start]:
                        self.missing.append(("number", _missing(each, Phrase("number"))))
                case "block":
                    if start >= 0 and not each.looks <= self.shown.looks_at(start, end):
                        self.changed += [
                            (look, _changed(each, _LOOKS[look])) for look in each.looks
                        ]
                case _:
                    self._thing(each)

    def title(self, parts: Sequence[ShownPart]) -> None:
        """Name what the title of an article cannot have: looks, links, pictures and formulas."""
        self.changed += [
            (look, _changed(each, _LOOKS[look]))
            for each in parts
            if each.kind == "text"
            for look in sorted(map(_plain, each.looks))
        ]
        self.paragraph([each for each in parts if each.kind in _AS_WRITTEN])

    def _text(self, part: ShownPart, end: int) -> None:
        at = self.shown.words.find(part.text, self._position, end)
        if at < 0:
            self.missing.append(("text", _missing(part, Phrase("text"))))
            return
        self._position = at + len(part.text)
        wanted = {_plain(look) for look in part.looks}
        lacking = wanted - self.shown.looks_at(at, self._position)
        self.changed += [(look, _changed(part, _LOOKS[look])) for look in sorted(lacking)]

    def _thing(self, part: ShownPart) -> None:
        if part.kind == "link":
            # An address of mail is written out.
            is_written = part.text.removeprefix("mailto:") in self.shown.words
            if unquote(part.text) not in self.shown.links and not is_written:
                self.missing.append(("address", _missing(part, Phrase("link"))))
        elif part.kind == "picture":
            self._pictures += 1
            if self._pictures > self.shown.pictures:
                self.missing.append(("picture", _missing(part, Phrase("picture"))))
        else:
            self._formulas[part.text] += 1
            spellings = (part.text, SAME_STYLE + part.text)
            drawn = sum(self.body.count(f'="{escaped_value(each)}"') for each in spellings)
            if drawn < self._formulas[part.text]:
                self.changed.append(("formula", _formula_words(part.place, part.text)))


_SIGNS_MAX = 3
"""Between a number and its words stand so many signs."""
_AROUND = 400
"""A paragraph that does not stand as a whole may have so many more characters between its parts."""


def compare(
    listed: ShownList, title: str, body: str
) -> tuple[list[tuple[str, Phrase]], list[tuple[str, Phrase]]]:
    """Return what an article lacks of a file: parts that are missing, and looks that its words have no more."""
    comparison = _Comparison(_rendered(body), body)
    is_title_due = True
    for parts in listed.paragraphs:
        whole = "".join(each.text for each in parts if each.kind == "text")
        number = "".join(each.text for each in parts if each.kind == "number")
        if is_title_due and whole and _without_blanks(title) in (whole, number + whole):
            is_title_due = False
            comparison.title(parts)
        else:
            comparison.paragraph(parts)
    return comparison.missing, comparison.changed


def _missing(part: ShownPart, what: Phrase) -> Phrase:
    words = shortened(" ".join(part.words.split()))
    return Phrase("{place}: {what} “{words}” is missing", place=part.place, what=what, words=words)


def _changed(part: ShownPart, what: Phrase) -> Phrase:
    words = shortened(" ".join(part.words.split()))
    return Phrase("{place}: {what} “{words}”", place=part.place, what=what, words=words)


def _formula_words(place: Phrase, words: str) -> Phrase:
    return Phrase("{place}: the formula “{words}”", place=place, words=shortened(words))
