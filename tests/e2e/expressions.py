"""GitHub's expressions, as far as our workflows use them.

Source: GitHub docs, "Evaluate expressions in workflows and actions", read 2026-11. Anything else is an error of the
test, so that a workflow cannot use what was never played.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_](?:[\w.-]|\[\d+\])*)|(?P<sign>==|!=|&&|\|\||[!()\[\],]))"
)
_HOLE: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_WORDS: Final = {"true": True, "false": False, "null": None}


class Expressions:
    """Evaluates against the contexts of one job; `status` are the functions that ask how it stands."""

    def __init__(
        self, contexts: Mapping[str, Any], status: Mapping[str, Callable[[], bool]]
    ) -> None:
        self._contexts = contexts
        self._status = status

    def fill(self, text: Any) -> str:
        """Replace every `${{ }}` in a value of the YAML."""
        if isinstance(text, bool) or text is None:
            return "" if text is None else str(text).lower()
        return _HOLE.sub(lambda hole: _as_text(self.value(hole[1])), str(text))

    def holds(self, condition: Any, default: str = "success()") -> bool:
        """Judge an `if:`; without a status function it means `success() && …`."""
        if isinstance(condition, bool):
            return condition and self._status["success"]()
        said = default if condition is None else str(condition).strip()
        said = said.removeprefix("${{").removesuffix("}}") if said.startswith("${{") else said
        if not re.search(r"\b(?:success|failure|always|cancelled)\(\)", said):
            return self._status["success"]() and _truth(self.value(said))
        return _truth(self.value(said))

    def value(self, text: str) -> Any:
        """Evaluate one expression."""
        tokens = _tokens(text)
        found = self._any_of(tokens)
        assert tokens == [], f"left over in {text!r}: {tokens}"
        return found

    def _any_of(self, tokens: list[tuple[str, str]]) -> Any:
        found = self._all_of(tokens)
        while tokens and tokens[0] == ("sign", "||"):
            tokens.pop(0)
            other = self._all_of(tokens)
            found = found if _truth(found) else other
        return found

    def _all_of(self, tokens: list[tuple[str, str]]) -> Any:
        found = self._compared(tokens)
        while tokens and tokens[0] == ("sign", "&&"):
            tokens.pop(0)
            other = self._compared(tokens)
            found = other if _truth(found) else found
        return found

    def _compared(self, tokens: list[tuple[str, str]]) -> Any:
        found = self._one(tokens)
        while tokens and tokens[0][1] in ("==", "!=") and tokens[0][0] == "sign":
            wanted = tokens.pop(0)[1] == "=="
            found = (_as_text(found) == _as_text(self._one(tokens))) is wanted
        return found

    def _one(self, tokens: list[tuple[str, str]]) -> Any:
        kind, said = tokens.pop(0)
        if (kind, said) == ("sign", "!"):
            return not _truth(self._one(tokens))
        if (kind, said) == ("sign", "("):
            found = self._any_of(tokens)
            assert tokens.pop(0) == ("sign", ")")
            return found
        if kind == "text":
            return said[1:-1].replace("''", "'")
        if kind == "number":
            return int(said)
        assert kind == "name", said
        if said in _WORDS:
            return _WORDS[said]
        return (
            self._called(said, tokens)
            if tokens and tokens[0] == ("sign", "(")
            else self._looked_up(said)
        )

    def _called(self, name: str, tokens: list[tuple[str, str]]) -> Any:
        tokens.pop(0)
        given = []
        while tokens[0] != ("sign", ")"):
            given.append(self._any_of(tokens))
            if tokens[0] == ("sign", ","):
                tokens.pop(0)
        tokens.pop(0)
        if name in self._status:
            return self._status[name]()
        match name, given:
            case "startsWith", [text, begin]:
                return _as_text(text).startswith(_as_text(begin))
            case "format", [text, *parts]:
                return _as_text(text).format(*map(_as_text, parts))
            case "contains", [list() | str() as whole, part]:
                return part in whole
            case "fromJSON", [text]:
                return json.loads(text)
        raise AssertionError(f"a function that was never played: {name}")

    def _looked_up(self, path: str) -> Any:
        first, *rest = re.findall(r"[^.\[\]]+", path)
        assert first in self._contexts, f"a context that was never played: {path}"
        found = self._contexts[first]
        for key in rest:
            if isinstance(found, list) and key.isdecimal():
                found = dict(enumerate(found)).get(int(key))
            else:
                found = found.get(key) if isinstance(found, Mapping) else None
        return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None, f"not understood: {text[at:]!r}"
        kind = match.lastgroup
        assert kind is not None
        found.append((kind, match[kind]))
        at = match.end()
    return found


def _truth(value: Any) -> bool:
    return value not in (None, False, 0, "")


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
