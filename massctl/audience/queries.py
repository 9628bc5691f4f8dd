"""The query of an audience: one SELECT that reads, with its parameters; and who answers it."""

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

from massctl.audience.query_engine import (
    ENGINES,
    Answer,
    Deadline,
    Engine,
    EngineError,
    EngineKind,
    QueryTimeoutError,
    Statement,
    UnreachableError,
    Value,
    not_installed,
)
from massctl.audience.source_rows import SourceFaultsError, fault
from massctl.child import DATABASE, Child, ChildError
from massctl.errors import ConfigurationError
from massctl.model.audience import DATA_ENDINGS
from massctl.model.diagnostics import Diagnostic, Place
from massctl.model.phrase import BEIJING, Phrase, enumerated
from massctl.model.secrets import register
from massctl.model.settings import Connection

SECONDS_MAX: Final = 60
"""Of a query without a connection: for its first rows, and between them."""
ROWS_MAX: Final = 10_000_000
"""Of a query without a connection."""
FILES_MAX: Final = 1_000
"""Of the folder `data`."""
_NAMES_SHOWN: Final = 10
_BETWEEN = re.compile(
    r"(?:\s|--(?:[ \t][^\r\n]*)?(?=\r?\n|\Z)|/\*(?![!+]|[Mm]!)(?:(?!\*/|/\*).)*\*/)*+", re.DOTALL
)
"""White space and comments, as every database reads them: MySQL runs `/*! */` and what follows `--` without a space."""
_ONE_SELECT = Phrase("write one SELECT; put complicated parts into a view of the database")
for _name in ("sqlglot", "clickhouse_connect"):
    # What they log quotes the query, or what the server said.
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


def parameters_at(now: datetime, declared: Mapping[str, Value]) -> dict[str, Value]:
    """Return what the names in a query stand for at a moment."""
    here = now.astimezone(BEIJING)
    return {**declared, "now": here, "today": here.date()}


def read_query(sql: str, path: str, dialect: str, parameters: Mapping[str, Value]) -> Statement:
    """Read one SELECT; raise SourceFaultsError, with the place, for anything else."""
    try:
        import sqlglot
        from sqlglot import exp
    except ImportError:
        raise not_installed("sqlglot") from None
    try:
        tokens = sqlglot.tokenize(sql, read=dialect)
    except sqlglot.errors.SqlglotError:
        say = Phrase(
            "this is not {dialect}: a quotation mark or a comment has no end", dialect=dialect
        )
        raise SourceFaultsError([fault("MC628", say, _ONE_SELECT, at=Place(path, 1))]) from None
    _require_comments(sql, path, tokens)
    spans = tuple(_parameter_spans(sql, path, tokens, parameters))
    try:
        # A literal in the place of each parameter: every dialect can read it.
        read = sqlglot.parse(Statement(sql, {}, spans).written(_placeholder), read=dialect)
    except sqlglot.errors.ParseError as error:
        line = next((each.get("line") for each in error.errors), None)
        read, at = [], Place(path, line if isinstance(line, int) else None)
        say = Phrase("massctl cannot read this as {dialect}", dialect=dialect)
        raise SourceFaultsError([fault("MC628", say, _ONE_SELECT, at=at)]) from None
    found = [each for each in read if each is not None]
    if len(found) != 1:
        say = Phrase("this is more than one statement")
        if not found:
            say = Phrase("the query is empty")
        raise SourceFaultsError(
            [fault("MC628", say, _ONE_SELECT, at=_after_semicolon(sql, path, tokens))]
        )
    writes = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock)
    others = (each for each in found[0].walk() if not isinstance(each, exp.Query))
    odd = next((each for each in others if isinstance(each, writes)), None)
    if odd is not None or not isinstance(found[0], exp.Query):
        name = type(odd or found[0]).__name__.upper()
        say = Phrase("this is not a SELECT that only reads: {word}", word=name)
        raise SourceFaultsError(
            [fault("MC628", say, _ONE_SELECT, at=_first(sql, path, tokens, name))]
        )
    tables = frozenset(each.name for each in found[0].find_all(exp.Table))
    return Statement(sql, parameters, spans, tables)


def _require_comments(sql: str, path: str, tokens: Any) -> None:
    """Raise SourceFaultsError for what sqlglot takes for a comment, or a hint, and some database may run."""
    ends = [0, *(each.end + 1 for each in tokens)]
    starts = [*(each.start for each in tokens), len(sql)]
    gaps = zip(ends, starts, strict=True)
    odd = next(
        (end + at for end, start in gaps if (at := _odd_at(sql[end:start])) is not None), None
    )
    hint_at = next((each for each in starts if sql.startswith("/*", each)), None)
    found = [each for each in (odd, hint_at) if each is not None]
    if not found:
        return
    say = Phrase("some databases run what stands in this comment")
    hint = Phrase(
        "write comments as `-- text` or `/* text */`, without `!`, `M!` or `+` after `/*`"
    )
    raise SourceFaultsError([fault("MC628", say, hint, at=_place(sql, path, min(found)))])


def _odd_at(gap: str) -> int | None:
    """Return where what stands between two tokens is no comment of every database; None where all is."""
    match = _BETWEEN.match(gap)
    end = match.end() if match is not None else 0
    return end if end < len(gap) else None


def _placeholder(name: str) -> str:
    return f"'{'x' * max(1, len(name) - 1)}'"


def _parameter_spans(
    sql: str, path: str, tokens: Any, parameters: Mapping[str, Value]
) -> Iterator[tuple[int, int, str]]:
    """Find `:NAME`, outside of texts and comments; a cast (`::`) is a token of its own."""
    for before, token in pairwise(tokens):
        name = token.text
        is_parameter = before.text == ":" and before.end + 1 == token.start and name.isidentifier()
        if not is_parameter:
            continue
        if name not in parameters:
            known = enumerated([f":{each}" for each in sorted(parameters)])
            say = Phrase("nothing says what :{name} is", name=name)
            hint = Phrase("write it under `params` of the query; there are {names}", names=known)
            at = _place(sql, path, before.start)
            raise SourceFaultsError([fault("MC628", say, hint, at=at)])
        yield before.start, token.end + 1, name


def _place(sql: str, path: str, offset: int) -> Place:
    before = sql[:offset]
    return Place(path, before.count("\n") + 1, offset - before.rfind("\n"))


def _after_semicolon(sql: str, path: str, tokens: Any) -> Place:
    ends = (each.start for before, each in pairwise(tokens) if before.text == ";")
    return _place(sql, path, next(ends, 0))


def _first(sql: str, path: str, tokens: Any, word: str) -> Place:
    starts = (each.start for each in tokens if each.text.upper() == word)
    return _place(sql, path, next(starts, tokens[0].start if tokens else 0))


def engine_of(name: str, url: str) -> EngineKind:
    """Return what answers at the URL of a connection; raise ConfigurationError. The URL is shown nowhere."""
    register(url)
    kind = ENGINES.get(url.partition("://")[0].lower())
    if kind is None:
        raise ConfigurationError(
            Phrase("the connection {name} has no URL that massctl knows", name=name),
            Phrase("No query was run."),
            Phrase(
                "it begins with {schemes}", schemes=enumerated([f"{each}://" for each in ENGINES])
            ),
        )
    return kind


@contextmanager
def database_answer(
    kind: EngineKind, url: str, connection: Connection, statement: Statement, at: Place
) -> Iterator[Answer]:
    """Ask a database; raise SourceFaultsError for a query that fails, in words without data."""
    try:
        engine = cast("Engine", import_module(f"massctl.audience.engines.{kind.module}"))
    except ImportError:
        raise not_installed(kind.package) from None
    told = None
    try:
        with engine.answer(url, statement, connection.seconds) as answer:
            yield answer
    except UnreachableError as error:
        say = Phrase(
            "the database cannot be reached: {why}", why=f"{error.kind} {error.state}".strip()
        )
        hint = Phrase("check the URL that {name} holds", name=connection.url_env)
        told = fault("MC629", say, hint, at=at)
    except EngineError as error:
        told = _failed(error.kind, error.state, at)
    except QueryTimeoutError:
        told = _too_slow(connection.seconds, at)
    if told is not None:
        raise SourceFaultsError([told])


@contextmanager
def embedded_answer(
    statement: Statement,
    views: Mapping[str, Path],
    at: Place,
    passes: tuple[int, ...] = (),
    *,
    failed: Callable[[str, Place], Diagnostic] | None = None,
    seconds: int = SECONDS_MAX,
) -> Iterator[Answer]:
    """Run a query over files in a child process without sockets; raise SourceFaultsError for one that fails.

    `failed` says why, by the class of DuckDB's error.
    """
    child = Child([*views.values()], begins=DATABASE, passes=passes)
    request = {
        "sql": statement.written(lambda name: f"${name}"),
        "parameters": {name: _as_json(value) for name, value in statement.used.items()},
        "views": {name: str(path) for name, path in views.items()},
    }
    told, deadline = None, Deadline(seconds)
    try:
        answers = _in_time(child.stream("query", request, seconds), deadline)
        pages = _pages(answers, at, failed or failed_over(views))
        first = next(pages, ())
        yield Answer(tuple(map(str, first)), pages)
    except QueryTimeoutError:
        told = _endless(seconds, at)
    except ChildError as error:
        say = Phrase("the query failed: {why}", why=error.why)
        told = fault("MC629", say, Phrase("let it read fewer rows and columns"), at=at)
        if deadline.is_over:
            told = _endless(seconds, at)
    finally:
        child.close()
    if told is not None:
        raise SourceFaultsError([told])


def views_of(folder: Path, statement: Statement) -> dict[str, Path]:
    """Return the files of a folder that a query names, by their names without ending.

    No other file is opened: its fault is no fault of the query.
    """
    return {name: path for name, path in files_of(folder).items() if name in statement.tables}


def files_of(folder: Path) -> dict[str, Path]:
    """Return the files of a folder that a query may name."""
    inside = Path(os.path.realpath(folder))
    found = sorted(inside.iterdir()) if inside.is_dir() else []
    # A link that leads out of the folder is not followed.
    files = [
        each
        for each in found
        if each.suffix.lower() in DATA_ENDINGS
        and each.is_file()
        and Path(os.path.realpath(each)).is_relative_to(inside)
    ]
    return {each.stem: each for each in files[:FILES_MAX]}


def _in_time(answers: Iterator[Any], deadline: Deadline) -> Iterator[Any]:
    for answer in answers:
        yield answer
        deadline.check()


def _endless(seconds: int, at: Place) -> Diagnostic:
    say = Phrase("the query takes longer than {seconds} seconds", seconds=seconds)
    return fault("MC629", say, Phrase("let it read less; a recursive query needs an end"), at=at)


def failed_over(names: Iterable[str]) -> Callable[[str, Place], Diagnostic]:
    """Return what says why a query over files failed; `names` are the files that it may name."""

    def told(kind: str, at: Place) -> Diagnostic:
        say = Phrase("the query failed: {why}", why=f"DuckDB {kind}")
        if kind == "PermissionException":
            say = Phrase("the query may read the files of `data` alone")
        found = sorted(names)
        hint = Phrase(
            "it reads the files of `data` by their names without ending: {names}",
            names=enumerated(found[:_NAMES_SHOWN] or ["-"]),
        )
        if not found:
            hint = Phrase(
                "the folder of `data` has no file to read: {endings}",
                endings=enumerated(DATA_ENDINGS),
            )
        return fault("MC629", say, hint, at=at)

    return told


def _pages(
    answers: Iterator[Any], at: Place, failed: Callable[[str, Place], Diagnostic]
) -> Iterator[Any]:
    """Yield the names of the columns, then rows. The child's answers are a stranger's words."""
    for answer in answers:
        if "fault" in answer:
            kind = str(answer["fault"])
            kind = kind if kind.isidentifier() else "-"
            line = answer.get("line")
            where = Place(at.file, line if isinstance(line, int) else at.line)
            raise SourceFaultsError([failed(kind, where)])
        yield answer.get("columns") if "columns" in answer else answer["rows"]


def _as_json(value: Value) -> Any:
    if isinstance(value, datetime):
        return {"kind": "moment", "of": value.astimezone(BEIJING).replace(tzinfo=None).isoformat()}
    return {"kind": "date", "of": value.isoformat()} if isinstance(value, date) else value


def _failed(kind: str, state: str, at: Place) -> Diagnostic:
    why = f"{kind} {state}".strip()
    say = Phrase("the query failed: {why}", why=why)
    hint = Phrase("run it in the database's own client: what it says there may hold data")
    if state in _READ_ONLY_STATES:
        say = Phrase("the query writes, and only reading is allowed ({why})", why=why)
    return fault("MC629", say, hint, at=at)


_READ_ONLY_STATES = frozenset({"25006", "1792"})
"""Of PostgreSQL: read_only_sql_transaction; of MySQL: ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION."""


def _too_slow(seconds: int, at: Place) -> Diagnostic:
    say = Phrase("the query takes longer than {seconds} seconds", seconds=seconds)
    hint = Phrase("let it read less, or raise `timeout` of its connection in massctl.yaml")
    return fault("MC629", say, hint, at=at)
