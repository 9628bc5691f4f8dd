"""Issue and check access tokens: the old `token`, the `stable_token`, the whitelist.

The two calls are apart: neither kills the other's token (WeChat docs, read 2026-10).
"""

from datetime import datetime

from massctl.sandbox import identity, quota
from massctl.sandbox.call import Call, Reply
from massctl.sandbox.clock import day_of
from massctl.sandbox.desk import Desk
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record, State

LIFE_SECONDS = 7200
"""A token lives this long (WeChat docs, read 2026-10)."""
RENEWAL_SECONDS = 300
"""This long before a stable token's end the platform hands out the next one; both live until then."""
FORCED_DAILY = 20
"""Forced refreshes a day."""
FORCED_GAP_SECONDS = 30
"""Forced refreshes must be this far apart."""


def token(desk: Desk, call: Call) -> Reply:
    """Answer GET `cgi-bin/token`: always a new token; the one issued before by this call dies."""
    account = _account(desk, call, dict(call.query))
    quota.charge(desk.state, account["appid"], call.path, desk.now)
    kill(desk.state, account["appid"], "token")
    return _issued(_issue(desk, account["appid"], "token"), desk.at)


def stable_token(desk: Desk, call: Call) -> Reply:
    """Answer POST `cgi-bin/stable_token`: the live token with its remaining life, or a new one."""
    record = call.record()
    account = _account(desk, call, record)
    appid = account["appid"]
    desk.account = account
    forced = record.get("force_refresh", False)
    if not isinstance(forced, bool):
        raise Refusal(40097)
    if forced:
        desk.violation("force_refresh")
    quota.charge(desk.state, appid, call.path, desk.now)
    if forced:
        _charge_forced(desk, appid)
        kill(desk.state, appid, "stable_token")
    live = None if forced else _live(desk, appid)
    return _issued(live or _issue(desk, appid, "stable_token"), desk.at)


def account_of(state: State, call: Call, now: datetime) -> Record:
    """Return the account whose token the call carries; refuse with 41001, 40014, 40001 or 42001."""
    given = call.query.get("access_token", "")
    if not given:
        raise Refusal(41001)
    row = state.table("tokens").get(given)
    if row is None:
        raise Refusal(40014)
    if row["killed"]:
        raise Refusal(40001)
    if now.timestamp() >= row["expires"]:
        raise Refusal(42001)
    account = state.table("accounts").get(row["appid"])
    if account is None:
        raise Refusal(40001)
    return account


def kill(state: State, appid: str, via: str | None = None) -> None:
    """End the account's live tokens that `via` issued (None: all)."""
    for key, row in state.table("tokens").items():
        if row["appid"] == appid and via in (None, row["via"]) and not row["killed"]:
            state.table("tokens").put(key, {**row, "killed": True})


def _account(desk: Desk, call: Call, given: Record) -> Record:
    if given.get("grant_type") != "client_credential":
        raise Refusal(40002)
    if not given.get("appid"):
        raise Refusal(41002)
    if not given.get("secret"):
        raise Refusal(41004)
    account = desk.table("accounts").get(str(given["appid"]))
    if account is None:
        raise Refusal(40013)
    if given["secret"] != account["secret"]:
        raise Refusal(40125)
    whitelist = account["whitelist"]
    if whitelist is not None and call.address not in whitelist:
        there = call.address
        raise Refusal(40164, f"invalid ip {there} ipv6 ::ffff:{there}, not in whitelist")
    return account


def _live(desk: Desk, appid: str) -> Record | None:
    for row in reversed(desk.table("tokens").records()):
        mine = row["appid"] == appid and row["via"] == "stable_token" and not row["killed"]
        if mine and row["expires"] - desk.at > RENEWAL_SECONDS:
            return row
    return None


def _issue(desk: Desk, appid: str, via: str) -> Record:
    # Expired tokens are forgotten a day later; until then they answer 42001 and not 40014.
    for key, old in desk.table("tokens").items():
        if old["expires"] + 86_400 < desk.at:
            desk.table("tokens").delete(key)
    value = "sandbox_" + identity.new_id(desk.state, "token", 86) + identity.new_id(desk.state, "token", 42)
    row = {"token": value, "appid": appid, "via": via, "expires": desk.at + LIFE_SECONDS, "killed": False}
    desk.table("tokens").put(value, row)
    return row


def _charge_forced(desk: Desk, appid: str) -> None:
    last = desk.table("quota").get(f"{appid}|forced_refresh")
    if last is not None and desk.at - last["at"] < FORCED_GAP_SECONDS:
        raise Refusal(45011)
    quota.charge_apart(desk.state, f"{appid}|forced_refresh|{day_of(desk.now)}", FORCED_DAILY)
    desk.table("quota").put(f"{appid}|forced_refresh", {"at": desk.at, "used": 0})


def _issued(row: Record, at: float) -> Reply:
    return Reply({"access_token": row["token"], "expires_in": int(row["expires"] - at)})
