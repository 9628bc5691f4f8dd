"""Rows of outcomes, from a CSV, a Parquet or JSON file, or a query over the files beside it; read one after the other.

Only the columns that are needed are read: no id of a person is. A query runs in an embedded DuckDB that reaches the
query's folder and nothing else.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, closing, contextmanager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from threading import Event, Timer
from typing import Any

from massctl.errors import UsageError
from massctl.extras import install_command
from massctl.model.phrase import BEIJING, Phrase, enumerated, system_reason
from massctl.report.outcomes import TAG, OutcomeRow, UnreadRow

DAY_COLUMNS = ("date", "time")
NAME_COLUMN = "outcome"
COUNT_COLUMN = "count"
AMOUNT_COLUMN = "amount"
COLUMNS = (*DAY_COLUMNS, TAG, NAME_COLUMN, COUNT_COLUMN, AMOUNT_COLUMN)
NAME_CHARACTERS_MAX = 60
"""Of what an outcome is called. Our own bound."""
_COUNT_BELOW = 10**12
"""Of one row. Our own bound: more is a mistake."""
_MEMORY = "512MB"
_SECONDS_MAX = 30.0
"""Of a query, with the reading of its rows."""
_ROWS_AT_ONCE = 4096
_CONNECTION = re.compile(r"connection:|[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_QUERY = re.compile(r"\s*(?:select|with|from)\s", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")
_TABLES = frozenset({".parquet", ".json", ".jsonl", ".ndjson"})
_NOTHING = Phrase("No report was made.")


def outcome_rows(given: str) -> Iterator[OutcomeRow | UnreadRow]:
    """Read what `--outcomes` names; raise UsageError for what cannot be read at all."""
    if _CONNECTION.match(given):
        raise UsageError(
            Phrase("massctl cannot connect to a warehouse yet"),
            _NOTHING,
            Phrase("export the rows to a .csv or .parquet file, and name that"),
        )
    if _QUERY.match(given):
        return _queried(given, Path())
    path = Path(given)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _of_csv(path)
    if suffix == ".sql":
        return _queried(_text(path), path.parent)
    if suffix in _TABLES:
        name = path.name.replace("'", "''")
        return _queried(f"SELECT * FROM '{name}'", path.parent)  # noqa: S608 - a file, in quotes
    raise UsageError(
        Phrase("{file} is not a file of outcomes", file=given),
        _NOTHING,
        Phrase(
            "name a file that ends in {endings}, or write a SELECT",
            endings=enumerated([".csv", ".sql", *sorted(_TABLES)]),
        ),
    )


def _unreadable(path: Path, why: str) -> UsageError:
    return UsageError(Phrase("{file} cannot be read: {why}", file=str(path), why=why), _NOTHING)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _unreadable(path, system_reason(error)) from None
    except UnicodeDecodeError:
        raise _unreadable(path, _NOT_UTF8) from None


_NOT_UTF8 = Phrase("it is not UTF-8; save it as CSV UTF-8")


def _of_csv(path: Path) -> Iterator[OutcomeRow | UnreadRow]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            places = _places(next(reader, []), str(path))
            while True:
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield UnreadRow(reader.line_num, Phrase("it is not CSV: {why}", why=str(error)))
                    continue
                if row:
                    yield _row(reader.line_num, places, row)
    except OSError as error:
        raise _unreadable(path, system_reason(error)) from None
    except UnicodeDecodeError:
        raise _unreadable(path, _NOT_UTF8) from None


def _places(heads: Sequence[str], source: str) -> dict[str, int]:
    """Return where the columns stand; raise UsageError where one is missing or there twice."""
    named = [each.strip().lower() for each in heads]
    places = {name: named.index(name) for name in COLUMNS if name in named}
    twice = [name for name in places if named.count(name) > 1]
    if TAG in places and any(each in places for each in DAY_COLUMNS) and not twice:
        return places
    why = Phrase("it needs the columns {columns}", columns=f"{' | '.join(DAY_COLUMNS)}, {TAG}")
    if twice:
        why = Phrase("it has the column {column} twice", column=twice[0])
    raise UsageError(
        Phrase("{file} cannot be read: {why}", file=source, why=why),
        _NOTHING,
        Phrase("it may also have {columns}", columns=enumerated(COLUMNS[3:])),
    )


def _row(line: int, places: Mapping[str, int], row: Sequence[str | None]) -> OutcomeRow | UnreadRow:
    said = {name: row[place] or "" for name, place in places.items() if place < len(row)}
    day = next((found for each in DAY_COLUMNS if (found := _day(said.get(each, "")))), None)
    count = _whole(said.get(COUNT_COLUMN, ""))
    amount = _amount(said.get(AMOUNT_COLUMN, ""))
    if day is None:
        return UnreadRow(line, Phrase("it has no day like 2026-12-01"))
    if count is None:
        return UnreadRow(line, Phrase("its count is not a whole number"))
    if amount is not None and not amount.is_finite():
        return UnreadRow(line, Phrase("its amount is not a number"))
    name = _word(said.get(NAME_COLUMN, "")) or NAME_COLUMN
    return OutcomeRow(day, _word(said.get(TAG, "")), name[:NAME_CHARACTERS_MAX], count, amount)


# A file says the same days, tags and counts again and again.


@lru_cache(maxsize=4096)
def _word(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    """Return the Beijing day of a date or a moment; a moment without an offset is Beijing time."""
    text = _word(text)
    found = _DAY.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    try:
        day = date(int(found[1]), int(found[3]), int(found[4]))
        if not rest:
            return day
        moment = datetime.fromisoformat(f"{day.isoformat()}{rest}")
    except ValueError:
        return None
    return moment.astimezone(BEIJING).date() if moment.tzinfo is not None else day


@lru_cache(maxsize=4096)
def _whole(text: str) -> int | None:
    """Return a count; 1 where none is said, and None for anything but a whole number from 0."""
    number = _amount(text)
    if number is None:
        return 1
    is_whole = number.is_finite() and 0 <= number < _COUNT_BELOW and number == int(number)
    return int(number) if is_whole else None


@lru_cache(maxsize=4096)
def _amount(text: str) -> Decimal | None:
    """Return a number, NaN for what is none; None where nothing is said."""
    plain = _word(text).replace(",", "")
    if not plain:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return Decimal("NaN")
    is_sane = number.is_finite() and abs(number) < _COUNT_BELOW
    return number if is_sane else Decimal("NaN")


def _queried(query: str, folder: Path) -> Iterator[OutcomeRow | UnreadRow]:
    """Run one SELECT over the files of a folder, with everything else shut."""
    try:
        import duckdb
    except ImportError:
        raise UsageError(
            Phrase("queries, Parquet and JSON need a package that is not installed"),
            _NOTHING,
            install_command("warehouse"),
        ) from None
    over = Event()
    try:
        with (
            chdir(folder),
            closing(duckdb.connect(":memory:")) as database,
            _time_limit(database, over),
        ):
            _lock_down(database)
            statements = database.extract_statements(query)
            if len(statements) != 1 or statements[0].type is not duckdb.StatementType.SELECT:
                raise UsageError(Phrase("the query is not one SELECT"), _NOTHING)
            for row in _rows_of(database, database.sql(query), duckdb.ColumnExpression):
                if over.is_set():
                    raise _too_slow()
                yield row
    except OSError as error:
        raise _unreadable(folder, system_reason(error)) from None
    except duckdb.InterruptException:
        raise _too_slow() from None
    except duckdb.OutOfMemoryException:
        raise UsageError(
            Phrase("the query takes more memory than {most}", most=_MEMORY),
            _NOTHING,
            Phrase("let it read fewer columns and rows, or export its answer to a .csv file"),
        ) from None
    except duckdb.Error as error:
        why = str(error).partition("\n")[0]
        raise UsageError(
            Phrase("the query cannot be run: {why}", why=why),
            _NOTHING,
            Phrase(
                "it reads the files of {folder} by their names, and nothing else",
                folder=str(folder),
            ),
        ) from None


@contextmanager
def _time_limit(database: Any, over: Event) -> Iterator[None]:
    """Interrupt what a database does after a while, and set `over`; let Ctrl-C be one.

    DuckDB turns an exception of a signal's handler into a RuntimeError.
    """

    def end() -> None:
        over.set()
        database.interrupt()

    timer = Timer(_SECONDS_MAX, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise
    finally:
        timer.cancel()
        timer.join()


def _too_slow() -> UsageError:
    return UsageError(
        Phrase("the query takes longer than {most:g} seconds", most=_SECONDS_MAX),
        _NOTHING,
        Phrase("let it read fewer columns and rows, or export its answer to a .csv file"),
    )


def _lock_down(database: Any) -> None:
    """Leave a database the files of the current folder, and nothing that could change that."""
    here = str(Path().resolve()).replace("'", "''")
    for setting in (
        f"memory_limit = '{_MEMORY}'",
        "threads = 1",
        "temp_directory = ''",
        "python_enable_replacements = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        f"allowed_directories = ['{here}/']",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        database.execute(f"SET {setting}")


def _rows_of(database: Any, relation: Any, column: Any) -> Iterator[OutcomeRow | UnreadRow]:
    """Read the columns that are needed of a query's answer; `column` names one to DuckDB."""
    places = _places(relation.columns, "SELECT")
    written = (column(relation.columns[place]).cast("VARCHAR") for place in places.values())
    needed = relation.select(*written)
    own = {name: place for place, name in enumerate(places)}
    answer = database.execute(needed.sql_query())
    line = 0
    while rows := answer.fetchmany(_ROWS_AT_ONCE):
        for row in rows:
            line += 1
            yield _row(line, own, row)
