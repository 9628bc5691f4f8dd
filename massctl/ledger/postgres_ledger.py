"""The PostgreSQL backend: one row a line, and the primary key (lineage, serial) lets one writer win each serial.

An append is one insert, and no lock is relied on: the insert asks for the line that it follows, and a row that is there
already refuses it. Each append has a nonce. An insert whose answer was lost is looked up: our nonce is there, or
another one, or none. Only where none is there, the same rows are inserted once more, and whichever of the two arrives
first, the primary key refuses the other.

Rows are never changed or deleted. A ledger that is put aside ends with an empty line, at the serial that another writer
would have taken, and the newest row of `massctl_ledgers` names the one in force.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, LiteralString

from massctl.errors import LedgerError, LedgerUnreachableError, LedgerUntrustedError
from massctl.extras import install_command
from massctl.ledger import LEDGER_FILE, NEW_LINEAGE
from massctl.ledger.archive import ARCHIVE_BYTES_MAX, Contents
from massctl.ledger.backend import Backend
from massctl.ledger.chained_ledger import ChainedLedger, Lines, stale
from massctl.ledger.codec import BEGIN, End
from massctl.ledger.local_file import aside_name
from massctl.ledger.signature import UNSIGNED, LedgerKeys, trailer_line, trailer_of
from massctl.ledger.snapshot_objects import SnapshotTable
from massctl.ledger.statistics import StatisticsFiles
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId
from massctl.model.phrase import A_FILE, Command, Phrase

if TYPE_CHECKING:
    from massctl.ledger.postgres_connection import Database, Statement

PAUSE_SECONDS = (0.5, 2.0, 5.0)
"""Before each further look for rows whose answer was lost."""
PAGE_ROWS = 4096
"""Read by one query: a ledger is never held whole."""
INSERTED_ROWS = 5_000
"""By one statement."""
CALL_SECONDS = 60
"""So long one statement may take, with a connection that has to be made again."""
_APPEND: LiteralString = """
INSERT INTO massctl_ledger (lineage, serial, line, nonce)
SELECT %s, given.serial, given.line, %s FROM unnest(%s::bigint[], %s::bytea[]) AS given (serial, line)
WHERE %s = 0 OR EXISTS (SELECT FROM massctl_ledger WHERE lineage = %s AND serial = %s AND sha256(line) = %s)
ORDER BY given.serial"""
_END: LiteralString = (
    "INSERT INTO massctl_ledger (lineage, serial, line, nonce) VALUES (%s, %s, '', %s)"
)
"""Where a ledger is put aside: nobody can append to it any more."""
_PUT_IN_FORCE: LiteralString = (
    "INSERT INTO massctl_ledgers (number, lineage, aside, nonce) VALUES (%s, %s, %s, %s)"
)
_IN_FORCE: LiteralString = """
SELECT number, lineage, coalesce((SELECT max(serial) FROM massctl_ledger WHERE lineage = ledgers.lineage), 0)
FROM massctl_ledgers AS ledgers ORDER BY number DESC LIMIT 1"""
_PAGE: LiteralString = """
SELECT line FROM massctl_ledger WHERE lineage = %s AND serial > %s AND serial <= %s AND line <> '' ORDER BY serial"""
_DIGEST: LiteralString = (
    "SELECT sha256(line) FROM massctl_ledger WHERE lineage = %s AND serial = %s"
)
_NONCE: LiteralString = "SELECT nonce FROM massctl_ledger WHERE lineage = %s AND serial = %s"
_NONCE_IN_FORCE: LiteralString = "SELECT nonce FROM massctl_ledgers WHERE number = %s"
_FLOOR: LiteralString = "SELECT serial, line FROM massctl_floor WHERE lineage = %s"

_RIGHTS: LiteralString = (
    "SELECT has_table_privilege('massctl_ledger', 'INSERT'), "
    "(SELECT bool_or(has_table_privilege(name, 'UPDATE, DELETE, TRUNCATE')) "
    "FROM unnest(ARRAY['massctl_ledger', 'massctl_ledgers', 'massctl_floor']) AS tables (name)), "
    "coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), "
    "current_setting('synchronous_standby_names') <> '', "
    "EXISTS (SELECT FROM pg_stat_replication)"
)


class _Place(Frozen):
    """The ledger in force, as it was read last."""

    number: int = 0
    name: str | None = None
    """Its `lineage` in the table; a copy that took the place of another one has a number behind it."""
    last: int = 0
    """The serial of its newest row."""


class _Append(Frozen):
    """Rows that were inserted, and nobody heard whether they arrived."""

    place: _Place
    after: End
    """They were to be the first ones behind it."""
    nonce: bytes
    lines: Sequence[bytes]


class PostgresStore:
    """Implements `massctl.ledger.chained_ledger.Store` on a table."""

    takes_durable_only: Final = True

    def __init__(self, database: "Database", sleep: Callable[[float], None] = time.sleep) -> None:
        self.database: Final = database
        self.where: Final = database.where
        self._sleep = sleep
        self._place = _Place()
        self._on_the_way: list[_Append] = []

    def read(self, since: End | None) -> Lines:
        """See `Store`; what is read comes page by page."""
        self._place, arrived = self._in_force(), self._arrived()
        place = self._place
        if place.name is None:
            return Lines(None, arrived=arrived)
        if since is not None and self._has(place.name, since):
            return Lines(self._pieces(place, since.serial), since, arrived)
        return Lines(self._pieces(place), arrived=arrived)

    def append(self, after: End, lines: Sequence[bytes], *, durable: bool) -> None:
        """See `Store`; what is inserted is durable."""
        if not lines:
            return
        nonce = os.urandom(16)
        if after.serial:
            self._settle([], _Append(self._place, after, nonce, lines))
            return
        self._place = self._in_force()
        if self._place.name is not None:
            raise stale(0)
        place = _Place(self._place.number + 1, self._free_name(lines[0]))
        first = (_PUT_IN_FORCE, [place.number, place.name, None, nonce])
        self._settle([first], _Append(place, after, nonce, lines))

    def data(self) -> bytes | None:
        """See `Store`."""
        self._place = self._in_force()
        return None if self._place.name is None else b"".join(self._pieces(self._place))

    def replace(self, data: bytes | None, now: datetime, expected: bytes | None) -> str | None:
        """See `Store`; the old ledger stays in the table, and ends with an empty line."""
        if self.data() != expected:
            raise stale(expected.count(b"\n") if expected else 0)
        old, lines, nonce = self._place, (data or b"").splitlines(), os.urandom(16)
        if old.name is None and not lines:
            return None
        aside, statements = None, []
        if old.name is not None:
            taken = {name for (name,) in self.database.rows("SELECT aside FROM massctl_ledgers")}
            aside = aside_name(LEDGER_FILE, now, taken.__contains__)
            statements.append((_END, [old.name, old.last + 1, nonce]))
        place = _Place(old.number + 1, self._free_name(lines[0]) if lines else None)
        statements.append((_PUT_IN_FORCE, [place.number, place.name, aside, nonce]))
        self._settle(statements, _Append(place, BEGIN, nonce, lines))
        return aside

    def floor(self, lineage: str) -> tuple[int, bytes] | None:
        """Return the newest signed line that a lineage ever had, and its serial."""
        found = self.database.rows(_FLOOR, [lineage])
        return (found[0][0], found[0][1]) if found else None

    def _in_force(self) -> _Place:
        found = self.database.rows(_IN_FORCE)
        return _Place(*found[0]) if found else _Place()

    def _has(self, name: str, end: End) -> bool:
        """Whether a ledger has a line where it was read last."""
        return self.database.rows(_DIGEST, [name, end.serial]) == [(_raw_digest(end),)]

    def _pieces(self, place: _Place, serial: int = 0) -> Iterator[bytes]:
        """Give the lines behind a serial, page by page. Serials follow each other, or the chain shows the gap."""
        if place.last <= serial:
            yield b""
        for start in range(serial, place.last, PAGE_ROWS):
            stop = min(start + PAGE_ROWS, place.last)
            rows = self.database.rows(_PAGE, [place.name, start, stop])
            yield b"".join(line + b"\n" for (line,) in rows)

    def _free_name(self, line: bytes) -> str:
        """Name a new ledger after its lineage, with a number behind it if there was one of that lineage."""
        lineage = str(json.loads(line)["lineage"])
        taken = self.database.rows("SELECT FROM massctl_ledgers WHERE lineage = %s", [lineage])
        return f"{lineage}-{self._place.number + 1}" if taken else lineage

    def _settle(self, first: "Sequence[Statement]", due: _Append) -> None:
        """Insert rows, behind other statements, until they are known to be there or not, or nobody can say.

        Raises LedgerStaleError if others were first.
        """
        statements = [*first, *_insertions(due)]
        self._on_the_way.append(due)
        is_written = self._is_written(statements, due)
        for pause in PAUSE_SECONDS:
            if is_written:
                break
            self._sleep(pause)
            try:
                is_written = self._is_written(statements, due)
            except LedgerUnreachableError:
                break  # What was asked before may still arrive.
        if not is_written:
            raise self._nobody_knows()
        self._place = due.place
        self._on_the_way.clear()  # Their serials are taken: none of them can arrive any more.

    def _is_written(self, statements: "Sequence[Statement]", due: _Append) -> bool:
        """Insert once; False if nobody heard whether it was done, and nothing is there. Raises LedgerStaleError."""
        from massctl.ledger.postgres_connection import AnswerLost

        is_lost = False
        try:
            if self.database.write(statements):
                return True
        except AnswerLost:
            is_lost = True
        try:
            found = self._nonce_at(due)
        except LedgerUnreachableError:
            raise self._nobody_knows() from None
        if found is None and is_lost:
            return False
        if found != due.nonce:
            self._on_the_way.remove(due)
            raise stale(due.after.serial)
        return True

    def _nonce_at(self, due: _Append) -> bytes | None:
        """Return the nonce of whoever wrote where rows are due; None if nobody did."""
        if due.after.serial:
            found = self.database.rows(_NONCE, [due.place.name, due.after.serial + 1])
        else:
            found = self.database.rows(_NONCE_IN_FORCE, [due.place.number])
        return bytes(found[0][0]) if found else None

    def _arrived(self) -> frozenset[bytes]:
        """Return the lines that arrived without an answer, and forget those that cannot arrive any more."""
        found = [(each, self._nonce_at(each)) for each in self._on_the_way]
        self._on_the_way = [each for each, nonce in found if nonce is None]
        arrived = [each for each, nonce in found if nonce == each.nonce]
        return frozenset(line for each in arrived for line in each.lines)

    def _nobody_knows(self) -> LedgerUnreachableError:
        return LedgerUnreachableError(
            Phrase("nobody knows whether the last entry reached {place}", place=self.where),
            Phrase("The database did not answer. Nothing that depends on this entry was done."),
            Phrase("run the same command again: it reads the ledger first, and finds what arrived"),
        )


def tables_sql() -> str:
    """Return what makes the tables and roles, and says who may do what."""
    return (files("massctl.ledger") / "postgres_tables.sql").read_text("utf-8")


def _insertions(due: _Append) -> "Iterator[Statement]":
    """Make the statements that insert lines; each asks for the line before its first one."""
    after, name = due.after, due.place.name
    for start in range(0, len(due.lines), INSERTED_ROWS):
        lines = due.lines[start : start + INSERTED_ROWS]
        serials = list(range(after.serial + 1, after.serial + 1 + len(lines)))
        found = [after.serial, name, after.serial, _raw_digest(after)]
        yield _APPEND, [name, due.nonce, serials, list(lines), *found]
        after = after.after(lines)


def _raw_digest(end: End) -> bytes:
    """Return the digest of a line as the server computes it."""
    return bytes.fromhex(end.digest.partition(":")[2])


class PostgresLedger(ChainedLedger):
    """The ledger in a table; `locks` is a folder for what this machine notes of it."""

    def __init__(self, store: PostgresStore, locks: Path, keys: LedgerKeys = UNSIGNED) -> None:
        super().__init__(store, locks, keys)
        self._table: Final = store

    def require_floor(self, end: End) -> None:
        """Raise LedgerUntrustedError where `end` comes before the newest signed line that the lineage ever had."""
        lineage = end.signing.lineage
        known = self._table.floor(lineage) if self.keys.public and lineage else None
        trailer = trailer_of(trailer_line(known[1], known[0]) or "") if known is not None else None
        if trailer is None or trailer.serial <= end.serial:
            return
        if not self.keys.is_signed(end.signing, trailer):
            return  # Whoever may insert wrote it without the key, and the ledger does not have it.
        self.forget()
        raise LedgerUntrustedError(
            Phrase("the ledger in {place} was cut, or replaced by an older one", place=self.where),
            Phrase(
                "It ends with entry {serial}, but the database had a signed entry {floor}. Nothing was sent and "
                "nothing was changed.",
                serial=end.serial,
                floor=trailer.serial,
            ),
            Phrase(
                "restore a newer backup of the database, and find out who changed its tables; or {command}   "
                "restores a copy that has that entry",
                command=Command("state restore", A_FILE),
            ),
        )


class PostgresArchive(Contents):
    """A table of files with names."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def _bytes(self, name: str) -> bytes | None:
        return next(iter(self._read_all([name])))

    def _read_all(self, names: Sequence[str]) -> Sequence[bytes | None]:
        query: LiteralString = (
            "SELECT name, data FROM massctl_contents WHERE name = ANY(%s) AND length(data) <= %s"
        )
        try:
            found = dict(self._database.rows(query, [list(names), ARCHIVE_BYTES_MAX]))
        except LedgerError:
            found = {}
        return [found.get(name) for name in names]

    def _write(self, name: str, data: bytes) -> None:
        self._database.insert(
            "INSERT INTO massctl_contents (name, data) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [name, data],
        )

    def names(self) -> Sequence[str]:
        """See `Contents.names`."""
        return [
            name
            for (name,) in self._database.rows("SELECT name FROM massctl_contents ORDER BY name")
        ]


class PostgresStatistics(StatisticsFiles):
    """A table of lines, each with the name of its file."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def _names(self, appid: AppId) -> Sequence[str]:
        query: LiteralString = "SELECT DISTINCT file FROM massctl_statistics WHERE appid = %s"
        return [name for (name,) in self._database.rows(query, [appid])]

    def _lines(self, appid: AppId, names: Sequence[str]) -> Iterable[bytes]:
        query: LiteralString = (
            "SELECT line FROM massctl_statistics WHERE appid = %s AND file = %s ORDER BY number"
        )
        for name in names:
            for (line,) in self._database.rows(query, [appid, name]):
                yield line.encode()

    def _append(self, appid: AppId, lines: Mapping[str, Sequence[str]]) -> None:
        query: LiteralString = (
            "INSERT INTO massctl_statistics (appid, file, line) "
            "SELECT %s, %s, line FROM unnest(%s::text[]) WITH ORDINALITY AS given (line, number) ORDER BY number"
        )
        for name, each in lines.items():
            self._database.insert(query, [appid, name, list(each)])


class PostgresBackend(Backend):
    """The ledger in a database, which every machine reads and writes."""

    append_max = timedelta(seconds=2 * (len(PAUSE_SECONDS) + 1) * CALL_SECONDS + sum(PAUSE_SECONDS))
    """Each insert may be followed by a look."""
    poll_seconds = (1.0, 60.0)
    forged_hint = Phrase(
        "find out who may insert into {table}, and restore the ledger as it was before; or {command}   shows what can "
        "be kept",
        table="massctl_ledger",
        command=Command("state repair"),
    )

    @property
    def where(self) -> str:
        """See `Backend.where`: the variable, never what it holds."""
        return f"postgres:{self.site.state.dsn_env}"

    @cached_property
    def database(self) -> "Database":
        """Return the database; raises a LedgerError where the variable or the package is missing."""
        name = self.site.state.dsn_env
        dsn = self.site.environment.get(name, "").strip()
        if not dsn:
            raise LedgerUnreachableError(
                Phrase("the ledger is in PostgreSQL, and {name} is not set", name=name),
                Phrase("It says where the database is. Nothing was done."),
                Phrase("export {name}=postgresql://USER:PASSWORD@HOST/DATABASE", name=name),
            )
        try:
            from massctl.ledger.postgres_connection import open_database
        except ImportError:
            raise LedgerError(
                Phrase("a ledger in PostgreSQL needs a package that is not installed"),
                Phrase("Nothing was done."),
                install_command("postgres"),
            ) from None
        return open_database(name, dsn)

    def _open(self) -> PostgresLedger:
        return PostgresLedger(PostgresStore(self.database), self.site.locks, self.keys)

    def tables(self) -> str:
        """See `Backend.tables`."""
        return tables_sql()

    def prepare(self) -> None:
        """See `Backend.prepare`: makes the tables, if this role may."""
        self.database.make_tables(tables_sql())

    def archive(self) -> PostgresArchive:
        """See `Backend.archive`: a table beside the ledger's."""
        return PostgresArchive(self.database)

    def statistics(self) -> PostgresStatistics:
        """See `Backend.statistics`: a table beside the ledger's."""
        return PostgresStatistics(self.database)

    def snapshots(self) -> SnapshotTable:
        """See `Backend.snapshots`: a table beside the ledger's."""
        return SnapshotTable(self.database)

    def missing_hint(self) -> Phrase:
        """See `Backend.missing_hint`."""
        return Phrase(
            "git pull   first, because the ledger may have been moved; otherwise {name} names another database, or its "
            "tables were emptied: restore the newest backup; without it nobody knows what was sent; if it is lost for "
            "good: {command}",
            name=self.site.state.dsn_env,
            command=NEW_LINEAGE,
        )

    def write_check(self) -> Phrase:
        """See `Backend.write_check`."""
        inserts, changes, is_encrypted, is_confirmed, is_copied = self.database.rows(_RIGHTS)[0]
        if not inserts:
            raise LedgerError(
                Phrase(
                    "this role may read the ledger in {place}, and not write it", place=self.where
                ),
                Phrase("Nothing was changed."),
                Phrase("GRANT massctl_sender TO the role that sends"),
            )
        rights = Phrase(
            "{place} can be read and written, and nobody changes what is there", place=self.where
        )
        if changes:
            rights = Phrase(
                "{place} can be read and written; this role may change or delete what is there: send as one that is "
                "only a member of {role}",
                place=self.where,
                role="massctl_sender",
            )
        way = Phrase("the connection stays on this machine")
        if is_encrypted:
            way = Phrase("the connection is encrypted")
        standby = Phrase("no standby is connected")
        if is_confirmed:
            standby = Phrase("a standby confirms each entry")
        elif is_copied:
            standby = Phrase(
                "after a failover the standby may lack the newest entries: set {name} in the server",
                name="synchronous_standby_names",
            )
        more = Phrase("{first}; {second}", first=way, second=standby)
        return Phrase("{first}; {second}", first=rights, second=more)
