"""Foreign text as Markdown without effect, phrases as Markdown, and the space of a comment.

A title with characters that nobody sees (a joiner of width zero, a filler, a tag, accents piled up without end) looks
like another title: they are written out. What makes an emoji stays: a joiner and a selector beside a pictograph.
Sources: Unicode 16, DerivedCoreProperties.txt (Default_Ignorable_Code_Point); UTS #51 (emoji), read 2026-11.

Sizes are UTF-16 code units, which are never fewer than code points and a third of UTF-8 bytes at least: a text of
65,000 is within a comment's 262,144 bytes and within the 65,536 code points of a pull request's body.
Source: measured on GitHub's API, https://github.com/dead-claudia/github-limits/pull/13, read 2026-11.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from html import escape
from typing import TypeVar

from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase, ShellCommand
from massctl.view.cells import printable, shorten
from massctl.view.i18n import Language, say

ACCENTS_MAX = 3
"""More accents on one letter are written out; no script of today needs more."""

_JOINER = "\u200d"
_SELECTORS = frozenset("\ufe0e\ufe0f")
_KEYCAP = frozenset("0123456789#*")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, accents and a sign that are drawn as nothing."""
_ACCENTS = frozenset({"Mn", "Me"})


def spelt_out(text: str) -> str:
    """Return `text` with every character that is not seen as its number: `\\u200b`. What is seen stays as it is."""
    if text.isascii():
        return text
    found: list[str] = []
    accents = 0
    for index, character in enumerate(text):
        accents = accents + 1 if unicodedata.category(character) in _ACCENTS else 0
        hidden = _is_hidden(text, index) or accents > ACCENTS_MAX
        found.append(_number(character) if hidden else character)
    return "".join(found)


def _is_hidden(text: str, index: int) -> bool:
    character = text[index]
    before, after = (
        text[index - 1] if index else "",
        text[index + 1] if index + 1 < len(text) else "",
    )
    if character == _JOINER:
        return not (_ends_pictograph(before) and _is_pictograph(after))
    if character in _SELECTORS:
        return not (_is_pictograph(before) or before in _KEYCAP)
    return (
        character in _FILLERS
        or unicodedata.category(character) in {"Cf", "Co"}
        or _is_ignorable(ord(character))
    )


def _is_pictograph(character: str) -> bool:
    """Return whether an emoji may begin with it: other symbols, arrows and marks of mathematics among them."""
    return (
        character != ""
        and not character.isascii()
        and unicodedata.category(character) in {"So", "Sm", "Po"}
    )


def _ends_pictograph(character: str) -> bool:
    skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return skin_tone or character in _SELECTORS or _is_pictograph(character)


def _is_ignorable(number: int) -> bool:
    """Return whether it is drawn as nothing, be it assigned or not."""
    return (
        0xFE00 <= number <= 0xFE0F
        or 0x180B <= number <= 0x180F
        or 0xFFF0 <= number <= 0xFFF8
        or 0xE0000 <= number <= 0xE0FFF
    )


def _number(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


TEXT_CELLS_MAX = 400
"""More of one text is cut: a comment is not the place for it, and one text must not displace the others."""

_BLANKS = re.compile(r"[ \t\r\n]+")
_PIECE = re.compile(r"`(?P<quoted>[^`]+)`|(?P<tick>`)|(?P<run>[!-_a-~]+)")
"""What stands in backquotes, a backquote alone, or a run of other visible ASCII characters."""
_RUN = re.compile(r"(?P<lead>[(\"']*)(?P<core>.*?)(?P<trail>[)\"'.,;:!?]*)")
_CALM = re.compile(r"[A-Za-z0-9%+/=,:;!?'\"().-]*")
"""Characters that Markdown gives no meaning inside a line."""
_BUSY = re.compile(
    r"(?:\w|^)\.[A-Za-z]"  # a file's name, or a host that some forge makes a link of
    r"|://|(?i:\bwww\.)"
    r"|:[\w+-]+:"  # an emoji by name
    r"|!\d|(?i:[a-z]-\d)"  # a merge request; an issue of a tracker: GH-12, SALE-7
    r"|\b[0-9A-Fa-f]{7,}\b"  # a commit
)
"""What forges give a meaning although Markdown does not."""
_BLOCK_START = re.compile(r"\d+(?=[.)])|(?=[-+=])")
"""What comes before the character that makes a list or a heading of a line."""
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_ISOLATE = "\u2068"
_ISOLATED = "\u2069"


def code(text: str, cells: int = TEXT_CELLS_MAX) -> str:
    """Write `text` as a code span on one line; nothing for no text."""
    return _isolated(_span(_on_one_line(text, cells)))


def prose(
    text: str,
    *,
    foreign: bool = False,
    cells: int = TEXT_CELLS_MAX,
    commands: Collection[str] = (),
) -> str:
    """Write `text` on one line, its calm words as prose and the rest as code spans; it may begin a line.

    What stands in backquotes is a code span of ours; in a `foreign` text they are part of what is said. Each of the
    `commands` in it is one code span, whatever it holds.
    """
    said = "".join(
        _span(piece) if is_code else piece
        for is_code, piece in _pieces(text, cells, foreign=foreign, commands=commands)
    )
    start = _BLOCK_START.match(said)
    return _isolated(f"{said[: start.end()]}\\{said[start.end() :]}" if start else said)


def cell(written: str) -> str:
    """Let Markdown of `code` and `prose` stand in a table: renderers disagree on how a bar is escaped in there."""
    return written.replace("|", "｜")


def html_code(text: str, cells: int = TEXT_CELLS_MAX) -> str:
    """Write `text` as code for the inside of an element on one line."""
    return _isolated(f"<code>{escape(_on_one_line(text, cells))}</code>")


def html(text: str, *, foreign: bool = False, cells: int = TEXT_CELLS_MAX) -> str:
    """Write `text` for the inside of an element on one line, where no Markdown is read; busy words stand in <code>."""
    return _isolated(
        "".join(
            f"<code>{escape(piece)}</code>" if is_code else escape(piece)
            for is_code, piece in _pieces(text, cells, foreign=foreign)
        )
    )


def _span(shown: str) -> str:
    if not shown:
        return ""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def _isolated(said: str) -> str:
    """Keep a text that is read from right to left from turning what stands beside it."""
    if said.isascii() or not any(
        unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in said
    ):
        return said
    return f"{_ISOLATE}{said}{_ISOLATED}"


def _on_one_line(text: str, cells: int) -> str:
    return shorten(printable(spelt_out(_BLANKS.sub(" ", text).strip())), cells)


def _pieces(
    text: str, cells: int, *, foreign: bool, commands: Collection[str] = ()
) -> list[tuple[bool, str]]:
    """Split a text, made one line, into prose and, flagged, what must be code; no two neighbours are alike."""
    line = _on_one_line(text, cells)
    typed = "|".join(
        re.escape(_on_one_line(each, cells)) for each in sorted(commands, reverse=True)
    )
    pieces: list[tuple[bool, str]] = []
    end = 0
    for match in re.finditer(f"`({typed})`|({typed})", line) if typed else ():
        pieces += _runs(line[end : match.start()], foreign=foreign)
        pieces.append((True, match[1] or match[2]))
        end = match.end()
    return _merged([*pieces, *_runs(line[end:], foreign=foreign)])


def _runs(line: str, *, foreign: bool) -> list[tuple[bool, str]]:
    """Split a part of a line that has no command."""
    pieces: list[tuple[bool, str]] = []
    end = 0
    for match in _PIECE.finditer(line):
        pieces.append((False, line[end : match.start()]))
        end = match.end()
        if match["run"] is None:
            pieces.append((True, match[0] if foreign else match["quoted"] or match["tick"]))
        else:
            pieces += _run(match["run"])
    return [*pieces, (False, line[end:])]


def _run(run: str) -> list[tuple[bool, str]]:
    """Split visible ASCII characters into prose and, flagged, what must be code."""
    match = _RUN.fullmatch(run)
    if match is None or (_CALM.fullmatch(run) and not _BUSY.search(run)):
        return [(match is None, run)]
    return [(False, match["lead"]), (True, match["core"]), (False, match["trail"])]


def _merged(pieces: list[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """Make one of neighbours that are alike: the backquotes of two code spans would join."""
    merged: list[tuple[bool, str]] = []
    for is_code, text in pieces:
        if not text:
            continue
        if merged and merged[-1][0] == is_code:
            merged[-1] = (is_code, merged[-1][1] + text)
        else:
            merged.append((is_code, text))
    return merged


def commands_in(text: str) -> Iterator[str]:
    """Yield the commands that a sentence advises, also those of the sentences in it."""
    if isinstance(text, Command | ShellCommand):
        yield text
    elif isinstance(text, Phrase):
        for value in text.values.values():
            yield from commands_in(value) if isinstance(value, str) else ()


Item = TypeVar("Item")

ROWS_SHOWN = 20
"""More of one kind of row is shown as a number."""


class Words(Frozen):
    """Says things in a language, as Markdown that does nothing."""

    language: Language

    def said(self, text: str, cells: int = TEXT_CELLS_MAX, *, is_foreign: bool = False) -> str:
        """Say a sentence, which may hold words from files, in so many cells at most."""
        commands = [say(each, self.language) for each in commands_in(text)]
        said = say(text, self.language)
        return prose(said, foreign=is_foreign, cells=cells, commands=commands)

    def shown(self, text: str) -> str:
        """Say it for the inside of an element, where no Markdown is read."""
        return html(say(text, self.language))

    def facts(self, *parts: str) -> str:
        """Say facts on one line."""
        return " · ".join(self.said(part) for part in parts)

    def row(self, label: str, value: str) -> str:
        """Write a labelled fact; `value` is Markdown already."""
        return f"- **{self.said(label)}** {value}"

    def labelled(self, label: str, rows: Sequence[str]) -> list[str]:
        """Put a label above the first of some rows, so that it never stands without one."""
        return [f"\n**{self.said(label)}**\n\n{rows[0]}", *rows[1:]] if rows else []

    def folded(self, label: str, *, is_open: bool = False) -> tuple[list[str], list[str]]:
        """Return what opens and closes a part that is folded away; `label` is HTML already."""
        return [f"<details{' open' if is_open else ''}><summary>{label}</summary>", ""], [
            "",
            "</details>",
            "",
        ]

    def listed(self, phrases: Sequence[str]) -> str:
        """Say phrases one after the other, as a language lists them."""
        return say(Phrase(", "), self.language).join(say(each, self.language) for each in phrases)

    def more(self, count: int) -> str:
        """Return how many rows are not there."""
        return "- " + self.said(Phrase("and {count} more", count=count))

    def first(self, items: Sequence[Item], row: Callable[[Item], str]) -> list[str]:
        """Return a row for each item, or for so many that the number of the others is the last row."""
        if len(items) <= ROWS_SHOWN:
            return [*map(row, items)]
        return [*map(row, items[: ROWS_SHOWN - 1]), self.more(len(items) - ROWS_SHOWN + 1)]


_MORE_CHARACTERS_MAX = 32
"""Room that each block keeps for saying how many of its rows are not there."""
_PASSED_OVER_MAX = 20
"""When so many did not fit, those behind them are not even looked at."""


@dataclass(slots=True)
class Block:
    """Lines that stand together or not at all, and between them rows of which the last may be left out."""

    opening: list[str]
    rows: list[str]
    closing: list[str]
    kept: Set[int] = frozenset()
    """The rows without which the block is not worth its place; of the others, the last are left out first."""
    shown: Set[int] = field(default=frozenset(), init=False)
    """The rows that have their place."""

    @property
    def frame(self) -> int:
        """The room that it takes at least."""
        kept = [self.rows[index] for index in self.kept]
        return lines_size([*self.opening, *kept, *self.closing]) + _MORE_CHARACTERS_MAX

    def take(self, room: int) -> int:
        """Place what is kept, and of the other rows as many as fit into `room`; return what is left of that."""
        others = [index for index in range(len(self.rows)) if index not in self.kept]
        placed = others[: beginning([self.rows[index] for index in others], room)]
        self.shown = frozenset([*self.kept, *placed])
        return room - lines_size(self.rows[index] for index in placed)

    @property
    def missing(self) -> int:
        """How many rows are left out."""
        return len(self.rows) - len(self.shown)

    def lines(self, more: Callable[[int], str]) -> list[str]:
        """Return what has its place; `more` says how many rows are not there."""
        rest = [more(self.missing)] if self.missing else []
        shown = [self.rows[index] for index in sorted(self.shown)]
        return [*self.opening, *shown, *rest, *self.closing]


def size(text: str) -> int:
    """Count a text as UTF-16 does."""
    return (
        len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)
    )


def lines_size(lines: Iterable[str]) -> int:
    """Count lines with their line ends."""
    return sum(size(line) + 1 for line in lines)


def beginning(lines: Sequence[str], room: int) -> int:
    """Return how many of the first lines fit."""
    for number, line in enumerate(lines):
        room -= size(line) + 1
        if room < 0:
            return number
    return len(lines)


def fit(
    blocks: Iterable[Block], count: int, room: int, instead: Sequence[str] = ()
) -> tuple[list[tuple[int, Block]], int]:
    """Return those of `count` blocks, most important first, that have their place, by number; and what room is left.

    Each may take its equal share of what is left, and the room of the line that stands `instead` of it. One whose
    opening does not fit is passed over: a shorter one behind it may.
    """
    placed: list[tuple[int, Block]] = []
    passed_over = 0
    for index, block in enumerate(blocks):
        frame, line = block.frame, lines_size(instead[index : index + 1])
        if frame <= room + line:
            room += line - frame
            share = max(0, (room + frame) // (count - index) - frame)
            room -= share - block.take(share)
            placed.append((index, block))
        elif (passed_over := passed_over + 1) == _PASSED_OVER_MAX:
            break
    return placed, room
