"""Declare what exists in the world before anybody calls: accounts, tags, settings; and start over."""

from massctl.sandbox import people
from massctl.sandbox.tables import Record, State

KINDS = frozenset({"service", "subscription"})
"""Kinds of accounts."""
FOLLOWERS = 1_286
"""Followers of an account unless somebody says otherwise."""
FOLLOWERS_MAX = 10_000_000
_DEFAULTS: Record = {
    "secret": "sandbox-secret",
    "name": "",
    "original_id": "",
    "kind": "service",
    "comment_right": True,
    "followers": FOLLOWERS,
    "whitelist": None,
    "protection": False,
    "website_only": False,
    "mass_video": False,
    "mass_card": False,
    "content_characters": None,
    "wechat_pay": False,
    "profile_ids": None,
    "miniprograms": None,
}
_TYPES: dict[str, tuple[type, ...]] = {
    "secret": (str,),
    "name": (str,),
    "original_id": (str,),
    "kind": (str,),
    "comment_right": (bool,),
    "followers": (int,),
    "whitelist": (list, type(None)),
    "protection": (bool,),
    "website_only": (bool,),
    "mass_video": (bool,),
    "mass_card": (bool,),
    "content_characters": (int, type(None)),
    "wechat_pay": (bool,),
    "profile_ids": (list, type(None)),
    "miniprograms": (list, type(None)),
}
# What survives a reset: who exists. A new world begins now; within one its clock never runs back.
_LASTING = frozenset({"accounts", "tags", "settings"})


class BadDeclarationError(ValueError):
    """Say what is wrong with an account, a tag or a setting."""


def account(state: State, appid: str, **given: object) -> str:
    """Create an account or change the members that are given; the others stay. Return its secret.

    Members: secret, name, original_id (of events; derived from the appid where empty), kind (service | subscription),
    comment_right, followers, whitelist (addresses;
    None: every address), protection (API mass-send protection), website_only (advertising agreement), mass_video and
    mass_card (it still may send videos, coupons: WeChat has closed both, 48022 and 45113), content_characters (articles
    must have fewer: the documented limit of 20,000, which WeChat did not enforce; None: no limit but the bytes),
    wechat_pay (links to other sites stay), profile_ids (`data-id` of the cards of its own; another's is 40155) and
    miniprograms (AppIDs that are linked to it; another is 45086). None for one of both: nobody said, so each passes,
    and the report says that it was assumed. Refusing all would end the rehearsal of every campaign with a card, and
    what an account has linked stands nowhere but in WeChat's console.
    """
    for name, value in given.items():
        if name not in _TYPES:
            raise BadDeclarationError(f"unknown member {name!r}; known are {', '.join(sorted(_TYPES))}")
        if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and bool not in _TYPES[name]):
            raise BadDeclarationError(f"`{name}` has the wrong type")
    if not appid or given.get("kind", "service") not in KINDS:
        raise BadDeclarationError("`appid` must not be empty and `kind` must be service or subscription")
    followers = given.get("followers", 0)
    if not isinstance(followers, int) or not 0 <= followers <= FOLLOWERS_MAX:
        raise BadDeclarationError(f"`followers` must be from 0 to {FOLLOWERS_MAX}")
    before = state.table("accounts").get(appid)
    fresh = {"appid": appid, "speed": 0, "aliases": [], **_DEFAULTS}
    after = {**(before or fresh), **given}
    after["name"] = after["name"] or appid
    # A tag holds follower 0 and the followers from number 2 on, so there must be that many.
    tags = [row for row in state.table("tags").records() if row["appid"] == appid and row["count"]]
    after["followers"] = max([after["followers"], *(row["count"] + 1 for row in tags)])
    if after != before:
        state.table("accounts").put(appid, after)
    if before is None:
        state.table("tags").put(f"{appid}|2", {"appid": appid, "id": 2, "name": "星标组", "count": 0, "added": []})
    return str(after["secret"])


def tag(state: State, appid: str, number: int, name: str, count: int, *, invented: bool = False) -> None:
    """Make a tag exist under this name with so many followers; one that has both keeps its members.

    `invented` says that nobody knows whether the account has it: a rehearsal needs it.
    """
    owner = state.table("accounts").get(appid)
    if owner is None:
        raise BadDeclarationError("the account of the tag does not exist")
    if not name or not 0 <= number < 2**31 or not 0 <= count < FOLLOWERS_MAX:
        raise BadDeclarationError(f"a tag needs an id, a name and a count from 0 to {FOLLOWERS_MAX}")
    before = state.table("tags").get(f"{appid}|{number}")
    same = before is not None and (before["name"], before["count"]) == (name, count)
    row = before if before is not None and same else {"appid": appid, "id": number, "name": name, "count": count}
    after = {"added": [], **row, "invented": invented}
    if after == before:
        return
    state.table("tags").put(f"{appid}|{number}", after)
    account(state, appid)


def tag_id(state: State, appid: str, name: str) -> int:
    """Return the id of the account's tag of this name, or the next one that no tag has had."""
    mine = [row for row in state.table("tags").records() if row["appid"] == appid]
    # Where a tag was invented and then declared under another id, it is the declared one.
    named = sorted((row for row in mine if row["name"] == name), key=lambda row: bool(row.get("invented")))
    return int(named[0]["id"]) if named else people.next_tag_id(mine, state.table("accounts").get(appid) or {})


def settings(state: State, given: Record) -> None:
    """Change the world's settings: `sending_seconds`, how long a job says SENDING."""
    seconds = given.get("sending_seconds")
    if set(given) != {"sending_seconds"} or isinstance(seconds, bool) or not isinstance(seconds, int):
        raise BadDeclarationError("the only setting is `sending_seconds`, an integer")
    if not 0 <= seconds <= 86_400:
        raise BadDeclarationError("`sending_seconds` must be from 0 to 86400")
    before = state.table("settings").get("world") or {}
    state.table("settings").put("world", {**before, "sending_seconds": seconds})


def reset(state: State, generation: str) -> None:
    """Forget everything but the accounts, their tags and the settings; the clock shows the real time again.

    `generation` joins the seed, so that no id of the old world means anything in the new one.
    """
    for name, table in state.tables():
        if name not in _LASTING:
            table.clear()
    for appid, row in state.table("accounts").items():
        state.table("accounts").put(appid, {**row, "aliases": []})
    before = state.table("settings").get("world") or {}
    state.table("settings").put("world", {**before, "seed": f"{before.get('seed', '')}+{generation}"})
