"""The file that an audience names: on this machine, of the team's web server, or of its S3 store.

It is read piece by piece, and what comes over the network stays in memory. Nothing of an openid is shown.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from massctl import system
from massctl.audience.memory_file import has_memory_files, open_memory_file
from massctl.audience.queries import ROWS_MAX, embedded_answer
from massctl.audience.query_engine import Statement, not_installed
from massctl.audience.source_rows import SourceFaultsError, SourceTally, at_source, fault, one_fault
from massctl.errors import LedgerUnreachableError
from massctl.model.audience import shown_file
from massctl.model.diagnostics import Diagnostic, Place
from massctl.model.frozen import Frozen
from massctl.model.ids import Sha256
from massctl.model.phrase import Phrase, enumerated, system_reason
from massctl.source.openids import COLUMN, OPENID_CHARACTERS, ListReading
from massctl.transport import Call, Line, NoAnswer

ENDINGS: Final = (".txt", ".csv", ".parquet")
FILE_BYTES_MAX: Final = 1 << 30
"""Five million people with some columns beside them are a fraction of it."""
READ_SECONDS: Final = 60.0
TABLE_SECONDS: Final = 300
"""For the rows of a Parquet file: five million of them."""
_PIECE_BYTES: Final = 1 << 20
_HTTPS, _S3 = "https://", "s3://"
_DONE: Final = 200
_VIEW = "people"
_Bring = Callable[[str, str, Place, Callable[[bytes], object]], None]


class SourceFile(Frozen):
    """A file in memory, and what it is called for people."""

    hidden_fields = ("path",)

    shown: str
    """As the audience's file names it, without a query that may sign it."""
    path: Path
    descriptor: int | None = None
    """Of a file in memory."""

    @property
    def ending(self) -> str:
        """Its kind, by its name."""
        return Path(self.shown).suffix.lower()

    def pieces(self) -> Iterator[bytes]:
        """Read it; raise SourceFaultsError for one that is too large."""
        with self.path.open("rb") as file:
            at = 0
            while piece := file.read(_PIECE_BYTES):
                at += len(piece)
                if at > FILE_BYTES_MAX:
                    raise SourceFaultsError([_too_large(self.shown)])
                yield piece

    def sha256(self) -> Sha256:
        """Name its content."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return Sha256(digest.hexdigest())

    def openids(self, taken: SourceTally) -> Iterator[str]:
        """Yield its openids, the same one as often as it comes; raise SourceFaultsError for what is none."""
        return self._of_table(taken) if self.ending == ".parquet" else self._of_list(taken)

    def _of_list(self, taken: SourceTally) -> Iterator[str]:
        reading = ListReading(self.shown)
        for some in reading.openids(self.pieces()):
            taken.count += len(some)
            taken.odd_lengths += sum(len(openid) != OPENID_CHARACTERS for _, openid in some)
            yield from (openid for _, openid in some)
        for each in reading.faults:
            at = Place(each.path or "", each.line, each.column)
            taken.faults.append(at_source(each, at))
        taken.require_sound()

    def _of_table(self, taken: SourceTally) -> Iterator[str]:
        passes = () if self.descriptor is None else (self.descriptor,)
        statement = Statement(f'SELECT openid FROM "{_VIEW}"', {})  # noqa: S608 - our own name
        with embedded_answer(
            statement,
            {_VIEW: self.path},
            taken.at,
            passes,
            failed=_table_fault,
            seconds=TABLE_SECONDS,
        ) as answer:
            yield from taken.of_rows(answer.columns, answer.pages, ROWS_MAX)


class FileReader(Frozen):
    """Finds the files that audiences name."""

    hidden_fields = ("environment", "line")

    root: Path
    environment: Mapping[str, str]
    line: Callable[[], Line]
    """Makes the way to web servers, when it is needed."""
    endpoint: str | None = None
    """Of the team's S3-compatible store; None: Amazon's."""

    @contextmanager
    def opened(self, named: str, at: Place) -> Iterator[SourceFile]:
        """Bring a file into memory, so that what is read twice is the same; raise SourceFaultsError without one."""
        shown = shown_file(named)
        if Path(shown).suffix.lower() not in ENDINGS:
            say = Phrase("{file} is not a list of people", file=shown)
            hint = Phrase("name a file that ends in {endings}", endings=enumerated(ENDINGS))
            raise one_fault("MC601", say, hint, at)
        bring: _Bring = self._from_disk
        if named.startswith((_HTTPS, _S3)):
            bring = self._from_web if named.startswith(_HTTPS) else self._from_store
        with _memory_file() as (path, descriptor, file):
            bring(named, shown, at, file.write)
            file.flush()
            yield SourceFile(shown, path, descriptor)

    def _from_disk(
        self, named: str, shown: str, at: Place, write: Callable[[bytes], object]
    ) -> None:
        """Read a regular file, also through links: another one may never end, or never begin."""
        try:
            path = (self.root / Path(named).expanduser()).resolve()
            with open(path, "rb", opener=_without_wait) as file:
                found = os.fstat(file.fileno())
                # The files of /proc say that they are regular, and are not.
                if not stat.S_ISREG(found.st_mode) or path.is_relative_to("/proc"):
                    why = Phrase("it is not a regular file")
                    raise SourceFaultsError([_unread(shown, why, at)])
                if found.st_size > FILE_BYTES_MAX:
                    raise SourceFaultsError([_too_large(shown)])
                while piece := file.read(_PIECE_BYTES):
                    write(piece)
        except IsADirectoryError:
            why = Phrase("it is not a regular file")
            raise SourceFaultsError([_unread(shown, why, at)]) from None
        except OSError as error:
            raise SourceFaultsError([_unread(shown, system_reason(error), at)]) from None
        except RuntimeError:
            why = Phrase("its links lead in a circle, or to nobody's home")
            raise SourceFaultsError([_unread(shown, why, at)]) from None

    def _from_web(self, url: str, shown: str, at: Place, write: Callable[[bytes], object]) -> None:
        def kept(pieces: Iterable[bytes]) -> Iterator[bytes]:
            for piece in pieces:
                write(piece)
                yield b""

        line = self.line()
        try:
            answer = line.exchange(Call("GET", url, READ_SECONDS, sieve=kept))
        finally:
            line.close()
        if isinstance(answer, NoAnswer):
            raise SourceFaultsError([_unread(shown, answer.said, at)])
        if answer.status != _DONE:
            why = Phrase("the server answers {status}", status=answer.status)
            raise SourceFaultsError([_unread(shown, why, at)])

    def _from_store(
        self, url: str, shown: str, at: Place, write: Callable[[bytes], object]
    ) -> None:
        try:
            from massctl.ledger.s3_bucket import Bucket
        except ImportError:
            raise not_installed("obstore") from None
        bucket, _, key = url.removeprefix(_S3).partition("/")
        found = Bucket(bucket, "", self.endpoint, self.environment)
        size = 0
        try:
            for piece in found.pieces(key):
                size += len(piece)
                if size > FILE_BYTES_MAX:
                    raise SourceFaultsError([_too_large(shown)])
                write(piece)
        except FileNotFoundError:
            why = Phrase("the store does not have it")
        except LedgerUnreachableError:
            why = Phrase("the store does not answer, or does not let us read it")
        else:
            return
        raise SourceFaultsError([_unread(shown, why, at)])


@contextmanager
def _memory_file() -> Iterator[tuple[Path, int | None, IO[bytes]]]:
    """Open a file in memory; where the system has none, one that only this user reads, and that is gone afterwards."""
    if not has_memory_files():
        with tempfile.NamedTemporaryFile(prefix="massctl-") as temporary:
            yield Path(temporary.name), None, temporary
        return
    descriptor, path = open_memory_file()
    with open(descriptor, "wb") as file:
        yield Path(path), descriptor, file


def _without_wait(path: str, flags: int) -> int:
    """Open a pipe too: nobody may be at its other end."""
    return os.open(path, flags | system.READ_FLAGS)


def _table_fault(kind: str, at: Place) -> Diagnostic:
    """Say why a Parquet file gives no openids; the one name that is asked of it is `openid`."""
    if kind == "BinderException":
        say = Phrase("{file} has no column {name}", file=at.file, name=COLUMN)
        return fault("MC604", say, Phrase("name the column of openids `openid`"), at=Place(at.file))
    say = Phrase("{file} cannot be read as Parquet: {why}", file=at.file, why=f"DuckDB {kind}")
    return fault("MC607", say, Phrase("export the list again"), at=Place(at.file))


def _unread(shown: str, why: str, at: Place) -> Diagnostic:
    say = Phrase("{file} cannot be read: {why}", file=shown, why=why)
    return fault("MC601", say, Phrase("correct `source`, or put the file there"), at=at)


def _too_large(shown: str) -> Diagnostic:
    say = Phrase("{file} is larger than {limit} MB", file=shown, limit=FILE_BYTES_MAX >> 20)
    hint = Phrase("leave out the columns beside openid")
    return fault("MC601", say, hint, at=Place(shown))
