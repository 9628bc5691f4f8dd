"""Markdown to HTML that survives WeChat: sections for lists and code, footnotes for links, no line ends.

Classes are for the theme and are gone after inlining: `list` around a list, `item` around each entry (its
mark is text), `code`, `scroll` around a table, `notes` and `note` at the end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from massctl.model.lines import Lines
from massctl.render.html_edit import with_placeholders
from massctl.render.md_lookalikes import lookalikes
from massctl.render.md_parser import parse
from massctl.render.md_text import TextWriter, code_text
from massctl.render.page import Page

BULLET: Final = "•\u2002"
AFTER_NUMBER: Final = ".\u2005"
_WRAPPED: Final = {
    "list_item_close": "</section>",
    "table_open": '<section class="scroll"><table>',
    "table_close": "</table></section>",
}
_TAG: Final = re.compile(r"<!--.*?(?:-->|\Z)|<[^>]*>?", re.DOTALL)
_TASKS: Final = {"[ ] ": "☐\u2005", "[x] ": "☑\u2005", "[X] ": "☑\u2005"}


def markdown_to_html(text: str, page: Page, *, is_file: bool = False) -> str:
    """Write an article's body; faults go to the page, and what they concern is left out.

    `is_file`: the text is the file itself, so that positions in it are places.
    """
    tokens = parse(text)
    page.lines = Lines(text) if is_file else None
    for fault, at in lookalikes(text, tokens):
        page.report(fault, at)
    # From here on, positions are those in a token.
    page.lines = None
    return _BlockWriter(TextWriter(page)).write(tokens)


@dataclass
class _BlockWriter:
    text: TextWriter
    out: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)
    """For each open list the next number; None for bullets."""
    mark: str = ""
    """The mark of a list entry whose text has not come yet."""
    bare: bool = False
    """The paragraph at hand has no tags of its own."""

    def write(self, tokens: Sequence[Token]) -> str:
        for token in _without_lone_paragraphs(_without_title(tokens, self.text.page.title)):
            self._token(token)
        if self.text.notes:
            lines = (
                f"[{number}] {escapeHtml(address.removeprefix('mailto:'))}"
                for address, number in self.text.notes.items()
            )
            self.out += ['<section class="notes">', *map(_note, lines), "</section>"]
        return "".join(self.out)

    def _token(self, token: Token) -> None:
        match token.type:
            case "inline":
                self.out.append(self._take_task(token) + self.text.write(token.children or ()))
            case "paragraph_open":
                self.bare = token.hidden or self.mark != ""
                self.out.append("" if self.bare else "<p>")
            case "paragraph_close":
                self.out.append("" if self.bare else "</p>")
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token)
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
                self.out.append("" if self.lists else "</section>")
            case "list_item_open":
                self._open_item()
            case _:
                self.out.append(self._take_mark() + self._other(token))

    def _other(self, token: Token) -> str:
        """Write a token that concerns no list; the mark of an entry that begins with it stands before it."""
        match token.type:
            case "fence" | "code_block":
                return f'<section class="code">{code_text(token.content.removesuffix(chr(10)))}</section>'
            case "html_block":
                self.text.look_for_asterisks(_TAG.sub(" ", token.content))
                return with_placeholders(token.content, self.text.page, sections=True)
        if token.type in _WRAPPED:
            return _WRAPPED[token.type]
        if token.nesting < 0:
            return f"</{token.tag}>"
        style = token.attrs.get("style")
        return f'<{token.tag} style="{style}">' if style else f"<{token.tag}>"

    def _open_list(self, token: Token) -> None:
        if not self.lists:
            self.out.append('<section class="list">')
        self.lists.append(None if token.type == "bullet_list_open" else int(token.attrs.get("start", 1)))

    def _open_item(self) -> None:
        number = self.lists[-1]
        self.out.append(self._take_mark() + '<section class="item">')
        self.mark = BULLET if number is None else f"{number}{AFTER_NUMBER}"
        if number is not None:
            self.lists[-1] = number + 1

    def _take_mark(self) -> str:
        mark, self.mark = self.mark, ""
        return mark

    def _take_task(self, token: Token) -> str:
        """Take the mark of the entry that begins here; a box where it begins with `[ ]` or `[x]`."""
        mark = self._take_mark()
        first = token.children[0] if mark and token.children else None
        task = _TASKS.get(first.content[:4]) if first is not None and first.type == "text" else None
        if first is None or task is None:
            return mark
        first.content = first.content[4:]
        return task


def _note(line: str) -> str:
    return f'<section class="note">{line}</section>'


def _without_lone_paragraphs(tokens: Sequence[Token]) -> Iterator[Token]:
    """Hide the paragraph around a picture that stands alone: the picture has its own margin, and tags count."""
    for index, token in enumerate(tokens):
        if token.type == "paragraph_open":
            lone = [child.type for child in tokens[index + 1].children or ()] == ["image"]
            token.hidden = token.hidden or lone
        yield token


def _without_title(tokens: Sequence[Token], title: str) -> Sequence[Token]:
    """Leave out the first h1 where it is the title, which WeChat shows above the article by itself."""
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            same = tokens[index + 1].content.strip() == title
            return [*tokens[:index], *tokens[index + 3 :]] if same else tokens
    return tokens
