"""Markdown from a job that anybody may have changed: why it may not stand in a comment of ours, or that it may.

What massctl itself writes passes: its view puts whatever could mean something to a forge into code spans. Anything else
is refused whole; nothing is mended. So a comment notifies nobody, loads nothing, links nowhere, and shows no markup but
emphasis, lists, tables, code and folded parts.
Sources: CommonMark 0.31; GitHub Flavored Markdown 0.29; GitHub docs, "Autolinked references and URLs", read 2026-11.
"""

import re
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from massctl.model.phrase import Phrase

_TAG: Final = re.compile(r"</?(?:details|summary|b|strong|em|i|code|ins|del|sub|sup|kbd)>|<details open>|<br ?/?>")
"""Markup without an attribute that folds or emphasises, and nothing else."""
_CALLS: Final = re.compile(
    r"@[A-Za-z0-9]"  # somebody's name
    r"|#\d|(?i:\bGH-\d)"  # an issue or a pull request
    r"|(?i:\b(?:https?|ftp)://|\bwww\.|\bmailto:)"  # what becomes a link by itself
)
_HIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Controls, what reorders what is read, and blanks that nobody sees."""


def unfit(markdown: str) -> Phrase | None:
    """Say why this may not stand in a comment; None where it may."""
    if _HIDDEN.search(markdown):
        return Phrase("it holds characters that nobody sees")
    for token in _tokens(markdown):
        match token.type:
            case "image" | "link_open":
                return Phrase("it holds a link or a picture")
            case "html_block" | "html_inline":
                rest = _TAG.sub("", token.content)
                if "<" in rest:
                    return Phrase("it holds HTML")
                if _CALLS.search(rest):
                    return Phrase("it would notify somebody, or link to something")
            case "text" if _CALLS.search(token.content):
                return Phrase("it would notify somebody, or link to something")
            case _:
                pass
    return None


def _tokens(markdown: str) -> Iterator[Token]:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for token in parser.parse(markdown):
        yield token
        yield from _joined(token.children or [])


def _joined(children: list[Token]) -> Iterator[Token]:
    """Give the pieces of a line, with neighbouring text as one: a forge looks for names in the finished text."""
    text = ""
    for child in children:
        if child.type in ("text", "text_special"):
            text += child.content
            continue
        if text:
            yield Token("text", "", 0, content=text)
            text = ""
        yield child
    if text:
        yield Token("text", "", 0, content=text)
