"""How JSON documents are written, and what they begin with.

Keys and codes never change with the language; only `message` and `hint` do.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic_core import PydanticSerializationError, to_json

from massctl.model.destination import DestinationKind
from massctl.model.shape import Shape, plain
from massctl.view.i18n import Language, say


class ReportedCut(Shape):
    """People who were taken off an audience before anybody could have the message."""

    kept: int
    """How many people it goes to."""
    removed: Mapping[str, int]
    """How many were left out, by reason: `erased`, `excluded`, `capped`, `has_it`."""


class ListedDestination(Shape):
    """One place that a tap, a scan or a play of a message leads."""

    kind: DestinationKind
    """What kind of place it is."""
    target: str
    """The place, as the message says it."""
    at: str
    """Where it stands: `article 2`, `message`, or the path of a picture."""
    label: str
    """The words that are tapped, or the name that a card says; may be empty."""


class Document(Shape):
    """What every document begins with."""

    format_version: Literal[1] = 1
    """The version of this format."""


class CommandReport(Document):
    """What the document of a verb that acts begins with."""

    exit_status: int = 0
    """The exit status of the command."""


def written(document: Shape | dict[str, Any], language: Language) -> str:
    """Write a document as `json.dumps(…, indent=2)` would, every Phrase of it in `language`.

    Python's own writer indents in Python, value by value, and takes five times as long.
    """
    spoken = _said(plain(document), language, is_hint=False)
    try:
        return to_json(spoken, indent=2, inf_nan_mode="constants").decode()
    except PydanticSerializationError:
        # A path or an argument may have bytes that are no text; escaped they are JSON.
        return json.dumps(spoken, indent=2)


def _said(value: Any, language: Language, *, is_hint: bool) -> Any:
    kind = type(value)
    if kind is dict:
        return {
            key: each if type(each) in _PLAIN else _said(each, language, is_hint=key == "hint")
            for key, each in value.items()
        }
    if kind is list:
        return [
            each if type(each) in _PLAIN else _said(each, language, is_hint=False) for each in value
        ]
    # A person may type what a hint advises; everything else is for programs.
    return say(value, language if is_hint else language.plain) if isinstance(value, str) else value


_PLAIN = frozenset((str, int, float, bool, type(None)))
"""What is written as it is; a Phrase has a type of its own."""
