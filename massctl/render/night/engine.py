"""The colours of text and of grounds by night.

Written after the engine that WeChat publishes. Source: github.com/wechatjs/mp-darkmode, src/modules/sdk.js and
constant.js, read 2026-11.
"""

from typing import Final

from massctl.render.night.colour import Colour, from_hsl

NIGHT_GROUND: Final = Colour(0x19, 0x19, 0x19)
NIGHT_TEXT: Final = Colour(0xA3, 0xA3, 0xA3)
_OFFSET_MAX: Final = NIGHT_TEXT.brightness - NIGHT_GROUND.brightness
"""No text stands out from the ground of the page by more."""
_OFFSET_MIN: Final = 65
"""Nor from any ground by less."""
_WHITE_LIKE: Final = 250
_GROUND_MAX: Final = 190
_GROUND_IS_BRIGHT: Final = 100
_GREY_TURNS_ABOVE: Final = 40
_LIGHTNESS_MIN: Final = 22


def text_by_night(colour: Colour, ground: Colour) -> Colour:
    """Give the colour of text, or of a line, on a ground of the night."""
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
    return _as_bright(colour, min(_OFFSET_MAX, behind - _OFFSET_MIN if bright else behind + _OFFSET_MIN))


def ground_by_night(colour: Colour) -> Colour:
    """Give the colour of a ground: white turns black, bright colours are dimmed, very dark ones lifted."""
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
    """Give `colour`, which is not black, as bright as asked, in its own proportions as far as they reach."""
    share = brightness / colour.brightness
    red, green, blue = (min(255.0, part * share) for part in (colour.red, colour.green, colour.blue))
    if green == 0 or red == 255 or blue == 255:
        green = (brightness * 1000 - red * 299 - blue * 114) / 587
    elif red == 0:
        red = (brightness * 1000 - green * 587 - blue * 114) / 299
    elif blue == 0 or green == 255:
        blue = (brightness * 1000 - red * 299 - green * 587) / 114
    return Colour(red, green, blue, colour.alpha)
