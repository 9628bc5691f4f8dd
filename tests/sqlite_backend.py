"""Another kind of place, which massctl does not have: the ledger as rows of a SQLite database.

Together with its row of `BACKENDS` this module is all that a kind needs. CONTRIBUTING.md leads through it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from massctl.errors import LedgerError
from massctl.ledger import LEDGER_FILE
from massctl.ledger.backend import Backend
from massctl.ledger.chained_ledger import ChainedLedger, Lines, stale
from massctl.ledger.codec import BEGIN, End, chain_digest
from massctl.ledger.local_file import aside_name
from massctl.model.phrase import Phrase

DATABASE = "massctl.state.sqlite"
TABLE = LEDGER_FILE
CREATE = f'CREATE TABLE IF NOT EXISTS "{TABLE}" (line BLOB)'
INSERT = f'INSERT INTO "{TABLE}" (line) VALUES (?)'


class SqliteStore:
    """Implements `massctl.ledger.chained_ledger.Store`: one row a line, and an append is one transaction."""

    where = DATABASE
    takes_durable_only = True

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, since: End | None) -> Lines:
        lines = self._lines()
        if not lines:
            return Lines(None)
        known = since is not None and 0 < since.serial <= len(lines)
        if since is None or not known or chain_digest(lines[since.serial - 1]) != since.digest:
            since = BEGIN
        return Lines([b"".join(line + b"\n" for line in lines[since.serial :])], since)

    def append(self, after: End, lines: Sequence[bytes], *, durable: bool) -> None:
        with self._transaction() as database:
            there = _lines_in(database)
            if len(there) != after.serial or (there and chain_digest(there[-1]) != after.digest):
                raise stale(after.serial)
            database.executemany(INSERT, [(line,) for line in lines])

    def data(self) -> bytes | None:
        return b"".join(line + b"\n" for line in self._lines()) or None

    def replace(self, data: bytes | None, now: datetime, expected: bytes | None) -> str | None:
        with self._transaction() as database:
            there = _lines_in(database)
            if b"".join(line + b"\n" for line in there) != (expected or b""):
                raise stale(len(there))
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            aside = aside_name(TABLE, now, tables.__contains__) if there else None
            if aside is not None:
                database.execute(f'ALTER TABLE "{TABLE}" RENAME TO "{aside}"')
                database.execute(CREATE)
            database.executemany(INSERT, [(line,) for line in (data or b"").splitlines()])
        return aside

    def _lines(self) -> list[bytes]:
        if not self._path.exists():
            return []
        with self._transaction() as database:
            return _lines_in(database)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
                database.execute(CREATE)
                yield database
                database.execute("COMMIT")
        except sqlite3.Error as error:
            raise LedgerError(
                Phrase("the ledger's database cannot be used"),
                f"{self.where}: {error}. Nothing that depends on it was done.",
                Phrase("run the same command again"),
            ) from None


def _lines_in(database: sqlite3.Connection) -> list[bytes]:
    return [line for (line,) in database.execute(f'SELECT line FROM "{TABLE}" ORDER BY rowid')]


class SqliteBackend(Backend):
    """The ledger in a database that every machine reaches."""

    where = DATABASE
    append_max = timedelta(seconds=5)
    poll_seconds = (1.0, 60.0)

    def _open(self) -> ChainedLedger:
        return ChainedLedger(SqliteStore(self.site.folder / DATABASE), self.site.locks, self.keys)
