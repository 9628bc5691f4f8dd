"""`massctl status`: what became of the jobs."""

from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import Seconds, sandbox_option
from massctl.cli.output import Console
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="status")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--wait", type=Seconds(), default=0, help="Ask again for this long.")
@click.option("--all-editions", is_flag=True, help="Show earlier editions too.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@sandbox_option
@click.pass_obj
def command(directory: str, names: tuple[str, ...], wait: float, all_editions: bool, form: str, sandbox: bool) -> int:
    """Ask WeChat about mass jobs that are not finished, and record the answers. Makes no request for others."""

    def work(current: "Session", _: "list[Diagnostic]") -> Result:
        from massctl.apply.jobs import unfinished
        from massctl.cli.following import followed

        found = followed(current, names, wait, all_editions=all_editions)
        going = any(unfinished(job) is not None for record in found.records for job in record.jobs)

        def json(to: Console) -> str:
            from massctl.view.json_documents import status_json

            return status_json(found, to.language)

        def text(to: Console) -> str:
            from massctl.view.status import status_text

            return status_text(found, to.language, to.style, to.width)

        return Result(
            found.exit_status(),
            json,
            text,
            next_step=Phrase("massctl status --wait 60   asks again for a minute") if going else None,
        )

    return run_in_session("status", form, directory, work, sandbox=sandbox)
