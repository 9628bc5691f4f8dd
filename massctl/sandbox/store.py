"""Keep the world on disk, durable before each answer, shared by every process that opens it.

One SQLite file in write-ahead mode with `synchronous=FULL`. A request is one transaction that begins by
taking the write lock and reading what other processes changed, so two of them never work on different
worlds. Only changed records are written; a version number on each row tells the others what is new.
"""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from massctl.sandbox.tables import COLLECTIONS, State

FILE_NAME = "world.sqlite3"
FORMAT = 1
"""Version of the file; another one is refused."""
_LOCK_SECONDS = 60.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
  collection TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL, version INTEGER NOT NULL, value TEXT,
  PRIMARY KEY (collection, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS record_version ON record (version);
CREATE TABLE IF NOT EXISTS blob (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
"""


class WorldFormatError(Exception):
    """Report a world file that another version of massctl wrote; it was left as it is."""


class Store:
    """Hold one open world file and the state read from it."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        # `isolation_level=None`: the transactions are ours, begun and ended by hand.
        self._db = sqlite3.connect(
            directory / FILE_NAME, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise
        self._version = 0
        self.state = State(self._read_blob)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[State]:
        """Give the current state; what the block changes is durable when the block has ended.

        An exception inside undoes everything that the block did.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            version = self._version
            try:
                self._catch_up()
                version = self._version
                yield self.state
                self._write()
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                self._version = version
                self.state.roll_back()
                raise
            self.state.settle()

    def close(self) -> None:
        """Close the file; nothing is lost by not doing so."""
        with self._lock:
            self._db.close()

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(
                    "INSERT OR IGNORE INTO meta VALUES ('format', ?), ('version', 0), ('position', 0)", (FORMAT,)
                )
                found = self._meta("format")
            finally:
                self._db.execute("COMMIT")
        if found != FORMAT:
            raise WorldFormatError(f"the sandbox's world has format {found}, this massctl knows {FORMAT}")

    def _meta(self, name: str) -> int:
        return int(self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0])

    def _catch_up(self) -> None:
        version = self._meta("version")
        if version == self._version:
            return
        rows = self._db.execute(
            "SELECT collection, key, value FROM record WHERE version > ? ORDER BY position", (self._version,)
        )
        for collection, key, value in rows:
            if collection in COLLECTIONS:
                self.state.table(collection).load(key, None if value is None else json.loads(value))
        self._version = version

    def _write(self) -> None:
        changes = [
            (name, key, record) for name, table in self.state.tables() for key, record in table.changed().items()
        ]
        for sha256, data in self.state.new_blobs.items():
            self._db.execute("INSERT OR IGNORE INTO blob VALUES (?, ?)", (sha256, data))
        self.state.new_blobs.clear()
        if not changes:
            return
        version = self._version + 1
        position = self._meta("position")
        for name, key, record in changes:
            position += 1
            value = None if record is None else json.dumps(record, ensure_ascii=False, separators=(",", ":"))
            self._db.execute(
                "INSERT INTO record VALUES (?, ?, ?, ?, ?) ON CONFLICT (collection, key)"
                " DO UPDATE SET version = excluded.version, value = excluded.value",
                (name, key, position, version, value),
            )
        self._db.execute("UPDATE meta SET value = ? WHERE name = 'version'", (version,))
        self._db.execute("UPDATE meta SET value = ? WHERE name = 'position'", (position,))
        self._version = version

    def _read_blob(self, sha256: str) -> bytes | None:
        with self._lock:
            row = self._db.execute("SELECT data FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else bytes(row[0])
