"""The question before a withdrawal: everything that a yes stands for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from massctl.model.phrase import Phrase
from massctl.view.language import Language
from massctl.view.moments import recorded
from massctl.view.page import DOT, Inked, Page, Table
from massctl.view.style import Ink, Style

if TYPE_CHECKING:
    from massctl.apply.withdrawing import Target

LABELS: Final = {
    "job": Phrase("job"),
    "articles": Phrase("articles"),
    "too": Phrase("lost too"),
}


def withdraw_question(
    target: "Target", headlines: Sequence[str], others: Sequence[str], language: Language, style: Style, width: int
) -> str:
    """Show what is withdrawn, and which other sends lose their link with it; `headlines` may be unknown."""
    page = Page(language, style, width)
    edition = Phrase("edition {edition}", edition=target.record.edition)
    page.line(Inked("‼ ", Ink.ALARM), Inked(target.record.campaign, Ink.NAME), "  ", Inked(edition, Ink.DETAIL), hang=2)
    table = Table(page, list(LABELS.values()))
    at = Phrase("accepted {moment}", moment=recorded(target.job.accepted_at))
    table.row(LABELS["job"], f"msg_id {target.msg_id}", DOT, at)
    chosen = [(n, title) for n, title in enumerate(headlines, 1) if target.article in (0, n)]
    for position, (number, title) in enumerate(chosen):
        table.row("" if position else LABELS["articles"], f"{number}. ", title, inner=3)
    if not chosen:
        every, one = Phrase("every article"), Phrase("article {number}", number=target.article)
        table.row(LABELS["articles"], one if target.article else every)
    if others:
        table.row(LABELS["too"], Inked(page.say(Phrase(", ")).join(others), Ink.ALARM))
    page.line(
        Inked(Phrase("The cards stay in the chats; whoever opens one reads that it was deleted."), Ink.PLAIN), indent=2
    )
    page.line(Inked(Phrase("This cannot be undone, and no mass send comes back for it."), Ink.ALARM), indent=2)
    return page.text()
