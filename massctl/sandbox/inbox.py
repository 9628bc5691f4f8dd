"""Work out what stands on which phone: two followers, and whoever received a preview.

小林 is follower number 0 and in every tag; 阿梅 is number 1 and in none. A list of openids from real life
reaches the one of them that stands for somebody on it (see `mass`).
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from massctl.sandbox import jobs
from massctl.sandbox.audience import USER_MONTHLY, Audience
from massctl.sandbox.clock import BEIJING, beijing, month_of
from massctl.sandbox.tables import Record, State

FOLLOWERS = (("小林", "关注者，在每一个标签里"), ("阿梅", "关注者，不在任何标签里"))
"""The two followers with numbers 0 and 1: name, and who that is."""
_WEEKDAYS = "一二三四五六日"
_PICTURE = re.compile(r"^(?:https?:)?//mmbiz\.qpic\.cn/[^/]+/([^/?#]+)")
_ANCHOR = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Card:
    """One article as a chat shows it; a withdrawn one stays as it is, only its page is gone."""

    title: str
    digest: str
    picture: str
    """Address of the cover on this server."""
    crop: str
    """CSS insets of the 2.35:1 form, or an empty string for the middle of the picture."""
    address: str
    """Address of the article page on this server."""


@dataclass(frozen=True)
class Item:
    """One message in a chat."""

    time: str
    """The line above it, as WeChat words it; empty where the message before is minutes older."""
    machine_time: str
    is_preview: bool
    kind: str
    """`mpnews`, `text`, `image`, `voice`, `mpvideo` or `wxcard`."""
    cards: list[Card] = field(default_factory=list)
    text: list[tuple[str, str]] = field(default_factory=list)
    """Pieces of a text: words and, for a link, its address."""
    pictures: list[str] = field(default_factory=list)
    recommend: str = ""
    recording: str = ""
    """Address of a sound or video on this server."""
    title: str = ""
    """Of a video, or the id of a coupon."""
    description: str = ""


@dataclass(frozen=True)
class Phone:
    """One person's chat with the account."""

    owner: str
    note: str
    is_reviewer: bool
    items: list[Item]


def phones(state: State, account: Record, now: datetime) -> list[Phone]:
    """Return the followers' phones, then the reviewers' in order of their first preview."""
    mine = [row for row in state.table("jobs").records() if row["appid"] == account["appid"]]
    sent = [job for job in mine if jobs.started_at(job) is not None]
    chats = [
        Phone(name, note, False, _items(_received(account, sent, index), now))
        for index, (name, note) in enumerate(FOLLOWERS)
    ]
    shown: dict[str, list[Record]] = {}
    for row in state.table("previews").records():
        if row["appid"] == account["appid"]:
            shown.setdefault(row["recipient"], []).append(row)
    reviewers = [Phone(name, "预览接收人", True, _items(rows, now)) for name, rows in shown.items()]
    return chats + reviewers


def local_picture(url: str) -> str:
    """Return where this server has the picture of a WeChat address."""
    found = _PICTURE.match(url)
    return f"/picture/{found[1]}" if found else "/picture/unknown"


def time_line(moment: datetime, now: datetime) -> str:
    """Word a moment as WeChat does above a message: 20:00, 昨天 20:00, 星期二 20:00, 12月1日 20:00."""
    moment, now = moment.astimezone(BEIJING), now.astimezone(BEIJING)
    days = (now.date() - moment.date()) // timedelta(days=1)
    clock = f"{moment:%H:%M}"
    if days <= 0:
        return clock
    if days == 1:
        return f"昨天 {clock}"
    if days < 7:
        return f"星期{_WEEKDAYS[moment.weekday()]} {clock}"
    year = "" if moment.year == now.year else f"{moment.year}年"
    return f"{year}{moment.month}月{moment.day}日 {clock}"


def _received(account: Record, sent: list[Record], index: int) -> list[Record]:
    alias = account["aliases"][index] if index < len(account["aliases"]) else ""
    months: Counter[str] = Counter()
    received = []
    for job in sent:
        audience = Audience.from_record(job["audience"])
        if not (audience.has_follower(index) or (alias and audience.has_other(alias))):
            continue
        month = month_of(beijing(job["at"]))
        # A service account's fifth message of a month does not reach the user.
        if account["kind"] != "service" or months[month] < USER_MONTHLY:
            received.append(job)
        months[month] += 1
    return received


def _items(rows: list[Record], now: datetime) -> list[Item]:
    items: list[Item] = []
    last: float | None = None
    for row in rows:
        moment = beijing(row["at"])
        near = last is not None and row["at"] - last < 300
        items.append(_item(row, "" if near else time_line(moment, now), moment.isoformat()))
        last = row["at"]
    return items


def _item(row: Record, time: str, machine_time: str) -> Item:
    body = row["body"]
    return Item(
        time,
        machine_time,
        "recipient" in row,
        row["msgtype"],
        [_card(row, number, article) for number, article in enumerate(body.get("articles", []), start=1)],
        _pieces(body.get("text", "")),
        [f"/picture/{sha256}" for sha256 in body.get("pictures", [])],
        body.get("recommend", ""),
        f"/picture/{body.get('voice') or body['video']}" if "voice" in body or "video" in body else "",
        body.get("title") or body.get("card_id", ""),
        body.get("description", ""),
    )


def _card(row: Record, number: int, article: Record) -> Card:
    return Card(
        article["title"],
        article["digest"],
        local_picture(article["thumb_url"]),
        _inset(article.get("pic_crop_235_1", "")),
        f"/article/{row['msg_id']}/{number}",
    )


def _inset(crop: str) -> str:
    if not crop:
        return ""
    left, top, right, bottom = (float(part) for part in crop.split("_"))
    sides = (top, 1 - right, 1 - bottom, left)
    return " ".join(f"{side * 100:g}%" for side in sides)


def _pieces(text: str) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    at = 0
    for found in _ANCHOR.finditer(text):
        pieces.append((text[at : found.start()], ""))
        address = re.search(r"href\s*=\s*[\"'](https?://[^\"']+)[\"']", found[1])
        pieces.append((found[2], address[1] if address else "#"))
        at = found.end()
    pieces.append((text[at:], ""))
    return [piece for piece in pieces if piece[0]]
