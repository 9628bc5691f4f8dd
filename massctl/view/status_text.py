"""Where campaigns stand, and what became of their jobs."""

from typing import Final

from massctl.apply.jobs import Followed, nobody_got_it
from massctl.model.phrase import Phrase
from massctl.model.state import Record, Status, contradiction, status_of
from massctl.plan.job_failure import how_to_resend
from massctl.view.batch_rows import batch_words
from massctl.view.hold_text import STATUS_INK
from massctl.view.job_text import job_rows
from massctl.view.language import Language
from massctl.view.moments import recorded
from massctl.view.outcome_text import doubt_rows, failure_rows
from massctl.view.page import Inked, Page, Table
from massctl.view.style import Ink, Style
from massctl.view.words import STATUS

LABELS: Final = {
    "job": Phrase("job"),
    "settled": Phrase("settled"),
    "error": Phrase("error"),
    "in_doubt": Phrase("in doubt"),
    "next": Phrase("what now"),
}


def status_text(followed: Followed, language: Language, style: Style, width: int) -> str:
    """Show each record with its jobs, and what could not be asked."""
    page = Page(language, style, width)
    if not followed.records:
        page.line(Phrase("nothing is recorded yet"))
    for record in followed.records:
        page.blank()
        record_heading(page, record)
        table = Table(page, list(LABELS.values()))
        job_rows(table, record, LABELS["job"])
        settled_row(table, record, LABELS["settled"])
        for failed, failure in followed.errors:
            if failed is record:
                failure_rows(table, failure, LABELS["error"])
        if (nobody := nobody_got_it(record)) is not None:
            failure_rows(table, nobody, LABELS["error"])
        if record.is_in_doubt:
            doubt_rows(table, record, LABELS["in_doubt"], followed.repeatable.get(record.key))
        unexplained = not any(job.counts and job.counts.reason for job in record.jobs)
        if unexplained and any(failed is record for failed in followed.failed_now):
            say = Phrase("WeChat failed the job; the reason stands in the console under 群发记录")
            table.row(LABELS["error"], Inked(say, Ink.ERROR), inner=2)
        # Of an older edition nothing is left to do: the newer one took its place.
        newest = max(each.edition for each in followed.records if each.campaign == record.campaign)
        if record.edition == newest and (way := how_to_resend(record)) is not None:
            table.row(LABELS["next"], way, inner=2)
    return page.text()


def record_heading(page: Page, record: Record) -> None:
    """Add a campaign's name, its edition, and where it stands."""
    status: Status = status_of(record)
    edition = Phrase("edition {edition}", edition=record.edition)
    said = Inked(STATUS[status], STATUS_INK.get(status, Ink.PLAIN))
    page.line(Inked(record.campaign, Ink.NAME), "  ", Inked(edition, Ink.DETAIL), "  ", said, hang=2)


def contradiction_row(table: Table, record: Record) -> None:
    """Add the entries about an edition that cannot all be true."""
    found = contradiction(record)
    if found is not None:
        table.row("", Inked(Phrase("the ledger contradicts itself: {found}", found=found), Ink.ALARM), inner=2)


def settled_row(table: Table, record: Record, label: str) -> None:
    """Add what people settled about sends of unknown outcome, or told of one that the ledger did not see."""
    imported = record.imported
    if imported is not None:
        told = Phrase("as sent at {at}, by {who}", at=recorded(imported.sent_at), who=imported.by)
        why = Phrase("{what}: {reason}", what=told, reason=imported.reason) if imported.reason else told
        table.row(label, why, inner=2)
        label = ""
    for each in record.settlements:
        settled = each.event
        what = Phrase("as sent") if settled.outcome == "sent" else Phrase("as not sent")
        told = Phrase("{what}, by {who}: {reason}", what=what, who=settled.by, reason=settled.reason)
        table.row(label, *batch_words(settled.batch, settled.batch, record), told, inner=2)
        label = ""
        if settled.url:
            table.below(Inked(settled.url, Ink.DETAIL))
