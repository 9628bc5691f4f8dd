"""Marks of people who were erased: who has one is never frozen again.

No mark shows an openid. Only who has the key of snapshots can test whether an openid has a mark.
"""

import hmac
import os
from collections.abc import Iterable, Mapping, Set
from hashlib import sha256
from io import BytesIO
from typing import Final

from massctl.audience.key import SnapshotKey
from massctl.audience.member_sets import Members, MemberSets
from massctl.errors import SnapshotDamagedError, SnapshotMissingError
from massctl.ledger.snapshot_objects import SnapshotObjects
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

_PREFIX = "marks."
_SUFFIX = ".age"
_SALT_BYTES = 32


def has_marks(names: Iterable[str]) -> bool:
    """Return whether a place that has objects of these names has marks: that takes no key."""
    return any(name.startswith(_PREFIX) for name in names)


def marks_missing(where: str) -> SnapshotMissingError:
    """Say that the ledger knows of an erasure whose marks are not in the place."""
    return SnapshotMissingError(
        Phrase("the marks of erased people are not in {place}", place=where),
        Phrase("The ledger says that people were erased. Nothing was sent."),
        Phrase("name the place that has them under state.snapshots, or restore it from a backup"),
    )


class ReadMarks(Frozen):
    """The marks as they were at one moment."""

    hidden_fields = ("by_salt",)

    by_salt: Mapping[str, Set[str]]

    def among(self, openids: Iterable[str]) -> list[str]:
        """Return those of some openids that have a mark, in their order. For lists: it takes no database."""
        known = [(bytes.fromhex(salt), marks) for salt, marks in self.by_salt.items()]
        return [
            each for each in openids if any(_mark(salt, each) in marks for salt, marks in known)
        ]


class Marks:
    """The marks of one place of snapshots. Objects are only added, so marks of two runs never replace each other."""

    def __init__(self, objects: SnapshotObjects, key: SnapshotKey) -> None:
        self._objects: Final = objects
        self._key: Final = key
        self._read: dict[str, list[str]] = {}
        """What was read of an object: a salt, and the marks under it."""

    def names(self) -> list[str]:
        """Return the names of its objects: others appear when somebody is erased."""
        return [name for name in self._objects.names() if name.startswith(_PREFIX)]

    def add(self, sets: MemberSets, people: Members) -> None:
        """Mark people, durably."""
        salts = sorted(self._by_salt())
        salt = bytes.fromhex(salts[0]) if salts else os.urandom(_SALT_BYTES)
        found = sorted(_mark(salt, each) for each in sets.openids(people))
        text = "\n".join([salt.hex(), *found]).encode()
        name = f"{_PREFIX}{sha256(text).hexdigest()}{_SUFFIX}"
        self._objects.add(name, self._key.encrypted(BytesIO(text)))

    def read(self) -> ReadMarks:
        """Read the marks as they are now; an object is read once."""
        return ReadMarks(self._by_salt())

    def of(self, sets: MemberSets, people: Members) -> Members:
        """Return those of the people who have a mark."""
        by_salt = self._by_salt()
        found = [
            sets.with_marks(people, bytes.fromhex(salt), marks) for salt, marks in by_salt.items()
        ]
        return sets.union([sets.none, *found])

    def _by_salt(self) -> dict[str, set[str]]:
        """Read all marks. There is one salt, unless two people were erased for the first time at the same moment."""
        found: dict[str, set[str]] = {}
        for name in self.names():
            salt, *marks = self._lines(name)
            found.setdefault(salt, set()).update(marks)
        return found

    def _lines(self, name: str) -> list[str]:
        if name not in self._read:
            text = BytesIO()
            data = self._objects.read(name) or b""
            digest = name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
            if not self._key.decrypt(data, text) or sha256(text.getvalue()).hexdigest() != digest:
                raise SnapshotDamagedError(
                    Phrase(
                        "the marks of erased people in {place} cannot be read",
                        place=self._objects.where,
                    ),
                    Phrase(
                        "Without them somebody who was erased could be added again. Nothing was written or sent."
                    ),
                    Phrase(
                        "restore {name} from a backup, or set the key that it was written with",
                        name=name,
                    ),
                )
            self._read[name] = text.getvalue().decode().split("\n")
        return self._read[name]


def _mark(salt: bytes, openid: str) -> str:
    return hmac.digest(salt, openid.encode(), "sha256").hex()
