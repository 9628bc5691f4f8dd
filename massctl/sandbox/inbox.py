"""Answer the pages of the inbox: phones, articles, pictures, notices.

小林 is follower number 0 and in every tag; 阿梅 is number 1 and in none. A list of openids from real life reaches the
one of them that stands for somebody on it (see `mass`). Reviewers who got a preview have phones of their own. What
`notify` would have posted to people outside is kept as strictly as the other side would take it. WeCom docs,
"群机器人配置说明", read 2026-10: `msgtype` markdown with 1 to 4096 bytes of UTF-8, 20 messages a minute. Feishu docs,
"自定义机器人使用指南", read 2026-12: 20 KB, 100 messages a minute. DingTalk docs, "自定义机器人接入", read 2026-12: a
title and a text, 20,000 bytes, 20 messages a minute.
"""

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

from massctl.model.ids import Sha256
from massctl.model.phrase import Phrase
from massctl.sandbox import callback, jobs, media
from massctl.sandbox.accounts import Account
from massctl.sandbox.audience import USER_MONTHLY, Audience
from massctl.sandbox.request import Reply, Request
from massctl.sandbox.store import BEIJING, Record, Transaction, beijing, month_start
from massctl.view.i18n import Language

if TYPE_CHECKING:
    from markupsafe import Markup

    from massctl.model.message import ReadableMessage

FOLLOWERS = (
    ("小林", Phrase("a follower who is in every tag")),
    ("阿梅", Phrase("a follower who is in no tag")),
)
"""The two followers with numbers 0 and 1: name, and who that is."""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""An article can run nothing and fetch nothing, whatever a campaign wrote into it."""
EVENTS_SHOWN = 50
ROBOT_BYTES_MAX = 4096
ROBOT_PICTURE_MAX = 2 * 1024 * 1024
FEISHU_BYTES_MAX = 20 * 1024
DINGTALK_BYTES_MAX = 20_000
ROBOT_MINUTE_MAX = {"wecom_robot": 20, "feishu_robot": 100, "dingtalk_robot": 20}
NOTIFICATIONS_KEPT = 200
"""Older ones are forgotten."""
NOTIFICATIONS_SHOWN = 50
_WEEKDAYS = "一二三四五六日"
_PICTURE_URL = re.compile(r"(?:https?:)?//(?:mmbiz\.(?:qpic|qlogo)|mmecoa\.qpic)\.cn/[^\"'\s)<>]+")
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


def inbox_page(request: Request, language: Language) -> Reply:
    """Answer `/`: the phones of one account."""
    db, appid = request.db, request.args.get("account", "")
    accounts = db.find("accounts")
    account = db.get("accounts", appid) or _liveliest(db, accounts)
    check = db.get("callback", "check")
    return _html(
        "inbox.html.j2",
        language,
        accounts=accounts,
        account=account,
        phones=phones(db, Account.model_construct(**account), language) if account else [],
        told=notifications(db),
        check=check,
        events=callback.told_events(db)[: -EVENTS_SHOWN - 1 : -1] if check else [],
        short=lambda moment: f"{datetime.fromisoformat(moment):%m-%d %H:%M:%S}",
        now=db.now,
    )


def article_page(request: Request, language: Language, msg_id: int, number: int) -> Reply:
    """Answer `/article/<msg_id>/<number>`, an article of a job or a preview as its draft held it."""
    db = request.db
    row = db.get("jobs", str(msg_id)) or db.get("previews", str(msg_id))
    if row is None or not 1 <= number <= len(jobs.articles(row)):
        return missing_page(request, language)
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


ARTICLE_HOST = "mp.weixin.qq.com"
"""The host of every address of an article."""


def given_out(request: Request) -> Reply:
    """Answer the host of articles: a page with the title, or what WeChat shows where an article was deleted.

    Its status is 200 either way. An address that was never given out is 404.
    """
    data_id, number = (request.args.get(name, "") for name in ("mid", "idx"))
    known = request.db.find("jobs", msg_data_id=int(data_id)) if data_id.isdecimal() else []
    if not known or not number.isdecimal() or not 1 <= int(number) <= len(jobs.articles(known[0])):
        return Reply(status=404)
    title = jobs.articles(known[0])[int(number) - 1]["title"]
    words = "该内容已被发布者删除" if int(number) in known[0]["deleted_articles"] else escape(title)
    return Reply(f"<!DOCTYPE html><title>{words}</title>", content_type="text/html; charset=utf-8")


def _read(db: Transaction, article: Record, account: str, moment: datetime) -> "Markup":
    """Draw an article as the preview of massctl draws it."""
    # Only article pages need it.
    from markupsafe import Markup

    from massctl.view.pages.article import ShownArticle, article_markup, published
    from massctl.view.pages.markup import Sheet

    date = Markup('<time datetime="{}">{}</time>')
    body = displayed(article["content"], _msg_ids(db, article["content"]))
    if article["article_type"] == "newspic":
        picture = Markup('<img src="{}" alt="图片 {}">')
        addresses = [_local(entry["url"]) for entry in article["image_info"]["image_list"]]
        shown = [picture.format(each, place) for place, each in enumerate(addresses, start=1)]
        body = Markup('<div class="gallery">{}</div><div class="plain">{}</div>').format(
            Markup("").join(shown), body
        )
    who = "留言 · 仅关注者可留言" if article["only_fans_can_comment"] else "留言"
    told = ShownArticle(
        article["title"],
        article["author"],
        account,
        date.format(moment.isoformat(), published(moment)),
        body,
        article["content_source_url"],
        who if article["need_open_comment"] else "",
    )
    return article_markup(told, Sheet(Language.ZH, {}), level=1)


def picture(request: Request, _: Language, name: str) -> Reply:
    """Answer `/picture/<name>`: uploaded bytes by the name in WeChat's address, or by their digest."""
    row = request.db.get("pictures", name)
    sha256 = row["sha256"] if row else name
    if request.db.blob(sha256) is None:
        return Reply(_MISSING_PICTURE, content_type="image/svg+xml")
    return media.raw(request, sha256)


def style(_request: Request, _: Language) -> Reply:
    """Answer `/style.css`."""
    from massctl.view.pages.markup import style as read

    sheet = read("sandbox/pages/style.css", "chat.css", "wechat.css", "article.css")
    return Reply(sheet, content_type="text/css; charset=utf-8")


def missing_page(_request: Request, language: Language) -> Reply:
    """Answer every other address."""
    return _html("missing.html.j2", language, status=404)


PAGES = {
    "/": inbox_page,
    "/style.css": style,
    "/article/<int:msg_id>/<int:number>": article_page,
    "/picture/<name>": picture,
}
"""What a browser may ask for."""


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
    # Only people look at pages; sends never do.
    from massctl.view.pages.markup import Sheet

    page = Sheet(language, {}).page(f"sandbox/pages/{template}", **values)
    return Reply(page, status, content_type="text/html; charset=utf-8")


# An article


def displayed(content: str, msg_ids: dict[str, int]) -> "Markup":
    """Make a stored article fit to show here: pictures from this server, nothing from outside, balanced tags.

    `msg_ids` maps `msg_data_id` to jobs shown here. The stored content is what WeChat holds and stays as it is.
    """
    # Only article pages need them.
    from selectolax.lexbor import LexborHTMLParser

    from massctl.view.pages.article import drawn

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


def phones(db: Transaction, account: Account, language: Language) -> list[Record]:
    """Return the followers' phones, then the reviewers' in order of their first preview.

    A phone is one person's chat with the account: `owner`, `note`, `is_reviewer`, and `messages` as the template shows
    them.
    """
    sent = [job for job in db.find("jobs", appid=account.appid) if jobs.started_at(job) is not None]
    people = [
        (name, note, _received(db, account, sent, index), False)
        for index, (name, note) in enumerate(FOLLOWERS)
    ]
    shown: dict[str, list[Record]] = {}
    for row in db.find("previews", appid=account.appid):
        shown.setdefault(row["recipient"], []).append(row)
    people += [(name, Phrase("receives previews"), rows, True) for name, rows in shown.items()]
    return [
        {
            "owner": owner,
            "note": note,
            "is_reviewer": reviews,
            "messages": _chat(account, rows, db.now, language),
        }
        for owner, note, rows, reviews in people
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


def _received(db: Transaction, account: Account, sent: list[Record], index: int) -> list[Record]:
    alias = account.aliases[index] if index < len(account.aliases) else ""
    months: Counter[datetime] = Counter()
    received = []
    for job in sent:
        audience = Audience.of_row(db.get("audiences", str(job["msg_id"])) or {})
        if not (audience.has_follower(index) or (alias and audience.has_other(alias))):
            continue
        month = month_start(beijing(job["at"]))
        # A service account's fifth message of a month does not reach the user.
        if account.kind != "service" or months[month] < USER_MONTHLY:
            received.append(job)
        months[month] += 1
    return received


def _chat(account: Account, rows: list[Record], now: datetime, language: Language) -> list[Record]:
    """Return the messages of a chat. One that follows within five minutes has no line of time above it."""
    # Only people look at pages; sends never do.
    from massctl.view.pages.chat import received
    from massctl.view.pages.markup import Sheet

    messages, before = [], float("-inf")
    for row in rows:
        at = beijing(row["at"])
        message, files = _rendered(row)
        addresses = [
            f"/article/{row['msg_id']}/{number + 1}" for number, _ in enumerate(jobs.articles(row))
        ]
        messages.append(
            {
                "time": "" if row["at"] - before < 300 else time_line(at, now),
                "machine_time": at.isoformat(),
                "is_preview": "recipient" in row,
                "markup": received(message, account.name, Sheet(language, files), addresses),
            }
        )
        before = row["at"]
    return messages


_SHOWN = (
    *("title", "author", "digest", "content", "content_source_url"),
    *("pic_crop_235_1", "pic_crop_1_1"),
)


def _rendered(row: Record) -> tuple["ReadableMessage", dict[str, str]]:
    """Return a message as the preview knows it, and where this server has its files."""
    from massctl.model import message

    body = row["body"]
    if articles := jobs.articles(row):
        names = [_PICTURE_NAME.match(article["thumb_url"]) for article in articles]
        covers = [found[1] if found else "unknown" for found in names]
        told_of: list[Record] = [{name: each.get(name) for name in _SHOWN} for each in articles]
        rendered = [
            message.ReadableArticle(
                cover=Sha256(cover),
                need_open_comment=bool(article["need_open_comment"]),
                only_fans_can_comment=bool(article["only_fans_can_comment"]),
                **told,
            )
            for article, cover, told in zip(articles, covers, told_of, strict=True)
        ]
        return message.NewsMessage(tuple(rendered)), {
            cover: f"/picture/{cover}" for cover in covers
        }
    files = [
        *body.get("pictures", []),
        *(body[kind] for kind in ("voice", "video") if kind in body),
    ]
    shown: ReadableMessage
    match row["msgtype"]:
        case "text":
            shown = message.TextMessage(body["text"])
        case "image":
            shown = message.ImageMessage(
                tuple(files), None, body.get("title", ""), body["recommend"], False, False
            )
        case "voice":
            shown = message.VoiceMessage(files[0], None)
        case "mpvideo":
            shown = message.VideoMessage(files[0], None, body["title"], body["description"])
        case _:
            shown = message.CardMessage(body["card_id"])
    return shown, {sha256: f"/picture/{sha256}" for sha256 in files}


# Notices to people outside


class BadPostError(ValueError):
    """Say why the other side would not take a post."""


def keep_notification(db: Transaction, given: Record) -> None:
    """Keep a post to people outside; refuse what a robot would refuse."""
    if (check := _CHECKS.get(given["kind"])) is not None:
        check(given["body"])
    _check_pace(db, given["name"], given["kind"])
    number = db.next_number("notification")
    db.put("notifications", str(number), {**given, "at": db.now.timestamp()})
    db.delete("notifications", str(number - NOTIFICATIONS_KEPT))


def notifications(db: Transaction) -> list[Record]:
    """Return the newest posts, newest first, each as a person reads it; of a webhook one line for each notice."""
    return [
        {
            "time": f"{beijing(row['at']):%m-%d %H:%M}",
            "name": row["name"],
            "kind": row["kind"],
            "text": _TEXTS[row["kind"]](row["body"]),
        }
        for row in reversed(db.find("notifications")[-NOTIFICATIONS_SHOWN:])
    ]


def _check_pace(db: Transaction, name: str, kind: str) -> None:
    most = ROBOT_MINUTE_MAX.get(kind)
    since = db.now.timestamp() - 60
    lately = [row for row in db.find("notifications", name=name) if row["at"] > since]
    if most is not None and len(lately) >= most:
        raise BadPostError(f"a robot takes at most {most} messages a minute")


def _check_wecom(body: Record) -> None:
    if body.get("msgtype") == "image":
        _check_picture(body)
        return
    content = _member(body, "markdown", "content")
    if body.get("msgtype") != "markdown" or not content:
        raise BadPostError("a robot takes a markdown message with content")
    _check_bytes(content.encode(), ROBOT_BYTES_MAX)


def _check_feishu(body: Record) -> None:
    title = _member(body, "card", "header", "title", "content")
    if body.get("msg_type") != "interactive" or not title or not _card_text(body):
        raise BadPostError("a bot takes a card with a title and markdown")
    _check_bytes(json.dumps(body, ensure_ascii=False).encode(), FEISHU_BYTES_MAX)


def _check_dingtalk(body: Record) -> None:
    title, text = _member(body, "markdown", "title"), _member(body, "markdown", "text")
    if body.get("msgtype") != "markdown" or not title or not text:
        raise BadPostError("a robot takes a markdown message with a title and a text")
    _check_bytes(json.dumps(body, ensure_ascii=False).encode(), DINGTALK_BYTES_MAX)


def _check_bytes(data: bytes, most: int) -> None:
    if len(data) > most:
        raise BadPostError(f"a robot takes at most {most} bytes")


def _member(body: Any, *keys: str) -> str:
    """Return a text deep in a body; nothing where it is not there."""
    for key in keys:
        body = body.get(key) if isinstance(body, dict) else None
    return body if isinstance(body, str) else ""


def _check_picture(body: Record) -> None:
    image = body.get("image")
    if not isinstance(image, dict):
        raise BadPostError("an image message needs `image`")
    try:
        data = base64.b64decode(image["base64"], validate=True)
    except (KeyError, TypeError, ValueError):
        data = b""
    if not data.startswith((b"\x89PNG", b"\xff\xd8\xff")) or len(data) > ROBOT_PICTURE_MAX:
        raise BadPostError(
            f"a robot takes a JPEG or PNG of at most {ROBOT_PICTURE_MAX} bytes, in base64"
        )
    if image.get("md5") != hashlib.md5(data, usedforsecurity=False).hexdigest():
        raise BadPostError("`md5` is not that of the picture")


def _robot_text(body: Record) -> str:
    return "[图片]" if body["msgtype"] == "image" else str(body["markdown"]["content"])


def _card_text(body: Record) -> str:
    card = body.get("card")
    elements = card.get("elements") if isinstance(card, dict) else None
    texts = [_member(each, "content") for each in elements] if isinstance(elements, list) else []
    return "\n".join(texts)


def _card(body: Record) -> str:
    return f"{_member(body, 'card', 'header', 'title', 'content')}\n\n{_card_text(body)}"


def _titled(body: Record) -> str:
    return f"{_member(body, 'markdown', 'title')}\n\n{_member(body, 'markdown', 'text')}"


def _letter(body: Record) -> str:
    head = "\n".join(f"{name}: {_member(body, name.lower())}" for name in ("To", "Subject"))
    return f"{head}\n\n{_member(body, 'text')}"


def _notices(body: Record) -> str:
    notices = body.get("notices")
    told = (
        [notice for notice in notices if isinstance(notice, dict)]
        if isinstance(notices, list)
        else []
    )
    members = ("event", "campaign", "message")
    return "\n".join(" · ".join(str(notice.get(name, "")) for name in members) for notice in told)


_CHECKS: Mapping[str, Callable[[Record], None]] = {
    "wecom_robot": _check_wecom,
    "feishu_robot": _check_feishu,
    "dingtalk_robot": _check_dingtalk,
}
_TEXTS: Mapping[str, Callable[[Record], str]] = {
    "webhook": _notices,
    "wecom_robot": _robot_text,
    "feishu_robot": _card,
    "dingtalk_robot": _titled,
    "email": _letter,
    "pull_request": lambda body: _member(body, "body"),
}
