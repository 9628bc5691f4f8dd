"""What `massctl import` made of an article, and what could not be carried over; the drafts that can be imported."""

from collections.abc import Sequence
from datetime import datetime

from massctl.model.diagnostics import Diagnostic
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase, plural_phrase
from massctl.view.diagnostics import diagnostics_text
from massctl.view.terminal import Page
from massctl.view.words import recorded


class ImportedArticleFacts(Frozen):
    """An article that was imported."""

    title: str
    content: str
    characters: int
    pictures: int
    arrived: int
    """How many of the pictures are in the campaign."""
    links: int
    differences: Sequence[Phrase]
    not_carried: Sequence[Phrase]

    @property
    def is_same(self) -> bool:
        """Whether massctl renders the same text, pictures and links."""
        return not self.differences


_FAULTS = {
    "error": Phrase("to be mended before it can be sent:"),
    "warning": Phrase("to be looked at:"),
}
"""What is said before diagnostics of a severity."""


def imported_text(
    page: Page, name: str, articles: Sequence[ImportedArticleFacts], faults: Sequence[Diagnostic]
) -> str:
    """Say of each article whether it is the same after rendering, and what was not carried over."""
    for each in articles:
        what = Phrase(
            "{characters}, {pictures}, {links}",
            characters=plural_phrase(
                "{count:,} character", "{count:,} characters", count=each.characters
            ),
            pictures=plural_phrase(
                "{count} picture, {arrived} arrived",
                "{count} pictures, {arrived} arrived",
                count=each.pictures,
                arrived=each.arrived,
            )
            if each.pictures
            else Phrase("no picture"),
            links=plural_phrase("{count} link", "{count} links", count=each.links),
        )
        say = Phrase(
            "{file}: {what}; rendered again, they are the same", file=each.content, what=what
        )
        if each.differences:
            say = Phrase(
                "{file}: {what}; rendered again, something differs:", file=each.content, what=what
            )
        page.line(say, hang=2)
        for difference in each.differences:
            page.line(difference, indent=2, hang=4)
        if each.not_carried:
            page.line(Phrase("not carried over, or changed:"), indent=2)
        for lost in each.not_carried:
            page.line(lost, indent=4, hang=6)
    for severity, say in _FAULTS.items():
        if some := [each for each in faults if each.severity == severity]:
            page.blank()
            page.line(say)
            diagnostics_text(page, some)
    page.line(
        Phrase("next: {command}   shows it in a browser", command=Command("serve", name)), hang=2
    )
    return page.text()


def listed_text(
    page: Page, listed: Sequence[tuple[str, Sequence[str] | None, datetime | None]]
) -> str:
    """List drafts or publications, each with its date, its titles and its id."""
    if not listed:
        page.line(Phrase("there is none"))
    for known, titles, updated in listed:
        page.line(
            f"{recorded(updated) if updated is not None else '-'}  {' / '.join(titles or ['-'])}",
            hang=2,
        )
        page.line(known, indent=2)
    return page.text()
