"""Read Markdown into the tree of an article; `wechat_html` then rewrites the tree for WeChat.

Internal elements carry what HTML has no element for: `massctl-note` refers to a footnote, `massctl-text` is its text,
`massctl-callout` a box, `massctl-formula` a formula. Authors cannot write them, since unknown names become text.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from markdown_it.token import Token

from massctl.model.diagnostics import Fault, FaultError, Lines, note, warning
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.render.article_bounds import (
    ATTRIBUTES_MAX,
    DEPTH_MAX,
    ELEMENTS_MAX,
    depth_fault,
    too_many,
)
from massctl.render.article_file import ArticleFile
from massctl.render.elements import is_script, writer_row
from massctl.render.formula import Formula
from massctl.render.html_article import UNENDED_COMMENT, tag_faults
from massctl.render.html_scan import COMMENT_ENDS, Edit, edited, tags, unended_comment
from massctl.render.markdown_lint import text_faults
from massctl.render.markdown_parser import Parsed, every, parse, with_emoji
from massctl.render.tree import MARKER, Builder, Element, HtmlBuilder


class Source(Frozen):
    """An article's Markdown as it was read."""

    tree: Element
    parsed: Parsed
    tokens: Sequence[Token]
    """The tokens that are shown, without a heading that repeats the title."""


def read_markdown(text: str, page: ArticleFile, *, is_file: bool = False) -> Source:
    """Read an article's Markdown; faults go to the page.

    `is_file`: the text is the file itself, so that positions in it are places.
    """
    try:
        parsed = parse(text)
    except FaultError as error:
        page.report(error.fault)
        return Source(Element("body"), Parsed([], {}, {}), [])
    lines = Lines(text)
    page.lines = lines if is_file else None
    tokens = _without_title(parsed.tokens, page, lines)
    for fault, at in text_faults(text, parsed, lines, is_file=is_file, breaks=page.breaks):
        page.report(fault, at)
    if len(text) > ELEMENTS_MAX and sum(1 for _ in every(parsed.tokens)) > 2 * ELEMENTS_MAX:
        page.report(too_many(ELEMENTS_MAX))
        return Source(Element("body"), parsed, tokens)
    has_html = "<" in text and any(token.type.startswith("html") for token in every(parsed.tokens))
    builder = HtmlBuilder() if has_html else Builder()
    writer = _TokenReader(page, parsed.notes, builder, lines, is_file=is_file)
    writer.write(tokens)
    for number, inline_note in parsed.inline_notes.items():
        builder.start("massctl-text", {"note": str(number)})
        writer.write(inline_note)
        builder.end("massctl-text")
    # Markdown's own nesting is bounded. Deep raw HTML could keep an HTML5 parser busy for minutes.
    if isinstance(builder, HtmlBuilder):
        deepest = writer.tags + max((token.level for token in parsed.tokens), default=0)
        is_suspect = deepest > DEPTH_MAX or writer.longest > ATTRIBUTES_MAX
        deep = depth_fault(builder.html, ELEMENTS_MAX) if is_suspect else None
        if deep is not None:
            page.report(deep)
            return Source(Element("body"), parsed, tokens)
    return Source(builder.finish(), parsed, tokens)


_NO_TAG = re.compile(r"</(?![A-Za-z])|<!(?!--|\[CDATA\[|doctype\b)[^>]*>?", re.IGNORECASE)
"""What looks like the beginning of a tag but is not one: browsers show nothing up to the next `>`."""
_COMMENT = re.compile(r"<!--(?!-?>)")
_COMMENTS = re.compile(r"(?:\s*+<!--(?:(?!-->).)*+-->)+\s*+", re.DOTALL)
_UNREAD = re.compile(r"<(?:!--.*|(?P<name>[A-Za-z][\w:-]*)\s+[A-Za-z][^<>]*?=\s*[\"'][^<]*)")
"""HTML in a line of text, where CommonMark reads none: it lacks its end or a quotation mark."""


class _TokenReader:
    """Feed Markdown tokens to a builder."""

    def __init__(
        self,
        page: ArticleFile,
        notes: Mapping[str, int],
        builder: Builder,
        lines: Lines,
        *,
        is_file: bool,
    ) -> None:
        self._page = page
        self._notes = notes
        self._builder = builder
        self._lines = lines
        self._is_file = is_file
        self._position = 0
        """Where the lines begin that are read, or where the last HTML ends."""
        self.tags = 0
        """An upper bound for the tags in raw HTML."""
        self.longest = 0
        """An upper bound for the attributes of one of these tags."""

    def write(self, tokens: Sequence[Token]) -> None:
        builder = self._builder
        writers = _WRITERS
        for token in tokens:
            write = writers.get(token.type)
            if write is not None:
                write(self, token)
            elif token.nesting > 0:
                builder.start(token.tag, None, self._at(token))
            elif token.nesting < 0:
                builder.end(token.tag)
            else:
                builder.void(token.tag)

    def _at(self, token: Token) -> int | None:
        """Return where the lines of a block begin, in a file."""
        if not token.map:
            return None
        self._position = self._lines.bounds(token.map[0] + 1)[0]
        return self._position if self._is_file else None

    def _found(self, html: str) -> int:
        """Return where HTML stands in the text, and go on behind it; -1 where it has escapes or stands elsewhere."""
        start = self._lines.text.find(html, self._position)
        self._position = start + len(html) if start >= 0 else self._position
        return start

    def _inline(self, token: Token) -> None:
        self.write(token.children or ())

    def _paragraph(self, token: Token) -> None:
        # In a tight list a paragraph is hidden; inside the entry its text begins a line of its own.
        if not token.hidden:
            if token.nesting > 0:
                self._builder.start("p", None, self._at(token))
            else:
                self._builder.end("p")

    def _text(self, token: Token) -> None:
        content = token.content
        for each in _UNREAD.finditer(content) if "<" in content else ():
            if not each["name"] or writer_row(each["name"].lower()) is not None:
                start = self._found(each[0])
                if start >= 0 and not self._lines.text.endswith("\\", 0, start):
                    self._page.report(_unknown(each[0]), start)
        self._builder.text(with_emoji(content) if ":" in content else content)

    def _code(self, token: Token) -> None:
        self._builder.start("code")
        self._builder.text(token.content)
        self._builder.end("code")

    def _block_of_code(self, token: Token) -> None:
        info = token.info.strip()
        self._builder.start("pre", {"info": info} if info else None, self._at(token))
        self._builder.text(token.content.removesuffix("\n"))
        self._builder.end("pre")

    def _formula(self, token: Token) -> None:
        number = len(self._page.formulas)
        self._page.formulas.append(Formula(token.content, token.markup in ("$$", "\\[")))
        token.meta["formula"] = number
        block = {"block": ""} if token.block else {}
        self._builder.start("massctl-formula", {"number": str(number), **block}, self._at(token))
        self._builder.end("massctl-formula")

    def _soft_break(self, _: Token) -> None:
        if self._page.breaks:
            self._builder.void("br")
        else:
            self._builder.text("\n")

    def _hard_break(self, _: Token) -> None:
        self._builder.void("br")

    def _html(self, token: Token) -> None:
        self.tags += token.content.count("<")
        self.longest = max(self.longest, len(token.content) // 2)
        start = self._found(token.content)
        self._builder.raw(
            _checked_html(
                token.content, self._page, start if start >= 0 and self._is_file else None
            )
        )

    def _html_block(self, token: Token) -> None:
        self._at(token)
        self._html(token)

    def _picture(self, token: Token) -> None:
        address = str(token.attrs.get("src", ""))
        if not address:
            before = f"![{token.content}]("
            self._page.report(
                Fault(
                    "MC201",
                    Phrase("the picture's address is empty"),
                    Phrase("write its path between the brackets, or remove the picture"),
                    needle=before,
                    shift=len(before),
                    width=1,
                )
            )
            return
        words = "".join(_plain_text(child) for child in token.children or ())
        title = str(token.attrs.get("title", ""))
        self._builder.void(
            "img", {"src": address, "alt": words, **({"title": title} if title else {})}
        )

    def _link(self, token: Token) -> None:
        self._builder.start("a", {"href": str(token.attrs.get("href", ""))})

    def _numbered_list(self, token: Token) -> None:
        start = token.attrs.get("start")
        self._builder.start("ol", None if start is None else {"start": str(start)}, self._at(token))

    def _cell(self, token: Token) -> None:
        style = str(token.attrs.get("style") or "")
        self._builder.start(token.tag, {"style": style} if style else None)

    def _box(self, token: Token) -> None:
        self._builder.start(
            "massctl-callout", {"kind": token.info, "title": token.content}, self._at(token)
        )

    def _box_end(self, _: Token) -> None:
        self._builder.end("massctl-callout")

    def _reference(self, token: Token) -> None:
        self._builder.start("massctl-note", {"note": str(token.meta["id"])})
        self._builder.end("massctl-note")

    def _note(self, token: Token) -> None:
        self._builder.start(
            "massctl-text", {"note": str(self._notes[token.meta["label"]])}, self._at(token)
        )

    def _note_end(self, _: Token) -> None:
        self._builder.end("massctl-text")


_WRITERS: Mapping[str, Callable[[_TokenReader, Token], None]] = {
    "inline": _TokenReader._inline,
    "text": _TokenReader._text,
    "paragraph_open": _TokenReader._paragraph,
    "paragraph_close": _TokenReader._paragraph,
    "code_inline": _TokenReader._code,
    "code_block": _TokenReader._block_of_code,
    "fence": _TokenReader._block_of_code,
    "formula": _TokenReader._formula,
    "softbreak": _TokenReader._soft_break,
    "hardbreak": _TokenReader._hard_break,
    "html_inline": _TokenReader._html,
    "html_block": _TokenReader._html_block,
    "image": _TokenReader._picture,
    "link_open": _TokenReader._link,
    "ordered_list_open": _TokenReader._numbered_list,
    "th_open": _TokenReader._cell,
    "td_open": _TokenReader._cell,
    "callout_open": _TokenReader._box,
    "callout_close": _TokenReader._box_end,
    "footnote_ref": _TokenReader._reference,
    "footnote_reference_open": _TokenReader._note,
    "footnote_reference_close": _TokenReader._note_end,
}


def _without_title(tokens: Sequence[Token], page: ArticleFile, lines: Lines) -> Sequence[Token]:
    """Leave out an h1 that is the title if it is the first that is shown: WeChat shows the title by itself."""
    index = next((at for at, token in enumerate(tokens) if not _is_comment(token)), len(tokens))
    heading = tokens[index] if index < len(tokens) else None
    if heading is None or heading.type != "heading_open" or heading.tag != "h1" or not heading.map:
        return tokens
    if tokens[index + 1].content.strip() != page.title:
        return tokens
    say = Phrase(
        "this heading is the title, which WeChat shows by itself: it is left out of the article"
    )
    hint = Phrase("take it out of the file, or write another heading")
    unshown = note("MC349", say, hint, needle=page.title)
    page.report(unshown, lines.text.find(page.title, lines.bounds(heading.map[0] + 1)[0]))
    return [*tokens[:index], *tokens[index + 3 :]]


def _is_comment(token: Token) -> bool:
    return token.type == "html_block" and _COMMENTS.fullmatch(token.content) is not None


def _plain_text(token: Token) -> str:
    """Return a token as plain text, for an `alt` attribute."""
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        return "".join(_plain_text(child) for child in token.children or ())
    return "" if token.type == "html_inline" else token.content


def _checked_html(text: str, page: ArticleFile, start: int | None) -> str:
    """Report what WeChat would remove from raw HTML, and escape tags with unknown names.

    CommonMark takes `<u8>` in "a Vec<u8> of bytes" for a tag, and a browser shows nothing of it. `start` is the place
    of the text in the file, where it is known; then each tag says its own.
    """
    end = len(text)
    opened = (
        _COMMENT.search(text, max(text.rfind(each) for each in COMMENT_ENDS) + 1)
        if "<!--" in text
        else None
    )
    if opened is not None:
        # An unclosed comment would swallow the text after the HTML.
        end = opened.start()
        page.report(_unknown(text[end:].partition("\n")[0]), None if start is None else start + end)
    torn = unended_comment(text[:end])
    if torn is not None:
        page.report(UNENDED_COMMENT, None if start is None else start + torn)
    edits = [_as_text(text, *found.span()) for found in _NO_TAG.finditer(text, 0, end)]
    edits += [_as_text(text, end, len(text))] if end < len(text) else []
    for tag in tags(text[:end]):
        place = None if start is None else start + tag.start
        if writer_row(tag.name) is None:
            edits.append(_as_text(text, tag.start, tag.end))
            if not tag.closing:
                page.report(_unknown(text[tag.start : tag.end]), place)
            continue
        page.count(tag)
        # A box of a task list becomes a character, and a link to another site a footnote, as those of Markdown do.
        is_box = tag.name == "input" and (tag.get("type") or "").lower() == "checkbox"
        attributes = {each.name: each.value for each in reversed(tag.attributes)}
        for fault, at in () if is_box else tag_faults(tag, text, attributes, "keep"):
            page.report(fault, None if start is None else start + at)
        if not tag.closing and "hidden" in attributes:
            page.report(
                Fault(
                    "MC308",
                    Phrase("WeChat removes `hidden`, so followers would see what it hides"),
                    Phrase("what nobody is to see is written `<!-- … -->`"),
                    needle=text[tag.start : tag.end],
                ),
                place,
            )
        address = (tag.get("href") or "").strip()
        if tag.name == "a" and is_script(address):
            page.scripts_told[address] += 1
        if place is not None and not tag.closing:
            behind = tag.name_start + len(tag.name)
            edits.append(Edit(behind, behind, f" {MARKER}={place} "))
    return edited(text, edits) if edits else text


def _as_text(text: str, start: int, end: int) -> Edit:
    return Edit(start, end, text[start:end].replace("<", "&lt;"))


def _unknown(written: str) -> Fault:
    return warning(
        "MC327",
        Phrase("`{text}` is not HTML and is shown as text", text=written[:40]),
        Phrase("if it is code, write it between back-ticks"),
        needle=written,
    )
