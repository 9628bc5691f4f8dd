"""`massctl sandbox`: a WeChat on loopback, served from the repository's world."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from massctl.cli.app import Result, run_in_session, told
from massctl.cli.output import Console, make_console, use_console
from massctl.cli.places import Places
from massctl.cli.session import Session, session
from massctl.errors import UsageError
from massctl.model.phrase import Command, Phrase, system_reason

if TYPE_CHECKING:
    from massctl.cli.embedded_sandbox import Embedded
    from massctl.model.diagnostics import Diagnostic
    from massctl.sandbox.embedded import Sandbox


@click.group(name="sandbox", invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="0 takes a free port.")
@click.pass_context
def command(ctx: click.Context, port: int) -> None:
    """Serve the sandbox: the API, and an inbox page that shows what followers received.

    Prints `http://127.0.0.1:PORT APPID SECRET` first. It is the same world that --sandbox works in.
    """
    if ctx.invoked_subcommand is not None:
        return
    from massctl.cli.embedded_sandbox import SECRET

    serve_world(str(ctx.obj), port, SECRET)


@command.command(name="reset")
@click.pass_obj
def reset(directory: str) -> int:
    """Forget what the sandbox received, its hour, and the ledger of `--sandbox`; accounts and tags stay."""

    def work(current: Session, _: list[Diagnostic]) -> Result:
        import shutil

        from massctl.cli.notifications import notification_log_file

        if current.sandbox is not None:
            current.sandbox.reset()
        current.places.ledger.unlink(missing_ok=True)
        notification_log_file(current).unlink(missing_ok=True)
        shutil.rmtree(current.places.archive, ignore_errors=True)
        return told(Phrase("the sandbox is empty again"))

    return run_in_session("sandbox reset", "text", directory, work, sandbox=True)


APPID: Final = "wx0123456789abcdef"
"""The account of a sandbox that is served where there is no massctl.yaml."""


def serve_world(directory: str, port: int, secret: str) -> None:
    """Serve, and print the address line first; raises UsageError where the port is taken."""
    from massctl.cli.clocks import machine_now
    from massctl.sandbox.embedded import open_world

    if (Path(directory) / "massctl.yaml").is_file():
        with session(directory, sandbox=True) as (current, _):
            if current.sandbox is not None:
                _declare(current, current.sandbox)
                appid = next(iter(current.settings.accounts.values())).appid
                _serve(current.sandbox.world, port, appid, secret, current.console)
        return
    world = open_world(Places(Path(directory)).world, real_now=machine_now)
    try:
        world.ensure_account(APPID, secret=secret, name="massctl", kind="service")
        _serve(world, port, APPID, secret, use_console(make_console(None)))
    finally:
        world.close()


def _declare(current: Session, embedded: Embedded) -> None:
    """Let the world have the tags and rights that the repository's campaigns ask for, as `--sandbox` does."""
    from massctl.source.campaigns import load_campaign

    repository, settings = current.repository, current.settings
    loaded = [load_campaign(repository, name, settings).file for name in repository.campaign_folders().names]
    files = [file for file in loaded if file is not None]
    embedded.allow((settings.accounts[each.account].appid, each.audience, each.message_type) for each in files)


def _serve(world: Sandbox, port: int, appid: str, secret: str, console: Console) -> None:
    from massctl.sandbox.server import run_server

    def ready(bound: int) -> None:
        console.result(f"http://127.0.0.1:{bound} {appid} {secret}")
        # Whoever reads the first line through a pipe waits for it.
        sys.stdout.flush()
        hint = Phrase("inbox: http://127.0.0.1:{port}/   stop with Ctrl-C", port=bound)
        console.talk(hint)

    try:
        run_server(world, port, ready)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("the sandbox cannot listen on port {port}: {why}", port=port, why=why),
            hint=Phrase("take another port, or a free one with `{command}`", command=Command("sandbox", "--port 0")),
        ) from None
