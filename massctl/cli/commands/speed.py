"""`massctl speed`: how fast WeChat delivers an account's mass sends."""

import click

from massctl.cli.answering import one_document
from massctl.cli.arguments import form_option, sandbox_option
from massctl.cli.session import session

_account = click.option("--account", metavar="A", help="The account's name in massctl.yaml; needed if it has several.")


@click.group(name="speed")
def command() -> None:
    """Read or set how fast WeChat delivers an account's mass sends: 0, the fastest, to 4."""


@command.command(name="get")
@_account
@form_option
@sandbox_option
@click.pass_obj
def get(directory: str, account: str | None, form: str, sandbox: bool) -> int:
    """Show the speed, and what it comes to in messages a minute."""
    # The client is needed by this verb, and not by its help.
    from massctl.cli.speeding import speed_shown, tell

    with one_document(form, "speed") as answer, session(directory, sandbox=sandbox) as (current, _):
        return tell(current, *speed_shown(current, account), answer)


@command.command(name="set")
@click.argument("speed", metavar="N", type=click.IntRange(0, 4))
@_account
@form_option
@sandbox_option
@click.pass_obj
def set_speed(directory: str, speed: int, account: str | None, form: str, sandbox: bool) -> int:
    """Set the speed to N: 0, the fastest, to 4. It lasts, and holds for every later send of the account."""
    from massctl.cli.speeding import speed_set, tell

    with one_document(form, "speed") as answer, session(directory, sandbox=sandbox) as (current, _):
        return tell(current, *speed_set(current, account, speed), answer)
