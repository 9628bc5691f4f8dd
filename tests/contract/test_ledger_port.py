"""One suite for every backend of the ledger: what `massctl.apply.ports.Ledger` promises, and how one is replaced."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from building import APPID, LINEAGE, NOW, as_new, attempted, sha, text
from gits import clone_of, ledger_in, remote_at
from postgres_server import Place, server
from s3_places import ledger_at
from sqlite_backend import DATABASE, SqliteStore

from massctl.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerMissingError,
    LedgerOlderError,
    LedgerStaleError,
    LedgerUnreachableError,
)
from massctl.ledger import chained_ledger
from massctl.ledger.chained_ledger import ChainedLedger
from massctl.ledger.codec import chain_digest, encode
from massctl.ledger.local_file import LocalLedger
from massctl.ledger.postgres_ledger import PostgresLedger
from massctl.model.entries import Created, Entry, Expired, ImageUploaded, NewEntry
from massctl.model.ids import sha256_of
from massctl.model.phrase import Phrase
from massctl.model.state import State

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))
ATTEMPT = as_new(attempted(WORDS))
IMAGE = NewEntry(
    at=NOW, event=ImageUploaded(appid=APPID, sha256=sha("hero"), url="https://mmbiz.qpic.cn/1/0")
)
MANY = 100_000
Open = Callable[[], ChainedLedger]


@pytest.fixture(
    params=[
        "local",
        "git",
        "sqlite",
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("postgres", "s3")),
    ]
)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Open the one ledger as another runner would: nothing is shared but the place where every runner reads."""
    if request.param == "local":
        return lambda: LocalLedger(tmp_path / "massctl.state.jsonl", tmp_path / "locks")
    if request.param == "sqlite":
        return lambda: ChainedLedger(SqliteStore(tmp_path / DATABASE), tmp_path / "locks")
    if request.param == "postgres":
        place = Place(server())
        return lambda: PostgresLedger(place.store(), tmp_path / "locks")
    if request.param == "s3":
        return lambda: ledger_at(tmp_path.name, tmp_path / "locks")
    remote = remote_at(tmp_path / "remote.git")
    numbers = iter(range(100))
    return lambda: ledger_in(clone_of(remote, tmp_path / f"clone{next(numbers)}"))


@pytest.fixture
def begun(opened: Open) -> ChainedLedger:
    ledger = opened()
    ledger.read(0)
    ledger.append(0, [CREATED], durable=True)
    return ledger


def test_one_that_is_not_there_is_empty(opened: Open):
    assert [] == list(opened().read(0))


def test_what_is_appended_is_what_every_runner_reads(begun: ChainedLedger, opened: Open):
    written = begun.append(1, [MORE, ATTEMPT], durable=True)
    assert list(written) == list(opened().read(1))
    assert [2, 3] == [entry.serial for entry in written]


def test_what_is_not_durable_is_with_what_is(begun: ChainedLedger, opened: Open):
    noted = begun.append(1, [IMAGE], durable=False)
    written = begun.append(2, [ATTEMPT], durable=True)
    assert [*noted, *written] == list(opened().read(1))


def test_an_append_of_nothing_sees_to_what_was_noted(begun: ChainedLedger, opened: Open):
    noted = begun.append(1, [IMAGE], durable=False)
    assert [] == list(begun.append(2, [], durable=True))
    assert list(noted) == list(opened().read(1))


def test_what_was_noted_is_read_here(begun: ChainedLedger):
    noted = begun.append(1, [IMAGE], durable=False)
    assert list(noted) == list(begun.read(1))


def test_it_is_folded_to_what_it_is_read_to(begun: ChainedLedger, opened: Open):
    begun.append(1, [MORE, ATTEMPT] * 20, durable=True)
    begun.append(41, [IMAGE], durable=False)
    for ledger in (begun, opened()):
        folded: list[Entry] = []
        ledger.fold(folded.append)
        assert list(ledger.read(0)) == folded
        assert folded[40:] == list(ledger.read(40))


@pytest.mark.parametrize("is_written", [False, True], ids=["before the effect", "after it"])
@pytest.mark.parametrize("goes_on", [False, True], ids=["another process", "the same one"])
def test_a_call_that_dies_at_an_append_leaves_it_whole_or_not_there(
    is_written: bool,
    goes_on: bool,
    begun: ChainedLedger,
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
):
    store: Any = begun._store
    append = store.append

    def died(*args: Any, **more: Any) -> None:
        if is_written:
            append(*args, **more)
        raise LedgerUnreachableError(Phrase("nobody answered"))

    monkeypatch.setattr(store, "append", died)
    with pytest.raises(LedgerUnreachableError):
        begun.append(1, [ATTEMPT, MORE], durable=True)
    monkeypatch.undo()
    ledger = begun if goes_on else opened()
    there = 3 if is_written else 1
    assert there == len(ledger.read(0))
    written = ledger.append(there, [ATTEMPT], durable=True)
    assert [there + 1] == [entry.serial for entry in written]
    assert list(range(1, there + 2)) == [entry.serial for entry in opened().read(0)]


def test_one_in_which_a_byte_was_changed_is_refused(begun: ChainedLedger, opened: Open):
    begun.append(1, [MORE, ATTEMPT, MORE], durable=True)
    found = begun.as_found() or b""
    assert found.count(b'"words"') == 3
    begun.replace(found.replace(b'"words"', b'"wordz"', 1), NOW, found)
    with pytest.raises(LedgerCorruptError):
        opened().read(0)
    with pytest.raises(LedgerCorruptError):
        opened().fold(lambda _: None)


@pytest.mark.slow
@pytest.mark.night
def test_one_of_many_entries_is_read_and_written_as_a_short_one(begun: ChainedLedger, opened: Open):
    found = begun.as_found() or b""
    lines = found.splitlines()
    while len(lines) < MANY:
        lines.append(encode(ATTEMPT, len(lines) + 1, chain_digest(lines[-1])))
    begun.replace(b"".join(line + b"\n" for line in lines), NOW, found)
    ledger, state = opened(), State()
    ledger.fold(state.absorb)
    assert MANY == state.serial
    assert [MANY + 1] == [entry.serial for entry in ledger.append(MANY, [MORE], durable=True)]
    assert [MANY + 1] == [entry.serial for entry in opened().read(MANY)]


def test_of_two_runners_the_second_writes_nothing(begun: ChainedLedger, opened: Open):
    other = opened()
    other.read(0)
    begun.append(1, [ATTEMPT], durable=True)
    with pytest.raises(LedgerStaleError):
        other.append(1, [ATTEMPT], durable=True)
    assert 2 == len(opened().read(0))
    # Once it has read, it goes on behind what it read.
    assert 2 == len(other.read(0))
    assert [3] == [entry.serial for entry in other.append(2, [MORE], durable=True)]


def test_of_two_that_begin_it_one_does(opened: Open):
    one, other = opened(), opened()
    one.read(0)
    other.read(0)
    one.append(0, [CREATED], durable=True)
    with pytest.raises(LedgerStaleError):
        other.append(0, [CREATED], durable=True)


@pytest.mark.slow
def test_of_many_runners_at_once_one_writes_at_each_serial(begun: ChainedLedger, opened: Open):
    runners = [opened() for _ in range(8)]
    written: list[int] = []

    def run(ledger: ChainedLedger) -> None:
        for _ in range(3):
            serial = len(ledger.read(0))
            try:
                written.extend(
                    entry.serial for entry in ledger.append(serial, [MORE], durable=True)
                )
            except LedgerStaleError:
                continue

    threads = [threading.Thread(target=run, args=(ledger,)) for ledger in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(written)) == sorted(written)
    assert [entry.serial for entry in opened().read(1)] == sorted(written)


@pytest.mark.parametrize("expected", [0, 2])
def test_an_expected_serial_that_is_not_the_last_writes_nothing(
    expected: int, begun: ChainedLedger, opened: Open
):
    with pytest.raises(LedgerStaleError):
        begun.append(expected, [MORE], durable=True)
    assert 1 == len(opened().read(0))


def test_only_its_first_entry_begins_a_ledger(opened: Open):
    with pytest.raises(LedgerMissingError) as caught:
        opened().append(0, [MORE], durable=True)
    assert ("massctl state init" in caught.value.hint, None) == (True, opened().as_found())


def test_what_was_verified_once_is_not_read_again(
    begun: ChainedLedger, opened: Open, monkeypatch: pytest.MonkeyPatch
):
    begun.append(1, [MORE] * 3, durable=True)
    ledger, other = opened(), opened()
    ledger.read(0)
    other.append(len(other.read(0)), [ATTEMPT], durable=True)
    read: list[int] = []
    follow = chained_ledger.follow
    monkeypatch.setattr(
        chained_ledger,
        "follow",
        lambda data, after, **k: read.append(data.count(b"\n")) or follow(data, after, **k),
    )
    assert ([5], [1]) == ([entry.serial for entry in ledger.read(4)], read)
    written = ledger.append(5, [MORE], durable=True)
    assert ([5, 6], [1, 0]) == ([entry.serial for entry in ledger.read(4)], read)
    # What came before is not kept at hand: it is read again, and verified with all the rest.
    assert (6, 6) == (len(ledger.read(0)), read[-1])
    assert list(written) == list(ledger.read(5))


def test_a_ledger_that_ends_before_what_this_machine_saw_is_refused(begun: ChainedLedger):
    """An older copy whose lines all verify."""
    older = begun.as_found()
    begun.append(1, [MORE], durable=True)
    begun.replace(older, NOW, begun.as_found())
    with pytest.raises(LedgerOlderError) as caught:
        begun.read(0)
    assert ("ledger_damaged", 5) == (caught.value.guard, caught.value.exit_status)
    assert "ends with entry 1, but this machine saw 2" in caught.value.detail


def test_one_that_went_another_way_is_refused(begun: ChainedLedger):
    older = begun.as_found()
    begun.append(1, [MORE], durable=True)
    begun.replace(older, NOW, begun.as_found())
    begun._locks, locks = begun._locks.with_name("elsewhere"), begun._locks
    begun.append(len(begun.read(0)), [ATTEMPT, MORE], durable=True)
    begun._locks = locks
    begun.forget()
    with pytest.raises(LedgerOlderError, match="older") as caught:
        begun.read(0)
    assert "Its entry 2 differs from" in caught.value.detail


def test_a_form_that_the_chain_proves_is_read_and_refused_in_depth(begun: ChainedLedger):
    """Somebody wrote a whole chain by another hand: every line follows from the one before."""
    first = (begun.as_found() or b"").replace(b'"serial":1', b'"serial": 1')
    begun.append(1, [MORE], durable=True)
    second = (begun.as_found() or b"").splitlines()[1]
    prev = second[second.index(b"sha256:") :][:71]
    second = second.replace(prev, b"sha256:" + sha256_of(first[:-1]).encode())
    begun.replace(first + second + b"\n", NOW, begun.as_found())
    begun._locks = begun._locks.with_name("elsewhere")
    assert 2 == len(begun.read(0))
    with pytest.raises(LedgerCorruptError) as caught:
        begun.read(0, deep=True)
    assert "Entry 1" in caught.value.detail


def test_a_ledger_that_is_replaced_stays_whole_under_another_name(begun: ChainedLedger):
    begun.append(1, [MORE], durable=True)
    before = begun.as_found()
    assert "massctl.state.20261201T040000Z.jsonl" == begun.replace(None, NOW, before)
    assert (None, None) == (begun.as_found(), begun.replace(None, NOW, None))
    begun.append(0, [CREATED], durable=True)
    assert "massctl.state.20261201T040000Z-2.jsonl" == begun.replace(before, NOW, begun.as_found())
    assert before == begun.as_found()
    assert 2 == len(begun.read(0))


def test_one_that_went_on_is_not_replaced(begun: ChainedLedger, opened: Open):
    seen = begun.as_found()
    other = opened()
    other.append(len(other.read(0)), [MORE], durable=True)
    for expected in (seen, None):
        with pytest.raises(LedgerError):
            begun.replace(None, NOW, expected)
    assert 2 == len(opened().read(0))
