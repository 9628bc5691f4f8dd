"""Values as JSON documents, in the shapes that pydantic models declare: a key stands in its model and nowhere else."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from msgspec import Struct
from pydantic import BaseModel

from massctl.errors import InvariantError
from massctl.model.frozen import Frozen

_MISSING = object()
_WRITTEN = frozenset((str, int, float, bool, NoneType, dict))
"""Types of what is a document already: most values are."""


class _Field(Frozen):
    name: str
    key: str
    is_required: bool
    annotation: Any
    shape: type[BaseModel] | None
    """Of what it holds, or of each of its elements."""


def document(shape: type[BaseModel], *sources: object, **given: Any) -> dict[str, Any]:
    """Write the fields of a shape: what is given, else what the first source has under that name.

    None for a source stands for one that is not there: what no other has is null then. A field with a default that
    nobody has is left out.
    """
    fields = _fields(shape)
    if unknown := given.keys() - {each.name for each in fields}:
        raise InvariantError(f"{shape.__name__} has no field {sorted(unknown)[0]}")
    written = {}
    for each in fields:
        value = given[each.name] if each.name in given else _found(each, sources)
        if value is not _MISSING:
            written[each.key] = _plain(value, each.shape)
        elif each.is_required:
            raise InvariantError(f"nothing has the field {each.name} of {shape.__name__}")
    return written


def empty_document(shape: type[BaseModel], **given: Any) -> dict[str, Any]:
    """Write a shape that says nothing: null where it may be, else 0, false or an empty list; defaults are left out."""
    values = {each.name: _nothing(each) for each in _fields(shape) if each.is_required}
    return document(
        shape,
        **{
            **values,
            **{name: value for name, value in given.items() if name in shape.model_fields},
        },
    )


@cache
def _fields(shape: type[BaseModel]) -> tuple[_Field, ...]:
    return tuple(
        _Field(
            name,
            field.alias or name,
            field.is_required(),
            field.annotation,
            next(shapes_in(field.annotation), None),
        )
        for name, field in shape.model_fields.items()
    )


def shapes_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Return the models that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from shapes_in(argument)


def _found(field: _Field, sources: tuple[object, ...]) -> Any:
    for source in sources:
        if hasattr(source, field.name):
            return getattr(source, field.name)
    if get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1:
        return get_args(field.annotation)[0]
    return None if field.is_required and any(source is None for source in sources) else _MISSING


def _plain(value: Any, shape: type[BaseModel] | None) -> Any:
    if type(value) in _WRITTEN:
        return value
    if isinstance(value, list | tuple):
        return [_plain(each, shape) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    is_value = is_dataclass(value) or isinstance(value, Struct | BaseModel)
    return document(shape, value) if shape is not None and is_value else value


def _nothing(field: _Field) -> Any:
    annotation = field.annotation
    options = get_args(field.annotation)
    if annotation in (None, NoneType) or NoneType in options:
        return None
    if get_origin(annotation) is list:
        return []
    if get_origin(annotation) is Literal:
        return options[0]
    return empty_document(field.shape) if field.shape is not None else annotation()
