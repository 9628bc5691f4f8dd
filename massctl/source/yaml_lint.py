"""Full-width punctuation, look-alikes and tabs where YAML needs ASCII, each with its line as it should be.

A Chinese input method types `：`, `，`, `“` or a full-width space where YAML knows only ASCII. Plain scalars are looked
at, and every line of a file that cannot be read. Comments, quoted texts and block scalars are never looked into.
"""

import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from massctl.model.diagnostics import Lines
from massctl.model.phrase import Phrase
from massctl.source.reporter import TextFault

SPACES = " \t\u3000\u00a0"
"""What looks like a blank; YAML knows the first two only, and tabs not as indentation."""
REPORTS_MAX = 500
"""More are not read by anybody, and a hostile file has hundreds of thousands."""

_WIDE = dict(zip("：，［］｛｝＃－｜＞", ":,[]{}#-|>", strict=True))
_WIDE_HINT = Phrase("if it belongs to the text, put the text in quotes")
_CURLY = Phrase("curly quotation marks are not quotes in YAML: they would become part of the value")
_CURLY_HINT = Phrase("if the marks belong to the text, put straight ones around them: '“…”'")
_QUOTE_HINT = Phrase("put the whole value in quotes")
_JINJA_MESSAGE = Phrase("a value that begins with a Jinja {brace} must be in quotes", brace="{{")
_MORE_TEXT = Phrase("there is more text after the quoted or bracketed part of this value")
_TIGHT = Phrase("a space is missing after the colon")
_SPACE = Phrase("write a space after the colon")
_SPACE_FOR_BLANK = Phrase("replace it with an ordinary space")

_KEY = r"[A-Za-z_][A-Za-z0-9_.-]*"
"""A key as people write them here; full-width punctuation behind anything else may be a sentence."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^']|'')*'")
_CURLY_QUOTED = re.compile(r"[“”＂]([^“”＂]*)[“”＂\"]|[‘’＇]([^‘’＇]*)[‘’＇']")
_HALF_CURLY = re.compile(r'"([^“”＂"\\]*)[”“＂]')
_BLANKS = re.compile(rf"[{SPACES}]*")
_PROPERTIES = re.compile(r"(?:(?:&[^\s,\[\]{}]*|![!-+\--Z\\^-z|~]*)(?:[ \t]+|$))*")
_COMMENT = re.compile(r"(?<![^ \t])#")
_DASH = re.compile(rf"-(?=[{SPACES}]|$)|－[{SPACES}]*")
_WIDE_KEY = re.compile(rf"({_KEY})[{SPACES}]*(：[{SPACES}]*)")
_TIGHT_KEY = re.compile(rf"({_KEY}):(?=[^\s/\\:])")
_PLAIN_KEY = re.compile(
    rf"[^\s#\[\]{{}},&*!|>'\"%@`“”‘’＂＇][^:]*(?::[^{SPACES}][^:]*)*(:)(?=[{SPACES}]|$)"
)
_COLON = re.compile(rf"[{SPACES}]*(:(?=[{SPACES}]|$)|：)")
_HEADER = re.compile(r"[|>｜＞][-+1-9]{0,2}")
_BLOCK = re.compile(rf"(?:^|[{SPACES}])[|>｜＞][-+1-9]{{0,2}}$")
_WIDE_FLOW = re.compile(r"［[^［\[］\]]*[］\]]|｛[^｛｝{}]*[｝}]")
_WIDE_COMMENT = re.compile(rf"(?<=[{SPACES}])＃")
_FLOW = re.compile(
    rf"(?P<quoted>{_QUOTED.pattern})|(?P<jinja>\{{\{{[^{{}}\n]*\}}\}}[^,\[\]{{}}#\n]*)|(?P<mark>[\[\]{{}},]|:(?=[\s,\[\]{{}}]|$)|(?<=[\"']):)"
    rf"|(?P<comment>(?<![^ \t\n])#[^\n]*)|(?P<wide>[，：［］｛｝])|(?P<blank>[\u3000\u00a0]+)"
    rf"|(?P<tight>{_TIGHT_KEY.pattern})"
    rf"|(?P<curly>{_CURLY_QUOTED.pattern})(?=[ \t]*(?:[,\[\]{{}}:，：］｝\n]|$))"
)
_SIGNS = re.compile(r"[：，［］｛｝＃－｜＞“”‘’＂＇\u3000\u00a0]")
_FLOW_SIGNS = re.compile(rf"{_SIGNS.pattern}|\{{\{{|[{{,][ \t\n]*{_TIGHT_KEY.pattern}")
_NEXT_KEY = re.compile(rf"，[{SPACES}]*[\"'“]?{_KEY}[\"'”]?[{SPACES}]*[:：]")
_WHOLE_KEY = re.compile(rf"[{SPACES}]*(?:{_KEY}|{_QUOTED.pattern})[{SPACES}]*")


class Slip(NamedTuple):
    """The characters from `start` up to `end`, which should be `repair`."""

    start: int
    end: int
    repair: str
    code: str
    message: Phrase | None = None
    """None for full-width characters: those on one line share one message."""
    hint: Phrase | None = None


def in_quotes(words: str) -> str:
    """Write `words` as a quoted scalar that means exactly them."""
    if '"' in words or "\\" in words:
        return "'" + words.replace("'", "''") + "'"
    return f'"{words}"'


def reports(lines: Lines, slips: Sequence[Slip]) -> list[TextFault]:
    """Tell of slips, those of one kind on one line together, with the whole line as it should be."""
    by_line: dict[int, list[Slip]] = {}
    for slip in sorted(set(slips), key=lambda slip: (slip.start, -slip.end)):
        on_line = by_line.setdefault(lines.at(slip.start)[0], [])
        if not on_line or slip.start >= on_line[-1].end:
            on_line.append(slip)
    found: list[TextFault] = []
    for line, on_line in by_line.items():
        start, end = lines.bounds(line)
        pieces: list[str] = []
        for slip in on_line:
            pieces += (lines.text[start : slip.start], slip.repair)
            start = slip.end
        corrected = "".join([*pieces, lines.text[start:end]])
        kinds: dict[tuple[str, str | None], list[Slip]] = {}
        for slip in on_line:
            kinds.setdefault((slip.code, slip.message), []).append(slip)
        found += [_report(lines.text, alike, corrected) for alike in kinds.values()]
        if len(found) > REPORTS_MAX:
            break
    return found


def _report(text: str, slips: list[Slip], corrected: str) -> TextFault:
    first = slips[0]
    message = first.message
    if message is None:
        pairs = {text[slip.start : slip.end].strip(): slip.repair.strip() for slip in slips}
        message = Phrase(
            "full-width {found} where YAML needs {due}",
            found=" ".join(f"“{each}”" for each in pairs),
            due=" ".join(f"“{each}”" for each in pairs.values()),
        )
    return TextFault(first.code, first.start, first.end, message, first.hint, corrected)


class Lint:
    """Looks at lines of a text; `known_keys` are the format's keys, which need no further evidence."""

    def __init__(self, lines: Lines, known_keys: frozenset[str]) -> None:
        self._lines = lines
        self._text = lines.text
        self._known_keys = known_keys

    def every_line(self, quoted: Set[int]) -> list[Slip]:
        """Return the slips of all lines, but for block scalars and the `quoted` lines."""
        found: list[Slip] = []
        block: int | None = None
        for number in range(1, len(self._lines) + 1):
            start, end = self._lines.bounds(number)
            position = self._blanks_end(start, end)
            if position == end or number in quoted:
                continue
            indent = self._text[start:position]
            if block is not None and len(indent) > block and not indent.strip(" "):
                continue
            found += self.line(number)
            if len(found) > REPORTS_MAX:
                break
            stop = self._content_end(position, end)
            block = (
                len(indent) if _BLOCK.search(self._text[max(position, stop - 4) : stop]) else None
            )
        return found

    def is_suspicious(self, start: int, end: int, *, is_flow: bool) -> bool:
        """Return whether something may be meant otherwise than YAML takes it, in a plain scalar or in brackets."""
        if is_flow:
            return _FLOW_SIGNS.search(self._text, start, end) is not None
        return bool(
            _SIGNS.search(self._text, start, end) or _TIGHT_KEY.match(self._text, start, end)
        )

    def line(self, number: int, *, broken: bool = False) -> list[Slip]:
        """Return the slips of a line in block style; `broken`: the parser stopped at it."""
        start, end = self._lines.bounds(number)
        position = self._blanks_end(start, end)
        blanks = self._text[start:position]
        if position == end or (self._text[position] == "#" and not set(blanks) - set(" \t")):
            return []
        width = len(blanks.replace("\t", "  "))
        found = _blank(start, position, blanks, " " * width, indents=True)
        if self._text[position] == "＃":
            return [*found, _wide(position, position + 1, "#")]
        dashed = False
        while (dash := _DASH.match(self._text, position, end)) and not (
            dashed and dash[0][0] == "－"
        ):
            after = self._blanks_end(dash.end(), end)
            if dash[0][0] == "－":
                found.append(_wide(position, after, "- "))
            else:
                found += _blank(dash.end(), after, self._text[dash.end() : after], " ")
            dashed = True
            position = after
        value = self._key(position, self._content_end(position, end), found, dashed=dashed)
        self._value(position if value is None else value, end, found, broken=broken)
        return found

    def _key(self, position: int, stop: int, found: list[Slip], *, dashed: bool) -> int | None:
        """Pass a key and its colon, and return the offset of its value; None if there is no key."""
        text = self._text
        position = self._properties_end(position, stop)
        wide = _WIDE_KEY.match(text, position, stop)
        if wide and (not dashed or wide[1] in self._known_keys):
            found.append(_wide(wide.start(2), wide.end(), ": " if wide.end() < stop else ":"))
            return wide.end()
        plain = _PLAIN_KEY.match(text, position, stop)
        tight = _TIGHT_KEY.match(text, position, stop)
        if tight and (tight[1] in self._known_keys or not (dashed or plain)):
            found.append(Slip(tight.end() - 1, tight.end(), ": ", "MC004", _TIGHT, _SPACE))
            return tight.end()
        colon = plain.start(1) if plain else self._colon_behind_quotes(position, stop, found)
        if colon is None:
            return None
        value = self._blanks_end(colon + 1, stop)
        blanks = text[colon + 1 : value]
        found += _blank(colon + 1, value, blanks, " " * len(blanks))
        return value

    def _colon_behind_quotes(self, position: int, stop: int, found: list[Slip]) -> int | None:
        quoted = _QUOTED.match(self._text, position, stop)
        curly = _CURLY_QUOTED.match(self._text, position, stop)
        first = quoted or curly
        colon = _COLON.match(self._text, first.end(), stop) if first else None
        if colon is None:
            return None
        if curly and not quoted:
            found.append(_curly(curly))
        if colon[1] == "：":
            found.append(_wide(colon.start(1), colon.end(1), ": "))
        return colon.start(1)

    def _value(self, position: int, end: int, found: list[Slip], *, broken: bool) -> None:
        text = self._text
        position = self._properties_end(position, end)
        stop = self._content_end(position, end)
        if position >= stop:
            return
        first = text[position]
        words = text[position:stop]
        curly = _CURLY_QUOTED.match(text, position, end)
        after: int | None = None
        if _HEADER.fullmatch(words):
            found += [_wide(position, position + 1, _WIDE[first])] if first in _WIDE else []
        elif words.startswith(("{{", "{%")):
            found.append(
                Slip(position, stop, in_quotes(words), "MC004", _JINJA_MESSAGE, _QUOTE_HINT)
            )
        elif first in "[{" or _WIDE_FLOW.fullmatch(words):
            slips, after = self.flow(position, stop)
            found += slips
        elif curly and self._ends(curly.end(), end):
            found += [_curly(curly), *self._comment_behind(curly.end(), stop)]
        elif first in "\"'":
            after = self._quoted_end(position, stop, found)
        elif (comment := self._wide_comment(position, stop)) is not None:
            found.append(_wide(comment, comment + 1, "#"))
        if broken and not found and after is not None and after < stop:
            found.append(Slip(position, stop, in_quotes(words), "MC004", _MORE_TEXT, _QUOTE_HINT))

    def flow(self, start: int, stop: int) -> tuple[list[Slip], int | None]:
        """Return the slips of a bracketed value, and the offset behind its last bracket; None if it is not closed."""
        walk = _Flow(self._text, start, stop)
        end = walk.run()
        return [*walk.slips, *(self._comment_behind(end, stop) if end is not None else ())], end

    def _quoted_end(self, position: int, stop: int, found: list[Slip]) -> int | None:
        """Pass a quoted value, and return the offset behind it; None if it is not closed."""
        quoted = _QUOTED.match(self._text, position, stop)
        half = None if quoted else _HALF_CURLY.match(self._text, position, stop)
        if half and self._ends(half.end(), stop):
            found.append(
                Slip(position, half.end(), in_quotes(half[1]), "MC007", _CURLY, _CURLY_HINT)
            )
        if quoted is None:
            return None
        found += self._comment_behind(quoted.end(), stop)
        return quoted.end()

    def _comment_behind(self, position: int, stop: int) -> list[Slip]:
        rest = self._blanks_end(position, stop)
        return [_wide(rest, rest + 1, "#")] if self._text[rest:stop][:1] == "＃" else []

    def _wide_comment(self, position: int, stop: int) -> int | None:
        """Find a full-width ＃ that must be meant as a comment: not the ＃话题＃ of a sentence."""
        text = self._text
        match = _WIDE_COMMENT.search(text, position - 1, stop)
        if match is None or text.find("＃", match.end(), stop) >= 0:
            return None
        before = text[position : match.start()].rstrip(SPACES)
        is_word = before != "" and before.isascii() and " " not in before
        return match.start() if is_word or text[match.end() : match.end() + 1] in SPACES else None

    def _ends(self, position: int, end: int) -> bool:
        """Return whether nothing but a comment follows."""
        rest = self._blanks_end(position, end)
        return (
            rest >= end or self._text[rest] == "＃" or (rest > position and self._text[rest] == "#")
        )

    def _content_end(self, position: int, end: int) -> int:
        """Return the end of what stands before a comment and before trailing blanks; quotes are passed."""
        first = _QUOTED.match(self._text, position, end) or _CURLY_QUOTED.match(
            self._text, position, end
        )
        match = _COMMENT.search(self._text, first.end() if first else position, end)
        stop = match.start() if match else end
        while stop > position and self._text[stop - 1] in SPACES:
            stop -= 1
        return stop

    def _blanks_end(self, position: int, end: int) -> int:
        match = _BLANKS.match(self._text, position, end)
        return match.end() if match else position

    def _properties_end(self, position: int, end: int) -> int:
        match = _PROPERTIES.match(self._text, position, end)
        return match.end() if match else position


class _Flow:
    """A walk through a bracketed value."""

    def __init__(self, text: str, start: int, stop: int) -> None:
        self.slips: list[Slip] = []
        self._text = text
        self._stop = stop
        self._position = self._scalar = start
        """Where the scalar begins that is being passed."""
        self._stack = ""
        self._in_value = False
        self._wide_open = 0
        """Full-width brackets that were opened in the midst of a text."""

    def run(self) -> int | None:
        """Go to the end of the value, and give the offset behind it."""
        while match := _FLOW.search(self._text, self._position, self._stop):
            self._position = match.end()
            kind = next(name for name in _FLOW.groupindex if match[name] is not None)
            is_first = not self._text[self._scalar : match.start()].strip(SPACES + "\r\n")
            if kind == "mark":
                self._mark(match[0])
                if not self._stack:
                    return self._position
            elif kind == "wide":
                self._wide(match, is_first=is_first)
                if not self._stack:
                    return self._position
            elif is_first:
                self._first(kind, match)
            elif kind in ("tight", "jinja", "curly"):
                self._position = match.start() + 1
        return None

    @property
    def _in_key(self) -> bool:
        return self._stack[-1:] == "{" and not self._in_value

    def _mark(self, sign: str) -> None:
        self._wide_open = 0
        self._scalar = self._position
        self._in_value = sign == ":"
        if sign in "[{":
            self._stack += sign
        elif sign in "]}":
            self._stack = self._stack[:-1]

    def _first(self, kind: str, match: re.Match[str]) -> None:
        """Look at what a scalar begins with."""
        if kind == "jinja":
            words = match[0].rstrip()
            end = match.start() + len(words)
            self.slips.append(
                Slip(match.start(), end, in_quotes(words), "MC004", _JINJA_MESSAGE, _QUOTE_HINT)
            )
        elif kind == "curly":
            self.slips.append(_curly(match, *match.groups()[-2:]))
        elif kind == "blank":
            self.slips += _blank(match.start(), match.end(), match[0], " ")
        elif kind == "tight" and self._in_key:
            self.slips.append(Slip(match.end() - 1, match.end(), ": ", "MC004", _TIGHT, _SPACE))
            self._mark(":")
        elif kind == "tight":
            self._position = match.start() + 1

    def _wide(self, match: re.Match[str], *, is_first: bool) -> None:
        """Tell an indicator from punctuation of a Chinese sentence."""
        sign = match[0]
        at = match.start()
        if sign in "［｛" and (self._stack or not is_first):
            self._wide_open += 1
            return
        if sign in "］｝" and self._wide_open:
            self._wide_open -= 1
            return
        in_text = {
            "，": self._stack[-1:] == "{" and not _NEXT_KEY.match(self._text, at, self._stop),
            "：": not (self._in_key and _WHOLE_KEY.fullmatch(self._text, self._scalar, at)),
        }
        if not in_text.get(sign):
            tight = (
                sign in "，："
                and self._position < self._stop
                and self._text[self._position] not in SPACES
            )
            self.slips.append(_wide(at, match.end(), _WIDE[sign] + " " * tight))
            self._mark(_WIDE[sign])


def _wide(start: int, end: int, repair: str) -> Slip:
    return Slip(start, end, repair, "MC006", hint=_WIDE_HINT)


def _curly(match: re.Match[str], *groups: str | None) -> Slip:
    double, single = groups or (match[1], match[2])
    words = double if double is not None else single or ""
    return Slip(match.start(), match.end(), in_quotes(words), "MC007", _CURLY, _CURLY_HINT)


def _blank(start: int, end: int, blanks: str, repair: str, *, indents: bool = False) -> list[Slip]:
    """Report blanks that are none for YAML; nothing for ordinary spaces, and for tabs that do not indent."""
    if "\u3000" in blanks:
        return [
            Slip(
                start,
                end,
                repair,
                "MC006",
                Phrase("a full-width space (U+3000) where YAML needs an ordinary one"),
                _SPACE_FOR_BLANK,
            )
        ]
    if "\u00a0" in blanks:
        return [
            Slip(
                start,
                end,
                repair,
                "MC004",
                Phrase("a no-break space (U+00A0) where YAML needs an ordinary one"),
                _SPACE_FOR_BLANK,
            )
        ]
    if indents and "\t" in blanks:
        return [
            Slip(
                start,
                end,
                repair,
                "MC008",
                Phrase("a tab as indentation: YAML allows only spaces"),
                Phrase("replace the tab with spaces"),
            )
        ]
    return []
