"""Answer for tokens, the whitelist and the limits of calls.

`token` and `stable_token` are apart: neither kills the other's token (WeChat docs, read 2026-10). The limits count API
calls; the mass-send allowance (one a day, four a month) is another thing, in `mass`. Numbers: "API limits of a new
account", WeChat docs, read 2026-10.
"""

from datetime import datetime

from massctl.sandbox.accounts import Account
from massctl.sandbox.request import CALLS, OK, UNLISTED, Refusal, Request, get, post
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

CLEARED_MONTHLY = 10
"""Uses of `clear_quota` a month (48006). Source: WeChat docs, "clear_quota", read 2026-10."""


@get("token", daily=2000, has_token=False)
def token(request: Request) -> Record:
    """Answer with a new token, always; the one issued before by this call dies."""
    _require_account(request, request.args.to_dict())
    charge(request)
    kill_tokens(request.db, request.appid, "token")
    return _issued(request, None, "token")


@post("stable_token", daily=500_000, minute=10_000, has_token=False)
def stable_token(request: Request) -> Record:
    """Answer with the live token and its remaining life, or with a new one."""
    given = request.record()
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
    """Find the account whose token the call carries; refuse with 41001, 40014, 40001, 42001 or 40164."""
    given = request.args.get("access_token", "")
    if not given:
        raise Refusal(41001)
    row = request.db.get("tokens", given)
    if row is None:
        raise Refusal(40014)
    account = Account.find(request.db, row["appid"])
    if row["killed"] or account is None:
        raise Refusal(40001)
    if request.at >= row["expires"]:
        raise Refusal(42001)
    _require_listed(request, account)
    request.account = account


def kill_tokens(db: Transaction, appid: str, via: str | None = None) -> None:
    """End the account's live tokens that `via` issued (None: all)."""
    for key, row in db.items("tokens", appid=appid, killed=False):
        if via in (None, row["via"]):
            db.put("tokens", key, {**row, "killed": True})


def charge(request: Request) -> None:
    """Count one call. At a limit refuse with 45009 (day) or 45011 (minute), and count nothing."""
    db, call = request.db, CALLS[request.path]
    day = _day_key(request.appid, call.counted_as, request.now)
    minute = (
        f"{request.appid}|{call.counted_as}|{request.now:%Y-%m-%dT%H:%M}" if call.minute else None
    )
    used_today, used_now = _used(db, day), _used(db, minute) if minute else 0
    if used_today >= call.daily:
        raise Refusal(45009)
    if used_now >= (call.minute or UNLISTED):
        raise Refusal(45011)
    for key, used in ((day, used_today), (minute, used_now)):
        if key is not None:
            db.put("quota", key, {"appid": request.appid, "used": used + 1})


@post("clear_quota")
def clear_quota(request: Request) -> Record:
    """Forget what the account's calls have used; the mass-send allowance stays."""
    if request.record().get("appid") != request.appid:
        raise Refusal(40013)
    key = f"{request.appid}|{month_start(request.now):%Y-%m}"
    used = int((request.db.get("cleared", key) or {"used": 0})["used"])
    if used >= CLEARED_MONTHLY:
        raise Refusal(48006)
    for name, _ in request.db.items("quota", appid=request.appid):
        request.db.delete("quota", name)
    request.db.put("cleared", key, {"used": used + 1})
    return OK


@post("openapi/quota/get")
def quota_get(request: Request) -> Record:
    """Tell the limits of a call: 76021 for an unknown path, 76022 where the account has no right."""
    path = request.record().get("cgi_path")
    if not isinstance(path, str) or path not in CALLS:
        raise Refusal(76021)
    if path == "/cgi-bin/message/mass/send" and request.account.kind != "service":
        raise Refusal(76022)
    call = CALLS[path]
    used = _used(request.db, _day_key(request.appid, call.counted_as, request.now))
    return {
        "quota": {"daily_limit": call.daily, "used": used, "remain": call.daily - used},
        "rate_limit": {"call_count": call.minute or UNLISTED, "refresh_second": 60},
        "component_rate_limit": {"call_count": 0, "refresh_second": 0},
    }


@get("get_api_domain_ip")
@get("getcallbackip")
def addresses(_request: Request) -> Record:
    """Answer with the loopback address."""
    return {"ip_list": ["127.0.0.1"]}


def _require_account(request: Request, given: Record) -> None:
    """Find the account that asks for a token; 40002, 41002, 41004, 40013, 40125, 40164."""
    if given.get("grant_type") != "client_credential":
        raise Refusal(40002)
    if not given.get("appid"):
        raise Refusal(41002)
    if not given.get("secret"):
        raise Refusal(41004)
    account = Account.find(request.db, str(given["appid"]))
    if account is None:
        raise Refusal(40013)
    if given["secret"] != account.secret:
        raise Refusal(40125)
    _require_listed(request, account)
    request.account = account


def _require_listed(request: Request, account: Account) -> None:
    """Refuse an address that is not in the whitelist with 40164, whether it brings a secret or a token.

    Source: WeChat docs, "API IP 白名单", read 2026-12.
    """
    there = request.remote_addr or ""
    if account.whitelist is not None and there not in account.whitelist:
        raise Refusal(40164, f"invalid ip {there} ipv6 ::ffff:{there}, not in whitelist")


def _issued(request: Request, live: Record | None, via: str) -> Record:
    """Answer with the live token, or with a new one."""
    if live is None:
        for key, old in request.db.items("tokens", appid=request.appid):
            if old["expires"] + FORGOTTEN_SECONDS < request.at:
                request.db.delete("tokens", key)
        value = "sandbox_" + request.db.new_id("token", 86) + request.db.new_id("token", 42)
        live = {
            "token": value,
            "appid": request.appid,
            "via": via,
            "expires": request.at + LIFE_SECONDS,
        }
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
