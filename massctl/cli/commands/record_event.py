"""`massctl record-event`: record what WeChat told by itself about a mass job."""

import click

from massctl.cli.answering import one_document
from massctl.cli.arguments import form_option, sandbox_option
from massctl.cli.session import session


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
    # The ledger's and the event's readers are needed by this verb, and not by its help.
    from massctl.cli.events import event_recorded

    with one_document(form, "record-event") as answer, session(directory, sandbox=sandbox) as (current, _):
        return event_recorded(current, file, account, answer)
