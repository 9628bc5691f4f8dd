"""Answer for the comments on articles that were sent: open, close, list, elect, delete, reply.

Nobody writes by himself here: `POST /_sandbox/comments` lets a follower comment on an article whose comments are open.
Shapes and codes: WeChat docs, "comment/*", read 2026-10. The number of comments that may be elected (88003) and the
length of a reply (88007) are not documented, and no limit is kept here. Whether a job that is under way has comments is
not documented either: the stricter reading is that its articles are there when it has ended as sent.
"""

from massctl.sandbox import audience, jobs
from massctl.sandbox.request import OK, Refusal, Request, integer, post
from massctl.sandbox.store import Record

PAGE_MAX = 49
"""Comments that one call gives (88010)."""
ALL, ORDINARY, ELECTED = 0, 1, 2
"""`type` of a listing."""


@post("comment/open")
def open_comments(request: Request) -> Record:
    """Answer `comment/open`; `index` counts from 0, and none means the first article."""
    return _switch(request, opened=True)


@post("comment/close")
def close_comments(request: Request) -> Record:
    """Answer `comment/close`, likewise."""
    return _switch(request, opened=False)


def is_there(request: Request, job: Record, article: int) -> bool:
    """Return whether followers have an article, from 1: its job ended as sent, and nobody deleted it."""
    is_sent = jobs.status(request.db, job, request.at) == "SEND_SUCCESS"
    return (
        is_sent
        and 1 <= article <= len(jobs.articles(job))
        and article not in job["deleted_articles"]
    )


def are_open(job: Record, article: int) -> bool:
    """Return whether followers may comment on an article, from 1: as it was sent, or as it was switched since."""
    sent = bool(jobs.articles(job)[article - 1].get("need_open_comment"))
    return bool(job.get("comments", {}).get(str(article), sent))


@post("comment/list")
def listed(request: Request) -> Record:
    """Answer `comment/list`, newest first."""
    given = request.record()
    job, article = _article(request, given)
    begin, count = (
        integer(given.get("begin"), 0, 2**31),
        integer(given.get("count"), 1, PAGE_MAX, 88010),
    )
    kind = integer(given.get("type"), ALL, ELECTED)
    written = [
        row["comment"]
        for row in reversed(request.db.find("comments", msg_id=job["msg_id"], article=article))
    ]
    wanted = [each for each in written if kind == ALL or each["comment_type"] == kind - 1]
    return {**OK, "total": len(wanted), "comment": wanted[begin : begin + count]}


@post("comment/markelect")
def elect(request: Request) -> Record:
    """Answer `comment/markelect`."""
    return _change(request, *_found(request), comment_type=1)


@post("comment/unmarkelect")
def unelect(request: Request) -> Record:
    """Answer `comment/unmarkelect`."""
    return _change(request, *_found(request), comment_type=0)


@post("comment/delete")
def delete(request: Request) -> Record:
    """Answer `comment/delete`."""
    request.db.delete("comments", _found(request)[0])
    return OK


@post("comment/reply/add")
def reply(request: Request) -> Record:
    """Answer `comment/reply/add`; a comment has one reply."""
    key, row = _found(request)
    content = request.record().get("content")
    if not isinstance(content, str) or not content.strip():
        raise Refusal(88007)
    if "reply" in row["comment"]:
        raise Refusal(88005)
    return _change(request, key, row, reply={"content": content, "create_time": int(request.at)})


@post("comment/reply/delete")
def unreply(request: Request) -> Record:
    """Answer `comment/reply/delete`."""
    key, row = _found(request)
    if "reply" not in row["comment"]:
        raise Refusal(88009)
    del row["comment"]["reply"]
    return _change(request, key, row)


def write(request: Request, job: Record, article: int, content: str) -> int:
    """Let a follower comment on an article, from 1; return the comment's id within it."""
    number = request.db.next_number(f"comment {job['msg_id']} {article}")
    comment = {
        "user_comment_id": number,
        "openid": audience.openid_of(request.appid, number - 1),
        "create_time": int(request.at),
        "content": content,
        "comment_type": 0,
    }
    row = {"msg_id": job["msg_id"], "article": article, "comment": comment}
    request.db.put("comments", f"{job['msg_id']}|{article}|{number}", row)
    return number


def _switch(request: Request, *, opened: bool) -> Record:
    job, article = _article(request, request.record())
    switched = {**job.get("comments", {}), str(article): opened}
    request.db.put("jobs", str(job["msg_id"]), {**job, "comments": switched})
    return OK


def _article(request: Request, given: Record) -> tuple[Record, int]:
    """Return the job and the number, from 1, of the article that a call names; else refuse."""
    if not request.account.comment_right:
        raise Refusal(88000)
    msg_data_id = integer(given.get("msg_data_id"), 1, 2**63 - 1)
    found = request.db.find("jobs", appid=request.appid, msg_data_id=msg_data_id)
    index = integer(given.get("index", 0), 0, 2**31)
    if "index" not in given:
        request.violation("comment_without_index", msg_data_id=msg_data_id)
    if not found or not is_there(request, found[0], index + 1):
        raise Refusal(88001)
    return found[0], index + 1


def _found(request: Request) -> tuple[str, Record]:
    """Return the comment that a call names, under its key; 88008 where there is none."""
    given = request.record()
    job, article = _article(request, given)
    key = f"{job['msg_id']}|{article}|{integer(given.get('user_comment_id'), 0, 2**63 - 1)}"
    row = request.db.get("comments", key)
    if row is None:
        raise Refusal(88008)
    return key, row


def _change(request: Request, key: str, row: Record, **members: object) -> Record:
    request.db.put("comments", key, {**row, "comment": {**row["comment"], **members}})
    return OK
