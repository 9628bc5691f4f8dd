"""Answer for tokens, the whitelist and the limits of calls.

`token` and `stable_token` are apart: neither kills the other's token (WeChat docs, read 2026-10). The limits count API
calls; the mass-send allowance (one a day, four a month) is another thing, in `mass`. Numbers: "API limits of a new
account", WeChat docs, read 2026-10.
"""

from datetime import datetime

from massctl.sandbox.request import OK, Refusal, Request
from massctl.sandbox.store import Record, Transaction, day_start, month_start

LIFE_SECONDS = 7200
"""A token lives this long."""
RENEWAL_SECONDS = 300
"""This long before a stable token's end the platform hands out the next one; both live until then."""
FORCED_DAILY = 20
"""Forced refreshes a day."""
FORCED_GAP_SECONDS = 30
"""Forced refreshes must be this far apart."""
FORGOTTEN_SECONDS = 86_400
"""Until so long after its end a token answers 42001, and 40014 afterwards."""

UNLISTED = 100_000
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
    "/cgi-bin/freepublish/submit": 100,
    "/cgi-bin/freepublish/get": 100,
    "/cgi-bin/freepublish/delete": 10,
    "/cgi-bin/freepublish/getarticle": 100,
    "/cgi-bin/freepublish/batchget": 100,
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


def token(request: Request) -> Record:
    """Answer GET `cgi-bin/token`: always a new token; the one issued before by this call dies."""
    _require_account(request, dict(request.query))
    charge(request)
    kill_tokens(request.db, request.appid, "token")
    return _issued(request, None, "token")


def stable_token(request: Request) -> Record:
    """Answer POST `cgi-bin/stable_token`: the live token with its remaining life, or a new one."""
    given = request.json()
    _require_account(request, given)
    forced = given.get("force_refresh", False)
    if not isinstance(forced, bool):
        raise Refusal(40097)
    if forced:
        request.violation("force_refresh")
    charge(request)
    if forced:
        _charge_forced(request)
        kill_tokens(request.db, request.appid, "stable_token")
    issued = request.db.find("tokens", appid=request.appid, via="stable_token", killed=False)
    live = [row for row in issued if row["expires"] - request.at > RENEWAL_SECONDS]
    return _issued(request, live[-1] if live else None, "stable_token")


def require_token(request: Request) -> None:
    """Find the account whose token the call carries; refuse with 41001, 40014, 40001 or 42001."""
    given = request.query.get("access_token", "")
    if not given:
        raise Refusal(41001)
    row = request.db.get("tokens", given)
    if row is None:
        raise Refusal(40014)
    account = request.db.get("accounts", row["appid"])
    if row["killed"] or account is None:
        raise Refusal(40001)
    if request.at >= row["expires"]:
        raise Refusal(42001)
    request.account = account


def kill_tokens(db: Transaction, appid: str, via: str | None = None) -> None:
    """End the account's live tokens that `via` issued (None: all)."""
    for key, row in db.items("tokens", appid=appid, killed=False):
        if via in (None, row["via"]):
            db.put("tokens", key, {**row, "killed": True})


def charge(request: Request) -> None:
    """Count one call. At a limit refuse with 45009 (day) or 45011 (minute), and count nothing."""
    db, name = request.db, _SHARED.get(request.path, request.path)
    day, minute = _day_key(request.appid, name, request.now), f"{request.appid}|{name}|{request.now:%Y-%m-%dT%H:%M}"
    used_today, used_now = _used(db, day), _used(db, minute) if name in MINUTE else 0
    if used_today >= DAILY.get(name, UNLISTED):
        raise Refusal(45009)
    if used_now >= MINUTE.get(name, UNLISTED):
        raise Refusal(45011)
    db.put("quota", day, {"appid": request.appid, "used": used_today + 1})
    if name in MINUTE:
        db.put("quota", minute, {"appid": request.appid, "used": used_now + 1})


def clear_quota(request: Request) -> Record:
    """Answer `clear_quota`: forget what the account's calls have used; the mass-send allowance stays."""
    if request.json().get("appid") != request.appid:
        raise Refusal(40013)
    key = f"{request.appid}|{month_start(request.now):%Y-%m}"
    used = int((request.db.get("cleared", key) or {"used": 0})["used"])
    if used >= CLEARED_MONTHLY:
        raise Refusal(48006)
    for name, _ in request.db.items("quota", appid=request.appid):
        request.db.delete("quota", name)
    request.db.put("cleared", key, {"used": used + 1})
    return OK


def quota_get(request: Request, paths: frozenset[str]) -> Record:
    """Answer `openapi/quota/get`: 76021 for a path outside `paths`, 76022 where the account has no right."""
    path = request.json().get("cgi_path")
    if not isinstance(path, str) or path not in paths:
        raise Refusal(76021)
    if path == "/cgi-bin/message/mass/send" and request.account["kind"] != "service":
        raise Refusal(76022)
    name = _SHARED.get(path, path)
    limit, used = DAILY.get(name, UNLISTED), _used(request.db, _day_key(request.appid, name, request.now))
    return {
        "quota": {"daily_limit": limit, "used": used, "remain": limit - used},
        "rate_limit": {"call_count": MINUTE.get(name, UNLISTED), "refresh_second": 60},
        "component_rate_limit": {"call_count": 0, "refresh_second": 0},
    }


def addresses(_request: Request) -> Record:
    """Answer `get_api_domain_ip` and `getcallbackip`: the loopback address."""
    return {"ip_list": ["127.0.0.1"]}


def _require_account(request: Request, given: Record) -> None:
    """Find the account that asks for a token; 40002, 41002, 41004, 40013, 40125, 40164."""
    if given.get("grant_type") != "client_credential":
        raise Refusal(40002)
    if not given.get("appid"):
        raise Refusal(41002)
    if not given.get("secret"):
        raise Refusal(41004)
    account = request.db.get("accounts", str(given["appid"]))
    if account is None:
        raise Refusal(40013)
    if given["secret"] != account["secret"]:
        raise Refusal(40125)
    whitelist, there = account["whitelist"], request.address
    if whitelist is not None and there not in whitelist:
        raise Refusal(40164, f"invalid ip {there} ipv6 ::ffff:{there}, not in whitelist")
    request.account = account


def _issued(request: Request, live: Record | None, via: str) -> Record:
    """Answer with the live token, or with a new one."""
    if live is None:
        for key, old in request.db.items("tokens", appid=request.appid):
            if old["expires"] + FORGOTTEN_SECONDS < request.at:
                request.db.delete("tokens", key)
        value = "sandbox_" + request.db.new_id("token", 86) + request.db.new_id("token", 42)
        live = {"token": value, "appid": request.appid, "via": via, "expires": request.at + LIFE_SECONDS}
        request.db.put("tokens", value, {**live, "killed": False})
    return {"access_token": live["token"], "expires_in": int(live["expires"] - request.at)}


def _charge_forced(request: Request) -> None:
    key = f"{request.appid}|{day_start(request.now):%Y-%m-%d}"
    row = request.db.get("forced_refreshes", key) or {"used": 0, "at": 0.0}
    if request.at - row["at"] < FORCED_GAP_SECONDS:
        raise Refusal(45011)
    if row["used"] >= FORCED_DAILY:
        raise Refusal(45009)
    request.db.put("forced_refreshes", key, {"used": row["used"] + 1, "at": request.at})


def _day_key(appid: str, path: str, now: datetime) -> str:
    return f"{appid}|{path}|{day_start(now):%Y-%m-%d}"


def _used(db: Transaction, key: str) -> int:
    return int((db.get("quota", key) or {"used": 0})["used"])
