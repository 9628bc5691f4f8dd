"""MySQL, and what speaks its protocol: MariaDB, StarRocks, Doris.

The protocol takes one statement at a time. Rows are fetched as they are asked for, in a transaction that may only read.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import pymysql
from pymysql.cursors import SSCursor

from massctl.audience.query_engine import (
    CONNECT_SECONDS,
    Answer,
    DatabaseUrl,
    Deadline,
    Driver,
    EngineError,
    Failure,
    QueryTimeoutError,
    Statement,
    Value,
)
from massctl.model.phrase import BEIJING

_PORTS: Final = {"starrocks": 9030, "doris": 9030}
_PORT: Final = 3306
_BOUNDS: Final = {
    "mysql": "SET SESSION max_execution_time = {milliseconds}",
    "mariadb": "SET SESSION max_statement_time = {seconds}",
    "starrocks": "SET SESSION query_timeout = {seconds}",
    "doris": "SET SESSION query_timeout = {seconds}",
}
_READ_ONLY: Final = ("SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY")
"""StarRocks and Doris know no such transactions: their role may read one view."""
_TIMEOUTS: Final = frozenset({3024, 1969, 1317, 2013})
"""MySQL and MariaDB stopped it, somebody killed it, or no answer came in time."""


@contextmanager
def answer(url: str, statement: Statement, seconds: int) -> Iterator[Answer]:
    """See `Engine.answer`."""
    deadline = Deadline(seconds)
    connection = _DRIVER.reach(lambda: pymysql.connect(**_parameters(DatabaseUrl.of(url), seconds)))
    kind = DatabaseUrl.of(url).scheme
    try:
        rows = _DRIVER.call(lambda: _execute(connection, kind, statement, seconds))
        columns = [str(each[0]) for each in rows.description or ()]
        yield _DRIVER.answer(columns, deadline, lambda most: list(rows.fetchmany(most)))
    finally:
        # A polite end would read all rows that are left.
        connection._force_close()


def _execute(connection: Any, said: str, statement: Statement, seconds: int) -> Any:
    # Who has a MariaDB often calls it MySQL.
    is_maria = said == "mysql" and "MariaDB" in connection.get_server_info()
    kind = "mariadb" if is_maria else said
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS[kind].format(seconds=seconds, milliseconds=seconds * 1000))
        for each in _READ_ONLY if kind in ("mysql", "mariadb") else ():
            cursor.execute(each)
    rows = connection.cursor(SSCursor)
    query, bound = statement.pyformat()
    rows.execute(query, _plain(bound) if bound else None)
    return rows


def _parameters(url: DatabaseUrl, seconds: int) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "host": url.host,
        "port": url.port or _PORTS.get(url.scheme, _PORT),
        "user": url.user,
        "password": url.password,
        "database": url.database or None,
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": seconds,
        "write_timeout": CONNECT_SECONDS,
        "local_infile": False,
        "autocommit": False,
        "init_command": "SET time_zone = '+08:00'",
    }
    if not url.is_local and url.options.get("tls") != "off":
        parameters["ssl"] = ssl.create_default_context(cafile=url.options.get("ca"))
    return parameters


def _plain(bound: dict[str, Value]) -> dict[str, Value]:
    """Write moments without an offset, in Beijing time, as the session has it."""
    return {
        name: value.astimezone(BEIJING).replace(tzinfo=None)
        if isinstance(value, datetime) and value.tzinfo is not None
        else value
        for name, value in bound.items()
    }


def _failure(error: Exception) -> Failure:
    number = error.args[0] if isinstance(error, pymysql.Error) and error.args else None
    if number in _TIMEOUTS or isinstance(error, TimeoutError):
        return QueryTimeoutError()
    state = str(number) if isinstance(number, int) else ""
    return EngineError(type(error).__name__, state)


_DRIVER: Final = Driver((pymysql.Error, OSError, ValueError), _failure)
