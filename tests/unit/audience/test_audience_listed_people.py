"""People of encrypted snapshots, counted and taken off by the embedded database: as Python's sets say."""

import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyrage.x25519 import Identity

from massctl.audience.key import SnapshotKey
from massctl.audience.listed_people import ListedPeople
from massctl.audience.member_sets import MemberSets
from massctl.audience.snapshots import Snapshots
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceName
from massctl.model.batches import batch_sizes
from massctl.model.ids import Sha256
from massctl.plan.account_people import ListPart
from massctl.plan.people_judge import Cut, Removal

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
EVERYBODY = [f"oR{number:026}" for number in range(30)]
BATCH = 4
KEY = SnapshotKey("KEY", {"KEY": str(Identity.generate())})


class SnapshotMonth:
    """Snapshots at random, and some parts of them: whole ones, batches, and one that is not here."""

    def __init__(self, seed: int, folder: Path, sets: MemberSets) -> None:
        self.chance = random.Random(seed)
        place = Snapshots(SnapshotFolder(folder, "massctl.snapshots", {}), KEY)
        nowhere = cast("Any", SimpleNamespace(openid_lists=SimpleNamespace(stores={})))
        self.people = ListedPeople(nowhere, lambda: place, batch_max=BATCH)
        self.parts: list[ListPart] = []
        self.members: list[set[str]] = []
        for number in range(self.chance.randint(2, 5)):
            openids = sorted(self.chance.sample(EVERYBODY, self.chance.randint(2, 20)))
            unerased = place.without_forgotten(sets, sets.of(openids))
            name = place.write(sets, unerased, AudienceName(f"a{number}"), NOW).sha256
            self._add(ListPart(name), openids)
            sizes = batch_sizes(len(openids), BATCH)
            batch = self.chance.randint(1, len(sizes))
            first = sum(sizes[: batch - 1])
            self._add(ListPart(name, (batch,)), openids[first : first + sizes[batch - 1]])
        self._add(ListPart(Sha256("0" * 64)), [])

    def _add(self, part: ListPart, openids: list[str]) -> None:
        if part not in self.parts:
            self.parts.append(part)
            self.members.append(set(openids))

    def pattern(self, openid: str) -> int:
        return sum(1 << bit for bit, members in enumerate(self.members) if openid in members)


@pytest.fixture(scope="module")
def sets():
    with MemberSets() as opened:
        yield opened


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(each, marks=pytest.mark.slow) for each in range(2, 20))]
)
def test_snapshots_are_counted_and_cut_as_sets_are(seed: int, tmp_path: Path, sets: MemberSets):
    month = SnapshotMonth(seed, tmp_path / "massctl.snapshots", sets)
    patterns = {openid: month.pattern(openid) for openid in EVERYBODY}
    counts = Counter(pattern for pattern in patterns.values() if pattern)
    assert counts == month.people.counted(month.parts)
    own = [pattern for pattern in counts if pattern & 1]
    off = month.chance.sample(own, month.chance.randint(0, len(own)))
    cut = Cut(tuple(month.parts), 0, dict.fromkeys(off, Removal.EXCLUDED), {}, 0)
    opened, kept = month.people.kept(cut)
    stay = sorted(openid for openid in month.members[0] if patterns[openid] not in off)
    assert stay == list(opened.openids(kept))
