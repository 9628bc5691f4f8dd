"""A page of text for a terminal: lines that fit its width, in a language and a style."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, dropwhile, zip_longest
from typing import Final

from msgspec import Struct, field

from massctl.model.frozen import Frozen
from massctl.view.cells import cells, clusters, is_wide, may_break, pad, printable
from massctl.view.i18n import Language, say
from massctl.view.style import Ink, Style

WIDTH_MIN = 24
"""Narrower windows are written as if they had this width."""
_HANG_SHARE = 2
"""Lines are indented by at most one part in so many of the width, or nothing would fit beside it."""
_LABELS_SHARE = 0.4
"""Labels take at most so much of the width; a wider one has its own line."""


class Inked(Frozen):
    """A piece of a line, and what it is for the eye."""

    text: str
    ink: Ink


Part = str | Inked
DOT = Inked(" · ", Ink.DETAIL)
"""Between facts on one line."""
_Piece = tuple[str, Ink]
"""One cluster, or a text that needs no measuring, and its ink."""


class Page(Struct):
    """Collects lines; every piece is translated, made safe to print, wrapped and painted."""

    language: Language
    style: Style
    width: int
    _lines: list[str] = field(default_factory=list)

    def say(self, text: str) -> str:
        """Say `text` in the page's language, on one line and safe to print."""
        return " ".join(printable(line) for line in say(text, self.language).split("\n"))

    def blank(self) -> None:
        """Leave one line empty; never two, and none at the top."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def line(self, *parts: Part, indent: int = 0, hang: int | None = None) -> None:
        """Add a line of `parts`, indented; what does not fit goes on below, indented by `hang`.

        A part with line ends is spread over lines.
        """
        self._fill("", parts, indent, indent if hang is None else hang)

    def row(self, label: str, *parts: Part, indent: int, hang: int, inner: int = 0) -> None:
        """Add a line of a dim `label` and, from cell `hang` on, `parts`; they go on below, `inner` cells further in."""
        said = self.say(label)
        lead = " " * indent + pad(said, max(0, hang - indent))
        if said and not lead.endswith(" "):
            self.line(Inked(label, Ink.DETAIL), indent=indent)
            lead = " " * hang
        self._fill(lead, parts, 0, hang + inner)

    def command(self, text: str, *, indent: int = 0) -> None:
        """Add a command that a person copies: what does not fit goes on below, as a shell joins it again."""
        blanks = " " * min(indent, max(self.width, WIDTH_MIN) // 10)
        for part in shell_lines(printable(text), max(self.width, WIDTH_MIN) - len(blanks)):
            self._lines.append(f"{blanks}{part}")

    def raw(self, text: str) -> None:
        """Add a line as it is: measured, safe and painted by the caller."""
        self._lines.append(text)

    def paint(self, text: str, ink: Ink) -> str:
        """Write `text` in `ink`, as the page's style wants it."""
        return self.style.paint(text, ink)

    def text(self) -> str:
        """Return the page, without a line end at its end."""
        return "\n".join(self._lines).rstrip("\n")

    def _fill(self, lead: str, parts: Sequence[Part], indent: int, hang: int) -> None:
        width = max(self.width, WIDTH_MIN)
        indent, hang = (min(blanks, width // _HANG_SHARE) for blanks in (indent, hang))
        lead = lead or " " * indent
        if (short := self._surely_short(parts, width - cells(lead))) is not None:
            start = self.paint(lead, Ink.DETAIL) if lead.strip() else lead
            self._lines.append((start + self._painted(short)).rstrip())
            return
        wrapped = _wrapped(self._pieces(parts), width - cells(lead), width - hang, width)
        for index, line in enumerate(wrapped):
            start = lead if index == 0 else " " * hang
            if _size(line) > width - cells(start):
                # It fits the page only without its indent; a label stays above it.
                if start.strip():
                    self._lines.append(self.paint(start.rstrip(), Ink.DETAIL))
                start = ""
            painted = self._painted(line)
            if start.strip():
                start = self.paint(start, Ink.DETAIL)
            self._lines.append((start + painted).rstrip())

    def _surely_short(self, parts: Sequence[Part], room: int) -> list[_Piece] | None:
        """Return `parts` as they are where no measuring is needed: one line, and at two cells a character no wider."""
        pieces: list[_Piece] = []
        for part in parts:
            text, ink = (part.text, part.ink) if isinstance(part, Inked) else (part, Ink.PLAIN)
            said = say(text, self.language)
            if "\n" in said:
                return None
            if shown := printable(said):
                pieces.append((shown, ink))
                room -= 2 * len(shown)
        if room < 0:
            return None
        while pieces and not pieces[-1][0].rstrip(" "):
            pieces.pop()
        return [*pieces[:-1], *((text.rstrip(" "), ink) for text, ink in pieces[-1:])]

    def _pieces(self, parts: Sequence[Part]) -> list[list[_Piece]]:
        """Return the clusters of `parts`, one list for each line that their line ends make."""
        lines: list[list[_Piece]] = [[]]
        for part in parts:
            text, ink = (part.text, part.ink) if isinstance(part, Inked) else (part, Ink.PLAIN)
            for number, line in enumerate(say(text, self.language).split("\n")):
                if number:
                    lines.append([])
                lines[-1] += [(cluster, ink) for cluster in clusters(printable(line))]
        return lines

    def _painted(self, line: list[_Piece]) -> str:
        painted, run, ink = "", "", Ink.PLAIN
        for cluster, of in line:
            if of is not ink:
                painted, run, ink = painted + self.paint(run, ink), "", of
            run += cluster
        return painted + self.paint(run, ink)


_COMMAND = re.compile(
    r"(?:massctl [a-z-]|gh (?:api|repo|secret) |git (?:-C |add |commit |fetch|pull|push|remote |rm ))"
    r"(?:(?!   | \(|[;:,`)，；：。）]).)*"
)
"""A command that a sentence advises: to the line's end, or to what the sentence goes on with."""
_ADDRESS = re.compile(r"https?://")

_NUMBER = re.compile(r"\d[\d,]*")


def _size(line: list[_Piece]) -> int:
    return sum(cells(cluster) for cluster, _ in line)


def _wrapped(
    lines: list[list[_Piece]], first_width: int, width: int, page_width: int
) -> Iterator[list[_Piece]]:
    """Break lines so that none is wider than `first_width`, or `width` from the second on.

    A path or command that fits `page_width` only is one line: a path that is cut cannot be clicked, and a command that
    is cut is another command. The address of a page is one line however wide, since the terminal copies it whole.
    """
    room = first_width
    for pieces in lines:
        line: list[_Piece] = []
        used = 0
        for run in _words(pieces, page_width):
            size = _size(run)
            if used + size <= room:
                line, used = line + run, used + size
                continue
            # Blanks at a line's end are not shown, those before a dot neither.
            word = list(dropwhile(lambda piece: piece[0] == " ", run))
            if not word:
                continue
            size = _size(word)
            if line and size <= width:
                yield _trimmed(line)
                line, used, room = word, size, width
                continue
            fits_alone = size <= page_width and any(cluster in (" ", "/") for cluster, _ in word)
            if size > width and (
                fits_alone or _ADDRESS.search("".join(cluster for cluster, _ in word))
            ):
                if line:
                    yield _trimmed(line)
                line, used, room = word, size, width
                continue
            for part in _parts_of_path(word):
                if line and used + _size(part) > room and _size(part) <= width:
                    yield _trimmed(line)
                    line, used, room = [], 0, width
                for piece in part:  # Nothing but a hard break is left for a word wider than a line.
                    if used + cells(piece[0]) > room:
                        yield _trimmed(line)
                        line, used, room = [], 0, width
                    line, used = [*line, piece], used + cells(piece[0])
        yield _trimmed(line)
        room = width


def _parts_of_path(word: list[_Piece]) -> Iterator[list[_Piece]]:
    """Split a word behind each `/`, where a path is broken rather than within a name."""
    part: list[_Piece] = []
    for piece in word:
        part.append(piece)
        if piece[0] == "/":
            yield part
            part = []
    if part:
        yield part


def _words(pieces: list[_Piece], width: int) -> Iterator[list[_Piece]]:
    """Split a line into runs of blanks and runs that stay together."""
    word: list[_Piece] = []
    was_blank = counted = False
    whole = _inside_commands(pieces, width)
    for index, (piece, following) in enumerate(
        zip_longest(pieces, pieces[1:], fillvalue=("", Ink.PLAIN))
    ):
        # A dot between facts stays with the fact before it, so that no line begins with one; `2 次` is one word.
        glued = index in whole or counted or (piece[0] == " " and following[0] == "·")
        counted = (
            piece[0] == " "
            and is_wide(following[0])
            and _NUMBER.fullmatch("".join(c for c, _ in word)) is not None
        )
        glued = glued or counted
        blank = piece[0] == " " and not glued
        # Names, of files too, stay whole.
        named = bool(word) and word[-1][1] is piece[1] is Ink.NAME
        if word and (
            blank != was_blank
            or (not (blank or glued or named) and may_break(word[-1][0], piece[0]))
        ):
            yield word
            word = []
        word.append(piece)
        was_blank = blank
    if word:
        yield word


def _inside_commands(pieces: list[_Piece], width: int) -> set[int]:
    """Find the pieces before which no line may break: half of a command, copied and pasted, is another command."""
    text = "".join(cluster for cluster, _ in pieces)
    if not any(name in text for name in ("massctl ", "git ", "gh ")):
        return set()
    starts = [0, *accumulate(len(cluster) for cluster, _ in pieces)]
    found: set[int] = set()
    for command in _COMMAND.finditer(text):
        first, end = (bisect_left(starts, at) for at in command.span())
        if _size(pieces[first:end]) <= width:
            found.update(range(first + 1, end))
    return found


def _trimmed(line: list[_Piece]) -> list[_Piece]:
    end = len(line)
    while end and line[end - 1][0] == " ":
        end -= 1
    # A joiner may hold a blank fast, as one cluster with it.
    return [
        *line[: max(0, end - 1)],
        *((text.rstrip(" "), ink) for text, ink in line[max(0, end - 1) : end]),
    ]


_SHELL_WORD = re.compile(r"(?:[^\s\"']|\"[^\"]*\"|'[^']*')+")
_SHELL_INDENT = "  "
"""Before the words of a command that goes on on the next line."""


def shell_lines(command: str, width: int) -> list[str]:
    """Break a command before its words, as a shell joins it again; a word that is too long stays whole."""
    if len(command) <= width:
        return [command]
    lead = " " * (len(command) - len(command.lstrip(" ")))
    lines, line = list[str](), lead
    for word in _SHELL_WORD.findall(command):
        longer = f"{line} {word}" if line.strip() else f"{line}{word}"
        if len(longer) + 2 > width and line.strip():
            lines.append(f"{line} \\")
            longer = f"{lead}{_SHELL_INDENT}{word}"
        line = longer
    return [*lines, line]


class Table:
    """Labelled rows on a page, all starting at the same cell."""

    def __init__(self, page: Page, labels: Iterable[str], indent: int = 2) -> None:
        """Make room for the widest of `labels`, which stand `indent` cells from the left."""
        self._page = page
        self._indent = indent
        self.language: Final = page.language
        """The language of the page."""
        room = int(max(page.width, WIDTH_MIN) * _LABELS_SHARE)
        self.hang: Final = min(room, indent + 2 + max(cells(page.say(label)) for label in labels))
        """The cell at which everything but labels starts."""

    def row(self, label: str, *parts: Part, inner: int = 0) -> None:
        """Add a row; an empty label continues the row above."""
        self._page.row(label, *parts, indent=self._indent, hang=self.hang, inner=inner)

    def below(self, *parts: Part, inner: int = 2) -> None:
        """Add a line below a row, further in: what to do about it, or its details."""
        self._page.line(*parts, indent=self.hang + inner)

    def command(self, text: str) -> None:
        """Add a command below a row, to be copied."""
        self._page.command(text, indent=self.hang + 2)
