"""Read what the QR codes in a picture say.

zxing-cpp reads QR codes, and not the round codes of mini-programs (小程序码), whose form WeChat does not publish.
"""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SIDE_PIXELS_MAX = 4_000
"""Ours: a larger picture is scaled down to it. A phone's screen shows no code that is lost by that."""
FRAMES_MAX = 8
"""Ours: so many frames of an animation are looked at, from its first to its last."""


def reader_version() -> str | None:
    """Return the version of the library that reads codes; None where it is not installed."""
    try:
        return version("zxing-cpp")
    except PackageNotFoundError:
        return None


def codes_in(data: bytes) -> tuple[str, ...] | None:
    """Return what the QR codes in a sound picture say, each once, in their order.

    None where the extra `qr` is not installed.
    """
    if reader_version() is None:
        return None
    # An extra, and a compiled library: only a picture that is new to the cache needs it.
    import zxingcpp

    found: dict[str, None] = {}
    for image in _looks(data):
        kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        for code in zxingcpp.read_barcodes(image, formats=kinds):
            found.setdefault(code.text)
    return tuple(found)


def _looks(data: bytes) -> "Iterator[Image.Image]":
    """Yield a picture as it is looked at: its frames in grey, once on white and once on black if it is transparent."""
    from PIL import Image

    with Image.open(BytesIO(data)) as image:
        image.draft("L", (SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
        frames = getattr(image, "n_frames", 1)
        steps = {index * (frames - 1) // (FRAMES_MAX - 1) for index in range(FRAMES_MAX)}
        for number in sorted(steps):
            image.seek(number)
            frame = image.copy()
            frame.thumbnail((SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
            if not frame.has_transparency_data:
                yield frame.convert("L")
                continue
            for ground in ("white", "black"):
                under = Image.new("RGBA", frame.size, ground)
                yield Image.alpha_composite(under, frame.convert("RGBA")).convert("L")
