"""A send's report for a chat: the sentence, and a few lines with the numbers that a team asks for first."""

from collections.abc import Iterator, Sequence

from massctl.model.phrase import Phrase, in_a_row
from massctl.report.report import AccountReport, Metric, SendReport
from massctl.report.summary import STANDING
from massctl.view.report_document import Amount, Cell, Table, funnel, recommended
from massctl.view.report_words import (
    DASH,
    LATE,
    METRIC,
    MISSING,
    figure_text,
    median_number,
    quartiles_words,
    range_text,
    sends_counted,
)
from massctl.view.words import recorded


def short_report(send: SendReport, account: AccountReport) -> list[Phrase]:
    """Return what a send reached: one sentence, then three to six lines. A number that is missing says why."""
    first, tables = send.first, funnel(send).tables
    lines = [send.sentence, *map(_table, tables if first is not None else tables[:1])]
    if first is not None:
        lines += recommended(first)
    if first is not None and not first.is_doubtful:
        lines += _compared(send)
    said = _as_of(account)
    is_late = first is not None and first.latest is not None and first.latest.is_delay
    return [
        *lines,
        _unfollows(send),
        Phrase("{said}; * {late}", said=said, late=LATE) if is_late else said,
    ]


def _table(table: Table) -> Phrase:
    """Write the numbers of a table on one line."""
    said = table.reasons or list(map(_row, table.rows))
    return Phrase("{what}: {numbers}", what=table.caption, numbers=in_a_row(said))


def _row(row: Sequence[Cell]) -> Phrase:
    amounts = [cell for cell in row if isinstance(cell, Amount)]
    known = [_amount(each) for each in amounts if each.figure.value is not None] or [
        _amount(amounts[0])
    ]
    number = (
        known[0]
        if len(known) == 1
        else Phrase("{people}, {share}", people=known[0], share=known[1])
    )
    return Phrase("{what} {number}", what=row[0], number=number)


def _amount(amount: Amount) -> str:
    figure = amount.figure
    if figure.missing is not None:
        return Phrase("{dash} ({why})", dash=DASH, why=MISSING[figure.missing])
    number = figure_text(figure, amount.metric)
    return (
        Phrase("{share} {whole}", share=number, whole=amount.of)
        if amount.of is not None
        else number
    )


def _compared(send: SendReport) -> Iterator[Phrase]:
    """Return where the read rate lies, by the newest of the report's days on which that can be said."""
    rates = [
        each
        for each in send.comparisons
        if each.metric is Metric.READ_DELIVERY_RATE and each.standing
    ]
    for found in rates[-1:]:
        if found.standing is not None and found.quartiles is not None:
            yield Phrase(
                "{what}, day {day}: {value}, {standing} ({range}, median {median}, of {sends})",
                what=METRIC[found.metric],
                day=found.day,
                value=figure_text(found.figure, found.metric),
                standing=STANDING[found.standing],
                range=range_text(found.quartiles, found.metric),
                median=median_number(found.quartiles, found.metric),
                sends=sends_counted(found.count),
            )


def _unfollows(send: SendReport) -> Phrase:
    first = send.followers[0]
    return Phrase(
        "Unfollows on the day of the send, whole account: {cancelled}; same weekday before: {usual}",
        cancelled=_amount(Amount(first.cancelled)),
        usual=quartiles_words(first.usual, len(first.compared)),
    )


def _as_of(account: AccountReport) -> Phrase:
    fresh = account.freshness
    if fresh.asked_at is None:
        return Phrase("The archive has no numbers of this account yet.")
    moment = recorded(fresh.asked_at)
    if fresh.complete_until is not None:
        return Phrase(
            "As of {moment}; complete up to {day}",
            moment=moment,
            day=fresh.complete_until.isoformat(),
        )
    return Phrase("As of {moment}", moment=moment)
