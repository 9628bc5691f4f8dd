"""Inject faults on order, as the network and WeChat cause them.

`POST /_sandbox/faults` (see `control`) keeps rules; each call is counted in every rule for its path. The faults:

    request_lost    the connection is cut; nothing was recorded
    answer_lost     everything was recorded, then the connection is cut
    late            everything was recorded; the answer comes `seconds` later
    bad_gateway     HTTP 502 with an HTML page; nothing was recorded
    html            HTTP 200 with an HTML page; everything was recorded
    truncated       everything was recorded; half of the JSON, with the length of all of it
    busy            errcode -1; nothing was recorded
    accepted_busy   errcode -1; everything was recorded
    accepted_45066  mass sends only: the job was recorded, the answer is 45066
    known_id        mass sends only: errcode 45065 with `msg_id`; nothing was recorded
    token_dead      errcode 40001 and every token of the account is dead; nothing was recorded

"Recorded" is what the call itself does. Fault counters and the report's counts move in every case.
"""

from typing import Literal, TypeAlias, get_args

from msgspec import Struct

from massctl.sandbox import auth
from massctl.sandbox.request import Refusal, Reply, Request, refused
from massctl.sandbox.store import Transaction

Before: TypeAlias = Literal["bad_gateway", "busy", "known_id", "request_lost", "token_dead"]
After: TypeAlias = Literal[
    "accepted_45066", "accepted_busy", "answer_lost", "html", "late", "truncated"
]
Kind: TypeAlias = Literal[After, Before]
LOST_BEFORE = frozenset(get_args(Before))
"""Faults that keep the call from having any effect."""
KINDS = frozenset(get_args(Kind))
"""All faults."""
MASS_SENDS = frozenset({"/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send"})
_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


class Fault(Struct, frozen=True):
    """A fault that hits one call."""

    kind: str
    seconds: float = 0.0
    msg_id: int = 0
    """Of the job that `known_id` names."""


def due(db: Transaction, path: str) -> Fault | None:
    """Count this call in every rule for its path and return the first rule's fault that is due."""
    found: Fault | None = None
    for key, rule in db.items("faults"):
        if rule["path"] not in (path, "*"):
            continue
        seen = int(rule["seen"]) + 1
        db.put("faults", key, {**rule, "seen": seen})
        if found is None and rule["nth"] <= seen < rule["nth"] + rule["times"]:
            found = Fault(rule["do"], float(rule["seconds"]), int(rule.get("msg_id") or 0))
    return found


def instead(request: Request, fault: Fault) -> Reply:
    """Return what the client gets in place of a call that had no effect."""
    if fault.kind == "bad_gateway":
        return _html("502 Bad Gateway", 502)
    if fault.kind == "request_lost":
        reply = Reply()
        reply.is_cut = True
        return reply
    if fault.kind == "known_id":
        return refused(request.db, Refusal(45065, msg_id=fault.msg_id))
    if fault.kind == "token_dead":
        row = request.db.get("tokens", request.args.get("access_token", ""))
        if row is not None:
            auth.kill_tokens(request.db, row["appid"])
    return refused(request.db, Refusal(40001 if fault.kind == "token_dead" else -1))


def afterwards(request: Request, fault: Fault, reply: Reply) -> Reply:
    """Return what the client gets of the answer to a call that had its effect."""
    if fault.kind == "html":
        return _html("Weixin", 200)
    if fault.kind == "accepted_busy":
        return refused(request.db, Refusal(-1))
    if fault.kind == "accepted_45066" and reply.errcode == 0:
        return refused(request.db, Refusal(45066))
    if fault.kind == "truncated":
        whole = reply.get_data()
        reply.set_data(whole[: len(whole) // 2])
        reply.content_length = len(whole)
    reply.is_cut, reply.delay_seconds = fault.kind == "answer_lost", fault.seconds
    return reply


def _html(title: str, status: int) -> Reply:
    return Reply(_PAGE.format(title), status, content_type="text/html; charset=utf-8")
