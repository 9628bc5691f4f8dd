"""Answer `/_sandbox/…`: what a tester may do to the world that WeChat would not offer.

    GET  /_sandbox/report
    POST /_sandbox/advance   {"seconds": 3600}
    POST /_sandbox/date      {"ahead_seconds": 300}                  a wrong `Date` in every answer, from now on
    POST /_sandbox/faults    {"rules": [...]}, {"clear": true}       (see `faults`)
    POST /_sandbox/reset     forget all but accounts, tags, settings; the clock begins anew
    POST /_sandbox/accounts  {"appid": "wx…", "kind": "subscription", …}   (see `declare.account`)
    POST /_sandbox/tags      {"appid": "wx…", "id": 101, "name": "会员", "count": 300}
    POST /_sandbox/settings  {"sending_seconds": 180}
    POST /_sandbox/admin     {"appid": "wx…", "confirm": true}       the administrator answers a held send
    POST /_sandbox/ending    {"appid": "wx…", "status": "err(30003)"}  how the account's next job ends; with or without
                             `status` what its event tells: "copyright": {"CheckState": 2, "ResultList": [{…}]} in
                             WeChat's own members, "event": "full", "old" (without addresses) or "none" (it is lost)
    POST /_sandbox/callback  {"delay": 60, "copies": 2, "shuffle": true, "early": true, "form": "json"}  how the events
                             of the sends that follow travel (see `deliveries`); {}: as WeChat does it
    POST /_sandbox/notifications {"name": "ROBOT", "kind": "wecom_robot", "body": {…}, "headers": {…}}   what would have
                             been posted to a channel of `notify`; shown on the inbox page
    POST /_sandbox/comments  {"appid": "wx…", "msg_id": 1, "article": 1, "content": "好"}   a follower comments
    POST /_sandbox/website_send {"appid": "wx…"}   a person sends to all on the website: uses the allowance

A wrong request answers 400 with `{"error": "…"}` and changes nothing.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import datetime

from massctl.sandbox import (
    allowance,
    audience,
    clock,
    comments,
    declare,
    deliveries,
    events,
    faults,
    jobs,
    notifications,
    readers,
)
from massctl.sandbox.call import Reply
from massctl.sandbox.desk import Desk
from massctl.sandbox.message import Message
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.report import report
from massctl.sandbox.tables import Record, State
from massctl.sandbox.world import PATHS

_ENDING = re.compile(r"send success|send fail|err\([0-9]{1,9}\)", re.ASCII)
ADVANCE_MAX = 10 * 366 * 86_400
"""Seconds that one request may move the clock."""


class BadControlError(ValueError):
    """Say what is wrong with a control request."""


_WRONG = (
    BadControlError,
    declare.BadDeclarationError,
    deliveries.BadOrderError,
    faults.BadRuleError,
    notifications.BadPostError,
)


def answer(state: State, verb: str, path: str, body: bytes, real_now: datetime) -> Reply:
    """Carry out one control request."""
    name = path.removeprefix("/_sandbox/")
    if name == "report" and verb == "GET":
        return Reply(report(state, clock.world_now(state, real_now)))
    handler = _HANDLERS.get(name)
    if handler is None:
        return Reply({"error": "no such control"}, status=404)
    if verb != "POST":
        return Reply({"error": "use POST"}, status=405)
    try:
        return Reply(handler(state, _record(body), real_now))
    except _WRONG as error:
        return Reply({"error": str(error)}, status=400)


def _record(body: bytes) -> Record:
    try:
        value = json.loads(body.decode("utf-8")) if body.strip() else {}
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise BadControlError("the body is not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise BadControlError("the body must be a JSON object")
    return value


def _only(given: Record, *names: str) -> None:
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise BadControlError(f"unknown member {unknown[0]!r}; known are {', '.join(sorted(names))}")


def _advance(state: State, given: Record, real_now: datetime) -> Record:
    seconds = _number(given, "seconds")
    if not 0 <= seconds <= ADVANCE_MAX:
        raise BadControlError(f"`seconds` must be from 0 to {ADVANCE_MAX}: the clock never runs back")
    return {"now": clock.advance(state, real_now, seconds).isoformat()}


def _date(state: State, given: Record, _real_now: datetime) -> Record:
    seconds = _number(given, "ahead_seconds")
    if abs(seconds) > ADVANCE_MAX:
        raise BadControlError(f"`ahead_seconds` must be from -{ADVANCE_MAX} to {ADVANCE_MAX}")
    clock.set_date(state, seconds)
    return {"ahead_seconds": seconds}


def _number(given: Record, name: str) -> float:
    """Give the one member of a request, a number."""
    _only(given, name)
    number = given.get(name)
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise BadControlError(f"`{name}` must be a number")
    return number


def _faults(state: State, given: Record, _real_now: datetime) -> Record:
    _only(given, "rules", "clear")
    if not given:
        raise BadControlError("give `rules`, or `clear`: true, or both")
    if not isinstance(given.get("clear", False), bool):
        raise BadControlError("`clear` must be true or false")
    kept = list(state.table("faults").items())
    if given.get("clear"):
        state.table("faults").clear()
    try:
        faults.add_rules(state, given.get("rules", []), PATHS)
    except faults.BadRuleError:
        for key, rule in kept:
            state.table("faults").put(key, rule)
        raise
    return {"rules": state.table("faults").records()}


def _reset(state: State, given: Record, real_now: datetime) -> Record:
    _only(given)
    declare.reset(state, f"{real_now.timestamp():.6f}")
    return {"reset": True}


def _accounts(state: State, given: Record, _real_now: datetime) -> Record:
    members = dict(given)
    appid = members.pop("appid", None)
    if not isinstance(appid, str):
        raise BadControlError("`appid` is missing")
    declare.account(state, appid, **members)
    return {"appid": appid}


def _tags(state: State, given: Record, _real_now: datetime) -> Record:
    _only(given, "appid", "id", "name", "count")
    number, count = given.get("id"), given.get("count")
    if not isinstance(number, int) or not isinstance(count, int) or not isinstance(given.get("name"), str):
        raise BadControlError("a tag needs `appid`, `id`, `name` and `count`")
    declare.tag(state, str(given.get("appid")), number, given["name"], count)
    return {"id": number}


def _settings(state: State, given: Record, _real_now: datetime) -> Record:
    declare.settings(state, given)
    return {"sending_seconds": given["sending_seconds"]}


def _desk(state: State, given: Record, real_now: datetime) -> Desk:
    account = state.table("accounts").get(str(given.get("appid")))
    if account is None:
        raise BadControlError("`appid` names no account of the sandbox")
    return Desk(state, account, clock.world_now(state, real_now), "/_sandbox")


def _admin(state: State, given: Record, real_now: datetime) -> Record:
    _only(given, "appid", "confirm")
    if not isinstance(given.get("confirm"), bool):
        raise BadControlError("`confirm` must be true or false")
    desk = _desk(state, given, real_now)
    waiting = [job for job in allowance.jobs_of(desk) if jobs.is_waiting(job, desk.at)]
    for job in waiting:
        jobs.settle(desk, job, confirmed=given["confirm"])
    return {"settled": [job["msg_id"] for job in waiting]}


def _ending(state: State, given: Record, real_now: datetime) -> Record:
    _only(given, "appid", "status", "copyright", "event")
    ordered: Record = {name: given[name] for name in ("status", "copyright", "event") if name in given}
    status = ordered.get("status", "send success")
    if not ordered or not isinstance(status, str) or not _ENDING.fullmatch(status):
        raise BadControlError("`status` must be `send success`, `send fail` or `err(n)`, as in err(10001)")
    if ordered.get("event", "full") not in events.KINDS:
        raise BadControlError(f"`event` must be one of {', '.join(sorted(events.KINDS))}")
    if "copyright" in ordered:
        _check_copyright(ordered["copyright"])
    account = _desk(state, given, real_now).account
    state.table("accounts").put(account["appid"], {**account, "ending": ordered})
    return ordered


def _check_copyright(given: object) -> None:
    """Refuse what is no CopyrightCheckResult; members that are left out go with the end of the job."""
    items = given.get("ResultList", []) if isinstance(given, dict) else None
    if not isinstance(given, dict) or not set(given) <= {"CheckState", "ResultList"} or not isinstance(items, list):
        raise BadControlError("`copyright` must be an object of `CheckState` and `ResultList`, a list")
    numbers = [given.get("CheckState", 0)]
    for item in items:
        if not isinstance(item, dict) or not set(item) <= events.RESULT or "ArticleIdx" not in item:
            raise BadControlError(f"a result has an `ArticleIdx`, and of these: {', '.join(sorted(events.RESULT))}")
        numbers += [value for name, value in item.items() if name != "OriginalArticleUrl"]
        if not isinstance(item.get("OriginalArticleUrl", ""), str):
            raise BadControlError("`OriginalArticleUrl` must be text")
    if any(isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 100 for value in numbers):
        raise BadControlError("states and flags of `copyright` must be integers from 0 to 99")


def _callback(state: State, given: Record, _real_now: datetime) -> Record:
    return deliveries.order(state, given)


def _website_send(state: State, given: Record, real_now: datetime) -> Record:
    _only(given, "appid")
    desk = _desk(state, given, real_now)
    everybody = audience.by_filter(desk, {"is_to_all": True})
    try:
        allowance.require(desk, everybody)
    except Refusal:
        raise BadControlError("the account has no mass send left") from None
    carried = Message("text", {"text": "（这一条由运营人员在公众号后台发出）"})
    fact = {"clientmsgid": None, "request_digest": "", "send_ignore_reprint": None, "via": "website"}
    return {"msg_id": jobs.record(desk, everybody, carried, fact)["msg_id"]}


def _comments(state: State, given: Record, real_now: datetime) -> Record:
    _only(given, "appid", "msg_id", "article", "content")
    desk = _desk(state, given, real_now)
    article, content = given.get("article", 1), given.get("content")
    job = desk.own("jobs", str(given.get("msg_id")))
    if job is None or article not in range(1, len(jobs.articles(job)) + 1):
        raise BadControlError("`msg_id` and `article`, from 1, name no article that was sent")
    if not isinstance(content, str) or not content:
        raise BadControlError("`content` must be words")
    if not comments.are_open(job, article):
        raise BadControlError("the comments of this article are closed")
    return {"user_comment_id": readers.write(desk, job, article, content)}


def _notifications(state: State, given: Record, real_now: datetime) -> Record:
    _only(given, "name", "kind", "body", "headers")
    notifications.keep(state, given, clock.world_now(state, real_now))
    return {"kept": True}


_HANDLERS: dict[str, Callable[[State, Record, datetime], Record]] = {
    "advance": _advance,
    "date": _date,
    "faults": _faults,
    "reset": _reset,
    "accounts": _accounts,
    "tags": _tags,
    "settings": _settings,
    "admin": _admin,
    "callback": _callback,
    "ending": _ending,
    "comments": _comments,
    "website_send": _website_send,
    "notifications": _notifications,
}
