"""What kind of picture some bytes are, by the bytes and never by a file's name, and why some cannot be used."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from massctl.model.phrase import Phrase
from massctl.picture.limits import PIXELS_MAX, SIDE_PIXELS_MAX

FaultKind = Literal["unreadable", "unsupported", "too_large", "too_many_pixels", "animated_unsupported"]


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


@dataclass(frozen=True, slots=True)
class PictureFault:
    """A picture that is not used, and nothing was produced."""

    kind: FaultKind
    """For machines; the word never changes its meaning."""
    message: Phrase
    """What is wrong, for people."""
    hint: Phrase
    """What to do."""


class PictureRefusedError(Exception):
    """Stop preparing a picture; `prepare` returns its fault."""

    def __init__(self, kind: FaultKind, message: Phrase, hint: Phrase) -> None:
        super().__init__(message)
        self.fault = PictureFault(kind, message, hint)


_BITMAP_HEADER_BYTES: Final = frozenset({12, 40, 52, 56, 64, 108, 124})
"""Sizes of the second header; without this test every text that starts with "BM" would be a bitmap."""
_HEAD_BYTES: Final = 1024
_FOREIGN: Final = {
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "Photoshop": (b"8BPS",),
    "ICO": (b"\0\0\1\0",),
    "JPEG XL": (b"\xff\x0a", b"\0\0\0\x0cJXL "),
    "JPEG 2000": (b"\0\0\0\x0cjP  ",),
    "PDF": (b"%PDF",),
}
_BRANDS: Final = {b"avif": "AVIF", b"avis": "AVIF", b"mif1": "HEIC", b"msf1": "HEIC"}
_LFS: Final = b"version https://git-lfs"
ENDS_TOO_EARLY: Final = Phrase("it ends too early")
NOT_DECODABLE: Final = Phrase("its pixels cannot be decoded")
_AGAIN: Final = Phrase("export or download it again")


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
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BITMAP_HEADER_BYTES:
        return Format.BMP
    return None


def unreadable(why: Phrase) -> PictureRefusedError:
    """Say that the bytes are damaged; `why` is a clause of our own, never a text of the decoder."""
    return PictureRefusedError("unreadable", Phrase("the picture is damaged: {why}", why=why), _AGAIN)


def unsupported(data: bytes) -> PictureRefusedError:
    """Say that the format cannot be prepared, naming it where it is known."""
    if not data:
        return PictureRefusedError("unreadable", Phrase("the file is empty"), _AGAIN)
    if data.startswith(_LFS):
        message = Phrase("this is a Git LFS pointer, not the picture itself")
        return PictureRefusedError("unsupported", message, Phrase("run `git lfs pull`"))
    name = _name_of_foreign(data)
    if name is None:
        message = Phrase("this is not a picture that massctl knows")
        return PictureRefusedError("unsupported", message, Phrase("use JPEG, PNG, GIF, WebP or BMP"))
    message = Phrase("WeChat does not accept {name}", name=name)
    return PictureRefusedError("unsupported", message, Phrase("save the picture as JPEG or PNG"))


def too_many_pixels(size: tuple[int, int] | None) -> PictureRefusedError:
    """Say that the declared size is beyond what is decoded, and the size where it is known; nothing was decoded."""
    megapixels = PIXELS_MAX // 1_000_000
    if size is None:
        message = Phrase("the picture has more than {limit} megapixels", limit=megapixels)
    elif max(size) > SIDE_PIXELS_MAX:
        message = Phrase(
            "the picture is {width}x{height} pixels, and no side may be over {limit}",
            width=size[0],
            height=size[1],
            limit=SIDE_PIXELS_MAX,
        )
    else:
        message = Phrase(
            "the picture is {width}x{height} pixels, more than {limit} megapixels",
            width=size[0],
            height=size[1],
            limit=megapixels,
        )
    return PictureRefusedError("too_many_pixels", message, Phrase("scale it down"))


def size_text(count_bytes: int) -> str:
    """Write a number of bytes for people: `912 KB`, `4.2 MB`; decimal units, rounded half up."""
    if count_bytes < 1_000_000:
        return f"{max(1, (count_bytes + 500) // 1000)} KB"
    tenths = (count_bytes + 50_000) // 100_000
    return f"{tenths // 10}.{tenths % 10} MB"


def _name_of_foreign(data: bytes) -> str | None:
    """Name a well-known format that `sniff` does not accept (`HEIC`, `SVG`, …)."""
    for name, magics in _FOREIGN.items():
        if data.startswith(magics):
            return name
    if data[4:8] == b"ftyp":
        return "HEIC" if data[8:10] == b"he" else _BRANDS.get(data[8:12])
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    # An XML declaration, a comment or a DOCTYPE may stand before the root element.
    if head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in head):
        return "SVG"
    return "HTML" if head.startswith((b"<!doctype html", b"<html")) else None
