"""What the first frame of an MP3 says of the whole file, where an encoder wrote that down: Xing's and LAME's tag.

Without it nothing in an MP3 says where it ends, so that one that was cut off is a shorter sound.
Source: G. Bouvigne, "Mp3 Info Tag rev 1 specifications" (LAME), read 2026-10.
"""

from typing import Final

_ID3_HEAD_BYTES: Final = 10
_FRAME_HEAD_BYTES: Final = 4
_SIDE_BYTES: Final = {(True, True): 17, (True, False): 32, (False, True): 9, (False, False): 17}
"""(MPEG 1, mono) -> bytes between the head of a frame and the tag."""
_LEAST_FRAME_BYTES: Final = {True: 96, False: 24}
"""MPEG 1: 32 kbit/s at 48 kHz; else 8 kbit/s at 24 kHz. No frame of layer III is shorter."""
_SLACK_BYTES: Final = 1441
"""The longest frame: encoders do not agree on whether the first one counts."""


def is_cut_off(data: bytes) -> bool:
    """Say whether an MP3 surely lacks its end, by its own account; one that gives none is taken as it is."""
    at = _first_frame(data)
    if at is None:
        return False
    first = (data[at + 1] >> 3) & 3 == 3
    tag = at + _FRAME_HEAD_BYTES + _SIDE_BYTES[first, data[at + 3] >> 6 == 3]
    if data[tag : tag + 4] not in (b"Xing", b"Info"):
        return False
    flags, there = _number(data, tag + 4), len(data) - at + _SLACK_BYTES
    has_frames, has_bytes = bool(flags & 1), bool(flags & 2)
    frames = _number(data, tag + 8) if has_frames else 0
    declared = _number(data, tag + (12 if has_frames else 8)) if has_bytes else frames * _LEAST_FRAME_BYTES[first]
    return declared > there


def _first_frame(data: bytes) -> int | None:
    """Find the first frame behind an ID3 tag; None where there is none with a whole head."""
    at = 0
    if data[:3] == b"ID3" and len(data) > _ID3_HEAD_BYTES:
        # Four times seven bits.
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        at = _ID3_HEAD_BYTES + size
    at = data.find(b"\xff", at)
    if at < 0 or at + _FRAME_HEAD_BYTES > len(data) or data[at + 1] & 0xE0 != 0xE0:
        return None
    return at


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
