"""Store what was staged, previewed and sent beside the ledger by digest, so that people can see later what changed.

For people only: nothing that is sent is ever read from here, and a send does without it. Files are written whole or not
at all, never again where they are there already, and believed only where their content has the digest they are named
by. There is no openid in them: the recipients of previews are not part of what is approved.
"""

import contextlib
import json
import os
import re
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from massctl import __version__
from massctl.errors import LedgerError
from massctl.model.lock import (
    LockFile,
    Version,
    checked_lock,
    checked_version,
    lock_document,
    lock_text,
)
from massctl.model.message import RenderedCampaign
from massctl.plan.destinations import SentBefore

ARCHIVE_BYTES_MAX = 4 * 1024 * 1024
"""Of one file: a body that WeChat takes has fewer than 1,000,000 bytes (draft/add, read 2026-10)."""
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})", re.ASCII)
_NAME = re.compile(r"[0-9a-f]{64}\.(html|json)", re.ASCII)
_BESIDE = ".massctl-body-"


class Contents(ABC):
    """Implements `massctl.apply.ports.Archive` on files with names; where they are is the subclass's to know."""

    def keep(self, campaign: RenderedCampaign) -> bool:
        """Keep a campaign's content; False where it cannot be."""
        try:
            for article in campaign.message.articles:
                self._write(_named(article.content_sha256, "html"), article.content.encode())
            # The document comes last: where it is, its bodies are.
            document = lock_document(campaign, f"massctl {__version__}")
            self._write(_named(campaign.digest, "json"), lock_text(document).encode())
        except (OSError, LedgerError):
            return False
        return True

    def read(self, digest: str) -> Version | None:
        """Return the content that a campaign's digest names; None if it is not here whole."""
        if not _DIGEST.fullmatch(digest):
            return None
        return self._version(digest, self._bytes(_named(digest, "json")))

    def _version(self, digest: str, document: bytes | None) -> Version | None:
        lock = checked_lock(_parsed(document), digest)
        if lock is None:
            return None
        return checked_version(lock, lambda name: self._bytes(_named(name, "html")))

    def locks(self, digests: Sequence[str]) -> list[LockFile | None]:
        """Return what was approved under these digests, without bodies; None for what is not here."""
        read = self._read_all([_named(digest, "json") for digest in digests])
        both = zip(digests, read, strict=True)
        return [
            checked_lock(_parsed(data), digest) if data is not None else None
            for digest, data in both
        ]

    def sent(self, digests: Sequence[str]) -> SentBefore:
        """Return where the campaigns of these digests led, as far as their contents are here."""
        return SentBefore.of([lock for lock in self.locks(digests) if lock is not None])

    def take_over(self, other: "Contents") -> None:
        """Keep the files of another archive under their names, as far as the disk takes them."""
        with contextlib.suppress(OSError):  # For people only: without them later plans show less.
            for name in filter(_NAME.fullmatch, other.names()):
                if (data := other._bytes(name)) is not None:
                    self._write(name, data)

    def lacking(self, other: "Contents") -> list[str]:
        """Return the names of files of another archive that are not here with the same bytes."""
        names = filter(_NAME.fullmatch, other.names())
        return [name for name in names if other._bytes(name) not in (None, self._bytes(name))]

    def is_kept(self, digest: str) -> bool | None:
        """Return whether the content that a digest names is here as it was kept; None if nothing is here."""
        document = self._bytes(_named(digest, "json"))
        return self._version(digest, document) is not None if document is not None else None

    @abstractmethod
    def names(self) -> Iterable[str]:
        """Return the names of its files, and perhaps others."""

    @abstractmethod
    def _bytes(self, name: str) -> bytes | None:
        """Return a file; None if there is none that massctl wrote."""

    def _read_all(self, names: Sequence[str]) -> Iterable[bytes | None]:
        """Return files in the order of their names."""
        return map(self._bytes, names)

    @abstractmethod
    def _write(self, name: str, data: bytes) -> None:
        """Write a file, unless it is there already."""


class LocalArchive(Contents):
    """A folder, which is made when something is first kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _bytes(self, name: str) -> bytes | None:
        path = self._folder / name
        try:
            # A pipe would block the read, and massctl does not write huge files.
            if not path.is_file() or path.stat().st_size > ARCHIVE_BYTES_MAX:
                return None
            return path.read_bytes()
        except OSError:
            return None

    def _write(self, name: str, data: bytes) -> None:
        target = self._folder / name
        if self._bytes(name):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(dir=self._folder, prefix=_BESIDE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                # Not flushed: what a loss of power leaves empty is not believed, and is written again.
                file.write(data)
            Path(beside).chmod(0o644)
            Path(beside).replace(target)
        finally:
            Path(beside).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """See `Contents.names`."""
        return sorted(path.name for path in self._folder.iterdir()) if self._folder.is_dir() else []


def _named(digest: str, extension: str) -> str:
    return f"{digest.removeprefix('sha256:')}.{extension}"


def _parsed(data: bytes | None) -> Any:
    try:
        return json.loads(data.decode("utf-8")) if data is not None else None
    except (ValueError, RecursionError):
        return None
