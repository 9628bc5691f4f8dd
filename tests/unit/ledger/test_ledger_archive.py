"""The archive beside the ledger: whole or not at all, never twice, never believed, never in the way."""

import os
from pathlib import Path

import pytest
from building import article, news, reviewers, text

from massctl.ledger.archive import ARCHIVE_BYTES_MAX, LocalArchive
from massctl.model.lock import version_of
from massctl.model.message import Recipient, RenderedCampaign

SALE = news("sale", article("甲"), article("乙", content="<p>乙</p>"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "massctl.state.bodies"


@pytest.fixture
def archive(folder: Path) -> LocalArchive:
    return LocalArchive(folder)


def document(folder: Path, campaign: RenderedCampaign = SALE) -> Path:
    return folder / f"{campaign.digest.removeprefix('sha256:')}.json"


@pytest.mark.parametrize("campaign", [SALE, text()])
def test_what_is_kept_is_read_again(
    archive: LocalArchive, folder: Path, campaign: RenderedCampaign
):
    assert archive.keep(campaign)
    found = LocalArchive(folder).read(campaign.digest)
    assert found is not None
    assert version_of(campaign).lock.message == found.lock.message
    assert [each.content for each in campaign.message.articles] == [
        each.content for each in found.message.articles
    ]


def test_reading_writes_nothing(archive: LocalArchive, folder: Path):
    assert None is archive.read(SALE.digest)
    assert not folder.exists()


@pytest.mark.parametrize(
    "digest", ["", "sha256:", "sha256:../../etc/passwd", SALE.digest.upper(), SALE.digest + "\n"]
)
def test_what_is_no_digest_is_no_path(archive: LocalArchive, digest: str):
    archive.keep(SALE)
    assert None is archive.read(digest)


def test_what_is_there_is_not_written_again(archive: LocalArchive, folder: Path):
    archive.keep(SALE)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    for path in before:
        os.utime(path, ns=(1, 1))
    assert archive.keep(SALE)
    assert {1} == {path.stat().st_mtime_ns for path in folder.iterdir()}
    assert set(before) == set(folder.iterdir())


def test_equal_bodies_stand_there_once(archive: LocalArchive, folder: Path):
    archive.keep(news("sale", article("甲")))
    archive.keep(news("sale", article("乙")))
    assert (1, 2) == (len(list(folder.glob("*.html"))), len(list(folder.glob("*.json"))))


def test_no_reviewer_is_in_it(archive: LocalArchive, folder: Path):
    archive.keep(
        news("sale", recipients=(*reviewers("editor_li"), Recipient("touser", "oSECRET-0001")))
    )
    written = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"oSECRET" not in written
    assert b"editor_li" not in written


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[" * 100_000, b"\xff", b"null", b"x" * (ARCHIVE_BYTES_MAX + 1)]
)
def test_a_document_that_was_touched_is_not_believed(
    archive: LocalArchive, folder: Path, content: bytes
):
    archive.keep(SALE)
    document(folder).write_bytes(content)
    assert None is archive.read(SALE.digest)


def test_a_document_under_another_name_is_not_believed(archive: LocalArchive, folder: Path):
    archive.keep(SALE)
    document(folder).rename(document(folder, text()))
    assert None is archive.read(text().digest)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"<p>x</p>")])
def test_a_body_that_is_gone_or_touched_is_not_believed(
    archive: LocalArchive, folder: Path, spoil: object
):
    archive.keep(SALE)
    spoil(next(folder.glob("*.html")))  # type: ignore[operator]
    assert None is archive.read(SALE.digest)


def test_a_pipe_is_not_waited_for(archive: LocalArchive, folder: Path):
    folder.mkdir()
    os.mkfifo(document(folder))
    assert None is archive.read(SALE.digest)


def test_a_file_that_cannot_be_read_is_as_good_as_none(
    archive: LocalArchive, monkeypatch: pytest.MonkeyPatch
):
    archive.keep(SALE)
    monkeypatch.setattr(Path, "read_bytes", _fails)
    assert None is archive.read(SALE.digest)


def test_a_folder_that_cannot_be_made_is_said_and_raises_nothing(
    archive: LocalArchive, folder: Path
):
    folder.write_text("in the way")
    assert not archive.keep(SALE)


def test_a_disk_that_fills_up_leaves_nothing_half_written(
    archive: LocalArchive, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _fails)
        assert not archive.keep(SALE)
    assert [] == list(folder.iterdir())
    assert archive.keep(SALE)


def test_what_a_loss_of_power_left_empty_is_written_again(archive: LocalArchive, folder: Path):
    archive.keep(SALE)
    for path in folder.iterdir():
        path.write_bytes(b"")
    assert archive.keep(SALE)
    assert archive.read(SALE.digest) is not None


def _fails(*_: object) -> bytes:
    raise OSError(28, "No space left on device")
