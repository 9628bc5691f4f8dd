"""The local file: an append is whole or not at all, durable when it says so, and nothing of another's is lost."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from building import LINEAGE, NOW, as_new, text

from massctl.errors import LedgerError, LedgerStaleError
from massctl.ledger import local_file
from massctl.ledger.codec import chain_digest, encode, follow_file
from massctl.ledger.high_water_mark import FILE, seen_mark
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import Created, Entry, Expired

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))
NOTED = ["flush mark", "flush mark"]
"""That a line is about to be written: the note, and its name in its folder."""


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
    assert (True, 1) == (
        path.is_symlink(),
        len((path.parent / "elsewhere.jsonl").read_bytes().splitlines()),
    )


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


def test_an_append_to_a_ledger_that_was_not_read_writes_nothing(path, begun, open_ledger):
    before = path.read_bytes()
    with pytest.raises(LedgerStaleError):
        open_ledger().append(0, [CREATED], durable=True)
    assert before == path.read_bytes()


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
from massctl.ledger.local_file import LocalLedger
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


@pytest.mark.slow
def test_three_processes_that_write_at_once_lose_nothing_and_break_nothing(
    path, begun, open_ledger
):
    tests = str(Path(__file__).parents[2])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", APPENDER, path, name], env={**os.environ, "PYTHONPATH": tests}
        )
        for name in ("a", "b", "c")
    ]
    assert [0, 0, 0] == [process.wait(60) for process in processes]
    found = open_ledger().read(1)
    assert {"a": 15, "b": 15, "c": 15} == {
        name: sum(e.campaign == name for e in found) for name in "abc"
    }


def fail_after(monkeypatch: pytest.MonkeyPatch, size_bytes: int, code: int) -> None:
    """Let os.write take so many bytes of the ledger's lines, in small bites, and then fail."""
    write, left = os.write, [size_bytes]

    def failing(descriptor: int, data: Any) -> int:
        if left[0] <= 0:
            raise OSError(code, os.strerror(code))
        taken = write(descriptor, data[: min(7, left[0])])
        left[0] -= taken
        return taken

    monkeypatch.setattr(local_file.os, "write", failing)


@pytest.mark.parametrize("size_bytes", [0, 1, 50, 200])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_write_that_fails_midway_leaves_the_file_as_it_was(
    size_bytes, code, path, begun, open_ledger, monkeypatch
):
    before = path.read_bytes()
    fail_after(monkeypatch, size_bytes, code)
    with pytest.raises(LedgerError, match="cannot write the ledger") as caught:
        begun.append(1, [MORE, MORE], durable=True)
    monkeypatch.undo()
    assert before == path.read_bytes()
    assert (
        f"massctl.state.jsonl: {os.strerror(code)}. Nothing that depends on it was done."
        == caught.value.detail
    )
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

    monkeypatch.setattr(local_file.os, "fsync", failing)
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        begun.append(1, [MORE], durable=True)
    monkeypatch.undo()
    assert before == path.read_bytes()
    assert [2] == [entry.serial for entry in begun.append(1, [MORE], durable=True)]


def test_a_read_only_ledger_is_an_error_and_no_traceback(path, begun, monkeypatch):
    """Root may write anything, so the refusal of the system is played."""
    path.chmod(0o444)
    really = os.open

    def refusing(target: Any, flags: int, *rest: Any) -> int:
        if Path(target) == path and flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return really(target, flags, *rest)

    monkeypatch.setattr(local_file.os, "open", refusing)
    with pytest.raises(LedgerError) as caught:
        begun.append(1, [MORE], durable=True)
    assert (
        "massctl.state.jsonl: Permission denied. Nothing that depends on it was done."
        == caught.value.detail
    )
    assert caught.value.__cause__ is None
    assert 1 == len(begun.read(0))


def test_an_append_lock_that_is_never_released_is_an_error(path, begun, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(local_file, "APPEND_LOCK_SECONDS", 0)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LedgerError, match="cannot lock the ledger") as caught:
            begun.append(1, [MORE], durable=True)
    assert "another process holds it" in caught.value.detail
    assert before == path.read_bytes()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, path: Path) -> list[str]:
    """Watch, in order, what reaches the disk: `write`, `link`, and `flush` of the file, its folder or the mark."""
    seen: list[str] = []
    write, fsync, link = os.write, os.fsync, os.link

    def watched_write(descriptor: int, data: Any) -> int:
        seen.append("write")
        return write(descriptor, data)

    def watched_fsync(descriptor: int) -> None:
        places = {path.parent.stat().st_ino: "flush folder"}
        if (locks := path.parent / "locks").is_dir():
            places |= {each.stat().st_ino: "flush mark" for each in (locks, *locks.iterdir())}
        seen.append(places.get(os.fstat(descriptor).st_ino, "flush"))
        fsync(descriptor)

    def watched_link(old: Path, new: Path) -> None:
        seen.append("link")
        link(old, new)

    monkeypatch.setattr(local_file.os, "link", watched_link)
    monkeypatch.setattr(local_file.os, "write", watched_write)
    monkeypatch.setattr(local_file.os, "fsync", watched_fsync)
    return seen


def test_the_first_append_flushes_the_file_before_it_has_its_name_and_then_the_folder(
    calls, open_ledger
):
    open_ledger().append(0, [CREATED], durable=False)
    assert ["write", "flush", "link", "flush folder"] == calls


@pytest.mark.parametrize("failing", ["write", "fsync", "link"])
def test_a_first_append_that_fails_leaves_no_file(failing, path, open_ledger, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(local_file.os, failing, fail)
    ledger = open_ledger()
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        ledger.append(0, [CREATED], durable=True)
    assert [] == list(path.parent.iterdir())
    monkeypatch.undo()
    assert 1 == len(ledger.append(0, [CREATED], durable=True))


def test_a_durable_append_is_flushed_when_it_returns(begun, calls):
    begun.append(1, [MORE, MORE], durable=True)
    assert [*NOTED, "write", "flush"] == calls


def test_the_name_of_a_file_that_another_process_made_is_flushed_once(begun, calls, open_ledger):
    ledger = open_ledger()
    ledger.read(0)
    ledger.append(1, [MORE], durable=True)
    ledger.append(2, [MORE], durable=True)
    assert [*NOTED, "flush folder", "write", "flush", *NOTED, "write", "flush"] == calls


def test_an_append_that_need_not_be_durable_is_not_flushed(begun, calls):
    begun.append(1, [MORE], durable=False)
    assert [*NOTED, "write"] == calls


def test_a_durable_append_flushes_what_others_wrote_before(begun, calls):
    begun.append(1, [MORE], durable=False)
    begun.append(2, [MORE], durable=True)
    assert [*NOTED, "write", "write", "flush"] == calls


def test_what_another_machine_wrote_is_flushed_before_the_mark_names_it(
    path, begun, calls, open_ledger
):
    (path.parent / "locks" / FILE).unlink()
    ledger = open_ledger()
    ledger.read(0)
    ledger.append(1, [MORE], durable=False)
    assert ["flush folder", "flush", *NOTED, "write"] == calls


def test_the_mark_says_that_a_line_may_be_torn_until_what_was_written_is_flushed(path, begun):
    marks = [seen_mark(path.parent / "locks")]
    begun.append(1, [MORE], durable=False)
    marks.append(seen_mark(path.parent / "locks"))
    begun.append(2, [], durable=True)
    marks.append(seen_mark(path.parent / "locks"))
    assert [(1, False), (1, True), (2, False)] == [(each.serial, each.writing) for each in marks]


def test_a_reader_waits_until_a_line_is_whole(path, begun, open_ledger, tmp_path):
    """Another checkout shares the file, and has no mark of what is written here."""
    line = encode(MORE, 2, chain_digest(path.read_bytes().rstrip(b"\n"))) + b"\n"
    with open(path, "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(line[:20])
        file.flush()

        def finish() -> None:
            file.write(line[20:])
            file.close()

        later = threading.Timer(0.3, finish)
        later.start()
        assert 2 == len(LocalLedger(path, tmp_path / "elsewhere").read(0))
        later.join()


@pytest.mark.parametrize("size", [1, 7, 400, 10_000])
@pytest.mark.parametrize("torn", [b"", b'{"at":"2026'])
def test_it_is_folded_piece_by_piece_to_what_it_is_read_to(
    size, torn, path, begun, open_ledger, monkeypatch
):
    begun.append(1, [MORE] * 20, durable=True)
    begun.append(21, [MORE], durable=False)
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(torn)
    entries, end = follow_file(whole)
    monkeypatch.setattr(local_file, "_PIECE_BYTES", size)
    folded: list[Entry] = []
    ledger = open_ledger()
    ledger.fold(folded.append)
    assert entries == folded
    assert (end.serial, end.digest) == ledger.head
    # Where the pieces were cut does not matter to what is written and read behind them.
    ledger.append(22, [MORE], durable=True)
    assert [23] == [entry.serial for entry in ledger.read(22)]
    assert whole == path.read_bytes()[: len(whole)]
    assert 23 == len(follow_file(path.read_bytes())[0])


@pytest.mark.parametrize("is_first", [True, False])
def test_whoever_finds_a_torn_file_faulty_holds_no_lock_on_it(is_first, path, begun):
    """A repair reads what is damaged, ends in the midst of it, and writes."""
    whole = b"" if is_first else path.read_bytes()
    path.write_bytes(whole + bytes(5))
    pieces = iter(local_file.LocalFile(path).read(None).pieces or ())
    assert (whole or bytes(5)) == next(pieces)
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert ([] if is_first else [bytes(5)]) == list(pieces)


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


@pytest.mark.slow
def test_an_entry_that_was_acknowledged_is_not_cut_away(
    begun: LocalLedger,
    linked: LocalLedger,
    open_ledger: Callable[[], LocalLedger],
    monkeypatch: pytest.MonkeyPatch,
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

    monkeypatch.setattr(local_file.os, "read", looked)
    write(begun)
    other.join()
    monkeypatch.undo()
    assert 1 == len(acknowledged)
    assert acknowledged == list(open_ledger().read(1))


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
def test_what_is_no_beginning_of_an_entry_is_not_cut_off(
    begun: LocalLedger, path: Path, behind: bytes
):
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

    monkeypatch.setattr(local_file.os, "write", failing)
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        begun.append(1, [MORE], durable=True)
    assert before + b"of another" == path.read_bytes()


ODD: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_what_is_no_file_is_refused_at_once(make, path, open_ledger):
    """A pipe would block whoever opens it."""
    make(path)
    for ask in (lambda: open_ledger().read(0), open_ledger().as_found):
        with pytest.raises(LedgerError, match="cannot read the ledger") as caught:
            ask()
        assert "massctl.state.jsonl is not a file" in caught.value.detail
    with pytest.raises(LedgerError):
        open_ledger().append(0, [CREATED], durable=True)


def test_what_a_crash_leaves_beside_the_file_is_ignored_by_git(path, open_ledger, monkeypatch):
    """The scaffold's .gitignore has massctl.state.*.jsonl."""
    monkeypatch.setattr(
        local_file.os, "unlink", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "no"))
    )
    open_ledger().append(0, [CREATED], durable=True)
    assert [f"massctl.state.{os.getpid()}.new.jsonl"] == [
        each.name for each in path.parent.glob("massctl.state.*.jsonl")
    ]


def test_what_a_link_leads_to_is_replaced_and_the_other_checkout_notices(path, begun, linked):
    """By a symbolic link both read what took its place; by a hard one the other would go on with the old file."""
    found = linked.as_found()
    if os.stat(path).st_nlink > 1:
        with pytest.raises(LedgerError, match="cannot replace the ledger") as caught:
            linked.replace(None, NOW, found)
        assert "by a hard link" in caught.value.detail
        assert 1 == len(begun.read(0))
        return
    aside = linked.replace(None, NOW, found)
    assert found == path.with_name(aside).read_bytes()
    with pytest.raises(LedgerError):
        begun.append(1, [MORE], durable=True)
    linked.append(0, [CREATED], durable=True)
    assert 1 == len(begun.read(0))


def test_a_replacement_that_died_between_its_two_names_is_done_again(path, begun):
    os.link(path, path.with_name("massctl.state.20261201T040000Z.jsonl"))
    assert "massctl.state.20261201T040000Z-2.jsonl" == begun.replace(None, NOW, begun.as_found())


@pytest.mark.parametrize("failing", ["link", "replace", "fsync"])
def test_a_replacement_that_fails_leaves_the_ledger_as_it_is(
    failing, path, begun, open_ledger, monkeypatch
):
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = path.read_bytes()
    monkeypatch.setattr(local_file.os, failing, fail)
    with pytest.raises(LedgerError, match="cannot replace the ledger"):
        begun.replace(before + before, NOW, before)
    monkeypatch.undo()
    assert before == path.read_bytes()
    assert 1 == len(open_ledger().read(0))
