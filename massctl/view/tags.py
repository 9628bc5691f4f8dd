"""A table of the tags of accounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from massctl.model.campaign import Tag
from massctl.model.phrase import Phrase
from massctl.view.i18n import Language
from massctl.view.style import Style
from massctl.view.terminal import DOT, Page
from massctl.view.words import followers, recorded


def tags_text(
    accounts: Mapping[str, tuple[datetime, Sequence[Tag]]], language: Language, style: Style, width: int
) -> str:
    """List the tags of each account with their ids and counts, and when they were read."""
    page = Page(language, style, width)
    for account, (at, tags) in accounts.items():
        page.line(Phrase("{account}, read {at}", account=account, at=recorded(at)), hang=2)
        if not tags:
            page.line(Phrase("there is none"), indent=2)
        for each in tags:
            page.row(str(each.id), each.name, DOT, followers(each.count), indent=2, hang=8)
    return page.text()
