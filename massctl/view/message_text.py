"""What a message holds, in a few rows: titles, lengths, pictures, and what was done to pictures."""

import re
from typing import Final

from massctl.model.message import RenderedText
from massctl.model.phrase import Phrase
from massctl.model.rendered import PICTURE_SCHEME, RenderedCampaign
from massctl.view.cells import shorten
from massctl.view.page import DOT, Inked, Part, Table
from massctl.view.style import Ink
from massctl.view.words import characters, pictures

_PLACEHOLDER: Final = re.compile(re.escape(PICTURE_SCHEME) + r"[0-9a-f]{64}")
_BEGINNING_CELLS: Final = 72
"""How much of a text message is shown to recognise it by."""


def message_rows(table: Table, campaign: RenderedCampaign, articles_label: str, text_label: str) -> None:
    """Add a row for each article, or the beginning of the text, with what is in it."""
    message = campaign.message
    if isinstance(message, RenderedText):
        beginning = shorten(" ".join(message.content.split()), _BEGINNING_CELLS)
        table.row(text_label, beginning, *_details(characters(len(message.content))))
        return
    for number, article in enumerate(message.articles, 1):
        found = len(set(_PLACEHOLDER.findall(article.content)))
        details = _details(characters(len(article.content)), pictures(found))
        table.row(articles_label if number == 1 else "", f"{number}. {article.title}", *details, inner=3)


def picture_rows(table: Table, campaign: RenderedCampaign, label: str) -> None:
    """Add a row for each picture that is not uploaded as it is."""
    changed = [picture for picture in campaign.pictures if picture.note]
    for index, picture in enumerate(changed):
        path = short_path(picture.path, campaign.name)
        table.row(label if index == 0 else "", f"{path}: ", picture.note or "", inner=2)


def short_path(path: str, campaign: str) -> str:
    """Give a path of the repository as it is written within its campaign's folder."""
    return path.removeprefix(f"campaigns/{campaign}/").removeprefix("campaigns/")


def _details(*phrases: Phrase) -> list[Part]:
    parts: list[Part] = []
    for phrase in phrases:
        parts += [DOT, Inked(phrase, Ink.DETAIL)]
    return parts
