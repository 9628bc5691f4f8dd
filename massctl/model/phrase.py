"""Sentences for people that can be said in another language later.

A `Phrase` is an ordinary English `str` that remembers the template it was made from, so that the view
can say it in Chinese (`massctl.view.language`) without the core knowing about languages. Everything a
person may read is built as a Phrase; a test compares every template in the source with the catalogue.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Self


class Phrase(str):
    """An English sentence and the template and values it came from."""

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Fill `template` (str.format fields by name) with `values`; values may be Phrases themselves."""
        self = super().__new__(cls, template.format(**values) if values else template)
        self.template = template
        self.values = values
        return self


class Command(Phrase):
    """A command of massctl as it is typed: in every language the same, but for what the run that advises it adds."""

    __slots__ = ()

    def __new__(cls, verb: str, *arguments: object) -> Self:
        """Join our own `verb` and `arguments`, which may be anybody's words."""
        names = [f"argument_{number}" for number in range(len(arguments))]
        template = " ".join(["massctl", verb, *(f"{{{name}}}" for name in names)])
        return super().__new__(cls, template, **dict(zip(names, arguments, strict=True)))


def enumerated(parts: Sequence[str]) -> str:
    """Join one or more names as a language lists them: `a, b` or `a、b`."""
    said = parts[0]
    for part in parts[1:]:
        said = Phrase("{first}, {rest}", first=said, rest=part)
    return said


def in_a_row(parts: Sequence[str]) -> str:
    """Join one or more sentences so that each can still be said in another language."""
    said = parts[0]
    for part in parts[1:]:
        said = Phrase("{first}; {second}", first=said, second=part)
    return said


UNNAMED: Final = "NAME"
"""What stands for a campaign's name in a sentence that is written before it is known whose it is."""


def about(said: str, name: str) -> str:
    """Put a campaign's name where a sentence left it open: where its value `name` is UNNAMED."""
    if not isinstance(said, Phrase) or not said.values:
        return said
    told = {key: about(each, name) if isinstance(each, str) else each for key, each in said.values.items()}
    if told.get("name") == UNNAMED:
        told["name"] = name
    return Phrase(said.template, **told)
