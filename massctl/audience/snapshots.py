"""The people of audiences at one moment, each snapshot an encrypted file that its content names.

An object is never changed. `S.age` holds the snapshot S as it was frozen. `S.C.age` holds it after an erasure: C is
the digest of what is left, which the ledger's newest entry `audience_erased` says. `S.DAY.AUDIENCE` notes for whom
and when it was frozen, and is empty.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from massctl.audience.erased_people import Marks
from massctl.audience.key import SnapshotKey
from massctl.audience.member_sets import Members, MemberSets
from massctl.errors import (
    InvariantError,
    SnapshotDamagedError,
    SnapshotError,
    SnapshotMissingError,
)
from massctl.ledger.snapshot_objects import SnapshotObjects
from massctl.model.audience import AudienceName
from massctl.model.batches import OpenidList
from massctl.model.ids import Sha256
from massctl.model.phrase import Command, Phrase
from massctl.model.state import Erasure

_SUFFIX = ".age"
_OBJECT = re.compile(r"(?P<sha256>[0-9a-f]{64})(?:\.(?P<content>[0-9a-f]{64}))?\.age")
_NOTE = re.compile(r"(?P<sha256>[0-9a-f]{64})\.(?P<day>[0-9]{8})\.(?P<audience>.+)")
KEEP_DAYS = 400
"""For an audience whose file is gone."""
_DAY = "%Y%m%d"
UNFINISHED = Phrase("an erasure of people was cut short: what it replaced is still there")
FINISH = Command("audience forget", "--expired")
"""Finishes an erasure that was cut short."""
_ISSUER = object()


class FreezeNote(NamedTuple):
    """For which audience a snapshot was frozen, and on which day, UTC."""

    sha256: Sha256
    day: str
    """As YYYYMMDD."""
    audience: AudienceName


class CheckedPeople:
    """People who were compared with those who were erased: only they can be written.

    `Snapshots.without_erased` alone makes it.
    """

    __slots__ = ("marks", "members")

    def __init__(self, issuer: object, members: Members, marks: frozenset[str]) -> None:
        """Raise InvariantError for everybody but this module."""
        if issuer is not _ISSUER:
            raise InvariantError("people were not compared with those who were erased")
        self.members = members
        self.marks = marks
        """The names of the objects of marks with which they were compared."""


class Snapshots:
    """The snapshots of one place, as far as the ledger says what was erased of them."""

    def __init__(
        self,
        objects: SnapshotObjects,
        key: SnapshotKey,
        erased: Mapping[Sha256, Sha256] = MappingProxyType({}),
    ) -> None:
        """`erased` is the digest of what is left, by the snapshot, as `State.erased_snapshots` says it."""
        self._objects: Final = objects
        self._key: Final = key
        self._erased: Final = erased
        self.marks: Final = Marks(objects, key)
        self.where: Final = objects.where

    def has(self, sha256: Sha256) -> bool:
        """Return whether a snapshot is in its place, unread."""
        return self._name(sha256) in set(self._objects.names())

    def is_of(self, sha256: Sha256, audience: str) -> bool:
        """Return whether a snapshot was frozen for an audience."""
        notes = _notes(list(self._objects.names()))
        return any((each.sha256, each.audience) == (sha256, audience) for each in notes)

    def open_of(self, sets: MemberSets, sha256: Sha256, audience: str) -> Members:
        """Read a snapshot of an audience; raise as `open`, and SnapshotDamagedError for one of another audience."""
        members = self.open(sets, sha256)
        if not self.is_of(sha256, audience):
            raise self._damaged(sha256, Phrase("it was not frozen for {name}", name=audience))
        return members

    def open(self, sets: MemberSets, sha256: Sha256) -> Members:
        """Read a snapshot; the places of people who were erased are blank, also where that erasure is not finished.

        Raises SnapshotMissingError, and SnapshotDamagedError unless it holds exactly what its name, or the ledger,
        says.
        """
        whole = self._whole(sets, sha256)
        found = self._blanked(sets, whole)
        if found is not whole:
            sets.drop(whole)
        return found

    def holding(self, sets: MemberSets, people: Members) -> list[Sha256]:
        """Return the snapshots that hold some people, whether or not these have a mark already."""
        found = []
        for sha256 in self.known():
            members = self._whole(sets, sha256)
            if sets.overlap(members, people):
                found.append(sha256)
            sets.drop(members)
        return found

    def _blanked(self, sets: MemberSets, members: Members) -> Members:
        """Blank the places of people who have a mark; return the same set where nobody has one."""
        erased = self.marks.of(sets, members)
        return sets.blanked(members, erased) if sets.count(erased) else members

    def _whole(self, sets: MemberSets, sha256: Sha256) -> Members:
        data = self._objects.read(self._name(sha256))
        if data is None:
            raise SnapshotMissingError(
                Phrase(
                    "the snapshot {digest} is not in {place}", digest=sha256[:12], place=self.where
                ),
                Phrase(
                    "It was never written there, or it is older than keep_for. Nothing was sent."
                ),
                Phrase(
                    "freeze the audience again, or name the place that has it under state.snapshots"
                ),
            )
        path = self._decrypted(sets, data)
        del data  # It may be large.
        if path is None:
            raise self._damaged(
                sha256,
                Phrase(
                    "{name} has another key than the one it was written with, or it was cut",
                    name=self._key.name,
                ),
            )
        members = sets.of_file(path)
        if sets.sha256(members) != self._erased.get(sha256, sha256):
            raise self._damaged(sha256, Phrase("it holds other people than its name says"))
        return members

    def write(
        self, sets: MemberSets, people: CheckedPeople, audience: AudienceName, now: datetime
    ) -> OpenidList:
        """Write a set as a snapshot, unless it is there already, and return what names it.

        Raises SnapshotError if one of the people was erased since they were compared.
        """
        self._require_checked(sets, people)
        members = people.members
        sha256, count = sets.sha256(members), sets.count(members)
        day = now.astimezone(UTC).strftime(_DAY)
        # The note comes first: alone it says nothing, and a snapshot without it would never expire.
        self._objects.add(f"{sha256}.{day}.{audience}", b"")
        if not self.has(sha256):
            self._add(sets, self._name(sha256), members)
        # Whoever erases adds marks first and lists the objects then: one of the two sees the other.
        self._require_checked(sets, people)
        return OpenidList(sha256, count)

    def frozen_on(self, sha256: Sha256) -> datetime | None:
        """Return the first day, UTC, on which a snapshot was frozen; None where no note says it."""
        notes = _notes(list(self._objects.names()))
        days = [each.day for each in notes if each.sha256 == sha256]
        return datetime.strptime(min(days), _DAY).replace(tzinfo=UTC) if days else None

    def without_erased(self, sets: MemberSets, people: Members) -> CheckedPeople:
        """Return the people who were never erased, in their order."""
        marks = frozenset(self.marks.names())
        erased = self.marks.of(sets, people)
        kept = sets.subtract(people, [erased]) if sets.count(erased) else people
        return CheckedPeople(_ISSUER, kept, marks)

    def known(self) -> list[Sha256]:
        """Return the names of all snapshots that are here, whatever is erased of them."""
        found = (_OBJECT.fullmatch(name) for name in self._objects.names())
        return sorted({Sha256(each["sha256"]) for each in found if each is not None})

    def faults(self, sets: MemberSets) -> Iterator[Phrase]:
        """Read every snapshot, and say what is wrong with each."""
        for sha256 in self.known():
            try:
                sets.drop(self._whole(sets, sha256))
            except (SnapshotDamagedError, SnapshotMissingError) as error:
                yield Phrase("{problem}: {why}", problem=error.summary, why=error.detail)
        if self.leftovers():
            yield UNFINISHED

    # Erasing.

    def blank(self, sets: MemberSets, sha256: Sha256) -> Erasure | None:
        """Add what is left of a snapshot without everybody who has a mark; None if nobody in it has one.

        It counts once the ledger says so: `audience_erased`.
        """
        members = self._whole(sets, sha256)
        remaining = self._blanked(sets, members)
        if remaining is members:
            return None
        erasure = Erasure(sets.sha256(remaining), sets.count(remaining))
        name = f"{sha256}.{erasure.content_sha256}{_SUFFIX}"
        self._add(sets, name, remaining)
        return erasure

    def leftovers(self) -> list[str]:
        """Return the objects of snapshots that are not what the ledger says: of an erasure that is not finished."""
        current = {self._name(sha256) for sha256 in self.known()}
        return [
            name
            for name in self._objects.names()
            if _OBJECT.fullmatch(name) and name not in current
        ]

    def sweep(self, sets: MemberSets) -> None:
        """Remove the objects that an erasure replaced. The ledger's newest content has nobody with a mark.

        An object that the ledger does not know may be another run's, which is about to append its entry. It is removed
        if it holds somebody with a mark: that run read the ledger before the entry in force, and cannot append.
        """
        for name in self.leftovers():
            found = _OBJECT.fullmatch(name)
            if found is None:
                continue
            sha256 = Sha256(found["sha256"])
            is_replaced = found["content"] is None and sha256 in self._erased
            if is_replaced or self._holds_erased(sets, name):
                self._objects.remove(name)

    def erase_unrecorded(self, sets: MemberSets, names: Iterable[str]) -> None:
        """Replace objects of a place without a ledger by what is left without everybody who has a mark.

        Their names alone say what is left: `erased_by_name`. One that nobody here can read is removed.
        """
        for name in names:
            found = _OBJECT.fullmatch(name)
            if found is None:
                continue
            path = self._decrypted(sets, self._objects.read(name) or b"")
            if path is not None:
                whole = sets.of_file(path)
                remaining = self._blanked(sets, whole)
                if remaining is whole:
                    continue
                content = sets.sha256(remaining)
                self._add(sets, f"{found['sha256']}.{content}{_SUFFIX}", remaining)
            self._objects.remove(name)

    def expire(
        self, now: datetime, keep_days: Mapping[AudienceName, int], needed: Collection[Sha256]
    ) -> list[Sha256]:
        """Remove snapshots whole that were frozen longer ago than their audiences keep them; return their names.

        Those in `needed` stay, and those of which nobody noted when they were frozen.
        """
        today = now.astimezone(UTC)
        names = list(self._objects.names())
        fresh, noted = set(needed), set[Sha256]()
        for each in _notes(names):
            noted.add(each.sha256)
            kept = timedelta(days=keep_days.get(each.audience, KEEP_DAYS))
            if each.day >= (today - kept).strftime(_DAY):
                fresh.add(each.sha256)
        expired = sorted(noted - fresh)
        for sha256 in expired:
            own = [name for name in names if name.startswith(f"{sha256}.")]
            # The notes go last: a snapshot without one would never expire.
            for name in sorted(own, key=lambda name: _OBJECT.fullmatch(name) is None):
                self._objects.remove(name)
        return [sha256 for sha256 in expired if any(_is_of(name, sha256) for name in names)]

    def _holds_erased(self, sets: MemberSets, name: str) -> bool:
        path = self._decrypted(sets, self._objects.read(name) or b"")
        return path is not None and sets.count(self.marks.of(sets, sets.of_file(path))) > 0

    def _decrypted(self, sets: MemberSets, data: bytes) -> str | None:
        with sets.memory_file() as (path, file):
            is_whole = self._key.decrypt(data, file)
        return path if is_whole else None

    def _add(self, sets: MemberSets, name: str, people: Members) -> None:
        with sets.parquet(people) as file:
            data = self._key.encrypted(file)
        self._objects.add(name, data)

    def _require_checked(self, sets: MemberSets, people: CheckedPeople) -> None:
        is_changed = people.marks != frozenset(self.marks.names())
        if is_changed and sets.count(self.marks.of(sets, people.members)):
            raise SnapshotError(
                Phrase("one of these people was erased"),
                Phrase("No lock names them. Nothing was sent."),
                Phrase("run the same command again: it leaves out whoever was erased"),
            )

    def _name(self, sha256: Sha256) -> str:
        content = self._erased.get(sha256)
        return f"{sha256}.{content}{_SUFFIX}" if content is not None else f"{sha256}{_SUFFIX}"

    def _damaged(self, sha256: Sha256, why: Phrase) -> SnapshotDamagedError:
        return SnapshotDamagedError(
            Phrase(
                "the snapshot {digest} in {place} cannot be read",
                digest=sha256[:12],
                place=self.where,
            ),
            Phrase("{why}. It was left as it is. Nothing was sent.", why=why),
            Phrase(
                "restore it from a backup, set the key that it was written with, or freeze the audience again"
            ),
        )


def erased_by_name(names: Iterable[str]) -> dict[Sha256, Sha256]:
    """Read from the names of a place what is left of its snapshots, for a reader who has another ledger.

    Of an erasure that is not finished there are two objects: either may be read.
    """
    found = (_OBJECT.fullmatch(name) for name in names)
    return {
        Sha256(each["sha256"]): Sha256(each["content"])
        for each in found
        if each is not None and each["content"] is not None
    }


def _notes(names: Collection[str]) -> Iterator[FreezeNote]:
    for name in names:
        found = _NOTE.fullmatch(name)
        if found is not None and _OBJECT.fullmatch(name) is None:
            yield FreezeNote(Sha256(found["sha256"]), found["day"], AudienceName(found["audience"]))


def _is_of(name: str, sha256: Sha256) -> bool:
    found = _OBJECT.fullmatch(name)
    return found is not None and found["sha256"] == sha256
