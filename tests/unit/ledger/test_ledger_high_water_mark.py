"""A ledger that this machine has seen grow further is not believed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from building import APPID, LINEAGE, NOW, sha

from massctl.errors import LedgerCorruptError, LedgerOlderError
from massctl.ledger.high_water_mark import FILE, seen_mark, set_back
from massctl.ledger.local_file import LocalFile, LocalLedger
from massctl.model.entries import Created, Event, ImageUploaded, NewEntry

BEGUN = Created(lineage=LINEAGE, realm="loopback")
IMAGE = ImageUploaded(appid=APPID, sha256=sha("hero"), url="https://mmbiz.qpic.cn/1/0")
OTHER = ImageUploaded(appid=APPID, sha256=sha("other"), url="https://mmbiz.qpic.cn/2/0")


def new(event: Event) -> NewEntry:
    return NewEntry(at=NOW, event=event)


@pytest.fixture
def ledger(tmp_path: Path) -> LocalLedger:
    """A ledger of two entries, and a copy of its first one in `copy.jsonl`."""
    ledger = LocalLedger(tmp_path / "state.jsonl", tmp_path / "locks")
    ledger.append(0, [new(BEGUN)], durable=True)
    (tmp_path / "copy.jsonl").write_bytes((tmp_path / "state.jsonl").read_bytes())
    ledger.append(1, [new(IMAGE)], durable=True)
    return ledger


def put_back(folder: Path) -> LocalLedger:
    (folder / "state.jsonl").write_bytes((folder / "copy.jsonl").read_bytes())
    return LocalLedger(folder / "state.jsonl", folder / "locks")


def test_nor_a_file_without_a_whole_entry(ledger: LocalLedger, tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes((tmp_path / "copy.jsonl").read_bytes()[:-20])
    with pytest.raises(LedgerCorruptError, match="in the middle of an entry"):
        LocalLedger(tmp_path / "state.jsonl", tmp_path / "locks").read(0)


def test_nor_a_copy_of_what_was_there_before(ledger: LocalLedger, tmp_path: Path) -> None:
    with pytest.raises(LedgerOlderError, match="older copy"):
        put_back(tmp_path).read(0)


@pytest.mark.parametrize("data", [b"", bytes(4096)])
def test_nor_a_file_of_zeros_or_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "state.jsonl").write_bytes(data)
    with pytest.raises(LedgerCorruptError):
        LocalLedger(tmp_path / "state.jsonl", tmp_path / "locks").read(0)


def test_a_longer_copy_is_what_another_process_wrote(ledger: LocalLedger, tmp_path: Path) -> None:
    LocalLedger(tmp_path / "state.jsonl", tmp_path / "locks").read(0)
    other = LocalLedger(tmp_path / "state.jsonl", tmp_path / "elsewhere")
    other.read(0)
    other.append(2, [new(OTHER)], durable=True)
    assert 3 == len(LocalLedger(tmp_path / "state.jsonl", tmp_path / "locks").read(0))


def test_what_was_not_flushed_may_be_lost_in_a_crash(ledger: LocalLedger, tmp_path: Path) -> None:
    (tmp_path / "copy.jsonl").write_bytes((tmp_path / "state.jsonl").read_bytes())
    ledger.append(2, [new(OTHER)], durable=False)
    assert 2 == len(put_back(tmp_path).read(0))


def test_a_ledger_of_another_lineage_is_judged_elsewhere(
    ledger: LocalLedger, tmp_path: Path
) -> None:
    assert (
        set_back(seen_mark(tmp_path / "locks"), "01JDXW99999999999999999999", 1, "sha256:x") is None
    )


def test_what_is_appended_while_a_ledger_is_read_makes_no_older_copy_of_it(
    ledger: LocalLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.jsonl"
    pieces = LocalFile._pieces

    def overtaken(self: LocalFile) -> Iterator[bytes]:
        found = list(pieces(self))
        monkeypatch.undo()
        ledger.append(ledger.read(0)[-1].serial, [new(OTHER)], durable=True)
        yield from found

    monkeypatch.setattr(LocalFile, "_pieces", overtaken)
    LocalLedger(path, tmp_path / "locks").read(0)
    assert 3 == len(ledger.read(0))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "[]",
        "{}",
        '{"lineage": 1, "serial": 2, "digest": "x"}',
        '{"lineage": "x", "serial": true, "digest": "x"}',
        '{"lineage": "x", "serial": 2, "digest": "x", "inherited_until": -1}',
    ],
)
def test_a_note_that_is_none_of_ours_says_nothing(
    ledger: LocalLedger, tmp_path: Path, note: str
) -> None:
    (tmp_path / "locks" / FILE).write_text(note)
    assert 1 == len(put_back(tmp_path).read(0))


def test_a_note_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / f"{FILE}.new").mkdir()
    ledger = LocalLedger(tmp_path / "state.jsonl", tmp_path / "locks")
    assert 1 == len(ledger.append(0, [new(BEGUN)], durable=True))


def test_the_machine_that_began_a_ledger_has_seen_all_of_it(
    ledger: LocalLedger, tmp_path: Path
) -> None:
    assert (0, 0) == (ledger.inherited_until, put_back_whole(tmp_path, "locks").inherited_until)


def put_back_whole(folder: Path, locks: str) -> LocalLedger:
    """Read the ledger as a new process of a machine."""
    ledger = LocalLedger(folder / "state.jsonl", folder / locks)
    ledger.read(0)
    return ledger


def test_another_machine_notes_how_far_it_reached_when_it_saw_it_first(
    ledger: LocalLedger, tmp_path: Path
) -> None:
    other = put_back_whole(tmp_path, "elsewhere")
    assert 2 == other.inherited_until
    other.append(2, [new(OTHER)], durable=True)
    other.append(3, [new(OTHER)], durable=True)
    again = put_back_whole(tmp_path, "elsewhere")
    again.append(4, [new(OTHER)], durable=False)
    assert [2, 2, 0] == [
        put_back_whole(tmp_path, "elsewhere").inherited_until,
        again.inherited_until,
        put_back_whole(tmp_path, "locks").inherited_until,
    ]


def test_a_ledger_in_the_place_of_another_is_seen_anew(ledger: LocalLedger, tmp_path: Path) -> None:
    other = put_back_whole(tmp_path, "elsewhere")
    other.replace(None, NOW, other.as_found())
    other.append(0, [new(BEGUN)], durable=True)
    assert 0 == other.inherited_until
