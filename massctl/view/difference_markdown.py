"""What changed for readers, as Markdown: removed words struck out, new ones bold, and all of it harmless."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from massctl.plan.lock_diff import ReviewedChanges, ReviewedPiece, ReviewedRow
from massctl.view.markdown_text import prose
from massctl.view.markdown_words import Words

_BLANK: Final = "␣"
"""Stands for blanks alone, which Markdown would not mark."""
_ROWS_MAX: Final = 400
_PIECES_MAX: Final = 60
"""Of one row, and of one campaign: more than any plan of ours has."""


def changed_rows(changes: ReviewedChanges, label: str, words: Words) -> list[str]:
    """Give a section of its own: what it is compared with, and a list of what changed."""
    rows = [_row(row, words) for row in islice(changes.rows, _ROWS_MAX)]
    if not rows:
        return []
    against = prose(changes.against)
    return [f"\n**{words.said(label)}** {against}\n\n{rows[0]}", *rows[1:]]


def _row(row: ReviewedRow, words: Words) -> str:
    marked = f" {_marked(row.pieces[:_PIECES_MAX])}" if row.pieces else ""
    return f"{'  ' * row.inner}- {prose(row.words)}{marked}"


def _marked(pieces: Sequence[ReviewedPiece]) -> str:
    """Mark pieces; blanks around the marks, for beside Chinese they are none without."""
    written = ""
    was_removed = False
    for piece in pieces:
        text = prose(piece.text, foreign=True) or _BLANK
        match piece.mark:
            case "removed":
                text = f"~~{text}~~"
            case "added":
                text = f"→ **{text}**" if was_removed else f"**{text}**"
            case "kept":
                text = prose(piece.text, foreign=True)
        was_removed = piece.mark == "removed"
        written += f" {text}" if written else text
    return written
