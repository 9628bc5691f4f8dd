"""Read what the QR codes in a picture say.

zxing-cpp reads QR codes. It cannot read the round codes of mini-programs (小程序码), as WeChat does not publish their
form.
"""

import struct
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SHORT_SIDE_PIXELS_MAX = 4_000
"""Ours: a picture whose shorter side is longer is scaled down. A phone fits a picture to its width, so it shows no code
that this loses. A code at the end of a long picture stays as large as it is."""
FRAMES_MAX = 300
"""Ours: WeChat takes no longer animation. Each frame is read, as an author decides for how long one is shown."""
MOTION_PIXELS_MAX = 200_000_000
"""Ours: canvas times frames of an animation, some seconds of reading at most."""
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"})
"""Pillow's names of the pixels that become grey as a phone shows them."""


def reader_version() -> str | None:
    """Return the version of the library that reads codes; None where it is not installed."""
    try:
        return version("zxing-cpp")
    except PackageNotFoundError:
        return None


def codes_in(data: bytes) -> tuple[str, ...] | None:
    """Return what the QR codes in a picture say, each once, in their order; None where nobody can look for all.

    That is so without the extra `qr`, in a long animation, and where Pillow does not show what a phone shows. The
    picture must be one that Pillow can open.
    """
    if reader_version() is None:
        return None
    # An extra, and a compiled library: only a picture that is new to the cache needs it.
    import zxingcpp

    kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found: dict[str, None] = {}
    try:
        for image in _grey_frames(data):
            for code in zxingcpp.read_barcodes(image, formats=kinds):
                found.setdefault(code.text)
    except (_UnseenError, *_DAMAGE):
        return None
    return tuple(found)


class _UnseenError(Exception):
    """Some of a picture cannot be looked at."""


_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)
"""What Pillow raises at a later frame that is damaged."""


def _grey_frames(data: bytes) -> "Iterator[Image.Image]":
    """Yield the frames of a picture in grey; a transparent one on white and again on black."""
    from PIL import Image

    with Image.open(BytesIO(data)) as image:
        frames = getattr(image, "n_frames", 1)
        if not (_is_readable(image, data) and _is_short(image, frames)):
            raise _UnseenError
        image.draft("L", (SHORT_SIDE_PIXELS_MAX, SHORT_SIDE_PIXELS_MAX))
        for number in range(frames):
            image.seek(number)
            yield from _grey(image.copy())


def _is_readable(image: "Image.Image", data: bytes) -> bool:
    """Return whether Pillow shows a picture as a phone does.

    PNG names the transparent colour in the depth of the file, and Pillow compares it with pixels of 8 bits.
    """
    is_keyed = image.format == "PNG" and image.mode != "P" and "transparency" in image.info
    return image.mode in _MODES and not (is_keyed and data[_PNG_DEPTH_AT] != 8)


_PNG_DEPTH_AT = 24
"""Source: PNG (third edition), "IHDR Image header", read 2026-12."""


def _is_short(image: "Image.Image", frames: int) -> bool:
    pixels = image.width * image.height * frames
    return frames == 1 or (frames <= FRAMES_MAX and pixels <= MOTION_PIXELS_MAX)


def _grey(frame: "Image.Image") -> "Iterator[Image.Image]":
    """Yield one frame in grey; a transparent one on white and again on black."""
    from PIL import Image

    if frame.mode == "I;16":
        # Pillow cuts grey of 16 bits at 255 instead of dividing it.
        frame = frame.point(lambda value: value * (1 / 256) + 0).convert("L")
    times = SHORT_SIDE_PIXELS_MAX / min(frame.size)
    if times < 1:
        frame.thumbnail((round(frame.width * times), round(frame.height * times)))
    if not frame.has_transparency_data:
        yield frame if frame.mode == "L" else frame.convert("L")
        return
    for ground in ("white", "black"):
        under = Image.new("RGBA", frame.size, ground)
        yield Image.alpha_composite(under, frame.convert("RGBA")).convert("L")
