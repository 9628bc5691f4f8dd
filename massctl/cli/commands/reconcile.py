"""`massctl reconcile`: settle a send of unknown outcome."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import Moment, Text, form_option, sandbox_option
from massctl.model.phrase import Phrase

URL_PATTERN: Final = r"https?://[^\s/]+/\S*"
"""Of an article that followers received."""

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="reconcile")
@click.argument("name")
@click.argument("msg_id", required=False, type=click.IntRange(1, 2**63 - 1))
@click.option("--sent", is_flag=True, help="It went out; MSG_ID is its job's id, where you know it.")
@click.option("--not-sent", is_flag=True, help="It did not go out; apply may stage and send it again.")
@click.option("--resubmit", is_flag=True, help="Repeat the identical request now, under the same clientmsgid.")
@click.option("--url", type=Text(URL_PATTERN), help="With --sent: the address of the sent article.")
@click.option("--batch", type=click.IntRange(1), help="Which batch of a list of openids.")
@click.option(
    "--looked-at",
    type=Moment(),
    metavar="AT",
    help="With --sent or --not-sent: when you looked; what began later is not settled by it.",
)
@click.option("--reason", type=Text(r".*\S.*"), help="How you know; recorded with your name. Part of every choice.")
@click.option("--yes", is_flag=True, help="With --resubmit: send without asking.")
@form_option
@sandbox_option
@click.pass_obj
def command(
    directory: str,
    name: str,
    msg_id: int | None,
    sent: bool,
    not_sent: bool,
    resubmit: bool,
    url: str | None,
    batch: int | None,
    looked_at: datetime | None,
    reason: str | None,
    yes: bool,
    form: str,
    sandbox: bool,
) -> int:
    """Settle what massctl cannot know about NAME. Look in the console under 群发记录 first.

    Exactly one of --sent, --not-sent and --resubmit. Without one it shows what is on record and what may be chosen.
    """
    _agree(sent, not_sent, resubmit, of_sent=(msg_id, url), of_both={"--batch": batch, "--looked-at": looked_at})
    chosen = sent or not_sent or resubmit
    if chosen and reason is None:
        raise click.UsageError(Phrase("{key} is missing", key="--reason"))
    if form == "json" and not chosen:
        raise click.UsageError(Phrase("--format json goes with one of --sent, --not-sent and --resubmit"))

    def work(current: "Session", warnings: "list[Diagnostic]") -> Result:
        # The executor and its adapters are needed by this verb, and not by its help.
        from massctl.apply.journal import Statement
        from massctl.cli.settling import resubmitted, settled, shown, who

        if not chosen or reason is None:
            return shown(current, name, warnings)
        if resubmit:
            return resubmitted(current, name, warnings, reason, yes=yes)
        statement = Statement(reason, who(current), msg_id, url, batch, looked_at)
        return settled(current, name, warnings, statement, sent=sent)

    kind = "apply" if resubmit else "reconcile"
    return run_in_session(kind, form, directory, work, sandbox=sandbox, decides=chosen)


def _agree(
    sent: bool, not_sent: bool, resubmit: bool, *, of_sent: tuple[object, ...], of_both: dict[str, object]
) -> None:
    """Refuse choices and flags that do not go together; a flag that was not given is None."""
    if sent + not_sent + resubmit > 1:
        raise click.UsageError(Phrase("give exactly one of --sent, --not-sent and --resubmit"))
    if any(each is not None for each in of_sent) and not sent:
        raise click.UsageError(Phrase("MSG_ID and --url go with --sent"))
    for flag, value in of_both.items():
        if value is not None and not (sent or not_sent):
            raise click.UsageError(Phrase("{flag} goes with --sent and --not-sent", flag=flag))
