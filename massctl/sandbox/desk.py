"""Give a request's handler what it works with: the state, the account, the time."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from massctl.sandbox import identity
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record, State, Table


@dataclass
class Desk:
    """Carry one request of one account through the world."""

    state: State
    account: Record
    """The caller's account; empty for calls that need no token."""
    now: datetime
    path: str = ""

    @property
    def appid(self) -> str:
        """Return the caller's appid."""
        return str(self.account["appid"])

    @property
    def at(self) -> float:
        """Return the world's time in seconds since 1970."""
        return self.now.timestamp()

    def table(self, name: str) -> Table:
        """Return one table of the state."""
        return self.state.table(name)

    def own(self, name: str, key: object) -> Record | None:
        """Return the record under `key` if it belongs to the caller's account."""
        record = self.table(name).get(key) if isinstance(key, str) else None
        return record if record is not None and record["appid"] == self.appid else None

    def violation(self, kind: str, **detail: Any) -> None:
        """Note a thing that a good client does not do; the answer is not changed by it."""
        number = identity.next_number(self.state, "violation")
        record = {"kind": kind, "path": self.path, "at": self.at, **detail}
        self.table("violations").put(f"{number:06d}", record)

    def assume(self, kind: str, name: str) -> None:
        """Note once what was taken for true because nobody declared it."""
        self.table("assumed").put(f"{self.appid}|{kind}|{name}", {"appid": self.appid, "kind": kind, "id": name})


def digest_of(value: object) -> str:
    """Return the SHA-256 (hex) of a JSON value, keys sorted."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def integer(value: object, low: int, high: int, errcode: int = 40097) -> int:
    """Read an integer between `low` and `high`; digits in a string pass, as with WeChat. Else refuse."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Refusal(errcode)
    return value


def flag(value: object) -> int:
    """Read a 0/1 member (absent: 0); anything else, `true` and `false` too, is refused with 40097."""
    return 0 if value is None else integer(value, 0, 1)
