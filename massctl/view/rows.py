"""Labelled rows: each fact of a send, and each thing that is wrong with it, is worded once, whatever writes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.phrase import Command, Phrase
from massctl.plan.steps import Guard, Refusal
from massctl.view.style import Ink
from massctl.view.terminal import DOT, Inked, Part, Table

if TYPE_CHECKING:
    from massctl.apply.outcome import Failure
    from massctl.plan.lock_diff import ReviewedPart
    from massctl.plan.review_diff import Piece

LABELS: Final = {
    "status": Phrase("status"),
    "account": Phrase("account"),
    "audience": Phrase("audience"),
    "window": Phrase("window"),
    "edition": Phrase("edition"),
    "reprint": Phrase("reprint"),
    "comments": Phrase("comments"),
    "allowance": Phrase("allowance"),
    "articles": Phrase("articles"),
    "text": Phrase("text"),
    "message": Phrase("message"),
    "changes": Phrase("changes"),
    "steps": Phrase("steps"),
    "refused": Phrase("refused"),
    "next": Phrase("next"),
    "by_hand": Phrase("by hand"),
    "error": Phrase("error"),
    "warnings": Phrase("warning"),
    "info": Phrase("note"),
    "done": Phrase("done"),
    "declined": Phrase("declined"),
    "previews": Phrase("previewed"),
    "job": Phrase("job"),
    "settled": Phrase("settled"),
    "in_doubt": Phrase("in doubt"),
    "drift": Phrase("drift"),
}
"""Of rows, by their names in a document."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it is called, its facts, and what to do about it."""

    name: str
    """Of LABELS, or words of its own."""
    facts: tuple[Part, ...]
    lead: Inked | None = None
    """Before the facts: a mark, a code or a guard, with what parts it from them."""
    below: tuple[str, ...] = ()
    """Sentences, and commands to type."""

    @property
    def label(self) -> str:
        """Return what stands before it."""
        return LABELS.get(self.name, self.name)

    @property
    def words(self) -> list[str]:
        """Return the facts without their ink."""
        return [each.text if isinstance(each, Inked) else each for each in self.facts]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One fact: words, and right behind them, where it is about a text, its pieces."""

    words: str
    pieces: "tuple[Piece, ...]" = ()
    is_inner: bool = False
    """It is about the article above."""
    is_article: bool = False
    """It names an article."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in one campaign, in words."""

    against: str
    """What it is compared with."""
    parts: "tuple[ReviewedPart, ...]"
    """What changed beside words and pictures."""
    rows: tuple[ChangeRow, ...]


def write_rows(table: Table, rows: Iterable[Row]) -> None:
    """Add rows to a table; of rows with one name only the first is labelled."""
    last = ""
    for row in rows:
        parts: list[Part] = []
        for fact in row.facts:
            parts += [DOT, fact]
        lead = [row.lead] if row.lead is not None else []
        table.row("" if row.name == last else row.label, *lead, *parts[1:], inner=2)
        for number, each in enumerate(row.below):
            table.below(each, inner=4 if number and isinstance(each, Command) else 2)
        last = row.name


def refusal_rows(refusals: Sequence[Refusal]) -> list[Row]:
    """Say why something is not done, and what to do about it; to name a campaign helps only where nothing else does."""
    found = [each for each in refusals if each.guard is not Guard.NOT_NAMED]
    if not found:
        # What was declared, and nothing that went wrong.
        return [Row("next", (each.message,), below=(each.hint,)) for each in refusals]
    return [
        Row("refused", (each.message,), Inked(f"{each.guard.value}: ", Ink.WARNING), (each.hint,)) for each in found
    ]


def failure_row(failure: "Failure", name: str = "error") -> Row:
    """Say what went wrong, with WeChat's code and request id where they are known, and what to do."""
    known = [f"{key} {value}" for key, value in (("errcode", failure.errcode), ("rid", failure.rid)) if value]
    facts = (Inked(failure.message, Ink.ERROR), *(Inked(each, Ink.DETAIL) for each in known))
    return Row(name, facts, below=(failure.hint,) if failure.hint else ())


GROUP_MIN: Final = 5
"""So many diagnostics of one code are still shown one by one; `validate --verbose` shows each all the same."""
_GROUP_SHOWN: Final = 3
_SEVERITIES: Final = {
    Severity.ERROR: ("error", Ink.ERROR),
    Severity.WARNING: ("warnings", Ink.WARNING),
    Severity.INFO: ("info", Ink.DETAIL),
}


def diagnostic_rows(diagnostics: Sequence[Diagnostic], *severities: Severity) -> list[Row]:
    """Say what is wrong in files, with its place and the way on; many of one code become a row."""
    rows: list[Row] = []
    for severity in severities:
        found = sorted((each for each in diagnostics if each.severity is severity), key=lambda each: each.sort_key)
        by_code: dict[str, list[Diagnostic]] = {}
        for each in found:
            by_code.setdefault(each.code, []).append(each)
        for of_code in by_code.values():
            if severity is Severity.INFO:
                rows.append(_note_row(of_code))
            else:
                rows += [_group_row(of_code)] if len(of_code) > GROUP_MIN else map(_diagnostic_row, of_code)
    return rows


def _note_row(found: Sequence[Diagnostic]) -> Row:
    """Say notes of one code on one line: they may be passed over."""
    first = found[0]
    where = [str(first.place).removeprefix(f"campaigns/{first.campaign}/")] if first.place is not None else []
    more = [Phrase("and {count} more", count=len(found) - 1)] if len(found) > 1 else []
    parts = tuple(Inked(each, Ink.DETAIL) for each in (first.message, *where, *more))
    return Row("info", parts, Inked(f"{first.code} ", Ink.DETAIL))


def _diagnostic_row(diagnostic: Diagnostic) -> Row:
    name, ink = _SEVERITIES[diagnostic.severity]
    where = [Inked(str(diagnostic.place), Ink.DETAIL)] if diagnostic.place is not None else []
    hint = (diagnostic.hint,) if diagnostic.hint else ()
    return Row(name, (diagnostic.message, *where), Inked(f"{diagnostic.code} ", ink), hint)


def _group_row(found: Sequence[Diagnostic]) -> Row:
    name, ink = _SEVERITIES[found[0].severity]
    counted = Phrase("found in {count} places", count=len(found))
    shown = [Phrase("{where}: {message}", where=str(each.place), message=each.message) for each in found]
    every = Command("validate", *{each.campaign for each in found if each.campaign}, "--verbose")
    more = Phrase("{count} more; `{command}` shows them", count=len(found) - _GROUP_SHOWN, command=every)
    hints = {each.hint for each in found if each.hint}
    same = hints if len(hints) == 1 else ()
    return Row(name, (counted,), Inked(f"{found[0].code} ", ink), (*shown[:_GROUP_SHOWN], *same, more))
