"""`massctl stop`: set the brake."""

import click

from massctl.cli.answering import one_document
from massctl.cli.arguments import Text, form_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import session
from massctl.errors import LedgerUnreachableError
from massctl.model.phrase import Phrase


@click.command(name="stop")
@click.option("--reason", type=Text(r".*\S.*"), metavar="TEXT", help="Why; whoever lifts it reads it.")
@form_option
@click.pass_obj
def command(directory: str, reason: str | None, form: str) -> int:
    """Stop all sends of this repository at once, wherever they run: push the branch massctl-stop to the remote.

    Needs the right to push, no secret and no review. Each run looks for the branch right before each send. What WeChat
    has accepted goes on. `massctl resume` lifts it.
    """
    # git is needed by this verb, and not by its help.
    from massctl.cli.brake import OTHERWISE, BrakeBranch, unreachable
    from massctl.cli.settling import who
    from massctl.ledger.git_branch import Pushed
    from massctl.view.brake_text import brake_json, stopped_text

    with one_document(form, "stop") as answer, session(directory) as (current, _):
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
        voice, (brake, fresh) = current.voice, found
        answer.tell(
            voice,
            lambda: brake_json(brake, voice.language, stopped=True, changed=fresh),
            lambda: stopped_text(brake, branch.remote, voice.language, voice.style, voice.width, fresh=fresh),
        )
    return ExitStatus.DONE
