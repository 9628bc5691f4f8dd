"""Judge errcodes: what a code says about the effect, in words, and what a person can do about it.

`errcodes.toml` is the table, and `judge` reads it for every answer: to reads, uploads, previews, sends, withdrawals.
A code that is not in the table is permanent, except where something may have reached somebody: there it leaves a doubt.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from importlib.resources import files
from ipaddress import IPv6Address, ip_address
from typing import Any, TypeAlias

from msgspec.structs import replace

from massctl.model.frozen import Frozen
from massctl.model.phrase import UNNAMED, Command, Phrase

API = "/cgi-bin/"
"""How the path of a call begins, but for those of the statistics (datacube)."""
REACHES_PEOPLE = frozenset({f"{API}message/mass/{name}" for name in ("sendall", "send", "preview")})
"""After a code that nobody knows, the effect of these calls may exist."""

_ADDRESS = re.compile(r"invalid ip\s+([0-9a-f.:]+)", re.IGNORECASE)
"""In the errmsg of 40164. Source: forum reports, read 2026-10."""


_Rule: TypeAlias = Mapping[str, Any]


class ErrorClass(Enum):
    """What an errcode says about the effect; `errcodes.toml` has the words for each."""

    BUSY = "busy"
    DOUBT = "doubt"
    AUTH = "auth"
    QUOTA = "quota"
    PERMANENT = "permanent"
    ACCEPTED = "accepted"
    GONE = "gone"


class Again(Enum):
    """How a request that WeChat did not look at may be made once more."""

    NEW_TOKEN = "new_token"  # noqa: S105 - a word of the table
    NEXT_MINUTE = "next_minute"


class Judgement(Frozen):
    """What an errcode means as the answer to a call."""

    error_class: ErrorClass
    message: Phrase
    """A clause without a full stop: what WeChat complains about."""
    hint: Phrase
    """Sentences: what to click, change or type."""
    again: Again | None

    @property
    def leaves_doubt(self) -> bool:
        """Whether the effect of the call may exist."""
        return self.error_class in (ErrorClass.BUSY, ErrorClass.DOUBT)

    @property
    def may_be_sent_again(self) -> bool:
        """Whether the next apply may make a send again that was refused so, though nothing in it changed."""
        return self.error_class in (ErrorClass.AUTH, ErrorClass.QUOTA)


def judge(path: str, errcode: int, errmsg: str) -> Judgement:
    """Judge the answer `errcode` to the call at `path`.

    >>> judge("/cgi-bin/message/mass/sendall", 45028, "").error_class
    <ErrorClass.QUOTA: 'quota'>
    """
    rules = _rules()
    for key in ((path, errcode), (None, errcode)):
        if key in rules:
            return _judgement(rules[key], _caller_address(errmsg))
    unknown = _judgement(_written()["unknown"])
    return replace(unknown, error_class=ErrorClass.DOUBT) if path in REACHES_PEOPLE else unknown


def known_errcodes() -> list[int]:
    """List every errcode of the table, lowest first."""
    return sorted({errcode for _, errcode in _rules()})


def judgements_of(errcode: int) -> list[tuple[str | None, Judgement]]:
    """List what a code means by path: first at large (None) where it means something at large, then to single calls."""
    found = [(path, _judgement(rule)) for (path, code), rule in _rules().items() if code == errcode]
    return sorted(found, key=lambda each: each[0] or "")


@cache
def _written() -> dict[str, Any]:
    return tomllib.loads((files("massctl.wechat") / "errcodes.toml").read_text(encoding="utf-8"))


@cache
def _rules() -> Mapping[tuple[str | None, int], _Rule]:
    """Order the rules by path and errcode; the path None means every call without a specific rule."""
    written = _written()
    return {
        (path, errcode): rule
        for rule in written["rule"]
        for path in (_paths(rule["calls"]) if "calls" in rule else [None])
        for source in written["sources"]
        for errcode in rule.get(source, ())
    }


def _paths(calls: Iterable[str]) -> list[str]:
    return [f"/{call}" if call.startswith("datacube/") else f"{API}{call}" for call in calls]


def _judgement(rule: _Rule, address: str | None = None) -> Judgement:
    """Put a rule into words: those with the caller's address where WeChat told it and the rule has such words."""
    words = rule["address"] if address and "address" in rule else rule
    values = {"name": UNNAMED, "address": address, "command": Command(*words.get("command", ("",)))}
    message, hint = (
        Phrase(
            words[part],
            **{name: value for name, value in values.items() if f"{{{name}}}" in words[part]},
        )
        for part in ("message", "hint")
    )
    return Judgement(
        ErrorClass(rule["class"]), message, hint, Again(rule["again"]) if "again" in rule else None
    )


def _caller_address(errmsg: str) -> str | None:
    """Find the address that WeChat saw; only a real one, since it is shown as something to copy."""
    match = _ADDRESS.search(errmsg)
    try:
        address = ip_address(match[1].strip(".")) if match else None
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address) if address else None
