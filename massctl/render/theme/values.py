"""A theme's rules with every variable's value in its place, and its pictures as references.

A theme may begin with others (`@import "qingshan";`): their rules come first and their variables are set first, so
that a house that only wants its own colour sets one variable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.theme.keepable import fault_at
from massctl.render.theme.readable import faded, words_for
from massctl.render.theme.sheet import Declaration, Rule, read_sheet

NODES_MAX: Final = 20_000
"""Ours: pieces of values that are written for one theme, since variables of variables may double each time."""
_BLANK: Final = {"comment": "", "whitespace": " "}
_LIKE: Final = "var(--accent, #08684f)"
BUILT_IN_FOLDER: Final = "massctl/"
"""Before the name of a built-in theme's file."""
PICTURE_MARK: Final = "massctl-theme-picture-"
"""Before the number of a picture in a resolved theme; what stands for it is found in the campaign that uses it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture as a theme's file names it."""

    written: str
    path: str
    """The theme's file, from the campaigns folder."""
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """A theme that can be inlined."""

    css: str
    pictures: tuple[Reference, ...]
    """What `massctl-theme-picture-0`, `-1` and so on in `css` stand for."""
    faults: tuple[Fault, ...]
    """Of variables; each with the path of its file."""


class _TooMuchError(Exception):
    """Stop writing: values grow beyond all measure."""


@lru_cache(maxsize=64)
def resolved(files: tuple[tuple[str, str], ...]) -> Resolved:
    """Resolve a theme; `files` are path and text of each, bases before what begins with them."""
    sheets = [(path, read_sheet(text)) for path, text in files]
    variables = {each.name: (path, each) for path, sheet in sheets for each in sheet.variables}
    writer = _Writer(variables)
    rules: list[str] = []
    try:
        for path, sheet in sheets:
            rules += [f"{rule.selector}{{{writer.body(rule, path)}}}" for rule in sheet.rules]
    except _TooMuchError:
        say = Phrase("the variables of the theme stand for more than {limit} pieces of values", limit=f"{NODES_MAX:,}")
        writer.faults[files[-1][0], 1, 1] = Fault("MC115", say, _PLAIN_VALUES, path=files[-1][0], line=1, column=1)
    return Resolved("\n".join(rules), tuple(writer.pictures), tuple(writer.faults.values()))


_PLAIN_VALUES: Final = Phrase("give variables plain values in place of other variables")


@dataclass
class _Writer:
    """Writes values as CSS."""

    variables: Mapping[str, tuple[str, Declaration]]
    pictures: list[Reference] = field(default_factory=list)
    faults: dict[tuple[str, int, int], Fault] = field(default_factory=dict)
    """By place: a variable that is used twice has its faults once."""
    _open: list[str] = field(default_factory=list)
    """The variables whose values are being written."""
    _sources: list[tuple[str, Declaration]] = field(default_factory=list)
    """Where the value at hand is set: its own place, and then the variables that it names."""
    _left: int = NODES_MAX

    def body(self, rule: Rule, path: str) -> str:
        """Write the declarations of a rule in the file `path`, and look whether its words can be read."""
        written: dict[str, tuple[str, str, Declaration]] = {}
        for each in rule.declarations:
            self._sources = [(path, each)]
            value = self.value(each, path)
            written[each.name] = value, *self._sources[-1]
        self._look_at(written)
        return ";".join(f"{name}:{value}" for name, (value, *_) in written.items())

    def value(self, declaration: Declaration, path: str) -> str:
        """Write the value of a declaration in the file `path`."""
        return self._text(declaration.value, path).strip()

    def _look_at(self, written: Mapping[str, tuple[str, str, Declaration]]) -> None:
        """Tell of a colour that fades, where the house has set it: those of built-in themes were looked at."""
        if "color" not in written:
            return
        grounds = [each for name, each in written.items() if name in ("background", "background-color")]
        ground = grounds[-1] if grounds else None
        colour = written["color"][0]
        found = faded(colour, ground[0] if ground else "")
        places = [(path, each) for _, path, each in (written["color"], *([ground] if ground else []))]
        place = next(((path, each) for path, each in places if not path.startswith(BUILT_IN_FOLDER)), None)
        if found is not None and place is not None:
            path, each = place
            say, hint = words_for(colour, found)
            at = path, each.line, each.column
            fault = Fault("MC117", say, hint, Severity.WARNING, *at, width=len(each.name))
            self.faults.setdefault(at, fault)

    def _text(self, nodes: Sequence[Any], path: str) -> str:
        return "".join([self._one(node, path) for node in nodes])

    def _one(self, node: Any, path: str) -> str:
        self._left -= 1
        if self._left < 0:
            raise _TooMuchError
        if node.type == "function":
            return self._function(node, path)
        if node.type == "() block":
            return f"({self._text(node.content, path)})"
        if node.type == "url":
            return self._picture(node.value, node, path)
        if node.type == "string":
            return quoted(node.value)
        return _BLANK[node.type] if node.type in _BLANK else str(node.serialize())

    def _function(self, node: Any, path: str) -> str:
        if node.lower_name == "var":
            return self._variable(node, path)
        if node.lower_name == "url":
            given = [each.value for each in node.arguments if each.type == "string"]
            return self._picture("".join(given), node, path)
        return f"{node.name}({self._text(node.arguments, path).strip()})"

    def _picture(self, written: str, node: Any, path: str) -> str:
        self.pictures.append(Reference(written, path, node.source_line, node.source_column))
        return f"url({PICTURE_MARK}{len(self.pictures) - 1})"

    def _variable(self, node: Any, path: str) -> str:
        given = [each for each in node.arguments if each.type != "comment"]
        words = [each for each in given if each.type != "whitespace"]
        name = words[0].value if words and words[0].type == "ident" else ""
        has_fallback = len(words) > 1 and words[1] == ","
        if not name.startswith("--") or (len(words) > 1 and not has_fallback):
            say = Phrase("`var()` takes the name of a variable, and a value to fall back on")
            return self._fault(node, path, say, Phrase("write {example}", example=_LIKE))
        if name in self._open:
            return self._fault(node, path, Phrase("the variable `{name}` is made of itself", name=name), _PLAIN_VALUES)
        if name in self.variables:
            where, declaration = self.variables[name]
            if not self._open:
                self._sources.append((where, declaration))
            self._open.append(name)
            written = self.value(declaration, where)
            self._open.pop()
            return written
        if has_fallback:
            return self._text(given[given.index(words[1]) + 1 :], path).strip()
        from difflib import get_close_matches  # Only a fault needs it.

        near = get_close_matches(name, sorted(self.variables), 1)
        hint = Phrase("did you mean `{name}`?", name=near[0]) if near else Phrase("set it in `:root`")
        return self._fault(node, path, Phrase("the variable `{name}` has no value", name=name), hint)

    def _fault(self, node: Any, path: str, message: Phrase, hint: Phrase) -> str:
        fault = replace(fault_at(node, "MC115", message, hint, width=len("var(")), path=path)
        self.faults.setdefault((path, node.source_line, node.source_column), fault)
        return ""


def quoted(text: str) -> str:
    """Write a string in single quotation marks, since double ones stand around the attribute that it goes into."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\a ")
    return f"'{escaped}'"
