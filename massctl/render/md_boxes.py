"""Boxes around paragraphs, in the two spellings that writers know.

`::: tip Title` to `:::`, as in VitePress, and GitHub's `> [!NOTE]`, also with a title behind it as in Obsidian. Both
become `callout_open` and `callout_close`, whose `info` is the kind and whose `content` is the title.
"""

import re
from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

_SAME: Final = {
    "note": "note info abstract summary tldr todo example quote cite question help faq",
    "tip": "tip hint success check done",
    "important": "important",
    "warning": "warning attention warn",
    "caution": "caution danger error bug failure fail missing",
    "details": "details",
}
KINDS: Final = {name: kind for kind, names in _SAME.items() for name in names.split()}
"""The names that writers use, in lower case, each with what it means here."""
_FENCE: Final = re.compile(r"\s*(?P<name>[A-Za-z]+)(?:\[(?P<bracket>[^\]]*)\])?(?:\s*\{[^}]*\})?(?P<title>(?:\s.*)?)$")
_ALERT: Final = re.compile(r"\[!(?P<name>[A-Za-z]+)\][+-]?(?P<title>[^\n]*)(?:\n|$)")


def add_boxes(markdown: MarkdownIt) -> None:
    """Teach a parser both spellings."""
    container_plugin(markdown, "callout", validate=lambda info, _: _fenced(info) is not None)
    markdown.core.ruler.after("block", "callouts", _alerts)


def _fenced(info: str) -> re.Match[str] | None:
    found = _FENCE.match(info)
    return found if found is not None and found["name"].lower() in KINDS else None


def _alerts(state: StateCore) -> None:
    """Find boxes before their text is parsed; what opens them is no text."""
    open_quotes: list[tuple[Token, bool]] = []
    for index, token in enumerate(state.tokens):
        if token.type == "container_callout_open" and (found := _fenced(token.info)) is not None:
            token.type, token.info = "callout_open", KINDS[found["name"].lower()]
            token.content = (found["bracket"] or found["title"]).strip()
        elif token.type == "container_callout_close":
            token.type = "callout_close"
        elif token.type == "blockquote_open":
            open_quotes.append((token, _name_quote(state.tokens, index)))
        elif token.type == "blockquote_close":
            _, is_box = open_quotes.pop()
            token.type = "callout_close" if is_box else token.type


def _name_quote(tokens: Sequence[Token], index: int) -> bool:
    inline = tokens[index + 2] if tokens[index + 1].type == "paragraph_open" else None
    found = _ALERT.match(inline.content) if inline is not None else None
    if inline is None or found is None or found["name"].lower() not in KINDS:
        return False
    tokens[index].type, tokens[index].info = "callout_open", KINDS[found["name"].lower()]
    tokens[index].content = found["title"].strip()
    inline.content = inline.content[found.end() :].lstrip()
    return True
