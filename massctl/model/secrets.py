"""Mask secrets in every text that is shown: excerpts of files, answers, output of programs, errors.

A secret is recognised because this process registered it, by its look, or by the key that it stands under. A word that
is masked by mistake costs a look into the file; a secret that is shown by mistake stays in a log for good.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, unquote

from massctl.model.ids import REAL_OPENID

MASK = "********"
PART_CHARS = 16
"""A shorter part of a registered secret may be shown."""
KNOWN_CHARS_MIN = 6
"""A secret that is shorter would mask common words, and protects nothing."""
KNOWN_MAX = 300
"""The number of secrets that are kept: a process that runs for months gets a new token every two hours."""
_GUESSED_CHARS_MIN = 8
"""The least length of a value that is secret only by the name of its variable."""
_Parts = frozenset[str]
"""Every part of one length of a secret, in all its forms."""
_KNOWN: dict[str, list[_Parts]] = {}
"""The registered secrets, the newest last, each with the parts by which it is recognised."""
_IN_ADDRESS = (re.compile(r"(://)[^/@\s]+@"), rf"\1{MASK}@")
"""The login in an address."""
_BY_LOOK = (
    # An AppSecret. Source: WeChat docs, "Getting access token", read 2026-10.
    (re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32}(?![0-9A-Za-z])"), MASK),
    # A token or key in base64: long, with capitals, small letters and digits.
    (
        re.compile(
            r"(?<![\w+/=.-])(?=[\w+/-]*[0-9])(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[A-Za-z0-9+/_-]{40,}={0,2}",
            re.A,
        ),
        MASK,
    ),
    (re.compile(r"[\w+/-]{100,}={0,2}", re.A), MASK),
    _IN_ADDRESS,
)
_OPENID = re.compile(
    rf"(?<![0-9A-Za-z_-]){REAL_OPENID}(?![0-9A-Za-z_-])|\b{REAL_OPENID}\b",
    re.ASCII,
)
_OPENID_PART = re.compile(r"[A-Za-z0-9_-]{4,}", re.ASCII)
"""A word that may be an openid of a list, or the beginning of one."""
_LOGIN = re.compile(r"(?:^|://)(?P<both>[^/@\s:]*:(?P<password>[^/@\s]+))@")
"""The name and password in an address, such as a proxy's."""
_SECRET_NAMES = ("SECRET", "TOKEN", "KEY", "PASS", "PROXY")
"""Words in the names of variables that hold secrets."""
_WORDS = r"secret|token|passw(?:or)?d|passphrase|credential|webhook|proxy|dsn|密码|口令|密钥|令牌"
_KEY = rf"(?i:[\w-]*(?:{_WORDS})[\w-]*|[\w-]*(?:[_-]|app|api|aes|private|access)key|[\w-]+_env)"
"""Keys that take a secret or the name of a variable with one, and those that people write in their place."""
_GIVEN = re.compile(
    rf"(?<![\w.-])[\"'“]?(?P<key>{_KEY})[\"'”]?(?:\s*[:：=]\s*|(?i:(?<=secret)|(?<=token)|(?<=password))\s+)"
)
"""A private key and what divides it from its value, however wrongly it is written."""
_NAME = r"[A-Z_][A-Z0-9_]*"
_VARIABLE = re.compile(rf"[\"']?{_NAME}[\"']?(?=\s*$|\s*[,}}]|\s+#)")
_NO_VALUE = re.compile(r"(?:[|>][-+0-9]*)?\s*(?:$|#)")
_ABOVE_MAX = 1_000
"""How many lines above a line are searched for its key; a line whose key is further away is not shown."""


def is_private(key: str) -> bool:
    """Return whether the value of a key is never repeated.

    >>> is_private("app_secret"), is_private("appid")
    (True, False)
    """
    return re.fullmatch(_KEY, key) is not None


def names_variable(value: object) -> bool:
    """Return whether a value is the name of a variable, as people write them, and no secret."""
    return (
        isinstance(value, str)
        and re.fullmatch(_NAME, value) is not None
        and not looks_secret(value)
    )


def register(*values: str) -> None:
    """Register secrets, whatever they look like. Whoever reads one, from anywhere, registers it here.

    >>> register("hunter2-hunter2")
    >>> without_secrets("it said: hunter2-hunter2")
    'it said: ********'
    """
    for value in values:
        _KNOWN.pop(value, None)
        if len(value) >= KNOWN_CHARS_MIN:
            _KNOWN[value] = _parts(value)
    for value in tuple(_KNOWN)[:-KNOWN_MAX]:
        _KNOWN.pop(value, None)


def secrets_of_environment(environment: Mapping[str, str]) -> list[str]:
    """List the values of variables that are secret by the variable's name or by their own form."""
    named = {
        value
        for name, value in environment.items()
        if any(word in name.upper() for word in _SECRET_NAMES)
    }
    found = named | {value for value in environment.values() if _LOGIN.search(value)}
    return [value for value in found if len(value) >= _GUESSED_CHARS_MIN]


def looks_secret(text: str) -> bool:
    """Return whether something in a text looks like a secret."""
    return any(pattern.search(text) for pattern, _ in _BY_LOOK)


def without_secrets(text: str, *more: str) -> str:
    """Mask registered secrets and parts of them, the secrets `more` of this text, and what looks like a secret."""
    known = [*_KNOWN.values(), *map(_parts, more)]
    for parts in sorted((parts for each in known for parts in each), key=len, reverse=True):
        text = _struck(text, parts)
    for pattern, put in _BY_LOOK:
        text = pattern.sub(put, text)
    return _OPENID.sub(MASK, text)


def without_login(address: str) -> str:
    """Mask the user's name, token or password in an address.

    >>> without_login("https://lin:hunter2@git.example/x.git")
    'https://********@git.example/x.git'
    """
    pattern, put = _IN_ADDRESS
    return pattern.sub(put, address)


def without_openids(text: str, openids: Iterable[str]) -> str:
    """Mask the openids of a list, also where a text was cut within one."""

    def masked(word: re.Match[str]) -> str:
        return MASK if any(openid.startswith(word[0]) for openid in openids) else word[0]

    return _OPENID_PART.sub(masked, text)


def _parts(secret: str) -> list[_Parts]:
    """Cut a secret into parts as it is, as it stands in an address, and the login of an address also by itself."""
    found: dict[int, set[str]] = {}
    for written in (secret, *_login(secret)):
        for form in (written, quote(written, safe="")):
            size = min(len(form), PART_CHARS)
            found.setdefault(size, set()).update(
                form[at : at + size] for at in range(len(form) - size + 1)
            )
    return [frozenset(parts) for size, parts in found.items() if size]


def _login(address: str) -> list[str]:
    """Return the password in an address as written and as meant, and name and password as they travel in a header."""
    login = _LOGIN.search(address)
    if login is None:
        return []
    basic = b64encode(unquote(login["both"]).encode()).decode()
    found = (login["password"], unquote(login["password"]), basic)
    return [each for each in found if len(each) >= KNOWN_CHARS_MIN]


def _struck(text: str, parts: _Parts) -> str:
    """Mask every run of parts of a secret.

    A text that quotes a token may be cut short within it, or broken by a letter that is none of it.
    """
    if not any(part in text for part in parts):
        return text
    size = len(next(iter(parts)))
    kept: list[str] = []
    at = 0
    while at < len(text):
        end = at
        while text[end : end + size] in parts:
            end += 1
        kept.append(MASK if end > at else text[at])
        at = end - 1 + size if end > at else at + 1
    return "".join(kept)


def public_line(number: int, written: Callable[[int], str]) -> str:
    """Return line `number` of a text, masking what looks like a secret or stands under a private key.

    `written` returns each line, from 1. Names of variables are shown.
    """
    line = written(number)
    if _is_below_key(number, written):
        return line[: len(line) - len(line.lstrip())] + MASK
    return without_secrets(without_values(line))


def public_text(text: str, *more: str) -> str:
    """Return a text of many lines without secrets; `more` are secrets of this text."""
    lines = without_secrets(text, *more).split("\n")
    return "\n".join(
        public_line(number, lambda at: lines[at - 1]) for number in range(1, len(lines) + 1)
    )


def without_values(line: str) -> str:
    """Mask the values of private keys in a line."""
    for key in _GIVEN.finditer(line):
        if not (_names_variable(key, line) or _NO_VALUE.match(line, key.end())):
            return line[: key.end()] + MASK
    return line


def _names_variable(key: re.Match[str], line: str) -> bool:
    return key["key"].lower().endswith("_env") and _VARIABLE.match(line, key.end()) is not None


def _is_below_key(number: int, written: Callable[[int], str]) -> bool:
    """Return whether a line is part of the value of a private key above it, by its indentation."""
    depth = _depth(written(number))
    is_item = written(number).lstrip().startswith("-")
    for above in range(number - 1, max(0, number - 1 - _ABOVE_MAX), -1):
        line = written(above)
        over = _depth(line)
        begins_item = line.lstrip().startswith("-")
        if (
            not line.strip()
            or over > depth
            or (over == depth and not (is_item and not begins_item))
        ):
            continue
        if any(not _names_variable(key, line) for key in _GIVEN.finditer(line)):
            return True
        depth = over
        is_item = begins_item
        if depth == 0 and not is_item:
            return False
    return number > _ABOVE_MAX + 1


def _depth(line: str) -> int:
    shown = line.expandtabs()
    return len(shown) - len(shown.lstrip())
