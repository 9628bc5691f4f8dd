"""Formats of pictures, recognised by their bytes, never by a file's name.

`bare_jpeg` and `bare_png` keep the segments and chunks that a decoder needs. They drop what cameras and editors write,
and return the part of it that matters. Nothing is encoded again. The work is bounded: a decoder sees no text, thumbnail
or printer's profile that could expand. Sources: ITU T.81, annex B; W3C PNG, third edition.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from struct import error, unpack_from

from msgspec import Struct, field

from massctl.model.diagnostics import Fault, FaultError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.picture.limits import JPEG_SCANS_MAX, PARTS_MAX, PIXELS_MAX, SIDE_PIXELS_MAX


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
        """Return the file extension that matches the bytes, without a dot; WeChat looks at it."""
        return "jpg" if self is Format.JPEG else self.value


_BITMAP_HEADER_BYTES = frozenset({12, 40, 52, 56, 64, 108, 124})
"""Sizes of the second header; without this test every text that starts with "BM" would be a bitmap."""
_HEAD_BYTES = 1024
_FOREIGN = {
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "Photoshop": (b"8BPS",),
    "ICO": (b"\0\0\1\0",),
    "JPEG XL": (b"\xff\x0a", b"\0\0\0\x0cJXL "),
    "JPEG 2000": (b"\0\0\0\x0cjP  ",),
    "PDF": (b"%PDF",),
}
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"mif1": "HEIC", b"msf1": "HEIC"}
_LFS = b"version https://git-lfs"
ENDS_TOO_EARLY = Phrase("it ends too early")
NOT_DECODABLE = Phrase("its pixels cannot be decoded")
_AGAIN = Phrase("export or download it again")


def sniff(data: bytes) -> Format | None:
    """Recognise a format by its magic bytes; None for a format that cannot be prepared.

    >>> sniff(b"GIF89a..."), sniff(b"plain text")
    (<Format.GIF: 'gif'>, None)
    """
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


def unreadable(why: Phrase) -> FaultError:
    """Make the fault of damaged bytes; `why` is a clause of massctl, never a text of the decoder."""
    return FaultError(Fault("MC203", Phrase("the picture is damaged: {why}", why=why), _AGAIN))


def unsupported(data: bytes) -> FaultError:
    """Make the fault of a format that cannot be prepared, with its name if that is known."""
    if not data:
        return FaultError(Fault("MC203", Phrase("the file is empty"), _AGAIN))
    if data.startswith(_LFS):
        return FaultError(
            Fault(
                "MC204",
                Phrase("this is a Git LFS pointer, not the picture itself"),
                Phrase("run `git lfs pull`"),
            )
        )
    name = _name_of_foreign(data)
    if name is None:
        return FaultError(
            Fault(
                "MC204",
                Phrase("this is not a picture that massctl knows"),
                Phrase("use JPEG, PNG, GIF, WebP or BMP"),
            )
        )
    return FaultError(
        Fault(
            "MC204",
            Phrase("WeChat does not accept {name}", name=name),
            Phrase("save the picture as JPEG or PNG"),
        )
    )


def too_many_pixels(size: tuple[int, int] | None) -> FaultError:
    """Make the fault of a picture whose declared size is too large to decode."""
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
    return FaultError(Fault("MC205", message, Phrase("scale it down")))


def size_text(count_bytes: int) -> str:
    """Write a number of bytes for people: `912 KB`, `4.2 MB`; decimal units, rounded half up.

    >>> size_text(912_000), size_text(4_200_000)
    ('912 KB', '4.2 MB')
    """
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
    if head.startswith(b"<svg") or (
        head.startswith((b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in head
    ):
        return "SVG"
    return "HTML" if head.startswith((b"<!doctype html", b"<html")) else None


_WRONG_HEADER = Phrase("its header is wrong")
_TOO_MANY_PARTS = Phrase("it is cut into too many parts")

_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9
_COMMENT = 0xFE
_EXIF_SEGMENT = 0xE1
_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_JUMBF_SEGMENT = 0xEB
_HEADER_SEGMENT = b"\xff\xe0"
_SEGMENT_HEAD_BYTES = 80
"""So much of a segment says what it is."""
_KEPT_APPLICATION_DATA = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""The application segments that change what pixels look like."""
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""In coded data a stuffed 0 or a restart marker follows 0xff; anything else ends the scan.

Fill bytes (0xff) may stand before it; they are no part of this, since a search would begin anew at each of them.
"""

_PNG_SIGNATURE_BYTES = 8
_KEPT_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND"})
"""The chunks that change what pixels look like to the decoder."""
_ORIENTATION_TAG = 0x0112
_XMP_KEYWORD = b"XML:com.adobe.xmp\0"
_MARK_KEYWORD = b"AIGC\0"
_TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_C2PA_IN_WEBP = re.compile(rb"C2PA.{8}jumb", re.DOTALL)


class Metadata(Frozen):
    """What a file tells beside its pixels, as far as it matters; nothing of it is parsed."""

    exif: bytes = b""
    """A TIFF block."""
    has_exif: bool = False
    xmp: tuple[bytes, ...] = ()
    """Packets, and the pieces of one that is larger than a JPEG's segment."""
    packed_xmp: tuple[tuple[bytes, bytes], ...] = ()
    """Chunks of a PNG that hold one: kind and content."""
    texts: tuple[tuple[bytes, bytes], ...] = ()
    """Chunks of a PNG under the keyword AIGC: kind and content."""
    has_c2pa: bool = False
    """A signed manifest of C2PA (Content Credentials) is there."""


class Bare(Frozen):
    """A picture without what is told beside its pixels."""

    data: bytes
    metadata: Metadata = Metadata()
    frames: int = 1


def bare_jpeg(data: bytes) -> Bare:
    """Keep only pixels and colours of a JPEG, up to the end of the image. Raises FaultError."""
    kept = [data[:2]]
    told = _Segments()
    scans = 0
    at = 2
    for _ in range(PARTS_MAX):
        start = _next_marker(data, at)
        marker = data[start + 1]
        body = start + 2
        if marker == _END_OF_IMAGE:
            return Bare(b"".join([*kept, data[start:body]]), told.metadata())
        at = body + int.from_bytes(data[body : body + 2], "big")
        if marker == _START_OF_SCAN:
            scans += 1
            at = _next_marker(data, at)
        head = data[body + 2 : min(at, body + _SEGMENT_HEAD_BYTES)]
        if scans > JPEG_SCANS_MAX:
            raise unreadable(Phrase("its scans are wrong"))
        if _is_kept(marker, head):
            kept.append(data[start:at])
        elif marker in (_EXIF_SEGMENT, _JUMBF_SEGMENT):
            told.add(marker, head, data[body + 2 : at])
    raise unreadable(_TOO_MANY_PARTS)


class _Segments(Struct):
    """The application segments of a JPEG that do not change its pixels."""

    exif: bytes | None = None
    xmp: list[bytes] = field(default_factory=list)
    has_c2pa: bool = False

    def add(self, marker: int, head: bytes, content: bytes) -> None:
        if marker == _JUMBF_SEGMENT:
            self.has_c2pa |= b"jumb" in head and b"c2pa" in head
        elif head.startswith(_EXIF):
            self.exif = content[len(_EXIF) :] if self.exif is None else self.exif
        elif head.startswith((_XMP, _MORE_XMP)):
            self.xmp.append(content.partition(b"\0")[2])

    def metadata(self) -> Metadata:
        return Metadata(
            self.exif or b"", self.exif is not None, tuple(self.xmp), has_c2pa=self.has_c2pa
        )


def bare_png(data: bytes) -> Bare:
    """Keep only pixels and colours of a PNG's first frame. Raises FaultError."""
    kept: list[bytes] = [data[:_PNG_SIGNATURE_BYTES]]
    told: list[tuple[bytes, bytes]] = []
    kinds: list[bytes] = []
    for kind, start, end in _chunks(data):
        if kind[:1].isupper() and (kind not in _KEPT_CHUNKS or (kind == b"IHDR") != (not kinds)):
            # An extension without which nobody can read it, or a second header, or none.
            raise unreadable(_WRONG_HEADER)
        if kind in _KEPT_CHUNKS:
            kept.append(data[start - 8 : end + 4])
        elif kind == b"eXIf" or (
            kind in _TEXT_CHUNKS and data.startswith((_XMP_KEYWORD, _MARK_KEYWORD), start)
        ):
            told.append((kind, data[start:end]))
        kinds.append(kind)
    # An animated PNG says acTL; one frame control each frame follows.
    frames = max(1, kinds.count(b"fcTL")) if b"acTL" in kinds else 1
    return Bare(b"".join(kept), _metadata_of_png(told, has_c2pa=b"caBX" in kinds), frames)


def _metadata_of_png(told: Sequence[tuple[bytes, bytes]], *, has_c2pa: bool) -> Metadata:
    exif = [content for kind, content in told if kind == b"eXIf"]
    texts = [
        (kind, content)
        for kind, content in told
        if content.startswith(_MARK_KEYWORD) and kind != b"eXIf"
    ]
    packed = [
        (kind, content)
        for kind, content in told
        if content.startswith(_XMP_KEYWORD) and kind != b"eXIf"
    ]
    first = exif[0] if exif else b""
    return Metadata(first, bool(exif), (), tuple(packed), tuple(texts), has_c2pa)


def metadata_of_webp(data: bytes, exif: bytes | None, xmp: bytes | None) -> Metadata:
    """Make the metadata of a WebP, of which Pillow reads EXIF and XMP."""
    # Some writers put the header of JPEG's segment before the TIFF block.
    block = (exif or b"").removeprefix(_EXIF)
    return Metadata(
        block,
        exif is not None,
        (xmp,) if xmp else (),
        has_c2pa=_C2PA_IN_WEBP.search(data) is not None,
    )


XMP_AROUND_BYTES = 64
"""More than what stands around a packet in a JPEG or PNG."""


def with_xmp(data: bytes, packet: bytes) -> bytes:
    """Insert a packet of XMP into a JPEG or PNG that has none. An empty packet changes nothing."""
    if not packet:
        return data
    if sniff(data) is Format.JPEG:
        at = 4 + int.from_bytes(data[4:6], "big") if data.startswith(_HEADER_SEGMENT, 2) else 2
        content = _XMP + packet
        part = bytes([0xFF, _EXIF_SEGMENT]) + (len(content) + 2).to_bytes(2, "big") + content
    else:
        at = _PNG_SIGNATURE_BYTES + 12 + int.from_bytes(data[8:12], "big")
        content = b"iTXt" + _XMP_KEYWORD + bytes(4) + packet
        part = (
            (len(content) - 4).to_bytes(4, "big") + content + zlib.crc32(content).to_bytes(4, "big")
        )
    return data[:at] + part + data[at:]


def orientation_of(exif: bytes) -> int:
    """Read the orientation from a TIFF block, 1 to 8. An unreadable block counts as 1, as in viewers.

    Pillow reads it too, but warns on the standard error stream where the block is damaged.
    """
    for entry in tiff_entries(exif):
        if entry.tag == _ORIENTATION_TAG:
            value = entry.short
            return value if entry.kind == 3 and entry.count == 1 and 1 <= value <= 8 else 1
    return 1


class TiffEntry(Frozen):
    """An entry of a directory of TIFF."""

    tag: int
    kind: int
    count: int
    short: int
    """Its value, if that is one number of 16 bits."""
    value: int
    """Its value, if that is one number of 32 bits, else where it stands."""


def tiff_entries(exif: bytes, parent_tag: int | None = None) -> Iterator[TiffEntry]:
    """Yield the entries of the first directory, or of the directory under `parent_tag`, up to the first damage."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return
    try:
        (directory,) = unpack_from(order + "I", exif, 4)
        if parent_tag is not None:
            directory = next(
                (each.value for each in tiff_entries(exif) if each.tag == parent_tag), len(exif)
            )
        (entries,) = unpack_from(order + "H", exif, directory)
        for index in range(entries):
            at = directory + 2 + 12 * index
            (short,) = unpack_from(order + "H", exif, at + 8)
            tag, kind, count, value = unpack_from(order + "HHII", exif, at)
            yield TiffEntry(tag, kind, count, short, value)
    except error:
        return


def _next_marker(data: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(data, at)
    if found is None:
        raise unreadable(ENDS_TOO_EARLY)
    return found.start()


def _is_kept(marker: int, content: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return content.startswith(_KEPT_APPLICATION_DATA.get(marker, ()))
    return marker != _COMMENT


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Return kind, start and end of the content of every chunk up to IEND, each with a right checksum."""
    view = memoryview(data)
    kind = b""
    start = _PNG_SIGNATURE_BYTES + 8
    for _ in range(PARTS_MAX):
        kind = data[start - 4 : start]
        end = start + int.from_bytes(data[start - 8 : start - 4], "big")
        if end + 4 > len(data):
            raise unreadable(ENDS_TOO_EARLY)
        if zlib.crc32(view[start - 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise unreadable(Phrase("a checksum in it is wrong"))
        yield kind, start, end
        if kind == b"IEND":
            return
        start = end + 12
    raise unreadable(_TOO_MANY_PARTS)
