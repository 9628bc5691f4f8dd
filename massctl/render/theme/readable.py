"""Whether words in a theme's colours can be read, by day and as WeChat's dark mode changes them.

Dark mode leaves alone what stands out a little from its black, so that a middle tone fades, and no colour that an eye
finds dark however bright it is, red and violet above all, is lifted enough. A theme's writer sees the day only.
"""

from dataclasses import dataclass
from typing import Final

from massctl.model.phrase import Phrase
from massctl.render.night.colour import COLOUR, Colour, from_hsl, parse, read
from massctl.render.night.engine import NIGHT_GROUND, ground_by_night, text_by_night

CONTRAST_MIN: Final = 4.5
"""Source: W3C, WCAG 2.2, 1.4.3, level AA, for text of ordinary size."""
_WHITE: Final = Colour(255, 255, 255)


@dataclass(frozen=True, slots=True)
class Faded:
    """Words that stand out too little from what is behind them."""

    is_by_night: bool
    contrast: float
    better: str | None
    """A darker tone of the same colour that reads by day and by night; None where there is none."""


def faded(colour: str, ground: str) -> Faded | None:
    """Judge words of one colour of CSS on a ground, empty for that of the page; None where they can be read.

    What is no plain colour, such as `inherit`, is not judged, nor are words on a picture or a gradient.
    """
    text = parse(colour)
    behind = _ground(ground)
    if text is None or behind is None:
        return None
    by_day, by_night = _contrasts(text, behind)
    if min(by_day, by_night) >= CONTRAST_MIN:
        return None
    return Faded(by_night < by_day, min(by_day, by_night), _better(text, behind))


def words_for(colour: str, found: Faded) -> tuple[Phrase, Phrase]:
    """Say what is wrong with a colour, and which would be right."""
    # Cut and not rounded, so that what is too little never reads as enough.
    contrast = f"{int(found.contrast * 10) / 10:.1f}"
    values = {"colour": colour, "contrast": contrast, "least": f"{CONTRAST_MIN:g}"}
    if found.is_by_night:
        say = Phrase("by night words in `{colour}` stand out by {contrast}:1, and {least}:1 is due", **values)
    else:
        say = Phrase("by day words in `{colour}` stand out by {contrast}:1, and {least}:1 is due", **values)
    if found.better:
        return say, Phrase("`{colour}` can be read by day and by night", colour=found.better)
    return say, Phrase("take a colour that differs more from the ground behind it")


def _ground(written: str) -> Colour | None:
    """Read the colour of a ground; a picture or gradient has none that could be named."""
    if "url(" in written or "gradient(" in written:
        return None
    found = [colour for each in COLOUR.finditer(written) if (colour := read(each)) is not None]
    return found[-1] if found else Colour(255, 255, 255, 0)


def _contrasts(text: Colour, ground: Colour) -> tuple[float, float]:
    """Give by how much words stand out by day and by night."""
    night = ground_by_night(ground) if ground.alpha else NIGHT_GROUND
    by_day, by_night = ground.over(_WHITE), night.over(NIGHT_GROUND)
    shown = text_by_night(text, night)
    return _contrast(text.over(by_day), by_day), _contrast(shown.over(by_night), by_night)


def _better(text: Colour, ground: Colour) -> str | None:
    hue, saturation, lightness = text.hsl
    for darker in range(int(lightness), 0, -1):
        tone = from_hsl(hue, saturation, darker)
        if min(_contrasts(tone, ground)) >= CONTRAST_MIN:
            return tone.css
    return None


def _contrast(one: Colour, other: Colour) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    """How bright a screen is. Source: W3C, WCAG 2.2, "relative luminance"."""
    parts = [min(255.0, max(0.0, part)) / 255 for part in (colour.red, colour.green, colour.blue)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
