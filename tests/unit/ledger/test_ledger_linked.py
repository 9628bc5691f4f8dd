"""One ledger in two checkouts, by a symbolic or a hard link: each has locks of its own, and nothing is lost."""

import errno
import fcntl
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from building import LINEAGE, NOW, as_new, text

from massctl.errors import LedgerError, LedgerStaleError
from massctl.ledger import local
from massctl.ledger.local import LocalLedger
from massctl.model.entries import Expired

MORE = as_new((Expired(not_after=NOW), text("words")))
LINKS: dict[str, Callable[[Path, Path], None]] = {
    "symbolic": lambda link, target: link.symlink_to(target),
    "hard": lambda link, target: link.hardlink_to(target),
}


@pytest.fixture(params=LINKS)
def linked(request: pytest.FixtureRequest, path: Path, begun: LocalLedger) -> LocalLedger:
    """The same ledger as another checkout has it."""
    other = path.parent / "other"
    other.mkdir()
    LINKS[request.param](other / path.name, path)
    ledger = LocalLedger(other / path.name, other / "locks")
    ledger.read(0)
    return ledger


def test_an_entry_that_was_acknowledged_is_not_cut_away(
    begun: LocalLedger, linked: LocalLedger, open_ledger: Callable[[], LocalLedger], monkeypatch: pytest.MonkeyPatch
):
    """The other checkout writes in the moment in which this one has looked where the ledger ends."""
    read, acknowledged = os.read, []

    def write(ledger: LocalLedger) -> None:
        try:
            acknowledged.extend(ledger.append(1, [MORE], durable=True))
        except LedgerStaleError:
            return

    other = threading.Thread(target=write, args=(linked,))

    def looked(descriptor: int, size: int) -> bytes:
        found = read(descriptor, size)
        if threading.current_thread() is threading.main_thread() and not other.ident:
            other.start()
            other.join(1)
        return found

    monkeypatch.setattr(local.os, "read", looked)
    write(begun)
    other.join()
    monkeypatch.undo()
    assert 1 == len(acknowledged)
    assert acknowledged == list(open_ledger().read(1))


def test_the_second_of_two_checkouts_reads_and_goes_on(
    begun: LocalLedger, linked: LocalLedger, open_ledger: Callable[[], LocalLedger]
):
    begun.append(1, [MORE], durable=True)
    with pytest.raises(LedgerStaleError):
        linked.append(1, [MORE], durable=True)
    assert 2 == len(linked.read(0))
    linked.append(2, [MORE], durable=True)
    assert [1, 2, 3] == [entry.serial for entry in open_ledger().read(0)]


def test_a_checkout_waits_for_the_other(begun: LocalLedger, linked: LocalLedger, path: Path):
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = threading.Thread(target=linked.append, args=(1, [MORE]), kwargs={"durable": True})
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
    waiting.join()
    assert 2 == len(linked.read(0))


def test_a_file_that_was_replaced_while_its_lock_was_waited_for_is_opened_again(
    begun: LocalLedger, path: Path, monkeypatch: pytest.MonkeyPatch
):
    """An entry in the file that lost its name would be in no ledger."""
    flock, old = fcntl.flock, path.with_name("old")

    def replaced(descriptor: int, operation: int) -> None:
        flock(descriptor, operation)
        if not old.exists():
            path.rename(old)
            path.write_bytes(old.read_bytes())

    monkeypatch.setattr(fcntl, "flock", replaced)
    before = path.read_bytes()
    begun.append(1, [MORE], durable=True)
    assert (before, 2) == (old.read_bytes(), len(path.read_bytes().splitlines()))


def test_another_ledger_of_the_same_length_is_not_written_to(begun: LocalLedger, path: Path):
    path.write_bytes(other := path.read_bytes().replace(LINEAGE.encode(), LINEAGE[::-1].encode()))
    with pytest.raises(LedgerStaleError):
        begun.append(1, [MORE], durable=True)
    assert other == path.read_bytes()


@pytest.mark.parametrize("behind", [b"{}", b"\0" * 9, b"half a line"])
def test_what_is_no_beginning_of_an_entry_is_not_cut_off(begun: LocalLedger, path: Path, behind: bytes):
    path.write_bytes(found := path.read_bytes() + behind)
    with pytest.raises(LedgerStaleError):
        begun.append(1, [MORE], durable=True)
    assert found == path.read_bytes()


def test_a_write_that_fails_cuts_off_its_own_bytes_only(
    begun: LocalLedger, path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Where the lock does not reach, as on some network disks, another may have written meanwhile."""
    write, before = os.write, path.read_bytes()

    def failing(descriptor: int, data: bytes) -> int:
        write(descriptor, b"of another")
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(local.os, "write", failing)
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        begun.append(1, [MORE], durable=True)
    assert before + b"of another" == path.read_bytes()
