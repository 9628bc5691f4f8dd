"""A plan's JSON read to be shown to people: anybody may have written it, and nothing is carried out from it."""

from contextlib import suppress
from typing import Final

from pydantic import ValidationError

from massctl.errors import NotAPlanError
from massctl.model.phrase import Phrase, enumerated
from massctl.plan.saved import SavedPlan, StoppedPlan

_PLACES_TOLD: Final = 5
_PLACE_CHARACTERS: Final = 60
"""Of one place: a key in it may be foreign."""


def reviewable(document: str | bytes, file: str = "-") -> SavedPlan | StoppedPlan:
    """Read a plan's JSON; raises NotAPlanError, which names the places that are not as the schema says."""
    try:
        return SavedPlan.model_validate_json(document)
    except ValidationError as error:
        with suppress(ValidationError):
            return StoppedPlan.model_validate_json(document)
        raise NotAPlanError(
            Phrase("{file} is not a plan for review: {places}", file=file, places=enumerated(_places(error))),
            Phrase("No comment was made."),
            Phrase("write one with: massctl plan --format json --for-review"),
        ) from None


def _places(error: ValidationError) -> list[str]:
    """Name the first places that are not as the schema says, without a word of what stands there."""
    found = [".".join(str(part) for part in each["loc"]) or "JSON" for each in error.errors(include_url=False)]
    return [place[:_PLACE_CHARACTERS] for place in dict.fromkeys(found[:_PLACES_TOLD])]
