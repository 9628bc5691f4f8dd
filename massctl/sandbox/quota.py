"""Count calls against WeChat's daily and minute limits.

These limits count API calls. The mass-send allowance (one a day, four a month) is another thing and
lives in `allowance`. Numbers: "API limits of a new account", WeChat docs, read 2026-10.
"""

from datetime import datetime

from massctl.sandbox.call import Call, Reply
from massctl.sandbox.clock import day_of, minute_of, month_of
from massctl.sandbox.desk import Desk
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import State

UNLISTED_DAILY = 100_000
"""A generous limit for calls whose number the documentation does not give."""

DAILY = {
    "/cgi-bin/token": 2000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/message/mass/send": 100,
    "/cgi-bin/message/mass/preview": 100,
    "/cgi-bin/message/mass/delete": 10,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/draft/add": 1000,
    "/cgi-bin/draft/get": 500,
    "/cgi-bin/draft/delete": 1000,
    "/cgi-bin/draft/update": 1000,
    "/cgi-bin/draft/count": 1000,
    "/cgi-bin/draft/batchget": 1000,
}
"""Calls a Beijing day, by path."""

MINUTE = {
    "/cgi-bin/stable_token": 10_000,
    "/cgi-bin/message/mass/sendall": 60,
    "/cgi-bin/message/mass/send": 60,
}
"""Calls a minute, by path."""

CLEARED_MONTHLY = 10
"""Uses of `clear_quota` a month (48006). Source: WeChat docs, "clear_quota", read 2026-10."""

# Both forms of a mass send draw on one limit ("mass send: 100", "60 requests a minute").
_SHARED = {"/cgi-bin/message/mass/send": "/cgi-bin/message/mass/sendall"}
_MINUTE_SECONDS = 60


def charge(state: State, appid: str, path: str, now: datetime) -> None:
    """Count one call; refuse with 45009 (day) or 45011 (minute), counting nothing then."""
    name = _SHARED.get(path, path)
    day_key, minute_key = f"{appid}|{name}|{day_of(now)}", f"{appid}|{name}|{minute_of(now)}"
    used_day, used_minute = _used(state, day_key), _used(state, minute_key)
    if used_day >= DAILY.get(name, UNLISTED_DAILY):
        raise Refusal(45009)
    if used_minute >= MINUTE.get(name, UNLISTED_DAILY):
        raise Refusal(45011)
    state.table("quota").put(day_key, {"used": used_day + 1})
    if name in MINUTE:
        state.table("quota").put(minute_key, {"used": used_minute + 1})


def charge_apart(state: State, key: str, limit: int) -> None:
    """Count one use of a limit that is no plain call limit; refuse with 45009 when it is used up."""
    used = _used(state, key)
    if used >= limit:
        raise Refusal(45009)
    state.table("quota").put(key, {"used": used + 1})


def clear(desk: Desk, call: Call) -> Reply:
    """Answer `clear_quota`: forget what the account's calls of the day have used; the mass-send allowance stays."""
    if call.record().get("appid") != desk.appid:
        raise Refusal(40013)
    key = f"{desk.appid}|cleared|{month_of(desk.now)}"
    used = _used(desk.state, key)
    if used >= CLEARED_MONTHLY:
        raise Refusal(48006)
    table = desk.table("quota")
    for name in dict(table.items()):
        if name.startswith(f"{desk.appid}|/cgi-bin/"):
            table.delete(name)
    table.put(key, {"used": used + 1})
    return Reply({"errcode": 0, "errmsg": "ok"})


def get(desk: Desk, call: Call, known_paths: frozenset[str]) -> Reply:
    """Answer `openapi/quota/get`: 76021 for an unknown path, 76022 where the account has no right."""
    path = call.record().get("cgi_path")
    if not isinstance(path, str) or path not in known_paths:
        raise Refusal(76021)
    if path == "/cgi-bin/message/mass/send" and desk.account["kind"] != "service":
        raise Refusal(76022)
    name = _SHARED.get(path, path)
    limit = DAILY.get(name, UNLISTED_DAILY)
    used = _used(desk.state, f"{desk.appid}|{name}|{day_of(desk.now)}")
    return Reply(
        {
            "quota": {"daily_limit": limit, "used": used, "remain": limit - used},
            "rate_limit": {"call_count": MINUTE.get(name, UNLISTED_DAILY), "refresh_second": _MINUTE_SECONDS},
            "component_rate_limit": {"call_count": 0, "refresh_second": 0},
        }
    )


def _used(state: State, key: str) -> int:
    return int((state.table("quota").get(key) or {"used": 0})["used"])
