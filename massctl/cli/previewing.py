"""Serve the pages of a repository on loopback until interrupted."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from massctl.cli.clocks import machine_now
from massctl.cli.planning import chosen
from massctl.cli.session import API_BASE_VARIABLE, ARCHIVE_FOLDER, LEDGER_FILE, open_settings
from massctl.cli.speaking import Voice, voice
from massctl.errors import LedgerUnreachableError, UsageError
from massctl.ledger.archive import Contents, GitArchive, LocalArchive
from massctl.ledger.git_ledger import GitLedger
from massctl.ledger.local import LocalLedger
from massctl.model.account import MassctlFile
from massctl.model.ledger import Entry
from massctl.model.phrase import Phrase
from massctl.model.system_reason import system_reason
from massctl.serve.running import run_studio
from massctl.serve.studio import Grounds
from massctl.source.repository import Repository
from massctl.view.language import Language, say


def serve_pages(directory: str, name: str | None, port: int) -> None:
    """Serve, and print the address first; raises UsageError for a name that is no campaign, or a port that is taken.

    Faults of massctl.yaml stop nothing: the pages show them.
    """
    settings, _, speaker = open_settings(directory)
    root = Path(directory).resolve()
    if name is not None:
        chosen([name], Repository(root).campaign_folders().names)

    def ready(bound: int) -> None:
        speaker.result(f"http://127.0.0.1:{bound}/{name or ''}")
        # Whoever reads the first line through a pipe waits for it.
        sys.stdout.flush()
        speaker.talk(say(Phrase("open it in a browser   stop with Ctrl-C"), speaker.language))

    try:
        run_studio(_grounds(root, settings, speaker), port, ready)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("massctl cannot listen on port {port}: {why}", port=port, why=why),
            hint=Phrase("take another port, or a free one with `massctl serve --port 0`"),
        ) from None


def _grounds(root: Path, settings: MassctlFile | None, speaker: Voice) -> Grounds:
    ledger = _in_git(root, settings) or _Local(root)

    def language_of(settings: MassctlFile | None) -> Language:
        return voice(settings.language).language if settings else speaker.language

    return Grounds(
        root=root,
        cache=root / ".massctl",
        ledger=root / LEDGER_FILE,
        entries=ledger.entries,
        archive=ledger.archive,
        loopback_override=os.environ.get(API_BASE_VARIABLE) or None,
        language_of=language_of,
        now=machine_now,
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
    root: Path

    def entries(self) -> Sequence[Entry]:
        return LocalLedger(self.root / LEDGER_FILE, self.root / ".massctl" / "locks").read(0)

    def archive(self) -> Contents:
        return LocalArchive(self.root / ARCHIVE_FOLDER)


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


def _in_git(root: Path, settings: MassctlFile | None) -> _Ledger | None:
    """Give a ledger in git; None where it is a file, or where git itself is missing."""
    if settings is None or settings.state.backend != "git":
        return None
    from massctl.cli.remote_ledger import remote_ledger

    try:
        return _InGit(remote_ledger(root, root / ".massctl", settings, root / ".massctl" / "locks", os.environ))
    except LedgerUnreachableError:
        return None
