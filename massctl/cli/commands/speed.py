"""`massctl speed`: how fast WeChat delivers an account's mass sends."""

import click

from massctl.cli.arguments import sandbox_option
from massctl.cli.session import session

_account = click.option("--account", metavar="A", help="The account's name in massctl.yaml; needed if it has several.")


@click.group(name="speed")
def command() -> None:
    """Read or set how fast WeChat delivers an account's mass sends: 0, the fastest, to 4."""


@command.command(name="get")
@_account
@sandbox_option
@click.pass_obj
def get(directory: str, account: str | None, sandbox: bool) -> int:
    """Show the speed, and what it comes to in messages a minute."""
    # The client is needed by this verb, and not by its help.
    from massctl.cli.speeding import speed_shown

    with session(directory, sandbox=sandbox) as (current, _):
        return speed_shown(current, account)


@command.command(name="set")
@click.argument("speed", metavar="N", type=click.IntRange(0, 4))
@_account
@sandbox_option
@click.pass_obj
def set_speed(directory: str, speed: int, account: str | None, sandbox: bool) -> int:
    """Set the speed to N: 0, the fastest, to 4. It lasts, and holds for every later send of the account."""
    from massctl.cli.speeding import speed_set

    with session(directory, sandbox=sandbox) as (current, _):
        return speed_set(current, account, speed)
