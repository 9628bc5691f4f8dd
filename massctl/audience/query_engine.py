"""What answers the query of an audience: one module for each family of databases, chosen by the scheme of the URL.

A query is bound and never pasted, reads only, and streams. The words of a driver are never shown: they may hold the
URL, or an openid. A failure says its class and its SQLSTATE.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Final, Protocol, TypeVar

from massctl.errors import SnapshotAwayError
from massctl.extras import install_command
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

ROWS_AT_ONCE = 10_000
CONNECT_SECONDS = 10
Value = str | int | float | bool | date | datetime
Row = Sequence[object]
_T = TypeVar("_T")


class Statement(Frozen):
    """One SELECT with its parameters, before a driver's way of writing them."""

    sql: str
    parameters: Mapping[str, Value]
    places: tuple[tuple[int, int, str], ...] = ()
    """Where a parameter stands: its first code point, the one behind it, and its name."""
    tables: frozenset[str] = frozenset()
    """The tables and views that it reads, by their last name."""

    def written(self, mark: Callable[[str], str], other: Callable[[str], str] = str) -> str:
        """Write it for a driver: `mark` writes a parameter, `other` all text beside them."""
        at, parts = 0, list[str]()
        for start, end, name in self.places:
            parts += [other(self.sql[at:start]), mark(name)]
            at = end
        return "".join([*parts, other(self.sql[at:])])

    @property
    def used(self) -> dict[str, Value]:
        """The parameters that it names."""
        return {name: self.parameters[name] for _, _, name in self.places}

    def pyformat(self) -> tuple[str, dict[str, Value] | None]:
        """Write it with `%(name)s`; without parameters as it is."""
        if not self.places:
            return self.sql, None
        return self.written(
            lambda name: f"%({name})s", lambda text: text.replace("%", "%%")
        ), self.used


class Answer(Frozen):
    """What a database answers: the names of its columns, and its rows, which come as they are asked for."""

    hidden_fields = ("pages",)

    columns: tuple[str, ...]
    pages: Iterator[Sequence[Row]]


class EngineError(Exception):
    """Say why there is no answer, in words that are free of data."""

    def __init__(self, kind: str, state: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        """The class of the driver's error."""
        self.state = state
        """The SQLSTATE or number that the server gave; empty without one."""


class UnreachableError(EngineError):
    """Say that nothing answers where the URL leads, or that the URL is none."""


class QueryTimeoutError(Exception):
    """Stop a query that takes longer than its connection allows."""


class Engine(Protocol):
    """A module of `massctl.audience.engines`."""

    def answer(
        self, url: str, statement: Statement, seconds: int
    ) -> AbstractContextManager[Answer]:
        """Ask a database; raise EngineError or QueryTimeoutError."""
        ...


class EngineKind(Frozen):
    """One scheme of URLs."""

    module: str
    """In `massctl.audience.engines`."""
    dialect: str
    """What SQL it speaks, by sqlglot's name."""
    package: str
    """What has to be installed."""


_POSTGRES = EngineKind("postgres", "postgres", "psycopg")
_CLICKHOUSE = EngineKind("clickhouse", "clickhouse", "clickhouse_connect")
ENGINES: Final[Mapping[str, EngineKind]] = {
    "postgresql": _POSTGRES,
    "postgres": _POSTGRES,
    "hologres": _POSTGRES,
    "greenplum": _POSTGRES,
    "mysql": EngineKind("mysql", "mysql", "pymysql"),
    "mariadb": EngineKind("mysql", "mysql", "pymysql"),
    "starrocks": EngineKind("mysql", "starrocks", "pymysql"),
    "doris": EngineKind("mysql", "doris", "pymysql"),
    "clickhouse": _CLICKHOUSE,
    "clickhouses": _CLICKHOUSE,
}
"""Scheme of the URL -> what answers. A fifth family is a row and a module."""
EMBEDDED = "duckdb"
"""The dialect of a query without a connection."""


class Deadline:
    """The moment at which a query has to have ended."""

    def __init__(self, seconds: int) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether it has passed."""
        return time.monotonic() > self._ends

    def check(self) -> None:
        """Raise QueryTimeoutError behind it."""
        if self.is_over:
            raise QueryTimeoutError

    def pages(self, fetch: Callable[[int], Sequence[Row]]) -> Iterator[Sequence[Row]]:
        """Fetch rows until there are none; raise QueryTimeoutError where that takes too long."""
        while rows := fetch(ROWS_AT_ONCE):
            yield rows
            self.check()


Failure = EngineError | QueryTimeoutError


def unreached(failure: Callable[[Exception], Failure]) -> Callable[[Exception], Failure]:
    """Return what says of an error that it came before a database answered."""

    def told(error: Exception) -> Failure:
        found = failure(error)
        return (
            UnreachableError(found.kind, found.state) if isinstance(found, EngineError) else found
        )

    return told


def call_driver(
    call: Callable[[], _T],
    kinds: type[Exception] | tuple[type[Exception], ...],
    to_failure: Callable[[Any], Failure],
) -> _T:
    """Return what a driver answers; raise what `to_failure` makes of its error, which is forgotten with its words."""
    try:
        return call()
    except kinds as error:
        failure = to_failure(error)
    raise failure


def not_installed(package: str) -> SnapshotAwayError:
    """Report that a package of the extra `warehouse` is missing."""
    return SnapshotAwayError(
        Phrase("audiences need the package {package}, which is not installed", package=package),
        Phrase("Nothing was read, written or sent."),
        install_command("warehouse"),
    )
