"""Serve the pages of a repository on loopback until interrupted."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from massctl.cli.clocks import machine_now
from massctl.cli.output import Console, voice
from massctl.cli.places import Places, loopback_override
from massctl.cli.planning import chosen
from massctl.cli.session import open_settings
from massctl.errors import LedgerUnreachableError, UsageError
from massctl.ledger.archive import Contents, GitArchive, LocalArchive
from massctl.ledger.git_ledger import GitLedger
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import Entry
from massctl.model.phrase import Phrase, system_reason
from massctl.model.settings import MassctlFile
from massctl.serve.page_cache import ServedRepository
from massctl.serve.server import run_server
from massctl.source.repository import Repository
from massctl.view.i18n import Language


def serve_pages(directory: str, name: str | None, port: int, *, sandbox: bool = False) -> None:
    """Serve, and print the address first; raises UsageError for a name that is no campaign, or a port that is taken.

    Faults of massctl.yaml stop nothing: the pages show them. With `sandbox`, ledger and clock are those of its world.
    """
    settings, _, speaker = open_settings(directory, sandbox=sandbox)
    root = Path(directory).resolve()
    if name is not None:
        chosen([name], Repository(root).campaign_folders().names)

    def ready(bound: int) -> None:
        speaker.result(f"http://127.0.0.1:{bound}/{name or ''}")
        # Whoever reads the first line through a pipe waits for it.
        sys.stdout.flush()
        speaker.talk(Phrase("open it in a browser   stop with Ctrl-C"))

    try:
        with _sandbox_clock(root) if sandbox else nullcontext(machine_now) as now:
            run_server(_grounds(root, settings, speaker, now), port, ready)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("massctl cannot listen on port {port}: {why}", port=port, why=why),
            hint=Phrase("take another port, or a free one with `massctl serve --port 0`"),
        ) from None


@contextmanager
def _sandbox_clock(root: Path) -> Iterator[Callable[[], datetime]]:
    # The sandbox is half of massctl; only `--sandbox` pays for it.
    from massctl.sandbox.embedded import open_world

    world = open_world(Places(root).world, real_now=machine_now)
    try:
        yield world.now
    finally:
        world.close()


def _grounds(
    root: Path, settings: MassctlFile | None, speaker: Console, now: Callable[[], datetime]
) -> ServedRepository:
    places = Places(root, sandbox=speaker.language.flags.sandbox)
    ledger = (None if places.sandbox else _in_git(places, settings)) or _Local(places)

    def language_of(settings: MassctlFile | None) -> Language:
        return voice(settings.language).reader if settings else speaker.reader

    return ServedRepository(
        root=root,
        cache=places.cache,
        ledger=places.ledger,
        entries=ledger.entries,
        archive=ledger.archive,
        loopback_override=loopback_override(os.environ, sandbox=places.sandbox),
        language_of=language_of,
        now=now,
    )


class _Ledger(Protocol):
    """What pages show of a ledger."""

    def entries(self) -> Sequence[Entry]:
        """Read it."""
        ...

    def archive(self) -> Contents:
        """Open what is kept beside it."""
        ...


@dataclass(frozen=True, slots=True)
class _Local:
    places: Places

    def entries(self) -> Sequence[Entry]:
        return LocalLedger(self.places.ledger, self.places.locks).read(0)

    def archive(self) -> Contents:
        return LocalArchive(self.places.archive)


@dataclass(frozen=True, slots=True)
class _InGit:
    """Read when the pages begin, and when massctl.yaml changes: nobody waits for a server while he writes."""

    ledger: GitLedger

    def entries(self) -> Sequence[Entry]:
        try:
            return self.ledger.read(0)
        except LedgerUnreachableError:
            known = self.ledger.last_read()
            if known is None:
                raise
            return known

    def archive(self) -> Contents:
        return GitArchive(self.ledger)


def _in_git(places: Places, settings: MassctlFile | None) -> _Ledger | None:
    """Give a ledger in git; None where it is a file, or where git itself is missing."""
    if settings is None or settings.state.backend != "git":
        return None
    from massctl.cli.remote_ledger import remote_ledger

    try:
        return _InGit(remote_ledger(places.root, places.cache, settings, places.locks, os.environ))
    except LedgerUnreachableError:
        return None
