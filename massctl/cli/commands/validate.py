"""`massctl validate`: every fault of every file at once."""

from collections.abc import Sequence

import click

from massctl.cli import views
from massctl.cli.app import Result, run
from massctl.cli.arguments import campaign_names, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console, verbosity
from massctl.cli.planner import judged
from massctl.cli.selection import narrow, selection_options
from massctl.cli.session import open_settings, session
from massctl.model.diagnostics import Diagnostic, has_errors
from massctl.model.phrase import Command, Phrase


@click.command(name="validate")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
)
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Show each note and warning, however many have the same code.",
)
@selection_options
@sandbox_option
@click.pass_obj
def command(
    directory: str,
    names: tuple[str, ...],
    form: str,
    verbose: bool,
    accounts: tuple[str, ...],
    groups: tuple[str, ...],
    sandbox: bool,
) -> int:
    """Check the campaigns NAMEs, or all of them: schema, rendering, content rules. Uses no network.

    With --sandbox, articles that were sent are those of the sandbox, as in `massctl plan --sandbox`.
    """
    told = verbose or verbosity() > 0
    return run(
        "validate",
        form,
        lambda: _validated(directory, names, accounts, groups, verbose=told, sandbox=sandbox),
    )


def _validated(
    directory: str,
    names: Sequence[str],
    accounts: Sequence[str],
    groups: Sequence[str],
    *,
    verbose: bool,
    sandbox: bool,
) -> tuple[Console, Result]:
    """Read massctl.yaml and the campaigns of `names`, or all; a faulty massctl.yaml is a result too."""
    opened = open_settings(directory, sandbox=sandbox)
    settings, found, console = opened
    count = 0
    if settings is not None and not has_errors(found):
        with session(directory, sandbox=sandbox, opened=opened) as current:
            narrow(current, accounts, groups)
            console = current.console
            # Whatever is sent, the sources are what has to be right.
            plan, others = judged(current, names)
        own = (each for campaign in plan.campaigns for each in campaign.diagnostics)
        # Cells of a matrix have diagnostics in common.
        found = list(dict.fromkeys([*others, *own]))
        count = len(plan.campaigns)
    return console, _result(sorted(found, key=lambda d: d.sort_key), count, verbose=verbose)


def _result(found: "list[Diagnostic]", count: int, *, verbose: bool) -> Result:
    status, next_step = ExitStatus.FAILED, None
    if not has_errors(found):
        status = ExitStatus.DONE
        next_step = Phrase("{command}   shows what would be sent", command=Command("plan"))
    return Result(
        status,
        lambda _: views.verbs_json.validate_json(found),
        lambda to: views.diagnostics.diagnostics_text(
            to.page(), found, campaigns=count, verbose=verbose
        ),
        github=lambda to: views.github.github_annotations(found, to.language),
        next_step=next_step,
    )
