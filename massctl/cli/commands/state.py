"""`massctl state`: what the ledger says. A verb that changes it has a module, which loads when it is typed."""

from __future__ import annotations

import click

from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import campaign_names, form_option, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import (
    SEE_PLAN,
    records_of,
    require_ledger,
    shown_entries,
    shown_ledger,
)
from massctl.cli.places import local_runner
from massctl.cli.session import Session
from massctl.cli.verb_group import VerbGroup
from massctl.model.phrase import Command, Phrase

_VERBS = {
    "verify": "massctl.cli.commands.state_verify:verify",
    "init": "massctl.cli.commands.state_init:init",
    "migrate": "massctl.cli.commands.state_migrate:migrate",
    "repair": "massctl.cli.commands.state_repair:repair",
    "backup": "massctl.cli.commands.state_repair:backup",
    "restore": "massctl.cli.commands.state_repair:restore",
    "import": "massctl.cli.commands.state_import:import_send",
}


@click.group(name="state", cls=VerbGroup, late=_VERBS)
def command() -> None:
    """Read, check and repair the ledger: what was uploaded, saved, previewed and sent."""


@command.command(name="show")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@form_option
@sandbox_option
@verb("state show")
def show(current: Session, names: tuple[str, ...]) -> Result:
    "Show what is recorded, campaign by campaign; only NAME, if given."
    state = shown_ledger(current)
    require_ledger(current, state)
    runner = local_runner(current.places.runner)
    # A name of which nothing is recorded is an error.
    doubt = next(
        (each for each in records_of(state, names, all_editions=True) if each.is_in_doubt), None
    )
    next_step = SEE_PLAN
    if doubt is not None:
        next_step = Phrase(
            "{command}   shows how to settle it", command=Command("reconcile", doubt.campaign)
        )
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.state_json(state, names, runner),
        lambda to: views.ledger.state_text(to.page(), state, names, runner),
        next_step=next_step,
    )


@command.command(name="list")
@form_option
@sandbox_option
@verb("state list")
def list_entries(current: Session) -> Result:
    """List the entries, oldest first, one a line."""
    entries = shown_entries(current)
    state = current.fold(entries)
    require_ledger(current, state)
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.entries_json(entries, state),
        lambda to: views.ledger.entries_text(to.page(), entries),
        next_step=Phrase(
            "{command}   shows the same, campaign by campaign", command=Command("state show")
        ),
    )
