"""Where the files of audiences' snapshots lie: objects with names, which are added and removed, and never changed.

A name says what is in an object, so a reader that finds a name finds the same people under it for ever. The objects
are encrypted before they get here.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from massctl.errors import SnapshotStoreError
from massctl.model.phrase import Phrase, system_reason
from massctl.whole_file import beside, sync

SNAPSHOTS_FOLDER = "massctl.snapshots"
"""Beside a ledger that is a file, unless massctl.yaml names another place."""
OBJECT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}", re.ASCII)
"""What an object may be called: a file, a key of S3 and a row alike."""
_IGNORED = ".gitignore"


class SnapshotObjects(ABC):
    """The objects of one place. Every method raises SnapshotStoreError if the place cannot be used."""

    where: str
    """The place, for people."""

    @abstractmethod
    def names(self) -> Iterable[str]:
        """Return the names of all objects, in order."""

    @abstractmethod
    def read(self, name: str) -> bytes | None:
        """Return an object; None if there is none of that name."""

    @abstractmethod
    def add(self, name: str, data: bytes) -> None:
        """Add an object whole and durably, or not at all. One that is there already stays as it is."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove an object, for good; one that is not there is removed already."""


class RehearsedObjects(SnapshotObjects):
    """The objects of a sandbox over the real ones, which are read and never touched."""

    def __init__(self, own: SnapshotObjects, real: SnapshotObjects) -> None:
        self._own: Final = own
        self._real: Final = real
        self.where = own.where

    def names(self) -> list[str]:
        """See `SnapshotObjects.names`."""
        return sorted({*self._own.names(), *self._real.names()})

    def read(self, name: str) -> bytes | None:
        """See `SnapshotObjects.read`."""
        found = self._own.read(name)
        return found if found is not None else self._real.read(name)

    def add(self, name: str, data: bytes) -> None:
        """See `SnapshotObjects.add`."""
        self._own.add(name, data)

    def remove(self, name: str) -> None:
        """Remove an object of the sandbox; a real one stays."""
        self._own.remove(name)


class SnapshotFolder(SnapshotObjects):
    """A folder, made when a snapshot is first written, which git ignores."""

    def __init__(self, folder: Path, where: str) -> None:
        self._folder: Final = folder
        self.where = where

    def names(self) -> list[str]:
        """See `SnapshotObjects.names`."""
        try:
            found = [each.name for each in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable(error) from None
        return sorted(filter(OBJECT_NAME.fullmatch, found))

    def read(self, name: str) -> bytes | None:
        """See `SnapshotObjects.read`."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from None

    def add(self, name: str, data: bytes) -> None:
        """See `SnapshotObjects.add`."""
        target = self._folder / name
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not (self._folder / _IGNORED).exists():
                (self._folder / _IGNORED).write_text("*\n")
            with beside(target, data, 0o600) as written:
                try:
                    # A link, unlike a rename, takes the place of nothing.
                    target.hardlink_to(written)
                except FileExistsError:
                    return
            sync(self._folder)
        except OSError as error:
            raise self._unusable(error) from None

    def remove(self, name: str) -> None:
        """See `SnapshotObjects.remove`."""
        try:
            (self._folder / name).unlink(missing_ok=True)
            sync(self._folder)
        except FileNotFoundError:
            return  # There is no folder yet.
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> SnapshotStoreError:
        return SnapshotStoreError(
            Phrase("the snapshots in {place} cannot be used", place=self.where),
            Phrase("{why}. Nothing was frozen, erased or sent.", why=system_reason(error)),
            Phrase("make the folder readable and writable, then run the same command again"),
        )
