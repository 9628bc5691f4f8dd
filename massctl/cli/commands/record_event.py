"""`massctl record-event`: record what WeChat told by itself about a mass job."""

from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import form_option, sandbox_option

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="record-event")
@click.argument("file", metavar="FILE|-")
@click.option("--account", metavar="A", help="The account that it was sent to, by its name in massctl.yaml.")
@form_option
@sandbox_option
@click.pass_obj
def command(directory: str, file: str, account: str | None, form: str, sandbox: bool) -> int:
    """Record a MASSSENDJOBFINISH event, XML or JSON, as WeChat posted it: counts, reasons, originality, addresses.

    The same event may be recorded any number of times. Makes no request.
    """

    def work(current: "Session", _: "list[Diagnostic]") -> Result:
        # The ledger's and the event's readers are needed by this verb, and not by its help.
        from massctl.cli.events import event_recorded

        return event_recorded(current, file, account)

    return run_in_session("record-event", form, directory, work, sandbox=sandbox)
