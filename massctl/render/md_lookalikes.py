"""Lines that look like Markdown to their writer and are none: what they mean would be lost without a word."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from markdown_it.token import Token

from massctl.model.diagnostics import Lines, Severity
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.foreign import diagram, foreign_marks, template_marks
from massctl.render.md_parser import Parsed
from massctl.render.md_tables import lost_cells, lost_tables

REPORTS_MAX: Final = 50
"""Faults of this kind in one article; who reads fifty knows the rest."""
LABEL_CHARACTERS_MAX: Final = 24
"""Ours: what is longer is no name of a footnote, but the note itself."""
_LETTER: Final = r"[^\W\d_]"
_FRONT_MATTER: Final = re.compile(
    r"---[ \t]*\n(?:[^\n]*\n){0,50}?[A-Za-z_]+:(?:[ \t][^\n]*)?\n(?:[^\n]*\n){0,50}?---[ \t]*(?:\n|\Z)"
)
_CODE: Final = re.compile(r"(`+)[^`\n]+\1")
_FOOTNOTE: Final = re.compile(r"\[\^(?P<label>[^\]\s]+)\]")
_HEADING: Final = re.compile(rf" {{0,3}}(?P<mark>#{{1,6}})(?P<rest>{_LETTER}[^#]*)$")
_WIDE_HEADING: Final = re.compile(r" {0,3}(?P<mark>＃{1,6})\s*(?P<rest>[^\s＃#][^＃#]*)$")
_NUMBER: Final = re.compile(r" {0,3}(?P<mark>\d{1,3}[.)])(?P<rest>[\u3400-\u9fff].*)$")
_BULLET: Final = re.compile(rf" {{0,3}}(?P<mark>[-+])(?P<rest>{_LETTER}.*)$")
_WIDE: Final = re.compile(
    r"(?P<mark>[!！]?)(?P<text>\[[^\[\]\n]*\])"
    r"(?:（(?P<wide>[^（）()\n]*)[）)]|\((?P<half>[^（）()\n]*)）|\((?P<plain>[^（）()\n]*)\))"
)
_ADDRESS: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:|^[\w./%-]+\.[A-Za-z]{2,5}$|^[\w.%-]*/[\w./%-]+$|^#")
_PICTURE: Final = re.compile(r"\.(?:png|jpe?g|gif|webp|bmp)$", re.IGNORECASE)
_SUSPECT: Final = re.compile(
    rf"^ {{0,3}}(?:#{{1,6}}{_LETTER}|＃|\d{{1,3}}[.)][\u3400-\u9fff]|[-+]{_LETTER})|\[\^|\]（|！\[|\]\([^\n（）()]*）",
    re.MULTILINE,
)
"""Where a line may be one of those above."""
_UNREAD: Final = frozenset({"fence", "code_block", "html_block"})


def lookalikes(text: str, parsed: Parsed, *, is_file: bool = False) -> Iterator[tuple[Fault, int]]:
    """Give the faults of one article's Markdown, each with its position in `text`; `parsed` is what it was read as.

    `is_file`: the text is no template's, so that what a template would fill in is a fault.
    """
    return islice(_all(text, parsed, is_file=is_file), REPORTS_MAX)


def _all(text: str, parsed: Parsed, *, is_file: bool) -> Iterator[tuple[Fault, int]]:
    skipped = {n for token in parsed.tokens if token.type in _UNREAD and token.map for n in range(*token.map)}
    lines = Lines(text)
    for fault, number, column in (*lost_cells(lines, parsed.tokens), *lost_tables(lines, parsed.tokens)):
        yield fault, lines.bounds(number)[0] + column
    yield from _of_other_tools(text, parsed.tokens, lines, is_file=is_file)
    front = _FRONT_MATTER.match(text)
    if front is not None:
        say = Phrase("the lines between `---` are shown as text: there is no front matter here")
        hint = Phrase("write title, author and digest into campaign.yaml")
        yield Fault("MC314", say, hint, severity=Severity.WARNING, needle="---"), 0
        skipped |= set(range(front[0].count("\n")))
    # Nearly every line is what it looks like; those that may not be are found in one go.
    for number in dict.fromkeys(lines.at(found.start())[0] for found in _SUSPECT.finditer(text)):
        if number - 1 not in skipped:
            # Blanks of the same length instead of code, so that columns stay.
            line = _CODE.sub(lambda found: " " * len(found[0]), lines.written(number))
            for fault, column in _in_line(line, parsed.notes):
                yield fault, lines.bounds(number)[0] + column


def _of_other_tools(text: str, tokens: Sequence[Token], lines: Lines, *, is_file: bool) -> Iterator[tuple[Fault, int]]:
    code = [token for token in tokens if token.type in ("fence", "code_block") and token.map]
    for token in code:
        if token.type == "fence" and token.map and (fault := diagram(token)) is not None:
            yield fault, text.index(fault.needle, lines.bounds(token.map[0] + 1)[0])
    found = [*(template_marks(text) if is_file else ()), *foreign_marks(text)]
    if found:
        skipped = {n for token in code if token.map for n in range(*token.map)}
        spans = [each.span() for each in _CODE.finditer(text)]
        for fault, at in found:
            if lines.at(at)[0] - 1 not in skipped and not any(start <= at < end for start, end in spans):
                yield fault, at


def _in_line(line: str, notes: Mapping[str, int]) -> Iterator[tuple[Fault, int]]:
    for found in _FOOTNOTE.finditer(line):
        if found["label"] not in notes:
            shown = found[0] if len(found[0]) <= LABEL_CHARACTERS_MAX else found[0][:LABEL_CHARACTERS_MAX] + "…"
            say = Phrase("there is no footnote `{text}`: it is shown as written", text=shown)
            hint = Phrase("write it on a separate line: `{text}: …`", text=found[0])
            if shown != found[0]:
                hint = Phrase("an inline note is written `^[…]`")
            yield Fault("MC326", say, hint, severity=Severity.WARNING, needle=found[0]), found.start()
    for found in _WIDE.finditer(line):
        if _is_meant(found):
            yield _wide(found), found.start()
    for pattern, mark in ((_HEADING, None), (_WIDE_HEADING, "#"), (_NUMBER, None), (_BULLET, None)):
        looked = pattern.match(line)
        if looked is not None:
            right = f"{mark * len(looked['mark']) if mark else looked['mark']} {looked['rest'][:20].strip()}"
            say = Phrase("this line is shown as written: `{text}`", text=looked[0].strip()[:20])
            hint = Phrase("if it is a heading or a list entry, write `{text}`", text=right)
            fault = Fault("MC314", say, hint, severity=Severity.WARNING, needle=looked[0].strip())
            yield fault, looked.start("mark")


def _address(found: re.Match[str]) -> str:
    return str(next(found[name] for name in ("wide", "half", "plain") if found[name] is not None)).strip()


def _is_meant(found: re.Match[str]) -> bool:
    """Tell a link with full-width marks from prose, where brackets before parentheses are usual."""
    address = _address(found)
    if found["plain"] is not None:
        return found["mark"] == "！" and _PICTURE.search(address) is not None
    return found["mark"] == "!" or _ADDRESS.match(address) is not None or _PICTURE.search(address) is not None


def _wide(found: re.Match[str]) -> Fault:
    address = _address(found)
    picture = "!" if found["mark"] == "!" or _PICTURE.search(address) else ""
    say = Phrase("full-width marks are not Markdown: `{text}`", text=found[0])
    right = f"{picture}{found['text']}({address})"
    return Fault("MC006", say, Phrase("write `{text}`", text=right), needle=found[0])
