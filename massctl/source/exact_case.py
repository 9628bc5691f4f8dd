"""Names are exact, on disks too that do not mind."""

import errno
import os


def require_exact_case(folder: int, name: str) -> None:
    """Refuse `Hero.PNG` for `hero.png`: it would work on this machine and fail on the next."""
    if name.isascii() and _tells_cases_apart(folder, name):
        return
    if name not in os.listdir(folder):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)


def _tells_cases_apart(folder: int, name: str) -> bool:
    """Say whether `folder` surely tells cases apart: the name in the other case is not there.

    Listing a folder of a thousand campaigns for each file would take longer than reading all of them.
    """
    other = name.swapcase()
    try:
        os.stat(other, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return other != name
    except OSError:
        return False
    return False
