"""Derive every id, token and openid from a seed and a counter, so that a world can be replayed.

Openids of the sandbox's own followers hold their index and a check, so a million followers need no
memory. Other well-formed openids are taken as followers too: a campaign's lists come from real life.
"""

import base64
import hashlib
import re

from massctl.sandbox.tables import State

_OPENID = re.compile(r"^(o[A-Za-z0-9_-]{5,63}|not_a_follower[A-Za-z0-9_-]*)$")
_OWN = re.compile(r"^oSBX([0-9a-f]{6})_([A-Za-z0-9_-]{17})$")
NOT_A_FOLLOWER = ("not_a_follower", "onot_a_follower")
"""Openids and WeChat names that begin so belong to somebody who does not follow the account.

An openid that a campaign declares begins with `o`, so there is a spelling for that.
"""
BAD_NAME = "bad_name"
"""WeChat names that begin so are illegal."""


def next_number(state: State, name: str) -> int:
    """Count `name` up and return the new number, from 1."""
    row = state.table("counters").get(name) or {"n": 0}
    state.table("counters").put(name, {"n": row["n"] + 1})
    return int(row["n"]) + 1


def new_id(state: State, kind: str, length: int = 43) -> str:
    """Return a fresh URL-safe id of `length` characters (at most 86)."""
    seed = (state.table("settings").get("world") or {}).get("seed", "massctl-sandbox")
    material = f"{seed}\0{kind}\0{next_number(state, kind)}".encode()
    return base64.urlsafe_b64encode(hashlib.sha512(material).digest()).decode().rstrip("=")[:length]


def new_rid(state: State, now_seconds: float) -> str:
    """Return a request id in WeChat's form: three groups of hex digits."""
    digest = hashlib.sha256(new_id(state, "rid").encode()).hexdigest()
    return f"{int(now_seconds):08x}-{digest[:8]}-{digest[8:16]}"


def openid_of(appid: str, index: int) -> str:
    """Return the openid of the follower with `index`, from 0."""
    digest = hashlib.sha256(f"{appid}\0follower\0{index}".encode()).digest()
    return f"oSBX{index:06x}_{base64.urlsafe_b64encode(digest).decode()[:17]}"


def follower_index(appid: str, openid: str, followers: int) -> int | None:
    """Return the index of one of the sandbox's own followers, None for any other openid."""
    found = _OWN.match(openid)
    if found is None:
        return None
    index = int(found[1], 16)
    return index if index < followers and openid_of(appid, index) == openid else None


def is_openid(value: object) -> bool:
    """Tell whether `value` looks like an openid at all."""
    return isinstance(value, str) and _OPENID.match(value) is not None


def fingerprint(appid: str, openid: str) -> str:
    """Stand in for an openid of real life: 11 characters that name it without holding it."""
    digest = hashlib.sha256(f"{appid}\0{openid}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:8]).decode().rstrip("=")


def masked(openid: str) -> str:
    """Shorten an openid for people, as in oAB…23."""
    return f"{openid[:3]}…{openid[-2:]}"
