"""The files that `massctl lock` writes into a campaign's folder, read as data and written all or none."""

import json
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from massctl.errors import UsageError
from massctl.model.ids import CampaignName
from massctl.model.lock import LockFile, SourcesFile
from massctl.model.phrase import Phrase, system_reason
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, RENDERED, SOURCES_FILE, Repository, UnreadableError

LOCK_BYTES_MAX: Final = 4 * 1024 * 1024
"""Far above what eight articles and their pictures need."""
_BESIDE: Final = ".massctl-lock-"
_OURS: Final = (LOCK_FILE, SOURCES_FILE)
_STEMS: Final = tuple(file.removesuffix(".json") for file in _OURS)


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


def read_body(repository: Repository, name: CampaignName, file: str) -> bytes | Phrase:
    """Read a file of `rendered/`, or say why it cannot be had."""
    path, shown = f"{CAMPAIGNS}/{name}/{RENDERED}/{file}", f"{RENDERED}/{file}"
    try:
        return repository.read_bytes(path, LOCK_BYTES_MAX)
    except UnreadableError as error:
        if error.is_missing and not os.path.lexists(repository.root / path):
            return Phrase("{file} is missing", file=shown)
        return _unfit(repository.root / path, shown) or Phrase(
            "{file} cannot be read: {why}", file=shown, why=error.message
        )


def written_files(root: Path, name: CampaignName) -> dict[str, bytes | None]:
    """Give what stands in the campaign's folder under our names, by path from there; None: no file we can read.

    What editors and file managers leave behind (`.x`, `x~`) is nobody's.
    """
    folder = root / CAMPAIGNS / name
    paths = [entry for entry in _entries(folder) if entry in _OURS or _is_second_lock(entry)]
    paths += [f"{RENDERED}/{entry}" for entry in _entries(folder / RENDERED)]
    return {path: _bytes(folder / path) for path in sorted(paths)}


def unfit_files(root: Path, name: CampaignName, due: Collection[str]) -> Iterator[Phrase]:
    """Name what stands under our names and is none of ours; `due` are the paths that a lock has.

    A reviewer may have read it in place of what is sent: a link, a folder, a body too many, a second lock.
    """
    folder = root / CAMPAIGNS / name
    if (folder / RENDERED).is_symlink():
        yield _a_link(RENDERED)
    for path in written_files(root, name):
        if path not in due:
            yield Phrase("{file} is left over", file=path)
        elif unfit := _unfit(folder / path, path):
            yield unfit


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
        # First, since where letters' case does not count a second lock may be the lock by another name.
        for path in left_over:
            (folder / path).unlink()
            done.append(path)
        for path in order:
            done.append(path)
            beside[path].replace(folder / path)
    except OSError as error:
        _put_back(folder, done, before)
        raise UsageError(
            Phrase("{name} cannot be locked: {why}", name=name, why=system_reason(error)),
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
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError):
        raise _damaged(file) from None
    if not isinstance(document, dict):
        raise _damaged(file)
    return document


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that is written twice: a reader takes the first value for what is sent, and JSON the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _checked(model: type[Any], document: dict[str, Any], file: str) -> Any:
    try:
        return model.model_validate(document)
    except ValidationError:
        raise _damaged(file) from None


def _damaged(file: str) -> DamagedLockError:
    return DamagedLockError(Phrase("{file} is not what massctl wrote", file=file))


def _unfit(path: Path, shown: str) -> Phrase | None:
    if path.is_symlink():
        return _a_link(shown)
    return None if path.is_file() else Phrase("{file} is not an ordinary file", file=shown)


def _a_link(shown: str) -> Phrase:
    return Phrase("{file} is a link", file=shown)


def _entries(folder: Path) -> list[str]:
    """List a folder, without what editors leave behind; nothing where there is none."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if not entry.name.startswith(".") and not entry.name.endswith("~")]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_second_lock(entry: str) -> bool:
    """Recognise a copy of a file of ours, as synchronising and merging leave them: `campaign.lock (1).json`."""
    plain = entry.casefold()
    return plain.startswith(_OURS) or (plain.endswith(".json") and plain.startswith(_STEMS))


def _bytes(path: Path) -> bytes | None:
    try:
        # Reading a pipe would wait for ever.
        return path.read_bytes() if path.is_file() and not path.is_symlink() else None
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
