"""Whether an embedded ICC profile says anything else than sRGB, from its bytes alone: no colour is converted here.

Source: ICC.1:2022, "Profile header", "Tag table", "XYZType".
"""

import struct
import zlib
from typing import Final

PROFILE_BYTES_MAX: Final = 1 << 20
"""Of a compressed profile; printers' are the largest, with some 600 KB."""
_SRGB: Final = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
"""The primaries of sRGB, adapted to D50. Source: IEC 61966-2-1, as in the ICC's own sRGB profiles."""
_TOLERANCE: Final = 0.004
"""Profiles of sRGB differ in the fourth decimal; those of other spaces in the second."""
_TAGS_MAX: Final = 100


def is_srgb(profile: bytes) -> bool:
    """Say whether colours mean in this profile what they mean without one; a profile that is damaged says nothing."""
    try:
        space = profile[16:20]
        if space != b"RGB ":
            return False
        (count,) = struct.unpack_from(">I", profile, 128)
        tags = {
            name: start
            for name, start, _ in (
                struct.unpack_from(">4sII", profile, 132 + 12 * index) for index in range(min(count, _TAGS_MAX))
            )
        }
        return all(_is_near(profile, tags[name], primary) for name, primary in _SRGB.items())
    except (struct.error, KeyError):
        return False


def inflated(compressed: bytes) -> bytes:
    """Unpack the profile of a PNG; empty where it is damaged or far too large."""
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(compressed, PROFILE_BYTES_MAX)
    except zlib.error:
        return b""
    return profile if inflater.eof else b""


def _is_near(profile: bytes, start: int, primary: tuple[float, float, float]) -> bool:
    values = struct.unpack_from(">3i", profile, start + 8)
    return all(abs(value / 65536 - due) <= _TOLERANCE for value, due in zip(values, primary, strict=True))
