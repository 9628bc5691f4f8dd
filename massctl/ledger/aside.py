"""A ledger that is begun anew: the file before it is put aside, whole, and never destroyed."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from massctl.errors import LedgerError
from massctl.ledger.chain import follow_file
from massctl.model.entries import Entry
from massctl.model.phrase import Phrase, system_reason


def entries_as_found(data: bytes) -> Sequence[Entry]:
    """Read a ledger that nobody relies on any more, be it an older copy; raises a LedgerError where it is broken."""
    return follow_file(data).entries


def aside_name(ledger: str, now: datetime, taken: Callable[[str], bool]) -> str:
    """Name a ledger that is put aside after the moment, in UTC, with a number behind it where that is taken.

    `massctl.state.jsonl` becomes `massctl.state.20261201T120000Z.jsonl`.
    """
    stem, suffix = ledger.removesuffix(".jsonl"), ".jsonl"
    stem = f"{stem}.{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    number, name = 1, f"{stem}{suffix}"
    while taken(name):
        number += 1
        name = f"{stem}-{number}{suffix}"
    return name


def put_aside(path: Path, now: datetime) -> Path | None:
    """Rename a ledger's file so that another can be begun in its place; gives its new path, or None without a file."""
    if not path.exists():
        return None
    aside = path.with_name(aside_name(path.name, now, lambda name: path.with_name(name).exists()))
    try:
        # A link does not replace what may have come there since; the file has two names for a moment, never none.
        aside.hardlink_to(path)
        path.unlink()
    except OSError as error:
        raise LedgerError(
            Phrase("the ledger cannot be put aside"),
            Phrase("{file}: {why}. It was left as it is.", file=path.name, why=system_reason(error)),
            Phrase("Make the folder writable, then run the same command again."),
        ) from None
    return aside
