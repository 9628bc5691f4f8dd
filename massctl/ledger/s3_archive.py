"""Contents and statistics in the bucket of the ledger: objects that are created once, as everything there."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from massctl.errors import LedgerError
from massctl.ledger import ARCHIVE_FOLDER, STATISTICS_FOLDER
from massctl.ledger.archive import ARCHIVE_BYTES_MAX, Contents
from massctl.ledger.statistics import StatisticsFiles
from massctl.model.ids import AppId
from massctl.model.statistics import JudgedCall

if TYPE_CHECKING:
    from massctl.ledger.s3_bucket import Bucket


class S3Archive(Contents):
    """A folder of the bucket."""

    def __init__(self, bucket: "Bucket") -> None:
        self._bucket = bucket

    def names(self) -> list[str]:
        """See `Contents.names`."""
        return self._bucket.names(ARCHIVE_FOLDER)

    def _bytes(self, name: str) -> bytes | None:
        return next(iter(self._read_all([name])))

    def _read_all(self, names: Sequence[str]) -> Sequence[bytes | None]:
        try:
            found = list(self._bucket.read_all([f"{ARCHIVE_FOLDER}/{name}" for name in names]))
        except LedgerError:
            return [None] * len(names)
        return [None if data is None or len(data) > ARCHIVE_BYTES_MAX else data for data in found]

    def _write(self, name: str, data: bytes) -> None:
        self._bucket.create(f"{ARCHIVE_FOLDER}/{name}", data)


class S3Statistics(StatisticsFiles):
    """A folder of the bucket. Each statistics file is a folder in it, to which `flush` adds one object."""

    def __init__(self, bucket: "Bucket") -> None:
        self._bucket = bucket
        self._waiting: dict[str, list[str]] = {}
        """Lines that `flush` writes, by the folder they go to."""

    def calls_known_here(self, appid: AppId) -> tuple[JudgedCall, ...]:
        """See `massctl.apply.ports.StatisticsArchive`: this machine keeps no copy."""
        return ()

    def flush(self) -> None:
        """Write what was added, or raise LedgerUnreachableError. Lines that were not written stay for the next one."""
        for folder, lines in list(self._waiting.items()):
            # Its number puts it behind those that are there; its word tells it from one of the same moment.
            name = f"{len(self._bucket.names(folder)) + 1:08}-{secrets.token_hex(8)}"
            self._bucket.create(f"{folder}/{name}", _text(lines))
            del self._waiting[folder]

    def _names(self, appid: AppId) -> Sequence[str]:
        own = f"{STATISTICS_FOLDER}/{appid}"
        waiting = [
            folder.removeprefix(f"{own}/")
            for folder in self._waiting
            if folder.startswith(f"{own}/")
        ]
        return sorted({*self._bucket.top(own)[0], *waiting})

    def _lines(self, appid: AppId, names: Sequence[str]) -> Iterable[bytes]:
        for folder in (f"{STATISTICS_FOLDER}/{appid}/{name}" for name in names):
            keys = [f"{folder}/{name}" for name in self._bucket.names(folder)]
            found = b"".join(data or b"" for data in self._bucket.read_all(keys))
            yield from (line.removesuffix(b"\n") for line in BytesIO(found))
            yield from (line.encode() for line in self._waiting.get(folder, ()))

    def _append(self, appid: AppId, lines: Mapping[str, Sequence[str]]) -> None:
        for name, each in lines.items():
            self._waiting.setdefault(f"{STATISTICS_FOLDER}/{appid}/{name}", []).extend(each)


def _text(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
