"""What the containers of pictures say without decoding a pixel."""

import struct
from dataclasses import dataclass
from typing import Final

from massctl.model.phrase import Phrase
from massctl.picture.sniff import Format

ENDS_TOO_EARLY: Final = Phrase("it ends too early")
WRONG_HEADER: Final = Phrase("its header is wrong")
WRONG_BLOCK: Final = Phrase("a block in it is wrong")
TOO_MANY_PARTS: Final = Phrase("it is cut into too many parts")
WRONG_CHECKSUM: Final = Phrase("a checksum in it is wrong")
WRONG_SCANS: Final = Phrase("its scans are wrong")
CONTRADICTION: Final = Phrase("its headers contradict each other")
PRIVATE_EXTENSION: Final = Phrase("it needs an extension of PNG that nobody else reads")
NO_IMAGE: Final = Phrase("it holds no image")
MORE_PIXELS: Final = Phrase("it holds more pixels than its header says")
FEWER_PIXELS: Final = Phrase("it holds fewer pixels than its header says")
NOT_DECODABLE: Final = Phrase("its pixels cannot be decoded")

_ORIENTATION_TAG: Final = 0x0112


class BrokenPictureError(Exception):
    """Leave a walk or a decoding at the first fault; `measure` and `prepare` make a value of it.

    `why` is a clause of our own, never a text of the decoder.
    """

    def __init__(self, why: Phrase) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Container:
    """The declarations of one picture, checked against the length of the file but not against its pixels."""

    format: Format
    width: int
    """Stored columns, before `orientation`."""
    height: int
    frames: int = 1
    has_alpha: bool = False
    """Transparency is declared; the pixels may still all be opaque."""
    bit_depth: int = 8
    """Bits a channel, where a transparent colour is given in them (PNG)."""
    orientation: int = 1
    """EXIF orientation, 1 to 8."""
    is_plain_colour: bool = True
    """The numbers of its pixels are sRGB: it is no CMYK, and no profile says otherwise."""
    has_metadata: bool = False
    """It tells more than its pixels: camera, place, words, thumbnails (JPEG)."""
    keep: tuple[tuple[int, int], ...] = ()
    """The (start, end) ranges that a decoder needs, in order; empty means all of the file."""

    def essence_of(self, data: bytes) -> bytes:
        """Copy out what a decoder needs: no EXIF, no text, no thumbnails, nothing after the end."""
        return b"".join(data[start:end] for start, end in self.keep) if self.keep else data


def orientation_of(exif: bytes) -> int:
    """Read the orientation from a TIFF block, 1 to 8; a block that cannot be read says 1, as viewers do."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, directory)
        for index in range(entries):
            tag, kind, count, value = struct.unpack_from(order + "HHIH", exif, directory + 2 + 12 * index)
            if tag == _ORIENTATION_TAG:
                return value if kind == 3 and count == 1 and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
