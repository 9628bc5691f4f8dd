"""Text that others wrote, made safe to stand in a Markdown comment: it says what it says and does nothing.

A title or a path must not become a heading, a link, a picture or HTML, and must not notify anybody. To escape
characters is not enough: forges look for `@name`, `#12`, addresses and `:emoji:` in the finished text, where a
backslash is gone again. So whatever could mean something to Markdown or to a forge stands in a code span, in which
both leave it alone, and only words and calm punctuation stand as prose. What nobody sees is written out
(`massctl.view.unseen`), and a text from right to left stands in an isolate, so that it moves no word of ours.
Sources: CommonMark 0.31; GitHub docs, "Basic writing and formatting syntax" and "Autolinked references"; GitLab docs,
"GitLab Flavored Markdown", read 2026-10.
"""

import re
import unicodedata
from html import escape
from typing import Final

from massctl.view.cells import printable, shorten
from massctl.view.unseen import spelt_out

TEXT_CELLS_MAX: Final = 400
"""More of one text is cut: a comment is no place for it, and one text must not push the others out."""

_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_PIECE: Final = re.compile(r"`(?P<quoted>[^`]+)`|(?P<tick>`)|(?P<run>[!-_a-~]+)")
"""What stands in backquotes, a backquote alone, or a run of other visible ASCII characters."""
_RUN: Final = re.compile(r"(?P<lead>[(\"']*)(?P<core>.*?)(?P<trail>[)\"'.,;:!?]*)")
_CALM: Final = re.compile(r"[A-Za-z0-9+/=,:;!?'\"().-]*")
"""Characters that Markdown gives no meaning inside a line."""
_BUSY: Final = re.compile(
    r"(?:\w|^)\.[A-Za-z]"  # a file's name, or a host that some forge makes a link of
    r"|://|(?i:\bwww\.)"
    r"|:[\w+-]+:"  # an emoji by name
    r"|!\d|(?i:[a-z]-\d)"  # a merge request; an issue of a tracker: GH-12, SALE-7
    r"|\b[0-9A-Fa-f]{7,}\b"  # a commit
)
"""What forges give a meaning although Markdown does not."""
_BLOCK_START: Final = re.compile(r"\d+(?=[.)])|(?=[-+=])")
"""What comes before the character that makes a list or a heading of a line."""
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
_ISOLATE: Final = "\u2068"
_ISOLATED: Final = "\u2069"


def code(text: str, cells: int = TEXT_CELLS_MAX) -> str:
    """Write `text` as a code span on one line; nothing for no text."""
    return _isolated(_span(_on_one_line(text, cells)))


def prose(text: str, *, foreign: bool = False, cells: int = TEXT_CELLS_MAX) -> str:
    """Write `text` on one line, its calm words as prose and the rest as code spans; it may begin a line.

    What stands in backquotes is a code span of ours; in a `foreign` text they are part of what is said.
    """
    said = "".join(_span(piece) if is_code else piece for is_code, piece in _pieces(text, cells, foreign=foreign))
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
    if said.isascii() or not any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in said):
        return said
    return f"{_ISOLATE}{said}{_ISOLATED}"


def _on_one_line(text: str, cells: int) -> str:
    return shorten(printable(spelt_out(_BLANKS.sub(" ", text).strip())), cells)


def _pieces(text: str, cells: int, *, foreign: bool) -> list[tuple[bool, str]]:
    """Split a text, made one line, into prose and, flagged, what must be code; no two neighbours are alike."""
    line = _on_one_line(text, cells)
    pieces: list[tuple[bool, str]] = []
    end = 0
    for match in _PIECE.finditer(line):
        pieces.append((False, line[end : match.start()]))
        end = match.end()
        if match["run"] is None:
            pieces.append((True, match[0] if foreign else match["quoted"] or match["tick"]))
        else:
            pieces += _run(match["run"])
    pieces.append((False, line[end:]))
    return _merged(pieces)


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
