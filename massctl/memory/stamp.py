"""What remembered files depend on and no source shows: massctl itself, the libraries, the machine, the checkout."""

import hashlib
import os
import sys
from pathlib import Path
from typing import Final

from massctl import __file__ as _package
from massctl import __version__

_INSTALLED: Final = (".dist-info", ".egg-info", ".egg-link", ".pth")
"""How an installed library shows in a folder of packages: by its name and version."""


def stamp(root: Path) -> str:
    """Name everything beside the sources of `root` that could make a plan different.

    Every file of massctl by size and time, so that an edit of ours counts as a new version does; every installed
    library by version, those whose output reviewers approve among them; Python; the checkout by inode, so that a
    file which came along with somebody's commit is not believed; and who asks, since the next one may not be
    allowed to read what this one read.
    """
    here = os.stat(root)
    parts = [
        __version__,
        sys.version,
        *_libraries(),
        *_own_files(os.path.dirname(_package)),
        os.path.realpath(root),
        f"{here.st_dev} {here.st_ino}",
        f"{os.geteuid()} {os.getegid()} {sorted(os.getgroups())}",
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _libraries() -> list[str]:
    """Give every installed distribution; asking importlib.metadata would take longer than planning does."""
    found: set[str] = set()
    for folder in sys.path:
        try:
            found.update(f"{folder}/{name}" for name in os.listdir(folder or ".") if name.endswith(_INSTALLED))
        except OSError:
            continue  # An archive, or nothing at all.
    return sorted(found)


def _own_files(package: str) -> list[str]:
    """Give every file of massctl with its size and time."""
    found: list[str] = []
    waiting = [package]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        waiting.append(entry.path)
                else:
                    status = entry.stat()
                    found.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    return sorted(found)
