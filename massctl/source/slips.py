"""Slips of the keyboard in YAML, found before parsing, and the text without them.

A Chinese input method types `：`, `，`, `“` or a full-width space where YAML knows only ASCII. Each slip
carries its repair, so that parsing goes on with the corrected text and every other fault is still found;
offsets in the corrected text lead back to what was written.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from massctl.model.diagnostics import Lines
from massctl.model.phrase import Phrase

WIDE_HINT: Final = Phrase("if it belongs to the text, put the text in quotes")
CURLY_HINT: Final = Phrase("if the marks belong to the text, put straight ones around them: '“…”'")
QUOTE_HINT: Final = Phrase("put the whole value in quotes")


REPORTS_MAX: Final = 500
"""More are not read by anybody, and a hostile file has hundreds of thousands."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One repair: the characters from `start` up to `end` become `repair`."""

    start: int
    end: int
    repair: str
    code: str | None = None
    """None: a silent repair of something that YAML allows and the parser does not."""
    message: Phrase | None = None
    """What is wrong; None for full-width characters, whose slips on one line share a sentence."""
    hint: Phrase | None = None


@dataclass(frozen=True, slots=True)
class SlipReport:
    """What is said about one or more slips of one kind on one line."""

    code: str
    message: Phrase
    hint: Phrase | None
    start: int
    end: int
    corrected: str
    """The whole line without any slip."""


class CorrectedText:
    """A text without its slips, and the way back to the text as written."""

    def __init__(self, lines: Lines, slips: Sequence[Slip]) -> None:
        self.lines: Final = lines
        self.slips: Final = _without_overlap(slips)
        pieces: list[str] = []
        self._after: list[int] = []  # offsets in the corrected text where each repair begins
        position = length = 0
        for slip in self.slips:
            pieces += (lines.text[position : slip.start], slip.repair)
            length += slip.start - position
            self._after.append(length)
            length += len(slip.repair)
            position = slip.end
        self.text: Final = "".join([*pieces, lines.text[position:]])

    def original(self, offset: int) -> int:
        """Give the offset in the text as written of an offset in the corrected text."""
        index = bisect_right(self._after, offset) - 1
        if index < 0:
            return offset
        slip, inside = self.slips[index], offset - self._after[index]
        if inside >= len(slip.repair):
            return slip.end + inside - len(slip.repair)
        return min(slip.start + inside, slip.end)

    def reports(self) -> list[SlipReport]:
        """Tell of the first slips: on one line, those of one kind together."""
        found: list[SlipReport] = []
        for line, on_line in groupby(self.slips, key=lambda slip: self.lines.at(slip.start)[0]):
            if len(found) > REPORTS_MAX:
                break
            slips = tuple(on_line)
            kinds: dict[tuple[str, str | None], list[Slip]] = {}
            for slip in slips:
                if slip.code is not None:
                    kinds.setdefault((slip.code, slip.message), []).append(slip)
            if kinds:
                corrected = self._without(line, slips)
                found += [self._report(code, alike, corrected) for (code, _), alike in kinds.items()]
        return found

    def _without(self, line: int, slips: tuple[Slip, ...]) -> str:
        start, end = self.lines.bounds(line)
        pieces: list[str] = []
        for slip in slips:
            pieces += (self.lines.text[start : slip.start], slip.repair)
            start = slip.end
        return "".join([*pieces, self.lines.text[start:end]])

    def _report(self, code: str, slips: list[Slip], corrected: str) -> SlipReport:
        first, written = slips[0], self.lines.text
        message = first.message
        if message is None:
            pairs = {written[s.start : s.end].strip(): s.repair.strip() for s in slips}
            message = Phrase(
                "full-width {found} where YAML needs {due}",
                found=" ".join(pairs),
                due=" ".join(pairs.values()),
            )
        return SlipReport(code, message, first.hint, first.start, first.end, corrected)


def _without_overlap(slips: Sequence[Slip]) -> tuple[Slip, ...]:
    kept: list[Slip] = []
    for slip in sorted(slips, key=lambda s: (s.start, -s.end)):
        if not kept or slip.start >= kept[-1].end:
            kept.append(slip)
    return tuple(kept)


def wide_slip(start: int, end: int, repair: str) -> Slip:
    """Report a full-width character that stands where YAML needs an ASCII one."""
    return Slip(start, end, repair, "MC006", hint=WIDE_HINT)


def curly_slip(start: int, end: int, repair: str) -> Slip:
    """Report a value in curly quotation marks, which YAML takes for text."""
    say = Phrase("curly quotation marks do not quote in YAML: they would become part of the value")
    return Slip(start, end, repair, "MC007", say, CURLY_HINT)


def blank_slip(start: int, end: int, blanks: str, repair: str, *, indents: bool = False) -> Slip | None:
    """Report blanks that are none for YAML; None for ordinary spaces, and for tabs that do not indent."""
    if "\u3000" in blanks:
        say = Phrase("a full-width space (U+3000) where YAML needs an ordinary one")
        return Slip(start, end, repair, "MC006", say)
    if "\u00a0" in blanks:
        say = Phrase("a no-break space (U+00A0) where YAML needs an ordinary one")
        return Slip(start, end, repair, "MC004", say)
    if indents and "\t" in blanks:
        say = Phrase("a tab as indentation: YAML allows spaces only")
        return Slip(start, end, repair, "MC008", say)
    return None


def unquoted_slip(start: int, end: int, repair: str, message: Phrase) -> Slip:
    """Report a value that YAML cannot read without quotes around it."""
    return Slip(start, end, repair, "MC004", message, QUOTE_HINT)
