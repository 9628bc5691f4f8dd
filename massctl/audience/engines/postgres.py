"""PostgreSQL, and what speaks its protocol: Hologres, Greenplum.

A cursor on the server takes one statement, in a transaction that may only read.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from massctl.audience.query_engine import (
    CONNECT_SECONDS,
    Answer,
    Deadline,
    Driver,
    EngineError,
    Failure,
    QueryTimeoutError,
    Statement,
)
from massctl.ledger.postgres_connection import verified
from massctl.model.settings import TIMEZONE

_CURSOR: Final = "massctl"
_CANCELLED: Final = errors.QueryCanceled


@contextmanager
def answer(url: str, statement: Statement, seconds: int) -> Iterator[Answer]:
    """See `Engine.answer`."""
    deadline = Deadline(seconds)
    around = {
        "application_name": "massctl",
        "client_encoding": "utf8",
        "connect_timeout": CONNECT_SECONDS,
        "gssencmode": "disable",
    }
    scheme, _, rest = url.partition("://")
    dsn = f"postgresql://{rest}" if scheme not in ("postgres", "postgresql") else url
    connection = _DRIVER.reach(lambda: _connected(dsn, around))
    try:
        cursor = _DRIVER.call(lambda: _execute(connection, statement, seconds))
        columns = [each.name for each in cursor.description or ()]
        try:
            yield _DRIVER.answer(columns, deadline, cursor.fetchmany)
        finally:
            with suppress(psycopg.Error):
                cursor.close()
    finally:
        connection.close()


def _connected(dsn: str, around: Mapping[str, Any]) -> psycopg.Connection[Any]:
    given = {**around, **conninfo_to_dict(dsn)}
    # Whoever says otherwise in the URL has a network of their own.
    parameters = given if "sslmode" in given else verified(given)
    connection: psycopg.Connection[Any] = psycopg.connect(**parameters)
    connection.read_only = True
    return connection


def _execute(connection: psycopg.Connection[Any], statement: Statement, seconds: int) -> Any:
    for name, value in (("statement_timeout", f"{seconds}s"), ("TimeZone", TIMEZONE)):
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))
    query, bound = statement.pyformat()
    cursor = connection.cursor(_CURSOR)
    try:
        return cursor.execute(query.encode(), bound)
    except psycopg.Error:
        cursor.close()
        raise


def _failure(error: Exception) -> Failure:
    if isinstance(error, _CANCELLED):
        return QueryTimeoutError()
    if not isinstance(error, psycopg.Error):
        return EngineError(type(error).__name__)
    return EngineError(type(error).__name__, error.sqlstate or "")


_DRIVER: Final = Driver((psycopg.Error, UnicodeError), _failure)
