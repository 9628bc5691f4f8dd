"""A remembered file is what was written, or nothing."""

import os
from pathlib import Path
from typing import Any

import pytest

from massctl.memory import cache_file
from massctl.memory.cache_file import CacheFile
from massctl.memory.stamp import stamp

CONTENT: dict[str, Any] = {"春季": ["一", 1, None, "\ud800"]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "remembered" / "plan.json"


@pytest.fixture
def file(path: Path) -> CacheFile:
    file = CacheFile(path, "stamp")
    file.write(CONTENT)
    return file


def test_what_was_written_is_read(file: CacheFile) -> None:
    assert CONTENT == file.read()


def test_nothing_is_left_beside_it(file: CacheFile, path: Path) -> None:
    assert [path] == list(path.parent.iterdir())


def test_it_is_for_its_owner_alone(file: CacheFile, path: Path) -> None:
    assert 0o600 == path.stat().st_mode & 0o777


def test_another_stamp_reads_nothing(file: CacheFile, path: Path) -> None:
    assert {} == CacheFile(path, "other").read()


def test_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    assert {} == CacheFile(tmp_path / "none", "stamp").read()


def test_no_part_of_it_is_believed(file: CacheFile, path: Path) -> None:
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        assert {} == file.read()


def test_no_other_byte_is_believed(file: CacheFile, path: Path) -> None:
    data = path.read_bytes()
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert {} == file.read()


@pytest.mark.parametrize("document", [b"[]", b"{}", b"1", b'{"stamp":"stamp"}', b'{"stamp":"stamp","content":[]}'])
def test_another_document_is_not_believed(file: CacheFile, path: Path, document: bytes) -> None:
    path.write_bytes(cache_file._first_line(document) + document)
    assert {} == file.read()


def test_a_large_file_is_not_read(file: CacheFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_file, "FILE_BYTES_MAX", 10)
    assert {} == file.read()


def test_a_large_file_is_not_written(file: CacheFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_file, "FILE_BYTES_MAX", 10)
    file.write({"other": 1})
    monkeypatch.undo()
    assert CONTENT == file.read()


def test_a_file_of_somebody_else_is_not_read(file: CacheFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert {} == file.read()


def test_a_disk_that_is_full_leaves_what_was_there(
    file: CacheFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    file.write({"other": 1})
    assert (CONTENT, [path]) == (file.read(), list(path.parent.iterdir()))


def test_a_stamp_is_the_same_for_the_same(tmp_path: Path) -> None:
    assert stamp(tmp_path) == stamp(tmp_path)


def test_every_checkout_has_its_own_stamp(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert stamp(tmp_path) != stamp(tmp_path / "other")


@pytest.mark.parametrize("ask", ["geteuid", "getegid"])
def test_every_user_has_their_own_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: str) -> None:
    before = stamp(tmp_path)
    monkeypatch.setattr(os, ask, lambda: 4711)
    assert before != stamp(tmp_path)


def test_a_library_makes_another_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = tmp_path / "packages"
    (packages / "jinja2-3.1.6.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(packages))
    before = stamp(tmp_path)
    (packages / "jinja2-3.1.6.dist-info").rename(packages / "jinja2-3.1.7.dist-info")
    assert before != stamp(tmp_path)


def test_an_edit_of_massctl_makes_another_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "massctl"
    (package / "render").mkdir(parents=True)
    (package / "render" / "theme.css").write_text("a {}")
    monkeypatch.setattr("massctl.memory.stamp._package", str(package / "__init__.py"))
    before = stamp(tmp_path)
    (package / "render" / "theme.css").write_text("b { }")
    assert before != stamp(tmp_path)
