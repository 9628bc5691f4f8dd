"""Slips of the keyboard on the raw text of a YAML file, before it is parsed.

The walk knows just enough YAML to tell where an indicator is due from where a sentence stands: comments,
quoted and block scalars are never looked into, and Chinese punctuation in a value is text. Where it cannot
know, it stays silent and leaves the line to the parser.
"""

import re
from typing import Final

from massctl.model.diagnostics import Lines
from massctl.model.phrase import Phrase
from massctl.source.slips import (
    CorrectedText,
    Slip,
    blank_slip,
    curly_slip,
    unquoted_slip,
    wide_slip,
)
from massctl.source.yaml_flow import JINJA_MESSAGE, FlowScanner
from massctl.source.yaml_key import KeyReader
from massctl.source.yaml_token import (
    SPACES,
    blanks_end,
    content_end,
    curly_quoted,
    in_quotes,
    leading_spaces,
    properties_end,
)

_TABS: Final = re.compile(r"\t+")
_DASH: Final = re.compile(rf"-(?=[{SPACES}]|$)|－[{SPACES}]*")
_MARKER: Final = re.compile(r"(?:---|\.\.\.)(?=[ \t]|$)")
_BLOCK_HEADER: Final = re.compile(r"([|>｜＞])(?:[-+]?([1-9])?|([1-9])[-+])")
_WIDE_FLOW: Final = re.compile(r"［[^［］\[\]]*[］\]]|｛[^｛｝{}]*[｝}]")
_WIDE_COMMENT: Final = re.compile(rf"(?<=[{SPACES}])＃")


def correct_yaml_text(text: str, known_keys: frozenset[str]) -> CorrectedText:
    """Find every slip in `text`; `known_keys` are the format's keys, which need no further evidence."""
    lines = Lines(text)
    scanner = _BlockScanner(lines, known_keys)
    scanner.run()
    return CorrectedText(lines, scanner.slips)


class _BlockScanner:
    """Walk through a document line by line; indents count columns from 0."""

    def __init__(self, lines: Lines, known_keys: frozenset[str]) -> None:
        self.lines, self.text = lines, lines.text
        self.slips: list[Slip] = []
        self.keys = KeyReader(lines, known_keys, self.slips)
        self.flow = FlowScanner(self.text, self.slips)
        self.line = 0
        self.parent = -1  # the indent of the last key or dash
        self.plain: int | None = None  # deeper lines go on with a plain scalar
        self.block: int | None = None  # deeper lines are a block scalar
        self.block_indent: int | None = None  # its indent, once its first line is seen
        self.value_start: int | None = None  # where this line's quoted or bracketed value begins

    def run(self) -> None:
        for line in range(1, len(self.lines) + 1):
            self.line = line
            start, end = self.lines.bounds(line)
            if self.block is not None and self._in_block_scalar(start, end, self.block):
                continue
            self.flow.quoted.clear()
            self.value_start = None
            self._line(start, end)
            self._replace_tabs(start, end)

    def _line(self, start: int, end: int) -> None:
        if self.flow.quote:
            position = self.flow.close_quote(start, end)
            if position is None:
                return
            if self.flow.stack:
                self._flow(position, end)
            else:
                self._behind(position, end)
        elif self.flow.stack:
            self._flow(start, end)
        else:
            self._block_line(start, end)

    def _in_block_scalar(self, start: int, end: int, parent: int) -> bool:
        position = blanks_end(self.text, start, end)
        if position == end:
            return True
        spaces = leading_spaces(self.text, start, end)
        least = parent + 1 if self.block_indent is None else self.block_indent
        if spaces < least and spaces < position - start:
            spaces = self._indentation(start, position)
        if spaces < least:
            self.block = self.block_indent = None
            return False
        if self.block_indent is None:
            self.block_indent = spaces
        return True

    def _block_line(self, start: int, end: int) -> None:
        position = blanks_end(self.text, start, end)
        if position == end:
            return
        spaces, first = leading_spaces(self.text, start, end), self.text[position]
        if first == "#" and not set(self.text[start:position]) - set(" \t"):
            self.plain = None
            return
        if self.plain is not None and spaces > self.plain:
            return
        column = self._indentation(start, position)
        if self.plain is not None and column > self.plain:
            return
        self.plain = None
        if first == "＃":
            self.slips.append(wide_slip(position, position + 1, "#"))
        elif column == 0 and (marker := _MARKER.match(self.text, position, end)):
            self._value(blanks_end(self.text, marker.end(), end), end, -1)
        elif column or first != "%":
            self._entry(position, end, column)

    def _indentation(self, start: int, position: int) -> int:
        """Note what is wrong with an indentation; give its width when it is repaired."""
        blanks = self.text[start:position]
        repair = blanks.replace("\t", "  ").replace("\u3000", "  ").replace("\u00a0", " ")
        self._note(blank_slip(start, position, blanks, repair, indents=True))
        return len(repair)

    def _entry(self, position: int, end: int, column: int) -> None:
        """Pass the dashes of list items, then a key or a value."""
        dashed = False
        while (dash := _DASH.match(self.text, position, end)) and not (dashed and dash[0][0] == "－"):
            after = blanks_end(self.text, dash.end(), end)
            if dash[0][0] == "－":
                self.slips.append(wide_slip(position, after, "- "))
                width = 2
            else:
                self.keys.separator(dash.end(), after)
                width = after - position
            self.parent, dashed = column, True
            column, position = column + width, after
            if position == end:
                return
        if self.text[position] != "#":
            self._key_or_item(position, end, column, dashed)

    def _key_or_item(self, position: int, end: int, column: int, dashed: bool) -> None:
        stop = content_end(self.text, position, end)
        if self.text.startswith(("? ", ": "), position):
            value: int | None = blanks_end(self.text, position + 2, end)
        else:
            value = self.keys.read(self.line, position, stop, column, dashed=dashed)
        if value is None:
            self._value(position, end, min(self.parent, column - 1))
        else:
            self._value(value, end, column)

    def _value(self, position: int, end: int, parent: int) -> None:
        self.parent = parent
        position = properties_end(self.text, position, end)
        stop = content_end(self.text, position, end)
        if position >= stop:
            return
        first = self.text[position]
        self.value_start = position
        if header := _BLOCK_HEADER.fullmatch(self.text, position, stop):
            self._open_block_scalar(header, parent)
        elif self.text.startswith(("{{", "{%"), position):
            self._quote_all(position, stop, JINJA_MESSAGE)
        elif first in "[{" or _WIDE_FLOW.fullmatch(self.text, position, stop):
            if first not in "[{":
                self.slips.append(wide_slip(position, position + 1, "[" if first == "［" else "{"))
            self.flow.open("[" if first in "[［" else "{")
            self._flow(position + 1, end)
        elif first in "\"'":
            after = self.flow.read_quoted(position, end)
            if after is not None:
                self._behind(after, end)
        else:
            self._plain(position, stop, end)

    def _open_block_scalar(self, header: re.Match[str], parent: int) -> None:
        if header[1] in "｜＞":
            self.slips.append(wide_slip(header.start(), header.start() + 1, "|" if header[1] == "｜" else ">"))
        digit = header[2] or header[3]
        self.block = parent
        self.block_indent = max(parent, 0) + int(digit) if digit else None

    def _plain(self, position: int, stop: int, end: int) -> None:
        text = self.text
        curly = curly_quoted(text, position, end)
        if curly and self._is_last(curly[0], end):
            self.slips.append(curly_slip(position, curly[0], in_quotes(curly[1])))
            self._behind(curly[0], end)
            return
        comment = self._wide_comment(position, stop)
        if comment is not None:
            self.slips.append(wide_slip(comment, comment + 1, "#"))
            return
        first = text[position]
        is_header = first in "|>" and self.keys.deeper_follows(self.line, self.parent)
        if first in "@`%|>]},!" and not is_header:
            say = Phrase("a value that begins with {character} must be in quotes", character=first)
            self._quote_all(position, stop, say)
        elif ": " in text[position:stop] or text[stop - 1] == ":":
            self._quote_all(position, stop, Phrase("a value with a colon and a blank in it must be in quotes"))
        elif blanks_end(text, stop, end) == end:  # no comment ends it
            self.plain = self.parent

    def _is_last(self, position: int, end: int) -> bool:
        """Say whether nothing but a comment follows."""
        rest = blanks_end(self.text, position, end)
        return rest == end or self.text[rest] == "＃" or (rest > position and self.text[rest] == "#")

    def _wide_comment(self, position: int, stop: int) -> int | None:
        """Find a full-width ＃ that must be meant as a comment: not the ＃话题＃ of a sentence."""
        text = self.text
        if text[position] == "＃":
            return (
                position
                if text[position + 1 : position + 2] in SPACES or self.keys.child_follows(self.line, self.parent)
                else None
            )
        match = _WIDE_COMMENT.search(text, position, stop)
        if match is None or text.find("＃", match.end(), stop) >= 0:
            return None
        before = text[position : match.start()].rstrip(SPACES)
        is_sentence = not before.isascii() or " " in before
        return None if is_sentence and text[match.end() : match.end() + 1] not in SPACES else match.start()

    def _flow(self, position: int, end: int) -> None:
        after = self.flow.scan(position, end)
        if after is not None and not self.flow.stack:
            self._behind(after, end)

    def _behind(self, position: int, end: int) -> None:
        """Look at what follows a quoted or bracketed value: only a comment may."""
        stop = content_end(self.text, position, end)
        rest = blanks_end(self.text, position, stop)
        if rest >= stop or self.text[rest] == "#":
            return
        if self.text[rest] == "＃":
            self.slips.append(wide_slip(rest, rest + 1, "#"))
        elif self.value_start is not None:
            say = Phrase("there is more text behind the quoted or bracketed part of this value")
            self._quote_all(self.value_start, stop, say)

    def _quote_all(self, position: int, stop: int, message: Phrase) -> None:
        self.slips.append(unquoted_slip(position, stop, in_quotes(self.text[position:stop]), message))

    def _note(self, slip: Slip | None) -> None:
        if slip is not None:
            self.slips.append(slip)

    def _replace_tabs(self, start: int, end: int) -> None:
        """Make spaces of tabs that YAML allows, since the parser knows none outside of quotes."""
        for first, last in (*self.flow.quoted, (end, end)):
            for tabs in _TABS.finditer(self.text, start, first):
                self.slips.append(Slip(*tabs.span(), " " * len(tabs[0])))
            start = last
