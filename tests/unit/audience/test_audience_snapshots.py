"""Snapshots: whole or not there, encrypted, and believed only under the name of their content."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from massctl.audience.key import SnapshotKey
from massctl.audience.member_sets import MemberSets
from massctl.audience.snapshots import CheckedPeople, Snapshots
from massctl.errors import (
    InvariantError,
    SnapshotAwayError,
    SnapshotDamagedError,
    SnapshotMissingError,
)
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceName
from massctl.model.batches import OpenidList

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
EAST = AudienceName("east")
PEOPLE = [f"o{number:027}" for number in range(5)]


def key(*given: str) -> SnapshotKey:
    return SnapshotKey("KEY", {"KEY": " ".join(given or [str(Identity.generate())])})


@pytest.fixture(scope="module")
def sets():
    with MemberSets() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "massctl.snapshots"


def snapshots(folder: Path, own: SnapshotKey) -> Snapshots:
    return Snapshots(SnapshotFolder(folder, "massctl.snapshots", {}), own)


def write(place: Snapshots, sets: MemberSets, people: Sequence[str] = PEOPLE) -> OpenidList:
    return place.write(sets, place.without_erased(sets, sets.of(people)), EAST, NOW)


def test_what_is_written_is_read_again(folder: Path, sets: MemberSets):
    own = key()
    found = write(snapshots(folder, own), sets)
    assert found.count == len(PEOPLE)
    read = snapshots(folder, own).open(sets, found.sha256)
    assert list(sets.openids(read)) == PEOPLE


def test_no_openid_is_in_the_folder_and_git_ignores_it(folder: Path, sets: MemberSets):
    write(snapshots(folder, key()), sets)
    files = sorted(folder.iterdir())
    assert [each.name.partition(".")[2] for each in files] == ["gitignore", "20261201.east", "age"]
    assert (folder / ".gitignore").read_text() == "*\n"
    assert not [each for each in files if PEOPLE[1].encode() in each.read_bytes()]


def test_a_snapshot_is_written_once(folder: Path, sets: MemberSets):
    own = key()
    found = write(snapshots(folder, own), sets)
    before = (folder / f"{found.sha256}.age").read_bytes()
    assert write(snapshots(folder, own), sets) == found
    assert (folder / f"{found.sha256}.age").read_bytes() == before


def test_another_key_a_cut_file_and_other_people_are_refused(folder: Path, sets: MemberSets):
    own = key()
    place = snapshots(folder, own)
    found = write(place, sets)
    other = write(place, sets, PEOPLE[:3])
    with pytest.raises(SnapshotDamagedError, match="cannot be read"):
        snapshots(folder, key()).open(sets, found.sha256)
    path, swapped = folder / f"{found.sha256}.age", folder / f"{other.sha256}.age"
    whole = path.read_bytes()
    for data in (whole[:-1], whole[:50], b"", whole + b"\n", swapped.read_bytes()):
        path.write_bytes(data)
        with pytest.raises(SnapshotDamagedError, match="cannot be read"):
            place.open(sets, found.sha256)
    path.unlink()
    with pytest.raises(SnapshotMissingError):
        place.open(sets, found.sha256)


def test_an_old_key_still_reads(folder: Path, sets: MemberSets):
    old, new = str(Identity.generate()), str(Identity.generate())
    found = write(snapshots(folder, key(old)), sets)
    assert sets.count(snapshots(folder, key(new, old)).open(sets, found.sha256)) == len(PEOPLE)


@pytest.mark.parametrize("value", ["", "   ", "AGE-SECRET-KEY-1ABC", "age1qqq"])
def test_a_missing_or_wrong_key_is_said_and_never_shown(value: str):
    with pytest.raises(SnapshotAwayError) as raised:
        SnapshotKey("KEY", {"KEY": value})
    said = f"{raised.value.summary} {raised.value.detail} {raised.value.hint}"
    assert "KEY" in said
    assert not value.strip() or value not in said


def test_only_people_who_were_compared_with_the_erased_can_be_written(sets: MemberSets):
    with pytest.raises(InvariantError):
        CheckedPeople(object(), sets.of(PEOPLE), frozenset())


@pytest.mark.parametrize("held", ["s3cret", "AGE-SECRET-KEY-1QQQ", "密钥"])
def test_what_is_no_key_is_one_refusal_that_does_not_show_it(held: str) -> None:
    with pytest.raises(SnapshotAwayError) as refused:
        SnapshotKey("KEY", {"KEY": held})
    assert "KEY does not hold a key of age" == str(refused.value.summary)
    assert held not in str(refused.value.hint)
