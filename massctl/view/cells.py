"""Terminal cells: how wide a text is on a screen, where its lines may break, and what is safe to print.

Widths and clusters are wcwidth's. It is imported when a text is measured that is more than ASCII and plain Chinese.
"""

import re
import unicodedata
from collections.abc import Iterator

_NOT_FIRST = frozenset("，。、；：？！）」』】》〉〕｝”’…—％,.;:?!)]}%·")
"""A line does not begin with one of these."""
_NOT_LAST = frozenset("（「『【《〈〔｛“‘([{￥¥")
"""A line does not end with one of these."""
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Controls that change the order in which characters are shown: a title could pretend to be another."""
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
TAB_CELLS = 4
_ONE_BY_ONE = re.compile(r"[ -~·‘’“”–—…→−▲▼‼\u3001-\u3011\u4e00-\u9fff！-～]*")
"""Texts in which each character is a cluster, of one cell or, from U+3001 on, of two."""


def printable(text: str) -> str:
    """Return `text` as it may go to a terminal: controls are written out, so that no file can steer the screen."""
    # What Python calls printable has no control in it; nearly every text is so.
    return text if text.isprintable() else "".join(_printable(character) for character in text)


def _printable(character: str) -> str:
    if character == "\t":
        return " " * TAB_CELLS
    if character in _REORDERING or unicodedata.category(character) in _UNPRINTABLE:
        return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
    return character


def is_one_by_one(text: str) -> bool:
    """Return whether each character is surely a cluster of its own, of known width."""
    return _ONE_BY_ONE.fullmatch(text) is not None


def clusters(text: str) -> Iterator[str]:
    """Split `text` into pieces that are shown as one: a base with its accents, an emoji with all its parts."""
    if is_one_by_one(text):
        return iter(text)
    from wcwidth import iter_graphemes

    return iter_graphemes(text)


def cells(text: str) -> int:
    """Measure `text`, which is one line and printable."""
    if text.isascii():
        return len(text)
    if is_one_by_one(text):
        return len(text) + sum(character >= "\u3001" for character in text)
    from wcwidth import iter_graphemes, wcswidth

    # Piece by piece, as lines are broken: wcswidth counts some signs of Indic scripts otherwise behind a digit.
    return sum(map(wcswidth, iter_graphemes(text)))


def is_wide(cluster: str) -> bool:
    """Return whether it takes two cells, as Chinese characters and emoji do."""
    return cells(cluster) == 2


def may_break(before: str, after: str) -> bool:
    """Return whether a line may end between two clusters that are not blanks: beside Chinese, but not before a 。"""
    return (
        (is_wide(before) or is_wide(after))
        and after[0] not in _NOT_FIRST
        and before[0] not in _NOT_LAST
    )


def pad(text: str, width: int) -> str:
    """Fill `text` with blanks up to `width` cells."""
    return text + " " * max(0, width - cells(text))


def shorten(text: str, width: int) -> str:
    """Cut `text` to at most `width` cells, with `…` where something is missing."""
    if 2 * len(text) <= width or cells(text) <= width:
        return text
    kept, used = "", 0
    for cluster in clusters(text):
        used += cells(cluster)
        if used > width - 1:
            break
        kept += cluster
    return kept.rstrip() + "…"
