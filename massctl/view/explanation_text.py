"""Explanations for a person at a terminal: one in full, or all of them in one line each."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from massctl.model.phrase import Phrase
from massctl.view.explanation import Explanation, Subject
from massctl.view.language import Language
from massctl.view.page import Inked, Page, Table
from massctl.view.style import Ink, Style

LABELS: Final = {
    "why": Phrase("why"),
    "remedy": Phrase("what to do"),
    "wrong": Phrase("wrong"),
    "right": Phrase("right"),
}
HEADINGS: Final = {
    Subject.DIAGNOSTIC: Phrase("Diagnostics: faults in files"),
    Subject.GUARD: Phrase("Guards: what refuses a step"),
    Subject.EXIT_STATUS: Phrase("Exit statuses: what a run found"),
    Subject.ERRCODE: Phrase("Errcodes: what WeChat answers"),
}


def explanation_text(explanation: Explanation, language: Language, style: Style, width: int) -> str:
    """Explain one subject: what it means, why massctl cares, what to do, an example."""
    page = Page(language, style, width)
    page.line(Inked(explanation.code, Ink.NAME), f"  {explanation.summary}", hang=2)
    page.blank()
    page.line(explanation.meaning, indent=2)
    page.blank()
    table = Table(page, list(LABELS.values()))
    table.row(LABELS["why"], explanation.why)
    table.row(LABELS["remedy"], explanation.remedy)
    if (example := explanation.example) is not None:
        page.blank()
        table.row(LABELS["wrong"], Inked(example.wrong, Ink.ERROR))
        page.blank()
        table.row(LABELS["right"], Inked(example.right, Ink.DONE))
    return page.text()


def explanations_text(explanations: Sequence[Explanation], language: Language, style: Style, width: int) -> str:
    """List explanations, which come in the order of their subjects, each with its summary."""
    page = Page(language, style, width)
    for subject, group in groupby(explanations, key=lambda each: each.subject):
        page.blank()
        page.line(Inked(HEADINGS[subject], Ink.NAME))
        members = list(group)
        table = Table(page, [each.code for each in members])
        for each in members:
            table.row(each.code, each.summary)
    page.blank()
    page.line(Inked(Phrase("massctl explain CODE   says what to do about one"), Ink.DETAIL), hang=2)
    return page.text()
