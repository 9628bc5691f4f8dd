"""Whether a lock says what its snapshots say: a lock is text, and whoever edits it may name other people."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from massctl.audience.member_sets import Members, MemberSets
from massctl.errors import SnapshotError
from massctl.model.audience import AudienceLock, LockProof
from massctl.model.ids import Sha256, unprefixed
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.audience.snapshots import Snapshots


def proof_of(lock: AudienceLock, snapshots: "Snapshots", sets: MemberSets) -> LockProof:
    """Read the snapshots that a lock names, and compare them with it."""
    unread: list[str] = []

    def read(sha256: Sha256) -> Members | None:
        try:
            return snapshots.open(sets, sha256)
        except SnapshotError as error:
            unread.append(error.summary)
            return None

    fault = disproof(lock, snapshots, sets, read)
    return LockProof(fault, next(iter(unread), None))


def disproof(
    lock: AudienceLock,
    snapshots: "Snapshots",
    sets: MemberSets,
    read: Callable[[Sha256], object],
) -> Phrase | None:
    """Return why a lock is not what a freeze wrote; None where it is, or where its snapshot cannot be read.

    `read` returns the people of a snapshot, and anything else where nobody can look.
    """
    own, change, name = lock.openid_list.sha256, lock.change, lock.audience
    now = read(own)
    if not isinstance(now, Members):
        return None
    if not snapshots.is_of(own, name):
        say = Phrase("the lock of {name} names people who were frozen for another audience")
        return Phrase(say, name=name)
    if sets.places(now) != lock.count:
        return Phrase(
            "the lock of {name} tells another number of people than its snapshot has", name=name
        )
    before = unprefixed(change.since) if change is not None else own
    is_whole = snapshots.is_whole(own) and snapshots.is_whole(before) and snapshots.has(before)
    then = read(before) if is_whole else None
    if change is None or not isinstance(then, Members):
        return None
    if sets.change(then, now) == change.counts:
        return None
    return Phrase("the lock of {name} tells another change than its snapshots", name=name)
