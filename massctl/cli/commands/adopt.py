"""`massctl adopt`: keep the console's version of a staged draft."""

import click

from massctl.cli.answering import one_document
from massctl.cli.arguments import Text, form_option, sandbox_option
from massctl.cli.session import session


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
    # The renderer and the client are needed by this verb, and not by its help.
    from massctl.cli.adopting import adopted

    with (
        one_document(form, "adopt") as answer,
        session(directory, sandbox=sandbox, decides=True) as (current, warnings),
    ):
        return adopted(current, name, warnings, reason, answer if form == "json" else None)
