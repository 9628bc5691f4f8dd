"""Tables of a report: numbers, lettered notes on those that are missing, and where a number lies among others."""

from collections.abc import Sequence
from typing import Final

from massctl.model.frozen import Frozen
from massctl.report.report import Figure, Metric, Quartiles
from massctl.view import report_words
from massctl.view.pages.markup import Sheet, written
from massctl.view.report_words import DASH, LATE, MISSING, number

_WIDE: Final = 100.0
_NUMBER: Final = ' class="amount"'


class Notes:
    """Writes the numbers of one table, and below it why some are missing."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._notes = sheet, report_words.Notes()

    def figure(self, figure: Figure | None, metric: Metric | None = None) -> str:
        """Write a number, or a dash with the letter of its reason; nothing for one that is not asked for."""
        if figure is None:
            return ""
        mark = self._notes.mark(figure)
        if figure.missing is not None:
            why = self._sheet.say(MISSING[figure.missing])
            return f'<span class="missing" title="{why}">{DASH}<sup>{mark}</sup></span>'
        late = f'<sup title="{self._sheet.say(LATE)}">{mark}</sup>' if mark else ""
        return f"{number(figure.value or 0, metric)}{late}"

    def written(self) -> str:
        """Return the notes, for below the table; empty if nothing is missing or late."""
        said = [f"<sup>{mark}</sup> {self._sheet.say(words)}" for mark, words in self._notes.meanings()]
        return f'<p class="notes">{"<br>".join(said)}</p>' if said else ""


class Cell(Frozen):
    """A cell: its HTML, and whether it is a number, which stands on the right."""

    markup: str
    is_number: bool = True
    label: str = ""
    """What its column is called, where a phone shows it in front of it."""


def table(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    kind: str,
    ordered: tuple[int, str] = (-1, ""),
) -> str:
    """Return a table whose first column names the rows; `caption` and `heads` are HTML, and heads may be missing.

    `ordered` is the column that the rows are sorted by, and how, as `aria-sort` says it.
    """
    numbers = [each.is_number for each in rows[0]] if rows else [True] * len(heads)
    head = "".join(
        _head(each, place > 0 and numbers[place], ordered[1] if ordered[0] == place else "")
        for place, each in enumerate(heads)
    )
    heading = f"<thead><tr>{head}</tr></thead>" if heads else ""
    body = "".join(f"<tr>{_row(row)}</tr>\n" for row in rows)
    return f'<table class="{kind}"><caption>{caption}</caption>{heading}<tbody>\n{body}</tbody></table>'


def _head(markup: str, is_number: bool, order: str) -> str:
    if not markup:
        return "<td></td>"
    sort = f' aria-sort="{order}"' if order else ""
    return f'<th scope="col"{_NUMBER if is_number else ""}{sort}>{markup}</th>'


def _row(cells: Sequence[Cell]) -> str:
    first, *others = cells
    return f'<th scope="row">{first.markup}</th>' + "".join(map(_cell, others))


def _cell(cell: Cell) -> str:
    kind = _NUMBER if cell.is_number else ""
    label = f' data-label="{written(cell.label)}"' if cell.label else ""
    return f"<td{kind}{label}>{cell.markup}</td>"


def share_bar(share: float | None, kind: str = "") -> str:
    """Draw a share from 0 to 1 as a bar; an empty one for a share that is missing."""
    wide = _WIDE * min(max(share or 0, 0), 1)
    return (
        f'<svg class="share {kind}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" width="100" height="10"/><rect width="{wide:.1f}" height="10"/></svg>'
    )


def spread(quartiles: Quartiles, value: float | None, top: float, others: Sequence[float] = ()) -> str:
    """Draw the quartiles as a box with the median in it, on a scale from 0 to `top`.

    `value` is a mark, and each of `others` a tick.
    """

    def at(each: float) -> str:
        return f"{_WIDE * each / top:.1f}" if top else "0"

    width = at(quartiles.upper - quartiles.lower)
    box = f'<rect class="box" x="{at(quartiles.lower)}" y="3" width="{width}" height="8"/>'
    ticks = "".join(f'<rect class="tick" x="{at(each)}" y="5" width="0.5" height="4"/>' for each in others)
    middle = f'<rect class="middle" x="{at(quartiles.median)}" y="3" width="0.8" height="8"/>'
    mark = f'<rect class="mark" x="{at(value)}" y="0" width="1.6" height="14"/>' if value is not None else ""
    return (
        '<svg class="spread" viewBox="0 0 102 14" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" y="6.5" width="102" height="1"/>{box}{ticks}{middle}{mark}</svg>'
    )
