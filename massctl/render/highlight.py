"""Code: its blanks, and its colours: what Pygments takes a piece for, as one of a few classes."""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygments.lexer import Lexer

TAB = 4
"""Columns from one tab stop in code to the next; phones show eight or nothing."""
_BLANKS = re.compile(r"(?:^|(?<=\n)) +| {2,}")
CODE_CHARACTERS_MAX = 8_000
"""Ours: longer code has no colours, since some grammars are slow."""
_CLASSES = (
    ("Comment", "hl-comment"),
    ("Generic.Prompt", "hl-comment"),
    ("Keyword", "hl-keyword"),
    ("Operator.Word", "hl-keyword"),
    ("Generic.Heading", "hl-keyword"),
    ("Generic.Subheading", "hl-keyword"),
    ("Generic.Traceback", "hl-deleted"),
    ("Generic.Error", "hl-deleted"),
    ("Literal.String", "hl-string"),
    ("Literal.Number", "hl-number"),
    ("Name.Function", "hl-name"),
    ("Name.Class", "hl-name"),
    ("Name.Decorator", "hl-name"),
    ("Name.Tag", "hl-name"),
    ("Name.Attribute", "hl-name"),
    ("Name.Builtin", "hl-name"),
    ("Name.Variable", "hl-name"),
    ("Generic.Inserted", "hl-inserted"),
    ("Generic.Deleted", "hl-deleted"),
)
"""Kinds of Pygments, with those below them, and the class of each."""


def blanks_kept(code: str) -> str:
    """Expand tabs, and fix leading and repeated blanks, which WeChat drops.

    Of two beside each other one is fixed, so that neither is lost, and the one that is not costs a character.
    """
    return _spaces_kept(code.expandtabs(TAB) if "\t" in code else code)


def _spaces_kept(code: str) -> str:
    return _BLANKS.sub(lambda blanks: ("\u00a0 " * len(blanks[0]))[: len(blanks[0])], code)


def coloured_pieces(code: str, language: str) -> list[tuple[str, str]]:
    """Return code in pieces with a class each, its tabs as they are and its spaces kept.

    Where nothing is known about the language it is one piece without a class.
    """
    kept = _spaces_kept(code)
    known = language and len(code) <= CODE_CHARACTERS_MAX
    lexer = _lexer(language.lower()) if known else None
    if lexer is None:
        return [("", kept)]
    # One character for each of the code, so that pieces of the one are pieces of the other.
    found: list[tuple[str, str]] = []
    end = 0
    # Many grammars see a line only where it ends.
    for length, name in _pieces(lexer, f"{code}\n"):
        found.append((name, kept[end : end + length]))
        end += length
    return found if end == len(kept) + 1 else [("", kept)]


def _pieces(lexer: "Lexer", code: str) -> Iterator[tuple[int, str]]:
    """Return the lengths of the pieces of code, with the class of each; neighbours of one class are one piece."""
    waiting = 0
    last = ""
    for kind, text in lexer.get_tokens(code):
        name = last if not text.strip() else _class_of(kind)
        if name != last and waiting:
            yield waiting, last
            waiting = 0
        waiting = waiting + len(text)
        last = name
    yield waiting, last


@cache
def _class_of(kind: Any) -> str:
    name = str(kind).removeprefix("Token.")
    return next(
        (found for start, found in _CLASSES if name == start or name.startswith(start + ".")), ""
    )


@cache
def _lexer(language: str) -> "Lexer | None":
    """Find the grammar of a language among those of Pygments itself; what else is installed must change nothing."""
    # Loaded only where an article has code.
    from pygments.lexers import get_all_lexers, get_lexer_by_name

    if not any(language in aliases for _, aliases, _, _ in get_all_lexers(plugins=False)):
        return None
    # Every option is said, so that not a character is added or taken away.
    return get_lexer_by_name(language, stripnl=False, stripall=False, ensurenl=False, tabsize=0)
