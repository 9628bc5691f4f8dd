"""Text that others wrote, made safe to stand in a Markdown comment: it says what it says and does nothing.

A title or a path must not become a heading, a link, a picture or HTML, and must not notify anybody. To escape
characters is not enough: forges look for `@name`, `#12`, addresses and `:emoji:` in the finished text, where a
backslash is gone again. So whatever could mean something to Markdown or to a forge stands in a code span, in which
both leave it alone, and only words and calm punctuation stand as prose.
Sources: CommonMark 0.31; GitHub docs, "Basic writing and formatting syntax" and "Autolinked references"; GitLab docs,
"GitLab Flavored Markdown", read 2026-10.
"""

import re
from typing import Final

from massctl.view.cells import printable, shorten

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
    r"|(?i:\bGH-\d)|!\d"  # an issue, a merge request
    r"|\b[0-9A-Fa-f]{7,}\b"  # a commit
)
"""What forges give a meaning although Markdown does not."""
_BLOCK_START: Final = re.compile(r"\d+(?=[.)])|(?=[-+=])")
"""What comes before the character that makes a list or a heading of a line."""


def code(text: str) -> str:
    """Write `text` as a code span on one line; nothing for no text."""
    shown = _on_one_line(text)
    if not shown:
        return ""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def prose(text: str, *, foreign: bool = False) -> str:
    """Write `text` on one line, its calm words as prose and the rest as code spans; it may begin a line.

    What stands in backquotes is a code span of ours; in a `foreign` text they are part of what is said.
    """
    line = _on_one_line(text)
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
    said = _joined(pieces)
    start = _BLOCK_START.match(said)
    return f"{said[: start.end()]}\\{said[start.end() :]}" if start else said


def _on_one_line(text: str) -> str:
    return shorten(printable(_BLANKS.sub(" ", text).strip()), TEXT_CELLS_MAX)


def _run(run: str) -> list[tuple[bool, str]]:
    """Split visible ASCII characters into prose and, flagged, what must be code."""
    match = _RUN.fullmatch(run)
    if match is None or (_CALM.fullmatch(run) and not _BUSY.search(run)):
        return [(match is None, run)]
    return [(False, match["lead"]), (True, match["core"]), (False, match["trail"])]


def _joined(pieces: list[tuple[bool, str]]) -> str:
    """Write pieces; neighbouring ones that are code become one span, since their backquotes would join."""
    merged: list[tuple[bool, str]] = []
    for is_code, text in pieces:
        if not text:
            continue
        if merged and merged[-1][0] == is_code:
            merged[-1] = (is_code, merged[-1][1] + text)
        else:
            merged.append((is_code, text))
    return "".join(code(text) if is_code else text for is_code, text in merged)
