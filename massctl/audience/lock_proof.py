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
    own, name = lock.openid_list.sha256, lock.audience
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
    return _other_change(lock, snapshots, sets, now, read)


def _other_change(
    lock: AudienceLock,
    snapshots: "Snapshots",
    sets: MemberSets,
    now: Members,
    read: Callable[[Sha256], object],
) -> Phrase | None:
    change = lock.change
    if change is None or not snapshots.has(before := unprefixed(change.since)):
        return None
    then = read(before)
    if not isinstance(then, Members) or not (sets.is_whole(now) and sets.is_whole(then)):
        return None  # Somebody was erased of one of them.
    if sets.change(then, now) == change.counts:
        return None
    say = Phrase("the lock of {name} tells another change than its snapshots")
    return Phrase(say, name=lock.audience)
