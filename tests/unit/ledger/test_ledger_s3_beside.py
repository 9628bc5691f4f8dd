"""Contents and statistics in the bucket of the ledger: what one runner keeps, every other one reads."""

from pathlib import Path

import pytest
from building import article, news
from s3_places import CREDENTIALS, bucket_at
from statistics_samples import APPID, article_day, asked

from massctl.errors import LedgerUnreachableError
from massctl.ledger import ARCHIVE_FOLDER
from massctl.ledger.archive import ARCHIVE_BYTES_MAX, LocalArchive
from massctl.ledger.s3_archive import S3Archive, S3Statistics
from massctl.ledger.s3_bucket import Bucket
from massctl.ledger.statistics import LocalStatistics
from massctl.model.ids import AppId

ME = AppId(APPID)


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return bucket_at(tmp_path.name, "sound")


def test_what_was_kept_is_read_and_taken_over(bucket: Bucket, tmp_path: Path):
    campaign = news("sale", article("甲"), article("乙", content="<p>乙</p>"))
    archive = S3Archive(bucket)
    assert (True, True) == (archive.keep(campaign), archive.keep(campaign))
    found = S3Archive(bucket).read(campaign.digest)
    assert found is not None
    assert campaign.digest == found.lock.digest
    local = LocalArchive(tmp_path / "bodies")
    local.take_over(archive)
    assert sorted(local.names()) == archive.names()


def test_what_is_not_there_or_too_large_is_none(bucket: Bucket):
    archive = S3Archive(bucket)
    bucket.create(f"{ARCHIVE_FOLDER}/large", b"x" * (ARCHIVE_BYTES_MAX + 1))
    assert (None, None) == (archive._bytes("large"), archive._bytes("absent"))


def test_without_the_store_nothing_is_kept_and_nothing_raised():
    archive = S3Archive(Bucket("b", "", "http://127.0.0.1:1", CREDENTIALS))
    campaign = news("sale", article("甲"), article("乙", content="<p>乙</p>"))
    assert (False, None) == (archive.keep(campaign), archive.read(campaign.digest))


def test_what_two_runners_collect_is_all_there(bucket: Bucket):
    one, two = S3Statistics(bucket), S3Statistics(bucket)
    assert () == one.calls(ME) == one.calls_known_here(ME)
    one.add(ME, [article_day()], [], asked(rows=1))
    two.add(ME, [article_day(1)], [], asked(rows=1))
    assert [10] == [row.read_user for row in one.load(ME).articles["100_1"]]
    one.flush()
    two.flush()
    two.flush()
    third = S3Statistics(bucket)
    assert [10, 11] == [row.read_user for row in third.load(ME).articles["100_1"]]
    assert 2 == len(third.calls(ME))


def test_they_move_there_and_back(bucket: Bucket, tmp_path: Path):
    local, here = LocalStatistics(tmp_path / "statistics"), S3Statistics(bucket)
    local.add(ME, [article_day()], [], asked(rows=1))
    for _ in range(2):
        here.take_over(local, ME)
        here.flush()
    assert local.calls(ME) == here.calls(ME)
    back = LocalStatistics(tmp_path / "back")
    back.take_over(here, ME)
    assert local.load(ME) == back.load(ME)


def test_what_cannot_be_written_waits(bucket: Bucket, monkeypatch: pytest.MonkeyPatch):
    archive = S3Statistics(bucket)
    archive.add(ME, [], [], asked())
    with monkeypatch.context() as cut:
        cut.setattr("massctl.ledger.s3_bucket.obstore.put", raising)
        with pytest.raises(LedgerUnreachableError):
            archive.flush()
    archive.flush()
    assert 1 == len(S3Statistics(bucket).calls(ME))


def raising(*_: object, **__: object) -> None:
    raise OSError("cut")
