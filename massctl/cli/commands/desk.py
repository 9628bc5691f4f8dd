"""`massctl desk`: write letters in a browser beside the phone that shows them, and ask for their review."""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path

import click
from filelock import FileLock, Timeout

from massctl import system
from massctl.cli.clocks import machine_now
from massctl.cli.commands.serve import opened, served_repository
from massctl.cli.session import open_settings
from massctl.desk.api import Api
from massctl.desk.app import KEY, desk_app
from massctl.desk.browser_files import require_built
from massctl.desk.journal import Journal
from massctl.desk.letter_branch import LetterBranch
from massctl.desk.verbs import INHERITED, Verbs
from massctl.desk.working_copy import WorkingCopy
from massctl.errors import UsageError
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.selection import EVERYTHING
from massctl.serve.page_cache import PageCache
from massctl.serve.server import run_server
from massctl.whole_file import write_whole

_BEGUN = "MASSCTL_DESK_BEGUN"
_NEEDED = re.compile(
    rf"{INHERITED.pattern}|MASSCTL_LANG|{_BEGUN}|(GIT|GCM|SSH|XDG|DBUS)_\w+|DISPLAY|WAYLAND_DISPLAY|BROWSER|TERM|COLORTERM"
    r"|NO_COLOR|(https?|no|all)_proxy|(HTTPS?|NO|ALL)_PROXY|SSL_CERT_(FILE|DIR)|LD_LIBRARY_PATH"
)
"""What Python, git, its helpers, and a browser need."""
FOLDER = ".massctl/desk"
"""Where the desk keeps its journal, and the mark that it is open."""


@click.command(name="desk")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8902,
    show_default=True,
    help="0 takes a free port.",
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.pass_obj
def command(directory: str, port: int, opens: bool) -> None:
    """Write letters in a browser, beside the phone that shows them, and ask for their review.

    Prints the address with the key that lets a browser in. Only this machine can open it. It needs no secret of
    WeChat, and cannot send. What is written is on the disk within a second; a review is a branch `letter/NAME` that is
    pushed. Ctrl-C ends it.
    """
    require_built()
    begin_again_without_secrets()
    environment = dict(os.environ)
    settings, _, console = open_settings(directory)
    root = Path(directory).resolve()
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    key = _seat_key(folder / "key")

    def ready(bound: int) -> None:
        address = f"http://127.0.0.1:{bound}/?{KEY}={key}"
        console.result(address)
        # Whoever reads the first line through a pipe waits for it.
        sys.stdout.flush()
        if opens and opened(address):
            console.talk(Phrase("stop with Ctrl-C"))
        else:
            console.talk(Phrase("open it in a browser   stop with Ctrl-C"))

    def api_of(cache: PageCache) -> Api:
        copy = WorkingCopy(root, Journal(folder / "journal"), machine_now, lambda: cache.folders)
        return Api(
            cache,
            copy,
            Verbs(root, environment),
            lambda settings: LetterBranch(root, settings, environment),
        )

    try:
        with FileLock(folder / "lock", timeout=0):
            served = served_repository(root, settings, console, machine_now, EVERYTHING)
            run_server(served, port, ready, desk_app(api_of, key))
    except Timeout:
        raise UsageError(
            Phrase("a desk is open for this folder already"),
            Phrase("Two would write over each other."),
            Phrase("use its page, or end it first"),
        ) from None
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("massctl cannot listen on port {port}: {why}", port=port, why=why),
            hint=Phrase(
                "use another port, or a free one with `{command}`",
                command=Command("desk", "--port 0"),
            ),
        ) from None


def _seat_key(file: Path) -> str:
    """Return the key of this folder's desk, the same after a restart: an open page goes on writing."""
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        key = secrets.token_urlsafe(24)
        write_whole(file, key.encode(), 0o600)
        return key


def begin_again_without_secrets() -> None:
    """Put this process into an environment that has nothing but what a desk needs; returns where it has that.

    What is not in the process can neither be read nor handed on by a fault of ours, whatever massctl.yaml calls it.
    """
    needed = {name: value for name, value in os.environ.items() if _NEEDED.fullmatch(name)}
    if _BEGUN in needed:
        # What is there besides was put there by this process.
        return
    if needed != dict(os.environ):
        given = {**needed, _BEGUN: "1"}
        system.begin_again(given)
