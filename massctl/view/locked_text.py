"""What a locked message holds, in a few rows: titles, lengths, and how many pictures."""

from typing import Final, assert_never

from massctl.model.lock import LockedCard, LockedImage, LockedNews, LockedText, LockedVideo, LockedVoice, LockFile
from massctl.model.phrase import Phrase
from massctl.view.cells import shorten
from massctl.view.send_block_text import PLAN_LABELS
from massctl.view.words import characters, pictures

_BEGINNING_CELLS: Final = 72
"""How much of a text is shown to recognise it by."""


def message_facts(lock: LockFile) -> list[tuple[str, list[str]]]:
    """Give rows, each a label and its facts."""
    message = lock.message
    match message:
        case LockedText(content=content):
            return [(PLAN_LABELS["text"], [_short(content), characters(len("".join(content.split())))])]
        case LockedNews(articles=articles):
            return [
                (
                    Phrase("article {number}", number=number),
                    [each.title, Phrase("{count:,} characters of HTML", count=each.content_chars)],
                )
                for number, each in enumerate(articles, 1)
            ]
        case LockedImage(files=files, media_ids=media_ids, title=title, recommend=recommend):
            count = pictures(len(files or media_ids or ()))
            facts: list[str] = [Phrase("picture message"), count, _short(title), _short(recommend)]
        case LockedVoice():
            facts = [Phrase("voice message")]
        case LockedVideo(title=title):
            facts = [Phrase("video message"), _short(title)]
        case LockedCard(card_id=card_id):
            facts = [Phrase("coupon"), card_id]
        case _:
            assert_never(message)
    facts += [each.path for each in lock.pictures if each.purpose in ("voice", "video")]
    return [(PLAN_LABELS["message"], [fact for fact in facts if fact])]


def _short(words: str) -> str:
    return shorten(" ".join(words.split()), _BEGINNING_CELLS)
