"""Declare which accounts the sandbox has, what each may do, and which tags it has."""

from massctl.sandbox import audience
from massctl.sandbox.store import Record, Transaction

FOLLOWERS_MAX = 10_000_000
KINDS = ("service", "subscription")
MEMBERS: Record = {
    "secret": "sandbox-secret",
    "name": "",
    "original_id": "",
    "kind": "service",
    "comment_right": True,
    "publish_right": True,
    "followers": 1_286,
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
"""What can be declared of an account, and what a new one has; docs/reference/sandbox.md says what each means."""
_OTHER_TYPES: dict[str, type] = {
    "whitelist": list,
    "content_characters": int,
    "profile_ids": list,
    "miniprograms": list,
}
"""The type of each member whose default is None."""


class BadDeclarationError(ValueError):
    """Report a wrong declaration of an account or a tag."""


def declare_account(db: Transaction, appid: str, **given: object) -> str:
    """Create an account or change the members that are given; the others stay. Return its secret."""
    for name, value in given.items():
        if name not in MEMBERS:
            raise BadDeclarationError(f"unknown member {name!r}; known are {', '.join(sorted(MEMBERS))}")
        if type(value) not in (type(MEMBERS[name]), _OTHER_TYPES.get(name)):
            raise BadDeclarationError(f"`{name}` has the wrong type")
    before = db.get("accounts", appid)
    after: Record = {"appid": appid, "speed": 0, "aliases": [], **MEMBERS, **(before or {}), **given}
    after["name"] = after["name"] or appid
    if not appid or after["kind"] not in KINDS:
        raise BadDeclarationError("`appid` must not be empty and `kind` must be service or subscription")
    if not 0 <= after["followers"] <= FOLLOWERS_MAX:
        raise BadDeclarationError(f"`followers` must be from 0 to {FOLLOWERS_MAX}")
    # A tag holds follower 0 and the followers from number 2 on, so there must be that many.
    tags = [tag for tag in db.find("tags", appid=appid) if tag["count"]]
    after["followers"] = max([after["followers"], *(tag["count"] + 1 for tag in tags)])
    if after != before:
        db.put("accounts", appid, after)
    if before is None:
        audience.put_tag(db, {"appid": appid, "id": 2, "name": "星标组", "count": 0, "added": []})
    return str(after["secret"])


def declare_tag(db: Transaction, appid: str, number: int, name: str, count: int, *, invented: bool = False) -> None:
    """Create or change a tag; one that already has this name and count keeps its members.

    `invented`: a rehearsal needs the tag, and nobody declared that the account has it.
    """
    if db.get("accounts", appid) is None:
        raise BadDeclarationError("the account of the tag does not exist")
    if not name or not 0 <= number < 2**31 or not 0 <= count < FOLLOWERS_MAX:
        raise BadDeclarationError(f"a tag needs an id, a name and a count from 0 to {FOLLOWERS_MAX}")
    before = db.get("tags", f"{appid}|{number}")
    same = before is not None and (before["name"], before["count"]) == (name, count)
    row = before if before is not None and same else {"appid": appid, "id": number, "name": name, "count": count}
    after = {"added": [], **row, "invented": invented}
    if after != before:
        audience.put_tag(db, after)
        declare_account(db, appid)


def tag_id(db: Transaction, appid: str, name: str) -> int:
    """Return the id of the account's tag of this name, or the next one that no tag has had."""
    # Where a tag was invented and then declared under another id, it is the declared one.
    named: list[Record] = sorted(db.find("tags", appid=appid, name=name), key=lambda tag: bool(tag.get("invented")))
    return int(named[0]["id"]) if named else audience.next_tag_id(db, appid)
