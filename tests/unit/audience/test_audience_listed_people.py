"""People of encrypted snapshots, counted and taken off by the embedded database: as Python's sets say."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from audience_months import BATCH as MONTH_BATCH
from audience_months import SamplePeople, WiderAuthor, removal, who_has
from building import NOW as MONTH_NOW
from building import plan_of
from copies import replace
from msgspec.structs import asdict
from pyrage.x25519 import Identity

from massctl.audience.key import SnapshotKey
from massctl.audience.listed_people import ListedPeople
from massctl.audience.member_sets import MemberSets
from massctl.audience.snapshots import Snapshots
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceName
from massctl.model.batches import batch_sizes
from massctl.model.ids import Sha256
from massctl.plan.account_people import ListPart, Pattern
from massctl.plan.guards import Case
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
        self.people = ListedPeople(nowhere, lambda: sets, lambda: place, batch_max=BATCH)
        self.parts: list[ListPart] = []
        self.members: list[set[str]] = []
        for number in range(self.chance.randint(2, 5)):
            openids = sorted(self.chance.sample(EVERYBODY, self.chance.randint(2, 20)))
            checked = place.without_erased(sets, sets.of(openids))
            name = place.write(sets, checked, AudienceName(f"a{number}"), NOW).sha256
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
    kept = month.people.kept(cut)
    stay = sorted(openid for openid in month.members[0] if patterns[openid] not in off)
    assert stay == list(sets.openids(kept))


class DatabasePeople(SamplePeople):
    """The people of a month, counted by the embedded database."""

    database: ListedPeople | None = None

    def counted(self, parts: Sequence[ListPart]) -> Mapping[Pattern, int]:
        assert self.database is not None
        found = self.database.counted(parts)
        assert super().counted(parts) == found
        return found


def stored(people: SamplePeople, sets: MemberSets) -> DatabasePeople:
    """Put the lists of a month into the embedded database; a place of somebody who was erased is blank."""
    nowhere = cast("Any", SimpleNamespace(openid_lists=SimpleNamespace(stores={})))
    database = ListedPeople(nowhere, lambda: sets, batch_max=MONTH_BATCH)
    erased = sets.of(people.erased)
    for sha256, batches in people.lists.items():
        everybody = sets.in_given_order([each for batch in batches for each in batch])
        database._opened[sha256] = sets.blanked(everybody, erased)
    return DatabasePeople(**asdict(people), database=database)


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(each, marks=pytest.mark.night) for each in range(6, 200))]
)
def test_months_are_counted_and_cut_by_the_database_person_by_person(seed: int, sets: MemberSets):
    """Nobody is reached twice by a message, nobody is added, and who stays is who the count of others says."""
    month = WiderAuthor(seed).month()
    people = stored(month.people, sets)
    assert people.database is not None
    rules = replace(month.rules(), people=people)
    planned = plan_of(month.planned, month.state, rules).campaigns
    assert planned
    for each in planned:
        campaign = each.rendered
        assert campaign is not None
        assert campaign.window is not None
        judge = Case(campaign, month.state, rules, MONTH_NOW).people
        assert judge is not None
        kept = people.database.kept(judge.cut)
        day, words = campaign.window.not_before, campaign.message.text or ""
        is_cut = campaign.audience.of is not None
        stay = {
            openid
            for openid in month.listed[campaign.name]
            if not removal(month, openid, day, words, is_cut=is_cut, name=campaign.name)
        }
        reached = list(sets.openids(kept))
        assert (sorted(stay), len(stay)) == (sorted(reached), judge.cut.recipients)
        assert not set(reached) & who_has(month, campaign.name, words, day)
        sets.drop(kept)
