"""Where the taps of campaigns lead, as a list for a terminal."""

from collections.abc import Sequence

from massctl.model.diagnostics import Diagnostic
from massctl.model.phrase import Phrase, plural_phrase
from massctl.plan.destinations import CampaignLinks
from massctl.view.diagnostics import diagnostics_text
from massctl.view.plan import destination_rows, heading
from massctl.view.rows import LABELS, write_rows
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Page, Table


def links_text(
    page: Page,
    campaigns: Sequence[CampaignLinks],
    found: Sequence[Diagnostic],
    asked: int | None,
) -> str:
    """List the destinations of campaigns, and below them what was found; `asked` addresses, or None without --check."""
    for each in campaigns:
        heading(page, each.name, "")
        rows = [
            *destination_rows(each.destinations, is_unscanned=each.unscanned, known_max=None),
        ]
        write_rows(Table(page, [LABELS["destinations"]]), rows)
        if not each.destinations:
            page.line(Inked(Phrase("it leads nowhere"), Ink.DETAIL), indent=2)
    if found:
        page.blank()
        return diagnostics_text(page, found, verbose=True)
    if asked is not None:
        page.blank()
        page.line(_all_answer(asked))
    return page.text()


def _all_answer(asked: int) -> Inked:
    if not asked:
        return Inked(Phrase("no address was asked: none is of the Internet"), Ink.DETAIL)
    say = plural_phrase("the one address answers", "all {count} addresses answer", count=asked)
    return Inked(say, Ink.DONE)
