"""Read the message of a send or a preview: its type, its branch, and a snapshot of what it carries."""

import re
from dataclasses import dataclass
from html import unescape

from massctl.sandbox import drafts, material
from massctl.sandbox.desk import Desk, digest_of, flag
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

TEXT_CHARACTERS = 20_000
"""No page has the limit of a mass-sent text (read 2026-10); this is the one number that a page gives for 45002. The
2,048 bytes of older pages are of replies, and the 600 characters of the console's editor."""
PICTURES_MAX = 20
"""Pictures of one picture message: the limit of `newspic`; no page has a number (read 2026-10)."""
RECOMMEND_CHARACTERS = 140
"""A cautious reading: no page has the number behind 40193 (read 2026-10)."""

_ANCHOR = re.compile(r"<a\b([^>]*)>", re.IGNORECASE)
_MISSING = {"text": 44004, "images": 40215, "wxcard": 40073}
"""What is said of a branch that is not there; of the others, that there is no such material: 40007."""
_TYPES = frozenset({"mpnews", "text", "voice", "image", "mpvideo", "video", "wxcard", "music"})


@dataclass(frozen=True)
class Message:
    """What one send carries, as it was at that moment."""

    msgtype: str
    body: Record
    """`articles`; `text`; `pictures`, `title`, `recommend`; `voice`; `video`, `title`, `description`; or `card_id`."""
    draft: Record | None = None

    @property
    def digest(self) -> str:
        """Name the content itself: two drafts with equal articles have equal digests."""
        return digest_of({"msgtype": self.msgtype, "body": self.body})


def read(desk: Desk, record: Record, *, preview: bool = False, wrong_type: int = 40008) -> Message:
    """Return the message of a request; refuse what cannot be sent.

    `wrong_type` is the errcode for an unknown `msgtype`. Refuses with 40007 for ids that are not of the
    right kind, 44004/45002/40213 for texts, 40215/40193/40194 for pictures; and with 45113 for cards (40073 without
    an id) and 48022 for videos, unless the account still may send them.
    """
    msgtype = record.get("msgtype")
    if msgtype not in _TYPES:
        raise Refusal(wrong_type)
    if msgtype == "mpnews":
        draft = drafts.find(desk, _branch(record, "mpnews").get("media_id"))
        return Message("mpnews", {"articles": draft["articles"]}, draft)
    if msgtype == "text":
        return Message("text", {"text": _text(_branch(record, "text").get("content"))})
    if msgtype == "voice":
        media_id = _branch(record, "voice").get("media_id")
        row = material.find(desk, media_id, frozenset({"voice"}), permanent=False)
        return Message("voice", {"voice": row["sha256"]})
    if msgtype == "image":
        return Message("image", _pictures(desk, record, preview=preview))
    if msgtype in {"mpvideo", "video"}:
        return Message("mpvideo", _video(desk, _branch(record, msgtype).get("media_id")))
    if msgtype == "wxcard":
        return Message("wxcard", _card(desk, _branch(record, "wxcard"), preview=preview))
    raise Refusal(wrong_type)


def _branch(record: Record, name: str) -> Record:
    """Return the object that carries the content; without one WeChat misses that content.

    The mass calls document no errcode for a branch of another type, so it is the documented one of what is missing.
    """
    branch = record.get(name)
    if not isinstance(branch, dict):
        raise Refusal(_MISSING.get(name, 40007))
    return branch


def _text(content: object) -> str:
    if not isinstance(content, str) or not content.strip():
        raise Refusal(44004)
    if len(content) >= TEXT_CHARACTERS:
        raise Refusal(45002)
    for anchor in _ANCHOR.finditer(content):
        address = re.search(r"href\s*=\s*[\"']([^\"']+)[\"']", anchor[1])
        if "data-miniprogram-appid" in anchor[1]:
            continue
        if address is None or not unescape(address[1]).startswith(("http://", "https://", "weixin://")):
            raise Refusal(40213)
    return content


def _video(desk: Desk, media_id: object) -> Record:
    if not desk.account.get("mass_video"):
        material.find(desk, media_id, frozenset({"video", "mpvideo"}), permanent=False)
        # Every video here came through the API, and to most accounts the API does not send those.
        raise Refusal(48022)
    row = material.find(desk, media_id, frozenset({"mpvideo"}), permanent=False)
    return {"video": row["sha256"], "title": row["title"], "description": row["description"]}


def _card(desk: Desk, branch: Record, *, preview: bool) -> Record:
    if not desk.account.get("mass_card"):
        raise Refusal(45113)
    for name, errcode in (("card_id", 40073), ("card_ext", 40097)) if preview else (("card_id", 40073),):
        if not isinstance(branch.get(name), str) or not branch[name]:
            raise Refusal(errcode)
    return {"card_id": branch["card_id"]}


def _pictures(desk: Desk, record: Record, *, preview: bool) -> Record:
    # Previews take one picture in the older branch; sends take the plural one, and the older as well.
    images = frozenset({"image"})
    if preview or "images" not in record:
        row = material.find(desk, _branch(record, "image").get("media_id"), images, permanent=False)
        return {"pictures": [row["sha256"]], "recommend": ""}
    branch = _branch(record, "images")
    ids = branch.get("media_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= PICTURES_MAX:
        raise Refusal(40215)
    rows = [material.find(desk, media_id, images, permanent=False) for media_id in ids]
    comments = [flag(branch.get(name)) for name in ("need_open_comment", "only_fans_can_comment")]
    if any(comments) and not desk.account["comment_right"]:
        raise Refusal(88000)
    recommend = branch.get("recommend") or ""
    if not isinstance(recommend, str):
        raise Refusal(40194)
    if len(recommend) > RECOMMEND_CHARACTERS:
        raise Refusal(40193)
    title = branch.get("title") or ""
    if not isinstance(title, str):
        raise Refusal(40097)
    return {"pictures": [row["sha256"] for row in rows], "title": title, "recommend": recommend}
