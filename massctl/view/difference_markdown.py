"""What changed for readers, as Markdown: removed words struck out, new ones bold, and all of it harmless."""

from collections.abc import Sequence
from typing import Final

from massctl.plan.changes import Difference, Mark, Piece
from massctl.view.difference_rows import base_words, difference_rows
from massctl.view.language import Language, say
from massctl.view.markdown_text import prose

_BLANK: Final = "␣"
"""Stands for blanks alone, which Markdown would not mark."""


def difference_markdown(difference: Difference, label: str, language: Language, shown: int) -> list[str]:
    """Give the lines of a section of its own: what it is compared with, and a list of what changed."""
    lines = ["", f"**{prose(say(label, language))}** {prose(say(base_words(difference.base), language))}", ""]
    for row in difference_rows(difference, shown):
        marked = f" {_marked(row.pieces)}" if row.pieces else ""
        lines.append(f"{'  ' * row.is_inner}- {prose(say(row.words, language))}{marked}")
    return lines


def _marked(pieces: Sequence[Piece]) -> str:
    """Mark pieces; blanks around the marks, for beside Chinese they are none without."""
    written = ""
    was_removed = False
    for piece in pieces:
        text = prose(piece.text, foreign=True) or _BLANK
        match piece.mark:
            case Mark.REMOVED:
                text = f"~~{text}~~"
            case Mark.ADDED:
                text = f"→ **{text}**" if was_removed else f"**{text}**"
            case Mark.KEPT:
                text = prose(piece.text, foreign=True)
        was_removed = piece.mark is Mark.REMOVED
        written += f" {text}" if written else text
    return written
