"""The question before a send: everything that a yes stands for."""

from typing import Final

from massctl.apply.ports import SendQuestion
from massctl.model.phrase import Phrase
from massctl.view.language import Language
from massctl.view.page import Inked, Page, Part, Table
from massctl.view.send_block_text import LABELS as SEND_LABELS
from massctl.view.send_block_text import block_table
from massctl.view.style import Ink, Style
from massctl.view.words import short_digest

LABELS: Final = {
    **SEND_LABELS,
    "message": Phrase("message"),
    "previews": Phrase("previewed"),
    "by_hand": Phrase("by hand"),
}


def question_text(question: SendQuestion, language: Language, style: Style, width: int) -> str:
    """Show a send before it is confirmed: to whom, how many, what. It does not ask; the terminal does."""
    page = Page(language, style, width)
    titled: list[Part] = [Inked("‼ ", Ink.ALARM), Inked(question.campaign, Ink.NAME)]
    page.line(*titled, f"  {question.title}" if question.title else "", hang=2)
    table = Table(page, list(LABELS.values()))
    block_table(table, question.block)
    for number, headline in enumerate(question.headlines, 1):
        many = len(question.headlines) > 1
        table.row(LABELS["message"] if number == 1 else "", f"{number}. " if many else "", headline, inner=3)
    shown = list(question.recipients_previewed)
    if shown:
        table.row(LABELS["previews"], page.say(Phrase(", ")).join(shown))
    for number, item in enumerate(question.done_by_hand):
        table.row(LABELS["by_hand"] if number == 0 else "", item)
    digest = Phrase("digest {digest}", digest=short_digest(question.digest))
    table.row("", Inked(digest, Ink.DETAIL))
    page.line(Inked(Phrase("A mass send cannot be taken back."), Ink.ALARM), indent=2)
    return page.text()
