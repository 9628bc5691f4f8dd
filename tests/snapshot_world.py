"""A repository with snapshots of people, for tests of what reads, erases and checks them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from cli_runner import NOON, Shell
from pyrage.x25519 import Identity

from massctl.audience.key import SnapshotKey
from massctl.audience.member_sets import MemberSets
from massctl.audience.snapshots import Snapshots
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceName
from massctl.model.ids import Sha256
from massctl.model.state import Erasure

KEY = str(Identity.generate())
PEOPLE = [f"oPERSON{number:021}" for number in range(6)]
GONE = PEOPLE[2]
EVERYBODY, SOME, OTHERS = PEOPLE, PEOPLE[1:4], PEOPLE[3:]


class World:
    """A repository with a ledger and three snapshots, two of which hold GONE."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        shell.env(MASSCTL_SNAPSHOT_KEY=KEY)
        assert shell("state", "init").status == 0
        self.names = [self.freeze(each) for each in (EVERYBODY, SOME, OTHERS)]

    @property
    def folder(self) -> Path:
        return self.shell.root / "massctl.snapshots"

    def erased(self) -> dict[Sha256, Erasure]:
        lines = (self.shell.root / "massctl.state.jsonl").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        return {
            Sha256(each["snapshot"][7:]): Erasure(
                Sha256(each["content_sha256"][7:]), each["remaining"]
            )
            for each in found
            if each["type"] == "audience_erased"
        }

    def snapshots(self) -> Snapshots:
        objects = SnapshotFolder(self.folder, "massctl.snapshots", {})
        left = {sha256: each.content_sha256 for sha256, each in self.erased().items()}
        return Snapshots(objects, SnapshotKey("KEY", {"KEY": KEY}), left)

    def freeze(self, people: list[str], days_ago: int = 0) -> Sha256:
        with MemberSets() as sets:
            at = NOON - timedelta(days=days_ago)
            place = self.snapshots()
            checked = place.without_erased(sets, sets.of(people))
            return place.write(sets, checked, AudienceName("east"), at).sha256

    def people(self) -> list[list[str]]:
        """Read each snapshot as every verb does."""
        with MemberSets() as sets:
            opened = [self.snapshots().open(sets, name) for name in self.names]
            return [list(sets.openids(each)) for each in opened]

    def stored(self) -> set[str]:
        """Decrypt every object that is there, also those that no verb reads."""
        key, found = SnapshotKey("KEY", {"KEY": KEY}), set[str]()
        with MemberSets() as sets:
            for each in self.folder.glob("*[0-9a-f].age"):
                if each.name.startswith("marks."):
                    continue
                with sets.memory_file() as (path, file):
                    assert key.decrypt(each.read_bytes(), file)
                found |= set(sets.openids(sets.of_file(path)))
        return found

    def forget(self, *more: str) -> Any:
        return self.shell("audience", "forget", *(more or (GONE,)), "--yes")
