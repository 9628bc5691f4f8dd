"""What of the layout of a Word file no article has: fonts, indents, shades, borders, breaks, columns.

Themes set text, so one line is told of each kind: how often, and where first. A look that a style of Word's own gives,
or that most of the text has as its font, is none.
"""

import re
from collections.abc import Iterator, Mapping

from massctl.importer.word.document import IMAGES, Document, text_of
from massctl.importer.word.package import BOX, WP, R, V, W, Xml, shows
from massctl.importer.word.styles import is_on, is_pale, is_set, is_shaded, value
from massctl.model.phrase import Phrase
from massctl.render.cjk import has_cjk

KINDS: Mapping[str, Phrase] = {
    "font": Phrase("another font"),
    "size": Phrase("letters a little larger or smaller"),
    "stretched": Phrase("letters that are spaced or stretched"),
    "pale": Phrase("pale letters, which become dark"),
    "direction": Phrase("text from right to left"),
    "tab": Phrase("words set apart by tabs"),
    "space": Phrase("another space between lines or paragraphs"),
    "joined": Phrase("a paragraph that Word joins to the next one"),
    "heading": Phrase("a heading that is not on the left"),
    "style": Phrase("the look of a style"),
    "list sign": Phrase("the sign of a list"),
    "number colour": Phrase("the colour of a number"),
    "first letter": Phrase("a large first letter"),
    "beside": Phrase("a picture, a table or a frame beside the text"),
    "first line": Phrase("an indent of the first line"),
    "indent": Phrase("an indent"),
    "shade": Phrase("a shaded paragraph"),
    "border": Phrase("a border around a paragraph"),
    "spread": Phrase("text spread over the line (分散对齐)"),
    "vertical": Phrase("vertical text"),
    "cell": Phrase("a shaded cell"),
    "table": Phrase("borders of a table"),
    "break": Phrase("a break of a page or column"),
    "aligned table": Phrase("a table that is not on the left"),
    "columns": Phrase("columns"),
    "page": Phrase("a colour or border of the page"),
    "inside": Phrase("a link inside the document"),
    "placeholder": Phrase("a field of Word that nobody filled in: it is in the article"),
}
"""What themes set, or an article has none of."""


def layout(document: Document) -> Iterator[tuple[str, Phrase]]:
    """Yield what of the layout is lost, each with its kind and place."""
    for story in document.stories():
        for each in story.iter(*_OF):
            for kind, font in _OF[each.tag](document, each):
                place = document.place_words(each)
                yield kind, Phrase("{place}, {font}", place=place, font=font) if font else place
    if document.body.getparent().find(f"{W}background") is not None:
        yield "page", Phrase("the document")


_HORIZONTAL = frozenset({"", "lrTb", "lrTbV", "tb"})
_Found = Iterator[tuple[str, str]]
"""A kind, and the name of a font, a style or a sign."""
_THEMED = re.compile(
    r"normal\b|body text|list|toc \d|no spacing|plain text|footnote|endnote|header|footer|comment"
)
"""Styles of Word's own that stand for plain text or a structure."""
_USUAL_SIGNS = frozenset("•●∙·■▪◆♦○◦o-–—*")


def _of_run(document: Document, run: Xml) -> _Found:
    for each in run.iterfind(f"{W}br"):
        if each.get(f"{W}type") in ("page", "column"):
            yield "break", ""
    paragraph = next(run.iterancestors(f"{W}p"), None)
    is_code = paragraph is not None and document.styles.is_code(paragraph)
    if not is_code and next(run.iterchildren(f"{W}tab", f"{W}ptab"), None) is not None:
        yield "tab", ""
    words = "".join(each.text or "" for each in run.iterfind(f"{W}t")).strip()
    styles = document.styles
    if paragraph is None or not words or not any(map(str.isalnum, words)):
        return
    found, base = styles.properties(run, paragraph), styles.base(paragraph)
    looks = styles.looks(run, paragraph)
    is_sized = found.size not in (base.size, styles.usual.size)
    if (
        is_sized
        and not document.is_in_note(run)
        and not looks & {"larger", "smaller", "sub", "sup"}
        and not styles.heading(paragraph)
    ):
        yield "size", ""
    if is_pale(found.colour) and not found.highlight:
        yield "pale", ""
    if "rtl" in found.on:
        yield "direction", ""
    if "stretched" in found.marks - base.marks:
        yield "stretched", ""
    name = "east" if has_cjk(words) else "latin"
    font, usual = getattr(found, name), {getattr(each, name) for each in (base, styles.usual)}
    is_styled = styles.heading(paragraph) or styles.is_title(paragraph) or styles.is_code(paragraph)
    if font and font not in usual and not is_styled:
        yield "font", font


def _of_paragraph(document: Document, paragraph: Xml) -> _Found:
    styles = document.styles
    if not text_of(paragraph) or styles.is_code(paragraph):
        return
    yield from _of_entry(document, paragraph)
    yield from _of_line(document, paragraph)
    is_styled = (
        styles.heading(paragraph) or styles.is_title(paragraph) or styles.is_quote(paragraph)
    )
    if not is_styled and document.numbering.number_of(paragraph) is None:
        indent = styles.said(paragraph, "ind")
        given = dict(indent.attrib) if indent is not None else {}
        lengths = {key.removeprefix(W).removesuffix("Chars"): each for key, each in given.items()}
        some = {key for key, each in lengths.items() if each.strip("-").strip("0")}
        if "firstLine" in some:
            yield "first line", ""
        if some - {"firstLine"}:
            yield "indent", ""
    if is_shaded(styles.said(paragraph, "shd", with_builtin=False)):
        yield "shade", ""
    if _has_border(styles.said(paragraph, "pBdr", with_builtin=False)):
        yield "border", ""
    aligned = styles.said(paragraph, "jc", with_builtin=False)
    if aligned is not None and "istribute" in aligned.get(f"{W}val", ""):
        yield "spread", ""
    before = styles.said(paragraph, "pageBreakBefore", with_builtin=False)
    if before is not None and is_set(before):
        yield "break", ""


def _of_line(document: Document, paragraph: Xml) -> _Found:
    """Yield what a paragraph is beside its indents and shades."""
    styles = document.styles
    if styles.has_hidden_mark(paragraph):
        yield "joined", ""
    if styles.heading(paragraph) and styles.alignment(paragraph):
        yield "heading", ""
    name = next(iter(styles.names(paragraph)), "normal")
    if styles.is_drawn(paragraph) and (name == "normal" or not _THEMED.match(name)):
        yield "style", name
    space = styles.said(paragraph, "spacing", with_builtin=False)
    given = dict(space.attrib) if space is not None else {}
    if any(each not in ("0", "240") for key, each in given.items() if not key.endswith("Rule")):
        yield "space", ""
    bidi = styles.said(paragraph, "bidi")
    if bidi is not None and is_set(bidi):
        yield "direction", ""
    frame = paragraph.find(f"{W}pPr/{W}framePr")
    if frame is not None:
        yield "first letter" if frame.get(f"{W}dropCap", "none") != "none" else "beside", ""


def _of_entry(document: Document, paragraph: Xml) -> _Found:
    entry = document.numbering.number_of(paragraph)
    if entry is not None and entry.sign and entry.sign not in _USUAL_SIGNS:
        yield "list sign", entry.sign
    if entry is not None and entry.is_coloured:
        yield "number colour", ""


def _of_anchor(_: Document, anchor: Xml) -> _Found:
    if next(anchor.iter(*IMAGES), None) is not None:
        yield "beside", ""


def _of_code(_: Document, code: Xml) -> _Found:
    written = code.text or code.get(f"{W}instr", "")
    if _INSIDE.match(written):
        yield "inside", ""


_INSIDE = re.compile(r"\s*HYPERLINK\s+\\l", re.IGNORECASE)


def _of_turned(_: Document, turned: Xml) -> _Found:
    if turned.get(f"{W}val") == "rtl":
        yield "direction", ""


def _of_box(_: Document, box: Xml) -> _Found:
    around = next((each for each in box.iterancestors() if each.tag.endswith("}wsp")), None)
    said = (
        next((each for each in around if each.tag.endswith("}bodyPr")), None)
        if around is not None
        else None
    )
    is_turned = said is not None and said.get("vert", "horz") != "horz"
    older = next(box.iterancestors(f"{V}textbox"), None)
    if is_turned or (older is not None and "layout-flow:vertical" in older.get("style", "")):
        yield "vertical", ""


def _of_cell(document: Document, cell: Xml) -> _Found:
    said = cell.find(f"{W}tcPr")
    if said is not None:
        if is_shaded(said.find(f"{W}shd")):
            yield "cell", ""
        if _has_border(said.find(f"{W}tcBorders")):
            yield "table", ""
        if value(said, "textDirection") not in _HORIZONTAL:
            yield "vertical", ""


def _of_table(document: Document, table: Xml) -> _Found:
    of_style = document.styles.of_table
    if table.find(f"{W}tblPr/{W}tblpPr") is not None:
        yield "beside", ""
    if value(table.find(f"{W}tblPr"), "jc") in ("center", "right", "end"):
        yield "aligned table", ""
    own = table.findall(f"{W}tblPr/{W}tblBorders")
    if any(_has_border(each, usual="single") for each in own or of_style(table, "tblBorders")):
        yield "table", ""
    if any(map(is_shaded, of_style(table, "shd"))):
        yield "cell", ""


def _of_section(document: Document, section: Xml) -> _Found:
    is_inside = next(section.iterancestors(f"{W}p"), None) is not None
    if is_inside and value(section, "type") != "continuous":
        yield "break", ""
    columns = section.find(f"{W}cols")
    if columns is not None and columns.get(f"{W}num", "1") not in ("0", "1"):
        yield "columns", ""
    if section.find(f"{W}pgBorders") is not None:
        yield "page", ""
    if value(section, "textDirection") not in _HORIZONTAL:
        yield "vertical", ""


def _of_control(document: Document, control: Xml) -> _Found:
    if is_on(control.find(f"{W}sdtPr"), "showingPlcHdr") and shows(control):
        yield "placeholder", ""


def _of_link(document: Document, link: Xml) -> _Found:
    if link.get(f"{W}anchor") and link.get(f"{R}id") is None and text_of(link):
        yield "inside", ""


_OF = {
    f"{W}r": _of_run,
    f"{W}p": _of_paragraph,
    f"{W}tc": _of_cell,
    f"{W}tbl": _of_table,
    f"{W}sectPr": _of_section,
    f"{W}hyperlink": _of_link,
    f"{W}sdt": _of_control,
    f"{W}instrText": _of_code,
    f"{W}bdo": _of_turned,
    f"{W}dir": _of_turned,
    f"{BOX}": _of_box,
    f"{W}fldSimple": _of_code,
    f"{WP}anchor": _of_anchor,
}


def _has_border(borders: Xml | None, usual: str = "") -> bool:
    """Whether something has a border, or, with `usual`, a border of another kind."""
    kinds = {each.get(f"{W}val", "") for each in borders} if borders is not None else set()
    return bool(kinds - {usual} if usual else kinds - {"nil", "none", ""})
