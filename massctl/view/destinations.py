"""Where the taps of campaigns lead, as a list for a terminal."""

from collections.abc import Mapping, Sequence

from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.plan.destinations import JudgedDestination
from massctl.view.diagnostics import diagnostics_text
from massctl.view.plan import destination_rows, heading
from massctl.view.rows import LABELS, write_rows
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Page, Table


def links_text(
    page: Page,
    led: Mapping[CampaignName, Sequence[JudgedDestination]],
    silent: Sequence[Diagnostic] | None,
) -> str:
    """List the destinations of campaigns, and below them what does not answer; None: nobody asked."""
    for name, destinations in led.items():
        heading(page, name, "")
        rows = [*destination_rows(destinations)]
        write_rows(Table(page, [LABELS["destinations"]]), rows)
        if not rows:
            page.line(Inked(Phrase("it leads nowhere"), Ink.DETAIL), indent=2)
    if silent:
        page.blank()
        return diagnostics_text(page, silent, verbose=True)
    if silent is not None:
        page.blank()
        page.line(Inked(Phrase("every address answers"), Ink.DONE))
    return page.text()
