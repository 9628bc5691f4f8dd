"""Keep mass jobs: record one, and say at any later time what has become of it.

A job's state is never stored, only computed from its times: SENDING for a while, then SEND_SUCCESS; with
API mass-send protection on, held until somebody confirms, refuses, or 30 minutes have passed.
"""

from massctl.sandbox import allowance, drafts, identity
from massctl.sandbox.audience import Audience, over_limit
from massctl.sandbox.desk import Desk, digest_of
from massctl.sandbox.message import Message
from massctl.sandbox.tables import Record, State

MSG_ID_BASE = 3_147_000_000
MSG_DATA_ID_BASE = 2_247_480_000
"""Both bases lie above 2^31, as WeChat's numbers do: a client that stores 32 bits shall notice."""
SENDING_SECONDS = 180
"""How long a job says SENDING, unless the world's settings say otherwise."""
HOLD_SECONDS = 30 * 60
"""How long the administrator may think (WeChat docs, read 2026-10)."""


def record(desk: Desk, audience: Audience, message: Message, fact: Record, *, held: bool = False) -> Record:
    """Create a job that WeChat has accepted (or holds) and consume its draft; return it.

    `fact` joins the record: clientmsgid, digests, send_ignore_reprint.
    """
    number = identity.next_number(desk.state, "job")
    to = audience.as_record()
    msg_id = MSG_ID_BASE + number
    full = 0
    if desk.account["kind"] == "service":
        full = over_limit(audience, [job["audience"] for job in allowance.month_jobs(desk)])
    counts = {
        "total_count": audience.total,
        "filter_count": audience.total - full,
        "sent_count": audience.total - full - audience.not_followers,
        "error_count": audience.not_followers,
    }
    job: Record = {
        "appid": desk.appid,
        "msg_id": msg_id,
        "msg_data_id": MSG_DATA_ID_BASE + number if message.draft else None,
        "at": desk.at,
        "audience": to,
        "audience_digest": digest_of(to),
        "msgtype": message.msgtype,
        "body": message.body,
        "content_digest": message.digest,
        "draft_media_id": message.draft["media_id"] if message.draft else None,
        "deleted_articles": [],
        "via": "api",
        "hold": {"since": desk.at, "settled": None, "at": None} if held else None,
        **_take_orders(desk),
        **counts,
        **fact,
    }
    desk.table("jobs").put(str(msg_id), job)
    if message.draft and not held:
        drafts.consume(desk, message.draft, msg_id)
    return job


def status(state: State, job: Record, at: float) -> str:
    """Return the state in `mass/get`'s words at the moment `at`."""
    if is_deleted(job):
        return "DELETE"
    start = started_at(job)
    if start is None:
        return "SEND_FAIL" if event_status(state, job, at).startswith("err") else "SENDING"
    if at < ended_at(state, job):
        return "SENDING"
    return "SEND_SUCCESS" if event_status(state, job, at) == "send success" else "SEND_FAIL"


def event_status(state: State, job: Record, at: float) -> str:
    """Return `Status` of the MASSSENDJOBFINISH event, or an empty string while there is none."""
    hold = job["hold"]
    if hold is not None and hold["settled"] == "refused":
        return "err(40001)"
    if hold is not None and hold["settled"] is None:
        return "err(40002)" if at >= hold["since"] + HOLD_SECONDS else ""
    return str(job.get("ending") or "send success") if at >= ended_at(state, job) else ""


def ended_at(state: State, job: Record) -> float:
    """Return when the job ends, or will unless the administrator answers before."""
    hold = job["hold"]
    start = started_at(job)
    if hold is not None and start is None:
        return float(hold["at"] if hold["settled"] == "refused" else hold["since"] + HOLD_SECONDS)
    settings = state.table("settings").get("world") or {}
    return float(start or job["at"]) + float(settings.get("sending_seconds", SENDING_SECONDS))


def started_at(job: Record) -> float | None:
    """Return when the job began to run; None for one that is held, refused or forgotten."""
    hold = job["hold"]
    if hold is None:
        return float(job["at"])
    return float(hold["at"]) if hold["settled"] == "confirmed" else None


def is_waiting(job: Record, at: float) -> bool:
    """Tell whether the job waits for the administrator now."""
    hold = job["hold"]
    return hold is not None and hold["settled"] is None and at < hold["since"] + HOLD_SECONDS


def settle(desk: Desk, job: Record, *, confirmed: bool) -> None:
    """Let the administrator confirm or refuse a held job."""
    word = "confirmed" if confirmed else "refused"
    desk.table("jobs").put(str(job["msg_id"]), {**job, "hold": {**job["hold"], "settled": word, "at": desk.at}})
    draft = desk.table("drafts").get(job["draft_media_id"] or "")
    if confirmed and draft is not None:
        drafts.consume(desk, draft, job["msg_id"])


def _take_orders(desk: Desk) -> Record:
    """Return how the account's next job was ordered to end, once, and how events travel from now on."""
    account = desk.table("accounts").get(desk.appid) or desk.account
    ordered = account.get("ending") or {}
    if ordered:
        desk.table("accounts").put(desk.appid, {**account, "ending": None})
    travel = desk.table("callback").get("orders") or {}
    told = {name: ordered[name] for name in ("copyright", "event") if name in ordered}
    return {"ending": ordered.get("status"), "told": told, "travel": travel}


def articles(job: Record) -> list[Record]:
    """Return the articles of a job, empty for other messages."""
    return list(job["body"].get("articles", []))


def is_deleted(job: Record) -> bool:
    """Tell whether every article of the job is deleted."""
    return 0 < len(articles(job)) == len(job["deleted_articles"])


def article_url(job: Record, index: int) -> str:
    """Return the lasting address of an article; `index` counts from 1."""
    return f"http://mp.weixin.qq.com/s?__biz=SANDBOX&mid={job['msg_data_id']}&idx={index}&sn=sandbox#rd"
