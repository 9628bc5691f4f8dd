"""Members of WeChat's answers, each of the one type that makes it a success, or ShapeError.

What is missing, null or of another type is never guessed at.
"""

from collections.abc import Mapping
from typing import Any

from massctl.wechat.answer import integer

Members = Mapping[str, Any]


class ShapeError(Exception):
    """Report a success that lacks what makes it one; never leaves the room."""


def string(members: Members, name: str) -> str:
    """Give a member that must be a string, perhaps an empty one."""
    value = members.get(name)
    if not isinstance(value, str):
        raise ShapeError
    return value


def optional(members: Members, name: str) -> str:
    """Give a member that may be missing or null, which is the same as empty."""
    return "" if members.get(name) is None else string(members, name)


def told(members: Members, name: str) -> str:
    """Give a text that need not be told, in no documented form: whatever is no text is the same as empty."""
    value = members.get(name)
    return value if isinstance(value, str) else ""


def flag(members: Members, name: str) -> bool:
    """Give a switch that is written 0 or 1, and now and then true or false, or left out."""
    value = members.get(name)
    return value is True or integer(value) == 1


def text(members: Members, name: str) -> str:
    """Give a member that must be a string with something in it."""
    value = string(members, name)
    if not value:
        raise ShapeError
    return value


def count(members: Members, name: str) -> int:
    """Give a member that must be a number from 0."""
    value = integer(members.get(name))
    if value is None or value < 0:
        raise ShapeError
    return value
