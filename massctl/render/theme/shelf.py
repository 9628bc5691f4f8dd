"""The themes of one campaign: found by name, resolved once, with their pictures found by the rules of articles."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from massctl.model.diagnostics import Severity
from massctl.model.ids import THEME_NAME_PATTERN
from massctl.model.message import Picture
from massctl.model.phrase import Phrase, enumerated
from massctl.render.fault import Fault
from massctl.render.inputs import Inputs, Problem
from massctl.render.paths import is_at_wechat
from massctl.render.pictures import Pictures, placeholder
from massctl.render.theme.sheet import Base, read_sheet
from massctl.render.theme.values import BUILT_IN_FOLDER, PICTURE_MARK, Reference, quoted, resolved

BUILT_IN: Final = ("qingshan", "danmo")
"""The themes that come along; the first one is taken where nothing is said."""
DEFAULT: Final = BUILT_IN[0]
BLOCKS: Final = "blocks"
"""The file with the rules of blocks that all built-in themes share; each theme's own rules come behind it."""
HOUSE_FOLDER: Final = "_shared/themes"
"""Where a house keeps its own, from the campaigns folder."""
BASES_MAX: Final = 8
"""Ours: themes that one begins with, and those begin with."""
_PROTOCOL: Final = re.compile(r"^(?:https?:)?//", re.IGNORECASE)
_NAME: Final = re.compile(THEME_NAME_PATTERN)
_At = tuple[str, Base]
"""The file that names a theme, and where."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme as one campaign uses it."""

    css: str = ""
    """For elements inside `.article`; complete only where no fault is an error."""
    faults: tuple[Fault, ...] = ()
    """Those without a path concern its name."""
    sources: dict[str, str] = field(default_factory=dict)
    """The house's files that it was made from, by path from the campaigns folder."""
    pictures: tuple[tuple[str, Picture], ...] = ()
    """What it may show: the picture as written, and what was found. An article may use none of them."""

    def with_paths(self, campaign: str) -> str:
        """Give its CSS with pictures by their paths, as an article of `campaign` would write them."""
        css = self.css
        for _, picture in self.pictures:
            path = picture.path.removeprefix("campaigns/").removeprefix(f"{campaign}/")
            css = css.replace(f"({placeholder(picture)})", f"({quoted(path)})")
        return css


class Themes:
    """Finds themes for one campaign."""

    def __init__(self, inputs: Inputs, pictures: Pictures, usual: str | None = None) -> None:
        self.usual: Final = usual or DEFAULT
        """The name of the theme of articles that name none."""
        self._inputs = inputs
        self._pictures = pictures
        self._found: dict[str, Theme] = {}

    def is_used(self, name: str) -> bool:
        """Say whether an article was shown in the theme of that name."""
        return name in self._found

    def find(self, name: str) -> Theme:
        """Give the theme of that name, or what is wrong with it."""
        if name not in self._found:
            self._found[name] = self._made(name)
        return self._found[name]

    def _made(self, name: str) -> Theme:
        reading = _Reading(self._inputs)
        reading.read(name, None)
        files = tuple(reading.files.items())
        faults = list(reading.faults)
        for path, text in files:
            faults += [replace(fault, path=path) for fault in read_sheet(text).faults]
        found = resolved(files)
        faults += found.faults
        css, pictures = found.css, []
        for number, reference in enumerate(found.pictures):
            shown = self._picture(reference)
            if isinstance(shown, Fault):
                faults.append(shown)
                continue
            written, picture = shown
            css = css.replace(f"({PICTURE_MARK}{number})", f"({written})", 1)
            pictures += [(reference.written, picture)] if picture is not None else []
        sources = {path: text for path, text in files if path.startswith(HOUSE_FOLDER)}
        return Theme(css, tuple(dict.fromkeys(faults)), sources, tuple(pictures))

    def _picture(self, reference: Reference) -> tuple[str, Picture | None] | Fault:
        """Find a picture as an article would, from the theme's file; it is not used before an article shows it."""
        if is_at_wechat(reference.written):
            return _PROTOCOL.sub("https://", reference.written), None
        found = self._pictures.look_for(reference.written, reference.path, "inline")
        if isinstance(found, Problem):
            fault = Fault.of(found)
            return replace(fault, path=reference.path, line=reference.line, column=reference.column, width=len("url("))
        return placeholder(found), found


class _Reading:
    """Reads a theme's file, and before it those that it begins with."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self.files: dict[str, str] = {}
        """Path and text, in the order in which they take effect."""
        self.faults: list[Fault] = []
        self._open: list[str] = []

    def read(self, name: str, at: _At | None) -> None:
        """Read `name`, which the file in `at` names; None: campaign.yaml or massctl.yaml does."""
        path = f"{HOUSE_FOLDER}/{name}.css"
        if path in self._open or len(self._open) > BASES_MAX:
            say = Phrase("themes import each other in a cycle, or more than {limit} deep", limit=BASES_MAX)
            self._say(at, "MC111", say, Phrase("remove one `@import` from the cycle"))
            return
        text = self._inputs.template(path) if _NAME.fullmatch(name) else None
        if isinstance(text, str):
            self._read_house(name, path, text, at)
        elif text is not None and text.code != "MC105":
            self._say(at, text.code, text.message, text.hint)
        else:
            self._read_built_in(name, at)

    def _read_house(self, name: str, path: str, text: str, at: _At | None) -> None:
        if name in BUILT_IN and at is None:
            say = Phrase("the theme `{name}` is yours; the built-in one of that name is not used", name=name)
            hint = Phrase("to use both, give your theme another name")
            self.faults.append(Fault("MC116", say, hint, severity=Severity.INFO))
        # One spelling of line ends, as for articles.
        plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self._open.append(path)
        for base in read_sheet(plain).bases:
            # A house theme of a built-in's name may begin with what it takes the place of.
            read = self._read_built_in if base.name == name else self.read
            read(base.name, (path, base))
        self._open.pop()
        self.files[path] = plain

    def _read_built_in(self, name: str, at: _At | None) -> None:
        css = self._inputs.stylesheet(name) if name in BUILT_IN else None
        if css is not None:
            self.files.setdefault(f"{BUILT_IN_FOLDER}{BLOCKS}.css", self._inputs.stylesheet(BLOCKS) or "")
            self.files[f"{BUILT_IN_FOLDER}{name}.css"] = css
            return
        known = sorted({*BUILT_IN, *self._inputs.house_themes()})
        from difflib import get_close_matches  # Only a fault needs it.

        near = get_close_matches(name, known, 1)
        hint = Phrase("did you mean `{name}`?", name=near[0]) if near else Phrase("write one of these names")
        say = Phrase("there is no theme `{name}`; available: {known}", name=name, known=enumerated(known))
        self._say(at, "MC111", say, hint)

    def _say(self, at: _At | None, code: str, message: Phrase, hint: Phrase | None = None) -> None:
        if at is None:
            self.faults.append(Fault(code, message, hint))
            return
        path, base = at
        width = len(base.name) + 2
        self.faults.append(Fault(code, message, hint, path=path, line=base.line, column=base.column, width=width))
