"""The place of a ledger: one class for each kind, named in `massctl.model.backends.BACKENDS`.

Nobody outside of this package asks for the kind. What depends on it is a question that a backend answers: what the
place is called, who begins a ledger there, what helps if it is missing, and where contents and statistics are kept.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from pkgutil import resolve_name
from typing import ClassVar, Final

from massctl.errors import SnapshotAwayError
from massctl.ledger import ARCHIVE_FOLDER, NEW_LINEAGE, STATISTICS_FOLDER
from massctl.ledger.archive import Contents, LocalArchive
from massctl.ledger.chained_ledger import ChainedLedger
from massctl.ledger.private_key import private_key
from massctl.ledger.s3_url import open_bucket
from massctl.ledger.signature import FORGED_HINT, LedgerKeys, PrivateKey
from massctl.ledger.snapshot_objects import (
    SNAPSHOTS_FOLDER,
    SnapshotBucket,
    SnapshotFolder,
    SnapshotObjects,
    of_snapshots,
)
from massctl.ledger.statistics import LocalStatistics, StatisticsFiles
from massctl.model.backends import BACKENDS
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.model.settings import MassctlFile, StateSettings


class Site(Frozen):
    """A repository whose ledger is opened, and the folders of this machine for it."""

    hidden_fields = ("environment",)

    root: Path
    """Where git is asked."""
    folder: Path
    """Where a file of the ledger stands: beside massctl.yaml, or in the sandbox's own folder."""
    cache: Path
    locks: Path
    """Where this machine notes how far it has seen the ledger."""
    settings: "MassctlFile | None"
    """None in a sandbox, and while massctl.yaml has faults: the ledger is a file that nobody signs."""
    environment: Mapping[str, str]
    tell: Callable[[Phrase], None] = lambda _: None
    """Says what takes long, or what was made again."""
    is_sandbox: bool = False
    """The ledger is a sandbox's."""

    @property
    def state(self) -> StateSettings:
        """What massctl.yaml says of the ledger."""
        return self.settings.state if self.settings is not None else StateSettings()


class Backend(ABC):
    """One kind of place. Opening it reads the site, and asks no server yet."""

    is_shared: ClassVar[bool] = True
    """Every machine reads and writes it. Then only `state init` begins a ledger there."""
    append_max: ClassVar[timedelta]
    """So long an append may take until it is known to be durable."""
    poll_seconds: ClassVar[tuple[float, float]] = (10.0, 600.0)
    """The first and the longest pause until the place is asked again for what others wrote."""
    forged_hint: ClassVar[Phrase] = FORGED_HINT
    """What to do about an entry that nobody with the key wrote."""

    def __init__(self, site: Site) -> None:
        self.site: Final = site
        self.keys: Final = LedgerKeys(site.state.keys or (), self.private_key, self.forged_hint)
        """The keys that massctl.yaml names, and the private one, which is read when it is first needed."""

    def private_key(self) -> PrivateKey:
        """Read the key to sign with; raise LedgerKeyError if there is none."""
        return private_key(self.site.state, self.site.environment, self.site.folder)

    @property
    @abstractmethod
    def where(self) -> str:
        """Name the place for people."""

    @abstractmethod
    def _open(self) -> ChainedLedger: ...

    @cached_property
    def ledger(self) -> ChainedLedger:
        """Open the ledger, once: what waits to be written waits in it.

        Raises LedgerUnreachableError if the place cannot exist here.
        """
        return self._open()

    def archive(self) -> "Contents":
        """Open the contents that are kept beside the ledger; reads and writes nothing yet."""
        return LocalArchive(self.site.folder / ARCHIVE_FOLDER)

    def statistics(self) -> "StatisticsFiles":
        """Open the archive of statistics; reads and writes nothing yet."""
        return LocalStatistics(self.site.folder / STATISTICS_FOLDER)

    def snapshots(self) -> SnapshotObjects:
        """Open the place of audiences' snapshots; reads and writes nothing yet.

        Raises SnapshotAwayError if massctl.yaml names no place, and SnapshotStoreError if it cannot be one.
        """
        named = SNAPSHOTS_FOLDER if self.site.is_sandbox else self.site.state.snapshots
        if named is None and self.is_shared:
            raise SnapshotAwayError(
                Phrase("massctl.yaml does not say where the people of audiences are kept"),
                Phrase("A ledger in git does not hold them. Nothing was read, written or sent."),
                Phrase(
                    "write under state in massctl.yaml: snapshots: s3://BUCKET/PREFIX   or a folder outside of git"
                ),
            )
        return snapshots_at(named or SNAPSHOTS_FOLDER, self.site)

    def version(self) -> object:
        """Return what differs whenever the ledger does, if that can be told without asking a server."""
        return object()

    def missing_hint(self) -> Phrase:
        """Advise what to do if massctl.yaml names a ledger and the place has none."""
        return Phrase(
            "git pull   first, because the ledger may have been moved; otherwise restore {place}: somebody deleted it, "
            "or `state` in massctl.yaml names another place; without it nobody knows what was sent; if it is lost for "
            "good: {command}",
            place=self.where,
            command=NEW_LINEAGE,
        )

    def begin_hint(self) -> Phrase:
        """Advise how to begin a ledger in a place that has none, while massctl.yaml names none."""
        return Phrase(
            "{command}   begins it and names it in massctl.yaml; commit that",
            command=Command("state init"),
        )

    def prepare(self) -> None:  # noqa: B027 - most places need nothing
        """Make the place ready for a ledger that is about to begin there; raise LedgerError if it cannot take one."""

    def tables(self) -> str | None:
        """Return the SQL that the owner of a database runs once; None for a place without tables."""
        return None

    def require_restorable(self) -> None:  # noqa: B027 - most places take a file
        """Raise UsageError if a file cannot take the ledger's place here."""

    def write_check(self) -> Phrase | None:
        """Return what is known of writing to the place, which was read; raise LedgerError if it cannot be written."""
        return None


def snapshots_at(named: str, site: Site) -> SnapshotObjects:
    """Open the folder or bucket that `state.snapshots` names; raise SnapshotStoreError if it cannot be one."""
    if not named.startswith("s3://"):
        return SnapshotFolder(site.folder / Path(named).expanduser(), named, site.environment)
    with of_snapshots(named):
        return SnapshotBucket(open_bucket(named, site.state.endpoint, site.environment))


def open_backend(site: Site) -> Backend:
    """Open the place that massctl.yaml names."""
    found: type[Backend] = resolve_name(BACKENDS[site.state.backend].name)
    return found(site)
