"""campaign.lock.json on the disk: read as data, written whole or not at all, and compared with what is rendered now.

A lock is kept by rendering again, never by trust: a lock that agrees with itself proves nothing, because everybody who
can commit can compute a digest.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from massctl import __version__
from massctl.errors import UsageError
from massctl.model.frozen import Frozen
from massctl.model.ids import LOCK_FILE, CampaignName, Folder, cell_of, folder_name
from massctl.model.lock import (
    LockFile,
    lock_digest,
    lock_document,
    lock_part,
    lock_text,
    matrix_document,
)
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase, enumerated, system_reason
from massctl.plan.guards import lock_missing
from massctl.plan.lock_diff import changed_parts, changed_versions, lock_stale, lock_unfit
from massctl.plan.steps import Refusal
from massctl.source.formulas import LIBRARIES
from massctl.source.repository import Repository, UnreadableError
from massctl.system import flush
from massctl.whole_file import beside

RENDER_LIBRARIES = (
    "css-inline",
    "emoji",
    "jinja2",
    "markdown-it-py",
    "mdit-py-plugins",
    "pillow",
    "pygments",
    "selectolax",
    "tinycss2",
)
"""The libraries that decide bytes which reviewers approve: those that pyproject.toml pins."""
_FORMER_FORMAT = 1
_STEM = LOCK_FILE.removesuffix(".json")


class DamagedLockError(Exception):
    """Report a lock that is not what massctl writes; `what` says so in words."""

    def __init__(self, what: Phrase) -> None:
        super().__init__(what)
        self.what = what


@lru_cache(maxsize=1)
def renderer() -> str:
    """List the versions that shape what this run renders, as a lock names them."""
    versions = {**{name: version(name) for name in RENDER_LIBRARIES}, **LIBRARIES}
    libraries = (f"{name} {number}" for name, number in versions.items())
    return ", ".join([f"massctl {__version__}", *libraries])


def read_lock(repository: Repository, name: CampaignName) -> tuple[LockFile, dict[str, Any]] | None:
    """Read a campaign's lock, as a model and as written; None without one. Raises DamagedLockError."""
    try:
        data = repository.lock_bytes(name)
    except UnreadableError as error:
        raise DamagedLockError(
            Phrase("{file} cannot be read: {why}", file=LOCK_FILE, why=error.message)
        ) from None
    if data is None:
        return None
    try:
        whole = json.loads(data.decode("utf-8"), object_pairs_hook=_each_key_once)
        document = lock_part(whole, name)
        if document is None:
            return None
        if cell_of(name) and whole != matrix_document(folder_name(name), whole["cells"]):
            raise DamagedLockError(_by_hand())
        if isinstance(document, dict) and document.get("format_version") == _FORMER_FORMAT:
            raise DamagedLockError(
                Phrase(
                    "{file} was written by an earlier massctl, without destinations", file=LOCK_FILE
                )
            )
        return LockFile.model_validate(document), document
    except (ValueError, RecursionError):
        raise DamagedLockError(Phrase("{file} is not what massctl wrote", file=LOCK_FILE)) from None


def locked_digest(repository: Repository, name: CampaignName) -> str | None:
    """Return the digest that a campaign's lock says it has; None without a lock that can be read. Checks nothing."""
    with suppress(DamagedLockError):
        found = read_lock(repository, name)
        return found[0].digest if found is not None else None
    return None


def locked_links(repository: Repository, name: CampaignName) -> Mapping[str, str]:
    """Return the addresses that a campaign's lock took from the ledger; none without a lock that can be read."""
    with suppress(DamagedLockError):
        found = read_lock(repository, name)
        return found[0].links if found is not None else {}
    return {}


class LockCheck(Frozen):
    """How a campaign's lock stands to what it renders now."""

    refusal: Refusal | None = None
    """Why nothing may go out as it is locked; None if it renders exactly what was locked."""
    differences: tuple[Phrase, ...] = ()
    """What differs; empty without a lock. QR codes that differ refuse nothing."""
    versions: tuple[Phrase, ...] = ()
    """Which versions are not those that it was locked by; they refuse nothing while it renders the same."""


def check_lock(
    repository: Repository, campaign: RenderedCampaign, *, exactly: bool = False
) -> LockCheck:
    """Compare a campaign with the lock in its folder; `exactly` each byte counts, not only what the lock says."""
    try:
        found = read_lock(repository, campaign.name)
    except DamagedLockError as damaged:
        return LockCheck(lock_unfit(campaign.name, [damaged.what]), (damaged.what,))
    if found is None:
        return LockCheck(lock_missing(campaign.name))
    lock, document = found
    now = LockFile.model_validate(lock_document(campaign, renderer()))
    parts = changed_parts(lock, now)
    versions = tuple(changed_versions(lock.renderer, now.renderer))
    unfit = [
        *_misplaced(repository.root / campaign.folder),
        *_changed_by_hand(campaign, lock, document),
    ]
    # What pictures hold is no part of what is approved: this machine may not be able to read it.
    due = lock_text({**lock_document(campaign, lock.renderer), "seen": document["seen"]})
    as_due = json.loads(due) == document
    if exactly:
        as_due = _content(repository.root / campaign.folder / LOCK_FILE) == _file_of(
            repository.root, [campaign], {campaign.name: json.loads(due)}
        )
    if not unfit and not parts and not as_due:
        unfit += _other_files(lock, now) or [_by_hand()]
    if unfit:
        differences = tuple(dict.fromkeys([*unfit, *parts]))
        return LockCheck(lock_unfit(campaign.name, differences), differences, versions)
    refusal = lock_stale(lock, now) if parts else None
    are_read = all(each.codes is not None for each in campaign.pictures)
    if exactly and are_read and lock.seen != now.seen:
        # It refuses nothing: other versions of the reader may find other codes.
        parts.append(Phrase("`seen` does not list what the QR codes in its pictures say"))
    return LockCheck(refusal, tuple(parts), versions)


def lock_copies(folder: Path) -> list[str]:
    """List copies of the lock in a campaign's folder, as synchronising and merging leave them.

    A reviewer may have read one of those. What editors and file managers leave behind (`.x`, `x~`) is nobody's.
    """
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        return []
    plain = [each for each in entries if not each.startswith(".") and not each.endswith("~")]
    return [each for each in plain if is_lock_copy(each)]


def write_locks(root: Path, campaigns: Sequence[RenderedCampaign]) -> dict[CampaignName, list[str]]:
    """Lock the campaigns of one folder: cells of its matrix, or the one that stands there. Removes copies of the lock.

    Returns the files that changed, by campaign; of a cell whose part is as it was, none. Raises UsageError.
    """
    folder = root / campaigns[0].folder
    before = _document(folder)
    due = {each.name: lock_document(each, renderer()) for each in campaigns}
    changed = put_lock(root, campaigns[0].folder, _file_of(root, campaigns, due))
    parts = {name: lock_part(before, name) for name in due}
    # What is written is what JSON makes of it.
    others = [name for name, each in due.items() if parts[name] != json.loads(json.dumps(each))]
    return {name: changed if name in (others or due) else [] for name in due}


def _file_of(
    root: Path, campaigns: Sequence[RenderedCampaign], due: Mapping[CampaignName, Any]
) -> bytes:
    """Return what the lock file of a folder has to hold, given the locks that are `due` for some of its campaigns.

    The parts of other cells stay as they are; those of cells that are gone are left out.
    """
    one = campaigns[0]
    if not cell_of(one.name):
        return lock_text(due[one.name]).encode()
    before = _document(root / one.folder)
    declared = {each.name for each in one.family.cells} if one.family is not None else set()
    kept = {name: lock_part(before, name) for name in declared - due.keys()}
    parts = {cell_of(name): part for name, part in {**kept, **due}.items() if part is not None}
    return lock_text(matrix_document(folder_name(one.name), parts)).encode()


def _document(folder: Path) -> Any:
    """Return what the lock file of a folder says, if it is JSON."""
    try:
        return json.loads(_content(folder / LOCK_FILE) or b"")
    except (ValueError, RecursionError):
        return None


def put_lock(root: Path, own: Folder, data: bytes) -> list[str]:
    """Make the campaign's folder `own` hold exactly this lock; return the files that changed.

    Raises UsageError, which says what was removed until then; removes nothing if there is a folder of that name.
    """
    folder = root / own
    left_over = lock_copies(folder)
    before = _content(folder / LOCK_FILE)
    if not left_over and before == data:
        return []
    for each in (*left_over, LOCK_FILE):
        if (folder / each).is_dir() and not (folder / each).is_symlink():
            raise UsageError(
                Phrase("{name} cannot be locked: {file} is a folder", name=folder.name, file=each),
                Phrase("Nothing was changed."),
                Phrase("move {path} away", path=f"{own}/{each}"),
            )
    removed: list[str] = []
    try:
        with beside(folder / LOCK_FILE, data, 0o644) as written:
            # Before the lock, since where letters' case does not count a second lock may be the lock by another name.
            for copy in left_over:
                (folder / copy).unlink()
                removed.append(copy)
            if _content(folder / LOCK_FILE) == data:
                return removed
            written.replace(folder / LOCK_FILE)
        flush(folder)
    except OSError as error:
        raise UsageError(
            Phrase("{name} cannot be locked: {why}", name=folder.name, why=system_reason(error)),
            _state_after(removed, is_kept=_content(folder / LOCK_FILE) == before),
            Phrase("make {path} writable", path=own),
        ) from None
    return sorted([LOCK_FILE, *left_over])


def _state_after(removed: list[str], *, is_kept: bool) -> Phrase:
    if not is_kept:
        return Phrase(
            "Its lock was changed, but the disk did not confirm it. Run the command again."
        )
    if removed:
        return Phrase(
            "Its lock is unchanged. These copies were removed: {files}.", files=enumerated(removed)
        )
    return Phrase("Its lock is as it was.")


def _misplaced(folder: Path) -> Iterator[Phrase]:
    if (folder / LOCK_FILE).is_symlink():
        yield Phrase("{file} is a link", file=LOCK_FILE)
    for copy in lock_copies(folder):
        yield Phrase("{file} is left over", file=copy)


def _changed_by_hand(
    campaign: RenderedCampaign, lock: LockFile, document: dict[str, Any]
) -> Iterator[Phrase]:
    if lock_digest(document) != lock.digest:
        yield _by_hand()
    if lock.account.name != campaign.account:
        yield Phrase("the account's name")


def _other_files(lock: LockFile, now: LockFile) -> list[Phrase]:
    """Name the pictures that are the same and come from other files: the digest leaves out where they come from."""
    pairs = zip(lock.pictures, now.pictures, strict=True)
    return [
        Phrase("the file of the picture {path}", path=old.path) for old, new in pairs if old != new
    ]


def _by_hand() -> Phrase:
    return Phrase("{file} was changed by hand", file=LOCK_FILE)


def is_lock_copy(entry: str) -> bool:
    """Return whether a name is a copy of a lock, such as `campaign.lock (1).json` or `campaign.lock.json.orig`."""
    plain = entry.casefold()
    return entry != LOCK_FILE and (
        plain.startswith(LOCK_FILE) or (plain.endswith(".json") and plain.startswith(_STEM))
    )


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that is written twice: a reader takes the first value for what is sent, and JSON the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _content(path: Path) -> bytes | None:
    """Read a lock as it is committed: a checkout may write other line ends."""
    try:
        # Reading a pipe would wait for ever.
        return (
            path.read_bytes().replace(b"\r\n", b"\n")
            if path.is_file() and not path.is_symlink()
            else None
        )
    except OSError:
        return None
