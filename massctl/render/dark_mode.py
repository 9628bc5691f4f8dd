"""Compute what WeChat's dark mode does to colours, and whether text is readable in light and dark mode.

Modelled on the engine that WeChat publishes. Source: github.com/wechatjs/mp-darkmode, src/modules/sdk.js and
constant.js, read 2026-11. Dark mode does not change text that contrasts a little with its black, so a middle tone is
too dim. Red and violet, which look dark at any lightness, are not lightened enough.
"""

import re
from collections.abc import Iterator
from colorsys import hls_to_rgb, rgb_to_hls
from functools import lru_cache

from msgspec.structs import replace
from tinycss2.color4 import parse_color

from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

COLOUR = re.compile(
    r"(?P<aside>url\([^)]*\)|\"[^\"]*\"|'[^']*'|var\([^)]*\))"
    r"|#[0-9a-f]{3,8}\b|(?:rgb|hsl)a?\([^()]*\)|(?<![\w-])[a-z]+(?![\w(-])",
    re.IGNORECASE,
)
"""What may be a colour in a value; `aside` holds none, whatever it looks like."""
_HALF = 0.5000001
"""Halves are rounded up, as browsers do, also where a lightness of 80 % makes one and the last bit is missing."""


class Colour(Frozen):
    """Red, green and blue from 0 to 255, and how opaque it is from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    @property
    def parts(self) -> tuple[float, float, float]:
        """Its red, green and blue."""
        return self.red, self.green, self.blue

    @property
    def brightness(self) -> float:
        """How bright an eye finds it, 0 to 255. Source: W3C, "Techniques for Accessibility Evaluation", 2.2."""
        return (self.red * 299 + self.green * 587 + self.blue * 114) / 1000

    @property
    def hsl(self) -> tuple[float, float, float]:
        """Hue from 0 to 1, saturation and lightness from 0 to 100."""
        hue, lightness, saturation = rgb_to_hls(self.red / 255, self.green / 255, self.blue / 255)
        return hue, saturation * 100, lightness * 100

    @property
    def css(self) -> str:
        """As CSS writes it, whole numbers, `#rrggbb` where it is opaque."""
        red, green, blue = (
            int(min(255.0, max(0.0, part)) + _HALF) for part in (self.red, self.green, self.blue)
        )
        if self.alpha >= 1:
            return f"#{red:02x}{green:02x}{blue:02x}"
        return f"rgba({red},{green},{blue},{round(self.alpha, 3):g})"

    def over(self, ground: "Colour") -> "Colour":
        """Return the colour that is visible where this one lies on an opaque ground."""
        kept = 1 - self.alpha
        return Colour(
            self.red * self.alpha + ground.red * kept,
            self.green * self.alpha + ground.green * kept,
            self.blue * self.alpha + ground.blue * kept,
        )

    def faded(self, alpha: float) -> "Colour":
        """Return it with another opacity."""
        return replace(self, alpha=alpha)


def from_hsl(hue: float, saturation: float, lightness: float) -> Colour:
    """Make an opaque colour from what `Colour.hsl` gives."""
    red, green, blue = hls_to_rgb(hue, min(100.0, max(0.0, lightness)) / 100, saturation / 100)
    return Colour(red * 255, green * 255, blue * 255)


def read(found: re.Match[str]) -> Colour | None:
    """Read what `COLOUR` found; None if it is not a colour."""
    return None if found["aside"] is not None else read_any(found[0])


def parse(written: str) -> Colour | None:
    """Read a value that is a single colour; None otherwise."""
    found = COLOUR.fullmatch(written.strip())
    return read(found) if found else None


@lru_cache(maxsize=1_000)
def read_any(written: str) -> Colour | None:
    """Read a value that is a single colour in any notation; None otherwise."""
    colour = parse_color(written)
    if colour is None or isinstance(colour, str):  # A word, or `currentcolor`.
        return None
    try:
        screen = colour.to("srgb")
    except RuntimeError:  # It does not compute `oklch` and its like.
        return None
    red, green, blue = (round(part * 255, 6) for part in screen.coordinates)
    return Colour(red, green, blue, screen.alpha)


NIGHT_GROUND = Colour(0x19, 0x19, 0x19)
NIGHT_TEXT = Colour(0xA3, 0xA3, 0xA3)
_OFFSET_MAX = NIGHT_TEXT.brightness - NIGHT_GROUND.brightness
"""Text stands out from the ground of the page by no more, unless it is nearly white."""
_OFFSET_MIN = 65
"""Nor from any ground by less."""
_WHITE_LIKE = 250
_GROUND_MAX = 190
_GROUND_IS_BRIGHT = 100
_GREY_TURNS_ABOVE = 40
_LIGHTNESS_MIN = 22


def text_by_night(colour: Colour, ground: Colour) -> Colour:
    """Return the colour of text, or of a line, in dark mode; `ground` is that of dark mode."""
    behind = ground.over(NIGHT_GROUND).brightness
    offset = abs(behind - colour.brightness)
    if colour.brightness >= _WHITE_LIKE:
        return colour
    if offset > _OFFSET_MAX and behind <= NIGHT_GROUND.brightness + 2:
        return _as_bright(colour, _OFFSET_MAX + behind)
    if offset >= _OFFSET_MIN:
        return colour
    hue, saturation, lightness = colour.hsl
    bright = behind >= _GROUND_IS_BRIGHT
    if lightness > 90 - _GREY_TURNS_ABOVE if bright else lightness <= _GREY_TURNS_ABOVE:
        return text_by_night(from_hsl(hue, saturation, 90 - lightness).faded(colour.alpha), ground)
    return _as_bright(
        colour, min(_OFFSET_MAX, behind - _OFFSET_MIN if bright else behind + _OFFSET_MIN)
    )


def ground_by_night(colour: Colour) -> Colour:
    """Return the colour of a ground in dark mode: white turns black, bright ones dim, very dark ones lightened."""
    hue, saturation, lightness = colour.hsl
    night = colour
    if (saturation == 0 and lightness > _GREY_TURNS_ABOVE) or colour.brightness > _WHITE_LIKE:
        night = from_hsl(0, 0, min(100, 100 + NIGHT_GROUND.hsl[2] - lightness))
    elif colour.brightness > _GROUND_MAX:
        night = _as_bright(colour, _GROUND_MAX)
    elif lightness < _LIGHTNESS_MIN:
        night = from_hsl(hue, saturation, _LIGHTNESS_MIN)
    return night.faded(colour.alpha)


def _as_bright(colour: Colour, brightness: float) -> Colour:
    """Scale `colour`, which is not black, to a brightness, in its own proportions as far as they reach."""
    share = brightness / colour.brightness
    red, green, blue = (
        min(255.0, part * share) for part in (colour.red, colour.green, colour.blue)
    )
    if green == 0 or red == 255 or blue == 255:
        green = (brightness * 1000 - red * 299 - blue * 114) / 587
    elif red == 0:
        red = (brightness * 1000 - green * 587 - blue * 114) / 299
    elif blue == 0 or green == 255:
        blue = (brightness * 1000 - red * 299 - green * 587) / 114
    return Colour(red, green, blue, colour.alpha)


CONTRAST_MIN = 4.5
"""Source: W3C, WCAG 2.2, 1.4.3, level AA, for text of ordinary size."""
_WHITE = Colour(255, 255, 255)


class Faded(Frozen):
    """Text with too little contrast to its ground."""

    is_by_night: bool
    contrast: float
    better: str | None
    """A darker tone of the same colour that reads by day and by night; None where there is none."""


def faded(colour: str, ground: str) -> Faded | None:
    """Check the contrast of text in a CSS colour on a ground, empty for the page's; None if it is readable.

    A value that is not a plain colour, such as `inherit`, and text on a picture or a gradient are not checked.
    """
    text = parse(colour)
    behind = _ground(ground)
    if text is None or behind is None:
        return None
    by_day, by_night = _contrasts(text, behind)
    if min(by_day, by_night) >= CONTRAST_MIN:
        return None
    return Faded(by_night < by_day, min(by_day, by_night), _better(text, behind))


def reads(colour: str, ground: str) -> bool:
    """Return whether text in a CSS colour is readable on a ground, as `faded` checks it."""
    text = parse(colour)
    behind = _ground(ground)
    return text is None or behind is None or min(_contrasts(text, behind)) >= CONTRAST_MIN


_ANOTHER = Phrase("take a colour that differs more from its background")
_ANOTHER_ACCENT = Phrase(
    "no tone of it is readable in light and dark mode: take another colour, or the theme `zhaopai`"
)


def words_for(colour: str, found: Faded, *, is_accent: bool = False) -> tuple[Phrase, Phrase]:
    """Return the message and the hint for an unreadable colour."""
    # Cut and not rounded, so that what is too little never reads as enough.
    contrast = f"{int(found.contrast * 10) / 10:.1f}"
    say = Phrase(
        "the colour `{colour}` has a contrast of {contrast}:1 in light mode; at least {least}:1 is needed"
    )
    if found.is_by_night:
        say = Phrase(
            "the colour `{colour}` has a contrast of {contrast}:1 in dark mode; at least {least}:1 is needed"
        )
    say = Phrase(say, colour=colour, contrast=contrast, least=f"{CONTRAST_MIN:g}")
    if found.better:
        return say, Phrase("`{colour}` is readable in light and dark mode", colour=found.better)
    return say, _ANOTHER_ACCENT if is_accent else _ANOTHER


def tones(colour: str) -> Iterator[str]:
    """Yield darker and lighter tones of a colour, the nearest first."""
    plain = parse(colour)
    hue, saturation, lightness = plain.hsl if plain is not None else (0, 0, 0)
    for step in range(1, 100):
        for near in (lightness - step, lightness + step):
            if 0 < near < 100:
                yield from_hsl(hue, saturation, near).css


def _ground(written: str) -> Colour | None:
    """Read the colour of a ground; None for a picture or a gradient."""
    if "url(" in written or "gradient(" in written:
        return None
    found = [colour for each in COLOUR.finditer(written) if (colour := read(each)) is not None]
    return found[-1] if found else Colour(255, 255, 255, 0)


def _contrasts(text: Colour, ground: Colour) -> tuple[float, float]:
    """Return the contrast of text in light mode and in dark mode."""
    night = ground_by_night(ground) if ground.alpha else NIGHT_GROUND
    by_day = ground.over(_WHITE)
    by_night = night.over(NIGHT_GROUND)
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
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
