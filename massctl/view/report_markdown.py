"""A report as Markdown, for a comment, an issue or a chat: sections of sentences and tables.

A number that is missing is a dash with a letter, and the reason stands below its table.
"""

from collections.abc import Iterator, Sequence

from massctl.model.phrase import Phrase
from massctl.report.report import Report
from massctl.view.cells import cells
from massctl.view.i18n import Language
from massctl.view.markdown_text import Words, cell, prose
from massctl.view.report_document import (
    Amount,
    Cell,
    Change,
    Mark,
    Section,
    Table,
    Title,
    number_text,
    report_sections,
)
from massctl.view.report_words import Notes


def report_markdown(report: Report, language: Language) -> str:
    """Write a report."""
    words = Words(language)
    sections = report_sections(report, has_details=True)
    return "\n\n".join(part for each in sections for part in _section(each, words))


def _section(section: Section, words: Words) -> Iterator[str]:
    """Return the paragraphs of a section."""
    level = "##" if isinstance(section.title, Title) else "###"
    yield f"{level} {_cell(section.title, words, Notes())}"
    yield from map(words.said, section.said)
    if section.facts:
        yield " · ".join(_cell(each, words, Notes()) for each in section.facts)
    if section.table is not None:
        yield from _table(section.table, words)
    yield from map(words.said, section.notes)


def _table(table: Table, words: Words) -> Iterator[str]:
    """Write rows whose columns are as wide as their widest cell: a mail shows Markdown as it is."""
    notes = Notes()
    head = [_cell(each, words, notes) for each in table.heads]
    body = [[_cell(each, words, notes) for each in row] for row in table.rows]
    widths = [max(3, *map(cells, column)) for column in zip(head, *body, strict=True)]
    rules = [
        "-" * wide if is_words else "-" * (wide - 1) + ":"
        for wide, is_words in zip(widths, table.are_words, strict=True)
    ]
    yield "\n".join(_line(row, widths, table.are_words) for row in (head, rules, *body))
    if meanings := notes.meanings():
        yield " · ".join(f"({mark}) {words.said(why)}" for mark, why in meanings)


def _line(row: Sequence[str], widths: Sequence[int], are_words: Sequence[bool]) -> str:
    padded = []
    for written, wide, is_words in zip(row, widths, are_words, strict=True):
        gap = " " * (wide - cells(written))
        padded.append(written + gap if is_words else gap + written)
    return f"| {' | '.join(padded)} |"


def _cell(of: Cell, words: Words, notes: Notes) -> str:
    match of:
        case Amount():
            share = [words.said(of.of)] if of.of is not None else []
            return cell(" ".join([number_text(of, notes), *share]))
        case Title(text, _, about):
            named = [prose(text, foreign=True), *map(words.said, about)]
            return cell(" · ".join(named))
        case Change():
            return number_text(of, notes)
        case Mark():
            return cell(words.said(of.word))
        case Phrase():
            return cell(words.said(of))
    return of
