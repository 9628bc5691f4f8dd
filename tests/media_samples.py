"""Small sounds and videos, made byte by byte, so that a test says how long they play."""

import struct


def mp3(frames: int = 50) -> bytes:
    """Make MPEG-2 layer III at 8 kbit/s and 16 kHz: 36 bytes and 36 ms of silence a frame."""
    return (b"\xff\xf3\x18\xc4" + b"\0" * 32) * frames


def tagged_mp3(
    frames: int = 200,
    *,
    says_frames: int | None = None,
    says_bytes: int | None = None,
    first: bool = False,
) -> bytes:
    """Make MP3 whose first frame says how many frames and bytes there are; `first` for MPEG 1 in stereo."""
    head, side, size = (b"\xff\xfb\x90\x04", 32, 417) if first else (b"\xff\xf3\x18\xc4", 9, 36)
    flags = (says_frames is not None) | (says_bytes is not None) << 1
    numbers = [each for each in (says_frames, says_bytes) if each is not None]
    tag = b"Info" + struct.pack(f">I{len(numbers)}I", flags, *numbers)
    start = head + b"\0" * side + tag
    return start + b"\0" * max(0, size - len(start)) + (head + b"\0" * (size - 4)) * frames


def amr(frames: int = 50, mode: int = 7) -> bytes:
    """Make AMR of one mode: 20 ms a frame."""
    sizes = {0: 13, 7: 32, 8: 6, 15: 1}
    return b"#!AMR\n" + (bytes([mode << 3 | 4]) + b"\0" * (sizes[mode] - 1)) * frames


def wav(milliseconds: int = 500, rate: int = 8000) -> bytes:
    """Make silence of 8 bits, mono."""
    data = b"\x80" * (rate * milliseconds // 1000)
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate, 1, 8)
    body = b"WAVE" + head + struct.pack("<4sI", b"data", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def box(kind: bytes, data: bytes = b"") -> bytes:
    """Make a box of MP4."""
    return struct.pack(">I4s", 8 + len(data), kind) + data


def mp4(milliseconds: int = 2000, brand: bytes = b"isom", pictures: bytes = b"\0" * 64) -> bytes:
    """Make a video whose index says how long it plays; it holds no picture that a player could show."""
    length = struct.pack(">IIIII", 0, 0, 0, 1000, milliseconds) + b"\0" * 80
    return (
        box(b"ftyp", brand + b"\0\0\2\0" + brand)
        + box(b"moov", box(b"mvhd", length))
        + box(b"mdat", pictures)
    )
