"""One suite for every backend of the ledger: what `massctl.apply.ports.Ledger` promises."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from building import APPID, LINEAGE, NOW, as_new, attempted, sha, text
from gits import clone_of, ledger_in, remote_at

from massctl.apply.ports import Ledger
from massctl.errors import LedgerStaleError
from massctl.ledger.local import LocalLedger
from massctl.model.entries import Created, Expired, ImageUploaded, NewEntry

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))
ATTEMPT = as_new(attempted(WORDS))
IMAGE = NewEntry(at=NOW, event=ImageUploaded(appid=APPID, sha256=sha("hero"), url="https://mmbiz.qpic.cn/1/0"))
Open = Callable[[], Ledger]


@pytest.fixture(params=["local", "git"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Open the one ledger as another runner would: nothing is shared but the place where every runner reads."""
    if request.param == "local":
        return lambda: LocalLedger(tmp_path / "massctl.state.jsonl", tmp_path / "locks")
    remote = remote_at(tmp_path / "remote.git")
    numbers = iter(range(100))
    return lambda: ledger_in(clone_of(remote, tmp_path / f"clone{next(numbers)}"))


@pytest.fixture
def begun(opened: Open) -> Ledger:
    ledger = opened()
    ledger.read(0)
    ledger.append(0, [CREATED], durable=True)
    return ledger


def test_one_that_is_not_there_is_empty(opened: Open):
    assert [] == list(opened().read(0))


def test_what_is_appended_is_what_every_runner_reads(begun: Ledger, opened: Open):
    written = begun.append(1, [MORE, ATTEMPT], durable=True)
    assert list(written) == list(opened().read(1))
    assert [2, 3] == [entry.serial for entry in written]


def test_what_is_not_durable_is_with_what_is(begun: Ledger, opened: Open):
    noted = begun.append(1, [IMAGE], durable=False)
    written = begun.append(2, [ATTEMPT], durable=True)
    assert [*noted, *written] == list(opened().read(1))


def test_an_append_of_nothing_sees_to_what_was_noted(begun: Ledger, opened: Open):
    noted = begun.append(1, [IMAGE], durable=False)
    assert [] == list(begun.append(2, [], durable=True))
    assert list(noted) == list(opened().read(1))


def test_what_was_noted_is_read_here(begun: Ledger):
    noted = begun.append(1, [IMAGE], durable=False)
    assert list(noted) == list(begun.read(1))


def test_of_two_runners_the_second_writes_nothing(begun: Ledger, opened: Open):
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


def test_of_many_runners_at_once_one_writes_at_each_serial(begun: Ledger, opened: Open):
    runners = [opened() for _ in range(4)]
    written: list[int] = []

    def run(ledger: Ledger) -> None:
        for _ in range(3):
            serial = len(ledger.read(0))
            try:
                written.extend(entry.serial for entry in ledger.append(serial, [MORE], durable=True))
            except LedgerStaleError:
                continue

    threads = [threading.Thread(target=run, args=(ledger,)) for ledger in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(written)) == sorted(written)
    assert [entry.serial for entry in opened().read(1)] == sorted(written)
