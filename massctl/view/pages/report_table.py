"""Tables of a report as HTML, with lettered notes below them, and drawings of shares and quartiles."""

from collections.abc import Sequence

from massctl.report.report import Figure, Metric, Quartiles
from massctl.view.pages.markup import Sheet, written
from massctl.view.report_document import Amount, Cell, Spread, Table, Title
from massctl.view.report_words import DASH, LATE, MISSING, SIGN, STANDING, Notes, number, range_text

_WIDE = 100.0
_AMOUNT = ' class="amount"'


class Writer:
    """Writes the tables of one section, and below them why numbers are missing."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._notes = sheet, Notes()

    def figure(self, figure: Figure, metric: Metric | None = None) -> str:
        """Write a number, or a dash with the letter of its reason."""
        mark = self._notes.mark(figure)
        if figure.missing is not None or figure.value is None:
            why = self._sheet.say(MISSING[figure.missing]) if figure.missing is not None else ""
            return f'<span class="missing" title="{why}">{DASH}<sup>{mark}</sup></span>'
        late = f'<sup title="{self._sheet.say(LATE)}">{mark}</sup>' if mark else ""
        return f"{number(figure.value, metric)}{late}"

    def table(
        self, table: Table, heads: Sequence[str] = (), order: tuple[int, str] = (-1, "")
    ) -> str:
        """Write a table; `heads` are its heads as HTML, and `order` the column that it is sorted by, and how."""
        names, words = list(map(self._sheet.say, table.heads)), table.are_words
        head = "".join(
            _head(each, "" if words[place] else _AMOUNT, order[1] if order[0] == place else "")
            for place, each in enumerate(heads or names)
        )
        labels = [
            "" if left else f'{_AMOUNT} data-label="{name}"'
            for name, left in zip(names, words, strict=True)
        ]
        rows = "".join(f"<tr>{self._row(row, labels)}</tr>\n" for row in table.rows)
        caption = (
            f"<caption>{self._sheet.say(table.caption)}</caption>"
            if table.caption is not None
            else ""
        )
        return f'<table class="{table.kind}">{caption}<thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table>'

    def shown(self, table: Table) -> str:
        """Write a table, or why it shows no number at all."""
        reasons = table.reasons
        said = [*([table.caption] if table.caption is not None else []), *reasons]
        return (
            "".join(f"<p>{self._sheet.say(each)}</p>" for each in said)
            if reasons
            else self.table(table)
        )

    def notes(self) -> str:
        """Return why numbers are missing, or what is late; nothing where none is."""
        said = [
            f"<sup>{mark}</sup> {self._sheet.say(words)}" for mark, words in self._notes.meanings()
        ]
        return f'<p class="notes">{"<br>".join(said)}</p>' if said else ""

    def _row(self, row: Sequence[Cell], labels: Sequence[str]) -> str:
        first, *others = map(self._cell, row)
        cells = (f"<td{label}>{cell}</td>" for label, cell in zip(labels[1:], others, strict=True))
        return f'<th scope="row">{first}</th>{"".join(cells)}'

    def _cell(self, cell: Cell) -> str:
        match cell:
            case Amount():
                return self._amount(cell)
            case Title(text, url, about):
                title = written(text)
                if url.startswith(("https://", "http://", "/", "#")):
                    title = f'<a href="{written(url)}" rel="noreferrer">{title}</a>'
                said = " · ".join(map(self._sheet.say, about))
                return f"{title}<br><small>{said}</small>" if said else title
            case Spread(quartiles, top, metric):
                return f'{spread(quartiles, None, top)}<span class="usual">{range_text(quartiles, metric)}</span>'
        return self._sheet.say(cell)

    def _amount(self, amount: Amount) -> str:
        sign = ""
        if amount.standing is not None and amount.standing in SIGN:
            words = self._sheet.say(STANDING[amount.standing])
            kind = f"sign lies-{amount.standing.value}"
            sign = f'<span class="{kind}" role="img" aria-label="{words}">{SIGN[amount.standing]}</span>'
        bar = share_bar(amount.figure.value, amount.bar) if amount.bar else ""
        of = f" <small>{self._sheet.say(amount.of)}</small>" if amount.of is not None else ""
        return f"{bar}{sign}{self.figure(amount.figure, amount.metric)}{of}"


def _head(markup: str, kind: str, sort: str) -> str:
    if not markup:
        return "<td></td>"
    order = f' aria-sort="{sort}"' if sort else ""
    return f'<th scope="col"{kind}{order}>{markup}</th>'


def share_bar(share: float | None, kind: str) -> str:
    """Draw a share from 0 to 1 as a bar; an empty one for a share that is missing."""
    wide = _WIDE * min(max(share or 0, 0), 1)
    return (
        f'<svg class="share {kind}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" width="100" height="10"/><rect width="{wide:.1f}" height="10"/></svg>'
    )


def spread(
    quartiles: Quartiles, value: float | None, top: float, others: Sequence[float] = ()
) -> str:
    """Draw the quartiles as a box with the median in it, on a scale from 0 to `top`.

    `value` is a mark, and each of `others` a tick.
    """

    def bar(kind: str, start: float, y: int, width: float, height: int) -> str:
        at = _WIDE * start / top if top else 0
        return f'<rect class="{kind}" x="{at:.1f}" y="{y}" width="{width:.1f}" height="{height}"/>'

    box = bar(
        "box",
        quartiles.lower,
        3,
        _WIDE * (quartiles.upper - quartiles.lower) / top if top else 0,
        8,
    )
    ticks = "".join(bar("tick", each, 5, 0.5, 4) for each in others)
    mark = bar("mark", value, 0, 1.6, 14) if value is not None else ""
    return (
        '<svg class="spread" viewBox="0 0 102 14" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" y="6.5" width="102" height="1"/>{box}{ticks}{bar("middle", quartiles.median, 3, 0.8, 8)}'
        f"{mark}</svg>"
    )
