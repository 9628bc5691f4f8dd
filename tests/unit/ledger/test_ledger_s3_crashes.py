"""A process dies, or its connection breaks, at each call that it makes of a bucket: the next one goes on from there.

The bucket is a dictionary, whose calls die before they have their effect, or behind it.
"""

from itertools import count
from pathlib import Path

import pytest
from building import LINEAGE, NOW, as_new, attempted, text

from massctl.errors import LedgerError, LedgerMissingError, LedgerStaleError
from massctl.ledger import s3, s3_probe
from massctl.ledger.s3 import S3Ledger, S3LedgerStore
from massctl.ledger.s3_bucket import Bucket, Put
from massctl.model.entries import Created, Expired

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))
ATTEMPT = as_new(attempted(WORDS))
Objects = dict[str, bytes]


class DeadError(BaseException):
    """The process is gone."""


class Memory(Bucket):
    """A bucket in a dictionary; `fault` is what happens at one call: dies or breaks, before or behind its effect.

    It is lost where the next call, which looks it up, breaks too.
    """

    where = "s3://bucket"

    def __init__(self, objects: Objects, fault: str = "", at: int = 0) -> None:
        self._sleep = lambda _: None
        self._objects, self._fault, self._at = objects, fault, at
        self.calls = 0

    def _strikes(self, moment: str) -> bool:
        lost = self._fault.startswith("lost") and self.calls == self._at + 1
        if not lost and (self.calls != self._at or moment not in self._fault):
            return False
        if self._fault.startswith("dies"):
            raise DeadError
        return True

    def put(self, key: str, data: bytes) -> tuple[Put, Exception | None]:
        self.calls += 1
        if self._strikes("before"):
            return Put.FAILED, OSError()
        is_there = key in self._objects
        self._objects.setdefault(key, data)
        if self._strikes("behind"):
            return Put.FAILED, OSError()
        return (Put.EXISTS, OSError()) if is_there else (Put.DONE, None)

    def read(self, key: str) -> bytes | None:
        self._reach()
        return self._objects.get(key)

    def names(self, folder: str, after: str = "") -> list[str]:
        self._reach()
        names = [key.removeprefix(f"{folder}/") for key in self._objects if key.startswith(folder)]
        return sorted(each for each in names if each > after)

    def top(self, folder: str | None = None) -> tuple[list[str], list[str]]:
        self._reach()
        return [], [key for key in self._objects if "/" not in key]

    def _reach(self) -> None:
        self.calls += 1
        if self._strikes("before") or self._strikes("behind"):
            raise self.unreachable(OSError())


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "SMALL", 2)
    monkeypatch.setattr(s3, "LARGE", 4)
    monkeypatch.setattr(s3_probe, "require_one_winner", lambda _: None)


def opened(bucket: Memory, folder: Path) -> S3Ledger:
    return S3Ledger(S3LedgerStore(bucket), folder)


def play(ledger: S3Ledger) -> None:
    """Begin, append, put aside, take an older part up, and append."""
    ledger.read(0)
    ledger.append(0, [CREATED], durable=True)
    for serial in range(1, 7, 2):
        ledger.append(serial, [MORE, ATTEMPT], durable=True)
        ledger.read(serial)
    data = ledger.as_found() or b""
    ledger.replace(data, NOW, data)
    ledger.append(len(ledger.read(0)), [MORE], durable=True)


BROKEN = ["breaks before", "breaks behind", "lost before", "lost behind"]


@pytest.mark.night
@pytest.mark.parametrize("fault", ["dies before", "dies behind", *BROKEN])
def test_at_each_call_in_turn(fault: str, tmp_path: Path):
    whole: Objects = {}
    play(opened(Memory(whole), tmp_path / "whole"))
    lines = opened(Memory(whole), tmp_path / "new").as_found() or b""
    for at in count(1):
        objects: Objects = {}
        bucket = Memory(objects, fault, at)
        locks = tmp_path / str(at)
        ledger = opened(bucket, locks)
        try:
            play(ledger)
        except (DeadError, LedgerError):
            known = ledger.head[0]
        else:
            known = 8
        if bucket.calls < at:
            break
        # Another machine, and the same one with its mark, read the same, which nothing that was heard is missing from.
        fresh = opened(Memory(objects), tmp_path / f"{at}-fresh")
        found = list(fresh.read(0, deep=True))
        assert found == list(opened(Memory(objects), locks).read(0))
        assert len(found) >= known
        data = fresh.as_found() or b""
        assert [kinds(data)] == [kinds(lines)[: len(found)]]
        if found:
            assert 1 == len(fresh.append(len(found), [MORE], durable=True))
            assert len(found) + 1 == len(opened(Memory(objects), tmp_path / f"{at}-last").read(0))
    assert at > 30


def kinds(data: bytes) -> list[bytes]:
    """Give what lines tell of, without what names the line before."""
    return [line.partition(b'"prev":')[0] for line in data.splitlines()]


@pytest.mark.parametrize("fault", BROKEN)
def test_who_goes_on_in_the_same_process_repeats_nothing(fault: str, tmp_path: Path):
    """A run that hears of a broken connection reads again, and appends what is not there."""
    for at in count(1):
        objects: Objects = {}
        bucket = Memory(objects, fault, at)
        ledger = opened(bucket, tmp_path / str(at))
        for entry in (CREATED, ATTEMPT, MORE):
            serial = 0
            for _ in range(3):
                try:
                    serial = len(ledger.read(0))
                    if serial == (CREATED, ATTEMPT, MORE).index(entry):
                        ledger.append(serial, [entry], durable=True)
                    break
                except (LedgerMissingError, LedgerStaleError):
                    raise
                except LedgerError:
                    continue
        found = opened(Memory(objects), tmp_path / f"{at}-fresh").read(0)
        assert [type(entry.event).__name__ for entry in found] == [
            type(each.event).__name__ for each in (CREATED, ATTEMPT, MORE)
        ]
        if bucket.calls < at:
            break
    assert at > 8


def test_of_two_that_put_it_aside_one_does(tmp_path: Path):
    objects: Objects = {}
    one, two = (opened(Memory(objects), tmp_path / name) for name in ("one", "two"))
    one.read(0)
    one.append(0, [CREATED], durable=True)
    data = two.as_found()
    assert one.replace(None, NOW, data) is not None
    with pytest.raises(LedgerStaleError):
        two.replace(None, NOW, data)


def test_an_append_that_comes_before_a_ledger_is_put_aside_is_not_lost(tmp_path: Path):
    objects: Objects = {}
    one, two = (opened(Memory(objects), tmp_path / name) for name in ("one", "two"))
    one.read(0)
    one.append(0, [CREATED], durable=True)
    two.read(0)
    lay_out = one.store._lay_out

    def meanwhile(*each: object) -> None:
        lay_out(*each)  # type: ignore[arg-type]
        two.append(1, [ATTEMPT], durable=True)

    one.store._lay_out = meanwhile  # type: ignore[method-assign]
    with pytest.raises(LedgerStaleError):
        one.replace(b"", NOW, one.as_found())
    assert 2 == len(opened(Memory(objects), tmp_path / "three").read(0))
