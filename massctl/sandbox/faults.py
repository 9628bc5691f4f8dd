"""Break answers on order, as the network and WeChat do.

`POST /_sandbox/faults` takes `{"rules": [RULE, …]}` (added to the rules that exist) and `{"clear": true}`.

    {"path": "/cgi-bin/draft/add", "nth": 1, "times": 1, "do": "answer_lost"}

`path` is one API path, or `*` for every one. `nth` (default 1) counts the calls to it from now on;
`times` (default 1) is how many calls in a row are hit. `do` is one of:

    request_lost    the connection is cut; nothing was recorded
    answer_lost     everything was recorded, then the connection is cut
    late            everything was recorded; the answer comes `seconds` later
    bad_gateway     HTTP 502 with an HTML page; nothing was recorded
    html            HTTP 200 with an HTML page; everything was recorded
    truncated       everything was recorded; half of the JSON, with the length of all of it
    busy            errcode -1; nothing was recorded
    accepted_busy   errcode -1; everything was recorded
    accepted_45066  mass sends only: the job was recorded, the answer is 45066
    token_dead      errcode 40001 and every token of the account is dead; nothing was recorded

"Recorded" is what the call itself does. Fault counters and the report's counts move in every case.
"""

from dataclasses import dataclass
from typing import Any

from massctl.sandbox import identity
from massctl.sandbox.tables import Record, State

LOST_BEFORE = frozenset({"request_lost", "bad_gateway", "busy", "token_dead"})
"""Faults that keep the call from having any effect."""
KINDS = LOST_BEFORE | {"answer_lost", "late", "html", "truncated", "accepted_busy", "accepted_45066"}
"""All faults."""
SECONDS_MAX = 600
COUNT_MAX = 10_000
MASS_SENDS = frozenset({"/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send"})
_KEYS = frozenset({"path", "nth", "times", "do", "seconds"})


class BadRuleError(ValueError):
    """Say what is wrong with a rule, for the person who wrote it."""


@dataclass(frozen=True)
class Fault:
    """A fault that hits one call."""

    kind: str
    seconds: float = 0.0


def add_rules(state: State, given: object, known_paths: frozenset[str]) -> int:
    """Add rules and return how many there are now; raise BadRuleError, adding none, if one is wrong."""
    if not isinstance(given, list):
        raise BadRuleError("`rules` must be a list of objects")
    checked = [_checked(number, rule, known_paths) for number, rule in enumerate(given, start=1)]
    for rule in checked:
        state.table("faults").put(f"{identity.next_number(state, 'fault'):06d}", {**rule, "seen": 0})
    return len(state.table("faults"))


def match(state: State, path: str) -> Fault | None:
    """Count this call in every rule for its path and return the first rule's fault that is due."""
    due: Fault | None = None
    for key, rule in state.table("faults").items():
        if rule["path"] not in (path, "*"):
            continue
        seen = int(rule["seen"]) + 1
        state.table("faults").put(key, {**rule, "seen": seen})
        if due is None and rule["nth"] <= seen < rule["nth"] + rule["times"]:
            due = Fault(rule["do"], float(rule["seconds"]))
    return due


def _checked(number: int, rule: object, known_paths: frozenset[str]) -> Record:
    where = f"rule {number}"
    if not isinstance(rule, dict):
        raise BadRuleError(f"{where}: must be an object")
    unknown = sorted(set(rule) - _KEYS)
    if unknown:
        raise BadRuleError(f"{where}: unknown member {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    kind, path = rule.get("do"), rule.get("path")
    if kind not in KINDS:
        raise BadRuleError(f"{where}: `do` must be one of {', '.join(sorted(KINDS))}")
    if path not in known_paths | {"*"}:
        raise BadRuleError(f"{where}: `path` must be * or a path of the API, such as /cgi-bin/draft/add")
    if kind == "accepted_45066" and path not in MASS_SENDS:
        raise BadRuleError(f"{where}: accepted_45066 is for {' and '.join(sorted(MASS_SENDS))}")
    if (kind == "late") != ("seconds" in rule):
        raise BadRuleError(f"{where}: `seconds` belongs to `late`, and `late` needs it")
    return {
        "path": path,
        "nth": _count(where, rule, "nth"),
        "times": _count(where, rule, "times"),
        "do": kind,
        "seconds": _seconds(where, rule),
    }


def _count(where: str, rule: dict[Any, Any], member: str) -> int:
    value = rule.get(member, 1)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= COUNT_MAX:
        raise BadRuleError(f"{where}: `{member}` must be an integer from 1 to {COUNT_MAX}")
    return value


def _seconds(where: str, rule: dict[Any, Any]) -> float:
    value = rule.get("seconds", 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= SECONDS_MAX:
        raise BadRuleError(f"{where}: `seconds` must be a number from 0 to {SECONDS_MAX}")
    return float(value)
