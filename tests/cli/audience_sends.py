"""A letter to a named audience in the sandbox, and what its followers got of it, person by person."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from audience_samples import EAST, LETTER, PEOPLE, lock
from cli_runner import NOON, Shell
from said import Said

from massctl.audience.key import SnapshotKey
from massctl.audience.listed_people import ListedPeople
from massctl.audience.member_sets import MemberSets
from massctl.audience.snapshots import Snapshots
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceLock, AudienceName

BATCH: Final = 3
"""People of one batch, so that seven make three: of three, two and two."""
SANDBOX: Final = ".massctl/sandbox"


class Killed(BaseException):
    """The process dies here."""


class LetterWorld:
    """A service account, an audience of seven, and a letter to it."""

    def __init__(self, shell: Shell, key: str) -> None:
        self.shell, self.key = shell, key
        self.jobs: list[tuple[str, ...]] = []
        """Whom each accepted job reached."""
        shell.env(MASSCTL_SNAPSHOT_KEY=key)
        shell.tree.settings(language="en")
        shell.tree.write("campaigns/letter/campaign.yaml", LETTER)
        shell.tree.write("audiences/east.yaml", EAST)
        assert 0 == shell("state", "init").status
        self.freeze("east", PEOPLE)
        patch = shell.monkeypatch
        patch.setattr("massctl.sandbox.mass._introduce", self._accepted)
        listed = AudienceLock.openid_list.fget
        assert listed is not None
        small = property(lambda frozen: replace(listed(frozen), batch_max=BATCH))
        patch.setattr(AudienceLock, "openid_list", small)
        patch.setattr("massctl.cli.planner.ListedPeople", partial(ListedPeople, batch_max=BATCH))

    def _accepted(self, _: object, openids: list[str]) -> None:
        self.jobs.append(tuple(openids))

    @property
    def reached(self) -> list[str]:
        return [each for job in self.jobs for each in job]

    def audience(self, name: str, text: str, people: Sequence[str]) -> None:
        self.shell.tree.write(f"audiences/{name}.yaml", text)
        self.freeze(name, people)

    def freeze(self, name: str, people: Sequence[str]) -> None:
        """Write the real snapshot and the lock."""
        lock(self.shell.tree, name, people=people)
        place = SnapshotFolder(self.folder, "massctl.snapshots", {})
        with MemberSets() as sets:
            snapshots = Snapshots(place, SnapshotKey("K", {"K": self.key}))
            checked = snapshots.without_erased(sets, sets.of(people))
            snapshots.write(sets, checked, AudienceName(name), NOON)

    @property
    def folder(self) -> Path:
        return self.shell.root / "massctl.snapshots"

    def apply(self, *more: str) -> Said:
        return self.shell("apply", "letter", "--sandbox", "--yes", *more)

    def refusals(self, said: Said) -> list[tuple[str, str]]:
        (campaign,) = said.document["campaigns"]
        return [(each["guard"], each["message"]) for each in campaign["refusals"]]

    def forget(self, *openids: str) -> None:
        """Erase people for real: a rehearsal sees it."""
        for each in openids:
            said = self.shell("audience", "forget", each, "--yes")
            assert 0 == said.status, said.out + said.err

    def entries(self, *types: str) -> list[dict[str, Any]]:
        try:
            lines = self.shell.tree.read(f"{SANDBOX}/massctl.state.jsonl").splitlines()
        except FileNotFoundError:
            return []
        found = [json.loads(line) for line in lines]
        return [each for each in found if not types or each["type"] in types]

    def mark(self, openid: str) -> None:
        """Begin to erase somebody, as a run does that dies before it blanks a snapshot."""
        place = SnapshotFolder(self.folder, "massctl.snapshots", {})
        with MemberSets() as sets:
            snapshots = Snapshots(place, SnapshotKey("K", {"K": self.key}))
            snapshots.marks.add(sets, sets.of([openid]))

    def cut(self) -> dict[str, Any]:
        (entry,) = self.entries("audience_cut")
        return entry


def letter_world(shell: Shell) -> LetterWorld:
    key = str(pytest.importorskip("pyrage").x25519.Identity.generate())
    return LetterWorld(shell, key)
