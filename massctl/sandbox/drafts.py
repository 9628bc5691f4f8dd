"""Keep the draft box: add, read, change one article, delete, count, list.

A draft is consumed by a mass send to whatever audience, and cannot be read afterwards: pages differ
about sends to a tag or a list, and "removed" is the reading that a client must survive.
"""

from massctl.sandbox import articles, identity
from massctl.sandbox.call import Call, Reply
from massctl.sandbox.desk import Desk, flag, integer
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

ARTICLES_MAX = 8
"""Articles of one draft, at least one (WeChat docs, read 2026-10)."""
_OK = {"errcode": 0, "errmsg": "ok"}


def add(desk: Desk, call: Call) -> Reply:
    """Answer `draft/add`: a new draft each time, there is no duplicate guard."""
    given = call.record().get("articles")
    if not isinstance(given, list):
        raise Refusal(40097)
    if not 1 <= len(given) <= ARTICLES_MAX:
        raise Refusal(45008)
    stored = [articles.checked(desk, article, alone=len(given) == 1) for article in given]
    media_id = identity.new_id(desk.state, "draft", 64)
    draft = {"appid": desk.appid, "media_id": media_id, "articles": stored, "consumed_by": None}
    times = {"serial": identity.next_number(desk.state, "draft_serial"), "created": desk.at, "updated": desk.at}
    desk.table("drafts").put(media_id, {**draft, **times})
    return Reply({"media_id": media_id})


def find(desk: Desk, media_id: object) -> Record:
    """Return a draft of the account; 40007 where it is unknown, deleted or already sent."""
    draft = desk.own("drafts", media_id)
    if draft is None or draft["consumed_by"] is not None:
        raise Refusal(40007)
    return draft


def consume(desk: Desk, draft: Record, msg_id: int) -> None:
    """Take the draft out of the box because a mass job carries it."""
    desk.table("drafts").put(draft["media_id"], {**draft, "consumed_by": msg_id})


def get(desk: Desk, call: Call) -> Reply:
    """Answer `draft/get`: the articles as stored, with temporary preview links."""
    return Reply({"news_item": _news_item(find(desk, call.record().get("media_id")), with_content=True)})


def delete(desk: Desk, call: Call) -> Reply:
    """Answer `draft/delete`; cannot be undone."""
    draft = find(desk, call.record().get("media_id"))
    desk.table("drafts").delete(draft["media_id"])
    return Reply(_OK)


def update(desk: Desk, call: Call) -> Reply:
    """Answer `draft/update`: replace one article; `index` counts from 0, `articles` is one object."""
    record = call.record()
    draft = find(desk, record.get("media_id"))
    stored: list[Record] = list(draft["articles"])
    index = integer(record.get("index", 0), 0, len(stored) - 1, errcode=40114)
    stored[index] = articles.checked(desk, record.get("articles"), alone=len(stored) == 1)
    desk.table("drafts").put(draft["media_id"], {**draft, "articles": stored, "updated": desk.at})
    return Reply(_OK)


def count(desk: Desk, _call: Call) -> Reply:
    """Answer `draft/count`: the drafts that are still in the box."""
    return Reply({"total_count": len(_alive(desk))})


def batchget(desk: Desk, call: Call) -> Reply:
    """Answer `draft/batchget`, newest first."""
    record = call.record()
    offset, size = integer(record.get("offset", 0), 0, 10**9), integer(record.get("count"), 1, 20)
    with_content = not flag(record.get("no_content"))
    alive = _alive(desk)
    page = [_listed(draft, with_content=with_content) for draft in alive[offset : offset + size]]
    return Reply({"item": page, "total_count": len(alive), "item_count": len(page)})


def _alive(desk: Desk) -> list[Record]:
    mine = [draft for draft in desk.table("drafts").records() if draft["appid"] == desk.appid]
    alive = [draft for draft in mine if draft["consumed_by"] is None]
    return sorted(alive, key=lambda draft: -int(draft["serial"]))


def _listed(draft: Record, *, with_content: bool) -> Record:
    times = {"create_time": int(draft["created"]), "update_time": int(draft["updated"])}
    content = {"news_item": _news_item(draft, with_content=with_content), **times}
    return {"media_id": draft["media_id"], "content": content, "update_time": int(draft["updated"])}


def _news_item(draft: Record, *, with_content: bool) -> list[Record]:
    items = []
    for index, article in enumerate(draft["articles"], start=1):
        shown = dict(article) if with_content else {**article, "content": ""}
        address = f"http://mp.weixin.qq.com/s?__biz=SANDBOX&tempkey={draft['media_id'][:24]}&chksm={index}#rd"
        items.append({**shown, "url": address})
    return items
