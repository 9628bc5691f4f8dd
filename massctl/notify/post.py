"""One exchange with the address of a channel, and the proxy that it is reached through."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

from msgspec import field

from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.settings import realm_of
from massctl.transport import Call, Line, NoAnswer

JSON = {"Content-Type": "application/json; charset=utf-8"}


class Post(Frozen):
    """What is posted: the body, its headers, and what a signature adds to the address."""

    hidden_fields = ("body", "headers", "query")

    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    query: Mapping[str, str] = field(default_factory=dict)


READ_SECONDS = 10.0
"""Nobody who waits for a run should wait long for a chat; of each read, and of a whole post too."""


def posted(
    line: Line, address: str, post: Post, refusal: Callable[[bytes], Phrase | None] | None = None
) -> Phrase | None:
    """Post to `address` exactly once; return None, or why it failed. No reason contains the address.

    `refusal` reads an answer that says no with status 200.
    """
    if (wrong := unfit(address)) is not None:
        return wrong
    call = Call(
        "POST", _signed(address, post), READ_SECONDS, content=post.body, headers=post.headers
    )
    answer = line.exchange(call)
    if isinstance(answer, NoAnswer):
        return answer.said
    if not 200 <= answer.status < 300:
        return Phrase("HTTP status {status}", status=answer.status)
    return refusal(answer.content) if refusal is not None else None


def _signed(address: str, post: Post) -> str:
    if not post.query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(post.query)}"


def unfit(address: str) -> Phrase | None:
    """Return why an address is refused, such as plain http to another machine, where anybody on the way could read."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return Phrase("it is not a web address")
    local = realm_of(f"{parts.scheme}://{parts.netloc}") == "loopback"
    if not host or parts.scheme not in ("http", "https") or address != address.strip():
        return Phrase("it is not a web address")
    return (
        None if parts.scheme == "https" or local else Phrase("its address must begin with https://")
    )


# The way to a channel. A channel is an ordinary address of the web, unlike WeChat, which sees by the caller's address
# who is calling: that way is an account's own (`proxy_env`), and nothing here goes it.
# Source: the conventions of curl, "Environment variables" (curl.se/docs/manpage.html), read 2026-11.
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
    """Return whether an entry of NO_PROXY matches a host: the host, a domain above it, or `*`."""
    name = exception.lower().removeprefix("*").removeprefix(".").partition(":")[0]
    return exception == "*" or (name != "" and (host == name or host.endswith(f".{name}")))
