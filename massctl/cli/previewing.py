"""Serve the pages of a repository on loopback until interrupted."""

import os
import sys
from pathlib import Path

from massctl.cli.clocks import machine_now
from massctl.cli.planning import chosen
from massctl.cli.session import API_BASE_VARIABLE, ARCHIVE_FOLDER, LEDGER_FILE, open_settings
from massctl.cli.speaking import Voice, voice
from massctl.errors import UsageError
from massctl.model.account import MassctlFile
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
    _, _, speaker = open_settings(directory)
    root = Path(directory).resolve()
    if name is not None:
        chosen([name], Repository(root).campaign_folders().names)

    def ready(bound: int) -> None:
        speaker.result(f"http://127.0.0.1:{bound}/{name or ''}")
        # Whoever reads the first line through a pipe waits for it.
        sys.stdout.flush()
        speaker.talk(say(Phrase("open it in a browser   stop with Ctrl-C"), speaker.language))

    try:
        run_studio(_grounds(root, speaker), port, ready)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("massctl cannot listen on port {port}: {why}", port=port, why=why),
            hint=Phrase("take another port, or a free one with `massctl serve --port 0`"),
        ) from None


def _grounds(root: Path, speaker: Voice) -> Grounds:
    def language_of(settings: MassctlFile | None) -> Language:
        return voice(settings.language).language if settings else speaker.language

    return Grounds(
        root=root,
        cache=root / ".massctl",
        ledger=root / LEDGER_FILE,
        locks=root / ".massctl" / "locks",
        archive=root / ARCHIVE_FOLDER,
        loopback_override=os.environ.get(API_BASE_VARIABLE) or None,
        language_of=language_of,
        now=machine_now,
    )
