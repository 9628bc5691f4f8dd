"""A shape takes its fields from a value; `plain` writes them, and pydantic reads them again."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from msgspec import UNSET, UnsetType, ValidationError, field
from pydantic import TypeAdapter
from pydantic import ValidationError as UnfitError

from massctl.model.campaign import Tag
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.shape import Shape, plain


class Colour(StrEnum):
    RED = "red"


class Stop(Frozen):
    colour: Colour
    unit: str = "day"
    first: date = date(2026, 12, 1)


class StopShape(Shape):
    colour: Colour
    unit: str = field(name="per")


class Journey(Shape):
    at: datetime
    stops: list[StopShape]
    count: int
    note: str | None
    tags: list[Tag] | UnsetType = UNSET


class Found(Frozen):
    at: datetime = datetime(2026, 12, 1, tzinfo=UTC)
    stops: tuple[Stop, ...] = (Stop(Colour.RED),)
    note: str | None = Phrase("{name} is new", name="a")

    @property
    def count(self) -> int:
        return len(self.stops)


DOCUMENT = {
    "at": "2026-12-01T00:00:00+00:00",
    "stops": [{"colour": "red", "per": "day"}],
    "count": 1,
    "note": "a is new",
}


def test_a_document_has_what_its_value_has() -> None:
    made = Journey.of(Found())
    assert isinstance(made.note, Phrase)
    assert DOCUMENT == plain(made)


def test_what_is_given_counts_and_a_key_that_is_unset_is_not_there() -> None:
    tags = [Tag(id=1, name="x", count=2)]
    found = plain(Journey.of(Found(), count=5, tags=tags))
    assert {**DOCUMENT, "count": 5, "tags": [{"id": 1, "name": "x", "count": 2}]} == found


def test_a_value_of_another_shape_is_a_bug() -> None:
    with pytest.raises(AttributeError):
        Journey.of(Stop(Colour.RED))
    with pytest.raises(ValidationError):
        StopShape.of(Stop("green"))  # type: ignore[arg-type]


def test_a_mapping_is_written_with_its_keys() -> None:
    assert {"red": [date(2026, 12, 1).isoformat(), True]} == plain(
        {Colour.RED: (date(2026, 12, 1), True)}
    )


def test_a_document_is_read_again() -> None:
    read = TypeAdapter(Journey).validate_python(DOCUMENT, strict=False)
    assert Journey.of(Found()) == read


@pytest.mark.parametrize("change", [{"count": "1"}, {"surprise": 1}, {"stops": [{}]}])
def test_another_document_is_not_read(change: dict[str, Any]) -> None:
    with pytest.raises(UnfitError):
        TypeAdapter(Journey).validate_python({**DOCUMENT, "at": Found().at, **change})


def test_its_schema_has_its_keys() -> None:
    schema = TypeAdapter(Journey).json_schema()
    assert ["at", "stops", "count", "note"] == schema["required"]
    assert {"type": "string"} == TypeAdapter(Phrase).json_schema()
    assert ["colour", "per"] == list(schema["$defs"]["StopShape"]["properties"])
