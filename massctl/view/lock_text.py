"""What `massctl lock` did or found, for a person."""

from collections.abc import Sequence
from typing import Final

from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.plan.plan_file import LockedCampaign, LockResult
from massctl.view.diagnostic_text import diagnostic_line
from massctl.view.language import Language
from massctl.view.page import DOT, Inked, Page, Part, Table
from massctl.view.plan_text import heading, refusal_rows
from massctl.view.style import Ink, Style
from massctl.view.words import short_digest

LABELS: Final = {
    "wrote": Phrase("wrote"),
    "differs": Phrase("differs"),
    "versions": Phrase("massctl"),
    "refused": Phrase("refused"),
}
RESULTS: Final = {
    LockResult.WRITTEN: (Phrase("locked"), Ink.DONE),
    LockResult.UNCHANGED: (Phrase("locked as it is"), Ink.DONE),
    LockResult.DIFFERS: (Phrase("not what was locked"), Ink.WARNING),
    LockResult.MISSING: (Phrase("not locked"), Ink.WARNING),
    LockResult.CONCLUDED: (Phrase("went out, so it is not locked any more"), Ink.DETAIL),
    LockResult.EXPIRED: (Phrase("its window has closed, so its lock was not looked at"), Ink.DETAIL),
    LockResult.INVALID: (Phrase("has faults, so it was not locked"), Ink.ERROR),
}


def lock_report_text(report: Sequence[LockedCampaign], language: Language, style: Style, width: int) -> str:
    """Show every campaign of a report: what was written, or what differs."""
    page = Page(language, style, width)
    for each in report:
        page.blank()
        _campaign(page, each)
    if not report:
        page.line(Inked(Phrase("Nothing to do."), Ink.DONE))
    return page.text()


def _campaign(page: Page, each: LockedCampaign) -> None:
    said, ink = RESULTS[each.result]
    digest: list[Part] = []
    if each.digest is not None:
        shown = Phrase("digest {digest}", digest=short_digest(each.digest))
        digest = [DOT, Inked(shown, Ink.DETAIL)]
    heading(page, each.name, each.title, "  ", Inked(said, ink), *digest)
    table = Table(page, list(LABELS.values()))
    _rows(table, LABELS["wrote"], each.written)
    _rows(table, LABELS["differs"], each.differences)
    _rows(table, LABELS["versions"], each.versions)
    if each.refusal is not None and each.result is LockResult.MISSING:
        refusal_rows(table, [each.refusal])
    elif each.refusal is not None:
        table.below(each.refusal.hint)
    for diagnostic in sorted(each.diagnostics, key=lambda d: d.sort_key):
        if diagnostic.severity is Severity.ERROR:
            diagnostic_line(page, diagnostic, indent=2)


def _rows(table: Table, label: str, lines: Sequence[str]) -> None:
    for number, line in enumerate(lines):
        table.row(label if number == 0 else "", line, inner=2)
