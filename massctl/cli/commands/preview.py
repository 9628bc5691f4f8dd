"""`massctl preview`: show a campaign on reviewers' phones, again where they have it."""

from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, outcome_result, run_in_session
from massctl.cli.arguments import sandbox_option
from massctl.cli.showing import Reviewer, showing

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="preview")
@click.argument("name")
@click.option(
    "--towxname", multiple=True, type=Reviewer("towxname"), metavar="W", help="A WeChat name (微信号) to show it to."
)
@click.option("--touser", multiple=True, type=Reviewer("touser"), metavar="O", help="An openid to show it to.")
@click.option("--locked", is_flag=True, help="Show only what is locked: render it again and compare.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@sandbox_option
@click.pass_obj
def command(
    directory: str,
    name: str,
    towxname: tuple[str, ...],
    touser: tuple[str, ...],
    locked: bool,
    form: str,
    sandbox: bool,
) -> int:
    """Show NAME on phones before it is sent: on those that campaign.yaml declares, or only on those given here.

    What is missing is uploaded and saved first. It repeats a preview on purpose, uses the 100 a day of the account,
    and never sends.
    """
    asked = showing(towxname, touser)

    def work(current: "Session", warnings: "list[Diagnostic]") -> Result:
        # The executor and its adapters are needed by this verb, and not by its help.
        from massctl.cli.applying import applied

        outcome = applied(
            current, [name], warnings, yes=True, until="preview", wait_in_doubt=False, locked=locked, showing=asked
        )
        return outcome_result(outcome)

    return run_in_session("apply", form, directory, work, sandbox=sandbox, locked=locked)
