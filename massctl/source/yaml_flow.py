"""Slips inside flow collections (`[a, b]`, `{a: b}`), and quoted scalars that go on over lines."""

import re
from typing import Final

from massctl.model.phrase import Phrase
from massctl.source.slips import Slip, blank_slip, curly_slip, unquoted_slip, wide_slip
from massctl.source.yaml_token import (
    COMMENT,
    CURLY_OPENERS,
    KEY_WORD,
    QUOTE_END,
    QUOTED,
    SPACES,
    TIGHT_KEY,
    WIDE,
    curly_quoted,
    half_curly_quoted,
    in_quotes,
)

JINJA_MESSAGE: Final = Phrase("a value that begins with a Jinja {brace} must be in quotes", brace="{{")
TIGHT_MESSAGE: Final = Phrase("a space is missing after the colon")

_STOP: Final = re.compile(r"[,\[\]{}]|:(?=[\s,\[\]{}]|$)|(?<=[ \t])#")
"""Where a plain scalar ends inside brackets."""
_WIDE: Final = re.compile(r"[，：［］｛｝]")
_NEXT_KEY: Final = re.compile(rf"，[{SPACES}]*[\"'“]?{KEY_WORD}[\"'”]?[{SPACES}]*[:：]")
_WHOLE_KEY: Final = re.compile(rf"[{SPACES}]*{KEY_WORD}[{SPACES}]*")
_SCALAR_END: Final = re.compile(rf"[{SPACES}]*(?:[,\[\]{{}}:，：］｝]|$)")
_JINJA: Final = re.compile(r"\{\{[^{}]*\}\}[^,\[\]{}#]*")


class FlowScanner:
    """Walk through bracketed values line by line, and collect the slips."""

    def __init__(self, text: str, slips: list[Slip]) -> None:
        self.text: Final = text
        self.slips: Final = slips
        self.stack: list[str] = []
        """The open brackets, `[` and `{`."""
        self.quote = ""
        """The mark of the quoted scalar that is open, or nothing."""
        self.quoted: list[tuple[int, int]] = []
        """Where quoted scalars stand; a tab in them is text."""
        self._in_value = False
        self._found_stop = (0, 0, 0)

    @property
    def _in_key(self) -> bool:
        return self.stack[-1] == "{" and not self._in_value

    def open(self, bracket: str) -> None:
        """Enter a flow collection."""
        self.stack.append(bracket)
        self._in_value = False

    def read_quoted(self, position: int, end: int) -> int | None:
        """Pass a quoted scalar that begins at `position`; None: it goes on in the next line."""
        match = QUOTED.match(self.text, position, end)
        if match is not None:
            self.quoted.append(match.span())
            return match.end()
        half = half_curly_quoted(self.text, position, end)
        if half is not None:
            self.slips.append(curly_slip(position, half[0], in_quotes(half[1])))
            return half[0]
        self.quote = self.text[position]
        self.quoted.append((position, end))
        return None

    def close_quote(self, start: int, end: int) -> int | None:
        """Look for the end of the open quoted scalar on this line; None: it goes on."""
        match = QUOTE_END[self.quote].match(self.text, start, end)
        self.quoted.append((start, match.end() if match else end))
        if match is None:
            return None
        self.quote = ""
        self._in_value = True
        return match.end()

    def scan(self, position: int, end: int) -> int | None:
        """Go on to the end of the line; give the offset behind the last bracket if it closes before that."""
        while position < end:
            character = self.text[position]
            if character in " \t":
                position += 1
                continue
            if character == "#" and COMMENT.match(self.text, position):
                return None
            after = self._step(character, position, end)
            if after is None or not self.stack:
                return after
            position = after
        return None

    def _step(self, character: str, position: int, end: int) -> int | None:
        if character in "\"'":
            return self.read_quoted(position, end)
        if character in "[{":
            after = self._opened(character, position, end)
        elif character in "]},:":
            after = self._indicator(character, position + 1)
        elif character in "，］｝" or (character == "：" and self._in_key):
            after = self._wide_indicator(position, end)
        elif slip := blank_slip(position, position + 1, character, " "):
            self.slips.append(slip)
            after = position + 1
        elif character in CURLY_OPENERS:
            after = self._curly(position, end)
        else:
            after = self._plain(position, end)
        return after

    def _curly(self, position: int, end: int) -> int:
        curly = curly_quoted(self.text, position, end)
        if curly is None or not _SCALAR_END.match(self.text, curly[0], end):
            return self._plain(position, end)
        self.slips.append(curly_slip(position, curly[0], in_quotes(curly[1])))
        return curly[0]

    def _opened(self, bracket: str, position: int, end: int) -> int:
        match = _JINJA.match(self.text, position, end)
        if match is None:
            self.open(bracket)
            return position + 1
        words = match[0].rstrip()
        stop = position + len(words)
        self.slips.append(unquoted_slip(position, stop, in_quotes(words), JINJA_MESSAGE))
        return stop

    def _indicator(self, indicator: str, after: int) -> int:
        if indicator in "]}":
            self.stack.pop()
        self._in_value = indicator != ","
        return after

    def _wide_indicator(self, position: int, end: int) -> int:
        indicator = WIDE[self.text[position]]
        after = position + 1
        blank = after < end and self.text[after] not in SPACES
        self.slips.append(wide_slip(position, after, indicator + " " if blank and indicator in ",:" else indicator))
        return self._indicator(indicator, after)

    def _plain(self, position: int, end: int) -> int:
        """Pass a plain scalar, up to the first full-width character that must be meant as an indicator."""
        stop = self._stop_behind(position, end)
        if self._in_key and (tight := TIGHT_KEY.match(self.text, position, stop)):
            colon = tight.end()
            self.slips.append(Slip(colon - 1, colon, ": ", "MC004", TIGHT_MESSAGE))
            return self._indicator(":", colon)
        open_wide = 0
        for match in _WIDE.finditer(self.text, position, stop):
            if match[0] in "［｛":
                open_wide += 1
            elif match[0] in "］｝" and open_wide:
                open_wide -= 1
            elif self._is_meant(match[0], match.start(), position, end):
                return self._wide_indicator(match.start(), end)
        return stop

    def _stop_behind(self, position: int, end: int) -> int:
        """Find where a plain scalar at `position` ends.

        The last answer serves until it is reached: a line of full-width commas asks at every one of them, and
        would else be searched to its end each time.
        """
        searched, line_end, stop = self._found_stop
        if not (line_end == end and searched <= position < stop):
            found = _STOP.search(self.text, position + 1, end)
            stop = found.start() if found else end
            self._found_stop = (position, end, stop)
        return stop

    def _is_meant(self, character: str, at: int, start: int, end: int) -> bool:
        """Tell an indicator from punctuation of a Chinese sentence."""
        if character == "，":
            return self.stack[-1] == "[" or _NEXT_KEY.match(self.text, at, end) is not None
        if character == "：":
            return self._in_key and _WHOLE_KEY.fullmatch(self.text, start, at) is not None
        return True
