"""Shapes of JSON documents. A shape has the fields that a document shows, and copies them from another value."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Self

from msgspec import UNSET, Struct, convert
from msgspec.structs import fields
from pydantic import BaseModel

from massctl.model.frozen import Frozen

_fields = cache(fields)


class Shape(Frozen, kw_only=True):
    """An object of a JSON document. A field that is UNSET is left out of it."""

    @classmethod
    def of(cls, value: object, **given: Any) -> Self:
        """Copy the fields of a value, except those in `given`. A nested value becomes the shape of its field."""
        taken = {
            each.name: convert(getattr(value, each.name), each.type, from_attributes=True)
            for each in _fields(cls)
            if each.name not in given and each.default is not UNSET
        }
        return cls(**taken, **given)


def plain(value: Any) -> Any:
    """Turn a value into objects, lists, texts and numbers of JSON; a `Phrase` stays a `Phrase`."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return {str(key): plain(each) for key, each in _members(value) if each is not UNSET}


def _members(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, BaseModel):
        return value
    return zip(value.__struct_encode_fields__, _values(value), strict=True)


def _values(value: Struct) -> Any:
    return (getattr(value, name) for name in value.__struct_fields__)
