"""Keys of block mappings, and the slips between a key and its value."""

import re
from typing import Final

from massctl.model.diagnostics import Lines
from massctl.source.slips import Slip, blank_slip, curly_slip, wide_slip
from massctl.source.yaml_flow import TIGHT_MESSAGE
from massctl.source.yaml_token import (
    CURLY_OPENERS,
    KEY_WORD,
    QUOTED,
    SPACES,
    TIGHT_KEY,
    WIDE_KEY,
    blanks_end,
    curly_quoted,
    in_quotes,
    properties_end,
)

_PLAIN_KEY: Final = re.compile(rf"(?:[^\s#\[\]{{}},&*!|>'\"%@`{CURLY_OPENERS}].*?)(:)(?=[{SPACES}]|$)")
_COLON: Final = re.compile(rf"[{SPACES}]*(:(?=[{SPACES}]|$)|：)")
_SIBLING: Final = re.compile(rf"[{SPACES}]*{KEY_WORD}[{SPACES}]*[:：]")
_LOOK_AHEAD: Final = 20
"""Lines that are looked at for a sibling key."""


class KeyReader:
    """Tell keys from sentences, and note the slips around a key's colon."""

    def __init__(self, lines: Lines, known_keys: frozenset[str], slips: list[Slip]) -> None:
        self.lines, self.text, self.known_keys, self.slips = lines, lines.text, known_keys, slips

    def read(self, line: int, position: int, stop: int, column: int, *, dashed: bool) -> int | None:
        """Pass a key and its colon, and give the offset of its value; None where there is no key.

        `dashed`: the line is a list item, which may be a sentence with full-width punctuation.
        """
        text, position = self.text, properties_end(self.text, position, stop)
        wide = WIDE_KEY.match(text, position, stop)
        if wide and (not dashed or wide[1] in self.known_keys or self._sibling_follows(line, column)):
            self.slips.append(wide_slip(wide.start(2), wide.end(), ": " if wide.end() < stop else ":"))
            return wide.end()
        plain = _PLAIN_KEY.match(text, position, stop)
        tight = TIGHT_KEY.match(text, position, stop)
        if tight and (tight[1] in self.known_keys or not (dashed or plain)):
            self.slips.append(Slip(tight.end() - 1, tight.end(), ": ", "MC004", TIGHT_MESSAGE))
            return tight.end()
        colon = plain.start(1) if plain else self._colon_behind_quotes(position, stop)
        if colon is None:
            return None
        value = blanks_end(text, colon + 1, stop)
        self.separator(colon + 1, value)
        return value

    def _colon_behind_quotes(self, position: int, stop: int) -> int | None:
        quoted, curly = QUOTED.match(self.text, position, stop), curly_quoted(self.text, position, stop)
        after = quoted.end() if quoted else curly[0] if curly else None
        colon = None if after is None else _COLON.match(self.text, after, stop)
        if colon is None:
            return None
        if curly and not quoted:
            self.slips.append(curly_slip(position, curly[0], in_quotes(curly[1])))
        if colon[1] == "：":
            self.slips.append(wide_slip(colon.start(1), colon.end(1), ": "))
        return colon.start(1)

    def _sibling_follows(self, line: int, column: int) -> bool:
        """Say whether the next line of the document is a key in the same column."""
        for later in range(line + 1, min(line + _LOOK_AHEAD, len(self.lines)) + 1):
            start, end = self.lines.bounds(later)
            position = blanks_end(self.text, start, end)
            if position < end and self.text[position] != "#":
                return position - start == column and _SIBLING.match(self.text, position, end) is not None
        return False

    def child_follows(self, line: int, parent: int) -> bool:
        """Say whether the line behind `line` is a key that is indented deeper than `parent`."""
        if not self.deeper_follows(line, parent):
            return False
        return _SIBLING.match(self.text, *self.lines.bounds(line + 1)) is not None

    def deeper_follows(self, line: int, parent: int) -> bool:
        """Say whether the line behind `line` is indented deeper than `parent`."""
        if line == len(self.lines):
            return False
        start, end = self.lines.bounds(line + 1)
        position = blanks_end(self.text, start, end)
        return position < end and position - start > parent

    def separator(self, start: int, stop: int) -> None:
        """Note blanks between an indicator and a value that are none for YAML."""
        blanks = self.text[start:stop]
        slip = blank_slip(start, stop, blanks, " " * len(blanks))
        if slip is not None:
            self.slips.append(slip)
