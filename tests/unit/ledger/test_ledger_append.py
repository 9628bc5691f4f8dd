"""Appending: if and only if nobody else has, whole or not at all, and durable when it says so."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from building import LINEAGE, NOW, as_new, attempted, text

from massctl.errors import LedgerError, LedgerStaleError
from massctl.model.entries import Created, Expired

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))


def test_a_ledger_that_is_not_there_is_empty(open_ledger):
    assert [] == open_ledger().read(0)


def test_the_first_append_makes_the_file_and_leaves_nothing_beside_it(path, open_ledger):
    written = open_ledger().append(0, [CREATED], durable=True)
    assert written == open_ledger().read(0)
    assert [1] == [entry.serial for entry in written]
    assert ["locks", path.name] == sorted(each.name for each in path.parent.iterdir())


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_disk_that_knows_no_links_holds_a_ledger_too(code, path, open_ledger, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", fail)
    ledger, other = open_ledger(), open_ledger()
    ledger.append(0, [CREATED], durable=True)
    with pytest.raises(LedgerStaleError):
        other.append(0, [CREATED], durable=True)
    assert [1] == [entry.serial for entry in open_ledger().read(0)]


def test_a_link_to_a_ledger_that_is_not_there_leads_to_where_it_begins(path, open_ledger):
    path.symlink_to(path.parent / "elsewhere.jsonl")
    open_ledger().append(0, [CREATED], durable=True)
    assert (True, 1) == (path.is_symlink(), len((path.parent / "elsewhere.jsonl").read_bytes().splitlines()))


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


APPENDER = """
import sys
from pathlib import Path
from building import as_new, text, NOW
from massctl.errors import LedgerStaleError
from massctl.ledger.local import LocalLedger
from massctl.model.entries import Expired
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
