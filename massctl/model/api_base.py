"""Where the API answers: which addresses may receive the secret, and which realm they belong to.

A ledger belongs to one realm and refuses the other's host, so that what happened in a sandbox can never
count as sent, and the reverse. Everything here looks at the written address only; no name is resolved.
"""

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address
from typing import Final, Literal

from massctl.model.phrase import Phrase

Realm = Literal["wechat", "loopback"]

WECHAT_HOSTS: Final = frozenset(f"{name}.weixin.qq.com" for name in ("api", "api2", "sh.api", "sz.api", "hk.api"))
"""WeChat's own API hosts. Source: WeChat docs, "API domains", read 2026-10."""

_SHAPE: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?/?",
    re.ASCII | re.IGNORECASE,
)
"""Scheme, host and port only: no user, path, query or fragment that could hide another host."""


def realm_of(api_base: str) -> Realm:
    """Say whether `api_base` is on this machine; anything that is not plainly so is `wechat`."""
    match = _SHAPE.fullmatch(api_base)
    return "loopback" if match and _is_loopback(match["host"].lower()) else "wechat"


def check_api_base(api_base: str, api_hosts: Iterable[str]) -> Phrase | None:
    """Say why the secret must not go to `api_base`, or None where it may.

    `api_hosts` are the hosts that policy.api_hosts adds, as `host` or `host:port`.
    """
    match = _SHAPE.fullmatch(api_base)
    if match is None or not 0 < int(match["port"] or 443) < 65536:
        return Phrase("the API's address must look like https://host or https://host:port")
    host = match["host"].lower()
    if _is_loopback(host):
        return None
    if match["scheme"].lower() != "https":
        return Phrase("the API's address must begin with https://: plain http is for this machine only")
    named = {entry.lower() for entry in api_hosts}
    if host in WECHAT_HOSTS or host in named or f"{host}:{match['port'] or 443}" in named:
        return None
    return Phrase("{host} is not a host of WeChat: name it in policy.api_hosts if it is yours", host=host)


def _is_loopback(host: str) -> bool:
    """Know localhost, 127.0.0.0/8 and ::1, and no other spelling."""
    if host in ("localhost", "[::1]"):
        return True
    try:
        return IPv4Address(host).is_loopback
    except AddressValueError:
        return False
