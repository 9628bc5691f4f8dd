"""Markdown to the HTML that it means, and that HTML made safe: lists are `ul` here and sections afterwards.

What the stage behind cannot know from HTML is said by elements of our own: `massctl-note` refers to a footnote,
`massctl-text` holds one. HTML that a writer wrote never has them, since unknown names become text.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from massctl.model.diagnostics import Lines, Severity
from massctl.model.phrase import Phrase
from massctl.render.bounds import DEPTH_MAX, depth_fault
from massctl.render.cjk import has_cjk
from massctl.render.fault import Fault
from massctl.render.md_emoji import with_emoji
from massctl.render.md_links import broken_links
from massctl.render.md_lookalikes import lookalikes
from massctl.render.md_parser import NESTING_MAX, Parsed, parse
from massctl.render.md_raw import checked_html
from massctl.render.md_signs import swallowed_signs
from massctl.render.page import Page
from massctl.render.safe_html import safe_html

VERSE_CHARACTERS: Final = range(4, 17)
"""Ours: from a line of four characters to two of seven with their marks; prose that an editor wraps has longer ones."""
_TAG: Final = re.compile(r"<!--.*?(?:-->|\Z)|<[^>]*>?", re.DOTALL)
_LEFT_OVER: Final = re.compile(r"\*\*[^*\n]{0,20}")
_READ_NOT: Final = re.compile(r"(?<![A-Za-z0-9*_/\\])\*(?=[^\W_])[^*\n]{0,40}(?<=\w)\*(?![A-Za-z0-9*_/])")
"""Emphasis of one asterisk, as it stands inside HTML; `*` behind a name and before a note is none."""
_UNDERSCORES: Final = re.compile(r"(?<![A-Za-z0-9_/])__(?![\s_])[^_\n]{1,60}(?<!\s)__(?![A-Za-z0-9_(])")
"""Two on both sides of words, and no name as Python writes them (`a__b__`)."""
_BROKEN: Final = re.compile(r"\]\((?P<address>[^()\n]{1,200})\)")
_SIZED: Final = re.compile(r"(?P<address>[^ ]+) +=\d*x\d*")
"""`a.png =300x`, a width as Marked 2 and others write it."""
_PICTURE_NAME: Final = re.compile(r"\.(?:png|jpe?g|gif|webp|bmp)\b", re.IGNORECASE)


def markdown_to_html(text: str, page: Page, *, is_file: bool = False) -> str:
    """Write an article's body; faults go to the page, and what they concern is left out.

    `is_file`: the text is the file itself, so that positions in it are places.
    """
    parsed = parse(text)
    page.lines = Lines(text) if is_file else None
    for fault, at in lookalikes(text, parsed, is_file=is_file):
        page.report(fault, at)
    # From here on, positions are those in a token.
    page.lines = None
    writer = _Writer(page, parsed.notes)
    html = writer.written(parsed)
    # What Markdown makes is bounded; enough of what a writer wrote could take an HTML5 parser minutes.
    too_deep = depth_fault(html) if writer.tags > DEPTH_MAX - NESTING_MAX else None
    if too_deep is not None:
        page.report(too_deep)
        return ""
    return safe_html(html, page)


class _Writer:
    """Writes tokens as the HTML that they mean; what no tag says, checks of the text, is done on the way."""

    def __init__(self, page: Page, notes: Mapping[str, int]) -> None:
        self._page = page
        self._notes = notes
        self._out: list[str] = []
        self.tags = 0
        """Of the writer's own HTML, at most."""

    def written(self, parsed: Parsed) -> str:
        self._write(_without_title(parsed.tokens, self._page.title))
        for number, tokens in parsed.inline_notes.items():
            self._out.append(f'<massctl-text note="{number}">')
            self._write(tokens)
            self._out.append("</massctl-text>")
        return "".join(self._out)

    def _write(self, tokens: Sequence[Token]) -> None:
        out, writers = self._out, _WRITERS
        for token in tokens:
            write = writers.get(token.type)
            if write is not None:
                write(self, token)
            elif token.nesting < 0:
                out.append(f"</{token.tag}>")
            else:
                out.append(f"<{token.tag}>")

    def _inline(self, token: Token) -> None:
        children = token.children or ()
        if "*" in token.content:
            for fault in swallowed_signs(children):
                self._page.report(fault)
        if "\n" in token.content and not self._page.breaks:
            self._look_for_verse(token)
        self._write(children)

    def _paragraph(self, token: Token) -> None:
        # In a tight list a paragraph is hidden; inside the entry its text begins a line of its own.
        if not token.hidden:
            self._out.append("<p>" if token.nesting > 0 else "</p>")

    def _text(self, token: Token) -> None:
        content = token.content
        if "**" in content and (left_over := _LEFT_OVER.search(content)) is not None:
            hint = Phrase("write `**` directly before and after the words, without spaces")
            self._report_asterisks(left_over[0], hint)
        if "__" in content:
            self._look_for_underscores(content)
        if "[" in content:
            for fault in broken_links(content):
                self._page.report(fault)
        if "](" in content and (broken := _BROKEN.search(content)) is not None:
            self._page.report(_broken(broken["address"]))
        self._out.append(escapeHtml(with_emoji(content) if ":" in content else content))

    def _code(self, token: Token) -> None:
        self._out.append(f"<code>{escapeHtml(token.content)}</code>")

    def _block_of_code(self, token: Token) -> None:
        language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
        attribute = f' lang="{escapeHtml(language)}"' if language else ""
        # The first line end inside of `pre` is none to a browser.
        self._out.append(f"<pre{attribute}>\n{escapeHtml(token.content.removesuffix(chr(10)))}</pre>")

    def _formula(self, token: Token) -> None:
        block = " block" if token.block else ""
        self._out.append(
            f'<massctl-formula tex="{escapeHtml(token.content)}" mark="{token.markup}"{block}></massctl-formula>'
        )

    def _soft_break(self, _: Token) -> None:
        self._out.append("<br>" if self._page.breaks else "\n")

    def _hard_break(self, _: Token) -> None:
        self._out.append("<br>")

    def _html(self, token: Token) -> None:
        self.tags += token.content.count("<")
        self._out.append(checked_html(token.content, self._page))

    def _block_of_html(self, token: Token) -> None:
        shown = _TAG.sub(" ", token.content)
        left_over = _LEFT_OVER.search(shown) or _READ_NOT.search(shown)
        if left_over is not None:
            self._report_asterisks(
                left_over[0],
                Phrase("Markdown is not read directly after a tag: leave a line empty, or write `<em>`"),
            )
        self._look_for_underscores(shown)
        self._html(token)

    def _picture(self, token: Token) -> None:
        address = str(token.attrs.get("src", ""))
        if not address:
            before = f"![{token.content}]("
            say = Phrase("the picture's address is empty")
            hint = Phrase("write its path between the brackets, or remove the picture")
            self._page.report(Fault("MC201", say, hint, needle=before, shift=len(before), width=1))
            return
        words = "".join(_plain_text(child) for child in token.children or ())
        self._out.append(f'<img src="{escapeHtml(address)}" alt="{escapeHtml(words)}"')
        title = str(token.attrs.get("title", ""))
        self._out.append(f' title="{escapeHtml(title)}">' if title else ">")

    def _link(self, token: Token) -> None:
        self._out.append(f'<a href="{escapeHtml(str(token.attrs.get("href", "")))}">')

    def _numbered_list(self, token: Token) -> None:
        start = token.attrs.get("start")
        self._out.append("<ol>" if start is None else f'<ol start="{start}">')

    def _cell(self, token: Token) -> None:
        style = token.attrs.get("style")
        self._out.append(f'<{token.tag} style="{style}">' if style else f"<{token.tag}>")

    def _box(self, token: Token) -> None:
        self._out.append(f'<massctl-callout kind="{token.info}" title="{escapeHtml(token.content)}">')

    def _box_end(self, _: Token) -> None:
        self._out.append("</massctl-callout>")

    def _reference(self, token: Token) -> None:
        self._out.append(f'<massctl-note note="{token.meta["id"]}"></massctl-note>')

    def _note(self, token: Token) -> None:
        self._out.append(f'<massctl-text note="{self._notes[token.meta["label"]]}">')

    def _note_end(self, _: Token) -> None:
        self._out.append("</massctl-text>")

    def _look_for_verse(self, token: Token) -> None:
        """Note short lines of Chinese that become one: verse, an address, a signature."""
        lines = token.content.split("\n")
        kinds = {child.type for child in token.children or ()}
        if (
            "softbreak" in kinds
            and "image" not in kinds
            and all(len(line) in VERSE_CHARACTERS and has_cjk(line) for line in lines)
        ):
            say = Phrase("{count} short lines become one line of the article", count=len(lines))
            hint = Phrase("to keep them apart, end a line with `\\`, or write `breaks: true` in campaign.yaml")
            self._page.report(Fault("MC348", say, hint, severity=Severity.WARNING, needle=lines[0]))

    def _report_asterisks(self, shown: str, hint: Phrase) -> None:
        """Warn of emphasis marks that a reader would see."""
        say = Phrase("the asterisks stay in the text: `{text}`", text=shown)
        self._page.report(Fault("MC312", say, hint, severity=Severity.WARNING, needle=shown))

    def _look_for_underscores(self, shown: str) -> None:
        """Warn of those beside Chinese, which are no emphasis."""
        for found in _UNDERSCORES.finditer(shown):
            if not has_cjk(shown[max(0, found.start() - 1) : found.end() + 1]):
                continue
            say = Phrase("the underscores stay in the text: `{text}`", text=found[0])
            hint = Phrase("write `{text}`: underscores next to Chinese are not emphasis", text=f"**{found[0][2:-2]}**")
            if found[0].isascii():
                bold = f"**{found[0][2:-2]}**"
                hint = Phrase("write `{text}`, or, if it is code, put it between back-ticks", text=bold)
            self._page.report(Fault("MC312", say, hint, severity=Severity.WARNING, needle=found[0]))


_WRITERS: Final[Mapping[str, Callable[[_Writer, Token], None]]] = {
    "inline": _Writer._inline,
    "text": _Writer._text,
    "paragraph_open": _Writer._paragraph,
    "paragraph_close": _Writer._paragraph,
    "code_inline": _Writer._code,
    "code_block": _Writer._block_of_code,
    "fence": _Writer._block_of_code,
    "formula": _Writer._formula,
    "softbreak": _Writer._soft_break,
    "hardbreak": _Writer._hard_break,
    "html_inline": _Writer._html,
    "html_block": _Writer._block_of_html,
    "image": _Writer._picture,
    "link_open": _Writer._link,
    "ordered_list_open": _Writer._numbered_list,
    "th_open": _Writer._cell,
    "td_open": _Writer._cell,
    "callout_open": _Writer._box,
    "callout_close": _Writer._box_end,
    "footnote_ref": _Writer._reference,
    "footnote_reference_open": _Writer._note,
    "footnote_reference_close": _Writer._note_end,
}


def _broken(address: str) -> Fault:
    """Say that a link or picture stays in the text as it is written, since Markdown does not see one there."""
    hint = Phrase("an address with spaces needs angle brackets: `(<{address}>)`", address=address)
    if (sized := _SIZED.fullmatch(address)) is not None:
        hint = Phrase('give a width in HTML: `<img src="{address}" width="50%">`', address=sized["address"])
    if _PICTURE_NAME.search(address):
        say = Phrase("the picture {address} is not shown: its line stays in the text as written", address=address)
        return Fault("MC201", say, hint, needle=f"]({address})", shift=2, width=len(address))
    say = Phrase("the link to {address} stays in the text as written", address=address)
    return Fault("MC312", say, hint, severity=Severity.WARNING, needle=f"]({address})", shift=2, width=len(address))


def _plain_text(token: Token) -> str:
    """What a token says where only text can stand."""
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        return "".join(_plain_text(child) for child in token.children or ())
    return "" if token.type == "html_inline" else token.content


def _without_title(tokens: Sequence[Token], title: str) -> Sequence[Token]:
    """Leave out the first h1 where it is the title, which WeChat shows above the article by itself."""
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            same = tokens[index + 1].content.strip() == title
            return [*tokens[:index], *tokens[index + 3 :]] if same else tokens
    return tokens
