"""How articles look, as written in massctl.yaml and campaign.yaml: a theme with its variables, and the brand kit."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)
from pydantic_core import PydanticCustomError

from massctl.model.ids import THEME_NAME_PATTERN
from massctl.model.strict import Strict

COLOUR_PATTERN = r"^#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"
"""A colour as `#rgb` or `#rrggbb`."""
SHARED_MARKDOWN_PATTERN = r"^_shared/[^\r\n]+\.md(?:\.j2)?$"
SHARED_FILE_PATTERN = r"^_shared/[^\r\n]+$"
FONT_SIZE_MIN = 15
FONT_SIZE_MAX = 18
"""Ours: pixels; smaller is hard to read on a phone, and larger leaves some 16 characters a line."""

ThemeName = Annotated[str, StringConstraints(pattern=THEME_NAME_PATTERN)]
Accent = Annotated[str, StringConstraints(pattern=COLOUR_PATTERN)]
SharedMarkdown = Annotated[str, StringConstraints(pattern=SHARED_MARKDOWN_PATTERN)]
SharedFile = Annotated[str, StringConstraints(pattern=SHARED_FILE_PATTERN)]
FontSize = Annotated[int, Field(ge=FONT_SIZE_MIN, le=FONT_SIZE_MAX)]
HeadingStyle = Literal["plain", "rule", "bar", "block", "centred"]
CodeStyle = Literal["light", "dark"]
CodeWrap = Literal["scroll", "wrap"]


class CodeSettings(Strict):
    """How blocks of code look; what is not said here is said further out, or by the theme."""

    style: CodeStyle | None = None
    """The colours of code: light, or dark."""
    wrap: CodeWrap | None = None
    """What becomes of a line that is wider than the screen: scroll (code moves sideways, the default), or wrap (it goes
    on below, under its indentation)."""
    bar: bool | None = None
    """Whether a bar with three dots stands above code, as on a window of a Mac."""

    @model_serializer(mode="wrap")
    def _as_short_as_written(self, full: SerializerFunctionWrapHandler) -> Any:
        """Return the style alone where nothing else is said, so that both spellings are one."""
        said = {key: value for key, value in full(self).items() if value is not None}
        return self.style if said.keys() == {"style"} else said

    def over(self, outer: "CodeSettings | None") -> Self:
        """Return these settings, with those of `outer` where they say nothing."""
        return self if outer is None else self.model_copy(update={**_said(outer), **_said(self)})


def _said(settings: Strict) -> dict[str, Any]:
    return {key: value for key, value in dict(settings).items() if value is not None}


def _code_block(written: Any) -> Any:
    """Read the name of a style as that style."""
    if isinstance(written, str):
        return {"style": written}
    if isinstance(written, dict | CodeSettings):
        return written
    raise PydanticCustomError("string_type", "neither a style nor keys")


CodeKey = Annotated[
    CodeSettings, BeforeValidator(_code_block, json_schema_input_type=CodeStyle | CodeSettings)
]
"""`code:`, either a style or keys."""


class ThemeSettings(Strict):
    """A theme, and variables that it honours; what is not said here is said further out, or by the theme."""

    name: ThemeName | None = None
    """NAME of campaigns/_shared/themes/NAME.css, or a built-in theme."""
    accent: Accent | None = None
    """The colour of the theme's marks, as #rrggbb. One that cannot be read in light and dark mode is a warning."""
    font_size: FontSize | None = None
    """The size of the text in pixels, 15 to 18; headings, captions and code follow."""
    line_height: Annotated[float, Field(ge=1.5, le=2.2)] | None = None
    """The height of a line as a multiple of its size, 1.5 to 2.2."""
    padding: Annotated[int, Field(ge=0, le=24)] | None = None
    """Pixels left and right of the text, beside the margin that WeChat has, 0 to 24."""
    gap: Annotated[float, Field(ge=0.5, le=2)] | None = None
    """The space after a paragraph as a multiple of its size, 0.5 to 2."""
    headings: HeadingStyle | None = None
    """The style of headings: plain, rule (a line above), bar (a bar at the left), block (white on the accent),
    centred."""
    code: CodeKey | None = None
    """How code looks: the style `light` or `dark`, or the keys `style`, `wrap` and `bar`."""

    @model_serializer(mode="wrap")
    def _as_short_as_written(self, full: SerializerFunctionWrapHandler) -> Any:
        """Return the name alone where nothing else is said, so that both spellings are one."""
        said = {key: value for key, value in full(self).items() if value is not None}
        return self.name if said.keys() == {"name"} else said

    @property
    def said(self) -> dict[str, Any]:
        """The keys that have a value."""
        return _said(self)

    def over(self, outer: "ThemeSettings | None") -> Self:
        """Return these settings, with those of `outer` where they say nothing."""
        if outer is None:
            return self
        said = {**outer.said, **self.said}
        if self.code is not None:
            said["code"] = self.code.over(outer.code)
        return self.model_copy(update=said)


def _theme_block(written: Any) -> Any:
    """Read a name as the theme of that name."""
    if isinstance(written, str):
        return {"name": written}
    if isinstance(written, dict | ThemeSettings):
        return written
    raise PydanticCustomError("string_type", "neither a name nor keys")


ThemeKey = Annotated[
    ThemeSettings, BeforeValidator(_theme_block, json_schema_input_type=ThemeName | ThemeSettings)
]
"""`theme:`, either a name or keys."""


class Brand(Strict):
    """What makes any theme the team's own; a campaign does without it by `brand: false`."""

    accent: Accent | None = None
    """The colour of every theme's marks, unless `theme` says another."""
    font_size: FontSize | None = None
    """The size of the text in pixels, 15 to 18, unless `theme` says another."""
    header: SharedMarkdown | None = None
    """A Markdown file in `_shared/` that stands before each Markdown article: .md or .md.j2."""
    footer: SharedMarkdown | None = None
    """A Markdown file in `_shared/` that stands after each Markdown article: .md or .md.j2."""
    logo: SharedFile | None = None
    """A picture in `_shared/` that stands above the header, in the middle."""

    @property
    def theme(self) -> ThemeSettings:
        """What it says to every theme."""
        return ThemeSettings(accent=self.accent, font_size=self.font_size)
