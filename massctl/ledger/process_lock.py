"""One runner at a time on one machine: a courtesy that says who is at work. Correctness rests on the append.

Whether somebody holds the ledger is the lock's word alone, which the system takes from a process that dies. The note
beside it gives the holder a name. Its writer keeps the note itself locked for as long as it lives, so the note of a
dead holder is known for one, and its name is never told for that of another.
"""

import contextlib
import fcntl
import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from massctl.errors import LedgerError, LedgerLockedError
from massctl.model.phrase import Phrase, moment, system_reason


@contextmanager
def sole_runner(locks: Path, now: datetime) -> Iterator[None]:
    """Hold the runner's lock, or raise LedgerLockedError naming the holder; a dead holder holds nothing."""
    note = locks / "runner.json"
    lock = FileLock(locks / "runner.lock", timeout=0)
    try:
        locks.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        kept = _put_note(note, now)
    except Timeout:
        raise _held_by(note) from None
    except OSError as error:
        lock.release()  # It does nothing where the lock is not held.
        raise LedgerError(
            Phrase("cannot lock the ledger"),
            Phrase("{folder}: {why}. Nothing was done.", folder=locks.name, why=system_reason(error)),
            Phrase("Make the folder writable, then run the same command again."),
        ) from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Closing it says that its writer is gone, should it stay.
            note.unlink()
        os.close(kept)
        lock.release()


def _put_note(note: Path, now: datetime) -> int:
    """Write who holds the lock and put it in place whole and locked; gives the open file, which keeps it locked."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "?"
    who = {"user": user, "host": os.uname().nodename, "pid": os.getpid(), "since": now.isoformat(timespec="seconds")}
    beside = note.with_name(f"{note.name}.new")
    kept = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        fcntl.flock(kept, fcntl.LOCK_EX)
        os.write(kept, json.dumps(who).encode())
        beside.replace(note)
    except OSError:
        os.close(kept)
        raise
    return kept


def _held_by(note: Path) -> LedgerLockedError:
    return LedgerLockedError(
        Phrase("another massctl is at work on this ledger"),
        _who(note) or Phrase("Another process holds it."),
        Phrase("Wait until it has ended, then run the same command again."),
    )


def _who(note: Path) -> Phrase | None:
    """Say who wrote the note and when; None where it cannot be read, or where its writer is dead."""
    try:
        with note.open("rb") as file:
            text = file.read()
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None  # Nobody keeps it locked.
        found = json.loads(text)
        return Phrase(
            "{who}, process {pid}, holds it since {since}.",
            who=f"{found['user']}@{found['host']}",
            pid=int(found["pid"]),
            since=moment(datetime.fromisoformat(found["since"])),
        )
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
