"""Characters that nobody sees, written out: a joiner of width zero, a filler, a tag, accents piled up without end.

A title with them looks like another title. What makes an emoji stays: a joiner and a selector beside a pictograph.
Sources: Unicode 16, DerivedCoreProperties.txt (Default_Ignorable_Code_Point); UTS #51 (emoji), read 2026-11.
"""

import unicodedata
from typing import Final

ACCENTS_MAX: Final = 3
"""More accents on one letter are written out; no script of today needs more."""

_JOINER: Final = "\u200d"
_SELECTORS: Final = frozenset("\ufe0e\ufe0f")
_KEYCAP: Final = frozenset("0123456789#*")
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, accents and a sign that are drawn as nothing."""
_ACCENTS: Final = frozenset({"Mn", "Me"})


def spelt_out(text: str) -> str:
    """Give `text` with every character that is not seen as its number: `\\u200b`. What is seen stays as it is."""
    if text.isascii():
        return text
    found: list[str] = []
    accents = 0
    for index, character in enumerate(text):
        accents = accents + 1 if unicodedata.category(character) in _ACCENTS else 0
        hidden = _is_hidden(text, index) or accents > ACCENTS_MAX
        found.append(_number(character) if hidden else character)
    return "".join(found)


def _is_hidden(text: str, index: int) -> bool:
    character = text[index]
    before, after = text[index - 1] if index else "", text[index + 1] if index + 1 < len(text) else ""
    if character == _JOINER:
        return not (_ends_pictograph(before) and _is_pictograph(after))
    if character in _SELECTORS:
        return not (_is_pictograph(before) or before in _KEYCAP)
    return character in _FILLERS or unicodedata.category(character) in {"Cf", "Co"} or _is_ignorable(ord(character))


def _is_pictograph(character: str) -> bool:
    """Say whether an emoji may begin with it: other symbols, arrows and marks of mathematics among them."""
    return character != "" and not character.isascii() and unicodedata.category(character) in {"So", "Sm", "Po"}


def _ends_pictograph(character: str) -> bool:
    skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return skin_tone or character in _SELECTORS or _is_pictograph(character)


def _is_ignorable(number: int) -> bool:
    """Say whether it is drawn as nothing, be it assigned or not."""
    return (
        0xFE00 <= number <= 0xFE0F
        or 0x180B <= number <= 0x180F
        or 0xFFF0 <= number <= 0xFFF8
        or 0xE0000 <= number <= 0xE0FFF
    )


def _number(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
