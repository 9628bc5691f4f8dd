"""Diagnostics about one file, with their places and the lines they point at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from massctl.model.diagnostics import Diagnostic, Excerpt, Lines, Place, Severity, Span
from massctl.model.phrase import Phrase

EXCERPT_CHARACTERS_MAX: Final = 400
"""A longer line is cut in the excerpt: minified or hostile files must not flood a report."""
DIAGNOSTICS_MAX: Final = 200
"""Diagnostics of one file; one more says that there are others."""
WORD_CHARACTERS_MAX: Final = 60

_SECRET: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32}(?![0-9A-Za-z])")
"""An AppSecret by its look (WeChat docs, "Getting access token", read 2026-10): somebody may paste one here."""

_BLOT: Final = "********"
_PRIVATE_KEY: Final = r"(?i:[\w-]*(?:secret|token(?!_command)|passw(?:or)?d|webhook|proxy)[\w-]*)"
"""The keys of massctl.yaml that take the name of a variable with a secret, and what people write in their place."""
_PRIVATE: Final = re.compile(rf"(?<![\w.-])[\"'“]?({_PRIVATE_KEY})[\"'”]?\s*(?::(?=\s|$)|：)\s*")
_VARIABLE: Final = re.compile(r"[\"']?[A-Z_][A-Z0-9_]*[\"']?(?=\s*$|\s*[,}]|\s+#)")
_NO_VALUE: Final = re.compile(r"(?:[|>][-+0-9]*)?\s*(?:$|#)")
_OTHER_LINE: Final = re.compile(r"\s*(?:$|#|-?\s*[\w-]+[:：](?:\s|$))")

_UNSEEN: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters and those that turn the direction of writing: a terminal would obey them."""


def without_secrets(text: str) -> str:
    """Blot out what looks like an AppSecret."""
    return _SECRET.sub(_BLOT, text)


def is_private(key: str) -> bool:
    """Say whether the value of a key is never repeated."""
    return re.fullmatch(_PRIVATE_KEY, key) is not None


def _without_values(line: str, above: str) -> str:
    """Blot out what a line gives to private keys, but for the names of variables; `above` is the line before."""
    opened = list(_PRIVATE.finditer(above))
    if opened and _NO_VALUE.match(above, opened[-1].end()) and not _OTHER_LINE.match(line):
        return line[: len(line) - len(line.lstrip())] + _BLOT
    for key in _PRIVATE.finditer(line):
        names_variable = key[1].lower().endswith("_env") and _VARIABLE.match(line, key.end())
        if not names_variable and not _NO_VALUE.match(line, key.end()):
            return line[: key.end()] + _BLOT
    return line


def word(text: object) -> str:
    """Make a key or a value from a file fit for a message: short, on one line, without a secret."""
    plain = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", without_secrets(str(text)[: 2 * WORD_CHARACTERS_MAX]))
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


@dataclass(frozen=True, slots=True)
class Reporter:
    """Makes the diagnostics of one file."""

    file: str
    """Path from the repository's root, with `/`."""
    campaign: str | None
    lines: Lines

    def place(self, span: Span) -> Place:
        """Give a place in this file."""
        return Place(self.file, *span)

    def excerpt(self, span: Span, corrected: str | None = None) -> Excerpt:
        """Give the line that `span` begins on."""
        lines = [self.lines.written(span.line), *([] if corrected is None else [corrected])]
        if self.file == "massctl.yaml":
            above = self.lines.written(span.line - 1) if span.line > 1 else ""
            lines = [_without_values(line, above) for line in lines]
        return Excerpt(*map(_cut, lines))

    def at(
        self, code: str, span: Span, message: Phrase, hint: Phrase | None = None, corrected: str | None = None
    ) -> Diagnostic:
        """Report a fault at a place."""
        return Diagnostic(
            code, Severity.ERROR, message, self.place(span), hint, self.campaign, self.excerpt(span, corrected)
        )

    def of(self, fault: TextFault) -> Diagnostic:
        """Report a fault of the text."""
        span = self.lines.span(fault.start, fault.end)
        return self.at(fault.code, span, fault.message, fault.hint, fault.corrected)


def _cut(line: str) -> str:
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", without_secrets(line)[:EXCERPT_CHARACTERS_MAX])


def about_file(code: str, file: str, campaign: str | None, message: Phrase, hint: Phrase | None = None) -> Diagnostic:
    """Report a fault of a whole file or folder."""
    return Diagnostic(code, Severity.ERROR, message, Place(file), hint, campaign)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by place, and leave out what nobody would read to the end, saying so."""
    ordered = sorted(set(diagnostics), key=lambda diagnostic: diagnostic.sort_key)
    if len(ordered) <= DIAGNOSTICS_MAX:
        return ordered
    kept = ordered[:DIAGNOSTICS_MAX]
    last = kept[-1]
    say = Phrase("this file has more faults than are shown")
    hint = Phrase("correct these first, then validate again")
    more = Diagnostic(last.code, Severity.INFO, say, last.place, hint, last.campaign)
    return [*kept, more]
