"""Find invisible characters, and those that change the direction of writing.

A reviewer of a text with them does not read what followers read. A search, and WeChat's count of characters, includes
what nobody sees. A character that a script or an emoji needs is allowed.
Source of the classes: Unicode Standard Annex #9, "Bidirectional Algorithm", and #31, "Default ignorable characters".
"""

import re
import unicodedata

from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = "\u00ad\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
_SUSPECT = re.compile(f"[{_BIDI}{_UNSEEN}]")
_TURNS = re.compile(f"[{_BIDI}]")
_JOINERS = "\u200c\u200d"
_JOINED_SCRIPTS = (("\u0600", "\u0dff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"))
"""Arabic to Sinhala, Burmese, Khmer: scripts whose letters are written together or apart by a joiner."""
_FLAG = "\U0001f3f4"
"""The black flag, which tag characters make the flag of a region."""


class Unseen(Frozen):
    """A character that nobody sees, at its first place in a text."""

    character: str
    start: int
    count: int
    """How often it is in the text."""

    @property
    def message(self) -> Phrase:
        """Name the character, and how many there are."""
        code = f"U+{ord(self.character):04X}"
        name = unicodedata.name(self.character, "TAG")
        if _TURNS.match(self.character):
            return Phrase(
                "{code} ({name}) changes the direction of writing; it is here {count} times",
                code=code,
                name=name,
                count=self.count,
            )
        return Phrase(
            "{code} ({name}) is an invisible character; it is here {count} times",
            code=code,
            name=name,
            count=self.count,
        )

    @property
    def hint(self) -> Phrase:
        """Return the advice."""
        return Phrase(
            "delete it; such characters often come with text copied from a page or a chat"
        )


def unseen_characters(text: str) -> list[Unseen]:
    """Find each invisible character, with its first place. A byte order mark at the beginning does not count."""
    if not any(_SUSPECT.match(character) for character in {*text}):
        return []  # Every text but a few; its characters are far fewer than its length.
    found: dict[str, list[int]] = {}
    for hit in _SUSPECT.finditer(text, 1 if text.startswith("\ufeff") else 0):
        if not _is_needed(text, hit.start()):
            found.setdefault(hit[0], []).append(hit.start())
    return [Unseen(character, places[0], len(places)) for character, places in found.items()]


def _is_needed(text: str, at: int) -> bool:
    """Return whether a script or an emoji needs the character at this place."""
    before = text[at - 1 : at]
    after = text[at + 1 : at + 2]
    if text[at] in _JOINERS:
        if any(first <= before <= last for first, last in _JOINED_SCRIPTS):
            return True
        return text[at] == "\u200d" and _is_emoji(before) and _is_emoji(after)
    if text[at] >= "\U000e0000":
        return _FLAG in text[max(0, at - 7) : at]
    return False


def _is_emoji(character: str) -> bool:
    """Return whether a character is a symbol, a skin tone, or what makes a symbol an emoji."""
    return character != "" and (
        unicodedata.category(character) in ("So", "Sk") or character in "\ufe0f\u20e3"
    )
