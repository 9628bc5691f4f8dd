"""Who gets a batch: only people of the snapshot that was approved, each at the place that they had."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from building import APPID, NOW
from copies import replace
from pyrage.x25519 import Identity

from massctl.audience.key import SnapshotKey
from massctl.audience.listed_people import ListedPeople
from massctl.audience.member_sets import MemberSets
from massctl.audience.recipients import Recipients
from massctl.audience.snapshots import Snapshots
from massctl.errors import SnapshotDamagedError
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceName
from massctl.model.batches import OpenidList
from massctl.model.entries import TagFilled
from massctl.model.ids import Sha256, prefixed
from massctl.model.state import State
from massctl.plan.audience_tag import tag_change
from massctl.plan.people_judge import Cut

EAST = AudienceName("east")
PEOPLE = [f"oPERSON{number:021}" for number in range(7)]


class Place:
    """A place of snapshots, and what gives batches from it."""

    def __init__(self, folder: Path, sets: MemberSets) -> None:
        self.sets = sets
        key = SnapshotKey("KEY", {"KEY": str(Identity.generate())})
        self.snapshots = Snapshots(SnapshotFolder(folder, "massctl.snapshots", {}), key)

    def write(self, *people: str) -> OpenidList:
        checked = self.snapshots.without_erased(self.sets, self.sets.of(people))
        found = self.snapshots.write(self.sets, checked, EAST, NOW)
        return OpenidList(found.sha256, found.count, 3, audience=EAST)

    def recipients(self, *kept: str) -> Recipients:
        people = SimpleNamespace(sets=self.sets, kept=lambda _: self.sets.of(kept))
        return Recipients(people, lambda _: self.snapshots)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with MemberSets() as sets:
        yield Place(tmp_path / "massctl.snapshots", sets)


CUT = Cut((), 0, {}, {}, 5)


def test_a_batch_is_the_people_of_its_places(place: Place) -> None:
    listed = place.write(*PEOPLE)
    batches = [place.recipients().batch(listed, number, State()) for number in (1, 2, 3)]
    assert [tuple(PEOPLE[:3]), tuple(PEOPLE[3:5]), tuple(PEOPLE[5:])] == batches


def test_those_who_stay_are_written_and_read_as_a_part_of_the_approved(place: Place) -> None:
    approved = place.write(*PEOPLE)
    kept = place.recipients(*PEOPLE[:5]).keep(approved, CUT, State(), NOW)
    listed = replace(approved, sha256=kept.sha256, count=5, cut_from=approved)
    assert tuple(PEOPLE[:3]) == place.recipients().batch(listed, 1, State())


def test_nobody_who_was_not_approved_is_kept(place: Place) -> None:
    approved = place.write(*PEOPLE[:6])
    with pytest.raises(SnapshotDamagedError, match="cannot prove"):
        place.recipients(*PEOPLE[1:]).keep(approved, CUT, State(), NOW)


def test_a_kept_snapshot_with_somebody_else_gives_no_batch(place: Place) -> None:
    approved, other = place.write(*PEOPLE[:6]), place.write(*PEOPLE[1:])
    listed = replace(approved, sha256=other.sha256, cut_from=approved)
    with pytest.raises(SnapshotDamagedError, match="cannot prove"):
        place.recipients().batch(listed, 1, State())


def test_a_snapshot_with_more_places_than_were_approved_gives_no_batch(place: Place) -> None:
    listed = replace(place.write(*PEOPLE), count=6)
    with pytest.raises(SnapshotDamagedError, match="cannot prove"):
        place.recipients().batch(listed, 1, State())


def test_a_snapshot_that_is_gone_hides_no_other_one(place: Place) -> None:
    before, after = place.write(*PEOPLE[:6]), place.write(*PEOPLE[1:])
    tree = SimpleNamespace(openid_lists=SimpleNamespace(stores={}))
    people = ListedPeople(tree, lambda: place.sets, lambda: place.snapshots)
    gone = Sha256("0" * 64)
    assert "is not in" in str(people.why_unread(gone))
    assert [None, None] == [people.why_unread(each.sha256) for each in (before, after)]
    filled = TagFilled(
        appid=APPID,
        audience=EAST,
        tag_id=1,
        snapshot=prefixed(before.sha256),
        people_sha256=prefixed(before.sha256),
        count=6,
        added=0,
        removed=0,
        unfollowed=0,
        by_hand=0,
    )
    found = tag_change(people, filled, after)
    assert found is not None
    assert (1, 1) == (found.added, found.removed)
