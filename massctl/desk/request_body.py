"""What comes in the body of a request, read in one place: what has another shape is refused in words."""

import json
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import ValidationError, convert

from massctl.desk.letter_fields import Change
from massctl.errors import UsageError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

Shape = TypeVar("Shape", bound=Frozen)


class NewText(Frozen):
    """A text, and the version that its writer read."""

    text: str
    base: str
    sent: tuple[str, ...] = ()
    """Versions that were sent since, and not answered."""


class FieldChanges(Frozen):
    """Fields of campaign.yaml that a person changed, in their order."""

    changes: tuple[Change, ...]


class ArticleTitle(Frozen):
    """An article that is added."""

    title: str


class ArticleOrder(Frozen):
    """The articles of a letter: old ones by their places, from 0, and new ones."""

    order: tuple[int | ArticleTitle, ...]


def body_of(request: "Request") -> dict[str, Any]:
    """Return the JSON object that a request brings; raise UsageError for anything else."""
    try:
        given = json.loads(request.get_data())
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise UsageError(
            Phrase("the text has half of a character, which no file can hold"),
            Phrase("Nothing was written."),
            Phrase("delete the damaged character; it often is half of an emoji"),
        ) from None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise UsageError(Phrase("a JSON object is required"), Phrase("Nothing was done."))
    return given


def read_as(given: dict[str, Any], shape: type[Shape]) -> Shape:
    """Read a body in the shape that its address takes; raise UsageError for another."""
    try:
        return convert(given, shape)
    except ValidationError as error:
        raise UsageError(
            Phrase("the request has another form than this address takes: {why}", why=str(error)),
            Phrase("Nothing was written."),
            Phrase("load the page again"),
        ) from None
