"""The text in the bytes of a file, and what of it is not text."""

import re
from codecs import BOM_UTF8

from massctl.model.phrase import Phrase
from massctl.source.reporter import TextFault

YAML_BYTES_MAX = 1024 * 1024
"""A hundred times the longest campaign: what is larger is not a campaign, and reading it would cost minutes."""
SAVE_AS_UTF8 = Phrase("save the file as UTF-8")
CONTROL_FAULTS_MAX = 500
"""More are not read by anybody: such a file is not a text."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""What YAML 1.2 (section 5.1) does not allow in a file; tabs and line breaks are allowed."""


def decode(data: bytes) -> tuple[str, TextFault | None]:
    """Read bytes as UTF-8, without a byte order mark; else return what stands before the first other byte, and why."""
    body = data.removeprefix(BOM_UTF8)
    try:
        return body.decode(), None
    except UnicodeDecodeError as error:
        before = body[: error.start].decode()
        say = Phrase(
            "the byte {byte} is not UTF-8; the file may be GBK or UTF-16",
            byte=f"0x{body[error.start]:02X}",
        )
        return before, TextFault("MC003", len(before), len(before), say, SAVE_AS_UTF8)


def without_control_characters(text: str) -> tuple[str, list[TextFault]]:
    """Put blanks in the place of control characters, and report the first on each line."""
    faults: list[TextFault] = []
    line_end = -1
    for match in _CONTROL.finditer(text):
        if len(faults) > CONTROL_FAULTS_MAX:
            break
        if match.start() > line_end:
            faults.append(
                TextFault(
                    "MC003",
                    match.start(),
                    match.end(),
                    Phrase(
                        "the control character {name} is not text", name=f"U+{ord(match[0]):04X}"
                    ),
                    Phrase("delete the character"),
                )
            )
            line_end = text.find("\n", match.end())
            line_end = len(text) if line_end < 0 else line_end
    return (_CONTROL.sub(" ", text) if faults else text), faults
