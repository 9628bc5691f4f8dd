"""Read an answer: a JSON object, or the reason why there is no usable one.

Lenient where WeChat is careless (no errcode on success, numbers as strings, raw control characters), strict
where a guess could be wrong: whatever is not plainly an answer is none. Foreign text is cleaned here, once:
what is in `Answer.errmsg` and `Answer.rid` may be shown to anybody.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn
from urllib.parse import quote

from massctl.model.phrase import Phrase
from massctl.transport import NoAnswer, RawAnswer

FOREIGN_CHARS_MAX: Final = 256
"""Characters of a foreign text in any message of ours."""
PART_CHARS: Final = 16
"""Of a secret: a part that is shorter may be shown."""
RID_CHARS_MAX: Final = 64
"""Real ones have about 30; a limit on everything."""
INTEGER_MAX: Final = 2**63 - 1
"""`msg_id` and `msg_data_id` are int64. Source: captured answers in SDKs, read 2026-10."""

_HIDDEN: Final = "***"
_INTEGER: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_RID: Final = re.compile(r"rid:\s*([0-9A-Za-z-]+)", re.ASCII)
_HINT: Final = re.compile(r"hint:\s*\[([^\]]+)\]")
"""The form of answers before rids. Source: forum reports, read 2026-10."""
_OPENID: Final = re.compile(r"(?<![0-9A-Za-z_-])o[0-9A-Za-z_-]{27}(?![0-9A-Za-z_-])", re.ASCII)
"""28 characters, the first an `o`. Source: WeChat docs, "user/get", read 2026-10 (by example)."""
_TOKEN: Final = re.compile(r"[0-9A-Za-z_-]{100,}", re.ASCII)
"""An access token by its look, also one that we were never given. Source: WeChat docs, "stable_token", read 2026-10."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object from WeChat."""

    members: Mapping[str, Any] = field(repr=False)
    errcode: int | None
    """None where the member is absent, which many endpoints do on success."""
    errmsg: str
    """Printable, at most 256 characters, without secrets."""
    rid: str | None


def read_answer(raw: RawAnswer, hide: Iterable[str]) -> Answer | NoAnswer:
    """Read `raw`, striking the texts of `hide` (token, secret, recipient) from what may be shown."""
    if not 200 <= raw.status < 300:
        # WeChat answers refusals with status 200 too; any other status comes from something in between.
        return NoAnswer(Phrase("HTTP status {status}", status=raw.status))
    members = _json_object(raw.content)
    if members is None:
        return NoAnswer(Phrase("an answer that is not a JSON object, or only a part of one"))
    errcode = integer(members.get("errcode"))
    if errcode is None and members.get("errcode") is not None:
        return NoAnswer(Phrase("an answer whose errcode is not a number"))
    text = members.get("errmsg")
    errmsg = shown(text, hide) if isinstance(text, str) else ""
    return Answer(members, errcode, errmsg[:FOREIGN_CHARS_MAX], _rid(errmsg))


def integer(value: object) -> int | None:
    """Give an int64 that is written as a number or as a numeric string; None for everything else."""
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > INTEGER_MAX:
        return None
    return value


def _json_object(content: bytes) -> dict[str, Any] | None:
    """Give the JSON object in `content`, or None, also where a member is written twice: which would count?"""
    text = content.decode("utf-8-sig", errors="replace")
    written = 0

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal written
        written = len(pairs)  # the outermost object is the last to be complete
        return dict(pairs)

    try:
        # strict=False takes raw control characters inside strings, which WeChat passes through.
        value = json.loads(text, strict=False, parse_constant=_refuse, object_pairs_hook=members)
        # A lone surrogate would break every later attempt to print, hash or send the value.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and len(value) == written else None


def _refuse(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(word)


def shown(text: str, hide: Iterable[str]) -> str:
    """Make a foreign text fit to be shown: one line, printable, and nothing of `hide` in it."""
    for secret in hide:
        if secret:
            text = _struck(_struck(text, secret), quote(secret, safe=""))
    text = _TOKEN.sub(_HIDDEN, _OPENID.sub(_HIDDEN, text))
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _struck(text: str, secret: str) -> str:
    """Strike a secret from a text, and every part of it that is long enough to help anybody.

    An errmsg that quotes a token may be cut short within it, or broken by a letter that is none of it.
    """
    size = min(len(secret), PART_CHARS)
    parts = {secret[at : at + size] for at in range(len(secret) - size + 1)}
    if not any(part in text for part in parts):
        return text
    kept: list[str] = []
    at = 0
    while at < len(text):
        end = at
        while text[end : end + size] in parts:
            end += 1
        kept.append(_HIDDEN if end > at else text[at])
        at = end - 1 + size if end > at else at + 1
    return "".join(kept)


def _rid(errmsg: str) -> str | None:
    """Find WeChat's request id, in its present or older form."""
    match = _RID.search(errmsg) or _HINT.search(errmsg)
    return match[1][:RID_CHARS_MAX] if match else None
