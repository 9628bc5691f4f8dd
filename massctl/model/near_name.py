"""The known name that a misspelt one may mean."""

from collections.abc import Iterable
from difflib import get_close_matches

from massctl.model.diagnostics import DIAGNOSTICS_MAX

NAMES_COMPARED_MAX = 1_000
"""Ours: at most so many names are compared with one."""


class NearNames:
    """Look for names that the unknown names of one file may mean, no more often than faults of it are told.

    Each search compares a name with all known ones, and a file may have thousands of unknown names.
    """

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = DIAGNOSTICS_MAX

    def nearest(self, name: str, known: Iterable[str]) -> str | None:
        """Return the known name that is nearest to `name`; None if none is near, or after too many searches."""
        if not self._left:
            return None
        self._left -= 1
        return next(iter(get_close_matches(name, sorted(known)[:NAMES_COMPARED_MAX], 1)), None)
