"""How a campaign's folder looks from outside: enough to say, without reading it, that nobody touched it since.

A mark is what the system says of a file or folder: kind, size, owner, inode, and when content and inode were last
changed. A folder's own times move when something in it is added, removed or renamed, so that what was there before
need not be listed again. As in git's index, a file that was changed in the very moment in which it was looked at may
be changed once more without a trace; whatever is that young gets no marks.
"""

import contextlib
import hashlib
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Any, Final

from massctl.source.repository import CAMPAIGNS, LOCK_FILE, RENDERED, SOURCES_FILE

_YOUNG_NS: Final = 50_000_000
"""Times of files come from a clock that ticks every 1 to 10 ms; five ticks are enough."""
_YOUNG_ON_COARSE_DISKS_NS: Final = 2_100_000_000
"""FAT counts in two seconds, some network disks in one."""
_PATHS_MAX: Final = 10_000
_FIELDS: Final = Struct("<IQqqQQII")


@dataclass(frozen=True, slots=True)
class Marks:
    """A campaign's folder from outside."""

    paths: tuple[str, ...]
    """The folder, and every folder and file in it that counts, from the campaign's folder; the first one is empty."""
    digest: str
    """Names the marks of all of them."""


def marks_of(root: Path, name: str) -> Marks | None:
    """Take the marks of a campaign's folder; None where it has links or special files, is too large or too young.

    Take them before the files are read: an edit in between then shows as a difference.
    """
    folder = f"{root}/{CAMPAIGNS}/{name}"
    try:
        oldest_young = _clock_of(root) - _YOUNG_NS
        paths = _paths_below(folder)
        found = None if paths is None else _digest(folder, paths, oldest_young)
    except OSError:
        return None
    return None if paths is None or found is None else Marks(paths, found)


def can_be_marked(root: Path) -> bool:
    """Say whether `campaigns/` is a folder of exactly that name in a checkout that can be listed, and no link."""
    try:
        return CAMPAIGNS in os.listdir(root) and stat.S_ISDIR(os.lstat(root / CAMPAIGNS).st_mode)
    except OSError:
        return False


def has_marks(root: Path, name: str, marks: Marks) -> bool:
    """Say whether a campaign's folder still has exactly these marks."""
    try:
        return _digest(f"{root}/{CAMPAIGNS}/{name}", marks.paths, None) == marks.digest
    except (OSError, ValueError):
        return False


def marks_document(marks: Marks) -> list[Any]:
    """Write marks as JSON values."""
    return [marks.digest, *marks.paths]


def marks_from(document: list[Any]) -> Marks:
    """Read marks."""
    digest, *paths = document
    return Marks(tuple(paths), digest)


def _clock_of(root: Path) -> int:
    """Give the time, in nanoseconds, as the disk tells it: the clock of a network disk may be behind ours."""
    folder = root / ".massctl"
    folder.mkdir(exist_ok=True)
    probe = folder / f"clock.{os.getpid()}"
    try:
        probe.touch()
        return min(time.time_ns(), probe.stat().st_mtime_ns)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()


def _paths_below(folder: str) -> tuple[str, ...] | None:
    """List what counts in a campaign's folder, as `Repository.folder_digest` does; None where it is too much."""
    found, waiting = [""], [""]
    while waiting and len(found) <= _PATHS_MAX:
        here = waiting.pop()
        with os.scandir(f"{folder}/{here}") as entries:
            for entry in entries:
                ours = not here and entry.name in (LOCK_FILE, SOURCES_FILE, RENDERED)
                if ours or entry.name.startswith(".") or entry.name.endswith("~"):
                    continue
                path = f"{here}/{entry.name}" if here else entry.name
                found.append(path)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
    return tuple(found) if not waiting and len(found) <= _PATHS_MAX else None


def _digest(folder: str, paths: tuple[str, ...], oldest_young: int | None) -> str | None:
    """Name the marks of `paths`; None where one is a link, a special file, or as young as `oldest_young`."""
    seen: list[bytes] = []
    for path in paths:
        status = os.lstat(f"{folder}/{path}")
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            return None
        changed, touched = status.st_mtime_ns, status.st_ctime_ns
        if oldest_young is not None and max(changed, touched) >= oldest_young - _more_on_coarse_disks(touched):
            return None
        mode, owner, group = status.st_mode, status.st_uid, status.st_gid
        seen.append(_FIELDS.pack(mode, status.st_size, changed, touched, status.st_ino, status.st_dev, owner, group))
    return hashlib.sha256(b"".join(seen)).hexdigest()[:32]


def _more_on_coarse_disks(touched_ns: int) -> int:
    """Give how much older a file must be where the disk keeps no fractions of a hundredth of a second."""
    return _YOUNG_ON_COARSE_DISKS_NS if touched_ns % 10_000_000 == 0 else 0
