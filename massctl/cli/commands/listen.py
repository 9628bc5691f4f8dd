"""`massctl listen`: hear what WeChat tells by itself."""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Callable

import click

from massctl.callback.app import Application
from massctl.cli.listen_server import make_server
from massctl.cli.listener import Listener, missing_package, open_listener
from massctl.errors import UsageError
from massctl.model.phrase import Command, Phrase, system_reason

GC_THRESHOLD = (2_000, 10, 10)
SWITCH_SECONDS = 0.0005
"""A request passes four threads, each of which may wait so long for the one that writes the ledger."""
HOST = "127.0.0.1"


@click.command(name="listen")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8902,
    show_default=True,
    help="0 takes a free port.",
)
@click.option(
    "--host",
    default=HOST,
    show_default=True,
    metavar="ADDRESS",
    help="0.0.0.0: every network of it.",
)
@click.option(
    "--spool",
    metavar="FILE",
    help="Keep what was acknowledged here; else MASSCTL_SPOOL, else .massctl/.",
)
@click.pass_obj
def command(directory: str, port: int, host: str, spool: str | None) -> None:
    """Listen at the callback URL of the accounts, and record the end of each mass send.

    Prints `http://127.0.0.1:PORT` first. The reverse proxy that ends TLS passes the callback paths on to it. Other
    messages get WeChat's empty answer, or go on to callback.forward. SIGTERM and Ctrl-C end it.
    """
    try:
        import waitress  # noqa: F401 - looked for before anything is opened
    except ImportError:
        raise missing_package(Phrase("The server that keeps listening is waitress.")) from None
    _live_long()
    listener = open_listener(directory, os.environ, spool)
    try:
        with _bound(host, port) as listening:
            listener.intake.begin()
            _serve(
                Application(lambda: listener.callback),
                listening,
                lambda: _ready(listener, host, listening),
            )
    finally:
        listener.close()


def _ready(listener: Listener, host: str, listening: socket.socket) -> None:
    console = listener.console
    shown = f"[{host}]" if ":" in host else host
    console.result(f"http://{shown}:{listening.getsockname()[1]}")
    # Whoever reads the first line through a pipe waits for it.
    sys.stdout.flush()
    for each in listener.endpoints:
        say = Phrase("{account}: the URL has any path")
        if each.path is not None:
            say = Phrase("{account}: the URL ends with {path}")
        console.talk(Phrase(say, account=each.account, path=each.path or ""))
    console.talk(Phrase("stop with Ctrl-C"))


def _live_long() -> None:
    """Undo what makes a short run fast, and let no thread wait long for one that reckons."""
    gc.set_threshold(*GC_THRESHOLD)
    sys.setswitchinterval(SWITCH_SECONDS)


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise UsageError(
            Phrase(
                "massctl cannot listen on port {port}: {why}", port=port, why=system_reason(error)
            ),
            hint=Phrase(
                "use another port, or a free one with `{command}`",
                command=Command("listen", "--port 0"),
            ),
        ) from None


def _serve(app: Application, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until interrupted; what is on the way then is answered."""
    server = make_server(app, listening)
    ready()
    server.run()
    server.close()
