"""`massctl sandbox`: a simulated WeChat on loopback, with the repository's sandbox."""

from __future__ import annotations

import os
import re
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import click

from massctl.cli import views
from massctl.cli.app import Result, told, verb
from massctl.cli.clocks import machine_now, sandbox_time
from massctl.cli.commands.serve import opened
from massctl.cli.embedded_sandbox import Embedded
from massctl.cli.notifications import notification_log_file
from massctl.cli.output import Console, current_console
from massctl.cli.places import Places
from massctl.cli.session import Session, session
from massctl.errors import UsageError
from massctl.extras import install_command
from massctl.loopback import run_app
from massctl.model.ids import CampaignName
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.secrets import MASK, register
from massctl.sandbox.callback import Endpoint, key_bytes, posting, sealed
from massctl.sandbox.embedded import Sandbox, open_world
from massctl.sandbox.media import PICTURE_HOST
from massctl.source.campaigns import Loaded, load_campaign


@click.group(name="sandbox", invoke_without_command=True)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8900,
    show_default=True,
    help="0 takes a free port.",
)
@click.option("--open", "opens", is_flag=True, help="Open the inbox in the browser.")
@click.option("--callback", metavar="URL", help="Post the events of jobs there, as WeChat does.")
@click.option(
    "--callback-mode",
    type=click.Choice(["plain", "compatible", "safe"]),
    default="plain",
    show_default=True,
    help="明文, 兼容 or 安全模式 of these posts.",
)
@click.option(
    "--callback-token", metavar="VARIABLE", help="The environment variable that holds the token."
)
@click.option(
    "--callback-aes-key", metavar="VARIABLE", help="The one that holds the EncodingAESKey."
)
@click.pass_context
def command(
    ctx: click.Context,
    port: int,
    opens: bool,
    callback: str | None,
    callback_mode: str,
    callback_token: str | None,
    callback_aes_key: str | None,
) -> None:
    """Serve the sandbox: the API, and an inbox page that shows what followers received.

    Prints `http://127.0.0.1:PORT APPID SECRET` first. --sandbox uses the same sandbox. Without variables
    the posts to the callback are signed with a printed token of the sandbox, which protects nothing.
    """
    if ctx.invoked_subcommand is not None:
        return

    if callback is None and (callback_mode, callback_token, callback_aes_key) != (
        "plain",
        None,
        None,
    ):
        raise click.UsageError(
            Phrase("--callback-mode, --callback-token and --callback-aes-key go with --callback")
        )
    endpoint = (
        None
        if callback is None
        else _endpoint(callback, callback_mode, callback_token, callback_aes_key)
    )
    serve_world(str(ctx.obj), port, endpoint, opens=opens)


@command.command(name="reset")
@verb("sandbox reset", sandbox=True)
def reset(current: Session) -> Result:
    "Delete what the sandbox received, its time, and the ledger of `--sandbox`; accounts and tags stay."

    if current.sandbox is not None:
        current.sandbox.world.reset()
    if current.backend.is_shared:
        ledger = current.backend.ledger
        if (found := ledger.as_found()) is not None:
            ledger.replace(None, current.clock.now(), found)
    current.places.ledger.unlink(missing_ok=True)
    notification_log_file(current).unlink(missing_ok=True)
    for folder in (current.places.archive, current.places.statistics):
        shutil.rmtree(folder, ignore_errors=True)
    return told(Phrase("the sandbox is empty again"))


@command.command(name="advance")
@click.argument("days", type=click.IntRange(1, 3_650))
@verb("sandbox advance", sandbox=True)
def advance(current: Session, days: int) -> Result:
    "Move the sandbox's clock forward by DAYS, so that the statistics of a send are there at once."

    current.clock.sleep(days * 86_400)
    return told(
        Phrase(
            "the sandbox's clock says {moment}", moment=views.words.recorded(current.clock.now())
        )
    )


APPID = "wx0123456789abcdef"
"""The account of a served sandbox without massctl.yaml."""


TOKEN = "sandboxtoken"  # noqa: S105 - signs posts of the sandbox, and nothing else
AES_KEY = "sandboxAESkeyOpensNothingButThisSandbox0123"
"""What posts are signed and sealed with where no variable is named."""
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}", re.ASCII)
"""Source: WeChat docs, "接入指南", read 2026-10."""


def _endpoint(
    url: str, mode: str, token_variable: str | None, key_variable: str | None
) -> Endpoint:
    """Check where and how events are to be posted; raise UsageError if that cannot be done."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise UsageError(
            Phrase("--callback needs the address of a server: {url}", url=url),
            hint=Phrase("write it whole, as in http://127.0.0.1:8700/wechat"),
        )
    token = _value(token_variable, TOKEN)
    if not _TOKEN.fullmatch(token):
        raise UsageError(
            Phrase(
                "a token has 3 to 32 letters and digits; correct {variable}",
                variable=token_variable,
            )
        )
    if mode == "plain":
        return Endpoint(url, token)
    key = _value(key_variable, AES_KEY)
    try:
        sealed(b"", "", key_bytes(key), bytes(16))
    except ValueError:
        told = Phrase(
            "an EncodingAESKey has 43 letters and digits; correct {variable}", variable=key_variable
        )
        raise UsageError(told) from None
    except ImportError:
        raise UsageError(
            Phrase("sealed posts need the package cryptography, which is not installed"),
            hint=Phrase(
                "install it: {command}; or take --callback-mode plain",
                command=install_command("listen"),
            ),
        ) from None
    return Endpoint(url, token, mode, key)


def _value(variable: str | None, fallback: str) -> str:
    if variable is None:
        return fallback
    value = os.environ.get(variable, "")
    if not value:
        raise UsageError(
            Phrase("the environment variable {variable} is not set", variable=variable)
        )
    register(value)
    return value


def serve_world(directory: str, port: int, endpoint: Endpoint | None, *, opens: bool) -> None:
    """Serve, and print the address line first; raise UsageError if the port is taken.

    With an `endpoint` events are posted there meanwhile.
    """
    if (Path(directory) / "massctl.yaml").is_file():
        with session(directory, sandbox=True) as current:
            if current.sandbox is not None:
                _declare(current, current.sandbox)
                appid = next(iter(current.settings.accounts.values())).appid
                _serve(current.sandbox.world, port, appid, current.console, endpoint, opens=opens)
        return
    world = open_world(Places(Path(directory)).world, real_now=machine_now)
    try:
        world.ensure_account(APPID, name="massctl", kind="service")
        _serve(world, port, APPID, current_console(), endpoint, opens=opens)
    finally:
        world.close()


def _declare(current: Session, embedded: Embedded) -> None:
    """Declare in the sandbox the tags and rights that the repository's campaigns need, as `--sandbox` does."""
    repository, settings = current.repository, current.settings
    known: dict[CampaignName, Loaded] = {}
    loaded = [
        load_campaign(repository, name, settings, known).file
        for name in repository.campaign_folders.names
    ]
    files = [file for file in loaded if file is not None]
    embedded.ensure_audiences(
        (settings.accounts[each.account].appid, each.audience, each.message_type) for each in files
    )


def _serve(
    world: Sandbox,
    port: int,
    appid: str,
    console: Console,
    endpoint: Endpoint | None,
    *,
    opens: bool,
) -> None:
    world.app.language = console.language.plain
    secret = world.ensure_account(appid)
    with ExitStack() as stack:

        def ready(bound: int) -> None:
            address = f"http://127.0.0.1:{bound}"
            console.result(f"{address} {appid} {secret}")
            # Whoever reads the first line through a pipe waits for it.
            sys.stdout.flush()
            said = Phrase("address {address}   AppID {appid}   AppSecret {secret}")
            console.talk(Phrase(said, address=address, appid=appid, secret=secret))
            if (time := sandbox_time(world.now())) is not None:
                console.talk(time)
            console.talk(Phrase("inbox: http://127.0.0.1:{port}/   stop with Ctrl-C", port=bound))
            if opens and not opened(f"{address}/"):
                console.talk(Phrase("there is no browser here to open the page in"))
            if endpoint is not None:
                console.talk(_secrets(endpoint))
                poster = world.poster(endpoint, lambda why: console.talk(_checked(endpoint, why)))
                stack.enter_context(posting(poster))

        try:
            run_app(world.app, port, ready, more_hosts={PICTURE_HOST})
        except OSError as error:
            why = system_reason(error)
            raise UsageError(
                Phrase("the sandbox cannot listen on port {port}: {why}", port=port, why=why),
                hint=Phrase(
                    "use another port, or a free one with `{command}`",
                    command=Command("sandbox", "--port 0"),
                ),
            ) from None


def _secrets(endpoint: Endpoint) -> Phrase:
    """Print the sandbox's own token; never print a configured one."""
    token = endpoint.token if endpoint.token == TOKEN else MASK
    if endpoint.mode == "plain":
        return Phrase("events go to {url}   token {token}", url=endpoint.url, token=token)
    say = Phrase("events go to {url}   token {token}   EncodingAESKey {key}")
    return Phrase(
        say,
        url=endpoint.url,
        token=token,
        key=endpoint.aes_key if endpoint.aes_key == AES_KEY else MASK,
    )


def _checked(endpoint: Endpoint, why: str) -> Phrase:
    if not why:
        return Phrase("the check of {url} (echostr) succeeded", url=endpoint.url)
    say = Phrase(
        "the check of {url} (echostr) failed: {why}; events wait, and it is asked again every 5 s"
    )
    return Phrase(say, url=endpoint.url, why=why)
