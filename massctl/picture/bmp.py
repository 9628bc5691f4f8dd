"""The headers of a Windows bitmap."""

from struct import unpack_from
from typing import Final

from massctl.picture.container import ENDS_TOO_EARLY, BrokenPictureError, Container
from massctl.picture.sniff import Format

_FILE_HEADER_BYTES: Final = 14
_BITFIELDS: Final = 3
_ALPHA_MASK_AT: Final = 66
"""Where the fourth mask stands, in headers long enough to have one."""


def walk_bmp(data: bytes) -> Container:
    """Read both headers; raises BrokenPictureError. Transparency counts only where a mask declares it."""
    header_bytes = int.from_bytes(data[14:18], "little")
    if len(data) < _FILE_HEADER_BYTES + header_bytes:
        raise BrokenPictureError(ENDS_TOO_EARLY)
    if header_bytes == 12:
        width, height = unpack_from("<HH", data, 18)
        return Container(Format.BMP, width, height)
    # A negative height only says that the rows come from the top.
    width, height, _, bits, compression = unpack_from("<IiHHI", data, 18)
    has_mask = bits == 32 and compression == _BITFIELDS and header_bytes >= 56
    has_alpha = has_mask and any(data[_ALPHA_MASK_AT : _ALPHA_MASK_AT + 4])
    return Container(Format.BMP, width, abs(height), has_alpha=has_alpha)
