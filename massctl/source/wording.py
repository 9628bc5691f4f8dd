"""What a validation error means, in words that need no knowledge of types or patterns."""

import re
from datetime import datetime
from typing import Any, Final

from massctl.model.campaign import CODE_PATTERN, CROP_PATTERN, EVERYBODY, OFFSET_TIME_PATTERN, Fault, Path
from massctl.model.ids import ACCOUNT_NAME_PATTERN, APPID_PATTERN, LOGIN_PATTERN, OPENID_PATTERN, VARIABLE_NAME_PATTERN
from massctl.model.phrase import Phrase
from massctl.model.settings import DAYS_PATTERN, DURATION_PATTERN, ENVIRONMENT_NAME_PATTERN, TIME_OF_DAY_PATTERN
from massctl.source.reporter import is_private, word

_EXPECTED: Final = {
    "string_type": Phrase("a text"),
    "int_type": Phrase("a whole number"),
    "float_type": Phrase("a number"),
    "bool_type": Phrase("true or false"),
    "list_type": Phrase("a list"),
    "dict_type": Phrase("keys with values"),
    "model_type": Phrase("keys with values"),
    "model_attributes_type": Phrase("keys with values"),
}
_PATTERNS: Final = {
    ACCOUNT_NAME_PATTERN: Phrase("an account's name: small letters, digits, _ and -, at most 32"),
    ENVIRONMENT_NAME_PATTERN: Phrase("the name of an environment variable: letters, digits and _, no digit first"),
    APPID_PATTERN: Phrase("an AppID: wx and letters or digits"),
    TIME_OF_DAY_PATTERN: Phrase('a time of day in quotes: "22:00"'),
    DAYS_PATTERN: Phrase("a day or two with a slash: 2027-01-28/2027-02-03"),
    DURATION_PATTERN: Phrase("a number and a unit: 90s, 45m, 72h or 3d"),
    CROP_PATTERN: Phrase("four numbers from 0 to 1, left, top, right, bottom: 0_0.1_1_0.9"),
    LOGIN_PATTERN: Phrase("a login of the forge, without @"),
    CODE_PATTERN: Phrase("the code of a diagnostic: MC and three digits"),
}
_KEY_PATTERNS: Final = {
    ACCOUNT_NAME_PATTERN: _PATTERNS[ACCOUNT_NAME_PATTERN],
    VARIABLE_NAME_PATTERN: Phrase("a variable's name: ASCII letters, digits and _, no digit first"),
}
_DURATIONS: Final = frozenset({"preview_ahead"})
"""Keys whose value is a number with a unit."""
_MISSING_LINES: Final = {
    "version": "version: 1",
    "account": "account: main",
    "appid": "appid: wx0123456789abcdef",
    "kind": "kind: service",
    "content": "content: articles/main.md",
    "cover": "cover: images/cover.jpg",
}
"""Key -> a line with a value that shows what it is; other keys say it by their name."""
_WHO: Final = Phrase("say who receives it: every follower, or those of tag_id, tag or openids")
_WORDS_FOR_BOOL: Final = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}


def name_of(path: Path) -> str:
    """Give the last key of a path, with the number of the list item: `touser[2]` counts from 1."""
    names = [part for part in path if isinstance(part, str)]
    name = word(names[-1]) if names else ""
    return f"{name}[{path[-1] + 1}]" if path and isinstance(path[-1], int) else name


def shown(value: object) -> Phrase:
    """Name a value: its type, and what is written where that is short."""
    if value is None:
        return Phrase("nothing")
    if isinstance(value, bool):
        return Phrase("true") if value else Phrase("false")
    if isinstance(value, (int, float)):
        return Phrase("the number {number}", number=value)
    if isinstance(value, str):
        return Phrase('the text "{text}"', text=word(value.replace("\n", " ")))
    return Phrase("a list") if isinstance(value, list) else Phrase("keys with values")


def _shown_at(path: Path, value: object) -> Phrase:
    """Name a value, but for one that may be a secret."""
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    return Phrase('the text "{text}"', text="********") if is_private(key) else shown(value)


def wrong_type(path: Path, expected: Phrase, value: object) -> Fault:
    """Say that a value is of another type than is due."""
    say = Phrase(
        "{key}: expected {expected}, found {found}", key=name_of(path), expected=expected, found=_shown_at(path, value)
    )
    hint = _type_hint(expected, value)
    if path and path[-1] == EVERYBODY and hint is not None and hint.values.get("word") == "true":
        hint = _WHO  # A slip of the pen is no consent to reach everybody.
    if path and path[-1] in _DURATIONS and type(value) is int:
        hint = Phrase("write {example}", example=f"{value}h")
    return Fault("MC013", path, say, hint, at_key=False)


def explain_error(kind: str, path: Path, value: Any, context: dict[str, Any]) -> Fault:
    """Make a fault of one of pydantic's errors: its type, place, input and context."""
    if kind in _EXPECTED:
        return wrong_type(path, _EXPECTED[kind], value)
    if kind == "missing":
        line = _MISSING_LINES.get(str(path[-1]), f"{path[-1]}: …")
        return Fault("MC012", path[:-1], Phrase("{key} is missing", key=path[-1]), Phrase("add `{line}`", line=line))
    if kind == "string_pattern_mismatch":
        return _wrong_form(path, str(value), context["pattern"])
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "").replace("True", "true").replace("False", "false")
        say = Phrase("{key}: {found} is not allowed", key=name_of(path), found=_shown_at(path, value))
        return _not_allowed(path, say, Phrase("write {allowed}", allowed=allowed.replace(" or ", ", ")))
    if kind == "string_too_short":
        return _not_allowed(path, Phrase("{key} is empty", key=name_of(path)))
    # A list that is too long is at fault from its first item too many on.
    place = (*path, context["max_length"]) if kind == "too_long" and isinstance(value, list) else path
    return _not_allowed(place, *_bounds(kind, path, context))


def wrong_key_form(path: Path, pattern: str) -> Fault:
    """Say that a name that the user chose has another form than it may."""
    form = _KEY_PATTERNS[pattern]
    return Fault("MC014", path, Phrase("{name} is not {form}", name=word(path[-1]), form=form))


def _bounds(kind: str, path: Path, context: dict[str, Any]) -> tuple[Phrase, Phrase | None]:
    key = name_of(path)
    if kind == "greater_than_equal":
        return Phrase("{key} must be at least {least}", key=key, least=context["ge"]), None
    if kind == "less_than_equal":
        return Phrase("{key} must be at most {most}", key=key, most=context["le"]), None
    if kind == "too_short":
        return Phrase("{key} needs at least {least}", key=key, least=context["min_length"]), None
    if kind == "too_long":
        return Phrase("{key} takes at most {most}", key=key, most=context["max_length"]), None
    return Phrase("{key}: this value is not allowed", key=key), None


def _not_allowed(path: Path, message: Phrase, hint: Phrase | None = None) -> Fault:
    return Fault("MC014", path, message, hint, at_key=False)


def _wrong_form(path: Path, value: str, pattern: str) -> Fault:
    if pattern == OFFSET_TIME_PATTERN:
        return _wrong_time(path, value)
    if pattern == OPENID_PATTERN:
        # It may be half of one, so it is not shown.
        hint = Phrase("a WeChat name (微信号) goes under towxname; an openid begins with `o`")
        return Fault("MC014", path, Phrase("this is not an openid"), hint, at_key=False)
    if pattern not in _PATTERNS:
        return _not_allowed(
            path, Phrase("{key}: {found} is not allowed", key=name_of(path), found=_shown_at(path, value))
        )
    say = Phrase(
        "{key}: expected {form}, found {found}",
        key=name_of(path),
        form=_PATTERNS[pattern],
        found=_shown_at(path, value),
    )
    return _not_allowed(path, say)


def _wrong_time(path: Path, value: str) -> Fault:
    """Tell a time without an offset from a day without a time, and from what is no time at all."""
    example = Phrase("write {example}", example="2026-12-01T20:00:00+08:00")
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", value.strip()):
        say = Phrase("{key}: a time of day and an offset are missing behind {day}", key=name_of(path), day=word(value))
        return Fault("MC017", path, say, example, at_key=False)
    try:
        naive = datetime.fromisoformat(value.strip()).tzinfo is None
    except ValueError:
        naive = False
    if naive:
        say = Phrase("{key}: the offset is missing behind {time}", key=name_of(path), time=word(value))
        return Fault(
            "MC017", path, say, Phrase("write {example}", example=f"{word(value.strip())}+08:00"), at_key=False
        )
    say = Phrase(
        "{key}: expected a time with an offset, found {found}", key=name_of(path), found=_shown_at(path, value)
    )
    return Fault("MC017", path, say, example, at_key=False)


def _type_hint(expected: Phrase, value: object) -> Phrase | None:
    if expected == _EXPECTED["bool_type"] and isinstance(value, str):
        word = _WORDS_FOR_BOOL.get(value.lower(), value.lower())
        if value.lower() in _WORDS_FOR_BOOL:
            return Phrase("in YAML 1.2 only true and false are truth values: write {word}", word=word)
        return Phrase("write {word} without quotes", word=word) if word in ("true", "false") else None
    if expected == _EXPECTED["string_type"] and isinstance(value, (bool, int, float)):
        return Phrase("put it in quotes if it is text")
    if expected == _EXPECTED["int_type"] and isinstance(value, str) and value.strip("+-").isdecimal():
        return Phrase("write the number without quotes")
    if expected == _EXPECTED["list_type"] and isinstance(value, (str, int, float)):
        return Phrase("write it as a list, in square brackets")
    return None
