"""The parser's complaints in plain words."""

from dataclasses import dataclass
from typing import Final

from massctl.model.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the parser stopped at, said to a person."""

    message: Phrase
    hint: Phrase | None = None
    at_context: bool = False
    """True: point at where the unfinished thing began, not at where the parser gave up."""


_QUOTES: Final = Phrase("if it is text, put the whole value in quotes")
_KNOWN: Final[tuple[tuple[str, str, Complaint], ...]] = (
    ("quoted scalar", "end of stream", Complaint(Phrase("the quotation mark opened here is never closed"), None, True)),
    (
        "quoted scalar",
        "document separator",
        Complaint(Phrase("the quotation mark opened here is never closed"), None, True),
    ),
    (
        "flow sequence",
        "expected ',' or ']'",
        Complaint(Phrase("this list is never closed with ], or a comma is missing in it"), _QUOTES, True),
    ),
    (
        "flow mapping",
        "expected ',' or '}'",
        Complaint(
            Phrase("these keys are never closed with a curly bracket, or a comma is missing between them"),
            _QUOTES,
            True,
        ),
    ),
    (
        "",
        "could not find expected ':'",
        Complaint(
            Phrase("this line is no `key: value`"),
            Phrase("write a colon of ASCII and a blank behind the key; a text over several lines is indented"),
            True,
        ),
    ),
    (
        "",
        "mapping values are not allowed",
        Complaint(
            Phrase("a colon where no key can be: this line is indented too deep, or the value needs quotes"),
            Phrase("keys of one block begin in the same column; a text with `: ` in it goes in quotes"),
        ),
    ),
    (
        "",
        "sequence entries are not allowed",
        Complaint(Phrase("a list item cannot begin here"), Phrase("begin each `- item` on its own line")),
    ),
    (
        "",
        "expected <block end>",
        Complaint(
            Phrase("this line does not fit the lines above it"),
            Phrase("keys of one block begin in the same column, and lists and keys do not mix"),
        ),
    ),
    ("", "cannot start any token", Complaint(Phrase("a value cannot begin with this character"), _QUOTES)),
    (
        "",
        "unknown escape character",
        Complaint(
            Phrase("this backslash means nothing in double quotes"),
            Phrase("write two backslashes, or use single quotes"),
        ),
    ),
    (
        "block scalar",
        "chomping or indentation indicators",
        Complaint(Phrase("the text behind | or > begins on the next line, indented")),
    ),
    (
        "block scalar",
        "expected a comment",
        Complaint(Phrase("the text behind | or > begins on the next line, indented")),
    ),
    ("", "undefined tag handle", Complaint(Phrase("this YAML tag has no meaning here"), _QUOTES)),
    ("an alias", "expected alphabetic", Complaint(Phrase("a value that begins with * is a YAML alias"), _QUOTES)),
    ("an anchor", "expected alphabetic", Complaint(Phrase("a value that begins with & is a YAML anchor"), _QUOTES)),
    ("", "incompatible YAML document", Complaint(Phrase("this file asks for another version of YAML than 1.2"))),
)


def explain_problem(context: str | None, problem: str | None) -> Complaint:
    """Say what the parser's `context` and `problem` mean."""
    for where, what, complaint in _KNOWN:
        if where in (context or "") and what in (problem or ""):
            return complaint
    first = (problem or context or "").partition("\n")[0][:200]
    return Complaint(Phrase("this cannot be read as YAML: {problem}", problem=first))
