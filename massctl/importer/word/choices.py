"""What a person decides of a Word file before it is read: revisions, hidden text, comments."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from massctl.importer.documents import DocumentError
from massctl.importer.word.document import DRAWINGS, Document, shows
from massctl.importer.word.package import A, M, V, W, Xml
from massctl.importer.word.styles import WHITE, is_on, is_set, is_shaded, whole
from massctl.importer.word_choices import WORD_CHOICES
from massctl.model.phrase import Phrase, in_a_row, plural_phrase

_TOLD_MAX = 3
"""So many places of each kind are told."""
_PUT_IN: Final = (f"{W}ins", f"{W}moveTo")
_TAKEN_OUT: Final = (f"{W}del", f"{W}moveFrom")
_CHANGED: Final = tuple(
    f"{W}{name}Change"
    for name in ("rPr", "pPr", "tblPr", "tblPrEx", "trPr", "tcPr", "sectPr", "tblGrid", "numbering")
)
_CELLS: Final = (f"{W}cellIns", f"{W}cellDel", f"{W}cellMerge")
_REVISIONS: Final = frozenset((*_PUT_IN, *_TAKEN_OUT, *_CHANGED, *_CELLS))
_TO_TEXT: Mapping[str, str] = {f"{W}delText": f"{W}t", f"{W}delInstrText": f"{W}instrText"}


def apply_choices(document: Document, chosen: Mapping[str, str]) -> list[Phrase]:
    """Carry out the choices, and return what was done; raise DocumentError where one is missing."""
    waiting: list[Phrase] = []
    options: list[str] = []
    done: list[Phrase] = []
    for name, find, say in _KINDS:
        found = find(document)
        if not found:
            continue
        choice = chosen.get(name, "")
        if choice not in WORD_CHOICES[name]:
            told = [document.place_words(each) for each in found[:_TOLD_MAX]]
            what = say(len(found))
            waiting.append(Phrase("{what}: {places}", what=what, places=in_a_row(told)))
            options.append(f"--{name} {'|'.join(WORD_CHOICES[name])}")
            continue
        carry_out, done_words = _ANSWERS[name, choice]
        carry_out(found)
        done.append(Phrase(done_words, what=say(len(found))))
    if waiting:
        said = " ".join(options)
        raise DocumentError(
            Phrase("{what}", what=in_a_row(waiting)),
            Phrase("choose what becomes of them: {options}", options=said),
        )
    document.index_places()
    return done


def _of_stories(document: Document) -> Iterator[Xml]:
    """Yield what stands in the text, the notes, the headers and the footers, whose words are told too."""
    for story in (*document.stories(), *(root for _, root in document.margins)):
        yield from story.iter()


def _revisions(document: Document) -> list[Xml]:
    return [each for each in _of_stories(document) if each.tag in _REVISIONS]


def _comments(document: Document) -> list[Xml]:
    marks = (each for each in _of_stories(document) if each.tag == f"{W}commentReference")
    known = (each.get(f"{W}id", "") for each in marks)
    return [document.comments[each] for each in known if each in document.comments]


def _hidden(document: Document) -> list[Xml]:
    found = []
    for each in _of_stories(document):
        if each.tag in _RUNS and shows(each):
            if _is_unseen(document, each):
                found.append(each)
        elif (each.tag.endswith("}docPr") and each.get("hidden") in ("1", "true")) or (
            each.tag.startswith(V) and _HIDING_STYLE.search(each.get("style", "")) is not None
        ):
            found.append(next(each.iterancestors(*DRAWINGS), each))
        elif each.tag == f"{W}trPr" and (is_on(each, "hidden") or _is_flat(each)):
            found.append(each.getparent())
    return list(dict.fromkeys(found))


def _is_flat(row: Xml) -> bool:
    height = row.find(f"{W}trHeight")
    is_exact = height is not None and height.get(f"{W}hRule") == "exact"
    return is_exact and whole(height.get(f"{W}val"), _LINE + 1) <= _LINE and shows(row.getparent())


_PAGE = -5_000, 31_680
"""Where a frame may begin, in twentieths of a point: no page of Word is longer than 22 inches."""
_HIDING_STYLE = re.compile(r"visibility\s*:\s*hidden|display\s*:\s*none", re.IGNORECASE)
_RUNS: Final = frozenset({f"{W}r", f"{M}r"})
_LIKE, _TINY, _LINE = 0x0A, 4, 40
"""So little the parts of two colours differ that nobody tells apart; half points that nobody reads, and twentieths."""


def _is_unseen(document: Document, run: Xml) -> bool:
    """Whether Word hides a run, or writes it so that nobody reads it: in the colour behind it, or as small as a dot."""
    styles = document.styles
    seen = styles.properties(run, next(run.iterancestors(f"{W}p"), None))
    if _has_no_room(document, run):
        return True
    if "vanish" in seen.on or (seen.size <= _TINY and seen.size != styles.defaults.size):
        return True
    if is_on(run.find(f"{W}rPr"), "vanish") is None:
        tables = run.iterancestors(f"{W}tbl")
        if any(is_set(said) for each in tables for said in styles.of_table(each, "vanish")):
            return True
    behind = (seen.highlight or _behind(document, run)) if seen.colour else ""
    return bool(behind) and all(
        abs(one - other) <= _LIKE
        for one, other in zip(bytes.fromhex(seen.colour), bytes.fromhex(behind), strict=True)
    )


def _has_no_room(document: Document, run: Xml) -> bool:
    """Whether lines of a run have no height, its frame lies off the page, or its cell goes on with the one above."""
    paragraph = next(run.iterancestors(f"{W}p"), None)
    if paragraph is None:
        return False
    spacing = document.styles.said(paragraph, "spacing")
    line = dict(spacing.attrib) if spacing is not None else {}
    is_exact = line.get(f"{W}lineRule") == "exact"
    if is_exact and whole(line.get(f"{W}line"), _LINE + 1) <= _LINE:
        return True
    frame = document.styles.said(paragraph, "framePr")
    places = (frame.get(f"{W}x", ""), frame.get(f"{W}y", "")) if frame is not None else ()
    numbers = (int(each) for each in places if re.fullmatch(r"-?\d{1,6}", each))
    if any(not _PAGE[0] < each < _PAGE[1] for each in numbers):
        return True
    cell = next(run.iterancestors(f"{W}tc"), None)
    merge = cell.find(f"{W}tcPr/{W}vMerge") if cell is not None else None
    return merge is not None and merge.get(f"{W}val", "continue") == "continue"


def _behind(document: Document, run: Xml) -> str:
    """Return the colour behind a run: of its paragraph, cell or table, else white; empty for what a box has."""
    for each in run.iterancestors():
        shades = [document.styles.said(each, "shd")] if each.tag == f"{W}p" else []
        if each.tag in (f"{W}tc", f"{W}tbl"):
            shades = each.findall(f"{each.tag}Pr/{W}shd")
        if each.tag == f"{W}tbl" and any(map(is_shaded, document.styles.of_table(each, "shd"))):
            return ""
        for shade in [one for one in shades if one is not None and is_shaded(one)]:
            fill = shade.get(f"{W}fill", "").upper()
            return fill if re.fullmatch(r"[0-9A-F]{6}", fill) else ""
        if each.tag in DRAWINGS:
            is_filled = any(
                one.tag in _FILLS
                or one.get("fillcolor", "white") not in ("white", "#fff", "#ffffff")
                for one in each.iter()
            )
            return "" if is_filled else WHITE
    return WHITE


_FILLS: Final = frozenset(
    {f"{A}solidFill", f"{A}gradFill", f"{A}blipFill", f"{A}pattFill", f"{V}fill"}
)


def _drop(found: Sequence[Xml]) -> None:
    for each in found:
        parent = each.getparent()
        if parent is not None:
            parent.remove(each)


def _keep(found: Sequence[Xml]) -> None:
    """Show what is hidden, by saying at the run that it is not."""
    for each in found:
        if each.tag in _RUNS:
            own = each.find(f"{W}rPr")
            if own is None:
                own = etree.SubElement(each, f"{W}rPr")
                each.insert(0, own)
            for name, said in (("vanish", "0"), ("color", "auto")):
                for old in own.findall(f"{W}{name}"):
                    own.remove(old)
                etree.SubElement(own, f"{W}{name}").set(f"{W}val", said)


def _accept(found: Sequence[Xml]) -> None:
    _resolve(found, _TAKEN_OUT, f"{W}cellDel")
    _drop([each for each in found if each.tag in _CHANGED])


def _reject(found: Sequence[Xml]) -> None:
    for each in found:
        if each.tag in _CHANGED:
            _restore(each)
    _resolve(found, _PUT_IN, f"{W}cellIns")


def _restore(change: Xml) -> None:
    """Put old properties in the place of the new ones."""
    holder = change.getparent()
    if holder is None:
        return
    old = next(iter(change), None)
    kept = [each for each in holder if each.tag in (*_PUT_IN, *_TAKEN_OUT, f"{W}rPr", f"{W}sectPr")]
    before = [*(old if old is not None else ())]
    names = {each.tag for each in before}
    holder[:] = [*before, *(each for each in kept if each.tag not in names)]


def _resolve(found: Sequence[Xml], gone: Sequence[str], cell: str) -> None:
    """Take out what is gone and unwrap what stays; a mark on a paragraph, row or cell speaks for the whole."""
    for each in found:
        parent = each.getparent()
        if parent is None or each.tag in _CHANGED:
            continue
        if parent.tag == f"{W}rPr" and parent.getparent().tag == f"{W}pPr":
            if each.tag in gone:
                _join(parent.getparent().getparent())
        elif parent.tag == f"{W}trPr":
            if each.tag in gone:
                _drop([parent.getparent()])
        elif parent.tag == f"{W}tcPr":
            if each.tag == cell:
                _drop([parent.getparent()])
        elif each.tag in gone:
            parent.remove(each)
        else:
            _unwrap(each)
        if each.getparent() is not None:
            each.getparent().remove(each)


def _unwrap(element: Xml) -> None:
    for each in element.iter(*_TO_TEXT):
        each.tag = _TO_TEXT[each.tag]
    parent = element.getparent()
    at = parent.index(element)
    parent[at : at + 1] = [*element]


def _join(paragraph: Xml) -> None:
    """Move what a paragraph holds to the beginning of the next one, whose mark stays."""
    after = paragraph.getnext()
    if after is not None and after.tag == f"{W}p":
        moved = [each for each in paragraph if each.tag != f"{W}pPr"]
        at = 1 if after.find(f"{W}pPr") is not None else 0
        after[at:at] = moved
        paragraph.getparent().remove(paragraph)


_KINDS: Final[Sequence[tuple[str, Callable[[Document], list[Xml]], Callable[[int], Phrase]]]] = (
    (
        "revisions",
        _revisions,
        lambda count: plural_phrase(
            "{count} tracked change is open", "{count} tracked changes are open", count=count
        ),
    ),
    (
        "hidden",
        _hidden,
        lambda count: plural_phrase(
            "{count} piece cannot be seen in Word (hidden, too small, or in the colour behind it)",
            "{count} pieces cannot be seen in Word (hidden, too small, or in the colour behind them)",
            count=count,
        ),
    ),
    (
        "comments",
        _comments,
        lambda count: plural_phrase(
            "it has {count} comment", "it has {count} comments", count=count
        ),
    ),
)
"""In the order in which they are carried out: what a revision takes out is hidden no more."""
_ANSWERS: Final[Mapping[tuple[str, str], tuple[Callable[[Sequence[Xml]], None], Phrase]]] = {
    ("revisions", "accept"): (_accept, Phrase("{what}: accepted")),
    ("revisions", "reject"): (_reject, Phrase("{what}: rejected")),
    ("hidden", "drop"): (_drop, Phrase("{what}: left out")),
    ("hidden", "keep"): (_keep, Phrase("{what}: shown")),
    # Nothing reads comments, so they may stay.
    ("comments", "drop"): (lambda _: None, Phrase("{what}: left out")),
}
