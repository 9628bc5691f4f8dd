"""The markers of a JPEG file (ITU T.81, annex B)."""

import re
from dataclasses import dataclass
from typing import Final

from massctl.picture.container import (
    ENDS_TOO_EARLY,
    NO_IMAGE,
    TOO_MANY_PARTS,
    WRONG_HEADER,
    WRONG_SCANS,
    BrokenPictureError,
    Container,
    orientation_of,
)
from massctl.picture.limits import JPEG_SCANS_MAX, PARTS_MAX
from massctl.picture.profile import is_srgb
from massctl.picture.sniff import Format

_START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = 0xD9
_COMMENT: Final = 0xFE
_STANDALONE: Final = frozenset({0x01, 0xD8})
"""Markers without a segment, but for the restarts within coded data."""
_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_EXIF_SEGMENT: Final = 0xE1
_EXIF: Final = b"Exif\0\0"
_ICC: Final = 0xE2
_KEPT_APPLICATION_DATA: Final = {0xE0: b"JFIF\0", _ICC: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""The application segments that change what pixels look like."""
_ICC_HEADER_BYTES: Final = 18
"""Before a piece of the profile: marker, length, its name, which piece it is, and of how many."""
_CMYK_CHANNELS: Final = 4
_NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""In coded data a stuffed 0 or a restart marker follows 0xff; anything else ends the scan.

Fill bytes (0xff) may stand before it; they are no part of this, since a search would begin anew at each of them.
"""


def walk_jpeg(data: bytes) -> Container:
    """Read the markers up to the end of the image; raises BrokenPictureError where there is none."""
    told, keep = _Told(), [(0, 2)]
    position = 2
    for _ in range(PARTS_MAX):
        marker, start, body = _next_marker(data, position)
        if marker == _END_OF_IMAGE:
            keep.append((start, body))
            break
        end = _end_of_segment(data, marker, body)
        content = data[body + 2 : min(end, body + 2 + 16)]
        if marker in _FRAME_HEADERS:
            told.frame(content)
        elif marker == _EXIF_SEGMENT and content.startswith(_EXIF) and not told.orientation:
            told.orientation = orientation_of(data[body + 2 + len(_EXIF) : end])
        elif marker == _START_OF_SCAN:
            told.scan()
            end = _end_of_scan(data, end)
        if _is_kept(marker, content):
            keep.append((start, end))
        position = end
    else:
        raise BrokenPictureError(TOO_MANY_PARTS)
    if told.size is None or not told.scans:
        raise BrokenPictureError(NO_IMAGE)
    return Container(
        Format.JPEG,
        *told.size,
        orientation=told.orientation or 1,
        is_plain_colour=told.channels != _CMYK_CHANNELS and _is_srgb(data, keep),
        has_metadata=sum(end - start for start, end in keep) < keep[-1][1],
        keep=tuple(keep),
    )


@dataclass(slots=True)
class _Told:
    """What the segments said so far."""

    size: tuple[int, int] | None = None
    """Width and height in pixels, as stored: before the orientation is applied."""
    channels: int = 0
    orientation: int = 0
    scans: int = 0

    def frame(self, content: bytes) -> None:
        """Take a frame header, of which there is one."""
        if self.size is not None or len(content) < 6:
            raise BrokenPictureError(WRONG_HEADER)
        self.size = (int.from_bytes(content[3:5], "big"), int.from_bytes(content[1:3], "big"))
        self.channels = content[5]

    def scan(self) -> None:
        """Count a scan, which needs the frame before it."""
        self.scans += 1
        if self.size is None or self.scans > JPEG_SCANS_MAX:
            raise BrokenPictureError(WRONG_SCANS)


def _next_marker(data: bytes, position: int) -> tuple[int, int, int]:
    """Find the next marker: its code, where its 0xff is, where its segment begins. Skips stray bytes."""
    found = _NEXT_MARKER.search(data, position)
    if found is None:
        raise BrokenPictureError(ENDS_TOO_EARLY)
    return data[found.end() - 1], found.end() - 2, found.end()


def _end_of_segment(data: bytes, marker: int, body: int) -> int:
    if marker in _STANDALONE:
        # A second beginning, say: we could step over it, and other readers give up there.
        raise BrokenPictureError(WRONG_HEADER)
    end = body + int.from_bytes(data[body : body + 2], "big")
    if end < body + 2 or end > len(data):
        raise BrokenPictureError(ENDS_TOO_EARLY)
    return end


def _end_of_scan(data: bytes, position: int) -> int:
    found = _NEXT_MARKER.search(data, position)
    if found is None:
        raise BrokenPictureError(ENDS_TOO_EARLY)
    return position + len(data[position : found.start()].rstrip(b"\xff"))


def _is_srgb(data: bytes, keep: list[tuple[int, int]]) -> bool:
    """Judge the profile, which may come in pieces, in their order."""
    profile = b"".join(data[start + _ICC_HEADER_BYTES : end] for start, end in keep if data[start + 1] == _ICC)
    return not profile or is_srgb(profile)


def _is_kept(marker: int, content: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        wanted = _KEPT_APPLICATION_DATA.get(marker)
        return wanted is not None and content.startswith(wanted)
    return marker != _COMMENT
