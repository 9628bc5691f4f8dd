"""Answer for pictures, sounds and videos: judge what is uploaded, keep it, list it, give it back.

Limits: WeChat docs, "uploadimg", "add_material", "media/upload", read 2026-10.
"""

import hashlib
import io
import json
import struct

from msgspec import Struct
from msgspec.structs import replace

from massctl.sandbox.request import OK, Refusal, Reply, Request, get, listing, post, text
from massctl.sandbox.store import Record

PICTURE_HOST = "mmbiz.qpic.cn"
"""The host of every picture URL that WeChat gives out."""
TEMPORARY_SECONDS = 3 * 86_400
"""Temporary media lives three days."""
VOICE_SECONDS = 60
"""The longest sound that either upload takes (45007)."""
LIBRARY = {"image": 100_000, "thumb": 1000, "voice": 1000, "video": 1000}
"""The most permanent materials of each type (45074)."""
_MEGABYTE = 1024 * 1024


class Limits(Struct, frozen=True):
    """What one kind of upload takes."""

    formats: frozenset[str]
    bytes_max: int
    too_large: int
    """The errcode above `bytes_max`."""


INLINE = Limits(frozenset({"jpeg", "png"}), _MEGABYTE - 1, 40009)
MATERIAL = {
    "image": Limits(frozenset({"bmp", "png", "jpeg", "gif"}), 10 * _MEGABYTE, 40009),
    "thumb": Limits(frozenset({"jpeg"}), 64 * 1024, 40006),
    "voice": Limits(frozenset({"mp3", "wma", "wav", "amr"}), 2 * _MEGABYTE, 40006),
    "video": Limits(frozenset({"mp4"}), 10 * _MEGABYTE, 40006),
}
"""Permanent material, by type."""
TEMPORARY = {
    **MATERIAL,
    "image": replace(MATERIAL["image"], formats=frozenset({"png", "jpeg", "gif"})),
    "voice": replace(MATERIAL["voice"], formats=frozenset({"mp3", "amr"})),
}
"""Temporary media, by type. One page says 2 MB for an image, and 10 MB elsewhere on it."""
CONTENT_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "mp3": "audio/mpeg",
    "amr": "audio/amr",
    "wav": "audio/wav",
    "wma": "audio/x-ms-wma",
    "mp4": "video/mp4",
}
_SIGNATURES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"#!AMR", "amr"),
    (b"ID3", "mp3"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wma"),
)
_AMR_FRAMES = {0: 13, 1: 14, 2: 16, 3: 18, 4: 20, 5: 21, 6: 27, 7: 32, 8: 6, 15: 1}
"""Bytes of a frame by its mode (RFC 4867); a frame is 20 ms."""


@post("media/uploadimg")
def uploadimg(request: Request) -> Record:
    """Answer `media/uploadimg`: keep a picture for use inside articles and return its URL."""
    return {"url": _address(request, _accepted(request, INLINE, "media/uploadimg"), "sz_mmbiz")}


@post("material/add_material")
def add_material(request: Request) -> Record:
    """Answer `material/add_material`: keep a permanent material."""
    kind = _kind(request, MATERIAL)
    described = _description(request) if kind == "video" else {}
    if (
        request.db.count("materials", appid=request.appid, permanent=True, kind=kind)
        >= LIBRARY[kind]
    ):
        raise Refusal(45074)
    row = _uploaded(request, kind, MATERIAL, "material/add_material") | {
        **described,
        "permanent": True,
    }
    if kind in {"image", "thumb"}:
        sha256 = row["sha256"]
        row["url"] = (
            f"{_address(request, sha256, 'mmbiz')}?wx_fmt={sniffed(request.db.blob(sha256) or b'')}"
        )
    request.db.put("materials", row["media_id"], row)
    return {name: row[name] for name in (("media_id", "url") if kind == "image" else ("media_id",))}


@post("media/upload", daily=100_000)
def upload(request: Request) -> Record:
    """Answer `media/upload`: keep a temporary medium, which no draft may use as its cover."""
    kind = _kind(request, TEMPORARY)
    row = _uploaded(request, kind, TEMPORARY, "media/upload")
    request.db.put("materials", row["media_id"], row)
    member = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, member: row["media_id"], "created_at": int(request.at)}


@post("media/uploadvideo")
def uploadvideo(request: Request) -> Record:
    """Answer `media/uploadvideo`: give a video of the account the id, for three days, under which it can be sent."""
    given = request.record()
    video = find(request, given.get("media_id"), "video")
    words = {name: text(given.get(name)) for name in ("title", "description")}
    row = _row(request, "mpvideo", video["sha256"], "") | words
    request.db.put("materials", row["media_id"], row)
    return {"type": "video", "media_id": row["media_id"], "created_at": int(request.at)}


@get("media/get", daily=200_000)
def media_get(request: Request) -> Record | Reply:
    """Answer `media/get`: raw bytes, or an address for a video; 40007 after three days, and for permanent material."""
    row = find(request, request.args.get("media_id"), *TEMPORARY, "mpvideo")
    if row["permanent"]:
        raise Refusal(40007)
    if row["kind"] in {"video", "mpvideo"}:
        return {"video_url": _address(request, row["sha256"], "video")}
    return raw(request, row["sha256"])


@get("material/get_materialcount")
def get_materialcount(request: Request) -> Record:
    """Answer `material/get_materialcount`; articles live in the draft box, so their count is 0."""
    mine = {"appid": request.appid, "permanent": True}
    counts = {
        f"{kind}_count": request.db.count("materials", **mine, kind=kind)
        for kind in ("voice", "video", "image")
    }
    return {**counts, "news_count": 0}


@post("material/batchget_material")
def batchget_material(request: Request) -> Record:
    """Answer `material/batchget_material`, newest first."""
    given = request.record()
    kind = given.get("type")
    if kind not in {"image", "video", "voice", "news"}:
        raise Refusal(40004)
    rows = request.db.find("materials", appid=request.appid, permanent=True, kind=kind)
    shown = ("media_id", "name", "update_time", "url")
    return listing(given, rows, lambda row: {name: row[name] for name in shown if name in row}, 20)


@post("material/get_material")
def get_material(request: Request) -> Record | Reply:
    """Answer `material/get_material`: raw bytes, or a description for a video."""
    row = find(request, request.record().get("media_id"), *MATERIAL, permanent=True)
    if row["kind"] == "video":
        url = _address(request, row["sha256"], "video")
        return {"title": row["title"], "description": row["introduction"], "down_url": url}
    return raw(request, row["sha256"])


@post("material/del_material")
def del_material(request: Request) -> Record:
    """Answer `material/del_material`; cannot be undone."""
    row = find(request, request.record().get("media_id"), *MATERIAL, permanent=True)
    request.db.delete("materials", row["media_id"])
    return OK


def find(request: Request, media_id: object, *kinds: str, permanent: bool = False) -> Record:
    """Return a material of the account; 40007 where it is unknown, gone, or of another kind."""
    row = request.own("materials", media_id)
    if row is None or row["kind"] not in kinds or (permanent and not row["permanent"]):
        raise Refusal(40007)
    if not row["permanent"] and request.at >= row["expires"]:
        raise Refusal(40007)
    return row


def given_out(request: Request) -> Reply:
    """Answer the host of pictures: the bytes of an address that was given out, whatever size it asks for."""
    parts = request.path.split("/")
    row = request.db.get("pictures", parts[2]) if len(parts) == 4 else None
    return Reply(status=404) if row is None else raw(request, row["sha256"])


def sniffed(data: bytes) -> str:
    """Name the format that the first bytes show, or an empty string."""
    for start, kind in _SIGNATURES:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[4:8] == b"ftyp":
        return "mp4"
    return "mp3" if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 else ""


def _accepted(request: Request, limits: Limits, endpoint: str) -> str:
    """Keep the uploaded file and return its SHA-256 (hex).

    Refuses with 41005 (no file that WeChat would find), 44001 (empty), 40009 or 40006 (too large), 40005 (another
    format), 40137 (a picture that cannot be read, or whose name says another format), 45007 (it plays too long).
    """
    file = request.media
    if file is None:
        raise Refusal(41005)
    data, filename = file.stream.read(), file.filename or ""
    if not data:
        raise Refusal(44001)
    if len(data) > limits.bytes_max:
        raise Refusal(limits.too_large)
    kind, extension = sniffed(data), filename.rpartition(".")[2].lower()
    if kind not in limits.formats:
        raise Refusal(40005)
    is_picture = kind in MATERIAL["image"].formats
    if extension.replace("jpg", "jpeg") != kind:
        raise Refusal(40137 if is_picture else 40005)
    if is_picture and not _opens(data):
        raise Refusal(40137)
    if kind in MATERIAL["voice"].formats and (_seconds(data, kind) or 0) > VOICE_SECONDS:
        raise Refusal(45007)
    sha256 = hashlib.sha256(data).hexdigest()
    request.db.put_blob(sha256, data)
    key = f"{request.appid}|{endpoint}|{sha256}"
    count = int((request.db.get("uploads", key) or {"count": 0})["count"]) + 1
    if count > 1:
        request.violation("second_upload", endpoint=endpoint, sha256=sha256, count=count)
    row = {"appid": request.appid, "endpoint": endpoint, "sha256": sha256, "bytes": len(data)}
    request.db.put("uploads", key, {**row, "filename": filename, "count": count})
    return sha256


def _opens(data: bytes) -> bool:
    # Only pictures need the library.
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.verify()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _seconds(data: bytes, kind: str) -> float | None:
    """Return how long a sound plays; None where nobody can tell."""
    if kind == "amr":
        at, frames = data.find(b"\n") + 1, 0
        while at < len(data):
            at += _AMR_FRAMES.get(data[at] >> 3 & 15, 1)
            frames += 1
        return frames / 50
    # Only other sounds need the library.
    from tinytag import TinyTag, TinyTagException

    try:
        return TinyTag.get(f"sound.{kind}", io.BytesIO(data), tags=False).duration
    except (TinyTagException, struct.error, ValueError, LookupError, ArithmeticError, OSError):
        return None


def _kind(request: Request, known: dict[str, Limits]) -> str:
    kind = request.args.get("type", "")
    if kind not in known:
        raise Refusal(40004)
    return kind


def _uploaded(request: Request, kind: str, known: dict[str, Limits], endpoint: str) -> Record:
    sha256 = _accepted(request, known[kind], f"{endpoint}?type={kind}")
    return _row(request, kind, sha256, (request.media.filename or "") if request.media else "")


def _row(request: Request, kind: str, sha256: str, name: str) -> Record:
    """Return a material that is not kept for good."""
    return {
        "appid": request.appid,
        "media_id": request.db.new_id("material", 64),
        "kind": kind,
        "sha256": sha256,
        "name": name,
        "update_time": int(request.at),
        "permanent": False,
        "expires": request.at + TEMPORARY_SECONDS,
    }


def _address(request: Request, sha256: str, folder: str) -> str:
    kind, name = sniffed(request.db.blob(sha256) or b""), request.db.new_id("picture", 72)
    request.db.put("pictures", name, {"sha256": sha256})
    return f"http://{PICTURE_HOST}/{folder}_{kind}/{name}/0"


def raw(request: Request, sha256: str) -> Reply:
    """Answer with uploaded bytes under the type that they show."""
    data = request.db.blob(sha256) or b""
    return Reply(data, content_type=CONTENT_TYPES.get(sniffed(data), "application/octet-stream"))


def _description(request: Request) -> Record:
    try:
        # The page asks for a form field; a widely used SDK sends it in the address, and is answered.
        value = json.loads(request.form.get("description") or request.args.get("description", ""))
    except json.JSONDecodeError:
        raise Refusal(47001) from None
    if not isinstance(value, dict) or not isinstance(value.get("title"), str):
        raise Refusal(40097)
    return {"title": value["title"], "introduction": str(value.get("introduction", ""))}
