"""The chunks of a WebP file (RFC 9649)."""

from typing import Final

from massctl.picture.container import (
    ENDS_TOO_EARLY,
    TOO_MANY_PARTS,
    WRONG_HEADER,
    BrokenPictureError,
    Container,
    orientation_of,
)
from massctl.picture.limits import PARTS_MAX
from massctl.picture.sniff import Format

_ALPHA_FLAG: Final = 0x10


def walk_webp(data: bytes) -> Container:
    """Read all chunks, and the canvas from the first one; raises BrokenPictureError."""
    file_end = 8 + _u32(data, 4)
    if len(data) < 20 or file_end > len(data):
        raise BrokenPictureError(ENDS_TOO_EARLY)
    width, height, has_alpha = _canvas(data)
    frames = 0
    orientation = 0
    position = 12
    for _ in range(PARTS_MAX):
        if position + 8 > file_end:
            break
        kind = data[position : position + 4]
        start = position + 8
        end = start + _u32(data, position + 4)
        if end > file_end:
            raise BrokenPictureError(ENDS_TOO_EARLY)
        if kind == b"ANMF":
            frames += 1
        elif kind == b"EXIF" and not orientation:
            # Some writers put the header of JPEG's segment before the TIFF block.
            orientation = orientation_of(data[start:end].removeprefix(b"Exif\0\0"))
        position = end + (end & 1)
    else:
        raise BrokenPictureError(TOO_MANY_PARTS)
    return Container(
        Format.WEBP,
        width,
        height,
        frames=max(1, frames),
        has_alpha=has_alpha,
        orientation=orientation or 1,
        keep=((0, file_end),),
    )


def _canvas(data: bytes) -> tuple[int, int, bool]:
    """Read width, height and declared transparency from the first chunk."""
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        width = int.from_bytes(data[24:27], "little") + 1
        return width, int.from_bytes(data[27:30], "little") + 1, bool(data[20] & _ALPHA_FLAG)
    if kind == b"VP8L" and len(data) >= 25 and data[20] == 0x2F:
        bits = _u32(data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    if kind == b"VP8 " and len(data) >= 30 and data[23:26] == b"\x9d\x01\x2a":
        sides = _u32(data, 26)
        return sides & 0x3FFF, sides >> 16 & 0x3FFF, False
    raise BrokenPictureError(WRONG_HEADER)


def _u32(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 4], "little")
