"""`massctl apply`: the plan, carried out."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, outcome_result, run_in_session
from massctl.cli.arguments import Duration, sandbox_option
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="apply")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--yes", is_flag=True, help="Send without asking; needed where there is no terminal.")
@click.option(
    "--until",
    type=click.Choice(["upload", "draft", "preview", "send"]),
    default="send",
    show_default=True,
    help="Stop after this stage; the first three never send and never ask.",
)
@click.option("--no-wait", is_flag=True, help="Do not wait for, and do not repeat, a send of unknown outcome.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@sandbox_option
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Carry out exactly this saved plan, once; counts as consent.",
)
@click.option("--locked", is_flag=True, help="Send only what is locked: render it again and compare.")
@click.option("--wait", type=Duration(), metavar="DURATION", help="Stay for windows that open within 90s, 45m, 3h …")
@click.pass_obj
def command(
    directory: str,
    names: tuple[str, ...],
    yes: bool,
    until: str,
    no_wait: bool,
    form: str,
    sandbox: bool,
    plan_file: Path | None,
    locked: bool,
    wait: timedelta | None,
) -> int:
    """Upload, save drafts, show previews, then send what is due. A mass send cannot be taken back.

    Without NAMEs it is about campaigns that have a window; one without is staged and sent only by name.
    """
    if plan_file is not None and (names or until != "send"):
        raise click.UsageError(Phrase("--plan says which campaigns and how far; it goes with no NAME and no --until"))
    if wait is not None and (plan_file is not None or until != "send"):
        raise click.UsageError(Phrase("--wait is for sends that are to come; it goes with no --plan and no --until"))

    def work(current: "Session", warnings: "list[Diagnostic]") -> Result:
        # The executor and its adapters are needed by this verb, and not by its help.
        from massctl.cli.applying import applied

        outcome = applied(
            current,
            names,
            warnings,
            yes=yes,
            until=until,
            wait_in_doubt=not no_wait,
            locked=locked,
            plan_file=plan_file,
            wait=wait,
        )
        return outcome_result(outcome)

    return run_in_session("apply", form, directory, work, sandbox=sandbox, locked=locked)
