"""An old ledger is put aside, whole, and never destroyed."""

from pathlib import Path

import pytest
from building import NOW

from massctl.errors import LedgerError
from massctl.ledger.aside import put_aside


def test_the_file_is_renamed_whole(tmp_path: Path):
    path = tmp_path / "massctl.state.jsonl"
    path.write_bytes(b"what was sent")
    aside = put_aside(path, NOW)
    assert aside is not None
    assert ("massctl.state.20261201T040000Z.jsonl", b"what was sent") == (aside.name, aside.read_bytes())
    assert not path.exists()


def test_one_that_was_put_aside_before_is_not_touched(tmp_path: Path):
    path = tmp_path / "massctl.state.jsonl"
    for text in (b"1", b"2", b"3"):
        path.write_bytes(text)
        put_aside(path, NOW)
    assert [b"1", b"2", b"3"] == sorted(each.read_bytes() for each in tmp_path.iterdir())


def test_without_a_file_nothing_is_put_aside(tmp_path: Path):
    assert put_aside(tmp_path / "massctl.state.jsonl", NOW) is None


def test_a_disk_that_refuses_leaves_it_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "massctl.state.jsonl"
    path.write_bytes(b"what was sent")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with pytest.raises(LedgerError, match="cannot be put aside"):
        put_aside(path, NOW)
    assert [path] == list(tmp_path.iterdir())
