"""What is wrong with a letter, as its page shows it: what, where, and how it is mended there."""

import posixpath
import re
from collections.abc import Callable
from typing import Any

from massctl.model.diagnostics import Diagnostic
from massctl.source.corrections import Correction, correction_of

_PICTURE_WITHOUT_WORDS = "MC215"
_WITHOUT_WORDS = re.compile(r"!\[\s*\](?=\((?:<(?P<named>[^>\n]+)>|(?P<path>[^\s)]+)))")
"""A picture in Markdown whose brackets hold nothing."""


class Mend(Correction):
    """What the page writes, perhaps with words that it asks for."""

    picture: str | None = None
    """The picture, from the letter's folder, whose words the page asks for; `{words}` in `text` stands for them."""


def finding_of(
    found: Diagnostic, folder: str, read: Callable[[str], str], say: Callable[[str], str]
) -> dict[str, Any]:
    """Return a fault of the letter in `folder`; `read` gives the text of one of its files, empty for what is none."""
    place = found.place
    path = place.file.removeprefix(f"{folder}/") if place else ""
    text = read(path) if path else ""
    mend = mend_of(found, path, text)
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": say(found.message),
        "hint": say(found.hint or ""),
        "path": path,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "endLine": place.end_line if place else None,
        "endColumn": place.end_column if place else None,
        "mend": _told(mend, text) if mend is not None else None,
    }


def mend_of(found: Diagnostic, path: str, text: str) -> Mend | None:
    """Return how a fault is mended in the text that it is in; None where only a person knows."""
    if found.code == _PICTURE_WITHOUT_WORDS:
        first = _WITHOUT_WORDS.search(text)
        if first is None:
            return None
        picture = posixpath.normpath(
            posixpath.join(posixpath.dirname(path), first["named"] or first["path"])
        )
        return Mend(*first.span(), "![{words}]", picture)
    known = correction_of(found, text)
    return Mend(known.start, known.end, known.text) if known is not None else None


def _told(mend: Mend, text: str) -> dict[str, Any]:
    # A browser counts in UTF-16.
    begin, end = (len(text[:each].encode("utf-16-le")) // 2 for each in (mend.start, mend.end))
    return {
        "from": begin,
        "before": text[mend.start : mend.end],
        "to": end,
        "text": mend.text,
        "picture": mend.picture,
    }
