"""Data against a model: every fault at once, each with its code, its place and words for people.

Order: what is not a key at all, what is not built yet and what has no value are found block by block;
pydantic finds the rest; rules that need two keys come last. One mistake is reported once.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from msgspec.structs import replace
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from massctl.model.audience import CHANGE_PATTERN, KEEP_PATTERN
from massctl.model.campaign import (
    CODE_PATTERN,
    CROP_PATTERN,
    DATE_PATTERN,
    EVERYBODY,
    MATRIX,
    OFFSET_TIME_PATTERN,
    TRACK_NAME_PATTERN,
)
from massctl.model.diagnostics import Diagnostic, Fault, KeyPath, first_told
from massctl.model.ids import (
    ACCOUNT_NAME_PATTERN,
    APPID_PATTERN,
    CAMPAIGN_NAME_PATTERN,
    CELL_NAME_PATTERN,
    LOGIN_PATTERN,
    OPENID_PATTERN,
    THEME_NAME_PATTERN,
    VARIABLE_NAME_PATTERN,
    WECHAT_NAME_PATTERN,
)
from massctl.model.near_name import NearNames
from massctl.model.phrase import Phrase, enumerated
from massctl.model.secrets import MASK, is_private, names_variable
from massctl.model.settings import (
    DAYS_PATTERN,
    DURATION_PATTERN,
    ENVIRONMENT_NAME_PATTERN,
    HOST_PATTERN,
    MAIL_PATTERN,
    TIME_OF_DAY_PATTERN,
)
from massctl.model.strict import ONE_LINE_PATTERN
from massctl.model.theme import COLOUR_PATTERN, SHARED_FILE_PATTERN, SHARED_MARKDOWN_PATTERN
from massctl.source.reporter import in_order, word
from massctl.source.yaml import YamlDocument


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping of a document, and the model that describes it."""

    model: type[BaseModel]
    data: dict[str, Any]
    path: KeyPath


@cache
def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the keys of `model` as they are written."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


@cache
def key_paths(model: type[BaseModel]) -> tuple[tuple[str, ...], ...]:
    """Return every key that can stand anywhere below `model`, with the keys above it; list indexes left out."""
    found: list[tuple[str, ...]] = []
    for name, field in keys_of(model).items():
        found.append((name,))
        below = _model_in(field.annotation)
        if below is not None:
            found += [(name, *path) for path in key_paths(below)]
    return tuple(found)


@cache
def known_keys(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of all keys below `model`."""
    return frozenset(path[-1] for path in key_paths(model))


def blocks(model: type[BaseModel], data: object, path: KeyPath = ()) -> Iterator[Block]:
    """Return each mapping of `data` that a model describes, outer ones first; wrong types are passed over."""
    if not isinstance(data, dict):
        return
    yield Block(model, data, path)
    for name, field in keys_of(model).items():
        if name in data:
            yield from _blocks_in(field.annotation, data[name], (*path, name))


def _blocks_in(annotation: Any, value: object, path: KeyPath) -> Iterator[Block]:
    kind = _bare(annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from blocks(kind, value, path)
    elif get_origin(kind) is list and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _blocks_in(get_args(kind)[0], item, (*path, index))
    elif get_origin(kind) is dict and isinstance(value, dict):
        for name, item in value.items():
            yield from _blocks_in(get_args(kind)[1], item, (*path, name))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    kind = _bare(annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    arguments = get_args(kind) if get_origin(kind) in (list, dict) else ()
    return _model_in(arguments[-1]) if arguments else None


def _bare(annotation: Any) -> Any:
    """Take `Annotated`, and `| None`, off a type."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _bare(next(each for each in get_args(annotation) if each is not type(None)))
    return annotation


_EXPECTED = {
    "string_type": Phrase("a text"),
    "int_type": Phrase("a whole number"),
    "float_type": Phrase("a number"),
    "bool_type": Phrase("true or false"),
    "list_type": Phrase("a list"),
    "dict_type": Phrase("keys with values"),
    "model_type": Phrase("keys with values"),
    "model_attributes_type": Phrase("keys with values"),
}
_NAME = Phrase("a name of small letters, digits, `.`, `_` and `-`")
_PATTERNS = {
    MAIL_PATTERN: Phrase("an address without a name, such as ops@example.cn"),
    ACCOUNT_NAME_PATTERN: Phrase(
        "an account's name: lower-case letters, digits, _ and -, at most 32"
    ),
    ENVIRONMENT_NAME_PATTERN: Phrase(
        "the name of an environment variable: letters, digits and _, no digit first"
    ),
    APPID_PATTERN: Phrase("an AppID: wx and letters or digits"),
    TIME_OF_DAY_PATTERN: Phrase('a time of day in quotes: "22:00"'),
    DATE_PATTERN: Phrase("a day: {example}", example="2026-12-01"),
    DAYS_PATTERN: Phrase("a day, or two days with a slash: 2027-01-28/2027-02-03"),
    DURATION_PATTERN: Phrase("a number and a unit: 90s, 45m, 72h or 3d"),
    CROP_PATTERN: Phrase("four numbers from 0 to 1, left, top, right, bottom: 0_0.1_1_0.9"),
    LOGIN_PATTERN: Phrase("a login of the forge, without @"),
    COLOUR_PATTERN: Phrase("a colour: # and three or six hex digits, in quotes"),
    THEME_NAME_PATTERN: _NAME,
    CAMPAIGN_NAME_PATTERN: _NAME,
    CELL_NAME_PATTERN: _NAME,
    SHARED_MARKDOWN_PATTERN: Phrase("a Markdown file in the shared folder: _shared/header.md"),
    SHARED_FILE_PATTERN: Phrase("a file in the shared folder: _shared/images/logo.png"),
    WECHAT_NAME_PATTERN: Phrase(
        "a WeChat name (微信号), not the name that friends see: letters, digits, _ and -"
    ),
    HOST_PATTERN: Phrase(
        "a host without scheme, port and path: shop.example.com, or *.example.com for all below it"
    ),
    CODE_PATTERN: Phrase("the code of a diagnostic: MC and three digits"),
    CHANGE_PATTERN: Phrase("a share in percent: {example}", example="30%"),
    KEEP_PATTERN: Phrase("a number of days: {example}", example="400d"),
}
_KEY_PATTERNS = {
    ACCOUNT_NAME_PATTERN: _PATTERNS[ACCOUNT_NAME_PATTERN],
    VARIABLE_NAME_PATTERN: Phrase("a variable's name: ASCII letters, digits and _, no digit first"),
    TRACK_NAME_PATTERN: Phrase(
        "a parameter's name: ASCII letters, digits, `_`, `.` and `-`, a letter first, at most 64"
    ),
}
_DURATIONS = frozenset({"preview_ahead"})
"""Keys whose value is a number with a unit."""
_MISSING_LINES = {
    "version": "version: 1",
    "account": "account: main",
    "appid": "appid: wx0123456789abcdef",
    "kind": "kind: service",
    "content": "content: articles/main.md",
    "cover": "cover: images/cover.jpg",
    "source": "source: {file: lists/east.csv}",
    "sql": "sql: east.sql",
}
"""Key -> a line with a value that shows what it is; other keys say it by their name."""
_EVERY_KEY = Phrase("the page “Files” of the documentation describes each key")
_NO_SECRET = Phrase(
    "keep the secret or the address out of the file: put it in a variable, and write the variable's name"
)
_ENTRIES = Phrase("write `- ` before the first key of each entry, and the other keys below it")
_WORDS_FOR_BOOL = {
    "yes": "true",
    "y": "true",
    "on": "true",
    "no": "false",
    "n": "false",
    "off": "false",
}


def name_of(path: KeyPath) -> str:
    """Return the last key of a path, with the number of the list item: `touser[2]` counts from 1."""
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


def _shown_at(path: KeyPath, value: object) -> Phrase:
    """Name a value, unless it may be a secret: of that the type only."""
    hidden = any(is_private(part) for part in path if isinstance(part, str))
    may_be_one = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return Phrase('the text "{text}"', text=MASK) if hidden and may_be_one else shown(value)


def wrong_type(path: KeyPath, expected: Phrase, value: object) -> Fault:
    """Make the diagnostic of a value with the wrong type."""
    say = Phrase(
        "{key}: expected {expected}, found {found}",
        key=name_of(path),
        expected=expected,
        found=_shown_at(path, value),
    )
    hint = _type_hint(expected, value)
    if path and path[-1] == EVERYBODY and hint.values.get("word") == "true":
        hint = Phrase("write {allowed}", allowed=expected)  # A typo must not become "everyone".
    if (
        path
        and path[-1] == "tag_id"
        and isinstance(value, str)
        and not value.strip("+-").isdecimal()
    ):
        hint = Phrase("a tag's name belongs under `tag:`; tag_id is its number")
    if path and path[-1] in _DURATIONS and type(value) is int:
        hint = Phrase("write {example}", example=f"{value}h")
    return Fault("MC013", say, hint, key=path, at_key=False)


def explain_error(kind: str, path: KeyPath, value: Any, context: dict[str, Any]) -> Fault:
    """Make a fault of one of pydantic's errors: its type, place, input and context."""
    if kind in _EXPECTED:
        return wrong_type(path, _EXPECTED[kind], value)
    if kind == "missing":
        line = _MISSING_LINES.get(str(path[-1]), f"{path[-1]}: …")
        hint = Phrase("add `{line}`", line=line)
        if path == ("account",):
            hint = Phrase("add `{line}` here, or to a _defaults.yaml in a folder above", line=line)
        return Fault(
            "MC012",
            Phrase("{key} is missing", key=path[-1]),
            hint,
            key=path[:-1],
        )
    if kind == "string_pattern_mismatch":
        return _wrong_form(path, str(value), context["pattern"])
    if kind == "literal_error":
        allowed = (
            str(context["expected"])
            .replace("'", "")
            .replace("True", "true")
            .replace("False", "false")
        )
        words = enumerated(re.split(" or |, ", allowed))
        return _not_allowed(
            path,
            Phrase(
                "{key}: {found} is not allowed", key=name_of(path), found=_shown_at(path, value)
            ),
            Phrase("write {allowed}", allowed=words),
        )
    if kind == "string_too_short":
        return _not_allowed(
            path,
            Phrase("{key} is empty", key=name_of(path)),
            Phrase("write a value after it, or delete the key"),
        )
    # A list that is too long is at fault from its first item too many on.
    place = (
        (*path, context["max_length"]) if kind == "too_long" and isinstance(value, list) else path
    )
    return _not_allowed(place, *_bounds(kind, path, context))


def wrong_key_form(path: KeyPath, pattern: str) -> Fault:
    """Make the diagnostic of a name of the user's with a forbidden form."""
    return Fault(
        "MC014",
        Phrase("{name} is not {form}", name=word(path[-1]), form=_KEY_PATTERNS[pattern]),
        Phrase("give it another name"),
        key=path,
    )


def _bounds(kind: str, path: KeyPath, context: dict[str, Any]) -> tuple[Phrase, Phrase]:
    key = name_of(path)
    if kind == "greater_than_equal":
        return Phrase("{key} must be at least {least}", key=key, least=context["ge"]), Phrase(
            "write a larger number"
        )
    if kind == "less_than_equal":
        return Phrase("{key} must be at most {most}", key=key, most=context["le"]), Phrase(
            "write a smaller number"
        )
    if kind == "too_short":
        return Phrase("{key} needs at least {least}", key=key, least=context["min_length"]), Phrase(
            "add more of them"
        )
    if kind == "too_long":
        return Phrase("{key} takes at most {most}", key=key, most=context["max_length"]), Phrase(
            "take some out"
        )
    return Phrase("{key}: this value is not allowed", key=key), _EVERY_KEY


def _not_allowed(path: KeyPath, message: Phrase, hint: Phrase) -> Fault:
    return Fault("MC014", message, hint, key=path, at_key=False)


def _wrong_form(path: KeyPath, value: str, pattern: str) -> Fault:
    if pattern == OFFSET_TIME_PATTERN:
        return _wrong_time(path, value)
    if pattern == OPENID_PATTERN:
        # It may be half of one, so it is not shown.
        return Fault(
            "MC014",
            Phrase("this is not an openid"),
            Phrase("a WeChat name (微信号) belongs under towxname; an openid begins with `o`"),
            key=path,
            at_key=False,
        )
    if pattern == ONE_LINE_PATTERN:
        return _not_allowed(
            path,
            Phrase("{key} has more than one line", key=name_of(path)),
            Phrase("write it on one line"),
        )
    if pattern not in _PATTERNS:
        return _not_allowed(
            path,
            Phrase(
                "{key}: {found} is not allowed", key=name_of(path), found=_shown_at(path, value)
            ),
            _EVERY_KEY,
        )
    say = Phrase(
        "{key}: expected {form}, found {found}",
        key=name_of(path),
        form=_PATTERNS[pattern],
        found=_shown_at(path, value),
    )
    is_secret = pattern == ENVIRONMENT_NAME_PATTERN
    return _not_allowed(
        path, say, _NO_SECRET if is_secret else Phrase("write {form}", form=_PATTERNS[pattern])
    )


def _wrong_time(path: KeyPath, value: str) -> Fault:
    """Distinguish a time without an offset, a day without a time, and a value that is not a time."""
    example = Phrase("write {example}", example="2026-12-01T20:00:00+08:00")
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", value.strip()):
        return Fault(
            "MC017",
            Phrase(
                "{key}: a time of day and an offset are missing after {day}",
                key=name_of(path),
                day=word(value),
            ),
            example,
            key=path,
            at_key=False,
        )
    try:
        naive = datetime.fromisoformat(value.strip()).tzinfo is None
    except ValueError:
        naive = False
    if naive:
        return Fault(
            "MC017",
            Phrase(
                "{key}: the offset is missing after {time}", key=name_of(path), time=word(value)
            ),
            Phrase("write {example}", example=f"{word(value.strip())}+08:00"),
            key=path,
            at_key=False,
        )
    return Fault(
        "MC017",
        Phrase(
            "{key}: expected a time with an offset, found {found}",
            key=name_of(path),
            found=_shown_at(path, value),
        ),
        example,
        key=path,
        at_key=False,
    )


def _type_hint(expected: Phrase, value: object) -> Phrase:
    if expected == _EXPECTED["bool_type"] and isinstance(value, str):
        word = _WORDS_FOR_BOOL.get(value.lower(), value.lower())
        if value.lower() in _WORDS_FOR_BOOL:
            return Phrase("in YAML 1.2 only true and false are booleans: write {word}", word=word)
        if word in ("true", "false"):
            return Phrase("write {word} without quotes", word=word)
    if expected == _EXPECTED["string_type"] and isinstance(value, (bool, int, float)):
        return Phrase("put it in quotes if it is text")
    if (
        expected == _EXPECTED["int_type"]
        and isinstance(value, str)
        and value.strip("+-").isdecimal()
    ):
        return Phrase("write the number without quotes")
    if expected == _EXPECTED["list_type"] and isinstance(value, (str, int, float, dict)):
        return (
            _ENTRIES
            if isinstance(value, dict)
            else Phrase("write it as a list, in square brackets")
        )
    return Phrase("write {allowed}", allowed=expected)


def _not_here(variable: str) -> Phrase:
    """Return what to do about a secret that stands in the place of its variable's name."""
    return Phrase(
        "take it out of the file, write the name of a variable under {variable}, and reset the secret where it was "
        "given out: WeChat's in the console",
        variable=variable,
    )


def _unknown_keys(
    block: Block, root: type[BaseModel], near: NearNames
) -> Iterator[tuple[Fault, str | None]]:
    """Yield a fault for each unknown key, with the key that it resembles."""
    known = keys_of(block.model)
    after_secret = False
    for name in block.data:
        if name in known:
            continue
        close, advice = _advice(name, block, root, near)
        # Behind a comma in a secret, its rest is read as a key.
        said = MASK if after_secret else word(name)
        after_secret |= is_private(name)
        yield (
            Fault("MC011", Phrase("unknown key {key}", key=said), advice, key=(*block.path, name)),
            close,
        )


def _advice(
    name: str, block: Block, root: type[BaseModel], near: NearNames
) -> tuple[str | None, Phrase]:
    """Return which key may be meant: the same one elsewhere in the file, or one like it here."""
    elsewhere = [path[:-1] for path in key_paths(root) if path[-1] == name]
    if elsewhere == [()]:
        return None, Phrase("{key} belongs at the top of the file, not indented", key=word(name))
    if len(elsewhere) == 1:
        return None, Phrase(
            "{key} belongs under {where}", key=word(name), where=".".join(elsewhere[0])
        )
    plain = name.lower().replace("-", "_").replace(" ", "_")
    close = near.nearest(plain, keys_of(block.model))
    if is_private(name) and (close is None or not is_private(close)):
        return None, _NO_SECRET  # Its value is not to be told as that of a public key.
    if close is not None:
        stands_for_it = close.endswith("_env") and not (
            name.endswith("_env") or names_variable(block.data[name])
        )
        return close, _not_here(close) if stands_for_it else Phrase(
            "did you mean {key}?", key=close
        )
    return None, Phrase("the keys here are {keys}", keys=enumerated([*keys_of(block.model)]))


Model = TypeVar("Model", bound=BaseModel)
Rules = Callable[[dict[str, Any]], Iterable[Fault]]


def validate(
    document: YamlDocument, model: type[Model], rules: Rules, warnings: Iterable[Diagnostic] = ()
) -> tuple[Model | None, list[Diagnostic]]:
    """Check a document; the model is None if there is any error, its own or one of the file's.

    The `warnings` about the file are told among the errors.
    """
    positions = document.positions
    told, others = first_told(faults_of(document, model, rules), positions.of)
    found = [positions.diagnostic(fault) for fault in told]
    errors = [*document.diagnostics, *found]
    diagnostics = in_order([*errors, *warnings], document.others + others)
    return (None if errors else model.model_validate(document.data)), diagnostics


def faults_of(document: YamlDocument, model: type[Model], rules: Rules) -> list[Fault]:
    """Find everything wrong with what a document says, as far as it was read."""
    faults = find_faults(document.data, model, rules, document.broken)
    if document.is_whole:
        return faults
    return [fault for fault in faults if not _needs_everything(fault)]


def find_faults(
    data: Any, model: type[BaseModel], rules: Rules, broken: frozenset[KeyPath] = frozenset()
) -> list[Fault]:
    """Find everything wrong with `data`; nothing is said at or below the paths in `broken`."""
    if () in broken:
        return []
    if not isinstance(data, dict):
        return [
            Fault(
                "MC013",
                Phrase(
                    "expected {expected}, found {found}",
                    expected=Phrase("keys with values"),
                    found=shown(data),
                ),
                Phrase("begin with `{line}`", line="version: 1"),
                at_key=False,
            )
        ]
    near = NearNames()
    silent = broken
    unknown = [each for block in blocks(model, data) for each in _unknown_keys(block, model, near)]
    is_misspelt = any(close is not None for _, close in unknown)
    found = [fault for fault, _ in unknown]
    # Each stage silences the next one at its own places, and below them.
    for stage in (
        [fault for block in blocks(model, data) for fault in _block_faults(block)],
        _model_faults(model, data),
        rules(data),
    ):
        faults = [fault for fault in stage if not _is_silenced(fault.code, fault.key, silent)]
        silent |= {fault.key for fault in faults if fault.code != "MC012"}
        # What seems to be missing may be there under its misspelt key.
        found += [fault for fault in faults if not (is_misspelt and _needs_everything(fault))]
    return found


def _block_faults(block: Block) -> Iterator[Fault]:
    known = keys_of(block.model)
    for name, value in block.data.items():
        path = (*block.path, name)
        key = known.get(name)
        if key is None:
            continue
        if value is None:
            # An unquoted colour, `accent: #004b87`, is a comment.
            yield Fault(
                "MC013",
                Phrase("{key} has no value", key=name),
                Phrase(
                    "write a value after it, in quotes if it begins with `#`, or delete the key"
                ),
                key=path,
            )
        elif (fault := _literal_type(path, key, value)) is not None:
            yield fault


def _literal_type(path: KeyPath, field: FieldInfo, value: Any) -> Fault | None:
    """Find a value of another type than the fixed ones; to pydantic `1`, `1.0` and `true` are the same."""
    kind = _bare(field.annotation)
    literals = get_args(kind) if get_origin(kind) is Literal else ()
    types = {type(literal) for literal in literals}
    if not types or type(value) in types:
        return None
    names = {bool: Phrase("true or false"), int: Phrase("a whole number"), str: Phrase("a text")}
    fault = wrong_type(path, names[types.pop()], value)
    if not all(isinstance(each, str) for each in literals):
        return fault
    return replace(fault, hint=Phrase("write {allowed}", allowed=enumerated(literals)))


_SAID_BY_RULES = {False: {("audience",)}, True: {("audience",), ("account",)}}
"""What may be missing without a fault of pydantic's, without a matrix and with one."""


def _model_faults(model: type[BaseModel], data: dict[str, Any]) -> Iterator[Fault]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            path = each["loc"]
            if each["type"] in ("extra_forbidden", "value_error"):
                continue  # another stage says it, with its place
            if path[-1] == "[key]":
                yield wrong_key_form(path[:-1], each["ctx"]["pattern"])
            elif each["type"] == "missing" and path in _SAID_BY_RULES[MATRIX in data]:
                continue  # a rule says it better
            else:
                yield explain_error(each["type"], path, each["input"], each.get("ctx", {}))


def _needs_everything(fault: Fault) -> bool:
    """Return whether a fault cannot be told of a file that was read in part only: something may be there after all."""
    return fault.code == "MC012" or fault.is_absence


def _is_silenced(code: str, path: KeyPath, silent: frozenset[KeyPath]) -> bool:
    """Return whether a fault follows from one that is known already."""
    if code in ("MC015", "MC016"):
        return False  # a second message or audience is one too many, whatever else is wrong with it
    return any(path[:length] in silent for length in range(len(path) + 1))
