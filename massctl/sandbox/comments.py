"""Answer `comment/open` and `comment/close`: whether followers may comment on an article of a sent news."""

from massctl.sandbox import allowance, jobs
from massctl.sandbox.call import Call, Reply
from massctl.sandbox.desk import Desk, integer
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record


def open_comments(desk: Desk, call: Call) -> Reply:
    """Answer `comment/open`; `index` counts from 0, and none means the first article."""
    return _switch(desk, call.record(), opened=True)


def close_comments(desk: Desk, call: Call) -> Reply:
    """Answer `comment/close`, likewise."""
    return _switch(desk, call.record(), opened=False)


def are_open(job: Record, article: int) -> bool:
    """Tell whether followers may comment on an article, from 1: as it was sent, or as it was switched since."""
    sent = bool(jobs.articles(job)[article - 1].get("need_open_comment"))
    return bool(job.get("comments", {}).get(str(article), sent))


def article_of(desk: Desk, record: Record) -> tuple[Record, int]:
    """Return the job and the number, from 1, of the article that a call about comments names; else refuse."""
    if not desk.account["comment_right"]:
        raise Refusal(88000)
    msg_data_id = integer(record.get("msg_data_id"), 1, 2**63 - 1)
    found = [job for job in allowance.jobs_of(desk) if job["msg_data_id"] == msg_data_id]
    index = integer(record.get("index", 0), 0, 2**31)
    if "index" not in record:
        desk.violation("comment_without_index", msg_data_id=msg_data_id)
    if not found or index >= len(jobs.articles(found[0])) or index + 1 in found[0]["deleted_articles"]:
        raise Refusal(88001)
    return found[0], index + 1


def _switch(desk: Desk, record: Record, *, opened: bool) -> Reply:
    job, article = article_of(desk, record)
    switched = {**job.get("comments", {}), str(article): opened}
    desk.table("jobs").put(str(job["msg_id"]), {**job, "comments": switched})
    return Reply({"errcode": 0, "errmsg": "ok"})
