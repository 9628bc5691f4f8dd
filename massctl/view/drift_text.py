"""What WeChat has now against the ledger, for a terminal, a comment on a pull request, and as JSON."""

from massctl.model.phrase import Phrase
from massctl.plan.plan import Remote
from massctl.view.page import DOT, Inked, Page
from massctl.view.style import Ink
from massctl.view.words import DRIFT, NO_DRIFT, drift_words


def drift_rows(page: Page, remote: Remote) -> None:
    """Add a line for each thing that is other than recorded, and for what could not be read."""
    page.blank()
    page.line(DRIFT, hang=2)
    for drift in remote.drifts:
        edition = Inked(Phrase("edition {edition}", edition=drift.edition), Ink.DETAIL)
        page.line(Inked(drift.campaign, Ink.NAME), DOT, edition, DOT, drift_words(drift), indent=2, hang=4)
    for unread in remote.unread:
        page.line(Inked(unread.account, Ink.NAME), DOT, Inked(unread.message, Ink.ERROR), indent=2, hang=4)
        page.line(unread.hint, indent=4)
    if not remote.drifts and not remote.unread:
        page.line(Inked(NO_DRIFT, Ink.DONE), indent=2)
