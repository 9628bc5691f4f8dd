"""Tables of a report: numbers, lettered notes on those that are missing, and where a number lies among others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from massctl.model.phrase import Phrase
from massctl.report.report import Figure, Metric, Missing, Quartiles
from massctl.view.pages.markup import Sheet, written
from massctl.view.report_words import DASH, MISSING, number

LATE: Final = Phrase("WeChat said that newer numbers for this day are still to come")
_WIDE: Final = 100.0
_NUMBER: Final = ' class="amount"'


@dataclass(slots=True)
class Notes:
    """Why numbers of one table are missing: a letter for each reason, in the order in which they are shown."""

    sheet: Sheet
    reasons: list[Missing] = field(default_factory=list)
    has_late: bool = False

    def figure(self, figure: Figure | None, metric: Metric | None = None) -> str:
        """Write a number, or a dash with the letter of its reason; nothing for one that is not asked for."""
        if figure is None:
            return ""
        if figure.missing is not None:
            if figure.missing not in self.reasons:
                self.reasons.append(figure.missing)
            letter = chr(ord("a") + self.reasons.index(figure.missing))
            why = self.sheet.say(MISSING[figure.missing])
            return f'<span class="missing" title="{why}">{DASH}<sup>{letter}</sup></span>'
        self.has_late = self.has_late or figure.is_delay
        late = f'<sup title="{self.sheet.say(LATE)}">*</sup>' if figure.is_delay else ""
        return f"{number(figure.value or 0, metric)}{late}"

    def written(self) -> str:
        """Return the notes, for below the table; empty if nothing is missing or late."""
        said = [(chr(ord("a") + place), MISSING[reason]) for place, reason in enumerate(self.reasons)]
        said += [("*", LATE)] if self.has_late else []
        return f'<p class="notes">{_joined(said, self.sheet)}</p>' if said else ""


def _joined(said: Iterable[tuple[str, Phrase]], sheet: Sheet) -> str:
    return "<br>".join(f"<sup>{sign}</sup> {sheet.say(words)}" for sign, words in said)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its HTML, and whether it is a number, which stands on the right."""

    markup: str
    is_number: bool = True
    label: str = ""
    """What its column is called, where a phone shows it in front of it."""


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, kind: str) -> str:
    """Return a table whose first column names the rows; `caption` and `heads` are HTML, and heads may be missing."""
    numbers = [each.is_number for each in rows[0]] if rows else [True] * len(heads)
    head = "".join(_head(each, place > 0 and numbers[place]) for place, each in enumerate(heads))
    heading = f"<thead><tr>{head}</tr></thead>" if heads else ""
    body = "".join(f"<tr>{_row(row)}</tr>\n" for row in rows)
    return f'<table class="{kind}"><caption>{caption}</caption>{heading}<tbody>\n{body}</tbody></table>'


def _head(markup: str, is_number: bool) -> str:
    return f'<th scope="col"{_NUMBER if is_number else ""}>{markup}</th>'


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
