"""`massctl serve`: campaigns live in a browser on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from massctl.cli.arguments import campaign_names, sandbox_option
from massctl.cli.output import Console, console_of, make_console
from massctl.cli.places import Places, loopback_override
from massctl.errors import LedgerUnreachableError, UsageError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.settings import MassctlFile
from massctl.view.i18n import Language

if TYPE_CHECKING:
    from massctl.ledger.archive import Contents
    from massctl.ledger.git_ledger import GitLedger
    from massctl.ledger.signature import LedgerKeys
    from massctl.ledger.statistics import StatisticsFiles
    from massctl.model.entries import Entry
    from massctl.model.state import State
    from massctl.report.report import Report
    from massctl.serve.page_cache import ServedRepository


@click.command(name="serve")
@click.argument("name", required=False, shell_complete=campaign_names)
@click.option("--port", type=click.IntRange(0, 65535), default=8901, show_default=True, help="0 takes a free port.")
@click.option("--themes", is_flag=True, help="Show the gallery of themes.")
@click.option("--calendar", is_flag=True, help="Show the calendar of windows and sends.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@sandbox_option
@click.pass_obj
def command(
    directory: str, name: str | None, port: int, themes: bool, calendar: bool, opens: bool, sandbox: bool
) -> None:
    """Show all campaigns, or NAME, in a browser as a phone shows them, and update when a file is saved.

    Prints `http://127.0.0.1:PORT/` first. Only this machine can open it. It needs no secret, and the
    network only to read a ledger in git. It writes only the picture cache. With --sandbox it compares with what the
    sandbox's followers have. Ctrl-C ends it.
    """
    from massctl.cli.clocks import machine_now, sandbox_time
    from massctl.cli.planner import chosen
    from massctl.cli.session import open_settings
    from massctl.serve.server import run_server
    from massctl.source.repository import Repository
    from massctl.view.pages.document import CALENDAR, THEMES

    settings, _, console = open_settings(directory, sandbox=sandbox)
    root = Path(directory).resolve()
    if name is not None:
        chosen([name], Repository(root).campaign_folders().names)

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
            served = _served(root, settings, console, now)
            run_server(served, port, ready)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("massctl cannot listen on port {port}: {why}", port=port, why=why),
            hint=Phrase("use another port, or a free one with `{command}`", command=Command("serve", "--port 0")),
        ) from None


def opened(address: str) -> bool:
    """Open an address in the browser of this desktop; False where there is none."""
    import webbrowser

    return webbrowser.open(address)


@contextmanager
def _sandbox_clock(root: Path) -> Iterator[Callable[[], datetime]]:
    from massctl.cli.clocks import machine_now

    # The sandbox is half of massctl; only `--sandbox` pays for it.
    from massctl.sandbox.embedded import open_world

    world = open_world(Places(root).world, real_now=machine_now)
    try:
        yield world.now
    finally:
        world.close()


def _served(
    root: Path, settings: MassctlFile | None, console: Console, now: Callable[[], datetime]
) -> ServedRepository:
    from massctl.cli.clocks import sandbox_time
    from massctl.ledger.signature import LedgerKeys
    from massctl.serve.page_cache import ServedRepository
    from massctl.source.repository import Repository

    places = Places(root, sandbox=console.language.flags.sandbox)
    keys = LedgerKeys(settings.state.keys or () if settings and not places.sandbox else ())
    ledger = (None if places.sandbox else _in_git(places, settings)) or _Local(places, keys)

    def language_of(settings: MassctlFile | None) -> Language:
        return (make_console(settings.language) if settings else console_of(root)).language

    def report(state: State, settings: MassctlFile) -> Report:
        from massctl.cli.report_inputs import report_from

        return report_from(state, settings, ledger.statistics(), ledger.archive, now())

    return ServedRepository(
        repository=Repository(root, sandbox=places.sandbox),
        cache=places.cache,
        ledger=places.ledger,
        entries=ledger.entries,
        archive=ledger.archive,
        statistics_folder=places.statistics,
        report=report,
        loopback_override=loopback_override(os.environ, sandbox=places.sandbox),
        language_of=language_of,
        now=now,
        clock=(lambda: sandbox_time(now())) if places.sandbox else lambda: None,
    )


class _Ledger(Protocol):
    """What pages show of a ledger."""

    def entries(self) -> Sequence[Entry]:
        """Read it."""
        ...

    def archive(self) -> Contents:
        """Open what is kept beside it."""
        ...

    def statistics(self) -> StatisticsFiles:
        """Open the archive of statistics beside it."""
        ...


class _Local(Frozen):
    places: Places
    keys: LedgerKeys

    def entries(self) -> Sequence[Entry]:
        from massctl.ledger.local_file import LocalLedger

        return LocalLedger(self.places.ledger, self.places.locks, self.keys).read(0)

    def archive(self) -> Contents:
        from massctl.ledger.archive import LocalArchive

        return LocalArchive(self.places.archive)

    def statistics(self) -> StatisticsFiles:
        from massctl.ledger.statistics import LocalStatistics

        return LocalStatistics(self.places.statistics)


class _InGit(Frozen):
    """Read when the pages begin, and when massctl.yaml changes: nobody waits for a server while he writes."""

    ledger: GitLedger
    places: Places
    settings: MassctlFile

    def entries(self) -> Sequence[Entry]:
        try:
            return self.ledger.read(0)
        except LedgerUnreachableError:
            known = self.ledger.last_read()
            if known is None:
                raise
            return known

    def archive(self) -> Contents:
        from massctl.ledger.archive import GitArchive

        return GitArchive(self.ledger)

    def statistics(self) -> StatisticsFiles:
        from massctl.cli.checkout import remote_statistics

        return remote_statistics(self.places.root, self.places.cache, self.settings, os.environ)


def _in_git(places: Places, settings: MassctlFile | None) -> _Ledger | None:
    """Return a ledger in git; None if it is a file, or if git itself is missing."""
    if settings is None or settings.state.backend != "git":
        return None
    from massctl.cli.checkout import remote_ledger

    try:
        ledger = remote_ledger(places.root, places.cache, settings, places.locks, os.environ)
        return _InGit(ledger, places, settings)
    except LedgerUnreachableError:
        return None
