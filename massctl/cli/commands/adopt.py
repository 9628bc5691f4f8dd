"""`massctl adopt`: keep the console's version of a staged draft."""

from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import Text, form_option, sandbox_option

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="adopt")
@click.argument("name")
@click.option(
    "--reason",
    required=True,
    type=Text(r".*\S.*"),
    help="What was done in the console, and why; recorded with your name.",
)
@form_option
@sandbox_option
@click.pass_obj
def command(directory: str, name: str, reason: str, form: str, sandbox: bool) -> int:
    """Keep what somebody made of NAME's draft in the console, if words, pictures and links are what was reviewed.

    The author and the comment settings may differ, and what the API does not show, such as 原创 and 赞赏.
    """

    def work(current: "Session", warnings: "list[Diagnostic]") -> Result:
        # The renderer and the client are needed by this verb, and not by its help.
        from massctl.cli.adopting import adopted

        return adopted(current, name, warnings, reason)

    return run_in_session("adopt", form, directory, work, sandbox=sandbox, decides=True)
