"""`massctl links`: where the taps of campaigns lead, and whether those addresses answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import PurePosixPath

import click

from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import campaign_names
from massctl.cli.downloads import Asked
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.link_check import asked_addresses, web_addresses
from massctl.cli.planner import PlanOptions, Purpose, planned
from massctl.cli.session import Session
from massctl.model.destination import DestinationKind
from massctl.model.diagnostics import Diagnostic, Place, Severity, has_errors
from massctl.model.ids import CAMPAIGN_FILE, CAMPAIGNS, LOCK_FILE, CampaignName
from massctl.model.lock import path_from_lock
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import FINAL, State
from massctl.plan.destinations import CampaignLinks, JudgedDestination
from massctl.plan.guards import destinations_of
from massctl.plan.steps import Invalid
from massctl.source.loader import Desires
from massctl.source.repository import Repository, UnreadableError

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

    With --check each address is asked, without cookies and for five seconds at most. One that does not answer
    or leads on to another host is a warning with its place, which leaves the exit status 0. Without --check no network
    is used.

    The faults of a campaign that has some are reported instead, with exit status 1.
    """
    made = planned(current, names, PlanOptions(Purpose.SHOW))
    wanted = [each.name for each in made.plan.campaigns if names or each.status not in FINAL]
    read = Desires(made.working_tree, State()).read(wanted)
    campaigns = [
        CampaignLinks(each.name, destinations_of(each, made.state, made.rules), each.is_unscanned)
        for each in read
        if isinstance(each, RenderedCampaign)
    ]
    faults = [found for each in read if isinstance(each, Invalid) for found in each.diagnostics]
    asked = web_addresses(each.target for led in campaigns for each in led.destinations)
    answers = asked_addresses(asked) if check else {}
    found = [*faults, *_told(current.repository, campaigns, answers)]

    return Result(
        ExitStatus.FAILED if has_errors(faults) else ExitStatus.DONE,
        lambda _: views.verbs_json.links_json(campaigns, found),
        lambda to: views.destinations.links_text(
            to.page(), campaigns, found, len(asked) if check else None
        ),
        github=lambda to: views.github.github_annotations(found, to.language),
    )


def _told(
    repository: Repository, campaigns: Sequence[CampaignLinks], answers: Mapping[str, Asked]
) -> list[Diagnostic]:
    """Return a warning for each place whose address does not answer, or leads on to another host."""
    return [
        _warning(led.name, each, answer, _place(repository, led.name, each))
        for led in campaigns
        for each in led.destinations
        if (answer := answers.get(each.target)) is not None
        and (answer.why_silent is not None or answer.leads_on is not None)
    ]


def _warning(
    name: CampaignName, destination: JudgedDestination, answer: Asked, place: Place
) -> Diagnostic:
    address, why = destination.target, answer.why_silent
    if why is not None:
        code, say = "MC614", Phrase("{address} does not answer: {why}", address=address, why=why)
    else:
        code = "MC615"
        say = Phrase("{address} leads on to {other}", address=address, other=answer.leads_on)
    where = views.words.place_words(destination) if place.line is None else ""
    return Diagnostic(
        code,
        Severity.WARNING,
        Phrase("{name}: {message}", name=where, message=say) if where else say,
        place,
        Phrase("open it in a browser; correct it, or take it out"),
        name,
    )


def _place(repository: Repository, name: CampaignName, destination: JudgedDestination) -> Place:
    """Find where the files of a campaign write an address; where none does, its picture or its campaign.yaml."""
    written = _written(destination.target)
    for path in _texts(repository, name):
        try:
            lines = repository.read_text(path).splitlines()
        except UnreadableError:
            continue
        for number, line in enumerate(lines, 1):
            if (found := written.search(line)) is not None:
                return Place(path, number, found.start() + 1)
    if destination.kind is DestinationKind.QR:
        path = path_from_lock(destination.at, repository.folder(name))
        return Place(f"{CAMPAIGNS}/{path}")
    return Place(f"{repository.folder(name)}/{CAMPAIGN_FILE}")


def _written(address: str) -> re.Pattern[str]:
    """Match an address as files write it, and no longer one that begins with it."""
    plain, escaped = re.escape(address), re.escape(escape(address))
    ends = r"(?![.,:;!?]*[\w/?=&%#~@+-])"
    bare = rf"|(?<![\w./-]){re.escape(address.removeprefix('http://'))}"
    return re.compile(rf"(?:{plain}|{escaped}{bare}){ends}", re.ASCII)


def _texts(repository: Repository, name: CampaignName) -> Sequence[str]:
    folder = repository.root / repository.folder(name)
    paths = (
        PurePosixPath(each.relative_to(repository.root).as_posix()) for each in folder.rglob("*")
    )
    return sorted(str(each) for each in paths if each.suffix in _TEXTS and each.name != LOCK_FILE)
