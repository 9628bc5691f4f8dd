"""The chunks of a PNG file, their checksums, and the amount of their pixel data (W3C PNG, third edition)."""

import zlib
from struct import unpack_from
from typing import Any, Final

from massctl.picture.container import (
    ENDS_TOO_EARLY,
    FEWER_PIXELS,
    MORE_PIXELS,
    NOT_DECODABLE,
    PRIVATE_EXTENSION,
    TOO_MANY_PARTS,
    WRONG_CHECKSUM,
    WRONG_HEADER,
    BrokenPictureError,
    Container,
    orientation_of,
)
from massctl.picture.limits import PARTS_MAX
from massctl.picture.profile import inflated, is_srgb
from massctl.picture.sniff import Format

_SIGNATURE_BYTES: Final = 8
_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND"})
"""The chunks that change what pixels look like to the decoder."""
_CRITICAL: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type -> samples a pixel."""
_ADAM7: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""First column, first row, column step, row step of each pass."""
_DEFLATED_STEP_BYTES: Final = 1 << 16
_INFLATED_STEP_BYTES: Final = 1 << 20


def walk_png(data: bytes) -> Container:
    """Read all chunks up to IEND and check every checksum; raises BrokenPictureError."""
    chunks = _chunks(data)
    if chunks[0][0] != b"IHDR" or chunks[0][2] - chunks[0][1] != 13:
        raise BrokenPictureError(WRONG_HEADER)
    width, height, depth, colour, _, _, _ = unpack_from(">IIBBBBB", data, chunks[0][1])
    kinds = [kind for kind, _, _ in chunks]
    if colour not in _CHANNELS or kinds.count(b"IHDR") != 1 or b"IDAT" not in kinds:
        raise BrokenPictureError(WRONG_HEADER)
    keep = [(0, _SIGNATURE_BYTES)]
    orientation = 0
    profile = b""
    for kind, start, end in chunks:
        if kind[0] & 0x20 == 0 and kind not in _CRITICAL:
            raise BrokenPictureError(PRIVATE_EXTENSION)
        if kind in _KEPT:
            keep.append((start - 8, end + 4))
            if kind == b"iCCP":
                # Its name, a zero, how it is compressed; then the profile.
                profile = inflated(data[start:end].partition(b"\0")[2][1:])
        elif kind == b"eXIf" and not orientation:
            orientation = orientation_of(data[start:end])
    return Container(
        Format.PNG,
        width,
        height,
        # An animated PNG says acTL; one frame control each frame follows.
        frames=max(1, kinds.count(b"fcTL")) if b"acTL" in kinds else 1,
        has_alpha=colour in {4, 6} or b"tRNS" in kinds,
        bit_depth=depth,
        orientation=orientation or 1,
        is_plain_colour=not profile or is_srgb(profile),
        keep=tuple(keep),
    )


def check_pixel_data(data: bytes) -> None:
    """Inflate the pixel data of a file that `walk_png` accepts and compare its amount with the header.

    Decoders accept a stream that ends early, leaving the rest black, and one that goes on for gigabytes.
    Holds at most 1 MiB of it at a time and stops at the first byte too many; raises BrokenPictureError.
    """
    chunks = _chunks(data)
    expected = _pixel_data_bytes(data[chunks[0][1] : chunks[0][2]])
    inflater = zlib.decompressobj()
    count = 0
    try:
        for kind, start, end in chunks:
            if kind == b"IDAT":
                count += _count_inflated(data[start:end], inflater, expected - count)
    except zlib.error:
        raise BrokenPictureError(NOT_DECODABLE) from None
    if not inflater.eof or count != expected:
        raise BrokenPictureError(FEWER_PIXELS)


def _count_inflated(deflated: bytes, inflater: Any, bytes_max: int) -> int:
    count = 0
    for start in range(0, len(deflated), _DEFLATED_STEP_BYTES):
        pending = deflated[start : start + _DEFLATED_STEP_BYTES]
        while pending and not inflater.eof:
            count += len(inflater.decompress(pending, _INFLATED_STEP_BYTES))
            pending = inflater.unconsumed_tail
            if count > bytes_max:
                raise BrokenPictureError(MORE_PIXELS)
    return count


def _chunks(data: bytes) -> list[tuple[bytes, int, int]]:
    """List kind, start and end of the content of every chunk up to IEND, each with a right checksum."""
    view = memoryview(data)
    found: list[tuple[bytes, int, int]] = []
    position = _SIGNATURE_BYTES
    while not found or found[-1][0] != b"IEND":
        if len(found) == PARTS_MAX:
            raise BrokenPictureError(TOO_MANY_PARTS)
        if position + 12 > len(data):
            raise BrokenPictureError(ENDS_TOO_EARLY)
        start = position + 8
        end = start + int.from_bytes(data[position : position + 4], "big")
        if end + 4 > len(data):
            raise BrokenPictureError(ENDS_TOO_EARLY)
        if zlib.crc32(view[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise BrokenPictureError(WRONG_CHECKSUM)
        found.append((data[position + 4 : start], start, end))
        position = end + 4
    return found


def _pixel_data_bytes(header: bytes) -> int:
    """Count the bytes that the pixel data inflates to: a filter byte and the packed samples of every row."""
    width, height, depth, colour, compression, filtering, interlace = unpack_from(">IIBBBBB", header)
    if compression or filtering or interlace > 1:
        raise BrokenPictureError(WRONG_HEADER)
    bits = depth * _CHANNELS[colour]
    passes = _ADAM7 if interlace else ((0, 0, 1, 1),)
    total = 0
    for first_column, first_row, column_step, row_step in passes:
        columns = max(0, -(-(width - first_column) // column_step))
        rows = max(0, -(-(height - first_row) // row_step))
        total += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    return total
