"""`massctl links`: where the taps of campaigns lead, and whether those addresses answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import click

from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import campaign_names
from massctl.cli.downloads import silent_addresses
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.planner import PlanOptions, Purpose, planned
from massctl.cli.session import Session
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.ids import LOCK_FILE, CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import FINAL, State
from massctl.plan.destinations import JudgedDestination
from massctl.plan.guards import destinations_of
from massctl.source.loader import Desires
from massctl.source.repository import CAMPAIGNS, Repository, UnreadableError

_TEXTS = frozenset({".yaml", ".md", ".j2", ".html", ".txt"})


@click.command(name="links")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@click.option("--check", is_flag=True, help="Ask each address of the Internet whether it answers.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
)
@verb("links")
def command(current: Session, names: tuple[str, ...], check: bool) -> Result:
    """List where the campaigns NAMEs lead, or all that are still to be sent: new places first.

    With --check each address is asked, without cookies and for five seconds at most. One that does not answer is a
    warning with its place, which leaves the exit status 0. Without --check no network is used.
    """
    made = planned(current, names, PlanOptions(Purpose.SHOW))
    wanted = [each.name for each in made.plan.campaigns if names or each.status not in FINAL]
    read = Desires(made.working_tree, State()).read(wanted)
    led = {
        each.name: destinations_of(each, made.state, made.rules)
        for each in read
        if isinstance(each, RenderedCampaign)
    }
    found = _silent(current.repository, led) if check else []

    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.links_json(led, found),
        lambda to: views.destinations.links_text(to.page(), led, found if check else None),
        github=lambda to: views.github.github_annotations(found, to.language),
    )


def _silent(
    repository: Repository, led: dict[CampaignName, tuple[JudgedDestination, ...]]
) -> list[Diagnostic]:
    """Ask every address once; return a warning for each place that leads to one that does not answer."""
    every = [each.target for leads in led.values() for each in leads]
    silent = silent_addresses(every)
    return [
        Diagnostic(
            "MC614",
            Severity.WARNING,
            Phrase("{address} does not answer: {why}", address=each.target, why=why),
            _place(repository, name, each),
            Phrase("open it in a browser; correct it, or take it out"),
            name,
        )
        for name, leads in led.items()
        for each in leads
        if (why := silent.get(each.target)) is not None
    ]


def _place(repository: Repository, name: CampaignName, destination: JudgedDestination) -> Place:
    """Find where the files of a campaign write an address; its folder and article where none does."""
    for path in _texts(repository, name):
        try:
            lines = repository.read_text(path).splitlines()
        except UnreadableError:
            continue
        for number, line in enumerate(lines, 1):
            if destination.target in line:
                return Place(path, number, line.index(destination.target) + 1)
    return Place(f"{CAMPAIGNS}/{name}: {destination.at}")


def _texts(repository: Repository, name: CampaignName) -> Sequence[str]:
    folder = repository.root / CAMPAIGNS / name
    paths = (
        PurePosixPath(each.relative_to(repository.root).as_posix()) for each in folder.rglob("*")
    )
    return sorted(str(each) for each in paths if each.suffix in _TEXTS and each.name != LOCK_FILE)
