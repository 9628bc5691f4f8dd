"""Explanations of codes, guards and exit statuses: what the pages in `explanations/` say, as values.

A page is Markdown that also reads well where it lies. Each section explains one subject:

    ## MC014: value not allowed          the subject, and its summary
    What it means, in one line.
    **Why:** Why massctl cares.
    **Do:** What to do.
    Wrong: and Right:                    both or neither, each with a fenced example

A paragraph is one line, since Chinese cannot be joined again once it is broken. The pages are packaged data;
whoever reads them hands their text over (`massctl.cli.commands.explain`).
"""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import StrEnum
from itertools import groupby
from typing import Literal

from massctl.errors import InvariantError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.view.i18n import Language
from massctl.view.json_writer import Document
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Page, Table


class Subject(StrEnum):
    """What is explained; the values are the JSON's, the names of the pages are their plurals."""

    DIAGNOSTIC = "diagnostic"
    GUARD = "guard"
    EXIT_STATUS = "exit_status"
    ERRCODE = "errcode"
    """What WeChat answered; explained from the table that judges answers, and on no page."""


PAGES = {
    Subject.DIAGNOSTIC: "diagnostics.md",
    Subject.GUARD: "guards.md",
    Subject.EXIT_STATUS: "statuses.md",
}
"""Subject -> the page's name, in the folder of its language."""


class Example(Frozen):
    """The same lines twice: as they fail, and as they work."""

    wrong: str
    """What is wrong."""
    right: str
    """What to write instead."""


class Explanation(Frozen):
    """One subject in words; backquotes stand around what is typed."""

    subject: Subject
    """What the code is of."""
    code: str
    """`MC014`, a guard's name, or an exit status or errcode in digits."""
    summary: str
    """It in a few words."""
    meaning: str
    """What happened."""
    why: str
    """Why massctl cares."""
    remedy: str
    """What to do."""
    example: Example | None = None
    """An example, where one says more than the words."""


class ExplainReport(Document, kw_only=True):
    """What `massctl explain --format json` prints."""

    language: Literal["zh", "en"]
    """The language of the words."""
    explanations: Sequence[Explanation]
    """The one that was asked for, or all of them."""


def explain_json(explanations: Sequence[Explanation], language: Language) -> ExplainReport:
    """Return explanations, which are in `language` already."""
    return ExplainReport(language=language.value, explanations=explanations)


_NEARNESS_MIN = 0.75
"""Of 1: codes of other faults differ in two letters, and none of them is what was meant."""
_SECTION = re.compile(
    r"^## (?P<code>\S+?): (?P<summary>.+)\n(?P<body>(?:(?!## ).*\n)*)", re.MULTILINE
)
_BODY = re.compile(
    r"\n(?P<meaning>[^\n*].*)\n"
    r"\n\*\*[^*\n]+\*\* (?P<why>.+)\n"
    r"\n\*\*[^*\n]+\*\* (?P<remedy>.+)\n"
    r"(?:\n\S+\n\n```\w*\n(?P<wrong>[^`]*)\n```\n"
    r"\n\S+\n\n```\w*\n(?P<right>[^`]*)\n```\n)?"
    r"\n*"
)


def read_page(subject: Subject, text: str) -> list[Explanation]:
    """Read a page, in its order; a section of another shape is a bug of ours and raises InvariantError."""
    sections = list(_SECTION.finditer(text if text.endswith("\n") else text + "\n"))
    if len(sections) != text.count("\n## "):
        raise InvariantError(f"a heading of the page of {subject} names no code and summary")
    return [_explanation(subject, section) for section in sections]


def find(explanations: Iterable[Explanation], typed: str) -> Explanation | None:
    """Return the explanation of what a person typed; the case of letters, and `-` for `_`, do not matter."""
    wanted = _normal(typed)
    return next((each for each in explanations if _normal(each.code) == wanted), None)


def near(explanations: Iterable[Explanation], typed: str) -> str | None:
    """Return the code that is spelled most like what a person typed, or None if none is near."""
    spelled = {_normal(each.code): each.code for each in explanations}
    found = get_close_matches(_normal(typed), spelled, 1, _NEARNESS_MIN)
    return spelled[found[0]] if found else None


def _normal(typed: str) -> str:
    return typed.strip().casefold().replace("-", "_")


def _explanation(subject: Subject, section: re.Match[str]) -> Explanation:
    code = section["code"]
    body = _BODY.fullmatch(section["body"])
    if body is None:
        raise InvariantError(f"the page of {subject} does not explain {code} in its usual shape")
    example = Example(body["wrong"], body["right"]) if body["wrong"] is not None else None
    return Explanation(
        subject, code, section["summary"], body["meaning"], body["why"], body["remedy"], example
    )


LABELS = {
    "why": Phrase("why"),
    "remedy": Phrase("what to do"),
    "wrong": Phrase("wrong"),
    "right": Phrase("right"),
}
HEADINGS = {
    Subject.DIAGNOSTIC: Phrase("Diagnostics: faults in files"),
    Subject.GUARD: Phrase("Guards: why a step is refused"),
    Subject.EXIT_STATUS: Phrase("Exit statuses: what a run found"),
    Subject.ERRCODE: Phrase("Errcodes: what WeChat answers"),
}


def explanation_text(page: Page, explanation: Explanation) -> str:
    """Explain one subject: what it means, why massctl cares, what to do, an example."""
    page.line(Inked(explanation.code, Ink.NAME), f"  {explanation.summary}", hang=2)
    page.blank()
    page.line(explanation.meaning, indent=2)
    page.blank()
    table = Table(page, LABELS.values())
    table.row(LABELS["why"], explanation.why)
    table.row(LABELS["remedy"], explanation.remedy)
    if (example := explanation.example) is not None:
        page.blank()
        table.row(LABELS["wrong"], Inked(example.wrong, Ink.ERROR))
        page.blank()
        table.row(LABELS["right"], Inked(example.right, Ink.DONE))
    return page.text()


def explanations_text(page: Page, explanations: Sequence[Explanation]) -> str:
    """List explanations, which come in the order of their subjects, each with its summary."""
    for subject, group in groupby(explanations, key=lambda each: each.subject):
        page.blank()
        page.line(Inked(HEADINGS[subject], Ink.NAME))
        members = list(group)
        table = Table(page, [each.code for each in members])
        for each in members:
            table.row(each.code, each.summary)
    page.blank()
    page.line(
        Inked(Phrase("{command}   explains one", command=Command("explain", "CODE")), Ink.DETAIL),
        hang=2,
    )
    return page.text()
