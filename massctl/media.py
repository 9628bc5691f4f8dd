"""Sounds and videos: bytes in, what they are and whether WeChat takes them out. Nothing is converted.

What WeChat takes: WeChat docs, "material/add_material", read 2026-10. How long something plays is asked of tinytag.
It knows no AMR, and reads what is there: that nothing was cut off is looked at here.
"""

import struct
from io import BytesIO
from typing import Literal

from massctl.model.diagnostics import Fault
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, enumerated

Use = Literal["voice", "video"]

VOICE_BYTES_MAX = 2 * 1024 * 1024
"""2 MB; larger is 40006."""
VOICE_MILLISECONDS_MAX = 60_000
"""60 s; longer is 45007."""
VIDEO_BYTES_MAX = 10 * 1024 * 1024
"""10 MB; larger is 40006."""
_FORMATS = {"voice": ("mp3", "amr", "wav", "wma"), "video": ("mp4",)}
_BYTES_MAX = {"voice": VOICE_BYTES_MAX, "video": VIDEO_BYTES_MAX}

_GIT_LFS = "Git LFS pointer"
_STARTS = {
    b"#!AMR\n": "amr",
    b"ID3": "mp3",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "wma",
    b"#!AMR-WB": "AMR-WB",
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
    b"\x1aE\xdf\xa3": "WebM",
    b"FLV": "FLV",
    b"FORM": "AIFF",
    b"version https://git-lfs": _GIT_LFS,
}
_BRANDS = {b"M4A ": "M4A", b"M4B ": "M4A", b"M4P ": "M4A", b"qt  ": "QuickTime"}

_AMR_FRAME_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6)
"""A frame with its head, by the mode in that head; 8 is comfort noise. Source: RFC 4867, section 5.3."""
_AMR_NO_DATA = 15
_AMR_PADDING = 0b1000_0011
"""Bits of a frame's head that must be 0. Source: RFC 4867, section 5.3."""
_AMR_MILLISECONDS = 20

_ID3_HEAD_BYTES = 10
_MPEG_HEAD_BYTES = 4
_MPEG_SIDE_BYTES = {(True, True): 17, (True, False): 32, (False, True): 9, (False, False): 17}
"""(MPEG 1, mono) -> bytes between the head of a frame and Xing's or LAME's tag.

Source: G. Bouvigne, "Mp3 Info Tag rev 1 specifications" (LAME), read 2026-10.
"""
_MPEG_LEAST_FRAME_BYTES = {True: 96, False: 24}
"""MPEG 1: 32 kbit/s at 48 kHz; else 8 kbit/s at 24 kHz. No frame of layer III is shorter."""
_MPEG_LONGEST_FRAME_BYTES = 1441
"""Encoders do not agree on whether the first frame counts."""

AGAIN = Phrase("export or download it again")


class Measured(Frozen):
    """A sound or a video that WeChat takes."""

    extension: str
    """`mp3`, `amr`, `wav`, `wma` or `mp4`: matches the bytes."""
    milliseconds: int
    """How long it plays; 0 where a video does not say."""


def measure(data: bytes, use: Use) -> Measured | Fault:
    """Judge the bytes of a voice message or of a video; the work is bounded by their number."""
    kind = kind_of(data)
    if kind not in _FORMATS[use]:
        return _unsupported(data, kind, use)
    if len(data) > _BYTES_MAX[use]:
        return too_large(use)
    milliseconds = _amr_milliseconds(data) if kind == "amr" else _milliseconds(data, kind)
    if milliseconds is None or (use == "voice" and milliseconds == 0):
        return Fault("MC210", Phrase("the file is damaged or cut off"), AGAIN)
    if use == "voice" and milliseconds > VOICE_MILLISECONDS_MAX:
        say = Phrase(
            "the sound plays {seconds} s, but WeChat accepts at most {limit} s",
            seconds=f"{milliseconds / 1000:.1f}",
            limit=VOICE_MILLISECONDS_MAX // 1000,
        )
        return Fault("MC213", say, Phrase("make it shorter"))
    return Measured(kind, milliseconds)


def too_large(use: Use) -> Fault:
    """Say that a file is larger than WeChat takes."""
    return Fault(
        "MC212",
        Phrase(
            "the file is larger than {limit} MB, the limit of WeChat",
            limit=_BYTES_MAX[use] // 1024**2,
        ),
        Phrase("make it smaller"),
    )


def kind_of(data: bytes) -> str:
    """Name the format, by the first bytes and never by a file's name.

    An extension in small letters where WeChat takes it somewhere, else its name for people; empty where none is known.
    """
    for start, kind in _STARTS.items():
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF":
        return {b"WAVE": "wav", b"AVI ": "AVI"}.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "mp4")
    # A frame of MPEG audio, layer III, of a version and a rate that exist.
    is_frame = len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2
    return "mp3" if is_frame and data[1] & 0x18 != 0x08 and data[2] >> 4 not in (0, 15) else ""


def _unsupported(data: bytes, kind: str, use: Use) -> Fault:
    if not data:
        return Fault("MC210", Phrase("the file is empty"), AGAIN)
    if kind == _GIT_LFS:
        message = Phrase("this is a Git LFS pointer, not the file itself")
        return Fault("MC211", message, Phrase("run `git lfs pull`"))
    save = Phrase(
        "save it as {formats}", formats=enumerated([each.upper() for each in _FORMATS[use]])
    )
    if not kind:
        return Fault("MC211", Phrase("WeChat does not accept files of this kind here"), save)
    return Fault("MC211", Phrase("WeChat does not accept {kind} here", kind=kind.upper()), save)


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
    """Return how long it plays: 0 where that is not said, None for a file that is damaged or cut off."""
    # Only a sound or video that is new pays for the library.
    from tinytag import TinyTag, TinyTagException

    if (kind == "mp4" and not _is_whole_mp4(data)) or (kind == "wav" and not _is_whole_wav(data)):
        return None
    if kind == "mp3" and _is_cut_off_mp3(data):
        return None
    try:
        seconds = TinyTag.get(f"media.{kind}", BytesIO(data), tags=False).duration
        return max(0, round(seconds * 1000)) if seconds is not None else 0
    except (
        TinyTagException,
        struct.error,
        ValueError,
        LookupError,
        ArithmeticError,
        OSError,
        RecursionError,
    ):
        return None


def _is_whole_wav(data: bytes) -> bool:
    """Return whether the chunks end with the file, and the samples are among them."""
    found: set[bytes] = set()
    at = len(b"RIFF....WAVE")
    while at < len(data):
        found.add(data[at : at + 4])
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if at > len(data):
            return False
        at += at % 2  # A chunk of odd size is padded; the last one in practice not always.
    return {b"fmt ", b"data"} <= found


def _is_whole_mp4(data: bytes) -> bool:
    """Return whether the boxes end with the file, and index and pictures are among them."""
    found: set[bytes] = set()
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if size == 1:
            size = max(16, int.from_bytes(data[at + 8 : at + 16], "big"))
        elif size == 0:
            size = len(data) - at
        if size < 8 or at + size > len(data):
            return False
        found.add(kind)
        at += size
    return {b"moov", b"mdat"} <= found


def _is_cut_off_mp3(data: bytes) -> bool:
    """Return whether an MP3 surely lacks its end, by what Xing's or LAME's tag in its first frame says of the whole.

    Without a tag nothing in an MP3 says where it ends: one that was cut off is a shorter sound.
    """
    at = 0
    if data[:3] == b"ID3" and len(data) > _ID3_HEAD_BYTES:
        # Four times seven bits.
        size = sum(
            (byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True)
        )
        at = _ID3_HEAD_BYTES + size
    at = data.find(b"\xff", at)
    if at < 0 or at + _MPEG_HEAD_BYTES > len(data) or data[at + 1] & 0xE0 != 0xE0:
        return False
    is_first = (data[at + 1] >> 3) & 3 == 3
    tag = at + _MPEG_HEAD_BYTES + _MPEG_SIDE_BYTES[is_first, data[at + 3] >> 6 == 3]
    if data[tag : tag + 4] not in (b"Xing", b"Info"):
        return False
    flags, first, second = (int.from_bytes(data[tag + n : tag + n + 4], "big") for n in (4, 8, 12))
    has_frames = bool(flags & 1)
    has_bytes = bool(flags & 2)
    least = first * _MPEG_LEAST_FRAME_BYTES[is_first] if has_frames else 0
    declared = (second if has_frames else first) if has_bytes else least
    return declared > len(data) - at + _MPEG_LONGEST_FRAME_BYTES
