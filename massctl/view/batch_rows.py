"""Rows about the batches of a list of openids: what is equal for batches that follow each other stands once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from massctl.model.phrase import Phrase
from massctl.model.state import Record
from massctl.view.moments import recorded
from massctl.view.page import DOT, Part, Table

Item = TypeVar("Item")
Row = tuple[int, datetime, tuple[Part, ...]]
"""A batch, when it was, and what is said of it."""


def alike(
    items: Sequence[Item], batch: Callable[[Item], int], said: Callable[[Item], object], record: Record
) -> list[list[Item]]:
    """Put together what stands in a row, is of one batch after the other, and of which the same is `said`.

    Where there is only one batch everything stands alone.
    """

    def key(numbered: tuple[int, Item]) -> tuple[int, object]:
        position, item = numbered
        return (position if record.batches == 1 else batch(item) - position), said(item)

    return [[item for _, item in group] for _, group in groupby(enumerate(items), key=key)]


def batch_words(first: int, last: int, record: Record) -> list[Part]:
    """Name batches, where there is more than one, with a dot behind."""
    if record.batches == 1:
        return []
    if first == last:
        return [Phrase("batch {batch} of {batches}", batch=first, batches=record.batches), DOT]
    return [Phrase("batches {first}–{last} of {batches}", first=first, last=last, batches=record.batches), DOT]


def from_to(first: datetime, last: datetime) -> str:
    """Write the moments of the first and the last, once where they are equal."""
    began, ended = recorded(first), recorded(last)
    return began if began == ended else f"{began} – {ended}"


def batch_rows(table: Table, label: str, rows: Sequence[Row], record: Record) -> None:
    """Add a row for each run of rows that are alike."""
    for run in alike(rows, lambda row: row[0], lambda row: row[2], record):
        (first, began, said), (last, ended, _) = run[0], run[-1]
        table.row(label, *batch_words(first, last, record), from_to(began, ended), DOT, *said, inner=2)
        label = ""
