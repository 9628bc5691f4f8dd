"""Appending: if and only if nobody else has, whole or not at all, and durable when it says so."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from building import LINEAGE, NOW, as_new, attempted, text
from filelock import FileLock

from massctl.errors import LedgerError, LedgerStaleError
from massctl.ledger import local
from massctl.ledger.local import LocalLedger
from massctl.model.ledger import Created, Expired

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "massctl.state.jsonl"


@pytest.fixture
def open_ledger(path: Path) -> Callable[[], LocalLedger]:
    """Open the one file as another process would: nothing is shared but the disk."""
    return lambda: LocalLedger(path, path.parent / "locks")


@pytest.fixture
def begun(open_ledger: Callable[[], LocalLedger]) -> LocalLedger:
    ledger = open_ledger()
    ledger.append(0, [CREATED], durable=True)
    return ledger


def test_a_ledger_that_is_not_there_is_empty(open_ledger):
    assert (False, []) == (open_ledger().exists, open_ledger().read(0))


def test_an_empty_file_is_no_ledger(path, open_ledger):
    path.touch()
    assert (False, []) == (open_ledger().exists, open_ledger().read(0))


def test_the_first_append_makes_the_file(path, open_ledger):
    written = open_ledger().append(0, [CREATED], durable=True)
    assert (True, written) == (open_ledger().exists, open_ledger().read(0))
    assert [1] == [entry.serial for entry in written]


def test_what_is_appended_is_what_is_read(begun, open_ledger):
    written = begun.append(1, [MORE, as_new(attempted(WORDS))], durable=True)
    assert written == open_ledger().read(1)
    assert [2, 3] == [entry.serial for entry in written]


def test_one_object_goes_on_without_reading_again(begun, open_ledger):
    for serial in range(1, 5):
        begun.append(serial, [MORE], durable=False)
    assert [1, 2, 3, 4, 5] == [entry.serial for entry in open_ledger().read(0)]


def test_nothing_to_append_changes_nothing(path, begun):
    before = path.read_bytes()
    assert [] == begun.append(1, [], durable=True)
    assert before == path.read_bytes()


def test_nothing_to_append_to_a_line_without_newline_repairs_it_once(path, begun, open_ledger):
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    ledger = open_ledger()
    ledger.read(0)
    ledger.append(1, [], durable=False)
    ledger.append(1, [MORE], durable=False)
    assert 2 == len(open_ledger().read(0))


@pytest.mark.parametrize("expected", [0, 2])
def test_an_expected_serial_that_is_not_the_last_writes_nothing(expected, path, begun):
    before = path.read_bytes()
    with pytest.raises(LedgerStaleError):
        begun.append(expected, [MORE], durable=True)
    assert before == path.read_bytes()


def test_an_append_to_a_ledger_that_was_not_read_writes_nothing(path, begun, open_ledger):
    before = path.read_bytes()
    with pytest.raises(LedgerStaleError):
        open_ledger().append(0, [CREATED], durable=True)
    assert before == path.read_bytes()


def test_of_two_runners_the_second_writes_nothing(path, begun, open_ledger):
    other = open_ledger()
    other.read(0)
    begun.append(1, [MORE], durable=True)
    before = path.read_bytes()
    with pytest.raises(LedgerStaleError) as caught:
        other.append(1, [MORE], durable=True)
    assert before == path.read_bytes()
    assert ("other_runner", 5) == (caught.value.guard, caught.value.exit_status)
    assert "Serial 1 was expected to be the last. This entry was not written." == caught.value.detail


def test_after_reading_again_the_second_runner_goes_on(begun, open_ledger):
    other = open_ledger()
    other.read(0)
    begun.append(1, [MORE], durable=True)
    with pytest.raises(LedgerStaleError):
        other.append(1, [MORE], durable=True)
    assert [2] == [entry.serial for entry in other.read(1)]
    assert [3] == [entry.serial for entry in other.append(2, [MORE], durable=True)]


def test_a_ledger_that_became_shorter_is_not_written_to(path, begun):
    begun.append(1, [MORE], durable=True)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(LedgerStaleError):
        begun.append(2, [MORE], durable=True)


def test_a_ledger_that_vanished_is_not_begun_again(path, begun):
    path.unlink()
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        begun.append(1, [MORE], durable=True)
    assert not path.exists()


def test_a_failed_reading_leaves_nothing_to_append_to(path, begun, open_ledger):
    ledger = open_ledger()
    path.write_bytes(path.read_bytes() + b"rubbish\n")
    with pytest.raises(LedgerError):
        ledger.read(0)
    with pytest.raises(LedgerStaleError):
        ledger.append(1, [MORE], durable=True)


# What can fail


def fail_after(monkeypatch: pytest.MonkeyPatch, size_bytes: int, code: int) -> None:
    """Let os.write take so many bytes of the ledger's lines, in small bites, and then fail."""
    write, left = os.write, [size_bytes]

    def failing(descriptor: int, data: Any) -> int:
        if left[0] <= 0:
            raise OSError(code, os.strerror(code))
        taken = write(descriptor, data[: min(7, left[0])])
        left[0] -= taken
        return taken

    monkeypatch.setattr(local.os, "write", failing)


@pytest.mark.parametrize("size_bytes", [0, 1, 50, 200])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_write_that_fails_midway_leaves_the_file_as_it_was(size_bytes, code, path, begun, open_ledger, monkeypatch):
    before = path.read_bytes()
    fail_after(monkeypatch, size_bytes, code)
    with pytest.raises(LedgerError, match="cannot write the ledger") as caught:
        begun.append(1, [MORE, MORE], durable=True)
    monkeypatch.undo()
    assert before == path.read_bytes()
    assert f"massctl.state.jsonl: {os.strerror(code)}. Nothing that depends on it was done." == caught.value.detail
    assert [2] == [entry.serial for entry in begun.append(1, [MORE], durable=True)]
    assert 2 == len(open_ledger().read(0))


def test_a_write_in_small_bites_is_whole(begun, open_ledger, monkeypatch):
    fail_after(monkeypatch, 10_000, errno.EIO)
    begun.append(1, [MORE], durable=True)
    monkeypatch.undo()
    assert 2 == len(open_ledger().read(0))


def test_a_flush_that_fails_leaves_the_file_as_it_was(path, begun, monkeypatch):
    before = path.read_bytes()

    def failing(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(local.os, "fsync", failing)
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        begun.append(1, [MORE], durable=True)
    monkeypatch.undo()
    assert before == path.read_bytes()
    assert [2] == [entry.serial for entry in begun.append(1, [MORE], durable=True)]


@pytest.mark.parametrize("operation", ["read", "append"])
def test_a_ledger_that_is_a_folder_is_an_error_and_no_traceback(operation, path, open_ledger):
    path.mkdir()
    with pytest.raises(LedgerError, match=f"cannot {'write' if operation == 'append' else 'read'} the ledger"):
        open_ledger().read(0) if operation == "read" else open_ledger().append(0, [CREATED], durable=True)


def test_a_read_only_ledger_is_an_error_and_no_traceback(path, begun, monkeypatch):
    """Root may write anything, so the refusal of the system is played."""
    path.chmod(0o444)
    really = os.open

    def refusing(target: Any, flags: int, *rest: Any) -> int:
        if Path(target) == path and flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return really(target, flags, *rest)

    monkeypatch.setattr(local.os, "open", refusing)
    with pytest.raises(LedgerError) as caught:
        begun.append(1, [MORE], durable=True)
    assert "massctl.state.jsonl: Permission denied. Nothing that depends on it was done." == caught.value.detail
    assert caught.value.__cause__ is None
    assert 1 == len(begun.read(0))


def test_a_folder_of_locks_that_cannot_be_made_is_an_error_and_no_traceback(tmp_path):
    (tmp_path / "locks").write_text("a file")
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        LocalLedger(tmp_path / "state.jsonl", tmp_path / "locks").append(0, [CREATED], durable=True)


def test_an_append_lock_that_is_never_released_is_an_error(path, begun, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(local, "APPEND_LOCK_SECONDS", 0)
    with (
        FileLock(path.parent / "locks" / "append.lock"),
        pytest.raises(LedgerError, match="cannot lock the ledger") as caught,
    ):
        begun.append(1, [MORE], durable=True)
    assert "another process holds it" in caught.value.detail
    assert before == path.read_bytes()


# Durable


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, path: Path) -> list[str]:
    """Watch, in order, what reaches the disk: `write`, and `flush` of the file or of its folder."""
    seen: list[str] = []
    write, fsync = os.write, os.fsync

    def watched_write(descriptor: int, data: Any) -> int:
        seen.append("write")
        return write(descriptor, data)

    def watched_fsync(descriptor: int) -> None:
        folder = os.fstat(descriptor).st_ino == path.parent.stat().st_ino
        seen.append("flush folder" if folder else "flush")
        fsync(descriptor)

    monkeypatch.setattr(local.os, "write", watched_write)
    monkeypatch.setattr(local.os, "fsync", watched_fsync)
    return seen


def test_the_first_append_flushes_the_folder_before_anything_is_in_the_file(calls, open_ledger):
    open_ledger().append(0, [CREATED], durable=True)
    assert ["flush folder", "write", "flush"] == calls


def test_a_durable_append_is_flushed_when_it_returns(begun, calls):
    begun.append(1, [MORE, MORE], durable=True)
    assert ["write", "flush"] == calls


def test_an_append_that_need_not_be_durable_is_not_flushed(begun, calls):
    begun.append(1, [MORE], durable=False)
    assert ["write"] == calls


def test_a_durable_append_flushes_what_others_wrote_before(begun, calls):
    begun.append(1, [MORE], durable=False)
    begun.append(2, [MORE], durable=True)
    assert ["write", "write", "flush"] == calls


def test_a_file_that_was_left_empty_by_a_crash_has_its_folder_flushed_too(path, calls, open_ledger):
    path.touch()
    open_ledger().append(0, [CREATED], durable=True)
    assert ["flush folder", "write", "flush"] == calls


# Processes


APPENDER = """
import sys
from pathlib import Path
from building import as_new, text, NOW
from massctl.errors import LedgerStaleError
from massctl.ledger.local import LocalLedger
from massctl.model.ledger import Expired
ledger = LocalLedger(Path(sys.argv[1]), Path(sys.argv[1]).parent / "locks")
done = 0
known = len(ledger.read(0))
while done < 15:
    try:
        known += len(ledger.append(known, [as_new((Expired(not_after=NOW), text(sys.argv[2])))], durable=False))
        done += 1
    except LedgerStaleError:
        known = len(ledger.read(0))
"""


def test_three_processes_that_write_at_once_lose_nothing_and_break_nothing(path, begun, open_ledger):
    tests = str(Path(__file__).parents[2])
    processes = [
        subprocess.Popen([sys.executable, "-c", APPENDER, path, name], env={**os.environ, "PYTHONPATH": tests})
        for name in ("a", "b", "c")
    ]
    assert [0, 0, 0] == [process.wait(60) for process in processes]
    found = open_ledger().read(1)
    assert {"a": 15, "b": 15, "c": 15} == {name: sum(e.campaign == name for e in found) for name in "abc"}
