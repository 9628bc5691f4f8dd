"""Answer the pages of the inbox: phones, articles, pictures, notices.

小林 is follower number 0 and in every tag; 阿梅 is number 1 and in none. A list of openids from real life reaches the
one of them that stands for somebody on it (see `mass`). Reviewers who got a preview have phones of their own. What
`notify` would have posted to people outside is kept as strictly as the other side would take it: WeCom docs,
"群机器人配置说明", read 2026-10: `msgtype` markdown with 1 to 4096 bytes of UTF-8, 20 messages a minute.
"""

import functools
import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from massctl.model.phrase import Phrase
from massctl.sandbox import callback, jobs, media
from massctl.sandbox.audience import USER_MONTHLY, Audience
from massctl.sandbox.request import Reply
from massctl.sandbox.store import BEIJING, Record, Transaction, beijing, month_start
from massctl.view.i18n import Language, say

if TYPE_CHECKING:
    import jinja2

FOLLOWERS = (("小林", Phrase("a follower who is in every tag")), ("阿梅", Phrase("a follower who is in no tag")))
"""The two followers with numbers 0 and 1: name, and who that is."""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""An article can run nothing and fetch nothing, whatever a campaign wrote into it."""
EVENTS_SHOWN = 50
ROBOT_BYTES_MAX = 4096
ROBOT_MINUTE_MAX = 20
NOTIFICATIONS_KEPT = 200
"""Older ones are forgotten."""
NOTIFICATIONS_SHOWN = 50
_PAGES = Path(__file__).parent / "pages"
_WEEKDAYS = "一二三四五六日"
_ANCHOR = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_PICTURE_URL = re.compile(r"(?:https?:)?//mmbiz\.(?:qpic|qlogo)\.cn/[^\"'\s)<>]+")
_PICTURE_NAME = re.compile(r"(?:https?:)?//mmbiz\.qpic\.cn/[^/]+/([^/?#]+)")
_OWN_ARTICLE = re.compile(
    r"https?://mp\.weixin\.qq\.com/s\?__biz=SANDBOX&(?:amp;)?mid=(\d+)&(?:amp;)?idx=(\d+)[^\"'\s<>]*"
)
_MISSING_PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 470 200" width="470" height="200">'
    b'<rect width="470" height="200" fill="#8884" opacity=".25"/>'
    b'<path d="M185 130l32-42 24 30 14-17 30 29z" fill="#888" opacity=".5"/>'
    b'<circle cx="266" cy="78" r="10" fill="#888" opacity=".5"/></svg>'
)


# The pages


def inbox_page(db: Transaction, language: Language, appid: str = "") -> Reply:
    """Answer `/`: the phones of one account."""
    accounts = db.find("accounts")
    account = db.get("accounts", appid) or _liveliest(db, accounts)
    check = db.get("callback", "check")
    return _html(
        "inbox.html.j2",
        language,
        accounts=accounts,
        account=account,
        phones=phones(db, account) if account else [],
        told=notifications(db),
        check=check,
        events=callback.told_events(db)[: -EVENTS_SHOWN - 1 : -1] if check else [],
        short=lambda moment: f"{datetime.fromisoformat(moment):%m-%d %H:%M:%S}",
        now=db.now,
    )


def article_page(db: Transaction, language: Language, msg_id: int, number: int) -> Reply:
    """Answer `/article/<msg_id>/<number>`, an article of a job or a preview as its draft held it."""
    row = db.get("jobs", str(msg_id)) or db.get("previews", str(msg_id))
    if row is None or not 1 <= number <= len(jobs.articles(row)):
        return missing_page(language)
    article, account = jobs.articles(row)[number - 1], db.get("accounts", row["appid"]) or {}
    gone = number in row.get("deleted_articles", [])
    return _html(
        "article.html.j2",
        language,
        status=404 if gone else 200,
        article=article,
        account=account,
        markup="" if gone else _read(db, article, account["name"], beijing(row["at"])),
        is_deleted=gone,
        is_preview="recipient" in row,
    )


def _read(db: Transaction, article: Record, account: str, moment: datetime) -> str:
    """Draw an article as the preview of massctl draws it."""
    # Only article pages need it.
    from massctl.view.pages.article_markup import article_markup
    from massctl.view.pages.markup import written

    author = f'<span class="author">{written(article["author"])}</span>' if article["author"] else ""
    date = f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
    byline = f'{author}<span class="account">{written(account)}</span>'
    byline += f'<time datetime="{moment.isoformat()}">{date}</time>'
    body = displayed(article["content"], _msg_ids(db, article["content"]))
    if article["article_type"] == "newspic":
        addresses = [_local(entry["url"]) for entry in article["image_info"]["image_list"]]
        shown = "".join(f'<img src="{each}" alt="图片 {place}">' for place, each in enumerate(addresses, start=1))
        body = f'<div class="gallery">{shown}</div><div class="plain">{body}</div>'
    who = "留言 · 仅关注者可留言" if article["only_fans_can_comment"] else "留言"
    comments = f"<p>{who}</p>" if article["need_open_comment"] else ""
    return article_markup(article["title"], byline, body, article["content_source_url"], comments, level=1)


def picture(db: Transaction, name: str) -> Reply:
    """Answer `/picture/<name>`: uploaded bytes by the name in WeChat's address, or by their digest."""
    row = db.get("pictures", name)
    data = db.blob(row["sha256"] if row else name)
    if data is None:
        return Reply(raw=_MISSING_PICTURE, content_type="image/svg+xml")
    return Reply(raw=data, content_type=media.content_type(data))


def style() -> Reply:
    """Answer `/style.css`."""
    from massctl.view.pages.article_markup import article_style

    sheet = (_PAGES / "style.css").read_text(encoding="utf-8") + article_style()
    return Reply(raw=sheet.encode(), content_type="text/css; charset=utf-8")


def missing_page(language: Language) -> Reply:
    """Answer every other address."""
    return _html("missing.html.j2", language, status=404)


def _liveliest(db: Transaction, accounts: list[Record]) -> Record | None:
    """Return the account of the newest job or preview; the first one where there is none."""
    rows = [*db.find("jobs"), *db.find("previews")]
    if rows:
        return db.get("accounts", max(rows, key=lambda row: float(row["at"]))["appid"])
    return accounts[0] if accounts else None


def _msg_ids(db: Transaction, content: str) -> dict[str, int]:
    """Return the jobs of the articles that the content links to, by their `msg_data_id`."""
    linked = {found[1] for found in _OWN_ARTICLE.finditer(content)}
    found = [job for data_id in linked for job in db.find("jobs", msg_data_id=int(data_id))]
    return {str(job["msg_data_id"]): int(job["msg_id"]) for job in found}


def _html(template: str, language: Language, *, status: int = 200, **values: object) -> Reply:
    """Write a page: its own words in `language`, what a phone shows in WeChat's Chinese."""

    def phrase(text: str, **fields: object) -> str:
        return say(Phrase(text, **fields), language)

    spoken = {
        "code": "en" if language.is_english else "zh-CN",
        "Phrase": phrase,
        "say": lambda text: say(text, language),
    }
    page = _templates().get_template(template).render(**spoken, **values)
    return Reply(raw=page.encode(), content_type="text/html; charset=utf-8", status=status)


@functools.cache
def _templates() -> "jinja2.Environment":
    # Only people look at pages; sends never do.
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


# An article


def displayed(content: str, msg_ids: dict[str, int]) -> str:
    """Make a stored article fit to show here: pictures from this server, nothing from outside, balanced tags.

    `msg_ids` maps `msg_data_id` to jobs shown here. The stored content is what WeChat holds and stays as it is.
    """
    # Only article pages need them.
    from selectolax.lexbor import LexborHTMLParser

    from massctl.view.pages.article_markup import drawn

    def article(found: re.Match[str]) -> str:
        msg_id = msg_ids.get(found[1])
        return found[0] if msg_id is None else f"/article/{msg_id}/{found[2]}"

    content = _OWN_ARTICLE.sub(article, _PICTURE_URL.sub(lambda found: _local(found[0]), content))
    tree = LexborHTMLParser(content, is_fragment=True)
    for image in tree.css("img"):
        # Articles copied from WeChat name their pictures in `data-src` and load them by script.
        late = image.attributes.get("data-src")
        if late and not image.attributes.get("src"):
            image.attrs["src"] = late
        if image.attributes.get("alt") is None:
            image.attrs["alt"] = ""
    return drawn(tree.html or "")


def _local(url: str) -> str:
    """Return where this server has the picture of a WeChat address."""
    found = _PICTURE_NAME.match(url)
    return f"/picture/{found[1]}" if found else "/picture/unknown"


# The phones


def phones(db: Transaction, account: Record) -> list[Record]:
    """Return the followers' phones, then the reviewers' in order of their first preview.

    A phone is one person's chat with the account: `owner`, `note`, `is_reviewer`, and `messages` as the template shows
    them.
    """
    sent = [job for job in db.find("jobs", appid=account["appid"]) if jobs.started_at(job) is not None]
    chats = [
        _phone(name, note, _received(db, account, sent, index), db.now) for index, (name, note) in enumerate(FOLLOWERS)
    ]
    shown: dict[str, list[Record]] = {}
    for row in db.find("previews", appid=account["appid"]):
        shown.setdefault(row["recipient"], []).append(row)
    return chats + [
        _phone(name, Phrase("receives previews"), rows, db.now, is_reviewer=True) for name, rows in shown.items()
    ]


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


def _received(db: Transaction, account: Record, sent: list[Record], index: int) -> list[Record]:
    alias = account["aliases"][index] if index < len(account["aliases"]) else ""
    months: Counter[datetime] = Counter()
    received = []
    for job in sent:
        audience = Audience.from_record(db.get("audiences", str(job["msg_id"])) or {})
        if not (audience.has_follower(index) or (alias and audience.has_other(alias))):
            continue
        month = month_start(beijing(job["at"]))
        # A service account's fifth message of a month does not reach the user.
        if account["kind"] != "service" or months[month] < USER_MONTHLY:
            received.append(job)
        months[month] += 1
    return received


def _phone(owner: str, note: str, rows: list[Record], now: datetime, *, is_reviewer: bool = False) -> Record:
    times = [row["at"] for row in rows]
    # A message that follows within five minutes has no line above it.
    near = [False, *(later - earlier < 300 for earlier, later in pairwise(times))]
    lines = ["" if is_near else time_line(beijing(at), now) for at, is_near in zip(times, near, strict=False)]
    messages = [_message(row, line) for row, line in zip(rows, lines, strict=True)]
    return {"owner": owner, "note": note, "is_reviewer": is_reviewer, "messages": messages}


def _message(row: Record, time: str) -> Record:
    """Return one message in a chat; addresses are on this server."""
    body = row["body"]
    recording = body.get("voice") or body.get("video")
    return {
        "time": time,
        "machine_time": beijing(row["at"]).isoformat(),
        "is_preview": "recipient" in row,
        "kind": row["msgtype"],
        "cards": [_card(row, number, article) for number, article in enumerate(jobs.articles(row), start=1)],
        "text": _pieces(body.get("text", "")),
        "pictures": [f"/picture/{sha256}" for sha256 in body.get("pictures", [])],
        "recommend": body.get("recommend", ""),
        "recording": f"/picture/{recording}" if recording else "",
        "title": body.get("title") or body.get("card_id", ""),
        "description": body.get("description", ""),
    }


def _card(row: Record, number: int, article: Record) -> Record:
    """Return one article as a chat shows it; a withdrawn one stays as it is, only its page is gone."""
    crop = ""
    if share := article.get("pic_crop_235_1"):
        left, top, right, bottom = (float(part) for part in share.split("_"))
        crop = " ".join(f"{side * 100:g}%" for side in (top, 1 - right, 1 - bottom, left))
    shown = {"title": article["title"], "digest": article["digest"], "picture": _local(article["thumb_url"])}
    return {**shown, "crop": crop, "address": f"/article/{row['msg_id']}/{number}"}


def _pieces(text: str) -> list[tuple[str, str]]:
    """Take a text apart: words and, for a link, its address."""
    pieces: list[tuple[str, str]] = []
    at = 0
    for found in _ANCHOR.finditer(text):
        pieces.append((text[at : found.start()], ""))
        address = re.search(r"href\s*=\s*[\"'](https?://[^\"']+)[\"']", found[1])
        pieces.append((found[2], address[1] if address else "#"))
        at = found.end()
    pieces.append((text[at:], ""))
    return [piece for piece in pieces if piece[0]]


# Notices to people outside


class BadPostError(ValueError):
    """Say why the other side would not take a post."""


def keep_notification(db: Transaction, given: object) -> None:
    """Keep a post to a robot or a webhook; refuse what that would refuse."""
    if not isinstance(given, dict) or set(given) != {"name", "kind", "body", "headers"}:
        raise BadPostError("a post needs `name`, `kind`, `body` and `headers`")
    name, body = given["name"], given["body"]
    if not isinstance(name, str) or not isinstance(body, dict) or not isinstance(given["headers"], dict):
        raise BadPostError("`name` must be text, `body` and `headers` objects")
    if given["kind"] == "wecom_robot":
        _check_robot(db, name, body)
    elif given["kind"] != "webhook":
        raise BadPostError("`kind` must be wecom_robot or webhook")
    number = db.next_number("notification")
    db.put("notifications", str(number), {**given, "at": db.now.timestamp()})
    db.delete("notifications", str(number - NOTIFICATIONS_KEPT))


def notifications(db: Transaction) -> list[Record]:
    """Return the newest posts, newest first: a robot's markdown, and of a webhook one line for each notice."""
    return [
        {
            "time": f"{beijing(row['at']):%m-%d %H:%M}",
            "name": row["name"],
            "is_robot": row["kind"] == "wecom_robot",
            "text": _notices(row["body"]) if row["kind"] == "webhook" else row["body"]["markdown"]["content"],
        }
        for row in reversed(db.find("notifications")[-NOTIFICATIONS_SHOWN:])
    ]


def _check_robot(db: Transaction, name: str, body: Record) -> None:
    content = body["markdown"].get("content") if isinstance(body.get("markdown"), dict) else None
    if body.get("msgtype") != "markdown" or not isinstance(content, str) or not content:
        raise BadPostError("a robot takes a markdown message with content")
    if len(content.encode()) > ROBOT_BYTES_MAX:
        raise BadPostError(f"a robot takes at most {ROBOT_BYTES_MAX} bytes")
    lately = [row for row in db.find("notifications", name=name) if row["at"] > db.now.timestamp() - 60]
    if len(lately) >= ROBOT_MINUTE_MAX:
        raise BadPostError(f"a robot takes at most {ROBOT_MINUTE_MAX} messages a minute")


def _notices(body: Record) -> str:
    notices = body.get("notices")
    told = [notice for notice in notices if isinstance(notice, dict)] if isinstance(notices, list) else []
    members = ("event", "campaign", "message")
    return "\n".join(" · ".join(str(notice.get(name, "")) for name in members) for notice in told)
