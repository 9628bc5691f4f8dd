"""How far this machine has seen a ledger grow: an older copy would lack what was sent since.

A note beside the locks, not part of the ledger: on a fresh machine it is not there, and says nothing. It is written
after an append was flushed, and not flushed itself: after a crash of the machine it may lag behind, never run ahead.

Before a line is written, the note says so, flushed: only where this machine was writing can a crash have torn a line.
Anywhere else, a ledger that ends within a line is a copy that was cut, and lacks what was sent since.
"""

import contextlib
import json
import os
from pathlib import Path

from msgspec.structs import asdict, replace

from massctl.errors import LedgerCorruptError, LedgerOlderError
from massctl.ledger import NEW_LINEAGE
from massctl.model.frozen import Frozen
from massctl.model.phrase import A_FILE, Command, Phrase
from massctl.system import flush

FILE = "newest.json"
FLOOR_FILE = "floor.json"


class Mark(Frozen):
    """How far a ledger was seen.

    Read it before the ledger: entries that another process appends meanwhile do not make it an older copy.
    """

    lineage: str
    serial: int
    """0: it was about to begin."""
    digest: str
    inherited_until: int
    """The last entry that stood there when this machine first saw the ledger; 0 if it began here."""
    writing: bool = False
    """This machine began to write behind that entry, and has not flushed what it wrote."""


def note_newest(locks: Path, mark: Mark) -> None:
    """Remember the last entry of a ledger by its serial and by what the next line's `prev` will say."""
    with contextlib.suppress(OSError):  # It is a help, and nothing is sent because of it.
        locks.mkdir(parents=True, exist_ok=True)
        _written(locks, mark).replace(locks / FILE)


def note_writing(locks: Path, mark: Mark) -> None:
    """Remember, durably, that this machine writes behind an entry that was flushed, until `note_newest`."""
    with contextlib.suppress(
        OSError
    ):  # Without it a line that a crash tears is damage, which a person repairs.
        locks.mkdir(parents=True, exist_ok=True)
        beside = _written(locks, replace(mark, writing=True))
        flush(beside)
        beside.replace(locks / FILE)
        flush(locks)


def _written(locks: Path, mark: Mark) -> Path:
    beside = locks / f"{FILE}.{os.getpid()}"
    beside.write_text(json.dumps(asdict(mark)), encoding="utf-8")
    return beside


class Floor(Frozen):
    """How far a signed ledger reached by the messages of its branch's commits."""

    lineage: str
    tip: str
    """The commit up to which they were read."""
    serial: int


def note_floor(locks: Path, floor: Floor) -> None:
    """Remember how far the messages were read, and what they say."""
    beside = locks / f"{FLOOR_FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):  # Without it all messages are read again.
        beside.write_text(
            json.dumps({"lineage": floor.lineage, "tip": floor.tip, "serial": floor.serial}),
            "utf-8",
        )
        beside.replace(locks / FLOOR_FILE)


def seen_floor(locks: Path, lineage: str) -> Floor | None:
    """Read the note of this ledger; None without one."""
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
        found = json.loads((locks / FLOOR_FILE).read_text(encoding="utf-8"))
        whole = (
            isinstance(found["tip"], str)
            and type(found["serial"]) is int
            and found["lineage"] == lineage
        )
        return Floor(lineage, found["tip"], found["serial"]) if whole else None
    return None


def note_beginning(locks: Path, lineage: str) -> None:
    """Remember that a ledger is about to begin: if this run dies before its first entry, the next one may begin it."""
    note_newest(locks, Mark(lineage, 0, "", inherited_until=0))


def is_beginning(locks: Path, lineage: str) -> bool:
    """Return whether this machine was about to begin the ledger `lineage`, and never saw an entry of it."""
    mark = seen_mark(locks)
    return mark is not None and (mark.lineage, mark.serial) == (lineage, 0)


def set_back(
    mark: Mark | None, lineage: str | None, serial: int, digest: str | None = None
) -> Phrase | None:
    """Return why a ledger ends before what was seen of it, or went another way since; None if it did not.

    `digest` names its line at the mark, where that is known.
    """
    if mark is None or mark.lineage != lineage or not mark.serial:
        return None
    if serial < mark.serial:
        why = Phrase(
            "It ends with entry {serial}, but this machine saw {seen} entries.",
            serial=serial,
            seen=mark.serial,
        )
    elif digest is not None and digest != mark.digest:
        why = Phrase(
            "Its entry {serial} differs from the one that this machine saw.", serial=mark.serial
        )
    else:
        return None
    return Phrase(
        "{why} It does not have what was sent since. Nothing was sent and nothing was changed.",
        why=why,
    )


def older_copy(why: Phrase) -> LedgerOlderError:
    """Make the error of a ledger that `set_back` finds fault with."""
    return LedgerOlderError(
        Phrase("the ledger is an older copy"),
        why,
        Phrase(
            "{state_restore}   restores a newer copy; without one, begin a new ledger and import what"
            " was sent: {state_init}",
            state_restore=Command("state restore", A_FILE),
            state_init=NEW_LINEAGE,
        ),
    )


def require_torn_here(mark: Mark | None, lineage: str | None) -> None:
    """Raise LedgerCorruptError for a ledger that ends within a line, where this machine was not writing one."""
    if mark is None or lineage is None or (mark.lineage, mark.writing) != (lineage, True):
        raise incomplete()


def incomplete() -> LedgerCorruptError:
    """Say that a ledger was cut."""
    return LedgerCorruptError(
        Phrase("the ledger ends in the middle of an entry, and this machine did not write it"),
        Phrase(
            "Perhaps it is an incomplete copy. It does not have what was sent since. Nothing was sent."
        ),
        Phrase(
            "copy it again: {state_backup}   where it was written, then here: {state_restore}; if it is nowhere else: "
            "{state_repair}   shows what can be kept",
            state_backup=Command("state backup", A_FILE),
            state_restore=Command("state restore", A_FILE),
            state_repair=Command("state repair"),
        ),
    )


def seen_mark(locks: Path) -> Mark | None:
    """Read the note; None if massctl did not write one."""
    try:
        found = json.loads((locks / FILE).read_text(encoding="utf-8"))
        whole = isinstance(found["lineage"], str) and isinstance(found["digest"], str)
        numbers = [found["serial"], found["inherited_until"]]
        is_ours = whole and all(type(each) is int and each >= 0 for each in numbers)
        writing = found.get("writing") is True
        mark = Mark(found["lineage"], found["serial"], found["digest"], numbers[1], writing)
        return mark if is_ours else None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
