"""Diagnostics about one file, with their places and the lines they point at."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from massctl.model.diagnostics import (
    CORRECT_THESE,
    Diagnostic,
    Excerpt,
    Lines,
    Place,
    Severity,
    Span,
    first_told,
    more_faults,
)
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.secrets import MASK, public_line, without_secrets, without_values

EXCERPT_CHARACTERS_MAX = 400
"""A longer line is cut in the excerpt: minified or hostile files must not flood a report."""
WORD_CHARACTERS_MAX = 60

_UNSEEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters and those that turn the direction of writing: a terminal would obey them."""


def word(text: object) -> str:
    """Make a key or a value from a file fit for a message: short, on one line, without a secret."""
    plain = _UNSEEN.sub(
        "\N{REPLACEMENT CHARACTER}", without_secrets(str(text)[: 2 * WORD_CHARACTERS_MAX])
    )
    return plain if len(plain) <= WORD_CHARACTERS_MAX else plain[:WORD_CHARACTERS_MAX] + "…"


class TextFault(NamedTuple):
    """Something wrong with a text, at offsets of it; `end` is exclusive."""

    code: str
    start: int
    end: int
    message: Phrase
    hint: Phrase | None = None
    corrected: str | None = None
    """The line of `start` as it should be, where that can be said."""


class Reporter(Frozen):
    """Makes the diagnostics of one file."""

    file: str
    """Path from the repository's root, with `/`."""
    campaign: str | None
    lines: Lines

    def place(self, span: Span) -> Place:
        """Return a place in this file."""
        return Place(self.file, *span)

    def excerpt(self, span: Span, corrected: str | None = None) -> Excerpt:
        """Return the line that `span` begins on."""
        if self.file.endswith(".yaml"):
            line = public_line(span.line, self.lines.written)
            corrected = None if corrected is None or MASK in line else without_values(corrected)
        else:
            line = self.lines.written(span.line)
        return Excerpt(_cut(line), None if corrected is None else _cut(corrected))

    def at(
        self,
        code: str,
        span: Span,
        message: Phrase,
        hint: Phrase | None = None,
        corrected: str | None = None,
    ) -> Diagnostic:
        """Report a fault at a place."""
        return Diagnostic(
            code,
            Severity.ERROR,
            message,
            self.place(span),
            hint,
            self.campaign,
            self.excerpt(span, corrected),
        )

    def of(self, fault: TextFault) -> Diagnostic:
        """Report a fault of the text."""
        span = self.lines.span(fault.start, fault.end)
        return self.at(fault.code, span, fault.message, fault.hint, fault.corrected)


def _cut(line: str) -> str:
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", without_secrets(line)[:EXCERPT_CHARACTERS_MAX])


def about_file(
    code: str, file: str, campaign: str | None, message: Phrase, hint: Phrase | None = None
) -> Diagnostic:
    """Report a fault of a whole file or folder."""
    return Diagnostic(code, Severity.ERROR, message, Place(file), hint, campaign)


def in_order(diagnostics: Iterable[Diagnostic], others: int = 0) -> list[Diagnostic]:
    """Sort the diagnostics of a file by place; count those beyond the limit, and the `others`."""
    told, more = first_told(set(diagnostics), lambda diagnostic: diagnostic.sort_key)
    if not more + others:
        return told
    last = told[-1]
    say = more_faults(more + others)
    return [
        *told,
        Diagnostic(last.code, Severity.INFO, say, last.place, CORRECT_THESE, last.campaign),
    ]
