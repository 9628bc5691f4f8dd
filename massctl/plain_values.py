"""Values as JSON and back: what the child rendered, and what the cache knows of a picture.

The input is untrusted: each value must have the type that its field declares.
"""

import dataclasses
import re
from collections.abc import Callable
from enum import Enum
from functools import cache
from math import isfinite
from types import UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

from massctl.model import diagnostics, message
from massctl.model.destination import Destination, DestinationKind
from massctl.model.diagnostics import Fault
from massctl.model.ids import Sha256
from massctl.model.phrase import Command, Phrase

NOT_PLAIN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)
"""What reading something else than `to_plain` wrote may raise."""
_VALUES: dict[str, type[Any]] = {
    each.__name__: each
    for each in (
        Destination,
        diagnostics.Diagnostic,
        diagnostics.Excerpt,
        message.Picture,
        diagnostics.Place,
        Fault,
        message.Recording,
        message.RenderedArticle,
        message.RenderedContent,
        *message.KINDS,
    )
}
_WORDS: dict[str, type[Enum]] = {
    each.__name__: each for each in (DestinationKind, message.Purpose, diagnostics.Severity)
}
_INSTANCES: dict[Any, type[Any]] = {
    str: str,
    message.Message: message.Message,
    message.A_co: message.RenderedArticle,
}
"""Types of fields, and what may stand there; of any other type the value has exactly that type."""
_LEAST = {"Place": 1, "Fault": -1_000}
"""The least number of a class; of any other it is 0. A fault's `shift` moves its place to the left, by some signs."""
_NUMBER_MAX = 1 << 40
_FIELD = re.compile(r"\{\{|\}\}|\{[a-z_0-9]+(?:!r|:,|:\.0f|:g)?\}")
"""A field of one of our sentences, or a brace that is written twice."""
_TEMPLATE_MAX, _SENTENCE_MAX = 4_000, 1 << 16
"""Characters of a sentence: ours have a few hundred."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


def to_plain(value: Any) -> Any:
    """Convert a value to JSON types; raise TypeError if it would not be read back equal."""
    kind = type(value)
    if value is None or kind in (str, int, bool) or (kind is float and isfinite(value)):
        return value
    if kind in (Command, Phrase):
        return _plain_phrase(value)
    if kind is tuple:
        return ["row", *map(to_plain, value)]
    if kind.__name__ in _WORDS and kind is _WORDS[kind.__name__]:
        return ["word", kind.__name__, value.value]
    if kind.__name__ in _VALUES and kind is _VALUES[kind.__name__]:
        return [kind.__name__, *(to_plain(getattr(value, name)) for name in _given(kind))]
    raise TypeError(kind.__name__)


def _plain_phrase(said: Phrase) -> list[Any]:
    if isinstance(said, Command):
        return ["command", said.verb, *map(to_plain, said.arguments)]
    return [
        "phrase",
        said.template,
        said.plural,
        {key: to_plain(each) for key, each in said.values.items()},
    ]


def from_plain(written: Any) -> Any:
    """Read what `to_plain` returned; raise one of NOT_PLAIN for anything else."""
    if not isinstance(written, list):
        if isinstance(written, dict) or (isinstance(written, float) and not isfinite(written)):
            raise TypeError(written)
        return _encodable(written) if isinstance(written, str) else written
    kind, *rest = written
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(*rest)
    made = _VALUES[kind]
    values = {name: from_plain(each) for name, each in zip(_given(made), rest, strict=True)}
    for name, value in values.items():
        if not _is(value, _hints(kind)[name]):
            raise TypeError(f"{kind}.{name}")
        if type(value) is int and not _LEAST.get(kind, 0) <= value <= _NUMBER_MAX:
            raise ValueError(f"{kind}.{name}")
    return made(**values)


@cache
def _hints(name: str) -> dict[str, Any]:
    return get_type_hints(_VALUES[name])


def _is(value: Any, hint: Any) -> bool:
    """Return whether a value has the type of a field; a Sha256 also has its form."""
    if hint is Sha256:
        return isinstance(value, str) and _SHA256.fullmatch(value) is not None
    if isinstance(hint, NewType):
        return _is(value, hint.__supertype__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_is(value, each) for each in arguments)
    if origin is Literal:
        return value in arguments
    if origin is tuple and isinstance(value, tuple):
        types = [arguments[0]] * len(value) if arguments[1:] == (...,) else arguments
        return len(value) == len(types) and all(map(_is, value, types))
    return type(value) is hint or isinstance(value, _INSTANCES.get(origin or hint, ()))


def _given(kind: type[Any]) -> tuple[str, ...]:
    """Return the fields that a value is made from; the others follow from them."""
    if issubclass(kind, Struct):
        return kind.__struct_fields__
    return tuple(field.name for field in dataclasses.fields(kind) if field.init)


def _phrase(template: Any, plural: Any, values: Any) -> Phrase:
    for each in filter(None, (template, plural)):
        # A field such as {a.b} would look into objects of this process.
        if len(_encodable(each)) > _TEMPLATE_MAX or (values and "{" in _FIELD.sub("", each)):
            raise ValueError(each)
    said = {key: _said(from_plain(each)) for key, each in values.items()}
    if plural is not None and type(said["count"]) is not int:
        raise TypeError(plural)
    made = Phrase(template, plural, **said)
    # Sentences inside sentences may double each time.
    if len(made) > _SENTENCE_MAX:
        raise ValueError(template)
    return made


def _encodable(text: str) -> str:
    """Return a text; raise ValueError for a lone surrogate, which UTF-8 cannot encode."""
    text.encode()
    return text


def _said(value: Any) -> Any:
    if value is not None and not isinstance(value, str | int | float):
        raise TypeError(value)
    return value


_READERS: dict[str, Callable[..., Any]] = {
    "phrase": _phrase,
    "command": lambda verb, *arguments: Command(
        str(verb), *(_said(from_plain(each)) for each in arguments)
    ),
    "row": lambda *values: tuple(map(from_plain, values)),
    "word": lambda kind, value: _WORDS[kind](value),
}
