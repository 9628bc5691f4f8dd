"""Answer for followers and tags, and say who is in the audience of a send.

The sandbox's own followers are numbers 0 to N-1, so "all" and a tag are a few spans however large the account is.
Number 0 is in every tag and number 1 in none, so the two phones of the inbox show the difference. Openids of own
followers hold their number and a check. Other well-formed openids are taken as followers too, since a campaign's lists
come from real life; they are kept as fingerprints only. Where their openids are asked for, the process gives those that
it was told, and a stand-in for each of the others. Limits: WeChat docs, "tags" and "user/get", read 2026-10.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import chain, islice

from msgspec import Struct

from massctl.sandbox.accounts import (
    Account,
    Span,
    declare_tag,
    next_tag_id,
    put_tag,
    size_of,
    tag_size,
)
from massctl.sandbox.request import OK, Refusal, Request, get, integer, post
from massctl.sandbox.store import Record, Transaction

OPENIDS_MIN, OPENIDS_MAX = 2, 10_000
"""Openids in one `mass/send`."""
USER_MONTHLY = 4
"""Mass messages that one user gets from a service account in a Beijing month."""
PAGE = 10_000
"""Openids in one page of `user/get` and `user/tag/get`."""
TAGS_MAX = 100
"""Tags of one account."""
NAME_CHARS = 30
"""A tag's name; the pages differ on characters and bytes."""
DELETABLE_FOLLOWERS = 100_000
"""A tag with more cannot be deleted."""
TAGGING_OPENIDS = 50
"""Openids in one `batchtagging`."""
TAGS_OF_ONE_USER = 20
SYSTEM_TAGS = frozenset({0, 1, 2})
NOT_A_FOLLOWER = ("not_a_follower", "onot_a_follower")
"""Openids and WeChat names that begin so belong to somebody who does not follow the account.

An openid that a campaign declares begins with `o`, so there is a spelling for that.
"""
BAD_NAME = "bad_name"
"""WeChat names that begin so are illegal."""

_OPENID = re.compile(r"^(o[A-Za-z0-9_-]{5,63}|not_a_follower[A-Za-z0-9_-]*)$")
_OWN = re.compile(r"^oSBX([0-9a-f]{6})_([A-Za-z0-9_-]{17})$")
_STAND_IN = re.compile(r"^oSBXsomebody-([A-Za-z0-9_-]{11})----$")
"""An openid for somebody of real life of whom this process knows the fingerprint alone."""


# Openids


def openid_of(appid: str, index: int) -> str:
    """Return the openid of the follower with `index`, from 0."""
    digest = hashlib.sha256(f"{appid}\0follower\0{index}".encode()).digest()
    return f"oSBX{index:06x}_{base64.urlsafe_b64encode(digest).decode()[:17]}"


def follower_index(account: Account, openid: str) -> int | None:
    """Return the number of one of the sandbox's own followers, None for any other openid."""
    found = _OWN.match(openid)
    index = int(found[1], 16) if found else account.followers
    return (
        index if index < account.followers and openid_of(account.appid, index) == openid else None
    )


def is_openid(value: object) -> bool:
    """Return whether `value` looks like an openid at all."""
    return isinstance(value, str) and _OPENID.match(value) is not None


def fingerprint(appid: str, openid: str) -> str:
    """Return 11 characters that identify an openid of real life without containing it."""
    if stand_in := _STAND_IN.match(openid):
        return stand_in[1]
    digest = hashlib.sha256(f"{appid}\0{openid}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:8]).decode().rstrip("=")


# The audience of a send


class Audience(Struct, frozen=True):
    """Who a job goes to."""

    scope: str
    """`all`, `tag:<id>` or `openids`."""
    spans: tuple[Span, ...] = ()
    others: tuple[str, ...] = ()
    """Fingerprints of openids that are not the sandbox's own, sorted."""
    not_followers: int = 0
    """Openids that the sandbox was told do not follow; delivery to them fails."""

    @property
    def total(self) -> int:
        """Count the audience."""
        return size_of(self.spans) + len(self.others) + self.not_followers

    @classmethod
    def of_row(cls, row: Record) -> "Audience":
        """Read what `asdict` made for a row."""
        return cls(
            row["scope"],
            tuple(map(tuple, row["spans"])),
            tuple(row["others"]),
            row["not_followers"],
        )

    def has_follower(self, index: int) -> bool:
        """Return whether one of the sandbox's own followers is in it."""
        return any(low <= index < high for low, high in self.spans)

    def has_other(self, name: str) -> bool:
        """Return whether an openid of real life, by fingerprint, is in it: everybody is in `all`."""
        return self.scope == "all" or name in self.others


def by_filter(request: Request, given: object) -> Audience:
    """Read `filter` of `mass/sendall`; never fall back to everybody (40152 where nobody is named)."""
    if not isinstance(given, dict) or not isinstance(given.get("is_to_all", False), bool):
        raise Refusal(40097)
    if given.get("is_to_all", False):
        return Audience("all", everybody(request.account))
    tag_id = integer(given.get("tag_id"), 0, 2**31, errcode=40152)
    tag = request.db.get("tags", f"{request.appid}|{tag_id}")
    if tag is None:
        raise Refusal(40152)
    return Audience(f"tag:{tag_id}", joined(tag["spans"]), tuple(tag["others"]))


def by_openids(request: Request, given: object) -> Audience:
    """Read `touser` of `mass/send`: 40130 under two, 40032 above 10,000, 40031 for illegal values."""
    if not isinstance(given, list):
        raise Refusal(40031)
    if len(given) > OPENIDS_MAX:
        raise Refusal(40032)
    if not all(is_openid(openid) for openid in given):
        raise Refusal(40031)
    unique = list(dict.fromkeys(given))
    if len(unique) < OPENIDS_MIN:
        raise Refusal(40130)
    following = [openid for openid in unique if not openid.startswith(NOT_A_FOLLOWER)]
    indexes = {openid: follower_index(request.account, openid) for openid in following}
    others = sorted(
        {fingerprint(request.appid, openid) for openid, index in indexes.items() if index is None}
    )
    own = joined((index, index + 1) for index in indexes.values() if index is not None)
    return Audience("openids", own, tuple(others), len(unique) - len(following))


def everybody(account: Account) -> tuple[Span, ...]:
    """Return the spans of all followers."""
    return ((0, account.followers),) if account.followers else ()


def joined(spans: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    """Return the fewest spans that have the same members."""
    found: list[Span] = []
    for low, high in sorted((low, high) for low, high in spans):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def without(spans: Iterable[Sequence[int]], index: int) -> tuple[Span, ...]:
    """Return the spans without one follower."""
    parts = [
        part
        for low, high in spans
        for part in ((low, min(high, index)), (max(low, index + 1), high))
    ]
    return tuple((low, high) for low, high in parts if low < high)


def over_limit(audience: Audience, earlier: list[Record]) -> int:
    """Count the members of an audience who are in four or more of the `earlier` ones (stored form)."""
    if len(earlier) < USER_MONTHLY:
        return 0
    got = Counter[str]()
    for record in earlier if audience.others else []:
        got.update(set(audience.others).intersection(record["others"]))
    to_all = sum(record["scope"] == "all" for record in earlier)
    full: int = sum(to_all + got[name] >= USER_MONTHLY for name in audience.others)
    spans = [(int(low), int(high)) for record in earlier for low, high in record["spans"]]
    return full + sum(_full_in(span, spans) for span in audience.spans)


def _full_in(span: Span, earlier: list[Span]) -> int:
    # A sweep over the ends of the earlier spans: depth is how many jobs reached the numbers between two ends.
    low, high = span
    steps = Counter[int]()
    for start, end in earlier:
        if start < high and end > low:
            steps[max(start, low)] += 1
            steps[min(end, high)] -= 1
    full, depth, last = 0, 0, low
    for at in sorted(steps):
        full += (at - last) if depth >= USER_MONTHLY else 0
        depth += steps[at]
        last = at
    return full


# Tags and followers


@get("tags/get")
def tags_get(request: Request) -> Record:
    """Answer `tags/get`: id, name and count of each."""
    return {
        "tags": [
            {"id": tag["id"], "name": tag["name"], "count": tag_size(tag)} for tag in _tags(request)
        ]
    }


@post("tags/create")
def tags_create(request: Request) -> Record:
    """Answer `tags/create`."""
    name, mine = _name(request, _tag_member(request).get("name")), _tags(request)
    if len(mine) >= TAGS_MAX:
        raise Refusal(45056)
    number = next_tag_id(request.db, request.appid)
    declare_tag(request.db, request.appid, number, name, 0)
    return {"tag": {"id": number, "name": name}}


@post("tags/update")
def tags_update(request: Request) -> Record:
    """Answer `tags/update`: a new name."""
    given = _tag_member(request)
    tag = _own_tag(request, given.get("id"))
    put_tag(request.db, {**tag, "name": _name(request, given.get("name"), but=tag["id"])})
    return OK


@post("tags/delete")
def tags_delete(request: Request) -> Record:
    """Answer `tags/delete`."""
    tag = _own_tag(request, _tag_member(request).get("id"))
    if tag_size(tag) > DELETABLE_FOLLOWERS:
        raise Refusal(45057)
    request.change_account(last_tag=max(tag["id"], request.account.last_tag))
    request.db.delete("tags", f"{request.appid}|{tag['id']}")
    return OK


@post("tags/members/batchtagging")
def batchtagging(request: Request) -> Record:
    """Answer `tags/members/batchtagging`: all of them get the tag, or none."""
    tag, indexes, others = _tagging(request)
    elsewhere = [other for other in _tags(request) if other["id"] != tag["id"]]
    counted = Counter(name for other in elsewhere for name in others & set(other["others"]))
    counted.update(str(index) for index in indexes for other in elsewhere if _has(other, index))
    if any(count >= TAGS_OF_ONE_USER for count in counted.values()):
        raise Refusal(45059)
    spans = joined([*tag["spans"], *((index, index + 1) for index in indexes)])
    put_tag(request.db, {**tag, "spans": spans, "others": sorted({*tag["others"], *others})})
    return OK


@post("tags/members/batchuntagging")
def batchuntagging(request: Request) -> Record:
    """Answer `tags/members/batchuntagging`; a follower without the tag is no error."""
    tag, indexes, others = _tagging(request)
    spans = reduce(without, indexes, tag["spans"])
    put_tag(request.db, {**tag, "spans": spans, "others": sorted({*tag["others"]} - others)})
    return OK


@post("tags/getidlist")
def getidlist(request: Request) -> Record:
    """Answer `tags/getidlist`: the ids of a follower's tags."""
    indexes, others = _followers(request, [request.record().get("openid")])
    return {
        "tagid_list": [
            tag["id"]
            for tag in _tags(request)
            if others.keys() & tag["others"] or any(_has(tag, index) for index in indexes)
        ]
    }


@get("user/get", daily=500)
def user_get(request: Request) -> Record:
    """Answer `user/get`: all followers, a page at a time; the last page has `count` 0 and no `data`."""
    others = [
        name
        for name, openid in _told(request).items()
        if fingerprint(request.appid, openid) == name
    ]
    page = _page(
        request, everybody(request.account), sorted(others), request.args.get("next_openid", "")
    )
    return {"total": request.account.followers + len(others), **page}


@post("user/tag/get")
def user_tag_get(request: Request) -> Record:
    """Answer `user/tag/get`: the followers of a tag, a page at a time."""
    given = request.record()
    tag = request.db.get("tags", f"{request.appid}|{integer(given.get('tagid'), 0, 2**31)}")
    if tag is None:
        raise Refusal(45159)
    return _page(request, joined(tag["spans"]), tag["others"], given.get("next_openid") or "")


def _page(request: Request, spans: tuple[Span, ...], others: list[str], after: object) -> Record:
    """Return the next page: own followers by their number, then people of real life by their fingerprint."""
    start, behind = 0, ""
    if after:
        indexes, names = _followers(request, [after])
        start, behind = (indexes[0] + 1, "") if indexes else (request.account.followers, min(names))
        if behind and behind not in others:
            raise Refusal(40003)
    own = (
        openid_of(request.appid, index)
        for low, high in spans
        for index in range(max(low, start), high)
    )
    known = _told(request)
    people = (known.get(name, f"oSBXsomebody-{name}----") for name in others if name > behind)
    openids = list(islice(chain(own, people), PAGE))
    data = {"data": {"openid": openids}} if openids else {}
    return {"count": len(openids), **data, "next_openid": openids[-1] if openids else ""}


def _told(request: Request) -> dict[str, str]:
    """Return the openids that this process knows, those that the caller of the sandbox can tell among them."""
    people, appid = request.db.people, request.appid
    if appid not in people.asked:
        people.asked.add(appid)
        remember(
            request.db, {fingerprint(appid, openid): openid for openid in people.source(appid)}
        )
    return people.openids


def _has(tag: Record, index: int) -> bool:
    return any(low <= index < high for low, high in tag["spans"])


def _tags(request: Request) -> list[Record]:
    return sorted(request.db.find("tags", appid=request.appid), key=lambda tag: int(tag["id"]))


def _tag_member(request: Request) -> Record:
    given = request.record().get("tag")
    if not isinstance(given, dict):
        raise Refusal(40097)
    return given


def _tagging(request: Request) -> tuple[Record, list[int], set[str]]:
    """Read whom a call tags or untags, and the tag."""
    given = request.record()
    openids = given.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= TAGGING_OPENIDS:
        raise Refusal(40032)
    tag = _own_tag(request, given.get("tagid"))
    indexes, others = _followers(request, openids)
    remember(request.db, others)
    return tag, indexes, set(others)


def _followers(request: Request, openids: Sequence[object]) -> tuple[list[int], dict[str, str]]:
    """Return the numbers of own followers, and people of real life by fingerprint; 40003 where one does not follow."""
    indexes, others = [], dict[str, str]()
    for given in openids:
        openid = str(given)
        if not is_openid(given) or openid.startswith(NOT_A_FOLLOWER):
            raise Refusal(40003)
        index = follower_index(request.account, openid)
        if index is None:
            others[fingerprint(request.appid, openid)] = openid
        else:
            indexes.append(index)
    return indexes, others


def remember(db: Transaction, openids: dict[str, str]) -> None:
    """Keep openids of real life in the memory of this process, by their fingerprints."""
    db.people.openids |= {name: each for name, each in openids.items() if not _STAND_IN.match(each)}


def _own_tag(request: Request, tag_id: object) -> Record:
    number = integer(tag_id, 0, 2**31)
    tag = request.db.get("tags", f"{request.appid}|{number}")
    if number in SYSTEM_TAGS:
        raise Refusal(45058)
    if tag is None:
        raise Refusal(45159)
    return tag


def _name(request: Request, name: object, but: int | None = None) -> str:
    if not isinstance(name, str) or not name.strip():
        raise Refusal(45157)
    if len(name) > NAME_CHARS:
        raise Refusal(45158)
    if any(tag["name"] == name and tag["id"] != but for tag in _tags(request)):
        raise Refusal(45157)
    return name
