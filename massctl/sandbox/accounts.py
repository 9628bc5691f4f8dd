"""Declare which accounts the sandbox has, what each may do, and which tags it has."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from massctl.sandbox.store import Record, Transaction

FOLLOWERS_MAX = 10_000_000
FIRST_OWN_TAG = 100
Span: TypeAlias = tuple[int, int]
"""Followers from the first number up to, not including, the second."""


class BadDeclarationError(ValueError):
    """Report a wrong declaration of a tag."""


class Declared(BaseModel):
    """What can be declared of an account, and what a new one has; docs/reference/sandbox.md says what each means."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    secret: str = ""
    """Without one: that of the world."""
    name: str = ""
    original_id: str = ""
    kind: Literal["service", "subscription"] = "service"
    comment_right: bool = True
    publish_right: bool = True
    statistics_right: bool = True
    followers: Annotated[int, Field(ge=0, le=FOLLOWERS_MAX)] = 1_286
    whitelist: list[str] | None = None
    protection: bool = False
    website_only: bool = False
    mass_video: bool = False
    mass_card: bool = False
    content_characters: int | None = None
    wechat_pay: bool = False
    profile_ids: list[str] | None = None
    miniprograms: list[str] | None = None


class Account(Declared):
    """One account: what was declared, and what calls and controls have set since."""

    appid: Annotated[str, Field(min_length=1)]
    speed: int = 0
    aliases: list[str] = []
    """Fingerprints of the people from real life for whom the followers of the inbox stand."""
    last_tag: int = 0
    """The highest id of a tag that was deleted."""
    ending: Record | None = None
    """How its next job was ordered to end."""

    @classmethod
    def find(cls, db: Transaction, appid: str) -> "Account | None":
        """Return the account of an AppID."""
        row = db.get("accounts", appid)
        return None if row is None else cls.model_construct(**row)

    def changed(self, db: Transaction, **members: object) -> "Account":
        """Change members, and return the account as it is now."""
        after = self.model_copy(update=members)
        if after != self:
            after.keep(db)
        return after

    def keep(self, db: Transaction) -> None:
        """Write its row."""
        db.put("accounts", self.appid, self.model_dump())


def declare_account(db: Transaction, appid: str, **given: object) -> str:
    """Create an account or change the members that are given; the others stay. Return its secret.

    Raises pydantic's ValidationError, a ValueError, for a member that is unknown or wrong.
    """
    Declared.model_validate(given)
    before = db.get("accounts", appid)
    needed = [high for tag in db.find("tags", appid=appid) for _, high in tag["spans"]]
    account = Account.model_validate(
        {"appid": appid, "secret": _world_secret(db), **(before or {}), **given}
    )
    account = account.model_copy(
        update={"name": account.name or appid, "followers": max([account.followers, *needed])}
    )
    if account.model_dump() != before:
        account.keep(db)
    if before is not None and account.followers != before["followers"]:
        change = {
            "appid": appid,
            "at": db.now.timestamp(),
            "before": before["followers"],
            "after": account.followers,
        }
        db.put("follower_changes", f"{appid}|{db.next_number('follower_change'):06d}", change)
    if before is None:
        put_tag(db, {"appid": appid, "id": 2, "name": "星标组", "spans": [], "others": []})
    return account.secret


def _world_secret(db: Transaction) -> str:
    """Return the AppSecret of the world's accounts, drawn once: what stands in our source is no secret.

    Any web page could make requests with a secret that it knows.
    """
    drawn: str | None = db.setting("secret")
    if drawn is None:
        drawn = secrets.token_hex(16)
        db.set_setting("secret", drawn)
    return drawn


def declare_tag(
    db: Transaction, appid: str, number: int, name: str, count: int, *, invented: bool = False
) -> None:
    """Create or change a tag; one that already has this name and count keeps its members.

    Its members are follower 0 and those from number 2 on. `invented`: a rehearsal needs the tag, and nobody declared
    that the account has it.
    """
    if db.get("accounts", appid) is None:
        raise BadDeclarationError("the account of the tag does not exist")
    if not name or not 0 <= number < 2**31 or not 0 <= count < FOLLOWERS_MAX:
        raise BadDeclarationError(
            f"a tag needs an id, a name and a count from 0 to {FOLLOWERS_MAX}"
        )
    before = db.get("tags", f"{appid}|{number}")
    spans: list[list[int]] = [
        [low, high] for low, high in ((0, min(count, 1)), (2, count + 1)) if low < high
    ]
    members: Record = {"spans": spans, "others": []}
    if before is not None and before["name"] == name and tag_size(before) == count:
        members = {kind: before[kind] for kind in members}
    after = {"appid": appid, "id": number, "name": name, **members, "invented": invented}
    if after != before:
        put_tag(db, after)
        declare_account(db, appid)


def tag_id(db: Transaction, appid: str, name: str) -> int:
    """Return the id of the account's tag of this name, or the next one that no tag has had."""
    # Where a tag was invented and then declared under another id, it is the declared one.
    named: list[Record] = sorted(
        db.find("tags", appid=appid, name=name), key=lambda tag: bool(tag.get("invented"))
    )
    return int(named[0]["id"]) if named else next_tag_id(db, appid)


def next_tag_id(db: Transaction, appid: str) -> int:
    """Return the id of an account's next tag: one that none of its tags has or ever had."""
    last = int((db.get("accounts", appid) or {}).get("last_tag", 0))
    return (
        max([FIRST_OWN_TAG - 1, last, *(int(tag["id"]) for tag in db.find("tags", appid=appid))])
        + 1
    )


def size_of(spans: Iterable[Sequence[int]]) -> int:
    """Count the members of spans that do not overlap."""
    return sum(high - low for low, high in spans)


def tag_size(tag: Record) -> int:
    """Count the members of a tag: the sandbox's own followers, and people of real life."""
    return size_of(tag["spans"]) + len(tag["others"])


def put_tag(db: Transaction, tag: Record) -> None:
    """Set a tag."""
    db.put("tags", f"{tag['appid']}|{tag['id']}", tag)
