"""The spool: acknowledged is durable, once; what cannot be written is not acknowledged."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from massctl.callback.spool import (
    BOUND_FOR,
    DONE_FOR,
    KEPT_FOR,
    Arrival,
    Spool,
    SpoolError,
    held_events,
)

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
APPID = "wx0123456789abcdef"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spool(tmp_path: Path, clock: Clock) -> Iterator[Spool]:
    opened = Spool(tmp_path / "new" / "callback.sqlite", clock)
    yield opened
    opened.close()


def finish(msg_id: int = 7, body: bytes = b"<xml/>", **more: str) -> Arrival:
    return Arrival(APPID, None, body, msg_id, **more)


def waiting(spool: Spool, *known: int) -> list[tuple[bytes, bool]]:
    return [(each.body, each.is_new) for each in spool.waiting(set(known))]


def test_what_comes_again_is_kept_once(spool: Spool) -> None:
    assert ["new", "again", "again"] == [spool.put(finish()) for _ in range(3)]
    assert [(b"<xml/>", True)] == waiting(spool)


def test_another_body_or_account_is_another_event(spool: Spool) -> None:
    arrivals = [
        finish(),
        finish(body=b"<xml>2</xml>"),
        Arrival("wxfedcba9876543210", None, b"<xml/>", 7),
    ]
    assert ["new"] * 3 == [spool.put(each) for each in arrivals]
    assert 3 == len(spool.waiting(()))


def test_a_signature_belongs_to_its_first_body(spool: Spool) -> None:
    told = [spool.put(Arrival(APPID, "s", body, 7)) for body in (b"first", b"first", b"forged")]
    assert ["new", "again", "replayed"] == told
    assert [(b"first", True)] == waiting(spool)


def test_a_signature_is_bound_by_messages_that_are_not_kept(spool: Spool) -> None:
    told = [spool.put(Arrival(APPID, "s", b"hello")), spool.put(Arrival(APPID, "s", b"forged", 7))]
    assert (["new", "replayed"], []) == (told, waiting(spool))


def test_the_binding_outlives_the_process(spool: Spool, clock: Clock) -> None:
    spool.put(Arrival(APPID, "s", b"first"))
    spool.close()
    again = Spool(spool.path, clock)
    assert "replayed" == again.put(Arrival(APPID, "s", b"forged", 7))
    again.close()


def test_settled_events_are_done_with_and_foreign_ones_wait_for_their_job(spool: Spool) -> None:
    for number in (7, 8, 9):
        spool.put(finish(number, b"<%d/>" % number))
    seven, eight, nine = (each.id for each in spool.waiting(()))
    spool.settle({seven: "recorded", eight: "foreign", nine: "ignored"})
    assert ([], [(b"<8/>", False)]) == (waiting(spool, 7, 9), waiting(spool, 7, 8, 9))
    assert NOW.timestamp() == spool.newest_foreign()


def test_held_events_wait_as_foreign_ones_do(spool: Spool) -> None:
    spool.put(finish(7))
    (seven,) = spool.waiting(())
    spool.settle({seven.id: "held"})
    assert ([], [(b"<xml/>", False)], 1) == (waiting(spool), waiting(spool, 7), spool.count_held())
    assert [7] == [each.msg_id for each in held_events(spool.path)]
    spool.settle({seven.id: "recorded"})
    assert (0, []) == (spool.count_held(), list(held_events(spool.path)))


def test_as_many_as_one_append_holds_oldest_first(spool: Spool) -> None:
    for number in range(5):
        spool.put(finish(number, b"%d" % number))
    assert [b"0", b"1"] == [each.body for each in spool.waiting((), limit=2)]


def test_hundreds_at_once_are_all_durable_and_counted(spool: Spool) -> None:
    def one(number: int) -> str:
        spool.count("main", "finish")
        return spool.put(finish(number % 250, b"%d" % (number % 250)))

    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(one, range(500)))
    assert (250, 250) == (told.count("new"), told.count("again"))
    counts, states, oldest = spool.tally()
    assert ({("main", "finish"): 500}, {"received": 250}, NOW.timestamp()) == (
        counts,
        states,
        oldest,
    )


def test_counts_outlive_the_process(spool: Spool, clock: Clock) -> None:
    for _ in range(3):
        spool.count("main", "forged")
    spool.close()
    again = Spool(spool.path, clock)
    again.count("main", "forged")
    assert {("main", "forged"): 4} == again.tally()[0]
    again.close()


KILLED = """
import os, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from massctl.callback.spool import Arrival, Spool
spool = Spool(Path(sys.argv[1]), lambda: datetime(2026, 12, 1, tzinfo=UTC))
def put(start):
    for number in range(start, 10**9, 8):
        spool.put(Arrival("wx", None, b"%d" % number, number))
        os.write(1, b"%d " % number)
for start in range(8):
    threading.Thread(target=put, args=(start,), daemon=True).start()
sys.stdin.read()
"""


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "callback.sqlite"
    acknowledged: list[int] = []
    for _ in range(3):
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, path], text=True, **streams
        ) as process:
            assert process.stdout is not None
            said = process.stdout.read(300)
            process.kill()
            said += process.stdout.read()
            acknowledged += [int(number) for number in said.split(" ")[:-1]]
    spool = Spool(path, clock)
    found = [int(each.body) for each in spool.waiting((), limit=10**6)]
    spool.close()
    assert len(found) == len(set(found))
    assert set() == set(acknowledged) - set(found)


def test_two_processes_may_open_it_at_once(tmp_path: Path, clock: Clock) -> None:
    """As two workers of gunicorn do when they start."""
    path, spools = tmp_path / "callback.sqlite", []
    with ThreadPoolExecutor(8) as threads:
        spools = list(threads.map(lambda _: Spool(path, clock), range(8)))
        told = list(threads.map(lambda spool: spool.put(finish()), spools))
    assert (1, 7) == (told.count("new"), told.count("again"))
    for each in spools:
        each.close()


def test_what_is_old_is_forgotten_and_what_waits_is_not(
    spool: Spool, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massctl.callback.spool.PRUNE_SECONDS", 0.0)
    spool.put(Arrival(APPID, "s", b"first"))
    spool.put(finish(7, b"<7/>"))
    (seven,) = (each.id for each in spool.waiting(()))
    spool.settle({seven: "foreign"})
    spool.put(finish(8, b"<8/>"))
    clock.now = NOW + BOUND_FOR + timedelta(seconds=1)
    assert "new" == spool.put(Arrival(APPID, "other", b"now"))
    assert "new" == spool.put(Arrival(APPID, "s", b"by then its timestamp is too old"))
    assert [(b"<7/>", False), (b"<8/>", True)] == waiting(spool, 7)
    (eight,) = (each.id for each in spool.waiting(()))
    spool.put(finish(6, b"<6/>"))
    (six,) = (each.id for each in spool.waiting(()) if each.id != eight)
    spool.settle({six: "recorded"})
    assert "again" == spool.put(finish(6, b"<6/>"))
    clock.now = NOW + BOUND_FOR + DONE_FOR + timedelta(seconds=2)
    assert [(b"<7/>", False), (b"<8/>", True)] == waiting(spool, 7)
    spool.put(finish(5, b"<5/>"))
    assert "new" == spool.put(finish(6, b"<6/>"))
    clock.now = NOW + KEPT_FOR + timedelta(seconds=1)
    spool.put(finish(9, b"<9/>"))
    assert [b"<8/>", b"<5/>", b"<6/>", b"<9/>"] == [body for body, _ in waiting(spool, 7)]


@pytest.mark.parametrize(
    "content", [b"this is no database, but as long as the head of one " * 3, b""]
)
def test_a_file_that_is_none_of_ours(tmp_path: Path, clock: Clock, content: bytes) -> None:
    path = tmp_path / "callback.sqlite"
    path.write_bytes(content)
    if not content:
        Spool(path, clock).close()
        return
    with pytest.raises(SpoolError, match="not a database"):
        Spool(path, clock)
    assert content == path.read_bytes()


def test_a_spool_of_another_version_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "callback.sqlite"
    with sqlite3.connect(path) as file:
        file.execute("pragma user_version = 9")
    file.close()
    with pytest.raises(SpoolError, match="version 9"):
        Spool(path, clock)


def test_a_folder_that_cannot_be_made(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError):
        Spool(tmp_path / "file" / "callback.sqlite", clock)


def test_what_cannot_be_written_is_not_acknowledged_and_then_is(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process keeps the file for itself, as long as anything may take; a full disk looks the same."""
    monkeypatch.setattr("massctl.callback.spool.COMMIT_SECONDS_MAX", 0.2)
    spool.count("main", "forged")
    other = sqlite3.connect(spool.path, isolation_level=None)
    other.execute("begin exclusive")
    with pytest.raises(SpoolError):
        spool.put(finish())
    other.execute("rollback")
    other.close()
    monkeypatch.undo()
    assert spool.put(finish()) in ("new", "again")
    assert (None, {("main", "forged"): 1}) == (spool.failure, spool.tally()[0])


def test_it_is_for_its_owner_alone(spool: Spool) -> None:
    assert 0o600 == spool.path.stat().st_mode & 0o777


def test_nothing_is_left_running_once_it_is_closed(spool: Spool) -> None:
    spool.close()
    assert "the writer has ended" == spool.failure
