"""One runner at a time; a dead one holds nothing."""

import errno
import getpass
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from building import NOW

from massctl.errors import LedgerError, LedgerLockedError
from massctl.ledger.process_lock import is_held, sole_runner

HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from massctl.ledger.process_lock import sole_runner
with sole_runner(Path(sys.argv[1]), datetime(2026, 12, 1, 4, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path):
    """Start another process that holds the lock until it is told or made to stop."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "held\n" == process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_the_lock_is_held_by_one_and_free_afterwards(tmp_path):
    for _ in range(2):
        with sole_runner(tmp_path / "new" / "locks", NOW):
            assert (tmp_path / "new" / "locks" / "runner.lock").exists()


def test_another_process_is_kept_out_and_told_who_is_at_work(tmp_path, holder):
    with pytest.raises(LedgerLockedError) as caught, sole_runner(tmp_path, NOW):
        pass
    who = f"{getpass.getuser()}@{os.uname().nodename}, process {holder.pid},"
    assert f"{who} has been using it since 2026-12-01 04:00 +00:00." == caught.value.detail
    assert ("other_runner", 5) == (caught.value.guard, caught.value.exit_status)


def test_a_killed_runner_holds_nothing(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    assert -signal.SIGKILL == holder.wait(30)
    with sole_runner(tmp_path, NOW):
        assert os.getpid() == json.loads((tmp_path / "runner.json").read_text())["pid"]


def test_the_name_of_a_dead_holder_is_never_told_for_that_of_a_living_one(tmp_path, holder):
    """Between taking a lock over and writing its own note, a runner would be taken for the one that was killed."""
    note = tmp_path / "runner.json"
    left = {**json.loads(note.read_text()), "pid": os.getpid()}  # A number that is in use again.
    note.unlink()
    note.write_text(json.dumps(left))
    with pytest.raises(LedgerLockedError) as caught, sole_runner(tmp_path, NOW):
        pass
    assert "Another process holds it." == caught.value.detail


def test_a_note_is_gone_with_its_writer(tmp_path):
    with sole_runner(tmp_path, NOW):
        pass
    assert not (tmp_path / "runner.json").exists()


def test_a_user_without_a_name_holds_it_too(tmp_path, monkeypatch):
    def nameless() -> str:
        raise KeyError("uid")

    monkeypatch.setattr("getpass.getuser", nameless)
    with sole_runner(tmp_path, NOW):
        assert "?" == json.loads((tmp_path / "runner.json").read_text())["user"]


def test_a_runner_that_ends_lets_the_next_one_in(tmp_path, holder):
    holder.communicate("")
    with sole_runner(tmp_path, NOW):
        assert 0 == holder.returncode


def test_the_lock_is_released_when_the_work_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), sole_runner(tmp_path, NOW):
        raise ZeroDivisionError
    with sole_runner(tmp_path, NOW):
        pass


def test_an_error_of_the_system_in_the_work_is_not_taken_for_one_of_the_lock(tmp_path):
    with pytest.raises(FileNotFoundError), sole_runner(tmp_path, NOW):
        raise FileNotFoundError(errno.ENOENT, "a picture")


@pytest.mark.parametrize("note", ["", "{", "[]", "{}", "\0"])
def test_a_holder_whose_note_cannot_be_read_is_somebody(note, tmp_path, holder):
    (tmp_path / "runner.json").write_text(note)
    with pytest.raises(LedgerLockedError) as caught, sole_runner(tmp_path, NOW):
        pass
    assert "Another process holds it." == caught.value.detail


def test_a_holder_without_a_note_is_somebody(tmp_path, holder):
    (tmp_path / "runner.json").unlink()
    with (
        pytest.raises(LedgerLockedError, match="another massctl is at work"),
        sole_runner(tmp_path, NOW),
    ):
        pass


def test_whether_somebody_is_at_work_is_seen_without_disturbing_anybody(tmp_path):
    assert not is_held(tmp_path / "locks")
    with sole_runner(tmp_path, NOW):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_a_dead_holder_is_not_at_work(tmp_path, holder):
    assert is_held(tmp_path)
    holder.kill()
    holder.wait()
    assert ((tmp_path / "runner.json").exists(), False) == (True, is_held(tmp_path))


def test_whoever_is_brief_is_waited_for(tmp_path):
    def hold():
        with sole_runner(tmp_path, NOW, brief=True):
            held.set()
            go_on.wait(60)

    held, go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(60)
    threading.Timer(0.3, go_on.set).start()
    with sole_runner(tmp_path, NOW):
        assert go_on.is_set()
    thread.join()


def test_whoever_stays_longer_than_it_said_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("massctl.ledger.process_lock.BRIEF_SECONDS", 0.1)
    with (
        sole_runner(tmp_path, NOW, brief=True),
        pytest.raises(LedgerLockedError, match="another massctl is at work"),
        sole_runner(tmp_path, NOW),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_an_error_and_no_traceback(tmp_path):
    (tmp_path / "locks").write_text("a file")
    with (
        pytest.raises(LedgerError, match="cannot lock the ledger") as caught,
        sole_runner(tmp_path / "locks", NOW),
    ):
        pass
    assert "locks: File exists. Nothing was done." == caught.value.detail


def test_a_note_that_cannot_be_written_is_an_error_and_releases_the_lock(tmp_path):
    """A full disk: better said before any work than in the middle of it."""
    (tmp_path / "runner.json").mkdir()
    with pytest.raises(LedgerError, match="cannot lock the ledger"), sole_runner(tmp_path, NOW):
        pass
    (tmp_path / "runner.json").rmdir()
    with sole_runner(tmp_path, datetime(2026, 12, 1, tzinfo=UTC)):
        pass
