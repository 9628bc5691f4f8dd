"""What stands in place of a fault where that can be said without asking anybody: one engine for every front end."""

import re
from collections.abc import Iterable

from massctl.model.diagnostics import Diagnostic, Lines
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.render.rules.characters import unseen_characters

WRITE = "write `{text}`"
"""The hint that says what to write; the message says in the same words what stands there."""
_UNKNOWN = "…"
"""Stands in a hint for what only a person knows."""
_HEADING = re.compile(r"[ ]{0,3}(?P<signs>[#＃]{1,6})(?=[^\s#＃])")


class Correction(Frozen):
    """The characters from `start` up to `end` of a file, which are to be `text`."""

    start: int
    end: int
    text: str


def correction_of(found: Diagnostic, text: str) -> Correction | None:
    """Return how a fault of a file with this text is mended; None where only a person knows."""
    place, lines = found.place, Lines(text)
    if place is None or place.line is None or place.line > len(lines):
        return None
    start, end = lines.bounds(place.line)
    at = start + (place.column or 1) - 1
    if found.code == "MC320":
        is_there = any(each.start == at for each in unseen_characters(text))
        return Correction(at, at + 1, "") if is_there else None
    if found.code == "MC321":
        address = re.compile("http://", re.IGNORECASE).search(text, at, end)
        return Correction(*address.span(), "https://") if address is not None else None
    excerpt = found.excerpt
    if excerpt is not None and excerpt.corrected is not None:
        # A line that was cut or masked for a report is not the line of the file.
        return (
            Correction(start, end, excerpt.corrected)
            if excerpt.written == text[start:end]
            else None
        )
    if found.code == "MC314" and (heading := _HEADING.match(text, start, end)):
        signs = "#" * len(heading["signs"])
        return Correction(*heading.span("signs"), f"{signs} ")
    return _said(found, text, start, end)


def _said(found: Diagnostic, text: str, start: int, end: int) -> Correction | None:
    """Read what is to be written from the hint, and what stands there from the message."""
    hint, message = found.hint, found.message
    if not isinstance(hint, Phrase) or not isinstance(message, Phrase) or hint.template != WRITE:
        return None
    wrong, right = str(message.values.get("text", "")), str(hint.values["text"])
    at = text.find(wrong, start, end) if wrong else -1
    if at < 0 or _UNKNOWN in right:
        return None
    return Correction(at, at + len(wrong), right)


def corrected(text: str, found: Iterable[Diagnostic]) -> str:
    """Return a text with every fault mended that can be; of two that overlap, the first."""
    due = {each for fault in found if (each := correction_of(fault, text)) is not None}
    pieces, done = [], 0
    for each in sorted(due, key=lambda one: (one.start, one.end)):
        if each.start >= done:
            pieces += [text[done : each.start], each.text]
            done = each.end
    return "".join([*pieces, text[done:]])
