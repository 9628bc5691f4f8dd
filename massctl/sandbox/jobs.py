"""Compute the state of a mass job, and build its event: MASSSENDJOBFINISH.

A job's state is never stored, only computed from its times: SENDING for a while, then SEND_SUCCESS; with API mass-send
protection on, it is held until somebody confirms, refuses, or 30 minutes have passed. The report shows the events,
`--sandbox` hands them to the command, and `callback` posts them. Shapes: WeChat docs, "mass/get", "MASSSENDJOBFINISH",
and captured events, read 2026-10.
"""

import hashlib
import json
from typing import Any

from massctl.sandbox.store import Record, Transaction, beijing

SENDING_SECONDS = 180
"""How long a job says SENDING, unless the setting `sending_seconds` says otherwise."""
HOLD_SECONDS = 30 * 60
"""How long the administrator has to confirm a held job."""
MSG_DATA_ID_BASE = 2_247_480_000
"""What articles were sent or published under is above this."""
THEN_SECONDS = 60
"""Between an event and another one about the same job that was ordered to tell another end."""
SENDER = "mphelper"
"""Stands for the openid of WeChat's mass helper: no openid is in a report."""
ORIGINAL_URL = "http://mp.weixin.qq.com/s?__biz=SANDBOX&mid=1&idx=1&sn=original#rd"
"""The article that a refused reprint resembles."""
CHECK_STATES = {"err(30002)": 3, "err(30003)": 2}
"""`CheckState` by the end of a job that the originality check stopped."""


def status(db: Transaction, job: Record, at: float) -> str:
    """Return the state in `mass/get`'s words at the moment `at`."""
    if is_deleted(job):
        return "DELETE"
    start = started_at(job)
    if start is None:
        return "SEND_FAIL" if event_status(db, job, at).startswith("err") else "SENDING"
    if at < ended_at(db, job):
        return "SENDING"
    return "SEND_SUCCESS" if event_status(db, job, at) == "send success" else "SEND_FAIL"


def event_status(db: Transaction, job: Record, at: float) -> str:
    """Return `Status` of the event, or an empty string while there is none."""
    hold = job["hold"]
    if hold is not None and hold["settled"] == "refused":
        return "err(40001)"
    if hold is not None and hold["settled"] is None:
        return "err(40002)" if at >= hold["since"] + HOLD_SECONDS else ""
    return str(job["ending"] or "send success") if at >= ended_at(db, job) else ""


def ended_at(db: Transaction, job: Record) -> float:
    """Return when the job ends, or will unless the administrator answers before."""
    hold, start = job["hold"], started_at(job)
    if hold is not None and start is None:
        return float(hold["at"] if hold["settled"] == "refused" else hold["since"] + HOLD_SECONDS)
    return float(start or job["at"]) + sending_seconds(db)


def sending_seconds(db: Transaction) -> float:
    """Return how long a job runs."""
    seconds = db.setting("sending_seconds")
    return float(SENDING_SECONDS if seconds is None else seconds)


def started_at(job: Record) -> float | None:
    """Return when the job began to run; None for one that is held, refused or forgotten."""
    hold = job["hold"]
    if hold is None:
        return float(job["at"])
    return float(hold["at"]) if hold["settled"] == "confirmed" else None


def waiting(db: Transaction, appid: str, at: float) -> list[Record]:
    """Return the account's jobs that wait for the administrator now."""
    held = db.find("jobs", appid=appid, is_held=True)
    return [job for job in held if at < job["hold"]["since"] + HOLD_SECONDS]


def articles(job: Record) -> list[Record]:
    """Return the articles of a job, empty for other messages."""
    return list(job["body"].get("articles", []))


def is_deleted(job: Record) -> bool:
    """Return whether every article of the job is deleted."""
    return 0 < len(articles(job)) == len(job["deleted_articles"])


def with_deleted(row: Record, numbers: list[int], at: float) -> Record:
    """Return a job or a publication whose articles of these numbers, from 1, are deleted; `at` is kept for new ones."""
    since = {str(number): at for number in numbers} | row.get("deleted_at", {})
    return {**row, "deleted_articles": numbers, "deleted_at": since}


def article_url(job: Record, index: int) -> str:
    """Return the lasting address of an article; `index` counts from 1."""
    return f"http://mp.weixin.qq.com/s?__biz=SANDBOX&mid={job['msg_data_id']}&idx={index}&sn=sandbox#rd"


# The event


def event_of(db: Transaction, job: Record, at: float, *, then: bool = False) -> Record | None:
    """Return the event of a job in both data formats; None if WeChat has not made it by the moment `at`.

    `then` asks for the second event of a job that was ordered to end otherwise a minute later.
    """
    told = told_at(db, job) + (THEN_SECONDS if then else 0)
    word = job["told"].get("then") if then else event_status(db, job, max(at, ended_at(db, job)))
    if not word or told > at or job["told"].get("event") == "none":
        return None
    members = _members(db, job, word, int(told))
    head = {
        "appid": job["appid"],
        "msg_id": job["msg_id"],
        "at": beijing(told).isoformat(),
        "status": word,
    }
    return {**head, "xml": written(members, "xml"), "json": members}


def told_at(db: Transaction, job: Record) -> float:
    """Return when WeChat makes the event of a job: at its end, or before the answer to the send where so ordered."""
    is_early = job["travel"].get("early") and job["hold"] is None
    return float(job["at"]) if is_early else ended_at(db, job)


def written(members: Record, form: str) -> str:
    """Write members as the body of a post: `xml` or `json`."""
    return (
        json.dumps(members, ensure_ascii=False)
        if form == "json"
        else f"<xml>\n{_xml(members)}</xml>"
    )


def _members(db: Transaction, job: Record, word: str, seconds: int) -> Record:
    appid, sent = job["appid"], word == "send success"
    declared = (db.get("accounts", appid) or {}).get("original_id")
    counts = (("Total", "total"), ("Filter", "filter"), ("Sent", "sent"), ("Error", "error"))
    urls = [
        {"ArticleIdx": index, "ArticleUrl": article_url(job, index)}
        for index, _ in _numbered(job)
        if sent
    ]
    with_urls = job["told"].get("event") != "old"
    return {
        "ToUserName": declared or f"gh_{hashlib.sha256(appid.encode()).hexdigest()[:12]}",
        "FromUserName": SENDER,
        "CreateTime": seconds,
        "MsgType": "event",
        "Event": "MASSSENDJOBFINISH",
        "MsgID": job["msg_id"],
        "Status": word,
        **{f"{name}Count": job[f"{ours}_count"] if sent else 0 for name, ours in counts},
        "CopyrightCheckResult": _copyright(job, word),
        **({"ArticleUrlResult": {"Count": len(urls), "ResultList": urls}} if with_urls else {}),
    }


def _copyright(job: Record, word: str) -> Record:
    """Return what the originality check found: as ordered, else what goes with the end of the job."""
    stopped = word in CHECK_STATES
    items = {
        index: {
            "ArticleIdx": index,
            "UserDeclareState": 0,
            "AuditState": 2 if stopped else 0,
            "OriginalArticleUrl": ORIGINAL_URL if stopped else "",
            "OriginalArticleType": 1 if stopped else 0,
            "CanReprint": int(word == "err(30003)"),
            "NeedReplaceContent": 0,
            "NeedShowReprintSource": int(stopped),
        }
        for index, _ in _numbered(job)
    }
    ordered = job["told"].get("copyright", {})
    for item in ordered.get("ResultList", []):
        if item["ArticleIdx"] in items:
            items[item["ArticleIdx"]].update(item)
    state = ordered.get("CheckState", CHECK_STATES.get(word, 1 if items else 0))
    return {"Count": len(items), "ResultList": list(items.values()), "CheckState": state}


def _numbered(job: Record) -> enumerate[Record]:
    return enumerate(articles(job), start=1)


def _xml(members: Record) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>\n" for name, value in members.items())


def _value(value: Any) -> str:
    # The blocks of a text hold nothing but white space.
    if isinstance(value, dict):
        return "\n" + _xml(value)
    if isinstance(value, list):
        return "\n" + "".join(f"<item>\n{_xml(item)}</item>\n" for item in value)
    return str(value) if isinstance(value, int) else f"<![CDATA[{value}]]>"
