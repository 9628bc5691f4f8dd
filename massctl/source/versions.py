"""Approved contents out of a working tree: what is locked, checked like everything that others may have touched."""

from massctl.model.ids import CampaignName
from massctl.model.lock import Version, body_digests, checked_lock, checked_version
from massctl.source.lock_files import DamagedLockError, read_body, read_lock
from massctl.source.repository import Repository


def locked_version(repository: Repository, name: CampaignName) -> Version | None:
    """Give what is locked, with its bodies; None where there is no lock, or where anything of it does not fit."""
    try:
        found = read_lock(repository, name)
    except DamagedLockError:
        return None
    lock = checked_lock(found[1], found[0].digest) if found is not None else None
    if lock is None:
        return None
    # Bodies are found by their place and taken by their digest.
    read = {digest: read_body(repository, name, file) for file, digest in lock.bodies.items()}
    bodies = {digest: body if isinstance(body, bytes) else None for digest, body in read.items()}
    return checked_version(lock, {digest: bodies[digest] for digest in body_digests(lock)})
