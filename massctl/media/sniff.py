"""What kind of sound or video some bytes are: by their first bytes, never by a file's name."""

from typing import Final

_ASF: Final = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
_STARTS: Final = (
    (b"#!AMR\n", "amr"),
    (b"ID3", "mp3"),
    (_ASF, "wma"),
    (b"#!AMR-WB", "AMR-WB"),
    (b"OggS", "Ogg"),
    (b"fLaC", "FLAC"),
    (b"\x1aE\xdf\xa3", "WebM"),
    (b"FLV", "FLV"),
    (b"FORM", "AIFF"),
    (b"version https://git-lfs", "Git LFS pointer"),
)
_BRANDS: Final = {b"M4A ": "M4A", b"M4B ": "M4A", b"M4P ": "M4A", b"qt  ": "QuickTime"}
_LAYER_III: Final = 0b01


def kind_of(data: bytes) -> str:
    """Name the format: an extension in small letters where WeChat takes it somewhere, else its name for people.

    An empty string stands for what is not known.
    """
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF":
        return {b"WAVE": "wav", b"AVI ": "AVI"}.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "mp4")
    return "mp3" if _is_mpeg_frame(data) else ""


def _is_mpeg_frame(data: bytes) -> bool:
    """Say whether this begins like a frame of MPEG audio, layer III."""
    if len(data) < 3 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return False
    version, layer, rate = (data[1] >> 3) & 3, (data[1] >> 1) & 3, data[2] >> 4
    return version != 1 and layer == _LAYER_III and rate not in (0, 15)
