"""Running text of Markdown as HTML: emphasis, line breaks, links with footnotes, pictures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from massctl.model.diagnostic import Severity
from massctl.model.phrase import Phrase
from massctl.render.cjk import line_break
from massctl.render.fault import Fault
from massctl.render.html_edit import with_placeholders
from massctl.render.html_rules import is_article_link, is_script, script_link
from massctl.render.page import Page

TOKENS_LOOKED_AT_MAX: Final = 100
"""Ours: tags between a line end and the next character; all of them, at each line end, would take their square."""
_BLANKS: Final = re.compile(r"(?:^|(?<=\n)) | {2,}")
_TAB: Final = "\u00a0" * 4
_LEFT_OVER: Final = re.compile(r"\*\*[^*\n]{0,20}")
_BROKEN: Final = re.compile(r"\]\((?P<address>[^()\n]{1,200})\)")
_PICTURE_NAME: Final = re.compile(r"\.(?:png|jpe?g|gif|webp|bmp)\b", re.IGNORECASE)
_SCHEME: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")


def code_text(text: str) -> str:
    """Keep the shape of code where WeChat drops it: leading and repeated blanks, tabs, line ends."""
    kept = _BLANKS.sub(lambda blanks: "\u00a0" * len(blanks[0]), text.replace("\t", _TAB))
    return escapeHtml(kept).replace("\u00a0", "&nbsp;").replace("\n", "<br>")


@dataclass
class TextWriter:
    """Writes the inline tokens of one article, paragraph by paragraph."""

    page: Page
    notes: dict[str, int] = field(default_factory=dict)
    """Addresses of footnotes, with their numbers."""
    _out: list[str] = field(default_factory=list)
    _plain: list[str] = field(default_factory=list)
    """What a reader sees of the paragraph, to tell what stands around a line break and inside a link."""
    _at_line_start: bool = True
    _links: list[tuple[str, str, int]] = field(default_factory=list)
    """For each open link: what closes it, the address of its footnote, where its text begins in `_plain`."""

    def write(self, tokens: Sequence[Token]) -> str:
        """Give the HTML of one paragraph's tokens."""
        self._out, self._plain, self._links = [], [], []
        self._at_line_start = True
        for index, token in enumerate(tokens):
            if token.type == "softbreak":
                before = "" if self._at_line_start else self._plain[-1][-1]
                self._out.append(line_break(before, _first_character(tokens, index + 1)))
            elif token.type in _WRITERS:
                _WRITERS[token.type](self, token)
            else:
                self._out.append(f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>")
        return "".join(self._out)

    def look_for_asterisks(self, shown: str) -> None:
        """Warn of emphasis marks that a reader would see."""
        left_over = _LEFT_OVER.search(shown)
        if left_over is not None:
            say = Phrase("the asterisks stay in the text: `{text}`", text=left_over[0])
            hint = Phrase("write `**` right before and right after the words, without blanks between")
            self.page.report(Fault("MC312", say, hint, severity=Severity.WARNING, needle=left_over[0]))

    def _text(self, token: Token) -> None:
        self.look_for_asterisks(token.content)
        broken = _BROKEN.search(token.content)
        if broken is not None:
            self.page.report(_broken(broken["address"]))
        self._out.append(escapeHtml(token.content))
        self._see(token.content)

    def _code(self, token: Token) -> None:
        self._out.append(f"<code>{code_text(token.content)}</code>")
        self._see(token.content)

    def _hard_break(self, _: Token) -> None:
        self._out.append("<br>")
        self._at_line_start = True

    def _html(self, token: Token) -> None:
        self._out.append(with_placeholders(token.content, self.page, sections=True))
        self._at_line_start = self._at_line_start or token.content.lower().startswith("<br")

    def _image(self, token: Token) -> None:
        address = str(token.attrs.get("src", ""))
        if not address:
            before = f"![{token.content}]("
            say = Phrase("the picture's address is empty")
            self.page.report(Fault("MC201", say, needle=before, shift=len(before), width=1))
            return
        placed = self.page.picture(address, address)
        if placed is None:
            return
        written, picture = placed
        attributes = {"src": written, "data-w": str(picture.width_pixels) if picture else ""}
        attributes["alt"] = "".join(_plain_text(child) for child in token.children or ())
        attributes["title"] = str(token.attrs.get("title", ""))
        shown = "".join(f' {name}="{escapeHtml(value)}"' for name, value in attributes.items() if value)
        self._out.append(f"<img{shown}>")
        self._see("x")

    def _open_link(self, token: Token) -> None:
        address = str(token.attrs.get("href", ""))
        closing, note = "", ""
        if is_script(address):
            self.page.report(script_link(address))
        elif is_article_link(address) or (self.page.external_links == "keep" and _SCHEME.match(address)):
            self._out.append(f'<a href="{escapeHtml(normalizeLink(address))}">')
            closing = "</a>"
        elif _SCHEME.match(address):
            note = address
        elif address and not address.startswith("#"):
            say = Phrase("the link to {address} leads nowhere in WeChat and becomes plain text", address=address)
            self.page.report(Fault("MC309", say, severity=Severity.WARNING, needle=address))
        self._links.append((closing, note, len(self._plain)))

    def _close_link(self, _: Token) -> None:
        closing, note, start = self._links.pop()
        self._out.append(closing)
        if note and "".join(self._plain[start:]) not in (note, note.removeprefix("mailto:")):
            self._out.append(f"<sup>[{self._number(note)}]</sup>")

    def _number(self, address: str) -> int:
        """Give an address its number; equal ones share it."""
        if address not in self.notes:
            self.notes[address] = len(self.notes) + 1
            say = Phrase("the link to {address} becomes a footnote", address=address)
            self.page.report(Fault("MC309", say, severity=Severity.INFO, needle=address))
        return self.notes[address]

    def _see(self, text: str) -> None:
        if text:
            self._plain.append(text)
            self._at_line_start = False


_WRITERS: Final = {
    "text": TextWriter._text,
    "code_inline": TextWriter._code,
    "hardbreak": TextWriter._hard_break,
    "html_inline": TextWriter._html,
    "image": TextWriter._image,
    "link_open": TextWriter._open_link,
    "link_close": TextWriter._close_link,
}


def _broken(address: str) -> Fault:
    """Say that a link or picture stays in the text as it is written, since Markdown does not see one there."""
    hint = Phrase("an address with blanks needs angle brackets: `(<{address}>)`", address=address)
    if _PICTURE_NAME.search(address):
        say = Phrase("the picture {address} is not shown: its line stays in the text as it is written", address=address)
        return Fault("MC201", say, hint, needle=address)
    say = Phrase("the link to {address} stays in the text as it is written", address=address)
    return Fault("MC312", say, hint, severity=Severity.WARNING, needle=address)


def _plain_text(token: Token) -> str:
    """What a token says where only text can stand."""
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        return "".join(_plain_text(child) for child in token.children or ())
    return "" if token.type == "html_inline" else token.content


def _first_character(tokens: Sequence[Token], start: int) -> str:
    """Give the first character that a reader sees of `tokens`; "x" stands for a picture."""
    for index in range(start, min(start + TOKENS_LOOKED_AT_MAX, len(tokens))):
        token = tokens[index]
        if token.type == "image":
            return "x"
        if token.type in ("text", "code_inline") and token.content:
            return token.content[0]
    return ""
