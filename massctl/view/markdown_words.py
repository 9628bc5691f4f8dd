"""How words become Markdown in a language: sentences of ours with the words of others in them, facts, rows, labels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from massctl.model.phrase import Phrase
from massctl.view.language import Language, say
from massctl.view.markdown_text import TEXT_CELLS_MAX, html, prose

Item = TypeVar("Item")

ROWS_SHOWN: Final = 20
"""More of one kind of row is shown as a number."""


@dataclass(frozen=True, slots=True)
class Words:
    """Says things in a language, as Markdown that does nothing."""

    language: Language

    def said(self, text: str, cells: int = TEXT_CELLS_MAX) -> str:
        """Say a sentence, which may hold words from files, in so many cells at most."""
        return prose(say(text, self.language), cells=cells)

    def shown(self, text: str) -> str:
        """Say it for the inside of an element, where no Markdown is read."""
        return html(say(text, self.language))

    def facts(self, *parts: str) -> str:
        """Say facts on one line."""
        return " · ".join(self.said(part) for part in parts)

    def row(self, label: str, value: str) -> str:
        """Write a labelled fact; `value` is Markdown already."""
        return f"- **{self.said(label)}** {value}"

    def labelled(self, label: str, rows: Sequence[str]) -> list[str]:
        """Put a label above the first of some rows, so that it never stands without one."""
        return [f"\n**{self.said(label)}**\n\n{rows[0]}", *rows[1:]] if rows else []

    def folded(self, label: str, *, is_open: bool = False) -> tuple[list[str], list[str]]:
        """Give what opens and closes a part that is folded away; `label` is HTML already."""
        return [f"<details{' open' if is_open else ''}><summary>{label}</summary>", ""], ["", "</details>", ""]

    def listed(self, phrases: Sequence[Phrase]) -> str:
        """Say phrases one after the other, as a language lists them."""
        return say(Phrase(", "), self.language).join(say(each, self.language) for each in phrases)

    def more(self, count: int) -> str:
        """Say how many rows are not there."""
        return "- " + self.said(Phrase("and {count} more", count=count))

    def first(self, items: Sequence[Item], row: Callable[[Item], str]) -> list[str]:
        """Give a row for each item, or for so many that the number of the others is the last row."""
        if len(items) <= ROWS_SHOWN:
            return [*map(row, items)]
        return [*map(row, items[: ROWS_SHOWN - 1]), self.more(len(items) - ROWS_SHOWN + 1)]
