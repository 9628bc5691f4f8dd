"""Rewrite the tree of a Markdown article into elements that WeChat keeps, in one walk, by the table of elements.

Nothing that a reader sees is lost. An element that WeChat would rebuild is written as one that it leaves alone. Of an
element that means nothing to WeChat, the children are written. Classes are for the theme and are gone after inlining.
Both are listed in docs/reference/wechat-html.md, with sources.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import zip_longest
from string import ascii_lowercase
from typing import NamedTuple, TypeGuard

from markdown_it.common.normalize_url import normalizeLink
from msgspec.structs import replace

from massctl.model.diagnostics import Fault, FaultError, note, warning
from massctl.model.message import Picture
from massctl.model.phrase import Phrase
from massctl.render.article_bounds import DEPTH_MAX, ELEMENTS_MAX, too_deep, too_many
from massctl.render.article_file import ArticleFile
from massctl.render.cjk import cjk_count, line_break
from massctl.render.code_block import code_style, read_info, write_code
from massctl.render.elements import (
    Handling,
    hidden_content,
    is_component,
    is_script,
    lost_title,
    row,
    script_link,
)
from massctl.render.highlight import blanks_kept
from massctl.render.links import Notes, bare_links, has_scheme, meant, stays
from massctl.render.paths import is_spacer, spacer_fault
from massctl.render.styles import declarations, with_pictures
from massctl.render.tree import Element, parse

BULLET = "•"
INLINE_PIXELS_MAX = 64
"""Ours: a wider picture in a line of text is not an icon; it gets a line of its own."""
_ATTRIBUTION = re.compile(r"(?:——?|--)[^。！？…]{1,60}")
_KEPT = frozenset(
    {"class", "colspan", "dir", "lang", "leaf", "nodeleaf", "rowspan", "style", "title"}
)
"""Attributes of an author's element that are kept, besides those that begin with `data-`."""
_ALIGNMENTS = frozenset({"center", "justify", "left", "right"})
_LENGTH = re.compile(r"\s*(?P<number>\d{1,4}(?:\.\d+)?)(?P<unit>px|%)?\s*")
_COLOUR = re.compile(r"#?\w+", re.ASCII)
_BREAK = re.compile(r"[ \t]*\n\s*")
_WIDTHS = ("", "", " item-2", *[" item-3"] * 9)
"""Classes that give the mark of an entry its room, by the length of the longest number of the list."""
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_ROMAN = (
    *(
        ("m", 1000),
        ("cm", 900),
        ("d", 500),
        ("cd", 400),
        ("c", 100),
        ("xc", 90),
        ("l", 50),
        ("xl", 40),
    ),
    *(("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1)),
)
_ROMAN_MAX = 3999
_TASK_CHARACTERS = 4
_TASKS = {"[ ] ": "☐", "[x] ": "☑", "[X] ": "☑"}
_TITLES = {
    "note": ("说明", "Note"),
    "tip": ("提示", "Tip"),
    "important": ("重要", "Important"),
    "warning": ("注意", "Warning"),
    "caution": ("警告", "Caution"),
    "details": ("详情", "Details"),
}
"""Titles of boxes that have none of their own, in Chinese and in English."""
ROW_MAX = 3
"""Ours: pictures side by side; more are too small on a phone."""
_GAP = 2
"""Percent between pictures side by side: 7 px on a phone."""
_COPIED = (Handling.COPY, Handling.PART)
_IN_DRAWINGS = frozenset({"a", "title"})
"""Elements of HTML that drawings have too."""
_MIDDLE = "margin-left:auto;margin-right:auto"
_CENTRED = re.compile(r"text-align\s*:\s*center")
_AROUND = 3
"""How many ancestors of a picture may centre it: a link, a paragraph and the element around it."""


def normalised(
    parts: Sequence[tuple[Element, ArticleFile]], *, own: int = 0, is_chinese: bool
) -> Element:
    """Return a body with the article in it, one section; faults go to the pages, and what they concern is left out.

    Its notes have one order, and stand at the end of the part `own`. `is_chinese`: words of ours are Chinese, as the
    article is.
    """
    _draw([page for _, page in parts])
    notes = Notes()
    writers = [
        _ArticleWriter(page, notes, part, is_chinese=is_chinese)
        for part, (_, page) in enumerate(parts)
    ]
    writer = writers[own]
    try:
        for writer, (source, _) in zip(writers, parts, strict=True):
            writer.children(source)
        listed = writers[own].article.add("section", {"class": "notes"})
        title = listed.add("section", {"class": "notes-title"})
        for key in notes:
            writer = writers[own if isinstance(key, str) else key[0]]
            _write_note(writer, key, listed)
        # Decided here, because the text of a footnote may have added the first address.
        names = ("参考资料", "References") if notes.has_addresses() else ("注释", "Notes")
        title.children.append(names[0 if is_chinese else 1])
        if listed.children == [title]:
            writers[own].article.children.pop()
    except FaultError as error:
        writer.page.report(error.fault)
        writer.article.children.clear()
    first, *others = writers
    for each in others:
        first.article.take(each.article)
    return first.body


class _ArticleWriter:
    """Writes the new tree. A line end in the source becomes what `cjk.line_break` says, once both sides are known."""

    def __init__(self, page: ArticleFile, notes: Notes, part: int, *, is_chinese: bool) -> None:
        self.page = page
        self.notes = notes
        """Of all parts of the article; `part` is the number of this one."""
        self.part = part
        self.is_chinese = is_chinese
        self.body = Element("body")
        self.article = self.body.add("section", {"class": "article"})
        self.here = self.article
        """The element that is being written."""
        self.list_depth = 0
        self.in_code = False
        self.in_link = False
        self.skip = 0
        """How many characters of the next text to skip: those of a task box, which is already written."""
        self.ticked: Element | None = None
        """The checkbox that is already written as a character."""
        self._last = ""
        """The last visible character of the line; empty at its start."""
        self._gap: tuple[list[Element | str], int] | None = None
        """Where a line end waits until the next character decides what it becomes."""
        self._depth = 0
        self._elements = 0

    def children(self, element: Element) -> None:
        """Write the children of an element."""
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise FaultError(too_deep(f"<{element.name}"))
        for child in element.children:
            if isinstance(child, str):
                self.text(child)
            else:
                self.element(child)
        self._depth -= 1

    def node(self, node: Element | str) -> None:
        """Write a text or an element."""
        if isinstance(node, str):
            self.text(node)
        else:
            self.element(node)

    def element(self, node: Element) -> None:
        """Write an element, by its row."""
        self._elements += 1
        if self._elements > ELEMENTS_MAX:
            raise FaultError(too_many(ELEMENTS_MAX))
        name = node.name
        found = row(name)
        if found is None or found.handling in (Handling.UNWRAP, Handling.PART):
            _tell_title(self, node)
            self.children(node)
        elif found.handling is Handling.OWN:
            OWN[name](self, node)
        elif found.handling is Handling.COPY:
            _copy_whole(self, node)
        elif (
            found.handling is not Handling.REFUSE
        ):  # It was reported before, or the parser added it.
            attributes = _attributes(self, node, found.classes)
            if found.handling is Handling.BLOCK:
                self.wrapped(node, found.to or name, attributes)
            else:
                outside = self.here
                self.here = outside.add(found.to or name, attributes, node.at)
                self.children(node)
                self.here = outside

    def inside(
        self, name: str, attributes: dict[str, str] | None = None, at: int | None = None
    ) -> "_Around":
        """Write an element around what is written meanwhile."""
        outside = self.here
        self.here = outside.add(name, attributes, at)
        return _Around(self, outside, is_block=False)

    def block(
        self, name: str = "", attributes: dict[str, str] | None = None, at: int | None = None
    ) -> "_Around":
        """Write a block the same way, which begins and ends a line; without a name only its lines."""
        self.line_edge()
        outside = self.here
        if name:
            self.here = outside.add(name, attributes, at)
        return _Around(self, outside, is_block=True)

    def wrapped(
        self,
        node: Element,
        name: str,
        attributes: dict[str, str] | None = None,
        write: "Callable[[_ArticleWriter, Element], None] | None" = None,
    ) -> None:
        """Write an element as a block; `write` writes its content, by default the children."""
        # Nearly every block is written here, and a context manager takes longer than the rest of it.
        self.line_edge()
        outside = self.here
        self.here = outside.add(name, attributes, node.at)
        if write is None:
            self.children(node)
        else:
            write(self, node)
        self.here = outside
        self.line_edge()

    def ours(self, name: str, classes: str, text: str = "") -> None:
        """Write an element that the author did not write, with a text in it."""
        self.here.add(name, {"class": classes}).children.append(text)

    def line_edge(self) -> None:
        """Begin or end a line."""
        self._gap = None
        self._last = ""

    def shown(self) -> None:
        """Note that something visible other than text, such as a picture, was written in the line."""
        self._fill("x")
        self._last = "x"

    def text(self, text: str) -> None:
        """Write text; outside code, addresses that may be links become links."""
        if self.skip and text.strip():
            text = text[self.skip :]
            self.skip = 0
        if self.in_code:
            self._fill(text[:1])
            self.code(blanks_kept(text))
        elif "\n" not in text and self._gap is None:
            self._piece(text)
        else:
            for index, piece in enumerate(_BREAK.split(text)):
                if index and self._gap is None:
                    self._gap = self.here.children, len(self.here.children)
                    self.here.children.append("")
                if piece:
                    self._fill(piece[0])
                    self._piece(piece)
                    self._last = piece[-1]
            return
        self._last = text[-1:] or self._last

    def code(self, text: str) -> None:
        """Write code with `<br>` for line ends, since WeChat drops plain ones."""
        for index, line in enumerate(text.split("\n")):
            if index:
                self.here.add("br")
            if line:
                self.here.children.append(line)

    def _piece(self, text: str) -> None:
        if "://" not in text or self.in_link:
            self.here.children.append(text)
            return
        for piece, address in bare_links(text, self.page):
            if address:
                self.here.add("a", {"href": address}).children.append(piece)
            elif piece:
                self.here.children.append(piece)

    def _fill(self, after: str) -> None:
        """Decide the waiting line end, now that the next character is known."""
        if self._gap is not None:
            children, index = self._gap
            children[index] = line_break(self._last, after)
            self._gap = None


class _Around:
    """Ends an element where a `with` ends."""

    __slots__ = ("_is_block", "_outside", "_writer")

    def __init__(self, writer: _ArticleWriter, outside: Element, *, is_block: bool) -> None:
        self._writer = writer
        self._outside = outside
        self._is_block = is_block

    def __enter__(self) -> None:
        """Nothing is left to do: the element is open."""

    def __exit__(self, *_: object) -> None:
        """Go on behind the element."""
        self._writer.here = self._outside
        if self._is_block:
            self._writer.line_edge()


def _attributes(
    writer: _ArticleWriter, node: Element, classes: str = "", ours: str = ""
) -> dict[str, str]:
    """Return the attributes that an element keeps, with placeholders for the pictures in its style.

    `classes` replaces its own class; the style `ours` goes before its own.
    """
    found = node.attributes
    kept: dict[str, str] = {"class": classes} if classes else {}
    if not found and not ours:
        return kept
    for name, value in found.items():
        if (name in _KEPT or name.startswith("data-")) and name != "style":
            kept[name] = f"{classes} {value}".strip() if name == "class" else value
    styles = [ours, declarations(found.get("style", "")), *_old_styles(found)]
    if any(styles):
        kept["style"] = with_pictures(";".join(each for each in styles if each), writer.page)
    return kept


def _old_styles(found: Mapping[str, str]) -> list[str]:
    """Return styles for the obsolete attributes of an element, which WeChat drops."""
    align = found.get("align", "").lower()
    colour = found.get("bgcolor", "")
    said = [f"text-align:{align}"] if align in _ALIGNMENTS else []
    return [*said, f"background:{colour}"] if re.fullmatch(r"#?\w+", colour) else said


def _length(found: Mapping[str, str], name: str) -> str:
    """Return an attribute's length as a style has it, or nothing."""
    length = _LENGTH.fullmatch(found.get(name, ""))
    return f"{name}:{length['number']}{length['unit'] or 'px'}" if length is not None else ""


# Blocks.


def _paragraph(writer: _ArticleWriter, node: Element) -> None:
    """Write a paragraph. One that holds only pictures needs no `<p>`, and an empty one is left out."""
    if not _lone_pictures(writer, node) and node.children:
        writer.wrapped(
            node, "p", _attributes(writer, node, "attribution" if _is_attribution(node) else "")
        )


def _is_attribution(node: Element) -> bool:
    """Return whether a paragraph ends a quotation and names whose words they are, as `——鲁迅` does."""
    quotation = node.parent
    if quotation is None or quotation.name != "blockquote" or node is not quotation.elements[-1]:
        return False
    return (
        node is not quotation.elements[0]
        and _ATTRIBUTION.fullmatch(node.text().strip()) is not None
    )


def _heading(writer: _ArticleWriter, node: Element) -> None:
    """Write a heading with a span around its words, for themes that style only the words."""

    def words(writer: _ArticleWriter, node: Element) -> None:
        with writer.inside("span", {"class": "inner"}):
            writer.children(node)

    writer.wrapped(node, node.name, _attributes(writer, node), words)


def _line(writer: _ArticleWriter, node: Element) -> None:
    """Write a horizontal rule."""
    writer.line_edge()
    writer.here.add("hr", _attributes(writer, node))


def _centred(writer: _ArticleWriter, node: Element) -> None:
    writer.wrapped(node, "section", {"style": "text-align:center"})


def _code_block(writer: _ArticleWriter, node: Element) -> None:
    """Write a code block as a section, since `pre` is wider than the screen."""
    info, language = read_info(node.get("info")), _language(node)
    at = node.at
    if (
        len(node.children) == 1
        and isinstance(inner := node.children[0], Element)
        and inner.name == "code"
    ):
        language = language or _language(inner)
        node = inner
    code = node.children[0] if len(node.children) == 1 else None
    with writer.block("section", {"class": "code"}, at):
        if isinstance(code, str):
            write_code(writer, code, replace(info, language=language or info.language))
        else:
            writer.here.attributes["style"] = code_style(writer.page.code)
            _in_code(writer, node)


def _in_code(writer: _ArticleWriter, node: Element) -> None:
    outside = writer.in_code
    writer.in_code = True
    writer.children(node)
    writer.in_code = outside


def _language(node: Element) -> str:
    """Return the language of a code block: from `lang`, or from the class that other tools write."""
    named = (
        each.partition("-")[2]
        for each in node.get("class").split()
        if each.startswith(("language-", "lang-"))
    )
    return node.get("lang") or next(named, "")


def _callout(writer: _ArticleWriter, node: Element) -> None:
    """Write a box with its title."""
    kind = node.get("kind")

    def titled(writer: _ArticleWriter, node: Element) -> None:
        writer.ours(
            "p", "callout-title", node.get("title") or _TITLES[kind][0 if writer.is_chinese else 1]
        )
        writer.children(node)

    writer.wrapped(node, "section", {"class": f"callout callout-{kind}"}, titled)


# Lists: a section for each entry, with its mark as text, since WeChat rebuilds `ul` and `li`.


def _list(writer: _ArticleWriter, node: Element) -> None:
    """Write a list; a nested one has no section of its own."""
    marks = _marks(node)
    width = _WIDTHS[max(map(len, marks), default=1) - 1] if node.name == "ol" else ""
    mark = iter(marks)
    is_outermost = writer.list_depth == 0
    with writer.block("section" if is_outermost else "", {"class": "list"}, node.at):
        writer.list_depth += 1
        for child in node.children:
            if isinstance(child, Element) and child.name == "li":
                _entry(writer, child, next(mark), width)
            elif isinstance(child, Element) or child.strip():
                with writer.block("section", {"class": f"item{width}"}):
                    writer.node(child)
        writer.list_depth -= 1


def _marks(node: Element) -> list[str]:
    """Return the mark of each entry; a number is the next one, if the entry says none itself.

    Source: HTML standard, "4.4.5 The ol element", read 2026-11.
    """
    entries = [each for each in node.elements if each.name == "li"]
    if node.name != "ol":
        return [BULLET] * len(entries)
    step = -1 if "reversed" in node.attributes else 1
    number = _number(node.get("start"), len(entries) if step < 0 else 1)
    marks = []
    for each in entries:
        number = _number(each.get("value"), number)
        marks.append(f"{_numeral(number, each.get('type') or node.get('type'))}.")
        number += step
    return marks


def _number(said: str, otherwise: int) -> int:
    return int(said) if _INTEGER.fullmatch(said) else otherwise


def _numeral(number: int, kind: str) -> str:
    """Write a number in the kind that the attribute `type` says; one that the kind lacks in digits."""
    said = ""
    if kind in ("a", "A"):
        while number > 0:
            number, letter = divmod(number - 1, len(ascii_lowercase))
            said = ascii_lowercase[letter] + said
    elif kind in ("i", "I") and 0 < number <= _ROMAN_MAX:
        for letters, worth in _ROMAN:
            said += letters * (number // worth)
            number %= worth
    return (said.upper() if kind.isupper() else said) or str(number)


def _lone_entry(writer: _ArticleWriter, node: Element) -> None:
    """Write an `li` outside a list as a list of one."""
    with writer.inside("section", {"class": "list"}):
        _entry(writer, node, BULLET)


def _entry(writer: _ArticleWriter, node: Element, mark: str, width: str = "") -> None:
    first = _first(node)
    task = _task(first)
    kind = "" if task is None else " done" if task == _TASKS["[x] "] else " task"
    with writer.block("section", {"class": f"item{width}{kind}"}, node.at):
        # The space is visible where a custom theme gives the mark no width.
        writer.ours("span", "mark", f"{task or mark} ")
        writer.skip = _TASK_CHARACTERS if task and isinstance(first, str) else 0
        writer.ticked = first if isinstance(first, Element) and task else None
        _first_paragraph_bare(writer, node)
        writer.skip = 0


def _first(node: Element) -> Element | str | None:
    """Return the first child of an entry, or of its first paragraph."""
    for child in node.children:
        if isinstance(child, Element) and child.name == "p":
            return _first(child)
        if isinstance(child, Element) or child.strip():
            return child
    return None


def _task(first: Element | str | None) -> str | None:
    """Return the box of an entry that begins with `[ ]` or `[x]`, or with a box to tick."""
    if isinstance(first, str):
        return _TASKS.get(first[:_TASK_CHARACTERS])
    if first is not None and first.name == "input":
        return _TASKS["[x] "] if "checked" in first.attributes else _TASKS["[ ] "]
    return None


def _first_paragraph_bare(writer: _ArticleWriter, node: Element) -> None:
    """Write what stands in an element, the tags of a paragraph at its beginning left out."""
    begins = True
    for child in node.children:
        if begins and isinstance(child, Element) and child.name == "p":
            writer.children(child)
        else:
            writer.node(child)
        begins = begins and isinstance(child, str) and not child.strip()


# Running text.


def _line_end(writer: _ArticleWriter, _: Element) -> None:
    writer.line_edge()
    writer.here.add("br")


def _code(writer: _ArticleWriter, node: Element) -> None:
    """Write code in a line; its blanks stay."""
    with writer.inside("code", _attributes(writer, node)):
        _in_code(writer, node)


def _coloured(writer: _ArticleWriter, node: Element) -> None:
    """Write `font` as a span with its colour."""
    colour = node.get("color")
    with (
        writer.inside("span", {"style": f"color:{colour}"})
        if _COLOUR.fullmatch(colour)
        else nullcontext()
    ):
        writer.children(node)


def _box(writer: _ArticleWriter, node: Element) -> None:
    """Write a checkbox as a character; any other `input` was reported before."""
    if node.get("type").lower() == "checkbox" and node is not writer.ticked:
        writer.text(_TASKS["[x] "] if "checked" in node.attributes else _TASKS["[ ] "])
    writer.children(node)


def _quoted(writer: _ArticleWriter, node: Element) -> None:
    """Write a quotation in a line, with the marks that a browser would draw."""
    writer.text("“")
    writer.children(node)
    writer.text("”")


def _title(writer: _ArticleWriter, _: Element) -> None:
    """Report a `<title>` outside a drawing; that of a drawing is copied with it."""
    writer.page.report(lost_title())


def _draw(pages: Sequence[ArticleFile]) -> None:
    """Draw the formulas of an article, all at once: numbers and macros go on from one to the next."""
    formulas = [each for page in pages for each in page.formulas]
    missing = pages[0].pictures.inputs.formulas(formulas) if formulas else None
    if missing is not None:
        next(page for page in pages if page.formulas).report(missing)


def _formula(writer: _ArticleWriter, node: Element) -> None:
    """Write a drawn formula; one that cannot be drawn is an error, since followers would read TeX."""
    formula = writer.page.formulas[int(node.get("number"))]
    if formula.fault is not None:
        writer.page.report(formula.fault)
    if not formula.shown:
        return
    is_block = "block" in node.attributes
    if not is_block:
        writer.shown()
    with writer.block("section", {"class": "math"}, node.at) if is_block else nullcontext():
        writer.here.take(parse(formula.shown))


# Links and notes.


def _link(writer: _ArticleWriter, node: Element) -> None:
    """Write a link: it stays, or becomes its text and the number of a note."""
    said = node.get("href").strip()
    address = meant(said)
    attributes: dict[str, str] | None = None
    note = ""
    if node.get("data-miniprogram-appid"):
        attributes = {
            name: value for name, value in node.attributes.items() if name.startswith("data-")
        } | {"href": ""}
    elif is_script(address):
        if writer.page.scripts_told[said]:
            writer.page.scripts_told[said] -= 1
        else:
            writer.page.report(script_link(address))
    elif stays(address, writer.page):
        attributes = {"href": normalizeLink(address)}
    elif has_scheme(address):
        note = writer.page.track.address(address)
    elif address.startswith("#"):
        writer.page.report(
            warning(
                "MC322",
                Phrase(
                    "the link to {address} has no target: WeChat removes anchors", address=address
                ),
                Phrase("link to an article on mp.weixin.qq.com, or write it as text"),
                needle=said,
            )
        )
    elif address:
        writer.page.report(
            warning(
                "MC309",
                Phrase(
                    "the link to {address} has no target in WeChat and becomes plain text",
                    address=address,
                ),
                Phrase("write a whole address that begins with https://, or remove the link"),
                needle=address,
            )
        )
    if attributes is not None:
        looks = _attributes(writer, node)
        attributes |= {name: looks[name] for name in ("class", "style") if name in looks}
    with writer.inside("a", attributes, node.at) if attributes is not None else nullcontext():
        outside = writer.in_link
        writer.in_link = True
        writer.children(node)
        writer.in_link = outside
    words = " ".join(node.text().split()) if note else ""
    if note and words not in (address, address.removeprefix("mailto:")):
        _refer(writer, note, said)
        writer.notes.name(note, words)


def _refer(writer: _ArticleWriter, key: str | tuple[int, int], needle: str = "") -> None:
    """Write the number of a footnote; `needle` is its address as written in the source."""
    if isinstance(key, str) and not writer.notes.knows(key):
        writer.page.report(
            note(
                "MC309",
                Phrase("the link to {address} becomes a footnote", address=key),
                Phrase(
                    "to keep links, with WeChat Pay only: external_links: keep under the account in massctl.yaml"
                ),
                needle=needle,
            )
        )
    # Before the bracket a line may end, and a mark that begins a line belongs to nothing.
    held = _last_letter(writer.here)
    with writer.inside("span", {"style": "white-space:nowrap"}) if held else nullcontext():
        if held is not None:
            writer.here.take(held)
        writer.ours("sup", "ref", f"[{writer.notes.number(key)}]")


_BREAKS_AFTER = re.compile(
    r"(?<!\u200d)[!-/:-@\]-`{-~\u00b0\u2010-\u205e\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef"
    r"\U0001f300-\U0001f3fa\U0001f400-\U0001faff\U00020000-\U0003ffff]\Z"
)
"""A last letter after which a line may end: a Chinese one, a sign, an emoji; none of a word or a number."""


_PHRASES = frozenset(
    {"a", "b", "code", "del", "em", "i", "ins", "mark", "s", "span", "strong", "u"}
)
"""Elements whose words stand in a line as others do."""


def _last_letter(here: Element) -> Element | None:
    """Take the last letter out of what was written, or the phrase that it ends; None where no line may end there."""
    inner = here
    while inner.children and _is_phrase(last := inner.children[-1]):
        inner = last
    last = inner.children[-1] if inner.children else ""
    if not isinstance(last, str) or _BREAKS_AFTER.search(last) is None:
        return None
    before, letter, held = last[:-1], last[-1], Element("span")
    if inner is here:
        here.children[-1:] = [before] if before else []
        held.children = [letter]
        return held
    # A phrase stays one element, for a theme may draw its ends. Chromium looks at the letter whether a line may end
    # behind it, and not at the span around both: so its own lines end in a span, and the letter stands outside.
    inner.children = [letter]
    if before:
        lines = Element("span", {"style": "white-space:normal"}, inner)
        lines.children = [before]
        inner.children.insert(0, lines)
    held.children = [here.children.pop()]
    return held


def _is_phrase(node: Element | str) -> TypeGuard[Element]:
    return isinstance(node, Element) and node.name in _PHRASES and len(node.children) == 1


def _reference(writer: _ArticleWriter, node: Element) -> None:
    _refer(writer, _footnote(writer, node))


def _note_text(writer: _ArticleWriter, node: Element) -> None:
    """Keep the text of a footnote for the end of the article."""
    writer.notes.hold(_footnote(writer, node), node)


def _footnote(writer: _ArticleWriter, node: Element) -> tuple[int, int]:
    return writer.part, int(node.get("note") or 0)


def _write_note(writer: _ArticleWriter, key: str | tuple[int, int], listed: Element) -> None:
    """Write a note into the list; what it says may refer to further ones."""
    writer.line_edge()
    writer.here = listed.add("section", {"class": "note"})
    number = f"[{writer.notes.number(key)}] "
    if isinstance(key, str):
        words = writer.notes.words(key)
        address = key.removeprefix("mailto:")
        writer.here.children.append(f"{number}{words}: " if words else number)
        writer.ours("span", "note-address", address)
    else:
        writer.here.children.append(number)
        for text in writer.notes.texts(key):
            _first_paragraph_bare(writer, text)
    writer.line_edge()


# Pictures, drawings, and what only WeChat shows.


def _lone_pictures(writer: _ArticleWriter, node: Element) -> bool:
    """Write a paragraph that holds only pictures and components, and tell whether it does.

    They have margins of their own. Pictures on one line stand side by side.
    """
    lines: list[list[Element]] = [[]]
    for child in node.children:
        if isinstance(child, str):
            if child.strip():
                return False
            if "\n" in child:
                lines.append([])
        elif is_component(child.name) or _image_of(child) is not None:
            lines[-1].append(child)
        elif child.name == "br":
            lines.append([])
        else:
            return False
    for found in filter(None, lines):
        shapes = [_shape(writer, each) for each in found] if len(found) > 1 else [None]
        if None in shapes:
            for each in found:
                _lone(writer, each)
        else:
            _side_by_side(writer, found, [shape for shape in shapes if shape is not None])
    return any(lines)


def _image_of(node: Element) -> Element | None:
    """Return the picture of a node: the node itself, or the only child of a link."""
    if (
        node.name == "a"
        and len(node.children) == 1
        and isinstance(only := node.children[0], Element)
    ):
        return only if only.name == "img" else None
    return node if node.name == "img" else None


def _shape(writer: _ArticleWriter, node: Element) -> float | None:
    """Return the aspect ratio of a picture that may stand in a row; None for an icon, a link, or one with a size."""
    if node.name != "img" or {"width", "height", "style"} & node.attributes.keys():
        return None
    found = writer.page.known(_address(node))
    if found is not None and found.width_pixels > INLINE_PIXELS_MAX:
        return found.width_pixels / found.height_pixels
    return None


def _side_by_side(
    writer: _ArticleWriter, nodes: Sequence[Element], shapes: Sequence[float]
) -> None:
    """Write pictures in rows of nearly equal numbers, each row at one height.

    Widths are rounded down, so that the last picture never wraps. A title on only the last one is a caption for all.
    """
    titles = [node.get("title").strip() for node in nodes]
    is_shared = bool(titles[-1]) and not any(titles[:-1])
    rows = -(-len(nodes) // ROW_MAX)
    first = 0
    with writer.block("section", {"class": "figure"}):
        for line in range(rows):
            behind = first + -(-(len(nodes) - first) // (rows - line))
            room = 100 - _GAP * (behind - first - 1)
            apart = {"style": f"margin-top:{_GAP}%"} if line else None
            with writer.inside("section", apart) if rows > 1 else nullcontext():
                for index in range(first, behind):
                    width = math.floor(100 * room * shapes[index] / sum(shapes[first:behind])) / 100
                    gap = f";margin-left:{_GAP}%" if index > first else ""
                    looks = f"display:inline-block;width:{width:g}%{gap};vertical-align:top"
                    with writer.inside("section", {"style": looks}):
                        _place_picture(writer, nodes[index], is_alone=True, width="width:100%")
                        _caption(writer, "" if is_shared else titles[index])
            first = behind
        _caption(writer, titles[-1] if is_shared else "")


def _lone(writer: _ArticleWriter, node: Element) -> None:
    """Write one picture by itself, with its title below it."""
    image = _image_of(node)
    title = image.get("title").strip() if image is not None else ""
    with writer.block("section" if title else "", {"class": "figure"}):
        if node.name == "img":
            _place_picture(writer, node, is_alone=True)
        else:
            writer.node(node)
        _caption(writer, title)


def _caption(writer: _ArticleWriter, title: str) -> None:
    if title:
        writer.ours("section", "caption", title)


def _tell_title(writer: _ArticleWriter, node: Element) -> None:
    """Tell of words that a phone never shows; below a picture that stands alone they are its caption."""
    title = node.get("title").strip()
    if title and all(each.get("class") != "figure" for each in writer.here.above()):
        writer.page.report(
            note(
                "MC349",
                Phrase(
                    "the title of `<{name}>` is not shown: `{text}`",
                    name=node.name,
                    text=title[:40],
                ),
                Phrase("write it into the text, or remove it"),
                needle=title,
            )
        )


def _picture(writer: _ArticleWriter, node: Element) -> None:
    _tell_title(writer, node)
    _place_picture(writer, node, is_alone=False)


def _address(picture: Element) -> str:
    """Return a picture's address; a lazy page keeps it apart, and shows another until it is loaded."""
    return picture.get("data-src").strip() or picture.get("src").strip()


def _place_picture(
    writer: _ArticleWriter, node: Element, *, is_alone: bool, width: str = ""
) -> None:
    """Write a picture; `width` is a style for one that has no width of its own."""
    found = node.attributes
    address = _address(node)
    if not address:
        writer.page.report(
            Fault(
                "MC201",
                Phrase("the picture's address is empty"),
                Phrase("write its path as `src`, or remove the picture"),
                needle="<img",
            )
        )
        return
    if is_spacer(found):
        writer.page.leave_out(spacer_fault(found))
        return
    placed = writer.page.picture(address, address)
    if placed is None:
        return
    shown, picture = placed
    attributes = {"src": shown}
    if picture is not None:
        attributes["data-w"] = str(picture.width_pixels)
    else:
        attributes |= {
            name: value
            for name, value in found.items()
            if name.startswith("data-") and name != "data-src"
        }
    is_sign = not is_alone and picture is not None and picture.width_pixels <= INLINE_PIXELS_MAX
    attributes["class"] = "inline" if is_sign else ""
    attributes["alt"] = found.get("alt", "")
    attributes["title"] = found.get("title", "") if not is_alone else ""
    own = with_pictures(declarations(found.get("style", "")), writer.page)
    middle = _MIDDLE if not is_sign and _is_centred(node) else ""
    attributes["style"] = ";".join(
        each for each in (_width(found, picture) or width, middle, own) if each
    )
    writer.shown()
    writer.here.add("img", {name: value for name, value in attributes.items() if value}, node.at)


def _is_centred(node: Element) -> bool:
    """Return whether the author centred what is around a picture; `text-align` alone does not move a block."""
    around = node.parent
    steps = 0
    while around is not None and steps < _AROUND:
        if around.attributes or around.name == "center":
            is_aligned = around.name == "center" or around.get("align") == "center"
            if is_aligned or _CENTRED.search(around.get("style")):
                return True
        around = around.parent
        steps = steps + 1
    return False


def _width(found: Mapping[str, str], picture: Picture | None) -> str:
    """Return the width of a picture as a style; a height becomes a width, since both would distort it on a phone."""
    height = _length(found, "height")
    if not height or found.get("width") or height.endswith("%"):
        return _length(found, "width")
    if picture is None:
        return height
    pixels = float(height.removeprefix("height:").removesuffix("px"))
    return f"width:{round(pixels * picture.width_pixels / picture.height_pixels)}px"


def _copy_whole(writer: _ArticleWriter, node: Element) -> None:
    """Copy a drawing or a component, with placeholders for its pictures and without ids."""
    hidden = hidden_content(node) if writer.page.unclosed[node.name] > 0 else None
    if hidden is not None:
        writer.page.report(hidden, node.at)
    writer.shown()
    _copy(writer, node)


def _copy(writer: _ArticleWriter, node: Element) -> None:
    name = node.name
    found = row(name)
    # WeChat finds a video by the class of its frame.
    dropped = (
        ("id", "style") if found is not None and found.is_component else ("id", "style", "class")
    )
    kept = {key: value for key, value in node.attributes.items() if key not in dropped}
    for key in found.pictures if found is not None else ():
        address = kept.get(key, "").strip()
        placed = (
            writer.page.picture(address, address)
            if address and not address.startswith("#")
            else None
        )
        if placed is not None:
            kept[key] = placed[0]
    style = with_pictures(declarations(node.get("style")), writer.page)
    if style:
        kept["style"] = style
    for key, value in kept.items():
        if "url(#" in value or (key.endswith("href") and value.startswith("#")):
            writer.page.report(
                warning(
                    "MC342",
                    Phrase(
                        "`{text}` refers to a part of the drawing by id, and WeChat removes ids",
                        text=value[:40],
                    ),
                    Phrase("write the colour or the shape where it is used"),
                    needle=value,
                )
            )
    with writer.inside(name, kept, node.at):
        for child in node.children:
            if isinstance(child, str):
                writer.here.children.append(" ".join(child.split()))
            elif (
                child.name in _IN_DRAWINGS
                or (inside := row(child.name)) is None
                or inside.handling in _COPIED
            ):
                _copy(writer, child)
            else:
                writer.element(child)


# Tables, in a section that scrolls, with columns that Chinese words can be read in.

COLUMNS_MAX = 4
"""Ours: more than these do not fit side by side on a phone, so that the table is wider than the screen and scrolls."""
COLUMN_SHARE = 26
"""Percent of the screen that each column of such a table has, some 90 px of a phone."""
SCREEN_EMS = 24
"""Letters in a row on a phone: 335 px, at the 14 px that the built-in themes write tables with."""
BETWEEN_EMS = 1.2
"""Room inside each cell of theirs, 14 to 17 px; WeChat counts it as a part of a width (`box-sizing`)."""
SPACED = 1.1
"""A letter of theirs with the room behind it, at most 1 px."""
WORD_EMS_MAX = 4
"""Ours: a Chinese word of so many characters stays in one line; a longer one may break, into pieces of as many."""
LATIN_EMS = 0.6
"""The average width of a letter of another script."""
SCREEN_PX = 335
"""The text width of a 375 px phone. Cells that are wider together were made for another page."""
_PARTS = frozenset({"thead", "tbody", "tfoot"})
_CELLS = ("th", "td")


class _CellNeeds(NamedTuple):
    """What a cell needs of its column."""

    is_header: bool
    ems: float
    is_chinese: bool
    """It has Chinese characters, between which a browser may break the line."""


def _table(writer: _ArticleWriter, node: Element) -> None:
    """Write a table in a section that scrolls."""
    rows = [[cell for cell in each.elements if cell.name in _CELLS] for each in _rows(node)]
    count = len(rows[0]) if rows else 0
    for caption in (child for child in node.elements if child.name == "caption"):
        writer.node(caption)
    style = {"style": f"min-width:{count * COLUMN_SHARE}%"} if count > COLUMNS_MAX else None
    columns = _columns(rows)
    fits = (
        0
        < sum(max(cell.ems for cell in column) * SPACED + BETWEEN_EMS for column in columns)
        <= SCREEN_EMS
    )
    # The attribute tells WeChat's own check that the table may be wider than the screen.
    wide = {} if fits and style is None else {"data-ignore-width": ""}
    with (
        writer.block("section", {"class": "scroll", **wide}, node.at),
        writer.inside("table", style),
    ):
        _write_rows(writer, node, [] if fits else [_least_width(column) for column in columns])


def _rows(node: Element) -> Iterator[Element]:
    for child in node.elements:
        if child.name == "tr":
            yield child
        elif child.name in _PARTS:
            yield from _rows(child)


def _write_rows(writer: _ArticleWriter, node: Element, widths: list[str]) -> None:
    """Write the rows of a table without the white space between them. The first one takes the `widths`."""
    for child in node.elements:
        if child.name in _PARTS:
            rows = partial(_write_rows, widths=widths)
            writer.wrapped(child, child.name, _attributes(writer, child), rows)
        elif child.name == "tr":
            cells = partial(_write_cells, widths=widths)
            writer.wrapped(child, "tr", _attributes(writer, child), cells)


def _write_cells(writer: _ArticleWriter, node: Element, widths: list[str]) -> None:
    cells = [child for child in node.elements if child.name in _CELLS]
    for cell, said, least in zip_longest(cells, _said_widths(cells), widths[: len(cells)]):
        writer.wrapped(cell, cell.name, _attributes(writer, cell, "", said or least or ""))
    del widths[: len(cells)]


def _said_widths(cells: Sequence[Element]) -> list[str]:
    """Return a style for each cell of a row: the width of its `width` attribute, if all fit on a phone."""
    said = [_length(cell.attributes, "width") if cell.attributes else "" for cell in cells]
    pixels = sum(float(each[len("width:") : -len("px")]) for each in said if each.endswith("px"))
    return said if pixels <= SCREEN_PX else ["" if each.endswith("px") else each for each in said]


def _columns(rows: Sequence[Sequence[Element]]) -> list[list[_CellNeeds]]:
    """Return what the cells of each column need; an empty list for a table in which a cell spans several."""
    if any(
        "colspan" in cell.attributes or "rowspan" in cell.attributes
        for line in rows
        for cell in line
    ):
        return []
    return [[_cell(node) for node in column if node is not None] for column in zip_longest(*rows)]


def _least_width(column: Sequence[_CellNeeds]) -> str:
    """Return the minimum width of a column, for the first row; empty if it needs none.

    A browser may make a column as narrow as its longest word, and to it each Chinese character is one: beside a long
    text, `必须` and `可选` would stand upright. Long texts get room by themselves, and Latin words do not break.
    """
    if max(cell.ems for cell in column) > SCREEN_EMS / 2 or not any(
        cell.is_chinese for cell in column
    ):
        return ""
    # The words of a header may stand in two lines, which leaves more room for the long texts.
    widest = max(max(2, cell.ems / 2) if cell.is_header else cell.ems for cell in column)
    return f"min-width:{min(WORD_EMS_MAX, widest) * SPACED + BETWEEN_EMS:.2g}em"


def _cell(node: Element) -> _CellNeeds:
    text = node.text().strip()
    chinese = cjk_count(text)
    return _CellNeeds(node.name == "th", chinese + (len(text) - chinese) * LATIN_EMS, chinese > 0)


OWN: Mapping[str, Callable[[_ArticleWriter, Element], None]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _list),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), _code),
    "a": _link,
    "br": _line_end,
    "center": _centred,
    "font": _coloured,
    "hr": _line,
    "img": _picture,
    "input": _box,
    "li": _lone_entry,
    "massctl-callout": _callout,
    "massctl-formula": _formula,
    "massctl-note": _reference,
    "massctl-text": _note_text,
    "p": _paragraph,
    "pre": _code_block,
    "q": _quoted,
    "table": _table,
    "title": _title,
}
"""What writes each element that the table leaves to this module."""
