"""Which characters are Chinese, Japanese or Korean: the ranges stand here, so that no Python version moves them."""

import re

_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uffef\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_SHARED_MARKS = "“”‘’…—·"
"""Punctuation that Chinese and other languages write with the same characters."""
_FULL_WIDTH_MARK = re.compile(
    "[\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]"
)


def is_cjk(character: str) -> bool:
    """Return whether a character is written without spaces around it, as full-width punctuation is.

    >>> is_cjk("春"), is_cjk("a")
    (True, False)
    """
    return _CJK.match(character) is not None


def has_cjk(text: str) -> bool:
    """Return whether a text contains such a character."""
    return _CJK.search(text) is not None


def cjk_count(text: str) -> int:
    """Count such characters."""
    return len(_CJK.findall(text))


def is_cjk_at(text: str, index: int, beyond: int) -> bool:
    """Say the same of `text[index]`; quotation marks and dashes go with their neighbour, `beyond` away (-1 or 1)."""
    if not 0 <= index < len(text):
        return False
    if text[index] in _SHARED_MARKS and 0 <= index + beyond < len(text):
        return is_cjk(text[index + beyond])
    return is_cjk(text[index])


def line_break(before: str, after: str) -> str:
    """Return what a line break in the source becomes: nothing in Chinese text, else a space.

    `before` and `after` are the characters around it; empty: the beginning or end of a paragraph.

    >>> line_break("春", "天"), line_break("spring", "sale")
    ('', ' ')
    """
    if not before or not after or (is_cjk(before) and is_cjk(after)):
        return ""
    marks = _FULL_WIDTH_MARK.match(before) or _FULL_WIDTH_MARK.match(after)
    return "" if marks else " "
