"""What is never repeated of a file or an error: every excerpt, message and log asks here.

A secret is known by its look, or by the key that it stands under. What is blotted out by mistake costs a look into the
file; what is shown by mistake stands in a log for good.
"""

import re
from collections.abc import Callable
from typing import Final

BLOT: Final = "********"
_BY_LOOK: Final = (
    # An AppSecret. Source: WeChat docs, "Getting access token", read 2026-10.
    (re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32}(?![0-9A-Za-z])"), BLOT),
    # A token or key in base64: long, with capitals, small letters and digits.
    (
        re.compile(
            r"(?<![\w+/=.-])(?=[\w+/-]*[0-9])(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[A-Za-z0-9+/_-]{40,}={0,2}", re.A
        ),
        BLOT,
    ),
    (re.compile(r"[\w+/-]{100,}={0,2}", re.A), BLOT),
    # The login in an address.
    (re.compile(r"(://)[^/@\s]+@"), rf"\1{BLOT}@"),
)
_WORDS: Final = r"secret|token|passw(?:or)?d|passphrase|credential|webhook|proxy|dsn|密码|口令|密钥|令牌"
_KEY: Final = rf"(?i:[\w-]*(?:{_WORDS})[\w-]*|[\w-]*(?:[_-]|app|api|aes|private|access)key|[\w-]+_env)"
"""Keys that take a secret or the name of a variable with one, and those that people write in their place."""
_GIVEN: Final = re.compile(
    rf"(?<![\w.-])[\"'“]?(?P<key>{_KEY})[\"'”]?(?:\s*[:：=]\s*|(?i:(?<=secret)|(?<=token)|(?<=password))\s+)"
)
"""A private key and what divides it from its value, however wrongly it is written."""
_NAME: Final = r"[A-Z_][A-Z0-9_]*"
_VARIABLE: Final = re.compile(rf"[\"']?{_NAME}[\"']?(?=\s*$|\s*[,}}]|\s+#)")
_NO_VALUE: Final = re.compile(r"(?:[|>][-+0-9]*)?\s*(?:$|#)")
_ABOVE_MAX: Final = 1_000
"""Lines that are looked at above one, for the key that it belongs to; further down nothing is shown."""


def is_private(key: str) -> bool:
    """Return whether the value of a key is never repeated."""
    return re.fullmatch(_KEY, key) is not None


def names_variable(value: object) -> bool:
    """Return whether a value is the name of a variable, as people write them, and no secret."""
    return isinstance(value, str) and re.fullmatch(_NAME, value) is not None and without_secrets(value) == value


def without_secrets(text: str) -> str:
    """Blot out what looks like a secret, wherever it stands."""
    for pattern, put in _BY_LOOK:
        text = pattern.sub(put, text)
    return text


def public_line(number: int, written: Callable[[int], str]) -> str:
    """Return line `number` of a text without what looks like a secret, or stands under a private key.

    `written` gives each line, from 1. Names of variables are shown.
    """
    line = written(number)
    if _is_below_key(number, written):
        return line[: len(line) - len(line.lstrip())] + BLOT
    return without_secrets(without_values(line))


def public_text(text: str) -> str:
    """Return a text of many lines without secrets."""
    lines = text.split("\n")
    return "\n".join(public_line(number, lambda at: lines[at - 1]) for number in range(1, len(lines) + 1))


def without_values(line: str) -> str:
    """Blot out what a line gives to private keys, to its end."""
    for key in _GIVEN.finditer(line):
        if not (_names_variable(key, line) or _NO_VALUE.match(line, key.end())):
            return line[: key.end()] + BLOT
    return line


def _names_variable(key: re.Match[str], line: str) -> bool:
    return key["key"].lower().endswith("_env") and _VARIABLE.match(line, key.end()) is not None


def _is_below_key(number: int, written: Callable[[int], str]) -> bool:
    """Return whether a line is part of the value of a private key above it, by its indentation."""
    depth, is_item = _depth(written(number)), written(number).lstrip().startswith("-")
    for above in range(number - 1, max(0, number - 1 - _ABOVE_MAX), -1):
        line = written(above)
        over = _depth(line)
        begins_item = line.lstrip().startswith("-")
        if not line.strip() or over > depth or (over == depth and not (is_item and not begins_item)):
            continue
        if any(not _names_variable(key, line) for key in _GIVEN.finditer(line)):
            return True
        depth, is_item = over, begins_item
        if depth == 0 and not is_item:
            return False
    return number > _ABOVE_MAX + 1


def _depth(line: str) -> int:
    shown = line.expandtabs()
    return len(shown) - len(shown.lstrip())
