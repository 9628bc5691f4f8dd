"""What `lock` wrote, or where a lock is not what a campaign renders now."""

from collections.abc import Sequence

from massctl.model.audience import MANY_CHANGED
from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.plan.plan_file import LockedCampaign, LockResult
from massctl.view.diagnostics import diagnostic_rows
from massctl.view.plan import heading, inked_digest
from massctl.view.rows import Row, refusal_rows, write_rows
from massctl.view.style import Ink
from massctl.view.terminal import DOT, Inked, Page, Table

LOCK_LABELS = {
    "wrote": Phrase("wrote"),
    "differs": Phrase("differs"),
    "versions": Phrase("massctl"),
    "refused": Phrase("refused"),
}
LOCK_RESULTS = {
    LockResult.WRITTEN: (Phrase("locked"), Ink.DONE),
    LockResult.UNCHANGED: (Phrase("locked as it is"), Ink.DONE),
    LockResult.DIFFERS: (Phrase("not what was locked"), Ink.WARNING),
    LockResult.MISSING: (Phrase("not locked"), Ink.WARNING),
    LockResult.CONCLUDED: (Phrase("went out, so it is not locked any more"), Ink.DETAIL),
    LockResult.EXPIRED: (
        Phrase("its window has closed, so its lock was not looked at"),
        Ink.DETAIL,
    ),
    LockResult.INVALID: (Phrase("has faults, so it was not locked"), Ink.ERROR),
}


def lock_report_text(page: Page, report: Sequence[LockedCampaign]) -> str:
    """Show every campaign of a report: what was written, or what differs."""
    for each in report:
        page.blank()
        _locked_campaign(page, each)
    if not report:
        page.line(Inked(Phrase("Nothing to do."), Ink.DONE))
    return page.text()


def _locked_campaign(page: Page, each: LockedCampaign) -> None:
    said, ink = LOCK_RESULTS[each.result]
    digest = [DOT, inked_digest(each.digest)] if each.digest is not None else []
    heading(page, each.name, each.title, None, "  ", Inked(said, ink), *digest)
    told = {"wrote": each.written, "differs": each.differences, "versions": each.versions}
    table = Table(page, LOCK_LABELS.values())
    rows = [Row(LOCK_LABELS[name], (line,)) for name, lines in told.items() for line in lines]
    write_rows(table, rows)
    if each.refusal is not None and each.result is LockResult.MISSING:
        write_rows(table, refusal_rows([each.refusal]))
    elif each.refusal is not None:
        table.below(each.refusal.hint)
    write_rows(table, diagnostic_rows(each.diagnostics, Severity.ERROR))
    others = [found for found in each.diagnostics if found.code == MANY_CHANGED]
    write_rows(table, diagnostic_rows(others, Severity.WARNING))
