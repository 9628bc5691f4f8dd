"""Pictures made on the spot, small unless a test needs weight."""

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def save(image: Image.Image, format_: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def load(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def scene(width: int = 64, height: int = 48) -> Image.Image:
    """Colours that change everywhere, and no two corners alike."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    round_ = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, round_))


def noise(width: int, height: int, mode: str = "RGB", seed: int = 1) -> Image.Image:
    """What no encoder can make small."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(
        mode, (width, height), random.Random(seed).randbytes(width * height * bands)
    )


def see_through(image: Image.Image) -> Image.Image:
    """Make the left half transparent."""
    alpha = Image.new("L", image.size, 255)
    alpha.paste(0, (0, 0, image.width // 2, image.height))
    image = image.convert("RGB")
    image.putalpha(alpha)
    return image


def animated(format_: str, count: int = 3, size: tuple[int, int] = (40, 30)) -> bytes:
    frames = [
        Image.new("RGB", size, (80 * n % 256, 20 + n % 200, 255 - n % 250)) for n in range(count)
    ]
    return save(frames[0], format_, save_all=True, append_images=frames[1:], duration=100)


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(
    width: int, height: int, idat: bytes, depth: int = 8, colour: int = 0, extra: bytes = b""
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return PNG_MAGIC + chunk(b"IHDR", header) + extra + chunk(b"IDAT", idat) + chunk(b"IEND", b"")


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def swapped_profile() -> bytes:
    """An ICC profile whose red and green primaries are exchanged: its red is sRGB's green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = (
        profile.replace(b"rXYZ", b"????", 1)
        .replace(b"gXYZ", b"rXYZ", 1)
        .replace(b"????", b"gXYZ", 1)
    )
    assert profile != swapped
    return swapped


def masked_bitmap() -> bytes:
    """A bitmap of two pixels with an alpha mask: transparent blue, opaque red."""
    pixels = b"\xff\0\0\0" + b"\0\0\xff\xff"
    header = struct.pack("<IiiHHIIiiII", 56, 2, 1, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    return b"BM" + struct.pack("<IHHI", 70 + len(pixels), 0, 0, 70) + header + masks + pixels


EVERY_FORMAT = {
    "jpeg": save(scene(), "JPEG"),
    "progressive jpeg": save(scene(), "JPEG", progressive=True),
    "grey jpeg": save(scene().convert("L"), "JPEG"),
    "cmyk jpeg": save(scene().convert("CMYK"), "JPEG"),
    "png": save(scene(), "PNG"),
    "palette png": save(scene().quantize(16), "PNG"),
    "grey-alpha png": save(see_through(scene()).convert("LA"), "PNG"),
    "rgba png": save(see_through(scene()), "PNG"),
    "16-bit png": save(scene().convert("L").convert("I;16"), "PNG"),
    "1-bit png": save(scene().convert("1"), "PNG"),
    "gif": save(scene().quantize(16), "GIF"),
    "animated gif": animated("GIF"),
    "webp": save(scene(), "WEBP"),
    "lossless webp": save(see_through(scene()), "WEBP", lossless=True),
    "webp with alpha": save(see_through(scene()), "WEBP"),
    "bmp": save(scene(), "BMP"),
    "1-bit bmp": save(scene().convert("1"), "BMP"),
    "palette bmp": save(scene().quantize(16), "BMP"),
}
"""Small pictures that all can be prepared."""
