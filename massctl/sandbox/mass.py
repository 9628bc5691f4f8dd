"""Answer the mass-send calls: sendall, send, preview, get, delete, speed."""

from massctl.sandbox import allowance, audience, dedup, identity, jobs, message
from massctl.sandbox.call import Call, Reply
from massctl.sandbox.desk import Desk, digest_of, integer
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

SPEEDS = (80, 60, 45, 30, 10)
"""`realspeed` by `speed`, in 10,000 messages a minute (WeChat docs, read 2026-10)."""
PREVIEW_ID_BASE = 1_000_000_000
"""Ids of previews; `mass/get` does not know them."""


def sendall(desk: Desk, call: Call) -> Reply:
    """Answer `mass/sendall`: accept a job to all or to one tag; the answer says accepted, no more."""
    record = call.record()
    return _send(desk, record, 40008)


def send(desk: Desk, call: Call) -> Reply:
    """Answer `mass/send`: a job to a list of openids, for service accounts only (48001)."""
    if desk.account["kind"] != "service":
        raise Refusal(48001)
    record = call.record()
    return _send(desk, record, 45162)


def _send(desk: Desk, record: Record, wrong_type: int) -> Reply:
    if desk.account["website_only"]:
        raise Refusal(45062)
    _note_reprint_flag(desk, record)
    # "Requests while waiting answer 89504 or 89505": also the repetition of the very request that waits.
    if any(jobs.is_waiting(job, desk.at) for job in allowance.jobs_of(desk)):
        raise Refusal(89504)
    key = dedup.key_of(desk, record)
    # WeChat's memory comes first: after an accepted job the draft is gone and the allowance used, and a
    # repeat must still learn the truth (45065) rather than 40007 or 45028.
    request_digest = digest_of(record)
    dedup.require_new(desk, key, request_digest)
    if desk.path.endswith("/send"):
        to = audience.by_openids(desk, record.get("touser"))
    else:
        to = audience.by_filter(desk, record.get("filter"))
    carried = message.read(desk, record, wrong_type=wrong_type)
    reprint = record.get("send_ignore_reprint")
    if reprint is not None:
        integer(reprint, 0, 1)
    allowance.require(desk, to)
    held = bool(desk.account["protection"]) and to.scope == "all"
    fact = {"clientmsgid": record.get("clientmsgid") or None, "request_digest": request_digest}
    job = jobs.record(desk, to, carried, {**fact, "send_ignore_reprint": reprint}, held=held)
    dedup.remember(desk, key, job["msg_id"])
    dedup.note_equal_content(desk, job)
    if to.scope == "openids":
        _introduce(desk, record["touser"])
    if held:
        raise Refusal(89504)
    answer: Record = {"errcode": 0, "errmsg": "send job submission success", "msg_id": job["msg_id"]}
    if job["msg_data_id"] is not None:
        answer["msg_data_id"] = job["msg_data_id"]
    return Reply(answer)


def preview(desk: Desk, call: Call) -> Reply:
    """Answer `mass/preview`: one message to one person; consumes neither draft nor allowance."""
    record = call.record()
    name, openid = record.get("towxname"), record.get("touser")
    if name:
        if not isinstance(name, str) or name.startswith(identity.BAD_NAME):
            raise Refusal(40132)
        stranger, recipient, print_of = name.startswith(identity.NOT_A_FOLLOWER), name, None
    else:
        if not isinstance(openid, str) or not identity.is_openid(openid):
            raise Refusal(40003)
        stranger, recipient = openid.startswith(identity.NOT_A_FOLLOWER), identity.masked(openid)
        print_of = identity.fingerprint(desk.appid, openid)
    if stranger:
        raise Refusal(43004)
    carried = message.read(desk, record, preview=True)
    msg_id = PREVIEW_ID_BASE + identity.next_number(desk.state, "preview")
    fact = {"appid": desk.appid, "msg_id": msg_id, "at": desk.at, "recipient": recipient, "openid": print_of}
    content = {"msgtype": carried.msgtype, "body": carried.body, "content_digest": carried.digest}
    desk.table("previews").put(str(msg_id), {**fact, "by_name": bool(name), **content})
    return Reply({"errcode": 0, "errmsg": "preview success", "msg_id": msg_id})


def get(desk: Desk, call: Call) -> Reply:
    """Answer `mass/get`: one word about the job; no counts and no reason."""
    job = _find(desk, call.record().get("msg_id"))
    return Reply({"msg_id": job["msg_id"], "msg_status": jobs.status(desk.state, job, desk.at)})


def delete(desk: Desk, call: Call) -> Reply:
    """Answer `mass/delete`: `article_idx` counts from 1, and 0 or none means all. No undo."""
    record = call.record()
    job = _by_url(desk, record["url"]) if "msg_id" not in record and "url" in record else None
    job = job or _find(desk, record.get("msg_id"))
    count = len(jobs.articles(job))
    if count == 0 or jobs.status(desk.state, job, desk.at) != "SEND_SUCCESS":
        raise Refusal(40065)
    index = integer(record.get("article_idx", 0), 0, count, errcode=40060)
    if index in job["deleted_articles"]:
        raise Refusal(40065)
    if index == 0 and "article_idx" not in record:
        desk.violation("delete_without_article_idx", msg_id=job["msg_id"])
    gone = list(range(1, count + 1)) if index == 0 else sorted([*job["deleted_articles"], index])
    desk.table("jobs").put(str(job["msg_id"]), {**job, "deleted_articles": gone})
    return Reply({"errcode": 0, "errmsg": "ok"})


def speed_get(desk: Desk, _call: Call) -> Reply:
    """Answer `mass/speed/get`."""
    speed = int(desk.account["speed"])
    return Reply({"speed": speed, "realspeed": SPEEDS[speed]})


def speed_set(desk: Desk, call: Call) -> Reply:
    """Answer `mass/speed/set`: account-wide and lasting."""
    record = call.record()
    if "speed" not in record:
        raise Refusal(45084)
    speed = integer(record["speed"], 0, len(SPEEDS) - 1, errcode=45083)
    desk.table("accounts").put(desk.appid, {**desk.account, "speed": speed})
    return Reply({"errcode": 0, "errmsg": "ok"})


def _find(desk: Desk, msg_id: object) -> Record:
    number = integer(msg_id, 1, 2**63 - 1, errcode=40059)
    job = desk.own("jobs", str(number))
    if job is None:
        raise Refusal(40059)
    return job


def _by_url(desk: Desk, url: object) -> Record | None:
    for job in allowance.jobs_of(desk):
        addresses = {jobs.article_url(job, index) for index in range(1, len(jobs.articles(job)) + 1)}
        if url in addresses:
            return job
    return None


def _note_reprint_flag(desk: Desk, record: Record) -> None:
    given = "send_ignore_reprint" in record
    if given != (record.get("msgtype") == "mpnews"):
        desk.violation("send_ignore_reprint_present" if given else "send_ignore_reprint_missing")


def _introduce(desk: Desk, openids: list[str]) -> None:
    """Let the inbox's two followers stand for two people of the first foreign list.

    Without this a list from real life would reach nobody whom the inbox shows.
    """
    account = desk.table("accounts").get(desk.appid) or desk.account
    if account["aliases"]:
        return
    others = [name for name in openids if identity.follower_index(desk.appid, name, account["followers"]) is None]
    others = [name for name in others if not name.startswith(identity.NOT_A_FOLLOWER)]
    if others:
        prints = [identity.fingerprint(desk.appid, name) for name in (others[0], others[-1])]
        desk.table("accounts").put(desk.appid, {**account, "aliases": prints[: len(set(prints))]})
