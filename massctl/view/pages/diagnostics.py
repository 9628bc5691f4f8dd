"""Diagnostics beside the preview: what, where, the line as written, and words by which a script finds the place."""

import json
import re
from collections.abc import Sequence

from markupsafe import Markup

from massctl.model.diagnostics import Diagnostic, Excerpt, Place
from massctl.view.pages.markup import Sheet
from massctl.view.rows import LABELS

_BEFORE_CHARACTERS = 32
_AFTER_CHARACTERS = 72
"""Of a long line, so much is shown on each side of the fault's beginning."""
_MARKUP = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>?|&\w+;|[*_`#|\[\]{}<>!~\\\"]+|\(\s*\S+?\s*\)"
)
_SHOWN_VALUE = re.compile(r"\s*(?:- )?(?:title|author|digest|content|recommend|description):\s*")
"""Of campaign.yaml, the keys whose values a reader sees."""
_SOUGHT_CHARACTERS_MIN = 2
_SOUGHT_MAX = 6


def findings(diagnostics: Sequence[Diagnostic], sheet: Sheet, *, live: bool) -> Markup:
    """Return the section with what was found; without anything it says so."""
    ordered = sorted(diagnostics, key=lambda each: each.sort_key)
    return sheet.part("parts.html.j2", "findings", [_finding(each, live=live) for each in ordered])


def sought(diagnostic: Diagnostic) -> list[str]:
    """Return words of the faulty line as a reader may see them, those next to the fault first."""
    if diagnostic.excerpt is None or diagnostic.place is None:
        return []
    line = diagnostic.excerpt.written
    at = (diagnostic.place.column or 1) - 1
    runs: list[tuple[int, str]] = []
    start = 0
    if diagnostic.place.file.endswith((".yaml", ".yml")):
        key = _SHOWN_VALUE.match(line)
        if key is None or at < key.end():
            return []
        start = key.end()
    for end, following in [
        *((found.start(), found.end()) for found in _MARKUP.finditer(line, start)),
        (len(line), 0),
    ]:
        words = line[start:end].strip()
        if len(words) >= _SOUGHT_CHARACTERS_MIN:
            runs.append((max(start - at, at - end, 0), words))
        start = following
    return [words for _, words in sorted(runs, key=lambda run: run[0])][:_SOUGHT_MAX]


def _finding(diagnostic: Diagnostic, *, live: bool) -> dict[str, object]:
    words = sought(diagnostic) if live else []
    excerpt, place = diagnostic.excerpt, diagnostic.place
    return {
        "diagnostic": diagnostic,
        "severity": LABELS[diagnostic.severity],
        "sought": json.dumps(words, ensure_ascii=False) if words else "",
        "number": place.line or "" if place else "",
        "line": _line(excerpt, place) if excerpt and place else None,
    }


def _line(excerpt: Excerpt, place: Place) -> Markup:
    """Return the line as written, its fault marked; a long line is cut around it."""
    line = excerpt.written.rstrip("\r\n")
    first = min(max((place.column or 1) - 1, 0), len(line))
    ends_here = place.end_line in (None, place.line) and place.end_column is not None
    last = max(first, (place.end_column or 0) - 1) if ends_here else len(line)
    marked = Markup()
    if place.column is not None:
        marked = Markup("<mark>{}</mark>").format(line[first:last][:_AFTER_CHARACTERS])
    rest = line[min(last, first + _AFTER_CHARACTERS) if marked else first :]
    before, after = line[:first][-_BEFORE_CHARACTERS:], rest[:_AFTER_CHARACTERS]
    cut_before, cut_after = "…" * (len(before) < first), "…" * (len(after) < len(rest))
    return Markup("{}{}{}{}").format(cut_before + before, marked, after, cut_after)
