"""What a lock says its digest is, for who has no more to ask it: read without the models of locks."""

import json

from massctl.model.ids import CampaignName
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, TEXT_BYTES_MAX, Repository, UnreadableError


def locked_digest(repository: Repository, name: CampaignName) -> str | None:
    """Give the digest that a campaign's lock says it has; None without a lock that can be read. Checks nothing."""
    path = f"{CAMPAIGNS}/{name}/{LOCK_FILE}"
    if not (repository.root / path).is_file():
        return None  # What was never locked is no fault, and looking for a near name would cost more than this.
    try:
        data = repository.read_bytes(path, TEXT_BYTES_MAX)
        digest = json.loads(data)["digest"]
    except (UnreadableError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return digest if isinstance(digest, str) else None
