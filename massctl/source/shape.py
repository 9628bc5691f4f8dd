"""The shape of a file format, read from its models: which keys stand where."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from massctl.model.campaign import Path
from massctl.model.strict import NotYetValues, is_not_yet


@dataclass(frozen=True, slots=True)
class Key:
    """A key that a block may have."""

    field: FieldInfo
    is_not_yet: bool
    """True: the format knows it, and its effect is not built."""

    @property
    def literals(self) -> tuple[Any, ...]:
        """The only values it may have, where there are such."""
        kind = _bare(self.field.annotation)
        return get_args(kind) if get_origin(kind) is Literal else ()

    @property
    def values_not_yet(self) -> tuple[str, ...]:
        """The values that the format knows beside them, and that are not built."""
        return tuple(value for each in self.field.metadata if isinstance(each, NotYetValues) for value in each.values)


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping of a document, and the model that describes it."""

    model: type[BaseModel]
    data: dict[str, Any]
    path: Path


@cache
def keys_of(model: type[BaseModel]) -> dict[str, Key]:
    """Give the keys of `model` as they are written."""
    return {field.alias or name: Key(field, is_not_yet(model, name)) for name, field in model.model_fields.items()}


@cache
def key_paths(model: type[BaseModel]) -> tuple[tuple[str, ...], ...]:
    """Give every key that can stand anywhere below `model`, with the keys above it; list indexes left out."""
    found: list[tuple[str, ...]] = []
    for name, key in keys_of(model).items():
        found.append((name,))
        below = _model_in(key.field.annotation)
        if below is not None and not key.is_not_yet:
            found += [(name, *path) for path in key_paths(below)]
    return tuple(found)


@cache
def known_keys(model: type[BaseModel]) -> frozenset[str]:
    """Give the names of all keys below `model`."""
    return frozenset(path[-1] for path in key_paths(model))


def blocks(model: type[BaseModel], data: object, path: Path = ()) -> Iterator[Block]:
    """Give each mapping of `data` that a model describes, outer ones first; wrong types are passed over."""
    if not isinstance(data, dict):
        return
    yield Block(model, data, path)
    for name, key in keys_of(model).items():
        if name in data:
            yield from _blocks_in(key.field.annotation, data[name], (*path, name))


def _blocks_in(annotation: Any, value: object, path: Path) -> Iterator[Block]:
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
