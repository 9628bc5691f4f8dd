"""What a child is asked about a Word file: its article, and what a rendered article lacks of it."""

from collections.abc import Mapping

from massctl.importer.article import FORMULA, Found, shortened
from massctl.importer.documents import DocumentError
from massctl.importer.word.baseline import compare, list_shown, loss_words, refuse_unknown
from massctl.importer.word.choices import apply_choices
from massctl.importer.word.document import Document, read
from massctl.importer.word.reader import Reader
from massctl.importer.word.signs import write_signs
from massctl.model.phrase import Phrase, in_a_row

_ONLY_MAX = 3


def article(data: bytes, name: str, chosen: Mapping[str, str]) -> tuple[Found, dict[str, bytes]]:
    """Read the article of a file, and its pictures by their placeholder addresses. Raises DocumentError."""
    document, done = _read_with_choices(data, chosen)
    reader = Reader(document)
    found = reader.read(name)
    has_formula = any(each.name == FORMULA for each in found.tree.below())
    listed = list_shown(document)
    lost = loss_words(listed.lost)
    if not (found.tree.text().strip() or reader.pictures or has_formula):
        why = Phrase("there is no text and no picture in this file")
        if found.title != name:
            why = Phrase("this file has only a title: “{title}”", title=shortened(found.title))
        if not lost:
            raise DocumentError(why)
        only = in_a_row(lost[:_ONLY_MAX])
        raise DocumentError(why, Phrase("it has only what no article has: {what}", what=only))
    found.lost += [*done, *lost]
    found.pictures_lost = listed.pictures_lost
    if document.author:
        found.lost.append(
            Phrase(
                "the author “{author}” in the file's properties is left out, since no page shows it",
                author=shortened(document.author),
            )
        )
    return found, reader.pictures


def lacking(
    data: bytes, chosen: Mapping[str, str], title: str, body: str
) -> tuple[list[Phrase], list[Phrase]]:
    """Return what a rendered article lacks of a file: what is missing, and what only looks another way."""
    document, _ = _read_with_choices(data, chosen)
    missing, changed = compare(list_shown(document), title, body)
    return loss_words(missing), loss_words(changed)


def _read_with_choices(data: bytes, chosen: Mapping[str, str]) -> tuple[Document, list[Phrase]]:
    document = read(data)
    done = apply_choices(document, chosen)
    refuse_unknown(document)
    write_signs(document.everything(), document.styles)
    document.styles.find_body_look(document.body)
    return document, done
