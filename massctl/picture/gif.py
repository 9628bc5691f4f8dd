"""The blocks of a GIF file (GIF89a specification)."""

from typing import Final

from massctl.picture.container import ENDS_TOO_EARLY, NO_IMAGE, WRONG_BLOCK, BrokenPictureError, Container
from massctl.picture.sniff import Format

_EXTENSION: Final = 0x21
_IMAGE: Final = 0x2C
_TRAILER: Final = 0x3B
_GRAPHIC_CONTROL: Final = 0xF9


def walk_gif(data: bytes) -> Container:
    """Read all blocks up to the trailer and count the frames; raises BrokenPictureError.

    The canvas is the logical screen, or larger where a frame leaves it, as decoders have it.
    """
    if len(data) < 13:
        raise BrokenPictureError(ENDS_TOO_EARLY)
    width, height = _u16(data, 6), _u16(data, 8)
    position = 13 + _colour_table_bytes(data[10])
    frames = 0
    has_alpha = False
    while (kind := _byte(data, position)) != _TRAILER:
        if kind == _EXTENSION:
            if _byte(data, position + 1) == _GRAPHIC_CONTROL and _byte(data, position + 2) >= 4:
                has_alpha = has_alpha or bool(_byte(data, position + 3) & 1)
            position = _after_sub_blocks(data, position + 2)
        elif kind == _IMAGE:
            flags = _byte(data, position + 9)
            width = max(width, _u16(data, position + 1) + _u16(data, position + 5))
            height = max(height, _u16(data, position + 3) + _u16(data, position + 7))
            frames += 1
            # After the colour table one byte tells the code size; then the codes.
            position = _after_sub_blocks(data, position + 10 + _colour_table_bytes(flags) + 1)
        elif kind == 0:
            # Some writers pad between blocks; every decoder steps over it.
            position += 1
        else:
            raise BrokenPictureError(WRONG_BLOCK)
    if not frames:
        raise BrokenPictureError(NO_IMAGE)
    return Container(Format.GIF, width, height, frames=frames, has_alpha=has_alpha, keep=((0, position + 1),))


def _byte(data: bytes, position: int) -> int:
    if position >= len(data):
        raise BrokenPictureError(ENDS_TOO_EARLY)
    return data[position]


def _u16(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 2], "little")


def _colour_table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_sub_blocks(data: bytes, position: int) -> int:
    while size := _byte(data, position):
        position += size + 1
    return position + 1
