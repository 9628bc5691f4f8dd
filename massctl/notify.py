"""Post notices to a webhook or a WeCom group robot: one post for each channel and run.

Invariants: this module does not decide whether or what to tell, repeats nothing, and shows no address, because whoever
has the address can post. Deliberately absent: every other chat system; a webhook can feed it.

Source of the robot's limits: WeCom docs, "群机器人配置说明" (developer.work.weixin.qq.com/document/path/91770), read
2026-10: markdown of at most 4096 bytes of UTF-8, 20 messages a minute, `errcode` 0 where it took one. One message a run
keeps far below 20 a minute.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.settings import realm_of
from massctl.transport import Call, Line, NoAnswer

ROBOT_BYTES_MAX = 4096
"""Bytes of UTF-8, of which a Chinese character takes three."""
SIGNATURE_HEADER = "X-Massctl-Signature-256"
"""`sha256=` and the hex of HMAC-SHA-256 over the body, with the secret that both sides have."""

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_CUT = "…"


class Post(Frozen):
    """What is posted: the body and its headers."""

    hidden_fields = ("body", "headers")

    body: bytes
    headers: Mapping[str, str]


def webhook_post(document: str, signing_secret: str | None) -> Post:
    """Return the post of a document, signed if the channel has a secret."""
    body = document.encode()
    if not signing_secret:
        return Post(body, _JSON)
    signature = hmac.new(signing_secret.encode(), body, hashlib.sha256).hexdigest()
    return Post(body, {**_JSON, SIGNATURE_HEADER: f"sha256={signature}"})


def robot_post(blocks: Sequence[str], more: Sequence[str]) -> Post:
    """Return one markdown message with as many `blocks` as fit; `more[n]` says that n blocks were left out."""
    message = {"msgtype": "markdown", "markdown": {"content": fitted(blocks, more)}}
    return Post(json.dumps(message, ensure_ascii=False).encode(), _JSON)


PICTURE_BYTES_MAX = 2 * 1024 * 1024
"""Bytes of a picture, JPEG or PNG, that a robot takes."""


def robot_picture(picture: bytes) -> Post:
    """Return the post of one picture of at most PICTURE_BYTES_MAX."""
    image = {
        "base64": base64.b64encode(picture).decode(),
        "md5": hashlib.md5(picture, usedforsecurity=False).hexdigest(),
    }
    return Post(json.dumps({"msgtype": "image", "image": image}).encode(), _JSON)


def fitted(blocks: Sequence[str], more: Sequence[str], limit: int = ROBOT_BYTES_MAX) -> str:
    r"""Join blocks by empty lines, up to `limit` bytes. A first block that is too long is cut.

    >>> fitted(["first", "second", "third"], ["", "and 1 more", "and 2 more"], limit=18)
    'first\n\nand 2 more'
    """
    for kept in range(len(blocks), 0, -1):
        left_out = len(blocks) - kept
        text = "\n\n".join([*blocks[:kept], *([more[left_out]] if left_out else [])])
        if len(text.encode()) <= limit:
            return text
    tail = f"\n\n{more[len(blocks) - 1]}" if len(blocks) > 1 else ""
    room = limit - len((_CUT + tail).encode())
    # A character that the limit goes through is left out whole.
    return blocks[0].encode()[:room].decode("utf-8", errors="ignore") + _CUT + tail


def fitting(blocks: Sequence[str]) -> int:
    """Count the `blocks` that fit whole into one message of a robot; at least 1, which may be cut."""
    sizes = [len(each.encode()) + len("\n\n") for each in blocks]
    whole = [count for count in range(1, len(blocks) + 1) if sum(sizes[:count]) <= ROBOT_BYTES_MAX]
    return max(whole, default=1)


READ_SECONDS = 10.0
"""Nobody who waits for a run should wait long for a chat."""


def posted(line: Line, address: str, post: Post, *, robot: bool) -> Phrase | None:
    """Post to `address` exactly once; return None, or why it failed. No reason contains the address."""
    if (wrong := unfit(address)) is not None:
        return wrong
    answer = line.exchange(
        Call("POST", address, READ_SECONDS, content=post.body, headers=post.headers)
    )
    if isinstance(answer, NoAnswer):
        return answer.said
    if not 200 <= answer.status < 300:
        return Phrase("HTTP status {status}", status=answer.status)
    return _refused(answer.content) if robot else None


def unfit(address: str) -> Phrase | None:
    """Return why an address is refused, such as plain http to another machine, where anybody on the way could read."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return Phrase("its address is none")
    local = realm_of(f"{parts.scheme}://{parts.netloc}") == "loopback"
    if not host or parts.scheme not in ("http", "https") or address != address.strip():
        return Phrase("its address is none")
    return (
        None if parts.scheme == "https" or local else Phrase("its address must begin with https://")
    )


def _refused(content: bytes) -> Phrase | None:
    """Read a robot's answer: it says no with status 200 too. Its words may quote the address: only its code is told."""
    try:
        errcode = json.loads(content).get("errcode")
    except (ValueError, AttributeError, RecursionError):
        return Phrase("the answer is not from a robot")
    if errcode == 0:
        return None
    return Phrase(
        "the robot answered errcode {errcode}", errcode=errcode if isinstance(errcode, int) else "-"
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
