"""Answer the calls about what readers wrote: list, elect, delete and reply to comments.

Nobody writes by himself here: `POST /_sandbox/comments` lets a follower comment on an article whose comments are open.
Shapes and codes: WeChat docs, "comment/*", read 2026-10. The number of comments that may be elected (88003) and the
length of a reply (88007) are not documented, and no limit is kept here.
"""

from massctl.sandbox import comments, identity
from massctl.sandbox.call import Call, Reply
from massctl.sandbox.desk import Desk, integer
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

PAGE_MAX = 49
"""Comments that one call gives (88010)."""
ALL, ORDINARY, ELECTED = 0, 1, 2
"""`type` of a listing."""
_DONE = {"errcode": 0, "errmsg": "ok"}


def write(desk: Desk, job: Record, article: int, content: str) -> int:
    """Let a follower comment on an article, from 1; returns the comment's id within it."""
    written = _written(job, article)
    number = max((each["user_comment_id"] for each in written), default=0) + 1
    comment: Record = {
        "user_comment_id": number,
        "openid": identity.openid_of(desk.appid, number - 1),
        "create_time": int(desk.at),
        "content": content,
        "comment_type": 0,
    }
    _keep(desk, job, article, [*written, comment])
    return number


def listed(desk: Desk, call: Call) -> Reply:
    """Answer `comment/list`, newest first."""
    record = call.record()
    job, article = comments.article_of(desk, record)
    begin, count = integer(record.get("begin"), 0, 2**31), integer(record.get("count"), 1, PAGE_MAX, 88010)
    kind = integer(record.get("type"), ALL, ELECTED)
    wanted = [each for each in reversed(_written(job, article)) if kind == ALL or each["comment_type"] == kind - 1]
    return Reply({**_DONE, "total": len(wanted), "comment": wanted[begin : begin + count]})


def elect(desk: Desk, call: Call) -> Reply:
    """Answer `comment/markelect`."""
    return _changed(desk, call, {"comment_type": 1})


def unelect(desk: Desk, call: Call) -> Reply:
    """Answer `comment/unmarkelect`."""
    return _changed(desk, call, {"comment_type": 0})


def delete(desk: Desk, call: Call) -> Reply:
    """Answer `comment/delete`."""
    job, article, comment = _found(desk, call.record())
    _keep(desk, job, article, [each for each in _written(job, article) if each is not comment])
    return Reply(_DONE)


def reply(desk: Desk, call: Call) -> Reply:
    """Answer `comment/reply/add`; a comment has one reply."""
    record = call.record()
    _, _, comment = _found(desk, record)
    content = record.get("content")
    if not isinstance(content, str) or not content.strip():
        raise Refusal(88007)
    if "reply" in comment:
        raise Refusal(88005)
    return _changed(desk, call, {"reply": {"content": content, "create_time": int(desk.at)}})


def unreply(desk: Desk, call: Call) -> Reply:
    """Answer `comment/reply/delete`."""
    job, article, comment = _found(desk, call.record())
    if "reply" not in comment:
        raise Refusal(88009)
    without = {key: value for key, value in comment.items() if key != "reply"}
    _keep(desk, job, article, [without if each is comment else each for each in _written(job, article)])
    return Reply(_DONE)


def _changed(desk: Desk, call: Call, members: Record) -> Reply:
    job, article, comment = _found(desk, call.record())
    changed = [{**each, **members} if each is comment else each for each in _written(job, article)]
    _keep(desk, job, article, changed)
    return Reply(_DONE)


def _found(desk: Desk, record: Record) -> tuple[Record, int, Record]:
    """Return the job, the article from 1 and the comment that a call names; 88008 where there is no such comment."""
    job, article = comments.article_of(desk, record)
    number = integer(record.get("user_comment_id"), 0, 2**63 - 1)
    found = [each for each in _written(job, article) if each["user_comment_id"] == number]
    if not found:
        raise Refusal(88008)
    return job, article, found[0]


def _written(job: Record, article: int) -> list[Record]:
    """Return what stands under an article, oldest first."""
    return list(job.get("written", {}).get(str(article), []))


def _keep(desk: Desk, job: Record, article: int, written: list[Record]) -> None:
    row = {**job, "written": {**job.get("written", {}), str(article): written}}
    desk.table("jobs").put(str(job["msg_id"]), row)
