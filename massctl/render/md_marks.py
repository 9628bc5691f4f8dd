"""Small marks in running text: `==highlight==`, `H~2~O`, `x^2^`.

They are read narrowly: `~` and `^` are at home in Chinese chat (`好~`, `^_^`), and `==` in code, so a mark that may be
meant as itself stays as it is written.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline.state_inline import StateInline

_HIGHLIGHT: Final = re.compile(r"==(?=[^\s=])(?P<text>(?:[^\n=]|=(?!=)){1,500}?)(?<=[^\s=])==(?![=A-Za-z0-9])")
_SUBSCRIPT: Final = re.compile(r"~(?P<text>[0-9]{1,4}[+-]?|[a-z]{1,3}|[+-])~(?!~)")
_SUPERSCRIPT: Final = re.compile(r"\^(?P<text>[+\-−]?[0-9]{1,6}[+-]?|[+-]|[A-Za-z]{1,8}|\([A-Za-z0-9+\-]{1,8}\))\^")
_BEFORE_HIGHLIGHT: Final = re.compile(r"[=!<>A-Za-z0-9]")
_BEFORE_SUBSCRIPT: Final = re.compile(r"[A-Za-z)\]]")
_BEFORE_SUPERSCRIPT: Final = re.compile(r"[0-9A-Za-z)\]\u3400-\u9fff]")


def add_marks(markdown: MarkdownIt) -> None:
    """Teach a parser the three marks."""
    markdown.inline.ruler.before("emphasis", "highlight", _highlight)
    markdown.inline.ruler.before("strikethrough", "subscript", _subscript)
    markdown.inline.ruler.before("emphasis", "superscript", _superscript)
    # The parser steps over plain text up to the next character that may begin something.
    markdown.inline.add_terminator_char("=")
    markdown.inline.add_terminator_char("^")


def _highlight(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "=" or (state.pos and _BEFORE_HIGHLIGHT.match(state.src[state.pos - 1])):
        return False
    found = _HIGHLIGHT.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("highlight_open", "mark", 1)
        maximum, state.pos, state.posMax = state.posMax, found.start("text"), found.end("text")
        state.md.inline.tokenize(state)
        state.posMax = maximum
        state.push("highlight_close", "mark", -1)
    state.pos = found.end()
    return True


def _subscript(state: StateInline, silent: bool) -> bool:
    return _small(state, silent, "~", "sub", _SUBSCRIPT, _BEFORE_SUBSCRIPT)


def _superscript(state: StateInline, silent: bool) -> bool:
    return _small(state, silent, "^", "sup", _SUPERSCRIPT, _BEFORE_SUPERSCRIPT)


def _small(
    state: StateInline, silent: bool, mark: str, tag: str, pattern: re.Pattern[str], before: re.Pattern[str]
) -> bool:
    if state.src[state.pos] != mark or not state.pos or not before.match(state.src[state.pos - 1]):
        return False
    found = pattern.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push(f"{tag}_open", tag, 1)
        text = state.push("text", "", 0)
        text.content = found["text"]
        state.push(f"{tag}_close", tag, -1)
    state.pos = found.end()
    return True
