"""Text as HTML has it, in running text and in code."""

import re
from typing import Final

_BLANKS: Final = re.compile(r"(?:^|(?<=\n)) +| {2,}")
TAB: Final = 4
"""Columns from one tab stop in code to the next; phones show eight or nothing."""


def escaped_text(text: str) -> str:
    """Write text as HTML, with as few characters as can be."""
    if "&" in text or "<" in text or ">" in text or "\u00a0" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\u00a0", "&nbsp;")
    return text


def code_text(text: str) -> str:
    """Write code, with its blanks and line ends where WeChat drops them."""
    return escaped_text(blanks_kept(text.expandtabs(TAB))).replace("\n", "<br>")


def blanks_kept(code: str) -> str:
    """Fix leading and repeated blanks, one character for each.

    Of two beside each other one is fixed, so that neither is lost, and the one that is not costs a character.
    """
    return _BLANKS.sub(lambda blanks: ("\u00a0 " * len(blanks[0]))[: len(blanks[0])], code)
