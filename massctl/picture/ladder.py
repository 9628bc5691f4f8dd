"""Encode a picture so that it fits: one fixed ladder of qualities and sizes, taken from the top.

Every option of an encoder is written out, so that no default of Pillow decides bytes. Scaling is bicubic
because its weights are polynomials: Lanczos calls sin(), which differs in the last bit between C libraries.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from massctl.picture.limits import (
    JPEG_SETTINGS,
    JPEG_SIDE_PIXELS_MAX,
    PRODUCED_PIXELS_MAX,
    PRODUCED_SHORT_SIDE_MAX,
    PRODUCED_WIDTH_MIN,
    SIZE_STEPS,
)
from massctl.picture.sniff import Format

if TYPE_CHECKING:
    from PIL import Image

_PNG_SETTINGS: Final = ((None, None),)


@dataclass(frozen=True, slots=True)
class Encoded:
    """An encoded picture that fits."""

    data: bytes
    format: Format
    width: int
    height: int


def encode_drawing(image: "Image.Image", bytes_max: int) -> Encoded | None:
    """Encode a normalised drawing or screenshot as PNG at its own size; None where it does not fit."""
    if image.width * image.height > PRODUCED_PIXELS_MAX:
        return None
    data = _as_png(image)
    return Encoded(data, Format.PNG, image.width, image.height) if len(data) <= bytes_max else None


def encode_to_fit(image: "Image.Image", bytes_max: int, width_max: int) -> Encoded | None:
    """Encode a normalised picture into at most `bytes_max` and `width_max` pixels: RGB as baseline JPEG, RGBA as PNG.

    Gives None where it would have to be scaled below PRODUCED_WIDTH_MIN.
    """
    from PIL.Image import Resampling

    is_jpeg = image.mode == "RGB"
    if image.width > width_max:
        image = image.resize(within(*image.size, width_max), Resampling.BICUBIC, reducing_gap=None)
    settings = JPEG_SETTINGS if is_jpeg else _PNG_SETTINGS
    # Bytes a pixel only grow when a picture shrinks, so a size whose pixels would not fit even at the rate
    # of the last try is skipped unseen.
    tried_bytes, tried_pixels = 0, 1
    for width, height in _sizes(image.width, image.height, JPEG_SIDE_PIXELS_MAX if is_jpeg else None):
        if tried_bytes * width * height > bytes_max * tried_pixels:
            continue
        is_original = (width, height) == image.size
        scaled = image if is_original else image.resize((width, height), Resampling.BICUBIC, reducing_gap=None)
        for quality, subsampling in settings:
            data = _as_png(scaled) if quality is None else _as_jpeg(scaled, quality, subsampling)
            if len(data) <= bytes_max:
                return Encoded(data, Format.JPEG if is_jpeg else Format.PNG, width, height)
            tried_bytes, tried_pixels = len(data), width * height
    return None


def within(width: int, height: int, width_max: int) -> tuple[int, int]:
    """Give the size of a picture that may be at most so wide; rounded half up, and a line one pixel thick stays."""
    if width <= width_max:
        return width, height
    return width_max, max(1, (2 * height * width_max + width) // (2 * width))


def _sizes(width: int, height: int, side_max: int | None) -> Iterator[tuple[int, int]]:
    """Give the sizes to try, the original first, without those that are never produced."""
    for step in range(SIZE_STEPS, 0, -1):
        # Rounded half up in integers; a line one pixel thick stays.
        new_width = max(1, (2 * width * step + SIZE_STEPS) // (2 * SIZE_STEPS))
        new_height = max(1, (2 * height * step + SIZE_STEPS) // (2 * SIZE_STEPS))
        is_scaled = step < SIZE_STEPS
        if is_scaled and new_width < PRODUCED_WIDTH_MIN:
            return
        if is_scaled and min(new_width, new_height) > PRODUCED_SHORT_SIDE_MAX:
            continue
        if new_width * new_height > PRODUCED_PIXELS_MAX:
            continue
        if side_max is None or max(new_width, new_height) <= side_max:
            yield new_width, new_height


def _as_jpeg(image: "Image.Image", quality: int, subsampling: str | None) -> bytes:
    out = BytesIO()
    image.save(
        out,
        format="JPEG",
        quality=quality,
        subsampling=subsampling,
        # With optimised Huffman tables Pillow guesses the buffer and fails on noisy pictures.
        optimize=False,
        progressive=False,
        smooth=0,
        keep_rgb=False,
        streamtype=0,
        dpi=(0, 0),
        restart_marker_blocks=0,
        restart_marker_rows=0,
        qtables=None,
        icc_profile=None,
        exif=b"",
        xmp=b"",
        comment=b"",
        extra=b"",
    )
    return out.getvalue()


def _as_png(image: "Image.Image") -> bytes:
    out = BytesIO()
    image.save(
        out,
        format="PNG",
        optimize=False,
        compress_level=6,
        compress_type=1,  # Z_FILTERED, made for the output of PNG's row filters.
        dictionary=b"",
        bits=8,
        icc_profile=None,
        exif=b"",
        pnginfo=None,
        dpi=None,
        transparency=None,
    )
    return out.getvalue()
