"""Answer for followers and tags."""

from collections.abc import Iterable, Sequence
from itertools import islice

from massctl.sandbox import identity
from massctl.sandbox.audience import tag_spans
from massctl.sandbox.call import Call, Reply
from massctl.sandbox.desk import Desk, integer
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

PAGE = 10_000
"""Openids in one page of `user/get` and `user/tag/get` (WeChat docs, read 2026-10)."""
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
FIRST_OWN_TAG = 100
_OK = {"errcode": 0, "errmsg": "ok"}


def tags_get(desk: Desk, _call: Call) -> Reply:
    """Answer `tags/get`: id, name and count of each."""
    return Reply({"tags": [{"id": tag["id"], "name": tag["name"], "count": size(tag)} for tag in _tags(desk)]})


def tags_create(desk: Desk, call: Call) -> Reply:
    """Answer `tags/create`."""
    name = _name(desk, _tag_member(call).get("name"))
    if len(_tags(desk)) >= TAGS_MAX:
        raise Refusal(45056)
    number = next_tag_id(_tags(desk), desk.account)
    put_tag(desk, {"appid": desk.appid, "id": number, "name": name, "count": 0, "added": []})
    return Reply({"tag": {"id": number, "name": name}})


def tags_update(desk: Desk, call: Call) -> Reply:
    """Answer `tags/update`: a new name."""
    given = _tag_member(call)
    tag = _own_tag(desk, given.get("id"))
    put_tag(desk, {**tag, "name": _name(desk, given.get("name"), but=tag["id"])})
    return Reply(_OK)


def tags_delete(desk: Desk, call: Call) -> Reply:
    """Answer `tags/delete`."""
    tag = _own_tag(desk, _tag_member(call).get("id"))
    if size(tag) > DELETABLE_FOLLOWERS:
        raise Refusal(45057)
    last = max(tag["id"], desk.account.get("last_tag", 0))
    desk.table("accounts").put(desk.appid, {**desk.account, "last_tag": last})
    desk.table("tags").delete(f"{desk.appid}|{tag['id']}")
    return Reply(_OK)


def batchtagging(desk: Desk, call: Call) -> Reply:
    """Answer `tags/members/batchtagging`, for the sandbox's own followers."""
    tag, indexes = _tagging(desk, call)
    for index in indexes:
        carried = sum(_has(other, index) for other in _tags(desk) if other["id"] != tag["id"])
        if carried >= TAGS_OF_ONE_USER:
            raise Refusal(45059)
    left = {**tag, "removed": sorted({*tag.get("removed", [])}.difference(indexes))}
    new = {index for index in indexes if not _has(left, index)}
    put_tag(desk, {**left, "added": sorted({*tag["added"], *new})})
    return Reply(_OK)


def batchuntagging(desk: Desk, call: Call) -> Reply:
    """Answer `tags/members/batchuntagging`; who does not have the tag goes without it."""
    tag, indexes = _tagging(desk, call)
    left = {**tag, "added": sorted({*tag["added"]}.difference(indexes))}
    gone = {index for index in indexes if _has(left, index)}
    put_tag(desk, {**left, "removed": sorted({*tag.get("removed", []), *gone})})
    return Reply(_OK)


def getidlist(desk: Desk, call: Call) -> Reply:
    """Answer `tags/getidlist`: the ids of a follower's tags."""
    (index,) = _followers(desk, [call.record().get("openid")])
    return Reply({"tagid_list": [tag["id"] for tag in _tags(desk) if _has(tag, index)]})


def user_get(desk: Desk, call: Call) -> Reply:
    """Answer `user/get`: all followers, a page at a time; the last page has `count` 0 and no `data`."""
    followers = int(desk.account["followers"])
    spans = ((0, followers),) if followers else ()
    return Reply({"total": followers, **_page(desk, spans, call.query.get("next_openid", ""))})


def user_tag_get(desk: Desk, call: Call) -> Reply:
    """Answer `user/tag/get`: the followers of a tag, a page at a time."""
    record = call.record()
    tag = desk.table("tags").get(f"{desk.appid}|{integer(record.get('tagid'), 0, 2**31)}")
    if tag is None:
        raise Refusal(45058, "invalid tag")
    return Reply(_page(desk, tag_spans(tag), record.get("next_openid") or ""))


def get_api_domain_ip(_desk: Desk, _call: Call) -> Reply:
    """Answer `get_api_domain_ip`: the sandbox is at home."""
    return Reply({"ip_list": ["127.0.0.1"]})


def getcallbackip(_desk: Desk, _call: Call) -> Reply:
    """Answer `getcallbackip`: events would come from here."""
    return Reply({"ip_list": ["127.0.0.1"]})


def next_tag_id(tags: Iterable[Record], account: Record) -> int:
    """Give the id of an account's next tag: one that none of its tags has or ever had."""
    return max([FIRST_OWN_TAG - 1, int(account.get("last_tag", 0)), *(int(tag["id"]) for tag in tags)]) + 1


def size(tag: Record) -> int:
    """Count a tag's members."""
    return sum(high - low for low, high in tag_spans(tag))


def put_tag(desk: Desk, tag: Record) -> None:
    """Set a tag."""
    desk.table("tags").put(f"{tag['appid']}|{tag['id']}", tag)


def _page(desk: Desk, spans: tuple[tuple[int, int], ...], after: object) -> Record:
    start = 0
    if after:
        followers = int(desk.account["followers"])
        index = identity.follower_index(desk.appid, str(after), followers)
        if index is None:
            raise Refusal(40003)
        start = index + 1
    members = (index for low, high in spans for index in range(max(low, start), high))
    openids = [identity.openid_of(desk.appid, index) for index in islice(members, PAGE)]
    answer: Record = {"count": len(openids)}
    if openids:
        answer["data"] = {"openid": openids}
    return {**answer, "next_openid": openids[-1] if openids else ""}


def _tags(desk: Desk) -> list[Record]:
    mine = [tag for tag in desk.table("tags").records() if tag["appid"] == desk.appid]
    return sorted(mine, key=lambda tag: int(tag["id"]))


def _tag_member(call: Call) -> Record:
    given = call.record().get("tag")
    if not isinstance(given, dict):
        raise Refusal(40097)
    return given


def _tagging(desk: Desk, call: Call) -> tuple[Record, list[int]]:
    """Read whom a call tags or untags, and the tag."""
    record = call.record()
    openids = record.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= TAGGING_OPENIDS:
        raise Refusal(40032)
    return _own_tag(desk, record.get("tagid")), _followers(desk, openids)


def _followers(desk: Desk, openids: Sequence[object]) -> list[int]:
    """Give the numbers of the sandbox's own followers; 40003 where one is somebody else."""
    followers = int(desk.account["followers"])
    found = [identity.follower_index(desk.appid, str(openid), followers) for openid in openids]
    indexes = [index for index in found if index is not None]
    if len(indexes) != len(found):
        raise Refusal(40003)
    return indexes


def _own_tag(desk: Desk, tag_id: object) -> Record:
    number = integer(tag_id, 0, 2**31)
    tag = desk.table("tags").get(f"{desk.appid}|{number}")
    if tag is None or number in SYSTEM_TAGS:
        raise Refusal(45058)
    return tag


def _name(desk: Desk, name: object, but: int | None = None) -> str:
    if not isinstance(name, str) or not name.strip():
        raise Refusal(45157)
    if len(name) > NAME_CHARS:
        raise Refusal(45158)
    if any(tag["name"] == name and tag["id"] != but for tag in _tags(desk)):
        raise Refusal(45157)
    return name


def _has(tag: Record, index: int) -> bool:
    return any(low <= index < high for low, high in tag_spans(tag))
