"""What was read of the working tree while one campaign was read, by digest; and whether it would be read again.

Everything counts that a plan of the campaign could have been different for: each file's bytes, and of what could not
be read, why, and what was said about it.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from massctl.model.ids import sha256_of
from massctl.source.repository import Repository, UnreadableError

_UNREADABLE: Final = "unreadable "
Note = tuple[str, int, str]
"""Path from the repository's root, the limit in bytes, and what came of reading it."""


class NotingRepository(Repository):
    """Reads, and notes what it read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._notes: dict[tuple[str, int], str] = {}
        self.steady = True
        """No file was read twice with different results."""

    @property
    def notes(self) -> list[Note]:
        """What was read, in the order of its first reading."""
        return [(path, limit, outcome) for (path, limit), outcome in self._notes.items()]

    def exists(self, path: str) -> bool:
        """Say whether `path` may be read; whoever asks is not remembered, since no bytes stand for the answer."""
        self.steady = False
        return super().exists(path)

    def names_in(self, folder: str, ending: str) -> tuple[str, ...]:
        """Name files of a folder; whoever asks is not remembered, since no bytes stand for the answer."""
        self.steady = False
        return super().names_in(folder, ending)

    def pieces(self, path: str, limit: int) -> Iterator[bytes]:
        """Read a file as every reading does, and note it once it is read whole; raises UnreadableError."""
        digest = hashlib.sha256()
        try:
            for piece in super().pieces(path, limit):
                digest.update(piece)
                yield piece
        except UnreadableError as error:
            self._note(path, limit, _why_not(self, error, path))
            raise
        self._note(path, limit, digest.hexdigest())

    def _note(self, path: str, limit: int, outcome: str) -> None:
        if self._notes.setdefault((path, limit), outcome) != outcome:
            self.steady = False


def outcome_of(repository: Repository, path: str, limit: int) -> str:
    """Read a file, and give what comes of it as a note has it."""
    digest = hashlib.sha256()
    try:
        for piece in repository.pieces(path, limit):
            digest.update(piece)
        return digest.hexdigest()
    except UnreadableError as error:
        return _why_not(repository, error, path)


def _why_not(repository: Repository, error: UnreadableError, path: str) -> str:
    """Name why a file could not be read; whether anything is there at all makes a difference to locks."""
    there = os.path.lexists(repository.root / path)
    said = f"{error.code}\0{error.message}\0{error.hint}\0{error.is_missing}\0{there}"
    return _UNREADABLE + sha256_of(said.encode("utf-8", "surrogatepass"))
