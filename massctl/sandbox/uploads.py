"""Judge uploaded files: size and true format per endpoint, and remember what came twice."""

import hashlib
from dataclasses import dataclass

from massctl.sandbox import playing
from massctl.sandbox.call import UploadedFile
from massctl.sandbox.desk import Desk
from massctl.sandbox.refusal import Refusal

MEGABYTE = 1024 * 1024
INLINE_BYTES = MEGABYTE
"""`uploadimg` takes less than this (WeChat docs, read 2026-10)."""
IMAGE_BYTES = 10 * MEGABYTE
"""`add_material?type=image`."""
VOICE_BYTES = 2 * MEGABYTE
"""`add_material?type=voice`."""
VOICE_SECONDS = 60
"""Both voice uploads (45007)."""
VIDEO_BYTES = 10 * MEGABYTE
"""`add_material?type=video`."""
THUMB_BYTES = 64 * 1024
"""`add_material?type=thumb`."""

_EXTENSIONS = {"jpeg": {"jpg", "jpeg"}}


@dataclass(frozen=True)
class Limits:
    """What one kind of upload takes."""

    formats: frozenset[str]
    bytes_max: int
    wrong_format: int
    """The errcode for a format outside `formats`."""
    too_large: int
    """The errcode above `bytes_max`."""


INLINE = Limits(frozenset({"jpeg", "png"}), INLINE_BYTES - 1, 40005, 40009)
MATERIAL = {
    "image": Limits(frozenset({"bmp", "png", "jpeg", "gif"}), IMAGE_BYTES, 40005, 40009),
    "thumb": Limits(frozenset({"jpeg"}), THUMB_BYTES, 40005, 40006),
    "voice": Limits(frozenset({"mp3", "wma", "wav", "amr"}), VOICE_BYTES, 40005, 40006),
    "video": Limits(frozenset({"mp4"}), VIDEO_BYTES, 40005, 40006),
}
"""Permanent material, by type."""
TEMPORARY = {
    **MATERIAL,
    "image": Limits(frozenset({"png", "jpeg", "gif"}), IMAGE_BYTES, 40005, 40009),
    "voice": Limits(frozenset({"mp3", "amr"}), VOICE_BYTES, 40005, 40006),
}
"""Temporary media, by type."""


def accept(desk: Desk, media: UploadedFile | None, limits: Limits, endpoint: str) -> str:
    """Keep the file and return its SHA-256 (hex).

    Refuses with 41005 (no file that WeChat would find), 44001 (empty), the limits' own codes, and 40137
    (a picture that cannot be read, or whose name says another format than its bytes), and 45007 (a sound that
    plays too long).
    """
    if media is None:
        raise Refusal(41005)
    if not media.data:
        raise Refusal(44001)
    if len(media.data) > limits.bytes_max:
        raise Refusal(limits.too_large)
    kind = sniff(media.data)
    if kind not in limits.formats:
        raise Refusal(limits.wrong_format)
    extension = media.filename.rpartition(".")[2].lower()
    if extension not in _EXTENSIONS.get(kind, {kind}):
        raise Refusal(40137 if kind in MATERIAL["image"].formats else limits.wrong_format)
    if kind in MATERIAL["image"].formats and not _opens(media.data):
        raise Refusal(40137)
    if kind in MATERIAL["voice"].formats and (playing.seconds(media.data, kind) or 0) > VOICE_SECONDS:
        raise Refusal(45007)
    sha256 = hashlib.sha256(media.data).hexdigest()
    desk.state.put_blob(sha256, media.data)
    _remember(desk, endpoint, sha256, media)
    return sha256


def sniff(data: bytes) -> str:
    """Name the format that the first bytes show, or an empty string."""
    signatures = (
        (b"\xff\xd8\xff", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"BM", "bmp"),
        (b"#!AMR", "amr"),
        (b"ID3", "mp3"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wma"),
    )
    for start, kind in signatures:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[4:8] == b"ftyp":
        return "mp4"
    return "mp3" if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 else ""


def content_type(data: bytes) -> str:
    """Return the media type of stored bytes."""
    kind = sniff(data)
    if kind in MATERIAL["image"].formats:
        return f"image/{kind}"
    sounds = {"mp3": "audio/mpeg", "wav": "audio/wav", "amr": "audio/amr", "wma": "audio/x-ms-wma"}
    return {**sounds, "mp4": "video/mp4"}.get(kind, "application/octet-stream")


def _opens(data: bytes) -> bool:
    # Pillow costs a tenth of a second, and only uploads need it.
    import io

    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.verify()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _remember(desk: Desk, endpoint: str, sha256: str, media: UploadedFile) -> None:
    key = f"{desk.appid}|{endpoint}|{sha256}"
    row = desk.table("uploads").get(key)
    count = 1 if row is None else int(row["count"]) + 1
    if count > 1:
        desk.violation("second_upload", endpoint=endpoint, sha256=sha256, count=count)
    fact = {"appid": desk.appid, "endpoint": endpoint, "sha256": sha256, "bytes": len(media.data)}
    desk.table("uploads").put(key, {**fact, "filename": media.filename, "count": count})
