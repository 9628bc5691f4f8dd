"""Declare which accounts the sandbox has, what each may do, and which tags it has."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from massctl.sandbox import audience
from massctl.sandbox.store import Record, Transaction

FOLLOWERS_MAX = 10_000_000


class BadDeclarationError(ValueError):
    """Say what is wrong with an account or a tag."""


class Account(BaseModel):
    """What can be declared of an account."""

    model_config = ConfigDict(extra="forbid", strict=True)

    appid: Annotated[str, Field(min_length=1)]
    secret: str = "sandbox-secret"  # noqa: S105 - opens only a sandbox
    name: str = ""
    """The appid where it is empty."""
    original_id: str = ""
    """Of its events; derived from the appid where it is empty."""
    kind: Literal["service", "subscription"] = "service"
    comment_right: bool = True
    followers: Annotated[int, Field(ge=0, le=FOLLOWERS_MAX)] = 1_286
    whitelist: list[str] | None = None
    """Addresses that may ask for tokens; None: every one."""
    protection: bool = False
    """API mass-send protection: a send to all waits for the administrator."""
    website_only: bool = False
    """The advertising agreement."""
    mass_video: bool = False
    mass_card: bool = False
    """It still may send videos, coupons: WeChat has closed both to most (48022, 45113)."""
    content_characters: int | None = None
    """Articles must have fewer: the documented limit of 20,000, which WeChat did not enforce; None: the bytes count."""
    wechat_pay: bool = False
    """Links to other sites stay."""
    profile_ids: list[str] | None = None
    """`data-id` of the cards of its own; another's is 40155. None: nobody said, see `drafts`."""
    miniprograms: list[str] | None = None
    """AppIDs that are linked to it; another is 45086. None: nobody said."""


def declare_account(db: Transaction, appid: str, **given: object) -> str:
    """Create an account or change the members that are given; the others stay. Return its secret.

    Raises ValueError for an unknown member, and for one of the wrong type.
    """
    before = db.get("accounts", appid)
    known = {name: value for name, value in (before or {}).items() if name in Account.model_fields}
    declared = Account.model_validate({**known, "appid": appid, **given}).model_dump()
    declared["name"] = declared["name"] or appid
    # A tag holds follower 0 and the followers from number 2 on, so there must be that many.
    tags = [tag for tag in db.find("tags", appid=appid) if tag["count"]]
    declared["followers"] = max([declared["followers"], *(tag["count"] + 1 for tag in tags)])
    after = {"speed": 0, "aliases": [], **(before or {}), **declared}
    if after != before:
        db.put("accounts", appid, after)
    if before is None:
        audience.put_tag(db, {"appid": appid, "id": 2, "name": "星标组", "count": 0, "added": []})
    return str(after["secret"])


def declare_tag(db: Transaction, appid: str, number: int, name: str, count: int, *, invented: bool = False) -> None:
    """Make a tag exist under this name with so many followers; one that has both keeps its members.

    `invented` says that nobody knows whether the account has it: a rehearsal needs it.
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
