"""Values of ours as JSON and back: what another process rendered, and what the cache knows of a picture."""

from collections.abc import Callable
from dataclasses import Field, fields
from datetime import datetime, timezone
from enum import Enum
from typing import Any, Final

from massctl.model import diagnostics, message
from massctl.model.campaign import Audience, OpenidList
from massctl.model.inputs import JudgedInputs
from massctl.model.phrase import Command, Phrase
from massctl.plan.steps import Guard, Invalid, NotLocked, Refusal
from massctl.render.fault import Fault

NOT_PLAIN: Final = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading something else than `to_plain` wrote may raise."""
_VALUES: Final[dict[str, type[Any]]] = {
    each.__name__: each
    for each in (
        diagnostics.Diagnostic,
        diagnostics.Excerpt,
        Invalid,
        JudgedInputs,
        message.MaterialRef,
        NotLocked,
        OpenidList,
        message.Picture,
        diagnostics.Place,
        Fault,
        message.Recipient,
        message.Recording,
        Refusal,
        message.RenderedArticle,
        message.RenderedCampaign,
        message.RenderedCard,
        message.RenderedImage,
        message.RenderedNews,
        message.RenderedText,
        message.RenderedVideo,
        message.RenderedVoice,
        message.Window,
    )
}
_WORDS: Final[dict[str, type[Enum]]] = {each.__name__: each for each in (Guard, message.Purpose, diagnostics.Severity)}
_AUDIENCE: Final = "audience"


def to_plain(value: Any) -> Any:
    """Write a value; raises TypeError if it would not be read back equal."""
    kind = type(value)
    if value is None or kind in (str, int, bool):
        return value
    if kind in (Command, Phrase):
        return _plain_phrase(value)
    if kind is tuple:
        return ["row", *map(to_plain, value)]
    if kind is datetime and type(value.tzinfo) is timezone:
        return ["at", value.isoformat()]
    if kind.__name__ in _WORDS and kind is _WORDS[kind.__name__]:
        return ["word", kind.__name__, value.value]
    if kind.__name__ in _VALUES and kind is _VALUES[kind.__name__]:
        return [kind.__name__, *(_field(field.name, getattr(value, field.name)) for field in _given(kind))]
    raise TypeError(kind.__name__)


def _plain_phrase(said: Phrase) -> list[Any]:
    if isinstance(said, Command):
        return ["command", said.verb, *map(to_plain, said.arguments)]
    return ["phrase", said.template, said.plural, {key: to_plain(each) for key, each in said.values.items()}]


def from_plain(written: Any) -> Any:
    """Read what `to_plain` wrote; raises one of NOT_PLAIN for anything else."""
    if not isinstance(written, list):
        return written
    kind, *rest = written
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(*rest)
    given = zip(_given(_VALUES[kind]), rest, strict=True)
    return _VALUES[kind](**{field.name: from_plain(each) for field, each in given})


def _given(kind: type[Any]) -> list[Field[Any]]:
    """Return the fields that a value is made from; the others follow from them."""
    return [field for field in fields(kind) if field.init]


def _field(name: str, value: Any) -> Any:
    return [_AUDIENCE, message.declared_audience(value)] if name == _AUDIENCE else to_plain(value)


_READERS: Final[dict[str, Callable[..., Any]]] = {
    "phrase": lambda template, plural, values: Phrase(
        template, plural, **{key: from_plain(each) for key, each in values.items()}
    ),
    "command": lambda verb, *arguments: Command(verb, *map(from_plain, arguments)),
    "row": lambda *values: tuple(map(from_plain, values)),
    "at": datetime.fromisoformat,
    "word": lambda kind, value: _WORDS[kind](value),
    _AUDIENCE: Audience.model_validate,
}
