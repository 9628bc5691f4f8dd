"""Serve the sandbox's world over HTTP on loopback until interrupted."""

import sys
from pathlib import Path
from typing import Final

from massctl.cli.clocks import machine_now
from massctl.cli.embedding import Embedded
from massctl.cli.output import Console, speak_as, voice
from massctl.cli.places import Places
from massctl.cli.session import Session, session
from massctl.errors import UsageError
from massctl.model.phrase import Phrase, system_reason
from massctl.sandbox.embedded import Sandbox, open_world
from massctl.sandbox.server import run_server
from massctl.source.campaigns import load_campaign

APPID: Final = "wx0123456789abcdef"
"""The account of a sandbox that is served where there is no massctl.yaml."""


def serve_world(directory: str, port: int, secret: str) -> None:
    """Serve, and print the address line first; raises UsageError where the port is taken."""
    if (Path(directory) / "massctl.yaml").is_file():
        with session(directory, sandbox=True) as (current, _):
            if current.sandbox is not None:
                _declare(current, current.sandbox)
                appid = next(iter(current.settings.accounts.values())).appid
                _serve(current.sandbox.world, port, appid, secret, current.voice)
        return
    world = open_world(Places(Path(directory)).world, real_now=machine_now)
    try:
        world.ensure_account(APPID, secret=secret, name="massctl", kind="service")
        _serve(world, port, APPID, secret, speak_as(voice(None)))
    finally:
        world.close()


def _declare(current: Session, embedded: Embedded) -> None:
    """Let the world have the tags and rights that the repository's campaigns ask for, as `--sandbox` does."""
    repository, settings = current.repository, current.settings
    loaded = [load_campaign(repository, name, settings).file for name in repository.campaign_folders().names]
    files = [file for file in loaded if file is not None]
    embedded.allow((settings.accounts[each.account].appid, each.audience, each.message_type) for each in files)


def _serve(world: Sandbox, port: int, appid: str, secret: str, speaker: Console) -> None:
    def ready(bound: int) -> None:
        speaker.result(f"http://127.0.0.1:{bound} {appid} {secret}")
        # Whoever reads the first line through a pipe waits for it.
        sys.stdout.flush()
        hint = Phrase("inbox: http://127.0.0.1:{port}/   stop with Ctrl-C", port=bound)
        speaker.talk(hint)

    try:
        run_server(world, port, ready)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("the sandbox cannot listen on port {port}: {why}", port=port, why=why),
            hint=Phrase("take another port, or a free one with `massctl sandbox --port 0`"),
        ) from None
