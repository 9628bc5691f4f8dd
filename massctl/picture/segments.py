"""The segments of a JPEG and the chunks of a PNG: those that a decoder needs, without what cameras and editors write.

Nothing is encoded anew by it. The work is bounded, and a decoder sees no text, thumbnail or profile of a printer that
could grow in its hands. Sources: ITU T.81, annex B; W3C PNG, third edition.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import error, unpack_from
from typing import Final

from massctl.model.phrase import Phrase
from massctl.picture.formats import ENDS_TOO_EARLY, unreadable
from massctl.picture.limits import JPEG_SCANS_MAX, PARTS_MAX

_WRONG_HEADER: Final = Phrase("its header is wrong")
_TOO_MANY_PARTS: Final = Phrase("it is cut into too many parts")

_START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = 0xD9
_COMMENT: Final = 0xFE
_EXIF_SEGMENT: Final = 0xE1
_EXIF: Final = b"Exif\0\0"
_KEPT_APPLICATION_DATA: Final = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""The application segments that change what pixels look like."""
_NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""In coded data a stuffed 0 or a restart marker follows 0xff; anything else ends the scan.

Fill bytes (0xff) may stand before it; they are no part of this, since a search would begin anew at each of them.
"""

_PNG_SIGNATURE_BYTES: Final = 8
_KEPT_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND"})
"""The chunks that change what pixels look like to the decoder."""
_ORIENTATION_TAG: Final = 0x0112


@dataclass(frozen=True, slots=True)
class Bare:
    """A picture without what is told beside its pixels."""

    data: bytes
    orientation: int = 1
    """How it was stored, 1 to 8, by its EXIF."""
    frames: int = 1


def bare_jpeg(data: bytes) -> Bare:
    """Leave out everything but pixels and colours, up to the end of the image; raises PictureRefusedError."""
    kept, exif, scans, at = [data[:2]], b"", 0, 2
    for _ in range(PARTS_MAX):
        start = _next_marker(data, at)
        marker, body = data[start + 1], start + 2
        if marker == _END_OF_IMAGE:
            return Bare(b"".join([*kept, data[start:body]]), orientation_of(exif))
        at = body + int.from_bytes(data[body : body + 2], "big")
        if marker == _START_OF_SCAN:
            scans += 1
            at = _next_marker(data, at)
        content = data[body + 2 : min(at, body + 16)]
        if marker == _EXIF_SEGMENT and not exif and content.startswith(_EXIF):
            exif = data[body + 2 + len(_EXIF) : at]
        if scans > JPEG_SCANS_MAX:
            raise unreadable(Phrase("its scans are wrong"))
        if _is_kept(marker, content):
            kept.append(data[start:at])
    raise unreadable(_TOO_MANY_PARTS)


def bare_png(data: bytes) -> Bare:
    """Leave out everything but pixels and colours of the first frame; raises PictureRefusedError."""
    kept, exif = [data[:_PNG_SIGNATURE_BYTES]], b""
    kinds: list[bytes] = []
    for kind, start, end in _chunks(data):
        if kind[:1].isupper() and (kind not in _KEPT_CHUNKS or (kind == b"IHDR") != (not kinds)):
            # An extension without which nobody can read it, or a second header, or none.
            raise unreadable(_WRONG_HEADER)
        if kind in _KEPT_CHUNKS:
            kept.append(data[start - 8 : end + 4])
        elif kind == b"eXIf" and not exif:
            exif = data[start:end]
        kinds.append(kind)
    # An animated PNG says acTL; one frame control each frame follows.
    frames = max(1, kinds.count(b"fcTL")) if b"acTL" in kinds else 1
    return Bare(b"".join(kept), orientation_of(exif), frames)


def orientation_of(exif: bytes) -> int:
    """Read the orientation from a TIFF block, 1 to 8; a block that cannot be read says 1, as viewers do.

    Pillow reads it too, but warns on the standard error stream where the block is damaged.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (directory,) = unpack_from(order + "I", exif, 4)
        (entries,) = unpack_from(order + "H", exif, directory)
        for index in range(entries):
            tag, kind, count, value = unpack_from(order + "HHIH", exif, directory + 2 + 12 * index)
            if tag == _ORIENTATION_TAG:
                return value if kind == 3 and count == 1 and 1 <= value <= 8 else 1
    except error:
        return 1
    return 1


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
    """Give kind, start and end of the content of every chunk up to IEND, each with a right checksum."""
    view = memoryview(data)
    kind, start = b"", _PNG_SIGNATURE_BYTES + 8
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
