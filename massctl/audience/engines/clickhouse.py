"""ClickHouse over HTTP: the server binds parameters, lets the query only read, and streams blocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final

import clickhouse_connect
from clickhouse_connect.driver.exceptions import Error

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

_PORTS: Final = {True: 8443, False: 8123}
_TYPES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "Bool"),
    (int, "Int64"),
    (float, "Float64"),
    (datetime, "DateTime('Asia/Shanghai')"),
    (date, "Date"),
    (str, "String"),
)
"""The first that fits: a bool is an int, and a moment is a day."""
_TIMEOUTS: Final = frozenset({159, 160, 209})
"""TIMEOUT_EXCEEDED, TOO_SLOW, SOCKET_TIMEOUT. Source: ClickHouse, ErrorCodes.cpp, read 2026-12."""


@contextmanager
def answer(url: str, statement: Statement, seconds: int) -> Iterator[Answer]:
    """See `Engine.answer`."""
    deadline = Deadline(seconds)
    client = _DRIVER.reach(lambda: _connected(DatabaseUrl.of(url), seconds))
    try:
        stream = _DRIVER.call(lambda: _execute(client, statement, seconds))
        blocks = filter(None, stream.gen)
        yield _DRIVER.answer(stream.source.column_names, deadline, lambda _: next(blocks, ()))
    finally:
        client.close()


def _connected(url: DatabaseUrl, seconds: int) -> Any:
    # clickhouse:// is plain on this machine alone.
    is_sealed = url.scheme == "clickhouses" or not url.is_local
    return clickhouse_connect.get_client(
        host=url.host,
        port=url.port or _PORTS[is_sealed],
        username=url.user or "default",
        password=url.password,
        database=url.database or "default",
        secure=is_sealed,
        connect_timeout=CONNECT_SECONDS,
        send_receive_timeout=seconds,
        autogenerate_session_id=False,
        query_limit=0,
        client_name="massctl",
    )


def _execute(client: Any, statement: Statement, seconds: int) -> Any:
    return client.query_row_block_stream(
        statement.written(lambda name: f"{{{name}:{_type_of(statement.used[name])}}}"),
        parameters={name: _plain(value) for name, value in statement.used.items()},
        settings={"readonly": 1, "max_execution_time": seconds},
    )


def _type_of(value: Value) -> str:
    return next(name for kind, name in _TYPES if isinstance(value, kind))


def _plain(value: Value) -> Any:
    return (
        f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value
    )


def _failure(error: Exception) -> Failure:
    code = getattr(error, "code", None)
    if code in _TIMEOUTS or isinstance(error, TimeoutError):
        return QueryTimeoutError()
    state = str(code) if isinstance(code, int) else ""
    return EngineError(type(error).__name__, state)


_DRIVER: Final = Driver((Error, OSError, ValueError), _failure)
