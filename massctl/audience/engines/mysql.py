"""MySQL, and what speaks its protocol: MariaDB, StarRocks, Doris.

The protocol takes one statement at a time. Rows are fetched as they are asked for, in a transaction that may only read.
"""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import pymysql
from pymysql.cursors import SSCursor

from massctl.audience.query_engine import (
    CONNECT_SECONDS,
    Answer,
    Deadline,
    EngineError,
    Failure,
    QueryTimeoutError,
    Row,
    Statement,
    Value,
    call_driver,
    unreached,
)
from massctl.model.phrase import BEIJING
from massctl.model.settings import is_loopback

_PORTS: Final = {"starrocks": 9030, "doris": 9030}
_PORT: Final = 3306
_BOUNDS: Final = {
    "mysql": "SET SESSION max_execution_time = {milliseconds}",
    "mariadb": "SET SESSION max_statement_time = {seconds}",
    "starrocks": "SET SESSION query_timeout = {seconds}",
    "doris": "SET SESSION query_timeout = {seconds}",
}
_FAULTS: Final = (pymysql.Error, OSError, ValueError)
_READ_ONLY: Final = ("SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY")
"""StarRocks and Doris know no such transactions: their role may read one view."""
_TIMEOUTS: Final = frozenset({3024, 1969, 1317, 2013})
"""MySQL and MariaDB stopped it, somebody killed it, or no answer came in time."""


@contextmanager
def answer(url: str, statement: Statement, seconds: int) -> Iterator[Answer]:
    """See `Engine.answer`."""
    deadline, kind = Deadline(seconds), urlsplit(url).scheme
    connection = call_driver(
        lambda: pymysql.connect(**_parameters(url, seconds)), _FAULTS, unreached(_failure)
    )
    try:
        rows = call_driver(
            lambda: _execute(connection, kind, statement, seconds), _FAULTS, _failure
        )
        columns = tuple(str(each[0]) for each in rows.description or ())

        def fetched(most: int) -> Sequence[Row]:
            return call_driver(lambda: list(rows.fetchmany(most)), _FAULTS, _failure)

        yield Answer(columns, deadline.pages(fetched))
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


def _parameters(url: str, seconds: int) -> dict[str, Any]:
    said = urlsplit(url)
    said_more = parse_qs(said.query)
    host = said.hostname or "localhost"
    parameters: dict[str, Any] = {
        "host": host,
        "port": said.port or _PORTS.get(said.scheme, _PORT),
        "user": unquote(said.username or ""),
        "password": unquote(said.password or ""),
        "database": unquote(said.path.lstrip("/")) or None,
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": seconds,
        "write_timeout": CONNECT_SECONDS,
        "local_infile": False,
        "autocommit": False,
        "init_command": "SET time_zone = '+08:00'",
    }
    if not is_loopback(host) and said_more.get("tls") != ["off"]:
        parameters["ssl"] = ssl.create_default_context(
            cafile=next(iter(said_more.get("ca", ())), None)
        )
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
