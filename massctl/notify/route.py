"""The way to a channel: directly, or through the proxy that this machine's environment names for the web.

A channel is an ordinary address of the web, unlike WeChat, which sees by the caller's address who is calling: that way
is an account's own (`proxy_env`), and nothing here goes it.
Source: the conventions of curl, "Environment variables" (curl.se/docs/manpage.html), read 2026-11.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

_NAMES = ("HTTPS_PROXY", "https_proxy")
_EXCEPT = ("NO_PROXY", "no_proxy")


def proxy_for(address: str, environment: Mapping[str, str]) -> str | None:
    """Return the proxy for an https address; None if it is reached directly, and for any other address."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    proxy = next((environment[name] for name in _NAMES if environment.get(name)), None)
    if parts.scheme != "https" or host is None or proxy is None:
        return None
    direct = next((environment[name] for name in _EXCEPT if environment.get(name)), "")
    return None if any(_covers(each.strip(), host) for each in direct.split(",")) else proxy


def _covers(exception: str, host: str) -> bool:
    """Return whether an entry of NO_PROXY means a host: itself, one above it, or every one."""
    name = exception.lower().removeprefix("*").removeprefix(".").partition(":")[0]
    return exception == "*" or (name != "" and (host == name or host.endswith(f".{name}")))
