"""Where the files of audiences' snapshots lie: objects with names, which are added and removed, and never changed.

A name says what is in an object, so a reader that finds a name finds the same people under it for ever. The objects
are encrypted before they get here.
"""

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, LiteralString

from massctl.errors import LedgerError, LedgerUnreachableError, SnapshotStoreError
from massctl.git import Git
from massctl.model.phrase import Phrase, ShellCommand, system_reason
from massctl.system import flush
from massctl.whole_file import beside

if TYPE_CHECKING:
    from massctl.ledger.postgres_connection import Database
    from massctl.ledger.s3_bucket import Bucket

SNAPSHOTS_FOLDER = "massctl.snapshots"
"""Beside a ledger that is a file, unless massctl.yaml names another place."""
OBJECT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}", re.ASCII)
"""What an object may be called: a file, a key of S3 and a row alike."""
_IGNORED = ".gitignore"
_TORN_SECONDS = 3600
"""A file takes seconds to be written."""
_BUCKET_FOLDER = "snapshots"
"""In a bucket, below its prefix."""
_PIECE_BYTES = 4 * 1024 * 1024
"""Of one row: a server has ten seconds for it."""


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

    def __init__(self, folder: Path, where: str, environment: Mapping[str, str]) -> None:
        self._folder: Final = folder
        self._environment: Final = environment
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
        self._require_untracked()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._remove_torn()
            if not (self._folder / _IGNORED).exists():
                (self._folder / _IGNORED).write_text("*\n")
            with beside(target, data, 0o600) as written:
                try:
                    # A link, unlike a rename, takes the place of nothing.
                    target.hardlink_to(written)
                except FileExistsError:
                    return
            flush(self._folder)
        except OSError as error:
            raise self._unusable(error) from None

    def remove(self, name: str) -> None:
        """See `SnapshotObjects.remove`."""
        try:
            (self._folder / name).unlink(missing_ok=True)
            flush(self._folder)
        except FileNotFoundError:
            return  # There is no folder yet.
        except OSError as error:
            raise self._unusable(error) from None

    def _remove_torn(self) -> None:
        """Remove what a process that was killed left half written: it may hold somebody who is erased later."""
        for each in self._folder.glob(".*.age.*"):
            if time.time() - each.stat().st_mtime > _TORN_SECONDS:
                each.unlink(missing_ok=True)

    def _require_untracked(self) -> None:
        """Raise SnapshotStoreError if git tracks a file of the folder: a commit would keep people for ever."""
        if not self._folder.is_dir():
            return
        try:
            found = Git(self._folder, self._environment).run("ls-files", "--", ".")
        except LedgerUnreachableError:
            return  # There is no git here, so it tracks nothing.
        if found.done and found.out:
            raise SnapshotStoreError(
                Phrase("git tracks files in {folder}", folder=self.where),
                Phrase("People cannot be erased from its history. Nothing was written."),
                ShellCommand(f"git rm -r --cached {self.where}"),
            )

    def _unusable(self, error: OSError) -> SnapshotStoreError:
        return SnapshotStoreError(
            Phrase("the snapshots in {place} cannot be used", place=self.where),
            Phrase("{why}. Nothing was frozen, erased or sent.", why=system_reason(error)),
            Phrase("make the folder readable and writable, then run the same command again"),
        )


class SnapshotBucket(SnapshotObjects):
    """A folder of a bucket. An object with the same name has the same people, so nothing depends on who writes last."""

    def __init__(self, bucket: "Bucket") -> None:
        self._bucket: Final = bucket
        self.where = f"{bucket.where}/{_BUCKET_FOLDER}"

    def names(self) -> list[str]:
        """See `SnapshotObjects.names`."""
        with of_snapshots(self.where):
            return self._bucket.names(_BUCKET_FOLDER)

    def read(self, name: str) -> bytes | None:
        """See `SnapshotObjects.read`."""
        with of_snapshots(self.where):
            return self._bucket.read_large(f"{_BUCKET_FOLDER}/{name}")

    def add(self, name: str, data: bytes) -> None:
        """See `SnapshotObjects.add`."""
        with of_snapshots(self.where):
            self._bucket.write_large(f"{_BUCKET_FOLDER}/{name}", data)

    def remove(self, name: str) -> None:
        """See `SnapshotObjects.remove`."""
        with of_snapshots(self.where):
            self._bucket.remove(f"{_BUCKET_FOLDER}/{name}")


class SnapshotTable(SnapshotObjects):
    """A table with the pieces of each object; they are written together, or not at all."""

    def __init__(self, database: "Database") -> None:
        self._database: Final = database
        self.where = f"{database.where}/massctl_snapshots"

    def names(self) -> list[str]:
        """See `SnapshotObjects.names`."""
        query: LiteralString = "SELECT name FROM massctl_snapshots WHERE piece = 0"
        with of_snapshots(self.where):
            return sorted(name for (name,) in self._database.rows(query))

    def read(self, name: str) -> bytes | None:
        """See `SnapshotObjects.read`; piece by piece, as a server has ten seconds for an answer."""
        count: LiteralString = "SELECT count(*) FROM massctl_snapshots WHERE name = %s"
        query: LiteralString = "SELECT data FROM massctl_snapshots WHERE name = %s AND piece = %s"
        with of_snapshots(self.where):
            pieces = self._database.rows(count, [name])[0][0]
            found = [self._database.rows(query, [name, piece]) for piece in range(pieces)]
        # Somebody may have removed it meanwhile.
        return b"".join(rows[0][0] for rows in found) if pieces and all(found) else None

    def add(self, name: str, data: bytes) -> None:
        """See `SnapshotObjects.add`."""
        query: LiteralString = (
            "INSERT INTO massctl_snapshots (name, piece, data) VALUES (%s, %s, %s)"
        )
        starts = range(0, max(len(data), 1), _PIECE_BYTES)
        with of_snapshots(self.where):
            self._database.settle(
                [
                    (query, [name, number, data[start : start + _PIECE_BYTES]])
                    for number, start in enumerate(starts)
                ]
            )

    def remove(self, name: str) -> None:
        """See `SnapshotObjects.remove`."""
        query: LiteralString = "DELETE FROM massctl_snapshots WHERE name = %s"
        with of_snapshots(self.where):
            self._database.settle([(query, [name])])


@contextmanager
def of_snapshots(where: str) -> Iterator[None]:
    """Say of the place of snapshots what it says of a ledger."""
    try:
        yield
    except LedgerError as error:
        raise SnapshotStoreError(
            Phrase("the snapshots in {place} cannot be used", place=where),
            error.detail or error.summary,
            error.hint,
        ) from None
