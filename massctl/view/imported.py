"""What `massctl import` made of an article, and what could not be carried over; the drafts that can be imported."""

from collections.abc import Sequence
from datetime import datetime

from massctl.model.diagnostics import Diagnostic
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase, plural_phrase
from massctl.view.diagnostics import diagnostics_text
from massctl.view.i18n import Language
from massctl.view.style import Style
from massctl.view.terminal import Page
from massctl.view.words import recorded


class ImportedArticleFacts(Frozen):
    """An article that was imported."""

    title: str
    content: str
    characters: int
    pictures: int
    links: int
    differences: Sequence[Phrase]
    not_carried: Sequence[Phrase]

    @property
    def is_same(self) -> bool:
        """Whether massctl renders the same text, pictures and links."""
        return not self.differences


def imported_text(
    name: str,
    articles: Sequence[ImportedArticleFacts],
    faults: Sequence[Diagnostic],
    language: Language,
    style: Style,
    width: int,
) -> str:
    """Say of each article whether it is the same after rendering, and what was not carried over."""
    page = Page(language, style, width)
    for each in articles:
        what = Phrase(
            "{characters}, {pictures}, {links}",
            characters=plural_phrase("{count:,} character", "{count:,} characters", count=each.characters),
            pictures=plural_phrase("{count} picture", "{count} pictures", count=each.pictures),
            links=plural_phrase("{count} link", "{count} links", count=each.links),
        )
        say = Phrase("{file}: {what}; rendered again, they are the same", file=each.content, what=what)
        if each.differences:
            say = Phrase("{file}: {what}; rendered again, something differs:", file=each.content, what=what)
        page.line(say, hang=2)
        for difference in each.differences:
            page.line(difference, indent=2, hang=4)
        if each.not_carried:
            page.line(Phrase("not carried over, or changed:"), indent=2)
        for lost in each.not_carried:
            page.line(lost, indent=4, hang=6)
    if faults:
        page.blank()
        page.line(Phrase("to be mended before it can be sent:"))
    text = page.text()
    if faults:
        text = f"{text.rstrip()}\n{diagnostics_text(list(faults), language, style, width)}"
    after = Page(language, style, width)
    after.line(Phrase("next: {command}   shows it in a browser", command=Command("serve", name)), hang=2)
    return f"{text.rstrip()}\n{after.text()}"


def listed_text(
    listed: Sequence[tuple[str, Sequence[str] | None, datetime | None]], language: Language, style: Style, width: int
) -> str:
    """List drafts or publications, each with its date, its titles and its id."""
    page = Page(language, style, width)
    if not listed:
        page.line(Phrase("there is none"))
    for known, titles, updated in listed:
        page.line(f"{recorded(updated) if updated is not None else '-'}  {' / '.join(titles or ['-'])}", hang=2)
        page.line(known, indent=2)
    return page.text()
