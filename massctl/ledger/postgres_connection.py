"""A connection to PostgreSQL: one a thread, verified, bounded in time, and made again when it is lost.

Nothing here shows the DSN, or a host, a user or a password of it: an error says only what the server or the library
complained about. What was read is read again over a new connection. What was written and got no answer is `AnswerLost`:
whoever wrote it looks it up.
"""

import ipaddress
import logging
import re
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import Transaction, errors, pq
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict

from massctl.errors import (
    LedgerError,
    LedgerFutureVersionError,
    LedgerMissingError,
    LedgerUnreachableError,
)
from massctl.model.phrase import Command, Phrase
from massctl.model.secrets import register, without_secrets

VERSION = 1
"""Of the tables; `postgres_tables.sql` makes them."""
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 10
"""So long the server works on one statement."""
ANSWER_SECONDS = 15
"""So long an answer is waited for: the way there may be cut without a word."""
PAUSE_SECONDS = (0.5, 2.0, 5.0)
"""Before each further attempt, while a server is down or another one takes its place."""
_HIDDEN_CHARS_MIN = 3
"""A shorter name would be found within words."""
_DEFAULTS: Final[Mapping[str, Any]] = {
    "application_name": "massctl",
    "client_encoding": "utf8",
    "connect_timeout": CONNECT_SECONDS,
    "gssencmode": "disable",  # Else it would be taken in place of TLS.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "target_session_attrs": "read-write",
}
"""What a DSN may say otherwise."""
_SESSION: Final[LiteralString] = (
    f"SET statement_timeout = '{STATEMENT_SECONDS}s'; "
    "SET default_transaction_isolation = 'read committed'; "
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
_OWN_ROOTS = Path("~/.postgresql/root.crt")
"""Where the library itself looks for authorities."""
_SETUP = Command("state init", "--sql")
Statement = tuple[LiteralString, Sequence[object]]


class TablesMissingError(LedgerMissingError):
    """Report a database without tables; nothing was done."""


class AnswerLost(Exception):  # noqa: N818 - it is no error: what was written may be there
    """The connection ended before the server said whether something was written."""


# What it logs of a connection names the host and the user.
logging.getLogger("psycopg").addHandler(logging.NullHandler())
logging.getLogger("psycopg").propagate = False


class _Connection(psycopg.Connection[Any]):
    """One that does not wait for ever."""

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or ANSWER_SECONDS)
        except errors.OperationalError as error:
            if error.sqlstate is None:  # The server did not say it.
                self.pgconn.finish()  # What comes now is no answer to what is asked next.
            raise


class Database:
    """One database, by the name of the variable that says where it is, over one connection."""

    def __init__(self, name: str, dsn: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """Read the DSN; raises LedgerError for one that cannot be used. Nothing is asked yet."""
        self.where: Final = f"postgres:{name}"
        self._name = name
        self._parameters = _parameters(name, dsn)
        self._sleep: Final = sleep
        self._lock: Final = threading.RLock()
        """A transaction is one thread's."""
        self._connection: _Connection | None = None
        self._is_checked = False

    def rows(self, query: LiteralString, parameters: Sequence[object] = ()) -> list[Any]:
        """Return what a query finds; asked once more over a new connection where one is lost."""
        for is_last in (False, True):
            with self._lock, self._told():
                connection = self.connected()
                try:
                    return connection.execute(query, parameters, binary=True).fetchall()
                except errors.OperationalError:
                    if is_last or not connection.closed:
                        raise
        raise AssertionError

    def write(self, statements: Sequence[Statement]) -> bool:
        """Execute statements as one transaction; return False if a row was there first, or the last one wrote none.

        Raises AnswerLost where nobody knows, and a LedgerError where nothing was written.
        """
        with self._lock, self._told():
            connection = self.connected()
            try:
                if len(statements) == 1:
                    return _executed(connection, statements[0])
                return _executed_together(connection, statements)
            except errors.IntegrityError:
                return False
            except errors.OperationalError:
                if connection.closed:
                    raise AnswerLost from None
                raise

    def insert(self, statement: LiteralString, parameters: Sequence[object]) -> None:
        """Insert what may be there twice; raises LedgerUnreachableError if nobody knows whether it is there."""
        self.settle([(statement, parameters)])

    def settle(self, statements: Sequence[Statement]) -> None:
        """Execute together what may be done already; raises LedgerUnreachableError if nobody knows whether it is."""
        try:
            self.write(statements)
        except AnswerLost:
            raise LedgerUnreachableError(
                Phrase("the ledger's database cannot be reached"),
                Phrase("{where}: the answer was lost. No send depends on it.", where=self.where),
                Phrase("run the same command again"),
            ) from None

    def connected(self) -> _Connection:
        """Return the connection, made again with patience if there was one; raises a LedgerError without one."""
        if self._connection is None or self._connection.closed:
            self._connection, self._is_checked = self._connect(), False
            # It ends with whoever uses it, and with the process.
            weakref.finalize(self, self._connection.close)
        if not self._is_checked:
            self._connection.execute(_SESSION)
            self._require_version(self._connection)
            self._is_checked = True
        return self._connection

    def make_tables(self, sql: str) -> None:
        """Make the tables where there are none, if this role may; raises a LedgerError if it may not."""
        with self._lock, self._told():
            try:
                self.connected()
            except TablesMissingError:
                self._make(sql)

    def _make(self, sql: str) -> None:
        if self._connection is None:
            return
        try:
            self._connection.execute(sql.encode())
        except errors.Error:
            self._connection.rollback()  # The SQL has a transaction of its own.
            raise

    def _connect(self) -> _Connection:
        for pause in PAUSE_SECONDS if self._connection is not None else ():
            try:
                return self._new()
            except errors.OperationalError:
                self._sleep(pause)
        try:
            return self._new()
        except (errors.Error, UnicodeError) as error:
            raise LedgerUnreachableError(
                Phrase("the ledger's database cannot be reached"),
                Phrase(
                    "{where}: {why}. Nothing that depends on it was done.",
                    where=self.where,
                    why=self._reason(error),
                ),
                Phrase(
                    "look at the server, and at what {name} says; then run the same command again",
                    name=self._name,
                ),
            ) from None

    def _new(self) -> _Connection:
        return _Connection.connect(autocommit=True, **self._parameters)

    def _reason(self, error: errors.Error | UnicodeError) -> str:
        """Return what the library says of a connection, without what the DSN says of the place."""
        said = re.split(r"failed: ", str(error))[-1].splitlines()
        text = said[0] if said else type(error).__name__
        for key, values in self._parameters.items():
            for value in str(values).split(","):
                if len(value) >= _HIDDEN_CHARS_MIN:
                    text = text.replace(value, f"<{key}>")
        return without_secrets(text).rstrip(".")

    def _require_version(self, connection: _Connection) -> None:
        try:
            row = connection.execute("SELECT max(version) FROM massctl_version").fetchone()
        except errors.UndefinedTable:
            raise TablesMissingError(
                Phrase("the database has no tables for a ledger"),
                Phrase("{where}. Nothing was done.", where=self.where),
                Phrase(
                    "{begin}   makes them, if this role may; else the owner of the database runs what {sql} prints",
                    begin=Command("state init"),
                    sql=_SETUP,
                ),
            ) from None
        found = row[0] if row is not None else None
        if found == VERSION:
            return
        if isinstance(found, int) and found > VERSION:
            raise LedgerFutureVersionError(
                Phrase("the tables of the ledger were made by a newer massctl"),
                Phrase(
                    "They have version {found}, and this massctl knows {known}. Nothing was done.",
                    found=found,
                    known=VERSION,
                ),
                Phrase("Install the newer massctl, then run the same command again."),
            )
        raise LedgerError(
            Phrase("the tables of the ledger are of another version"),
            Phrase(
                "They have version {found}, and this massctl knows {known}. Nothing was done.",
                found=str(found),
                known=VERSION,
            ),
            Phrase("install the massctl that made them, or move the ledger into another database"),
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in words what the server refused."""
        try:
            yield
        except errors.Error as error:
            raise self._refused(error) from None

    def _refused(self, error: errors.Error) -> LedgerError:
        if isinstance(error, errors.InsufficientPrivilege | errors.InvalidSchemaName):
            return LedgerError(
                Phrase("this role may not do that in the ledger's database"),
                self._detail(error),
                Phrase(
                    "GRANT massctl_sender TO the role of {name}; {sql}   prints who may do what",
                    name=self._name,
                    sql=_SETUP,
                ),
            )
        kind = LedgerUnreachableError if isinstance(error, errors.OperationalError) else LedgerError
        return kind(
            Phrase("the ledger's database cannot be used"),
            self._detail(error),
            Phrase("run the same command again"),
        )

    def _detail(self, error: errors.Error) -> Phrase:
        said = error.diag.message_primary
        return Phrase(
            "{where}: {why}. Nothing that depends on it was done.",
            where=self.where,
            why=without_secrets(said or type(error).__name__),
        )


_OPEN: Final = threading.local()


def open_database(name: str, dsn: str) -> Database:
    """Return the database of this thread, over the connection that it has already; raises as `Database`."""
    if getattr(_OPEN, "key", None) != (name, dsn):
        _OPEN.database, _OPEN.key = Database(name, dsn), (name, dsn)
    found: Database = _OPEN.database
    return found


def _executed_together(connection: _Connection, statements: Sequence[Statement]) -> bool:
    with connection.transaction() as transaction:
        for each in statements:
            if not _executed(connection, each):
                raise psycopg.Rollback(transaction)
    return transaction.status is Transaction.Status.COMMITTED


def _executed(connection: _Connection, statement: Statement) -> bool:
    return connection.execute(*statement).rowcount != 0


def _parameters(name: str, dsn: str) -> dict[str, Any]:
    """Read a DSN, and verify the server unless it is on this machine; raises LedgerError."""
    register(dsn)
    try:
        given = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        raise LedgerError(
            Phrase("{name} does not hold the address of a database", name=name),
            Phrase("Nothing was done."),
            Phrase("write it as {example}", example="postgresql://USER:PASSWORD@HOST/DATABASE"),
        ) from None
    register(str(given.get("password", "")))
    if not is_verified(given):
        raise LedgerError(
            Phrase("{name} asks for a connection that is not verified", name=name),
            Phrase(
                "With sslmode={mode} whoever is on the way to the server may read and change the ledger. Nothing was "
                "done.",
                mode=str(given["sslmode"]),
            ),
            Phrase(
                "take sslmode out, or write {verified}; sslrootcert names the certificate of a private authority",
                verified="sslmode=verify-full",
            ),
        )
    return verified({**_DEFAULTS, **given})


def is_verified(given: Mapping[str, Any]) -> bool:
    """Return whether a DSN lets the server be verified, or needs that not: it is on this machine."""
    return _is_here(given, _known()) or given.get("sslmode", "verify-full") == "verify-full"


def verified(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what connects to a server that is verified, unless it is on this machine."""
    known = _known()
    if _is_here(given, known):
        return {**given}
    roots = given.get("sslrootcert") or known.get("sslrootcert") or _OWN_ROOTS.expanduser().exists()
    found = {} if roots else {"sslrootcert": ssl.get_default_verify_paths().cafile or "system"}
    return {**given, **found, "sslmode": "verify-full"}


def _known() -> dict[str, bytes | None]:
    return {each.keyword.decode(): each.val for each in pq.Conninfo.get_defaults()}


def _is_here(given: Mapping[str, Any], known: Mapping[str, bytes | None]) -> bool:
    """Whether every server that a DSN names is on this machine; `known` is what the environment says beside it."""
    if given.get("service") or known.get("service"):
        return False  # A file says where it is.

    def hosts(key: str) -> list[str]:
        value = given.get(key) or (known.get(key) or b"").decode()
        return str(value).split(",") if value else []

    return all(map(_is_local, hosts("hostaddr") or hosts("host")))


def _is_local(host: str) -> bool:
    if not host or host == "localhost" or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
