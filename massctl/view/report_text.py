"""A report on a terminal: sentences that fit its width, and numbers below each other in columns."""

from collections.abc import Iterator, Mapping, Sequence

from massctl.report.report import Aspect, Report
from massctl.report.usual import Standing
from massctl.view.cells import cells, shorten
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
from massctl.view.style import Ink
from massctl.view.terminal import DOT, Inked, Page, Part

_INKS: Mapping[Standing | None, Ink] = {Standing.ABOVE: Ink.DONE, Standing.BELOW: Ink.WARNING}
_INKS_OF_LEAVING: Mapping[Standing | None, Ink] = {
    Standing.ABOVE: Ink.WARNING,
    Standing.BELOW: Ink.DONE,
}
_MARKS = {"is-above": Ink.DONE, "is-within": Ink.PLAIN, "is-below": Ink.WARNING}
_INDENT = 2
_GAP = 2
"""Cells between columns."""
_COLUMNS_MIN = 6
"""A table keeps so many columns at least."""
_TITLE_MIN = 16
"""Cells: a title is cut to no less."""


def report_text(page: Page, report: Report) -> str:
    """Write a report."""
    for section in report_sections(report, has_details=False):
        _write(page, section)
    return page.text()


def _write(page: Page, section: Section) -> None:
    page.blank()
    page.line(*_parts(section.title, Ink.NAME, Notes()))
    for each in section.said:
        page.line(each, indent=_INDENT)
    if section.facts:
        facts = [
            part for each in section.facts for part in (DOT, *_parts(each, Ink.PLAIN, Notes()))
        ]
        page.line(*facts[1:], indent=_INDENT)
    if section.table is not None:
        write_table(page, section.table)
    for each in section.notes:
        page.line(Inked(each, Ink.DETAIL), indent=_INDENT)


def write_table(page: Page, table: Table) -> None:
    """Write rows in columns, without the last of many that do not fit; in a narrow window each row as facts."""
    notes = Notes()
    head: Sequence[Sequence[Part]] = [_parts(each, Ink.DETAIL, notes) for each in table.heads]
    body: list[Sequence[Sequence[Part]]] = [
        [_parts(each, Ink.PLAIN, notes) for each in row] for row in table.rows
    ]
    widths = [
        max(_width(page, each) for each in column) for column in zip(head, *body, strict=True)
    ]
    least = min(len(widths), _COLUMNS_MIN)
    tried = (_fitting(page, table, widths[:count]) for count in range(len(widths), least - 1, -1))
    fitting = next(filter(None, tried), None)
    for row in [head, *body] if fitting else body:
        if fitting:
            page.line(*_columns(page, row, fitting, table.are_words), indent=_INDENT)
        else:
            page.line(*_facts(table.heads, row), indent=_INDENT, hang=2 * _INDENT)
    for mark, why in notes.meanings():
        page.line(Inked(f"({mark}) ", Ink.DETAIL), Inked(why, Ink.DETAIL), indent=_INDENT)


def _fitting(page: Page, table: Table, widths: Sequence[int]) -> list[int] | None:
    """Return the widths of columns that fit the page, with titles cut where that is enough; None where it is not."""
    over = _INDENT + sum(widths) + _GAP * (len(widths) - 1) - page.width
    found = list(widths)
    for place, each in enumerate(table.rows[0] if table.rows else ()):
        if isinstance(each, Title) and over > 0:
            found[place] = max(min(_TITLE_MIN, widths[place]), widths[place] - over)
            over -= widths[place] - found[place]
    return found if over <= 0 else None


def _facts(heads: Sequence[str], row: Sequence[Sequence[Part]]) -> Iterator[Part]:
    """Return what a row says, each number behind its head."""
    yield from row[0]
    for head, parts in zip(heads[1:], row[1:], strict=True):
        if parts:
            yield from (DOT, Inked(head, Ink.DETAIL), " ", *parts)


def _columns(
    page: Page, row: Sequence[Sequence[Part]], widths: Sequence[int], are_words: Sequence[bool]
) -> Iterator[Part]:
    """Fill the cells of a row up to the widths of their columns: words behind, numbers before."""
    for place, (parts, wide, is_words) in enumerate(zip(row, widths, are_words, strict=False)):
        yield " " * _GAP if place else ""
        used = _width(page, parts)
        if used > wide:
            yield shorten("".join(page.say(_text(each)) for each in parts), wide)
            continue
        gap = " " * (wide - used)
        yield from (*parts, gap) if is_words else (gap, *parts)


def _width(page: Page, parts: Sequence[Part]) -> int:
    return sum(cells(page.say(_text(each))) for each in parts)


def _text(part: Part) -> str:
    return part.text if isinstance(part, Inked) else part


def _parts(of: Cell, ink: Ink, notes: Notes) -> list[Part]:
    """Return the pieces of a cell."""
    match of:
        case Amount():
            share: list[Part] = [" ", Inked(of.of, Ink.DETAIL)] if of.of is not None else []
            inks = _INKS_OF_LEAVING if of.metric is Aspect.LEFT else _INKS
            return [Inked(number_text(of, notes), inks.get(of.standing, ink)), *share]
        case Title(text, _, about):
            return [
                Inked(text, ink),
                *(part for each in about for part in (DOT, Inked(each, Ink.DETAIL))),
            ]
        case Change():
            return [Inked(number_text(of, notes), ink)]
        case Mark():
            return [Inked(of.word, _MARKS.get(of.kind, Ink.DETAIL))]
    return [Inked(of, ink)] if of else []
