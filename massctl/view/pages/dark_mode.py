"""What WeChat's dark mode makes of the colours of an article.

Written after the engine that WeChat publishes. Source: github.com/wechatjs/mp-darkmode, src/modules/sdk.js and
constant.js, read 2026-11. The result stands in the same body beside the colours of the day, as
`light-dark(day, night)`, so that one page shows both. Not covered: background pictures are not judged by where they
lie, only by what they are around, and what styles do to drawings (SVG), which the engine leaves alone too.
"""

import re
from collections.abc import Callable
from html import escape

from msgspec.structs import replace

from massctl.model.frozen import Frozen
from massctl.render.dark_mode import (
    COLOUR,
    NIGHT_GROUND,
    Colour,
    ground_by_night,
    parse,
    read,
    text_by_night,
)
from massctl.render.html_scan import Edit, Tag, edited, tags
from massctl.render.tree import VOID

DAY_TEXT = Colour(0x19, 0x19, 0x19)
DAY_LINK = Colour(0x57, 0x6B, 0x95)
_ALPHA_MIN = 0.05
"""A colour that is less opaque is left alone."""

_GROUNDS = frozenset({"background", "background-color", "background-image"})
_TEXTS = frozenset(
    {
        "color",
        "-webkit-text-fill-color",
        "-webkit-text-stroke-color",
        "text-decoration",
        "text-decoration-color",
    }
)
_EDGES = re.compile(
    r"border(?:-(?:top|right|bottom|left|block|inline)(?:-start|-end)?)?(?:-color)?"
)
_LINES = frozenset({"outline", "outline-color", "box-shadow", "column-rule", "column-rule-color"})
_DECLARATION = re.compile(
    r"(?:[^;\"'(]|\"[^\"]*\"|'[^']*'|\((?:[^()\"']|\"[^\"]*\"|'[^']*')*\)|[\"'(])+"
)
_TABLE = frozenset({"table", "tr", "td", "th"})


class _Around(Frozen):
    """What an element stands in: the text colour of the day, the ground of the night, and whether a picture is behind.

    `name` is the element's own.
    """

    name: str = ""
    text: Colour = DAY_TEXT
    ground: Colour = NIGHT_GROUND
    pictured: bool = False


def by_day_and_night(body: str) -> str:
    """Return `body` with colours that follow the colour scheme of the page; everything else keeps its bytes."""
    edits: list[Edit] = []
    open_elements = [_Around()]
    for tag in tags(body):
        if tag.closing:
            _close(open_elements, tag.name)
            continue
        around, style = open_elements[-1], None
        if tag.get("data-no-dark") is None and tag.name != "iframe":
            around, style = _night_of(tag, around)
        if style is not None:
            edits.append(_styled(body, tag, style))
        if tag.name not in VOID:
            open_elements.append(replace(around, name=tag.name))
    return edited(body, edits)


def _night_of(tag: Tag, around: _Around) -> tuple[_Around, str | None]:
    """Return the content of this element, and its style for light and dark mode; None if unchanged."""
    written = _declarations(tag)
    has_picture = any(
        "url(" in value.lower() for key, value in written if key.startswith("background")
    )
    has_text_colour = any(key == "color" for key, _ in written)
    parts: dict[int, str] = {}
    covered = False
    if tag.name == "a":
        around = replace(around, text=DAY_LINK)
    # Grounds first: they decide what the text on them has to be.
    for index, (key, value) in enumerate(written):
        if key in _GROUNDS and not has_picture:
            parts[index], ground = _grounds(value)
            if ground is not None:
                around, covered = replace(around, ground=ground, pictured=False), True
    around = replace(around, pictured=around.pictured or has_picture)
    for index, (key, value) in enumerate(written):
        if not around.pictured and (key in _TEXTS or key in _LINES or _EDGES.fullmatch(key)):
            parts[index] = _texts(value, around.ground if key in _TEXTS else NIGHT_GROUND)
        elif not around.pictured and key == "text-shadow":
            parts[index] = COLOUR.sub(lambda found: _both(found, ground_by_night), value)
        if key == "color" and (colour := parse(value.partition("!")[0])) is not None:
            around = replace(around, text=colour)
    style = [f"{key}:{parts.get(index, value)}" for index, (key, value) in enumerate(written)]
    if (covered or has_picture) and not has_text_colour:
        night = around.text if around.pictured else text_by_night(around.text, around.ground)
        style.append(f"color:light-dark({around.text.css},{night.css})")
    elif all(parts.get(index, value) == value for index, (_, value) in enumerate(written)):
        return around, None
    return around, ";".join(style)


def _declarations(tag: Tag) -> list[tuple[str, str]]:
    """Return the inline style of an element, and the colours that its attributes set."""
    found = [
        (key.strip().lower(), value.strip())
        for key, colon, value in (
            each[0].partition(":") for each in _DECLARATION.finditer(tag.get("style") or "")
        )
        if colon
    ]
    keys = {key for key, _ in found}
    if tag.name in _TABLE and not keys & _GROUNDS and (ground := tag.get("bgcolor")):
        found.insert(0, ("background-color", ground))
    if tag.name == "font" and "color" not in keys and (colour := tag.get("color")):
        found.append(("color", colour))
    return found


def _grounds(value: str) -> tuple[str, Colour | None]:
    """Return the value of a ground for day and night, and what it is by night; a gradient becomes one colour."""
    found = [colour for each in COLOUR.finditer(value) if (colour := read(each)) is not None]
    if "gradient(" in value and found:
        mixed = found[0]
        for colour in found[1:]:
            mixed = colour.over(mixed)
        night = ground_by_night(mixed)
        return COLOUR.sub(lambda each: _both(each, lambda _: night), value), night
    seen = next((colour for colour in found if colour.alpha >= _ALPHA_MIN), None)
    return COLOUR.sub(lambda each: _both(each, ground_by_night), value), ground_by_night(
        seen
    ) if seen else None


def _texts(value: str, ground: Colour) -> str:
    return COLOUR.sub(
        lambda found: _both(found, lambda colour: text_by_night(colour, ground)), value
    )


def _both(found: re.Match[str], at_night: Callable[[Colour], Colour]) -> str:
    day = read(found)
    if day is None or day.alpha < _ALPHA_MIN:
        return found[0]
    night = at_night(day)
    return found[0] if night.css == day.css else f"light-dark({found[0]},{night.css})"


def _styled(body: str, tag: Tag, style: str) -> Edit:
    """Write an element's style in place of the one it has."""
    old = next((each for each in tag.attributes if each.name == "style"), None)
    if old is None:
        at = tag.name_start + len(tag.name)
        return Edit(at, at, f' style="{escape(style)}"')
    return Edit(old.start, old.end, f'style="{escape(style)}"')


def _close(open_elements: list[_Around], name: str) -> None:
    """Leave the innermost element of that name; a stray end of a tag closes nothing."""
    for depth in range(len(open_elements) - 1, 0, -1):
        if open_elements[depth].name == name:
            del open_elements[depth:]
            return
