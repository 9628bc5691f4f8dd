"""Keep inline pictures and materials: upload, count, list, read, delete."""

import json

from massctl.sandbox import identity, uploads
from massctl.sandbox.call import Call, Reply
from massctl.sandbox.desk import Desk, integer
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

PICTURE_HOST = "mmbiz.qpic.cn"
"""The host of every picture URL that WeChat gives out (WeChat docs, read 2026-10)."""
TEMPORARY_SECONDS = 3 * 86_400
"""Temporary media lives three days."""


def uploadimg(desk: Desk, call: Call) -> Reply:
    """Answer `media/uploadimg`: keep a picture for use inside articles and return its URL."""
    sha256 = uploads.accept(desk, call.media, uploads.INLINE, "media/uploadimg")
    return Reply({"url": _picture_url(desk, sha256, "sz_mmbiz")})


def add_material(desk: Desk, call: Call) -> Reply:
    """Answer `material/add_material`: keep a permanent material."""
    kind = call.query.get("type", "")
    limits = uploads.MATERIAL.get(kind)
    if limits is None:
        raise Refusal(40004)
    described = _description(call) if kind == "video" else {}
    sha256 = uploads.accept(desk, call.media, limits, f"material/add_material?type={kind}")
    row = {**_row(desk, call, kind, sha256), **described, "permanent": True}
    if kind in {"image", "thumb"}:
        row["url"] = _picture_url(desk, sha256, "mmbiz") + "?wx_fmt=" + uploads.sniff(_bytes(desk, sha256))
    desk.table("materials").put(row["media_id"], row)
    answer = {"media_id": row["media_id"]}
    return Reply({**answer, "url": row["url"]} if kind == "image" else answer)


def upload(desk: Desk, call: Call) -> Reply:
    """Answer `media/upload`: keep a temporary medium, which no draft may use as its cover."""
    kind = call.query.get("type", "")
    limits = uploads.TEMPORARY.get(kind)
    if limits is None:
        raise Refusal(40004)
    sha256 = uploads.accept(desk, call.media, limits, f"media/upload?type={kind}")
    row = {**_row(desk, call, kind, sha256), "permanent": False, "expires": desk.at + TEMPORARY_SECONDS}
    desk.table("materials").put(row["media_id"], row)
    member = "thumb_media_id" if kind == "thumb" else "media_id"
    return Reply({"type": kind, member: row["media_id"], "created_at": int(desk.at)})


def uploadvideo(desk: Desk, call: Call) -> Reply:
    """Answer `media/uploadvideo`: give a video of the account the id, for three days, under which it can be sent."""
    record = call.record()
    video = find(desk, record.get("media_id"), frozenset({"video"}), permanent=False)
    words = {name: record.get(name) or "" for name in ("title", "description")}
    if not all(isinstance(each, str) for each in words.values()):
        raise Refusal(40097)
    media_id = identity.new_id(desk.state, "mpvideo", 64)
    row: Record = {"appid": desk.appid, "media_id": media_id, "kind": "mpvideo", "sha256": video["sha256"], **words}
    row |= {"name": "", "update_time": int(desk.at), "permanent": False, "expires": desk.at + TEMPORARY_SECONDS}
    desk.table("materials").put(media_id, row)
    return Reply({"type": "video", "media_id": media_id, "created_at": int(desk.at)})


def find(desk: Desk, media_id: object, kinds: frozenset[str], *, permanent: bool) -> Record:
    """Return a material of the account; 40007 where it is unknown, gone, or of another kind."""
    row = desk.own("materials", media_id)
    if row is None or row["kind"] not in kinds or (permanent and not row["permanent"]):
        raise Refusal(40007)
    if not row["permanent"] and desk.at >= row["expires"]:
        raise Refusal(40007)
    return row


def get_temporary(desk: Desk, call: Call) -> Reply:
    """Answer `media/get`: raw bytes, or an address for a video; 40007 after three days, and for permanent material."""
    row = find(desk, call.query.get("media_id"), frozenset({*uploads.TEMPORARY, "mpvideo"}), permanent=False)
    if row["permanent"]:
        raise Refusal(40007)
    if row["kind"] in {"video", "mpvideo"}:
        return Reply({"video_url": _picture_url(desk, row["sha256"], "video")})
    data = _bytes(desk, row["sha256"])
    return Reply(raw=data, content_type=uploads.content_type(data))


def get_materialcount(desk: Desk, _call: Call) -> Reply:
    """Answer `material/get_materialcount`; articles live in the draft box, so their count is 0."""
    counts = {f"{kind}_count": len(_permanent(desk, kind)) for kind in ("voice", "video", "image")}
    return Reply({**counts, "news_count": 0})


def batchget_material(desk: Desk, call: Call) -> Reply:
    """Answer `material/batchget_material`, newest first."""
    record = call.record()
    kind = record.get("type")
    if kind not in {"image", "video", "voice", "news"}:
        raise Refusal(40004)
    offset, count = integer(record.get("offset", 0), 0, 10**9), integer(record.get("count", 20), 1, 20)
    rows = list(reversed(_permanent(desk, kind)))
    page = [
        {key: row[key] for key in ("media_id", "name", "update_time", "url") if key in row}
        for row in rows[offset : offset + count]
    ]
    return Reply({"item": page, "total_count": len(rows), "item_count": len(page)})


def get_material(desk: Desk, call: Call) -> Reply:
    """Answer `material/get_material`: raw bytes, or a description for a video."""
    row = find(desk, call.record().get("media_id"), frozenset(uploads.MATERIAL), permanent=True)
    if row["kind"] == "video":
        url = _picture_url(desk, row["sha256"], "video")
        return Reply({"title": row["title"], "description": row["introduction"], "down_url": url})
    data = _bytes(desk, row["sha256"])
    return Reply(raw=data, content_type=uploads.content_type(data))


def del_material(desk: Desk, call: Call) -> Reply:
    """Answer `material/del_material`; cannot be undone."""
    row = find(desk, call.record().get("media_id"), frozenset(uploads.MATERIAL), permanent=True)
    desk.table("materials").delete(row["media_id"])
    return Reply({"errcode": 0, "errmsg": "ok"})


def _permanent(desk: Desk, kind: str) -> list[Record]:
    rows = desk.table("materials").records()
    return [row for row in rows if row["appid"] == desk.appid and row["permanent"] and row["kind"] == kind]


def _row(desk: Desk, call: Call, kind: str, sha256: str) -> Record:
    name = call.media.filename if call.media else ""
    media_id = identity.new_id(desk.state, "material", 64)
    row: Record = {"appid": desk.appid, "media_id": media_id, "kind": kind, "sha256": sha256}
    return {**row, "name": name, "update_time": int(desk.at)}


def _picture_url(desk: Desk, sha256: str, folder: str) -> str:
    kind = uploads.sniff(_bytes(desk, sha256))
    name = identity.new_id(desk.state, "picture", 72)
    desk.table("pictures").put(name, {"appid": desk.appid, "sha256": sha256})
    return f"http://{PICTURE_HOST}/{folder}_{kind}/{name}/0"


def _bytes(desk: Desk, sha256: str) -> bytes:
    return desk.state.blob(sha256) or b""


def _description(call: Call) -> Record:
    try:
        # The page asks for a form field; a widely used SDK sends it in the address, and is answered.
        value = json.loads(call.form.get("description") or call.query.get("description", ""))
    except json.JSONDecodeError:
        raise Refusal(47001) from None
    if not isinstance(value, dict) or not isinstance(value.get("title"), str):
        raise Refusal(40097)
    return {"title": value["title"], "introduction": str(value.get("introduction", ""))}
