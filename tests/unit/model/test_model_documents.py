"""A document has the keys of its shape, each from what is given, else from the first value that has it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import Field

from massctl.errors import InvariantError
from massctl.model.documents import document, empty_document
from massctl.model.strict import Strict


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Stop:
    colour: Colour
    unit: str = "day"


class StopShape(Strict):
    colour: Colour
    unit: Annotated[str, Field(alias="per")]


class Journey(Strict):
    version: Literal[1]
    at: str
    stops: list[StopShape]
    count: int
    note: str | None
    error: StopShape | None = None


@dataclass(frozen=True)
class Found:
    at: datetime = datetime(2026, 12, 1, tzinfo=UTC)
    stops: tuple[Stop, ...] = (Stop(Colour.RED),)


def test_a_document_has_what_is_given_and_what_its_sources_have() -> None:
    assert {
        "version": 1,
        "at": "2026-12-01T00:00:00+00:00",
        "stops": [{"colour": "red", "per": "day"}],
        "count": 2,
        "note": None,
    } == document(Journey, Found(), None, count=2)


def test_the_first_source_counts() -> None:
    assert {"colour": "red", "per": "week"} == document(
        StopShape, Stop(Colour.RED, "week"), Stop(Colour.RED)
    )


@pytest.mark.parametrize(
    "given", [{}, {"count": 1, "note": None, "surprise": 1}], ids=["too little", "too much"]
)
def test_a_document_that_is_not_of_its_shape_is_a_bug(given: dict[str, object]) -> None:
    with pytest.raises(InvariantError):
        document(Journey, Found(), **given)


def test_an_empty_document_has_every_key_that_is_required() -> None:
    assert {"version": 1, "at": "", "stops": [], "count": 5, "note": None} == empty_document(
        Journey, count=5, other=1
    )
