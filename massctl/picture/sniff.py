"""What kind of picture some bytes are: by their first bytes, never by a file's name."""

from enum import StrEnum
from typing import Final


class Format(StrEnum):
    """A format that can be prepared for WeChat."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    BMP = "bmp"

    @property
    def label(self) -> str:
        """Name the format as people write it."""
        return "WebP" if self is Format.WEBP else self.value.upper()

    @property
    def extension(self) -> str:
        """Give the file extension that matches the bytes, without a dot; WeChat looks at it."""
        return "jpg" if self is Format.JPEG else self.value

    @property
    def media_type(self) -> str:
        """Give the Content-Type of a part with these bytes."""
        return f"image/{self.value}"


BMP_HEADER_SIZES: Final = frozenset({12, 40, 52, 56, 64, 108, 124})
"""Sizes of the second header; without this test every text that starts with "BM" would be a bitmap."""

_HEAD_BYTES: Final = 1024
_FOREIGN: Final = (
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"8BPS", "Photoshop"),
    (b"\0\0\1\0", "ICO"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"%PDF", "PDF"),
)
_BRANDS: Final = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"hevc": "HEIC",
    b"hevx": "HEIC",
    b"heim": "HEIC",
    b"heis": "HEIC",
    b"mif1": "HEIC",
    b"msf1": "HEIC",
}
_TEXTS: Final = (
    (b"version https://git-lfs", "Git LFS pointer"),
    (b"<svg", "SVG"),
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
)


def sniff(data: bytes) -> Format | None:
    """Recognise the format by its magic bytes; None for everything that cannot be prepared."""
    if data.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Format.GIF
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Format.WEBP
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in BMP_HEADER_SIZES:
        return Format.BMP
    return None


def name_of_foreign(data: bytes) -> str | None:
    """Name a well-known format that `sniff` does not accept (`HEIC`, `SVG`, …), for advice."""
    for magic, name in _FOREIGN:
        if data.startswith(magic):
            return name
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12])
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for start, name in _TEXTS:
        if head.startswith(start):
            return name
    # An XML declaration, a comment or a DOCTYPE may stand before the root element.
    if head.startswith((b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in head:
        return "SVG"
    return None
