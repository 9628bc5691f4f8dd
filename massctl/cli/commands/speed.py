"""`massctl speed`: how fast WeChat delivers an account's mass sends."""

import click

from massctl.apply.ports import SendingSpeed
from massctl.cli import views
from massctl.cli.app import Result, said, verb
from massctl.cli.arguments import account_option, form_option, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import Session
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase

_NO_REQUEST = Phrase("No request was made.")


@click.group(name="speed")
def command() -> None:
    """Read or set how fast WeChat delivers an account's mass sends: 0, the fastest, to 4."""


@command.command(name="get")
@account_option
@form_option
@sandbox_option
@verb("speed")
def get(current: "Session", account: str | None) -> Result:
    "Show the speed, also in messages a minute."
    name = current.account(account, _NO_REQUEST)
    return _result(name, current.wechat(name).speed())


@command.command(name="set")
@click.argument("speed", metavar="N", type=click.IntRange(0, 4))
@account_option
@form_option
@sandbox_option
@verb("speed")
def set_speed(current: "Session", speed: int, account: str | None) -> Result:
    "Set the speed to N: 0, the fastest, to 4. It applies to every later send of the account."
    name = current.account(account, _NO_REQUEST)
    wechat = current.wechat(name)
    wechat.set_speed(speed)
    # It is read back: what WeChat has counts.
    return _result(name, wechat.speed())


def _result(account: "AccountName", speed: "SendingSpeed") -> Result:
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.speed_json(account, speed),
        said(*views.outcome.speed_words(account, speed)),
    )
