"""Answer one API call: route it, check verb and token, count it, break it where a fault is due.

Pure: the state and the call come in, the answer and the state's changes go out, `now` is an argument.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from massctl.sandbox import clock, comments, drafts, faults, identity, mass, material, people, quota, readers, tokens
from massctl.sandbox.call import Call, Reply
from massctl.sandbox.desk import Desk
from massctl.sandbox.refusal import TEXTS, Refusal
from massctl.sandbox.tables import State

Handler = Callable[[Desk, Call], Reply]


@dataclass(frozen=True)
class Endpoint:
    """How one path of the API is called."""

    verb: str
    """GET, POST, or ANY where documentation and SDKs differ."""
    handler: Handler
    needs_token: bool = True


@dataclass(frozen=True)
class Delivery:
    """An answer and what happens to it on its way."""

    reply: Reply
    cut: bool = False
    """The connection is cut in place of the answer."""
    delay_seconds: float = 0.0
    truncated: bool = False
    """Half of the body leaves, under the length of all of it."""


def _quota_get(desk: Desk, call: Call) -> Reply:
    return quota.get(desk, call, PATHS)


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/token": Endpoint("GET", tokens.token, needs_token=False),
    "/cgi-bin/stable_token": Endpoint("POST", tokens.stable_token, needs_token=False),
    "/cgi-bin/get_api_domain_ip": Endpoint("GET", people.get_api_domain_ip),
    "/cgi-bin/getcallbackip": Endpoint("GET", people.getcallbackip),
    "/cgi-bin/openapi/quota/get": Endpoint("POST", _quota_get),
    "/cgi-bin/clear_quota": Endpoint("POST", quota.clear),
    "/cgi-bin/media/uploadimg": Endpoint("POST", material.uploadimg),
    "/cgi-bin/media/upload": Endpoint("POST", material.upload),
    "/cgi-bin/media/get": Endpoint("GET", material.get_temporary),
    "/cgi-bin/media/uploadvideo": Endpoint("POST", material.uploadvideo),
    "/cgi-bin/material/add_material": Endpoint("POST", material.add_material),
    "/cgi-bin/material/get_materialcount": Endpoint("GET", material.get_materialcount),
    "/cgi-bin/material/batchget_material": Endpoint("POST", material.batchget_material),
    "/cgi-bin/material/get_material": Endpoint("POST", material.get_material),
    "/cgi-bin/material/del_material": Endpoint("POST", material.del_material),
    "/cgi-bin/draft/add": Endpoint("POST", drafts.add),
    "/cgi-bin/draft/get": Endpoint("POST", drafts.get),
    "/cgi-bin/draft/delete": Endpoint("POST", drafts.delete),
    "/cgi-bin/draft/update": Endpoint("POST", drafts.update),
    "/cgi-bin/draft/count": Endpoint("GET", drafts.count),
    "/cgi-bin/draft/batchget": Endpoint("POST", drafts.batchget),
    "/cgi-bin/message/mass/sendall": Endpoint("POST", mass.sendall),
    "/cgi-bin/message/mass/send": Endpoint("POST", mass.send),
    "/cgi-bin/message/mass/preview": Endpoint("POST", mass.preview),
    "/cgi-bin/message/mass/get": Endpoint("POST", mass.get),
    "/cgi-bin/message/mass/delete": Endpoint("POST", mass.delete),
    "/cgi-bin/message/mass/speed/get": Endpoint("ANY", mass.speed_get),
    "/cgi-bin/message/mass/speed/set": Endpoint("POST", mass.speed_set),
    "/cgi-bin/comment/open": Endpoint("POST", comments.open_comments),
    "/cgi-bin/comment/close": Endpoint("POST", comments.close_comments),
    "/cgi-bin/comment/list": Endpoint("POST", readers.listed),
    "/cgi-bin/comment/markelect": Endpoint("POST", readers.elect),
    "/cgi-bin/comment/unmarkelect": Endpoint("POST", readers.unelect),
    "/cgi-bin/comment/delete": Endpoint("POST", readers.delete),
    "/cgi-bin/comment/reply/add": Endpoint("POST", readers.reply),
    "/cgi-bin/comment/reply/delete": Endpoint("POST", readers.unreply),
    "/cgi-bin/tags/get": Endpoint("GET", people.tags_get),
    "/cgi-bin/tags/create": Endpoint("POST", people.tags_create),
    "/cgi-bin/tags/update": Endpoint("POST", people.tags_update),
    "/cgi-bin/tags/delete": Endpoint("POST", people.tags_delete),
    "/cgi-bin/tags/members/batchtagging": Endpoint("POST", people.batchtagging),
    "/cgi-bin/tags/members/batchuntagging": Endpoint("POST", people.batchuntagging),
    "/cgi-bin/tags/getidlist": Endpoint("POST", people.getidlist),
    "/cgi-bin/user/get": Endpoint("GET", people.user_get),
    "/cgi-bin/user/tag/get": Endpoint("POST", people.user_tag_get),
}
"""Every path that the sandbox answers."""

PATHS = frozenset(ENDPOINTS)
_LIMIT_CODES = frozenset({45009, 45011, 45028})
_BUSY = Reply({"errcode": -1, "errmsg": "system error"})
_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


def deliver(state: State, call: Call, now: datetime) -> Delivery:
    """Answer a call and apply the fault that is due for it."""
    clock.see(state, now)
    fault = faults.match(state, call.path)
    kind = fault.kind if fault else ""
    if fault is not None and kind in faults.LOST_BEFORE:
        delivery = _lost(state, call, now, kind)
        _count(state, call.path, f"fault:{kind}")
        return delivery
    reply = answer(state, call, now)
    _count(state, call.path, f"fault:{kind}" if kind else str(reply.errcode))
    if kind == "html":
        return Delivery(_html("Weixin", 200))
    if kind == "accepted_busy":
        return Delivery(_with_rid(state, _BUSY, now))
    if kind == "accepted_45066" and reply.errcode == 0:
        return Delivery(_refused(state, Refusal(45066), now))
    return Delivery(reply, kind == "answer_lost", fault.seconds if fault else 0.0, kind == "truncated")


def answer(state: State, call: Call, now: datetime) -> Reply:
    """Answer a call as WeChat does; a refusal is an answer too."""
    desk = Desk(state, {}, now, call.path)
    if call.is_escaped:
        desk.violation("escaped_json")
    try:
        return _handled(desk, call)
    except Refusal as refusal:
        if refusal.errcode in _LIMIT_CODES:
            desk.violation("over_limit", errcode=refusal.errcode)
        return _refused(state, refusal, now)


def _handled(desk: Desk, call: Call) -> Reply:
    endpoint = ENDPOINTS.get(call.path)
    if endpoint is None:
        raise Refusal(40066, status=404)
    if endpoint.verb not in (call.verb, "ANY"):
        raise Refusal(43001 if endpoint.verb == "GET" else 43002)
    if call.content_encoding not in ("", "identity"):
        raise Refusal(40221)
    if endpoint.needs_token:
        desk.account = tokens.account_of(desk.state, call, desk.now)
        quota.charge(desk.state, desk.appid, call.path, desk.now)
    return endpoint.handler(desk, call)


def _lost(state: State, call: Call, now: datetime, kind: str) -> Delivery:
    if kind == "bad_gateway":
        return Delivery(_html("502 Bad Gateway", 502))
    if kind == "busy":
        return Delivery(_with_rid(state, _BUSY, now))
    if kind == "token_dead":
        row = state.table("tokens").get(call.query.get("access_token", ""))
        if row is not None:
            tokens.kill(state, row["appid"])
        return Delivery(_refused(state, Refusal(40001), now))
    return Delivery(Reply(), cut=True)


def _html(title: str, status: int) -> Reply:
    return Reply(raw=_PAGE.format(title).encode(), content_type="text/html; charset=utf-8", status=status)


def _refused(state: State, refusal: Refusal, now: datetime) -> Reply:
    record = {"errcode": refusal.errcode, "errmsg": refusal.text or TEXTS[refusal.errcode], **refusal.members}
    return _with_rid(state, Reply(record, status=refusal.status), now)


def _with_rid(state: State, reply: Reply, now: datetime) -> Reply:
    record = dict(reply.record or {})
    return replace(
        reply, record={**record, "errmsg": f"{record['errmsg']} rid: {identity.new_rid(state, now.timestamp())}"}
    )


def _count(state: State, path: str, outcome: str) -> None:
    name = path if path in PATHS else "unknown"
    row = state.table("calls").get(name) or {"count": 0, "outcomes": {}}
    outcomes = {**row["outcomes"], outcome: row["outcomes"].get(outcome, 0) + 1}
    state.table("calls").put(name, {"count": row["count"] + 1, "outcomes": outcomes})
