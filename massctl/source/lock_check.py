"""What is locked against what would be locked now: every difference, and the sources that caused it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from massctl.model.ids import CampaignName
from massctl.model.lock import Cause, LockFile, SourcesFile, changed_sources, lock_digest
from massctl.model.phrase import Phrase
from massctl.plan.lock_diff import changed_parts
from massctl.source.lock_files import DamagedLockError, read_lock, read_sources, unfit_files, written_files
from massctl.source.repository import LOCK_FILE, RENDERED, SOURCES_FILE, Repository


def lock_differences(
    root: Path, name: CampaignName, contents: Mapping[str, bytes], sources: SourcesFile
) -> tuple[list[Phrase], list[Cause]] | None:
    """Compare a campaign's folder with what `massctl lock` would write; None where there is no lock at all."""
    repository = Repository(root)
    written = written_files(root, name)
    if LOCK_FILE not in written:
        return None
    found = list(unfit_files(root, name, contents))
    if dict(written) == dict(contents) and not found:
        return [], []
    causes: list[Cause] = []
    now = LockFile.model_validate_json(contents[LOCK_FILE])
    try:
        lock = read_lock(repository, name)
        if lock is not None:
            found += _changed_lock(*lock, now)
            found += _changed_bodies(lock[0], now, written, contents)
    except DamagedLockError as damaged:
        found.append(damaged.what)
    try:
        recorded = read_sources(repository, name)
        if recorded is None:
            found.append(Phrase("{file} is missing", file=SOURCES_FILE))
        else:
            causes = changed_sources(recorded, sources, name)
    except DamagedLockError as damaged:
        found.append(damaged.what)
    if not found:
        edited = Phrase("the sources, though they still render the same")
        found.append(edited if causes else Phrase("{file} was changed by hand", file=_first_other(written, contents)))
    return found, causes


def _changed_lock(lock: LockFile, document: dict[str, Any], now: LockFile) -> Iterator[Phrase]:
    yield from changed_parts(lock, now)
    if lock_digest(document) != lock.digest:
        yield Phrase("{file} was changed by hand", file=LOCK_FILE)
    if lock.account.name != now.account.name:
        yield Phrase("the account's name")
    if lock.renderer != now.renderer:
        yield Phrase("the renderer ({before} → {after})", before=lock.renderer, after=now.renderer)


def _changed_bodies(
    lock: LockFile, now: LockFile, written: Mapping[str, bytes | None], contents: Mapping[str, bytes]
) -> Iterator[Phrase]:
    for file, digest in now.bodies.items():
        path = f"{RENDERED}/{file}"
        if path not in written:
            yield Phrase("{file} is missing", file=path)
        elif written[path] not in (None, contents[path]) and lock.bodies.get(file) == digest:
            # The lock says what would be rendered now, and only the file does not.
            yield Phrase("{file} was changed by hand", file=path)


def _first_other(written: Mapping[str, bytes | None], contents: Mapping[str, bytes]) -> str:
    return next((path for path in sorted(contents) if written.get(path) != contents[path]), LOCK_FILE)
