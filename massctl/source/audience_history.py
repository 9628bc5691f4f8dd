"""The locks that audiences had, as the history of git has them: how many people were frozen when."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from massctl.errors import LedgerUnreachableError
from massctl.model.audience import AUDIENCES, AudienceLock, AudienceName
from massctl.source.audiences import audience_lock_path, lock_in
from massctl.source.repository import Repository

LOCKS_MAX: Final = 60
"""So many locks of an audience are read, the newest ones."""
_SECONDS: Final = 20.0
"""A history that takes longer is not shown."""
_LOG: Final = (
    *("log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=AM"),
    # What the branch had one after the other: a lock that was frozen again before its merge was never in force.
    *("--first-parent", "-m", "--relative", "-z", "--", AUDIENCES),
)


def recorded_locks(
    repository: Repository, names: Sequence[AudienceName]
) -> Mapping[AudienceName, tuple[AudienceLock, ...]]:
    """Return the committed locks of each audience, oldest first; none where git has no history here."""
    try:
        blobs = _blobs(repository, names)
        contents = _contents(repository, [each for found in blobs.values() for each in found])
    except LedgerUnreachableError:
        return {}
    return {name: tuple(_locks(name, found, contents)) for name, found in blobs.items()}


def _blobs(
    repository: Repository, names: Sequence[AudienceName]
) -> dict[AudienceName, list[bytes]]:
    """Name the content of each audience's locks, newest first."""
    paths = {audience_lock_path(name).encode(): name for name in names}
    found: dict[AudienceName, list[bytes]] = {}
    # Each change is `:MODE MODE OLD NEW STATUS`, then its path.
    said = repository.git.run(*_LOG, seconds=_SECONDS)
    fields = said.out.split(b"\0") if said.done else []
    for change, path in zip(fields[::2], fields[1::2], strict=False):
        name, words = paths.get(path), change.split()
        if name is None or len(words) != 5:
            continue
        blobs = found.setdefault(name, [])
        if len(blobs) < LOCKS_MAX:
            blobs.append(words[3])
    return found


def _contents(repository: Repository, blobs: Sequence[bytes]) -> dict[bytes, bytes]:
    given = b"".join(each + b"\n" for each in dict.fromkeys(blobs))
    said = (
        repository.git.run("cat-file", "--batch", given=given, seconds=_SECONDS) if given else None
    )
    rest = said.out if said is not None and said.done else b""
    found: dict[bytes, bytes] = {}
    while rest:
        head, _, rest = rest.partition(b"\n")
        words = head.split()
        if len(words) != 3:
            continue  # Of a clone that left it out, git says that it is missing.
        size = int(words[2])
        found[words[0]], rest = rest[:size], rest[size + 1 :]
    return found


def _locks(
    name: AudienceName, blobs: Sequence[bytes], contents: Mapping[bytes, bytes]
) -> Iterator[AudienceLock]:
    for blob in reversed(blobs):
        lock = lock_in(contents.get(blob, b""))
        if lock is not None and lock.audience == name:
            yield lock
