"""Sounds and videos, judged before they are uploaded: format, size, and how long they play."""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from massctl.media.limits import (
    VIDEO_BYTES_MAX,
    VIDEO_FORMATS,
    VOICE_BYTES_MAX,
    VOICE_FORMATS,
    VOICE_MILLISECONDS_MAX,
)
from massctl.media.sniff import kind_of
from massctl.media.xing import is_cut_off
from massctl.model.phrase import Phrase, enumerated

Use = Literal["voice", "video"]
FaultKind = Literal["unreadable", "unsupported", "too_large", "too_long"]

_AMR_FRAME_BYTES: Final = (13, 14, 16, 18, 20, 21, 27, 32, 6)
"""A frame with its head, by the mode in that head; 8 is comfort noise. Source: RFC 4867, section 5.3."""
_AMR_NO_DATA: Final = 15
_AMR_PADDING: Final = 0b1000_0011
"""Bits of a frame's head that must be 0. Source: RFC 4867, section 5.3."""
_AMR_MILLISECONDS: Final = 20
_CHUNK_HEAD_BYTES: Final = 8
_BOX_HEAD_BYTES: Final = 8
_LARGE_BOX_HEAD_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Measured:
    """A sound or a video that WeChat takes."""

    extension: str
    """`mp3`, `amr`, `wav`, `wma` or `mp4`: matches the bytes."""
    milliseconds: int
    """How long it plays; 0 where a video does not say."""


@dataclass(frozen=True, slots=True)
class MediaFault:
    """A sound or a video that is not used."""

    kind: FaultKind
    message: Phrase
    """What is wrong."""
    hint: Phrase
    """What to do."""


AGAIN: Final = Phrase("export or download it again")


def measure(data: bytes, use: Use) -> Measured | MediaFault:
    """Judge the bytes of a voice message or of a video; the work is bounded by their number."""
    formats, limit = (VOICE_FORMATS, VOICE_BYTES_MAX) if use == "voice" else (VIDEO_FORMATS, VIDEO_BYTES_MAX)
    kind = kind_of(data)
    if kind not in formats:
        return _unsupported(data, kind, formats)
    if len(data) > limit:
        return too_large(use)
    milliseconds = _played(data, kind)
    if milliseconds is None or (use == "voice" and milliseconds == 0):
        return MediaFault("unreadable", Phrase("the file is damaged or cut off"), AGAIN)
    if use == "voice" and milliseconds > VOICE_MILLISECONDS_MAX:
        say = Phrase(
            "the sound plays {seconds} s, and WeChat takes at most {limit} s",
            seconds=f"{milliseconds / 1000:.1f}",
            limit=VOICE_MILLISECONDS_MAX // 1000,
        )
        return MediaFault("too_long", say, Phrase("make it shorter"))
    return Measured(kind, milliseconds)


def too_large(use: Use) -> MediaFault:
    """Say that a file is larger than WeChat takes."""
    limit = VOICE_BYTES_MAX if use == "voice" else VIDEO_BYTES_MAX
    return MediaFault(
        "too_large",
        Phrase("the file is larger than the {limit} MB that WeChat takes", limit=limit // 1024**2),
        Phrase("make it smaller"),
    )


def _unsupported(data: bytes, kind: str, formats: tuple[str, ...]) -> MediaFault:
    if not data:
        return MediaFault("unreadable", Phrase("the file is empty"), AGAIN)
    if kind == "Git LFS pointer":
        return MediaFault(
            "unsupported",
            Phrase("this is a Git LFS pointer and not the file itself"),
            Phrase("run `git lfs pull`"),
        )
    taken = enumerated([each.upper() for each in formats])
    save = Phrase("save it as {formats}", formats=taken)
    if not kind:
        return MediaFault("unsupported", Phrase("WeChat does not take files of this kind here"), save)
    return MediaFault("unsupported", Phrase("WeChat does not take {kind} here", kind=kind.upper()), save)


def _played(data: bytes, kind: str) -> int | None:
    """Give the milliseconds that it plays; None for a file that is damaged or cut off."""
    if kind == "amr":
        return _amr_milliseconds(data)
    if (kind == "mp4" and not _is_whole_mp4(data)) or (kind == "wav" and not _is_whole_wav(data)):
        return None
    if kind == "mp3" and is_cut_off(data):
        return None
    return _milliseconds(data, kind)


def _amr_milliseconds(data: bytes) -> int | None:
    """Add up the frames of AMR, of 20 ms each; None where they do not end with the file."""
    at, frames = len(b"#!AMR\n"), 0
    while at < len(data):
        mode = (data[at] >> 3) & 0x0F
        if data[at] & _AMR_PADDING or (mode >= len(_AMR_FRAME_BYTES) and mode != _AMR_NO_DATA):
            return None
        at += 1 if mode == _AMR_NO_DATA else _AMR_FRAME_BYTES[mode]
        frames += 1
    return frames * _AMR_MILLISECONDS if at == len(data) else None


def _milliseconds(data: bytes, kind: str) -> int | None:
    """Ask the library how long it plays: 0 where that is not said, None where it cannot be read."""
    # Only a sound or video that is new pays for the library.
    from tinytag import TinyTag, TinyTagException

    try:
        seconds = TinyTag.get(f"media.{kind}", BytesIO(data), tags=False).duration
        return max(0, round(seconds * 1000)) if seconds is not None else 0
    except (TinyTagException, struct.error, ValueError, LookupError, ArithmeticError, OSError, RecursionError):
        return None


def _is_whole_wav(data: bytes) -> bool:
    """Say whether the chunks end with the file, and the samples are among them."""
    found: set[bytes] = set()
    at = len(b"RIFF....WAVE")
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found.add(data[at : at + 4])
        at += _CHUNK_HEAD_BYTES + size
        if at > len(data):
            return False
        at += size % 2  # A chunk of odd size is padded; the last one in practice not always.
    return {b"fmt ", b"data"} <= found


def _is_whole_mp4(data: bytes) -> bool:
    """Say whether the boxes end with the file, and index and pictures are among them."""
    found: set[bytes] = set()
    at = 0
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        head = _BOX_HEAD_BYTES
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), _LARGE_BOX_HEAD_BYTES
        elif size == 0:
            size = len(data) - at
        if size < head or at + size > len(data):
            return False
        found.add(kind)
        at += size
    return {b"moov", b"mdat"} <= found
