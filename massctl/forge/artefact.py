"""The file that a pull request's job left, read as data: exactly one, regular, of the shape that massctl writes.

Whoever opens a pull request decides what its jobs do, and so what they leave. Nothing here is run, unpacked, followed.
"""

import os
import re
import stat
from pathlib import Path
from typing import Final

from massctl.errors import NotAPlanError
from massctl.model.phrase import Phrase
from massctl.plan.plan_file import SAVED_BYTES_MAX, SavedPlan, StoppedPlan, reviewable

PLAN_FILE: Final = "plan.json"
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class ArtefactError(Exception):
    """Report that what a job left is not what massctl writes; `what` says so without quoting it."""

    def __init__(self, what: Phrase) -> None:
        super().__init__(what)
        self.what = what


def read_plan(folder: Path) -> SavedPlan | StoppedPlan:
    """Read what a job left in `folder`. Raises ArtefactError."""
    try:
        found = {entry.name for entry in os.scandir(folder)}
    except OSError:
        raise ArtefactError(Phrase("the run left no plan")) from None
    if found != {PLAN_FILE}:
        raise ArtefactError(Phrase("it has files other than {files}", files=PLAN_FILE))
    try:
        plan = reviewable(read_text(folder / PLAN_FILE, SAVED_BYTES_MAX))
    except NotAPlanError:
        plan = None
    if plan is None or (plan.digest is not None and _DIGEST.fullmatch(plan.digest) is None):
        raise ArtefactError(Phrase("{file} is not what massctl writes", file=PLAN_FILE))
    return plan


def read_text(path: Path, bytes_max: int) -> str:
    """Read a regular file of at most `bytes_max` bytes of UTF-8, following no link. Raises ArtefactError."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError:
        raise ArtefactError(Phrase("{file} is not an ordinary file", file=path.name)) from None
    try:
        # Before it becomes a file of Python's, which for a folder raises.
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ArtefactError(Phrase("{file} is not an ordinary file", file=path.name))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(bytes_max + 1)
    finally:
        os.close(descriptor)
    if len(data) > bytes_max:
        raise ArtefactError(Phrase("{file} is too large", file=path.name))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ArtefactError(Phrase("{file} is not UTF-8", file=path.name)) from None
