"""Bytes of a file as text: UTF-8, and what to say about anything else."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from typing import Final, NamedTuple

from massctl.model.phrase import Phrase

SAVE_AS_UTF8: Final = Phrase("save the file as UTF-8")
CONTROL_FAULTS_MAX: Final = 500
"""More are not read by anybody: such a file is no text."""
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""What YAML 1.2 (section 5.1) does not allow in a file; tabs and line breaks are allowed."""
_ENCODINGS: Final = {"utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "gb18030": "GBK"}


@dataclass(frozen=True, slots=True)
class TextFault:
    """Something wrong with the characters of a text, at offsets of it."""

    code: str
    start: int
    end: int
    message: Phrase
    hint: Phrase | None = None


class Decoded(NamedTuple):
    """Bytes as text, without a byte order mark."""

    text: str
    """The whole text, or what stands before the first byte that no encoding explains."""
    faults: list[TextFault]
    whole: bool
    """False: `text` is only a beginning, and nothing further can be said about the file."""


def decode(data: bytes) -> Decoded:
    """Read bytes as UTF-8; a text in another encoding that can be told is a fault, and is read all the same."""
    body, encoding, bad = data.removeprefix(BOM_UTF8), _utf16(data), 0
    if encoding is None:
        try:
            return Decoded(body.decode("utf-8"), [], True)
        except UnicodeDecodeError as error:
            encoding, bad = "gb18030", error.start
    text = body.decode(encoding, "replace")
    if "\ufffd" in text or _CONTROL.search(text) or (bad and _is_mostly_utf8(body)):
        before = body[:bad].decode("utf-8", "replace")
        say = Phrase("the byte {byte} is not UTF-8", byte=f"0x{body[bad]:02X}")
        return Decoded(before, [TextFault("MC003", len(before), len(before), say, SAVE_AS_UTF8)], False)
    say = Phrase("this is not UTF-8 but {encoding}", encoding=_ENCODINGS[encoding])
    start = len(body[:bad].decode(encoding, "replace"))
    return Decoded(text, [TextFault("MC003", start, start + 1, say, SAVE_AS_UTF8)], True)


def without_control_characters(text: str) -> tuple[str, list[TextFault]]:
    """Put blanks in the place of control characters, and report the first on each line."""
    faults: list[TextFault] = []
    line_end = -1
    for match in _CONTROL.finditer(text):
        if len(faults) > CONTROL_FAULTS_MAX:
            break
        if match.start() > line_end:
            say = Phrase("the control character {name} is not text", name=f"U+{ord(match[0]):04X}")
            faults.append(TextFault("MC003", match.start(), match.end(), say))
            line_end = text.find("\n", match.end())
            line_end = len(text) if line_end < 0 else line_end
    return (_CONTROL.sub(" ", text) if faults else text), faults


def _is_mostly_utf8(body: bytes) -> bool:
    """Tell UTF-8 with a damaged place from another encoding, which has hardly a valid sequence."""
    text = body.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(1 for character in text if character > "\x7f") > 2 * damaged


def _utf16(data: bytes) -> str | None:
    """Know UTF-16 by its mark, or by the empty halves of its first ASCII characters."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if len(data) >= 4 and len(data) % 2 == 0:
        if data[1] == data[3] == 0 and data[0] and data[2]:
            return "utf-16-le"
        if data[0] == data[2] == 0 and data[1] and data[3]:
            return "utf-16-be"
    return None
