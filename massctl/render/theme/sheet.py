"""One theme's file as values: its variables and rules, and every fault that needs no other file to be seen.

WeChat takes styles only in `style` attributes, so a theme is what can be written there: no at-rule, no state of a
pointer, no pseudo element. Whatever would be lost on the way is a fault at its place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from massctl.model.diagnostics import Lines
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.theme.keepable import declaration_faults, fault_at, selector_faults

CHARACTERS_MAX: Final = 60_000
"""Ours: of a theme's file; the built-in ones have some 5,000."""
DEPTH_MAX: Final = 30
"""Ours: brackets inside each other; what writes them again calls itself for each."""
FAULTS_MAX: Final = 50
"""Ours: faults told of one file; who reads fifty knows the rest."""
ROOT: Final = ":root"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One property with its value as the parser read it."""

    name: str
    """In small letters, but a variable's (`--Name`) as written."""
    value: tuple[Any, ...]
    """Component values of tinycss2."""
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Rule:
    """Declarations for whatever a selector finds."""

    selector: str
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """Another theme that this one begins with: `@import "name";`."""

    name: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A theme's file, read; faults have a line and a column and no path yet."""

    bases: tuple[Base, ...] = ()
    variables: tuple[Declaration, ...] = ()
    rules: tuple[Rule, ...] = ()
    faults: tuple[Fault, ...] = ()


@lru_cache(maxsize=64)
def read_sheet(text: str) -> Sheet:
    """Read a theme's text, whose lines end with a line feed."""
    refusal = _refusal(text)
    if refusal is not None:
        return Sheet(faults=(refusal,))
    # A parser that only themes need.
    import tinycss2

    reader = _Reader(Lines(text), text)
    for node in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        reader.top(node)
    faults = sorted(reader.faults, key=lambda fault: (fault.line or 0, fault.column or 0))[:FAULTS_MAX]
    return Sheet(tuple(reader.bases), tuple(reader.variables), tuple(reader.rules), tuple(faults))


def _refusal(text: str) -> Fault | None:
    """Say why a text is not even parsed, where it is not."""
    if len(text) > CHARACTERS_MAX:
        say = Phrase("the theme is longer than {limit} characters", limit=f"{CHARACTERS_MAX:,}")
        return Fault("MC112", say, Phrase("take out the rules that no article uses"), line=1, column=1)
    depth = 0
    for at, character in enumerate(text):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth = max(0, depth - 1)
        if depth > DEPTH_MAX:
            line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            say = Phrase("more than {limit} brackets inside each other", limit=DEPTH_MAX)
            return Fault("MC112", say, Phrase("is one never closed?"), line=line, column=column)
    return None


class _Reader:
    """Sorts what the parser gives."""

    def __init__(self, lines: Lines, text: str) -> None:
        self._lines = lines
        self._text = text
        self.bases: list[Base] = []
        self.variables: list[Declaration] = []
        self.rules: list[Rule] = []
        self.faults: list[Fault] = []

    def top(self, node: Any) -> None:
        """Take one piece of the file."""
        if node.type == "qualified-rule":
            self._rule(node)
        elif node.type == "at-rule":
            self._at_rule(node)
        else:
            self._broken(node, Phrase("a selector with declarations in braces is due here"))

    def _at_rule(self, node: Any) -> None:
        name = node.lower_at_keyword
        if name == "charset":
            return  # The file is UTF-8 whatever it says.
        if name == "import":
            self._import(node)
            return
        say = Phrase("`@{name}` does not reach WeChat, which takes styles only on elements", name=name)
        hint = Phrase("write what shall always hold as an ordinary rule, and take `@{name}` out", name=name)
        self.faults.append(fault_at(node, "MC113", say, hint, width=len(name) + 1))

    def _import(self, node: Any) -> None:
        given = [each for each in node.prelude if each.type not in ("whitespace", "comment")]
        if len(given) != 1 or given[0].type != "string" or node.content is not None:
            say = Phrase("`@import` takes the name of another theme in quotation marks, and nothing else")
            hint = Phrase('write `@import "{name}";`', name="qingshan")
            self.faults.append(fault_at(node, "MC113", say, hint, width=len("@import")))
        elif self.rules or self.variables:
            say = Phrase("`@import` stands before everything else, since what comes later wins")
            self.faults.append(fault_at(node, "MC113", say, Phrase("move it to the top"), width=len("@import")))
        else:
            self.bases.append(Base(given[0].value, given[0].source_line, given[0].source_column))

    def _rule(self, node: Any) -> None:
        import tinycss2

        selector = _written([each for each in node.prelude if each.type != "comment"]).strip()
        found = list(tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))
        declarations = tuple(self._declarations(found, is_root=selector == ROOT))
        if selector == ROOT:
            return
        faults = list(selector_faults(node, selector))
        self.faults += faults
        if declarations and not faults:
            self.rules.append(Rule(selector, declarations))

    def _declarations(self, found: Sequence[Any], *, is_root: bool) -> Iterator[Declaration]:
        for each in found:
            if each.type != "declaration":
                self._no_declaration(each)
                continue
            is_variable = each.name.startswith("--")
            faults = list(declaration_faults(each, is_root=is_root, is_variable=is_variable))
            self.faults += faults
            if faults:
                continue
            name = each.name if is_variable else each.lower_name
            declaration = Declaration(name, tuple(each.value), each.source_line, each.source_column)
            if is_variable:
                self.variables.append(declaration)
            else:
                yield declaration

    def _no_declaration(self, node: Any) -> None:
        if node.type == "error":
            self._broken(node, Phrase("a property, a colon and a value are due here"))
            return
        say = Phrase("a rule inside a rule is not carried out here")
        hint = Phrase("write it on its own, with the whole selector in front")
        self.faults.append(fault_at(node, "MC113", say, hint))

    def _broken(self, node: Any, message: Phrase) -> None:
        """Say what is due instead of what the parser could not read; it gives the end of it, and people look for its
        beginning.
        """
        at = self._lines.bounds(node.source_line)[0] + node.source_column - 1
        start = max(self._text.rfind(mark, 0, at) for mark in ";{}") + 1
        piece = self._text[start : max(at, start) + 1]
        start += len(piece) - len(piece.lstrip())
        line, column = self._lines.at(start)
        width = len(piece.strip().split("\n", 1)[0])
        hint = Phrase("is a bracket, a colon or a semicolon missing?")
        self.faults.append(Fault("MC112", message, hint, line=line, column=column, width=width or None))


def _written(nodes: Sequence[Any]) -> str:
    import tinycss2

    return str(tinycss2.serialize(nodes))
