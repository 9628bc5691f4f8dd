"""The Markdown parser: CommonMark with tables, strikethrough, footnotes, definitions, boxes and small marks.

CommonMark looks for blanks and punctuation to tell where emphasis begins and ends, and Chinese has no blanks:
`**注意，**请看` stays full of asterisks. As in the published amendment "CJK-friendly emphasis", Chinese
punctuation counts as a letter here, and Chinese letters count as a boundary for other punctuation.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from massctl.render.cjk import is_cjk_at
from massctl.render.md_boxes import add_boxes
from massctl.render.md_marks import add_marks
from massctl.render.md_math import add_math

NESTING_MAX = 100


class _Inline(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803  # markdown-it's names.
        """Tell whether a run of `*`, `_` or `~` can open or close emphasis."""
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        last = self.src[start - 1] if start > 0 else " "
        after = self.src[end] if end < self.posMax else " "
        last_cjk, after_cjk = is_cjk_at(self.src, start - 1, -1), is_cjk_at(self.src[: self.posMax], end, 1)
        last_mark, after_mark = _is_mark(last), _is_mark(after)
        last_blank, after_blank = isWhiteSpace(ord(last)), isWhiteSpace(ord(after))
        opens = not after_blank and (not after_mark or after_cjk or last_blank or last_mark or last_cjk)
        closes = not last_blank and (not last_mark or last_cjk or after_blank or after_mark or after_cjk)
        return Scanned(
            opens and (canSplitWord or not closes or last_mark),
            closes and (canSplitWord or not opens or after_mark),
            end - start,
        )


def _is_mark(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


class _ParserInline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]) -> list[Token]:
        """Parse one run of text with our notion of emphasis."""
        state = _Inline(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _Markdown(MarkdownIt):
    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """Leave addresses as written: pictures are files, and links are encoded when they are written out."""
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802
        """Take every address: what is forbidden must become a diagnostic, not stay in the text."""
        return True


@cache
def _parser() -> MarkdownIt:
    markdown = _Markdown("commonmark", {"html": True, "typographer": False, "maxNesting": NESTING_MAX})
    rules = markdown.inline.ruler.get_active_rules(), markdown.inline.ruler2.get_active_rules()
    markdown.inline = _ParserInline()
    markdown.inline.ruler.enableOnly(rules[0])
    markdown.inline.ruler2.enableOnly(rules[1])
    markdown.enable(["table", "strikethrough"])
    footnote_plugin(markdown, move_to_end=False)
    deflist_plugin(markdown)
    add_boxes(markdown)
    add_marks(markdown)
    add_math(markdown)
    return markdown


@dataclass(frozen=True, slots=True)
class Parsed:
    """What Markdown was read as."""

    tokens: list[Token]
    notes: dict[str, int]
    """The labels of the footnotes that are written out, each with the number that its references carry; those that no
    reference names are numbered behind all others."""
    inline_notes: dict[int, list[Token]]
    """Footnotes that stand in the line (`^[…]`), by the same numbers."""


def parse(text: str) -> Parsed:
    """Parse Markdown into markdown-it's tokens."""
    env: dict[str, Any] = {}
    tokens = _parser().parse(text, env)
    found = env.get("footnotes", {"refs": {}, "list": {}})
    numbers = {label.removeprefix(":"): number for label, number in found["refs"].items()}
    count = len(found["list"])
    for label, number in numbers.items():
        if number < 0:
            numbers[label], count = count, count + 1
    return Parsed(tokens, numbers, {n: note["tokens"] for n, note in found["list"].items() if "tokens" in note})
