"""Make the bodies of MASSSENDJOBFINISH, as WeChat posts them once a job has ended.

Nothing is posted: the report shows them, so that a test hands them to whatever reads events. Shapes: WeChat docs,
"MASSSENDJOBFINISH", and captured events, read 2026-10. A text's blocks hold nothing but white space.
"""

import hashlib
from typing import Any

from massctl.sandbox import jobs
from massctl.sandbox.clock import beijing
from massctl.sandbox.tables import Record, State

SENDER = "mphelper"
"""Stands for the openid of WeChat's mass helper: no openid is in a report."""
ORIGINAL_URL = "http://mp.weixin.qq.com/s?__biz=SANDBOX&mid=1&idx=1&sn=original#rd"
"""The article that a refused reprint resembles."""
CHECK_STATES = {"err(30002)": 3, "err(30003)": 2}
"""`CheckState` by the end of a job that the originality check stopped."""


def event_of(state: State, job: Record, at: float) -> Record | None:
    """Return the event of a job that has ended by the moment `at`, in both forms; None while it has not."""
    ended = jobs.ended_at(state, job)
    status = jobs.event_status(state, job, at)
    if not status or ended > at:
        return None
    members = _members(job, status, int(ended))
    head = {"appid": job["appid"], "msg_id": job["msg_id"], "at": beijing(ended).isoformat(), "status": status}
    return {**head, "xml": f"<xml>\n{_xml(members)}</xml>", "json": members}


def original_id(appid: str) -> str:
    """Return the account's original id, as events name it."""
    return f"gh_{hashlib.sha256(appid.encode()).hexdigest()[:12]}"


def _members(job: Record, status: str, seconds: int) -> dict[str, Any]:
    sent = status == "send success"
    return {
        "ToUserName": original_id(job["appid"]),
        "FromUserName": SENDER,
        "CreateTime": seconds,
        "MsgType": "event",
        "Event": "MASSSENDJOBFINISH",
        "MsgID": job["msg_id"],
        "Status": status,
        "TotalCount": job["total_count"] if sent else 0,
        "FilterCount": job["filter_count"] if sent else 0,
        "SentCount": job["sent_count"] if sent else 0,
        "ErrorCount": job["error_count"] if sent else 0,
        "CopyrightCheckResult": _copyright(job, status),
        "ArticleUrlResult": _urls(job) if sent else {"Count": 0, "ResultList": []},
    }


def _copyright(job: Record, status: str) -> dict[str, Any]:
    stopped = status in CHECK_STATES
    items = [
        {
            "ArticleIdx": index,
            "UserDeclareState": 0,
            "AuditState": 2 if stopped else 0,
            "OriginalArticleUrl": ORIGINAL_URL if stopped else "",
            "OriginalArticleType": 1 if stopped else 0,
            "CanReprint": int(status == "err(30003)"),
            "NeedReplaceContent": 0,
            "NeedShowReprintSource": int(stopped),
        }
        for index, _ in enumerate(jobs.articles(job), start=1)
    ]
    return {"Count": len(items), "ResultList": items, "CheckState": CHECK_STATES.get(status, 1 if items else 0)}


def _urls(job: Record) -> dict[str, Any]:
    items = [
        {"ArticleIdx": index, "ArticleUrl": jobs.article_url(job, index)}
        for index, _ in enumerate(jobs.articles(job), start=1)
    ]
    return {"Count": len(items), "ResultList": items}


def _xml(members: dict[str, Any]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>\n" for name, value in members.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "\n" + _xml(value)
    if isinstance(value, list):
        return "\n" + "".join(f"<item>\n{_xml(item)}</item>\n" for item in value)
    return str(value) if isinstance(value, int) else f"<![CDATA[{value}]]>"
