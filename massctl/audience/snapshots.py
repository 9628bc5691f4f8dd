"""The people of audiences at one moment, each snapshot an encrypted file that its content names.

An object is never changed. `S.age` holds the snapshot S as it was frozen. `S.C.age` holds it after an erasure: C is
the digest of what is left, which the ledger's newest entry `audience_erased` says. `S.DAY.AUDIENCE` notes for whom
and when it was frozen, and is empty.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from massctl.audience.members import Members, MemberSets
from massctl.errors import (
    SnapshotAwayError,
    SnapshotDamagedError,
    SnapshotMissingError,
)
from massctl.extras import install_command
from massctl.ledger.snapshots import SnapshotObjects
from massctl.model.audience import AudienceName
from massctl.model.batches import OpenidList
from massctl.model.ids import Sha256
from massctl.model.phrase import Phrase
from massctl.model.secrets import register
from massctl.model.state import Erasure

MAKE_KEY = "python -c 'from pyrage.x25519 import Identity; print(Identity.generate())'"
"""What a person types to make a key."""
_SUFFIX = ".age"
_DIGEST_CHARS = 64
_DAY = "%Y%m%d"


class FrozenAs(NamedTuple):
    """For which audience a snapshot was frozen, and on which day, UTC."""

    sha256: Sha256
    day: date
    audience: AudienceName


class SnapshotKey:
    """The keys of snapshots: the first one encrypts, each of them decrypts."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        """Read the variable `name`; raise SnapshotAwayError if it holds no key, or age is not installed."""
        self.name: Final = name
        words = environment.get(name, "").split()
        register(*words)
        if not words:
            raise SnapshotAwayError(
                Phrase("the people of audiences are encrypted, and {name} is not set", name=name),
                Phrase("Nothing was read, written or sent."),
                Phrase(
                    "export {name}=AGE-SECRET-KEY-1…   {make} makes one", name=name, make=MAKE_KEY
                ),
            )
        try:
            import pyrage
        except ImportError:
            raise SnapshotAwayError(
                Phrase("the people of audiences need a package that is not installed"),
                Phrase("Nothing was read, written or sent."),
                install_command("warehouse"),
            ) from None
        self._age: Any = pyrage
        self._identities = [self._identity(word) for word in words]

    def encrypted(self, data: BytesIO) -> bytes:
        """Encrypt a file."""
        written = BytesIO()
        self._age.encrypt_io(data, written, [self._identities[0].to_public()])
        return written.getvalue()

    def decrypt(self, data: bytes, to: Any) -> bool:
        """Write what a file holds; False if it is not whole, or was encrypted for another key."""
        try:
            self._age.decrypt_io(BytesIO(data), to, self._identities)
        except (self._age.DecryptError, OSError, ValueError):
            return False
        return True

    def _identity(self, word: str) -> Any:
        try:
            return self._age.x25519.Identity.from_str(word)
        except Exception:
            is_key = False
        if not is_key:
            raise SnapshotAwayError(
                Phrase("{name} does not hold a key of age", name=self.name),
                Phrase("Nothing was read, written or sent."),
                Phrase(
                    "export {name}=AGE-SECRET-KEY-1…, whole; several keys have a space between them",
                    name=self.name,
                ),
            )
        raise AssertionError


class Snapshots:
    """The snapshots of one place, as far as the ledger says what was erased of them."""

    def __init__(
        self,
        objects: SnapshotObjects,
        key: SnapshotKey,
        erased: Mapping[Sha256, Erasure] = MappingProxyType({}),
    ) -> None:
        """`erased` is `State.erased_snapshots`: what is left, by the snapshot."""
        self._objects: Final = objects
        self._key: Final = key
        self._erased: Final = erased
        self.where: Final = objects.where

    def has(self, sha256: Sha256) -> bool:
        """Return whether a snapshot is in its place, unread."""
        return self._name(sha256) in set(self._objects.names())

    def open(self, sets: MemberSets, sha256: Sha256) -> Members:
        """Read a snapshot; what is erased of it is blank.

        Raises SnapshotMissingError, and SnapshotDamagedError unless it holds exactly what its name, or the ledger,
        says.
        """
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
        with sets.new_file() as (path, file):
            is_whole = self._key.decrypt(data, file)
        if not is_whole:
            raise self._damaged(
                sha256,
                Phrase(
                    "{name} has another key than the one it was written with, or it was cut",
                    name=self._key.name,
                ),
            )
        members = sets.of_file(path)
        erasure = self._erased.get(sha256)
        if sets.sha256(members) != (erasure.content_sha256 if erasure else sha256):
            raise self._damaged(sha256, Phrase("it holds other people than its name says"))
        return members

    def write(
        self, sets: MemberSets, people: Members, audience: AudienceName, now: datetime
    ) -> OpenidList:
        """Write a set as a snapshot, unless it is there already, and return what names it."""
        sha256, count = sets.sha256(people), sets.count(people)
        day = now.astimezone(UTC).strftime(_DAY)
        # The note comes first: alone it says nothing, and a snapshot without it would never expire.
        self._objects.add(f"{sha256}.{day}.{audience}", b"")
        if not self.has(sha256):
            self._objects.add(self._name(sha256), self._key.encrypted(sets.parquet(people)))
        return OpenidList(sha256, count)

    def _name(self, sha256: Sha256) -> str:
        erasure = self._erased.get(sha256)
        return f"{sha256}.{erasure.content_sha256}{_SUFFIX}" if erasure else f"{sha256}{_SUFFIX}"

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
