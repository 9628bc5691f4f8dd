"""What answers the query of an audience: one module for each family of databases, chosen by the scheme of the URL.

A query is bound and never pasted, reads only, and streams. The words of a driver are never shown: they may hold the
URL, or an openid. A failure says its class and its SQLSTATE.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from massctl.errors import SnapshotAwayError
from massctl.extras import install_command
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.settings import is_loopback

ROWS_AT_ONCE = 10_000
CONNECT_SECONDS = 10
Value = str | int | float | bool | date | datetime
Row = Sequence[object]
_T = TypeVar("_T")


class Statement(Frozen):
    """One SELECT with its parameters, before a driver's way of writing them."""

    sql: str
    parameters: Mapping[str, Value]
    parameter_spans: tuple[tuple[int, int, str], ...] = ()
    """Of each parameter: its first code point, the one after it, and its name."""
    tables: frozenset[str] = frozenset()
    """The tables and views that it reads, by their last name."""

    def written(self, mark: Callable[[str], str], other: Callable[[str], str] = str) -> str:
        """Write it for a driver: `mark` writes a parameter, `other` all text beside them."""
        at, parts = 0, list[str]()
        for start, end, name in self.parameter_spans:
            parts += [other(self.sql[at:start]), mark(name)]
            at = end
        return "".join([*parts, other(self.sql[at:])])

    @property
    def used(self) -> dict[str, Value]:
        """The parameters that it names."""
        return {name: self.parameters[name] for _, _, name in self.parameter_spans}

    def pyformat(self) -> tuple[str, dict[str, Value] | None]:
        """Write it with `%(name)s`; without parameters as it is."""
        if not self.parameter_spans:
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
        """Raise QueryTimeoutError after it."""
        if self.is_over:
            raise QueryTimeoutError

    def pages(self, fetch: Callable[[int], Sequence[Row]]) -> Iterator[Sequence[Row]]:
        """Fetch rows until there are none; raise QueryTimeoutError where that takes too long."""
        while rows := fetch(ROWS_AT_ONCE):
            yield rows
            self.check()


Failure = EngineError | QueryTimeoutError


class Driver(Frozen):
    """Calls the driver of one family of databases, whose errors leave it without their words."""

    faults: tuple[type[Exception], ...]
    """What the driver raises."""
    to_failure: Callable[[Any], Failure]
    """Makes of one of its errors what may be shown."""

    def call(self, call: Callable[[], _T]) -> _T:
        """Return what the driver answers; raise the failure of its error, without its words."""
        try:
            return call()
        except self.faults as error:
            failure = self.to_failure(error)
        raise failure

    def reach(self, call: Callable[[], _T]) -> _T:
        """Return what the driver answers; raise UnreachableError where it fails before a database answered."""
        try:
            return self.call(call)
        except EngineError as error:
            failure = UnreachableError(error.kind, error.state)
        raise failure

    def answer(
        self, columns: Iterable[str], deadline: Deadline, fetch: Callable[[int], Sequence[Row]]
    ) -> Answer:
        """Return an answer whose rows come as they are asked for."""
        pages = deadline.pages(lambda most: self.call(lambda: fetch(most)))
        return Answer(tuple(columns), pages)


class DatabaseUrl(Frozen):
    """The URL of a database, for drivers that take its parts."""

    hidden_fields = ("user", "password", "host", "database", "options")

    scheme: str
    host: str
    port: int | None
    user: str
    password: str
    database: str
    options: Mapping[str, str]
    """What follows the question mark."""

    @classmethod
    def of(cls, url: str) -> "DatabaseUrl":
        """Read a URL; raise ValueError for one that is none."""
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        database = unquote(parts.path.lstrip("/"))
        host = parts.hostname or "localhost"
        options = dict(parse_qsl(parts.query))
        return cls(parts.scheme, host, parts.port, user, password, database, options)

    @property
    def is_local(self) -> bool:
        """Whether the database is on this machine, so that no network is in between."""
        return is_loopback(self.host)


def not_installed(package: str) -> SnapshotAwayError:
    """Report that a package of the extra `warehouse` is missing."""
    return SnapshotAwayError(
        Phrase("audiences need the package {package}, which is not installed", package=package),
        Phrase("Nothing was read, written or sent."),
        install_command("warehouse"),
    )
