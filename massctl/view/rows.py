"""Labelled rows: each fact of a send, and each thing that is wrong with it, is worded once, whatever writes it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from massctl.model.diagnostics import Failure
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.plan.steps import Guard, Refusal
from massctl.view.style import Ink
from massctl.view.terminal import DOT, Inked, Part, Table

if TYPE_CHECKING:
    from massctl.plan.lock_diff import Piece, ReviewedPart


LABELS = {
    "status": Phrase("status"),
    "account": Phrase("account"),
    "inherited": Phrase("inherited"),
    "audience": Phrase("audience"),
    "people": Phrase("people"),
    "window": Phrase("window"),
    "approvals": Phrase("approvals"),
    "edition": Phrase("edition"),
    "reprint": Phrase("reprint"),
    "comments": Phrase("comments"),
    "allowance": Phrase("allowance"),
    "articles": Phrase("articles"),
    "text": Phrase("text"),
    "destinations": Phrase("leads to"),
    "message": Phrase("message"),
    "changes": Phrase("changes"),
    "steps": Phrase("steps"),
    "refused": Phrase("refused"),
    "next": Phrase("next"),
    "by_hand": Phrase("by hand"),
    "error": Phrase("error"),
    "warning": Phrase("warning"),
    "warnings": Phrase("warning"),
    "info": Phrase("note"),
    "done": Phrase("done"),
    "declined": Phrase("declined"),
    "previews": Phrase("previewed"),
    "job": Phrase("job"),
    "settled": Phrase("settled"),
    "in_doubt": Phrase("in doubt"),
    "drift": Phrase("drift"),
    "way": Phrase("what now"),
}
"""Of rows, by their names in a document."""


class Row(Frozen):
    """One line: what it is called, its facts, and what to do about it."""

    name: str
    """Of LABELS, or words of its own."""
    facts: tuple[Part, ...]
    lead: Inked | None = None
    """Before the facts: a mark, a code or a guard, with what parts it from them."""
    below: tuple[str, ...] = ()
    """Sentences, and commands to type."""
    details: "tuple[Row, ...]" = ()
    """Rows without names, further in."""

    @property
    def label(self) -> str:
        """Return what stands before it."""
        return LABELS.get(self.name, self.name)

    @property
    def words(self) -> list[str]:
        """Return the facts without their ink."""
        return [each.text if isinstance(each, Inked) else each for each in self.facts]


def detail(words: str, ink: Ink = Ink.DETAIL) -> Row:
    """Return one line of details."""
    return Row("", (Inked(words, ink),))


class ChangeRow(Frozen):
    """One fact: words, and right behind them, where it is about a text, its pieces."""

    words: str
    pieces: "tuple[Piece, ...]" = ()
    article: int | None = None
    """The number of the article that it is about, where that is still there."""
    is_inner: bool = False
    """It is about the article above."""
    is_article: bool = False
    """It names an article."""


class Changes(Frozen):
    """What changed in one campaign, in words."""

    against: str
    """What it is compared with."""
    parts: "tuple[ReviewedPart, ...]"
    """What changed beside words and pictures."""
    rows: tuple[ChangeRow, ...]

    @property
    def is_new(self) -> bool:
        """Whether there was no such campaign before."""
        return any(each.value == "new" for each in self.parts)


def write_rows(table: Table, rows: Iterable[Row]) -> None:
    """Add rows to a table; of rows with one name only the first is labelled."""
    last = ""
    for row in rows:
        table.row("" if row.name == last else row.label, *_parts(row), inner=2)
        _write_details(table, row, 2)
        for number, each in enumerate(row.below):
            table.below(each, inner=4 if number and isinstance(each, Command) else 2)
        last = row.name


def _parts(row: Row) -> list[Part]:
    dotted = [part for fact in row.facts for part in (DOT, fact)]
    return [*filter(None, [row.lead]), *dotted[1:]]


def _write_details(table: Table, row: Row, inner: int) -> None:
    for each in row.details:
        table.below(*_parts(each), inner=inner)
        _write_details(table, each, inner + 2)


def refusal_rows(refusals: Sequence[Refusal]) -> list[Row]:
    """Say why something is not done, and what to do about it; to name a campaign helps only where nothing else does."""
    found = [each for each in refusals if each.guard is not Guard.NOT_NAMED]
    if not found:
        # What was declared, and nothing that went wrong.
        return [Row("next", (each.message,), below=(each.hint,)) for each in refusals]
    return [
        Row("refused", (each.message,), Inked(f"{each.guard.value}: ", Ink.WARNING), (each.hint,))
        for each in found
    ]


def failure_row(failure: Failure, name: str = "error") -> Row:
    """Return what went wrong, with WeChat's code and request id where they are known, and what to do."""
    known = [
        f"{key} {value}"
        for key, value in (("errcode", failure.errcode), ("rid", failure.rid))
        if value
    ]
    facts = (Inked(failure.message, Ink.ERROR), *(Inked(each, Ink.DETAIL) for each in known))
    return Row(name, facts, below=(failure.hint,) if failure.hint else ())
