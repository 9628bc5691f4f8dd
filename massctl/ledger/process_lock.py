"""One runner at a time on one machine: a courtesy that says who is at work. Correctness rests on the append.

Whether somebody holds the ledger is the lock's word alone, which the system takes from a process that dies. The note
beside it gives the holder a name. Its writer keeps the note itself locked for as long as it lives, so the note of a
dead holder is known for one, and its name is never told for that of another.
"""

import contextlib
import getpass
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from massctl import system
from massctl.errors import LedgerError, LedgerLockedError
from massctl.model.phrase import Phrase, moment, system_reason

BRIEF_SECONDS = 10.0
"""So long a holder that said it would be brief is waited for: a push takes a few seconds."""

NOTE_SECONDS = 0.5
"""A holder writes its note in the first moments, and takes it away in the last."""


@contextmanager
def sole_runner(locks: Path, now: datetime, *, brief: bool = False) -> Iterator[None]:
    """Hold the runner's lock, or raise LedgerLockedError naming the holder; a dead holder holds nothing.

    `brief`: nobody waits for a person here, so others wait for its end instead of stopping.
    """
    note = locks / "runner.json"
    lock = FileLock(locks / "runner.lock", timeout=0)
    try:
        locks.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            lock.acquire(timeout=_patience(note))
        kept = _put_note(note, now, brief=brief)
    except Timeout:
        raise _held_by(note) from None
    except OSError as error:
        lock.release()  # It does nothing where the lock is not held.
        raise LedgerError(
            Phrase("cannot lock the ledger"),
            Phrase(
                "{folder}: {why}. Nothing was done.", folder=locks.name, why=system_reason(error)
            ),
            Phrase("Make the folder writable, then run the same command again."),
        ) from None
    try:
        yield
    finally:
        with contextlib.suppress(
            OSError
        ):  # Closing it says that its writer is gone, should it stay.
            note.unlink()
        os.close(kept)
        lock.release()


def _put_note(note: Path, now: datetime, *, brief: bool) -> int:
    """Write who holds the lock and put it in place whole and locked; return the open file, which keeps it locked."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "?"
    who = {
        "user": user,
        "host": platform.node(),
        "pid": os.getpid(),
        "since": now.isoformat(timespec="seconds"),
    }
    who |= {"brief": brief}
    beside = note.with_name(f"{note.name}.new")
    kept = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        system.hold_lock(kept, waits=True)
        os.write(kept, json.dumps(who).encode())
        beside.replace(note)
    except OSError:
        os.close(kept)
        raise
    return kept


def _patience(note: Path) -> float:
    """Say how long the holder is waited for: long where it said that it would be brief, and while it says nothing."""
    try:
        return BRIEF_SECONDS if json.loads(note.read_bytes())["brief"] else 0
    except FileNotFoundError:
        return NOTE_SECONDS
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return 0


def _held_by(note: Path) -> LedgerLockedError:
    return LedgerLockedError(
        Phrase("another massctl is at work on this ledger"),
        _who(note) or Phrase("Another process holds it."),
        Phrase("Wait until it has ended, then run the same command again."),
    )


def is_held(locks: Path) -> bool:
    """Return whether a runner is at work, from its note, without touching the lock."""
    try:
        with (locks / "runner.json").open("rb") as note:
            return _is_kept(note)
    except OSError:
        return False


def _is_kept(note: BinaryIO) -> bool:
    """Whether the writer of a note lives: it keeps the note locked."""
    return system.is_locked(note.fileno())


def _who(note: Path) -> Phrase | None:
    """Return who wrote the note and when; None if it cannot be read, or if its writer is dead."""
    try:
        with note.open("rb") as file:
            text = file.read()
            if not _is_kept(file):
                return None
        found = json.loads(text)
        return Phrase(
            "{who}, process {pid}, has been using it since {since}.",
            who=f"{found['user']}@{found['host']}",
            pid=int(found["pid"]),
            since=moment(datetime.fromisoformat(found["since"])),
        )
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
