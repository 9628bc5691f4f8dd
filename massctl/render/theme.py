"""Resolve the themes of one campaign: find them by name, substitute their variables, find their pictures.

A theme may import others (`@import "qingshan";`). Their rules and variables come first, so that a team that only wants
its own colour sets one variable. The keys of `theme` in massctl.yaml and campaign.yaml come last: variables, and a
style of headings or code that replaces the theme's own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, get_args

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.model.diagnostics import CORRECT_THESE, Fault, Severity, first_told, more_faults
from massctl.model.frozen import Frozen
from massctl.model.ids import THEME_NAME_PATTERN, below_campaigns
from massctl.model.message import Picture
from massctl.model.near_name import NearNames
from massctl.model.phrase import Phrase, enumerated
from massctl.model.theme import CodeSettings, CodeStyle, HeadingStyle, ThemeSettings
from massctl.render.dark_mode import faded, parse, reads, tones, words_for
from massctl.render.inputs import Inputs
from massctl.render.paths import Pictures, is_at_wechat, placeholder
from massctl.render.theme_css import (
    ROOT,
    Base,
    Declaration,
    Rule,
    Sheet,
    fault_at,
    meant,
    read_sheet,
)

BUILT_IN = ("qingshan", "danmo", "zaobao", "zhaopai", "nuanyang")
"""The built-in themes; the first one is the default."""
DEFAULT = BUILT_IN[0]
HEADING_STYLES: tuple[str, ...] = get_args(HeadingStyle)
CODE_STYLES: tuple[str, ...] = get_args(CodeStyle)
PARTS = (
    "base",
    "blocks",
    *(f"headings-{each}" for each in HEADING_STYLES),
    *(f"code-{each}" for each in CODE_STYLES),
)
"""Style sheets beside them: the base, the blocks, and the styles that may replace a theme's own."""
OWN_FOLDER = "_shared/themes"
"""Where a repository keeps its own themes, from the campaigns folder."""
BASES_MAX = 8
"""Ours: how deep themes may import each other."""
_PROTOCOL = re.compile(r"^(?:https?:)?//", re.IGNORECASE)
_NAME = re.compile(THEME_NAME_PATTERN)
_At = tuple[str, Base]
"""The file that names a theme, and where."""
NODES_MAX = 20_000
"""Ours: pieces of values that are written for one theme; variables in variables may double them each time."""
_BLANK = {"comment": "", "whitespace": " "}
_LIKE = "var(--accent, #08684f)"
BUILT_IN_FOLDER = "massctl/"
"""The folder in the path of a built-in theme."""
_OPTIONS = "options"
"""Stands for a path: the keys of `theme` in massctl.yaml and campaign.yaml."""
_VARIABLES = {
    "font_size": ("--font-size", "{}px"),
    "line_height": ("--line-height", "{:g}"),
    "padding": ("--padding", "{}px"),
    "gap": ("--gap", "{:g}em"),
}
"""Key -> its variable, and how its value is written."""
_SHADES = {"--accent-soft": "1a", "--accent-line": "66"}
"""Variable -> its opacity where an accent is given."""
STANDARD = frozenset(
    [
        "--accent",
        "--accent-soft",
        "--accent-line",
        "--accent-text",
        "--quiet",
        "--line",
        "--tint",
        "--font-size",
        "--line-height",
        "--padding",
        "--gap",
    ]
)
"""The variables of the base, which a theme may set and not use."""
_TINT = "#8881"
"""The ground of boxes and code, on which the accent has to be read too."""
_REPLACED = {
    "headings": re.compile(r"(?:h[1-3](?: \.inner)?(?:\s*,\s*|$))+"),
    "code": re.compile(r"(?:(?:code|\.code(?:-[a-z]+)?|\.hl-[a-z]+)(?:\s*,\s*|$))+"),
}
"""Rules for nothing but these are left out where another style takes their place."""
PICTURE_MARK = "massctl-theme-picture-"
"""Stands before the number of a picture in a resolved theme; each campaign replaces it with its placeholder."""


class Reference(Frozen):
    """A picture as a theme's file names it."""

    written: str
    path: str
    """The theme's file, from the campaigns folder."""
    line: int
    column: int


class Resolved(Frozen):
    """A theme that can be inlined."""

    css: str
    pictures: tuple[Reference, ...]
    """What `massctl-theme-picture-0`, `-1` and so on in `css` stand for."""
    faults: tuple[Fault, ...]
    """Of variables; each with the path of its file."""


class _TooMuchError(Exception):
    """Stop writing: the variables expand to more than `NODES_MAX` pieces."""


@lru_cache(maxsize=64)
def resolved(files: tuple[tuple[str, str], ...]) -> Resolved:
    """Resolve a theme; `files` are path and text of each, bases before what begins with them."""
    sheets = [(path, read_sheet(text)) for path, text in files]
    variables = {each.name: (path, each) for path, sheet in sheets for each in sheet.variables}
    writer = _Writer(variables)
    rules: list[str] = []
    try:
        for path, rule in _rules(sheets):
            rules.append(f"{rule.selector}{{{writer.body(rule, path)}}}")
    except _TooMuchError:
        say = Phrase(
            "the variables of the theme expand to more than {limit} values", limit=f"{NODES_MAX:,}"
        )
        path = next(path for path, _ in reversed(files) if _is_house(path))
        writer.faults[path, 1, 1] = Fault("MC115", say, _PLAIN_VALUES, path=path, line=1, column=1)
    faults = (*writer.faults.values(), *_unused(sheets, variables), *_about_options(writer))
    return Resolved("\n".join(rules), tuple(writer.pictures), faults)


def _is_house(path: str) -> bool:
    return path != _OPTIONS and not path.startswith(BUILT_IN_FOLDER)


def _unused(
    sheets: Sequence[tuple[str, Sheet]], variables: Mapping[str, tuple[str, Declaration]]
) -> Iterator[Fault]:
    """Find the repository's variables that nothing names, misspelt ones before all."""
    values = [each.value for _, sheet in sheets for each in sheet.variables]
    values += [
        each.value for _, sheet in sheets for rule in sheet.rules for each in rule.declarations
    ]
    named = {name for value in values for name in _named(value)}
    searches = NearNames()
    for name, (path, each) in variables.items():
        if name in named or name in STANDARD or not _is_house(path):
            continue
        near = meant(name, STANDARD | named, searches)
        say = Phrase("nothing in the theme uses the variable `{name}`", name=name)
        hint = near or Phrase("take it out, or use it")
        severity = Severity.WARNING if near else Severity.INFO
        yield Fault("MC115", say, hint, severity, path, each.line, each.column, width=len(name))


def _named(nodes: Iterable[Any]) -> Iterator[str]:
    """Yield the words in the brackets of a value that may be names of variables."""
    for node in nodes:
        if node.type == "ident" and node.value.startswith("--"):
            yield node.value
        yield from _named(getattr(node, "arguments", None) or getattr(node, "content", None) or ())


def _rules(sheets: Sequence[tuple[str, Sheet]]) -> Iterator[tuple[str, Rule]]:
    """Yield the rules that take effect, without those that a style of headings or code replaces."""
    for number, (path, sheet) in enumerate(sheets):
        later = {
            name.removeprefix(BUILT_IN_FOLDER).partition("-")[0] for name, _ in sheets[number + 1 :]
        }
        replaced = [pattern for kind, pattern in _REPLACED.items() if kind in later]
        for rule in sheet.rules:
            if not any(pattern.fullmatch(rule.selector) for pattern in replaced):
                yield path, rule


def _about_options(writer: "_Writer") -> Iterator[Fault]:
    """Find an unreadable accent in massctl.yaml or campaign.yaml, and variables that the theme does not use."""
    given = {name: each for name, (path, each) in writer.variables.items() if path == _OPTIONS}
    for name in given:
        if name not in writer.used and name not in _SHADES:
            yield Fault(
                "MC115",
                Phrase("the theme has no variable `{name}`, so this changes nothing", name=name),
                Phrase("take it out, or use it in the theme"),
                Severity.INFO,
                option=name.removeprefix("--").replace("-", "_"),
            )
    found = [each for pair in writer.accented if (each := faded(*pair)) is not None]
    if found:
        worst = min(found, key=lambda each: each.contrast)
        accent = "".join(each.serialize() for each in given["--accent"].value)
        say, hint = words_for(
            accent, replace(worst, better=_better_accent(accent, writer.accented)), is_accent=True
        )
        yield Fault("MC117", say, hint, Severity.WARNING, option="accent")


def _better_accent(accent: str, pairs: Iterable[tuple[str, str]]) -> str | None:
    """Return the nearest tone of an accent that is readable wherever the theme uses it, or None."""
    for tone in tones(accent):
        if all(
            reads(text.replace(accent, tone), ground.replace(accent, tone))
            for text, ground in pairs
        ):
            return tone
    return None


_PLAIN_VALUES = Phrase("give variables plain values instead of other variables")


class _Writer(Struct):
    """Writes values as CSS."""

    variables: Mapping[str, tuple[str, Declaration]]
    pictures: list[Reference] = field(default_factory=list)
    faults: dict[tuple[str, int, int], Fault] = field(default_factory=dict)
    """By place: a variable that is used twice has its faults once."""
    used: set[str] = field(default_factory=set)
    """The variables that rules name."""
    accented: list[tuple[str, str]] = field(default_factory=list)
    """Text and ground, one of which is the accent of massctl.yaml or campaign.yaml."""
    _open: list[str] = field(default_factory=list)
    """The variables whose values are being written."""
    _sources: list[tuple[str, Declaration]] = field(default_factory=list)
    """Where the value at hand is set: its own place, and then the variables that it names."""
    _optional: bool = False
    """Whether the value at hand is from massctl.yaml or campaign.yaml, at least in part."""
    _left: int = NODES_MAX
    _near: NearNames = field(default_factory=NearNames)

    def body(self, rule: Rule, path: str) -> str:
        """Write the declarations of a rule in the file `path`, and check the contrast of its text."""
        written: dict[str, tuple[str, str, Declaration]] = {}
        accented = False
        for each in rule.declarations:
            self._sources = [(path, each)]
            self._optional = False
            value = self.value(each, path)
            written[each.name] = value, *self._sources[-1]
            accented |= self._optional and each.name in ("color", "background", "background-color")
        self._look_at(written, accented=accented)
        return ";".join(f"{name}:{value}" for name, (value, *_) in written.items())

    def value(self, declaration: Declaration, path: str) -> str:
        """Write the value of a declaration in the file `path`."""
        return self._text(declaration.value, path).strip()

    def _look_at(
        self, written: Mapping[str, tuple[str, str, Declaration]], *, accented: bool
    ) -> None:
        """Report an unreadable colour that the repository set; tests check those of the built-in themes."""
        if "color" not in written:
            return
        grounds = [
            each for name, each in written.items() if name in ("background", "background-color")
        ]
        ground = grounds[-1] if grounds else None
        colour = written["color"][0]
        found = faded(colour, ground[0] if ground else "")
        places = [
            (path, each) for _, path, each in (written["color"], *([ground] if ground else []))
        ]
        place = next(
            ((path, each) for path, each in places if not path.startswith(BUILT_IN_FOLDER)), None
        )
        if accented:
            self.accented += [(colour, ground[0])] if ground else [(colour, ""), (colour, _TINT)]
        elif found is not None and place is not None:
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
            return self._fault(
                node,
                path,
                Phrase("`var()` needs the name of a variable, and optionally a fallback value"),
                Phrase("write {example}", example=_LIKE),
            )
        if name in self._open:
            return self._fault(
                node,
                path,
                Phrase("the variable `{name}` refers to itself", name=name),
                _PLAIN_VALUES,
            )
        self.used.add(name)
        if name in self.variables:
            where, declaration = self.variables[name]
            self._optional |= where == _OPTIONS
            if not self._open:
                self._sources.append((where, declaration))
            self._open.append(name)
            written = self.value(declaration, where)
            self._open.pop()
            return written
        if has_fallback:
            return self._text(given[given.index(words[1]) + 1 :], path).strip()
        hint = meant(name, self.variables, self._near) or Phrase("set it in `:root`")
        return self._fault(
            node, path, Phrase("the variable `{name}` has no value", name=name), hint
        )

    def _fault(self, node: Any, path: str, message: Phrase, hint: Phrase) -> str:
        fault = replace(fault_at(node, "MC115", message, hint, width=len("var(")), path=path)
        self.faults.setdefault((path, node.source_line, node.source_column), fault)
        return ""


def quoted(text: str) -> str:
    """Write a string in single quotation marks, since double ones stand around the attribute that it goes into."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\a ")
    return f"'{escaped}'"


def _told(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield the first faults of each file, errors before all, and how many others there are."""
    by_file: dict[str | None, dict[Fault, None]] = {}
    for fault in faults:
        by_file.setdefault(fault.path, {})[fault] = None
    for of_file in by_file.values():
        told, others = first_told(
            of_file, lambda each: (each.severity is not Severity.ERROR, each.line or 0)
        )
        yield from told
        if others:
            last = told[-1]
            more = more_faults(others)
            yield Fault(
                last.code, more, CORRECT_THESE, Severity.INFO, last.path, last.line, last.column
            )


class Theme(Frozen):
    """A theme as one campaign uses it."""

    css: str = ""
    """For elements inside `.article`; complete only where no fault is an error."""
    faults: tuple[Fault, ...] = ()
    """Those without a path are of a key of `theme`."""
    sources: dict[str, str] = field(default_factory=dict)
    """The repository's files that it was made from, by path from the campaigns folder."""
    pictures: tuple[tuple[str, Picture], ...] = ()
    """What it may show: the picture as written, and what was found. An article may use none of them."""

    def with_paths(self, own: str) -> str:
        """Return its CSS, with paths to pictures as an article of the campaign in the folder `own` writes them."""
        css = self.css
        for _, picture in self.pictures:
            path = below_campaigns(picture.path).removeprefix(f"{own}/")
            css = css.replace(f"({placeholder(picture)})", f"({quoted(path)})")
        return css


class Themes:
    """Finds themes for one campaign."""

    def __init__(self, inputs: Inputs, pictures: Pictures) -> None:
        self._inputs = inputs
        self._pictures = pictures
        self._found: dict[ThemeSettings, Theme] = {}

    def is_used(self, settings: ThemeSettings) -> bool:
        """Return whether an article uses these settings."""
        return any(_choices(settings) & _choices(each) for each in self._found)

    def find(self, settings: ThemeSettings) -> Theme:
        """Return the theme of these settings; its faults are in it."""
        if settings not in self._found:
            self._found[settings] = self._made(settings)
        return self._found[settings]

    def _made(self, settings: ThemeSettings) -> Theme:
        reading = _Reading(self._inputs)
        reading.read(settings.name or DEFAULT, None)
        reading.read_options(settings)
        files = tuple(reading.files.items())
        faults = list(reading.faults)
        for path, text in files:
            faults += [replace(fault, path=path) for fault in read_sheet(text).faults]
        found = resolved(files)
        faults += found.faults
        css = found.css
        pictures = []
        for number, reference in enumerate(found.pictures):
            shown = self._picture(reference)
            if isinstance(shown, Fault):
                faults.append(shown)
                continue
            written, picture = shown
            css = css.replace(f"({PICTURE_MARK}{number})", f"({written})", 1)
            pictures += [(reference.written, picture)] if picture is not None else []
        if any(each.severity is Severity.ERROR for each in faults):
            # What could not be read may use the variables that nothing else does.
            faults = [
                each for each in faults if each.code != "MC115" or each.severity is Severity.ERROR
            ]
        sources = {path: text for path, text in files if path.startswith(OWN_FOLDER)}
        return Theme(css, tuple(_told(faults)), sources, tuple(pictures))

    def _picture(self, reference: Reference) -> tuple[str, Picture | None] | Fault:
        """Find a picture as an article would, from the theme's file; it is not used before an article shows it."""
        if is_at_wechat(reference.written):
            return _PROTOCOL.sub("https://", reference.written), None
        found = self._pictures.look_for(reference.written, reference.path, "inline")
        if isinstance(found, Fault):
            fault = found
            return replace(
                fault,
                path=reference.path,
                line=reference.line,
                column=reference.column,
                width=len("url("),
            )
        return placeholder(found), found


def _choices(settings: ThemeSettings) -> set[tuple[str, object]]:
    """Return the choices of settings, those of code one by one."""
    return {*settings.said.items(), *(dict(settings.code).items() if settings.code else ())} - {
        (key, None) for key in CodeSettings.model_fields
    }


class _Reading:
    """Read the files of a theme: first those that it imports, then its own."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self.files: dict[str, str] = {}
        """Path and text, in the order in which they take effect."""
        self.faults: list[Fault] = []
        self._open: list[str] = []

    def read(self, name: str, at: _At | None) -> None:
        """Read the theme `name`; `at` is the `@import` that names it, None for campaign.yaml and massctl.yaml."""
        path = f"{OWN_FOLDER}/{name}.css"
        if path in self._open or len(self._open) > BASES_MAX:
            self._refuse_import(name, path, at)
            return
        text = self._inputs.template(path) if _NAME.fullmatch(name) else None
        if isinstance(text, str):
            self._read_house(name, path, text, at)
        elif text is not None and text.code != "MC105":
            self._say(at, text.code, text.message, text.hint)
        else:
            self._read_built_in(name, at)

    def _refuse_import(self, name: str, path: str, at: _At | None) -> None:
        """Return why an `@import` cannot be followed: its theme is being read already, or lies too deep."""
        if path not in self._open:
            self._say(
                at,
                "MC111",
                Phrase("themes import each other more than {limit} deep", limit=BASES_MAX),
                Phrase("import a theme that is less deep"),
            )
        elif path == self._open[-1]:
            self._say(
                at,
                "MC111",
                Phrase("the theme `{name}` imports itself", name=name),
                Phrase("remove this `@import`; to begin with another theme, write that one's name"),
            )
        else:
            names = [
                each.removeprefix(f"{OWN_FOLDER}/").removesuffix(".css") for each in self._open
            ]
            circle = " → ".join([*names[self._open.index(path) :], name])
            self._say(
                at,
                "MC111",
                Phrase("themes import each other in a cycle: {themes}", themes=circle),
                Phrase("remove one `@import` from the cycle"),
            )

    def _read_house(self, name: str, path: str, text: str, at: _At | None) -> None:
        if name in BUILT_IN and at is None:
            self.faults.append(
                Fault(
                    "MC116",
                    Phrase(
                        "the theme `{name}` is yours; the built-in one of that name is not used",
                        name=name,
                    ),
                    Phrase("to use both, give your theme another name"),
                    Severity.INFO,
                    path,
                    line=1,
                    column=1,
                )
            )
        # One spelling of line ends, as for articles.
        plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self._open.append(path)
        for base in read_sheet(plain).bases:
            # A repository's theme may import the built-in theme whose name it has.
            is_replaced = base.name == name and self._inputs.stylesheet(name) is not None
            read = self._read_built_in if is_replaced else self.read
            read(base.name, (path, base))
        self._open.pop()
        self.files[path] = plain

    def read_options(self, settings: ThemeSettings) -> None:
        """Read the styles and variables that take the place of the theme's own."""
        for part in (
            f"headings-{settings.headings}",
            f"code-{settings.code and settings.code.style}",
        ):
            if part in PARTS:
                self._read_built_in(part, None)
        said = [
            f"{variable}:{form.format(value)}"
            for key, (variable, form) in _VARIABLES.items()
            if (value := getattr(settings, key)) is not None
        ]
        accent = parse(settings.accent or "")
        if accent is not None:
            said += [
                f"--accent:{accent.css}",
                *(f"{name}:{accent.css}{alpha}" for name, alpha in _SHADES.items()),
            ]
        if said:
            self.files[_OPTIONS] = f"{ROOT}{{{';'.join(said)}}}"

    def _read_built_in(self, name: str, at: _At | None) -> None:
        css = self._inputs.stylesheet(name)
        if css is not None:
            for base in read_sheet(css).bases:
                self._read_built_in(base.name, at)
            self.files[f"{BUILT_IN_FOLDER}{name}.css"] = css
            return
        known = sorted({*BUILT_IN, *self._inputs.own_themes()})
        hint = meant(name, known, NearNames()) or Phrase("write one of these names")
        self._say(
            at,
            "MC111",
            Phrase(
                "there is no theme `{name}`; available: {known}", name=name, known=enumerated(known)
            ),
            hint,
        )

    def _say(self, at: _At | None, code: str, message: Phrase, hint: Phrase | None = None) -> None:
        if at is None:
            self.faults.append(Fault(code, message, hint, option="name"))
            return
        path, base = at
        width = len(base.name) + 2
        self.faults.append(
            Fault(code, message, hint, path=path, line=base.line, column=base.column, width=width)
        )
