"""Describe one call of WeChat's API and its answer, and how WeChat refuses: an errcode, a text, a request id.

A handler is a function of a `Request` under `@get` or `@post`, which enter it in `CALLS` with its limits.
"""

import hashlib
import io
import json
import re
import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeAlias

import werkzeug
from msgspec import Struct
from werkzeug.datastructures import FileStorage

from massctl.sandbox.accounts import Account
from massctl.sandbox.store import Record, Transaction

OK: Record = {"errcode": 0, "errmsg": "ok"}
"""The answer of a call that returns nothing else."""
UNLISTED = 100_000
"""A generous limit for calls whose number the documentation does not give."""
BODY_BYTES_MAX = 32 * 1024 * 1024
"""A request body above this is not read; far above every limit of WeChat."""
# A backslash-u escape whose backslash is not itself escaped.
_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9a-fA-F]{4})")
# What JSON has no other spelling for: control characters must be escaped, so these are nobody's fault.
_FIRST_PRINTABLE = 0x20
_FILENAME = re.compile(r'[;\s]filename="([^"]+)"|[;\s]filename=([^\s;"]+)', re.IGNORECASE)

_FILE = Path(__file__).with_name("errmsgs.toml")
TEXTS = {
    int(code): words for code, words in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()
}
"""The text of each refusal."""


class Refusal(Exception):  # noqa: N818 - not an error of ours, an answer of WeChat's
    """Stop a call with WeChat's `errcode`; `members` join the answer's JSON, `status` is HTTP's."""

    def __init__(
        self, errcode: int, text: str | None = None, *, status: int = 200, **members: Any
    ) -> None:
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode
        self.text = TEXTS[errcode] if text is None else text
        self.status = status
        self.members = members


class Reply(werkzeug.Response):
    """One answer, and what happens to it on its way."""

    errcode = 0
    is_cut = False
    """The connection is cut in place of the answer."""
    delay_seconds = 0.0

    @classmethod
    def of(cls, record: Record, status: int = 200) -> "Reply":
        """Answer with JSON in raw UTF-8."""
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        reply = cls(text, status, content_type="application/json; encoding=utf-8")
        reply.errcode = int(record.get("errcode", 0))
        return reply


class Request(werkzeug.Request):
    """One call as it arrived, with the rows that answer it and, once its token is known, its account."""

    max_content_length = BODY_BYTES_MAX
    max_form_memory_size = None
    db: Transaction
    account: Account
    now: datetime

    def begin(self, db: Transaction, account: Account | None = None) -> "Request":
        """Answer from the rows of `db`, at its time."""
        self.db, self.now = db, db.now
        if account is not None:
            self.account = account
        return self

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        """Keep an uploaded file in memory: nobody closes a temporary one."""
        return io.BytesIO()

    @property
    def appid(self) -> str:
        """Return the caller's appid."""
        return self.account.appid

    @property
    def at(self) -> float:
        """Return the sandbox's time in seconds since 1970."""
        return self.now.timestamp()

    @property
    def is_escaped(self) -> bool:
        """Return whether the body spells printable characters as backslash-u escapes."""
        text = (
            ""
            if self.mimetype.startswith("multipart/")
            else self.get_data().decode("utf-8", errors="replace")
        )
        return any(int(found[2], 16) >= _FIRST_PRINTABLE for found in _ESCAPE.finditer(text))

    @property
    def media(self) -> FileStorage | None:
        """Return the uploaded file that WeChat would find; None without one.

        It is called `media` and carries a plain ASCII `filename=`: a part with only the RFC 5987 form `filename*=`,
        which HTTP libraries write for Chinese names, is not seen at all (reported by two SDKs).
        """
        for file in self.files.getlist("media"):
            named = _FILENAME.search(file.headers.get("Content-Disposition", ""))
            if named and (named[1] or named[2]).isascii():
                return file
        return None

    def record(self) -> Record:
        """Read the body as a JSON object the way WeChat does: an escape stays six characters of text.

        Refuses with 44002 (empty), 47001 (not UTF-8, not JSON, not an object).
        """
        if not self.get_data().strip():
            raise Refusal(44002)
        try:
            value = json.loads(_ESCAPE.sub(_as_text, self.get_data().decode("utf-8")))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
            raise Refusal(47001) from None
        if not isinstance(value, dict):
            raise Refusal(47001)
        return value

    def own(self, kind: str, key: object) -> Record | None:
        """Return the row under `key` if it belongs to the caller's account."""
        row = self.db.get(kind, key) if isinstance(key, str) else None
        return row if row is not None and row["appid"] == self.appid else None

    def change_account(self, **members: object) -> None:
        """Change members of the caller's account."""
        self.account = self.account.changed(self.db, **members)

    def violation(self, kind: str, **detail: Any) -> None:
        """Record something that a correct client does not do; the answer stays the same."""
        row = {"kind": kind, "path": self.path, "at": self.at, **detail}
        self.db.put("violations", f"{self.db.next_number('violation'):06d}", row)

    def assume(self, kind: str, name: str) -> None:
        """Record once what the sandbox assumes because nobody declared it."""
        self.db.put(
            "assumed",
            f"{self.appid}|{kind}|{name}",
            {"appid": self.appid, "kind": kind, "id": name},
        )


Handler: TypeAlias = Callable[[Request], Record | Reply]
"""Answers one call of the API."""


class Call(Struct, frozen=True):
    """One call of the API that the sandbox answers."""

    method: str
    handler: Handler
    daily: int = UNLISTED
    """How often an account may make it in a Beijing day (45009)."""
    minute: int | None = None
    """How often in a minute (45011)."""
    counted_as: str = ""
    """The path whose limits it shares; else its own."""
    has_token: bool = True


CALLS: dict[str, Call] = {}
"""Every call that the sandbox answers, by its path."""


def get(path: str, **limits: Any) -> Callable[[Handler], Handler]:
    """Let the function below answer GET of a path, behind /cgi-bin/ or whole; `limits` are members of `Call`."""
    return _entered("GET", path, limits)


def post(path: str, **limits: Any) -> Callable[[Handler], Handler]:
    """Let the function below answer POST likewise."""
    return _entered("POST", path, limits)


def _entered(method: str, path: str, limits: Record) -> Callable[[Handler], Handler]:
    whole = path if path.startswith("/") else f"/cgi-bin/{path}"

    def enter(handler: Handler) -> Handler:
        path_known = CALLS.get(whole)
        methods = f"{path_known.method} {method}" if path_known else method
        CALLS[whole] = Call(methods, handler, **{"counted_as": whole, **limits})
        return handler

    return enter


def refused(db: Transaction, refusal: Refusal) -> Reply:
    """Return the answer of a refusal: its text ends in a request id, three groups of hex digits."""
    digest = hashlib.sha256(db.new_id("rid").encode()).hexdigest()
    rid = f"{int(db.now.timestamp()):08x}-{digest[:8]}-{digest[8:16]}"
    return Reply.of(
        {"errcode": refusal.errcode, "errmsg": f"{refusal.text} rid: {rid}", **refusal.members},
        refusal.status,
    )


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


def text(value: object, errcode: int = 40097) -> str:
    """Read a text; absent and null are the empty one."""
    if value is not None and not isinstance(value, str):
        raise Refusal(errcode)
    return value or ""


def listing(
    given: Record, rows: list[Record], shown: Callable[[Record], Record], count: int | None = None
) -> Record:
    """Answer with one page of `rows`, newest first: `offset`, and `count` from 1 to 20."""
    start = integer(given.get("offset", 0), 0, 10**9)
    page = rows[::-1][start : start + integer(given.get("count", count), 1, 20)]
    return {"item": [shown(row) for row in page], "total_count": len(rows), "item_count": len(page)}


def _as_text(found: re.Match[str]) -> str:
    if int(found[2], 16) < _FIRST_PRINTABLE:
        return found[0]
    return f"{found[1]}\\\\u{found[2]}"
