"""One suite for every place of snapshots: an object is whole or not there, and a name has the same bytes for ever."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from gits import ENVIRONMENT, clone_of, git, remote_at
from postgres_server import Place, server
from s3_places import CREDENTIALS, bucket_at

from massctl.errors import SnapshotStoreError
from massctl.ledger.s3_bucket import Bucket
from massctl.ledger.snapshot_objects import (
    SnapshotBucket,
    SnapshotFolder,
    SnapshotObjects,
    SnapshotTable,
)

LARGE = os.urandom(9 * 1024 * 1024)
Open = Callable[[], SnapshotObjects]


@pytest.fixture(
    params=["folder", *(pytest.param(each, marks=pytest.mark.slow) for each in ("postgres", "s3"))]
)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Open the one place as another runner would."""
    if request.param == "folder":
        return lambda: SnapshotFolder(tmp_path / "snapshots", "snapshots", {})
    if request.param == "postgres":
        place = Place(server())
        return lambda: SnapshotTable(place.store().database)
    return lambda: SnapshotBucket(bucket_at(tmp_path.name))


def test_what_was_added_is_read_by_every_runner(opened: Open):
    assert (None, []) == (opened().read("a.age"), list(opened().names()))
    opened().add("b.age", LARGE)
    opened().add("a.20261201.east", b"")
    assert ["a.20261201.east", "b.age"] == list(opened().names())
    assert (b"", LARGE) == (opened().read("a.20261201.east"), opened().read("b.age"))


def test_what_is_added_again_is_there_once(opened: Open):
    opened().add("a.age", b"one")
    opened().add("a.age", b"one")
    assert ["a.age"] == list(opened().names())
    assert opened().read("a.age") == b"one"


def test_what_is_removed_is_gone_and_may_be_added_again(opened: Open):
    opened().remove("a.age")
    opened().add("a.age", LARGE)
    opened().remove("a.age")
    opened().remove("a.age")
    assert (None, []) == (opened().read("a.age"), list(opened().names()))
    opened().add("a.age", b"two")
    assert opened().read("a.age") == b"two"


@pytest.mark.slow
def test_who_only_reads_a_table_adds_and_removes_nothing():
    place = Place(server())
    SnapshotTable(place.store().database).add("a.age", b"one")
    reader = SnapshotTable(place.store("eye").database)
    assert reader.read("a.age") == b"one"
    for attempt in (lambda: reader.add("b.age", b""), lambda: reader.remove("a.age")):
        with pytest.raises(SnapshotStoreError, match="cannot be used"):
            attempt()
    with pytest.raises(SnapshotStoreError):
        SnapshotTable(place.store("ear").database).read("a.age")


@pytest.mark.slow
def test_an_object_of_a_table_is_never_changed():
    place = Place(server())
    table = SnapshotTable(place.store().database)
    table.add("a.age", LARGE)
    table.add("a.age", b"other")
    assert table.read("a.age") == LARGE


@pytest.mark.slow
def test_a_store_that_cannot_be_reached_is_one_clear_error():
    bucket = SnapshotBucket(Bucket("b", "", "http://127.0.0.1:1", CREDENTIALS))
    for attempt in (bucket.names, lambda: bucket.read("a"), lambda: bucket.add("a", b"")):
        with pytest.raises(SnapshotStoreError, match="s3://b/snapshots") as raised:
            attempt()
        assert "does not answer" in raised.value.detail


def test_a_folder_that_git_tracks_takes_nothing(tmp_path: Path):
    clone = clone_of(remote_at(tmp_path / "remote.git"), tmp_path / "clone")
    folder = SnapshotFolder(clone / "snapshots", "snapshots", ENVIRONMENT)
    folder.add("a.age", b"one")
    git(clone, "add", "-f", "snapshots/a.age")
    with pytest.raises(SnapshotStoreError, match="git tracks files"):
        folder.add("b.age", b"two")
    git(clone, "rm", "-rq", "--cached", "snapshots")
    folder.add("b.age", b"two")
    assert git(clone, "status", "--porcelain") == ""


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path):
    (tmp_path / "snapshots").write_text("a file")
    folder = SnapshotFolder(tmp_path / "snapshots", "snapshots", {})
    for attempt in (folder.names, lambda: folder.read("a"), lambda: folder.add("a", b"")):
        with pytest.raises(SnapshotStoreError, match="cannot be used"):
            attempt()


def test_what_a_killed_process_left_half_written_is_removed_by_the_next_one(tmp_path: Path):
    folder = tmp_path / "snapshots"
    folder.mkdir()
    for name, age in ((".a.age.old", 7200), (".b.age.new", 5)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    place = SnapshotFolder(folder, "snapshots", {})
    assert [] == place.names()
    place.add("c.age", b"whole")
    assert {".b.age.new", ".gitignore", "c.age"} == {each.name for each in folder.iterdir()}
