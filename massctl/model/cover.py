"""Which part of a cover WeChat shows: wide in the list (2.35:1), square beside other articles and when shared (1:1).

Shares of width and height are whole millionths, so that the same focus gives the same text on every machine.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

CROP_PATTERN: Final = r"^(?:0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?)(?:_(?:0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?)){3}$"
"""`X1_Y1_X2_Y2`, each from 0 to 1 with at most 6 decimals, from the top left.
Source: WeChat docs, "draft/add", `pic_crop_235_1` and `pic_crop_1_1`, read 2026-10."""
WHOLE: Final = 1_000_000
"""Millionths of a side."""
Ratio = tuple[int, int]
WIDE: Final[Ratio] = 47, 20
"""2.35:1, the form of `pic_crop_235_1`."""
SQUARE: Final[Ratio] = 1, 1
"""The form of `pic_crop_1_1`."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture, in millionths of its sides from the top left."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `X1_Y1_X2_Y2`; None for another form, and for a part without width or height."""
        if re.fullmatch(CROP_PATTERN, text) is None:
            return None
        crop = cls(*(_millionths(number) for number in text.split("_")))
        return crop if crop.left < crop.right and crop.top < crop.bottom else None

    @property
    def text(self) -> str:
        """Write it as WeChat takes it."""
        return "_".join(map(_decimal, (self.left, self.top, self.right, self.bottom)))

    def pixels(self, width: int, height: int) -> tuple[int, int]:
        """Give the size of this part of a picture of that size, in whole pixels, rounded."""
        return round((self.right - self.left) * width / WHOLE), round((self.bottom - self.top) * height / WHOLE)


def crop_around(focus: tuple[float, float], width: int, height: int, ratio: Ratio) -> Crop:
    """Give the largest part of that form in a picture of `width` x `height` pixels, as near to `focus` as can be.

    `focus` is a point from the top left, each coordinate from 0 to 1.
    """
    across, down = ratio
    if width * down >= height * across:
        start, end = _span(focus[0], height * across, width * down)
        return Crop(start, 0, end, WHOLE)
    start, end = _span(focus[1], width * down, height * across)
    return Crop(0, start, WHOLE, end)


def _span(centre: float, part: int, whole: int) -> tuple[int, int]:
    length = max(1, (2 * WHOLE * part + whole) // (2 * whole))
    start = min(max(0, round(centre * WHOLE) - length // 2), WHOLE - length)
    return start, start + length


def _millionths(number: str) -> int:
    units, _, decimals = number.partition(".")
    return int(units) * WHOLE + int(decimals.ljust(6, "0"))


def _decimal(millionths: int) -> str:
    units, decimals = divmod(millionths, WHOLE)
    return f"{units}.{decimals:06}".rstrip("0").rstrip(".")
