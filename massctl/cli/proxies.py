"""An account's proxy, looked at before anything is sent through it: set, of a form that can work, and there."""

import socket
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase
from massctl.plan.checkup import proxy_to_set

if TYPE_CHECKING:
    from massctl.cli.session import Session

REACH_SECONDS: Final = 5.0
"""A proxy that takes longer to answer is none that a send should hang on."""
_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


def proxy_finding(session: "Session", account: AccountName) -> Finding:
    """Judge an account's proxy; its address, which may hold a password, is in no finding."""

    def found(level: Level, message: Phrase, hint: str = "") -> Finding:
        return Finding(Check.PROXY, level, message, hint, account)

    name = session.settings.accounts[account].proxy_env
    if name is None:
        return found(Level.OK, Phrase("no proxy: WeChat sees this machine's own address"))
    if session.realm([account]) == "loopback":
        return found(Level.OK, Phrase("not used: the API is on this machine"))
    write = proxy_to_set(name)
    address = session.environment.get(name, "")
    if not address:
        return found(Level.PROBLEM, Phrase("the environment variable {name} is empty", name=name), write)
    place = _place(address)
    if place is None:
        say = Phrase("{name} is set, and holds no address of a proxy that can be used", name=name)
        return found(Level.PROBLEM, say, write)
    try:
        socket.create_connection(place, REACH_SECONDS).close()
    except OSError:
        say = Phrase(
            "nothing answers at the address in {name} within {seconds} s", name=name, seconds=round(REACH_SECONDS)
        )
        hint = Phrase(
            "is the proxy running, and does its firewall let this machine in? massctl goes round it by no way"
        )
        return found(Level.PROBLEM, say, hint)
    say = Phrase(
        "the proxy in {name} takes connections: its address is the one for the IP whitelist (IP白名单)", name=name
    )
    return found(Level.OK, say)


def _place(address: str) -> tuple[str, int] | None:
    """Give host and port of a proxy's address; None where it is none."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or port is None or address != address.strip():
        return None
    return parts.hostname, port
