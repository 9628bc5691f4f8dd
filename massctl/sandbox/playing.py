"""How long an uploaded sound plays, where that can be known."""

import struct

_AMR_FRAMES = {0: 13, 1: 14, 2: 16, 3: 18, 4: 20, 5: 21, 6: 27, 7: 32, 8: 6, 15: 1}
"""Bytes of a frame by its mode (RFC 4867); a frame is 20 ms."""


def seconds(data: bytes, kind: str) -> float | None:
    """Return the seconds that a sound of this format plays; None where nobody can tell."""
    return _amr_seconds(data) if kind == "amr" else _other_seconds(data, kind)


def _amr_seconds(data: bytes) -> float:
    at, frames = data.find(b"\n") + 1, 0
    while at < len(data):
        at += _AMR_FRAMES.get(data[at] >> 3 & 15, 1)
        frames += 1
    return frames / 50


def _other_seconds(data: bytes, kind: str) -> float | None:
    # Only sounds need the library.
    import io

    from tinytag import TinyTag, TinyTagException

    try:
        return TinyTag.get(f"sound.{kind}", io.BytesIO(data), tags=False).duration
    except (TinyTagException, struct.error, ValueError, LookupError, ArithmeticError, OSError):
        return None
