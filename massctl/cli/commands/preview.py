"""`massctl preview`: show a campaign on reviewers' phones, again where they have it."""

import click

from massctl.cli.answering import one_document
from massctl.cli.arguments import sandbox_option
from massctl.cli.session import session
from massctl.cli.showing import Reviewer, showing


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
    # The executor and its adapters are needed by this verb only.
    from massctl.cli.applying import applied
    from massctl.cli.telling import tell_outcome

    asked = showing(towxname, touser)
    with one_document(form, "apply") as answer:
        with session(directory, sandbox=sandbox, locked=locked) as (current, warnings):
            outcome = applied(
                current, [name], warnings, yes=True, until="preview", wait_in_doubt=False, locked=locked, showing=asked
            )
        return tell_outcome(answer, current.voice, outcome)
