"""Questions about audiences as WeChat spells them: how many followers there are, and the tags.

Source of all shapes: WeChat docs, "user/get" and "tags/get", read 2026-10.
"""

from massctl.model.campaign import Tag
from massctl.wechat.answer import integer
from massctl.wechat.members import Members, ShapeError, count
from massctl.wechat.wire import Request


def followers_request() -> Request[int]:
    """Ask how many followers there are; the openids that come along are dropped unread."""
    return Request("/cgi-bin/user/get", lambda members: count(members, "total"))


def tag_count_request(tag_id: int) -> Request[int | None]:
    """Ask how many followers have a tag; None: there is no such tag."""
    return Request("/cgi-bin/tags/get", lambda members: _tag_count(members, tag_id))


def tags_request() -> Request[tuple[Tag, ...]]:
    """Ask for the account's tags."""
    return Request("/cgi-bin/tags/get", _tags)


def _tags(members: Members) -> tuple[Tag, ...]:
    """Read the tags of an account; what has no id or name is none that a campaign could mean."""
    tags = members.get("tags")
    if not isinstance(tags, list):
        raise ShapeError
    named = [tag for tag in tags if isinstance(tag, dict) and isinstance(tag.get("name"), str)]
    found = [(number, tag) for tag in named if (number := integer(tag.get("id"))) is not None]
    return tuple(Tag(number, tag["name"], count(tag, "count")) for number, tag in found)


def _tag_count(members: Members, tag_id: int) -> int | None:
    """Find a tag by its id; tag 0 or a missing tag must never become everybody."""
    tags = members.get("tags")
    if not isinstance(tags, list):
        raise ShapeError
    for tag in tags:
        if isinstance(tag, dict) and integer(tag.get("id")) == tag_id:
            return count(tag, "count")
    return None
