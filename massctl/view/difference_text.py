"""What changed for readers, in a campaign's part of a plan on the terminal."""

from collections.abc import Sequence
from typing import Final

from massctl.plan.review_diff import Difference, Mark, Piece
from massctl.view.difference_rows import base_words, difference_rows
from massctl.view.page import Inked, Part, Table
from massctl.view.style import Ink

_INNER_CELLS: Final = 2


def difference_table(table: Table, difference: Difference, label: str) -> None:
    """Add what a campaign is compared with, and below it what changed."""
    table.row(label, Inked(base_words(difference.base), Ink.DETAIL))
    for row in difference_rows(difference):
        words = Inked(row.words, Ink.NAME) if row.is_article else row.words
        parts: list[Part] = [words, *piece_parts(row.pieces)]
        table.below(*parts, inner=_INNER_CELLS * row.is_inner)


def piece_parts(pieces: Sequence[Piece]) -> list[Part]:
    """Write a changed text: `[old → new]`, `[+ new]`, `[− old]`, and what was kept around them."""
    if len(pieces) == 1:
        return [_inked(pieces[0])]
    parts: list[Part] = []
    for before, piece, after in zip([None, *pieces], pieces, [*pieces[1:], None], strict=False):
        replaces = piece.mark is Mark.ADDED and before is not None and before.mark is Mark.REMOVED
        replaced = piece.mark is Mark.REMOVED and after is not None and after.mark is Mark.ADDED
        if piece.mark is Mark.KEPT:
            parts.append(piece.text)
        elif replaces:
            parts += [" → ", _inked(piece), "]"]
        elif replaced:
            parts += ["[", _inked(piece)]
        else:
            parts += ["[+ " if piece.mark is Mark.ADDED else "[− ", _inked(piece), "]"]
    return parts


def _inked(piece: Piece) -> Inked:
    return Inked(piece.text, Ink.ERROR if piece.mark is Mark.REMOVED else Ink.DONE)
