"""An embedded DuckDB over files, in the child process: it reaches the files that it is given, and nothing else.

`open_database` runs before the process is isolated; `run` runs in a process that has no sockets, no threads and no
other file.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import duckdb

from massctl.audience.memory_file import DUCKDB_PATH

_MEMORY: Final = "1GB"
_ROWS_AT_ONCE: Final = 10_000
_READERS: Final[Mapping[str, str]] = {
    ".csv": "read_csv",
    ".parquet": "read_parquet",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}
"""Ending of a file -> what reads it."""
_LINE: Final = re.compile(r"^LINE ([0-9]+):", re.MULTILINE)


@cache
def open_database() -> Any:
    """Open the database once: what it asks of the system, no isolated process may ask."""
    settings: dict[str, Any] = {
        "threads": 1,
        "memory_limit": _MEMORY,
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    known = {"async_threads": 0} if int(duckdb.__version__.partition(".")[0]) > 1 else {}
    return duckdb.connect(":memory:", config={**settings, **known})


def run(request: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the names of the columns, then pages of rows; or one fault, in words that are free of data."""
    try:
        views: Mapping[str, str] = request["views"]
        database = open_database()
        _lock_down(database, list(views.values()))
        for name, path in views.items():
            database.execute(f"CREATE VIEW {_quoted(name)} AS {read_sql(path)}")
        database.execute("SET lock_configuration = true")
        statements = database.extract_statements(request["sql"])
        if len(statements) != 1 or statements[0].type is not duckdb.StatementType.SELECT:
            yield {"fault": "NotOneSelect", "line": None}
            return
        found = database.execute(request["sql"], _typed(request["parameters"]) or None)
        yield {"columns": [each[0] for each in found.description]}
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield {"rows": [[_text(each) for each in row] for row in rows]}
    except duckdb.OutOfMemoryException:
        yield {"fault": "OutOfMemoryException", "line": None}
    except duckdb.Error as error:
        line = _LINE.search(str(error))
        number = int(line[1]) if line else None
        yield {"fault": type(error).__name__, "line": number}


def read_sql(path: str) -> str:
    """Return the SELECT that reads a file."""
    ending = "." + path.rpartition(".")[2].lower()
    return f"SELECT * FROM {_READERS.get(ending, 'read_parquet')}({_literal(path)})"  # noqa: S608


def _lock_down(database: Any, paths: Sequence[str]) -> None:
    allowed = ", ".join(_literal(each) for each in (*paths, DUCKDB_PATH))
    for setting in (
        "python_enable_replacements = false",
        f"allowed_paths = [{allowed}]",
        "enable_external_access = false",
    ):
        database.execute(f"SET {setting}")


def _typed(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read days and moments, which JSON has as texts."""
    kinds = {"date": date.fromisoformat, "moment": datetime.fromisoformat}
    return {
        name: kinds[value["kind"]](value["of"]) if isinstance(value, dict) else value
        for name, value in parameters.items()
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
