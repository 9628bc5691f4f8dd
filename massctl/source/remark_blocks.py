"""Where the remarks of a campaign.yaml stand, found in its text alone: no content of the campaign."""

import re

from massctl.model.finding import REMARKS

BLOCK = re.compile(
    rf"(?:\A|\n)(?P<block>(?P<key>{'|'.join(REMARKS)}):(?:[ ][^\n]*)?"
    # Its value goes on below, indented or as a list; comments and empty lines only between such lines.
    r"(?:(?:\n[ ]*(?:#[^\n]*)?)*\n(?:[ ]+[^ #\n]|-(?=[ \n]))[^\n]*)*)(?=\n|\Z)"
)
"""A remark with its key, from the beginning of a line."""


def has_remarks(data: bytes) -> bool:
    """Return whether a campaign.yaml may have remarks: most have none."""
    return any(f"{key}:".encode() in data for key in REMARKS)


def without_remarks(data: bytes) -> bytes:
    """Return a campaign.yaml, with LF for CRLF, without the lines of its remarks; every other byte stays."""
    data = data.replace(b"\r\n", b"\n")
    if not has_remarks(data):
        return data
    text = data.decode(errors="surrogateescape")
    rest = BLOCK.sub("", text)
    if BLOCK.match(text):
        rest = rest.removeprefix("\n")
    return rest.encode(errors="surrogateescape")
