"""An article's cover: the picture, the parts of it that WeChat shows, and whether they are worth showing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from massctl.model.campaign import SQUARE, WIDE, Cover, Crop, Ratio, crop_around
from massctl.model.diagnostics import Severity
from massctl.model.ids import Sha256
from massctl.model.message import Picture
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault

LEAD_PIXELS_MIN: Final = (900, 383)
"""Width and height of what the list shows of a first article.
Source: the size that the console asks for; guides for editors, read 2026-10."""
SQUARE_PIXELS_MIN: Final = (200, 200)
"""Of the square beside the other articles. Source: the size that the console asks for; guides, read 2026-10."""
SHOWN_SHARE_MIN: Final = {WIDE: 0.5, SQUARE: 0.4}
"""Ours: where less of a cover is left, its author did not mean this part. The square of a cover that was drawn for the
list, in 2.35:1, is 43 % of it, and usual."""
RATIO_TOLERANCE: Final = 0.03
"""Ours: a written part that is off by more is stretched, or cut once more."""
_MIDDLE: Final = (0.5, 0.5)
_NAMES: Final = {WIDE: "2.35:1", SQUARE: "1:1"}
_KEYS: Final = {WIDE: "crop_235_1", SQUARE: "crop_1_1"}


@dataclass(frozen=True, slots=True)
class ShownCover:
    """What a draft says about a cover; `massctl.model.campaign` has the form of the parts."""

    sha256: Sha256
    pic_crop_235_1: str | None = None
    """None leaves it to WeChat, which takes the middle."""
    pic_crop_1_1: str | None = None


def shown_cover(picture: Picture, cover: Cover) -> ShownCover:
    """Give the parts of a cover that are decided: as they are written, else around its focus."""
    wide, square = (_decided(picture, cover, ratio) for ratio in (WIDE, SQUARE))
    return ShownCover(picture.sha256, wide.text if wide else None, square.text if square else None)


def cover_faults(picture: Picture, cover: Cover, *, is_first: bool) -> Iterator[Fault]:
    """Judge a cover by the part that the list shows of this article: wide for the first one, square for the others."""
    width, height = picture.width_pixels, picture.height_pixels
    shown = WIDE if is_first else SQUARE
    decided = _decided(picture, cover, shown)
    part = decided or crop_around(_MIDDLE, width, height, shown)
    least = LEAD_PIXELS_MIN if is_first else SQUARE_PIXELS_MIN
    got = part.pixels(width, height)
    if got[0] < least[0] or got[1] < least[1]:
        say = Phrase(
            "the cover is shown from {width}x{height} pixels, and {least} are due",
            width=got[0],
            height=got[1],
            least=f"{least[0]}x{least[1]}",
        )
        hint = Phrase("it looks blurred in the list: export it larger")
        yield Fault("MC216", say, hint, severity=Severity.WARNING)
    share = got[0] * got[1] / (width * height)
    if decided is None and share < SHOWN_SHARE_MIN[shown]:
        say = Phrase(
            "the list shows {form} of the cover, {share} percent of it; it is {width}x{height}",
            form=_NAMES[shown],
            share=round(100 * share),
            width=width,
            height=height,
        )
        hint = Phrase("say which part: `focus: [0.5, 0.3]` beside `file:`, or draw it in that form")
        yield Fault("MC217", say, hint, severity=Severity.WARNING)
    for ratio in (WIDE, SQUARE):
        yield from _form_faults(picture, cover, ratio)


def _decided(picture: Picture, cover: Cover, ratio: Ratio) -> Crop | None:
    written = cover.crop_235_1 if ratio == WIDE else cover.crop_1_1
    if written is not None:
        return Crop.parse(written)
    if cover.focus is None:
        return None
    across, down = cover.focus
    return crop_around((across, down), picture.width_pixels, picture.height_pixels, ratio)


def _form_faults(picture: Picture, cover: Cover, ratio: Ratio) -> Iterator[Fault]:
    """Compare a part that is written out with the form that it is for."""
    written = cover.crop_235_1 if ratio == WIDE else cover.crop_1_1
    crop = Crop.parse(written) if written is not None else None
    if crop is None:
        return
    width, height = crop.pixels(picture.width_pixels, picture.height_pixels)
    form = width / max(1, height)
    due = ratio[0] / ratio[1]
    if abs(form - due) > RATIO_TOLERANCE * due:
        say = Phrase(
            "{key} is {width}x{height} pixels of this cover, which is {found}:1 and not {form}",
            key=_KEYS[ratio],
            width=width,
            height=height,
            found=round(form, 2),
            form=_NAMES[ratio],
        )
        nearest = crop_around(_centre(crop), picture.width_pixels, picture.height_pixels, ratio)
        hint = Phrase("the largest part of that form around the same point is {crop}", crop=nearest.text)
        yield Fault("MC218", say, hint, severity=Severity.WARNING)


def _centre(crop: Crop) -> tuple[float, float]:
    return (crop.left + crop.right) / 2_000_000, (crop.top + crop.bottom) / 2_000_000
