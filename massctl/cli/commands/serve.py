"""`massctl serve`: campaigns live in a browser on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path

import click
from msgspec.structs import replace

from massctl.cli.arguments import campaign_names, sandbox_option
from massctl.cli.clocks import machine_now, sandbox_time
from massctl.cli.ledger_site import ledger_site
from massctl.cli.output import Console, console_of, make_console
from massctl.cli.places import Places, loopback_override
from massctl.cli.planner import chosen
from massctl.cli.report_inputs import report_from
from massctl.cli.selection import redaction_of, selection_of, selection_options
from massctl.cli.session import open_settings
from massctl.errors import LedgerUnreachableError, UsageError
from massctl.ledger.backend import Backend, Site, open_backend
from massctl.model.entries import Entry
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.selection import EVERYTHING, Selection
from massctl.model.settings import MassctlFile
from massctl.model.state import State
from massctl.report.report import Report
from massctl.serve.page_cache import ServedRepository
from massctl.serve.server import run_server
from massctl.source.repository import Repository
from massctl.source.scope import Scope
from massctl.view.i18n import Language
from massctl.view.redaction import Redaction


@click.command(name="serve")
@click.argument("name", required=False, shell_complete=campaign_names)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8901,
    show_default=True,
    help="0 takes a free port.",
)
@click.option("--themes", is_flag=True, help="Show the gallery of themes.")
@click.option("--calendar", is_flag=True, help="Show the calendar of windows and sends.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@selection_options
@sandbox_option
@click.pass_obj
def command(
    directory: str,
    name: str | None,
    port: int,
    themes: bool,
    calendar: bool,
    opens: bool,
    accounts: tuple[str, ...],
    groups: tuple[str, ...],
    sandbox: bool,
) -> None:
    """Show all campaigns, or NAME, in a browser as a phone shows them, and update when a file is saved.

    Prints `http://127.0.0.1:PORT/` first. Only this machine can open it. It needs no secret, and the
    network only to read a ledger in git. It writes only the picture cache. With --sandbox it compares with what the
    sandbox's followers have. Ctrl-C ends it.
    """
    from massctl.view.pages.document import CALENDAR, THEMES

    settings, _, console = open_settings(directory, sandbox=sandbox)
    root = Path(directory).resolve()
    selection = EVERYTHING
    if settings is not None:
        selection = selection_of(Repository(root), settings, accounts, groups)
    if name is not None:
        known = Repository(root).campaign_folders
        own = [each for each in known.names if selection.takes_group(known.group(each))]
        name = chosen([name], own)[0]

    def ready(bound: int) -> None:
        path = THEMES if themes else CALENDAR if calendar else f"/{name or ''}"
        address = f"http://127.0.0.1:{bound}{path}"
        console.result(address)
        # Whoever reads the first line through a pipe waits for it.
        sys.stdout.flush()
        if sandbox and (time := sandbox_time(served.now())) is not None:
            console.talk(time)
        if opens and opened(address):
            console.talk(Phrase("stop with Ctrl-C"))
        else:
            console.talk(Phrase("open it in a browser   stop with Ctrl-C"))

    try:
        with _sandbox_clock(root) if sandbox else nullcontext(machine_now) as now:
            served = served_repository(root, settings, console, now, selection)
            run_server(served, port, ready)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("massctl cannot listen on port {port}: {why}", port=port, why=why),
            hint=Phrase(
                "use another port, or a free one with `{command}`",
                command=Command("serve", "--port 0"),
            ),
        ) from None


def opened(address: str) -> bool:
    """Open an address in the desktop's browser; return False if there is no browser."""
    import webbrowser

    return webbrowser.open(address)


@contextmanager
def _sandbox_clock(root: Path) -> Iterator[Callable[[], datetime]]:
    # The sandbox is half of massctl; only `--sandbox` pays for it.
    from massctl.sandbox.embedded import open_world

    world = open_world(Places(root).world, real_now=machine_now)
    try:
        yield world.now
    finally:
        world.close()


def served_repository(
    root: Path,
    settings: MassctlFile | None,
    console: Console,
    now: Callable[[], datetime],
    selection: Selection,
) -> ServedRepository:
    """Return what a server shows of a repository: to one group nothing of another."""
    places = Places(root, sandbox=console.language.flags.sandbox)
    backend = opened_backend(ledger_site(places, settings, os.environ, console.talk))

    def language_of(settings: MassctlFile | None) -> Language:
        if settings is None:
            return console_of(root).language
        spoken = make_console(settings.language).labelled(settings.labels)
        if selection.groups:
            spoken = spoken.redacted_by(redaction(settings))
        return spoken.language

    def redaction(settings: MassctlFile) -> Redaction:
        repository = Repository(root)
        known = settings.declared_sha256, *repository.campaign_folders.folders.items()
        if known not in kept:
            kept.clear()
            kept[known] = redaction_of(Scope(repository, settings, selection))
        kept[known].states[:] = states
        return kept[known]

    def new_state(settings: MassctlFile | None) -> State:
        states[:] = [State(settings.renamed if settings is not None else None)]
        return states[0]

    def report(state: State, settings: MassctlFile) -> Report:
        names = None
        if not selection.is_everything:
            taken = Scope(Repository(root), settings, selection).takes
            records = state.records.values()
            names = [each.campaign for each in records if taken(each.campaign, each.appid)]
        return report_from(
            state, settings, backend.statistics(), now(), names, repository=Repository(root)
        )

    states: list[State] = []
    kept: dict[tuple[object, ...], Redaction] = {}
    return ServedRepository(
        repository=Repository(root, sandbox=places.sandbox),
        cache=places.cache,
        ledger=places.ledger,
        entries=partial(_shown, backend),
        archive=backend.archive,
        statistics_folder=places.statistics,
        report=report,
        loopback_override=loopback_override(os.environ, sandbox=places.sandbox),
        language_of=language_of,
        new_state=new_state,
        selection=selection,
        now=now,
        clock=(lambda: sandbox_time(now())) if places.sandbox else lambda: None,
    )


def _shown(backend: Backend) -> Sequence[Entry]:
    """Read the ledger, or what was fetched of it last: nobody waits for a server while they write."""
    try:
        return backend.ledger.read(0)
    except LedgerUnreachableError:
        known = backend.ledger.last_read()
        if known is None:
            raise
        return known


def opened_backend(site: Site) -> Backend:
    """Open the place of the ledger; if it cannot exist here, such as a branch without git, that of a file."""
    try:
        backend = open_backend(site)
        backend.ledger  # noqa: B018 - opening it is the question
    except LedgerUnreachableError:
        return open_backend(replace(site, settings=None))
    return backend
