"""The arguments of each block, and the check of a call: a mistake stops the template at the line of the call."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from jinja2.runtime import Undefined

from massctl.model.diagnostics import Fault, FaultError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

CODE = "MC107"
CALL = "{% call %}"
_IN_CELL = re.compile(
    r"^[ \t>]*\|[^\n]*?(?<!['\"])\{(?:\{-?|%-?\s*call(?:\([^()\n]*\))?)\s*(?P<block>blocks\.\w+)",
    re.MULTILINE,
)
"""A call of a block behind a bar; in quotes it is what an article is about."""


class Parameter(Frozen):
    """One argument of a block, by name or by position."""

    name: str
    is_required: bool = False
    is_pairs: bool = False
    """A mapping of texts, such as who did what; everything else is a text or a number."""
    is_rest: bool = False
    """Takes everything that follows: a list of texts and mappings, which the block reads itself."""


class Signature(Frozen):
    """A block: its name, what it takes, and whether it holds what stands between `call` and `endcall`."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    holds: bool = False
    before: str = "blocks."
    """What stands before its name where it is called."""
    instead: str = ""
    """The parameter that may be left out where it holds something; such a block takes one of the two."""
    parts: "Parts | None" = None
    """What it holds instead of the article's own text."""
    inside: str = ""
    """The one block that it may stand in; empty: anywhere."""

    @property
    def shown(self) -> str:
        """Return the block's call, as a writer types it."""
        return f"{self.before}{self.name}"


class Parts(Frozen):
    """The blocks of one kind that another block is made of, and how many they may be."""

    name: str
    least: int
    most: int


def signature(
    name: str,
    *parameters: str,
    holds: bool = False,
    instead: str = "",
    before: str = "blocks.",
    parts: Parts | None = None,
    inside: str = "",
) -> Signature:
    """Make a signature: `text!` is required, `credits{}` takes a mapping, `articles*` takes all that follows."""
    made = tuple(
        Parameter(each.rstrip("!{}*"), each[-1] in "!*", each.endswith("{}"), each.endswith("*"))
        for each in parameters
    )
    return Signature(
        name, made, holds or bool(instead) or parts is not None, before, instead, parts, inside
    )


Given = Mapping[str, Any]
"""Arguments by name: a text, a mapping of texts, or a list; an omitted one is absent."""


_TAKES_NOTHING = Phrase(
    "the page “Template library” of the documentation shows the syntax of each block"
)


def stop(block: Signature, message: Phrase, hint: Phrase | None = None) -> FaultError:
    """Return the error of a wrong call."""
    names = ", ".join(each.name for each in block.parameters)
    usual = (
        Phrase("{block} takes {names}", block=block.shown, names=names) if names else _TAKES_NOTHING
    )
    return FaultError(Fault(CODE, message, hint or usual, needle=block.shown))


def given_to(
    block: Signature, args: Sequence[Any], kwargs: Mapping[str, Any], *, holds: bool
) -> Given:
    """Return the arguments of a call by name; raise FaultError for the first mistake. `holds`: it has a body."""
    if holds and not block.holds:
        raise stop(
            block,
            Phrase("{block} has no content: write it without {call}", block=block.shown, call=CALL),
        )
    named = _named(block, args, kwargs)
    found = {name: _value(block, name, value) for name, value in named.items() if value is not None}
    for parameter in block.parameters:
        if parameter.is_required and parameter.name not in found:
            raise stop(
                block, Phrase("{block} needs `{name}`", block=block.shown, name=parameter.name)
            )
    if block.instead and holds == (block.instead in found):
        say = (
            Phrase(
                "{block} accepts `{name}` or the content of {call}, but not both", **_words(block)
            )
            if holds
            else Phrase("{block} needs `{name}`, or content in {call}", **_words(block))
        )
        raise stop(block, say)
    if block.holds and not block.instead and not holds and not block.parameters:
        raise stop(
            block, Phrase("{block} is empty: write it with {call}", block=block.shown, call=CALL)
        )
    return found


def _words(block: Signature) -> dict[str, str]:
    return {"block": block.shown, "name": block.instead, "call": CALL}


def _named(block: Signature, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    names = [each.name for each in block.parameters]
    if block.parameters and block.parameters[0].is_rest:
        args = [list(args)] if args else []
    if len(args) > len(names):
        raise stop(
            block,
            Phrase(
                "{block} has {count} arguments, but accepts {most}",
                block=block.shown,
                count=len(args),
                most=len(names),
            ),
        )
    found = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name not in names:
            raise stop(
                block,
                Phrase("{block} has no `{name}`", block=block.shown, name=name),
                _near(name, names),
            )
        if name in found:
            raise stop(
                block,
                Phrase("{block} has the argument `{name}` twice", block=block.shown, name=name),
            )
        found[name] = value
    return found


def _near(name: str, names: Sequence[str]) -> Phrase | None:
    near = get_close_matches(name, names, 1)
    return Phrase("did you mean `{name}`?", name=near[0]) if near else None


def _value(block: Signature, name: str, value: Any) -> Any:
    parameter = next(each for each in block.parameters if each.name == name)
    if parameter.is_rest and not isinstance(value, Undefined):
        if not isinstance(value, list):
            raise _wrong_kind(block, name, value, Phrase("a list"))
        return [each if isinstance(each, dict) else _text(block, name, each) for each in value]
    if parameter.is_pairs and not isinstance(value, Undefined):
        if not isinstance(value, dict):
            raise _wrong_kind(block, name, value, Phrase("a mapping"))
        return {_text(block, name, key): _text(block, name, each) for key, each in value.items()}
    return _text(block, name, value)


def _text(block: Signature, name: str, value: Any) -> str:
    if isinstance(value, Undefined):
        return str(value)  # raises: it is the name in the call that has no value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _wrong_kind(block, name, value, Phrase("a text"))
    text = str(value).strip()
    if not text:
        raise stop(block, Phrase("`{name}` of {block} is empty", name=name, block=block.shown))
    return text


def _wrong_kind(block: Signature, name: str, value: Any, due: Phrase) -> FaultError:
    kind = type(value).__name__
    return stop(
        block,
        Phrase(
            "`{name}` of {block} must be {due}, and here is a value of type {kind}",
            name=name,
            block=block.shown,
            due=due,
            kind=kind,
        ),
    )


def calls_in_cells(source: str, path: str) -> Iterator[Fault]:
    """Refuse the calls of blocks in cells of Markdown: a block stands on lines of its own, and a row is one line."""
    for found in _IN_CELL.finditer(source):
        say = Phrase("{block} cannot stand in a cell of a table", block=found["block"])
        hint = Phrase("write it above or below the table; in a cell write Markdown")
        start = found.start("block")
        line = source.count("\n", 0, start) + 1
        column = start - source.rfind("\n", 0, start)
        yield Fault(CODE, say, hint, path=path, line=line, column=column, width=len(found["block"]))
