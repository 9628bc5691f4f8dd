"""What a message holds, in a few rows: titles, lengths, pictures, and what was done to pictures."""

import re
from collections.abc import Mapping
from typing import Final

from massctl.model.message import (
    PICTURE_SCHEME,
    RenderedCampaign,
    RenderedCard,
    RenderedImage,
    RenderedNews,
    RenderedText,
    RenderedVideo,
    RenderedVoice,
)
from massctl.model.phrase import Phrase
from massctl.view.cells import shorten
from massctl.view.page import DOT, Inked, Part, Table
from massctl.view.style import Ink
from massctl.view.words import characters, duration, pictures

_PLACEHOLDER: Final = re.compile(re.escape(PICTURE_SCHEME) + r"[0-9a-f]{64}")
_BEGINNING_CELLS: Final = 72
"""How much of a text message is shown to recognise it by."""


def message_rows(table: Table, campaign: RenderedCampaign, labels: Mapping[str, str]) -> None:
    """Add a row for each article, or one for another message, with what is in it."""
    message = campaign.message
    if not isinstance(message, RenderedNews | RenderedText):
        first, *others = media_facts(campaign)
        table.row(labels["message"], first, *_details(*others))
        return
    if isinstance(message, RenderedText):
        beginning = shorten(" ".join(message.content.split()), _BEGINNING_CELLS)
        table.row(labels["text"], beginning, *_details(characters(len("".join(message.content.split())))))
        return
    for number, article in enumerate(message.articles, 1):
        found = len(set(_PLACEHOLDER.findall(article.content)))
        details = _details(characters(article.read_characters), pictures(found))
        table.row(labels["articles"] if number == 1 else "", f"{number}. {article.title}", *details, inner=3)


def media_facts(campaign: RenderedCampaign) -> list[str]:
    """Say what a message of pictures, a sound, a video or a coupon holds, its kind first."""
    message = campaign.message
    match message:
        case RenderedImage():
            words = [each for each in (message.title, message.recommend) if each]
            facts: list[str] = [Phrase("picture message"), pictures(len(message.materials)), *words]
        case RenderedVoice():
            facts = [Phrase("voice message")]
        case RenderedVideo():
            facts = [Phrase("video message"), message.title]
        case RenderedCard():
            facts = [Phrase("coupon"), message.card_id]
        case _:
            facts = []
    for each in campaign.recordings:
        facts += [short_path(each.path, campaign.name), *([duration(each.milliseconds)] if each.milliseconds else [])]
    given = [each.media_id for each in message.materials if each.media_id is not None]
    named = [Phrase("material {media_ids}", media_ids=", ".join(given))] if given else []
    return [_short(fact) for fact in facts if fact] + named


def _short(fact: str) -> str:
    """Cut words of a campaign; our own are short."""
    return fact if isinstance(fact, Phrase) else shorten(" ".join(fact.split()), _BEGINNING_CELLS)


def picture_rows(table: Table, campaign: RenderedCampaign, label: str) -> None:
    """Add a row for each picture that is not uploaded as it is."""
    changed = [picture for picture in campaign.pictures if picture.note]
    for index, picture in enumerate(changed):
        path = short_path(picture.path, campaign.name)
        table.row(label if index == 0 else "", f"{path}: ", picture.note or "", inner=2)


def short_path(path: str, campaign: str) -> str:
    """Give a path of the repository as it is written within its campaign's folder."""
    return path.removeprefix(f"campaigns/{campaign}/").removeprefix("campaigns/")


def _details(*phrases: str) -> list[Part]:
    parts: list[Part] = []
    for phrase in phrases:
        parts += [DOT, Inked(phrase, Ink.DETAIL)]
    return parts
