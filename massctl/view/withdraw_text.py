"""The question before a withdrawal, everything that a yes stands for; and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from massctl.model.phrase import Phrase
from massctl.view.language import Language
from massctl.view.moments import recorded
from massctl.view.page import DOT, Inked, Page, Part, Table
from massctl.view.style import Ink, Style

if TYPE_CHECKING:
    from massctl.apply.withdraw import Withdrawal

LABELS: Final = {
    "job": Phrase("job"),
    "left": Phrase("later"),
    "articles": Phrase("articles"),
    "too": Phrase("lost too"),
    "when": Phrase("when"),
}


def withdraw_question(
    taken: "Withdrawal",
    headlines: Sequence[str],
    others: Sequence[str],
    language: Language,
    style: Style,
    width: int,
    *,
    until: datetime | None = None,
) -> str:
    """Show what is withdrawn, and which other sends lose their link with it; `headlines` may be unknown.

    `until` is how long it waits for what is still being sent.
    """
    page = Page(language, style, width)
    record = taken.record
    edition = Phrase("edition {edition}", edition=record.edition)
    page.line(Inked("‼ ", Ink.ALARM), Inked(record.campaign, Ink.NAME), "  ", Inked(edition, Ink.DETAIL), hang=2)
    table = Table(page, list(LABELS.values()))
    first, *more = taken.today
    at = Phrase("accepted {moment}", moment=recorded(first.job.accepted_at))
    others_too: list[Part] = [DOT, Phrase("and {count} more", count=len(more))] if more else []
    table.row(LABELS["job"], f"msg_id {first.msg_id}", DOT, at, *others_too)
    for refusal in taken.refusals:
        table.row(LABELS["left"], Inked(refusal.message, Ink.WARNING))
        table.below(refusal.hint)
    chosen = [(n, title) for n, title in enumerate(headlines, 1) if taken.article in (0, n)]
    for position, (number, title) in enumerate(chosen):
        table.row("" if position else LABELS["articles"], f"{number}. ", title, inner=3)
    if not chosen:
        every, one = Phrase("every article"), Phrase("article {number}", number=taken.article)
        table.row(LABELS["articles"], one if taken.article else every)
    if others:
        table.row(LABELS["too"], Inked(page.say(Phrase(", ")).join(others), Ink.ALARM))
    if until is not None:
        say = Phrase(
            "at the first moment that WeChat allows; while it is still being sent, massctl waits until {until}"
        )
        table.row(LABELS["when"], Phrase(say, until=recorded(until)))
    page.line(
        Inked(Phrase("The cards stay in the chats; whoever opens one reads that it was deleted."), Ink.PLAIN), indent=2
    )
    page.line(Inked(Phrase("This cannot be undone, and no mass send comes back for it."), Ink.ALARM), indent=2)
    return page.text()


def withdrawn_text(taken: "Withdrawal", language: Language, style: Style, width: int) -> str:
    """Say what was withdrawn in this run, and what has to wait; what stopped it is told apart."""
    page = Page(language, style, width)
    if taken.done or not (taken.refusals or taken.error):
        page.line(_told(taken))
    for refusal in taken.refusals:
        page.line(Inked(f"{refusal.guard.value}: ", Ink.WARNING), refusal.message, hang=2)
        page.line(refusal.hint, indent=4)
    return page.text()


def _told(taken: "Withdrawal") -> Phrase:
    name = taken.record.campaign
    if not taken.done:
        return Phrase("{name}: it is withdrawn already; no request was made", name=name)
    if taken.refusals or taken.error:
        say = Phrase("{name}: withdrawn from {count} of {all} jobs; the cards stay in the chats")
        return Phrase(say, name=name, count=len(taken.done), all=len(taken.record.jobs))
    if taken.article:
        say = Phrase("{name}: article {article} is withdrawn; its card stays in the chats")
        return Phrase(say, name=name, article=taken.article)
    return Phrase("{name}: every article is withdrawn; the cards stay in the chats", name=name)
