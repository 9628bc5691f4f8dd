"""Files of openids that a person asked for: only their owner reads them, and each is there whole or not at all."""

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from massctl.audience.query_engine import not_installed
from massctl.errors import UsageError
from massctl.model.phrase import Phrase, system_reason

SENT_COLUMNS: Final = ("openid", "campaign", "edition", "batch", "accepted_at", "outcome")
_NOTHING = Phrase("Nothing was written.")


@contextmanager
def new_target(path: Path) -> Iterator[Path]:
    """Yield the path of a file beside `path`, which takes its name at the end; raise UsageError if one is there."""
    if path.exists():
        raise UsageError(
            Phrase("{file} is there already", file=str(path)), _NOTHING, Phrase("name a new file")
        )
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UsageError(
            Phrase("{file} cannot be written", file=str(path)), system_reason(error)
        ) from None
    os.close(descriptor)
    written = Path(name)
    try:
        yield written
        # A link takes the place of nothing.
        path.hardlink_to(written)
    finally:
        written.unlink(missing_ok=True)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table into an own file, flushed."""
    with path.open("wb") as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        table = csv.writer(text, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)
        text.flush()
        os.fsync(file.fileno())


def as_parquet(table: Path, target: Path) -> None:
    """Write a table as Parquet, every column as text."""
    try:
        import duckdb
    except ImportError:
        raise not_installed("duckdb") from None
    database: Any = duckdb.connect(":memory:")
    try:
        read = database.read_csv(str(table), header=True, all_varchar=True)
        read.write_parquet(str(target), use_tmp_file=False)
    finally:
        database.close()
