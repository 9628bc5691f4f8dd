"""`massctl stop`: set the brake."""

from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import Text, form_option
from massctl.cli.exit_codes import ExitStatus
from massctl.errors import LedgerUnreachableError
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="stop")
@click.option("--reason", type=Text(r".*\S.*"), metavar="TEXT", help="Why; whoever lifts it reads it.")
@form_option
@click.pass_obj
def command(directory: str, reason: str | None, form: str) -> int:
    """Stop all sends of this repository at once, wherever they run: push the branch massctl-stop to the remote.

    Needs the right to push, no secret and no review. Each run looks for the branch right before each send. What WeChat
    has accepted goes on. `massctl resume` lifts it.
    """

    def work(current: "Session", _: "list[Diagnostic]") -> Result:
        # git is needed by this verb, and not by its help.
        from massctl.cli.brake import OTHERWISE, BrakeBranch, unreachable
        from massctl.cli.settling import who
        from massctl.ledger.git_branch import Pushed
        from massctl.view.json_documents import brake_json
        from massctl.view.run import stopped_text

        try:
            branch = BrakeBranch(current)
            found = branch.set(who(current), current.clock.now(), reason or "")
        except LedgerUnreachableError as error:
            raise unreachable(
                Phrase("the brake is not on, as far as this machine can tell"), error, OTHERWISE
            ) from None
        if isinstance(found, Pushed):
            hint = Phrase("{first}\nor {second}", first=found.why.hint, second=OTHERWISE) if found.why else OTHERWISE
            raise LedgerUnreachableError(
                Phrase("the brake is not on"), Phrase("{why} Sends go on.", why=found.said), hint
            )
        brake, fresh = found
        return Result(
            ExitStatus.DONE,
            lambda to: brake_json(brake, to.language, stopped=True, changed=fresh),
            lambda to: stopped_text(brake, branch.remote, to.language, to.style, to.width, fresh=fresh),
        )

    return run_in_session("stop", form, directory, work)
