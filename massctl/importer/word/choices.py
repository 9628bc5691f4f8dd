"""What a person decides of a Word file before it is read: revisions, hidden text, comments."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from lxml import etree

from massctl.importer.documents import DocumentError
from massctl.importer.word.document import Document, text_of
from massctl.importer.word.package import M, W, Xml
from massctl.importer.word.visibility import RUNS, hidden_parts
from massctl.importer.word_choices import WORD_CHOICES
from massctl.model.phrase import Phrase, in_a_row, plural_phrase

_TOLD_MAX, _LEFT_OUT_MAX = 3, 50
"""So many places of each kind are told before a choice, and after it."""
_WORDS_MAX = 60
_PUT_IN: Final = (f"{W}ins", f"{W}moveTo")
_TAKEN_OUT: Final = (f"{W}del", f"{W}moveFrom")
_CHANGED: Final = tuple(
    f"{W}{name}Change"
    for name in ("rPr", "pPr", "tblPr", "tblPrEx", "trPr", "tcPr", "sectPr", "tblGrid", "numbering")
)
_CELLS: Final = (f"{W}cellIns", f"{W}cellDel", f"{W}cellMerge")
_REVISIONS: Final = frozenset((*_PUT_IN, *_TAKEN_OUT, *_CHANGED, *_CELLS))
_MARKERS: Final = frozenset(
    f"{W}{name}"
    for name in ("bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "proofErr")
)
"""What may stand between two paragraphs and shows nothing."""
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
        carry_out, done_words, gone = _ANSWERS[name, choice]
        left_out = [each for each in found if gone is None or each.tag in gone]
        done.append(Phrase(done_words, what=say(len(found))))
        done += _left_out(document, left_out)
        carry_out(found)
    if waiting:
        said = " ".join(options)
        raise DocumentError(
            Phrase("{what}", what=in_a_row(waiting)),
            Phrase("choose what becomes of them: {options}", options=said),
        )
    document.index_places()
    return done


def _left_out(document: Document, found: Sequence[Xml]) -> list[Phrase]:
    """Name what goes, with its words and place."""
    worded = [each for each in found if text_of(each)]
    told = [
        Phrase("left out: {place}", place=document.place_words(each, _WORDS_MAX))
        for each in worded[:_LEFT_OUT_MAX]
    ]
    rest = len(worded) - _LEFT_OUT_MAX
    return [*told, Phrase("left out: {count:,} more", count=rest)] if rest > 0 else told


def _revisions(document: Document) -> list[Xml]:
    return [each for each in document.everything() if each.tag in _REVISIONS]


def _comments(document: Document) -> list[Xml]:
    marks = (each for each in document.everything() if each.tag == f"{W}commentReference")
    known = (each.get(f"{W}id", "") for each in marks)
    return [document.comments[each] for each in known if each in document.comments]


def _drop(found: Sequence[Xml]) -> None:
    for each in found:
        parent = each.getparent()
        if parent is not None:
            parent.remove(each)


def _keep(found: Sequence[Xml]) -> None:
    """Show what is hidden, by saying at the run that it is not."""
    for each in found:
        if each.tag == f"{M}phant":
            each.find(f"{M}phantPr/{M}show").set(f"{M}val", "1")
        if each.tag in RUNS:
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
    """Take out what is gone and unwrap what stays; some marks speak for the whole in whose properties they stand."""
    for each in found:
        if each.getparent() is None or each.tag in _CHANGED:
            continue
        whole, is_gone = _marked(each), each.tag in (*gone, cell)
        if whole is None and not is_gone:
            _unwrap(each)
        elif whole is not None and is_gone:
            _join(whole) if whole.tag == f"{W}p" else _drop([whole])
        _drop([each])


def _marked(mark: Xml) -> Xml | None:
    """Return the paragraph, its number, the row, cell or part of a formula that a mark speaks for; else None."""
    whole = mark.getparent()
    if whole.tag == f"{W}numPr":
        return whole
    while whole.tag.endswith("Pr"):
        whole = whole.getparent()
    is_property = whole is not mark.getparent() or whole.tag == f"{M}r"
    holds_words = any(each.tag != f"{W}rPr" for each in mark)
    is_whole = whole.tag in _WHOLES or whole.tag.startswith(M)
    return whole if is_property and is_whole and not holds_words else None


_WHOLES: Final = frozenset(f"{W}{name}" for name in ("p", "r", "tr", "tc"))


def _unwrap(element: Xml) -> None:
    for each in element.iter(*_TO_TEXT):
        each.tag = _TO_TEXT[each.tag]
    parent = element.getparent()
    at = parent.index(element)
    parent[at : at + 1] = [*element]


def _join(paragraph: Xml) -> None:
    """Move what a paragraph holds to the beginning of the next one, whose mark stays."""
    after = paragraph.getnext()
    while after is not None and after.tag in _MARKERS:
        after = after.getnext()
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
        hidden_parts,
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
_Answer = tuple[Callable[[Sequence[Xml]], None], Phrase, Sequence[str] | None]
"""What carries an answer out, its words, and the elements whose words go; None for all."""
_ANSWERS: Final[Mapping[tuple[str, str], _Answer]] = {
    ("revisions", "accept"): (_accept, Phrase("{what}: accepted"), (f"{W}del",)),
    ("revisions", "reject"): (_reject, Phrase("{what}: rejected"), (f"{W}ins",)),
    ("hidden", "drop"): (_drop, Phrase("{what}: left out"), None),
    ("hidden", "keep"): (_keep, Phrase("{what}: shown"), ()),
    # Nothing reads comments, so they may stay.
    ("comments", "drop"): (lambda _: None, Phrase("{what}: left out"), None),
}
