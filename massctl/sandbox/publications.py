"""Answer `freepublish/*`: what was published without a push to followers, and reading it.

A publication takes as long as a mass send and consumes its draft; then it has an `article_id`. Only these are listed,
never what was sent. Absent: the platform's review and the event PUBLISHJOBFINISH. Rules: WeChat docs, "freepublish",
read 2026-10.
"""

from massctl.sandbox import drafts, jobs
from massctl.sandbox.request import OK, Refusal, Request, integer, post
from massctl.sandbox.store import Record

DONE, RUNNING, DELETED = 0, 1, 5
"""`publish_status`."""


@post("freepublish/submit", daily=100)
def submit(request: Request) -> Record:
    """Answer `freepublish/submit`: accepted, no more."""
    _require_right(request)
    draft = drafts.find(request, request.record().get("media_id"))
    # From the numbers of jobs: followers comment on both under `msg_data_id`.
    msg_data_id = jobs.MSG_DATA_ID_BASE + request.db.next_number("job")
    row = {
        "appid": request.appid,
        "publish_id": str(msg_data_id),
        "msg_data_id": msg_data_id,
        "article_id": request.db.new_id("article"),
        "articles": draft["articles"],
        "deleted_articles": [],
        "at": request.at,
        "done_at": request.at + jobs.sending_seconds(request.db),
    }
    request.db.put("publications", row["publish_id"], row)
    drafts.consume(request, draft, msg_data_id)
    return {**OK, "publish_id": row["publish_id"], "msg_data_id": msg_data_id}


@post("freepublish/get", daily=100)
def get(request: Request) -> Record:
    """Answer `freepublish/get`: whether it has ended, and then where its articles are."""
    _require_right(request)
    row = request.own("publications", str(request.record().get("publish_id")))
    if row is None:
        raise Refusal(40007)
    told = {"publish_id": row["publish_id"], "fail_idx": []}
    if request.at < row["done_at"]:
        return {**told, "publish_status": RUNNING}
    items = [{"idx": index, "article_url": jobs.article_url(row, index)} for index in _numbers(row)]
    detail = {"count": len(items), "item": items}
    status = DELETED if len(row["deleted_articles"]) == len(items) else DONE
    return {
        **told,
        "publish_status": status,
        "article_id": row["article_id"],
        "article_detail": detail,
    }


@post("freepublish/delete", daily=10)
def delete(request: Request) -> Record:
    """Answer `freepublish/delete`: `index` counts from 1, and 0 or none means all. No undo."""
    given, row = request.record(), _find(request)
    index = integer(given.get("index", 0), 0, len(row["articles"]), errcode=40060)
    gone = _numbers(row) if index == 0 else {*row["deleted_articles"], index}
    request.db.put(
        "publications", row["publish_id"], jobs.with_deleted(row, sorted(gone), request.at)
    )
    return OK


@post("freepublish/getarticle", daily=100)
def getarticle(request: Request) -> Record:
    """Answer `freepublish/getarticle`: the articles as published."""
    return {"news_item": _news_item(_find(request), True)}


@post("freepublish/batchget", daily=100)
def batchget(request: Request) -> Record:
    """Answer `freepublish/batchget`, newest first."""
    _require_right(request)
    mine = request.db.find("publications", appid=request.appid)
    rows = [row for row in mine if row["done_at"] <= request.at]
    return drafts.listed(request, rows, "article_id", ("at", "done_at"), _news_item)


def _require_right(request: Request) -> None:
    if not request.account.publish_right:
        raise Refusal(48001)


def _find(request: Request) -> Record:
    """Return the publication that a call names; 53600 where it is unknown or has not ended."""
    _require_right(request)
    article_id = request.record().get("article_id")
    found = request.db.find("publications", appid=request.appid, article_id=str(article_id))
    if not found or request.at < found[0]["done_at"]:
        raise Refusal(53600)
    return found[0]


def _news_item(row: Record, with_content: bool) -> list[Record]:
    return [
        {
            **article,
            "content": article["content"] if with_content else "",
            "url": jobs.article_url(row, number),
            "is_deleted": number in row["deleted_articles"],
        }
        for number, article in enumerate(row["articles"], start=1)
    ]


def _numbers(row: Record) -> range:
    return range(1, len(row["articles"]) + 1)
