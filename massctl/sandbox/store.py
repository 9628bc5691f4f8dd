"""Keep the sandbox in one SQLite file: durable before each answer, shared by every process that opens it.

A request is one transaction in write-ahead mode with `synchronous=FULL`. It begins by taking the write lock, so that
two processes never work on different states. Rows are JSON objects, read where they are needed: nothing is kept in
memory between two requests. The clock of the sandbox is a row as well. It can be moved forward, and never runs back.
"""

import base64
import contextlib
import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from massctl.errors import MassctlError
from massctl.model.phrase import Phrase, system_reason

Record: TypeAlias = dict[str, Any]
"""One JSON object."""

BEIJING = timezone(timedelta(hours=8))
"""Quota days and months are Beijing time; inferred, no page says so."""
FILE_NAME = "world.sqlite3"
FOLDER = ".massctl/sandbox"
"""Where a repository keeps it."""
FORMAT = 5
"""Version of the file; another one is refused."""
LASTING = ("accounts", "tags", "settings")
"""The kinds of rows that survive a reset."""
_LOCK_SECONDS = 60.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS row (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, key)
);
CREATE INDEX IF NOT EXISTS row_at ON row (kind, json_extract(value, '$.appid'), json_extract(value, '$.at'));
CREATE TABLE IF NOT EXISTS blob (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL)
"""


class WorldFormatError(MassctlError):
    """Report a file that another version of massctl wrote; it was left as it is."""


class WorldFileError(MassctlError):
    """Report a file that cannot be opened, or that is damaged; it was left as it is."""


class RealPeople:
    """People of real life, by the fingerprints that rows have of them; no row holds an openid."""

    def __init__(self) -> None:
        self.openids: dict[str, str] = {}
        """Their openids, as far as this process was told."""
        self.source: Callable[[str], Iterable[str]] = lambda _: ()
        """Names the people of an account whom this process can tell besides; asked once, and only if somebody reads."""
        self.asked: set[str] = set()


class Transaction:
    """Read and change the rows of the sandbox, each found by its kind and key, in the order of insertion."""

    def __init__(self, db: sqlite3.Connection, real_now: datetime, people: RealPeople) -> None:
        self._db = db
        self.real_now = real_now
        self.people = people

    def get(self, kind: str, key: str) -> Record | None:
        """Return the row under `key`, or None."""
        found = self._db.execute(
            "SELECT value FROM row WHERE kind = ? AND key = ?", (kind, key)
        ).fetchone()
        return None if found is None else json.loads(found[0])

    def items(
        self,
        kind: str,
        /,
        *,
        since: float | None = None,
        until: float | None = None,
        **members: object,
    ) -> list[tuple[str, Record]]:
        """Return keys and rows, oldest first, whose members are equal to `members`.

        `since`, `until`: only rows whose `at` is not earlier than the one, and earlier than the other.
        """
        rows = self._select("key, value", kind, members, since, until)
        return [(key, json.loads(value)) for key, value in rows]

    def find(
        self,
        kind: str,
        /,
        *,
        since: float | None = None,
        until: float | None = None,
        **members: object,
    ) -> list[Record]:
        """Return the same rows without their keys."""
        return [row for _, row in self.items(kind, since=since, until=until, **members)]

    def count(self, kind: str, /, **members: object) -> int:
        """Count the same rows."""
        return int(self._select("count(*)", kind, members)[0][0])

    def _select(
        self,
        what: str,
        kind: str,
        members: Record,
        since: float | None = None,
        until: float | None = None,
    ) -> list[tuple[Any, ...]]:
        conditions = {
            f"json_extract(value, '$.{name}') IS ?": value for name, value in members.items()
        }
        conditions |= {} if since is None else {"json_extract(value, '$.at') >= ?": since}
        conditions |= {} if until is None else {"json_extract(value, '$.at') < ?": until}
        where = " AND ".join(["kind = ?", *conditions])
        values = [kind, *conditions.values()]
        # Names of members stand in the code of this package; only values come from outside.
        query = f"SELECT {what} FROM row WHERE {where} ORDER BY id"  # noqa: S608
        return self._db.execute(query, values).fetchall()

    def put(self, kind: str, key: str, row: Record) -> None:
        """Set the row under `key`."""
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        self._db.execute(
            "INSERT INTO row (kind, key, value) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
            (kind, key, text),
        )

    def delete(self, kind: str, key: str | None = None) -> None:
        """Remove the row under `key`, or every row of the kind."""
        self._db.execute("DELETE FROM row WHERE kind = ? AND ifnull(key = ?, 1)", (kind, key))

    @contextlib.contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Undo what the block did if it raises; earlier changes of the transaction stay."""
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO part")
            self.__dict__.pop("_clock", None)
            raise
        finally:
            self._db.execute("RELEASE part")

    def blob(self, sha256: str) -> bytes | None:
        """Return uploaded bytes, or None where there are none of that digest."""
        found = self._db.execute("SELECT data FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
        return None if found is None else bytes(found[0])

    def put_blob(self, sha256: str, data: bytes) -> None:
        """Keep uploaded bytes under their digest."""
        self._db.execute("INSERT OR IGNORE INTO blob VALUES (?, ?)", (sha256, data))

    def setting(self, name: str) -> Any:
        """Return a setting, or None."""
        return (self.get("settings", "world") or {}).get(name)

    def set_setting(self, name: str, value: object) -> None:
        """Change a setting."""
        self.put("settings", "world", {**(self.get("settings", "world") or {}), name: value})

    def next_number(self, name: str) -> int:
        """Count `name` up and return the new number, from 1."""
        number = int((self.get("counters", name) or {"n": 0})["n"]) + 1
        self.put("counters", name, {"n": number})
        return number

    def new_id(self, kind: str, length: int = 43) -> str:
        """Return a fresh URL-safe id of `length` characters, at most 86, drawn from the seed and a counter."""
        material = f"{self.setting('seed') or 'massctl-sandbox'}\0{kind}\0{self.next_number(kind)}".encode()
        return (
            base64.urlsafe_b64encode(hashlib.sha512(material).digest())
            .decode()
            .rstrip("=")[:length]
        )

    def reset(self) -> None:
        """Forget everything but accounts, tags and settings; the clock shows the real time again.

        The moment joins the seed, so that no id of before means anything afterwards.
        """
        marks = ", ".join("?" for _ in LASTING)
        self._db.execute(f"DELETE FROM row WHERE kind NOT IN ({marks})", LASTING)  # noqa: S608 - question marks
        self._db.execute("DELETE FROM blob")
        self.__dict__.pop("_clock", None)
        for appid, account in self.items("accounts"):
            self.put("accounts", appid, {**account, "aliases": []})
        self.set_setting("seed", f"{self.setting('seed') or ''}+{self.real_now.timestamp():.6f}")

    # The clock

    @property
    def now(self) -> datetime:
        """The sandbox's time: the real one plus what it was moved, never before a time that was seen."""
        clock = self._clock
        return beijing(max(self.real_now.timestamp() + clock["offset"], clock["floor"]))

    @property
    def date(self) -> datetime:
        """The `Date` header of an answer: the machine's time, plus the error that was ordered.

        It does not follow the sandbox's clock: moving that does not change the clocks of the clients.
        """
        return self.real_now + timedelta(seconds=self._clock["date_ahead"])

    def see_now(self) -> datetime:
        """Return the sandbox's time, and never show an earlier one from now on."""
        now = self.now
        self._set_clock(floor=now.timestamp())
        return now

    def advance(self, seconds: float) -> datetime:
        """Move the clock forward by `seconds`, 0 or more, and return the new time."""
        target = self.now + timedelta(seconds=max(seconds, 0.0))
        self._set_clock(
            offset=target.timestamp() - self.real_now.timestamp(), floor=target.timestamp()
        )
        return target

    def set_date(self, ahead_seconds: float) -> None:
        """Let the `Date` of answers be so far ahead of the machine's time; negative: behind."""
        self._set_clock(date_ahead=ahead_seconds)

    @cached_property
    def _clock(self) -> Record:
        return {
            "offset": 0.0,
            "floor": 0.0,
            "date_ahead": 0.0,
            **(self.get("clock", "clock") or {}),
        }

    def _set_clock(self, **members: float) -> None:
        self._clock = {**self._clock, **members}
        self.put("clock", "clock", self._clock)


class Store:
    """One open database file."""

    def __init__(self, directory: Path | None, real_now: Callable[[], datetime]) -> None:
        """Open the file in `directory`; None keeps everything in memory. `real_now` returns an aware datetime.

        Raises WorldFileError or WorldFormatError.
        """
        self._real_now = real_now
        self._lock = threading.RLock()
        self.people = RealPeople()
        try:
            self._open(directory)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(error) from None

    def _open(self, directory: Path | None) -> None:
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
        # `isolation_level=None`: the transactions are ours, begun and ended by hand.
        self._db = sqlite3.connect(
            ":memory:" if directory is None else directory / FILE_NAME,
            timeout=_LOCK_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Make what the block changes durable when the block has ended; an exception inside undoes all of it."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._db, self._real_now(), self.people)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file; nothing is lost by not doing so."""
        with self._lock:
            self._db.close()

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", (FORMAT,))
            (found,) = self._db.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
        finally:
            self._db.execute("COMMIT")
        if found != FORMAT:
            told = Phrase(
                "another version of massctl wrote the sandbox of this repository; it was left as it is"
            )
            hint = Phrase(
                "delete it, with the ledger of its rehearsals: {command}", command=f"rm -r {FOLDER}"
            )
            raise WorldFormatError(told, hint=hint)


def _unusable(error: OSError | sqlite3.Error) -> WorldFileError:
    """Return what is wrong with the file, and what to do about it."""
    damaged = getattr(error, "sqlite_errorcode", None) in (
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CORRUPT,
    )
    hint = Phrase(
        "make this folder writable for you, then run the same command again: {folder}",
        folder=FOLDER,
    )
    if damaged:
        hint = Phrase(
            "delete it, with the ledger of its rehearsals: {command}", command=f"rm -r {FOLDER}"
        )
    why = system_reason(error) if isinstance(error, OSError) else str(error)
    return WorldFileError(
        Phrase("the sandbox of this repository cannot be opened"),
        Phrase("{file}: {why}. Nothing was sent.", file=f"{FOLDER}/{FILE_NAME}", why=why),
        hint,
    )


def beijing(seconds: float) -> datetime:
    """Return the Beijing time of a stored moment, in seconds since 1970."""
    return datetime.fromtimestamp(seconds, BEIJING)


def day_start(moment: datetime) -> datetime:
    """Return the beginning of the Beijing day."""
    return moment.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(moment: datetime) -> datetime:
    """Return the beginning of the Beijing month."""
    return day_start(moment).replace(day=1)


def digest_of(value: object) -> str:
    """Return the SHA-256 (hex) of a JSON value, keys sorted."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
