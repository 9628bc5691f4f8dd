"""The small pieces of YAML that the search for slips knows: quotes, comments, and how to put text in quotes."""

import re
from typing import Final

SPACES: Final = " \t\u3000\u00a0"
"""What looks like a blank; YAML knows the first two only, and tabs not as indentation."""
WIDE: Final = dict(zip("：，［］｛｝＃－｜＞", ":,[]{}#-|>", strict=True))
"""Full-width indicators and the ASCII that YAML means."""
CURLY_OPENERS: Final = "“”‘’＂＇"

QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^']|'')*'")
"""A quoted scalar that ends on its line."""
QUOTE_END: Final = {'"': re.compile(r'(?:[^"\\]|\\.)*?"'), "'": re.compile(r"(?:[^']|'')*'(?!')")}
"""From inside a quoted scalar to its end, where that is on this line."""
COMMENT: Final = re.compile(r"(?<![^ \t\r\n])#")

_BLANKS: Final = re.compile(rf"[{SPACES}]*")
_PROPERTIES: Final = re.compile(r"(?:(?:&[^\s,\[\]{}]*|![!-+\--Z\\^-z|~]*)(?:[ \t]+|$))*")

KEY_WORD: Final = r"[A-Za-z_][A-Za-z0-9_.-]*"
"""A key as people write them here; full-width punctuation behind anything else may be a sentence."""
TIGHT_KEY: Final = re.compile(rf"({KEY_WORD}):(?=[^\s/\\:])")
"""A key with no blank behind its colon; not an address."""
WIDE_KEY: Final = re.compile(rf"({KEY_WORD})[{SPACES}]*(：[{SPACES}]*)")

_CURLY: Final = re.compile(r"[“”＂]([^“”＂]*)[“”＂\"]|[‘’＇]([^‘’＇]*)[‘’＇']")
_HALF_CURLY: Final = re.compile(r'"([^“”＂"\\]*)[”“＂]')


def curly_quoted(text: str, position: int, end: int) -> tuple[int, str] | None:
    """Read a scalar wrapped in curly marks: the offset behind it and the words inside, or None."""
    match = _CURLY.match(text, position, end)
    if match is None:
        return None
    return match.end(), match[1] if match[1] is not None else match[2]


def half_curly_quoted(text: str, position: int, end: int) -> tuple[int, str] | None:
    """Read a scalar that opens with a straight mark and ends with a curly one."""
    match = _HALF_CURLY.match(text, position, end)
    return None if match is None else (match.end(), match[1])


def in_quotes(words: str) -> str:
    """Write `words` as a quoted scalar that means exactly them."""
    if '"' in words or "\\" in words:
        return "'" + words.replace("'", "''") + "'"
    return f'"{words}"'


def comment_start(text: str, position: int, end: int) -> int:
    """Give the offset of the comment between `position` and `end`, or `end`."""
    match = COMMENT.search(text, position, end)
    return match.start() if match else end


def content_end(text: str, position: int, end: int) -> int:
    """Give the end of what stands before a comment and before trailing blanks."""
    stop = comment_start(text, position, end)
    while stop > position and text[stop - 1] in SPACES:
        stop -= 1
    return stop


def blanks_end(text: str, position: int, end: int) -> int:
    """Give the offset of the first character from `position` on that does not look like a blank, or `end`."""
    match = _BLANKS.match(text, position, end)
    return match.end() if match else position


def properties_end(text: str, position: int, end: int) -> int:
    """Pass anchors and tags."""
    match = _PROPERTIES.match(text, position, end)
    return match.end() if match else position


def leading_spaces(text: str, start: int, end: int) -> int:
    """Count the ordinary spaces at the beginning of a line."""
    position = start
    while position < end and text[position] == " ":
        position += 1
    return position - start
