"""A ledger that is begun anew: the file before it is put aside, whole, and never destroyed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from massctl.errors import LedgerError
from massctl.ledger.chain import follow
from massctl.model.ledger import GENESIS, Entry
from massctl.model.phrase import Phrase
from massctl.model.system_reason import system_reason


def entries_as_found(path: Path) -> Sequence[Entry]:
    """Read a ledger that nobody relies on any more, be it an older copy; raises a LedgerError where it is broken."""
    return follow(path.read_bytes(), 0, GENESIS).entries


def put_aside(path: Path, now: datetime) -> Path | None:
    """Rename a ledger's file so that another can be begun in its place; gives its new path, or None without a file.

    The name tells when, in UTC: `massctl.state.20261201T120000Z.jsonl`, with a number behind it where that is taken.
    """
    if not path.exists():
        return None
    stem = f"{path.stem}.{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    number, aside = 1, path.with_name(f"{stem}{path.suffix}")
    while aside.exists():
        number += 1
        aside = path.with_name(f"{stem}-{number}{path.suffix}")
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
