"""`massctl desk`: write letters in a browser beside the phone that shows them, and ask for their review."""

from __future__ import annotations

import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from filelock import FileLock, Timeout

from massctl import system
from massctl.cli.clocks import machine_now
from massctl.cli.commands.serve import opened, served_repository
from massctl.cli.output import Console
from massctl.cli.session import open_settings
from massctl.desk.api import Api
from massctl.desk.app import KEY, desk_app
from massctl.desk.browser_files import require_built
from massctl.desk.forge_session import ForgeSession
from massctl.desk.journal import Journal
from massctl.desk.team_repository import TeamRepository
from massctl.desk.verbs import INHERITED, Verbs
from massctl.desk.working_copy import WorkingCopy
from massctl.errors import UsageError
from massctl.forge.keychain import open_keychain
from massctl.forge.remembering_line import RememberingLine
from massctl.forge.sign_in import SLOWER, ForgePlace, SignIn, SignInStep, place_of
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.selection import EVERYTHING
from massctl.model.settings import MassctlFile
from massctl.notify.post import proxy_for
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
@click.option(
    "--sign-in", "signs", flag_value="in", help="Sign in to the forge of the team, and end."
)
@click.option("--sign-out", "signs", flag_value="out", help="Forget the sign-in, and end.")
@click.pass_obj
def command(directory: str, port: int, opens: bool, signs: str | None) -> None:
    """Write letters in a browser, beside the phone that shows them, and ask for their review.

    Prints the address with the key that lets a browser in. Only this machine can open it. It needs no secret of
    WeChat, and cannot send. What is written is on the disk within a second; a review is a branch `letter/NAME` that is
    pushed. Ctrl-C ends it.

    With a sign-in to the forge it opens the pull request and shows its comments. The system's keychain keeps the
    sign-in; no file and no variable has it.
    """
    if signs is None:
        require_built()
    begin_again_without_secrets()
    environment = dict(os.environ)
    settings, _, console = open_settings(directory)
    root = Path(directory).resolve()
    if signs is not None:
        place = _place_in(root, settings, environment)
        change_sign_in(sign_in_to(place, environment), console, is_in=signs == "in")
        return
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    key = _key_in(folder / "key")

    port_file = folder / "port"

    def ready(bound: int) -> None:
        write_whole(port_file, str(bound).encode(), 0o600)
        address = _address(bound, key)
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
            lambda settings: TeamRepository(root, settings, environment),
            ForgeSession(lambda place: sign_in_to(place, environment)),
        )

    try:
        with FileLock(folder / "lock", timeout=0):
            served = served_repository(root, settings, console, machine_now, EVERYTHING)
            run_server(served, port, ready, desk_app(api_of, key))
    except Timeout:
        # Whoever double-clicks it a second time wants its page.
        if opens and port_file.is_file():
            console.result(address := _address(int(port_file.read_text("ascii")), key))
            opened(address)
            return
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


def _address(port: int, key: str) -> str:
    return f"http://127.0.0.1:{port}/?{KEY}={key}"


def _place_in(
    root: Path, settings: MassctlFile | None, environment: Mapping[str, str]
) -> ForgePlace:
    """Return the forge of a repository; raise UsageError where none is known."""
    if settings is None:
        raise UsageError(
            Phrase("massctl.yaml has faults"),
            Phrase("Nobody was signed in."),
            Phrase("{command}   says what is wrong", command=Command("validate")),
        )
    named = settings.forge
    # A forge that is named needs no remote.
    address = TeamRepository(root, settings, environment).address if named is None else ""
    place = place_of(named, address)
    if place is None:
        raise UsageError(
            Phrase("this repository is on no forge that massctl knows"),
            Phrase("Nobody was signed in."),
            Phrase("name it under forge: in massctl.yaml (GitHub, GitLab)"),
        )
    return place


def sign_in_to(place: ForgePlace, environment: Mapping[str, str]) -> SignIn:
    """Return the sign-in to a forge that the system's keychain has; raise ForgeError where there is no keychain."""
    line = RememberingLine(proxy_for(place.api, environment))
    return SignIn(place, line, open_keychain(), machine_now)


def change_sign_in(
    sign_in: SignIn, console: Console, *, is_in: bool, wait: Callable[[float], None] = time.sleep
) -> None:
    """Sign a person in or out, and say so; raise ForgeError where the forge or the keychain refuses."""
    forge = sign_in.place.name
    if not is_in:
        was_in = sign_in.end()
        signed_out = Phrase("nobody is signed in to {forge} any longer", forge=forge)
        console.talk(
            signed_out if was_in else Phrase("nobody was signed in to {forge}", forge=forge)
        )
        return
    if sign_in.place.client_id is None:
        asks = Phrase(
            "massctl.yaml names no forge.client_id. Make a token on {site} that may do this: {scope}. Paste it here",
            site=sign_in.place.site,
            scope=sign_in.place.scope,
        )
        console.talk(asks)
        sign_in.take(click.prompt("", hide_input=True, prompt_suffix="> ", err=True))
    else:
        _type_code(sign_in, console, wait)
    opened = sign_in.forge()
    if opened is not None:
        said = Phrase("{login} is signed in to {forge}", login=opened.login(), forge=forge)
        console.talk(said)


def _type_code(sign_in: SignIn, console: Console, wait: Callable[[float], None]) -> None:
    """Show the code, and wait until the person typed it on the forge's page."""
    code = sign_in.begin()
    console.talk(
        Phrase("open {page} and type this code: {code}", page=code.page, code=code.user_code)
    )
    seconds = code.interval
    while True:
        wait(seconds)
        step = sign_in.ask(code)
        if step is SignInStep.DONE:
            return
        if step is SignInStep.SLOWER:
            seconds += SLOWER


def _key_in(file: Path) -> str:
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
