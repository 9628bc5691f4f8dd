"""Keep what would have been posted to people outside, as strictly as the other side would take it.

Source of the robot's rules: WeCom docs, "群机器人配置说明", read 2026-10: `msgtype` markdown with 1 to 4096 bytes of
UTF-8, 20 messages a minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from massctl.sandbox.clock import beijing
from massctl.sandbox.tables import Record, State

ROBOT_BYTES_MAX = 4096
ROBOT_MINUTE_MAX = 20
KEPT_MAX = 200
"""Older ones are forgotten."""
SHOWN_MAX = 50
_MINUTE_SECONDS = 60


class BadPostError(ValueError):
    """Say why the other side would not take a post."""


@dataclass(frozen=True)
class Shown:
    """One post, as the inbox page shows it."""

    time: str
    name: str
    is_robot: bool
    text: str
    """A robot's markdown; of a webhook one line for each notice."""


def keep(state: State, given: Record, now: datetime) -> None:
    """Keep a post to a robot or a webhook; refuse what that would refuse."""
    name, kind, body, headers = (given.get(key) for key in ("name", "kind", "body", "headers"))
    if not isinstance(name, str) or not isinstance(body, dict) or not isinstance(headers, dict):
        raise BadPostError("a post needs `name`, `kind`, `body` and `headers`")
    if kind == "wecom_robot":
        _check_robot(state, name, body, now)
    elif kind != "webhook":
        raise BadPostError("`kind` must be wecom_robot or webhook")
    table = state.table("notifications")
    number = max((int(key) for key, _ in table.items()), default=0) + 1
    table.put(str(number), {"name": name, "kind": kind, "body": body, "headers": headers, "at": now.timestamp()})
    table.delete(str(number - KEPT_MAX))


def shown(state: State) -> list[Shown]:
    """Give the newest posts, newest first."""
    rows = state.table("notifications").records()[-SHOWN_MAX:]
    return [_shown(row) for row in reversed(rows)]


def _check_robot(state: State, name: str, body: Record, now: datetime) -> None:
    content = body.get("markdown", {}).get("content") if isinstance(body.get("markdown"), dict) else None
    if body.get("msgtype") != "markdown" or not isinstance(content, str) or not content:
        raise BadPostError("a robot takes a markdown message with content")
    if len(content.encode()) > ROBOT_BYTES_MAX:
        raise BadPostError(f"a robot takes at most {ROBOT_BYTES_MAX} bytes")
    since = now.timestamp() - _MINUTE_SECONDS
    lately = [row for row in state.table("notifications").records() if row["name"] == name and row["at"] > since]
    if len(lately) >= ROBOT_MINUTE_MAX:
        raise BadPostError(f"a robot takes at most {ROBOT_MINUTE_MAX} messages a minute")


def _shown(row: Record) -> Shown:
    is_robot = row["kind"] == "wecom_robot"
    text = row["body"]["markdown"]["content"] if is_robot else "\n".join(_lines(row["body"]))
    return Shown(f"{beijing(row['at']):%m-%d %H:%M}", row["name"], is_robot, text)


def _lines(body: Record) -> Iterator[str]:
    notices = body.get("notices")
    for notice in notices if isinstance(notices, list) else []:
        if isinstance(notice, dict):
            yield " · ".join(str(notice.get(key, "")) for key in ("event", "campaign", "message"))
