"""Make the bodies of MASSSENDJOBFINISH, as WeChat posts them once a job has ended.

The report shows them, `--sandbox` hands them to the command, and `callback` posts them. Shapes: WeChat docs,
"MASSSENDJOBFINISH", and captured events, read 2026-10. A text's blocks hold nothing but white space.
"""

import hashlib
import json
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
KINDS = frozenset({"full", "old", "none"})
"""What a job's event may be ordered to be; `old` has no addresses, `none` is lost."""
RESULT = frozenset(
    {
        "ArticleIdx",
        "UserDeclareState",
        "AuditState",
        "OriginalArticleUrl",
        "OriginalArticleType",
        "CanReprint",
        "NeedReplaceContent",
        "NeedShowReprintSource",
    }
)
"""Members of what the originality check found of one article."""
FORMS = frozenset({"xml", "json"})
"""The data formats of the developer console."""


def event_of(state: State, job: Record, at: float) -> Record | None:
    """Return the event of a job that was told by the moment `at`, in both forms; None while it was not."""
    told = told_at(state, job)
    status = jobs.event_status(state, job, max(at, jobs.ended_at(state, job)))
    if not status or told > at or job.get("told", {}).get("event") == "none":
        return None
    members = _members(state, job, status, int(told))
    head = {"appid": job["appid"], "msg_id": job["msg_id"], "at": beijing(told).isoformat(), "status": status}
    return {**head, "xml": written(members, "xml"), "json": members}


def told_at(state: State, job: Record) -> float:
    """Return when WeChat makes the event of a job: at its end, or before the answer to the send where so ordered."""
    is_early = job.get("travel", {}).get("early") and job["hold"] is None
    return float(job["at"]) if is_early else jobs.ended_at(state, job)


def original_id(state: State, appid: str) -> str:
    """Return the account's original id, as events name it."""
    declared = (state.table("accounts").get(appid) or {}).get("original_id")
    return str(declared or f"gh_{hashlib.sha256(appid.encode()).hexdigest()[:12]}")


def written(members: dict[str, Any], form: str) -> str:
    """Write members as the body of a post: `xml` or `json`."""
    return json.dumps(members, ensure_ascii=False) if form == "json" else f"<xml>\n{_xml(members)}</xml>"


def _members(state: State, job: Record, status: str, seconds: int) -> dict[str, Any]:
    sent = status == "send success"
    addresses = {"ArticleUrlResult": _urls(job) if sent else {"Count": 0, "ResultList": []}}
    return {
        "ToUserName": original_id(state, job["appid"]),
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
        **(addresses if job.get("told", {}).get("event") != "old" else {}),
    }


def _copyright(job: Record, status: str) -> dict[str, Any]:
    """Return what the originality check found: as ordered, else what goes with the end of the job."""
    stopped = status in CHECK_STATES
    items = {
        index: {
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
    }
    ordered = job.get("told", {}).get("copyright", {})
    for item in ordered.get("ResultList", []):
        if item["ArticleIdx"] in items:
            items[item["ArticleIdx"]] = {**items[item["ArticleIdx"]], **item}
    state = ordered.get("CheckState", CHECK_STATES.get(status, 1 if items else 0))
    return {"Count": len(items), "ResultList": list(items.values()), "CheckState": state}


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
