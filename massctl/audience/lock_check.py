"""Whether a lock says what its snapshots say: a lock is text, and whoever edits it may name other people."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from massctl.audience.member_sets import Members, MemberSets
from massctl.errors import SnapshotError
from massctl.model.audience import AudienceLock, LockCheck
from massctl.model.ids import Sha256, unprefixed
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.audience.snapshots import Snapshots


def check_lock(lock: AudienceLock, snapshots: "Snapshots", sets: MemberSets) -> LockCheck:
    """Read the snapshots that a lock names, and compare them with it."""
    unread: list[str] = []

    def read(sha256: Sha256) -> Members | None:
        try:
            return snapshots.open(sets, sha256)
        except SnapshotError as error:
            unread.append(error.summary)
            return None

    fault = lock_fault(lock, snapshots, sets, read)
    return LockCheck(fault, next(iter(unread), None))


def lock_fault(
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
    if (found := sets.places(now)) != lock.count:
        say = Phrase("the lock of {name} says {count:,} people; its snapshot has {found:,}")
        return Phrase(say, name=name, count=lock.count, found=found)
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
    if (found := sets.change(then, now)) == change.counts:
        return None
    say = Phrase("the lock of {name} says the change {change}; its snapshots have {found}")
    return Phrase(say, name=lock.audience, change=change.counts.words, found=found.words)
