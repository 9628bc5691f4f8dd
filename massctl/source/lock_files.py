"""The files that `massctl lock` writes into a campaign's folder, read as data and written all or none."""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from massctl.errors import UsageError
from massctl.model.lock import LockFile
from massctl.model.lock_sources import SourcesFile
from massctl.model.names import CampaignName
from massctl.model.phrase import Phrase
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, RENDERED, SOURCES_FILE, Repository, UnreadableError

LOCK_BYTES_MAX: Final = 4 * 1024 * 1024
"""Far above what eight articles and their pictures need."""
_BESIDE: Final = ".massctl-lock-"


class DamagedLockError(Exception):
    """Report a lock that is not what massctl writes; `what` says so in words."""

    def __init__(self, what: Phrase) -> None:
        super().__init__(what)
        self.what = what


def read_lock(repository: Repository, name: CampaignName) -> tuple[LockFile, dict[str, Any]] | None:
    """Read a campaign's lock, as a model and as written; None where there is none. Raises DamagedLockError."""
    document = _document(repository, f"{CAMPAIGNS}/{name}/{LOCK_FILE}", LOCK_FILE)
    if document is None:
        return None
    return _checked(LockFile, document, LOCK_FILE), document


def read_sources(repository: Repository, name: CampaignName) -> SourcesFile | None:
    """Read what a campaign's lock was made from; None where it is not there. Raises DamagedLockError."""
    document = _document(repository, f"{CAMPAIGNS}/{name}/{SOURCES_FILE}", SOURCES_FILE)
    return None if document is None else _checked(SourcesFile, document, SOURCES_FILE)


def read_body(repository: Repository, name: CampaignName, file: str) -> bytes | None:
    """Read a file of `rendered/`; None where it is not there or cannot be read."""
    try:
        return repository.read_bytes(f"{CAMPAIGNS}/{name}/{RENDERED}/{file}", LOCK_BYTES_MAX)
    except UnreadableError:
        return None


def written_files(root: Path, name: CampaignName) -> dict[str, bytes | None]:
    """Give what stands in the campaign's folder under our names, by path from there; None: no file we can read."""
    folder = root / CAMPAIGNS / name
    paths = [path for path in (LOCK_FILE, SOURCES_FILE) if os.path.lexists(folder / path)]
    with suppress(FileNotFoundError, NotADirectoryError):
        paths += [f"{RENDERED}/{entry.name}" for entry in os.scandir(folder / RENDERED)]
    return {path: _bytes(folder / path) for path in sorted(paths)}


def write_lock(root: Path, name: CampaignName, contents: Mapping[str, bytes]) -> list[str]:
    """Make the campaign's folder hold exactly these files under our names; gives the paths that changed.

    What is equal is not touched. A failure leaves what was there: raises UsageError. The lock itself changes last,
    so that a crash in between leaves bodies that do not fit it, which is never sent.
    """
    folder = root / CAMPAIGNS / name
    before = written_files(root, name)
    due = {path: data for path, data in contents.items() if before.get(path) != data}
    left_over = [path for path in before if path not in contents]
    order = sorted(due, key=lambda path: (path == LOCK_FILE, path))
    beside: dict[str, Path] = {}
    done: list[str] = []
    try:
        _require_own_folder(folder / RENDERED)
        for path in order:
            beside[path] = _written_beside(folder / path, due[path])
        for path in order:
            done.append(path)
            beside[path].replace(folder / path)
        for path in left_over:
            done.append(path)
            (folder / path).unlink()
    except OSError as error:
        _put_back(folder, done, before)
        raise UsageError(
            Phrase("{name} cannot be locked: {why}", name=name, why=error.strerror or type(error).__name__),
            Phrase("Its lock and rendered bodies are as they were."),
            Phrase("make campaigns/{name} writable, and let `rendered` be an ordinary folder", name=name),
        ) from None
    finally:
        for unused in beside.values():
            unused.unlink(missing_ok=True)
    _flush_folders(folder)
    return sorted([*order, *left_over])


def _document(repository: Repository, path: str, file: str) -> dict[str, Any] | None:
    try:
        data = repository.read_bytes(path, LOCK_BYTES_MAX)
    except UnreadableError as error:
        if error.code == "MC001" and not os.path.lexists(repository.root / path):
            return None
        raise DamagedLockError(Phrase("{file} cannot be read: {why}", file=file, why=error.message)) from None
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _damaged(file) from None
    if not isinstance(document, dict):
        raise _damaged(file)
    return document


def _checked(model: type[Any], document: dict[str, Any], file: str) -> Any:
    try:
        return model.model_validate(document)
    except ValidationError:
        raise _damaged(file) from None


def _damaged(file: str) -> DamagedLockError:
    return DamagedLockError(Phrase("{file} is not what massctl wrote", file=file))


def _bytes(path: Path) -> bytes | None:
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def _require_own_folder(rendered: Path) -> None:
    """Make `rendered/`; a link there would have us write somewhere else."""
    if rendered.is_symlink():
        raise NotADirectoryError(20, os.strerror(20), rendered.name)
    rendered.mkdir(exist_ok=True)


def _written_beside(target: Path, data: bytes) -> Path:
    descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=_BESIDE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(beside).chmod(0o644)
    return Path(beside)


def _put_back(folder: Path, done: list[str], before: Mapping[str, bytes | None]) -> None:
    for path in done:
        data = before.get(path)
        with suppress(OSError):
            if data is None:
                (folder / path).unlink(missing_ok=True)
            else:
                (folder / path).write_bytes(data)


def _flush_folders(folder: Path) -> None:
    for each in (folder / RENDERED, folder):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
