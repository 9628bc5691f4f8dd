"""Read what the QR codes in a picture say.

zxing-cpp reads QR codes. It cannot read the round codes of mini-programs (小程序码), as WeChat does not publish their
form.
"""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SHORT_SIDE_PIXELS_MAX = 4_000
"""Ours: a picture whose shorter side is longer is scaled down. A phone fits a picture to its width, so it shows no code
that this loses. A code at the end of a long picture stays as large as it is."""
FRAMES_MAX = 8
"""Ours: the most frames of an animation in which codes are read, at equal distances from the first to the last."""


def reader_version() -> str | None:
    """Return the version of the library that reads codes; None where it is not installed."""
    try:
        return version("zxing-cpp")
    except PackageNotFoundError:
        return None


def codes_in(data: bytes) -> tuple[str, ...] | None:
    """Return what the QR codes in a picture say, each once, in their order; None without the extra `qr`.

    The picture must be one that Pillow can open.
    """
    if reader_version() is None:
        return None
    # An extra, and a compiled library: only a picture that is new to the cache needs it.
    import zxingcpp

    found: dict[str, None] = {}
    for image in _grey_frames(data):
        kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        for code in zxingcpp.read_barcodes(image, formats=kinds):
            found.setdefault(code.text)
    return tuple(found)


def _grey_frames(data: bytes) -> "Iterator[Image.Image]":
    """Yield the frames of a picture in grey; a transparent one on white and again on black."""
    from PIL import Image

    with Image.open(BytesIO(data)) as image:
        image.draft("L", (SHORT_SIDE_PIXELS_MAX, SHORT_SIDE_PIXELS_MAX))
        frames = getattr(image, "n_frames", 1)
        steps = {index * (frames - 1) // (FRAMES_MAX - 1) for index in range(FRAMES_MAX)}
        for number in sorted(steps):
            image.seek(number)
            frame = image.copy()
            times = SHORT_SIDE_PIXELS_MAX / min(frame.size)
            if times < 1:
                frame.thumbnail((round(frame.width * times), round(frame.height * times)))
            if not frame.has_transparency_data:
                yield frame.convert("L")
                continue
            for ground in ("white", "black"):
                under = Image.new("RGBA", frame.size, ground)
                yield Image.alpha_composite(under, frame.convert("RGBA")).convert("L")
