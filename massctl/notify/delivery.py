"""Post once, and say in our own words why a post failed."""

import json
from typing import Final
from urllib.parse import urlsplit

from massctl.model.phrase import Phrase
from massctl.model.settings import realm_of
from massctl.notify.channel import Post
from massctl.transport import Call, Line, NoAnswer

READ_SECONDS: Final = 10.0
"""Nobody who waits for a run should wait long for a chat."""


def posted(line: Line, address: str, post: Post, *, robot: bool) -> Phrase | None:
    """Post to `address`, exactly once; None if it was taken, else why not. The address is in no reason."""
    if (wrong := unfit(address)) is not None:
        return wrong
    answer = line.exchange(Call("POST", address, READ_SECONDS, content=post.body, headers=post.headers))
    if isinstance(answer, NoAnswer):
        return answer.said
    if not 200 <= answer.status < 300:
        return Phrase("HTTP status {status}", status=answer.status)
    return _refused(answer.content) if robot else None


def unfit(address: str) -> Phrase | None:
    """Say why an address may not be posted to: what is told is not for everybody on the way."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return Phrase("its address is none")
    local = realm_of(f"{parts.scheme}://{parts.netloc}") == "loopback"
    if not host or parts.scheme not in ("http", "https") or address != address.strip():
        return Phrase("its address is none")
    return None if parts.scheme == "https" or local else Phrase("its address must begin with https://")


def _refused(content: bytes) -> Phrase | None:
    """Read a robot's answer: it says no with status 200 too. Its words may quote the address: only its code is told."""
    try:
        errcode = json.loads(content).get("errcode")
    except (ValueError, AttributeError, RecursionError):
        return Phrase("the answer is not from a robot")
    if errcode == 0:
        return None
    return Phrase("the robot answered errcode {errcode}", errcode=errcode if isinstance(errcode, int) else "-")
