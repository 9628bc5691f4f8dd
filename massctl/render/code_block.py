"""Blocks of code: the info string after the backticks, and the elements in which a phone shows the code.

Lines that are wider than the screen scroll sideways, or wrap with a hanging indent. WeChat lets no element be
wider than what it stands in, so the text itself overflows a section that scrolls, and no element inside is wider. A tab
stays a tab in a box of its width, and line numbers cannot be selected: what is copied is the code.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from massctl.model.frozen import Frozen
from massctl.model.theme import CodeSettings
from massctl.render.article_file import ArticleFile
from massctl.render.cjk import cjk_count
from massctl.render.highlight import TAB, coloured_pieces
from massctl.render.tree import Element, parse

_LANGUAGE = re.compile(r"\s*(?P<name>(?![\w-]+=)[^\s{}=:]*)")
_NUMBERS = re.compile(
    r":?(?:linenos|linenums|lineNumbers|line-numbers|showLineNumbers)(?:=?[\"{]?(?P<first>\d{1,5}|true)[\"}]?)?(?=\s|\{|$)"
)
"""As in Pygments and Hugo, MkDocs, VitePress and Docusaurus."""
_MARKS = re.compile(r"(?:\{|hl_lines=[\"'])(?P<lines>[\d,\s-]+)(?:\}|[\"'])")
"""As in VitePress and Docusaurus, and in MkDocs."""
_RANGE = re.compile(r"(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?")
_TABS = re.compile(r"(\t+)")
FITS_COLUMNS = 30
"""Ours: a line of so many columns fits on every phone, at 14 px a letter and with numbers beside it."""
HANG = 2
"""Columns by which a wrapped line is indented further."""
_INDENT_MAX = 14
"""Columns of a line's own indentation that its wrapped part keeps."""
_UNSELECTED = "-webkit-user-select:none;user-select:none"
_NOTHING = "\u00a0"
"""What gives a marked line without letters its height; it cannot be selected, so it is not copied."""
_DOTS = (("6", "#ff5f56"), ("26", "#ffbd2e"), ("46", "#27c93f"))
_BAR = (
    '<svg viewBox="0 0 52 12" style="display:block;width:52px;margin:0 0 10px">'
    + "".join(f'<circle cx="{x}" cy="6" r="6" fill="{colour}"></circle>' for x, colour in _DOTS)
    + "</svg>"
)
"""Three dots as a drawing: no text is copied with the code."""


class CodeInfo(Frozen):
    """The info string after the backticks of a block of code."""

    language: str = ""
    marked: frozenset[int] = frozenset()
    """The lines that stand out, from 1."""
    first_number: int | None = None
    """The number of the first line; None where lines have none."""
    unread: str = ""
    """The rest of the info string."""


def read_info(info: str) -> CodeInfo:
    """Read the language, the marked lines, and whether lines are numbered."""
    named = _LANGUAGE.match(info)
    language, rest = (named["name"], info[named.end() :]) if named is not None else ("", info)
    if _NUMBERS.fullmatch(language) is not None:
        language, rest = "", info
    numbers, marks = _NUMBERS.search(rest), _MARKS.search(rest)
    marked: set[int] = set()
    if marks is not None:
        for each in marks["lines"].replace(",", " ").split():
            found = _RANGE.fullmatch(each)
            first, last = (
                (int(found["first"]), int(found["last"] or found["first"])) if found else (0, 0)
            )
            if not 0 < first <= last:
                marks = None
                break
            marked.update(range(first, last + 1))
    for each in (numbers, marks):
        rest = rest.replace(each[0], " ", 1) if each is not None else rest
    first_number = None
    if numbers is not None:
        first_number = int(numbers["first"]) if (numbers["first"] or "").isdecimal() else 1
    return CodeInfo(
        language, frozenset(marked if marks else ()), first_number, " ".join(rest.split())
    )


class CodeWriter(Protocol):
    """What writes the article around the code."""

    page: ArticleFile
    here: Element
    """The element that is being written."""

    def inside(
        self, name: str, attributes: dict[str, str] | None = None, /
    ) -> AbstractContextManager[object]:
        """Write an element around what is written meanwhile."""
        ...

    def code(self, text: str) -> None:
        """Write text whose line ends are kept."""
        ...


Piece = tuple[str, str]
"""A class, and text."""


def code_style(settings: CodeSettings) -> str:
    """Return the style of a section of code: its blanks are kept, and it scrolls unless its lines wrap."""
    return "white-space:pre-wrap" if settings.wrap == "wrap" else "overflow-x:auto;white-space:pre"


def write_code(writer: CodeWriter, code: str, info: CodeInfo) -> None:
    """Write a block of code into the section that is open."""
    pieces = coloured_pieces(code, info.language)
    settings = writer.page.code
    if settings.bar:
        writer.here.take(parse(_BAR))
    lines = _lines(pieces)
    if settings.wrap == "wrap":
        _write_wrapped(writer, lines, info)
        return
    style = code_style(settings)
    if info.first_number is None and not info.marked and not settings.bar:
        writer.here.attributes["style"] = style
        _write_lines(writer, lines, info)
        return
    has_numbers = info.first_number is not None
    with writer.inside("section", {"style": "display:flex"}) if has_numbers else nullcontext():
        if info.first_number is not None:
            with writer.inside("section", {"class": "code-numbers", "style": _UNSELECTED}):
                numbers = range(info.first_number, info.first_number + len(lines))
                writer.code("\n".join(map(str, numbers)))
        with writer.inside("section", {"style": f"flex:1;{style}" if has_numbers else style}):
            # A table is as wide as its longest line, so that the ground of a marked line is too.
            table = {"style": "display:table;min-width:100%"}
            with writer.inside("section", table) if info.marked else nullcontext():
                _write_lines(writer, lines, info)


def _lines(pieces: Sequence[Piece]) -> list[list[Piece]]:
    lines: list[list[Piece]] = [[]]
    for name, text in pieces:
        for index, each in enumerate(text.split("\n")):
            lines += [[]] if index else []
            # Blanks alone need no colour.
            lines[-1] += [(name if each.strip() else "", each)] if each else []
    return lines


def _write_lines(writer: CodeWriter, lines: Sequence[list[Piece]], info: CodeInfo) -> None:
    """Write lines that do not wrap."""
    for number, line in enumerate(lines, 1):
        if number > 1:
            writer.here.add("br")
        marked = {"class": "code-marked", "style": "display:inline-block;min-width:100%"}
        with writer.inside("span", marked) if number in info.marked else nullcontext():
            _write_line(writer, line)
            if number in info.marked and not line:
                _write_height(writer)


def _write_wrapped(writer: CodeWriter, lines: Sequence[list[Piece]], info: CodeInfo) -> None:
    """Write lines that go on below, each under its own indentation."""
    writer.here.attributes["style"] = code_style(writer.page.code)
    first = info.first_number
    room = len(str(first + len(lines) - 1)) + 1 if first is not None else 0
    for number, line in enumerate(lines, 1):
        if number > 1:
            writer.here.add("br")
        text = "".join(text for _, text in line).expandtabs(TAB)
        is_marked = number in info.marked
        indent = len(text) - len(text.lstrip(" \u00a0"))
        hang = room + min(indent, _INDENT_MAX) + HANG
        box = {"class": "code-marked"} if is_marked else {}
        width = ";width:100%" if is_marked else ""
        box["style"] = f"display:inline-block{width};padding-left:{hang}ch;text-indent:-{hang}ch"
        is_box = is_marked or first is not None or _columns(text) > FITS_COLUMNS
        with writer.inside("span", box) if is_box else nullcontext():
            if first is not None:
                looks = f"display:inline-block;width:{room}ch;padding-right:1ch;text-indent:0;{_UNSELECTED}"
                with writer.inside("span", {"class": "code-number", "style": looks}):
                    writer.here.children.append(str(first + number - 1))
            elif is_marked and not line:
                _write_height(writer)
            _write_line(writer, line, "text-indent:0" if is_box else "")


def _write_height(writer: CodeWriter) -> None:
    """Give an empty box the height of a line."""
    with writer.inside("span", {"style": _UNSELECTED}):
        writer.here.children.append(_NOTHING)


def _write_line(writer: CodeWriter, line: Sequence[Piece], looks: str = "") -> None:
    column = 0
    for name, text in line:
        with writer.inside("span", {"class": name}) if name else nullcontext():
            for part, at in _parts(text, column):
                column = at + _columns(part)
                if not part.startswith("\t"):
                    writer.here.children.append(part)
                    continue
                column = (at // TAB + len(part)) * TAB
                style = f"display:inline-block;width:{column - at}ch"
                with writer.inside("span", {"style": f"{style};{looks}" if looks else style}):
                    writer.here.children.append(part)


def _parts(text: str, column: int) -> Iterator[tuple[str, int]]:
    """Yield the tabs of a text and what is between, each with its column."""
    for part in _TABS.split(text):
        if part:
            yield part, column
            column = (
                (column // TAB + len(part)) * TAB if part[0] == "\t" else column + _columns(part)
            )


def _columns(text: str) -> int:
    """Count columns; a Chinese character takes two."""
    return len(text) + cjk_count(text)
