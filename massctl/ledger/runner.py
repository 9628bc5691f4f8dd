"""One runner at a time on one machine: a courtesy that says who is at work. Correctness rests on the append."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from massctl.errors import LedgerError, LedgerLockedError
from massctl.model.phrase import Phrase


@contextmanager
def sole_runner(locks: Path, now: datetime) -> Iterator[None]:
    """Hold the runner's lock, or raise LedgerLockedError naming the holder; a dead holder holds nothing."""
    holder = locks / "runner.json"
    lock = FileLock(locks / "runner.lock", timeout=0)
    try:
        locks.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        holder.write_text(json.dumps({"pid": os.getpid(), "since": now.isoformat(timespec="seconds")}))
    except Timeout:
        raise _held_by(holder) from None
    except OSError as error:
        lock.release()  # It does nothing where the lock is not held.
        raise LedgerError(
            Phrase("cannot lock the ledger"),
            Phrase("{folder}: {why}. Nothing was done.", folder=locks.name, why=error.strerror or "?"),
            Phrase("Make the folder writable, then run the same command again."),
        ) from None
    try:
        yield
    finally:
        lock.release()


def _held_by(holder: Path) -> LedgerLockedError:
    try:
        found = json.loads(holder.read_text())
        who = Phrase("Process {pid} holds it since {since}.", pid=found["pid"], since=found["since"])
    except (OSError, ValueError, KeyError, TypeError):
        who = Phrase("Another process holds it.")
    return LedgerLockedError(
        Phrase("another massctl is at work on this ledger"),
        who,
        Phrase("Wait until it has ended, then run the same command again."),
    )
