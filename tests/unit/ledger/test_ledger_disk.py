"""Appending to a disk that fails, and when what is appended is durable."""

import errno
import fcntl
import os
from pathlib import Path
from typing import Any

import pytest
from building import LINEAGE, NOW, as_new, text

from massctl.errors import LedgerError
from massctl.ledger import local
from massctl.ledger.local import LocalLedger
from massctl.model.entries import Created, Expired

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))


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
    with pytest.raises(LedgerError, match="cannot read the ledger" if operation == "read" else "another runner wrote"):
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
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LedgerError, match="cannot lock the ledger") as caught:
            begun.append(1, [MORE], durable=True)
    assert "another process holds it" in caught.value.detail
    assert before == path.read_bytes()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, path: Path) -> list[str]:
    """Watch, in order, what reaches the disk: `write`, `link`, and `flush` of the file or of its folder."""
    seen: list[str] = []
    write, fsync, link = os.write, os.fsync, os.link

    def watched_write(descriptor: int, data: Any) -> int:
        seen.append("write")
        return write(descriptor, data)

    def watched_fsync(descriptor: int) -> None:
        folder = os.fstat(descriptor).st_ino == path.parent.stat().st_ino
        seen.append("flush folder" if folder else "flush")
        fsync(descriptor)

    def watched_link(old: Path, new: Path) -> None:
        seen.append("link")
        link(old, new)

    monkeypatch.setattr(local.os, "link", watched_link)
    monkeypatch.setattr(local.os, "write", watched_write)
    monkeypatch.setattr(local.os, "fsync", watched_fsync)
    return seen


def test_the_first_append_flushes_the_file_before_it_has_its_name_and_then_the_folder(calls, open_ledger):
    open_ledger().append(0, [CREATED], durable=False)
    assert ["write", "flush", "link", "flush folder"] == calls


@pytest.mark.parametrize("failing", ["write", "fsync", "link"])
def test_a_first_append_that_fails_leaves_no_file(failing, path, open_ledger, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(local.os, failing, fail)
    ledger = open_ledger()
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        ledger.append(0, [CREATED], durable=True)
    assert ["locks"] == [each.name for each in path.parent.iterdir()]
    monkeypatch.undo()
    assert 1 == len(ledger.append(0, [CREATED], durable=True))


def test_a_durable_append_is_flushed_when_it_returns(begun, calls):
    begun.append(1, [MORE, MORE], durable=True)
    assert ["write", "flush"] == calls


def test_the_name_of_a_file_that_another_process_made_is_flushed_once(begun, calls, open_ledger):
    ledger = open_ledger()
    ledger.read(0)
    ledger.append(1, [MORE], durable=True)
    ledger.append(2, [MORE], durable=True)
    assert ["flush folder", "write", "flush", "write", "flush"] == calls


def test_an_append_that_need_not_be_durable_is_not_flushed(begun, calls):
    begun.append(1, [MORE], durable=False)
    assert ["write"] == calls


def test_a_durable_append_flushes_what_others_wrote_before(begun, calls):
    begun.append(1, [MORE], durable=False)
    begun.append(2, [MORE], durable=True)
    assert ["write", "write", "flush"] == calls
